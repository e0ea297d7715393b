"""Retention schedules read from files, strictly: a row nobody understands is an error, never a silent default.

What a row means for a record is `eligibility.py`; which days are holidays is `policies/calendars.py`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from custody.errors import UsageError
from custody.schedule import Fate, Period, Series, Trigger, Unit
from retention_schedules.law import SECTIONS, Law, law_from

_FOLDER = Path(__file__).parent / "jurisdictions"
_TOP = {"jurisdiction", "title", "default_series", "shortest_without_adoption", "series", "filing"}
_TOP |= {"default_jurisdiction", *SECTIONS}
_NOT_IN_FILES = {"jurisdiction", "schedule", "default"}
_TEXTS = {"id", "title", "trigger", "event", "fate", "whs_notice", "authority", "adoption_ref", "superseded_by"}
_TEXTS |= {"verified_by", "source", "note"}
_LONGEST = 100_000
_WHS = ("required", "waived", "not_applicable", "look_up")


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedules:
    """A jurisdiction's rows by id, its default row, its filing of kinds into series and its law.

    `shortest` is the shortest period that holds without adoption; None where the law names none.
    """

    jurisdiction: str
    title: str
    rows: Mapping[str, Series]
    default: Series
    shortest: Period | None
    shortest_authority: str
    filing: Mapping[str, str]
    law: Law

    def row(self, series: str) -> Series:
        """One row. Raises UsageError that lists the series there are."""
        if series not in self.rows:
            raise UsageError(f"There is no series {series!r} in {self.title}.", f"Known: {', '.join(self.rows)}.")
        return self.rows[series]


@lru_cache(maxsize=16)
def schedules_for(jurisdiction: str) -> Schedules:
    """The shipped schedules of a jurisdiction (`wisconsin`). Raises UsageError when there are none."""
    path = _FOLDER / f"{jurisdiction}.toml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in _FOLDER.glob("*.toml")))
        raise UsageError(f"There are no schedules for {jurisdiction!r}.", f"Known: {known}.")
    return load_schedules(path)


def is_known(jurisdiction: str) -> bool:
    """Whether there are shipped schedules of a jurisdiction."""
    return (_FOLDER / f"{jurisdiction}.toml").is_file()


@lru_cache(maxsize=1)
def default_jurisdiction() -> str:
    """The jurisdiction whose file says that it is meant where nobody names one."""
    for path in sorted(_FOLDER.glob("*.toml")):
        if tomllib.loads(path.read_text(encoding="utf-8")).get("default_jurisdiction"):
            return path.stem
    raise UsageError("No jurisdiction is the default.", "Name one.")


def load_schedules(path: Path) -> Schedules:
    """Read a schedule file. Raises UsageError that names the file, the row, the field and the cure."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}", "Mend the line it names.") from error
    _only(data, _TOP, str(path))
    jurisdiction = str(data.get("jurisdiction", path.stem))
    rows = {}
    for number, row in enumerate(data.get("series", []), 1):
        series = _series(row, f"{path.name}, series {row.get('id', number)}", jurisdiction, path.stem)
        if series.id in rows:
            raise UsageError(f"{path.name}: the series {series.id} stands there twice.", "Keep one of the two rows.")
        rows[series.id] = series
    default = rows.get(str(data.get("default_series")))
    if default is None:
        raise UsageError(f"{path.name} names no default_series that is a row.", "Every jurisdiction needs one.")
    shortest = data.get("shortest_without_adoption")
    return Schedules(
        jurisdiction=jurisdiction,
        title=str(data.get("title", jurisdiction)),
        rows=rows,
        default=default,
        shortest=_period(shortest, f"{path.name}, shortest_without_adoption", extra={"authority"})
        if shortest
        else None,
        shortest_authority=str((shortest or {}).get("authority", "")),
        filing=_filing(data.get("filing", {}), rows, path.name),
        law=law_from(data, path.name),
    )


def series_from(row: Mapping[str, Any], where: str, jurisdiction: str) -> Series:
    """A row somebody brings (a city's adopted schedule, a case). Raises UsageError like `load_schedules`."""
    return _series(dict(row), where, jurisdiction, "brought")


def _series(row: dict[str, Any], where: str, jurisdiction: str, schedule: str) -> Series:
    known = {field.name for field in fields(Series)} - _NOT_IN_FILES
    _only(row, known, where)
    for name in ("id", "title", "trigger"):
        if not row.get(name):
            raise UsageError(f"{where}: {name} is missing.", "Every row needs an id, a title and a trigger.")
    for name in sorted(set(row) & _TEXTS):
        if not isinstance(row[name], str):
            raise UsageError(f"{where}: {name} is {row[name]!r}.", 'It must be a text: write it in "quotation marks".')
    if not isinstance(row.get("statutory", False), bool):
        raise UsageError(f"{where}: statutory is {row['statutory']!r}.", "It must be true or false, without marks.")
    if row.get("whs_notice", "required") not in _WHS:
        raise UsageError(f"{where}: whs_notice {row['whs_notice']!r} is not known.", f"Use one of: {', '.join(_WHS)}.")
    values = {**row, "period": _period(row["period"], where) if "period" in row else None}
    values["trigger"] = _one_of(Trigger, row["trigger"], f"{where}, trigger")
    values["fate"] = _one_of(Fate, row.get("fate", "destroy"), f"{where}, fate")
    for name in ("approved_on", "expires_on", "extended_on", "adopted_on", "verified_on"):
        if name in row and type(row[name]) is not date:
            raise UsageError(f"{where}: {name} is no date.", "Write it without quotation marks: 2025-03-01")
    return Series(jurisdiction=jurisdiction, schedule=schedule, **values)


def _period(data: Any, where: str, extra: set[str] | None = None) -> Period:
    if not isinstance(data, dict) or type(data.get("n")) is not int or not 0 <= data["n"] <= _LONGEST:
        raise UsageError(f"{where}: the period is not understood.", 'Write { n = 7, unit = "years" }.')
    _only(data, {"n", "unit"} | (extra or set()), where)
    return Period(n=data["n"], unit=_one_of(Unit, data.get("unit"), f"{where}, unit"))


def _filing(data: dict[str, Any], rows: Mapping[str, Series], where: str) -> dict[str, str]:
    for kind, series in data.items():
        if series not in rows:
            raise UsageError(f"{where}: filing of {kind} names {series!r}, which is no row.", "Name a row's id.")
    return {str(kind): str(series) for kind, series in data.items()}


def _one_of(kind: Any, value: Any, where: str) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        known = ", ".join(each.value for each in kind)
        raise UsageError(f"{where}: {value!r} is not known.", f"Use one of: {known}.") from error


def _only(data: Mapping[str, Any], known: set[str], where: str) -> None:
    strange = sorted(set(data) - known)
    if strange:
        raise UsageError(f"{where}: {strange[0]!r} is not a field here.", f"Known fields: {', '.join(sorted(known))}.")
