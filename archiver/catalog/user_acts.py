"""What acts upon users change in the catalog."""

import base64
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, update

from archiver.catalog.act import Act
from archiver.catalog.tables import user


def _user_enrolled(connection: Connection, done: Act) -> None:
    row = {"number": done.subject, "enrolled_at": done.at, "enrolled_by": done.data["signed"]["user"]}
    row |= {"name": done.data["name"], "role": done.data["role"], "key": base64.b64decode(done.data["key"])}
    connection.execute(insert(user), row)


def _user_retired(connection: Connection, done: Act) -> None:
    connection.execute(update(user).where(user.c.number == done.subject).values(retired_at=done.at))


def _kept_only(connection: Connection, done: Act) -> None:
    """An act that changes no row: that it happened is all."""


CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    "user.enrolled": _user_enrolled,
    "user.retired": _user_retired,
    "user.password_changed": _kept_only,
    "user.refused": _kept_only,
}
"""Each kind of act and the change it stands for."""
