"""The search engine of an archive, wired to its catalog."""

from collections.abc import Callable, Mapping

from archiver.catalog import queries
from archiver.catalog.catalog import Catalog
from search.engine import SearchEngine
from search.table import engine_named
from workflows.settings import Settings


def engine_for(settings: Settings, catalog: Catalog, zone: str) -> SearchEngine:
    """The archive's search engine, on the catalog's own connection where it lives there."""
    return engine_named(settings.engine, catalog.dbapi, settings.home / "index", zone, _handles_in(catalog))


def _handles_in(catalog: Catalog) -> Callable[[], Mapping[int, str]]:
    """Each account's handle by its id, asked anew each time."""
    return lambda: {account.id: account.handle for account in queries.accounts(catalog.connection)}
