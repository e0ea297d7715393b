"""The search of many files for the needles of one destruction: by two processes where there is much to look at.

Each process reads a part of the sealed traces and gathers its needles in files, of which one sieve is made for all
(`archiver/sieve.py`); so memory does not grow with what was destroyed. Then each takes one stretch of a file after
another; what begins in a stretch and ends behind it is its own. Then the traces are gone through a second time, for
the needles of which something was found: only these are held whole, and each thing found is compared with them.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from archiver import durable
from archiver.erasing import SIEVES
from archiver.needles import LETTERS, WORDS, Found, Kept, ManyNeedles, Needles, Sifting, settle_one, sifted
from archiver.residue import BLOCK, Search
from archiver.sealing import Seal
from custody.errors import UnavailableError

WORKERS = 2
WORTH_WORKERS = 48_000_000
"""Bytes from which starting worker processes is worth their start; sealed traces cost much more for each byte."""

_DEARER = 20
STRETCH = 16 * BLOCK


class Source(NamedTuple):
    """Where the traces of a destruction lie, and the key to them; what a worker is told."""

    path: Path
    secret: bytes

    def kept(self) -> Kept:
        """The traces."""
        return Kept(self.path, Seal(secret=self.secret))

    def folder(self) -> Path:
        """Where the sieves of the needles lie during a search, beside the traces."""
        return self.path.with_name(SIEVES)


class Sieves(NamedTuple):
    """The two sieves of a search: where they lie, and what they were made of; what a worker is told."""

    folder: Path
    sifting: Sifting


class Stretch(NamedTuple):
    """A part of a file: from `start` to before `end`, or to its end (None)."""

    path: Path
    start: int
    end: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scanned:
    """What a search came to: `bytes` looked at, how many needles there were, `blank` versions without any, where
    something was `found` (by its right name), and the `needles` that it was, whole."""

    bytes: int
    count: int
    blank: int
    found: dict[Path, Found]
    needles: Needles


NOTHING = Scanned(bytes=0, count=0, blank=0, found={}, needles=Needles())
"""Where there are no needles any more, nothing is searched for."""


def scan(kept: Kept, paths: Sequence[Path], told: Callable[[int, int], None]) -> Scanned:
    """Search some files. `told` hears how many bytes are done, and of how many.

    Raises UnavailableError when a worker was ended from outside, DamageError when the traces are not what was written.
    """
    source, sizes = Source(kept.path, kept.seal.secret), {path: _size(path) for path in paths}
    with _mapping(sum(sizes.values()) + _DEARER * _size(kept.path)) as each, _sieves(each, source) as sieves:
        sweep = _swept(each, sieves, sizes, told)
        everything, needles = Found(), Needles()
        for one in sweep.found.values():
            everything.add(one)
        for part in each(partial(_needles_of, source, everything), range(WORKERS)) if everything else ():
            needles.take_up(part)
    found = {path: named for path, one in sweep.found.items() if (named := needles.named(one))}
    return Scanned(bytes=sweep.bytes, count=sweep.needles, blank=sweep.blank, found=found, needles=needles)


def look(needles: Needles, paths: Sequence[Path], told: Callable[[int, int], None]) -> Found:
    """Search some files for a few needles; what was found in any of them."""
    sizes, found = {path: _size(path) for path in paths}, Found()
    with _mapping(sum(sizes.values())) as each:
        for one in _swept(each, needles, sizes, told).found.values():
            found.add(one)
    return found


@dataclass(slots=True)
class _Sweep:
    bytes: int = 0
    needles: int = 0
    blank: int = 0
    found: dict[Path, Found] = field(default_factory=dict)


def _swept(each: Callable[..., Iterator[Any]], what: Sieves | Needles, sizes: dict[Path, int], told: Any) -> _Sweep:
    sweep, total = _Sweep(), sum(sizes.values())
    for looked in each(partial(_search, what), [*_stretches(sizes)]):
        sweep.bytes += looked.bytes
        sweep.needles, sweep.blank = looked.needles, looked.blank
        if looked.found:
            sweep.found.setdefault(looked.path, Found()).add(looked.found)
        told(sweep.bytes, total)
    return sweep


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _stretches(sizes: dict[Path, int]) -> Iterator[Stretch]:
    """The files in stretches; the last one of each has no end, since a file can have grown."""
    for path, size in sizes.items():
        starts = range(0, max(size, 1), STRETCH)
        yield from (Stretch(path, start, start + STRETCH) for start in starts[:-1])
        yield Stretch(path, starts[-1], None)


@contextmanager
def _sieves(each: Callable[..., Iterator[Any]], source: Source) -> Iterator[Sieves]:
    """The sieves of a search, for as long as it lasts."""
    folder = source.folder()
    durable.remove_folder(folder)
    durable.make_folder(folder)
    try:
        parts = list(each(partial(_gathered, source), range(WORKERS)))
        whole = parts[0]
        for part in parts[1:]:
            whole += part
        for _ in each(partial(settle_one, sifting=whole, folder=folder), (LETTERS, WORDS)):
            pass
        yield Sieves(folder, whole)
    finally:
        _many.cache_clear()
        durable.remove_folder(folder)


def _gathered(source: Source, part: int) -> Sifting:
    return sifted(source.kept().read(part, WORKERS), source.folder(), str(part))


@contextmanager
def _mapping(cost: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Something that does work piece by piece, in order: with workers, or here where there is little."""
    if cost < WORTH_WORKERS:
        yield map
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(min(WORKERS, os.cpu_count() or 1), context, _quiet) as pool:
        try:
            yield pool.map
        except BrokenProcessPool as error:
            raise UnavailableError(
                "A helper process of the search for remains was ended from outside.",
                "Nothing is lost: run the same command again, or `ofrecord purge finish` if records are destroyed.",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _quiet() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that a person sees


@lru_cache(maxsize=1)
def _many(sieves: Sieves) -> ManyNeedles:
    """The sieves as a worker has them open, from its first stretch on."""
    return ManyNeedles(sieves.folder, sieves.sifting)


class _Looked(NamedTuple):
    path: Path
    found: Found
    bytes: int
    needles: int
    blank: int


def _search(what: Sieves | Needles, stretch: Stretch) -> _Looked:
    needles = what if isinstance(what, Needles) else _many(what)
    search = Search(needles)
    found = search.file(*stretch)
    return _Looked(stretch.path, found, search.bytes, len(needles), needles.blank)


def _needles_of(source: Source, raw: Found, part: int) -> Needles:
    """The needles of one part of the traces that something was found of."""
    _many.cache_clear()
    needles = Needles()
    for traces in source.kept().read(part, WORKERS):
        one = Needles()
        one.add(traces)
        if named := one.named(raw):
            needles.take_up(one.only(named))
    return needles
