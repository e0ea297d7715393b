"""A backup or a restore may be stopped at any step: the older set stays whole, nothing half restored has its place.

And a backup in one process while another imports: what comes back is one moment that was acknowledged.
"""

import random
import shutil
import signal
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import strace
from tests.faults.conftest import Crew
from tests.faults.nursery import Ended, Job, Nursery
from tests.faults.scene import Scene, counts, facts, in_plain_words
from tests.faults.tally import FULL, SEED, Count, points

INCOMPLETE = 2


@dataclass(frozen=True, kw_only=True)
class Place:
    """One nursery's own folder: an archive, its medium, and where it is restored to."""

    root: Path
    key: Path

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def medium(self) -> Path:
        return self.root / "medium"

    @property
    def back(self) -> Path:
        return self.root / "back"

    def words(self, what: str) -> tuple[str, ...]:
        key = ("--key-file", str(self.key), "--json")
        if what == "restore":
            return ("restore", str(self.medium), "--to", str(self.back), *key)
        return ("backup", str(self.medium), *key, *((f"--{what}",) if what != "backup" else ()))

    def run(self, nursery: Nursery, what: str, **more: object) -> Ended:
        return nursery.run(self.job(what), **more)  # type: ignore[arg-type]

    def job(self, what: str) -> Job:
        return Job(words=self.words(what), home=self.home)

    def again(self, template: "Place") -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(template.root, self.root)


@pytest.fixture(scope="session")
def prepared(scene: Scene, crew: Crew) -> Place:
    """An archive with a backup, and news since."""
    place, nursery = Place(root=scene.folder / "backup", key=scene.folder / "backup.key"), crew.nurseries[0]
    place.root.mkdir()
    shutil.copytree(scene.folder / "template", place.home)
    made = nursery.run(Job(words=("backup", "--new-key", str(place.key)), home=place.home))
    assert made.code == 0, made
    assert place.run(nursery, "backup").code == 0
    command = scene.command("import")
    assert nursery.run(Job(words=command.words, home=place.home)).code == 0
    return place


def steps_of(prepared: Place, nursery: Nursery, what: str) -> list[strace.Step]:
    place = Place(root=prepared.root.with_name(f"backup-steps-{what}"), key=prepared.key)
    place.again(prepared)
    trace = place.job(what).beside("trace")
    ended = place.run(nursery, what, meanwhile=strace.tracing(trace, data=False))
    assert ended.code == 0, ended
    root = place.medium if what == "backup" else place.root
    found = [step for step in strace.steps(trace, root) if not step.path.endswith("-shm")]
    assert len(found) > 20
    return [step for step in found if not step.path.startswith(str(place.home))]


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC"], ids=["killed", "no room"])
@pytest.mark.parametrize("what", ["backup", "restore"])
def test_stopped_at_each_step(prepared: Place, crew: Crew, what: str, fault: str) -> None:
    chance = random.Random(SEED)
    work = steps_of(prepared, crew.nurseries[0], what)
    if fault == "error=ENOSPC":
        work = [step for step in work if step.name in ("write", "pwrite64")]
    wanted = min(len(work), points(100, 6))
    work = work if FULL and what == "backup" else chance.sample(work, wanted)
    count = Count(what=f"{what}, {fault} at each step", wanted=len(work))
    expected = facts(prepared.home)
    older = crew.nurseries[0].run(prepared.job("list")).data["sets"]

    def visit(nursery: Nursery, n: int) -> None:
        place = Place(root=prepared.root.with_name(f"backup-{nursery.pid}"), key=prepared.key)
        place.again(prepared)
        ended = place.run(nursery, what, meanwhile=strace.injecting(work[n], fault))
        if fault == "signal=KILL":
            assert ended.code == -signal.SIGKILL, (work[n], ended)
        else:
            assert ended.code in (0, INCOMPLETE), (work[n], ended)
            assert ended.code == 0 or in_plain_words(ended), ended
        checked = place.run(nursery, "check")
        assert checked.code == 0 and checked.data["clean"], (work[n], checked)
        sets = place.run(nursery, "list").data["sets"]
        assert sets[:1] == older
        count.note("the new set was there already", len(sets) - 1)
        if place.back.exists():
            assert what == "restore"
            count.note("it was restored already")
            shutil.rmtree(place.back)
        assert place.run(nursery, "backup").code == 0
        again = place.run(nursery, "restore")
        assert again.code == 0, (work[n], again)
        assert facts(place.back) == expected
        assert not [path for path in place.root.rglob(".*") if path.name.endswith((".part", ".restoring", ".lock"))]
        count.note(work[n].name)
        count.done += 1

    crew.visit(len(work), visit)
    count.reached()


def acts_before_the_restore(home: Path) -> int:
    """How many acts the archive had when it was copied. A restore writes its own; and of readings that were in the
    ledger, which are where somebody has read for five minutes, that they are lost."""
    with closing(sqlite3.connect(home / "catalog.sqlite")) as catalog:
        query = "SELECT count(*) FROM act WHERE kind NOT IN ('archive.restored', 'reads.lost')"
        found: int = catalog.execute(query).fetchone()[0]
    return found


def test_backups_while_another_process_imports(scene: Scene, crew: Crew) -> None:
    count = Count(what="backups during an import", wanted=points(60, 6))
    key = scene.folder / "during.key"
    importer, other = crew.nurseries
    assert other.run(Job(words=("backup", "--new-key", str(key)), home=scene.folder / "during")).code == 0
    many = scene.command("import-many")
    moments: set[tuple[int, ...]] = set()
    serial = 0
    while count.done < count.wanted:
        serial += 1
        place = Place(root=scene.folder / f"during-{serial}", key=key)
        place.root.mkdir()
        shutil.copytree(scene.folder / many.start, place.home)
        ended: list[Ended] = []
        job = Job(words=many.words, home=place.home, batch=many.batch, name="import")
        importing = threading.Thread(target=lambda job=job, ended=ended: ended.append(importer.run(job)))
        importing.start()
        made = 0
        while importing.is_alive():
            backed = place.run(other, "backup")
            assert backed.code == 0, backed
            made += 1
        importing.join()
        assert ended[0].code == 0 and made >= 1
        promised = {tuple(sorted(each.items())) for each in job.acknowledged()}
        promised.add(tuple(sorted(counts(scene.folder / many.start).items())))
        sets = place.run(other, "list").data["sets"]
        assert len(sets) == made
        for each in sets[: count.wanted - count.done]:
            words = (*place.words("restore"), "--set", each["set"], "--older-is-known")
            again = other.run(Job(words=words, home=place.home))
            assert again.code == 0, again
            there = {**counts(place.back), "acts": acts_before_the_restore(place.back)}
            then = tuple(sorted(there.items()))
            ended_run = tuple(sorted({**there, "acts": there["acts"] - 1}.items()))
            assert then in promised or ended_run in promised, (there, sorted(promised))
            moments.add(then)
            shutil.rmtree(place.back)
            count.done += 1
        shutil.rmtree(place.root)
    count.note("imports", serial)
    count.note("different moments", len(moments))
    count.reached()
    assert len(moments) > count.wanted / 4
