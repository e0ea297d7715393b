"""One measurement in a process of its own, and what several of them come to."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence


def run(module: str, *words: object) -> dict[str, float]:
    """What `benchmarks.MODULE.measure(*words)` prints, measured in a new process.

    That process has no main module to speak of, like `ofrecord` itself: its workers load what they need and no more.
    """
    code = f"from benchmarks.{module} import measure; measure(*{words!r})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def middle(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def ratios(values: Sequence[float]) -> str:
    """The middle ratio, with the lowest and the highest."""
    return f"{middle(values):.2f} ({min(values):.2f} to {max(values):.2f})"
