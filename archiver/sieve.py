"""Millions of needles in little memory: 64 bits of each, in sorted arrays, behind a table of marks.

A search through gigabytes asks of every few bytes whether they are among millions of needles. As Python objects these
take about 170 bytes each; here they take 8, and 4 to 8 more for the marks that answer most questions at once. What is
found here is all that there is, and (once in some trillions of questions) something that only has the same 64 bits:
so whatever is found is compared with the needles themselves afterwards (`Needles.named`).
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable

_PARTS = 256
_BITS = (1 << 64) - 1
_FEWEST = 1 << 12
_ROOM = 4
"""Marks for each number, at least: about one number in six that is not there meets a mark."""


class Sieve:
    """A set of numbers of 64 bits. Take them all up, then ask."""

    def __init__(self) -> None:
        self._parts = [array("Q") for _ in range(_PARTS)]
        self._settle_at = [1024] * _PARTS
        self._marks = bytearray()

    def __len__(self) -> int:
        """How many different numbers there are. Nothing can be taken up any more once that was asked."""
        self._close()
        return sum(map(len, self._parts))

    def add(self, numbers: Iterable[int]) -> None:
        """Take up some numbers. Of negative ones, the 64 bits they are written with."""
        if self._marks:
            raise ValueError("the sieve is closed: its marks would not know the number")
        for number in numbers:
            number &= _BITS
            self._parts[number >> 56].append(number)
        for place, part in enumerate(self._parts):
            if len(part) >= self._settle_at[place]:
                self._settle(place)

    def numbers(self, asked: Iterable[int]) -> set[int]:
        """Those of some numbers that are there."""
        self._close()
        marks, last = self._marks, len(self._marks) - 1
        return {number for number in {each for each in asked if marks[each & last]} if self._has(number)}

    def pieces(self, asked: Iterable[bytes]) -> set[bytes]:
        """Those of some pieces whose hashes are there."""
        self._close()
        marks, last = self._marks, len(self._marks) - 1
        return {
            piece for piece in {each for each in asked if marks[hash(each) & last]} if self._has(hash(piece) & _BITS)
        }

    def _has(self, number: int) -> bool:
        part = self._parts[number >> 56]
        place = bisect_left(part, number)
        return place < len(part) and part[place] == number

    def _settle(self, place: int) -> None:
        self._parts[place] = array("Q", sorted(set(self._parts[place])))
        self._settle_at[place] = 1024 + 2 * len(self._parts[place])

    def _close(self) -> None:
        if self._marks:
            return
        for place in range(_PARTS):
            self._settle(place)
        size = _FEWEST
        while size < _ROOM * sum(map(len, self._parts)):
            size *= 2
        marks, last = bytearray(size), size - 1
        for part in self._parts:
            for number in part:
                marks[number & last] = 1
        self._marks = marks
