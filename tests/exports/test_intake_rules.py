"""Taking requests in, the form of the answer, whose record it is, and whose facts are protected."""

from datetime import date, datetime

import pytest

from custody.errors import UsageError
from exports.custodians import PersonalItem, contractor, forwarded, it_authority, personal_page
from exports.intake_rules import (
    FormAsked,
    FormGiven,
    form_answers,
    is_written,
    may_ask,
    names_subject,
    names_time,
    not_a_legal_notice,
    sufficiency,
)
from exports.jurisdictions import jurisdiction
from exports.protected import Fact, Person, Role, protects

LAW = jurisdiction("wisconsin")
RULES = LAW.intake_rules()


@pytest.mark.parametrize(
    ("words", "subject", "time"),
    [
        ("Send me everything on Facebook, ever.", False, False),
        ("all of your records please", False, False),
        ("Any and all posts, comments and messages of the City, from all social media accounts", False, False),
        ("I want to see everything the city has posted since it was opened", False, False),
        ("ALL DMs", False, False),
        ("all comments hidden on the Parks page in May 2025", True, True),
        ("All posts about the Oak Street flood", True, False),
        ("all your posts in 2024", False, True),
        ("everything posted last week", False, True),
        ("any posts from 3/4/2025 to 3/9/2025", False, True),
        ("Every message between Alder Kim and the clerk", True, False),
        ("you may have the mayor's posts", True, False),
    ],
)
def test_reading_the_words_for_a_subject_and_a_time(words: str, subject: bool, time: bool) -> None:
    assert (names_subject(words), names_time(words)) == (subject, time)
    ruling = sufficiency(words, RULES)
    assert ruling.allowed == (subject or time)
    if ruling.allowed:
        assert any("custodian decides" in each for each in ruling.warnings)
    else:
        assert ruling.label == "not sufficient" and "19.35(1)(h)" in ruling.needs[0] and "stays open" in ruling.needs[0]


def test_the_custodians_word_goes_before_the_words() -> None:
    assert sufficiency("Send me everything", RULES, subject=True, period=False).allowed
    assert not sufficiency("posts about Elm in May 2025", RULES, subject=False, period=False).allowed
    assert sufficiency("x", RULES, subject=True, period=True).warnings == ()
    with pytest.raises(UsageError, match="no words"):
        sufficiency("  ", RULES)


@pytest.mark.parametrize("what", ["name", "Purpose", "signature", "form", "writing"])
def test_what_may_never_be_required(what: str) -> None:
    assert not may_ask(what, RULES).allowed and not may_ask(what, RULES, "the clerk likes it").allowed


def test_identification_only_with_its_reason_and_nothing_unknown() -> None:
    assert not may_ask("identification", RULES).allowed and may_ask("identification", RULES).needs
    assert may_ask("identification", RULES, "kept at a private residence").allowed
    with pytest.raises(UsageError, match="'blood type'"):
        may_ask("blood type", RULES)


def test_channels() -> None:
    assert [is_written(each, RULES) for each in ("walk-in", "phone", "mail", "email", "form", "platform-message")] == [
        False, False, True, True, True, True,
    ]  # fmt: skip
    assert not_a_legal_notice("platform-message") and not not_a_legal_notice("email")


@pytest.mark.parametrize(
    ("asked", "given", "fine"),
    [
        ("electronic_with_metadata", ["pdf"], False),
        ("electronic_with_metadata", ["pdf", "paper_print"], False),
        ("electronic_with_metadata", ["zip"], True),
        ("electronic_with_metadata", ["warc"], True),
        ("electronic_with_metadata", ["pdf", "json"], True),
        ("electronic", ["pdf"], True),
        ("electronic", ["paper_print"], False),
        ("paper", ["zip"], False),
        ("paper", ["warc", "json"], False),
        ("paper", ["paper_print"], True),
        ("inspection", ["inspection"], True),
        ("inspection", ["warc"], False),
        ("any", ["warc"], False),
        ("any", ["pdf"], True),
        ("any", [], False),
    ],
)
def test_the_form_of_the_answer(asked: str, given: list[str], fine: bool) -> None:
    ruling = form_answers(FormAsked(asked), [FormGiven(each) for each in given], RULES)
    assert ruling.allowed == fine and bool(ruling.needs) == (not fine) and ruling.citation


def test_whose_record_it_is() -> None:
    rules = LAW.custody_rules()
    police = it_authority(True, "", rules)
    assert not police.allowed and "19.35(7)" in police.citation and "refer" in police.needs[0]
    assert it_authority(False, "", rules).allowed
    assert contractor(True, rules).allowed and not contractor(False, rules).allowed
    whole = forwarded("Alder Kim", datetime(2025, 11, 3, 19, 12), date(2025, 11, 4), rules)
    assert whole.allowed and not whole.needs
    assert len(forwarded("", None, None, rules).needs) == 3


def test_content_decides_on_a_personal_page() -> None:
    rules = LAW.custody_rules()
    family = personal_page(PersonalItem(about_official_business=False, removed=True, account_registered=True), rules)
    assert not family.allowed and family.warnings == ()
    business = PersonalItem(about_official_business=True, authority=True, account_registered=True)
    assert personal_page(business, rules).warnings == ("Lindke review: purported?",)
    judged = PersonalItem(about_official_business=True, authority=True, purported=True)
    assert personal_page(judged, rules).warnings == () and not personal_page(judged, rules).allowed


@pytest.mark.parametrize(
    ("fact", "person", "code"),
    [
        ("home_address", Person(role=Role.ELECTIVE_OFFICIAL), ""),
        ("home_phone", Person(role=Role.ELECTIVE_OFFICIAL), "WI-19.36-11"),
        ("home_address", Person(role=Role.OFFICE_HOLDER), "WI-19.36-11"),
        ("home_address", Person(role=Role.OFFICE_HOLDER, residency_required=True), ""),
        ("ssn", Person(role=Role.OFFICE_HOLDER, residency_required=True), "WI-19.36-11"),
        ("home_address", Person(role=Role.EMPLOYEE), "WI-19.36-10a"),
        ("home_email", Person(role=Role.EMPLOYEE, authorized=True), ""),
        ("home_address", Person(role=Role.JUDICIAL_OFFICER), ""),
        ("home_address", Person(role=Role.JUDICIAL_OFFICER, written_request=True), "WI-757.07"),
        ("informant_identity", Person(role=Role.CITIZEN), "WI-19.36-8"),
        ("bank_account", Person(role=Role.CITIZEN), "WI-19.36-13"),
        ("home_phone", Person(role=Role.CITIZEN), ""),
        ("name", Person(role=Role.EMPLOYEE), ""),
    ],
)
def test_whose_facts_are_protected(fact: str, person: Person, code: str) -> None:
    ruling = protects(Fact(fact), person, LAW.protection_rules())
    assert ruling.allowed == bool(code) and (ruling.label == code or not code) and ruling.why
