"""Giving an answer: what is written down with the determination, once; what stays as it was given; what letters say."""

import contextlib
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archiver.catalog import queries
from archiver.catalog.dump import dump
from custody.errors import UsageError
from custody.ids import RecordNumber
from custody.request import Form, Mark, RequestState
from tests.conftest import Archive
from tests.workflows.test_request_life import ask, collected, decided, respond
from workflows import (
    answering,
    auditing,
    charging,
    deciding,
    letters,
    litigating,
    publishing,
    requesting,
    reviewing,
    sending,
)
from workflows.letters import Wish
from workflows.packaging import Wanted
from workflows.request_life import request_of

Jsonl = Callable[..., Path]


def sendings(archive: Archive) -> list[tuple[str, str]]:
    with archive.reading() as house:
        return [(each["to"], each["by_way"]) for each in sending.sendings(house, 1)]


def everything(archive: Archive) -> list[object]:
    with archive.reading() as house:
        assert auditing.verify(house, lambda done: None).findings == ()
        return list(dump(house.catalog.connection))


def state(archive: Archive) -> RequestState:
    with archive.reading() as house:
        return request_of(house, 1).state


def test_an_answer_written_again_leaves_the_determination_as_it_was_given(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE)
    respond(archive)
    decided(archive)
    with archive.writing() as house:
        package = Path(answering.respond(house, 1, None, lambda done: None)["zip"])
        before = package.read_bytes()
        package.unlink()
        written = answering.respond(house, 1, None, lambda done: None)
        assert written["decided"] and package.read_bytes() == before
        assert len(queries.acts_of(house.catalog.connection, "request.responded", 1)) == 1
        publishing.publish(house, 1, archive.home / "room", "Snow", dry_run=True)
        with pytest.raises(UsageError, match="not the package that was given"):
            answering.respond(house, 1, None, lambda done: None, Wanted(formats=("load-file",)))
    assert package.read_bytes() == before and state(archive) is RequestState.DECIDED


def test_a_request_that_ended_without_a_package_gets_none(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"object_id": "1", "text": "sun"}))
    ask(archive)
    with archive.writing() as house:
        deciding.search_in_vain(house, 1, "snow")
        with pytest.raises(UsageError) as refused:
            answering.respond(house, 1, None, lambda done: None)
        assert "ofrecord request decide 1 --dry-run" in refused.value.hint
    decided(archive)
    with archive.writing() as house, pytest.raises(UsageError, match="is decided"):
        answering.respond(house, 1, None, lambda done: None)
    assert sendings(archive) == []


def test_the_sending_is_written_down_with_the_determination_and_once(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE, Mark.WITHHOLD)
    respond(archive)
    given = decided(archive)
    assert given.sent and not any("request sent" in step for step in given.next_steps)
    assert sendings(archive) == [("jane@example.org", "email")]
    with archive.writing() as house:
        with pytest.raises(UsageError, match="written down already"):
            sending.sent(house, 1, "jane@example.org", "email")
        sending.sent(house, 1, "jane@example.org", "email", "again: it bounced")
    assert len(sendings(archive)) == 2
    before = everything(archive)
    auditing.rebuild_catalog(archive.settings, lambda done: None, archive.clock)
    assert everything(archive) == before


def test_what_was_written_down_before_is_not_written_twice(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE)
    respond(archive)
    with archive.writing() as house:
        sending.sent(house, 1, "requester", "disk")
    assert not decided(archive).sent and sendings(archive) == [("requester", "disk")]


@pytest.mark.parametrize("more", [{"by_way": "phone"}, {"oral": True, "by_way": "phone"}])
def test_told_by_telephone_nothing_was_handed_over_yet(archive: Archive, jsonl: Jsonl, more: dict[str, object]) -> None:
    collected(archive, jsonl, Mark.RELEASE)
    respond(archive)
    given = decided(archive, **more)
    assert not given.sent and sendings(archive) == []
    assert any("ofrecord request sent 1" in step for step in given.next_steps)


def test_records_shown_whole_for_inspection_need_no_package_and_a_denial_in_part_does(
    archive: Archive, jsonl: Jsonl
) -> None:
    archive.take_in(jsonl("a", {"object_id": "1", "text": "snow in the park"}, {"object_id": "2", "text": "snow"}))
    ask(archive, form=Form.INSPECTION)
    with archive.writing() as house:
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.mark(house, 1, [RecordNumber(2)], Mark.WITHHOLD, "WI-BAL", "a medical detail of a resident")
        assert any("not written yet" in each for each in deciding.follows(house, 1).blocks)
        requesting.mark(house, 1, [RecordNumber(2)], Mark.RELEASE, "", "")
    given = decided(archive, by_way="in-person")
    assert given.letter is not None and "ready for you at the office" in " ".join(given.letter.text.split())
    assert not given.sent and sendings(archive) == []


def test_letter_and_page_count_what_is_context_apart(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(
        jsonl(
            "a", {"object_id": "1", "text": "snow in the park"}, {"object_id": "2", "text": "when?", "parent_id": "1"}
        )
    )
    ask(archive, form=Form.PAPER)
    with archive.writing() as house:
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        reviewing.add_context(house, 1)
        made = answering.respond(house, 1, None, lambda done: None)
        letter, _ = deciding.drafted(house, 1)
    with zipfile.ZipFile(made["zip"]) as package:
        page = package.read("index.html").decode()
    assert '<span id="count-context">1</span> of those released is context, not responsive' in page
    assert letter is not None
    said = " ".join(letter.text.split())
    assert "1 record was found" in said and "1 record is shown besides as context" in said
    assert "table of reasons" not in said
    assert "are printed and go with this letter" in said
    with archive.writing() as house:
        requesting.redact(house, 1, RecordNumber(2), "text", "when", "WI-BAL", "a private matter of a resident")
        letter, _ = deciding.drafted(house, 1)
    assert letter is not None and letter.kind == "grant"
    said = " ".join(letter.text.split())
    assert "1 of the context has parts withheld" in said and "a private matter of a resident" in said


def test_a_short_withheld_text_is_not_mistaken_for_what_a_search_found(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"object_id": "1", "text": "snow in the park"}, {"object_id": "2", "text": "snow 2"}))
    ask(archive)
    with archive.writing() as house:
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, [RecordNumber(1)], Mark.RELEASE, "", "")
        requesting.mark(house, 1, [RecordNumber(2)], Mark.WITHHOLD, "WI-BAL", "a medical detail of a resident")
        assert answering.respond(house, 1, None, lambda done: None)["withheld"] == 1


def test_an_answer_that_no_longer_says_what_the_marks_say_is_not_published(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE, Mark.RELEASE)
    respond(archive)
    room = archive.home / "room"
    with archive.writing() as house:
        requesting.mark(house, 1, [RecordNumber(2)], Mark.WITHHOLD, "WI-BAL", "a medical detail of a resident")
        with pytest.raises(UsageError, match="marks have changed"):
            publishing.publish(house, 1, room, "Snow")
    assert not room.exists()


def test_a_payment_typed_wrong_is_struck_and_what_was_paid_too_much_is_said(archive: Archive) -> None:
    ask(archive)
    with archive.writing() as house:
        charging.log_time(house, 1, "locating", 180, 2450, "", None)
        account = charging.pay(house, 1, 100_000, "check", None)
        assert (account.payments[0].n, account.over_cents, account.due_cents) == (2, 92_650, 0)
        account = charging.strike(house, 1, 2, "a zero too many")
        assert (account.paid_cents, account.over_cents, account.due_cents) == (0, 0, 7350)
        with pytest.raises(UsageError, match="no entry 2"):
            charging.strike(house, 1, 2, "twice")
        assert charging.log_cost(house, 1, "shipping", 0, 0, 420, "", None).entries[-1][0] == 3


def test_what_is_withheld_already_is_not_withheld_twice(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE)
    with archive.writing() as house:
        for _ in range(2):
            with contextlib.suppress(UsageError):
                requesting.redact(house, 1, RecordNumber(1), "text", "plough", "WI-BAL", "a private contractor's name")
        assert len(requesting.story(house, 1).redactions) == 1
        with pytest.raises(UsageError, match="withheld already"):
            requesting.redact(house, 1, RecordNumber(1), "text", "plough", "WI-BAL", "a private contractor's name")


def test_a_letter_bears_the_day_on_which_it_was_sent(archive: Archive) -> None:
    ask(archive)
    with archive.writing() as house:
        written = letters.send(house, 1, Wish(kind="acknowledgement"), "mail", "", date(2026, 11, 5))
    assert "November 5, 2026" in written.text and "November 20, 2026" not in written.text


def test_no_letter_tells_an_extension_that_was_not_made(archive: Archive) -> None:
    ask(archive)
    with archive.writing() as house, pytest.raises(UsageError, match="was not extended"):
        letters.draft(house, 1, Wish(kind="extension", why="so many"))


def test_the_same_court_notice_is_written_down_once(archive: Archive) -> None:
    ask(archive)
    with archive.writing() as house:
        litigating.record_step(house, 1, "notice", None, "", False, "26-CV-9")
        with pytest.raises(UsageError, match="written down already"):
            litigating.record_step(house, 1, "notice", None, "", False, "26-CV-9")
        litigating.record_step(house, 1, "notice", None, "", False, "26-CV-10")
