"""Which days count: legal holidays, business days, and what a number of years after a day is.

Four clocks run in Wisconsin (ADR 0008): business days of 19.345 inside 19.33-19.39; calendar days for the Historical
Society; calendar anniversaries for retention; clock hours in city policies. This module only counts; which clock a rule
uses is said where the rule is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from custody.schedule import Period, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class HolidayRule:
    """How one holiday is reckoned: a fixed month and day, or the nth weekday (0 Monday; -1 the last) of a month."""

    name: str
    month: int
    day: int = 0
    nth: int = 0
    weekday: int = 0
    even_years: bool = False
    after_first_monday: bool = False


@lru_cache(maxsize=512)
def holidays(year: int, rules: tuple[HolidayRule, ...]) -> frozenset[date]:
    """The legal holidays of a year; one that falls on a Sunday is kept on the Monday after."""
    found = set()
    for rule in rules:
        if rule.even_years and year % 2:
            continue
        day = date(year, rule.month, rule.day) if rule.day else _nth(year, rule)
        found.add(day + timedelta(days=1) if day.weekday() == 6 else day)
    return frozenset(found)


def is_business_day(day: date, rules: tuple[HolidayRule, ...], closures: Sequence[date] = ()) -> bool:
    """Whether a day counts in a period of 19.33-19.39: no Saturday, Sunday or legal holiday (Wis. Stat. 19.345)."""
    return day.weekday() < 5 and day not in holidays(day.year, rules) and day not in closures


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


def _nth(year: int, rule: HolidayRule) -> date:
    if rule.nth < 0:
        last = date(year + rule.month // 12, rule.month % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - rule.weekday) % 7)
    first = date(year, rule.month, 1)
    if rule.after_first_monday:
        first += timedelta(days=(0 - first.weekday()) % 7)
    return first + timedelta(days=(rule.weekday - first.weekday()) % 7 + 7 * (rule.nth - 1))
