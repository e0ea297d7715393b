"""A whole answer on the real command line: archive, import, request, marks, PDF and ZIP, and how large processes grow.

`python -m benchmarks.answer_bench 10000` makes an archive in a folder of its own (`BENCH_DIR` says where), takes in so
many records and answers a request for all of them: some withheld, some redacted. Of each command it says how long it
took, what its largest process held for itself alone (RssAnon), the most that one process ever had in memory with all
files it looked into (VmHWM), and what all its processes together held, each shared page counted once (Pss). Sizes are
in MB.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from benchmarks import corpus

EVERY = 0.5
"""Seconds between two looks at the processes."""

WITHHELD, REDACTED = 100, 5
_REASON = ("--reason", "WI-BAL", "--note", "what a resident said about an illness of their own")


def commands(size: int, source: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each phase with the words a person types."""
    yield "import", ("import", str(source), "--account", "parks")
    yield "open", ("request", "open", "All posts and comments from 2018 to 2024", "--channel", "email")
    yield "collect", ("request", "collect", "1", "*")
    withheld = [f"R{number}" for number in range(1, size + 1, max(1, size // WITHHELD))]
    yield "withhold", ("request", "mark", "1", "withhold", *withheld, *_REASON)
    for number in range(2, size + 1, max(1, size // REDACTED)):
        yield "redact", ("request", "redact", "1", f"R{number}", "--words", f"#{number - 1}", *_REASON)
    yield "release", ("request", "mark", "1", "release", "--all")
    yield "drafts", ("request", "drafts", "find", "1")
    yield "dismiss", ("request", "drafts", "dismiss", "1", "--all")
    yield "respond", ("request", "respond", "1")


def measure(size: int) -> None:
    """Run every phase and print a line for each."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        home, source = Path(folder) / "home", Path(folder) / "records.jsonl"
        with source.open("wb") as target:
            target.writelines(corpus.lines(size))
        _told("init", home, ("init", "--city", "wausau"))
        _told("account", home, ("account", "add", "parks", "--platform", "facebook", "--custodian", "Dana Ruiz"))
        for phase, words in commands(size, source):
            _told(phase, home, words)
        for path in sorted((home / "responses").rglob("*")):
            if path.is_file():
                print(json.dumps({"file": path.name, "megabytes": round(path.stat().st_size / 1e6, 1)}), flush=True)


def _told(phase: str, home: Path, words: tuple[str, ...]) -> None:
    program = [str(Path(sys.executable).parent / "ofrecord"), "--home", str(home), *words]
    began, peaks = time.monotonic(), dict.fromkeys(("alone", "ever", "together", "processes"), 0)
    with (home.parent / f"{phase}.txt").open("w+b") as said:
        running = subprocess.Popen(program, stdout=said, stderr=subprocess.STDOUT)
        while running.poll() is None:
            for name, value in _look(running.pid).items():
                peaks[name] = max(peaks[name], value)
            time.sleep(EVERY)
        if running.returncode and phase != "dismiss":  # perhaps nothing was proposed
            said.seek(0)
            sys.exit(f"{phase} ended with {running.returncode}: {said.read().decode()[-2000:]}")
    seconds = round(time.monotonic() - began, 1)
    sizes = {name: value if name == "processes" else round(value / 1024) for name, value in peaks.items()}
    print(json.dumps({"phase": phase, "seconds": seconds, **sizes}), flush=True)


def _look(root: int) -> dict[str, int]:
    told = {pid: each for pid in _tree(root) if (each := _status(pid))}
    return {
        "alone": max((each.get("RssAnon", 0) for each in told.values()), default=0),
        "ever": max((each.get("VmHWM", 0) for each in told.values()), default=0),
        "together": sum(_pss(pid) for pid in told),
        "processes": len(told),
    }


def _tree(root: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        if parent := _status(int(place.name)).get("PPid", 0):
            children.setdefault(parent, []).append(int(place.name))
    found, waiting = set(), [root]
    while waiting:
        found.add(waiting[-1])
        waiting.extend(children.get(waiting.pop(), ()))
    return found


def _status(pid: int) -> dict[str, int]:
    with suppress(OSError):
        rows = (line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        return {name: int(value.split()[0]) for name, value in rows if name in {"PPid", "VmHWM", "RssAnon"}}
    return {}


def _pss(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


if __name__ == "__main__":
    measure(int(sys.argv[1]))
