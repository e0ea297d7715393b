"""What is asked of the catalog about keeping: filings, rules, events, changes, notices, the rows that are judged."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, case, column, func, null, select, table

from archiver.catalog.keeping_tables import filing, filing_rule, keeping_event, notice, schedule_change, transfer
from archiver.catalog.queries import versions_of_many
from archiver.catalog.rows import IMPLAUSIBLE
from archiver.catalog.tables import record, run, segment, version
from custody.errors import DamageError

Row = dict[str, Any]

_PAGE = 20_000
_ROOT = table("keeping_root", column("number"), column("account"), column("root"))
_THREAD = table("keeping_thread", column("account"), column("root"), column("last"))


class KeptRow(NamedTuple):
    """What judging needs of one record. Times are milliseconds in UTC; `created` is None where no usable date is known,
    `thread_end` where nobody asked for it."""

    number: int
    account: int
    series: str
    created: int | None
    removed: int | None
    thread_end: int | None


def kept_rows(connection: Connection, numbers: Sequence[int] | None, threads: bool) -> Iterator[KeptRow]:
    """The rows of some records, or (None) of all in order of number, streamed. The newest filing of each counts.

    `threads`: also the last item of each record's thread, for which `settle_threads` was called before.
    """
    query = _kept(threads)
    if numbers is not None:
        for start in range(0, len(numbers), 5000):
            chosen = query.where(record.c.number.in_(numbers[start : start + 5000]))
            yield from map(KeptRow._make, connection.execute(chosen.order_by(record.c.number)))
        return
    last = 0
    while True:  # plain tuples from the driver: nothing needs conversion
        here = query.where(record.c.number > last).order_by(record.c.number).limit(_PAGE)
        text = str(here.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        page = connection.exec_driver_sql(text).cursor.fetchall()
        yield from map(KeptRow._make, page)
        if len(page) < _PAGE:
            return
        last = page[-1][0]


def _kept(threads: bool) -> Select[Any]:
    series = func.coalesce(filing.c.series, record.c.series)
    beside = record.outerjoin(filing, filing.c.number == record.c.number)
    if threads:
        beside = beside.outerjoin(_ROOT, _ROOT.c.number == record.c.number)
        beside = beside.outerjoin(_THREAD, (_THREAD.c.account == _ROOT.c.account) & (_THREAD.c.root == _ROOT.c.root))
    end = _THREAD.c.last if threads else null()
    return select(record.c.number, record.c.account, series, _usable(), record.c.removed_at, end).select_from(beside)


def _usable() -> Any:
    flagged = func.instr("," + record.c.flags + ",", f",{IMPLAUSIBLE},") > 0
    return case((flagged, null()), else_=record.c.created_at)


_MOST_JUMPS = 64
"""So often a thread's top is looked for above what was found: each time the distance doubles."""


def settle_threads(connection: Connection) -> None:
    """Find the top of each record's thread and the last item of each thread, in temporary tables.

    A record that names its thread's top is believed; else the answers are followed upwards as far as they are here.
    """
    sql = connection.exec_driver_sql
    sql("DROP TABLE IF EXISTS temp.keeping_root")
    sql("DROP TABLE IF EXISTS temp.keeping_thread")
    sql(
        "CREATE TEMP TABLE keeping_root(number INTEGER PRIMARY KEY, account INTEGER NOT NULL, root TEXT NOT NULL,"
        " settled INTEGER NOT NULL)"
    )
    sql(
        "INSERT INTO keeping_root SELECT number, account, CASE WHEN root_id <> '' THEN root_id WHEN parent_id <> ''"
        " THEN parent_id ELSE object_id END, root_id <> '' OR parent_id = '' FROM record"
    )
    above = (
        "(SELECT top.root FROM record up JOIN keeping_root top ON top.number = up.number"
        " WHERE up.account = keeping_root.account AND up.object_id = keeping_root.root)"
    )
    for _ in range(_MOST_JUMPS):
        moved = sql(f"UPDATE keeping_root SET root = {above} WHERE settled = 0 AND {above} <> root").rowcount
        if not moved:
            break
    sql(
        "CREATE TEMP TABLE keeping_thread(account INTEGER NOT NULL, root TEXT NOT NULL, last INTEGER,"
        " PRIMARY KEY(account, root)) WITHOUT ROWID"
    )
    created = _usable().compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    sql(
        f"INSERT INTO keeping_thread SELECT r.account, r.root, max({created}) FROM keeping_root r"
        " JOIN record ON record.number = r.number GROUP BY r.account, r.root"
    )


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


_ANSWERS = "('comment', 'reply', 'message')"


def settle_traits(connection: Connection, is_official: Callable[[int, str, str, str], bool]) -> None:
    """Find who writes for the city and which threads staff answers, in temporary tables.

    `is_official` is asked once for each account, author's name, handle and kind of record there is.
    """
    sql = connection.exec_driver_sql
    settle_threads(connection)
    sql("DROP TABLE IF EXISTS temp.keeping_official")
    sql("DROP TABLE IF EXISTS temp.keeping_answered")
    sql(
        "CREATE TEMP TABLE keeping_official(account INTEGER, name TEXT, handle TEXT, kind TEXT,"
        " PRIMARY KEY(account, name, handle, kind)) WITHOUT ROWID"
    )
    authors = sql("SELECT DISTINCT account, author_name, author_handle, kind FROM record").cursor.fetchall()
    official = [tuple(author) for author in authors if is_official(*author)]
    if official:
        sql("INSERT INTO keeping_official VALUES (?, ?, ?, ?)", official)
    sql("CREATE TEMP TABLE keeping_answered(account INTEGER, root TEXT, PRIMARY KEY(account, root)) WITHOUT ROWID")
    sql(
        "INSERT OR IGNORE INTO keeping_answered SELECT t.account, t.root FROM keeping_official o JOIN record r ON"
        " r.account = o.account AND r.author_name = o.name AND r.author_handle = o.handle AND r.kind = o.kind"
        f" JOIN keeping_root t ON t.number = r.number WHERE r.kind IN {_ANSWERS}"
    )


def trait_rows(connection: Connection) -> Iterator[TraitRow]:
    """Every record's traits in order of number, streamed; `settle_traits` was called before."""
    last = 0
    while True:
        page = connection.exec_driver_sql(_TRAITS, (last, _PAGE)).cursor.fetchall()
        yield from map(TraitRow._make, page)
        if len(page) < _PAGE:
            return
        last = page[-1][0]


_TRAITS = (
    "SELECT r.number, r.account, r.kind, o.account IS NOT NULL, a.account IS NOT NULL, coalesce(f.series, r.series),"
    " f.rule FROM record r JOIN keeping_root t ON t.number = r.number"
    " LEFT JOIN keeping_official o ON o.account = r.account AND o.name = r.author_name AND o.handle = r.author_handle"
    " AND o.kind = r.kind LEFT JOIN keeping_answered a ON a.account = t.account AND a.root = t.root"
    " LEFT JOIN filing f ON f.number = r.number WHERE r.number > ? ORDER BY r.number LIMIT ?"
)
