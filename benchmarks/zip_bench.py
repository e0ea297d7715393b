"""Writing the ZIP of a response against copying the same bytes plainly, round by round on the same disk.

`python -m benchmarks.response_bench zip 1000` writes the ZIP of so many records with a picture of 500 kB each; the
pictures come from a real vault, 500 kB of other bytes for each record, read and checked as they are when a request is
answered. `zip-files` takes them from one small plain file instead, as this benchmark did at first.

The rival reads the finished ZIP, which the system still remembers, and writes each of its bytes once, in pieces of a
megabyte. Both write a new file in the same folder and end with fsync; what waits for the disk is flushed before each
begins, so that neither pays for the other. They take turns, five times; of each its middle time counts, and the best
is told beside it. What the ZIP needs besides (hashing for the manifest, the web archive, pages, tables) is in our time.
Processor time is of all our threads.
"""

import hashlib
import io
import json
import os
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from archiver.vault import Vault
from benchmarks import corpus
from exports.format import Made
from exports.response import Entry, MediaFile, Piece, Response, WithheldEntry
from exports.zip_bundle import write_zip

PICTURE = 500_000
ROUNDS = 5

Pictures = Callable[[int], MediaFile]


def run(plainly: Response, pictures: str) -> dict[str, object]:
    """Both, on a response whose records get a picture each, from the `vault` or from plain `files`."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        work = Path(folder)
        of = _from_vault(work) if pictures == "vault" else _from_file(work)
        records = [each for each in plainly.entries() if isinstance(each, Entry)]
        there = [replace(each, media=(of(n),)) for n, each in enumerate(records, 1)]

        def entries(start: int = 0, stop: int | None = None) -> Iterator[Entry | WithheldEntry]:
            yield from there[start:stop]

        whole, package = replace(plainly, entries=entries), work / "response.zip"
        ours, plain = [], []
        for _ in range(ROUNDS):
            ours.append(_timed(package, lambda target: _packed(whole, work, target)))
            plain.append(_timed(work / "copy", lambda target: _copied(package, target)))
        megabytes = package.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    walls, rivals = ([each[0] for each in times] for times in (ours, plain))
    return {
        "ratio": statistics.median(rivals) / statistics.median(walls),
        "ratio_of_best": min(rivals) / min(walls),
        "seconds": walls,
        "plain": rivals,
        "cpu": [each[1] for each in ours],
        "plain_cpu": [each[1] for each in plain],
        "megabytes": megabytes,
        "peak": peak,
    }


def _timed(path: Path, write: Callable[[io.BufferedWriter], None]) -> tuple[float, float]:
    """Seconds by the clock and by the processor until all of a new file is on the disk."""
    path.unlink(missing_ok=True)
    os.sync()
    began, used = time.monotonic(), time.process_time()
    with path.open("w+b") as target:
        write(target)
        target.flush()
        os.fsync(target.fileno())
    return time.monotonic() - began, time.process_time() - used


def _packed(response: Response, work: Path, target: io.BufferedWriter) -> None:
    write_zip(response, Made(pdfs=(), work=work), target, lambda text: text)


def _copied(package: Path, target: io.BufferedWriter) -> None:
    with package.open("rb") as source:
        shutil.copyfileobj(source, target, 1 << 20)


def _from_vault(folder: Path) -> Pictures:
    vault, chance = Vault(folder / "vault", "benchmark"), random.Random(corpus.SEED)

    def of(n: int) -> MediaFile:
        data = chance.randbytes(PICTURE)
        kept = vault.keep_media(lambda: io.BytesIO(data), "p.jpg", "2025-01-01T00:00:00Z")
        return _medium(n, kept.sha256, lambda: vault.media(kept.sha256))

    return of


def _from_file(folder: Path) -> Pictures:
    path = folder / "pictures"
    path.write_bytes(random.Random(corpus.SEED).randbytes(PICTURE + 4096))

    def chunks(start: int) -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(start)
            yield file.read(PICTURE)

    def of(n: int) -> MediaFile:
        digest = hashlib.sha256(next(chunks(n % 4096))).hexdigest()
        return _medium(n, digest, lambda: chunks(n % 4096))

    return of


def _medium(n: int, digest: str, chunks: Callable[[], Iterator[bytes]]) -> MediaFile:
    return MediaFile(name=f"media/R{n}-1.jpg", place=0, media_type="image/jpeg", alt=(Piece(text="a picture"),),
                     size=PICTURE, sha256=digest, chunks=chunks)  # fmt: skip


def told(figures: dict[str, object]) -> str:
    """The figures as one line of JSON, times to a hundredth."""
    return json.dumps(
        {name: [round(each, 2) for each in value] if isinstance(value, list) else round(float(str(value)), 2)
         for name, value in figures.items()}
    )  # fmt: skip
