"""Items that were set aside because nobody could understand them, and that hold the text of records on a list.

Nothing can be destroyed while its text also lies there. So a list is compared with them before it is signed; the clerk
takes those that hold its text into the list, where both people sign for them like for the records, or keeps the records
that show it. An item goes whole: what else it held goes with it, and the clerk is told so.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from archiver import durable, erasing
from archiver.catalog import destroyed_rows
from archiver.catalog.choice import Choice, Place
from archiver.needles import Found, Kept, Needles, traces_of
from archiver.residue import Search
from archiver.scanning import scan
from archiver.sealing import new_seal
from archiver.tombstone import called
from custody.errors import UnavailableError
from workflows.house import House
from workflows.remains import SEARCHING, Told, not_elsewhere, owners, together


class AlsoSetAside(UnavailableError):
    """The text of records on a list also lies in items set aside that are not on it."""


Item = tuple[int, int]
"""An item set aside: the run that set it aside, and its number in it."""

_MOST_NAMED = 40


def holding(house: House, numbers: Collection[int], kept: Kept, told: Told) -> dict[Item, Found]:
    """The items set aside that hold something of records that are to be destroyed, in order. `kept` are their traces.
    What also stands in a record that stays is no reason."""
    paths = _files(house)
    scanned = scan(kept, paths, partial(told, SEARCHING)) if paths else None
    if scanned is None or not scanned.found:
        return {}
    left = not_elsewhere(house, scanned.needles, together(scanned.found.values()), frozenset(numbers))
    return _by_item(house, scanned.needles.only(left)) if left else {}


def _files(house: House) -> list[Path]:
    return sorted((house.vault.root / "quarantine").glob("*.warc.gz"))


def _by_item(house: House, needles: Needles) -> dict[Item, Found]:
    names = {row["id"]: row["name"] for row in destroyed_rows.segments_aside(house.catalog.connection)}
    found: dict[Item, Found] = {}
    for row in destroyed_rows.aside(house.catalog.connection):
        chunk = house.vault.read(names[row["segment"]], row["offset"], row["length"])
        if here := Search(needles, everywhere=True).data(chunk):
            found[row["run"], row["n"]] = here
    return found


def holding_text_of(house: House, numbers: Sequence[int], told: Told) -> dict[Item, list[str]]:
    """The items set aside that hold text of some records, each with the records, before anything is signed."""
    if not destroyed_rows.aside(house.catalog.connection):
        return {}
    refuse_unfinished(house)
    staging = house.settings.home / erasing.FOLDER
    durable.remove_folder(staging)
    try:
        return _holding_text_of(house, numbers, staging, told)
    finally:
        durable.remove_folder(staging)


def would_hold_text_of(house: House, numbers: Sequence[int], told: Told) -> dict[Item, list[str]]:
    """The same for a dry run, inside `open_house`: what it needs lies, sealed, in a folder of its own and not in the
    archive, in which somebody else may be carrying out a destruction. Raises what `holding_text_of` raises."""
    if not destroyed_rows.aside(house.catalog.connection):
        return {}
    refuse_unfinished(house)
    with TemporaryDirectory(prefix="ofrecord-dry-run-") as folder:
        return _holding_text_of(house, numbers, Path(folder), told)


def _holding_text_of(house: House, numbers: Sequence[int], staging: Path, told: Told) -> dict[Item, list[str]]:
    choice = Choice(house.catalog, sorted(numbers))
    try:
        kept = Kept(staging / "needles", new_seal())
        with kept.writing() as put:

            def seen(place: Place, chunk: bytes) -> None:
                put(traces_of(place, chunk))

            for row in (*choice.whole, *choice.mixed):
                erasing.read_whole(house.vault, row, choice.places(row["id"]), seen)
        return {item: owners(kept, found, _MOST_NAMED) for item, found in holding(house, numbers, kept, told).items()}
    finally:
        choice.close()


def refuse_unfinished(house: House) -> None:
    """Raise UnavailableError while an earlier destruction needs its traces."""
    if destroyed_rows.unfinished_ones(house.catalog.connection):
        raise UnavailableError(
            "An earlier destruction is not finished: its search for remains has not ended.",
            "Finish it first: `ofrecord purge finish`. Nothing more was destroyed.",
        )


def refuse_others(house: House, numbers: Collection[int], items: Collection[Item], kept: Kept, told: Told) -> None:
    """Refuse to begin while a text also lies in an item set aside that is not on the list."""
    found = {item: each for item, each in holding(house, numbers, kept, told).items() if item not in items}
    if found:
        raise not_on_the_list({item: owners(kept, each, _MOST_NAMED) for item, each in found.items()}, "was destroyed")


def not_on_the_list(found: Mapping[Item, Sequence[str]], what: str) -> AlsoSetAside:
    """What to tell a clerk of items that hold the text of records on a list, and are not on it. `what`: what did not
    happen ("was proposed")."""
    named = list(dict.fromkeys(label for labels in found.values() for label in labels))
    listed = ", ".join(called(-run, n) for run, n in [*found][:_MOST_NAMED])
    more = f" and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
    records = " ".join(each for each in named if each.startswith("R"))
    return AlsoSetAside(
        f"Nothing {what}: {', '.join(named)} also stands in {listed}{more}, which nobody could understand when it "
        "was taken in.",
        "Take what was set aside into the list, whole, where both people sign for it: "
        "`ofrecord purge propose --with-quarantined`."
        + (
            " Or keep the records, which leaves them out of the next list: "
            f"`ofrecord hold place other {records} --matter 'item set aside' "
            "--reason 'it also stands in an item set aside'`."
            if records
            else ""
        ),
    )
