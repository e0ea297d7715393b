"""Destroying every tenth record of an archive, so that every file is mixed, and then its three oldest files whole.

Every step is timed as it is heard of; the search for remains over everything that is left is part of it. There is no
rival: no product found removes one record from a WARC. `python -m benchmarks.purge_bench 100000`, and with a second
number for every which record goes. Memory is what a process has for itself alone; files it looks into do not count.
"""

import multiprocessing
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from archiver.fetch import FakeFetcher
from benchmarks.corpus import lines
from custody.ids import ArchiveId, RecordNumber
from workflows import capturing, enrolling, purging
from workflows.auditing import verify
from workflows.house import open_for_writing, open_house
from workflows.settings import Settings

WORK = Path(os.environ.get("PURGE_BENCH", "/tmp/ofrecord-purge-bench"))


def main(size: int, every: int) -> None:
    """Measure, and print one line for each thing measured."""
    os.setpgrp()
    settings = made(size)
    files = sorted((WORK / "home" / "vault" / "segments").rglob("*.gz"))
    catalog = WORK / "home" / "catalog.sqlite"
    sizes = f"{sum(path.stat().st_size for path in files) / 1e6:.0f} MB in {len(files)} files"
    print(f"{size:,} records, {sizes}, catalog {catalog.stat().st_size / 1e6:.0f} MB")
    chosen = [RecordNumber(number) for number in range(5, size, every)]
    measured(settings, f"one record of {every}", chosen, "DC-1")
    with open_house(settings) as house:
        oldest = house.catalog.dbapi().execute(
            "SELECT number FROM version JOIN segment ON id = segment WHERE room IN (SELECT DISTINCT room FROM segment"
            " WHERE room LIKE 'segments/%' ORDER BY room LIMIT 3)"
        ).fetchall()  # fmt: skip
    measured(settings, "the three oldest files", [RecordNumber(row[0]) for row in oldest], "DC-2")
    started = time.monotonic()
    with open_house(settings) as house:
        verdict = verify(house, lambda done: None)
    found = [each for each in verdict.findings if each.code != "purge-unsigned"]  # nobody proposed it, rightly said
    assert not found, found[:3]
    print(f"verified clean in {time.monotonic() - started:.1f} s")
    shutil.rmtree(WORK)


def made(size: int) -> Settings:
    """An archive with the corpus in it."""
    shutil.rmtree(WORK, ignore_errors=True)
    os.environ["OFRECORD_PINS"] = str(WORK / "pins")  # the archive of the last run had the same number, another key
    (WORK / "download").mkdir(parents=True)
    with (WORK / "download" / "records.jsonl").open("wb") as file:
        file.writelines(lines(size))
    settings = enrolling.make_archive(WORK / "home", "maple-falls", "bench", archive=ArchiveId("0123456789ab"))
    with open_for_writing(settings) as house:
        enrolling.add_account(house, "parks", "facebook", custodian="Dana Ruiz")
        account = house.account_named("parks")
        capturing.take_in(house, [str(WORK / "download")], account, None, False, FakeFetcher({}), lambda done: None)
    return settings


def measured(settings: Settings, what: str, numbers: Sequence[RecordNumber], certificate: str) -> None:
    """Destroy some records in a process of its own, as a person would, and print where time and memory went."""
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=destroyed, args=(settings, what, numbers, certificate))
    child.start()
    child.join()
    assert child.exitcode == 0, child.exitcode


def destroyed(settings: Settings, what: str, numbers: Sequence[RecordNumber], certificate: str) -> None:
    """Destroy some records, and print where the time and the memory went."""
    started, last = time.monotonic(), (time.monotonic(), 0.0)

    with open_for_writing(settings) as house, watched() as seen:

        def step(name: str) -> None:
            nonlocal last
            now = (time.monotonic(), seen.processor())
            if name in ("staged", "moved"):
                return
            most, together = seen.since_last()
            spent = f"{now[0] - last[0]:.1f} s, {now[1] - last[1]:.1f} s of processor time"
            memory = f"largest process {most / 1e6:.0f} MB, all {together / 1e6:.0f} MB"
            print(f"  up to {name}: {spent}; {memory}", flush=True)
            last = now

        done = purging.purge_records(
            house, numbers, {"certificate": certificate}, lambda *said: None, nothing, step
        )  # fmt: skip
        processor = seen.processor()
    seconds = time.monotonic() - started
    assert done.verified is not None and done.remains is not None, done.remains
    stores, remains = done.stores, done.remains
    print(f"{what}: {done.records:,} records in {seconds:.1f} s, {processor:.1f} s of processor time")
    print(f"  memory at most: largest process {seen.largest / 1e6:.0f} MB, all together {seen.most / 1e6:.0f} MB")
    print(f"  {stores['segments rewritten']} files written anew, {stores['segments removed']} removed")
    searched = f"{remains.bytes / 1e6:.0f} MB searched, {remains.accounted / 1e6:.0f} MB accounted for"
    print(f"  {remains.needles:,} needles, {remains.shared:,} of them shared; {searched}", flush=True)


def nothing(numbers: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
    """No reason against any of them."""
    return {}


class Watch:
    """What all processes of this run need, but for the one that only waits: memory in bytes (what they share counts
    once in all together), seconds of processor time."""

    def __init__(self) -> None:
        self.largest = self.most = 0
        self._largest = self._most = 0
        self._ticks: dict[str, int] = {}

    def look(self) -> None:
        """Look at every process once."""
        together = largest = 0
        for process in Path("/proc").glob("[0-9]*"):
            own, shared, ticks = needs(process)
            together += shared
            largest = max(largest, own)
            self._ticks[process.name] = max(ticks, self._ticks.get(process.name, 0))
        self._largest, self._most = max(self._largest, largest), max(self._most, together)
        self.largest, self.most = max(self.largest, largest), max(self.most, together)

    def since_last(self) -> tuple[int, int]:
        """The most of one process and of all together since this was asked last."""
        found = self._largest, self._most
        self._largest = self._most = 0
        return found

    def processor(self) -> float:
        """Seconds of processor time so far."""
        self.look()
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")


@contextmanager
def watched() -> Iterator[Watch]:
    """Look at all processes of this run twice a second."""
    watch, over = Watch(), threading.Event()

    def keep_looking() -> None:
        while not over.wait(0.5):
            watch.look()

    thread = threading.Thread(target=keep_looking)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def needs(process: Path) -> tuple[int, int, int]:
    """The memory that is a process's own, that with its share of what it shares, and its ticks of processor time;
    nothing of one that is not of this run, or that only waits for it."""
    try:
        if os.getpgid(int(process.name)) != os.getpgrp() or int(process.name) == os.getppid():
            return 0, 0, 0
        lines = [line.split() for line in (process / "smaps_rollup").read_text().splitlines()[1:]]
        ticks = (process / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
    except OSError:
        return 0, 0, 0
    sizes = {line[0]: int(line[1]) * 1024 for line in lines}
    return sizes["Anonymous:"], sizes["Pss_Anon:"] + sizes["Pss_Shmem:"], sum(map(int, ticks))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
