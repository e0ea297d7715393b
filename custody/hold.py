"""A hold: nothing it reaches may be destroyed while it stands. Destruction asks only "is it held?"."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from custody.ids import HoldNumber, RequestNumber

CLOSED, ONGOING = "closed", "ongoing"
"""How far a request's hold reaches into what is captured after it was placed: not at all, or without an end. A day
(ISO) in place of them: what was posted through that day, whenever it is captured."""


class HoldKind(StrEnum):
    """Why a hold was placed."""

    REQUEST = "request"
    LITIGATION = "litigation"
    AUDIT = "audit"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A hold on the records a selector names. `clause` is `custody.selector` data.

    `numbers` are records named one by one, beside the clause. `protects_through` is the last protected day once an end
    is known; None means the hold has no end yet, and says so. `released_at` is when somebody lifted it. `future` says
    that it reaches what is taken in later too, through the day `closes_on` where one is given; without it the hold
    reaches only what was there when it was placed.
    """

    number: HoldNumber
    kind: HoldKind
    matter: str
    reason: str
    clause: dict[str, Any]
    placed_at: datetime
    placed_by: str
    request: RequestNumber | None = None
    numbers: tuple[int, ...] = ()
    reaches: str = CLOSED
    protects_through: date | None = None
    released_at: datetime | None = None
    future: bool = False
    closes_on: date | None = None
    authority: str = ""
    released_by: str = ""
    release_reason: str = ""
