"""Answering: our volumes on two workers against one plain WeasyPrint call over the same records."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks import corpus
from custody.evidence import Seal
from exports.response import Entry, Piece, Response, WithheldEntry

Row = tuple[str, str, str, str, str]


def rows(size: int) -> list[Row]:
    """(what, value, unit, rival, ratio) for a response of `size` records."""
    ours, plain, small = (_run(which, count) for which, count in (("ours", size), ("plain", size), ("ours", 100)))
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


def _run(which: str, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.response_bench", which, str(size)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def _measure(which: str, size: int) -> None:
    from exports import pdf_binder

    if which == "plain":
        pdf_binder.VOLUME = size + 1
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        pdf_binder.bind(response(size), Path(folder), lambda done: None)
    seconds = time.monotonic() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    _measure(sys.argv[1], int(sys.argv[2]))
