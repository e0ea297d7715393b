"""What is asked of the acts around a request: its history, and whether any request still waits. Reads only."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from archiver.catalog.tables import act, request
from custody.request import RequestState

Row = dict[str, Any]


def history(connection: Connection, kinds: Sequence[str], subject: int) -> list[Row]:
    """All acts of several kinds done to one subject, in order, each with its `kind`."""
    query = select(act.c.number, act.c.at, act.c.kind, act.c.leaf, act.c.data)
    query = query.where(act.c.kind.in_(kinds), act.c.subject == subject).order_by(act.c.number)
    names = ("number", "at", "kind", "leaf")
    return [{**json.loads(row[4]), **dict(zip(names, row[:4], strict=True))} for row in connection.execute(query)]


def live_targets(connection: Connection) -> bool:
    """Whether any request that waits for its determination has a target."""
    waiting = [state.value for state in RequestState if state.is_live]
    query = select(request.c.number).where(request.c.state.in_(waiting), request.c.data.contains('"calendar"')).limit(1)
    return connection.execute(query).first() is not None
