"""Dry runs of a purge: what proposing or carrying out would do now, records and items set aside alike.

Nothing is changed and nobody signs. The same is asked as in the real run, and what would stop that is said here too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from archiver.catalog import destroyed_rows
from archiver.tombstone import called
from custody.authority import PurgeBatch, PurgeState
from custody.errors import UnavailableError
from custody.ids import RecordNumber
from workflows.access import reading
from workflows.house import House
from workflows.purge_list import DueList, against, due_list
from workflows.purge_steps import cancel_first, destroyed_by, done_again, items_of, numbers_of, purge_of
from workflows.purging import Told
from workflows.set_aside import Item, not_on_the_list, refuse_unfinished, would_hold_text_of


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldPropose:
    """What a proposal would freeze: the list, and the items set aside that would be on it. `in_the_way` are items that
    hold its text and are not to go with it; `stopped` is what would then be said: the reason, and what to do."""

    found: DueList
    items: tuple[Item, ...]
    in_the_way: Mapping[Item, Sequence[str]]
    stopped: tuple[str, str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldDestroy:
    """What carrying out a purge would do: the items set aside on its list; the records that would throw it back, each
    with the reason; items that hold its text and are not on it; and why nothing would be destroyed, with the cure."""

    batch: PurgeBatch
    items: tuple[Item, ...]
    refused: Mapping[RecordNumber, str] = field(default_factory=dict)
    in_the_way: Mapping[Item, Sequence[str]] = field(default_factory=dict)
    stopped: tuple[str, str] | None = None


def of_proposal(
    house: House,
    accepted: Sequence[str],
    series: Sequence[str],
    with_quarantined: bool,
    told: Callable[[int], None] = lambda done: None,
) -> WouldPropose:
    """What `propose` would freeze today. Raises what it would raise for a series that there is not."""
    found = due_list(house, accepted, series, told)
    if not found.numbers:
        said = "Nothing may be destroyed today, so nothing would be proposed.", "What stays, and why, stands above."
        return WouldPropose(found=found, items=(), in_the_way={}, stopped=said)
    try:
        aside = would_hold_text_of(house, found.numbers, lambda what, done, total: None)
    except UnavailableError as error:
        return WouldPropose(found=found, items=(), in_the_way={}, stopped=(error.message, error.hint))
    if aside and not with_quarantined:
        also = not_on_the_list(aside, "would be proposed")
        return WouldPropose(found=found, items=(), in_the_way=aside, stopped=(also.message, also.hint))
    return WouldPropose(found=found, items=tuple(sorted(aside)), in_the_way={}, stopped=None)


def of_purge(house: House, number: int, told: Told = lambda what, done, total: None) -> WouldDestroy:
    """What would happen if a purge were carried out now, as far as its list goes; the waits are not asked about."""
    batch = purge_of(house, number)
    with reading(house, "purge.show", f"purge {number}") as read:
        made = _of_purge(house, batch, told)
        read.found(batch.count)
    return made


def _of_purge(house: House, batch: PurgeBatch, told: Told) -> WouldDestroy:
    items = tuple(items_of(house, batch.number))
    over = _over(house, batch)
    if over is not None:
        return WouldDestroy(batch=batch, items=items, stopped=over)
    numbers = numbers_of(house, batch.number)
    refused = against(house, batch, numbers)
    if refused:
        return WouldDestroy(batch=batch, items=items, refused=refused)
    lost = set(items) - {(row["run"], row["n"]) for row in destroyed_rows.aside(house.catalog.connection)}
    if lost:
        run, n = min(lost)
        said = f"There is no {called(-run, n)} any more: nothing would be destroyed.", cancel_first(batch.number)
        return WouldDestroy(batch=batch, items=items, stopped=said)
    try:
        refuse_unfinished(house)
        aside = would_hold_text_of(house, numbers, told)
    except UnavailableError as error:
        return WouldDestroy(batch=batch, items=items, stopped=(error.message, error.hint))
    others = {item: labels for item, labels in aside.items() if item not in items}
    if not others:
        return WouldDestroy(batch=batch, items=items)
    also = not_on_the_list(others, "would be destroyed")
    said = also.message, f"{cancel_first(batch.number)} {also.hint}"
    return WouldDestroy(batch=batch, items=items, in_the_way=others, stopped=said)


def _over(house: House, batch: PurgeBatch) -> tuple[str, str] | None:
    """Why nothing would be destroyed whatever stands on the list: the purge is over, or is already behind it."""
    number = batch.number
    if (again := done_again(house, batch)) is not None:
        return again
    if batch.state is PurgeState.CERTIFIED:
        said = f"Purge {number} was carried out already: its records are destroyed, and nothing more would be."
        return said, f"Its certificate: ofrecord purge certificate {number}"
    if destroyed_by(house, number) is not None:
        said = f"The records of purge {number} are destroyed already; the search for remains has not ended."
        return said, "Go on with it: ofrecord purge finish"
    if batch.state in (PurgeState.RETURNED, PurgeState.CANCELLED):
        how = "thrown back" if batch.state is PurgeState.RETURNED else "cancelled"
        return f"Purge {number} was {how}: nothing of it would be destroyed.", "A new list: ofrecord purge propose"
    return None
