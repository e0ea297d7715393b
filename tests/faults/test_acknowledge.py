"""What is acknowledged is on the disk: nothing unflushed at any promise, and nothing lost when the power goes."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import strace
from tests.faults.conftest import Crew
from tests.faults.disk import Disk, lay_out, promises
from tests.faults.nursery import Job, Nursery
from tests.faults.scene import Command, Judge, Scene
from tests.faults.tally import SEED, Count, points

pytestmark = pytest.mark.usefixtures("traced")

TOY = """
import os, sys
flush, home, acks = sys.argv[1] == "flush", sys.argv[2], os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for n in range(20):
    file = os.open(f"{home}/{n % 3}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, b"a record")
    if flush:
        os.fsync(file)
        folder = os.open(home, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    os.close(file)
    os.write(acks, b"ack\\n")
"""


@pytest.mark.parametrize(("how", "dirty"), [("flush", 0), ("no flush", 20)])
def test_the_check_itself_finds_a_writer_that_does_not_flush(tmp_path: Path, how: str, dirty: int) -> None:
    home, acks, trace = tmp_path / "home", tmp_path / "acks", tmp_path / "trace"
    home.mkdir()
    disk = Disk(home)
    options = strace.trace_options(trace, data=False)
    subprocess.run(["strace", *options, sys.executable, "-c", TOY, how, str(home), str(acks)], check=True)
    *given, _ = promises(strace.calls(trace), disk, acks)
    assert len(given) == 20
    assert sum(bool(found) for found in given) == dirty


def test_nothing_is_unflushed_when_it_is_acknowledged(scene: Scene, crew: Crew) -> None:
    count = Count(what="acknowledgements with nothing unflushed", wanted=points(500, 20))
    nursery = crew.nurseries[0]
    chosen = ("import-first", "import", "account-add", "collect", "respond", *("import-many",) * points(5, 0))
    for name in chosen:
        job = scene.job(scene.command(name), f"flushed-{name}", aside=name != "import")
        disk = Disk(job.home)
        ended = nursery.run(job, strace.tracing(job.beside("trace"), data=False))
        assert ended.code == 0
        for n, found in enumerate(promises(strace.calls(job.beside("trace")), disk, job.acks), 1):
            assert found == [], f"{name}, acknowledgement {n}: not flushed: {found}"
            count.done += 1
    count.reached()


def test_a_power_cut_loses_nothing_acknowledged(scene: Scene, judge: Judge, crew: Crew) -> None:
    count = Count(what="states after a power cut", wanted=points(1000, 10))
    chance = random.Random(SEED)
    share = {"import": 4, "import-first": 2, "respond": 2, "collect": 1, "account-add": 1}
    states = [
        (scene.command(name), state)
        for name, tenths in share.items()
        for state in _states(scene, crew.nurseries[0], scene.command(name), count.wanted * tenths // 10, chance)
    ]

    def visit(nursery: Nursery, n: int) -> None:
        command, (promised, left) = states[n]
        home = scene.folder / f"power-{nursery.pid}"
        subprocess.run(["rm", "-rf", str(home)], check=True)
        lay_out(left, home)
        job = Job(words=command.words, home=home, batch=command.batch)
        judge.after(nursery, command, job, promised, count)
        count.done += 1

    crew.visit(len(states), visit)
    count.reached()


State = tuple[list[dict[str, int]], dict[str, bytes | None]]


def _states(scene: Scene, nursery: Nursery, command: Command, number: int, chance: random.Random) -> list[State]:
    """Possible states of the disk when the power goes at random moments of a command, with what was promised then."""
    job = scene.job(command, f"power-{command.name}", aside=command.name == "import")
    disk = Disk(job.home)
    assert nursery.run(job, strace.tracing(job.beside("trace"), data=True)).code == 0
    calls = list(strace.calls(job.beside("trace")))
    job.beside("trace").unlink()
    changing = [n for n, call in enumerate(calls) if call.name in strace.STEPS and call.path.startswith(disk.root)]
    cuts = sorted(chance.choices(changing, k=number))
    acknowledged, found, given = job.acknowledged(), [], 0
    for n, call in enumerate(calls):
        found += [(acknowledged[:given], disk.after_power_loss(chance)) for _ in range(cuts.count(n))]
        given += call.name == "write" and call.path == str(job.acks)
        disk.apply(call)
    return found
