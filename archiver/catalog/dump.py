"""The catalog as plain lines, so that two catalogs can be compared: what they say, not how they store it."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from archiver.catalog.tables import METADATA

_PASSING = {"record": {"seen_run"}, "checkpoint": {"note"}}
"""Columns that only remember when something was last seen, or can be made again at will (the same key signs the same
root with the same bytes); a rebuild cannot know them, and nothing depends on them."""

READS = ("access", "access_batch", "unfinished")
"""Who read what, and what a destruction has still to do, are not in the vault: a rebuild carries both over from the
catalog it replaces, where there is one."""


def dump(connection: Connection) -> Iterator[str]:
    """Every row of every table that the vault gives, as one line, in order."""
    for table in METADATA.sorted_tables:
        if table.name in READS:
            continue
        left_out = _PASSING.get(table.name, set())
        columns = [column for column in table.c if column.name not in left_out]
        rows = sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))
        yield from (f"{table.name} {row}" for row in rows)
