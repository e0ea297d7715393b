"""What is asked of the catalog about keeping: filings, rules, events, changes, notices, the rows that are judged."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select

from archiver.catalog.keeping_tables import filing, filing_rule, keeping_event, notice, schedule_change, transfer
from archiver.catalog.queries import versions_of_many
from archiver.catalog.tables import record, run, segment, version
from archiver.catalog.threads import USABLE, Threads, threads_of
from custody.errors import DamageError

Row = dict[str, Any]

_PAGE = 20_000


class KeptRow(NamedTuple):
    """What judging needs of one record. Times are milliseconds in UTC; `created` is None where no usable date is known,
    `thread_end` where nobody asked for it."""

    number: int
    account: int
    series: str
    created: int | None
    removed: int | None
    thread_end: int | None


Kept = tuple[int, int, str, int | None, int | None, int | None]
"""The same as a plain tuple: what whole pages of rows consist of."""


def kept_rows(connection: Connection, numbers: Sequence[int] | None, threads: Threads | None) -> Iterator[KeptRow]:
    """The rows of some records, or (None) of all in order of number, streamed. The newest filing of each counts.

    `threads`: where they matter, for the last item of each record's thread.
    """
    pages = kept_pages(connection, threads) if numbers is None else _chosen(connection, numbers, threads)
    for page in pages:
        yield from map(KeptRow._make, page)


def kept_pages(connection: Connection, threads: Threads | None, at_once: int = _PAGE) -> Iterator[list[Kept]]:
    """The rows of all records in order of number, so many at once."""
    last = 0
    while page := _page(connection, _ALL_KEPT, (last, at_once), threads):
        yield page
        last = page[-1][0]


def _chosen(connection: Connection, numbers: Sequence[int], threads: Threads | None) -> Iterator[list[Kept]]:
    for start in range(0, len(numbers), 5000):
        chosen = ",".join(str(int(number)) for number in numbers[start : start + 5000])
        yield _page(connection, f"{_KEPT} WHERE record.number IN ({chosen}) ORDER BY record.number", (), threads)


def _page(connection: Connection, query: str, values: tuple[int, ...], threads: Threads | None) -> list[Kept]:
    page: Any = connection.exec_driver_sql(query, values).cursor.fetchall()  # plain tuples: nothing needs conversion
    if threads is None:
        return list(page)
    return [(*row[:5], threads.end(row[0])) for row in page]


_KEPT = (
    f"SELECT record.number, record.account, coalesce(filing.series, record.series), {USABLE}, record.removed_at, NULL"
    " FROM record LEFT JOIN filing ON filing.number = record.number"
)
_ALL_KEPT = f"{_KEPT} WHERE record.number > ? ORDER BY record.number LIMIT ?"


def filed(connection: Connection, number: int) -> Row | None:
    """The newest filing of a record, or None while it stands where it was taken in."""
    row = connection.execute(select(filing).where(filing.c.number == number)).mappings().first()
    return dict(row) if row else None


def filings(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The series of those records that were filed anew."""
    found: dict[int, str] = {}
    for start in range(0, len(numbers), 5000):
        here = filing.c.number.in_(numbers[start : start + 5000])
        found |= {row[0]: row[1] for row in connection.execute(select(filing.c.number, filing.c.series).where(here))}
    return found


def filing_rows(connection: Connection, numbers: Sequence[int]) -> dict[int, Row]:
    """The newest filing of those records that were filed anew: series, rule (0: by a person) and act."""
    columns = (filing.c.number, filing.c.series, filing.c.rule, filing.c.act)
    found: dict[int, Row] = {}
    for start in range(0, len(numbers), 5000):
        here = filing.c.number.in_(numbers[start : start + 5000])
        found |= {row["number"]: dict(row) for row in connection.execute(select(*columns).where(here)).mappings()}
    return found


def filed_behind(connection: Connection, act: int) -> Iterator[tuple[int, int]]:
    """The records whose newest filing came after an act, each with the act that filed it."""
    for row in connection.execute(select(filing.c.number, filing.c.act).where(filing.c.act > act)):
        yield row[0], row[1]


def rules(connection: Connection) -> list[Row]:
    """The filing rules in the order in which they are asked."""
    query = select(filing_rule).order_by(filing_rule.c.position, filing_rule.c.number)
    return [{**json.loads(row["data"]), "number": row["number"]} for row in connection.execute(query).mappings()]


def events(connection: Connection) -> list[Row]:
    """Every recorded event, oldest first."""
    query = select(keeping_event).order_by(keeping_event.c.act)
    return [{**dict(row), "day": date.fromisoformat(row["day"])} for row in connection.execute(query).mappings()]


def changes(connection: Connection) -> list[Row]:
    """Every change of the schedules, proposed or in force, oldest first."""
    return _numbered(connection, schedule_change)


def notices(connection: Connection) -> list[Row]:
    """Every notice, oldest first."""
    return _numbered(connection, notice)


def transfers(connection: Connection) -> list[Row]:
    """Every transfer to the body that keeps history, oldest first."""
    return _numbered(connection, transfer)


def _numbered(connection: Connection, of: Table) -> list[Row]:
    found = connection.execute(select(of).order_by(of.c.number)).mappings()
    return [{**json.loads(row["data"]), "number": row["number"], "state": row["state"]} for row in found]


def segments(connection: Connection) -> list[Row]:
    """Every segment with how far its bytes are acknowledged."""
    query = select(segment.c.id, segment.c.name, segment.c.room, segment.c.committed_end)
    return [dict(row) for row in connection.execute(query).mappings()]


def records_in(connection: Connection, segments: Iterable[int]) -> set[int]:
    """The records of which a version lies in one of these segments."""
    return set(connection.execute(select(version.c.number).where(version.c.segment.in_(list(segments)))).scalars())


def stored_bytes(connection: Connection, numbers: Sequence[int]) -> int:
    """How many bytes the versions of some records take in the vault, their media left out."""
    total = 0
    for start in range(0, len(numbers), 5000):
        here = version.c.number.in_(numbers[start : start + 5000])
        total += connection.execute(select(func.sum(version.c.length)).where(here)).scalar() or 0
    return total


def last_record(connection: Connection) -> int:
    """The highest record number there is; 0 in an empty archive."""
    return connection.execute(select(func.max(record.c.number))).scalar() or 0


def last_taken_in_through(connection: Connection, day_of: Callable[[int], date], day: date | None) -> int:
    """The highest record number whose first import began by the end of a day; 0 when there is none."""
    begun = connection.execute(select(run.c.number, run.c.started_at).order_by(run.c.number)).all()
    runs = [row[0] for row in begun if day is None or day_of(row[1]) <= day]
    query = select(func.max(record.c.number)).where(record.c.first_run <= max(runs, default=0))
    return connection.execute(query).scalar() or 0


def changed_bytes(connection: Connection, numbers: Sequence[int], read: Callable[[str, int, int], bytes]) -> set[int]:
    """Those of some records of which a version's stored bytes cannot be read or are not those that were kept."""
    changed = set()
    for start in range(0, len(numbers), 500):
        for number, places in versions_of_many(connection, numbers[start : start + 500]).items():
            for place in places:
                try:
                    data = read(place["name"], place["offset"], place["length"])
                except DamageError:
                    data = b""
                if hashlib.sha256(data).digest() != place["sha256"]:
                    changed.add(number)
    return changed


class TraitRow(NamedTuple):
    """What filing rules ask of one record, where it is filed now, and by which rule (0 by a person, None by none)."""

    number: int
    account: int
    kind: str
    official: int
    replied: int
    series: str
    rule: int | None


def trait_rows(connection: Connection, is_official: Callable[[int, str, str, str], bool]) -> Iterator[TraitRow]:
    """Every record's traits in order of number, streamed: who writes for the city, which threads staff answers.

    `is_official` is asked once for each account, author's name, handle and kind of record there is.
    """
    of, answered = _settle_officials(connection, is_official)
    last = 0
    while True:
        page = connection.exec_driver_sql(_TRAITS, (last, _PAGE)).cursor.fetchall()
        for number, account, kind, official, series, rule in page:
            yield TraitRow(number, account, kind, official, int(of[number] in answered), series, rule)
        if len(page) < _PAGE:
            return
        last = page[-1][0]


def _settle_officials(
    connection: Connection, is_official: Callable[[int, str, str, str], bool]
) -> tuple[Sequence[int], set[int]]:
    """Note who writes for the city in a temporary table; the thread of every record, and the threads staff answers."""
    sql = connection.exec_driver_sql
    of = threads_of(connection).of
    sql("DROP TABLE IF EXISTS temp.keeping_official")
    sql(
        "CREATE TEMP TABLE keeping_official(account INTEGER, name TEXT, handle TEXT, kind TEXT,"
        " PRIMARY KEY(account, name, handle, kind)) WITHOUT ROWID"
    )
    authors = sql("SELECT DISTINCT account, author_name, author_handle, kind FROM record").cursor.fetchall()
    official = [tuple(author) for author in authors if is_official(*author)]
    if official:
        sql("INSERT INTO keeping_official VALUES (?, ?, ?, ?)", official)
    return of, {of[number] for (number,) in sql(_ANSWERING).cursor.fetchall()}


_ANSWERING = (
    "SELECT r.number FROM record r JOIN keeping_official o ON r.account = o.account AND r.author_name = o.name"
    " AND r.author_handle = o.handle AND r.kind = o.kind WHERE r.kind IN ('comment', 'reply', 'message')"
)
_TRAITS = (
    "SELECT r.number, r.account, r.kind, o.account IS NOT NULL, coalesce(f.series, r.series), f.rule FROM record r"
    " LEFT JOIN keeping_official o ON o.account = r.account AND o.name = r.author_name AND o.handle = r.author_handle"
    " AND o.kind = r.kind LEFT JOIN filing f ON f.number = r.number WHERE r.number > ? ORDER BY r.number LIMIT ?"
)
