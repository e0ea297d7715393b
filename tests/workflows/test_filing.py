"""Filing: rules tried and saved, a person's own decision, and that state follows from acts alone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from custody.errors import UsageError
from custody.ids import RecordNumber
from retention_schedules.filing import Rule
from tests.conftest import Archive
from tests.workflows.keeping import OLD, judged
from workflows import auditing, disposing, filing, finding, holding, log_book, occurrences
from workflows.log_book import Wanted

Jsonl = Callable[..., Path]
POST = {"object_id": "p1", "text": "Snow emergency", "author": {"handle": "parks"}, "tags": ["Snow"], **OLD}
ASKED = {"object_id": "c1", "kind": "comment", "parent_id": "p1", "text": "When?", "author": {"name": "Jo"}, **OLD}
SAID = {
    "object_id": "c2",
    "kind": "comment",
    "parent_id": "c1",
    "text": "At six",
    "author": {"handle": "@Parks"},
    **OLD,
}
LONE = {"object_id": "c3", "kind": "comment", "parent_id": "p2", "text": "Hm", "author": {"name": "Al"}, **OLD}


@pytest.fixture
def talked(archive: Archive, jsonl: Jsonl) -> Archive:
    archive.take_in(jsonl("a", POST, ASKED, SAID, LONE))
    return archive


def series(archive: Archive) -> dict[int, str]:
    with archive.reading() as house:
        return {n: disposing.filed_under(house, RecordNumber(n)).split(" ")[0] for n in (1, 2, 3, 4)}


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        ({"kind": "comment"}, {2, 3, 4}),
        ({"author": "official"}, {1, 3}),
        ({"author": "public"}, {2, 4}),
        ({"replied": "yes"}, {1, 2, 3}),
        ({"replied": "no"}, {4}),
        ({"tag": "snow"}, {1}),
        ({"account": "PARKS", "kind": "comment", "author": "public", "replied": "yes"}, {2}),
        ({"ground": "M01"}, {4}),
    ],
)
def test_each_condition_chooses(talked: Archive, rule: dict[str, str], met: set[int]) -> None:
    with talked.writing() as house:
        occurrences.record_event(house, "R4", "hidden", date(2015, 3, 2), "M01")
        trial = filing.try_rule(house, Rule(series="WI-POL", **rule))
        assert (trial.meets, trial.moved) == (len(met), len(met))
        filing.save_rule(house, Rule(series="WI-POL", **rule), "test")
    assert {n for n, name in series(talked).items() if name == "WI-POL"} == met


def test_a_trial_counts_and_changes_nothing(talked: Archive) -> None:
    before = series(talked)
    with talked.reading() as house:
        trial = filing.try_rule(house, Rule(series="WI-SM-CONV", kind="comment", replied="yes"))
    assert (trial.meets, dict(trial.moves)) == (2, {"WI-SM-PUB": 2})
    assert (trial.due_now, trial.due_within_a_year) == (2, 2)
    assert series(talked) == before


def test_the_first_rule_that_is_met_decides_and_files_what_comes_later(talked: Archive, jsonl: Jsonl) -> None:
    with talked.writing() as house:
        filing.save_rule(house, Rule(series="WI-SM-CONV", kind="comment", author="official"), "staff")
        filing.save_rule(house, Rule(series="WI-POL", kind="comment"), "the rest")
    assert series(talked) == {1: "WI-SM-POST", 2: "WI-POL", 3: "WI-SM-CONV", 4: "WI-POL"}
    talked.take_in(jsonl("b", {**SAID, "object_id": "c9"}))
    with talked.reading() as house:
        assert disposing.filed_under(house, RecordNumber(5)) == "WI-SM-CONV (rule 1: comment, written by the city)"


def test_what_staff_answers_later_moves_when_the_rules_are_applied(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", POST, ASKED, LONE))
    with archive.writing() as house:
        filing.save_rule(house, Rule(series="WI-SM-CONV", kind="comment", replied="yes"), "correspondence")
        assert filing.misfiled(house) == {}
    archive.take_in(jsonl("b", SAID))
    with archive.writing() as house:
        assert {name: sorted(found) for name, found in filing.misfiled(house).items()} == {"WI-SM-CONV": [2, 4]}
        assert filing.apply_rules(house) == {"WI-SM-CONV": 2} and filing.apply_rules(house) == {}


def test_a_person_decides_over_rules_and_the_reason_stays(talked: Archive) -> None:
    with talked.writing() as house:
        said, numbers = filing.reach(house, "", [RecordNumber(4)])
        assert (said, numbers) == ("R4", [4])
        assert filing.file(house, numbers, "WI-DEF-7Y", "asked by counsel") == 1
        filing.save_rule(house, Rule(series="WI-POL", kind="comment"), "all")
        assert filing.try_rule(house, Rule(series="WI-SM-DM", kind="comment", replied="no")).moved == 0
        assert disposing.filed_under(house, RecordNumber(4)) == (
            "WI-DEF-7Y (asked by counsel; taken in under WI-SM-PUB)"
        )


def test_search_finds_a_record_under_its_new_series_also_after_a_new_version(talked: Archive, jsonl: Jsonl) -> None:
    with talked.writing() as house:
        filing.file(house, [4], "WI-DEF-7Y", "counsel")
    talked.take_in(jsonl("b", {**LONE, "text": "Hm, changed"}))
    with talked.reading() as house:
        asked = finding.ask(house, "series:WI-DEF-7Y")
        assert list(house.engine.numbers(asked.selector)) == [4]
        assert house.shelf.record(4).series == "WI-DEF-7Y" and asked.selector.matches(house.shelf.record(4), {})
        assert len(house.shelf.record(4).versions) == 2


def test_a_rule_that_is_removed_files_no_more(talked: Archive) -> None:
    with talked.writing() as house:
        filing.save_rule(house, Rule(series="WI-POL", kind="comment"), "all")
        filing.remove_rule(house, 1, "wrong")
        assert filing.rules(house) == []
        with pytest.raises(UsageError, match="no filing rule 1"):
            filing.remove_rule(house, 1, "again")
    assert series(talked)[4] == "WI-POL"


def test_filing_is_proved_by_a_replay_and_comes_back_from_the_vault(talked: Archive, tmp_path: Path) -> None:
    with talked.writing() as house:
        filing.save_rule(house, Rule(series="WI-SM-CONV", kind="comment", replied="yes"), "correspondence")
        filing.file(house, [1], "WI-POL", "a version of the policy")
        occurrences.record_event(house, "R4", "hidden", date(2015, 3, 2))
    with talked.reading() as house:
        assert not auditing.verify(house, lambda done: None).findings
    before = series(talked)
    auditing.rebuild_catalog(talked.settings, lambda done: None, talked.clock)
    assert series(talked) == before
    with talked.reading() as house:
        assert list(house.engine.numbers(finding.ask(house, "series:WI-POL").selector)) == [1]
        assert judged(house, 4).trigger_on == date(2015, 3, 2)
        assert not auditing.verify(house, lambda done: None).findings
        house.catalog.connection.exec_driver_sql("UPDATE filing SET series = 'WI-DISP' WHERE number = 1")
        codes = {finding.code for finding in auditing.verify(house, lambda done: None).findings}
    assert "state-changed" in codes


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(series="NO-SUCH", kind="post"), "no series"),
        (Rule(series="WI-POL", kind="picture"), "no kind"),
        (Rule(series="WI-POL", account="nobody"), "no account"),
        (Rule(series="WI-POL", ground="M99"), "no ground"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(talked: Archive, rule: Rule, words: str) -> None:
    with talked.writing() as house, pytest.raises(UsageError, match=words):
        filing.save_rule(house, rule, "test")


def test_a_rule_without_a_condition_is_refused() -> None:
    with pytest.raises(UsageError, match="no condition"):
        filing.wanted("WI-POL", {})


def test_a_records_story_tells_how_it_was_kept(talked: Archive) -> None:
    with talked.writing() as house:
        filing.save_rule(house, Rule(series="WI-SM-CONV", kind="comment", replied="yes"), "correspondence")
        wrong = occurrences.record_event(house, "R2", "hidden", date(2015, 3, 2))
        occurrences.withdraw(house, wrong.act, "wrong day")
        wanted = holding.Wanted(kind="audit", matter="Audit", reason="asked", numbers=(RecordNumber(2),))
        holding.place(house, wanted)
        holding.release(house, 1, "done")
        story = [each.said for each in log_book.deeds(house, Wanted(record=RecordNumber(2), newest_first=False)).lines]
    assert story[1:] == [
        "tester filed R2 under WI-SM-CONV (“rule 1: comment, in a thread that staff answered”)",
        "tester recorded for R2: hidden on 2015-03-02",
        f"tester withdrew the event recorded by act {wrong.act} (“wrong day”)",
        "tester placed hold 1 (audit, “Audit”) on R2",
        "hold 1 released (“done”, tester)",
    ]
