"""Judging what may go, record by record: who holds it, until when it is protected, and why. Nothing here destroys."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from archiver.catalog import queries
from archiver.harvest import IMPLAUSIBLE
from custody.clock import local_day
from custody.disposition import Disposition, Standing
from custody.hold import Hold, HoldKind
from custody.ids import RecordNumber
from custody.request import Mark, RecordsRequest, RequestState
from custody.selector import Selector, from_data
from policies.calendars import holiday_rules
from retention_schedules.cases import CASES, CaseResult
from retention_schedules.cases import check as check_cases
from retention_schedules.eligibility import judge
from retention_schedules.schedules import Schedules, schedules_for
from retention_schedules.situation import Adoption, CityTerms, HoldFacts, RecordFacts, RequestFacts, Situation
from workflows.house import House


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
        closed = hold.kind is HoldKind.REQUEST and kept.versions[0].captured_at > hold.placed_at
        if not reached or (closed and not named):
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
        requests += _request_facts(house, request, number)


def _request_facts(house: House, request: RecordsRequest, number: RecordNumber) -> Iterator[RequestFacts]:
    zone = house.city.time_zone
    open_request = RequestFacts(received=local_day(request.received_at, zone), name=f"records request {request.number}")
    if request.state is RequestState.OPEN:
        yield open_request
        return
    answers = queries.acts_of(house.catalog.connection, "request.responded", request.number)
    answered = local_day(queries.moment(answers[-1]["at"]), zone)
    decisions = {each.record: each.mark for each in queries.decisions(house.catalog.connection, request.number)}
    match decisions.get(number):
        case Mark.RELEASE:
            yield replace(open_request, decision="granted", decided=answered, delivered=answered)
        case Mark.REDACT:
            yield replace(open_request, decision="part", decided=answered)
        case Mark.WITHHOLD:
            yield replace(open_request, decision="denied", decided=answered)


def _held(house: House, day: date) -> list[tuple[str, set[RecordNumber]]]:
    """What each standing hold reaches, asked of the engine once; requests that were answered protect through a day."""
    found: list[tuple[str, set[RecordNumber]]] = []
    schedules = schedules_for(house.city.jurisdiction)
    for hold in queries.holds(house.catalog.connection):
        if hold.released_at is not None:
            continue
        reach = set(house.engine.numbers(Selector(clause=from_data(hold.clause))))
        if hold.kind is HoldKind.REQUEST:  # its scope is closed at the moment it was placed
            placed = round(hold.placed_at.timestamp() * 1000)
            reach -= {RecordNumber(n) for n in queries.numbers_taken_in_after(house.catalog.connection, placed)}
        reach |= {RecordNumber(number) for number in hold.numbers}
        if hold.kind is HoldKind.REQUEST and hold.request is not None:
            request = queries.request_named(house.catalog.connection, hold.request)
            if request is not None and request.state is not RequestState.OPEN:
                reach = {number for number in reach if _still_protects(house, request, number, schedules, day)}
            found.append(
                ("open request" if request and request.state is RequestState.OPEN else "request denied", reach)
            )
        elif hold.protects_through is None or hold.protects_through >= day:
            found.append(("hold", reach))
    return found


def _still_protects(
    house: House, request: RecordsRequest, number: RecordNumber, schedules: Schedules, day: date
) -> bool:
    facts = tuple(_request_facts(house, request, number))
    if not facts or facts[0].decision == "granted":
        return False
    record = RecordFacts(series=schedules.default.id, created=date(1900, 1, 1))
    terms = replace(_terms(house), ordinance="assumed", waived_series=(schedules.default.id,))
    return judge(Situation(record=record, city=terms, requests=facts), schedules, day).standing is not Standing.ELIGIBLE
