"""Holds that people place: what they reach, until when, who lifts them, and that nothing slips through."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from custody.disposition import Standing
from custody.errors import UsageError
from custody.ids import RecordNumber
from tests.conftest import Archive
from tests.workflows.keeping import OLD, at, due, judged, waive
from workflows import auditing, holding, requesting
from workflows.holding import Wanted, holds_on

Jsonl = Callable[..., Path]
FLOOD = {"object_id": "2", "text": "the flood", **OLD}


def litigation(**more: object) -> Wanted:
    return Wanted(kind="litigation", matter="Smith v. City", reason="claim filed", **more)  # type: ignore[arg-type]


@pytest.fixture
def old(archive: Archive, jsonl: Jsonl) -> Archive:
    archive.take_in(jsonl("a", OLD, FLOOD))
    waive(archive)
    return archive


def test_a_hold_stops_what_it_reaches_and_says_that_it_has_no_end(old: Archive) -> None:
    with old.writing() as house:
        assert holding.preview(house, litigation(query="flood")).count == 1
        hold = holding.place(house, litigation(query="flood", authority="City attorney"))
        assert (hold.number, hold.future, hold.protects_through) == (1, True, None)
        stopped = judged(house, 2)
        assert stopped.standing is Standing.BLOCKED and stopped.blocks == ("hold",) and stopped.earliest is None
        assert "Smith v. City) and has no end" in stopped.sentence
        assert judged(house, 1).standing is Standing.ELIGIBLE
        assert tuple(due(house).eligible) == (1,) and due(house).blocks["hold"] == 1
        assert holds_on(house, [RecordNumber(1), RecordNumber(2)]) == {
            2: ["litigation hold, Smith v. City, without an end"]
        }


def test_a_preview_places_nothing(old: Archive) -> None:
    with old.reading() as house:
        assert holding.preview(house, litigation()).count == 2
        assert holding.holds(house, True) == []


def test_a_hold_with_a_last_day_protects_through_it(old: Archive) -> None:
    with old.writing() as house:
        holding.place(house, litigation(numbers=(RecordNumber(2),), through=date(2027, 6, 30)))
        kept = judged(house, 2)
        assert kept.standing is Standing.KEEP and kept.earliest == date(2027, 7, 1)
        assert judged(house, 2, date(2027, 6, 30)).standing is Standing.KEEP
        assert judged(house, 2, date(2027, 7, 1)).standing is Standing.ELIGIBLE
        assert holds_on(house, [RecordNumber(2)], date(2027, 6, 30))
        assert not holds_on(house, [RecordNumber(2)], date(2027, 7, 1))


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        ({}, {1, 2, 3, 4}),
        ({"future": False}, {1, 2}),
        ({"closes_on": date(2026, 11, 25)}, {1, 2, 3}),
        ({"query": "flood"}, {2, 4}),
        ({"query": "flood", "future": False}, {2}),
        ({"query": "flood", "numbers": (RecordNumber(1),)}, {1, 2, 4}),
    ],
)
def test_what_is_taken_in_later(old: Archive, jsonl: Jsonl, scope: dict[str, object], reached: set[int]) -> None:
    with old.writing() as house:
        holding.place(house, litigation(**scope))
    at(old, 2026, 11, 25)
    old.take_in(jsonl("b", {"object_id": "3", **OLD}))
    at(old, 2026, 11, 26)
    old.take_in(jsonl("c", {"object_id": "4", "text": "flood again", **OLD}))
    numbers = [RecordNumber(n) for n in range(1, 5)]
    with old.reading() as house:
        assert set(holds_on(house, numbers)) == reached
        assert {n for n in numbers if "hold" in judged(house, n, date(2026, 11, 26)).blocks} == reached
        assert set(numbers) - set(due(house, date(2026, 11, 26)).eligible) == reached


def test_a_release_needs_a_reason_and_is_kept_with_it(old: Archive) -> None:
    with old.writing() as house:
        holding.place(house, litigation(query="flood"))
        with pytest.raises(UsageError, match="needs a reason"):
            holding.release(house, 1, " ")
        lifted = holding.release(house, 1, "case dismissed")
        assert (lifted.released_by, lifted.release_reason) == ("tester", "case dismissed")
        assert judged(house, 2).standing is Standing.ELIGIBLE and not holds_on(house, [RecordNumber(2)])
        with pytest.raises(UsageError, match="released already"):
            holding.release(house, 1, "again")
        assert holding.holds(house, False) == [] and len(holding.holds(house, True)) == 1
    with old.reading() as house:
        assert not auditing.verify(house, lambda done: None).findings


def test_a_requests_hold_is_not_released_by_hand(old: Archive) -> None:
    with old.writing() as house:
        requesting.open_request(house, "All", old.clock(), "phone")
        with pytest.raises(UsageError, match="belongs to records request 1"):
            holding.release(house, 1, "wrong button")
        (reason,) = holds_on(house, [RecordNumber(1)])[RecordNumber(1)]
        assert "records request 1 is open" in reason


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(kind="request", matter="x", reason="y"), "no kind of hold"),
        (Wanted(kind="audit", matter=" ", reason="y"), "needs a matter"),
        (Wanted(kind="audit", matter="x", reason=""), "needs a reason"),
        (litigation(numbers=(RecordNumber(99),)), "no record R99"),
        (litigation(query="nowhere", future=False), "reach nothing"),
        (litigation(through=date(2020, 1, 1)), "ended already"),
        (litigation(query='"unclosed'), "closed"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(old: Archive, wanted: Wanted, words: str) -> None:
    with old.writing() as house:
        with pytest.raises(UsageError, match=words) as refused:
            holding.place(house, wanted)
        assert refused.value.hint and holding.holds(house, True) == []
