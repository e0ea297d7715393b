"""Who may destroy, and when: the rules that the program asks before each step, and a verification asks after it.

Pure: people, roles and moments are handed in. A person signs a statement: what is done, to what, when, in which
archive. Moments are milliseconds since 1970. Each objection has a code, so that what is refused beforehand and what is
found afterwards bear the same name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from custody.canonical import canonical
from custody.digest import sha256

HOUR, DAY = 3_600_000, 86_400_000
_DOMAIN = b"ofrecord/1/signed-act\n"

Roles = Mapping[str, frozenset[str]]
"""What each role may do: propose, approve, execute, cancel, enrol, retire, wait."""


class PurgeState(StrEnum):
    """How far a purge is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    BEGUN = "begun"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    CERTIFIED = "certified"
    EXECUTED = "executed"
    """Carried out after the backup was made that this archive was restored from, and done again at the restore."""


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A person with a key. `key` is the public half, 32 bytes; `enrolled_by` is the number of who signed for them."""

    number: int
    name: str
    role: str
    key: bytes
    enrolled_at: int
    enrolled_by: int
    retired_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """How long a purge waits: from proposal to approval, from the approver's enrolment to the approval, from approval
    to destruction."""

    approval_hours: int = 24
    enrolled_days: int = 7
    grace_days: int = 14

    def as_data(self) -> dict[str, int]:
        """As JSON data."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def shortened(self) -> list[str]:
        """The waits that are shorter than they are unless a city decides otherwise, in words."""
        usual, units = Waits(), {"hours": "hours", "days": "days"}
        return [
            f"{name.replace('_', ' ').removesuffix(' ' + unit)}: {value} {unit} instead of {getattr(usual, name)}"
            for name, value in self.as_data().items()
            for unit in units
            if name.endswith(unit) and value < getattr(usual, name)
        ]


LEAST = Waits(approval_hours=1, enrolled_days=1, grace_days=1)
"""No city can wait less than this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PurgeBatch:
    """A purge as far as it is. `entries` is how long the ledger was when the list was frozen; `count` records.
    `executed_at`, `replayed_at` and `certificate` belong to one that was done again after a restore."""

    number: int
    state: PurgeState
    count: int
    list_sha256: str
    entries: int
    waits: Waits
    proposed_at: int
    proposed_by: int
    approved_at: int = 0
    approved_by: int = 0
    begun_at: int = 0
    begun_by: int = 0
    executed_at: int = 0
    replayed_at: int = 0
    certificate: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """Why something may not be done: its code, what is wrong, and what to do. `until`: when it is none any more."""

    code: str
    words: str
    cure: str
    until: int = 0


def statement(archive: str, kind: str, subject: int, data: Mapping[str, Any], user: int, at: int) -> bytes:
    """The bytes a person signs for an act: everything it says but the signature."""
    said = {name: value for name, value in data.items() if name != "signed"}
    return _DOMAIN + canonical(
        {"archive": archive, "at": at, "data": said, "kind": kind, "subject": subject, "user": user}
    )


def ranges_of(numbers: Sequence[int]) -> list[list[int]]:
    """Numbers as ranges [first, last], in order: how a frozen list is written down."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def numbers_in(ranges: Sequence[Sequence[int]]) -> list[int]:
    """The reverse of `ranges_of`."""
    return [number for first, last in ranges for number in range(first, last + 1)]


def list_digest(ranges: Sequence[Sequence[int]], entries: int, items: Sequence[Sequence[int]] = ()) -> str:
    """The digest of a frozen list: its numbers, and how long the ledger was, so that no later version slips in; and the
    items set aside that go with them (run, item), where there are any."""
    aside = {"items": [list(each) for each in items]} if items else {}
    return sha256(canonical({"entries": entries, "numbers": [list(each) for each in ranges], **aside}))


def to_act(user: User, what: str, roles: Roles) -> Iterator[Objection]:
    """Objections to a person doing something at all."""
    if user.retired_at is not None:
        yield Objection(
            code="purge-retired",
            words=f"{user.name} has been retired as a user",
            cure="somebody else must do it, or the director enrols the person anew",
        )
    if what not in roles.get(user.role, frozenset()):
        able = ", ".join(sorted(role for role, may in roles.items() if what in may)) or "no role"
        yield Objection(
            code="purge-wrong-role",
            words=f"{user.name} has the role {user.role}, which may not {what}",
            cure=f"it takes the role: {able}",
        )


def to_approve(batch: PurgeBatch, user: User, at: int, roles: Roles) -> Iterator[Objection]:
    """Objections to an approval: another person, of the right role, long enough enrolled, and not at once."""
    yield from to_act(user, "approve", roles)
    yield from _in_order(batch, {PurgeState.PROPOSED}, "approved")
    if user.number == batch.proposed_by:
        yield Objection(
            code="purge-own-approval",
            words=f"{user.name} proposed this purge and may not approve it",
            cure="another person must approve it",
        )
    if at - user.enrolled_at < batch.waits.enrolled_days * DAY:
        yield Objection(
            code="purge-approver-new",
            words=f"{user.name} was enrolled less than {batch.waits.enrolled_days} days before",
            cure="wait until then, or let a person approve who has been enrolled longer",
            until=user.enrolled_at + batch.waits.enrolled_days * DAY,
        )
    if at - batch.proposed_at < batch.waits.approval_hours * HOUR:
        yield Objection(
            code="purge-too-soon",
            words=f"it was proposed less than {batch.waits.approval_hours} hours before",
            cure="wait until then; the list stays as it is",
            until=batch.proposed_at + batch.waits.approval_hours * HOUR,
        )


def to_execute(batch: PurgeBatch, user: User, at: int, roles: Roles) -> Iterator[Objection]:
    """Objections to carrying a purge out: approved, and the days of grace over."""
    yield from to_act(user, "execute", roles)
    yield from _in_order(batch, {PurgeState.APPROVED, PurgeState.BEGUN}, "carried out")
    if not _is_approved(batch) or at - batch.approved_at < batch.waits.grace_days * DAY:
        yield Objection(
            code="purge-in-grace",
            words=f"it was not approved {batch.waits.grace_days} days before",
            cure="wait until then; meanwhile anybody with a role can cancel it",
            until=batch.approved_at + batch.waits.grace_days * DAY if _is_approved(batch) else 0,
        )


def to_cancel(batch: PurgeBatch, user: User, roles: Roles) -> Iterator[Objection]:
    """Objections to a cancellation: any role, at any time before the destruction."""
    yield from to_act(user, "cancel", roles)
    yield from _in_order(batch, {PurgeState.PROPOSED, PurgeState.APPROVED, PurgeState.BEGUN}, "cancelled")


def _is_approved(batch: PurgeBatch) -> bool:
    return batch.approved_at > 0


def _in_order(batch: PurgeBatch, states: set[PurgeState], done: str) -> Iterator[Objection]:
    if batch.state not in states:
        yield Objection(
            code="purge-out-of-order",
            words=f"purge {batch.number} is {batch.state.value} and cannot be {done}",
            cure="`ofrecord purge list` shows what is open; a new list is frozen by `ofrecord purge propose`",
        )
