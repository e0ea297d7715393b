"""What one person alone decided about records on a purge's list is signed with it and printed on the certificate."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archiver.fetch import FakeFetcher
from console.cli.purge_words import due_lines
from custody.errors import UnavailableError
from exports.certificate import paper_of
from exports.paper import as_text
from tests.conftest import Archive
from tests.workflows.purge_scene import OLD, RULE, Scene, quick_keys
from workflows import (
    capturing,
    certificates,
    enrolling,
    filing,
    occurrences,
    purge_carrying_out,
    purge_list,
    purge_steps,
)

Jsonl = Callable[..., Path]


@pytest.fixture
def scene(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> Scene:
    quick_keys(monkeypatch)
    posts = [{"object_id": str(n), "text": f"Old post number {n} on Elm", **OLD} for n in (1, 2)]
    undated = {"object_id": "3", "text": "Undated post on Elm", "created_at": "1970-01-01T00:00:00Z"}
    archive.take_in(jsonl("a", *posts, undated))
    with archive.writing() as house:  # kept for ever until a person says otherwise
        kept = enrolling.add_account(house, "Certificates", "facebook", series="WI-DISP")
        lines = [{"object_id": "k1", "text": "Kept for ever on Elm", **OLD}]
        capturing.take_in(house, [str(jsonl("b", *lines))], kept, None, False, FakeFetcher({}), lambda done: None)
    return Scene(archive)


def test_each_decision_is_signed_with_the_list_and_printed(scene: Scene, tmp_path: Path) -> None:
    with scene.archive.writing() as house:
        filing.file(house, [1], "WI-SM-PUB", "left off the list, since nobody has verified that rule")
        filing.file(house, [4], "WI-SM-POST", "no certificate, a comment of Jane Secretperson")
        occurrences.record_event(house, "R3", "created", date(2015, 3, 1), "", "the page's print")
    number = scene.ready()
    with scene.archive.reading() as house:
        proposal = purge_steps.story(house, number).proposal
    told = [(row["what"], row["from"], row["to"], row["records"], row["shorter"]) for row in proposal["by_one"]]
    assert told == [
        ("filed", "WI-DISP", "WI-SM-POST", [[4, 4]], 1),
        ("dated 2015-03-01", "", "", [[3, 3]], 1),
    ]
    assert {row["by"] for row in proposal["by_one"]} == {"tester"} and "Secretperson" not in json.dumps(proposal)
    lines = "\n".join(due_lines({**proposal, "count": 3}))
    assert "BY ONE PERSON: 1 record filed from WI-DISP to WI-SM-POST by tester on 2026-11-20" in lines
    assert "1 of them may go earlier because of it; look at them: R4" in lines
    with scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 3, [], lambda *words: None)
    with scene.archive.reading() as house:
        written = certificates.write_certificate(house, number, tmp_path / "out")
        document = certificates.document_of(house, number) or {}
    assert document["by_one"] == proposal["by_one"] and not certificates.check_file(written.json, "").problems
    page = " ".join(as_text(paper_of(document, (), "America/Chicago")).split())
    assert "filed from WI-DISP to WI-SM-POST" in page and "dated 2015-03-01" in page
    data = json.loads(written.json.read_text())
    data["document"]["by_one"] = []
    (tmp_path / "changed.json").write_text(json.dumps(data))
    problems = certificates.check_file(tmp_path / "changed.json", "").problems
    assert any("who filed or dated records" in each for each in problems)


def test_a_rule_that_moves_records_is_told_with_its_number_and_nothing_where_nothing_was_decided(scene: Scene) -> None:
    with scene.archive.reading() as house:
        assert purge_list.due_list(house, [RULE]).by_one == ()
    with scene.archive.writing() as house:
        filing.save_rule(house, filing.wanted("WI-SM-PUB", {"kind": "post"}), "all of them")
        rows = purge_list.due_list(house, [RULE, "WI-SM-PUB"]).by_one
    assert [(row["what"], row["from"], row["count"]) for row in rows] == [
        ("filed by rule 1", "WI-DISP", 1), ("filed by rule 1", "WI-SM-POST", 2),
    ]  # fmt: skip


def test_what_is_filed_anew_after_the_signature_throws_the_list_back(scene: Scene) -> None:
    number = scene.ready()
    with scene.archive.writing() as house:
        filing.file(house, [2], "WI-SM-PUB", "slip")
        filing.file(house, [2], "WI-SM-POST", "taken back")
    with scene.by("Carla Clerk") as (house, clerk), pytest.raises(UnavailableError, match="filed anew since.*: 1"):
        purge_carrying_out.carry_out(house, clerk, number, 2, [], lambda *words: None)
