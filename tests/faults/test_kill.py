"""A process may die at any moment: nothing acknowledged is lost, nothing is there twice, the next start mends all."""

import os
import random
import signal
import threading

import pytest

from tests.faults import strace
from tests.faults.conftest import Crew
from tests.faults.nursery import Nursery
from tests.faults.scene import STEPPED, Judge, Scene
from tests.faults.tally import FULL, SEED, Count, points


def test_killed_at_random_moments(scene: Scene, judge: Judge, crew: Crew) -> None:
    count = Count(what="random SIGKILL", wanted=points(1000, 15))

    def visit(nursery: Nursery, n: int) -> None:
        chance = random.Random(f"{SEED} kill {n}")
        command = scene.command("respond" if n % 8 == 7 else "import")
        job = scene.job(command, f"kill-{nursery.pid}", aside=n % 2 == 0)
        delay = chance.uniform(0, 1.5 * judge.seconds[command.name])
        ended = nursery.run(job, lambda pid: _killed_after(delay, pid).join)
        assert ended.code in (-signal.SIGKILL, 0), ended
        count.note("killed" if ended.code else "already ended")
        promised = job.acknowledged()
        count.note("acknowledgements", len(promised))
        judge.after(nursery, command, job, promised, count)
        count.done += 1

    crew.visit(count.wanted, visit)
    count.reached()
    assert count.notes["killed"] > count.wanted / 2


def _killed_after(seconds: float, pid: int) -> threading.Timer:
    handle = os.pidfd_open(pid)

    def kill() -> None:
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)

    alarm = threading.Timer(seconds, kill)
    alarm.start()
    return alarm


@pytest.mark.usefixtures("traced")
def test_killed_before_each_step(scene: Scene, judge: Judge, crew: Crew) -> None:
    chance = random.Random(SEED)
    work = [(name, step) for name in STEPPED for step in judge.steps(crew.nurseries[0], name)]
    if not FULL:
        work = chance.sample(work, 12)
    count = Count(what="SIGKILL before each step", wanted=max(len(work), points(300, 12)))

    def visit(nursery: Nursery, n: int) -> None:
        name, step = work[n]
        command = scene.command(name)
        job = scene.job(command, f"step-{nursery.pid}")
        ended = nursery.run(job, strace.injecting(step, "signal=KILL"))
        assert ended.code == -signal.SIGKILL, f"{name} did not come to {step}"
        judge.after(nursery, command, job, job.acknowledged(), count)
        count.note(step.name)
        count.done += 1

    crew.visit(len(work), visit)
    count.reached()
