"""What an engine keeps of a record beside its words: the values its fields may be asked for, and when it was posted.

Engines and the reference agree because all of them ask here. Whole days in a zone become moments; this is exact in
every zone whose clocks never jump back across midnight, as those of the United States do not.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from custody.clock import day_reader
from custody.record import Content, Record
from custody.selector import Posted, author_keys, name_key, tag_keys

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def posted_ms(content: Content) -> int | None:
    """When it was posted, in milliseconds since 1970; None when that is not known."""
    return None if content.created_at is None else (content.created_at - _EPOCH) // _MILLISECOND


def month_reader(zone: str) -> Callable[[Content], str]:
    """A function that says in which month of the city's calendar content was posted: `2025-03`, "" if not known."""
    day_of = day_reader(zone)

    def month_of(content: Content) -> str:
        posted = posted_ms(content)
        if posted is None:
            return ""
        day = day_of(posted)
        return f"{day.year:04d}-{day.month:02d}"

    return month_of


def bounds_ms(clause: Posted) -> tuple[int | None, int | None]:
    """The first millisecond of the days meant, and the first after them; None on an open side."""
    zone = ZoneInfo(clause.zone)
    since = None if clause.since is None else _midnight_ms(clause.since, zone)
    if clause.until is None or clause.until == date.max:
        return since, None
    return since, _midnight_ms(clause.until + timedelta(days=1), zone)


def field_values(record: Record) -> Iterator[tuple[str, str]]:
    """Every field and value the record answers to but its account, as they are compared: ("kind", "post"), ..."""
    content = record.current
    yield from kind_values(record.platform, record.series, str(content.kind), str(content.state), bool(content.media))
    yield from own_values(record)


def kind_values(platform: str, series: str, kind: str, state: str, has_media: bool) -> Iterator[tuple[str, str]]:
    """The fields that many records share."""
    yield "platform", name_key(platform)
    yield "series", name_key(series)
    yield "kind", kind
    yield "state", state
    if has_media:
        yield "has", "media"


def own_values(record: Record) -> Iterator[tuple[str, str]]:
    """The fields that are a record's own."""
    for key in author_keys(record):
        yield "author", key
    for key in tag_keys(record):
        yield "tag", key


def compared(field: str, value: str) -> str:
    """The value of an `Is` clause as `field_values` writes it."""
    return name_key(value) if field in ("platform", "series") else value


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    try:
        return (datetime.combine(day, time(), zone) - _EPOCH) // _MILLISECOND
    except OverflowError:  # the first day of the calendar, in a zone east of Greenwich
        return (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
