"""A ZIP that is made piece by piece and never gone back in: each file's checksum and sizes stand after its bytes.

Byte for byte what the standard library's `zipfile` writes into a stream when any file may be large; but that reckons
its checksums with zlib, which takes half as long as hashing does.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from exports.igzip import crc32
from exports.verifier.container import directory_end

EXTRA = b"RO\0\0"
"""An extra field that says nothing. Where there is one in the directory, players look into a file's own header for
where its bytes begin; without, they reckon, and go wrong where that header holds sizes of 64 bits."""

_STORED, _PACKED = 0, 8
_VERSION, _SIZES_AFTER, _SYSTEM, _DATE, _MODE = 45, 1 << 3, 3 << 8, 20 << 9 | 1 << 5 | 1, 0o644 << 16
_LIMIT, _MOST = 0x7FFFFFFF, 0xFFFFFFFF


@dataclass(slots=True)
class StreamedZip:
    """The directory rows of the files so far, and how many bytes were made."""

    _rows: list[bytes] = field(default_factory=list)
    _at: int = 0

    def file(self, name: str, chunks: Iterable[bytes], stored: bool) -> Iterator[bytes]:
        """A file of any size, in pieces."""
        packer = None if stored else zlib.compressobj(wbits=-15)
        method, crc, packed, size = _STORED if stored else _PACKED, 0, 0, 0
        head = _head(name.encode(), method)
        yield head
        for chunk in chunks:
            crc, size = crc32(chunk, crc), size + len(chunk)
            piece = packer.compress(chunk) if packer else chunk
            packed += len(piece)
            yield piece
        last = packer.flush() if packer else b""
        packed += len(last)
        after = struct.pack("<LLQQ", 0x08074B50, crc, packed, size)
        yield last + after
        self._rows.append(_row(name.encode(), method, (crc, packed, size, self._at)))
        self._at += len(head) + packed + len(after)

    def end(self) -> bytes:
        """The directory."""
        rows = b"".join(self._rows)
        return rows + directory_end(len(self._rows), len(rows), self._at)


def _head(name: bytes, method: int) -> bytes:
    extra = EXTRA + struct.pack("<HHQQ", 1, 16, 0, 0)
    fixed = (_VERSION, _SIZES_AFTER, method, 0, _DATE, 0, _MOST, _MOST, len(name), len(extra))
    return b"PK\3\4" + struct.pack("<5H3L2H", *fixed) + name + extra


def _row(name: bytes, method: int, numbers: tuple[int, int, int, int]) -> bytes:
    crc, packed, size, offset = numbers
    wide = b""
    if size > _LIMIT or packed > _LIMIT:
        wide, size, packed = struct.pack("<QQ", size, packed), _MOST, _MOST
    if offset > _LIMIT:
        wide, offset = wide + struct.pack("<Q", offset), _MOST
    extra = (struct.pack("<HH", 1, len(wide)) + wide if wide else b"") + EXTRA
    fixed = (_SYSTEM | _VERSION, _VERSION, _SIZES_AFTER, method, 0, _DATE, crc, packed, size)
    lengths = (len(name), len(extra), 0, 0, 0, _MODE, offset)
    return b"PK\1\2" + struct.pack("<6H3L", *fixed) + struct.pack("<5H2L", *lengths) + name + extra
