"""The catalog as a database: how it is opened, what a transaction is, and how its schema came to be.

SQLite beside the vault, in settings that survive a power cut and keep nothing deleted (integrity.md 6.3). What is
asked of it and written to it is `rows.py`, `acts.py` and `queries.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import NoneType
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from archiver.catalog.tables import METADATA
from custody.errors import BusyError, CustodyError, DamageError, UnavailableError

HEAD = "0008"
"""The newest step in `migrations/versions`."""

# Bytes and None go to the database as they are. Unless it is told so, the driver asks each of them for a way to be
# adapted, and words an error for each answer: that took four fifths of the time of putting in a row with four digests.
pysqlite3.dbapi2.register_adapter(bytes, bytes)
pysqlite3.dbapi2.register_adapter(NoneType, lambda nothing: nothing)

_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=20000",
    "PRAGMA temp_store=MEMORY",
)

_PAGES = 10_000
"""Pages that are copied at once when the database is written anew."""


class Catalog:
    """One process's connection to the catalog. Reads may happen at any time; changes inside `transaction()`."""

    def __init__(self, path: Path, new: bool = False) -> None:
        if not new and not path.exists():
            raise DamageError(f"The catalog {path} is missing.", "Run `ofrecord rebuild` to make it from the vault.")
        self.path = path
        self._immediate = False
        self._engine = create_engine(
            f"sqlite+pysqlite:///{path}", module=pysqlite3.dbapi2, poolclass=StaticPool, connect_args={"timeout": 5}
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", self._begin)
        event.listen(self._engine, "handle_error", self._put_in_words)
        with _words_for(path):
            self._connection = self._engine.connect()
            self._migrate()
        self._file = _identity(path)

    @property
    def connection(self) -> Connection:
        """The one connection, for `rows`, `acts` and `queries`."""
        return self._connection

    def dbapi(self) -> "Driver":
        """The driver's own connection, for the search engine that lives in the same transactions."""
        return Driver(self._connection.connection.dbapi_connection, self.path)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing: the change is durable when this ends without an error, else nothing has happened."""
        self._end_reading()
        self._immediate = True
        try:
            with _words_for(self.path), self._connection.begin():
                yield self._connection
        finally:
            self._immediate = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Several reads that all see one state."""
        with _words_for(self.path):
            yield self._connection
            self._end_reading()

    @contextmanager
    def patient(self, seconds: int) -> Iterator[None]:
        """Inside, a change waits so long for another process to finish its own."""
        driver = self.dbapi()
        (usual,) = driver.execute("PRAGMA busy_timeout").fetchone()
        driver.execute(f"PRAGMA busy_timeout={seconds * 1000}")
        try:
            yield
        finally:
            driver.execute(f"PRAGMA busy_timeout={usual}")

    def is_current(self) -> bool:
        """Whether the open file is still the archive's catalog: a rebuild puts another in its place."""
        return self._file == _identity(self.path)

    def truncate_log(self) -> bool:
        """Move the write-ahead log into the database and empty it. False when a reader keeps it from being emptied."""
        self._end_reading()
        with _words_for(self.path):
            return not self.dbapi().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0]

    def compact(self, beside: Path) -> None:
        """Write the database anew, so that it holds its rows and nothing else: into the file `beside` first, since the
        database's own way to do it holds all of it in memory, and from there over the old one, in one transaction."""
        self._end_reading()
        beside.unlink(missing_ok=True)
        try:
            self.dbapi().execute("VACUUM INTO ?", (str(beside),))
            with _words_for(self.path), closing(pysqlite3.dbapi2.connect(beside)) as source:
                source.backup(self._connection.connection.dbapi_connection, pages=_PAGES)
        finally:
            beside.unlink(missing_ok=True)
        self.truncate_log()

    def check(self, quick: bool = False) -> list[str]:
        """What the database finds wrong with its file, and what acts in it unasked (a trigger); empty when nothing.
        `quick` leaves its indexes out."""
        try:
            rows = self.dbapi().execute(f"PRAGMA {'quick' if quick else 'integrity'}_check(20)").fetchall()
            acting = "SELECT type || ' ' || name || ': somebody put it there' FROM sqlite_master"
            rows += self.dbapi().execute(f"{acting} WHERE type IN ('trigger', 'view')").fetchall()
        except CustodyError as error:
            return [error.message]
        return [row[0] for row in rows if row[0] != "ok"]

    def close(self) -> None:
        """Let go of the file."""
        self._end_reading()
        self._connection.close()
        self._engine.dispose()

    def _end_reading(self) -> None:
        if self._connection.in_transaction():
            self._connection.rollback()

    def _put_in_words(self, context: Any) -> None:
        if isinstance(context.original_exception, Exception):  # Ctrl-C is no damage
            raise in_words(context.original_exception, self.path) from context.original_exception

    def _begin(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if self._immediate else "BEGIN")

    def _migrate(self) -> None:
        known = self._connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name='alembic_version'").first()
        step = self._connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if known else None
        self._end_reading()
        if step == HEAD:
            return
        if step is not None and step > HEAD:
            raise UnavailableError(
                f"The archive at {self.path.parent} was made by a newer Ofrecord (catalog step {step}).",
                "Install that version or a newer one. Nothing was changed.",
            )
        from alembic.command import upgrade  # only when there is a step to go: it is slow to load
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = self._connection
        with self.transaction():
            upgrade(config, "head")


@contextmanager
def scratch() -> Iterator[Connection]:
    """An empty catalog in memory, to try on what acts come to."""
    engine = create_engine("sqlite+pysqlite://", module=pysqlite3.dbapi2, poolclass=StaticPool)
    with engine.begin() as connection:
        METADATA.create_all(connection)
        yield connection
    engine.dispose()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for setting in _SETTINGS:
        connection.execute(setting)


class Driver:
    """The driver's connection, its errors in our words: what a search engine inside the catalog works with."""

    def __init__(self, connection: Any, path: Path) -> None:
        self._connection = connection
        self._path = path

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self._connection.in_transaction)

    def execute(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> "Rows":
        """Run one statement."""
        with _words_for(self._path):
            return Rows(self._connection.execute(statement, values), self._path)

    def executemany(self, statement: str, values: Iterable[Sequence[Any]]) -> "Rows":
        """Run one statement for many rows of values."""
        with _words_for(self._path):
            return Rows(self._connection.executemany(statement, values), self._path)


class Rows:
    """What a statement found, read as it is asked for."""

    def __init__(self, cursor: Any, path: Path) -> None:
        self._cursor = cursor
        self._path = path

    def __iter__(self) -> Iterator[Any]:
        with _words_for(self._path):
            yield from self._cursor

    def fetchone(self) -> Any:
        """The next row, or None."""
        with _words_for(self._path):
            return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        with _words_for(self._path):
            return list(self._cursor.fetchall())


def in_words(error: BaseException, path: Path) -> CustodyError:
    """A database's error as one of ours, with the cure."""
    words = f"{error} {getattr(error, 'sqlite_errorname', '')}"
    if "locked" in words or "busy" in words:
        return BusyError(f"The catalog {path} is busy: somebody is writing.", "Try again shortly.")
    if "disk is full" in words:
        return UnavailableError(
            f"The disk is full: {path} could not be written.",
            "Make room, then run the same command again: what was acknowledged is safe.",
        )
    if "readonly" in words or "unable to open" in words:
        return UnavailableError(f"The catalog {path} cannot be opened or written.", "Check who owns the folder.")
    if "IOERR" in words or "disk I/O" in words:
        return UnavailableError(
            f"The disk could not read or write {path} ({error}).",
            "Check the disk, then run the same command again: what was acknowledged is safe.",
        )
    return DamageError(f"The catalog {path} is damaged: {error}", "Run `ofrecord rebuild`.")


@contextmanager
def _words_for(path: Path) -> Iterator[None]:
    try:
        yield
    except pysqlite3.dbapi2.DatabaseError as error:
        raise in_words(error, path) from error
    except DatabaseError as error:
        raise in_words(error.orig or error, path) from error
    except UnicodeDecodeError as error:  # the driver, over a name in a damaged schema
        raise DamageError(f"The catalog {path} is damaged: {error}", "Run `ofrecord rebuild`.") from error
