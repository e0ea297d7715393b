"""What people did, as the catalog keeps it: each act changes the same rows whether it happens now or is replayed.

An act is durable in the vault before it is applied, so a rebuild replays the acts in order and comes to the same state.
The act itself is plain data; who may do it and when is the workflows' business.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from archiver.catalog import access_rows
from archiver.catalog.tables import account, act, decision, hold, redaction, request, run
from custody.errors import DamageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One thing somebody did. `subject` is the number of what it was done to; `at` is milliseconds, UTC; `opening`
    (64 hex digits) is what the ledger's commitment to it is made with."""

    number: int
    at: int
    by: str
    kind: str
    subject: int
    opening: str
    data: Mapping[str, Any]

    def as_data(self) -> dict[str, Any]:
        """The act as JSON data, the form in which the vault keeps it."""
        return {
            "number": self.number, "at": self.at, "by": self.by, "kind": self.kind, "subject": self.subject,
            "data": dict(self.data), "opening": self.opening,
        }  # fmt: skip


def act_of(data: Mapping[str, Any]) -> Act:
    """The reverse of `as_data`. Raises DamageError when a part is missing."""
    try:
        return Act(**data)
    except TypeError as error:
        raise DamageError(f"this is no act: {sorted(data)}") from error


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


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(dict(data), ensure_ascii=False, sort_keys=True)


def _account_added(connection: Connection, done: Act) -> None:
    row = {
        "id": done.subject,
        "handle": done.data["handle"],
        "platform": done.data["platform"],
        "data": _text(done.data),
    }
    connection.execute(insert(account), row)


def _run_started(connection: Connection, done: Act) -> None:
    row = {"number": done.subject, "account": done.data["account"], "state": "running", "started_at": done.at}
    connection.execute(insert(run), {**row, "data": _text(done.data)})


def _run_ended(connection: Connection, done: Act) -> None:
    before = connection.execute(select(run.c.data).where(run.c.number == done.subject)).scalar_one()
    data = _text({**json.loads(before), **done.data, "ended_at": done.at})
    connection.execute(update(run).where(run.c.number == done.subject).values(state=done.data["state"], data=data))


def _request_opened(connection: Connection, done: Act) -> None:
    data = _text({**done.data, "opened_by": done.by, "opened_at": done.at})
    connection.execute(insert(request), {"number": done.subject, "state": "open", "data": data})


def _request_collected(connection: Connection, done: Act) -> None:
    here = decision.c.request == done.subject
    there = set(connection.execute(select(decision.c.record).where(here)).scalars())
    fresh = [number for number in done.data["numbers"] if number not in there]
    blank = {"request": done.subject, "mark": "undecided", "code": "", "note": ""}
    if fresh:
        connection.execute(insert(decision), [{**blank, "record": number} for number in fresh])


def _request_marked(connection: Connection, done: Act) -> None:
    values = {name: done.data[name] for name in ("mark", "code", "note")}
    for number in done.data["numbers"]:
        here = (decision.c.request == done.subject) & (decision.c.record == number)
        connection.execute(update(decision).where(here).values(**values))


def _request_redacted(connection: Connection, done: Act) -> None:
    connection.execute(insert(redaction), {"request": done.subject, **done.data["redaction"]})


def _redaction_lifted(connection: Connection, done: Act) -> None:
    here = (redaction.c.request == done.subject) & (redaction.c.record == done.data["record"])
    connection.execute(delete(redaction).where(here & (redaction.c.n == done.data["n"])))


def _request_responded(connection: Connection, done: Act) -> None:
    connection.execute(update(request).where(request.c.number == done.subject).values(state="responded"))


def _hold_placed(connection: Connection, done: Act) -> None:
    row = {"number": done.subject, "request": done.data.get("request"), "released_at": None}
    connection.execute(insert(hold), {**row, "data": _text({**done.data, "placed_by": done.by, "placed_at": done.at})})


def _hold_released(connection: Connection, done: Act) -> None:
    connection.execute(update(hold).where(hold.c.number == done.subject).values(released_at=done.at))


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
    "request.opened": _request_opened,
    "request.collected": _request_collected,
    "request.marked": _request_marked,
    "request.redacted": _request_redacted,
    "redaction.lifted": _redaction_lifted,
    "request.responded": _request_responded,
    "hold.placed": _hold_placed,
    "hold.released": _hold_released,
    "feed.read": _kept_only,
    "witness.trusted": _kept_only,
    "anchor.witnessed": _kept_only,
    "anchor.stamped": _kept_only,
    "bytes.checked": _kept_only,
    "searches.forgotten": _searches_forgotten,
    "reads.lost": _kept_only,
}
