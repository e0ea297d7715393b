"""Rows of readings: who searched and looked at what, and the batches in which the ledger commits to them.

Numbers are given without a gap and never again, also not after a row was deleted: the database remembers the newest
number in a table of its own. These rows are not in the vault; `access_carrying.py` says what a rebuild does with them.
"""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, text, update

from archiver.catalog.rows import Row
from archiver.catalog.tables import access, access_batch, act, ledger_entry

_PAGE = 1_000


def newest_number(connection: Connection) -> int:
    """The number of the newest reading ever written down; 0 before the first."""
    return connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'access'")).scalar() or 0


def continue_after(connection: Connection, number: int) -> None:
    """Give the next reading a number after this one."""
    if newest_number(connection) < number:
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = 'access'"))
        connection.execute(text("INSERT INTO sqlite_sequence VALUES ('access', :seq)"), {"seq": number})


def add_read(connection: Connection, row: Row) -> None:
    """Write a reading down."""
    connection.execute(insert(access), row)


def is_there(connection: Connection, number: int) -> bool:
    """Whether a reading stands in the catalog."""
    return connection.execute(select(access.c.number).where(access.c.number == number)).first() is not None


def waiting(connection: Connection) -> list[tuple[int, int, bytes]]:
    """The readings that stand in no batch yet, in order: number, time, digest."""
    query = select(access.c.number, access.c.at, access.c.digest).where(access.c.number > _batched(connection))
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(access.c.number))]


def waiting_since(connection: Connection) -> tuple[int, int | None]:
    """How many readings stand in no batch yet, and the time of the oldest."""
    query = select(func.count(), func.min(access.c.at)).where(access.c.number > _batched(connection))
    row = connection.execute(query).one()
    return row[0], row[1]


def _batched(connection: Connection) -> int:
    return connection.execute(select(func.max(access_batch.c.last))).scalar() or 0


def add_batch(connection: Connection, row: Row) -> None:
    """Keep what opens the ledger's commitment to a batch."""
    connection.execute(insert(access_batch), row)


def batches(connection: Connection) -> list[Row]:
    """Every batch, in order."""
    return [dict(row) for row in connection.execute(select(access_batch).order_by(access_batch.c.first)).mappings()]


def in_order(connection: Connection) -> Iterator[Row]:
    """Every reading, oldest first, streamed."""
    yield from _pages(connection, select(access), newest_first=False)


def reads(
    connection: Connection, newest_first: bool, since: int | None, until: int | None, kind: str, subject: str
) -> Iterator[Row]:
    """Readings with the ledger entry of their batch as `leaf` (None: in no batch yet), streamed.

    since and until (the first moment after) are milliseconds; `kind` names a kind or a family of them; None, "" and ""
    ask for everything.
    """
    here = (access_batch.c.first <= access.c.number) & (access_batch.c.last >= access.c.number)
    leaf = select(access_batch.c.leaf).where(here).order_by(access_batch.c.first.desc()).limit(1).correlate(access)
    query = select(access, leaf.scalar_subquery().label("leaf"))
    query = query if since is None else query.where(access.c.at >= since)
    query = query if until is None else query.where(access.c.at < until)
    query = query.where(of_kind(access.c.kind, kind)) if kind else query
    query = query.where(access.c.subject == subject) if subject else query
    yield from _pages(connection, query, newest_first)


def of_kind(column: ColumnElement[str], kind: str) -> ColumnElement[bool]:
    """Whether a kind is this one or of its family: `request` stands for `request.opened` and the others."""
    return (column == kind) | column.startswith(f"{kind}.", autoescape=True)


def _pages(connection: Connection, query: Select[Any], newest_first: bool) -> Iterator[Row]:
    number, last = access.c.number, None
    order = number.desc() if newest_first else number
    while True:
        here = query if last is None else query.where(number < last if newest_first else number > last)
        page = connection.execute(here.order_by(order).limit(_PAGE)).mappings().all()
        yield from (dict(row) for row in page)
        if len(page) < _PAGE:
            return
        last = page[-1]["number"]


def remembered(connection: Connection, before: int) -> int:
    """How many readings from before a moment (milliseconds) still have their words."""
    query = select(func.count()).where(access.c.at < before, access.c.text.is_not(None), access.c.text != "")
    return connection.execute(query).scalar() or 0


def forget(connection: Connection, before: int) -> None:
    """Destroy the words, and what opens their commitment, of the readings from before a moment."""
    blank = {"text": None, "text_salt": None}
    connection.execute(update(access).where(access.c.at < before, access.c.text_salt.is_not(None)).values(**blank))


def forgotten_before(connection: Connection) -> list[int]:
    """The moments before which people had the words forgotten."""
    return [data["before"] for data in _acts(connection, "searches.forgotten")]


def lost(connection: Connection) -> list[tuple[int, int]]:
    """The readings, first and last, that were lost with a catalog and written down as lost."""
    return [(data["first"], data["last"]) for data in _acts(connection, "reads.lost")]


def _acts(connection: Connection, kind: str) -> list[Row]:
    query = select(act.c.data).where(act.c.kind == kind).order_by(act.c.number)
    return [json.loads(data) for data in connection.execute(query).scalars()]


def committed_to(connection: Connection) -> int:
    """The newest reading that the ledger has a batch of, by the ledger alone; 0 when there is none."""
    query = select(ledger_entry.c.entry).where(func.instr(ledger_entry.c.entry, b'"t":"access.batch"') > 0)
    newest = connection.execute(query.order_by(ledger_entry.c.seq.desc()).limit(1)).scalar()
    return json.loads(newest)["last"] if newest else 0


def missing(connection: Connection, upto: int) -> list[tuple[int, int]]:
    """The numbers up to `upto` under which no reading stands and none is written down as lost: first and last."""
    known = [(number, number) for number in connection.execute(select(access.c.number)).scalars()]
    found, reached = [], 0
    for first, last in sorted([*known, *lost(connection)]):
        if first > reached + 1:
            found.append((reached + 1, min(first - 1, upto)))
        reached = max(reached, last)
        if reached >= upto:
            break
    if reached < upto:
        found.append((reached + 1, upto))
    return [(first, last) for first, last in found if first <= upto]
