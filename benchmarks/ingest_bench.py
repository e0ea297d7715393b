"""Taking in: the whole product against the plain rival and the bare prototype, in one run, on one machine.

Each is a process of its own, so that none warms or bloats another; peak memory is that process's.
"""

import importlib
import json
import multiprocessing
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

from archiver.fetch import FakeFetcher
from benchmarks import corpus
from workflows.capturing import take_in
from workflows.enrolling import add_account, make_archive
from workflows.house import open_for_writing

WORK = Path("benchmarks/.work")
Row = tuple[str, str, str, str, str]


def rows(size: int, plain_size: int) -> list[Row]:
    """(what, value, unit, rival, ratio); the plain rival takes in `plain_size` records (it slows as it grows)."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    for name, count in (("all", size), ("plain", plain_size)):
        with (WORK / f"{name}.jsonl").open("wb") as file:
            file.writelines(corpus.lines(count))
    order = (*("bare", "ours", "without") * 3, "plain")
    found: dict[str, list[dict[str, float]]] = {which: [] for which in order}
    for which in order:
        found[which].append(_run(which))
    best = {which: max(runs, key=lambda run: run["rate"]) for which, runs in found.items()}
    ours = best["ours"]
    result = [
        ("taking in", f"{ours['rate']:,.0f}", "records/s", f"plain: {best['plain']['rate']:,.0f}",
         f"{ours['rate'] / best['plain']['rate']:.1f} times as fast (wanted: 8)"),
        ("taking in", f"{ours['rate']:,.0f}", "records/s", f"bare: {best['bare']['rate']:,.0f}",
         f"{best['bare']['rate'] / ours['rate']:.2f} times its time (wanted: at most 1.6)"),
        ("taking in", f"{ours['rate']:,.0f}", "records/s", f"no ledger, no flush: {best['without']['rate']:,.0f}",
         f"{best['without']['rate'] / ours['rate']:.2f} times its time (wanted: at most 1.10)"),
        ("taking in, memory", f"{ours['peak']:,.0f}", "MB peak", f"plain: {best['plain']['peak']:,.0f}", "at most 300"),
    ]  # fmt: skip
    return result


def _run(which: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest_bench", which], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _measure(which: str) -> None:
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


if __name__ == "__main__":
    _measure(sys.argv[1])
