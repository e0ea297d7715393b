"""A public records request, and what was decided about each record it reaches."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from custody.ids import RecordNumber, RequestNumber


class Mark(StrEnum):
    """What the custodian decided about one record.

    "context" goes out for understanding though it was not asked for, in full or in part; "exclude" was found but does
    not answer the request, and is in no response.
    """

    UNDECIDED = "undecided"
    RELEASE = "release"
    REDACT = "redact"
    WITHHOLD = "withhold"
    CONTEXT = "context"
    EXCLUDE = "exclude"


class RequestState(StrEnum):
    """Where a request stands. "responded" means that an answer was written; it is "decided" once it was given."""

    OPEN = "open"
    NOT_SUFFICIENT = "not sufficient"
    PAUSED = "paused"
    RESPONDED = "responded"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    REFERRED = "referred"
    UNPAID = "closed unpaid"
    CLOSED = "closed"

    @property
    def is_live(self) -> bool:
        """Whether the requester still waits for the determination: until then nothing asked for may be destroyed."""
        return self in _LIVE


_LIVE = (RequestState.OPEN, RequestState.NOT_SUFFICIENT, RequestState.PAUSED, RequestState.RESPONDED)


class Form(StrEnum):
    """The form in which the records were asked for; "any" when the requester did not say."""

    ANY = "any"
    ELECTRONIC = "electronic"
    ELECTRONIC_WITH_METADATA = "electronic_with_metadata"
    PAPER = "paper"
    INSPECTION = "inspection"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The day by which an answer is aimed at, as it was counted; None where the law sets none.

    `label` says what kind of day it is (a guideline, or a limit by law), `calendar` is the digest of the tables it was
    counted with, and `steps` are the days of the arithmetic: (day, its number or 0, why).
    """

    day: date | None
    label: str
    citation: str
    is_law: bool = False
    sentence: str = ""
    calendar: str = ""
    steps: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordsRequest:
    """A request in the requester's own words. Name and purpose are never required (Wis. Stat. 19.35(1)(i))."""

    number: RequestNumber
    words: str
    received_at: datetime
    channel: str
    opened_at: datetime
    opened_by: str
    requester: str = ""
    state: RequestState = RequestState.OPEN
    received_by: str = ""
    written: bool = True
    form: Form = Form.ANY
    purpose: str = ""
    contact: str = ""
    incarcerated: bool = False
    target: Target | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """The frozen result of one query: what was asked, when, and the digest of the numbers found."""

    request: RequestNumber
    query: str
    said_as: str
    collected_at: datetime
    numbers: tuple[RecordNumber, ...]
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Redaction:
    """A part of one record withheld: characters `start` to `end` of one version's field.

    `field` is `text`, `title`, `author`, `media:N` (a picture or file), `alt:N`, `link:N` or `permalink`. `end` -1
    means to its end. `region` blackens only a part of picture `media:N`: "x,y,width,height" in pixels as it is seen,
    or "-" to show all of it but drop what its file says besides. `origin` names what was done at once (`person 1`), so
    that it can be taken back at once.
    """

    request: RequestNumber
    record: RecordNumber
    version: int
    field: str
    start: int
    end: int
    code: str
    note: str = ""
    region: str = ""
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The mark on one record of a request, with the reason code when something is withheld."""

    request: RequestNumber
    record: RecordNumber
    mark: Mark
    code: str = ""
    note: str = ""
