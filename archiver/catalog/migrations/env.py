"""How a migration is run: inside the catalog's own transaction, on the connection it hands over."""

from alembic import context

from archiver.catalog.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
