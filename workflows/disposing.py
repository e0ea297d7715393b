"""Judging what may go, record by record: who holds it, until when it is protected, and why. Nothing here destroys.

One record, some records and the whole archive go the same way: `bearing.gather` says what bears on each, the rules
judge it. Records on which the same bears are judged once, which is what makes a million of them a matter of seconds.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from archiver.catalog import keeping_queries, queries
from archiver.catalog.keeping_queries import KeptRow
from custody.clock import local_day
from custody.disposition import Disposition, Standing
from custody.ids import RecordNumber
from custody.schedule import Trigger
from retention_schedules.cases import CASES, CaseResult
from retention_schedules.cases import check as check_cases
from retention_schedules.eligibility import judge
from retention_schedules.schedules import Schedules
from retention_schedules.situation import CityTerms
from workflows.bearing import Bearings, damaged_among, gather
from workflows.house import House
from workflows.terms import schedules_of, terms_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What a run of the rules over the whole archive found on a day, by series and standing. Nothing was changed."""

    on: date
    totals: dict[str, Counter[str]]
    blocks: Counter[str]
    eligible: tuple[RecordNumber, ...]
    unverified: tuple[str, ...]


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
    totals: dict[str, Counter[str]] = {}
    blocks: Counter[str] = Counter()
    eligible: list[RecordNumber] = []
    terms = terms_of(house)
    unverified: set[str] = set()
    with house.catalog.reading():
        tally: Counter[tuple[str, int]] = Counter()
        seen: dict[int, Disposition] = {}
        found = _each(house, gather(house, terms), terms, on, None)
        for done, (row, disposition) in enumerate(found, 1):
            seen[id(disposition)] = disposition
            tally[row.series, id(disposition)] += 1
            if disposition.standing is Standing.ELIGIBLE:
                eligible.append(RecordNumber(row.number))
            if done % 10_000 == 0:
                told(done)
    schedules = schedules_of(house)
    for (series, which), count in tally.items():
        disposition = seen[which]
        totals.setdefault(series, Counter())[disposition.standing.value] += count
        if disposition.standing is Standing.BLOCKED:
            blocks.update(dict.fromkeys(disposition.blocks, count))
        unverified |= {name for name in (series, disposition.series) if not schedules.row(name).verified_by}
    return Due(on=on, totals=totals, blocks=blocks, eligible=tuple(eligible), unverified=tuple(sorted(unverified)))


def _each(
    house: House, bearings: Bearings, terms: CityTerms, on: date, numbers: Sequence[int] | None
) -> Iterator[tuple[KeptRow, Disposition]]:
    """Each record's row with its judgement; those on which the same bears share one."""
    schedules = schedules_of(house)
    connection = house.catalog.connection
    threads = _thread_matters(schedules)
    if threads:
        keeping_queries.settle_threads(connection)
    known: dict[tuple[object, ...], Disposition] = {}
    for row in keeping_queries.kept_rows(connection, numbers, threads):
        key = bearings.key(row)
        disposition = known.get(key)
        if disposition is None:
            disposition = known[key] = judge(bearings.situation(row), schedules, on)
        yield row, disposition


def _thread_matters(schedules: Schedules) -> bool:
    """Whether any row that could govern counts from a thread's last item."""
    return any(row.trigger is Trigger.THREAD_END and row.period is not None for row in schedules.rows.values())


def today(house: House) -> date:
    """The day it is in the city."""
    return local_day(house.clock(), house.city.time_zone)


def run_cases(folder: Path | None) -> list[CaseResult]:
    """Run the cases of a folder, or the project's own."""
    return check_cases(folder or CASES)
