"""Two writers at once, a writer that is stopped, and clocks that jump."""

import hashlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from custody.clock import fixed_clock
from tests.conftest import Archive
from tests.faults.conftest import Crew
from tests.faults.nursery import Job
from tests.faults.scene import Judge, Scene, facts, in_plain_words
from tests.faults.tally import SEED, Count, points
from workflows import auditing, requesting


def test_a_second_writer_is_sent_away_while_the_first_stands_still(scene: Scene, judge: Judge, crew: Crew) -> None:
    count = Count(what="second writers", wanted=points(20, 1))
    command, (nursery, other) = scene.command("import-many"), crew.nurseries[:2]
    while count.done < count.wanted:
        job = scene.job(command, "two-writers")
        with ThreadPoolExecutor(1) as first:
            stopped: SimpleQueue[int] = SimpleQueue()
            running = first.submit(nursery.run, job, partial(_stopped_after, job, 2 + 3 * count.done, stopped))
            pid = stopped.get(timeout=20)
            before = _bytes_of(job.home)
            second = other.run(Job(words=command.words, home=job.home, name="second"))
            assert second.code == 2 and "Another Ofrecord is writing" in second.err and in_plain_words(second), second
            assert _bytes_of(job.home) == before
            read = other.run(Job(words=("search", "snow", "--count", "--json"), home=job.home, name="second"))
            assert read.code == 0 and read.data["count"] == 19, read
            os.kill(pid, signal.SIGCONT)
            assert running.result().code == 0
        assert facts(job.home) == judge.expected[command.name]
        assert other.run(Job(words=("verify", "--json"), home=job.home)).code == 0
        count.done += 1
    count.reached()


def _stopped_after(job: Job, acks: int, stopped: "SimpleQueue[int]", pid: int) -> Callable[[], None]:
    """Let a job stand still once it has acknowledged so much."""

    def watch() -> None:
        while len(job.acknowledged()) < acks:
            time.sleep(0.001)
        os.kill(pid, signal.SIGSTOP)
        stopped.put(pid)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    return watcher.join


def _bytes_of(home: Path) -> dict[str, str]:
    paths = [path for path in home.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


MOMENTS = (
    datetime(2026, 11, 20, 18, 0, tzinfo=UTC),
    datetime(2026, 11, 21, 18, 0, tzinfo=UTC),
    datetime(2026, 11, 19, 18, 0, tzinfo=UTC),
    datetime(2026, 3, 8, 7, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 8, 8, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime(9999, 12, 1, tzinfo=UTC),
)
"""A day on and back, both changes of daylight saving time in the city's zone, and the ends of what clocks can say."""


def test_a_jumping_clock_breaks_nothing(tmp_path: Path, jsonl: Callable[..., Path]) -> None:
    count = Count(what="clock jumps", wanted=points(200, 10))
    chance = random.Random(SEED)
    archive = Archive(tmp_path / "home", fixed_clock(MOMENTS[0]))
    while count.done < count.wanted:
        for moment in chance.sample(MOMENTS, len(MOMENTS)):
            archive.clock = fixed_clock(moment)
            n = count.done
            report = archive.take_in(
                jsonl(f"n{n}", {"object_id": str(n), "text": "snow"}, {"object_id": "same", "text": f"version {n}"})
            )
            assert report.reconciliation.closes and report.reconciliation.listed == 2
            with archive.writing() as house:
                number = requesting.open_request(house, "all on snow", moment, "email").number
                assert requesting.collect(house, number, "snow")["count"] == n + 1
            count.done += 1
        with archive.reading() as house:
            assert auditing.verify(house, lambda done: None).findings == ()
    auditing.rebuild_catalog(archive.settings, lambda done: None)
    with archive.reading() as house:
        assert auditing.verify(house, lambda done: None).findings == ()
    count.reached()


def test_the_last_second_of_9999(tmp_path: Path, jsonl: Callable[..., Path]) -> None:
    archive = Archive(tmp_path / "home", fixed_clock(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)))
    assert archive.take_in(jsonl("last", {"object_id": "1"})).reconciliation.closes
