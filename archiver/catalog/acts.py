"""What people did, as the catalog keeps it: each act changes the same rows whether it happens now or is replayed.

An act is durable in the vault before it is applied, so a rebuild replays the acts in order and comes to the same state.
The act itself is plain data; who may do it and when is the workflows' business.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from archiver.catalog import (
    access_rows,
    destruction_acts,
    hold_acts,
    keeping_acts,
    purge_acts,
    request_acts,
    request_life_acts,
    review_acts,
    user_acts,
)
from archiver.catalog.act import Act, as_text
from archiver.catalog.tables import account, act, run
from custody.errors import DamageError


def is_kind(kind: str) -> bool:
    """Whether there are acts of this kind."""
    return kind in _CHANGES


def kinds() -> tuple[str, ...]:
    """Every kind of act there is."""
    return tuple(_CHANGES)


def last_act(connection: Connection) -> int:
    """The number of the newest act; 0 before the first."""
    return connection.execute(select(func.max(act.c.number))).scalar() or 0


def record_act(connection: Connection, done: Act, place: Mapping[str, Any]) -> None:
    """Keep the act with its place in the vault and its entry in the ledger, and make the change it stands for."""
    data = json.dumps({"by": done.by, **done.data}, ensure_ascii=False, sort_keys=True)
    row = {"number": done.number, "at": done.at, "kind": done.kind, "subject": done.subject, "data": data, **place}
    row["opening"] = bytes.fromhex(done.opening)
    connection.execute(insert(act), row)
    change = _CHANGES.get(done.kind)
    if change is None:
        raise DamageError(f"act {done.number} is of a kind this version does not know: {done.kind}")
    change(connection, done)


def _account_added(connection: Connection, done: Act) -> None:
    row = {
        "id": done.subject,
        "handle": done.data["handle"],
        "platform": done.data["platform"],
        "data": as_text(done.data),
    }
    connection.execute(insert(account), row)


def _run_started(connection: Connection, done: Act) -> None:
    row = {"number": done.subject, "account": done.data["account"], "state": "running", "started_at": done.at}
    connection.execute(insert(run), {**row, "data": as_text(done.data)})


def _run_ended(connection: Connection, done: Act) -> None:
    before = connection.execute(select(run.c.data).where(run.c.number == done.subject)).scalar_one()
    data = as_text({**json.loads(before), **done.data, "ended_at": done.at})
    connection.execute(update(run).where(run.c.number == done.subject).values(state=done.data["state"], data=data))


def _searches_forgotten(connection: Connection, done: Act) -> None:
    access_rows.forget(connection, done.data["before"])


def _kept_only(connection: Connection, done: Act) -> None:
    """An act that changes no row: that it happened is all."""


_CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    "archive.made": _kept_only,
    "settings.changed": _kept_only,
    "segment.sealed": _kept_only,
    "archive.restored": _kept_only,
    "account.added": _account_added,
    "run.started": _run_started,
    "run.ended": _run_ended,
    **request_acts.CHANGES,
    **request_life_acts.CHANGES,
    **review_acts.CHANGES,
    **hold_acts.CHANGES,
    **destruction_acts.CHANGES,
    **keeping_acts.CHANGES,
    "feed.read": _kept_only,
    "witness.trusted": _kept_only,
    "anchor.witnessed": _kept_only,
    "anchor.stamped": _kept_only,
    "bytes.checked": _kept_only,
    "searches.forgotten": _searches_forgotten,
    "reads.lost": _kept_only,
    **user_acts.CHANGES,
    **purge_acts.CHANGES,
}
