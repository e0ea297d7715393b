"""The search engines there are, by name. A new engine is one file, one line here, and passes the contract suite."""

from collections.abc import Callable, Mapping
from pathlib import Path

from custody.errors import UsageError
from search.engine import SearchEngine
from search.fts_engine import Connection, FtsEngine
from search.memory_engine import MemoryEngine

ENGINES = ("fts", "whoosh", "memory")


def engine_named(
    name: str,
    connection: Callable[[], Connection],
    folder: Path,
    zone: str,
    handles: Callable[[], Mapping[int, str]],
) -> SearchEngine:
    """The engine with this name. `connection` is the catalog's, `folder` the one an engine with own files may use."""
    if name == "fts":
        return FtsEngine(connection, zone, handles)
    if name == "whoosh":
        from search.whoosh_engine import WhooshEngine  # slow to load, and hardly any archive has it

        return WhooshEngine(connection, folder, zone, handles)
    if name == "memory":
        return MemoryEngine(zone, handles)
    raise UsageError(f"There is no search engine {name!r}.", f"Choose one of: {', '.join(ENGINES)}.")
