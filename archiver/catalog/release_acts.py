"""What acts about a finished answer change in the catalog: nothing; that it went out, and where to, is all."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from archiver.catalog.act import Act


def _kept_only(connection: Connection, done: Act) -> None:
    """That it happened is all."""


CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    "answer.added": _kept_only,
    "request.sent": _kept_only,
    "request.published": _kept_only,
    "request.unpublished": _kept_only,
}
"""Each kind of act and the change it stands for."""
