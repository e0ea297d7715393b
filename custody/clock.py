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


_DAY = 86_400_000


def day_reader(zone: str) -> Callable[[int], date]:
    """A function that says on which day in a zone a moment (milliseconds, UTC) lies: `local_day` for millions of them.

    A day of UTC in which the zone's clocks are not changed has one offset, which is reckoned once.
    """
    local, epoch = ZoneInfo(zone), datetime(1970, 1, 1, tzinfo=UTC)
    offsets: dict[int, int | None] = {}
    days: dict[int, date] = {}

    def offset_in(day: int) -> int | None:
        try:
            ends = [(epoch + timedelta(days=day + side)).astimezone(local).utcoffset() for side in (0, 1)]
        except OverflowError:  # the first or the last day that there is
            return None
        return None if ends[0] != ends[1] or ends[0] is None else round(ends[0].total_seconds() * 1000)

    def day_of(millis: int) -> date:
        utc_day = millis // _DAY
        if utc_day not in offsets:
            offsets[utc_day] = offset_in(utc_day)
        offset = offsets[utc_day]
        if offset is None:
            return _day_at_the_edge(epoch + timedelta(milliseconds=millis), local)
        number = (millis + offset) // _DAY
        found = days.get(number)
        if found is None:
            found = days[number] = date.fromordinal(719_163 + number)
        return found

    return day_of


def _day_at_the_edge(moment: datetime, zone: ZoneInfo) -> date:
    """The day of a moment in a zone; where the zone's calendar would have left ours, our first or last day."""
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return date.min if moment.year == 1 else date.max
