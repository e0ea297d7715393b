"""The arithmetic of a judgement as it grows, and how its days and periods are said."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from custody.schedule import Period, Trigger


@dataclass(slots=True)
class Reasoning:
    """The arithmetic as it grows. `ends` are protected-through days with what protects; `blocks` have no day."""

    ends: list[tuple[date, str]] = field(default_factory=list)
    blocks: list[tuple[str, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def until(self, day: date, what: str) -> None:
        """Something protects through a day."""
        self.ends.append((day, what))
        self.steps.append(f"{what}: protected through {said(day)}.")

    def block(self, name: str, what: str) -> None:
        """Something stops it, and there is no day."""
        self.blocks.append((name, what))
        self.steps.append(f"BLOCKED, {what}.")


@lru_cache(maxsize=65536)
def said(day: date) -> str:
    """A day as a person writes it: April 3, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def words_of(period: Period) -> str:
    """A period in words: 7 years, 1 month, 90 days."""
    unit = period.unit.value.removesuffix("s") if period.n == 1 else period.unit.value
    return f"{period.n} {unit}"


_TRIGGERS = {
    Trigger.CREATION: "it was made",
    Trigger.LAST_EVENT: "it was made or last moderated",
    Trigger.THREAD_END: "the last item of its thread",
    Trigger.EVENT: "the recorded event",
    Trigger.END_OF_TERM: "the end of the term",
    Trigger.SUPERSEDED: "it was superseded",
    Trigger.MINUTES_PUBLISHED: "the minutes were approved and published",
}


def start_of(trigger: Trigger) -> str:
    """From when a period runs, in words: `the end of the term`."""
    return _TRIGGERS[trigger]
