"""The file of a package while it is made: bytes are put at their places in it, not always one after the other.

A file of the system is told early to bring them to the disk.
"""

import io
import os
from collections.abc import Sequence
from typing import IO

_LARGE = 1 << 18
"""Bytes from which it pays to tell the disk of them."""

_MOST = 512
"""Pieces that the system takes at once; POSIX promises 16, Linux and macOS take 1,024."""


class OpenPackage:
    """An open binary file, empty at first."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        try:
            self._number = file.fileno()
        except io.UnsupportedOperation:
            self._number = -1

    def put(self, place: int, pieces: Sequence[bytes]) -> int:
        """Write these pieces, one after the other, from a place on. Returns how many bytes they are."""
        size = sum(len(piece) for piece in pieces)
        if self._number < 0:
            self._file.seek(place)
            for piece in pieces:
                self._file.write(piece)
            return size
        for start in range(0, len(pieces), _MOST):
            self._put_some(place, pieces[start : start + _MOST])
            place += sum(len(piece) for piece in pieces[start : start + _MOST])
        if size >= _LARGE and hasattr(
            os, "posix_fadvise"
        ):  # on Linux this begins to bring them to the disk; they stay in memory until they are there
            os.posix_fadvise(self._number, place - size, size, os.POSIX_FADV_DONTNEED)
        return size

    def end(self) -> None:
        """Let who opened the file go on at its end."""
        self._file.seek(0, io.SEEK_END)

    def _put_some(self, place: int, pieces: Sequence[bytes]) -> None:
        written = os.pwritev(self._number, pieces, place)
        size = sum(len(piece) for piece in pieces)
        if written < size:  # the disk is nearly full, or a piece is larger than the system takes at once
            rest = memoryview(b"".join(pieces))[written:]
            while rest:
                done = os.pwrite(self._number, rest, place + size - len(rest))
                rest = rest[done:]
