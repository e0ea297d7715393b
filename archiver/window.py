"""A part of a larger stream, read as if it were a file of its own: for raw bytes too large to carry about."""

import io
from typing import BinaryIO, cast

from archiver.platforms.reader import Package, Slice


class _Window(io.RawIOBase):
    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self._left = length

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


def window(package: Package, part: Slice) -> BinaryIO:
    """A stream over `part.length` bytes of a member, from `part.offset`."""
    stream = package.open(part.member)
    left = part.offset
    while left and (passed := len(stream.read(min(left, 1 << 20)))):
        left -= passed
    return cast(BinaryIO, _Window(stream, part.length))
