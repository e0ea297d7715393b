"""A city of another state: it is told what is not entered, and never reads Wisconsin's words."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli.main import cli
from custody.errors import UsageError
from custody.request import Mark
from tests.conftest import Archive
from workflows import answering, charging, deciding, intake, letters, requesting
from workflows.intake import Asked
from workflows.letters import Wish

Jsonl = Callable[..., Path]
OURS = re.compile(r"wis\. stat|19\.3\d|mandamus|historical society", re.I)
OWN = "Your records\n\nThey are enclosed.\n"


@pytest.fixture
def texan(archive: Archive, jsonl: Jsonl) -> Archive:
    """An archive in Texas with a request and one record to release."""
    profile = archive.home / "city.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(re.sub(r'jurisdiction = "\w+"', 'jurisdiction = "texas"', text), encoding="utf-8")
    archive.take_in(jsonl("a", {"text": "snow", "created_at": "2025-03-01T12:00:00Z"}))
    received = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    with archive.writing() as house:
        assert house.city.jurisdiction == "texas"
        intake.receive(house, Asked(words="All about snow", received_at=received, channel="email"))
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    return archive


@pytest.mark.parametrize("kind", ["acknowledgement", "grant", "part", "denial", "no-record", "clarification"])
def test_no_letter_is_written_in_the_words_of_another_state(texan: Archive, kind: str) -> None:
    with texan.reading() as house, pytest.raises(UsageError, match="no words for texas"):
        letters.draft(house, 1, Wish(kind=kind, why="a reason"))


def test_a_grant_goes_out_in_the_custodians_own_words(texan: Archive) -> None:
    with texan.writing() as house:
        answering.respond(house, 1, None, lambda done: None)
        folder = texan.home / "responses" / "request-1"
        assert not (folder / "certification.pdf").exists() and (folder / "response.pdf").exists()
        given = deciding.decide(house, 1, "email", "x@example.org", None, body=OWN)
    assert given.letter is not None and not OURS.search(given.letter.text)
    assert not any(OURS.search(step) for step in given.next_steps)


def test_nothing_can_be_withheld_by_reasons_that_nobody_entered(texan: Archive) -> None:
    with texan.writing() as house:
        assert requesting.codes(house) == []
        with pytest.raises(UsageError, match="WI-BAL"):
            requesting.mark(house, 1, None, Mark.WITHHOLD, "WI-BAL", "words of the custodian")


def test_what_the_program_says_names_no_law_of_another_state(texan: Archive) -> None:
    with texan.writing() as house, pytest.raises(UsageError) as refused:
        charging.waive(house, 1, None, "")
    assert not OURS.search(f"{refused.value.message} {refused.value.hint}")
    for words in (
        ["request", "open", "All about ice", "--channel", "email", "--received", "2026-11-02"],
        ["request", "show", "1"],
        ["request", "codes"],
        ["request", "clock", "1"],
        ["hold", "list"],
        ["log"],
    ):
        done = CliRunner().invoke(cli, ["--home", str(texan.home), *words])
        assert done.exit_code == 0 and not OURS.search(done.output), done.output
