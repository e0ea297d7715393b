"""Verification against `warcio check` on the same files."""

import shutil
import time
from pathlib import Path

from warcio.checker import Checker

from benchmarks.ingest_bench import WORK, Row
from workflows.auditing import verify
from workflows.house import open_house
from workflows.settings import read_settings


class _Quiet:
    verbose = False
    inputs: list[str] = []


def rows() -> list[Row]:
    """On the archive that the ingest benchmark left behind; the rival reads a tenth of it."""
    settings = read_settings(WORK / "ours", "benchmark")
    with open_house(settings) as house:
        verdict = verify(house, lambda done: None)
    assert verdict.clean
    files = sorted((WORK / "ours" / "vault" / "segments").rglob("*.gz"))[:4]
    size = sum(path.stat().st_size for path in files)
    started = time.monotonic()
    checker = Checker(_Quiet())
    for path in files:
        checker.process_one(str(path))
    rival = size / (time.monotonic() - started) / 1e6
    ours = verdict.bytes / verdict.seconds / 1e6
    return [
        ("verify", f"{ours:.0f}", "MB of file/s", f"warcio check: {rival:.0f}", f"{ours / rival:.1f} times (wanted: 8)")
    ]


def clean() -> None:
    """Remove what the benchmarks left."""
    shutil.rmtree(Path(WORK), ignore_errors=True)
