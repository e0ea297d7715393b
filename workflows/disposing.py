"""Judging what may go, record by record: who holds it, until when it is protected, and why. Nothing here destroys."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from archiver.catalog import queries
from archiver.harvest import IMPLAUSIBLE
from custody.clock import local_day
from custody.disposition import Disposition, Standing
from custody.hold import CLOSED, ONGOING, Hold, HoldKind
from custody.ids import RecordNumber
from custody.record import Record
from custody.request import RecordsRequest
from custody.selector import Selector, from_data
from policies.calendars import holiday_rules
from retention_schedules.cases import CASES, CaseResult
from retention_schedules.cases import check as check_cases
from retention_schedules.eligibility import judge
from retention_schedules.schedules import Schedules, schedules_for
from retention_schedules.situation import Adoption, CityTerms, HoldFacts, RecordFacts, RequestFacts, Situation
from workflows.house import House
from workflows.request_bearing import bearing_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What a run of the rules over the whole archive found on a day, by series and standing. Nothing was changed."""

    on: date
    totals: dict[str, Counter[str]]
    blocks: Counter[str]
    eligible: tuple[RecordNumber, ...]
    unverified: tuple[str, ...]


def explain(house: House, number: RecordNumber, on: date | None = None) -> tuple[Disposition, str]:
    """The judgement of one record on a day (today by default), and the series it is filed under with the reason."""
    kept = house.shelf.record(number)
    row = queries.record_row(house.catalog.connection, number) or {}
    facts = _facts(row, house.city.time_zone)
    requests: list[RequestFacts] = []
    holds: list[HoldFacts] = []
    handles: dict[int, str] = {account.id: account.handle for account in house.accounts()}
    for hold in queries.holds(house.catalog.connection):
        if hold.released_at is not None:
            continue
        named = number in hold.numbers
        reached = named or Selector(clause=from_data(hold.clause)).matches(kept, handles)
        if not reached or (_is_beyond(house, hold, kept) and not named):
            continue
        _add(house, hold, number, requests, holds)
    situation = Situation(
        record=facts, city=_terms(house), requests=tuple(dict.fromkeys(requests)), holds=tuple(dict.fromkeys(holds))
    )
    judged = judge(situation, schedules_for(house.city.jurisdiction), on or today(house))
    return judged, f"{row['series']} ({row['series_reason']})"


def due(house: House, on: date, told: Callable[[int], None]) -> Due:
    """Judge every record for one day, as a dry run: totals by series, what blocks, which are eligible."""
    schedules = schedules_for(house.city.jurisdiction)
    plain = _plain_judge(schedules, _terms(house), on)
    held = _held(house, on)
    totals: dict[str, Counter[str]] = {}
    blocks: Counter[str] = Counter()
    eligible: list[RecordNumber] = []
    for done, row in enumerate(queries.all_records(house.catalog.connection), 1):
        judged = plain(_facts(row, house.city.time_zone))
        number = RecordNumber(row["number"])
        names = [*judged.blocks, *(name for name, reach in held if number in reach)]
        standing = judged.standing
        if standing is not Standing.KEEP and names:
            standing = Standing.BLOCKED
            blocks.update(set(names))
        totals.setdefault(row["series"], Counter())[standing.value] += 1
        if standing is Standing.ELIGIBLE:
            eligible.append(number)
        if done % 10_000 == 0:
            told(done)
    unverified = sorted(series for series in totals if not schedules.row(series).verified_by)
    return Due(on=on, totals=totals, blocks=blocks, eligible=tuple(eligible), unverified=tuple(unverified))


def today(house: House) -> date:
    """The day it is in the city."""
    return local_day(house.clock(), house.city.time_zone)


def run_cases(folder: Path | None) -> list[CaseResult]:
    """Run the cases of a folder, or the project's own."""
    return check_cases(folder or CASES, holiday_rules)


def _plain_judge(schedules: Schedules, terms: CityTerms, on: date) -> Callable[[RecordFacts], Disposition]:
    @lru_cache(maxsize=100_000)
    def plain(facts: RecordFacts) -> Disposition:
        return judge(Situation(record=facts, city=terms), schedules, on)

    return plain


def _facts(row: dict[str, Any], zone: str) -> RecordFacts:
    created = None
    if row["created_at"] is not None and IMPLAUSIBLE not in row["flags"].split(","):
        created = local_day(queries.moment(row["created_at"]), zone)
    removed = local_day(queries.moment(row["removed_at"]), zone) if row["removed_at"] is not None else None
    return RecordFacts(series=row["series"], created=created, last_event=removed)


def _terms(house: House) -> CityTerms:
    city = house.city
    adopted = {
        series: Adoption(adopted=row.adopted, expires=row.expires, reference=row.reference)
        for series, row in city.adopted.items()
    }
    return CityTerms(
        holidays=holiday_rules(house.city.jurisdiction),
        ordinance=city.destruction_ordinance,
        count_rule=city.count_rule,
        whs_early_notice=city.whs_early_notice,
        closures=tuple(closed.day for closed in city.closures),
        waived_series=city.waived_series,
        adopted=adopted,
    )


def _add(house: House, hold: Hold, number: RecordNumber, requests: list[RequestFacts], holds: list[HoldFacts]) -> None:
    if hold.kind is not HoldKind.REQUEST or hold.request is None:
        holds.append(HoldFacts(kind=hold.kind.value, matter=hold.matter, ends=hold.protects_through))
        return
    request = queries.request_named(house.catalog.connection, hold.request)
    if request is not None:
        bearing = bearing_of(house, request)
        requests += bearing.facts(number)
        holds += bearing.holds


def _held(house: House, day: date) -> list[tuple[str, set[RecordNumber]]]:
    """What each standing hold reaches, asked of the engine once; a request's by what its history means that day."""
    found: list[tuple[str, set[RecordNumber]]] = []
    schedules = schedules_for(house.city.jurisdiction)
    for hold in queries.holds(house.catalog.connection):
        if hold.released_at is not None:
            continue
        reach = set(house.engine.numbers(Selector(clause=from_data(hold.clause))))
        if hold.kind is HoldKind.REQUEST:
            reach -= _beyond(house, hold)
        reach |= {RecordNumber(number) for number in hold.numbers}
        request = queries.request_named(house.catalog.connection, hold.request) if hold.request else None
        if hold.kind is HoldKind.REQUEST and request is not None:
            found += _held_by(house, request, reach, schedules, day)
        elif hold.protects_through is None or hold.protects_through >= day:
            found.append(("hold", reach))
    return found


def _beyond(house: House, hold: Hold) -> set[RecordNumber]:
    """What was taken in after a request's hold was placed and lies outside the period that was asked for."""
    if hold.reaches == ONGOING:
        return set()
    since = None if hold.reaches == CLOSED else _after(date.fromisoformat(hold.reaches), house.city.time_zone)
    placed = round(hold.placed_at.timestamp() * 1000)
    return {RecordNumber(n) for n in queries.numbers_taken_in_after(house.catalog.connection, placed, since)}


def _after(day: date, zone: str) -> int:
    """The first moment after a day in the city, in milliseconds."""
    return round(datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).timestamp() * 1000)


def _is_beyond(house: House, hold: Hold, kept: Record) -> bool:
    if hold.kind is not HoldKind.REQUEST or hold.reaches == ONGOING or kept.versions[0].captured_at <= hold.placed_at:
        return False
    posted = kept.current.created_at
    if hold.reaches == CLOSED:
        return True
    last = date.fromisoformat(hold.reaches)
    return posted is not None and local_day(posted, house.city.time_zone) > last


def _held_by(
    house: House, request: RecordsRequest, reach: set[RecordNumber], schedules: Schedules, day: date
) -> Iterator[tuple[str, set[RecordNumber]]]:
    """The records a request still protects, by why: the facts are the same for all records with the same mark."""
    bearing = bearing_of(house, request)
    if bearing.holds:
        yield "hold", reach
    for mark, facts in bearing.by_mark.items():
        why = _protection(house, facts, schedules, day)
        if why:
            yield why, {number for number in reach if bearing.marks.get(number) is mark}


def _protection(house: House, facts: tuple[RequestFacts, ...], schedules: Schedules, day: date) -> str:
    record = RecordFacts(series=schedules.default.id, created=date(1900, 1, 1))
    terms = replace(_terms(house), ordinance="assumed", waived_series=(schedules.default.id,))
    judged = judge(Situation(record=record, city=terms, requests=facts), schedules, day)
    if not facts or judged.standing is Standing.ELIGIBLE:
        return ""
    return judged.blocks[0] if judged.blocks else "request denied"
