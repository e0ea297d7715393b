"""Parts of a case about answering that stand by themselves: costs, an individual, whose record, a reason, a password.

Read strictly; `exports/request_cases.py` puts them together.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from custody.errors import UsageError
from custody.fee import FeeKind
from custody.strict import Fields
from exports.custodians import PersonalItem
from exports.fees import FeeContext, FeeItem
from exports.notices import RecordAbout, Served, Subject, SubjectFacts
from exports.personal_information import Bar, PersonalAsked
from exports.protected import Fact, Person, Role


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectCase:
    """An individual the record is about, what happened with the notice, and whether an augmentation is included."""

    subject: Subject
    facts: SubjectFacts
    augmentation_included: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CustodyCase:
    """Whose record it is. `kind` is it_authority, contractor, personal_page or forwarded."""

    kind: str
    law_enforcement: bool
    owner: str
    under_contract: bool
    item: PersonalItem | None
    forwarder: str
    sent: date | datetime | None
    forwarded: date | datetime | None


def zone_named(name: Any, where: str) -> str:
    """A time zone by name, the usual one when none is given. Raises UsageError when there is none of that name."""
    zone = name or "America/Chicago"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError) as error:
        raise UsageError(f"{where}: there is no time zone {name!r}.", "Write America/Chicago.") from error
    return str(zone)


def moment_in(row: Fields, name: str, zone: str) -> date | datetime | None:
    """A day stays a day; a moment without its zone is the city's."""
    value = row.moment(name)
    return value.replace(tzinfo=ZoneInfo(zone)) if isinstance(value, datetime) and value.tzinfo is None else value


def read_fee(row: Fields) -> FeeItem:
    """One cost of a case."""
    hours = row.any("hours") or 0
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or hours < 0 or (hours * 60) % 1:
        raise UsageError(f"{row.where}: hours is {hours!r}.", "Write whole minutes: minutes = 95")
    made = FeeItem(
        kind=row.one_of(FeeKind, "kind"),
        what=row.text("what", ""),
        minutes=row.integer("minutes", 0) + int(hours * 60),
        rate_cents=row.integer("rate_cents", 0),
        pages=row.integer("pages", 0),
        page_cents=row.integer("page_cents", 0),
        cents=row.integer("cents", 0),
        asked_cents=row.integer("asked_cents") if row.has("asked_cents") else None,
        necessary=row.flag("necessary", True),
    )
    row.done()
    return made


def read_context(row: Fields | None) -> FeeContext:
    """The facts that bear on fees."""
    if row is None:
        return FeeContext()
    made = FeeContext(
        waived_cents=row.integer("waived_cents", 0),
        waiver_reason=row.text("waiver_reason", ""),
        incarcerated=row.flag("incarcerated", False),
        unpaid_earlier_cents=row.integer("unpaid_earlier_cents", 0),
        certified_no_gain=row.flag("certified_no_gain", False),
        requests_this_year=row.integer("requests_this_year", 0),
        directly_involved=row.flag("directly_involved", False),
        officer_involved=row.flag("officer_involved", False),
    )
    row.done()
    return made


def read_subject(row: Fields) -> SubjectCase:
    """An individual and the notice to them."""
    decided = row.day("decided")
    if decided is None:
        raise UsageError(f"{row.where}: decided is missing.", "It is the day of the decision to permit access.")
    made = SubjectCase(
        subject=Subject(
            name=row.text("name", "the record subject"),
            about=row.one_of(RecordAbout, "about", RecordAbout.ORDINARY),
            office=row.text("office", ""),
            authorized=row.flag("authorized", False),
        ),
        facts=SubjectFacts(
            decided=decided,
            served_by=row.one_of(Served, "served_by", Served.NOT_YET),
            sent=row.day("sent"),
            received=row.day("received"),
            undelivered=row.flag("undelivered", False),
            waived=row.day("waived"),
            waived_in_writing=row.flag("waived_in_writing", True),
            intent=row.day("intent"),
            action=row.day("action"),
            action_ended=row.day("action_ended"),
            action_forbids=row.flag("action_forbids", False),
            augmented=row.day("augmented"),
        ),
        augmentation_included=row.flag("augmentation_included", False),
    )
    row.done()
    return made


def read_custody(row: Fields | None, zone: str) -> CustodyCase | None:
    """Whose record it is."""
    if row is None:
        return None
    kind = row.text("kind")
    known = ("it_authority", "contractor", "personal_page", "forwarded")
    if kind not in known:
        raise UsageError(f"{row.where}: kind {kind!r} is not known.", f"Use one of: {', '.join(known)}.")
    item = None
    if kind == "personal_page":
        item = PersonalItem(
            about_official_business=row.flag("about_official_business"),
            has_title_or_contact=row.flag("has_title_or_contact", False),
            authority=row.flag("authority", None),
            purported=row.flag("purported", None),
            removed=row.flag("removed", False),
            account_registered=row.flag("account_registered", False),
        )
    made = CustodyCase(
        kind=kind,
        law_enforcement=row.flag("law_enforcement", False),
        owner=row.text("owner", ""),
        under_contract=row.flag("under_contract", True),
        item=item,
        forwarder=row.text("forwarder", ""),
        sent=moment_in(row, "sent", zone),
        forwarded=moment_in(row, "forwarded", zone),
    )
    row.done()
    return made


def read_private(row: Fields | None) -> tuple[Fact, Person] | None:
    """A private fact and whose it is."""
    if row is None:
        return None
    person = Person(
        role=row.one_of(Role, "role"),
        residency_required=row.flag("residency_required", False),
        authorized=row.flag("authorized", False),
        written_request=row.flag("written_request", False),
    )
    fact = row.one_of(Fact, "fact")
    row.done()
    return fact, person


def read_personal(row: Fields | None) -> PersonalAsked | None:
    """A request for information about the requester, and what was found of it."""
    if row is None:
        return None
    made = PersonalAsked(
        identified=row.flag("identified", False),
        says_so=row.flag("says_so", False),
        open_to_anyone=row.flag("open_to_anyone", None),
        bar=row.one_of(Bar, "bar") if row.has("bar") else None,
    )
    row.done()
    return made


def read_removal(row: Fields | None) -> tuple[str, str] | None:
    """The reason somebody chose for a removal, and the explanation."""
    if row is None:
        return None
    made = (row.text("reason"), row.text("explanation", ""))
    row.done()
    return made


def read_ban(row: Fields | None) -> tuple[str, ...] | None:
    """The removals a ban relies on."""
    if row is None:
        return None
    earlier = row.texts("earlier_removals")
    row.done()
    return earlier


def read_password(row: Fields | None, zone: str) -> tuple[datetime, datetime | None, datetime | None] | None:
    """When somebody left, when the password was changed and when that was recorded."""
    if row is None:
        return None
    terminated, changed, recorded = (_exact(row, name, zone) for name in ("terminated", "changed", "recorded"))
    if terminated is None:
        raise UsageError(f"{row.where}: terminated is missing.", "Write 2025-12-19T16:00:00")
    row.done()
    return terminated, changed, recorded


def _exact(row: Fields, name: str, zone: str) -> datetime | None:
    value = moment_in(row, name, zone)
    if value is not None and not isinstance(value, datetime):
        raise UsageError(f"{row.where}: {name} needs its time.", "Write 2025-12-19T16:00:00")
    return value
