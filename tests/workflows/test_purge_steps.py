"""A purge step by step: who may, when, on which list; and that anything new throws the list back untouched."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from custody.authority import PurgeState, numbers_in
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.purged import Purged
from tests.conftest import Archive
from tests.workflows.purge_scene import OLD, RULE, Scene, quick_keys
from workflows import auditing, holding, purge_dry_run, purge_steps, requesting
from workflows.auditing import Level
from workflows.holding import Wanted
from workflows.house import House
from workflows.purge_list import CHANGED, NEWER, NOT_VERIFIED, due_list
from workflows.purging import StillDue, Told
from workflows.set_aside import Item

Jsonl = Callable[..., Path]


class NoPurge:
    """In place of the destruction: asks once more, as it does, and then destroys nothing."""

    def __init__(self) -> None:
        self.authority: Mapping[str, Any] = {}

    def __call__(
        self,
        house: House,
        numbers: Sequence[RecordNumber],
        authority: Mapping[str, Any],
        told: Told,
        still_due: StillDue,
        *,
        items: Collection[Item] = (),
    ) -> Purged:
        refused = still_due(numbers)
        if refused:
            raise UnavailableError(f"{len(refused)} may not go.")
        self.authority = authority
        return Purged(
            number=1, executed=0, verified=None, records=len(numbers), versions=len(numbers), stores={}, survivors=0,
            remains=None, method=(),
        )  # fmt: skip


@pytest.fixture
def scene(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> Scene:
    quick_keys(monkeypatch)
    old = [{"object_id": str(n), "text": f"plow {n}", **OLD} for n in range(1, 6)]
    archive.take_in(
        jsonl("a", *old, {"object_id": "new", "text": "plow tonight", "created_at": "2026-11-01T12:00:00Z"})
    )
    return Scene(archive)


def sound(scene: Scene) -> bool:
    with scene.archive.reading() as house:
        return auditing.verify(house, lambda done: None, Level.V4).clean


def go(scene: Scene, number: int, typed: int = 5, by: str = "Carla Clerk") -> NoPurge:
    nothing = NoPurge()
    with scene.by(by) as (house, person):
        purge_steps.execute(house, person, number, typed, nothing, lambda what, done, total: None)
    return nothing


def state(scene: Scene, number: int) -> PurgeState:
    with scene.archive.reading() as house:
        return purge_steps.purge_of(house, number).state


def test_a_list_says_what_goes_and_why_the_rest_stays(scene: Scene) -> None:
    with scene.archive.reading() as house:
        nothing, found = due_list(house, []), due_list(house, [RULE])
    assert nothing.numbers == () and nothing.excluded[NOT_VERIFIED] == 5 and nothing.unverified == (RULE,)
    assert found.numbers == (1, 2, 3, 4, 5) and found.kept == 1 and found.excluded == {}
    (row,) = found.series
    assert (row["series"], row["governed_by"], row["count"]) == ("WI-SM-POST", RULE, 5)
    assert row["oldest"] == row["newest"] == "2015-03-01" and row["eligible_on"] == "2022-03-02"
    assert row["authority"] == "Wis. Stat. 19.21(4)(b)" and row["verified_by"] == "" and row["notice"] == "waived"


def test_the_whole_way_in_order(scene: Scene) -> None:
    number = scene.ready()
    made = go(scene, number)
    assert made.authority["certificate"] == "DC-2026-0001" and made.authority["purge"] == number
    assert "Carla" not in str(made.authority) and "plow" not in str(made.authority)
    with scene.archive.reading() as house:
        told = purge_steps.story(house, number)
    assert [step["kind"] for step in told.steps] == ["purge.proposed", "purge.approved", "purge.begun"]
    assert numbers_in(told.proposal["numbers"]) == [1, 2, 3, 4, 5]
    assert {step["signed"]["name"] for step in told.steps} == {"Carla Clerk", "Dana Ruiz"}
    assert sound(scene)


def test_the_clerk_proposes_and_nobody_else(scene: Scene) -> None:
    for name in ("Dana Ruiz", "Max Director"):
        with pytest.raises(UnavailableError, match="may not propose"), scene.by(name) as (house, person):
            purge_steps.propose(house, person, [RULE])
    with pytest.raises(UnavailableError, match="Nothing may be destroyed"), scene.by("Carla Clerk") as (house, clerk):
        purge_steps.propose(house, clerk)


def test_approval_takes_another_person_of_that_role_a_week_and_a_day(scene: Scene) -> None:
    with scene.by("Carla Clerk") as (house, clerk):
        number = purge_steps.propose(house, clerk, [RULE]).number
        with pytest.raises(UnavailableError, match=r"may not approve.*proposed this purge"):
            purge_steps.approve(house, clerk, number)
    both = r"less than 7 days.*less than 24 hours"
    with pytest.raises(UnavailableError, match=both), scene.by("Dana Ruiz") as (house, custodian):
        purge_steps.approve(house, custodian, number)
    scene.later(6.9)
    with pytest.raises(UnavailableError, match="less than 7 days"), scene.by("Dana Ruiz") as (house, custodian):
        purge_steps.approve(house, custodian, number)
    scene.later(0.2)
    with scene.by("Dana Ruiz") as (house, custodian):
        assert purge_steps.approve(house, custodian, number).state is PurgeState.APPROVED
        with pytest.raises(UnavailableError, match="is approved and cannot be approved"):
            purge_steps.approve(house, custodian, number)
    assert sound(scene)


def test_the_days_of_grace_and_the_typed_number(scene: Scene) -> None:
    number = scene.approved()
    scene.later(13.9)
    with pytest.raises(UnavailableError, match="not approved 14 days before"):
        go(scene, number)
    scene.later(0.2)
    with pytest.raises(UsageError, match="The number typed is 4; purge 1 holds 5 records"):
        go(scene, number, 4)
    with pytest.raises(UnavailableError, match="may not execute"):
        go(scene, number, by="Max Director")
    assert state(scene, number) is PurgeState.APPROVED
    go(scene, number)
    assert state(scene, number) is PurgeState.BEGUN and sound(scene)


def test_anybody_with_a_role_cancels_with_a_reason_and_then_nothing_goes_on(scene: Scene) -> None:
    number = scene.ready()
    with scene.by("Max Director") as (house, director):
        with pytest.raises(UsageError, match="reason is missing"):
            purge_steps.cancel(house, director, number, "  ")
        purge_steps.cancel(house, director, number, "the council asked to wait")
    with pytest.raises(UnavailableError, match="is cancelled and cannot be carried out"):
        go(scene, number)
    with scene.by("Carla Clerk") as (house, clerk):
        assert purge_steps.propose(house, clerk, [RULE]).number == number + 1
    assert sound(scene)


def test_a_record_is_on_one_open_list_only(scene: Scene) -> None:
    scene.proposed()
    with scene.by("Carla Clerk") as (house, clerk), pytest.raises(UnavailableError, match="nothing to propose"):
        purge_steps.propose(house, clerk, [RULE])
    with scene.archive.reading() as house:
        assert due_list(house, [RULE]).excluded == {"on the list of another purge": 5}


def _hold(scene: Scene) -> None:
    with scene.archive.writing() as house:
        holding.place(house, Wanted(kind="litigation", matter="Doe v. City", reason="suit", numbers=(2,)))


def _request(scene: Scene) -> None:
    with scene.archive.writing() as house:
        requesting.open_request(house, "everything about plows", house.clock(), "phone")


def _profile(scene: Scene) -> None:
    path = scene.archive.settings.city
    path.write_text(path.read_text().replace('count_rule = "later"', 'count_rule = "calendar"'))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(_hold, "hold"), (_request, "open request"), (_profile, CHANGED)],
    ids=["hold", "request", "profile"],
)
@pytest.mark.parametrize("step", ["approve", "execute"])
def test_whatever_comes_up_throws_the_list_back(
    scene: Scene, happens: Callable[[Scene], None], reason: str, step: str
) -> None:
    number = scene.proposed() if step == "approve" else scene.ready()
    scene.later(2)
    happens(scene)
    with scene.archive.reading() as house:
        would = purge_dry_run.of_purge(house, number).refused
    with pytest.raises(purge_steps.ThrownBack, match="thrown back, and nothing was destroyed") as thrown:
        if step == "approve":
            with scene.by("Dana Ruiz") as (house, custodian):
                purge_steps.approve(house, custodian, number)
        else:
            go(scene, number)
    assert reason in str(thrown.value) and state(scene, number) is PurgeState.RETURNED
    assert would or happens is _profile  # a profile edited by hand is noticed at the next writing
    assert sound(scene)


def test_a_newer_version_throws_the_list_back(scene: Scene, jsonl: Jsonl) -> None:
    number = scene.ready()
    scene.archive.take_in(jsonl("b", {"object_id": "3", "text": "plow 3, corrected", **OLD}))
    with pytest.raises(purge_steps.ThrownBack, match=NEWER):
        go(scene, number)


def test_what_comes_up_during_the_destruction_itself_throws_back_too(scene: Scene) -> None:
    number = scene.ready()

    def purge(house: House, numbers: Any, authority: Any, told: Any, still_due: StillDue, *, items: Any) -> Purged:
        holding.place(house, Wanted(kind="litigation", matter="Doe v. City", reason="suit", numbers=(2,)))
        assert still_due(numbers)
        raise UnavailableError("thrown back")

    with pytest.raises(purge_steps.ThrownBack, match="hold: 1"), scene.by("Carla Clerk") as (house, clerk):
        purge_steps.execute(house, clerk, number, 5, purge, lambda what, done, total: None)
    assert state(scene, number) is PurgeState.RETURNED and sound(scene)


def test_waits_are_the_directors_with_a_reason_and_a_least(scene: Scene) -> None:
    with scene.by("Carla Clerk") as (house, clerk), pytest.raises(UnavailableError, match="may not wait"):
        purge_steps.set_waits(house, clerk, {"grace_days": 3}, "hurry")
    with scene.by("Max Director") as (house, director):
        with pytest.raises(UsageError, match="grace days: 0 is too short"):
            purge_steps.set_waits(house, director, {"grace_days": 0}, "hurry")
        with pytest.raises(UsageError, match="reason is missing"):
            purge_steps.set_waits(house, director, {"grace_days": 3}, "")
        made = purge_steps.set_waits(house, director, {"grace_days": 3, "approval_hours": None}, "the vault is small")
    assert made.shortened() == ["grace: 3 days instead of 14"]
    number = scene.approved()
    scene.later(3.1)
    go(scene, number)
    assert sound(scene)
