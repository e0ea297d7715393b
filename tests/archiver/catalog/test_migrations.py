"""The steps of the catalog come to the tables the code knows."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from archiver.catalog.catalog import HEAD, Catalog
from archiver.catalog.tables import METADATA


def test_a_new_catalog_has_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite", new=True)
    assert compare_metadata(MigrationContext.configure(catalog.connection), METADATA) == []
    assert catalog.connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD
    catalog.close()
    again = Catalog(tmp_path / "catalog.sqlite")
    assert again.check() == []
    again.close()
