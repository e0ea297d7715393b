"""What a person is told is done is on the disk: a hold, an enrolment, a password, an approval, a destruction."""

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.catalog.catalog import Catalog
from tests.conftest import Archive
from tests.faults import strace
from tests.faults.disk import Disk, promises
from tests.faults.nursery import ALLOW_TRACING, announcing
from tests.faults.tally import Count
from tests.workflows.purge_scene import OLD, PASSWORDS, RULE, Scene, quick_keys
from workflows import holding, people, purge_carrying_out, purge_steps
from workflows.holding import Wanted

pytestmark = pytest.mark.usefixtures("traced")
Jsonl = Callable[..., Path]
SCRATCH = "/purging/sieves"
"""What the search for remains works with; an interrupted search makes it anew from the sealed needles."""

ANOTHER = "marble ticket garden owl"


def everything_people_promise(scene: Scene) -> None:
    """Hold and release, enrol, change a password, propose, approve, destroy: each as a person would."""
    with scene.archive.writing() as house:
        wanted = Wanted(kind="litigation", matter="2026CV1", reason="a suit", authority="the attorney", query="snow")
        held = holding.place(house, wanted).number
    with scene.archive.writing() as house:
        holding.release(house, held, "the suit was settled")
    with scene.by("Max Director") as (house, director):
        people.enrol(house, director, "Rita Recorder", "clerk", ANOTHER)
    with scene.by("Carla Clerk") as (house, clerk):
        people.change_password(house, clerk, ANOTHER)
    with scene.archive.writing() as house:
        people.change_password(house, people.sign_in(house, "Carla Clerk", ANOTHER), PASSWORDS["Carla Clerk"])
    with scene.by("Carla Clerk") as (house, clerk):
        number = purge_steps.propose(house, clerk, [RULE]).number
    scene.later(1.1)
    with scene.by("Dana Ruiz") as (house, custodian):
        purge_steps.approve(house, custodian, number)
    scene.later(14.1)
    with scene.by("Carla Clerk") as (house, clerk):
        purge_carrying_out.carry_out(house, clerk, number, 30, (), lambda what, done, total: None)


def test_nothing_a_person_was_told_is_unflushed(
    archive: Archive, jsonl: Jsonl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_keys(monkeypatch)
    old = [{"object_id": str(n), "text": f"snow {n}", **OLD} for n in range(30)]
    archive.take_in(jsonl("a", *old, *({"object_id": f"new {n}", "text": f"rain {n}"} for n in range(10))))
    scene = Scene(archive)
    scene.later(8)
    disk, trace, acks = Disk(archive.home), tmp_path / "trace", tmp_path / "acks"
    assert _traced(lambda: everything_people_promise(scene), trace, acks) == 0
    count = Count(what="promises to people with nothing unflushed", wanted=12)
    for n, found in enumerate(promises(strace.calls(trace), disk, acks), 1):
        loose = [path for path in found if SCRATCH not in path]
        assert loose == [], f"promise {n}: not flushed: {loose}"
        count.done += 1
    assert disk.unflushed_removals() == [], "what was destroyed could come back after a power cut"
    count.reached()


def _traced(work: Callable[[], None], trace: Path, acks: Path) -> int:
    """Do some work in a process of its own, with strace watching; how it ended."""
    gate, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(go)
            promised = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            Catalog.transaction = announcing(Catalog.transaction, promised)  # type: ignore[assignment,method-assign]
            ctypes.CDLL(None).prctl(*ALLOW_TRACING)
            os.read(gate, 1)
            work()
            code = 0
        finally:
            os._exit(code)
    os.close(gate)
    ended = strace.tracing(trace, data=False)(pid)
    os.write(go, b".")
    os.close(go)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    ended()
    return code
