"""Judging what may go, record by record: who holds it, until when it is protected, and why. Nothing here destroys.

One record, some records and the whole archive go the same way: `bearing.gather` says what bears on each, the rules
judge it. Records on which the same bears are judged once, which is what makes a million of them a matter of seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from archiver.catalog import keeping_queries, queries
from archiver.catalog.keeping_queries import KeptRow
from archiver.catalog.threads import Threads, threads_of
from custody.clock import local_day
from custody.disposition import Disposition
from custody.ids import RecordNumber
from custody.schedule import Trigger
from policies.calendars import holiday_rules
from retention_schedules.cases import CASES, ELSEWHERE, judge_case
from retention_schedules.eligibility import judge
from retention_schedules.schedules import Schedules
from workflows.bearing import Key, damaged_among, gather
from workflows.case_files import CaseResult, Found, run_folder
from workflows.due_list import Due as Due
from workflows.due_list import due_list
from workflows.house import House
from workflows.terms import schedules_of, terms_of

_MOST_KNOWN = 50_000
"""So many judgements are remembered at once."""


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
    with house.catalog.reading():
        judging = Judging(house, on, numbers)
        if read:
            judging.bearings.damaged |= damaged_among(house, numbers)
        return dict(judging.each(numbers))


class Judging:
    """The rules, and what bears on some records or (None) on all, gathered once: to judge them, part after part.

    It says what was so when it was made. Whoever acts on it makes it in the writing house.
    """

    def __init__(self, house: House, on: date, numbers: Sequence[int] | None = None) -> None:
        self._connection, self._on, self._schedules = house.catalog.connection, on, schedules_of(house)
        self.bearings = gather(house, terms_of(house), numbers)
        self._threads = threads_for(house, self._schedules)
        self._known: dict[Key, Disposition] = {}

    def each(self, numbers: Sequence[int]) -> Iterator[tuple[RecordNumber, Disposition]]:
        """Each record with its judgement; those on which the same bears share one."""
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        for row, key in self.bearings.keyed(keeping_queries.kept_rows(self._connection, numbers, self._threads)):
            found = self._known.get(key)
            if found is None:
                found = self._known[key] = judge(self.bearings.situation(row), self._schedules, self._on)
            yield RecordNumber(row.number), found


def due(house: House, on: date, told: Callable[[int], None]) -> Due:
    """Judge every record for one day, as a dry run: totals by series, what blocks, which are eligible."""
    schedules, terms = schedules_of(house), terms_of(house)
    with house.catalog.reading():
        bearings = gather(house, terms)
        pages = keeping_queries.kept_pages(house.catalog.connection, threads_for(house, schedules))
        return due_list(pages, bearings, schedules, on, told)


def each_alone(house: House, on: date) -> Iterator[tuple[KeptRow, Disposition, date | None]]:
    """Every record judged without the requests and holds on it, with the day it was made."""
    schedules, terms = schedules_of(house), terms_of(house)
    with house.catalog.reading():
        bearings, known = gather(house, terms, ()), dict[Key, tuple[Disposition, date | None]]()
        rows = keeping_queries.kept_rows(house.catalog.connection, None, threads_for(house, schedules))
        for row, key in bearings.keyed(rows):
            found = known.get(key)
            if found is None:
                situation = bearings.alone(row)
                found = known[key] = (judge(situation, schedules, on), situation.record.created)
            yield (row, *found)


def judged_as(
    house: House, numbers: Sequence[int], series: str, schedules: Schedules, on: date
) -> Iterator[date | None]:
    """The last protected day of the period of each of some records, if it were filed under a series."""
    with house.catalog.reading():
        bearings, known = gather(house, terms_of(house), ()), dict[Key, Disposition]()
        rows = keeping_queries.kept_rows(house.catalog.connection, numbers, threads_for(house, schedules))
        for row, key in bearings.keyed(row._replace(series=series) for row in rows):
            if key not in known:
                known[key] = judge(bearings.situation(row), schedules, on)
            yield known[key].retention_ends


def threads_for(house: House, schedules: Schedules) -> Threads | None:
    """The archive's threads, if any row that could govern counts from a thread's last item."""
    return threads_of(house.catalog.connection) if thread_matters(schedules) else None


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
