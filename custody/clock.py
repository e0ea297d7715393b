"""The only maker of times. Everything else is handed a clock, so that tests and demos can choose the day.

Times are always aware and in UTC inside the house; a city's own time zone appears only where a person reads.
"""

from collections.abc import Callable, Iterable
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
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def moment_of(text: str) -> datetime:
    """The reverse of `text_of`; also accepts any RFC 3339 text with an offset. ValueError if it has none, or if the
    moment lies outside the years 1 to 9999 of UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without its zone: {text!r}")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"a time outside the calendar: {text!r}") from error


def in_zone(moment: datetime, zone: str) -> datetime:
    """A moment by a city's clocks, for people to read; by UTC's at the edge of the calendar, where the zone's date
    would lie before the year 1 or after 9999."""
    try:
        return moment.astimezone(ZoneInfo(zone))
    except OverflowError:
        return moment.astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a city's zone (`America/Chicago`): retention counts local days."""
    return in_zone(moment, zone).date()


_DAY = 86_400_000
_FIRST = date(1970, 1, 1).toordinal()


def day_reader(zone: str) -> Callable[[int], date]:
    """A function that says on which day in a zone a moment (milliseconds, UTC) lies: `local_day` for millions of them,
    and for those at the edge of the calendar our first or last day."""
    offsets = _Offsets(ZoneInfo(zone))
    days: dict[int, date] = {}

    def day_of(millis: int) -> date:
        offset = offsets[millis // _DAY]
        ordinal = offsets.slowly(millis) if offset is None else _FIRST + (millis + offset) // _DAY
        found = days.get(ordinal)
        if found is None:
            found = days[ordinal] = date.fromordinal(ordinal)
        return found

    return day_of


def ordinals_reader(zone: str) -> Callable[[Iterable[int | None]], list[int | None]]:
    """A function that gives the local days of very many moments (milliseconds, UTC) as ordinals; None stays None."""
    offsets = _Offsets(ZoneInfo(zone))

    def ordinals(moments: Iterable[int | None]) -> list[int | None]:
        return [
            None
            if at is None
            else _FIRST + (at + offset) // _DAY
            if (offset := offsets[at // _DAY]) is not None
            else offsets.slowly(at)
            for at in moments
        ]

    return ordinals


class _Offsets(dict[int, int | None]):
    """By day of UTC the zone's offset in milliseconds, reckoned once; None where its clocks are changed."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone, self._epoch = zone, datetime(1970, 1, 1, tzinfo=UTC)

    def __missing__(self, day: int) -> int | None:
        try:
            ends = [(self._epoch + timedelta(days=day + side)).astimezone(self._zone).utcoffset() for side in (0, 1)]
        except OverflowError:  # the first or the last day that there is
            ends = [None, None]
        same = ends[0] is not None and ends[0] == ends[1]
        found = self[day] = round(ends[0].total_seconds() * 1000) if same and ends[0] is not None else None
        return found

    def slowly(self, millis: int) -> int:
        """The local day of one moment, whatever the clocks do on it."""
        moment = self._epoch + timedelta(milliseconds=millis)
        try:
            return moment.astimezone(self._zone).date().toordinal()
        except OverflowError:
            return (date.min if moment.year == 1 else date.max).toordinal()
