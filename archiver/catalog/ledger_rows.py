"""Rows of the ledger: its entries, the hashes of its complete parts, and the root after each commit."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from archiver.catalog.rows import Row, insert_values
from archiver.catalog.tables import checkpoint, ledger_entry, ledger_node, segment
from custody.errors import DamageError
from custody.ledger import Read, leaf_hash

AT_ONCE = 20_000
"""Entries read at once."""


def size(connection: Connection) -> int:
    """How many entries the ledger has."""
    return connection.execute(select(func.max(checkpoint.c.size))).scalar() or 0


def newest_checkpoint(connection: Connection) -> Row | None:
    """The root after the newest commit; None while there is none."""
    row = connection.execute(select(checkpoint).order_by(checkpoint.c.size.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def newest_signed(connection: Connection) -> Row | None:
    """The newest root that is signed; None while there is none."""
    query = select(checkpoint).where(checkpoint.c.note.is_not(None)).order_by(checkpoint.c.size.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def unsigned_end(connection: Connection) -> Iterator[Row]:
    """The commits after the newest signed root, each with the `name` of the segment its block lies in."""
    signed = newest_signed(connection)
    query = select(checkpoint, segment.c.name).join(segment, segment.c.id == checkpoint.c.segment)
    after = query.where(checkpoint.c.size > (signed["size"] if signed else 0)).order_by(checkpoint.c.size)
    for row in connection.execute(after).mappings():
        yield dict(row)


def checkpoints(connection: Connection) -> Iterator[Row]:
    """The root after each commit, oldest first."""
    for row in connection.execute(select(checkpoint).order_by(checkpoint.c.size)).mappings():
        yield dict(row)


def checkpoint_beyond(connection: Connection, seq: int) -> Row | None:
    """The first state of the ledger that holds entry `seq`."""
    query = select(checkpoint).where(checkpoint.c.size > seq).order_by(checkpoint.c.size).limit(1)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def root_at(connection: Connection, size: int) -> bytes | None:
    """The root the ledger had at a size; None when no commit ended there."""
    return connection.execute(select(checkpoint.c.root).where(checkpoint.c.size == size)).scalar()


def entries(connection: Connection, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """The entries from `first` on, in order, streamed."""
    columns = (ledger_entry.c.seq, ledger_entry.c.entry)
    while True:
        query = select(*columns).where(ledger_entry.c.seq >= first).order_by(ledger_entry.c.seq).limit(AT_ONCE)
        found = _plain(connection, query)
        yield from found
        if len(found) < AT_ONCE:
            return
        first = found[-1][0] + 1


def entries_between(connection: Connection, first: int, end: int) -> list[bytes]:
    """The entries from `first` up to and without `end`."""
    query = select(ledger_entry.c.entry).where(ledger_entry.c.seq.between(first, end - 1))
    return [entry for (entry,) in _plain(connection, query.order_by(ledger_entry.c.seq))]


def entry(connection: Connection, seq: int) -> bytes | None:
    """One entry; None when there is none of that number."""
    return connection.execute(select(ledger_entry.c.entry).where(ledger_entry.c.seq == seq)).scalar()


def add_entries(connection: Connection, first: int, found: Sequence[bytes]) -> None:
    """Append entries."""
    insert_values(connection, ledger_entry, list(enumerate(found, first)))


def add_nodes(connection: Connection, nodes: Sequence[tuple[int, int, bytes]]) -> None:
    """Keep the hashes of complete parts: (level, position, hash)."""
    insert_values(connection, ledger_node, nodes)


def add_checkpoint(connection: Connection, row: Row) -> None:
    """Keep the root after a commit."""
    connection.execute(insert(checkpoint), row)


def note_signed(connection: Connection, size: int, note: str) -> None:
    """Keep the signed note of a root."""
    connection.execute(update(checkpoint).where(checkpoint.c.size == size).values(note=note))


def reader(connection: Connection) -> Read:
    """The tree's kept hashes as `custody.ledger` reads them. Raises DamageError where some are missing."""

    def read(level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            query = select(ledger_entry.c.entry).where(ledger_entry.c.seq.between(first, first + count - 1))
            found = [leaf_hash(each) for each in connection.execute(query.order_by(ledger_entry.c.seq)).scalars()]
        else:
            place = ledger_node.c.position
            query = select(ledger_node.c.hash).where(ledger_node.c.level == level)
            chosen = query.where(place.between(first, first + count - 1)).order_by(place)
            found = list(connection.execute(chosen).scalars())
        if len(found) != count:
            raise DamageError("The ledger in the catalog lacks entries.", "Run `ofrecord rebuild`.")
        return found

    return read


def _plain(connection: Connection, query: Select[Any]) -> list[Any]:
    """Rows as the driver gives them: of bytes and numbers nothing needs conversion, and there are very many."""
    cursor: Any = connection.execute(query).cursor
    found: list[Any] = cursor.fetchall()
    return found
