"""How the fields of a case become facts: strictly, so that a field nobody understands is an error that names it.

What happened after the day a case asks about has not happened on it: `case_bearings.py` leaves it out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from custody.days import HolidayRule
from custody.errors import UsageError
from custody.schedule import Trigger
from custody.strict import Fields
from retention_schedules.case_bearings import day_in, read_holds, read_notices, read_requests
from retention_schedules.filing import Rule, Traits, classify, rule_from
from retention_schedules.schedules import Schedules, default_jurisdiction, schedules_for, series_from
from retention_schedules.situation import Adoption, CityTerms, RecordFacts, Situation

Holidays = Callable[[str], tuple[HolidayRule, ...]]
"""Gives a jurisdiction's table of holidays by its name."""

CURE = "docs/cases.md shows how a case is written."
_DAYS = (
    "created", "hidden", "moderated", "thread_end", "event", "term_end", "superseded", "reviewed", "minutes_approved",
    "minutes_published", "transferred",
)  # fmt: skip
_ACTS = ("hidden", "unhidden", "deleted", "restored", "banned", "unbanned", "moderated")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFacts:
    """A case as it was read: what is judged, by what, on which day, and the series the record is filed under."""

    situation: Situation
    schedules: Schedules
    today: date
    filed: str


def schedules_in(row: Fields) -> Schedules:
    """The schedules a case goes by: its jurisdiction's, with the rows it brings."""
    name = row.text("jurisdiction", default_jurisdiction())
    try:
        schedules = schedules_for(name)
    except UsageError as error:
        raise UsageError(f"{row.where}: {error.message}", error.hint) from error
    extra = [series_from(each.everything(), each.where, name) for each in row.tables("series")]
    rows = {**schedules.rows, **{each.id: each for each in extra}}
    return replace(schedules, rows=rows, default=rows[schedules.default.id]) if extra else schedules


def facts_in(row: Fields, schedules: Schedules, holidays: Holidays) -> CaseFacts:
    """The situation a case describes, as it is on the day the judgement is asked for."""
    city = row.table("city") or Fields({}, f"{row.where}, city", CURE)
    zone = zone_of(city)
    today = day_in(row, "today", zone)
    if today is None:
        raise UsageError(f"{row.where}: today is missing.", "Write the day asked about: today = 2026-04-04")
    terms = _city(city, today, holidays(schedules.jurisdiction), schedules)
    told = row.table("record")
    if told is None:
        raise UsageError(f"{row.where} has no [case.record].", "A case needs the record it is about.")
    acts = _moderation(row, zone)
    filed = _filed(row, told, {ground for *_, ground in acts} - {""}, schedules)
    record = _record(told, zone, schedules.row(filed).trigger, filed, acts)
    captured = day_in(told, "captured", zone)
    told.done()
    made = record.created.year if record.created else 0
    situation = Situation(
        record=record,
        city=terms,
        requests=tuple(read_requests(row, zone, captured, today)),
        notices=tuple(read_notices(row, filed, made, zone, today, schedules.rows)),
        holds=tuple(read_holds(row, zone, captured, today)),
    )
    return CaseFacts(situation=situation, schedules=schedules, today=today, filed=filed)


def zone_of(city: Fields) -> str:
    """The city's time zone."""
    zone = city.text("zone", "America/Chicago")
    try:
        return ZoneInfo(zone).key
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{city.where}: there is no time zone {zone!r}.", "Write it as America/Chicago.") from error


def _filed(row: Fields, told: Fields, grounds: set[str], schedules: Schedules) -> str:
    """The series the record is filed under: its own, or what the rules and its kind say."""
    rules = [_rule(each, number, schedules) for number, each in enumerate(row.tables("rule"), 1)]
    traits = Traits(
        account=told.text("account", ""),
        kind=told.text("kind", "post"),
        official=told.choice("author", ("public", "official"), "public") == "official",
        replied=told.flag("replied", False),
        tags=frozenset(told.texts("tags")),
        grounds=frozenset(grounds),
    )
    own, of_account = (_row_named(told, name, schedules) for name in ("series", "account_series"))
    return own or classify(rules, traits, of_account, schedules)[0]


def _rule(row: Fields, number: int, schedules: Schedules) -> Rule:
    data = {name: row.text(name, "") for name in ("account", "kind", "author", "tag", "ground")}
    replied = row.any("replied")
    data["replied"] = (
        {True: "yes", False: "no"}.get(replied, "") if isinstance(replied, bool) else row.text("replied", "")
    )
    row.text("series")
    data["series"] = _row_named(row, "series", schedules)
    row.done()
    try:
        return rule_from(data, number)
    except UsageError as error:
        raise UsageError(f"{row.where}: {error.message}", error.hint) from error


def _row_named(row: Fields, name: str, schedules: Schedules) -> str:
    series = row.text(name, "")
    if series:
        _refuse_unknown_row(series, f"{row.where}, {name}", schedules)
    return series


def _refuse_unknown_row(series: str, where: str, schedules: Schedules) -> None:
    if series not in schedules.rows:
        known = f"Known: {', '.join(sorted(schedules.rows))}; or bring the row as [[case.series]]."
        raise UsageError(f"{where}: {series!r} is no row of {schedules.jurisdiction}.", known)


def _record(
    told: Fields, zone: str, trigger: Trigger, series: str, acts: list[tuple[date, date | None, str]]
) -> RecordFacts:
    days = {name: day_in(told, name, zone) for name in _DAYS}
    starts = days["event"]
    if trigger is Trigger.EVENT and acts:  # the moderation log itself: the act, or the end of the ban
        ends = [end for _, end, _ in acts]
        starts = None if None in ends else max(end for end in ends if end is not None)
    events = [day for day in (days["hidden"], days["moderated"], *(day for day, *_ in acts)) if day is not None]
    return RecordFacts(
        series=series,
        created=days["created"],
        last_event=max(events, default=None),
        thread_end=days["thread_end"],
        event=starts,
        term_end=days["term_end"] or days["event"],
        superseded=days["superseded"] or days["event"],
        minutes_approved=days["minutes_approved"],
        minutes_published=days["minutes_published"],
        reviewed=days["reviewed"],
        transferred=days["transferred"],
        purpose=told.text("purpose", ""),
        fixity_ok=told.flag("fixity_ok", True),
    )


def _moderation(row: Fields, zone: str) -> list[tuple[date, date | None, str]]:
    """Of each act of moderation the day it counts from, the day the log of it counts from (a ban: its end), its ground.

    An act of which nobody knows the day counts from the day it was detected: later, so the record is kept longer.
    """
    found = []
    for each in row.tables("moderation"):
        what = each.choice("what", _ACTS, "moderated")
        at, seen = day_in(each, "at", zone), day_in(each, "detected", zone)
        ended, ground = day_in(each, "ban_ended", zone), each.text("ground", "")
        each.text("actor", "")
        each.done()
        day = at or seen
        if day is None:
            raise UsageError(f"{each.where} has no day.", "Give at = the day, or detected = the day it was noticed.")
        found.append((max(day, ended or day), ended if what == "banned" else day, ground))
    return found


def _city(city: Fields, today: date, holidays: tuple[HolidayRule, ...], schedules: Schedules) -> CityTerms:
    adopted = {}
    brought = city.table("adopted")
    for series in brought.names() if brought else ():
        row = brought.table(series) if brought else None
        if row is not None:
            adopted[series] = _adoption(row)
    given = city.table("waivers")
    waivers = {series: given.text(series) for series in given.names()} if given else {}
    city.text("name", "")
    for series in (*adopted, *waivers, *city.texts("waived_series")):
        _refuse_unknown_row(series, city.where, schedules)
    made = CityTerms(
        holidays=holidays,
        ordinance=_ordinance(city, today),
        count_rule=city.choice("count_rule", ("later", "calendar"), "later"),
        whs_early_notice=city.flag("whs_early_notice", False),
        mailing_days=city.integer("mailing_days", 0, high=366),
        closures=_closures(city),
        waived_series=(*city.texts("waived_series"), *waivers),
        waivers=waivers,
        adopted=adopted,
    )
    city.done()
    return made


def _adoption(row: Fields) -> Adoption:
    adopted = row.day("adopted")
    if adopted is None:
        raise UsageError(f"{row.where}: the day of adoption is missing.", "Write adopted = 2025-03-01")
    made = Adoption(
        adopted=adopted,
        expires=row.day("expires"),
        extended=row.day("extended"),
        created_since=row.day("created_since"),
        reference=row.text("reference", ""),
    )
    row.done()
    return made


def _closures(city: Fields) -> tuple[date, ...]:
    """Days on which the city's offices are closed: bare days, or { on = day, name = "..." }."""
    found, rows = [], city.any("closures") or []
    if not isinstance(rows, list):
        raise UsageError(f"{city.where}: closures is {rows!r}.", "Write closures = [2025-12-24].")
    for each in rows:
        row = Fields(each if isinstance(each, dict) else {"on": each}, f"{city.where}, closures", CURE)
        day = row.day("on")
        row.text("name", "")
        row.done()
        if day is None:
            raise UsageError(f"{row.where}: a closure needs its day.", "Write closures = [2025-12-24].")
        found.append(day)
    return tuple(found)


def _ordinance(city: Fields, today: date) -> str:
    """The ordinance's citation while it is in force; "" before, after, and without one."""
    if not isinstance(city.any("ordinance"), dict):
        return city.text("ordinance", "").strip()
    row = city.table("ordinance") or city
    since, repealed, citation = row.day("since"), row.day("repealed"), row.text("citation")
    row.done()
    if (since is not None and today < since) or (repealed is not None and repealed <= today):
        return ""
    return citation.strip()
