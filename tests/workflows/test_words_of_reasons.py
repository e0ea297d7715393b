"""Words that give no reason are refused when a record is marked or redacted, in the words of the letter's refusal."""

from collections.abc import Callable
from pathlib import Path

import pytest

from custody.errors import UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import NOW, Archive
from workflows import drafting, letters, redacting, requesting, reviewing
from workflows.letters import Wish
from workflows.reviewing import Which

SAID = "WI-BAL needs a specific reason in the custodian's words, not only its name"
R1 = RecordNumber(1)


@pytest.fixture
def asked(archive: Archive, jsonl: Callable[..., Path]) -> Archive:
    author = {"name": "Maya Torres", "handle": "maya"}
    posts = [{"object_id": str(n), "text": f"snow {n}, call 715-555-0142", "author": author} for n in (1, 2)]
    archive.take_in(jsonl("some", *posts))
    with archive.writing() as house:
        requesting.open_request(house, "snow", NOW, "phone")
        requesting.collect(house, 1, "snow")
    return archive


@pytest.mark.parametrize("note", ["private", "medical", "Public interest.", "it is  PRIVATE", "balancing test"])
def test_refused_by_every_way_to_withhold_and_nothing_is_changed(asked: Archive, note: str) -> None:
    with asked.writing() as house:
        drafting.find(house, 1, [], [], dry_run=False)
        drafts = drafting.chosen(house, 1, [], "", True)
        assert drafts
        before = house.ledger.size()
        ways: list[Callable[[], object]] = [
            lambda: requesting.mark(house, 1, [R1], Mark.WITHHOLD, "WI-BAL", note),
            lambda: reviewing.mark_many(
                house, 1, Which(query="snow"), Mark.WITHHOLD, "WI-BAL", note, decided_too=False, dry_run=False
            ),
            lambda: reviewing.mark_many(
                house, 1, Which(query="snow"), Mark.WITHHOLD, "WI-BAL", note, decided_too=False, dry_run=True
            ),
            lambda: requesting.redact(house, 1, R1, "text", "snow", "WI-BAL", note),
            lambda: redacting.blacken(house, 1, R1, "media:0", "0,0,1,1", "WI-BAL", note),
            lambda: redacting.withhold_person(house, 1, "Maya Torres", ["maya"], "WI-BAL", note, dry_run=True),
            lambda: drafting.accept(house, 1, drafts, "WI-BAL", note),
        ]
        for way in ways:
            with pytest.raises(UsageError, match=SAID) as refused:
                way()
            assert "--note" in refused.value.hint
        assert house.ledger.size() == before


def test_a_code_that_speaks_for_itself_takes_no_empty_words_but_needs_none(asked: Archive) -> None:
    with asked.writing() as house:
        with pytest.raises(UsageError, match="WI-19.36-11 needs a specific reason") as refused:
            requesting.mark(house, 1, [R1], Mark.WITHHOLD, "WI-19.36-11", "confidential")
        assert "leave --note out" in refused.value.hint
        assert requesting.mark(house, 1, [R1], Mark.WITHHOLD, "WI-19.36-11", "") == 1


def test_two_words_are_enough_and_what_was_marked_before_is_refused_in_the_letter(asked: Archive) -> None:
    with asked.writing() as house:
        assert requesting.mark(house, 1, [R1], Mark.WITHHOLD, "WI-BAL", "medical detail") == 1
        old = {"numbers": [2], "mark": "withhold", "code": "WI-BAL", "note": "medical"}
        house.journal.write(("request.marked", 1, old))  # as an earlier version took it
        written = letters.draft(house, 1, Wish(kind="denial"))
        assert any(SAID in lack for lack in written.lacks)
