"""Fees in whole cents: thresholds to the cent, the kinder terms, what is never charged, and every line's reason."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.errors import UsageError
from custody.fee import CityFees, FeeKind
from exports.fees import FeeContext, FeeItem, charge, money, prepayment
from exports.jurisdictions import jurisdiction
from policies.cities import city_named

RULES = jurisdiction("wisconsin").fee_rules()
STOUGHTON = city_named("stoughton").fees
RUNS = settings(max_examples=300, deadline=None, print_blob=True)
ITEMS = some.lists(
    some.builds(
        FeeItem,
        kind=some.sampled_from(FeeKind),
        minutes=some.integers(0, 600),
        rate_cents=some.integers(0, 9000),
        pages=some.integers(0, 300),
        page_cents=some.integers(0, 60),
        cents=some.integers(0, 9000),
        asked_cents=some.none() | some.integers(0, 20_000),
    ),
    max_size=8,
)
CITIES = some.builds(
    CityFees,
    page_cents=some.none() | some.integers(0, 50),
    free_pages=some.integers(0, 40),
    free_up_to=some.dictionaries(some.sampled_from(FeeKind), some.integers(0, 9000), max_size=3),
)


def locating(cents: int) -> FeeItem:
    return FeeItem(kind=FeeKind.LOCATING, cents=cents)


@RUNS
@given(items=ITEMS, city=CITIES)
def test_nothing_is_ever_charged_above_cost_and_every_line_says_why(items: list[FeeItem], city: CityFees) -> None:
    bill = charge(items, RULES, city)
    assert bill.charged_cents == bill.total_cents == sum(line.charged_cents for line in bill.lines)
    for item, line in zip(items, bill.lines, strict=True):
        by_the_page = item.kind is FeeKind.REPRODUCTION and item.pages and not item.page_cents
        assert line.charged_cents >= 0 and (by_the_page or line.charged_cents <= item.actual_cents)
        assert line.why and (line.citation or not line.charged_cents)
        assert item.asked_cents is None or line.charged_cents <= max(0, item.asked_cents)
        if item.kind in (FeeKind.REDACTION, FeeKind.POLICE_RECORDING_REDACTION):
            assert line.charged_cents == 0
    located = sum(item.actual_cents for item in items if item.kind is FeeKind.LOCATING)
    assert located >= 5000 or bill.of(FeeKind.LOCATING) == 0
    assert bill.prepayment.allowed == (bill.total_cents > 500)


@RUNS
@given(items=ITEMS, city=CITIES)
def test_a_citys_own_terms_never_make_it_dearer_where_costs_are_known(items: list[FeeItem], city: CityFees) -> None:
    known = [item for item in items if not item.pages or item.page_cents]
    assert charge(known, RULES, city).total_cents <= charge(known, RULES).total_cents


@RUNS
@given(items=ITEMS, city=CITIES, turn=some.randoms(use_true_random=False))
def test_the_order_in_which_costs_are_entered_changes_nothing(
    items: list[FeeItem], city: CityFees, turn: random.Random
) -> None:
    shuffled = items[:]
    turn.shuffle(shuffled)
    one, other = charge(items, RULES, city), charge(shuffled, RULES, city)
    assert one.total_cents == other.total_cents and one.prepayment == other.prepayment
    assert {kind: one.of(kind) for kind in FeeKind} == {kind: other.of(kind) for kind in FeeKind}


def test_free_pages_belong_to_the_request_and_not_to_the_line_entered_first() -> None:
    few, many = (FeeItem(kind=FeeKind.REPRODUCTION, pages=n, page_cents=c) for n, c in ((10, 5), (20, 12)))
    bills = [charge(lines, RULES, STOUGHTON) for lines in ([few, many], [many, few])]
    assert [bill.total_cents for bill in bills] == [120, 120]
    assert all(line.charged_cents <= line.actual_cents for bill in bills for line in bill.lines)


@RUNS
@given(minutes=some.integers(0, 10_000), rate=some.integers(0, 50_000))
def test_minutes_round_down_to_the_cent(minutes: int, rate: int) -> None:
    cents = FeeItem(kind=FeeKind.SHIPPING, minutes=minutes, rate_cents=rate).actual_cents
    assert cents * 60 <= minutes * rate < (cents + 1) * 60


@pytest.mark.parametrize(
    ("cents", "by_law", "in_stoughton"), [(4999, 0, 0), (5000, 5000, 0), (5001, 5001, 5001), (12_345, 12_345, 12_345)]
)
def test_locating_to_the_cent(cents: int, by_law: int, in_stoughton: int) -> None:
    assert charge([locating(cents)], RULES).total_cents == by_law
    assert charge([locating(cents)], RULES, STOUGHTON).total_cents == in_stoughton


def test_locating_never_borrows_from_other_costs() -> None:
    bill = charge([locating(4999), FeeItem(kind=FeeKind.SHIPPING, cents=4999)], RULES)
    assert (bill.of(FeeKind.LOCATING), bill.of(FeeKind.SHIPPING)) == (0, 4999)


@pytest.mark.parametrize(("pages", "cents"), [(0, 0), (1, 0), (19, 0), (20, 0), (21, 12), (120, 1200)])
def test_stoughtons_pages(pages: int, cents: int) -> None:
    bill = charge([FeeItem(kind=FeeKind.REPRODUCTION, pages=pages)], RULES, STOUGHTON)
    assert bill.total_cents == cents
    if cents:
        assert "$0.12" in bill.lines[0].why and "posted" in bill.lines[0].citation


@pytest.mark.parametrize(("cents", "allowed"), [(499, False), (500, False), (501, True)])
def test_prepayment_only_above_five_dollars(cents: int, allowed: bool) -> None:
    made = prepayment(cents, RULES)
    assert (made.allowed, made.cents) == (allowed, cents if allowed else 0)
    assert made.citation == "Wis. Stat. 19.35(3)(f)"


def test_an_earlier_debt_counts_only_for_a_prisoner() -> None:
    free, held = FeeContext(unpaid_earlier_cents=900), FeeContext(unpaid_earlier_cents=900, incarcerated=True)
    assert prepayment(600, RULES, free).cents == 600 and prepayment(600, RULES, held).cents == 1500
    assert prepayment(400, RULES, held).cents == 1300 and not prepayment(400, RULES, free).allowed


def test_a_waiver_needs_its_reason_and_is_never_more_than_the_charge() -> None:
    post = [FeeItem(kind=FeeKind.SHIPPING, cents=900)]
    assert charge(post, RULES, context=FeeContext(waived_cents=900, waiver_reason="x")).total_cents == 0
    with pytest.raises(UsageError, match="needs its reason"):
        charge(post, RULES, context=FeeContext(waived_cents=900))
    with pytest.raises(UsageError, match="only \\$9.00 is charged"):
        charge(post, RULES, context=FeeContext(waived_cents=901, waiver_reason="x"))


@pytest.mark.parametrize(
    ("context", "cents"),
    [
        (FeeContext(), 7500),
        (FeeContext(certified_no_gain=True, requests_this_year=9), 0),
        (FeeContext(certified_no_gain=True, requests_this_year=10), 7500),
        (FeeContext(requests_this_year=0), 7500),
        (FeeContext(directly_involved=True), 0),
        (FeeContext(officer_involved=True), 0),
    ],
)
def test_police_recordings_are_charged_only_where_the_city_turned_it_on(context: FeeContext, cents: int) -> None:
    item = FeeItem(kind=FeeKind.POLICE_RECORDING_REDACTION, minutes=180, rate_cents=2500)
    assert charge([item], RULES, context=context).total_cents == 0
    assert charge([item], RULES, CityFees(police_recordings=True), context).total_cents == cents


def test_what_is_asked_too_much_is_said_to_be_a_denial() -> None:
    bill = charge([FeeItem(kind=FeeKind.CONTRACTOR_COPY, cents=1800, asked_cents=4500)], RULES)
    assert bill.total_cents == 1800 and any("denial" in each for each in bill.warnings)
    less = charge([FeeItem(kind=FeeKind.CONTRACTOR_COPY, cents=1800, asked_cents=1000)], RULES)
    assert less.total_cents == 1000 and not any("denial" in each for each in less.warnings)


def test_time_without_a_rate_and_dear_pages_are_warned_of() -> None:
    bill = charge([FeeItem(kind=FeeKind.TRANSCRIPTION, minutes=30)], RULES)
    assert bill.total_cents == 0 and any("without an hourly rate" in each for each in bill.warnings)
    assert not any("suspect" in w for w in charge([FeeItem(kind=FeeKind.REPRODUCTION, page_cents=25)], RULES).warnings)
    assert any("suspect" in w for w in charge([FeeItem(kind=FeeKind.REPRODUCTION, page_cents=26)], RULES).warnings)


def test_money_is_written_as_people_write_it() -> None:
    assert [money(each) for each in (0, 5, 123_456_789, -250)] == ["$0.00", "$0.05", "$1,234,567.89", "-$2.50"]
