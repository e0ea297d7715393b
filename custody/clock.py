"""The only maker of times. Everything else is handed a clock, so that tests and demos can choose the day.

Times are always aware and in UTC inside the house; a city's own time zone appears only where a person reads.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

EARLIEST_PLAUSIBLE = datetime(2003, 1, 1, tzinfo=UTC)
LATEST_PLAUSIBLE_AHEAD = timedelta(hours=48)


def system_clock() -> datetime:
    """The time now, aware, in UTC, cut to milliseconds (the precision our formats keep)."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def fixed_clock(moment: datetime) -> Clock:
    """A clock that stands still at `moment` (aware): for tests, demos and reproducible packages."""
    return lambda: moment.astimezone(UTC)


def is_plausible(moment: datetime, now: datetime) -> bool:
    """Whether a date can be a social post's: 2003-01-01 to two days from `now`. 1970 and 9999 are not dates."""
    return moment >= EARLIEST_PLAUSIBLE and moment - now <= LATEST_PLAUSIBLE_AHEAD


def text_of(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC with milliseconds: `2026-11-20T22:36:05.123Z`."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def moment_of(text: str) -> datetime:
    """The reverse of `text_of`; also accepts any RFC 3339 text with an offset. ValueError if it has none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without its zone: {text!r}")
    return moment.astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a city's zone (`America/Chicago`): retention counts local days."""
    return moment.astimezone(ZoneInfo(zone)).date()
