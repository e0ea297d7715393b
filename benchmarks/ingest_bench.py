"""Taking in: the whole product against the plain rival and the bare prototype, in one run, on one machine.

Each is a process of its own, so that none warms or bloats another; peak memory is that process's.
"""

import importlib
import json
import multiprocessing
import resource
import shutil
import time
from pathlib import Path
from typing import BinaryIO

from archiver.fetch import FakeFetcher
from benchmarks import corpus
from benchmarks.one_run import middle, ratios, run
from workflows.capturing import take_in
from workflows.enrolling import add_account, make_archive
from workflows.house import open_for_writing

WORK = Path("benchmarks/.work")
ROUNDS = 5
"""Each rival runs once a round, and ratios are taken within a round: a machine's own speed changes by the minute."""

Row = tuple[str, str, str, str, str]


def rows(size: int, plain_size: int) -> list[Row]:
    """(what, value, unit, rival, ratio); the plain rival takes in `plain_size` records (it slows as it grows)."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    for name, count in (("all", size), ("plain", plain_size)):
        with (WORK / f"{name}.jsonl").open("wb") as file:
            file.writelines(corpus.lines(count))
    rounds = [{which: run("ingest_bench", which) for which in ("bare", "ours", "without")} for _ in range(ROUNDS)]
    plain = run("ingest_bench", "plain")
    ours = middle([each["ours"]["rate"] for each in rounds])
    result = [("taking in", f"{ours:,.0f}", "records/s", f"plain: {plain['rate']:,.0f}",
               f"{ours / plain['rate']:.1f} times as fast (wanted: 8)")]  # fmt: skip
    for which, name, wanted in (("bare", "bare", "1.6"), ("without", "no ledger, no flush", "1.10")):
        rival = middle([each[which]["rate"] for each in rounds])
        ratio = ratios([each[which]["rate"] / each["ours"]["rate"] for each in rounds])
        result.append(("taking in", f"{ours:,.0f}", "records/s", f"{name}: {rival:,.0f}",
                       f"{ratio} times its time (wanted: at most {wanted})"))  # fmt: skip
    peak = max(each["ours"]["peak"] for each in rounds)
    result.append(("taking in, memory", f"{peak:,.0f}", "MB peak", f"plain: {plain['peak']:,.0f}", "at most 300"))
    return result


def measure(which: str) -> None:
    """One measurement: prints its records a second and its peak memory in MB as JSON."""
    folder = WORK / which
    shutil.rmtree(folder, ignore_errors=True)
    source = WORK / ("plain.jsonl" if which == "plain" else "all.jsonl")
    if which == "without":
        multiprocessing.set_forkserver_preload(["benchmarks.without_ledger"])
        importlib.import_module("benchmarks.without_ledger")
    ingest = _ours if which in ("ours", "without") else importlib.import_module(f"benchmarks.{which}_ingest").ingest
    started = time.monotonic()
    with source.open("rb") as file:
        count = ingest(file, folder)
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rate": count / seconds, "peak": peak}))


def _ours(file: BinaryIO, folder: Path) -> int:
    settings = make_archive(folder, "maple-falls", "benchmark")
    with open_for_writing(settings) as house:
        owner = add_account(house, "maplefalls", "facebook")
        report = take_in(house, [str(file.name)], owner, None, False, FakeFetcher({}), lambda done: None)
    return report.reconciliation.listed
