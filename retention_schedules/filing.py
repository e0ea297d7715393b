"""Where a new record is filed: its series, and the storage bucket in which records leave together.

A bucket is a series and the quarter of the year in which retention would end if nothing else happened. It is only where
bytes lie; what may be destroyed is judged for each record by `eligibility.py`.
"""

from datetime import date
from functools import lru_cache

from custody.days import add_period, is_shorter
from custody.schedule import Period
from retention_schedules.schedules import Schedules, schedules_for

UNDATED = "undated"


def classify(account_series: str, kind: str, jurisdiction: str = "wisconsin") -> tuple[str, str]:
    """The series of a new record and why: its account's own, else the one for its kind, else the default."""
    schedules = schedules_for(jurisdiction)
    if account_series:
        return schedules.row(account_series).id, "the account's series"
    series = schedules.filing.get(kind, schedules.default.id)
    return series, f"records of kind {kind}"


@lru_cache(maxsize=4096)
def bucket(series: str, day: str | None, jurisdiction: str = "wisconsin") -> str:
    """`WI-DEF-7Y/2032Q1` for a record whose clock starts on `day` (ISO text); `.../undated` when that is unknown."""
    if day is None:
        return f"{series}/{UNDATED}"
    end = add_period(date.fromisoformat(day), _period(series, schedules_for(jurisdiction)))
    return f"{series}/{end.year}Q{(end.month + 2) // 3}"


def _period(series: str, schedules: Schedules) -> Period:
    """The row's own period, never shorter than what holds without adoption."""
    period = schedules.row(series).period or schedules.shortest
    statutory = schedules.row(series).statutory
    return schedules.shortest if not statutory and is_shorter(period, schedules.shortest) else period
