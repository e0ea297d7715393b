"""Destroying every tenth record of an archive, so that every file is mixed, and then its three oldest files whole.

Every step is timed as it is heard of; the search for remains over everything that is left is part of it. There is no
rival: no product found removes one record from a WARC. `python -m benchmarks.purge_bench 100000`, and with a second
number for every which record goes. Memory is what all processes together had at most while destroying.
"""

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

WORK = Path("/tmp/ofrecord-purge-bench")


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
    """Destroy some records, and print where the time went."""
    started, last, times = time.monotonic(), time.monotonic(), dict[str, float]()

    def step(name: str) -> None:
        nonlocal last
        times[name] = times.get(name, 0) + time.monotonic() - last
        last = time.monotonic()

    with open_for_writing(settings) as house, watched() as most:
        done = purging.purge_records(
            house, numbers, {"certificate": certificate}, lambda *said: None, nothing, step
        )  # fmt: skip
    seconds = time.monotonic() - started
    assert done.verified is not None and done.remains is not None, done.remains
    stores, remains = done.stores, done.remains
    print(f"{what}: {done.records:,} records in {seconds:.1f} s; {most[0] / 1e6:.0f} MB of memory at most")
    print(f"  {stores['segments rewritten']} files written anew, {stores['segments removed']} removed")
    searched = f"{remains.bytes / 1e6:.0f} MB searched, {remains.accounted / 1e6:.0f} MB accounted for"
    print(f"  {remains.needles:,} needles, {remains.shared:,} of them shared; {searched}")
    print("  " + ", ".join(f"{name} {value:.1f}" for name, value in times.items()))


def nothing(numbers: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
    """No reason against any of them."""
    return {}


@contextmanager
def watched() -> Iterator[list[int]]:
    """The most memory that all processes of this run together have, in bytes; what they share counts once."""
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            most[0] = max(most[0], sum(proportional(each) for each in Path("/proc").glob("[0-9]*")))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def proportional(process: Path) -> int:
    """The memory of a process, with its share of what it shares; 0 of one that is not of this run."""
    try:
        if os.getpgid(int(process.name)) != os.getpgrp():
            return 0
        lines = (process / "smaps_rollup").read_text().splitlines()
        anonymous = sum(int(line.split()[1]) for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
    except OSError:
        return 0
    return anonymous * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
