"""Reading a table that a person wrote (law as data, a case), strictly: every field is known and of its kind.

    row = Fields(data, "wisconsin.toml, response")
    row.text("citation"); row.integer("n", 0); row.day("effective_from"); row.done()

Each reader names the file, the row and the field when it refuses, and says the cure. What nobody reads is an error.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from custody.errors import UsageError

Kind = TypeVar("Kind", bound=StrEnum)
Kept = TypeVar("Kept")
_MISSING: Any = object()
_YEARS = " of the years 1900 to 2999"


class Fields:
    """One table of a TOML file with the place where it stands. `done()` refuses what was not read."""

    def __init__(self, data: Any, where: str, cure: str = "") -> None:
        if not isinstance(data, dict):
            raise UsageError(f"{where} is not understood.", cure or "It must be a table of fields.")
        self._data, self._read = data, set[str]()
        self.where, self.cure = where, cure

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        self._read.add(name)
        return name in self._data

    def text(self, name: str, default: Any = _MISSING) -> str:
        """A text."""
        value: str = self._value(name, default)
        return self._checked(name, value, isinstance(value, str), 'a text: write it in "quotation marks"')

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as one."""
        value = self._value(name, ())
        rows = (value,) if isinstance(value, str) else value
        fine = isinstance(rows, (list, tuple)) and all(isinstance(each, str) for each in rows)
        return tuple(self._checked(name, rows, fine, 'a list of texts: write ["one", "two"]'))

    def integer(self, name: str, default: Any = _MISSING, low: int = 0, high: int = 10**12) -> int:
        """A whole number between `low` and `high`. Money is cents, never a decimal."""
        value: int = self._value(name, default)
        if name not in self._data:
            return value
        fine = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        what = f"a whole number from {low:,} on" if low else "a whole number, 0 or more"
        money = ". Money is whole cents: $50.00 is 5000" if name.endswith("cents") else ""
        return self._checked(name, value, fine, f"{what}, without quotation marks{money}")

    def flag(self, name: str, default: Any = _MISSING) -> Any:
        """true or false; `default` may be None for "not said"."""
        value = self._value(name, default)
        return self._checked(name, value, value is default or isinstance(value, bool), "true or false, without marks")

    def day(self, name: str, default: Any = None) -> date | None:
        """A day, without quotation marks."""
        value: date | None = self._value(name, default)
        fine = value is None or (isinstance(value, date) and not isinstance(value, datetime) and _plausible(value))
        return self._checked(name, value, fine, f"a day{_YEARS}: write it without quotation marks, 2025-12-01")

    def moment(self, name: str, default: Any = None) -> date | datetime | None:
        """A day, or a moment with or without its zone (2025-12-19T16:45:00-06:00)."""
        value: date | datetime | None = self._value(name, default)
        fine = value is None or (isinstance(value, date) and _plausible(value))
        what = f"a day or a moment{_YEARS}: write it without quotation marks, 2025-12-01"
        return self._checked(name, value, fine, what)

    def clock_time(self, name: str) -> time | None:
        """A time of day without quotation marks (16:30:00), None when it is not there."""
        value: time | None = self._value(name, None)
        return self._checked(name, value, value is None or isinstance(value, time), "a time: write 16:30:00")

    def one_of(self, kind: type[Kind], name: str, default: Any = _MISSING) -> Kind:
        """One of the words of `kind`."""
        value = self._value(name, default)
        if isinstance(value, kind):
            return value
        try:
            return kind(value)
        except ValueError as error:
            known = ", ".join(each.value or '""' for each in kind)
            raise UsageError(f"{self.where}: {name} {value!r} is not known.", f"Use one of: {known}.") from error

    def choice(self, name: str, known: tuple[str, ...], default: str) -> str:
        """One of some words."""
        value = self._value(name, default)
        if not isinstance(value, str) or value not in known:
            words = ", ".join(each or '""' for each in known)
            raise UsageError(f"{self.where}: {name} {value!r} is not known.", f"Use one of: {words}.")
        return value

    def everything(self) -> dict[str, Any]:
        """The whole table as it stands, for a reader of its own."""
        return dict(self._data)

    def table(self, name: str) -> "Fields | None":
        """A table below this one, None when it is not there."""
        value = self._value(name, None)
        return None if value is None else Fields(value, f"{self.where}, {name}", self.cure)

    def tables(self, name: str) -> list["Fields"]:
        """The tables of a list ([[name]]); a single table counts as one."""
        value = self._value(name, [])
        rows = [value] if isinstance(value, dict) else value
        self._checked(name, rows, isinstance(rows, list), f"a list of tables: write [[{name}]]")
        return [Fields(row, f"{self.where}, {name} {n}", self.cure) for n, row in enumerate(rows, 1)]

    def any(self, name: str) -> Any:
        """Whatever stands there, None when nothing does: for fields whose form depends on others."""
        return self._value(name, None)

    def names(self) -> tuple[str, ...]:
        """The names of all fields that are there."""
        return tuple(self._data)

    def done(self) -> None:
        """Refuse the fields that nothing has read. Raises UsageError naming the first."""
        self.only(self._read)

    def only(self, known_names: Iterable[str]) -> None:
        """Refuse at once every field but these. Raises UsageError naming the first."""
        names = sorted(known_names)
        strange = sorted(set(self._data) - set(names))
        if strange:
            raise UsageError(f"{self.where}: {strange[0]!r} is not a field here.", which_field(strange[0], names))

    def _value(self, name: str, default: Any) -> Any:
        self._read.add(name)
        value = self._data.get(name, default)
        if value is _MISSING:
            raise UsageError(f"{self.where}: {name} is missing.", self.cure or "Compare it with a shipped file.")
        return value

    def _checked(self, name: str, value: Kept, fine: bool, what: str) -> Kept:
        if not fine:
            shown = value.isoformat() if isinstance(value, (date, time)) else repr(value)
            raise UsageError(f"{self.where}: {name} is {shown}.", f"It must be {what}.")
        return value


def which_field(name: str, known: Iterable[str]) -> str:
    """The cure for a field nobody knows: the one that is probably meant, and all there are."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    return f"{f'Did you mean {near[0]!r}? ' if near else ''}Known fields: {', '.join(names)}."


def _plausible(day: date) -> bool:
    """Whether days can be counted from it: no year 1 and no year 9999, which are signs of a slip."""
    return 1900 <= day.year <= 2999
