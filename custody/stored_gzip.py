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


def stored_member(pieces: Iterable[bytes], crc32: Crc = zlib.crc32) -> Iterator[bytes]:
    """The gzip member of this content, made piece by piece."""
    crc, size, rest = 0, 0, b""
    yield HEAD
    for piece in pieces:
        crc, size = crc32(piece, crc), size + len(piece)
        if len(rest) + len(piece) < BLOCK:
            rest += piece
            continue
        view, first = memoryview(piece), BLOCK - len(rest)
        ends = range(first, len(piece) + 1, BLOCK)
        yield b"".join(
            (_FULL, rest, view[:first], *(part for at in ends[:-1] for part in (_FULL, view[at : at + BLOCK])))
        )
        rest = bytes(view[ends[-1] :])
    length = len(rest).to_bytes(2, "little")
    last = b"\x01" + length + (len(rest) ^ 0xFFFF).to_bytes(2, "little")
    yield last + rest + crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
