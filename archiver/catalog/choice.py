"""Some records chosen to be destroyed: where their versions lie, and what belongs to nobody else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, MetaData, Table

from archiver.catalog import rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.destroyed_rows import named_in_acts
from archiver.catalog.rows import insert_many

_PAGE = 5_000
_CHOSEN = Table(
    "chosen",
    MetaData(),
    Column("number", BigInteger, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one version lies, or the tombstone of one that went earlier (`sha256` is empty then). `is_chosen`: it is
    to be destroyed now."""

    offset: int
    raw_length: int
    length: int
    sha256: bytes
    number: int
    n: int
    is_chosen: bool
    digest: bytes
    fields: bytes
    opening: bytes


class Choice:
    """The versions of some records: which segments hold them, and which of these hold nothing else.

    Only one can be open at a time; `close` forgets it.
    """

    def __init__(self, catalog: Catalog, numbers: Sequence[int]) -> None:
        self._catalog = catalog
        with catalog.transaction() as connection:
            _CHOSEN.create(connection)
            insert_many(connection, _CHOSEN, [{"number": number} for number in numbers])
        with catalog.reading() as connection:
            counted = "SELECT v.segment, count(*), count(c.number) FROM version v LEFT JOIN chosen c"
            counted += " ON c.number = v.number GROUP BY v.segment HAVING count(c.number) > 0"
            found = {row[0]: (row[1], row[2]) for row in connection.exec_driver_sql(counted)}
            there = [dict(row) for row in rows.segments(connection) if row["id"] in found]
        self.versions = sum(chosen for _, chosen in found.values())
        self.whole = [row for row in there if len(set(found[row["id"]])) == 1]
        self.mixed = [row for row in there if len(set(found[row["id"]])) == 2]

    def places(self, segment: int) -> Iterator[Place]:
        """Everything stored in a segment, in order."""
        statement = (
            "SELECT * FROM (SELECT v.offset, v.raw_length, v.length, v.sha256, v.number, v.n, c.number IS NOT NULL,"
            " v.digest, v.fields, v.opening FROM version v LEFT JOIN chosen c ON c.number = v.number"
            " WHERE v.segment = :segment AND v.offset > :after UNION ALL SELECT offset, 0, length, x'', number, n, 0,"
            " x'', x'', x'' FROM destroyed WHERE segment = :segment AND offset > :after) ORDER BY 1 LIMIT :page"
        )
        after = 0
        while True:
            asked = {"segment": segment, "after": after, "page": _PAGE}
            page = self._catalog.dbapi().execute(statement, asked).fetchall()
            yield from (Place(*row) for row in page)
            if not page:
                return
            after = page[-1][0]

    def media(self) -> list[bytes]:
        """The media objects that no other record shows, and no act names."""
        statement = (
            "SELECT DISTINCT u.sha256 FROM media_use u JOIN chosen c ON c.number = u.number WHERE NOT EXISTS (SELECT 1"
            " FROM media_use o LEFT JOIN chosen d ON d.number = o.number WHERE o.sha256 = u.sha256"
            " AND d.number IS NULL)"
        )
        named = named_in_acts(self._catalog.connection)
        return [row[0] for row in self._catalog.dbapi().execute(statement).fetchall() if row[0] not in named]

    def alike(self, raw_length: int) -> list[tuple[str, int, int]]:
        """Versions that stay whose raw bytes are about as long: segment name, offset, raw length."""
        statement = (
            "SELECT s.name, v.offset, v.raw_length FROM version v JOIN segment s ON s.id = v.segment"
            " LEFT JOIN chosen c ON c.number = v.number WHERE c.number IS NULL AND v.raw_length BETWEEN ? AND ?"
        )
        return self._catalog.dbapi().execute(statement, (raw_length - 40, raw_length + 40)).fetchall()

    def close(self) -> None:
        """Forget the choice."""
        with self._catalog.transaction() as connection:
            _CHOSEN.drop(connection)
