"""Verification against `warcio check` on the same files."""

import json
import shutil
import time
from pathlib import Path

from warcio.checker import Checker

from benchmarks.ingest_bench import ROUNDS, WORK, Row
from benchmarks.one_run import middle, ratios, run
from workflows.auditing import verify
from workflows.house import open_house
from workflows.settings import read_settings

PART = 20_000_000
"""About so many bytes are what the rival reads; it takes a second and more for them."""


class _Quiet:
    verbose = False
    inputs: list[str] = []


def rows() -> list[Row]:
    """On the archive that the ingest benchmark left behind."""
    rounds = [{which: run("verify_bench", which)["rate"] for which in ("ours", "warcio")} for _ in range(ROUNDS)]
    ours, rival = (middle([each[which] for each in rounds]) for which in ("ours", "warcio"))
    ratio = ratios([each["ours"] / each["warcio"] for each in rounds])
    return [("verify", f"{ours:.0f}", "MB of file/s", f"warcio check: {rival:.0f}", f"{ratio} times (wanted: 8)")]


def measure(which: str) -> None:
    """One measurement: prints MB of file a second as JSON."""
    print(json.dumps({"rate": {"ours": _ours, "warcio": _warcio}[which]()}))


def _ours() -> float:
    with open_house(read_settings(WORK / "ours", "benchmark")) as house:
        verdict = verify(house, lambda done: None)
    assert verdict.clean
    return verdict.bytes / verdict.seconds / 1e6


def _warcio() -> float:
    size, checker, started = 0, Checker(_Quiet()), time.monotonic()
    for path in sorted((WORK / "ours" / "vault" / "segments").rglob("*.gz")):
        if size >= PART:
            break
        checker.process_one(str(path))
        size += path.stat().st_size
    return size / (time.monotonic() - started) / 1e6


def clean() -> None:
    """Remove what the benchmarks left."""
    shutil.rmtree(Path(WORK), ignore_errors=True)
