"""The answer of one small rule of law: allowed or not, what it is called, why, by what citation, with what warnings."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """What a rule says about a situation. `label` is a stable name; `why` a sentence for people.

    `needs` lists what must still be done; `day` and `at` are set when the rule gives a limit, `steps` its arithmetic.
    """

    label: str
    allowed: bool
    why: str
    citation: str = ""
    warnings: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    day: date | None = None
    at: datetime | None = None
    steps: tuple[str, ...] = ()
