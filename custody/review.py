"""The review of a request: redactions that are only proposed yet, and who looks at which records by when."""

from dataclasses import dataclass
from enum import StrEnum

from custody.ids import RecordNumber, RequestNumber

Place = tuple[int, int, int]
"""Version, start and end of a proposed redaction; places in characters."""


class DraftState(StrEnum):
    """What became of a proposal. An open one blocks every release."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A proposal to withhold something in one field of one record, in each version where it stands.

    `kind` says why it is proposed: `phone`, `ssn`, ..., `also-withheld` (the words are withheld in another record of
    the request), `person` (a part of a person's name). It never holds the words themselves.
    """

    request: RequestNumber
    n: int
    record: RecordNumber
    kind: str
    field: str
    places: tuple[Place, ...]
    state: DraftState = DraftState.OPEN
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """A record that a department looks at, with its own due day (ISO; "" for none)."""

    record: RecordNumber
    department: str
    due: str
