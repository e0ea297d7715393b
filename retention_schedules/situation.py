"""What the judge is told: plain facts about one record and everything that bears on it. No rule is in here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from custody.days import HolidayRule


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordFacts:
    """One record's days, all local to the city. `series` names a row. `created` is None for 1970, 9999 and none.

    `event` is the recorded day of what starts the clock of its series (account closed, case closed), `term_end` and
    `superseded` those of the end of a term and of its being superseded;
    `transferred` the day on which the body that keeps history received it,
    `reviewed` the day on which a person reviewed it, where its series asks for that. `purpose` matters for meeting
    recordings only: the short period is for recordings made to make minutes.
    """

    series: str
    created: date | None = None
    last_event: date | None = None
    thread_end: date | None = None
    event: date | None = None
    term_end: date | None = None
    superseded: date | None = None
    minutes_approved: date | None = None
    minutes_published: date | None = None
    reviewed: date | None = None
    transferred: date | None = None
    purpose: str = ""
    fixity_ok: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class CourtFacts:
    """An action under 19.37: written notice, order, what followed. `order_for` and `appeal_for` (the side of the order
    on appeal, "" when it was not said) are city or requester."""

    notice: date
    order: date | None = None
    order_for: str = "city"
    notice_of_entry: bool = False
    appealed: bool = False
    appeal_order: date | None = None
    appeal_for: str = ""
    produced: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestFacts:
    """A records request that reaches the record. `decision` is "", granted, part, denied, withdrawn or unpaid.

    `subject_action` says that a record subject's action against the release is pending.
    """

    received: date
    decision: str = ""
    decided: date | None = None
    delivered: date | None = None
    incarcerated: bool = False
    court: CourtFacts | None = None
    subject_action: bool = False
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeFacts:
    """A notice to the Historical Society. `reply` is "", declined, waived, accepted or reviewing."""

    mailed: date
    reply: str = ""
    replied: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldFacts:
    """A hold that reaches the record. `ends` is its last protected day, None while it has no end."""

    kind: str
    matter: str
    placed: date | None = None
    ends: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Adoption:
    """That the city adopted a row shorter than the statutory minimum, and until when that holds.

    `extended` is the day on which one extension beyond `expires` was granted. `created_since` is set when the adoption
    does not act backwards: records created before that day keep the period they had.
    """

    adopted: date
    expires: date | None = None
    extended: date | None = None
    created_since: date | None = None
    reference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CityTerms:
    """What the city decided. `count_rule` is "later" (calendar and business days, the later one) or "calendar".

    `waivers` names for a waived series where the waiver stands. `holidays` is the table of its jurisdiction
    (policies/calendars); whoever judges hands it in.
    """

    holidays: tuple[HolidayRule, ...]
    ordinance: str = ""
    count_rule: str = "later"
    whs_early_notice: bool = False
    mailing_days: int = 0
    closures: tuple[date, ...] = ()
    waived_series: tuple[str, ...] = ()
    waivers: Mapping[str, str] = field(default_factory=dict)
    adopted: Mapping[str, Adoption] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """Everything that bears on one record."""

    record: RecordFacts
    city: CityTerms
    requests: tuple[RequestFacts, ...] = ()
    notices: tuple[NoticeFacts, ...] = ()
    holds: tuple[HoldFacts, ...] = ()
