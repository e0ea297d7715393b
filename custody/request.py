"""A public records request, and what was decided about each record it reaches."""

from dataclasses import dataclass
from datetime import datetime
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
    """Where a request stands."""

    OPEN = "open"
    RESPONDED = "responded"


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
