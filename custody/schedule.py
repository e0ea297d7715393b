"""How long a series of records is kept, as data: one row of a retention schedule, with its authority.

Deciding what a row means for one record is `retention_schedules/eligibility.py`; reading rows from files is
`retention_schedules/schedules.py`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unit(StrEnum):
    """In what a period is counted. Years and months are calendar anniversaries."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class Trigger(StrEnum):
    """The event from which a period runs."""

    CREATION = "creation"
    LAST_EVENT = "last_event"
    THREAD_END = "thread_end"
    EVENT = "event"
    END_OF_TERM = "end_of_term"
    SUPERSEDED = "superseded"
    MINUTES_PUBLISHED = "minutes_published"


class Fate(StrEnum):
    """What the schedule says happens when the period has ended."""

    DESTROY = "destroy"
    DESTROY_CONFIDENTIALLY = "destroy_confidential"
    TRANSFER = "transfer_archives"
    PERMANENT = "permanent"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A length of time: 7 years, 90 days."""

    n: int
    unit: Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One row of a schedule. `period` None means "look it up": not known, so the default governs.

    `extended_on` is the day on which one extension of an expiring approval was granted. `whs_notice` says whether the
    body that keeps history must be given notice: required, waived, not_applicable, or look_up where nobody knows yet.
    `verified_by` is "" until a named person has compared the row with its source; the user is told so.
    """

    id: str
    title: str
    jurisdiction: str
    schedule: str
    period: Period | None
    trigger: Trigger
    event: str = ""
    fate: Fate = Fate.DESTROY
    whs_notice: str = "required"
    authority: str = ""
    default: bool = False
    statutory: bool = False
    approved_on: date | None = None
    expires_on: date | None = None
    extended_on: date | None = None
    adopted_on: date | None = None
    adoption_ref: str = ""
    superseded_by: str = ""
    verified_by: str = ""
    verified_on: date | None = None
    source: str = ""
    note: str = ""
