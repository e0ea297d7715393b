"""Rows of what was destroyed: which destruction took which version, and where its tombstone stands."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from archiver.catalog.rows import Row
from archiver.catalog.tables import (
    act,
    destroyed,
    destruction,
    gone_segment,
    media,
    media_use,
    quarantine,
    record,
    segment,
    unfinished,
    version,
)
from archiver.tombstone import Cause
from custody.ids import RecordNumber

_SHA256 = re.compile("[0-9a-f]{64}")
IS_RECORD = destroyed.c.number > 0
"""Of an item set aside the number is its run's, below zero."""

MANY, IN_SO_MANY = 100, 200
"""From how many versions on, and from which part of all records (one in so many), a destruction is a large one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Destruction:
    """One destruction as the catalog has it: its cause, how many records, whether the search for remains has ended."""

    cause: Cause
    records: int
    is_verified: bool


class Covered:
    """Which records were destroyed, given as (first, last, destruction)."""

    def __init__(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        self.ranges = sorted(ranges)
        self._firsts = [first for first, _, _ in self.ranges]

    def by(self, number: int) -> int | None:
        """The destruction that took a record."""
        place = bisect_right(self._firsts, number) - 1
        if place < 0 or number > self.ranges[place][1]:
            return None
        return self.ranges[place][2]

    def count(self, destruction: int) -> int:
        """How many records a destruction took."""
        return sum(last - first + 1 for first, last, by in self.ranges if by == destruction)


def destructions(connection: Connection) -> list[Destruction]:
    """Every destruction that was carried out, oldest first."""
    found = connection.execute(select(destruction).order_by(destruction.c.number)).mappings()
    return [_destruction(dict(row)) for row in found]


def _destruction(row: Row) -> Destruction:
    cause = Cause(number=row["number"], certificate=row["certificate"], moment=row["moment"])
    return Destruction(cause=cause, records=row["records"], is_verified=bool(row["verified"]))


def destruction_of(connection: Connection, number: int) -> Destruction | None:
    """The destruction that took a record; None when it was not destroyed."""
    joined = destroyed.join(destruction, destruction.c.number == destroyed.c.destruction)
    query = select(destruction).select_from(joined).where(destroyed.c.number == number).limit(1)
    row = connection.execute(query).mappings().first()
    return _destruction(dict(row)) if row else None


def versions_of(connection: Connection, number: int) -> Iterator[Row]:
    """The versions that a destruction took, in order of their number, streamed."""
    last = (0, 0)
    while True:
        here = destroyed.c.destruction == number
        later = (destroyed.c.number > last[0]) | ((destroyed.c.number == last[0]) & (destroyed.c.n > last[1]))
        query = select(destroyed).where(here, IS_RECORD, later).order_by(destroyed.c.number, destroyed.c.n).limit(5_000)
        page = connection.execute(query).mappings().all()
        yield from (dict(row) for row in page)
        if not page:
            return
        last = (page[-1]["number"], page[-1]["n"])


def of_record(connection: Connection, number: int) -> list[Row]:
    """The destroyed versions of one record, in order."""
    query = select(destroyed).where(destroyed.c.number == number).order_by(destroyed.c.n)
    return [dict(row) for row in connection.execute(query).mappings()]


def count_of_versions(connection: Connection, number: int) -> int:
    """How many versions a destruction took."""
    query = select(func.count()).select_from(destroyed).where(destroyed.c.destruction == number, IS_RECORD)
    return connection.execute(query).scalar_one()


def rewritten(connection: Connection, number: int) -> list[Row]:
    """The segments in which tombstones of a destruction stand."""
    query = select(destroyed.c.segment).where(destroyed.c.destruction == number, destroyed.c.segment > 0).distinct()
    return [dict(row) for row in connection.execute(select(segment).where(segment.c.id.in_(query))).mappings()]


def gone_segments(connection: Connection, number: int | None = None) -> list[str]:
    """The names of segments that were destroyed whole, by one destruction or by all."""
    query = select(gone_segment.c.name)
    query = query if number is None else query.where(gone_segment.c.destruction == number)
    return list(connection.execute(query).scalars())


def rewritten_at(connection: Connection) -> dict[str, int]:
    """For each segment in which there are tombstones, the newest entry of the ledger that put some there."""
    executed = act.c.kind == "disposition.executed"
    joined = destroyed.join(segment, segment.c.id == destroyed.c.segment)
    joined = joined.join(act, executed & (act.c.subject == destroyed.c.destruction))
    query = select(segment.c.name, func.max(act.c.leaf)).select_from(joined).group_by(segment.c.name)
    return {row[0]: row[1] for row in connection.execute(query)}


def begin(connection: Connection, number: int, secret: bytes, media: Sequence[str]) -> None:
    """Note that a destruction is not finished: the key of its sealed needles, and the media that are to be removed."""
    connection.execute(insert(unfinished), {"destruction": number, "secret": secret, "data": " ".join(media)})


def unfinished_ones(connection: Connection) -> list[tuple[Destruction, bytes, list[str]]]:
    """The destructions of which the search for remains has not ended, with the needles' key (empty when it is lost)
    and the media that are to be removed."""
    joined = destruction.outerjoin(unfinished, unfinished.c.destruction == destruction.c.number)
    query = select(destruction, unfinished.c.secret, unfinished.c.data).select_from(joined)
    found = []
    for row in connection.execute(query.where(destruction.c.verified == 0).order_by(destruction.c.number)).mappings():
        found.append((_destruction(dict(row)), row["secret"] or b"", (row["data"] or "").split()))
    return found


def note_removed(connection: Connection, number: int) -> None:
    """Forget which media a destruction had to remove, once they are: their names are digests of what is gone."""
    connection.execute(update(unfinished).where(unfinished.c.destruction == number).values(data=""))


def finish(connection: Connection, number: int) -> None:
    """Forget the key of a destruction's needles."""
    connection.execute(delete(unfinished).where(unfinished.c.destruction == number))


def forget_media(connection: Connection, digests: Sequence[bytes]) -> None:
    """Delete the rows of media objects that nothing shows any more."""
    for sha256 in digests:
        shown = select(media_use.c.n).where(media_use.c.sha256 == sha256).exists()
        connection.execute(delete(media).where(media.c.sha256 == sha256, ~shown))


def those_there(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of some records that there are."""
    found: set[int] = set()
    for start in range(0, len(numbers), 5000):
        chosen = record.c.number.in_(numbers[start : start + 5000])
        found.update(connection.execute(select(record.c.number).where(chosen)).scalars())
    return found


def digests_of_media(connection: Connection, digests: Sequence[str]) -> Iterator[tuple[bytes, bytes]]:
    """Of media objects named by their SHA-256 (64 hex digits): that digest, and the one of the file."""
    for sha256 in digests:
        found = connection.execute(select(media.c.file_sha256).where(media.c.sha256 == bytes.fromhex(sha256))).scalar()
        if found is not None:
            yield bytes.fromhex(sha256), found


def is_large_part(connection: Connection, number: int) -> bool:
    """Whether a destruction took so much that copies of it are surely left in unused places of the database's pages:
    a hundred versions, and one in two hundred of what was there."""
    gone = count_of_versions(connection, number)
    if gone < MANY:
        return False
    there = connection.execute(select(func.count()).select_from(record)).scalar_one()
    return gone * IN_SO_MANY > there


def numbers_of(connection: Connection, number: int) -> list[RecordNumber]:
    """The records that a destruction took, in order."""
    query = (
        select(destroyed.c.number)
        .where(destroyed.c.destruction == number, IS_RECORD)
        .distinct()
        .order_by(destroyed.c.number)
    )
    return [RecordNumber(each) for each in connection.execute(query).scalars()]


def still_there(connection: Connection, number: int) -> Iterator[tuple[str, int]]:
    """Rows of records that a destruction took: the table, and the record."""
    taken = select(destroyed.c.number).where(destroyed.c.destruction == number)
    for table in (record, version, media_use):
        for left in connection.execute(select(table.c.number).where(table.c.number.in_(taken)).distinct()).scalars():
            yield table.name, left


def places_in(connection: Connection, segment: int) -> Iterator[Sequence[Any]]:
    """Number, offset, length of the raw part and length of the versions in a segment, in order, a page at a time."""
    columns = (version.c.number, version.c.offset, version.c.raw_length, version.c.length)
    after = 0
    while True:
        here = (version.c.segment == segment) & (version.c.offset > after)
        page = connection.execute(select(*columns).where(here).order_by(version.c.offset).limit(500)).all()
        if not page:
            return
        yield page
        after = page[-1][1]


def come_in_late(connection: Connection, run: int, quarter: str) -> int:
    """How many new records a run took into buckets whose quarter (`2026Q4`) is over; 0 while nothing was destroyed."""
    if connection.execute(select(destruction.c.number).limit(1)).first() is None:
        return 0
    ends = func.substr(segment.c.room, -6)
    joined = version.join(segment, segment.c.id == version.c.segment)
    late = (version.c.run == run) & (version.c.n == 1) & (ends < quarter) & (func.substr(ends, 5, 1) == "Q")
    return connection.execute(select(func.count()).select_from(joined).where(late)).scalar_one()


def aside(connection: Connection) -> list[Row]:
    """Every item that was set aside because nobody could understand it, with its place, in order."""
    query = select(quarantine).order_by(quarantine.c.segment, quarantine.c.offset)
    return [dict(row) for row in connection.execute(query).mappings()]


def segments_aside(connection: Connection) -> list[Row]:
    """The segments in which items lie that were set aside."""
    found = connection.execute(select(segment).where(segment.c.room == "quarantine").order_by(segment.c.id)).mappings()
    return [dict(row) for row in found]


def named_in_acts(connection: Connection) -> set[bytes]:
    """The SHA-256 of every file that an act names (the scan of a letter): such an object is no record's alone."""
    query = select(act.c.data).where(act.c.data.like('%"sha256"%'), act.c.kind != "disposition.executed")
    return {bytes.fromhex(each) for data in connection.execute(query).scalars() for each in _SHA256.findall(data)}
