"""The search for remains of what was destroyed: over every file of the archive, and by name in every table.

Files of records that stay are not searched but accounted for: each of their bytes is a tombstone, which was compared,
or belongs to a version that was compared with its digest when its file was written anew. In all others a needle that is
found is a remain, unless it also stands in rows of records that stay, in their own right: then it says nothing of what
was destroyed. In the catalog and in the log it may also be what people wrote themselves; that is named and left.
"""

import os
import re
from collections.abc import Callable, Container, Iterable, Iterator
from functools import partial
from itertools import chain, takewhile
from pathlib import Path

from archiver import durable, erasing, working
from archiver.catalog import destroyed_rows, living, rows
from archiver.needles import Found, Kept, Needles
from archiver.residue import Search
from archiver.scanning import NOTHING, look, scan
from archiver.warc import read_member
from custody.errors import UnavailableError
from custody.ids import label_of
from custody.purged import Remains
from workflows.house import House

Told = Callable[[str, int, int], None]

SEARCHING = "bytes searched for remains"
_DATABASE = "catalog.sqlite"
_OURS = (_DATABASE, "index/", "vault/acts/", "ofrecord.toml", "city.toml", "checked.json")
"""Files that hold what the rows hold; in no other may a needle stand."""

_SENT = ("responses/", "letters/", "notices/")
"""What left the house, or was written to leave it: it has a retention of its own."""

_LINES = 2_000
_SHA256 = re.compile("[0-9a-f]{64}")


def search(house: House, number: int, kept: Kept | None, told: Told, is_compact: bool = False) -> Remains:
    """Look for what is left of a destruction, everywhere; say what was looked at and what was found. `is_compact`: the
    database was written anew since the rows went."""
    connection = house.catalog.connection
    cause = next(each.cause for each in destroyed_rows.destructions(connection) if each.cause.number == number)
    hits = [*_rows_left(house, number)]
    for segment in destroyed_rows.rewritten(connection, number):
        if not erasing.stands(house.catalog, house.vault, segment, cause):
            hits.append(f"vault/{segment['name']}: a tombstone is not in its place")
    working.sweep(house.settings.home)
    accounted, searched = _files(house)
    scanned = NOTHING
    if kept is not None and kept.path.exists():
        scanned = scan(kept, searched, partial(told, SEARCHING))
    everywhere = together(scanned.found.values())
    own = _own(house, scanned.needles, everywhere)
    written, tables = _written(house, scanned.needles, everywhere.without(own))
    listed = [f"the catalog's table {name}" for name in sorted(tables)]
    suspect: dict[str, Found] = {}
    for path, seen in scanned.found.items():
        name = path.relative_to(house.settings.home).as_posix()
        if name.startswith(_SENT):
            listed.append(name)
        elif left := seen.without(own, written) if name.startswith(_OURS) else seen.without(own):
            if name.startswith(_DATABASE) and not is_compact:
                left = _left_in_database(house, scanned.needles, left, told)
            suspect[name] = left
    remaining = not_elsewhere(house, scanned.needles, together(suspect.values()), frozenset())
    for name, left in suspect.items():
        if left := left.both(remaining):
            hits.append(f"{name}: {', '.join(owners(kept, left))}")
    return Remains(
        files=len(searched) + len(accounted), bytes=scanned.bytes, needles=scanned.count, hits=tuple(hits),
        accounted=sum(path.stat().st_size for path in accounted),
        structural=scanned.blank if scanned.count else destroyed_rows.count_of_versions(connection, number),
        shared=len(own.pieces) + len(own.words), kept=tuple(listed),
    )  # fmt: skip


def together(each: Iterable[Found]) -> Found:
    """Everything that was found in one of several places."""
    whole = Found()
    for one in each:
        whole.add(one)
    return whole


def _left_in_database(house: House, needles: Needles, left: Found, told: Told) -> Found:
    """What is still in the database once it was written anew, without the unused places in its pages. That is cheaper
    than to look whether a record that stays has it among its bytes, and mostly settles it."""
    write_anew(house)
    paths = sorted(house.settings.home.glob(_DATABASE + "*"))
    return look(needles.only(left), paths, partial(told, SEARCHING))


def write_anew(house: House) -> None:
    """Write the database anew, since its pages can hold copies of rows that went."""
    staging = house.settings.home / erasing.FOLDER
    durable.make_folder(staging)
    house.catalog.compact(staging / erasing.ANEW)


def _files(house: House) -> tuple[list[Path], list[Path]]:
    """The files whose bytes are accounted for, and those that are searched."""
    home, connection = house.settings.home, house.catalog.connection
    segments = rows.segment_ends(connection)
    accounted: list[Path] = []
    searched: list[Path] = []
    for path in _below(home):
        if path.is_file() and path != home / erasing.FOLDER / "needles":
            name = path.relative_to(home).as_posix()
            end = segments.get(name.removeprefix("vault/")) if name.startswith("vault/segments/") else None
            stem = path.name.removesuffix(".warc.gz") if name.startswith("vault/media/") else ""
            shown = bool(_SHA256.fullmatch(stem)) and rows.has_media(connection, bytes.fromhex(stem))
            (accounted if shown or end == path.stat().st_size else searched).append(path)
    return accounted, searched


def _below(home: Path) -> list[Path]:
    """Everything in the archive's folder. What cannot be read is no clean folder; what just went is gone."""

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise UnavailableError(f"{error.filename} cannot be searched: {error.strerror}.", "Check who owns it.")

    walked = os.walk(home, onerror=refuse)
    return sorted(Path(folder, name) for folder, _, names in walked for name in names)


def _rows_left(house: House, number: int) -> Iterator[str]:
    """Rows, index entries and files by the names of what was destroyed."""
    connection = house.catalog.connection
    for name, label in destroyed_rows.still_there(connection, number):
        yield f"the catalog's table {name}: {label_of(label)}"
    numbers = destroyed_rows.numbers_of(connection, number)
    for start in range(0, len(numbers), _LINES):
        for each in house.engine.words_of(numbers[start : start + _LINES]):
            yield f"the search index: {label_of(each)}"
    for name in destroyed_rows.gone_segments(connection, number):
        if house.vault.path_of(name).exists():
            yield f"vault/{name}: the file is still there"


def _own(house: House, needles: Needles, found: Found, without: Container[int] = (), everywhere: bool = False) -> Found:
    """What was found and stands in the rows and words of records that stay. `everywhere`: also where only a part of a
    text stands there, which is found or not as it happens to lie."""
    own, looking = Found(), Search(needles.only(found), everywhere)
    with house.catalog.reading() as connection:
        blocks = chain(living.of_records(connection, without), _lines(house, without))
        for block in takewhile(lambda _: found.without(own), blocks):
            own.add(looking.plain(block))
    return own


def _written(house: House, needles: Needles, found: Found) -> tuple[Found, set[str]]:
    """What was found and stands in what people wrote, and in which tables that is."""
    written, tables, looking = Found(), set[str](), Search(needles.only(found))
    with house.catalog.reading() as connection:
        for name, values in living.of_people(connection) if found else ():
            if seen := looking.data(values):
                written.add(seen)
                tables.add(name)
    return written, tables


def not_elsewhere(house: House, needles: Needles, found: Found, without: Container[int]) -> Found:
    """What was found and stands in no record that stays: neither in its row and words nor in its bytes. Its neighbours
    are read first, which is where most of what two records have in common stands."""
    found = found.without(_own(house, needles, found, without, everywhere=True))
    looking = Search(needles.only(found), everywhere=True)
    for block in _contents(house, without) if found else ():
        found = found.without(looking.data(block))
        if not found:
            break
    return found


def _contents(house: House, without: Container[int]) -> Iterator[bytes]:
    """What is kept of the records that stay, unpacked."""
    for segment in rows.segments(house.catalog.connection):
        for page in destroyed_rows.places_in(house.catalog.connection, segment["id"]):
            members = []
            for number, offset, raw_length, length in page:
                if number not in without:
                    chunk = house.vault.read(segment["name"], offset, length)
                    members += [chunk[:raw_length], chunk[raw_length:]]
            yield b"\0".join(read_member(member, segment["name"]).block for member in members)


def _lines(house: House, without: Container[int]) -> Iterator[bytes]:
    batch: list[str] = []
    for number, line in house.engine.known():
        if number not in without:
            batch.append(line)
        if len(batch) == _LINES:
            yield "\0".join(batch).encode("utf-8", "surrogatepass")
            batch.clear()
    yield "\0".join(batch).encode("utf-8", "surrogatepass")


def owners(kept: Kept | None, found: Found, most: int = 5) -> list[str]:
    """The records whose needles were found, at most a few of them."""
    labels: list[str] = []
    for traces in kept.read() if kept is not None else ():
        one = Needles()
        one.add(traces)
        label = label_of(traces.number) if traces.number else "a medium"
        if one.only(found) and label not in labels:
            labels.append(label)
        if len(labels) > most:
            return [*labels[:most], "and more"]
    return labels
