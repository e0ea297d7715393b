"""What the steps of a purge change in the catalog. The destruction itself is an act of its own."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archiver.catalog.act import Act, as_text
from archiver.catalog.tables import purge


def _proposed(connection: Connection, done: Act) -> None:
    kept = {name: done.data[name] for name in ("count", "list_sha256", "entries", "waits")}
    data = {**kept, "proposed_at": done.at, "proposed_by": done.data["signed"]["user"]}
    connection.execute(insert(purge), {"number": done.subject, "state": "proposed", "data": as_text(data)})


def _approved(connection: Connection, done: Act) -> None:
    _turn(connection, done, "approved", approved_at=done.at, approved_by=done.data["signed"]["user"])


def _begun(connection: Connection, done: Act) -> None:
    _turn(connection, done, "begun", begun_at=done.at, begun_by=done.data["signed"]["user"])


def _returned(connection: Connection, done: Act) -> None:
    _turn(connection, done, "returned")


def _cancelled(connection: Connection, done: Act) -> None:
    _turn(connection, done, "cancelled")


def _replayed(connection: Connection, done: Act) -> None:
    kept = {name: done.data[name] for name in ("executed_at", "certificate")}
    _turn(connection, done, "executed", replayed_at=done.at, **kept)


def _certified(connection: Connection, done: Act) -> None:
    _turn(connection, done, "certified")


def _turn(connection: Connection, done: Act, state: str, **more: Any) -> None:
    here = purge.c.number == done.subject
    before = connection.execute(select(purge.c.data).where(here)).scalar()
    if before is not None:  # what names a purge that nobody proposed changes nothing; verification names it
        data = as_text({**json.loads(before), **more})
        connection.execute(update(purge).where(here).values(state=state, data=data))


def _kept_only(connection: Connection, done: Act) -> None:
    """An act that changes no row: that it happened is all."""


CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    "purge.waits_set": _kept_only,
    "purge.proposed": _proposed,
    "purge.approved": _approved,
    "purge.begun": _begun,
    "purge.returned": _returned,
    "purge.cancelled": _cancelled,
    "purge.replayed": _replayed,
    "certificate.issued": _certified,
}
"""Each kind of act and the change it stands for."""
