"""Where a new record is filed: its series, and the storage bucket in which records leave together.

A bucket is a series and the quarter of the year in which retention would end if nothing else happened. It is only where
bytes lie; what may be destroyed is judged for each record by `eligibility.py`.
"""

from datetime import date

from custody.days import add_period, is_shorter
from custody.schedule import Period
from retention_schedules.schedules import Schedules

UNDATED = "undated"


def classify(account_series: str, kind: str, schedules: Schedules) -> tuple[str, str]:
    """The series of a new record and why: its account's own, else the one for its kind, else the default."""
    if account_series:
        return schedules.row(account_series).id, "the account's series"
    series = schedules.filing.get(kind, schedules.default.id)
    return series, f"records of kind {kind}"


def bucket(series: str, day: str | None, schedules: Schedules) -> str:
    """`WI-DEF-7Y/2032Q1` for a record whose clock starts on `day` (ISO text); `.../undated` when that is unknown."""
    if day is None:
        return f"{series}/{UNDATED}"
    period = _period(series, schedules)
    if period is None:
        return f"{series}/{UNDATED}"
    end = add_period(date.fromisoformat(day), period)
    return f"{series}/{end.year}Q{(end.month + 2) // 3}"


def _period(series: str, schedules: Schedules) -> Period | None:
    """The row's own period, never shorter than what holds without adoption; None when neither is known."""
    row, shortest = schedules.row(series), schedules.shortest
    period = row.period or shortest
    if period is None or shortest is None or row.statutory:
        return period
    return shortest if is_shorter(period, shortest) else period
