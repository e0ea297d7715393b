"""What a hurried custodian does wrong: the same twice, what nobody looked at, an answer in the middle of a pause."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from archiver.catalog import acts, request_history
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.request import Mark, RequestState
from tests.conftest import Archive
from workflows import (
    answering,
    deciding,
    drafting,
    going_through,
    intake,
    letters,
    redacting,
    release_gate,
    requesting,
    reviewing,
)
from workflows.house import House
from workflows.letters import Wish

Write = Callable[..., Path]
R1, R2 = RecordNumber(1), RecordNumber(2)
NOTE = "a private person"


@pytest.fixture
def asked(archive: Archive, jsonl: Write, tmp_path: Path) -> Archive:
    """Two records about snow; the second has a picture."""
    Image.new("RGB", (40, 30), "white").save(tmp_path / "snow.png")
    picture = {"media/snow.png": (tmp_path / "snow.png").read_bytes()}
    second = {"object_id": "2", "text": "snow again", "media": [{"uri": "media/snow.png", "alt": "snow"}]}
    archive.take_in(jsonl("one", {"object_id": "1", "text": "snow, call 715-555-0142"}, second, media=picture))
    with archive.writing() as house:
        requesting.open_request(house, "All about snow", datetime(2026, 11, 2, tzinfo=UTC), "email")
        requesting.collect(house, 1, "snow")
    return archive


def written(house: House) -> int:
    return len(request_history.history(house.catalog.connection, tuple(acts.kinds()), 1))


def respond(house: House) -> None:
    answering.respond(house, 1, None, lambda done: None)


def test_the_same_said_twice_writes_nothing(asked: Archive) -> None:
    with asked.writing() as house:
        before = written(house)
        assert requesting.collect(house, 1, "snow")["again"] and written(house) == before
        assert reviewing.exclude(house, 1, [R2], "another town") == 1
        before = written(house)
        assert reviewing.exclude(house, 1, [R2, R2], "another town") == 0 and written(house) == before
        assert reviewing.exclude(house, 1, [R2], "another year") == 1, "another reason is something new"
        assert not requesting.collect(house, 1, "snow again")["again"]
        redacting.blacken(house, 1, R2, "media:0", "1,1,5,5", "WI-BAL", NOTE)
        before = written(house)
        with pytest.raises(UsageError, match="black already"):
            redacting.blacken(house, 1, R2, "media:0", "1,1,5,5", "WI-BAL", NOTE)
        assert written(house) == before


def test_release_does_not_quietly_overrule_a_redaction(asked: Archive) -> None:
    with asked.writing() as house:
        requesting.redact(house, 1, R1, "text", "715-555-0142", "WI-BAL", NOTE)
        before = written(house)
        with pytest.raises(UsageError, match="redacted in R1.*in part already"):
            requesting.mark(house, 1, [R1, R2], Mark.RELEASE, "", "")
        assert written(house) == before and requesting.mark(house, 1, None, Mark.RELEASE, "", "") == 1
        requesting.lift(house, 1, R1)
        assert requesting.mark(house, 1, [R1], Mark.RELEASE, "", "") == 1


def test_a_pause_is_not_ended_by_an_answer_nobody_said_it_with(asked: Archive) -> None:
    with asked.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        intake.pause(house, 1, "which snow?", None)
        with pytest.raises(UnavailableError, match=r"paused since .*which snow.*request resume 1"):
            respond(house)
        with pytest.raises(UsageError, match="paused already"):
            intake.pause(house, 1, "which snow?", None)
        assert requesting.request_of(house, 1).state is RequestState.PAUSED
        intake.resume(house, 1, "", None)
        intake.insufficient(house, 1, "no time is named", None)
        with pytest.raises(UnavailableError, match="not sufficient since .*request clarified 1"):
            respond(house)
        requesting.mark(house, 1, [R1, R2], Mark.WITHHOLD, "WI-BAL", NOTE)
        with pytest.raises(UsageError, match="not sufficient"):
            deciding.decide(house, 1, "email", "", None)
        intake.clarify(house, 1, "this winter", None)
        assert (
            deciding.decide(house, 1, "email", "", None, closing=True).next_steps[-1].startswith("The file is closed")
        )
        assert requesting.request_of(house, 1).state is RequestState.CLOSED


@pytest.mark.parametrize("number", ["123-45-6789", "4111 1111 1111 1111", "account no. 55501234"])
def test_a_number_that_nobody_looked_at_does_not_go_out(archive: Archive, jsonl: Write, number: str) -> None:
    archive.take_in(jsonl("one", {"object_id": "1", "text": f"snow, mine is {number}, call 715-555-0142"}))
    with archive.writing() as house:
        requesting.open_request(house, "All about snow", datetime(2026, 11, 2, tzinfo=UTC), "email")
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        (blocked,) = release_gate.release_blocks(house, 1)
        assert "stands in R1" in blocked and "ofrecord request drafts find 1" in blocked and number not in blocked
        assert release_gate.gate(house, 1).unseen["phone"] == 1
        with pytest.raises(UnavailableError, match="nobody has looked"):
            respond(house)
        drafting.find(house, 1, [], [], False)
        assert release_gate.gate(house, 1).unseen == {}, "looked for: now a person decides on each"
        drafting.dismiss(house, 1, drafting.open_drafts(house, 1))
        assert release_gate.release_blocks(house, 1) == []


def test_a_telephone_number_that_nobody_looked_at_is_said_but_does_not_stop_the_answer(asked: Archive) -> None:
    with asked.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        assert release_gate.release_blocks(house, 1) == [] and release_gate.gate(house, 1).unseen == {"phone": 1}


def test_all_that_was_collected_can_be_read_in_one_go(asked: Archive, tmp_path: Path) -> None:
    with asked.writing() as house:
        drafting.find(house, 1, [], [], False)
        redacting.blacken(house, 1, R2, "media:0", "1,1,5,5", "WI-BAL", NOTE)
        requesting.redact(house, 1, R2, "text", "again", "WI-BAL", NOTE)
        count, pages = going_through.pages(house, 1)
        first, second = pages
        assert count == 2 and [each.words for each in first.proposals] == ["715-555-0142"]
        assert second.withheld == ("media:0: black at 1,1,5,5 (WI-BAL)", "text: “again” (WI-BAL)")
        assert [page.record.number for page in going_through.pages(house, 1, mark=Mark.REDACT)[1]] == [2]
        with pytest.raises(UsageError, match="has not collected R9"):
            going_through.pages(house, 1, [RecordNumber(9)])
        (picture,) = going_through.write_pictures(house, 1, tmp_path / "seen", (), None, lambda done: None)
        with Image.open(picture.path) as seen:
            assert (picture.width, picture.height) == (40, 30) == seen.size


def test_what_is_signed_is_what_is_locked(asked: Archive) -> None:
    """A draft that lacks nothing is the very letter; one that was changed since is said when the letter is locked."""
    with asked.writing() as house:
        draft = letters.draft(house, 1, Wish(kind="acknowledgement"))
        before = draft.files[0].read_bytes()
        sent = letters.send(house, 1, Wish(kind="acknowledgement"), "mail", "", None)
        assert sent.files[0].read_bytes() == before and not sent.other_than_draft
        letters.draft(house, 1, Wish(kind="estimate"))
        assert letters.send(house, 1, Wish(kind="estimate", note="Call us."), "mail", "", None).other_than_draft
        unfinished, _ = deciding.drafted(house, 1)
        assert unfinished is None or "DRAFT, not to be sent" in unfinished.files[1].read_text()
        requesting.mark(house, 1, [R1, R2], Mark.WITHHOLD, "WI-BAL", NOTE)
        finished, _ = deciding.drafted(house, 1)
        assert finished is not None and "DRAFT" not in finished.files[1].read_text()
        with pytest.raises(UsageError, match="Say how you sent the letter"):
            letters.send(house, 1, Wish(kind="acknowledgement"), "", "", None)
