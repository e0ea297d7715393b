"""Which days of a record make no difference: a million records have thousands of days, and few of them matter.

A judgement asks of a record's own days only whether they are known, whether it was made since a row was adopted, in
which of the years of a notice, and whether its period, counted from the latest of them, ends before the day asked
about or before a notice was mailed. `turning_days` are the days on which one of these answers changes. The sentence
and the arithmetic of a judgement do name its days: this is for whoever asks where records stand, not why.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta

from custody.days import add_period
from custody.schedule import Period
from retention_schedules.schedules import Schedules
from retention_schedules.situation import CityTerms

_DAY = timedelta(days=1)


def turning_days(
    schedules: Schedules, city: CityTerms, mailed: Iterable[date], years: Iterable[int], on: date
) -> list[date]:
    """The days, in order, between which two records with the same else stand alike on a day.

    `mailed` are the days of all notices that may cover them, `years` those with which the notices' years begin.
    """
    turns = {date(year, 1, 1) for year in years if date.min.year <= year <= date.max.year}
    turns |= {adopted.created_since for adopted in city.adopted.values() if adopted.created_since}
    asked = {day + more for day in (on, *mailed) for more in (timedelta(0), _DAY)}
    periods = {row.period for row in schedules.rows.values() if row.period is not None}
    return sorted(turns | {_first_to_reach(day, period) for day in asked for period in periods})


def _first_to_reach(day: date, period: Period) -> date:
    """The first day from which a period lasts to a day at least: a later start never ends earlier."""
    starts = range(date.min.toordinal(), day.toordinal() + 1)
    place = bisect_left(starts, day, key=lambda start: add_period(date.fromordinal(start), period))
    return date.fromordinal(starts[place])
