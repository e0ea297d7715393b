"""What this city goes by: the jurisdiction's schedules with the rows the city adopted, its ordinance and its waivers.

The shipped rows and the city's profile are where it starts; every change since is an act, and the newest counts.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from archiver.catalog import keeping_queries
from custody.schedule import Series
from policies.calendars import holiday_rules
from retention_schedules.reasoning import words_of
from retention_schedules.schedules import Schedules, schedules_for, series_from
from retention_schedules.situation import Adoption, CityTerms
from workflows.house import House

IN_FORCE = "in force"
_DATES = ("approved_on", "expires_on", "extended_on", "adopted_on", "verified_on")


def schedules_of(house: House) -> Schedules:
    """The jurisdiction's schedules with the rows this city entered."""
    shipped = schedules_for(house.city.jurisdiction)
    return with_rows(shipped, in_force(house))


def with_rows(schedules: Schedules, made: list[dict[str, Any]]) -> Schedules:
    """Schedules after some changes: adopted rows as they were entered, repealed ones as they were shipped."""
    rows = dict(schedules.rows)
    for change in made:
        series = change.get("series", "")
        if change["what"] == "repeal" and series in rows:
            shipped = schedules_for(schedules.jurisdiction).rows.get(series)
            rows[series] = shipped or replace(rows[series], period=None)
        elif change["what"] == "adopt" and change.get("row"):
            entered = _stands_by(change["row"], str(change.get("reference", "")))
            rows[series] = row_with(rows.get(series), entered, series, schedules.jurisdiction)
    return replace(schedules, rows=rows, default=rows[schedules.default.id])


def _stands_by(entered: Mapping[str, Any], reference: str) -> dict[str, Any]:
    """What was entered of a row. Another period than the shipped one is no statute's, nor has anybody verified it who
    verified that: it stands by the adoption."""
    if "period" not in entered:
        return dict(entered)
    authority = f"as adopted: {reference}" if reference else ""
    return {"authority": authority, "statutory": False, "verified_by": "", **entered}


def row_with(before: Series | None, entered: Mapping[str, Any], series: str, jurisdiction: str) -> Series:
    """A row as the city entered it, over what was known of it. Raises UsageError when a part is missing or unknown."""
    known = {} if before is None else _as_data(before)
    given = {name: date.fromisoformat(value) if name in _DATES else value for name, value in entered.items()}
    return series_from({**known, **given, "id": series}, f"series {series}", jurisdiction)


def _as_data(row: Series) -> dict[str, Any]:
    left_out = {"jurisdiction", "schedule", "default"}
    data = {each.name: getattr(row, each.name) for each in fields(row) if each.name not in left_out}
    data["trigger"], data["fate"] = row.trigger.value, row.fate.value
    data["period"] = {"n": row.period.n, "unit": row.period.unit.value} if row.period else None
    return {name: value for name, value in data.items() if value is not None}


def in_force(house: House) -> list[dict[str, Any]]:
    """The changes that are in force, in the order in which they were made."""
    return [change for change in keeping_queries.changes(house.catalog.connection) if change["state"] == IN_FORCE]


def terms_of(house: House) -> CityTerms:
    """What the city decided: its profile, and every change since."""
    city = house.city
    start = CityTerms(
        holidays=holiday_rules(city.jurisdiction),
        closures=tuple(closed.day for closed in city.closures),
        ordinance=city.destruction_ordinance,
        count_rule=city.count_rule,
        whs_early_notice=city.whs_early_notice,
        waived_series=city.waived_series,
        adopted={
            series: Adoption(adopted=row.adopted, expires=row.expires, reference=row.reference)
            for series, row in city.adopted.items()
        },
    )
    return with_changes(start, in_force(house))


def with_changes(terms: CityTerms, made: list[dict[str, Any]]) -> CityTerms:
    """Terms after some changes."""
    for change in made:
        terms = _with(terms, change)
    return terms


def _with(terms: CityTerms, change: Mapping[str, Any]) -> CityTerms:
    match change["what"]:
        case "ordinance":
            return replace(terms, ordinance=change["text"])
        case "waiver":
            waived = (*(each for each in terms.waived_series if each != change["series"]), change["series"])
            return replace(
                terms, waived_series=waived, waivers={**terms.waivers, change["series"]: change["reference"]}
            )
        case "adopt":
            adoption = Adoption(
                adopted=date.fromisoformat(change["adopted"]),
                expires=_day(change, "expires"),
                extended=_day(change, "extended"),
                created_since=_day(change, "created_since"),
                reference=change["reference"],
            )
            return replace(terms, adopted={**terms.adopted, change["series"]: adoption})
        case "extend":
            before = terms.adopted[change["series"]]
            extended = replace(before, extended=date.fromisoformat(change["extended"]))
            return replace(terms, adopted={**terms.adopted, change["series"]: extended})
        case "repeal":
            rest = {series: row for series, row in terms.adopted.items() if series != change["series"]}
            return replace(terms, adopted=rest)
    return terms


def rows_of(house: House) -> list[dict[str, Any]]:
    """Every series this city goes by, as the JSON objects other programs rely on."""
    schedules, terms = schedules_of(house), terms_of(house)
    found = []
    for row in schedules.rows.values():
        adoption = terms.adopted.get(row.id)
        facts = {
            name: getattr(row, name) for name in ("id", "title", "event", "whs_notice", "authority", "verified_by")
        }
        found.append(
            {
                **facts,
                "period": words_of(row.period) if row.period else "",
                "trigger": row.trigger.value,
                "fate": row.fate.value,
                "adopted": str(adoption.adopted if adoption else row.adopted_on or ""),
                "expires": str((adoption.expires if adoption else None) or row.expires_on or ""),
                "reference": adoption.reference if adoption else row.adoption_ref,
                "waiver": terms.waivers.get(row.id, "city.toml" if row.id in terms.waived_series else ""),
            }
        )
    return found


def _day(data: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(data[name]) if data.get(name) else None
