"""A purge that was carried out after a backup was made: what an archive restored from it says of that purge."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.backup_set import Unlock
from archiver.sealing import Seal
from console.cli import purge_words
from console.cli.purge_dry import became_of, in_short, is_gone, ready_from
from custody.authority import PurgeState
from custody.clock import local_day
from custody.errors import UnavailableError
from tests.conftest import Archive
from tests.workflows.purge_scene import OLD, RULE, Scene, quick_keys
from workflows import (
    auditing,
    backing_up,
    certificates,
    holding,
    purge_carrying_out,
    purge_dry_run,
    purge_list,
    purge_steps,
    restoring,
)  # fmt: skip
from workflows.auditing import Level
from workflows.holding import Wanted
from workflows.house import House

Jsonl = Callable[..., Path]
ZONE = "America/Chicago"
KEY = Unlock(key=Seal(secret=bytes(range(32))))


@pytest.fixture
def scene(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> Scene:
    quick_keys(monkeypatch)
    archive.take_in(jsonl("a", *({"object_id": str(n), "text": f"plow {n}", **OLD} for n in range(1, 6))))
    return Scene(archive)


def backed_up(scene: Scene) -> None:
    backing_up.back_up(scene.archive.settings, scene.archive.home.parent / "medium", KEY, scene.archive.clock)


def restored(scene: Scene) -> Scene:
    """The archive as its first backup holds it, with its newer ledger known."""
    folder = scene.archive.home.parent
    back = object.__new__(Archive)
    back.clock = scene.archive.clock
    back.settings = restoring.restore(
        folder / "medium", folder / "back", KEY, "tester", ledger=scene.archive.home, older_is_known=True,
        clock=scene.archive.clock,
    ).settings  # fmt: skip
    again = object.__new__(Scene)
    again.archive = back
    return again


def carry_out(scene: Scene, number: int, count: int = 5) -> None:
    with scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, count, [], lambda what, done, total: None)


def codes(scene: Scene) -> set[str]:
    with scene.archive.reading() as house:
        return {each.code for each in auditing.verify(house, lambda done: None, Level.V4).findings}


def told(house: House, number: int) -> str:
    story = purge_steps.story(house, number)
    ready, gone, became = (each(house, story.batch) for each in (ready_from, is_gone, became_of))
    assert ready == "" and gone
    one = purge_words.batch_line(story.batch, ready, gone, in_short(house, story.batch))
    steps = [("", step) for step in story.steps]
    return "\n".join([one, *purge_words.story_lines(story, ready, gone, became), *purge_words.step_lines(steps)])


@pytest.mark.parametrize("state", ["proposed", "approved", "ready"])
def test_a_purge_carried_out_since_is_shown_as_carried_out_and_refused(scene: Scene, state: str) -> None:
    number = getattr(scene, state)()
    backed_up(scene)
    if state == "proposed":
        scene.later(1.1)
        with scene.by("Dana Ruiz") as (house, custodian):
            purge_steps.approve(house, custodian, number)
    scene.later(14.1)
    carry_out(scene, number)
    executed = local_day(scene.archive.clock(), ZONE)
    scene.later(3)
    again = restored(scene)
    today = local_day(again.archive.clock(), ZONE)
    with again.archive.reading() as house:
        batch = purge_steps.purge_of(house, number)
        assert batch.state is PurgeState.EXECUTED and batch.certificate == "DC-2026-0001"
        assert purge_list.under_way(house) == []
        assert purge_steps.purges(house) == [batch]
        said = told(house, number)
        assert said.count(f"Purge 1 was carried out on {executed}, after the backup was made") == 1
        assert f"executed   5 records  carried out on {executed}; done again after the restore on {today}" in said
        assert f"destroyed again after the restore, on {today}" in said and "approve 1" not in said
        assert "Next: nothing; keep its certificate DC-2026-0001" in said
        assert "carried out once more by the program, after a restore" in said
        would = purge_dry_run.of_purge(house, number)
        assert would.stopped is not None and "nothing of it is left" in would.stopped[0] and not would.refused
        with pytest.raises(UnavailableError, match="was carried out on .*Its records were destroyed again"):
            certificates.write_certificate(house, number, again.archive.home / "out")
    refused = f"Purge 1 was carried out on {executed}, .* destroyed again after the restore, on {today}"
    with pytest.raises(UnavailableError, match=refused):
        carry_out(again, number)
    with again.by("Dana Ruiz") as (house, custodian):
        with pytest.raises(UnavailableError, match=refused):
            purge_steps.approve(house, custodian, number)
        with pytest.raises(UnavailableError, match=refused):
            purge_steps.cancel(house, custodian, number, "x")
    assert codes(again) == set()
    auditing.rebuild_catalog(again.archive.settings, lambda done: None, again.archive.clock)
    assert codes(again) == set()
    with again.archive.reading() as house:
        assert purge_steps.purge_of(house, number) == batch


def test_a_purge_that_was_cancelled_since_and_made_anew_is_thrown_back(scene: Scene) -> None:
    first = scene.approved()
    backed_up(scene)
    with scene.by("Carla Clerk") as (house, clerk):
        purge_steps.cancel(house, clerk, first, "wait")
        holding.place(house, Wanted(kind="other", matter="m", reason="r", numbers=(2,)))  # type: ignore[arg-type]
        second = purge_steps.propose(house, clerk, [RULE]).number
    scene.later(1.1)
    with scene.by("Dana Ruiz") as (house, custodian):
        purge_steps.approve(house, custodian, second)
    scene.later(14.1)
    carry_out(scene, second, 4)
    again = restored(scene)
    with again.archive.reading() as house:
        assert purge_steps.purge_of(house, first).state is PurgeState.RETURNED
        (step,) = (step for step in purge_steps.story(house, first).steps if step["kind"] == "purge.returned")
    assert step["reasons"] == {"destroyed after the backup was made, under DC-2026-0002": 4}
    assert step["numbers"] == [1, 3, 4, 5] and codes(again) == set()


def test_a_purge_that_is_untouched_stays_as_it_was(scene: Scene, jsonl: Jsonl) -> None:
    number = scene.approved()
    backed_up(scene)
    with scene.by("Carla Clerk") as (house, clerk):
        purge_steps.cancel(house, clerk, number, "wait")
    again = restored(scene)
    with again.archive.reading() as house:
        assert purge_steps.purge_of(house, number).state is PurgeState.APPROVED


def test_who_writes_that_a_purge_was_done_again_without_a_restore_is_found(scene: Scene) -> None:
    number = scene.ready()
    with scene.archive.writing() as house:
        data = {"destruction": 1, "executed_at": 1, "certificate": "DC-2026-0001", "count": 5}
        house.journal.write(("purge.replayed", number, data))
    assert codes(scene) == {"purge-unsigned"}


def test_no_two_purges_have_certificates_of_one_name(scene: Scene, jsonl: Jsonl) -> None:
    scene.later(45)  # everything falls into one year
    backed_up(scene)
    carry_out(scene, scene.ready())
    again = restored(scene)
    again.archive.take_in(jsonl("b", {"object_id": "more", "text": "leaf collection", **OLD}))
    number = again.ready()
    carry_out(again, number, 1)
    with again.archive.reading() as house:
        written = certificates.write_certificate(house, number, again.archive.home.parent / "out")
    assert (number, written.certificate) == (1, "DC-2027-0001-2") and not certificates.check_file(
        written.json, ""
    ).problems
    assert codes(again) == set()
