"""The folder in memory, the warm processes and the table at the end."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.faults import strace, tally
from tests.faults.nursery import Nursery
from tests.faults.scene import Judge, Scene, make_scene

WORKERS = 2
MEMORY = Path("/dev/shm")
Visit = Callable[[Nursery, int], None]


class Crew:
    """Some nurseries, and a way to have them visit many points side by side."""

    def __init__(self) -> None:
        self.nurseries = [Nursery() for _ in range(WORKERS)]
        for nursery in self.nurseries:
            nursery.ready()

    def visit(self, number: int, visit: Visit) -> None:
        """Call `visit(nursery, n)` for each n; the first failure ends it."""
        free: SimpleQueue[Nursery] = SimpleQueue()
        for nursery in self.nurseries:
            free.put(nursery)

        def one(n: int) -> None:
            nursery = free.get()
            try:
                visit(nursery, n)
            finally:
                free.put(nursery)

        with ThreadPoolExecutor(len(self.nurseries)) as pool:
            results = [pool.submit(one, n) for n in range(number)]
            try:
                for result in results:
                    result.result()
            finally:
                pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    made = Crew()
    yield made
    for nursery in made.nurseries:
        nursery.close()


@pytest.fixture(scope="session")
def scene(crew: Crew) -> Iterator[Scene]:
    folder = Path(tempfile.mkdtemp(prefix="ofrecord-faults-", dir=MEMORY if MEMORY.is_dir() else None))
    yield make_scene(folder, crew.nurseries[0])
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def judge(scene: Scene, crew: Crew) -> Judge:
    return Judge(scene, crew.nurseries[0])


@pytest.fixture
def traced(request: pytest.FixtureRequest) -> None:
    """Skips, says why and counts it, where strace cannot be used."""
    reason = strace.why_not()
    if reason:
        tally.Count(what=request.node.name, wanted=0, skipped=f"SKIPPED: {reason}")
        pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if tally.LINES:
        terminalreporter.write_sep("=", "faults")
        for line in tally.table():
            terminalreporter.write_line(line)
