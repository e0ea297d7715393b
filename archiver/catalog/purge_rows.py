"""What is asked of the catalog about the records on a purge's list. Reads only; lists may be long."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from archiver.catalog import ledger_rows
from archiver.catalog.execution_check import EXECUTED, LIVE
from archiver.catalog.tables import act, hold, ledger_entry, media_use, request, version

AT_ONCE = 5_000
"""Records asked about in one question."""

VERIFIED = "disposition.verified"
_NAMED = re.compile(rb'"record":(\d+),')
_BUCKET = re.compile(rb'"bucket":"([^"]*)"')


def parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """A long list in parts that one question can hold."""
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]


def versions(connection: Connection, numbers: Sequence[int]) -> int:
    """How many versions some records have."""
    counted = select(func.count()).select_from(version)
    return sum(connection.execute(counted.where(version.c.number.in_(part))).scalar() or 0 for part in parts(numbers))


def filed_and_made(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """By number the series each of some records is filed under now, and when it says it was made."""
    found: dict[int, dict[str, Any]] = {}
    for part in parts(numbers):
        asked = ",".join(str(int(number)) for number in part)
        rows = connection.exec_driver_sql(f"{_FILED_AND_MADE} WHERE record.number IN ({asked})").cursor.fetchall()
        found |= {row[0]: {"number": row[0], "series": row[1], "created_at": row[2]} for row in rows}
    return found


_FILED_AND_MADE = (
    "SELECT record.number, coalesce(filing.series, record.series), record.created_at FROM record"
    " LEFT JOIN filing ON filing.number = record.number"
)


def newer(connection: Connection, numbers: Sequence[int], entries: int) -> set[int]:
    """Those of some records of which a version came in after the ledger had so many entries."""
    found: set[int] = set()
    for part in parts(numbers):
        query = select(version.c.number).where(version.c.number.in_(part), version.c.leaf >= entries)
        found |= set(connection.execute(query).scalars())
    return found


def there(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of some numbers that have content."""
    found: set[int] = set()
    for part in parts(numbers):
        found |= set(connection.execute(select(version.c.number).where(version.c.number.in_(part))).scalars())
    return found


def buckets(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The bucket in which the ledger says each of some records was first kept."""
    query = select(version.c.number, ledger_entry.c.entry).join(ledger_entry, ledger_entry.c.seq == version.c.leaf)
    found: dict[int, str] = {}
    for part in parts(numbers):
        for number, entry in connection.execute(query.where(version.c.n == 1, version.c.number.in_(part))):
            match = _BUCKET.search(entry)
            found[number] = match[1].decode() if match else ""
    return found


def shared_media(connection: Connection, numbers: Sequence[int]) -> int:
    """How many media objects of some records stay, because other records use them too."""
    chosen, used = set(numbers), set()
    for part in parts(numbers):
        used |= set(connection.execute(select(media_use.c.sha256).where(media_use.c.number.in_(part))).scalars())
    shared, names = set(), sorted(used)
    for start in range(0, len(names), AT_ONCE):
        query = select(media_use.c.sha256, media_use.c.number)
        query = query.where(media_use.c.sha256.in_(names[start : start + AT_ONCE]))
        shared |= {name for name, number in connection.execute(query) if number not in chosen}
    return len(shared)


def standing(connection: Connection) -> tuple[list[int], list[int]]:
    """The numbers of the holds that are not released, and of the requests that are open."""
    holds = select(hold.c.number).where(hold.c.released_at.is_(None)).order_by(hold.c.number)
    opened = select(request.c.number).where(request.c.state.in_(LIVE)).order_by(request.c.number)
    return list(connection.execute(holds).scalars()), list(connection.execute(opened).scalars())


def executions(connection: Connection) -> list[dict[str, Any]]:
    """Every act of destruction in order: its number, moment, subject, entry in the ledger and data."""
    query = select(act.c.number, act.c.at, act.c.subject, act.c.leaf, act.c.data).where(act.c.kind == EXECUTED)
    found = connection.execute(query.order_by(act.c.number)).mappings()
    return [{**row, "data": json.loads(row["data"])} for row in found]


def verification_of(connection: Connection, number: int) -> dict[str, Any] | None:
    """The act by which a destruction was found complete; None while the search for remains has not ended."""
    query = select(act.c.number, act.c.at, act.c.subject, act.c.leaf, act.c.data)
    row = connection.execute(query.where(act.c.kind == VERIFIED, act.c.subject == number)).mappings().first()
    return None if row is None else {**row, "data": json.loads(row["data"])}


def entries_of(connection: Connection, ranges: Sequence[Sequence[int]], before: int) -> Iterator[tuple[int, bytes]]:
    """The ledger's entries before a place that name one of these records, in order. The ledger forgets nothing."""
    firsts = [first for first, _ in ranges]
    for seq, entry in ledger_rows.entries(connection):
        if seq >= before:
            return
        match = _NAMED.search(entry)
        if match is None:
            continue
        place = bisect_right(firsts, int(match[1])) - 1
        if place >= 0 and int(match[1]) <= ranges[place][1]:
            yield seq, entry
