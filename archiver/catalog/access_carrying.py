"""Readings carried from the catalog that a rebuild replaces into the new one: they are in no vault.

The old catalog is set aside first, so a reading that somebody writes down meanwhile either is in it or fails. Of a
damaged one, what can be read is carried; the rest is written down as lost by `archiver/access.py`.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Connection, insert

from archiver.catalog.access_rows import continue_after
from archiver.catalog.tables import access, access_batch, unfinished
from custody.errors import CustodyError


def carry(old: Path, connection: Connection) -> bool:
    """Copy the readings of the catalog `old`. False when it is not there, or not all of them could be read."""
    if not old.exists():
        return False
    source = pysqlite3.dbapi2.connect(str(old))
    source.row_factory = pysqlite3.dbapi2.Row
    try:
        if not source.execute("SELECT 1 FROM sqlite_master WHERE name = 'access'").fetchone():
            return True  # made by a program that did not write readings down yet
        for table in (access, access_batch):
            for row in source.execute(f"SELECT * FROM {table.name} ORDER BY 1"):
                connection.execute(insert(table), _only(table.c.keys(), row))
        newest = source.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'access'").fetchone()[0]
        continue_after(connection, newest or 0)
    except (pysqlite3.dbapi2.DatabaseError, UnicodeDecodeError, CustodyError):
        return False
    finally:
        source.close()
    return True


def carry_unfinished(old: Path, connection: Connection) -> None:
    """Copy what a destruction that is not finished has still to do, as far as it can be read: what is lost there can be
    done without."""
    if not old.exists():
        return
    with suppress(pysqlite3.dbapi2.DatabaseError, UnicodeDecodeError, CustodyError):
        source = pysqlite3.dbapi2.connect(str(old))
        source.row_factory = pysqlite3.dbapi2.Row
        try:
            for row in source.execute("SELECT * FROM unfinished").fetchall():
                connection.execute(insert(unfinished), _only(unfinished.c.keys(), row))
        finally:
            source.close()


def _only(names: list[str], row: Any) -> dict[str, Any]:
    return {name: row[name] for name in names}
