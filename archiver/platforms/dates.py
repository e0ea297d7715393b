"""Dates as platforms write them, and what a person should look at about them. No clock is read here."""

from datetime import UTC, datetime

from custody.clock import EARLIEST_PLAUSIBLE

_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_MILLIS_FROM, _MICROS_FROM = 10**11, 10**14
"""Seconds reach 10**11 in the year 5138, milliseconds 10**14 in 5138 too: above, a count is of the finer unit."""


def moment_of_count(raw: object) -> datetime | None:
    """A count of seconds, milliseconds or microseconds since 1970; None when it is no number or no date."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return None
    try:
        count = float(raw)
        size = abs(count)
        seconds = count / 1_000_000 if size >= _MICROS_FROM else count / 1_000 if size >= _MILLIS_FROM else count
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def date_flags(moment: datetime | None, raw: str) -> tuple[str, ...]:
    """`date-missing`, or `date-implausible` for what cannot be a post's: unreadable, before 2003 or after 2100.

    Whether a date lies in the future is judged where the clock is (`archiver/harvest.py`).
    """
    if moment is None:
        return ("date-implausible",) if raw else ("date-missing",)
    return () if EARLIEST_PLAUSIBLE <= moment <= _LATEST else ("date-implausible",)
