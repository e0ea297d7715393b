"""A requester who asks for information about themself: nothing is denied before their own right was tested too."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from archiver.catalog.dump import dump
from console.cli.main import cli
from custody.errors import UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from exports.jurisdictions import jurisdiction
from exports.personal_information import Bar, PersonalAsked, access
from tests.conftest import Archive
from workflows import about_self, auditing, deciding, intake, requesting
from workflows.intake import Asked

RULES = jurisdiction("wisconsin").personal_rules()
Jsonl = Callable[..., Path]


@pytest.fixture
def withheld(archive: Archive, jsonl: Jsonl) -> Archive:
    """A request whose one record is withheld."""
    archive.take_in(jsonl("a", {"text": "snow", "created_at": "2015-03-01T12:00:00Z"}))
    received = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    with archive.writing() as house:
        intake.receive(house, Asked(words="What you keep about me", received_at=received, channel="walk-in"))
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, [RecordNumber(1)], Mark.WITHHOLD, "WI-BAL", "a medical detail of a resident")
    return archive


def blocks(archive: Archive) -> tuple[str, ...]:
    with archive.reading() as house:
        return deciding.follows(house, 1).blocks


@pytest.mark.parametrize(
    ("asked", "label", "allowed"),
    [
        (PersonalAsked(identified=True, says_so=True, open_to_anyone=True), "open to anyone", True),
        (PersonalAsked(identified=False, says_so=False, open_to_anyone=True), "open to anyone", True),
        (PersonalAsked(identified=False, says_so=True, open_to_anyone=False), "only everybody's right", False),
        (PersonalAsked(identified=True, says_so=False, open_to_anyone=False), "only everybody's right", False),
        (PersonalAsked(identified=True, says_so=True), "not tested yet", False),
        (PersonalAsked(identified=True, says_so=True, bar=Bar.NONE), "not tested yet", False),
        (PersonalAsked(identified=True, says_so=True, open_to_anyone=False), "not tested yet", False),
        (PersonalAsked(identified=True, says_so=True, open_to_anyone=False, bar=Bar.NONE), "open to the person", True),
        (PersonalAsked(identified=True, says_so=True, open_to_anyone=False, bar=Bar.SAFETY), "barred", False),
    ],
)
def test_everybodys_right_is_tested_first_and_the_persons_own_before_a_denial(
    asked: PersonalAsked, label: str, allowed: bool
) -> None:
    ruling = access(asked, RULES)
    assert (ruling.label, ruling.allowed) == (label, allowed) and ruling.citation.startswith("Wis. Stat. 19.35")
    assert allowed or ruling.needs or label == "only everybody's right"


def test_every_exception_has_words() -> None:
    assert {name for name, _ in RULES.bars} == set(about_self.BARS) and all(words for _, words in RULES.bars)


def test_a_denial_waits_until_the_persons_own_right_was_tested(withheld: Archive) -> None:
    assert not any("themself" in each for each in blocks(withheld))
    with withheld.writing() as house:
        with pytest.raises(UsageError, match="Nobody wrote down"):
            about_self.tested(house, 1, "", "open", None)
        assert about_self.said_so(house, 1, "license shown", None).label == "not tested yet"
    assert any("19.35(1)(am)" in each for each in blocks(withheld))
    with withheld.writing() as house, pytest.raises(UsageError, match="about themself"):
        deciding.decide(house, 1, "email", "x", None)
    with withheld.writing() as house:
        with pytest.raises(UsageError, match="what was found"):
            about_self.tested(house, 1, "safety", " ", None)
        assert about_self.tested(house, 1, "safety", "a threat was made", None).label == "barred"
    assert not any("themself" in each for each in blocks(withheld))
    with withheld.reading() as house:
        before = list(dump(house.catalog.connection))
    auditing.rebuild_catalog(withheld.settings, lambda done: None, withheld.clock)
    with withheld.reading() as house:
        assert list(dump(house.catalog.connection)) == before


def test_the_command_says_what_comes_next(withheld: Archive) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["--home", str(withheld.home), "request", "about-self", "1", *words])
        return done.exit_code, done.output

    code, said = run("--identified", "license shown")
    assert code == 0 and "not tested yet" in said and "Next: decide on every record as for anyone" in said
    code, said = run("--found", "open", "--note", "nobody is endangered")
    assert code == 0 and "open to the person" in said
    assert run()[0] == 1 and "Give either" in str(CliRunner().invoke(cli, ["request", "about-self", "1"]).exception)
