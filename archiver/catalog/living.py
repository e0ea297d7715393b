"""Every text and digest that the catalog's rows hold, for the search for remains: what stands there in its own right.

What is in the rows of records that stay is those records' own. What people wrote (searches, requests, notes, the log of
what was done) is theirs, and has a retention of its own.
"""

from collections.abc import Container, Iterator

from sqlalchemy import Connection, LargeBinary, Table, Text, literal, select

from archiver.catalog.tables import METADATA, media, media_use, record, unfinished, version

RECORDS = (record, version, media, media_use)
_PAGE = 5_000


def of_records(connection: Connection, without: Container[int] = ()) -> Iterator[bytes]:
    """What the rows of records hold, some thousand rows together; `without` some records."""
    for table in RECORDS:
        yield from _values(connection, table, without)


def of_people(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """What all other rows hold, by table."""
    for table in METADATA.sorted_tables:
        if table not in RECORDS and table is not unfinished:
            for values in _values(connection, table):
                yield table.name, values


def _values(connection: Connection, table: Table, without: Container[int] = ()) -> Iterator[bytes]:
    columns = [column for column in table.c if isinstance(column.type, (Text, LargeBinary))]
    if not columns:
        return
    number = table.c.number if table is not media and table in RECORDS else literal(0)
    found = connection.execution_options(stream_results=True).execute(select(number, *columns))
    for page in found.partitions(_PAGE):
        yield b"\0".join(_bytes(value) for row in page if row[0] not in without for value in row[1:] if value)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
