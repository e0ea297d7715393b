"""Millions of needles in the memory of a few: 64 bits of each, sorted in a file that is looked into where it lies.

A search through gigabytes asks of every few bytes whether they are among millions of needles. As Python objects these
take about 170 bytes each; here they take 8 in a file, beside a second file of marks that answers most questions at
once. Processes share what the system keeps of both, and it can let go of it. What is found here is all that there is,
and (once in some trillions of questions) something that only has the same 64 bits: so whatever is found is compared
with the needles themselves afterwards (`Needles.named`).

Pieces are told apart by Python's `hash`, which is another in each program and the same in the workers of one. A sieve
remembers by whose it was made, and cannot be opened by another program.
"""

import mmap
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from archiver import durable
from custody.errors import UnavailableError

_PARTS = 1 << 12
_SHIFT, _MIDDLE = 64 - 12, _PARTS // 2
_FEWEST, _MOST = 1 << 12, 1 << 25
_ROOM = 4
"""Marks for each number, at least, up to `_MOST`: about one number in six that is not there meets a mark."""

_TOGETHER = 1 << 18
_SIGN = b"ofrecord sieve"
_HEAD = _PARTS + 3
"""Numbers at the beginning of a sieve's file: whose it is, how many marks, and where each part begins and the last
one ends."""


class Gathering:
    """Takes numbers of 64 bits (signed) up, and writes them down sorted, a quarter of a million in one file."""

    def __init__(self, folder: Path, name: str) -> None:
        self.runs: list[Path] = []
        self._folder, self._name = folder, name
        self._numbers = array("q")

    def add(self, numbers: Iterable[int]) -> None:
        """Take up some numbers."""
        self._numbers.extend(numbers)
        if len(self._numbers) >= _TOGETHER:
            self.close()

    def close(self) -> None:
        """Write down what is not written yet."""
        if self._numbers:
            path = self._folder / f"{self._name}-{len(self.runs)}"
            with durable.scratch(path) as file:
                file.write(array("q", sorted(set(self._numbers))))
            self.runs.append(path)
            self._numbers = array("q")


def settle(runs: Sequence[Path], to: Path) -> None:
    """Make one sieve of what was gathered: the file `to` with the numbers, and one beside it with their marks."""
    with ExitStack() as stack:
        views = [_numbers_in(path, stack) for path in runs]
        size = _FEWEST
        while size < min(_MOST, _ROOM * sum(map(len, views))):
            size *= 2
        marks, last, starts = bytearray(size), size - 1, array("q", [0])
        with durable.scratch(to) as file:
            file.seek(8 * _HEAD)
            for part in _parts(views):
                for number in part:
                    marks[number & last] = 1
                file.write(part)
                starts.append(starts[-1] + len(part))
            file.seek(0)
            file.write(array("q", [hash(_SIGN), size]) + starts)
        with durable.scratch(_marks_of(to)) as file:
            file.write(marks)
        views.clear()


def _parts(views: Sequence["memoryview[int]"]) -> Iterator["array[int]"]:
    """Part after part of all the numbers, each sorted and without repeats."""
    ends = [0] * len(views)
    for place in range(1 - _MIDDLE, _MIDDLE + 1):
        merged = array("q")
        for each, view in enumerate(views):
            end = bisect_left(view, place << _SHIFT, ends[each]) if place < _MIDDLE else len(view)
            merged.frombytes(view[ends[each] : end].cast("B"))
            ends[each] = end
        yield array("q", sorted(set(merged)))


def _numbers_in(path: Path, stack: ExitStack) -> "memoryview[int]":
    data = _mapped(path)
    stack.callback(data.close)
    view = memoryview(data)
    stack.callback(view.release)
    numbers = view.cast("q")
    stack.callback(numbers.release)
    return numbers


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _marks_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-marks")


class Sieve:
    """A set of numbers of 64 bits (signed) that was made by `settle`."""

    def __init__(self, path: Path) -> None:
        self._stack = ExitStack()
        self._marks = _mapped(_marks_of(path))
        self._stack.callback(self._marks.close)
        view = _numbers_in(path, self._stack)
        head = array("q", view[:_HEAD])
        if head[0] != hash(_SIGN):
            raise UnavailableError(
                "What is searched for was prepared by another program.", "Run `ofrecord purge finish` again."
            )
        self._last, self._starts = head[1] - 1, head[2:]
        self._numbers = view[_HEAD:]
        self._stack.callback(self._numbers.release)

    def __len__(self) -> int:
        """How many different numbers there are."""
        return self._starts[-1]

    def numbers(self, asked: Iterable[int]) -> set[int]:
        """Those of some numbers that are there."""
        marks, last = self._marks, self._last
        return {number for number in {each for each in asked if marks[each & last]} if self._has(number)}

    def pieces(self, asked: Iterable[bytes]) -> set[bytes]:
        """Those of some pieces whose hashes are there."""
        marks, last = self._marks, self._last
        return {piece for piece in {each for each in asked if marks[hash(each) & last]} if self._has(hash(piece))}

    def _has(self, number: int) -> bool:
        part = (number >> _SHIFT) + _MIDDLE
        end = self._starts[part + 1]
        place = bisect_left(self._numbers, number, self._starts[part], end)
        return place < end and self._numbers[place] == number

    def close(self) -> None:
        """Let go of the files."""
        self._stack.close()
