"""What a cost is for, and a city's own terms of fees. What may be charged is decided in `exports/fees.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FeeKind(StrEnum):
    """What a cost is for."""

    REPRODUCTION = "reproduction"
    TRANSCRIPTION = "transcription"
    PHOTOGRAPHING = "photographing"
    LOCATING = "locating"
    SHIPPING = "shipping"
    CONTRACTOR_COPY = "contractor_copy"
    REDACTION = "redaction"
    POLICE_RECORDING_REDACTION = "police_recording_redaction"


@dataclass(frozen=True, kw_only=True, slots=True)
class CityFees:
    """A city's own terms. `free_up_to` maps a kind to the sum that is still free: charged only if it is exceeded.

    `page_cents` None: the city has no rate of its own. The first `free_pages` pages are free.
    """

    page_cents: int | None = None
    free_pages: int = 0
    free_up_to: Mapping[FeeKind, int] = field(default_factory=dict)
    police_recordings: bool = False
    citation: str = ""
    verified_by: str = ""
