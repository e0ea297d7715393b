"""The words in which acts and readings are told: names for numbers, and other people's words as one safe line.

Words that people or strangers wrote are cut to one short line without control characters. What a redaction withholds
never stands in an act, so it cannot stand here.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archiver.catalog.queries import moment
from custody.clock import local_day
from custody.ids import label_of

_NAMED = 3
"""So many records are named one by one; more are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """An act as the catalog has it; `leaf` is its entry in the ledger, `at` milliseconds."""

    number: int
    at: int
    by: str
    kind: str
    subject: int
    leaf: int
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What numbers stand for: accounts by id, what is known of each run, each hold's request; the city's time zone."""

    zone: str
    accounts: Mapping[int, str]
    runs: Mapping[int, Mapping[str, Any]]
    holds: Mapping[int, int | None]

    def account(self, number: object) -> str:
        """An account's handle."""
        return self.accounts.get(int(str(number)), f"account {number}")

    def day(self, millis: int) -> str:
        """The day of a moment in the city."""
        return local_day(moment(millis), self.zone).isoformat()


def line(text: str, most: int = 100) -> str:
    """Text as one short line that changes nothing on a screen: no line ends, no control or direction marks."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " if c.isspace() else "" for c in text)
    flat = " ".join(kept.split())
    return flat if len(flat) <= most else f"{flat[: most - 3].rstrip()}..."


def quoted(text: str, most: int = 100) -> str:
    """Somebody's words, as one line between quotation marks."""
    return f"“{line(text, most)}”"


def records(numbers: Sequence[int]) -> str:
    """Some records: named when they are few, else counted."""
    if 0 < len(numbers) <= _NAMED:
        return ", ".join(label_of(number) for number in numbers)
    return f"{len(numbers):,} records"


def import_of(run: Mapping[str, Any], names: Names) -> str:
    """What a run took in, and where to."""
    sources = [line(source, 60) for source in run.get("sources", ())]
    more = f" and {len(sources) - _NAMED} more" if len(sources) > _NAMED else ""
    said = ", ".join(sources[:_NAMED]) + more
    return f"import of {said or 'a download'} into {names.account(run['account'])}"


def who(deed: Deed) -> str:
    """Who did it."""
    return line(deed.by, 60) or "somebody"
