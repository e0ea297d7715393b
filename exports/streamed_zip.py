"""A ZIP that is made piece by piece and never gone back in: each file's checksum and sizes stand after its bytes.

Byte for byte what the standard library's `zipfile` writes into a stream; but that reckons its checksums slowly.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from exports.crc import crc32
from exports.verifier.container import directory_end

EXTRA = b"RO\0\0"
"""An extra field that says nothing. Where there is one in the directory, players look into a file's own header for
where its bytes begin; without, they reckon, and go wrong where that header holds sizes of 64 bits."""

_STORED, _PACKED = 0, 8
_SIZES_AFTER, _SYSTEM, _DATE, _MODE = 1 << 3, 3 << 8, 20 << 9 | 1 << 5 | 1, 0o644 << 16
_OLD, _WIDE = 20, 45
_LIMIT, _MOST = 0x7FFFFFFF, 0xFFFFFFFF


class _Row(NamedTuple):
    """A file as the directory names it."""

    name: bytes
    method: int
    version: int
    crc: int
    packed: int
    size: int
    offset: int


@dataclass(slots=True)
class StreamedZip:
    """The files so far, and how many bytes they are."""

    _rows: list[_Row] = field(default_factory=list)
    _at: int = 0

    def stream(self, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """A stored file of any size, in pieces."""
        head = _head(name.encode(), _STORED, _WIDE, EXTRA + struct.pack("<HHQQ", 1, 16, 0, 0), _MOST)
        crc = size = 0
        yield head
        for chunk in chunks:
            crc, size = crc32(chunk, crc), size + len(chunk)
            yield chunk
        yield self._ended(_Row(name.encode(), _STORED, _WIDE, crc, size, size, self._at), len(head))

    def add(self, name: str, data: bytes, stored: bool) -> bytes:
        """A small file, all of it."""
        method, version = (_STORED if stored else _PACKED), (_OLD if len(data) * 1.05 <= _LIMIT else _WIDE)
        wide = struct.pack("<HHQQ", 1, 16, 0, 0) if version == _WIDE else b""
        head = _head(name.encode(), method, version, EXTRA + wide, _MOST if wide else 0)
        body = data if stored else _deflated(data)
        row = _Row(name.encode(), method, version, crc32(data), len(body), len(data), self._at)
        return head + body + self._ended(row, len(head))

    def end(self) -> bytes:
        """The directory."""
        rows = b"".join(_row(row) for row in self._rows)
        return rows + directory_end(len(self._rows), len(rows), self._at)

    def _ended(self, row: _Row, head: int) -> bytes:
        sizes = struct.pack("<LLQQ" if row.version == _WIDE else "<4L", 0x08074B50, row.crc, row.packed, row.size)
        self._rows.append(row)
        self._at += head + row.packed + len(sizes)
        return sizes


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _head(name: bytes, method: int, version: int, extra: bytes, sizes: int) -> bytes:
    fixed = (version, _SIZES_AFTER, method, 0, _DATE, 0, sizes, sizes, len(name), len(extra))
    return b"PK\3\4" + struct.pack("<5H3L2H", *fixed) + name + extra


def _row(row: _Row) -> bytes:
    size, packed, offset, wide, version = row.size, row.packed, row.offset, b"", row.version
    if size > _LIMIT or packed > _LIMIT:
        wide, size, packed = struct.pack("<QQ", size, packed), _MOST, _MOST
    if offset > _LIMIT:
        wide, offset = wide + struct.pack("<Q", offset), _MOST
    if wide:
        wide, version = struct.pack("<HH", 1, len(wide)) + wide, _WIDE
    extra = wide + EXTRA
    fixed = (_SYSTEM | version, version, _SIZES_AFTER, row.method, 0, _DATE, row.crc, packed, size)
    lengths = (len(row.name), len(extra), 0, 0, 0, _MODE, offset)
    return b"PK\1\2" + struct.pack("<6H3L", *fixed) + struct.pack("<5H2L", *lengths) + row.name + extra
