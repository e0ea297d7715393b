"""Determinations follow from marks; a denial that lacks what the law asks for is named lack by lack."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.request import Mark
from exports.determination import Ending, Outcome, Reason, determine, may_change, missing_in, written_reasons_owed
from exports.jurisdictions import jurisdiction
from policies.calendars import calendar

RULES = jurisdiction("wisconsin").denial_rules()
REASON = Reason(
    code="WI-BAL", citation="common law balancing test", words="the public interest", note="it names a child"
)
GOOD = f"Denied, common law balancing test: it names a child. {RULES.review_sentence}"
RUNS = settings(max_examples=300, deadline=None, print_blob=True)
DAY = date(2026, 1, 9)


@RUNS
@given(counts=some.dictionaries(some.sampled_from(Mark), some.integers(0, 50)))
def test_the_determination_follows_from_the_marks(counts: dict[Mark, int]) -> None:
    made = determine(counts)
    open_, out = counts.get(Mark.UNDECIDED, 0), counts.get(Mark.RELEASE, 0)
    cut, kept = counts.get(Mark.REDACT, 0), counts.get(Mark.WITHHOLD, 0)
    if open_:
        assert made.outcome is Outcome.UNDECIDED
    elif not out + cut + kept:
        assert made.outcome is Outcome.NO_RECORD
    elif not cut + kept:
        assert made.outcome is Outcome.GRANTED
    elif not out + cut:
        assert made.outcome is Outcome.DENIED
    else:
        assert made.outcome is Outcome.IN_PART
    assert made.denies == (not open_ and bool(cut + kept)) == made.must_be_written
    assert not determine(counts, written=False).must_be_written


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (Ending(withdrawn=DAY), Outcome.WITHDRAWN),
        (Ending(referred=DAY), Outcome.REFERRED),
        (Ending(unpaid=DAY), Outcome.UNPAID),
        (Ending(not_sufficient=DAY), Outcome.NOT_SUFFICIENT),
        (Ending(searched=False), Outcome.UNDECIDED),
    ],
)
def test_other_endings(ending: Ending, outcome: Outcome) -> None:
    made = determine({}, ending)
    assert made.outcome is outcome and made.why and not made.denies
    assert made.must_be_written == (outcome is Outcome.NOT_SUFFICIENT)


@pytest.mark.parametrize(
    "taken_back",
    ["This determination is final.", "It is not subject to review by mandamus.", "There is no review of it."],
)
def test_a_letter_that_takes_the_review_back_does_not_go(taken_back: str) -> None:
    assert missing_in(GOOD, Outcome.DENIED, [REASON], RULES) == ()
    (lack,) = missing_in(f"{GOOD} {taken_back}", Outcome.DENIED, [REASON], RULES)
    assert "the sentence on review is taken back" in lack


def test_a_part_that_is_referred_is_denied_in_part_where_the_rest_is_released() -> None:
    made = determine({Mark.RELEASE: 3}, Ending(referred=DAY))
    assert made.outcome is Outcome.IN_PART and made.denies and "referred" in made.why
    assert determine({Mark.UNDECIDED: 3}, Ending(referred=DAY)).outcome is Outcome.REFERRED


def test_a_whole_letter_may_go_also_with_line_breaks_curly_quotes_and_odd_spaces() -> None:
    assert missing_in(GOOD, Outcome.DENIED, [REASON], RULES) == ()
    wrapped = GOOD.replace(" ", "\n  ").replace("it names", "it\u00a0names")
    assert missing_in(wrapped, Outcome.IN_PART, [REASON], RULES) == ()
    assert missing_in("anything", Outcome.GRANTED, [], RULES) == ()


@pytest.mark.parametrize("words", ["mandamus", "19.37(1)", "attorney general", "district attorney"])
def test_each_part_of_the_review_sentence_is_needed(words: str) -> None:
    lacks = missing_in(GOOD.replace(words, "somebody"), Outcome.DENIED, [REASON], RULES)
    assert len(lacks) == 1 and words in lacks[0]


@pytest.mark.parametrize("text", ["§ 19.36 (8), Wis. Stats.", "sec. 19.36(8)", "Wis. Stat. 19.36\n(8)"])
def test_a_statute_is_recognized_by_its_number_however_it_is_written(text: str) -> None:
    reason = Reason(code="WI-19.36-8", citation="Wis. Stat. 19.36(8)", words="w", note="who called the police")
    letter = f"Denied, {text}: who called the police. {RULES.review_sentence}"
    assert missing_in(letter, Outcome.DENIED, [reason], RULES) == ()
    assert missing_in(letter.replace("(8)", "(7)"), Outcome.DENIED, [reason], RULES)


@pytest.mark.parametrize(
    "note", ["Confidential", "Confidential.", "  exempt ", "See  statute", "N/A", "", "   ", "it is private"]
)
def test_a_reason_that_says_nothing_is_refused(note: str) -> None:
    reason = Reason(code="WI-BAL", citation="common law balancing test", words="w", note=note, needs_note=True)
    (lack,) = missing_in(f"{GOOD} {note}", Outcome.DENIED, [reason], RULES)
    assert "needs a specific reason" in lack


def test_each_reason_used_stands_in_the_letter_with_its_basis() -> None:
    other = Reason(code="WI-19.36-8", citation="Wis. Stat. 19.36(8)", words="identity of an informant")
    lacks = missing_in(GOOD, Outcome.DENIED, [REASON, other], RULES)
    assert len(lacks) == 2 and all("WI-19.36-8" in lack for lack in lacks)
    assert missing_in(GOOD, Outcome.DENIED, [], RULES)[0].startswith("no reason is given")


def test_an_oral_denial_is_followed_by_writing_on_demand_within_five_business_days() -> None:
    days = calendar("wisconsin")
    last = written_reasons_owed(DAY, date(2026, 1, 19), False, RULES, days)
    assert last.allowed and last.day == date(2026, 1, 19) and len(last.steps) == 11
    assert not written_reasons_owed(DAY, date(2026, 1, 20), False, RULES, days).allowed
    assert not written_reasons_owed(DAY, None, False, RULES, days).allowed
    assert written_reasons_owed(DAY, None, True, RULES, days).allowed


def test_a_sent_letter_is_only_supplemented() -> None:
    assert may_change(None).allowed
    sent = may_change(DAY, date(2026, 2, 1))
    assert not sent.allowed and sent.label == "supplement" and sent.warnings
    assert not may_change(DAY).warnings
