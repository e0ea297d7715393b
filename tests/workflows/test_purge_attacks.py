"""Attacks on a destruction itself (A12, A14, A15): carried out past the program's own questions, found at V1."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from archiver.backup_set import Unlock
from archiver.catalog import rows
from custody.authority import list_digest, ranges_of
from custody.errors import DamageError, UnavailableError, UsageError
from custody.ids import RecordNumber
from tests.conftest import Archive
from tests.workflows.company import SEEDS, company
from tests.workflows.purge_scene import OLD, RULE, Scene, quick_keys
from workflows import auditing, holding, occurrences, purge_carrying_out, purge_steps, requesting, scheduling
from workflows.auditing import Level
from workflows.backing_up import back_up
from workflows.holding import Wanted
from workflows.house import House
from workflows.people import signed
from workflows.purge_list import ONE_PERSON, due_list
from workflows.purging import purge_records
from workflows.restoring import restore

Jsonl = Callable[..., Path]
NEW = {"object_id": "new", "text": "plow tonight, every street", "created_at": "2026-11-01T12:00:00Z"}


@pytest.fixture(params=SEEDS)
def scene(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Scene:
    quick_keys(monkeypatch)
    old = [{"object_id": str(n), "text": f"the plow came by at number {n} again", **OLD} for n in range(1, 6)]
    archive.take_in(jsonl("a", *old, NEW))
    company(archive, jsonl, request.param, years=(2025,))  # behind them, so that those keep their numbers
    return Scene(archive)


def codes(scene: Scene, level: Level = Level.V1) -> set[str]:
    with scene.archive.reading() as house:
        return {each.code for each in auditing.verify(house, lambda done: None, level).findings}


def destroy(house: House, numbers: list[int], purge: int, certificate: str = "DC-2026-0001") -> None:
    """The destruction with nobody asking whether it may be."""
    authority = {"certificate": certificate, "purge": purge}
    chosen = [RecordNumber(number) for number in numbers]
    purge_records(house, chosen, authority, lambda what, done, total: None, lambda asked: {})


def ordered(scene: Scene, number: int) -> None:
    """The last signed step, without a question."""
    with scene.by("Carla Clerk") as (house, clerk):
        batch = purge_steps.purge_of(house, number)
        data = {"count": batch.count, "list_sha256": batch.list_sha256, "holds": [], "requests": []}
        house.journal.write(signed(house, clerk, "purge.begun", number, {**data, "certificate": "DC-2026-0001"}))


def forged(scene: Scene, **changes: Any) -> int:
    """A proposal as the program never makes one, signed by the clerk, and approved in time by the custodian."""
    scene.later(8)
    with scene.by("Carla Clerk") as (house, clerk):
        number = purge_steps.propose(house, clerk, [RULE, "WI-SM-POST"]).number
        told = purge_steps.story(house, number).proposal
        kept = {name: value for name, value in told.items() if name not in ("signed", "kind", "at", "leaf", "by")}
        data = {**kept, **changes}
        data["list_sha256"] = list_digest(data["numbers"], data["entries"])
        house.journal.write(signed(house, clerk, "purge.proposed", number + 1, data))
    scene.later(2)
    with scene.by("Dana Ruiz") as (house, custodian):
        batch = purge_steps.purge_of(house, number + 1)
        data = {"count": batch.count, "list_sha256": batch.list_sha256}
        house.journal.write(signed(house, custodian, "purge.approved", number + 1, data))
    scene.later(15)
    return number + 1


def test_the_lawful_way_leaves_nothing_to_find(scene: Scene) -> None:
    number = scene.ready()
    with scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    assert [codes(scene, level) for level in Level] == [set()] * 5
    auditing.rebuild_catalog(scene.archive.settings, lambda done: None, scene.archive.clock)
    assert [codes(scene, level) for level in Level] == [set()] * 5


def test_a12_a_destruction_that_nobody_signed(scene: Scene) -> None:
    with scene.archive.writing() as house:
        destroy(house, [1, 2], 0)
    assert codes(scene) == {"purge-unsigned"}


def test_a12_a_destruction_that_was_proposed_and_approved_and_never_ordered(scene: Scene) -> None:
    number = scene.ready()
    with scene.archive.writing() as house:
        destroy(house, [1, 2, 3, 4, 5], number)
    assert codes(scene) == {"purge-unsigned"}


def test_a12_more_or_other_records_than_were_signed(scene: Scene) -> None:
    number = scene.ready()
    ordered(scene, number)
    with scene.archive.writing() as house:
        destroy(house, [1, 2, 3, 4, 6], number)
    assert codes(scene) == {"purge-other-list", "purge-too-early"}


def test_a12_a_version_that_came_in_after_the_list_was_signed(scene: Scene, jsonl: Jsonl) -> None:
    number = scene.ready()
    scene.archive.take_in(jsonl("b", {"object_id": "3", "text": "the plow never came", **OLD}))
    ordered(scene, number)
    with scene.archive.writing() as house:
        destroy(house, [1, 2, 3, 4, 5], number)
    assert codes(scene) == {"purge-other-list"}


def test_a14_a_hold_that_stands(scene: Scene) -> None:
    number = scene.ready()
    with scene.archive.writing() as house:
        holding.place(house, Wanted(kind="litigation", matter="Doe v. City", reason="suit", numbers=(RecordNumber(2),)))
    ordered(scene, number)
    with scene.archive.writing() as house:
        destroy(house, [1, 2, 3, 4, 5], number)
    assert codes(scene) == {"purge-while-held"}


def test_a14_a_hold_by_words_that_nobody_looked_at(scene: Scene) -> None:
    number = scene.ready()
    ordered(scene, number)
    with scene.archive.writing() as house:
        holding.place(house, Wanted(kind="audit", matter="plows", reason="audit", query="plow"))
        destroy(house, [1, 2, 3, 4, 5], number)
    assert codes(scene) == {"purge-while-held"}


def test_a14_an_open_request(scene: Scene) -> None:
    number = scene.ready()
    ordered(scene, number)
    with scene.archive.writing() as house:
        requesting.open_request(house, "everything about plows", house.clock(), "phone")
        requesting.collect(house, 1, "plow")
        destroy(house, [1, 2, 3, 4, 5], number)
    assert codes(scene) == {"purge-while-held"}


def test_a14_a_hold_that_was_released_before_is_no_finding(scene: Scene) -> None:
    with scene.archive.writing() as house:
        wanted = Wanted(kind="audit", matter="plows", reason="audit", numbers=(RecordNumber(2),))
        holding.release(house, holding.place(house, wanted).number, "the audit is over")
    number = scene.ready()
    with scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    assert codes(scene, Level.V4) == set()


def test_a15_before_the_day_that_the_ledger_has_named_since_it_came_in(scene: Scene) -> None:
    number = forged(scene, numbers=ranges_of([1, 2, 6]), count=3)
    ordered(scene, number)
    with scene.archive.writing() as house:
        destroy(house, [1, 2, 6], number)
    assert codes(scene) == {"purge-too-early"}


def test_a15_before_the_day_on_the_list_itself(scene: Scene) -> None:
    number = forged(scene, series=[{"series": "WI-SM-POST", "eligible_on": "2033-01-01"}])
    ordered(scene, number)
    with scene.archive.writing() as house:
        destroy(house, [1, 2, 3, 4, 5], number)
    assert codes(scene) == {"purge-too-early"}


def test_a15_terms_that_were_changed_after_the_signatures(scene: Scene) -> None:
    number = scene.ready()
    ordered(scene, number)
    path = scene.archive.settings.city
    path.write_text(path.read_text().replace('count_rule = "later"', 'count_rule = "calendar"'))
    with scene.archive.writing() as house:
        destroy(house, [1, 2, 3, 4, 5], number)
    assert codes(scene) == {"purge-terms-changed"}


def test_a15_a_clock_that_was_set_back_in_between(scene: Scene, jsonl: Jsonl) -> None:
    number = scene.ready()
    scene.later(-20)
    scene.archive.take_in(jsonl("c", {"object_id": "late", "text": "a clock set back", **OLD}))
    scene.later(20)
    ordered(scene, number)
    with scene.archive.writing() as house:
        destroy(house, [1, 2, 3, 4, 5], number)
    assert codes(scene) == {"purge-clock"}


def test_a12_a_replay_without_a_restore(scene: Scene) -> None:
    with scene.archive.writing() as house:
        authority = {"certificate": "DC-2026-0001", "replayed": 1}
        purge_records(house, [RecordNumber(2)], authority, lambda what, done, total: None, lambda asked: {})
    assert codes(scene) == {"purge-unsigned"}


def test_a25_a_backup_from_before_the_purge(scene: Scene, tmp_path: Path) -> None:
    unlock = Unlock(passphrase="a long passphrase")
    back_up(scene.archive.settings, tmp_path / "medium", unlock, scene.archive.clock)
    number = scene.ready()
    with scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    home = tmp_path / "again"
    made = restore(
        tmp_path / "medium", home, unlock, "tester", ledger=scene.archive.home, older_is_known=True,
        clock=scene.archive.clock,
    )  # fmt: skip
    assert made.replayed == 5
    everything = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"the plow came by" not in everything
    scene.archive.settings = made.settings
    with scene.archive.reading() as house:
        last = rows.last_number(house.catalog.connection)
        assert house.engine.known is not None and [n for n, _ in house.engine.known()] == list(range(6, last + 1))
    assert [codes(scene, level) for level in Level] == [set()] * 5


def shortened(scene: Scene, jsonl: Jsonl, signing: bool, proposer: str = "Carla Clerk") -> int:
    """A post of 2022, whose period the city shortens to three years: proposed, and confirmed by another name.

    Returns its number.
    """
    mid = {"object_id": "mid", "text": "a meeting about the plow in the spring", "created_at": "2022-03-01T12:00:00Z"}
    scene.archive.take_in(jsonl("mid", mid))
    row = {"period": {"n": 3, "unit": "years"}, "fate": "destroy"}
    scene.archive.settings = replace(scene.archive.settings, by=proposer)
    with scene.archive.writing() as house:
        wanted = scheduling.Adoption(adopted=date(2026, 1, 12), reference="PRB-002", row=row)
        number = scheduling.adopt(house, "WI-SM-POST", wanted).number
    scene.archive.settings = replace(scene.archive.settings, by="Somebody Else")
    with scene.archive.writing() as house:
        if signing:
            scheduling.confirm(house, number, scene.as_(house, "Dana Ruiz"))
        else:
            house.journal.write(("schedule.changed", number, {}))
        return rows.last_number(house.catalog.connection)


def test_a15_a_period_that_two_people_shortened_counts(scene: Scene, jsonl: Jsonl) -> None:
    shortened(scene, jsonl, signing=True)
    scene.later(8)
    with scene.by("Carla Clerk") as (house, clerk):
        number = purge_steps.propose(house, clerk, [RULE, "WI-SM-POST"]).number
    scene.later(2)
    with scene.by("Dana Ruiz") as (house, custodian):
        purge_steps.approve(house, custodian, number)
    scene.later(15)
    with scene.by("Carla Clerk") as (house, clerk):
        count = purge_steps.purge_of(house, number).count
        assert count == 6, "the five old posts and the one of 2022"
        purge_carrying_out.carry_out(house, clerk, number, count, [], lambda what, done, total: None)
    assert [codes(scene, level) for level in Level] == [set()] * 5


@pytest.mark.parametrize("signing", [False, True])
def test_a15_a_period_that_one_person_shortened_does_not(scene: Scene, jsonl: Jsonl, signing: bool) -> None:
    """Under another name, or the custodian alone with the key: the list leaves it out, and a forged one is found."""
    if signing:
        with pytest.raises(UnavailableError, match="proposed this change and cannot confirm it"):
            shortened(scene, jsonl, signing=True, proposer="Dana Ruiz")
        return
    mid = shortened(scene, jsonl, signing=False)
    with scene.archive.reading() as house:
        found = due_list(house, [RULE, "WI-SM-POST"])
    assert found.numbers == (1, 2, 3, 4, 5) and found.excluded == {ONE_PERSON: 1}
    number = forged(scene, numbers=ranges_of([mid]), count=1)
    ordered(scene, number)
    with scene.archive.writing() as house:
        destroy(house, [mid], number)
    assert codes(scene) == {"purge-too-early"}


def test_a15_a_custodian_is_asked_for_a_signature(scene: Scene, jsonl: Jsonl) -> None:
    with pytest.raises(UsageError, match="A custodian is enrolled"), scene.archive.writing() as house:
        row = {"period": {"n": 3, "unit": "years"}, "fate": "destroy"}
        wanted = scheduling.Adoption(adopted=date(2026, 1, 12), reference="PRB-002", row=row)
        scheduling.confirm(house, scheduling.adopt(house, "WI-SM-POST", wanted).number)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM hold",
        "UPDATE hold SET released_at = 1",
        "DELETE FROM keeping_event",
        "UPDATE keeping_event SET day = '2014-01-01'",
        "UPDATE act SET data = '{}' WHERE kind = 'hold.placed'",
        "UPDATE user SET name = 'Dana Ruis' WHERE number = 3",
    ],
)
def test_a21_a_catalog_that_was_changed_before_a_purge_stops_it(scene: Scene, statement: str) -> None:
    number = scene.ready()
    with scene.archive.writing() as house:
        holding.place(house, Wanted(kind="litigation", query="plow", matter="Smith", reason="claim"))
        occurrences.record_event(house, "R1", "hidden", date(2026, 11, 20), "", "")
    connection = sqlite3.connect(scene.archive.settings.catalog)
    assert connection.execute(statement).rowcount >= 1
    connection.commit()
    connection.close()
    with pytest.raises(DamageError, match="Nothing was destroyed"), scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    auditing.rebuild_catalog(scene.archive.settings, lambda done: None, scene.archive.clock)
    with pytest.raises(UnavailableError, match="thrown back"), scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    assert not codes(scene)
