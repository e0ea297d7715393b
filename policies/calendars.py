"""Tables of holidays, read strictly from `calendars/*.toml`: which days do not count, by what authority.

    calendar("wisconsin")                               the strict table: legal holidays only (limits on the city)
    calendar("wisconsin", wide=True, closures=[...])    with the city's closures: for protection periods, and to show

How days are counted is `custody/counting.py`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from custody.counting import Calendar, Closure
from custody.days import HolidayRule, Moves
from custody.errors import UsageError

_FOLDER = Path(__file__).parent / "calendars"
_TOP = {"id", "title", "authority", "verified_by", "note", "moves", "holiday", "wide"}
_HOLIDAY = {"name", "on", "nth", "weekday", "month", "plus", "even_years", "after_first_monday", "moves", "note"}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def calendars() -> tuple[str, ...]:
    """The names of the shipped tables."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@lru_cache(maxsize=64)
def calendar(name: str, *, wide: bool = False, closures: tuple[Closure, ...] = ()) -> Calendar:
    """A shipped table by name. `wide` adds the days on which offices are closed besides the legal holidays.

    Raises UsageError that lists the tables there are.
    """
    path = _FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UsageError(f"There is no table of holidays {name!r}.", f"Known: {', '.join(calendars())}.")
    return load_calendar(path, wide=wide, closures=closures)


def holiday_rules(name: str) -> tuple[HolidayRule, ...]:
    """The legal holidays of a shipped table, for whoever counts with `custody.days.add_business`."""
    return calendar(name).rules


def load_calendar(path: Path, *, wide: bool = False, closures: Sequence[Closure] = ()) -> Calendar:
    """Read a table of holidays. Raises UsageError that names the file, the holiday, the field and the cure."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}", "Mend the line it names.") from error
    _only(data, _TOP, path.name)
    moves = _moves(data.get("moves", "stays"), f"{path.name}, moves")
    rules = _rules(data.get("holiday", []), moves, f"{path.name}, holiday")
    if wide:
        rules += _rules(data.get("wide", []), moves, f"{path.name}, wide")
    return Calendar(
        id=str(data.get("id", path.stem)) + ("-wide" if wide else ""),
        title=str(data.get("title", path.stem)),
        rules=rules,
        closures=tuple(sorted(closures, key=lambda each: (each.day, each.name))) if wide else (),
        authority=str(data.get("authority", "")),
        verified_by=str(data.get("verified_by", "")),
    )


def closures_from(rows: Any, where: str) -> tuple[Closure, ...]:
    """A city's closures from its profile: rows of `on = 2025-12-24` and `name`, or bare days."""
    found, cure = [], 'Write [{ on = 2025-12-24, name = "City closed" }].'
    if not isinstance(rows, (list, tuple, type(None))):
        raise UsageError(f"{where}: {rows!r} is no list of days.", cure)
    for row in rows or ():
        data = {"on": row} if isinstance(row, date) else row
        if not isinstance(data, dict) or type(data.get("on")) is not date:
            raise UsageError(f"{where}: a closure needs its day.", cure)
        _only(data, {"on", "name"}, where)
        found.append(Closure(day=data["on"], name=str(data.get("name", "city offices closed"))))
    return tuple(found)


def holidays_from(rows: Any, where: str) -> tuple[HolidayRule, ...]:
    """Holidays that somebody brings (a case, a changed table), written like those of a shipped table."""
    return _rules(rows or [], Moves.SUNDAY, where)


def _rules(rows: Any, moves: Moves, where: str) -> tuple[HolidayRule, ...]:
    if not isinstance(rows, list):
        raise UsageError(f"{where} is not understood.", "Write [[holiday]] above each.")
    return tuple(_rule(row, moves, where) for row in rows)


def _rule(data: Mapping[str, Any], moves: Moves, where: str) -> HolidayRule:
    _only(data, _HOLIDAY, where)
    place = f"{where} {data.get('name', '?')}"
    moved = _moves(data["moves"], f"{place}, moves") if "moves" in data else moves
    even, plus = bool(data.get("even_years", False)), int(data.get("plus", 0))
    try:
        if "on" in data:
            month, day = (int(part) for part in str(data["on"]).split("-"))
            date(2001, month, day)
            return HolidayRule(name=str(data["name"]), month=month, day=day, moves=moved, even_years=even, plus=plus)
        return HolidayRule(
            name=str(data["name"]),
            month=_within(data["month"], 1, 12),
            nth=_within(data["nth"], -1, 5),
            weekday=_WEEKDAYS.index(data["weekday"]),
            after_first_monday=bool(data.get("after_first_monday", False)),
            moves=moved,
            even_years=even,
            plus=plus,
        )
    except (KeyError, ValueError) as error:
        hint = 'Use on = "07-04", or nth, weekday and month.'
        raise UsageError(f"{place}: the holiday {dict(data)!r} is not understood.", hint) from error


def _within(value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or not low <= value <= high or value == 0:
        raise ValueError(value)
    return value


def _moves(value: Any, where: str) -> Moves:
    try:
        return Moves(value)
    except ValueError as error:
        known = ", ".join(each.value for each in Moves)
        raise UsageError(f"{where}: {value!r} is not known.", f"Use one of: {known}.") from error


def _only(data: Any, known: set[str], where: str) -> None:
    if not isinstance(data, dict):
        raise UsageError(f"{where} is not understood.", "Compare it with a shipped table.")
    strange = sorted(set(data) - known)
    if strange:
        raise UsageError(f"{where}: {strange[0]!r} is not a field here.", f"Known fields: {', '.join(sorted(known))}.")
