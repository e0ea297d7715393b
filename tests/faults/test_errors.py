"""A full or failing disk: said in plain words, nothing acknowledged that is not there, and the same command goes on."""

import random
import re

import pytest

from tests.faults import strace
from tests.faults.conftest import Crew
from tests.faults.nursery import Nursery
from tests.faults.scene import STEPPED, Judge, Scene, in_plain_words
from tests.faults.tally import SEED, Count, points

pytestmark = pytest.mark.usefixtures("traced")

INCOMPLETE = 2
FULL_DISK = re.compile(r"disk is full")
BAD_DISK = re.compile(r"[Ii]nput/output error|disk I/O error")
"""What the catalog says of a disk that fails. Its file is not damaged, and a rebuild is no cure: expected to fail."""
FULL_OR_BAD = re.compile(f"{FULL_DISK.pattern}|{BAD_DISK.pattern}")
"""SQLite says the same of a disk that is found full only when its log is flushed."""
WRITES, FLUSHES = ("write", "pwrite64"), ("fsync", "fdatasync")


@pytest.mark.parametrize(
    ("error", "calls", "cause"),
    [
        ("ENOSPC", WRITES, FULL_DISK),
        ("ENOSPC", FLUSHES, FULL_OR_BAD),
        ("EIO", WRITES, BAD_DISK),
        ("EIO", FLUSHES, BAD_DISK),
    ],
    ids=["no room to write", "no room to flush", "failing disk when writing", "failing disk when flushing"],
)
def test_a_failed_step_is_said_and_half_of_nothing_stays(
    scene: Scene, judge: Judge, crew: Crew, error: str, calls: tuple[str, ...], cause: re.Pattern[str]
) -> None:
    count = Count(what=f"{error} at {' and '.join(calls)}", wanted=points(200, 6))
    chance = random.Random(SEED)
    names = (*STEPPED, *("import-many",) * (count.wanted > 100))
    work = [(name, step) for name in names for step in judge.steps(crew.nurseries[0], name) if step.name in calls]
    work = chance.sample(work, count.wanted)

    def visit(nursery: Nursery, n: int) -> None:
        name, step = work[n]
        command = scene.command(name)
        job = scene.job(command, f"error-{nursery.pid}")
        ended = nursery.run(job, strace.injecting(step, f"error={error}"))
        promised = job.acknowledged()
        if ended.code == 0:  # only tidying up failed, after everything had been promised and kept
            assert step.path.endswith(("catalog.sqlite", "catalog.sqlite-wal")), step
            count.note("failed in tidying up only")
        else:
            assert in_plain_words(ended), (step, ended)
            assert cause.search(ended.err), (step, ended.err)
            assert ended.code == INCOMPLETE, (step, ended)
        judge.after(nursery, command, job, promised, count)
        count.note(step.name)
        count.done += 1

    crew.visit(len(work), visit)
    count.reached()
