"""Limits and guidelines of every jurisdiction over many receipts, extensions, cut-offs, changed tables, wrong files."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.counting import Basis, Calendar, Roll, count
from custody.days import HolidayRule, holidays
from custody.errors import UsageError
from exports import deadlines
from exports.deadlines import Limit, ResponseKind, Target, Unit
from exports.jurisdictions import Jurisdiction, jurisdiction, jurisdictions, load_jurisdiction
from exports.reason_codes import reason_codes
from policies.calendars import calendar

DAYS = some.dates(date(2000, 1, 1), date(2099, 12, 31))
LAWS = some.sampled_from(jurisdictions())
RUNS = settings(max_examples=150, deadline=None, print_blob=True)
FRIDAY = date(2025, 12, 19)
FOLDER = Path(__file__).resolve().parents[2] / "exports" / "jurisdictions"


def of(name: str) -> tuple[Jurisdiction, Calendar]:
    law = jurisdiction(name)
    return law, calendar(law.response.calendar)


def goal(name: str, received: date | datetime = FRIDAY) -> Target:
    law, days = of(name)
    return deadlines.target(law.response, received, days, "America/Chicago")


@RUNS
@given(day=DAYS, later=some.integers(0, 30), name=LAWS)
def test_targets_of_all_laws_over_many_receipts(day: date, later: int, name: str) -> None:
    law, days = of(name)
    made = deadlines.target(law.response, day, days)
    limit = law.response.limit
    if not limit.n:
        assert made.day is None and not made.is_law
        return
    assert made.day is not None and made.day > day
    assert made.counted is not None and made.counted.steps[-1].day == made.day
    if limit.basis is Basis.BUSINESS:
        between = [day + timedelta(days=i) for i in range(1, (made.day - day).days + 1)]
        shut = {closed for year in {each.year for each in between} for closed in holidays(year, days.rules)}
        assert sum(each.weekday() < 5 and each not in shut for each in between) == limit.n
        assert made.day.weekday() < 5 and made.day not in shut
    else:
        assert (made.day - day).days >= limit.n
        assert days.is_open(made.day) or law.response.roll is Roll.NONE
    after = deadlines.target(law.response, day + timedelta(days=later), days).day
    assert after is not None and after >= made.day


@pytest.mark.parametrize("name", jurisdictions())
def test_two_thousand_receipts_keep_their_order_end_on_no_holiday_and_count_back(name: str) -> None:
    seed = 19_345
    print(f"seed {seed}")
    turn, (law, days) = random.Random(seed), of(name)
    start = date(2020, 1, 1)
    received = sorted(start + timedelta(days=turn.randrange(365 * 20)) for _ in range(2000))
    for variant in ("", *law.response.variants):
        limit = law.response.variants[variant] if variant else law.response.limit
        if not limit.n or limit.unit is Unit.HOURS:
            continue
        goals = [deadlines.target(law.response, day, days, variant=variant) for day in received]
        ends = [each.day for each in goals if each.day is not None]
        assert len(ends) == 2000 and ends == sorted(ends)
        for day, each in zip(received, goals, strict=True):
            assert each.counted is not None and each.day is not None and each.day > day
            again = count(day, limit.n, limit.basis, days, law.response.roll)
            assert (again.end, again.lines()[1:]) == (each.day, each.lines()[1:])
            if limit.basis is Basis.BUSINESS:
                assert days.is_open(each.day) and sum(bool(step.n) for step in each.counted.steps) == limit.n
            assert deadlines.recomputed(each, law.response, day, days, variant=variant) is None


@RUNS
@given(minute=some.integers(0, 60 * 24 * 30), later=some.integers(0, 60 * 24 * 10), cut=some.integers(0, 23))
def test_a_cut_off_keeps_the_order_of_receipts_and_never_answers_sooner(minute: int, later: int, cut: int) -> None:
    law, days = of("wisconsin")
    rule = replace(law.response, cutoff=time(cut, 30))
    first = datetime(2025, 12, 1, tzinfo=UTC) + timedelta(minutes=minute)
    one = deadlines.target(rule, first, days, "America/Chicago").day
    two = deadlines.target(rule, first + timedelta(minutes=later), days, "America/Chicago").day
    plain = deadlines.target(law.response, first, days, "America/Chicago").day
    assert one is not None and two is not None and plain is not None and plain <= one <= two


def test_wisconsin_shows_a_guideline_and_never_says_overdue() -> None:
    made = goal("wisconsin")
    assert (made.label, made.day, made.is_law) == ("DOJ guideline target", date(2026, 1, 6), False)
    for shift in range(-30, 400):
        words = deadlines.standing(made, FRIDAY + timedelta(days=shift))
        assert "overdue" not in words and "past the limit" not in words and "by law" not in words
    assert "the law sets no fixed day" in deadlines.standing(made, date(2026, 1, 7))
    assert deadlines.standing(made, date(2026, 1, 6)).endswith(", today")
    assert made.warnings and made.calendar_digest == calendar("wisconsin").digest


def test_a_limit_set_by_law_says_when_it_is_past_and_no_day_stays_no_day() -> None:
    assert deadlines.standing(goal("federal"), date(2026, 2, 1)).startswith("past the limit of Wednesday, January 21")
    florida = goal("florida")
    assert florida.day is None and florida.lines() == () and "open since" in deadlines.standing(florida, FRIDAY)


def test_an_extension_needs_its_ground_its_notice_and_its_time() -> None:
    law, days = of("california")
    first = goal("california")
    longer = deadlines.extended(first, law.response, days, "unusual circumstances", FRIDAY)
    assert first.day is not None and longer.day == first.day + timedelta(days=14) and "extended" in longer.label
    for grounds, noticed, words in (
        ("busy", FRIDAY, "no ground"),
        ("unusual circumstances", None, "has not been told"),
        ("unusual circumstances", first.day + timedelta(days=1), "after the limit"),
    ):
        with pytest.raises(UsageError, match=words):
            deadlines.extended(first, law.response, days, grounds, noticed)
    wisconsin, strict = of("wisconsin")
    with pytest.raises(UsageError, match="no extension"):
        deadlines.extended(goal("wisconsin"), wisconsin.response, strict, "", None)


def test_the_second_limit_after_an_acknowledgement() -> None:
    law, days = of("new_york")
    assert deadlines.after_acknowledgement(law.response, date(2026, 3, 9), days).day == date(2026, 4, 6)
    washington, its_days = of("washington")
    assert deadlines.after_acknowledgement(washington.response, FRIDAY, its_days).day is None
    with pytest.raises(UsageError, match="no second limit"):
        deadlines.after_acknowledgement(of("texas")[0].response, FRIDAY, days)


def test_a_variant_has_its_own_limit_and_an_unknown_one_is_refused() -> None:
    law, days = of("illinois")
    commercial = deadlines.target(law.response, FRIDAY, days, variant="commercial")
    assert commercial.day == count(FRIDAY, 21, Basis.BUSINESS, days).end
    with pytest.raises(UsageError, match="'silly'"):
        deadlines.target(law.response, FRIDAY, days, variant="silly")


def test_hours_are_clock_hours_also_when_the_clock_changes() -> None:
    rule = replace(
        of("wisconsin")[0].response,
        kind=ResponseKind.FIXED,
        limit=Limit(n=24, unit=Unit.HOURS, basis=Basis.CALENDAR, citation="x"),
    )
    noon = datetime(2026, 3, 7, 12, tzinfo=ZoneInfo("America/Chicago"))
    made = deadlines.target(rule, noon, calendar("wisconsin"), "America/Chicago")
    assert made.due_at == datetime(2026, 3, 8, 18, tzinfo=UTC)  # 13:00 by the clock on the wall
    with pytest.raises(UsageError, match="moment of receipt"):
        deadlines.target(rule, FRIDAY, calendar("wisconsin"))


def test_a_changed_table_gives_old_and_new_with_reasons_and_an_unchanged_one_nothing() -> None:
    law, days = of("wisconsin")
    before = goal("wisconsin")
    assert deadlines.recomputed(before, law.response, FRIDAY, days) is None
    more = replace(days, rules=(*days.rules, HolidayRule(name="Boxing Day", month=12, day=26)))
    change = deadlines.recomputed(before, law.response, FRIDAY, more)
    assert change is not None and (change.before, change.after) == (date(2026, 1, 6), date(2026, 1, 7))
    assert change.reasons == ("Friday, December 26, 2025 does not count now: Boxing Day",)
    assert "moves from Tuesday, January 6, 2026 to Wednesday, January 7, 2026" in change.sentence
    less = replace(days, rules=tuple(rule for rule in days.rules if rule.name != "Christmas Day"))
    back = deadlines.recomputed(before, law.response, FRIDAY, less)
    assert back is not None and back.reasons == ("Thursday, December 25, 2025 counts now (was Christmas Day)",)


def test_a_rule_says_when_it_was_not_in_force_yet() -> None:
    law, days = of("wisconsin")
    later = replace(law.response, effective_from=date(2026, 1, 1), verified_by="A. Counsel")
    assert any("in force only from" in each for each in deadlines.target(later, FRIDAY, days).warnings)
    assert not any("in force" in each for each in deadlines.target(later, date(2026, 1, 1), days).warnings)
    assert not any("this rule" in each for each in deadlines.target(later, date(2026, 1, 1), days).warnings)


def test_what_nobody_verified_is_listed() -> None:
    assert "fees" in jurisdiction("wisconsin").unverified and len(jurisdiction("wisconsin").unverified) == 8
    assert jurisdiction("texas").unverified == ("limits",)


def test_every_law_is_unverified_says_its_source_and_only_wisconsin_is_whole() -> None:
    assert set(jurisdictions()) == {
        "wisconsin", "washington", "california", "texas", "illinois", "new_york", "florida", "federal",
        "indiana", "maryland", "michigan", "minnesota",
    }  # fmt: skip
    for name in jurisdictions():
        law = jurisdiction(name)
        assert law.verified_by == law.response.verified_by == "" and law.response.source and law.response.limit.citation
        if name != "wisconsin":
            assert law.fees is law.denial is law.notice is None
            with pytest.raises(UsageError, match="no rules are entered"):
                law.fee_rules()
            assert reason_codes(name) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('kind = "asap"', 'kind = "soon"'), "response: kind 'soon' is not known"),
        (("n = 10", "n = -1"), "response: n is -1"),
        (("n = 10", "n = 1.5"), "response: n is 1.5"),
        (('label = "DOJ', 'colour = "red"\nlabel = "DOJ'), "response: 'colour' is not a field"),
        (("prepayment_above_cents = 500", "prepayment_above_cents = 5.00"), "fees: prepayment_above_cents is 5.0"),
        (('kind = "locating"', 'kind = "looking"'), "fees, rule 4: kind 'looking'"),
        (("charged = false", 'charged = "no"'), "rule 7: charged is 'no'"),
        (("serve_days = 3", ""), "subject_notice: serve_days is missing"),
        (("oral_demand_days = 5", "oral_days = 5"), "denial: oral_demand_days is missing"),
        (("[custody]", "[custody]\nx = 1"), "custody: 'x' is not a field"),
        (('"Wis. Stat. 19.36(8)"]', '"a", "b"]'), "protection: informant is not understood"),
        (("[response]", "[respond]"), "no \\[response\\]"),
        (("[denial]", "[denials]"), "'denials' is not a field"),
    ],
)
def test_a_wrong_law_is_refused_with_file_row_and_field(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    text = (FOLDER / "wisconsin.toml").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=words) as refused:
        load_jurisdiction(path)
    assert "mine.toml" in refused.value.message and refused.value.hint
