"""Holds: what may not be destroyed, why, by whose authority, and who lifted it. Requests place their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from archiver.catalog import keeping_queries, queries
from custody.clock import local_day
from custody.errors import UsageError
from custody.hold import Hold, HoldKind
from custody.ids import HoldNumber, RecordNumber, label_of
from custody.selector import Clause, Everything, Selector, from_data, to_data
from retention_schedules.protection import protects
from retention_schedules.situation import HoldFacts, RequestFacts
from search.query import said_as
from workflows.access import reading
from workflows.bearing import gather, is_request, last_reached
from workflows.finding import ask
from workflows.house import House
from workflows.terms import schedules_of, terms_of

KINDS = tuple(kind.value for kind in HoldKind if kind is not HoldKind.REQUEST)
"""The kinds a person may place; a request's hold comes and goes with the request."""

NOTHING = {"is": "neither", "part": {"is": "everything"}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A hold as somebody wants it. `query` "" with no `numbers` means every record.

    `future` is whether what is taken in later is reached too, through the day `closes_on` where one is given;
    `through` is the last protected day, None for a hold without an end.
    """

    kind: str
    matter: str
    reason: str
    authority: str = ""
    query: str = ""
    numbers: tuple[RecordNumber, ...] = ()
    future: bool = True
    closes_on: date | None = None
    through: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What a hold reaches now: its scope in words, how many records, and how many of them nothing else holds."""

    said_as: str
    count: int
    named: int


def preview(house: House, wanted: Wanted) -> Reach:
    """What the hold would reach if it were placed now. Raises UsageError on what is not understood."""
    with reading(house, "hold.preview", text=wanted.query) as read:
        found = _reach(house, wanted)
        read.found(found.count)
    return found


def place(house: House, wanted: Wanted) -> Hold:
    """Place a hold. Raises UsageError on what is not understood, and when it reaches nothing and never could."""
    reach = _reach(house, wanted)
    if not reach.count and not wanted.future:
        raise UsageError(f"This hold would reach nothing: {reach.said_as}.", "Nothing was changed. Try other words.")
    clause = _clause(house, wanted)
    data = {
        "kind": wanted.kind,
        "matter": wanted.matter,
        "reason": wanted.reason,
        "authority": wanted.authority,
        "query": wanted.query,
        "said_as": reach.said_as,
        "reached": reach.count,
        "clause": NOTHING if clause is None else to_data(clause),
        "numbers": [int(number) for number in wanted.numbers],
        "future": wanted.future,
        "closes_on": str(wanted.closes_on or ""),
        "protects_through": str(wanted.through or ""),
    }
    number = house.next_number("hold.placed")
    house.journal.write(("hold.placed", number, data))
    return hold_of(house, number)


def release(house: House, number: int, reason: str) -> Hold:
    """Release a hold. Raises UsageError without a reason, for a request's hold, and for one released already."""
    hold = hold_of(house, number)
    if is_request(hold):
        raise UsageError(
            f"Hold {number} belongs to records request {hold.request} and cannot be released by hand.",
            "It ends as the law says when the request is answered.",
        )
    if hold.released_at is not None:
        raise UsageError(f"Hold {number} was released already.", f"`ofrecord hold show {number}` tells when and why.")
    if not reason.strip():
        raise UsageError("A release needs a reason.", 'Say why: --reason "Case dismissed, appeal time has run"')
    house.journal.write(("hold.released", number, {"reason": reason.strip()}))
    return hold_of(house, number)


def hold_of(house: House, number: int) -> Hold:
    """A hold by its number. Raises UsageError when there is none."""
    for hold in queries.holds(house.catalog.connection):
        if hold.number == HoldNumber(number):
            return hold
    raise UsageError(f"There is no hold {number}.", "`ofrecord hold list --all` shows those there are.")


def holds(house: House, with_released: bool) -> list[Hold]:
    """The holds that stand, oldest first; with those that were released too."""
    found = queries.holds(house.catalog.connection)
    return found if with_released else [hold for hold in found if hold.released_at is None]


def reached_now(house: House, hold: Hold) -> int:
    """How many records a hold reaches now."""
    upto = last_reached(house, hold)
    return len(_numbers(house, from_data(hold.clause), hold.numbers, upto))


def scope_of(hold: Hold) -> str:
    """What a hold reaches, in words."""
    clause = from_data(hold.clause)
    named = ", ".join(label_of(number) for number in hold.numbers[:3])
    named += f" and {len(hold.numbers) - 3:,} more" if len(hold.numbers) > 3 else ""
    if to_data(clause) == NOTHING:
        return named or "nothing"
    said = said_as(Selector(clause=clause))
    return f"{said}, and {named}" if named else said


def holds_on(house: House, numbers: Sequence[RecordNumber], on: date | None = None) -> dict[RecordNumber, list[str]]:
    """Why each of some records may not be destroyed on a day because of a hold or a request; nothing for the others.

    Asked inside the writing house at the instant of destruction: no hold can be placed between the answer and the
    next act. A hold or an answered request that protects through a day counts through that day.
    """
    day = on or local_day(house.clock(), house.city.time_zone)
    found: dict[RecordNumber, list[str]] = {}
    schedules, terms = schedules_of(house), terms_of(house)
    said: dict[tuple[RequestFacts, ...], list[str]] = {}
    with house.catalog.reading():
        bearings = gather(house, terms, numbers)
        for row in keeping_queries.kept_rows(house.catalog.connection, numbers, None):
            situation = bearings.situation(row)
            if situation.requests not in said:
                why = ((each, protects(each, terms, schedules, day)) for each in situation.requests)
                said[situation.requests] = [f"{each.name}: {words}" for each, words in why if words]
            reasons = [_said(each) for each in situation.holds if each.ends is None or each.ends >= day]
            reasons += said[situation.requests]
            if reasons:
                found[RecordNumber(row.number)] = reasons
    return found


def _said(hold: HoldFacts) -> str:
    end = "without an end" if hold.ends is None else f"through {hold.ends}"
    return f"{hold.kind} hold, {hold.matter}, {end}"


def _reach(house: House, wanted: Wanted) -> Reach:
    _check(house, wanted)
    clause = _clause(house, wanted)
    missing = set(wanted.numbers) - set(queries.record_rows(house.catalog.connection, list(wanted.numbers)))
    if missing:
        raise UsageError(f"There is no record {label_of(min(missing))}.", "Nothing was changed. Check the number.")
    words = "nothing" if clause is None else said_as(Selector(clause=clause))
    named = ", ".join(label_of(number) for number in wanted.numbers[:3])
    said = named if clause is None else f"{words}, and {named}" if named else words
    count = len(_numbers(house, clause, wanted.numbers, None))
    return Reach(said_as=said, count=count, named=len(wanted.numbers))


def _numbers(house: House, clause: Clause | None, numbers: Sequence[int], upto: int | None) -> set[int]:
    reached: set[int] = set()
    if clause is not None and to_data(clause) != NOTHING:
        reached = {number for number in house.engine.numbers(Selector(clause=clause)) if upto is None or number <= upto}
    return reached | set(numbers)


def _clause(house: House, wanted: Wanted) -> Clause | None:
    if wanted.query:
        return ask(house, wanted.query).selector.clause
    return None if wanted.numbers else Everything()


def _check(house: House, wanted: Wanted) -> None:
    if wanted.kind not in KINDS:
        raise UsageError(f"There is no kind of hold {wanted.kind!r}.", f"Choose one of: {', '.join(KINDS)}.")
    for name, text in (("matter", wanted.matter), ("reason", wanted.reason)):
        if not text.strip():
            raise UsageError(f"A hold needs a {name}.", 'For example: --matter "Smith v. City" --reason "Claim filed".')
    today = local_day(house.clock(), house.city.time_zone)
    if wanted.through is not None and wanted.through < today:
        raise UsageError(f"The hold would have ended already, on {wanted.through}.", "Check --through.")
    if wanted.closes_on is not None and not wanted.future:
        raise UsageError("--until and --only-now exclude each other.", "Give one of them.")


def as_data(house: House, hold: Hold) -> dict[str, Any]:
    """A hold as the JSON object other programs rely on."""
    day = house.city.time_zone
    return {
        "number": int(hold.number),
        "kind": hold.kind.value,
        "matter": hold.matter,
        "reason": hold.reason,
        "authority": hold.authority,
        "scope": scope_of(hold),
        "reaches_now": reached_now(house, hold),
        "only_numbers": hold.clause == NOTHING,
        "future": hold.future,
        "closes_on": str(hold.closes_on or ""),
        "protects_through": str(hold.protects_through or ""),
        "placed_on": str(local_day(hold.placed_at, day)),
        "placed_by": hold.placed_by,
        "request": int(hold.request) if hold.request else None,
        "released_on": str(local_day(hold.released_at, day)) if hold.released_at else "",
        "released_by": hold.released_by,
        "release_reason": hold.release_reason,
    }
