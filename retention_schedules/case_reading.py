"""How the fields of a case become facts: strictly, so that a field nobody understands is an error that names it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from custody.days import HolidayRule
from custody.errors import UsageError
from custody.schedule import Trigger
from retention_schedules.filing import Traits, classify, rule_from
from retention_schedules.schedules import Schedules, default_jurisdiction, schedules_for, series_from
from retention_schedules.situation import (
    Adoption,
    CityTerms,
    CourtFacts,
    HoldFacts,
    NoticeFacts,
    RecordFacts,
    RequestFacts,
    Situation,
)

CASE = {"id", "title", "law", "note", "today", "jurisdiction", "city", "record", "request", "whs", "hold", "expect"}
CASE |= {"copies", "series", "moderation", "rule"}
"""The fields of a case."""

_CITY = {"name", "ordinance", "count_rule", "whs_early_notice", "mailing_days", "closures", "waived_series", "zone"}
_CITY |= {"adopted", "waivers"}
_DAYS = {"created", "hidden", "moderated", "thread_end", "event", "term_end", "superseded", "reviewed"}
_DAYS |= {"minutes_approved", "minutes_published", "captured", "transferred"}
_RECORD = _DAYS | {"series", "kind", "purpose", "fixity_ok", "account", "account_series", "author", "replied", "tags"}
_REQUEST = {"name", "received", "channel", "written", "decision", "decided", "delivered", "incarcerated", "court"}
_REQUEST |= {"subject_action"}
_COURT = {"notice", "order", "order_for", "notice_of_entry", "appealed", "appeal_order", "appeal_for", "produced"}
_WHS = {"mailed", "reply", "replied", "series", "years"}
_HOLD = {"kind", "matter", "placed", "ends", "released", "future", "closes_on", "reason", "authority"}
_MODERATION = {"at", "detected", "what", "ground", "actor", "ban_ended"}
_ADOPTED = {"adopted", "expires", "extended", "created_since", "reference"}
_ORDINANCE = {"citation", "since", "repealed"}
_RULE = {"series", "account", "kind", "author", "replied", "tag", "ground"}
_DECISIONS = ("", "granted", "part", "denied", "withdrawn", "unpaid")
_REPLIES = ("", "declined", "waived", "accepted", "reviewing")
_ACTS = ("hidden", "unhidden", "deleted", "restored", "banned", "unbanned", "moderated")


def schedules_in(case: Mapping[str, Any], where: str) -> Schedules:
    """The schedules a case goes by: its jurisdiction's, with the rows it brings."""
    schedules = schedules_for(str(case.get("jurisdiction", default_jurisdiction())))
    extra = [series_from(row, f"{where}, series", schedules.jurisdiction) for row in _many(case, "series", where)]
    rows = {**schedules.rows, **{row.id: row for row in extra}}
    return replace(schedules, rows=rows, default=rows[schedules.default.id]) if extra else schedules


def zone_of(case: Mapping[str, Any], where: str) -> str:
    """The city's time zone."""
    zone = str(case.get("city", {}).get("zone", "America/Chicago"))
    try:
        return ZoneInfo(zone).key
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{where}: there is no time zone {zone!r}.", "Write it as America/Chicago.") from error


def situation_in(
    case: Mapping[str, Any], schedules: Schedules, today: date, holidays: tuple[HolidayRule, ...], where: str
) -> Situation:
    """The situation a case describes, as it is on the day the judgement is asked for."""
    zone = zone_of(case, where)
    record, captured = _record(case, zone, schedules, where)
    requests = [_request(each, zone, f"{where}, request") for each in _many(case, "request", where)]
    holds = [_hold(each, zone, captured, today, f"{where}, hold") for each in _many(case, "hold", where)]
    notices = [_notice(each, record, zone, f"{where}, whs") for each in _many(case, "whs", where)]
    return Situation(
        record=record,
        city=_city(case.get("city", {}), today, holidays, where),
        requests=tuple(each for each in requests if captured is None or captured <= each.received),
        notices=tuple(each for each in notices if each is not None and each.mailed <= today),
        holds=tuple(each for each in holds if each is not None),
    )


def filed_series(case: Mapping[str, Any], schedules: Schedules, where: str) -> str:
    """The series the record is filed under: its own, or what the rules and its kind say."""
    data = case.get("record", {})
    if data.get("series"):
        return str(data["series"])
    rules = []
    for number, row in enumerate(_many(case, "rule", where), 1):
        only(row, _RULE, f"{where}, rule")
        rules.append(rule_from(row, number))
    grounds = {str(each.get("ground", "")) for each in _many(case, "moderation", where)}
    traits = Traits(
        account=str(data.get("account", "")),
        kind=str(data.get("kind", "post")),
        official=_one_of(data.get("author", "public"), ("public", "official"), f"{where}, record.author") == "official",
        replied=bool(data.get("replied", False)),
        tags=frozenset(str(tag) for tag in data.get("tags", ())),
        grounds=frozenset(grounds - {""}),
    )
    return classify(rules, traits, str(data.get("account_series", "")), schedules)[0]


def _record(case: Mapping[str, Any], zone: str, schedules: Schedules, where: str) -> tuple[RecordFacts, date | None]:
    data = case.get("record")
    if not isinstance(data, dict):
        raise UsageError(f"{where} has no [case.record].", "A case needs the record it is about.")
    only(data, _RECORD, f"{where}, record")
    days = {name: day_of(data.get(name), zone, f"{where}, record.{name}") for name in _DAYS}
    series = schedules.row(filed_series(case, schedules, where))
    acts = [_moderation(each, zone, f"{where}, moderation") for each in _many(case, "moderation", where)]
    starts = days["event"]
    if series.trigger is Trigger.EVENT and acts:  # the moderation log itself: the act, or the end of the ban
        starts = None if any(end is None for _, end in acts) else max(end for _, end in acts if end is not None)
    events = [day for day in (days["hidden"], days["moderated"], *(day for day, _ in acts)) if day is not None]
    record = RecordFacts(
        series=series.id,
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
        purpose=str(data.get("purpose", "")),
        fixity_ok=bool(data.get("fixity_ok", True)),
    )
    return record, days["captured"]


def _moderation(data: Mapping[str, Any], zone: str, where: str) -> tuple[date, date | None]:
    """The day an act of moderation counts from, and the day the log of it counts from: for a ban, its end.

    An act of which nobody knows the day counts from the day it was detected: later, so the record is kept longer.
    """
    only(data, _MODERATION, where)
    what = _one_of(data.get("what", "moderated"), _ACTS, f"{where}.what")
    at, seen = (day_of(data.get(name), zone, f"{where}.{name}") for name in ("at", "detected"))
    day = at or seen
    if day is None:
        raise UsageError(f"{where} has no day.", "Give at = the day, or detected = the day it was noticed.")
    ended = day_of(data.get("ban_ended"), zone, f"{where}.ban_ended")
    return max(day, ended or day), ended if what == "banned" else day


def _city(data: Mapping[str, Any], today: date, holidays: tuple[HolidayRule, ...], where: str) -> CityTerms:
    only(data, _CITY, f"{where}, city")
    adopted = {}
    for series, row in data.get("adopted", {}).items():
        here = f"{where}, city.adopted.{series}"
        only(row, _ADOPTED, here)
        days = {name: day_of(row.get(name), "UTC", f"{here}.{name}") for name in _ADOPTED - {"reference"}}
        if days["adopted"] is None:
            raise UsageError(f"{here}: the day of adoption is missing.", "Write adopted = 2025-03-01")
        adopted[series] = Adoption(reference=str(row.get("reference", "")), **days)  # type: ignore[arg-type]
    waivers = {str(series): str(reference) for series, reference in data.get("waivers", {}).items()}
    return CityTerms(
        holidays=holidays,
        ordinance=_ordinance(data.get("ordinance", ""), today, f"{where}, city.ordinance"),
        count_rule=_one_of(data.get("count_rule", "later"), ("later", "calendar"), f"{where}, city.count_rule"),
        whs_early_notice=bool(data.get("whs_early_notice", False)),
        mailing_days=int(data.get("mailing_days", 0)),
        closures=tuple(data.get("closures", ())),
        waived_series=(*data.get("waived_series", ()), *waivers),
        waivers=waivers,
        adopted=adopted,
    )


def _ordinance(data: Any, today: date, where: str) -> str:
    """The ordinance's citation while it is in force; "" before, after, and without one."""
    if isinstance(data, str):
        return data
    only(data, _ORDINANCE, where)
    since, repealed = (day_of(data.get(name), "UTC", f"{where}.{name}") for name in ("since", "repealed"))
    if (since is not None and today < since) or (repealed is not None and repealed <= today):
        return ""
    return str(data.get("citation", ""))


def _request(data: Mapping[str, Any], zone: str, where: str) -> RequestFacts:
    only(data, _REQUEST, where)
    received = day_of(data.get("received"), zone, f"{where}.received", True)
    court = data.get("court")
    return RequestFacts(
        received=received or date.min,
        decision=_one_of(data.get("decision", ""), _DECISIONS, f"{where}.decision"),
        decided=day_of(data.get("decided"), zone, f"{where}.decided"),
        delivered=day_of(data.get("delivered"), zone, f"{where}.delivered"),
        incarcerated=bool(data.get("incarcerated", False)),
        court=_court(court, zone, f"{where}.court") if court else None,
        subject_action=bool(data.get("subject_action", False)),
        name=str(data.get("name", "")),
    )


def _court(data: Mapping[str, Any], zone: str, where: str) -> CourtFacts:
    only(data, _COURT, where)
    days = {name: day_of(data.get(name), zone, f"{where}.{name}") for name in ("order", "appeal_order", "produced")}
    return CourtFacts(
        notice=day_of(data.get("notice"), zone, f"{where}.notice", True) or date.min,
        order_for=_one_of(data.get("order_for", "city"), ("city", "requester"), f"{where}.order_for"),
        notice_of_entry=bool(data.get("notice_of_entry", False)),
        appealed=bool(data.get("appealed", False)),
        appeal_for=_one_of(data.get("appeal_for", ""), ("", "city", "requester"), f"{where}.appeal_for"),
        **days,
    )


def _notice(data: Mapping[str, Any], record: RecordFacts, zone: str, where: str) -> NoticeFacts | None:
    """A notice, or None where it names series or years and the record is none of them."""
    only(data, _WHS, where)
    years = data.get("years", [1, 9999])
    if not isinstance(years, list) or len(years) != 2 or not all(isinstance(year, int) for year in years):
        raise UsageError(f"{where}.years: {years!r} are no years.", "Write years = [2015, 2019]")
    made = record.created.year if record.created else 0
    if data.get("series", record.series) != record.series or ("years" in data and not years[0] <= made <= years[1]):
        return None
    return NoticeFacts(
        mailed=day_of(data.get("mailed"), zone, f"{where}.mailed", True) or date.min,
        reply=_one_of(data.get("reply", ""), _REPLIES, f"{where}.reply"),
        replied=day_of(data.get("replied"), zone, f"{where}.replied"),
    )


def _hold(data: Mapping[str, Any], zone: str, captured: date | None, today: date, where: str) -> HoldFacts | None:
    """A hold, or None where it was released, is not placed yet, or does not reach what was captured when it was."""
    only(data, _HOLD, where)
    days = {
        name: day_of(data.get(name), zone, f"{where}.{name}") for name in ("placed", "ends", "released", "closes_on")
    }
    placed, released, closes = days["placed"], days["released"], days["closes_on"]
    if (released is not None and released <= today) or (placed is not None and placed > today):
        return None
    if captured is not None:
        limit = placed if not data.get("future", True) else closes
        if limit is not None and captured > limit:
            return None
    return HoldFacts(
        kind=str(data.get("kind", "other")),
        matter=str(data.get("matter", "not named")),
        placed=placed,
        ends=days["ends"],
    )


def day_of(value: Any, zone: str, where: str, needed: bool = False) -> date | None:
    """A day as a case gives it: a date, or a moment with its zone, which counts as the day it was in the city."""
    if value is None:
        if needed:
            raise UsageError(f"{where} is missing.", "Write a day without quotation marks: 2025-12-01")
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.date()
        return value.astimezone(ZoneInfo(zone)).date()
    if isinstance(value, date):
        return value
    raise UsageError(f"{where}: {value!r} is no day.", "Write it without quotation marks: 2025-12-01")


def _many(case: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    value = case.get(name, [])
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise UsageError(f"{where}: {name} is not understood.", f"Write [[case.{name}]].")
    return value


def _one_of(value: Any, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise UsageError(
            f"{where}: {value!r} is not known.", f"Use one of: {', '.join(each or '(none)' for each in known)}."
        )
    return str(value)


def only(data: Any, known: set[str], where: str) -> None:
    """Refuse data with a field nobody knows. Raises UsageError that names it and those there are."""
    if not isinstance(data, dict):
        raise UsageError(f"{where} is not understood.", "docs/cases.md shows how a case is written.")
    strange = sorted(set(data) - known)
    if strange:
        raise UsageError(f"{where}: {strange[0]!r} is not a field here.", f"Known fields: {', '.join(sorted(known))}.")
