"""What may become of a record on a given day, and why: the answer of the retention rules."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """Whether a record may be destroyed on the day asked about."""

    KEEP = "keep"
    BLOCKED = "blocked"
    ELIGIBLE = "eligible"


@dataclass(frozen=True, kw_only=True, slots=True)
class Disposition:
    """A judgement: where the record stands, from which day it might go, and the one sentence that says why.

    `earliest` is the first day on which destruction would be lawful, None when there is no such day yet.
    `transferred` is the day on which the body that keeps history received it, None while it did not.
    `blocks` names every reason that stops it today; `steps` is the arithmetic, in order, for a person to follow.
    """

    standing: Standing
    series: str
    trigger_on: date | None
    retention_ends: date | None
    earliest: date | None
    blocks: tuple[str, ...]
    steps: tuple[str, ...]
    sentence: str
    unverified: bool
    transferred: date | None = None
