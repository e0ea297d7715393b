"""Counting days so that a screen can show the whole arithmetic: each day with why it counts or does not.

Pure: a calendar is handed in. Which rule counts how is said where the rule is (`exports/deadlines.py`,
`exports/notices.py`); tables of holidays are read by `policies/calendars.py`.

    counted = count(date(2025, 12, 19), 10, Basis.BUSINESS, calendar)
    counted.end                      -> date(2026, 1, 6)
    counted.lines()                  -> ("Fri 2025-12-19  start, not counted", "Sat 2025-12-20  weekend", ...)
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from custody.canonical import canonical
from custody.days import HolidayRule, named_holidays
from custody.digest import sha256
from custody.errors import UsageError


class Basis(StrEnum):
    """Which days count: open ones only, or all."""

    BUSINESS = "business"
    CALENDAR = "calendar"


class Roll(StrEnum):
    """What happens when the last calendar day is one on which the office is closed."""

    NONE = "none"
    NEXT_OPEN = "next_open_day"


@dataclass(frozen=True, kw_only=True, slots=True)
class Closure:
    """One day on which this city's offices are closed though the law makes it no holiday."""

    day: date
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """The days that do not count, with their authority. `verified_by` is "" until a named person has compared it."""

    id: str
    title: str
    rules: tuple[HolidayRule, ...] = ()
    closures: tuple[Closure, ...] = ()
    weekend: tuple[int, ...] = (5, 6)
    authority: str = ""
    verified_by: str = ""

    def why_closed(self, day: date) -> str:
        """Why a day does not count (the holiday's name), or "" when it does."""
        named = named_holidays(day.year, self.rules).get(day)
        if named:
            return named
        if day.weekday() in self.weekend:
            return "weekend"
        return next((each.name for each in self.closures if each.day == day), "")

    def is_open(self, day: date) -> bool:
        """Whether a day counts as a business day."""
        return not self.why_closed(day)

    @property
    def closed_days(self) -> tuple[date, ...]:
        """The city's own closures, as bare days."""
        return tuple(each.day for each in self.closures)

    @property
    def digest(self) -> str:
        """The digest of everything that decides which days count; it changes when the table changes."""
        rules = [
            [r.name, r.month, r.day, r.nth, r.weekday, r.plus, r.even_years, r.after_first_monday, r.moves.value]
            for r in self.rules
        ]
        closures = [[each.day.isoformat(), each.name] for each in self.closures]
        return sha256(canonical({"weekend": list(self.weekend), "rules": rules, "closures": closures}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One day of a count. `n` is which counted day it is, 0 when it does not count; `why` says why."""

    day: date
    n: int
    why: str

    @property
    def line(self) -> str:
        """The step as a line: `Thu 2025-12-25  December 25`."""
        return f"{self.day:%a} {self.day.isoformat()}  {self.why}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A finished count: from `start` (not counted) to `end`, the last counted day, with every day between."""

    start: date
    end: date
    n: int
    basis: Basis
    calendar: str
    steps: tuple[Step, ...]

    def lines(self) -> tuple[str, ...]:
        """The arithmetic, a line a day."""
        return tuple(step.line for step in self.steps)

    @property
    def day_after(self) -> date:
        """The first day behind the period."""
        return self.end + timedelta(days=1)


def count(
    start: date, n: int, basis: Basis, calendar: Calendar, roll: Roll = Roll.NONE, started: str = "start"
) -> Counted:
    """Count `n` days after `start`, which itself does not count. `started` says what happened on it ("received")."""
    steps = [Step(day=start, n=0, why=f"{started}, not counted")]
    day, found = start, 0
    while found < n:
        day = _next(day)
        closed = calendar.why_closed(day)
        if closed and basis is Basis.BUSINESS:
            steps.append(Step(day=day, n=0, why=closed))
            continue
        found += 1
        also = f" ({closed})" if closed else ""
        steps.append(Step(day=day, n=found, why=f"day {found}{also}"))
    while roll is Roll.NEXT_OPEN and n and calendar.why_closed(day):
        day = _next(day)
        closed = calendar.why_closed(day)
        steps.append(Step(day=day, n=0 if closed else n, why=closed or f"day {n} moved here: the next open day"))
    return Counted(start=start, end=day, n=n, basis=basis, calendar=calendar.id, steps=tuple(steps))


def next_open(day: date, calendar: Calendar) -> date:
    """The day itself when it is open, else the next one that is."""
    while not calendar.is_open(day):
        day = _next(day)
    return day


def _next(day: date) -> date:
    if day == date.max:
        raise UsageError("No day can be counted behind the year 9999.", "Check the date from which the days run.")
    return day + timedelta(days=1)
