"""Judging in a real archive: explain and due agree, holds stop, and every judgement says why."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from custody.clock import fixed_clock
from custody.disposition import Standing
from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import Archive
from workflows import answering, deciding, disposing, intake, requesting
from workflows.intake import Asked

Jsonl = Callable[..., Path]
OLD = {"created_at": "2015-03-01T12:00:00Z"}


def without_notice(archive: Archive) -> None:
    """The Historical Society has waived the series: what is left to judge is the record itself."""
    path = archive.settings.city
    path.write_text(path.read_text().replace("waived_series = []", 'waived_series = ["WI-SM-POST"]'))


def test_an_old_record_is_eligible_and_says_since_when(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", OLD))
    without_notice(archive)
    with archive.reading() as house:
        judged, filed = disposing.explain(house, RecordNumber(1))
        due = disposing.due(house, date(2026, 11, 20), lambda done: None)
    assert judged.standing is Standing.ELIGIBLE and judged.earliest == date(2022, 3, 2)
    assert judged.sentence.startswith("It may be destroyed since March 2, 2022")
    assert filed.startswith("WI-SM-POST") and judged.unverified
    assert "No hold and no records request reaches it." in judged.steps
    assert tuple(due.eligible) == (1,) and due.totals["WI-SM-POST"]["eligible"] == 1


def test_an_open_request_holds_what_was_there_when_it_came(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", OLD))
    without_notice(archive)
    with archive.writing() as house:
        requesting.open_request(house, "Everything about snow", archive.clock(), "phone")
        judged, _ = disposing.explain(house, RecordNumber(1))
        assert not any("No hold" in step for step in judged.steps)
        due = disposing.due(house, date(2026, 11, 20), lambda done: None)
    assert judged.standing is Standing.BLOCKED and judged.blocks == ("open request",)
    assert tuple(due.eligible) == () and due.blocks["open request"] == 1


def test_a_requests_hold_reaches_what_is_captured_later_of_the_period_asked_for(archive: Archive, jsonl: Jsonl) -> None:
    without_notice(archive)
    with archive.writing() as house:
        requesting.open_request(house, "Everything", archive.clock(), "phone")
    archive.clock = fixed_clock(archive.clock() + timedelta(days=1))
    archive.take_in(jsonl("later", OLD, {"object_id": "2", "created_at": None}))
    archive.take_in(jsonl("after", {"object_id": "3", "created_at": "2026-11-21T12:00:00Z"}))
    day = date(2040, 1, 1)
    with archive.reading() as house:
        assert disposing.explain(house, RecordNumber(1), day)[0].blocks == ("open request",)
        assert "open request" in disposing.explain(house, RecordNumber(2), day)[0].blocks
        assert disposing.explain(house, RecordNumber(3), day)[0].standing is Standing.ELIGIBLE
        assert tuple(disposing.due(house, day, lambda done: None).eligible) == (3,)


@pytest.mark.parametrize(("ongoing", "until", "eligible"), [(True, None, ()), (False, date(2026, 11, 21), ())])
def test_a_request_may_ask_for_what_is_still_to_come(
    archive: Archive, jsonl: Jsonl, ongoing: bool, until: date | None, eligible: tuple[int, ...]
) -> None:
    without_notice(archive)
    with archive.writing() as house:
        asked = Asked(words="x", received_at=archive.clock(), channel="phone", ongoing=ongoing, until=until)
        intake.receive(house, asked)
    archive.clock = fixed_clock(archive.clock() + timedelta(days=1))
    archive.take_in(jsonl("after", {"object_id": "3", "created_at": "2026-11-21T12:00:00Z"}))
    with archive.reading() as house:
        assert tuple(disposing.due(house, date(2040, 1, 1), lambda done: None).eligible) == eligible


def test_after_the_answer_what_was_withheld_stays_protected_and_what_was_released_does_not(
    archive: Archive, jsonl: Jsonl
) -> None:
    archive.take_in(jsonl("a", OLD, {"object_id": "2", **OLD}, {"object_id": "3", **OLD, "text": "not asked for"}))
    without_notice(archive)
    with archive.writing() as house:
        requesting.open_request(house, "Everything that says hello", archive.clock(), "phone")
        requesting.collect(house, 1, "hello")
        requesting.mark(house, 1, [RecordNumber(1)], Mark.RELEASE, "", "")
        requesting.mark(house, 1, [RecordNumber(2)], Mark.WITHHOLD, "WI-BAL", "privacy outweighs")
        answering.respond(house, 1, None, lambda done: None)
        day = date(2026, 11, 21)
        assert tuple(disposing.due(house, day, lambda done: None).eligible) == ()  # written, not yet given
        deciding.decide(house, 1, "email", "jane@example.org", None)
        assert disposing.explain(house, RecordNumber(1), day)[0].standing is Standing.ELIGIBLE
        withheld, _ = disposing.explain(house, RecordNumber(2), day)
        due = disposing.due(house, day, lambda done: None)
    assert withheld.standing is Standing.KEEP and withheld.earliest is not None
    assert withheld.earliest >= date(2027, 1, 20)
    assert tuple(due.eligible) == (1, 3)


def test_a_record_without_a_usable_date_is_never_eligible_and_never_silent(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"created_at": "1970-01-01T00:00:00Z"}, {"object_id": "2", "created_at": None}))
    without_notice(archive)
    with archive.reading() as house:
        for number in (1, 2):
            judged, _ = disposing.explain(house, RecordNumber(number))
            assert judged.blocks == ("no usable date",) and "a person must set one" in judged.sentence


def test_the_projects_own_cases_are_judged_as_expected() -> None:
    results = disposing.run_cases(None)
    known = {r.id.split("-")[0] for r in results}
    assert {"C01", "C03", "C04", "C05", "C07", "C09", "C11", "C12", "C14", "C15", "C17", "C32", "C33", "C43"} <= known
    assert {"TX", "WA"} <= known
    assert [result.differences for result in results if not result.passed] == []
