"""What happened and starts or moves a clock: minutes approved, a term ended, a comment hidden. Each is an act.

An event is recorded for one record, for an account, or for a whole series; the nearest one counts. A wrong one is
withdrawn, never changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from archiver.catalog import keeping_queries, queries
from custody.errors import UsageError
from custody.ids import label_of, number_of
from workflows.disposing import today
from workflows.house import House
from workflows.terms import schedules_of

WHAT: Mapping[str, str] = {
    "minutes-approved": "the minutes of the meeting were approved",
    "minutes-published": "the minutes of the meeting were published",
    "made-for-minutes": "the recording was made for the purpose of making minutes",
    "end-of-term": "the official's term ended",
    "account-closed": "the account was closed",
    "case-closed": "the case was closed, appeals included",
    "request-closed": "the records request was closed",
    "ban-ended": "the ban ended",
    "superseded": "it was superseded",
    "hidden": "it was hidden on the platform",
    "unhidden": "it was shown again on the platform",
    "deleted": "it was deleted on the platform",
    "moderated": "another act of moderation",
    "reviewed": "a person reviewed it, as its series asks",
    "created": "the day it was made, where the source gives none",
}
"""Every event there is, in words."""

_OF_RECORDS = {"hidden", "unhidden", "deleted", "moderated", "created"}
"""Events that happen to one record only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A recorded event: of what, which one, when; `act` is the number by which it is withdrawn."""

    act: int
    of: str
    what: str
    on: date
    ground: str


def record_event(house: House, of: str, what: str, on: date, ground: str = "", note: str = "") -> Recorded:
    """Record an event of a record (R13), an account (its handle) or a series. Raises UsageError on what cannot be."""
    if what not in WHAT:
        raise UsageError(f"There is no event {what!r}.", f"Use one of: {', '.join(WHAT)}.")
    if on > today(house):
        raise UsageError(f"{on} is still to come.", "Record an event when it has happened.")
    place = _place(house, of)
    if what in _OF_RECORDS and "record" not in place:
        raise UsageError(f"{what} happens to one record, not to {of}.", "Name a record: R13.")
    known = {each.code for each in house.city.grounds}
    if ground and (ground not in known or what not in ("hidden", "deleted", "moderated")):
        hint = f"Grounds of this city: {', '.join(sorted(known)) or 'none are entered'}."
        raise UsageError(f"{ground!r} is no ground on which {what} can be recorded.", hint)
    if what == "created":
        _needs_a_date(house, place["record"])
    subject = place.get("record") or place.get("account") or 0
    (done,) = house.journal.write(
        ("retention.event", subject, {**place, "what": what, "on": str(on), "ground": ground, "note": note})
    )
    return next(each for each in recorded(house) if each.act == done.number)


def withdraw(house: House, act: int, reason: str) -> Recorded:
    """Withdraw a recorded event that was wrong."""
    found = next((each for each in recorded(house) if each.act == act), None)
    if found is None:
        raise UsageError(f"No event was recorded as {act}.", "`ofrecord retention events` shows those there are.")
    if not reason.strip():
        raise UsageError("Withdrawing an event needs a reason.", 'Say why: --reason "wrong day"')
    house.journal.write(("retention.event_withdrawn", 0, {"act": act, "reason": reason.strip()}))
    return found


def recorded(house: House) -> list[Recorded]:
    """The events that stand, oldest first."""
    handles = {int(account.id): account.handle for account in house.accounts()}
    return [
        Recorded(act=row["act"], of=_said(row, handles), what=row["what"], on=row["day"], ground=row["ground"])
        for row in keeping_queries.events(house.catalog.connection)
    ]


def _said(row: Mapping[str, Any], handles: Mapping[int, str]) -> str:
    if row["record"]:
        return label_of(row["record"])
    return handles.get(row["account"], f"account {row['account']}") if row["account"] else str(row["series"])


def _place(house: House, of: str) -> dict[str, Any]:
    if of in schedules_of(house).rows:
        return {"series": of}
    number = number_of(of) if of[:1] in "Rr" else None
    if number is not None and queries.record_row(house.catalog.connection, number) is not None:
        return {"record": int(number)}
    for account in house.accounts():
        if account.handle.casefold() == of.removeprefix("@").casefold():
            return {"account": int(account.id)}
    raise UsageError(f"{of!r} is no record, no account and no series.", "Write R13, an account's handle, or a series.")


def _needs_a_date(house: House, number: int) -> None:
    for row in keeping_queries.kept_rows(house.catalog.connection, [number], None):
        if row.created is not None:
            raise UsageError(
                f"{label_of(number)} has a date of its own.", "A person sets one only where the source gives none."
            )
