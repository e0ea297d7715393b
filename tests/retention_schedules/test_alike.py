"""Days between the same turning days make no difference to where a record stands; the seed is printed."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from custody.days import add_period
from custody.schedule import Period, Trigger, Unit
from policies.calendars import holiday_rules
from retention_schedules.alike import turning_days
from retention_schedules.eligibility import judge
from retention_schedules.schedules import Schedules, schedules_for
from retention_schedules.situation import Adoption, CityTerms, NoticeFacts, RecordFacts, Situation

ON = date(2026, 2, 28)


def some_day(chance: Random) -> date:
    return date(2003, 1, 1) + timedelta(days=chance.randrange(26 * 365))


def made_up(chance: Random) -> tuple[Schedules, CityTerms, list[tuple[int, int, NoticeFacts]]]:
    """Schedules with strange periods, a city that adopted some, and notices."""
    schedules = schedules_for("wisconsin")
    rows = dict(schedules.rows)
    for series in chance.sample(sorted(rows), 8):
        period = Period(n=chance.choice((0, 1, 2, 5, 13, 29)), unit=chance.choice(list(Unit)))
        rows[series] = replace(rows[series], period=period, trigger=chance.choice(list(Trigger)[:3]))
    adopted = {
        series: Adoption(adopted=some_day(chance), created_since=chance.choice((None, some_day(chance))))
        for series in chance.sample(sorted(rows), 5)
    }
    city = CityTerms(
        holidays=holiday_rules("wisconsin"), ordinance="made up", adopted=adopted,
        whs_early_notice=chance.random() < 0.3, waived_series=tuple(chance.sample(sorted(rows), 3)),
    )  # fmt: skip
    notices = []
    for _ in range(chance.randrange(4)):
        first = chance.randrange(2003, 2020)
        facts = NoticeFacts(mailed=some_day(chance), reply=chance.choice(("", "", "declined")))
        notices.append((first, first + chance.randrange(6), facts))
    return replace(schedules, rows=rows, default=rows[schedules.default.id]), city, notices


@pytest.mark.parametrize("seed", range(20))
def test_records_whose_days_lie_between_the_same_turning_days_stand_alike(seed: int) -> None:
    print("seed", seed)
    chance = Random(seed)
    schedules, city, notices = made_up(chance)
    years = [year for first, last, _ in notices for year in (first, last + 1)]
    turns = turning_days(schedules, city, [facts.mailed for _, _, facts in notices], years, ON)
    assert turns == sorted(turns)
    stands: dict[Any, Any] = {}
    met = 0
    for _ in range(1500):
        record = RecordFacts(
            series=chance.choice(sorted(schedules.rows)),
            created=near(chance, turns),
            last_event=chance.choice((None, near(chance, turns))),
            thread_end=chance.choice((None, near(chance, turns))),
        )
        year = record.created.year if record.created else 0
        covering = tuple(facts for first, last, facts in notices if first <= year <= last)
        found = judge(Situation(record=record, city=city, notices=covering), schedules, ON)
        days = (record.created, record.last_event, record.thread_end)
        key = (record.series, *(None if day is None else sum(turn <= day for turn in turns) for day in days))
        within = found.retention_ends is not None and found.retention_ends >= ON
        now = (found.standing, found.series, found.blocks, within)
        met += key in stands
        assert stands.setdefault(key, (now, record))[0] == now, (record, stands[key])
    assert met > 10


def near(chance: Random, turns: list[date]) -> date | None:
    """A day at or beside a turning day, or any, or none."""
    beside = chance.choice(turns) + timedelta(days=chance.choice((-1, 0, 0, 1)))
    return chance.choice((beside, beside, some_day(chance), None))


def test_a_later_start_never_ends_a_period_earlier() -> None:
    for unit in Unit:
        for n in (0, 1, 6, 7, 12, 13, 90, 119):
            period, before = Period(n=n, unit=unit), date.min
            for ordinal in range(date(2019, 1, 1).toordinal(), date(2025, 1, 1).toordinal()):
                end = add_period(date.fromordinal(ordinal), period)
                assert end >= before, (unit, n, end)
                before = end
