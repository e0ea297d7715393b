"""Which days count: legal holidays, business days, and what a number of years after a day is.

Four clocks run in Wisconsin (docs/adr/which-clock.md): business days of 19.345 in 19.33-19.39; calendar days for the
Historical Society; calendar anniversaries for retention; clock hours in city policies. This module only counts; which
clock a rule uses is said where the rule is. Counting that shows every day is `custody/counting.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from custody.schedule import Period, Unit


class Moves(StrEnum):
    """Where a holiday goes that falls on a weekend."""

    STAYS = "stays"
    SUNDAY = "sunday_to_monday"
    NEAREST = "nearest_weekday"  # Saturday to Friday, Sunday to Monday


@dataclass(frozen=True, kw_only=True, slots=True)
class HolidayRule:
    """How one holiday is reckoned: a fixed month and day, or the nth weekday (0 Monday; -1 the last) of a month.

    `plus` adds days to what was found: the Friday after the fourth Thursday is `plus` 1.
    """

    name: str
    month: int
    day: int = 0
    nth: int = 0
    weekday: int = 0
    plus: int = 0
    even_years: bool = False
    after_first_monday: bool = False
    moves: Moves = Moves.SUNDAY


@lru_cache(maxsize=512)
def named_holidays(year: int, rules: tuple[HolidayRule, ...]) -> Mapping[date, str]:
    """The days of a year on which a holiday is kept, with its name; one that was moved says so."""
    found: dict[date, str] = {}
    near = (year - 1, year, year + 1)  # January 1 on a Saturday may be kept on December 31
    for reckoned in (each for each in near if MINYEAR <= each <= MAXYEAR):
        for rule in rules:
            if rule.even_years and reckoned % 2:
                continue
            day = (date(reckoned, rule.month, rule.day) if rule.day else _nth(reckoned, rule)) + timedelta(rule.plus)
            kept = _kept(day, rule.moves)
            if kept.year == year:
                moved = f" (moved from {day:%A}, {day:%B} {day.day})" if kept != day else ""
                found.setdefault(kept, f"{rule.name}{moved}")
    return MappingProxyType(found)


def holidays(year: int, rules: tuple[HolidayRule, ...]) -> frozenset[date]:
    """The legal holidays of a year, on the days on which they are kept."""
    return frozenset(named_holidays(year, rules))


def is_business_day(day: date, rules: tuple[HolidayRule, ...], closures: Sequence[date] = ()) -> bool:
    """Whether a day counts in a period of 19.33-19.39: no Saturday, Sunday or legal holiday (Wis. Stat. 19.345)."""
    return day.weekday() < 5 and day not in named_holidays(day.year, rules) and day not in closures


def add_business(day: date, count: int, rules: tuple[HolidayRule, ...], closures: Sequence[date] = ()) -> date:
    """The `count`th business day after `day`; the day itself does not count."""
    found, current = 0, day
    while found < count:
        current += timedelta(days=1)
        found += is_business_day(current, rules, closures)
    return current


def add_period(day: date, period: Period) -> date:
    """The anniversary of a day; where it does not exist (29 February) the 1st of the month after."""
    if period.unit is Unit.DAYS:
        return day + timedelta(days=period.n)
    months = period.n * 12 if period.unit is Unit.YEARS else period.n
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > 9998:
        return date(9998, 12, 31)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1)


def is_shorter(one: Period, other: Period) -> bool:
    """Whether a period is shorter than another, reckoned from the same ordinary day."""
    start = date(2001, 1, 1)
    return add_period(start, one) < add_period(start, other)


def said(day: date) -> str:
    """A day as a letter writes it, with its weekday: Tuesday, January 6, 2026."""
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def _kept(day: date, moves: Moves) -> date:
    if day.weekday() == 6 and moves is not Moves.STAYS:
        return day + timedelta(days=1)
    if day.weekday() == 5 and moves is Moves.NEAREST:
        return day - timedelta(days=1)
    return day


def _nth(year: int, rule: HolidayRule) -> date:
    if rule.nth < 0:
        last = date(year + rule.month // 12, rule.month % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - rule.weekday) % 7)
    first = date(year, rule.month, 1)
    if rule.after_first_monday:
        first += timedelta(days=(0 - first.weekday()) % 7)
    return first + timedelta(days=(rule.weekday - first.weekday()) % 7 + 7 * (rule.nth - 1))
