"""Reviewing a request: leaving out, context, marks in bulk, work given out; what follows from acts is rebuilt."""

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archiver.catalog.replay_check import check_replay
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import Archive
from workflows import answering, drafting, log_book, redacting, requesting, reviewing
from workflows.house import House
from workflows.log_book import Wanted
from workflows.release_gate import release_blocks
from workflows.reviewing import Which

Jsonl = Callable[..., Path]
WHY = "privacy outweighs"
R1, R2, R3, R4, R5, R6 = (RecordNumber(n) for n in range(1, 7))


@pytest.fixture
def asked(archive: Archive, jsonl: Jsonl) -> Archive:
    """A thread of four, of which two mention the flood, and a post said twice."""
    posts = [
        {"object_id": "p", "text": "Questions here", "author": {"name": "Maple Falls Parks", "handle": "parks"}},
        {"object_id": "c", "kind": "comment", "parent_id": "p", "text": "The flood! Call 715-555-0142",
         "author": {"name": "Jane Doe", "handle": "jdoe"}},
        {"object_id": "r", "kind": "reply", "parent_id": "c", "text": "Thank you Jane", "author": {"handle": "parks"}},
        {"object_id": "s", "kind": "comment", "parent_id": "p", "text": "sunny today", "author": {"handle": "bo"}},
        {"object_id": "x", "text": "Please save our flood wall, it is good", "author": {"handle": "cy"}},
        {"object_id": "y", "text": "PLEASE save our flood wall: it is good!", "author": {"handle": "dee"}},
    ]  # fmt: skip
    archive.take_in(jsonl("a", *posts))
    with archive.writing() as house:
        requesting.open_request(house, "All about the flood", archive.clock(), "email")
        requesting.collect(house, 1, "flood")
    return archive


def marks(house: House) -> dict[int, str]:
    return {number: each.mark.value for number, each in reviewing.decisions_of(house, 1).items()}


def respond(archive: Archive) -> dict[str, object]:
    with archive.writing() as house:
        return answering.respond(house, 1, None, lambda done: None)


def test_what_is_left_out_is_in_no_answer_and_can_be_put_back(asked: Archive) -> None:
    with asked.writing() as house:
        with pytest.raises(UsageError, match="why"):
            reviewing.exclude(house, 1, [R6], " ")
        assert reviewing.exclude(house, 1, [R6], "a duplicate") == 1
        with pytest.raises(UsageError, match="R5 was not left out"):
            reviewing.put_back(house, 1, [R5])
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.collect(house, 1, "flood")
        assert marks(house) == {2: "release", 5: "release", 6: "exclude"}
        assert [entry.label for entry in answering.response_for(house, 1).entries()] == ["R2", "R5"]
        reviewing.put_back(house, 1, [R6])
        assert marks(house)[6] == "undecided"


def test_context_is_shown_as_such_counted_apart_and_becomes_responsive_when_asked_for(asked: Archive) -> None:
    with asked.writing() as house:
        assert reviewing.add_context(house, 1) == [R1, R3]
        assert reviewing.add_context(house, 1) == []
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.redact(house, 1, R3, "text", "Thank", "WI-BAL", WHY)
        assert marks(house)[3] == "context"
        response = answering.response_for(house, 1)
        assert (response.released, response.redacted, response.context, response.count) == (4, 1, 2, 5)
        shown = {entry.label: getattr(entry, "context", False) for entry in response.entries()}
        assert shown == {"R1": True, "R2": False, "R3": True, "R5": False, "R6": False}
        assert requesting.lift(house, 1, R3) == 1 and marks(house)[3] == "context"
    made = respond(asked)
    assert (made["released"], made["context"]) == (5, 2)
    with zipfile.ZipFile(str(made["zip"])) as package:
        rows = json.loads(package.read("records.json"))["records"]
        assert "2 of those released were not asked for" in package.read("README.txt").decode()
    assert [row["responsive"] for row in rows if row["record"] in ("R1", "R2")] == ["context, not responsive", "yes"]
    with asked.writing() as house:
        requesting.collect(house, 1, "questions")
        assert marks(house)[1] == "undecided" and marks(house)[3] == "context"


def test_bulk_marks_say_before_and_after_and_leave_what_is_decided(asked: Archive) -> None:
    with asked.writing() as house:
        requesting.mark(house, 1, [R5], Mark.WITHHOLD, "WI-BAL", WHY)
        told = reviewing.mark_many(house, 1, Which(query="flood"), Mark.RELEASE, "", "", False, True)
        assert (told.touched, told.decided, told.before, told.after) == (
            (R2, R6), 1, {"undecided": 2, "withhold": 1}, {"release": 2, "withhold": 1},
        )  # fmt: skip
        assert marks(house) == {2: "undecided", 5: "withhold", 6: "undecided"}
        done = reviewing.mark_many(house, 1, Which(like=R6), Mark.RELEASE, "", "", True, False)
        assert done.touched == (R5, R6) and marks(house) == {2: "undecided", 5: "release", 6: "release"}
        by_author = reviewing.mark_many(house, 1, Which(author="Jane Doe"), Mark.RELEASE, "", "", False, False)
        assert by_author.touched == (R2,)
        reviewing.add_context(house, 1)
        assert reviewing.chosen(house, 1, Which(thread=R3)) == [R1, R2, R3]
        assert reviewing.chosen(house, 1, Which(thread=R3, query="flood")) == [R2]
        with pytest.raises(UsageError, match="Nothing of request 1 fits"):
            reviewing.chosen(house, 1, Which(query="sunny"))
        with pytest.raises(UsageError, match="Say which records"):
            reviewing.chosen(house, 1, Which())


def test_records_that_say_the_same_are_one_group(asked: Archive) -> None:
    with asked.reading() as house:
        (group,) = reviewing.groups(house, 1)
        assert group.numbers == (R5, R6) and group.same


def test_work_is_given_out_with_its_own_due_day(asked: Archive) -> None:
    with asked.writing() as house:
        reviewing.assign(house, 1, [R2, R5], "Parks", date(2026, 12, 1))
        reviewing.assign(house, 1, [R5], "Police", None)
        requesting.mark(house, 1, [R2], Mark.RELEASE, "", "")
        told = [(each.department, each.due, each.records, each.decided) for each in reviewing.work_of(house, 1)]
        assert told == [("Parks", "2026-12-01", 1, 1), ("Police", "", 1, 0)]
        assert reviewing.chosen(house, 1, Which(department="parks")) == [R2]
        reviewing.assign(house, 1, [R2, R5], "", None)
        assert reviewing.work_of(house, 1) == []
        with pytest.raises(UsageError, match="not collected R1"):
            reviewing.assign(house, 1, [R1], "Parks", None)


def test_words_withheld_here_are_proposed_there_and_block_until_decided(archive: Archive, jsonl: Jsonl) -> None:
    posts = [{"object_id": str(n), "text": text} for n, text in enumerate(
        ["Call 715-555-0142", "ring 715 555 0142 now", "not this one", "was 715-555-0142 once"])]  # fmt: skip
    archive.take_in(jsonl("a", *posts))
    archive.take_in(jsonl("b", {"object_id": "1", "text": "ring (715) 555-0142, edited"}))
    with archive.writing() as house:
        requesting.open_request(house, "All", archive.clock(), "email")
        requesting.collect(house, 1, "*")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.mark(house, 1, [R4], Mark.WITHHOLD, "WI-BAL", WHY)
        requesting.redact(house, 1, R1, "text", "715-555-0142", "WI-BAL", WHY)
        (draft,) = drafting.open_drafts(house, 1)
        assert (draft.record, draft.kind, draft.places) == (2, "also-withheld", ((1, 5, 17), (2, 6, 19)))
        (blocked,) = release_blocks(house, 1)
        assert "1 proposed redactions" in blocked and "R2" in blocked and "715" not in blocked
    with pytest.raises(UnavailableError, match="cannot go out yet"):
        respond(archive)
    with archive.writing() as house:
        assert [each.words for each in drafting.proposals(house, 1)] == ["715 555 0142"]
        assert drafting.accept(house, 1, [draft], "WI-BAL", WHY) == 2
        with pytest.raises(UsageError, match="accepted already, by tester"):
            drafting.dismiss(house, 1, drafting.chosen(house, 1, ["D1"], "", False))
        assert release_blocks(house, 1) == [] and marks(house)[2] == "redact"
        requesting.mark(house, 1, [R4], Mark.RELEASE, "", "")  # now it would go out, and nobody has looked
        (blocked,) = release_blocks(house, 1)
        assert "also stand in R4" in blocked
        assert drafting.find(house, 1, [], [], True) == {"also-withheld": 1}
        assert drafting.find(house, 1, [], [], False) == {"also-withheld": 1}
        assert drafting.find(house, 1, [], [], False) == {}
        assert drafting.dismiss(house, 1, drafting.chosen(house, 1, [], "", True)) == 1
        assert release_blocks(house, 1) == [] and drafting.find(house, 1, [], [], False) == {}
    assert respond(archive)["released"] == 2  # R3, and R4 whose number a person decided to show


@pytest.mark.parametrize("text", ["ring 7155550142 now", "ring 715555 01\u200b42 now", "ring 71-55-55-01-42 now"])
def test_withheld_words_are_proposed_however_they_are_parted(archive: Archive, jsonl: Jsonl, text: str) -> None:
    """The search after writing runs words together, and lets go what another record shows: so a person is asked."""
    posts = [
        {"object_id": str(n), "text": each} for n, each in enumerate(["Call 715-555-0142", text, "no 17155550142"])
    ]
    archive.take_in(jsonl("a", *posts))
    with archive.writing() as house:
        requesting.open_request(house, "All", archive.clock(), "email")
        requesting.collect(house, 1, "*")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.redact(house, 1, R1, "text", "715-555-0142", "WI-BAL", WHY)
        (blocked,) = release_blocks(house, 1)
        assert "R2" in blocked and "R3" not in blocked
        drafting.find(house, 1, [], [], False)
        (draft,) = drafting.open_drafts(house, 1)
        assert (draft.record, draft.kind, draft.places[0][1:]) == (2, "also-withheld", (5, len(text) - 4))
        assert drafting.dismiss(house, 1, [draft]) == 1
        assert release_blocks(house, 1) == [] and drafting.find(house, 1, [], [], False) == {}


def test_patterns_propose_in_every_version_and_a_bad_one_changes_nothing(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "mail a.b@c.example or 219-09-9999", "title": "715-555-0142"}))
    archive.take_in(jsonl("b", {"text": "mail a.b@c.example", "title": "715-555-0142"}))
    with archive.writing() as house:
        requesting.open_request(house, "All", archive.clock(), "email")
        requesting.collect(house, 1, "*")
        with pytest.raises(UsageError, match="not understood"):
            drafting.find(house, 1, [], ["bad=("], False)
        with pytest.raises(UsageError, match="no pattern 'cats'"):
            drafting.find(house, 1, ["cats"], [], False)
        assert drafting.find(house, 1, ["email"], [], True) == {"email": 1}
        assert drafting.find(house, 1, [], [], False) == {"email": 1, "phone": 1, "ssn": 1}
        assert drafting.find(house, 1, [], [r"or=\bor\b"], False) == {"or": 1}
        email = drafting.chosen(house, 1, [], "email", False)
        assert [each.places for each in email] == [((1, 5, 18), (2, 5, 18))]
        with pytest.raises(UsageError, match="Say which drafts"):
            drafting.chosen(house, 1, ["D1"], "email", False)
        with pytest.raises(UsageError, match="no draft D99"):
            drafting.chosen(house, 1, ["D99"], "", False)
        with pytest.raises(UsageError, match="needs its reasons in words"):
            drafting.accept(house, 1, email, "WI-BAL", " ")
        drafting.accept(house, 1, drafting.chosen(house, 1, [], "", True), "WI-BAL", WHY)
        assert drafting.open_drafts(house, 1) == []
        said = " ".join(each.said for each in log_book.deeds(house, Wanted()).lines)
        assert "a.b@c" not in said and "715" not in said


def test_one_person_everywhere_and_back(archive: Archive, jsonl: Jsonl) -> None:
    picture = b"\x89PNG not really"
    posts = [
        {"object_id": "1", "text": "I am Jane Doe", "author": {"name": "J. D.", "handle": "JaneDoe", "id": "991"},
         "permalink": "https://x.example/janedoe/1"},
        {"object_id": "2", "text": "thanks @JaneDoe and DOE, Jane! Jane was here", "title": "Jane  Doe’s fence",
         "links": ["https://x.example/u/jane.doe", "https://x.example/other"]},
        {"object_id": "3", "text": "#janedoe", "media": [{"uri": "m/jane-doe.png", "alt": "Jané Doe smiling"}]},
        {"object_id": "4", "text": "Jane Doerr is somebody else, so is Mary Jane Doeson"},
        {"object_id": "5", "text": "Jane Doe again"},
    ]  # fmt: skip
    archive.take_in(jsonl("a", *posts, media={"m/jane-doe.png": picture}))
    with archive.writing() as house:
        requesting.open_request(house, "All", archive.clock(), "email")
        requesting.collect(house, 1, "*")
        requesting.mark(house, 1, [R1, R2, R3, R4], Mark.RELEASE, "", "")
        requesting.mark(house, 1, [R5], Mark.WITHHOLD, "WI-BAL", WHY)
        ask = ("Jane Doe", ["janedoe"], "WI-BAL", WHY)
        would = redacting.withhold_person(house, 1, *ask, True)
        assert marks(house)[1] == "release"
        did = redacting.withhold_person(house, 1, *ask, False)
        assert would == did and did.records == (R1, R2, R3) and did.origin == "person 1" and did.pictures == 1
        assert did.places == {"text": 4, "title": 1, "author": 1, "permalink": 1, "link": 1, "alt": 1}
        drafted = [(each.record, each.kind) for each in drafting.open_drafts(house, 1)]
        assert (2, "person") in drafted and (4, "person") in drafted
        drafting.dismiss(house, 1, drafting.chosen(house, 1, [], "", True))
        with pytest.raises(UsageError, match="stands nowhere"):
            redacting.withhold_person(house, 1, *ask, False)
        shown = json.dumps([_plain(entry) for entry in answering.response_for(house, 1).entries()])
        assert "doe again" not in shown.lower() and "janedoe" not in shown.lower() and "jane.doe" not in shown.lower()
        assert "Jane was here" in shown and "Doerr" in shown and "x.example/other" in shown
        assert redacting.lift_together(house, 1, "person 1") == did.count
        assert marks(house) == {1: "undecided", 2: "undecided", 3: "undecided", 4: "release", 5: "withhold"}
        with pytest.raises(UsageError, match="Nothing is withheld as 'person 1'"):
            redacting.lift_together(house, 1, "person 1")
        with pytest.raises(UsageError, match="Say who"):
            redacting.withhold_person(house, 1, " ", [], "WI-BAL", WHY, False)
        assert [*check_replay(house.catalog)] == []


def test_a_person_is_looked_for_in_what_comes_in_later(asked: Archive) -> None:
    with asked.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        redacting.withhold_person(house, 1, "Jane Doe", ["jdoe"], "WI-BAL", WHY, False)
        assert release_blocks(house, 1) == []
        assert reviewing.add_context(house, 1) == [R1, R3]  # R3 says: Thank you Jane
        (blocked,) = release_blocks(house, 1)
        assert "also stand in R3" in blocked
        drafting.find(house, 1, [], [], False)
        assert [(each.draft.record, each.words) for each in drafting.proposals(house, 1, "also-withheld")] == [
            (3, "Jane")
        ]


def _plain(entry: object) -> str:
    return repr([getattr(entry, name, "") for name in ("author", "title", "text", "links", "permalink", "media")])


def test_state_follows_from_acts_alone(asked: Archive) -> None:
    with asked.writing() as house:
        reviewing.add_context(house, 1)
        reviewing.assign(house, 1, [R2], "Parks", date(2026, 12, 1))
        reviewing.exclude(house, 1, [R6], "a duplicate")
        drafting.find(house, 1, [], [], False)
        drafting.accept(house, 1, drafting.chosen(house, 1, [], "", True), "WI-BAL", WHY)
        assert [*check_replay(house.catalog)] == []
        house.catalog.connection.rollback()
        with house.catalog.transaction() as connection:
            connection.exec_driver_sql("UPDATE draft SET state = 'dismissed'")
            connection.exec_driver_sql("UPDATE assignment SET due = ''")
        assert {each.code for each in check_replay(house.catalog)} == {"state-changed"}
