"""What was destroyed, while the catalog is made again: tombstones in the vault, and records that an act names.

An act counts from the moment the ledger has it. So what the vault still holds of a record that an act destroyed is not
taken back: a program was stopped before it removed the bytes, and `archiver/erasing.py` removes them afterwards.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, insert, select, text

from archiver import durable
from archiver.catalog.destroyed_rows import Covered, destructions, gone_segments, named_in_acts
from archiver.catalog.destruction_acts import EXECUTED, numbers_in
from archiver.catalog.rows import Row, insert_many
from archiver.catalog.tables import act, destroyed, media_use
from archiver.normalized import decode_json
from archiver.tombstone import called
from archiver.vault import POINTER, Vault
from archiver.warc import Exchange
from custody.errors import DamageError

_NAMED = Table(
    "rebuilding_destroyed",
    MetaData(),
    Column("number", BigInteger, primary_key=True),
    Column("destruction", Integer, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


class Rebuilt:
    """What the acts that were replayed say was destroyed, inside the transaction of a rebuild."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        _NAMED.create(connection)
        query = select(act.c.subject, act.c.data).where(act.c.kind == EXECUTED)
        ranges = []
        self._items: dict[tuple[int, int], int] = {}
        for subject, data in connection.execute(query).all():
            said = decode_json(data.encode())
            named = said["records"]
            self._items |= dict.fromkeys(((run, n) for run, n in said.get("items", ())), subject)
            ranges += [(first, last, subject) for first, last in named]
            rows = [{"number": number, "destruction": subject} for number in numbers_in(named)]
            insert_many(connection, _NAMED, rows)
        self.by = Covered(ranges).by
        self.gone = frozenset(gone_segments(connection))
        self.pointed: set[str] = set()

    def keep(self, raw: Exchange) -> None:
        """Note what an exchange with raw bytes points to, since the object it names is still needed."""
        if raw.fields.get("Content-Type") == POINTER:
            self.pointed.add(str(decode_json(raw.block)["sha256"]))

    def by_item(self, run: int, n: int) -> int | None:
        """The destruction that took an item set aside."""
        return self._items.get((run, n))

    def add(self, number: int, n: int, leaf: int, place: Row) -> None:
        """Keep a destroyed version that has a place in the vault; or an item, under its run's number below zero."""
        by = self.by(number) if number > 0 else self.by_item(-number, n)
        if by is None:
            raise DamageError(
                f"In the vault stands a tombstone of {called(number, n)}, and no act says that it was destroyed.",
                "Restore the file from a backup, and find out who wrote it.",
            )
        row = {"number": number, "n": n, "destruction": by, "leaf": leaf}
        row |= {name: place[name] for name in ("segment", "offset", "length")}
        self._connection.execute(insert(destroyed), row)

    def close(self, vault: Vault) -> None:
        """Keep those that lay in files that went whole, and remove the media that only they showed."""
        statement = (
            "INSERT INTO destroyed SELECT l.number, l.n, d.destruction, l.seq, 0, 0, 0 FROM rebuilding_leaf l"
            " JOIN rebuilding_destroyed d ON d.number = l.number WHERE l.kind = 'record' AND NOT EXISTS"
            " (SELECT 1 FROM destroyed x WHERE x.number = l.number AND x.n = l.n)"
        )
        self._connection.execute(text(statement))
        _NAMED.drop(self._connection)
        if not all(each.is_verified for each in destructions(self._connection)):
            for path in self._unshown(vault):
                durable.remove(path)

    def _unshown(self, vault: Vault) -> Iterator[Any]:
        named = {sha256.hex() for sha256 in named_in_acts(self._connection)}
        shown = {sha256.hex() for sha256 in self._connection.execute(select(media_use.c.sha256).distinct()).scalars()}
        for path in sorted((vault.root / "media").glob("*/*.warc.gz")):
            if path.name.removesuffix(".warc.gz") not in shown | self.pointed | named:
                yield path
