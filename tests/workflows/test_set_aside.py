"""Items set aside that hold the text of records on a list: named before anybody signs, signed for, destroyed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.backup_set import Unlock
from archiver.catalog import destroyed_rows
from archiver.sealing import Seal
from custody.authority import list_digest
from custody.errors import UnavailableError
from exports.certificate import paper_of
from exports.paper import as_text
from tests.conftest import Archive
from tests.workflows.purge_scene import OLD, RULE, Scene, quick_keys
from workflows import (
    auditing,
    backing_up,
    certificates,
    holding,
    purge_carrying_out,
    purge_dry_run,
    purge_steps,
    purging,
    restoring,
)
from workflows.auditing import Level
from workflows.holding import Wanted

Jsonl = Callable[..., Path]
KEY = Unlock(key=Seal(secret=bytes(range(32))))


TEXTS = (
    "Snow plows passed our house twice and nobody had been told about it before.",
    "The library is closed on Monday; please return books at the side door.",
    "Water main repairs on Maple Street begin at dawn and will last two days.",
    "Lost dog near the river trail, answers to Biscuit, brown with a white paw.",
    "Parking is not allowed downtown during the festival, except by permit holders.",
)


def old_post(n: int) -> dict[str, object]:
    return {"object_id": f"post-{n}", "kind": "post", "text": TEXTS[n - 1], **OLD}


@pytest.fixture
def scene(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Five old posts, and a line that was cut off in the middle of a second copy of the third."""
    quick_keys(monkeypatch)
    archive.take_in(jsonl("a", *(old_post(n) for n in range(1, 6)), json.dumps(old_post(3))[:-7]))
    return Scene(archive)


def proposed(scene: Scene, with_quarantined: bool) -> int:
    scene.later(8)
    with scene.by("Carla Clerk") as (house, clerk):
        return purge_steps.propose(house, clerk, [RULE], with_quarantined=with_quarantined).number


def ready(scene: Scene) -> int:
    number = proposed(scene, with_quarantined=True)
    scene.later(1.1)
    with scene.by("Dana Ruiz") as (house, custodian):
        purge_steps.approve(house, custodian, number)
    scene.later(14.1)
    return number


def codes(scene: Scene, level: Level = Level.V4) -> set[str]:
    with scene.archive.reading() as house:
        return {each.code for each in auditing.verify(house, lambda done: None, level).findings}


def test_a_list_is_refused_before_anybody_signs_and_the_clerk_has_two_ways_on(scene: Scene) -> None:
    with pytest.raises(
        UnavailableError, match="Nothing was proposed: R3 also stands in item 1 set aside by run 1"
    ) as no:
        proposed(scene, with_quarantined=False)
    assert "`ofrecord purge propose --with-quarantined`" in no.value.hint
    with scene.archive.writing() as house:
        assert purge_steps.purges(house) == [] and not (scene.archive.home / "purging").exists()
        holding.place(house, Wanted(kind="other", matter="item set aside", reason="it stands there", numbers=(3,)))  # type: ignore[arg-type]
    with scene.by("Carla Clerk") as (house, clerk):
        made = purge_steps.propose(house, clerk, [RULE])
        assert made.count == 4 and purge_steps.items_of(house, made.number) == []


def test_the_lawful_way_destroys_the_item_with_the_records_and_says_so(scene: Scene) -> None:
    number = ready(scene)
    with scene.by("Carla Clerk") as (house, clerk):
        proposal = purge_steps.story(house, number).proposal
        assert proposal["items"] == [[1, 1]]
        assert proposal["list_sha256"] == list_digest(proposal["numbers"], proposal["entries"], [[1, 1]])
        document = purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    assert document["items"] == [[1, 1]] and document["stores"]["items set aside"] == 1
    assert "item 1 of run 1: no records, but they held their text" in as_text(paper_of(document, (), "UTC"))
    with scene.archive.reading() as house:
        assert destroyed_rows.aside(house.catalog.connection) == []
        written = certificates.write_certificate(house, number, scene.archive.home.parent / "out")
    assert not certificates.check_file(written.json, "").problems
    changed = json.loads(written.json.read_bytes())
    changed["document"]["items"] = []
    written.json.write_text(json.dumps(changed))
    assert (
        "other items set aside were destroyed than those that were signed for"
        in certificates.check_file(written.json, "").problems
    )
    assert [codes(scene, level) for level in Level] == [set()] * 5
    auditing.rebuild_catalog(scene.archive.settings, lambda done: None, scene.archive.clock)
    assert [codes(scene, level) for level in Level] == [set()] * 5


def test_what_stops_it_after_the_destruction_says_that_the_records_are_gone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ready(scene)

    def full(folder: Path) -> None:
        raise UnavailableError(f"The disk is full: {folder} could not be written.", "Make room.")

    with monkeypatch.context() as patch, scene.by("Carla Clerk") as (house, clerk):
        patch.setattr(destroyed_rows, "MANY", 1)
        patch.setattr("workflows.purging.write_anew", full)
        with pytest.raises(UnavailableError, match="records of purge 1 are destroyed; .*The disk is full") as said:
            purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    assert said.value.hint == "Make room. Then go on: ofrecord purge finish"
    with scene.archive.writing() as house:
        [issued] = purge_carrying_out.finish_all(house, lambda what, done, total: None)
    assert issued["items"] == [[1, 1]] and codes(scene) == set()


def test_an_item_nobody_signed_for_is_a_finding(scene: Scene) -> None:
    with scene.archive.writing() as house:
        holding.place(house, Wanted(kind="other", matter="x", reason="it stands there", numbers=(3,)))  # type: ignore[arg-type]
    number = proposed(scene, with_quarantined=False)
    scene.later(1.1)
    with scene.by("Dana Ruiz") as (house, custodian):
        purge_steps.approve(house, custodian, number)
    scene.later(14.1)

    def destroy(house, numbers, authority, told, still_due, *, items):  # type: ignore[no-untyped-def]
        return purging.purge_records(house, numbers, authority, told, still_due, items=[(1, 1)])

    with scene.by("Carla Clerk") as (house, clerk):
        purge_steps.execute(house, clerk, number, 4, destroy, lambda what, done, total: None)
    assert "purge-other-list" in codes(scene)


def test_an_older_backup_destroys_the_item_again(scene: Scene, tmp_path: Path) -> None:
    number = ready(scene)
    backing_up.back_up(scene.archive.settings, tmp_path / "medium", KEY, scene.archive.clock)
    with scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    done = restoring.restore(
        tmp_path / "medium",
        tmp_path / "back",
        KEY,
        "tester",
        clock=scene.archive.clock,
        ledger=scene.archive.home,
        older_is_known=True,
    )
    assert done.replayed == 5
    assert b"Water main" not in b"".join(path.read_bytes() for path in (tmp_path / "back").rglob("*") if path.is_file())
    back = object.__new__(Archive)
    back.clock, back.settings = scene.archive.clock, done.settings
    with back.reading() as house:
        assert destroyed_rows.aside(house.catalog.connection) == []
        assert auditing.verify(house, lambda done: None).clean


def left(scene: Scene) -> dict[str, bytes]:
    """Every file of the archive but the database, in which it is written down who looked."""
    home = scene.archive.home
    there = (path for path in home.rglob("*") if path.is_file() and not path.name.startswith("catalog.sqlite"))
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in there}


def test_a_dry_run_of_a_proposal_says_what_the_proposal_would(scene: Scene) -> None:
    scene.later(8)
    before = left(scene)
    with scene.archive.reading() as house:
        without = purge_dry_run.of_proposal(house, [RULE], [], False)
        with_them = purge_dry_run.of_proposal(house, [RULE], [], True)
        nothing = purge_dry_run.of_proposal(house, [], [], True)
    assert left(scene) == before
    assert dict(without.in_the_way) == {(1, 1): ["R3"]} and without.items == ()
    with pytest.raises(UnavailableError) as no:
        proposed(scene, with_quarantined=False)
    assert without.stopped == (no.value.message.replace("was proposed", "would be proposed"), no.value.hint)
    number = proposed(scene, with_quarantined=True)
    with scene.archive.reading() as house:
        made = purge_steps.story(house, number).proposal
    assert with_them.stopped is None and [list(item) for item in with_them.items] == made["items"] == [[1, 1]]
    assert len(with_them.found.numbers) == made["count"] == 5
    assert nothing.stopped is not None and nothing.stopped[0].startswith("Nothing may be destroyed today")


def test_a_dry_run_of_a_purge_says_what_carrying_it_out_would_destroy(scene: Scene) -> None:
    number = ready(scene)
    before = left(scene)
    with scene.archive.reading() as house:
        would = purge_dry_run.of_purge(house, number)
    assert left(scene) == before
    assert would.stopped is None and not would.refused and not would.in_the_way
    with scene.by("Carla Clerk") as (house, clerk):
        document = purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    assert (would.batch.count, [list(item) for item in would.items]) == (document["count"], document["items"])
    with scene.archive.reading() as house:
        again = purge_dry_run.of_purge(house, number)
    assert again.stopped is not None and "was carried out already" in again.stopped[0] and not again.refused


def test_a_dry_run_finds_an_item_that_came_in_after_the_list_was_signed(scene: Scene, jsonl: Jsonl) -> None:
    number = ready(scene)
    scene.archive.take_in(
        jsonl("b", {"object_id": "new", "text": "Leaf collection begins."}, json.dumps(old_post(2))[:-9])
    )
    with scene.archive.reading() as house:
        would = purge_dry_run.of_purge(house, number)
    assert dict(would.in_the_way) == {(2, 1): ["R2"]} and would.stopped is not None
    with scene.by("Carla Clerk") as (house, clerk), pytest.raises(UnavailableError) as no:
        purge_carrying_out.carry_out(house, clerk, number, 5, [], lambda what, done, total: None)
    assert would.stopped[0] == no.value.message.replace("was destroyed", "would be destroyed")
    assert f"ofrecord purge cancel {number}" in would.stopped[1] and "ofrecord purge cancel" in no.value.hint
    with scene.by("Carla Clerk") as (house, clerk):
        purge_steps.cancel(house, clerk, number, "an item came in")
        made = purge_steps.propose(house, clerk, [RULE], with_quarantined=True)
        assert purge_steps.items_of(house, made.number) == [(1, 1), (2, 1)]
    with scene.archive.reading() as house:
        over = purge_dry_run.of_purge(house, number)
    assert over.stopped is not None and "was cancelled" in over.stopped[0]
