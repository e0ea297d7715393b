"""Answering: our volumes on two workers against one plain WeasyPrint call over the same records; and the package.

`python -m benchmarks.response_bench whole 10000` writes PDF, the city's copy and ZIP for so many records and says how
long it took and how large the largest process grew; `zip 1000` writes the ZIP of so many records with a picture each
and copies the same bytes plainly beside it (`benchmarks/zip_bench.py` says how).
"""

import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from benchmarks import corpus, zip_bench
from benchmarks.one_run import run
from custody.evidence import Seal
from exports.format import Made
from exports.response import Entry, Piece, Response, WithheldEntry
from exports.zip_bundle import write_zip

Row = tuple[str, str, str, str, str]


def rows(size: int) -> list[Row]:
    """(what, value, unit, rival, ratio) for a response of `size` records."""
    measured = (("ours", size), ("plain", size), ("ours", 100))
    ours, plain, small = (run("response_bench", which, count) for which, count in measured)
    each = f"{ours['seconds'] / size * 1000:.0f}"
    return [
        ("answering", f"{ours['seconds']:.1f}", f"s for {size:,} records", f"one call: {plain['seconds']:.1f}",
         f"{plain['seconds'] / ours['seconds']:.2f} times as fast (wanted: 1.6 at 5,000)"),
        ("answering, memory", f"{ours['peak']:.0f}", "MB, largest process", f"{plain['peak']:.0f}", "at most 500"),
        ("answering, a record", each, "ms", f"at 100 records: {small['seconds'] / 100 * 1000:.0f}", "wanted: constant"),
    ]  # fmt: skip


def response(size: int) -> Response:
    """A response of realistic records."""

    def entries(start: int = 0, stop: int | None = None) -> Iterator[Entry | WithheldEntry]:
        for n, line in islice(enumerate(corpus.lines(size), 1), start, stop):
            yield _entry(n, json.loads(line))

    return Response(
        city="City of Maple Falls",
        letterhead=("City of Maple Falls",),
        zone="America/Chicago",
        request=1,
        words="Everything",
        received="today",
        channel="email",
        made="today",
        collections=(),
        coverage=(),
        released=size,
        redacted=0,
        withheld=0,
        reasons=(),
        seal=Seal(key="", checkpoint=""),
        entries=entries,
    )


def _entry(n: int, data: dict[str, str]) -> Entry:
    return Entry(
        position=n,
        label=f"R{n}",
        account="maplefalls",
        platform="facebook",
        kind=data["kind"],
        state="live",
        author=(Piece(text="Resident"),),
        when_city="March 1, 2025, 6:00 a.m. CST",
        when_utc=data["created_at"],
        captured=data["created_at"],
        title=(),
        text=(Piece(text=data["text"]),),
        earlier=(),
        media=(),
        media_withheld=(),
        media_missing=0,
        links=(),
        permalink=(Piece(text=data["permalink"]),),
        sha256="0" * 64,
        depth=0 if data["kind"] == "post" else 1,
        answers="",
        codes=(),
    )


def _zip(size: int) -> None:
    print(zip_bench.told(zip_bench.run(response(size), "vault")))


def _zip_files(size: int) -> None:
    print(zip_bench.told(zip_bench.run(response(size), "files")))


def _whole(size: int) -> None:
    from exports import pdf_binder

    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        there = list(response(size).entries())

        def entries(start: int = 0, stop: int | None = None) -> Iterator[Entry | WithheldEntry]:
            yield from there[start:stop]

        answer = replace(response(size), jurisdiction="wisconsin", entries=entries)
        largest = _Largest()
        work, began = Path(folder), time.monotonic()
        pdfs = pdf_binder.bind(answer, work, lambda done: None, style=pdf_binder.Style.WITH_KEPT_COPY)
        bound = time.monotonic() - began
        with (work / "response.zip").open("wb") as target:
            write_zip(answer, Made(pdfs=tuple(pdfs), work=work), target, lambda text: text)
        zipped = time.monotonic() - began - bound
        megabytes = (work / "response.zip").stat().st_size / 1e6
    peak = {"this process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "worker": largest.ended()}
    print(json.dumps({"pdf_seconds": bound, "zip_seconds": zipped, "megabytes": megabytes, "peak": peak}))


class _Largest:
    """Looks how large the workers grow: they are the children of a child, which the system does not add up for us."""

    def __init__(self) -> None:
        self.peak, self.is_over = 0, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def ended(self) -> float:
        """The largest of them, in MB."""
        self.is_over.set()
        self.thread.join()
        return self.peak / 1024

    def _look(self) -> None:
        while not self.is_over.wait(0.5):
            parents, sizes = {}, {}
            for place in Path("/proc").glob("[0-9]*/status"):
                with suppress(OSError):
                    told = dict(line.split(":", 1) for line in place.read_text().splitlines() if ":" in line)
                    pid = int(place.parent.name)
                    parents[pid], sizes[pid] = int(told["PPid"]), int(told.get("VmHWM", "0").split()[0])
            for pid, size in sizes.items():
                above = parents.get(pid, 0)
                while above > 1 and above != os.getpid():
                    above = parents.get(above, 0)
                if above == os.getpid():
                    self.peak = max(self.peak, size)


def measure(which: str, size: int) -> None:
    """One measurement: prints its seconds and its peak memory in MB as JSON."""
    from exports import pdf_binder

    if which == "plain":
        pdf_binder.VOLUME = size + 1
    largest, started = _Largest(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        pdf_binder.bind(response(size), Path(folder), lambda done: None)
    seconds = time.monotonic() - started
    peak = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, largest.ended())
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    named = {"zip": _zip, "zip-files": _zip_files, "whole": _whole}
    named.get(sys.argv[1], lambda size: measure(sys.argv[1], size))(int(sys.argv[2]))
