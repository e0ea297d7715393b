"""Telling people before their records go out: who is told, and that the gate never opens too soon."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.counting import Basis, count
from custody.errors import UsageError
from exports.jurisdictions import jurisdiction
from exports.notices import Notice, RecordAbout, Served, Subject, SubjectFacts, clock, duty_to, gate, package_blocks
from policies.calendars import calendar

RULES, DAYS = jurisdiction("wisconsin").notice_rules(), calendar("wisconsin")
RUNS = settings(max_examples=200, deadline=None, print_blob=True)
FACTS = SubjectFacts(decided=date(2026, 1, 9), sent=date(2026, 1, 12), served_by=Served.CERTIFIED_MAIL)
BEFORE = duty_to(Subject(name="x", about=RecordAbout.EMPLOYEE_INVESTIGATION), RULES)
AUGMENT = duty_to(Subject(name="x", about=RecordAbout.OFFICE_HOLDER), RULES)


@pytest.mark.parametrize(
    ("subject", "notice"),
    [
        (Subject(name="x", about=RecordAbout.ORDINARY), Notice.NONE),
        (Subject(name="x", about=RecordAbout.EMPLOYEE_INVESTIGATION), Notice.BEFORE_RELEASE),
        (Subject(name="x", about=RecordAbout.SUBPOENA_OR_WARRANT), Notice.BEFORE_RELEASE),
        (Subject(name="x", about=RecordAbout.OTHER_EMPLOYER), Notice.BEFORE_RELEASE),
        (Subject(name="x", about=RecordAbout.OTHER_EMPLOYER, authorized=True), Notice.NONE),
        (Subject(name="x", about=RecordAbout.EMPLOYEE_INVESTIGATION, authorized=True), Notice.BEFORE_RELEASE),
        (Subject(name="x", about=RecordAbout.ORDINARY, office="local"), Notice.MAY_AUGMENT),
        (Subject(name="x", about=RecordAbout.ORDINARY, office="state"), Notice.MAY_AUGMENT),
    ],
)
def test_who_is_told(subject: Subject, notice: Notice) -> None:
    duty = duty_to(subject, RULES)
    assert duty.notice is notice and duty.citation.startswith("Wis. Stat. 19.356")


def test_an_office_nobody_names_is_refused() -> None:
    with pytest.raises(UsageError, match="'federal'"):
        duty_to(Subject(name="x", about=RecordAbout.OFFICE_HOLDER, office="federal"), RULES)


@RUNS
@given(
    decided=some.dates(date(2020, 1, 1), date(2040, 1, 1)),
    sent=some.integers(0, 20),
    received=some.integers(0, 40),
    today=some.integers(0, 90),
)
def test_the_gate_opens_after_both_periods_and_never_before(
    decided: date, sent: int, received: int, today: int
) -> None:
    on = decided + timedelta(days=sent)
    facts = SubjectFacts(
        decided=decided, sent=on, served_by=Served.PERSONAL_SERVICE, received=on + timedelta(days=received)
    )
    made = gate(BEFORE, facts, RULES, DAYS, decided + timedelta(days=today))
    twelve = count(on, 12, Basis.BUSINESS, DAYS).end
    ten = count(on + timedelta(days=received), 10, Basis.BUSINESS, DAYS).end
    assert made.not_before == max(twelve, ten) + timedelta(days=1)
    assert made.is_open == (decided + timedelta(days=today) >= made.not_before)


def test_what_is_not_recorded_keeps_the_gate_shut() -> None:
    late = date(2030, 1, 1)
    assert not gate(BEFORE, replace(FACTS, sent=None), RULES, DAYS, late).is_open
    unknown = gate(BEFORE, FACTS, RULES, DAYS, late)
    assert not unknown.is_open and unknown.not_before is None and "received is not recorded" in unknown.why
    assert not gate(AUGMENT, FACTS, RULES, DAYS, late).is_open
    other = replace(FACTS, served_by=Served.OTHER, received=date(2026, 1, 13))
    assert not gate(BEFORE, other, RULES, DAYS, late).is_open
    assert not gate(AUGMENT, other, RULES, DAYS, late).is_open


def test_a_letter_that_came_back_opens_after_twelve_days_with_a_warning() -> None:
    made = gate(BEFORE, replace(FACTS, undelivered=True), RULES, DAYS, date(2026, 1, 30))
    assert made.is_open and made.not_before == date(2026, 1, 30) and "attorney" in made.warnings[0]


def test_a_court_action_shuts_the_gate_until_it_ends_and_for_ever_when_it_forbids() -> None:
    facts = replace(FACTS, received=date(2026, 1, 14), action=date(2026, 1, 28))
    late = date(2030, 1, 1)
    assert not gate(BEFORE, facts, RULES, DAYS, late).is_open
    ended = replace(facts, action_ended=date(2026, 6, 1))
    assert gate(BEFORE, ended, RULES, DAYS, late).not_before == date(2026, 6, 1)
    assert not gate(BEFORE, replace(ended, action_forbids=True), RULES, DAYS, late).is_open


def test_what_came_too_late_is_said() -> None:
    facts = replace(FACTS, sent=date(2026, 1, 16), received=date(2026, 1, 20), intent=date(2026, 3, 1))
    late = clock(facts, RULES, DAYS).late
    assert [each.split(" on ")[0] for each in late] == [
        "the notice was sent",
        "the intent to go to court was announced",
    ]


def test_an_augmentation_goes_out_with_the_record() -> None:
    facts = replace(FACTS, received=date(2026, 1, 13), augmented=date(2026, 1, 14))
    assert package_blocks(AUGMENT, facts, augmentation_included=False)
    assert not package_blocks(AUGMENT, facts, augmentation_included=True)
    assert not package_blocks(AUGMENT, replace(facts, augmented=None), augmentation_included=False)
    assert gate(AUGMENT, facts, RULES, DAYS, date(2026, 1, 14)).is_open
