"""A request's life: how it comes in, waits, is decided, ends, goes on; what is refused; what a rebuild makes of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archiver.catalog.dump import dump
from custody.errors import UsageError
from custody.ids import RecordNumber
from custody.request import Form, Mark, RequestState
from tests.conftest import Archive
from workflows import answering, auditing, deciding, disposing, intake, letters, litigating, requesting
from workflows.intake import Asked
from workflows.letters import Wish
from workflows.request_life import life_of, request_of

Jsonl = Callable[..., Path]
RECEIVED = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
OLD = {"created_at": "2015-03-01T12:00:00Z"}


def ask(archive: Archive, **more: object) -> None:
    with archive.writing() as house:
        intake.receive(house, Asked(**{"words": "All about snow", "received_at": RECEIVED, "channel": "email", **more}))  # type: ignore[arg-type]


def collected(archive: Archive, jsonl: Jsonl, *marks: Mark) -> None:
    """A request with a record for each mark."""
    archive.take_in(
        jsonl(
            "a",
            *(
                {"object_id": str(n), "text": f"snow on route {n} of the plough this morning", **OLD}
                for n in range(1, len(marks) + 1)
            ),
        )
    )
    ask(archive)
    with archive.writing() as house:
        requesting.collect(house, 1, "snow")
        for n, mark in enumerate(marks, 1):
            code, note = ("WI-BAL", "a medical detail of a resident") if mark is Mark.WITHHOLD else ("", "")
            requesting.mark(house, 1, [RecordNumber(n)], mark, code, note)


def respond(archive: Archive) -> None:
    with archive.writing() as house:
        answering.respond(house, 1, None, lambda done: None)


def decided(archive: Archive, **more: object) -> deciding.Given:
    with archive.writing() as house:
        return deciding.decide(house, 1, **{"by_way": "email", "to": "jane@example.org", "on": None, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("channel", intake.CHANNELS)
def test_every_channel_is_taken_and_nobody_has_to_give_a_name(archive: Archive, channel: str) -> None:
    ask(archive, channel=channel)
    with archive.reading() as house:
        made = request_of(house, 1)
    assert (made.requester, made.purpose, made.contact) == ("", "", "")
    assert made.written is (channel not in ("walk-in", "phone")) and made.state is RequestState.OPEN
    assert made.received_by == "tester" and made.form is Form.ANY


def test_a_target_is_counted_with_its_calendar_and_every_day_of_it(archive: Archive) -> None:
    ask(archive)
    with archive.reading() as house:
        target = request_of(house, 1).target
    assert target is not None and target.day == date(2026, 11, 18) and not target.is_law
    assert target.label == "DOJ guideline target" and len(target.calendar) == 64
    assert ("2026-11-03", 0, "General election") in target.steps and target.steps[-1] == ("2026-11-18", 10, "day 10")


def test_a_closure_entered_later_moves_open_targets_at_the_next_writing_and_says_so(archive: Archive) -> None:
    ask(archive)
    path = archive.settings.city
    text = path.read_text()
    assert "closures = []" in text or "closures" not in text
    line = 'closures = [{ on = 2026-11-17, name = "City closed" }]'
    path.write_text(text.replace("closures = []", line) if "closures = []" in text else f"{line}\n{text}")
    with archive.writing() as house:
        pass
    with archive.reading() as house:
        assert request_of(house, 1).target.day == date(2026, 11, 19)  # type: ignore[union-attr]
        (moved,) = life_of(house, 1).of("request.retargeted")
        assert moved["old"]["day"] == "2026-11-18" and moved["new"]["day"] == "2026-11-19"
        assert "City closed" in moved["reason"]
    with archive.writing() as house:
        assert len(life_of(house, 1).of("request.retargeted")) == 1
        intake.withdraw(house, 1, "by phone", None)
    path.write_text(text)
    with archive.writing() as house:
        assert len(life_of(house, 1).of("request.retargeted")) == 1, "one that has ended keeps its day"


def test_what_is_not_sufficient_stays_open_and_held_and_is_explained(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", OLD))
    ask(archive, words="Send me everything on Facebook, ever.", about="account:parks")
    with archive.writing() as house:
        assert any("19.35(1)(h)" in each for each in intake.warnings(house, request_of(house, 1)))
        life = intake.insufficient(house, 1, "it names neither a subject nor a time", None)
        assert life.request.state is RequestState.NOT_SUFFICIENT and life.request.state.is_live
        with pytest.raises(UsageError, match="never closed silently"):
            intake.close(house, 1, "", None)
        judged, _ = disposing.explain(house, RecordNumber(1))
        assert judged.blocks[0] == "open request"
        written = letters.draft(house, 1, Wish(kind="clarification"))
        assert "19.35(1)(h)" in written.text and "names neither a subject nor a time" in written.text
        assert "not closed and not denied" in " ".join(written.text.split())
        assert intake.clarify(house, 1, "Only March 2025", None).request.state is RequestState.OPEN


def test_pausing_and_going_on(archive: Archive) -> None:
    ask(archive)
    with archive.writing() as house:
        with pytest.raises(UsageError, match="not paused"):
            intake.resume(house, 1, "", None)
        assert intake.pause(house, 1, "asked which street", None).request.state is RequestState.PAUSED
        assert intake.resume(house, 1, "Oak Street", None).request.state is RequestState.OPEN
        for empty in ("", "  "):
            with pytest.raises(UsageError, match="reason is needed"):
                intake.pause(house, 1, empty, None)


def test_wisconsin_knows_no_extension(archive: Archive) -> None:
    ask(archive)
    with archive.writing() as house, pytest.raises(UsageError, match="no extension"):
        intake.extend(house, 1, "many records", None)


@pytest.mark.parametrize(
    ("marks", "outcome", "letter"),
    [
        ((Mark.RELEASE,), "granted", "grant"),
        ((Mark.RELEASE, Mark.WITHHOLD), "granted in part", "part"),
        ((Mark.WITHHOLD,), "denied", "denial"),
    ],
)
def test_the_determination_follows_from_the_marks_and_its_letter_is_locked(
    archive: Archive, jsonl: Jsonl, marks: tuple[Mark, ...], outcome: str, letter: str
) -> None:
    collected(archive, jsonl, *marks)
    with archive.reading() as house:
        before = deciding.follows(house, 1)
    assert before.determination.outcome.value == outcome and before.letter == letter
    respond(archive)
    given = decided(archive)
    assert given.letter is not None and given.determination.outcome.value == outcome
    with archive.reading() as house:
        life = life_of(house, 1)
        (sent,) = life.letters()
    assert life.request.state is RequestState.DECIDED and life.ending is not None
    assert sent["letter"] == letter and sent["text"] == given.letter.text
    assert given.letter.files[1].read_text() == sent["text"]
    if outcome != "granted":
        assert "mandamus" in sent["text"] and "medical detail" in sent["text"] and "WI-BAL" in sent["text"]


def test_nothing_is_decided_before_the_answer_says_what_the_marks_say(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE, Mark.UNDECIDED)
    with pytest.raises(UsageError, match="no decision yet"):
        decided(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    with pytest.raises(UsageError, match="answer is not written yet"):
        decided(archive)
    respond(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, [RecordNumber(2)], Mark.WITHHOLD, "WI-BAL", "a medical detail")
    with pytest.raises(UsageError, match="marks have changed"):
        decided(archive)
    respond(archive)
    assert decided(archive).determination.outcome.value == "granted in part"


def test_after_the_determination_no_mark_changes_and_no_letter_is_sent_again(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE, Mark.WITHHOLD)
    respond(archive)
    decided(archive)
    with archive.writing() as house:
        for act in (
            lambda: requesting.mark(house, 1, None, Mark.RELEASE, "", ""),
            lambda: requesting.collect(house, 1, "snow"),
            lambda: requesting.redact(house, 1, RecordNumber(1), "text", "snow", "WI-BAL", "a detail"),
            lambda: requesting.lift(house, 1, RecordNumber(1)),
            lambda: deciding.decide(house, 1, "email", "", None),
            lambda: intake.withdraw(house, 1, "by phone", None),
        ):
            with pytest.raises(UsageError, match="is decided"):
                act()
        with pytest.raises(UsageError, match="what it says is fixed"):
            letters.draft(house, 1, Wish(kind="part"))
        with pytest.raises(UsageError, match="adds words"):
            letters.draft(house, 1, Wish(kind="supplement"))
        more = letters.send(house, 1, Wish(kind="supplement", note="We also rely on 19.36(1)."), "mail", "", None)
        assert "stands as it was sent" in more.text and "We also rely on" in more.text
        intake.close(house, 1, "", None)
        assert intake.reopen(house, 1, "the court ordered production", None).request.state is RequestState.OPEN
        assert requesting.mark(house, 1, [RecordNumber(2)], Mark.RELEASE, "", "") == 1


def test_a_denial_without_its_reasons_or_the_review_sentence_is_never_sent(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.WITHHOLD)
    with archive.reading() as house:
        words = letters.words_of(house, 1, Wish(kind="denial"))
    without_review = words.split("## Review")[0]
    with pytest.raises(UsageError, match="sentence on review is missing"):
        decided(archive, body=without_review)
    with pytest.raises(UsageError, match="not in the letter"):
        decided(archive, body=words.replace("[[reasons]]", ""))
    with archive.reading() as house:
        assert life_of(house, 1).request.state is RequestState.OPEN and not life_of(house, 1).letters()
    given = decided(archive, body=f"{words}\nIn our own words.\n")
    assert given.letter is not None and given.letter.text.count("In our own words.") == 1


def test_only_an_oral_request_may_be_denied_orally(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.WITHHOLD)
    with pytest.raises(UsageError, match="must be given in writing"):
        decided(archive, oral=True)
    with archive.writing() as house:
        intake.receive(house, Asked(words="snow?", received_at=RECEIVED, channel="phone"))
        requesting.collect(house, 2, "snow")
        requesting.mark(house, 2, None, Mark.WITHHOLD, "WI-BAL", "a medical detail")
        given = deciding.decide(house, 2, "phone", "", None, oral=True)
    assert given.letter is None and "demand the reasons in writing through" in given.next_steps[0]


def test_no_record_says_what_was_searched(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "rain"}))
    ask(archive)
    with pytest.raises(UsageError, match="nobody has searched"):
        decided(archive)
    with archive.writing() as house:
        with pytest.raises(UsageError, match="finds 1 record,"):
            deciding.search_in_vain(house, 1, "rain")
        deciding.search_in_vain(house, 1, "snow")
    given = decided(archive)
    assert given.letter is not None and given.determination.outcome.value == "no record"
    assert "contain the word “snow”" in " ".join(given.letter.text.split())


def test_police_records_that_are_only_stored_are_denied_and_referred(archive: Archive) -> None:
    ask(archive)
    with archive.writing() as house:
        intake.refer(house, 1, "Police Department, 2 River Street", "We only store these records.", None, police=True)
        text = " ".join(letters.draft(house, 1, Wish(kind="referral")).text.split())
    assert "is not their legal custodian (Wis. Stat. 19.35(7)" in text and "denies the request so far" in text
    assert "Police Department, 2 River Street" in text and "mandamus" in text


@pytest.mark.parametrize("end", ["withdraw", "refer"])
def test_what_ends_otherwise_protects_as_after_a_denial(archive: Archive, jsonl: Jsonl, end: str) -> None:
    archive.take_in(jsonl("a", OLD))
    path = archive.settings.city
    path.write_text(path.read_text().replace("waived_series = []", 'waived_series = ["WI-SM-POST"]'))
    ask(archive)
    with archive.writing() as house:
        if end == "withdraw":
            intake.withdraw(house, 1, "by phone", date(2026, 11, 20))
        else:
            intake.refer(house, 1, "Police Department", "its records", date(2026, 11, 20))
        judged, _ = disposing.explain(house, RecordNumber(1), date(2026, 11, 21))
        assert judged.earliest is not None and judged.earliest > date(2027, 1, 19)
        assert tuple(disposing.due(house, date(2026, 11, 21), lambda done: None).eligible) == ()
        assert tuple(disposing.due(house, judged.earliest, lambda done: None).eligible) == (1,)
        intake.close(house, 1, "", None)


def test_a_prisoner_has_ninety_days(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", OLD))
    ask(archive)
    ask(archive, incarcerated=True)
    with archive.writing() as house:
        ends = []
        for number in (1, 2):
            intake.withdraw(house, number, "by phone", date(2026, 11, 20))
            judged, _ = disposing.explain(house, RecordNumber(1), date(2026, 11, 21))
            ends.append(" ".join(judged.steps))
    assert "60 days" in ends[0] and "90 days" in ends[1]


def test_unpaid_closing_needs_a_lawful_demand_first(archive: Archive) -> None:
    from workflows import charging

    ask(archive)
    with archive.writing() as house:
        with pytest.raises(UsageError, match="No letter asked for payment"):
            intake.close_unpaid(house, 1, "30 days", None)
        charging.log_cost(house, 1, "shipping", 0, 0, 500, "", None)
        with pytest.raises(UsageError, match=r"not more than \$5.00"):
            letters.draft(house, 1, Wish(kind="prepayment"))
        charging.log_cost(house, 1, "shipping", 0, 0, 1, "", None)
        sent = letters.send(house, 1, Wish(kind="prepayment"), "email", "", None)
        assert "$5.01" in sent.text
        assert intake.close_unpaid(house, 1, "30 days", None).request.state is RequestState.UNPAID


def test_a_court_action_protects_without_an_end_until_its_order(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE, Mark.WITHHOLD)
    path = archive.settings.city
    path.write_text(path.read_text().replace("waived_series = []", 'waived_series = ["WI-SM-POST"]'))
    respond(archive)
    decided(archive)
    day, later = date(2026, 11, 20), date(2040, 1, 1)

    def step(name: str, **more: object) -> None:
        with archive.writing() as house:
            litigating.record_step(
                house, 1, name, day, str(more.get("order_for", "")), bool(more.get("entry")), "26-CV-1"
            )

    with pytest.raises(UsageError, match="No written notice"):
        step("order", order_for="city")
    step("notice")
    with archive.reading() as house:
        for number in (1, 2):
            assert disposing.explain(house, RecordNumber(number), later)[0].blocks == ("court action",)
        assert tuple(disposing.due(house, later, lambda done: None).eligible) == ()
    with pytest.raises(UsageError, match="for whom"):
        step("order")
    step("order", order_for="city", entry=True)
    with archive.reading() as house:
        judged, _ = disposing.explain(house, RecordNumber(1), later)
        assert not judged.blocks and any("45 days to appeal" in each for each in judged.steps)
        assert tuple(disposing.due(house, later, lambda done: None).eligible) == (1, 2)
    step("appeal")
    with archive.reading() as house:
        assert disposing.explain(house, RecordNumber(2), later)[0].blocks == ("court action",)
    with pytest.raises(UsageError, match="for whom"):
        step("appeal-order")
    step("appeal-order", order_for="requester")
    with archive.reading() as house:
        judged, _ = disposing.explain(house, RecordNumber(2), later)
        assert judged.blocks == ("court action",) and any("ordered on appeal" in each for each in judged.steps)
    step("produced")
    with archive.reading() as house:
        assert disposing.explain(house, RecordNumber(2), later)[0].blocks == ()


@pytest.mark.parametrize("on", [date(2026, 11, 1), date(2026, 11, 21)])
def test_a_day_before_receipt_or_to_come_is_refused(archive: Archive, on: date) -> None:
    ask(archive)
    with archive.writing() as house, pytest.raises(UsageError, match="before the request|not come yet"):
        intake.withdraw(house, 1, "by phone", on)


def test_bad_input_leaves_the_archive_as_it_was(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE)
    with archive.reading() as house:
        before = len(life_of(house, 1).deeds)
    with archive.writing() as house:
        for act in (
            lambda: intake.receive(house, Asked(words=" ", received_at=RECEIVED, channel="email")),
            lambda: intake.receive(house, Asked(words="x", received_at=RECEIVED, channel="pigeon")),
            lambda: intake.receive(
                house, Asked(words="x", received_at=datetime(2030, 1, 1, tzinfo=UTC), channel="form")
            ),
            lambda: letters.send(house, 1, Wish(kind="acknowledgement"), "pigeon", "", None),
            lambda: letters.send(house, 1, Wish(kind="grant"), "email", "", None),
            lambda: letters.draft(house, 1, Wish(kind="poem")),
            lambda: letters.draft(house, 1, Wish(kind="estimate", body="only a title")),
            lambda: letters.draft(house, 1, Wish(kind="estimate", body="T\n\nText\n\n[[nothing]]")),
            lambda: intake.refer(house, 1, "", "x", None),
            lambda: request_of(house, 7),
        ):
            with pytest.raises(UsageError) as told:
                act()
            assert told.value.hint
        assert len(life_of(house, 1).deeds) == before


def test_a_rebuild_comes_to_the_same_state(archive: Archive, jsonl: Jsonl) -> None:
    collected(archive, jsonl, Mark.RELEASE, Mark.WITHHOLD)
    with archive.writing() as house:
        letters.send(house, 1, Wish(kind="acknowledgement"), "email", "", None)
        intake.pause(house, 1, "asked", None)
        intake.resume(house, 1, "", None)
    respond(archive)
    decided(archive)

    def logical() -> list[str]:
        with archive.reading() as house:
            assert auditing.verify(house, lambda done: None).findings == ()
            return list(dump(house.catalog.connection))

    before = logical()
    auditing.rebuild_catalog(archive.settings, lambda done: None, archive.clock)
    assert logical() == before and any(line.startswith("request ") and "decided" in line for line in before)
