"""The account of one run: every listed item ends in exactly one outcome, and the sum is shown to whoever ran it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from archiver.platforms.reader import Unread

OUTCOMES = ("new", "changed", "unchanged", "duplicate", "flagged", "quarantined", "excluded")
EXAMPLES = 20
"""How many places are kept of each reason."""


@dataclass(slots=True)
class Reconciliation:
    """The account of a run. `listed` is the sum of the seven outcomes; `records` counts records made or changed."""

    listed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    records: int = 0
    media: int = 0
    media_missing: int = 0
    unread: list[Unread] = field(default_factory=list)

    def count(self, outcome: str, place: str = "", reason: str = "") -> None:
        """Enter one item; the first places of each reason are kept as examples."""
        self.listed += 1
        self.outcomes[outcome] += 1
        if reason:
            self.reasons.setdefault(outcome, Counter())[reason] += 1
            examples = self.places.setdefault(f"{outcome}: {reason}", [])
            if len(examples) < EXAMPLES:
                examples.append(place)

    @property
    def closes(self) -> bool:
        """Whether every listed item has exactly one outcome."""
        return self.listed == sum(self.outcomes.values())

    def as_data(self) -> dict[str, Any]:
        """The account as JSON data."""
        return {
            "listed": self.listed,
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "records": self.records,
            "media": self.media,
            "media_missing": self.media_missing,
            "reasons": {outcome: dict(counter) for outcome, counter in self.reasons.items()},
            "places": self.places,
            "not_imported": [{"member": item.member, "reason": item.reason} for item in self.unread],
        }
