"""Cases: a situation and the judgement expected of it, in TOML that counsel can read, write and bring (docs/cases.md).

The runner only reads and compares; the judgement is `eligibility.judge`'s own.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custody.disposition import Disposition
from custody.errors import UsageError
from retention_schedules.eligibility import hold_end, judge, may_drop_copy
from retention_schedules.filing import Traits, classify
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

CASES = Path(__file__).parent / "cases_wisconsin"
_CASE = {"id", "title", "law", "note", "today", "jurisdiction", "city", "record", "request", "whs", "hold", "expect"}
_CASE |= {"copies", "series"}
_CITY = {"name", "ordinance", "count_rule", "whs_early_notice", "mailing_days", "closures", "waived_series", "zone"}
_CITY |= {"adopted"}
_RECORD = {"series", "kind", "created", "hidden", "moderated", "thread_end", "event", "minutes_approved"}
_RECORD |= {"minutes_published", "purpose", "fixity_ok"}
_REQUEST = {"name", "received", "channel", "written", "decision", "decided", "delivered", "incarcerated", "court"}
_COURT = {"notice", "order", "order_for", "notice_of_entry", "appealed", "appeal_order", "produced"}
_WHS = {"mailed", "reply", "replied"}
_HOLD = {"kind", "matter", "placed", "ends"}
_EXPECT = {"standing", "earliest", "retention_ends", "trigger", "series", "hold_ends", "blocked_by", "copy_may_go"}
_DECISIONS = ("", "granted", "part", "denied", "withdrawn", "unpaid")
_REPLIES = ("", "declined", "waived", "accepted", "reviewing")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseResult:
    """One case: what was expected, what was judged, and where they differ (empty when they agree)."""

    file: str
    id: str
    title: str
    law: str
    judged: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the judgement is the expected one."""
        return not self.differences


def check(folder: Path) -> list[CaseResult]:
    """Run every case in every `.toml` of a folder (or in one file). Raises UsageError on what is not understood."""
    files = [folder] if folder.is_file() else sorted(folder.glob("**/*.toml"))
    if not files:
        raise UsageError(f"There are no cases (*.toml) in {folder}.", "docs/cases.md says how to write one.")
    return [result for path in files for result in _check_file(path)]


def _check_file(path: Path) -> list[CaseResult]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}", "Mend the line it names.") from error
    _only(data, {"case"}, str(path))
    cases = data.get("case")
    if not isinstance(cases, list) or not cases:
        raise UsageError(f"{path} holds no [[case]].", "docs/cases.md says how to write one.")
    return [_run(case, path, number) for number, case in enumerate(cases, 1)]


def _run(case: dict[str, Any], path: Path, number: int) -> CaseResult:
    where = f"{path.name}, case {case.get('id', number)}"
    _only(case, _CASE, where)
    expect = case.get("expect") or {}
    _only(expect, _EXPECT, f"{where}, expect")
    if not expect:
        raise UsageError(f"{where} expects nothing.", "Add [case.expect] with at least one expectation.")
    if "copies" in case:
        judged, differences = _copies(case["copies"], expect, _schedules(case, where), where)
    else:
        judged, differences = _judged(case, expect, where)
    known = {name: str(case.get(name, "")) for name in ("title", "law")}
    return CaseResult(
        file=path.name, id=str(case.get("id", number)), judged=judged, differences=tuple(differences), **known
    )


def _judged(case: dict[str, Any], expect: Mapping[str, Any], where: str) -> tuple[str, list[str]]:
    schedules = _schedules(case, where)
    city_data = case.get("city", {})
    zone = str(city_data.get("zone", "America/Chicago"))
    situation = Situation(
        record=_record(case.get("record"), zone, schedules, where),
        city=_city(city_data, where),
        requests=tuple(_request(each, zone, f"{where}, request") for each in _many(case, "request", where)),
        notices=tuple(_notice(each, f"{where}, whs") for each in _many(case, "whs", where)),
        holds=tuple(_hold(each, f"{where}, hold") for each in _many(case, "hold", where)),
    )
    today = _day(case.get("today"), zone, f"{where}, today", True)
    judged = judge(situation, schedules, today or date.min)
    return judged.sentence, _differences(expect, judged, situation, schedules, where)


def _differences(
    expect: Mapping[str, Any], judged: Disposition, situation: Situation, schedules: Schedules, where: str
) -> list[str]:
    ends = [
        hold_end(request.decided or request.received, request.incarcerated, situation.city, schedules)
        for request in situation.requests
        if request.decision in ("denied", "part", "withdrawn", "unpaid")
    ]
    actual: dict[str, Callable[[], object]] = {
        "standing": lambda: judged.standing.value,
        "earliest": lambda: judged.earliest or "none",
        "retention_ends": lambda: judged.retention_ends or "none",
        "trigger": lambda: judged.trigger_on or "none",
        "series": lambda: judged.series,
        "hold_ends": lambda: max(ends, default="none"),  # type: ignore[type-var]
        "blocked_by": lambda: sorted(judged.blocks),
    }
    found = []
    for name, wanted in expect.items():
        if name == "copy_may_go":
            raise UsageError(f"{where}: copy_may_go needs [case.copies].", "docs/cases.md shows how.")
        got = actual[name]()
        want = sorted(wanted) if isinstance(wanted, list) else wanted
        if got != want:
            found.append(f"{name}: expected {_plain(want)}, judged {_plain(got)}")
    return found


def _plain(value: object) -> str:
    return ", ".join(str(part) for part in value) or "nothing" if isinstance(value, list) else str(value)


def _copies(data: Any, expect: Mapping[str, Any], schedules: Schedules, where: str) -> tuple[str, list[str]]:
    _only(data, {"copy", "master"}, f"{where}, copies")
    copy, master = ({name: str(part) for name, part in data.get(side, {}).items()} for side in ("copy", "master"))
    allowed, judged = may_drop_copy(copy, master, schedules.law.requests.copies_authority)
    wanted = expect.get("copy_may_go")
    return judged, [] if wanted == allowed else [f"copy_may_go: expected {wanted}, judged {allowed}"]


def _schedules(case: Mapping[str, Any], where: str) -> Schedules:
    schedules = schedules_for(str(case.get("jurisdiction", default_jurisdiction())))
    extra = [series_from(row, f"{where}, series", schedules.jurisdiction) for row in _many(case, "series", where)]
    return replace(schedules, rows={**schedules.rows, **{row.id: row for row in extra}}) if extra else schedules


def _record(data: Any, zone: str, schedules: Schedules, where: str) -> RecordFacts:
    if not isinstance(data, dict):
        raise UsageError(f"{where} has no [case.record].", "A case needs the record it is about.")
    _only(data, _RECORD, f"{where}, record")
    days = {name: _day(data.get(name), zone, f"{where}, record.{name}") for name in _RECORD - {"series", "kind"}
            if name not in ("purpose", "fixity_ok")}  # fmt: skip
    events = [day for day in (days["hidden"], days["moderated"]) if day is not None]
    series = str(data.get("series") or _filed(str(data.get("kind", "post")), schedules))
    return RecordFacts(
        series=series,
        created=days["created"],
        last_event=max(events, default=None),
        thread_end=days["thread_end"],
        event=days["event"],
        term_end=days["event"],
        superseded=days["event"],
        minutes_approved=days["minutes_approved"],
        minutes_published=days["minutes_published"],
        purpose=str(data.get("purpose", "")),
        fixity_ok=bool(data.get("fixity_ok", True)),
    )


def _filed(kind: str, schedules: Schedules) -> str:
    return classify((), Traits(account="", kind=kind, official=False), "", schedules)[0]


def _city(data: Mapping[str, Any], where: str) -> CityTerms:
    _only(data, _CITY, f"{where}, city")
    adopted = {}
    for series, row in data.get("adopted", {}).items():
        _only(row, {"adopted", "expires", "reference"}, f"{where}, city.adopted.{series}")
        adopted[series] = Adoption(
            adopted=row["adopted"], expires=row.get("expires"), reference=str(row.get("reference", ""))
        )
    return CityTerms(
        ordinance=str(data.get("ordinance", "")),
        count_rule=_one_of(data.get("count_rule", "later"), ("later", "calendar"), f"{where}, city.count_rule"),
        whs_early_notice=bool(data.get("whs_early_notice", False)),
        mailing_days=int(data.get("mailing_days", 0)),
        closures=tuple(data.get("closures", ())),
        waived_series=tuple(data.get("waived_series", ())),
        adopted=adopted,
    )


def _request(data: Mapping[str, Any], zone: str, where: str) -> RequestFacts:
    _only(data, _REQUEST, where)
    received = _day(data.get("received"), zone, f"{where}.received", True)
    court = data.get("court")
    return RequestFacts(
        received=received or date.min,
        decision=_one_of(data.get("decision", ""), _DECISIONS, f"{where}.decision"),
        decided=_day(data.get("decided"), zone, f"{where}.decided"),
        delivered=_day(data.get("delivered"), zone, f"{where}.delivered"),
        incarcerated=bool(data.get("incarcerated", False)),
        court=_court(court, zone, f"{where}.court") if court else None,
        name=str(data.get("name", "")),
    )


def _court(data: Mapping[str, Any], zone: str, where: str) -> CourtFacts:
    _only(data, _COURT, where)
    days = {name: _day(data.get(name), zone, f"{where}.{name}") for name in ("order", "appeal_order", "produced")}
    return CourtFacts(
        notice=_day(data.get("notice"), zone, f"{where}.notice", True) or date.min,
        order_for=_one_of(data.get("order_for", "city"), ("city", "requester"), f"{where}.order_for"),
        notice_of_entry=bool(data.get("notice_of_entry", False)),
        appealed=bool(data.get("appealed", False)),
        **days,
    )


def _notice(data: Mapping[str, Any], where: str) -> NoticeFacts:
    _only(data, _WHS, where)
    return NoticeFacts(
        mailed=_day(data.get("mailed"), "UTC", f"{where}.mailed", True) or date.min,
        reply=_one_of(data.get("reply", ""), _REPLIES, f"{where}.reply"),
        replied=_day(data.get("replied"), "UTC", f"{where}.replied"),
    )


def _hold(data: Mapping[str, Any], where: str) -> HoldFacts:
    _only(data, _HOLD, where)
    ends = _day(data.get("ends"), "UTC", f"{where}.ends")
    return HoldFacts(kind=str(data.get("kind", "other")), matter=str(data.get("matter", "not named")), ends=ends)


def _day(value: Any, zone: str, where: str, needed: bool = False) -> date | None:
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


def _only(data: Any, known: set[str], where: str) -> None:
    if not isinstance(data, dict):
        raise UsageError(f"{where} is not understood.", "docs/cases.md shows how a case is written.")
    strange = sorted(set(data) - known)
    if strange:
        raise UsageError(f"{where}: {strange[0]!r} is not a field here.", f"Known fields: {', '.join(sorted(known))}.")
