"""Telling record subjects (Wis. Stat. 19.356): who is owed a notice, the gate, and that nothing goes out before it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from custody.clock import fixed_clock
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import Archive
from workflows import answering, disposing, intake, letters, requesting, subjects
from workflows.intake import Asked
from workflows.letters import Wish
from workflows.release_gate import release_blocks
from workflows.subjects import RecordAbout, Subject, Told

Jsonl = Callable[..., Path]


@pytest.fixture
def ready(archive: Archive, jsonl: Jsonl) -> Archive:
    """A request whose one record is marked for release, on Friday, January 9, 2026."""
    archive.clock = fixed_clock(datetime(2026, 1, 9, 18, 0, tzinfo=UTC))
    archive.take_in(jsonl("a", {"text": "snow", "created_at": "2015-03-01T12:00:00Z"}))
    with archive.writing() as house:
        intake.receive(house, Asked(words="All about snow", received_at=archive.clock(), channel="email"))
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    return archive


def name(archive: Archive, about: RecordAbout, office: str = "") -> Told:
    who = Subject(name="Alex Poe", about=about, office=office)
    with archive.writing() as house:
        return subjects.name_subject(house, 1, who, "posts about the alder", None)


def go_to(archive: Archive, day: date) -> None:
    archive.clock = fixed_clock(datetime(day.year, day.month, day.day, 18, 0, tzinfo=UTC))


def step(archive: Archive, what: str, **more: object) -> Told:
    with archive.writing() as house:
        return subjects.record_step(house, 1, 1, what, None, **more)


def is_blocked(archive: Archive) -> bool:
    with archive.writing() as house:
        blocks = release_blocks(house, 1)
        if blocks:
            with pytest.raises(UnavailableError, match="cannot go out yet"):
                answering.respond(house, 1, None, lambda done: None)
    return bool(blocks)


def test_an_ordinary_post_needs_no_notice_and_none_delays_it(ready: Archive) -> None:
    told = name(ready, RecordAbout.ORDINARY)
    assert not subjects.needs_notice(told) and told.gate.is_open and not is_blocked(ready)


def test_a_holder_of_public_office_may_add_comments_which_go_out_with_the_record(ready: Archive) -> None:
    told = name(ready, RecordAbout.OFFICE_HOLDER, "local")
    assert told.limits.serve_by.end == date(2026, 1, 14) and is_blocked(ready)  # C28 of the brief on the law
    go_to(ready, date(2026, 1, 12))
    with ready.writing() as house:
        wish = Wish(kind="notice-to-subject", subject=1, by_way="certified_mail")
        sent = letters.send(house, 1, wish, "certified_mail", "", None)
    assert "19.356(9)" in sent.text and sent.paper.to == ("Alex Poe",) and "posts about the alder" in sent.text
    go_to(ready, date(2026, 1, 13))
    told = step(ready, "received")
    assert told.limits.augment_by is not None and told.limits.augment_by.end == date(2026, 1, 21)
    assert is_blocked(ready)
    with ready.writing() as house:
        told = subjects.augment(house, 1, 1, "answer.txt", b"I never said so.", None)
        assert told.gate.is_open
        assert subjects.augmentations(house, 1) == [("comments-of-record-subject-1-1.txt", b"I never said so.")]
    assert not is_blocked(ready)


def test_an_investigation_waits_twelve_days_and_a_written_waiver_ends_the_wait(ready: Archive) -> None:
    name(ready, RecordAbout.EMPLOYEE_INVESTIGATION)
    step(ready, "sent", by_way="certified_mail")
    assert is_blocked(ready)
    step(ready, "received")
    with ready.reading() as house:
        gate = subjects.subject_named(house, 1, 1).gate
    assert gate.not_before == date(2026, 1, 29) and "12 business days" in gate.why
    step(ready, "waived", in_writing=False)
    assert is_blocked(ready)
    step(ready, "waived", in_writing=True)
    assert not is_blocked(ready)


def test_the_gate_opens_by_itself_on_its_day(ready: Archive) -> None:
    name(ready, RecordAbout.SUBPOENA_OR_WARRANT)
    step(ready, "sent", by_way="personal_service")
    step(ready, "received")
    go_to(ready, date(2026, 1, 28))
    assert is_blocked(ready)
    go_to(ready, date(2026, 1, 29))
    assert not is_blocked(ready)


def test_an_action_bars_release_and_destruction_until_it_is_settled(ready: Archive) -> None:
    name(ready, RecordAbout.EMPLOYEE_INVESTIGATION)
    step(ready, "sent", by_way="personal_service")
    step(ready, "received")
    step(ready, "sued", note="26-CV-1")
    go_to(ready, date(2026, 6, 1))
    assert is_blocked(ready)
    with ready.writing() as house:
        intake.withdraw(house, 1, "by phone", None)
        assert "hold" in disposing.explain(house, RecordNumber(1), date(2040, 1, 1))[0].blocks
        assert disposing.due(house, date(2040, 1, 1), lambda done: None).blocks["hold"] == 1
    step(ready, "settled", forbids=False)
    with ready.reading() as house:
        assert "hold" not in disposing.explain(house, RecordNumber(1), date(2040, 1, 1))[0].blocks


def test_what_cannot_have_happened_is_refused(ready: Archive) -> None:
    with pytest.raises(UsageError, match="no record subject 1"):
        step(ready, "received")
    name(ready, RecordAbout.EMPLOYEE_INVESTIGATION)
    with pytest.raises(UsageError, match="No notice to Alex Poe"):
        step(ready, "received")
    step(ready, "sent", by_way="certified_mail")
    with pytest.raises(UsageError, match="No action"):
        step(ready, "settled", forbids=True)
    with ready.writing() as house:
        with pytest.raises(UsageError, match="empty"):
            subjects.augment(house, 1, 1, "a.txt", b" ", None)
        with pytest.raises(UsageError, match="more than"):
            subjects.augment(house, 1, 1, "a.txt", b"x" * (subjects.MOST + 1), None)
        with pytest.raises(UsageError, match="needs a name"):
            subjects.name_subject(house, 1, Subject(name=" ", about=RecordAbout.ORDINARY), "x", None)
