"""Judging what may go, record by record: who holds it, until when it is protected, and why. Nothing here destroys.

One record, some records and the whole archive go the same way: `bearing.gather` says what bears on each, the rules
judge it. Records on which the same bears are judged once, which is what makes a million of them a matter of seconds.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from archiver.catalog import keeping_queries, queries
from archiver.catalog.keeping_queries import KeptRow
from custody.clock import local_day
from custody.disposition import Disposition
from custody.ids import RecordNumber
from custody.schedule import Trigger
from policies.calendars import holiday_rules
from retention_schedules.cases import CASES, ELSEWHERE, judge_case
from retention_schedules.eligibility import judge
from retention_schedules.schedules import Schedules
from retention_schedules.situation import CityTerms
from workflows.bearing import Bearings, damaged_among, gather
from workflows.case_files import CaseResult, Found, run_folder
from workflows.due_list import Due as Due
from workflows.due_list import due_list
from workflows.house import House
from workflows.terms import schedules_of, terms_of


def explain(house: House, number: RecordNumber, on: date | None = None) -> tuple[Disposition, str]:
    """The judgement of one record on a day (today by default), and the series it is filed under with the reason.

    Its stored bytes are read for it. Raises UnavailableError when there is none of that number.
    """
    house.shelf.record(number)
    judged_now = judged(house, [number], on or today(house), read=True)[number]
    return judged_now, filed_under(house, number)


def filed_under(house: House, number: RecordNumber) -> str:
    """The series a record is filed under, with the reason."""
    row = queries.record_row(house.catalog.connection, number) or {}
    newest = keeping_queries.filed(house.catalog.connection, number)
    if newest is None:
        return f"{row['series']} ({row['series_reason']})"
    return f"{newest['series']} ({newest['reason']}; taken in under {row['series']})"


def judged(
    house: House, numbers: Sequence[RecordNumber], on: date, read: bool = False
) -> dict[RecordNumber, Disposition]:
    """The judgement of some records on a day; numbers that are not there are left out.

    `read`: their stored bytes are read too, and damage blocks. Inside the writing house this is the re-check at the
    instant of destruction: nothing can change between it and the next act.
    """
    terms = terms_of(house)
    with house.catalog.reading():
        bearings = gather(house, terms, numbers)
        if read:
            bearings.damaged |= damaged_among(house, numbers)
        found = _each(house, bearings, terms, on, numbers)
        return {RecordNumber(row.number): disposition for row, disposition in found}


def due(house: House, on: date, told: Callable[[int], None]) -> Due:
    """Judge every record for one day, as a dry run: totals by series, what blocks, which are eligible."""
    schedules, terms = schedules_of(house), terms_of(house)
    with house.catalog.reading():
        bearings = gather(house, terms)
        threads = thread_matters(schedules)
        if threads:
            keeping_queries.settle_threads(house.catalog.connection)
        rows = keeping_queries.kept_rows(house.catalog.connection, None, threads)
        return due_list(rows, bearings, schedules, on, told)


def each_alone(house: House, on: date) -> Iterator[tuple[KeptRow, Disposition, date | None]]:
    """Every record judged without the requests and holds on it, with the day it was made."""
    schedules, terms = schedules_of(house), terms_of(house)
    threads = thread_matters(schedules)
    with house.catalog.reading():
        bearings = gather(house, terms, ())
        if threads:
            keeping_queries.settle_threads(house.catalog.connection)
        known: dict[tuple[object, ...], tuple[Disposition, date | None]] = {}
        for row in keeping_queries.kept_rows(house.catalog.connection, None, threads):
            key = (bearings.own_key(row), bisect_left(bearings.limits, row.number))
            found = known.get(key)
            if found is None:
                situation = bearings.alone(row)
                found = known[key] = (judge(situation, schedules, on), situation.record.created)
            yield (row, *found)


def judged_as(
    house: House, numbers: Sequence[int], series: str, schedules: Schedules, on: date
) -> Iterator[date | None]:
    """The last protected day of the period of each of some records, if it were filed under a series."""
    terms = terms_of(house)
    with house.catalog.reading():
        bearings = gather(house, terms, ())
        threads = thread_matters(schedules)
        if threads:
            keeping_queries.settle_threads(house.catalog.connection)
        known: dict[tuple[object, ...], Disposition] = {}
        for row in keeping_queries.kept_rows(house.catalog.connection, numbers, threads):
            moved = row._replace(series=series)
            key = bearings.key(moved)
            if key not in known:
                known[key] = judge(bearings.situation(moved), schedules, on)
            yield known[key].retention_ends


def _each(
    house: House, bearings: Bearings, terms: CityTerms, on: date, numbers: Sequence[int] | None
) -> Iterator[tuple[KeptRow, Disposition]]:
    """Each record's row with its judgement; those on which the same bears share one."""
    schedules = schedules_of(house)
    connection = house.catalog.connection
    threads = thread_matters(schedules)
    if threads:
        keeping_queries.settle_threads(connection)
    known: dict[tuple[object, ...], Disposition] = {}
    for row in keeping_queries.kept_rows(connection, numbers, threads):
        key = bearings.key(row)
        disposition = known.get(key)
        if disposition is None:
            disposition = known[key] = judge(bearings.situation(row), schedules, on)
        yield row, disposition


def thread_matters(schedules: Schedules) -> bool:
    """Whether any row that could govern counts from a thread's last item."""
    return any(row.trigger is Trigger.THREAD_END and row.period is not None for row in schedules.rows.values())


def today(house: House) -> date:
    """The day it is in the city."""
    return local_day(house.clock(), house.city.time_zone)


def run_cases(folder: Path | None) -> list[CaseResult]:
    """Run the cases of a folder or file, or the project's own; what is not understood stands among the results."""
    folders = [folder] if folder else [CASES, ELSEWHERE]
    return [result for each in folders for result in run_folder(each, _judged_case, "docs/cases.md")]


def _judged_case(row: object, _: str, where: str) -> Found:
    judged, differences = judge_case(row, where, holiday_rules)
    return Found(judged=judged, differences=differences)
