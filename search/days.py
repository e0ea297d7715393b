"""Days as people write them in a search: `march 2025`, `2025-03..2025-05`, `3/1/2025`, `last month`.

Every form names a first and a last day, both included. What could mean two things (a month without its year, a year of
two digits) is refused with the form to write instead, because a guessed date would silently find other records.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from custody.errors import UsageError

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_EXAMPLES = 'write a day as 2025-03-01, a month as 2025-03 or "march 2025", a year as 2025, a range as 2025-03..2025-05'
_RANGE = re.compile(r"\s*\.\.+\s*|\s+(?:to|through|until|-|\u2013|\u2014)\s+|\s*\u2013\s*")
_RECENT = re.compile(r"(?:last|past) (\d{1,4}) days?")


def days_of(text: str, today: date) -> tuple[date | None, date | None]:
    """The first and last day a text names; None on a side that a range leaves open (`2025-03..`)."""
    sides = _RANGE.split(text.strip().lower())
    if len(sides) > 2 or not any(sides):
        raise _not_understood(text)
    if len(sides) == 1:
        return _period(sides[0], today)
    until = _period(sides[1], today)[1] if sides[1] else None
    since = _start(sides[0], until, today) if sides[0] else None
    if since and until and until < since:
        raise UsageError(f"the range {text!r} ends before it begins", "write the earlier day first")
    return since, until


def _start(text: str, until: date | None, today: date) -> date:
    """The first day of a range; `march to may 2025` lends its year to the side that has none."""
    try:
        return _period(text, today)[0]
    except UsageError:
        if until is None or re.search(r"\d{4}", text):
            raise
        return _period(f"{text} {until.year}", today)[0]


def _period(text: str, today: date) -> tuple[date, date]:
    found = _relative(text, today) or _numeric(text) or _named(text)
    if found is None:
        raise _not_understood(text)
    year, month, day = found
    try:
        first = date(year, month or 1, day or 1)
    except ValueError as error:
        raise UsageError(f"there is no such day as {text!r}", _EXAMPLES) from error
    if not _FIRST_YEAR <= first.year <= _LAST_YEAR:
        raise UsageError(f"{text!r} lies outside {_FIRST_YEAR} to {_LAST_YEAR}", _EXAMPLES)
    if _RECENT.fullmatch(" ".join(text.split())):
        return first, today
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    return first, last


def _relative(text: str, today: date) -> tuple[int, int, int] | None:
    """Year, month and day (0 for "all of it") of a text that counts from today."""
    plain = " ".join(re.split(r"[\s_-]+", text))
    if recent := _RECENT.fullmatch(plain):
        start = today - timedelta(days=int(recent[1]) - 1)
        return start.year, start.month, start.day
    before = today.replace(day=1) - timedelta(days=1)
    yesterday = today - timedelta(days=1)
    return {
        "today": (today.year, today.month, today.day),
        "yesterday": (yesterday.year, yesterday.month, yesterday.day),
        "this month": (today.year, today.month, 0),
        "last month": (before.year, before.month, 0),
        "this year": (today.year, 0, 0),
        "last year": (today.year - 1, 0, 0),
    }.get(plain)


def _numeric(text: str) -> tuple[int, int, int] | None:
    if match := re.fullmatch(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?", text, re.ASCII):
        parts = [int(part) if part else None for part in match.groups()]
    elif match := re.fullmatch(r"(?:(\d{1,2})/)(?:(\d{1,2})/)?(\d{4})", text, re.ASCII):
        month, day, year = (int(part) if part else None for part in match.groups())
        parts = [year, month, day]
    else:
        return None
    if 0 in parts:
        raise UsageError(f"there is no such day as {text!r}", _EXAMPLES)
    return parts[0] or 0, parts[1] or 0, parts[2] or 0


def _named(text: str) -> tuple[int, int, int] | None:
    parts = [part for part in re.split(r"[\s,.-]+", text) if part and part != "of"]
    months = [number for part in parts if (number := _month(part))]
    numbers = [re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", part) for part in parts if not _month(part)]
    years = [number for number in numbers if re.fullmatch(r"\d{4}", number, re.ASCII)]
    days = [number for number in numbers if re.fullmatch(r"[1-9]|[0-3]\d", number, re.ASCII)]
    if len(months) == 1 and not years and len(days) == len(numbers) <= 1:
        raise UsageError(f"{text!r} does not say which year", f'write "{text} 2025"; ' + _EXAMPLES)
    if len(months) != 1 or len(years) != 1 or len(days) > 1 or len(years) + len(days) != len(numbers):
        return None
    return int(years[0]), months[0], int(days[0]) if days else 0


def _month(text: str) -> int:
    """1 to 12 for a month's name or its first three letters or more; 0 for anything else."""
    if len(text) < 3:
        return 0
    return next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(text)), 0)


def _not_understood(text: str) -> UsageError:
    return UsageError(f"the date {text[:60]!r} is not understood", _EXAMPLES)
