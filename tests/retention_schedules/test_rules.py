"""Counting days, reading schedules, and cases that outsiders bring."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.days import add_business, add_period, holidays, is_business_day
from custody.errors import UsageError
from custody.schedule import Period, Unit
from policies.calendars import holiday_rules
from policies.cities import city_named, load_city
from retention_schedules.filing import Traits, bucket, classify
from retention_schedules.protection import hold_end
from retention_schedules.schedules import load_schedules, schedules_for
from retention_schedules.situation import CityTerms
from workflows.disposing import run_cases

SCHEDULES = schedules_for("wisconsin")
RULES = holiday_rules("wisconsin")
DAYS = some.dates(date(2000, 1, 1), date(2100, 1, 1))


@settings(max_examples=200, deadline=None, print_blob=True)
@given(day=DAYS, later=some.integers(0, 40), shut=some.lists(some.integers(1, 150), max_size=5))
def test_protection_after_a_denial_keeps_its_order_and_only_grows(day: date, later: int, shut: list[int]) -> None:
    plain = CityTerms(holidays=RULES)
    closed = replace(plain, closures=tuple(day + timedelta(days=n) for n in shut))
    calendar = replace(plain, count_rule="calendar")
    ends = {
        (terms, long): hold_end(day, long, each, SCHEDULES) or date.min
        for terms, each in (("plain", plain), ("closed", closed), ("calendar", calendar))
        for long in (False, True)
    }
    assert day < ends["calendar", False] <= ends["plain", False] <= ends["closed", False]
    assert all(ends[terms, False] < ends[terms, True] for terms in ("plain", "closed", "calendar"))
    after = hold_end(day + timedelta(days=later), False, plain, SCHEDULES)
    assert after is not None and after >= ends["plain", False]


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2025, 12, 12), 60, date(2026, 3, 12)),
        (date(2026, 1, 5), 60, date(2026, 4, 1)),
        (date(2025, 12, 19), 10, date(2026, 1, 6)),
        (date(2026, 1, 9), 10, date(2026, 1, 26)),
        (date(2026, 1, 9), 3, date(2026, 1, 14)),
        (date(2026, 1, 13), 5, date(2026, 1, 21)),
    ],
)
def test_business_days_as_counted_by_hand(start: date, count: int, end: date) -> None:
    assert add_business(start, count, RULES) == end


def test_legal_holidays_of_two_years() -> None:
    kept = holidays(2026, RULES)
    assert {date(2026, 1, 15), date(2026, 2, 16), date(2026, 8, 11), date(2026, 11, 3), date(2026, 11, 26)} <= kept
    assert date(2026, 1, 19) not in kept
    assert date(2025, 8, 12) not in holidays(2025, RULES)
    assert date(2027, 7, 5) in holidays(2027, RULES) and date(2027, 7, 4) not in holidays(2027, RULES)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(day=DAYS, count=some.integers(1, 90))
def test_business_days_lie_behind_the_start_and_count_right(day: date, count: int) -> None:
    end = add_business(day, count, RULES)
    between = [date.fromordinal(n) for n in range(day.toordinal() + 1, end.toordinal() + 1)]
    assert sum(is_business_day(each, RULES) for each in between) == count
    assert is_business_day(end, RULES)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(day=DAYS, n=some.integers(1, 30))
def test_anniversaries(day: date, n: int) -> None:
    end = add_period(day, Period(n=n, unit=Unit.YEARS))
    expected = (3, 1) if (day.month, day.day) == (2, 29) and not _is_leap(day.year + n) else (day.month, day.day)
    assert (end.year, (end.month, end.day)) == (day.year + n, expected)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def test_months_and_days() -> None:
    assert add_period(date(2025, 1, 31), Period(n=1, unit=Unit.MONTHS)) == date(2025, 3, 1)
    assert add_period(date(2025, 12, 31), Period(n=2, unit=Unit.MONTHS)) == date(2026, 3, 1)
    assert add_period(date(2025, 9, 15), Period(n=90, unit=Unit.DAYS)) == date(2025, 12, 14)


def test_the_wisconsin_set_invents_nothing() -> None:
    schedules = schedules_for("wisconsin")
    assert len(schedules.rows) == 14
    assert all(row.authority and not row.verified_by for row in schedules.rows.values())
    unknown = {row.id for row in schedules.rows.values() if row.period is None and row.fate.value != "permanent"}
    assert unknown == {"WI-SM-POST", "WI-SM-CONV", "WI-SM-DM", "WI-SM-ELECT", "WI-PRR", "WI-LIT"}


def test_where_a_record_is_filed() -> None:
    comment, post = (Traits(account="parks", kind=kind, official=False) for kind in ("comment", "post"))
    assert classify((), comment, "", SCHEDULES)[0] == "WI-SM-PUB"
    assert classify((), post, "WI-POL", SCHEDULES)[0] == "WI-POL"
    assert bucket("WI-SM-POST", "2025-03-01", SCHEDULES) == "WI-SM-POST/2032Q1"
    assert bucket("WI-DEF-7Y", None, SCHEDULES) == "WI-DEF-7Y/undated"
    with pytest.raises(UsageError, match="NO-SUCH"):
        classify((), post, "NO-SUCH", SCHEDULES)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('trigger = "creation"', 'trigger = "whim"'), "'whim' is not known"),
        (("n = 2", "n = -2"), "period is not understood"),
        (('whs_notice = "required"', 'whs_notice = "perhaps"'), "'perhaps' is not known"),
        (("[[series]]", "[[series]]\ncolour = 1"), "'colour' is not a field"),
        (('default_series = "WI-DEF-7Y"', 'default_series = "NONE"'), "no default_series"),
    ],
)
def test_a_wrong_schedule_is_refused_with_its_row_and_cure(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    source = Path(__file__).resolve().parents[2] / "retention_schedules" / "jurisdictions" / "wisconsin.toml"
    path = tmp_path / "other.toml"
    path.write_text(source.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=words) as refused:
        load_schedules(path)
    assert "other" in refused.value.message and refused.value.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no"),
        ("[[case]]\nid = 'A'\n", "expects nothing"),
        ("[[case]]\nid = 'A'\ntoday = 2026-01-01\n[case.expect]\nstanding = 'keep'\n", "no \\[case.record\\]"),
        ("[[case]]\nid = 'A'\ncolour = 1\n", "case A: 'colour'"),
        (
            "[[case]]\nid = 'A'\ntoday = '2026-01-01'\nrecord = {}\nexpect = {standing = 'keep'}",
            "today is '2026-01-01'",
        ),
        ("not toml", "cannot be read"),
    ],
)
def test_a_wrong_case_is_refused_with_file_case_and_field(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    (result,) = run_cases(tmp_path)
    assert re.search(words, result.trouble) and "mine.toml" in result.trouble and result.cure and not result.passed


def test_a_case_that_differs_says_what_was_expected_and_what_was_judged(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        "[[case]]\nid = 'A'\ntoday = 2026-01-01\nrecord = {created = 2025-01-01T02:00:00Z}\n"
        "expect = {retention_ends = 2032-01-01, trigger = 2024-12-31}"
    )
    (result,) = run_cases(tmp_path)
    assert result.differences == ("retention_ends: expected 2032-01-01, judged 2031-12-31",)


def test_two_cities_ship_with_their_grounds_and_without_invented_authority(tmp_path: Path) -> None:
    wausau, stoughton = city_named("wausau"), city_named("stoughton")
    assert [len(city.grounds) for city in (wausau, stoughton)] == [12, 10]
    assert wausau.destruction_ordinance == stoughton.destruction_ordinance == ""
    assert wausau.clocks["password_change_recorded_hours"] == 24 and wausau.policy_adopted == ""
    path = tmp_path / "city.toml"
    path.write_text('name = "x"\ntitle = "X"\njurisdiction = "wisconsin"\ntime_zone = "Mars"\n')
    with pytest.raises(UsageError, match="time zone 'Mars'"):
        load_city(path)
