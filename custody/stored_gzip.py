"""A gzip member whose content stands in it as it is: for pictures and films, which do not pack any further.

The same content gives the same bytes, however it comes in pieces and whatever zlib there is. Who calls brings the
CRC-32, since there are faster ones than the standard library's.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator

BLOCK = 65_535
"""Bytes in a stored block: all that its two bytes of length can say (RFC 1951, 3.2.4)."""

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""What every such member begins with: no name, no date."""

Crc = Callable[[bytes | memoryview, int], int]

_FULL = b"\x00\xff\xff\x00\x00"
_AT_ONCE = 16
"""Full blocks that are handed on together, so that a picture is put together once and not in many pieces."""


def stored_member(pieces: Iterable[bytes], crc32: Crc = zlib.crc32) -> Iterator[bytes]:
    """The gzip member of this content, made about a megabyte at a time."""
    crc = size = blocks = 0
    ready: list[bytes | memoryview] = [HEAD]
    block: list[bytes | memoryview] = []
    room = BLOCK
    for piece in pieces:
        crc, size, view = crc32(piece, crc), size + len(piece), memoryview(piece)
        while len(view) >= room:
            ready += [_FULL, *block, view[:room]]
            view, block, room, blocks = view[room:], [], BLOCK, blocks + 1
        if view:
            block.append(view)
            room -= len(view)
        if blocks >= _AT_ONCE:
            yield b"".join(ready)
            ready, blocks = [], 0
    length = BLOCK - room
    last = b"\x01" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little")
    yield b"".join((*ready, last, *block, crc.to_bytes(4, "little"), (size & 0xFFFFFFFF).to_bytes(4, "little")))
