"""The reasons for which something may be withheld, as data with their legal basis. Nothing is invented here."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from custody.errors import UsageError
from custody.strict import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonCode:
    """A reason with its citation and its words. `verified_by` is "" until a named person has checked it.

    With `needs_text` the code alone says nothing: each use must give its specific reasons in words (balancing test).
    """

    code: str
    citation: str
    words: str
    verified_by: str
    needs_text: bool = False


@lru_cache(maxsize=16)
def reason_codes(jurisdiction: str) -> tuple[ReasonCode, ...]:
    """The codes of a jurisdiction. Raises UsageError when none are shipped for it."""
    path = Path(__file__).parent / "jurisdictions" / f"{jurisdiction}.toml"
    if not path.is_file():
        raise UsageError(f"There are no reason codes for {jurisdiction!r}.", "Ask the city's attorney to enter them.")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(_code(row) for row in Fields(data, path.name).tables("code"))


def _code(row: Fields) -> ReasonCode:
    made = ReasonCode(
        code=row.text("code"),
        citation=row.text("citation"),
        words=row.text("words"),
        verified_by=row.text("verified_by", ""),
        needs_text=row.flag("needs_text", False),
    )
    row.done()
    return made
