"""Opens a package, a ZIP or its unpacked folder, and trusts nothing of it.

A ZIP must be, to the byte, the one that the archive writes around these files (docs/format.md, "The response package"):
no gap, no overlap, nothing before or after. How a file is compressed is the manifest's to say (`verify.py`).
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from exports.verifier.codes import Broken, Report

Reader = Callable[[], Iterator[bytes]]
"""Opens a file of the package and gives its bytes, piece by piece. Raises Broken on the way when it is damaged."""

CHUNK = 1 << 16
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*(/[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*)*")
_VERSION, _SYSTEM, _DATE, _MODE = 45, 3 << 8, 20 << 9 | 1 << 5 | 1, 0o644 << 16
_LIMIT, _MOST = 0x7FFFFFFF, 0xFFFFFFFF


class Member(NamedTuple):
    """A file in a ZIP, as the directory at its end tells it."""

    name: bytes
    method: int
    crc: int
    packed: int
    size: int
    offset: int

    def head(self) -> bytes:
        """What stands before its bytes."""
        fixed = (_VERSION, 0, self.method, 0, _DATE, self.crc, _MOST, _MOST, len(self.name), 20)
        wide = struct.pack("<HHQQ", 1, 16, self.size, self.packed)
        return b"PK\3\4" + struct.pack("<5H3L2H", *fixed) + self.name + wide

    def row(self) -> bytes:
        """Its row in the directory."""
        size, packed, offset, wide = self.size, self.packed, self.offset, b""
        if size > _LIMIT or packed > _LIMIT:
            wide, size, packed = struct.pack("<QQ", size, packed), _MOST, _MOST
        if offset > _LIMIT:
            wide, offset = wide + struct.pack("<Q", offset), _MOST
        extra = struct.pack("<HH", 1, len(wide)) + wide if wide else b""
        fixed = (_SYSTEM | _VERSION, _VERSION, 0, self.method, 0, _DATE, self.crc, packed, size)
        lengths = (len(self.name), len(extra), 0, 0, 0, _MODE, offset)
        return b"PK\1\2" + struct.pack("<6H3L", *fixed) + struct.pack("<5H2L", *lengths) + self.name + extra


def zip_files(file: IO[bytes], place: str, report: Report) -> dict[str, Reader]:
    """The files of a ZIP. Raises Broken when it is none, or not written as it should be."""
    files: dict[str, Reader] = {}
    for member in _members(file, place):
        name = member.name.decode("ascii", "replace")
        if not SAFE_NAME.fullmatch(name):
            report.add("P-04-name-unsafe", name)
        if name in files:
            report.add("P-03-name-twice", name)
        files[name] = _zip_reader(file, member, name, report.packed)
    return files


def folder_files(folder: Path) -> dict[str, Reader]:
    """The files of an unpacked package. Raises Broken when there are none."""
    files = {each.relative_to(folder).as_posix(): each for each in folder.rglob("*") if each.is_file()}
    if not files:
        raise Broken("P-01-unreadable", folder.name)
    return {name: _file_reader(file) for name, file in files.items()}


def _file_reader(path: Path) -> Reader:
    def read() -> Iterator[bytes]:
        with path.open("rb") as file:
            yield from iter(lambda: file.read(CHUNK), b"")

    return read


def _members(file: IO[bytes], place: str) -> list[Member]:
    end = file.seek(0, 2)
    file.seek(max(0, end - 98))
    tail = file.read(98)
    if len(tail) < 22 or tail[-22:-18] != b"PK\5\6":
        raise Broken("P-01-unreadable", place)
    count, size, offset = struct.unpack("<HLL", tail[-12:-2])
    if len(tail) == 98 and tail[:4] == b"PK\6\6":
        count, size, offset = struct.unpack("<QQQ", tail[32:56])
    last = directory_end(count, size, offset)
    if offset + size + len(last) != end or not tail.endswith(last):
        raise Broken("P-02-zip-structure", place)
    file.seek(offset)
    rows = file.read(size)
    members, at, start = [], 0, 0
    while at < len(rows):
        member = _member(rows, at)
        if member is None or member.offset != start or member.method not in (0, 8):
            raise Broken("P-02-zip-structure", place)
        row, head = member.row(), member.head()
        file.seek(start)
        if rows[at : at + len(row)] != row or file.read(len(head)) != head:
            raise Broken("P-02-zip-structure", place)
        members.append(member)
        at, start = at + len(row), start + len(head) + member.packed
    if len(members) != count or start != offset:
        raise Broken("P-02-zip-structure", place)
    return members


def _member(rows: bytes, at: int) -> Member | None:
    if len(rows) < at + 46:
        return None
    method, crc, packed, size, name, extra, offset = struct.unpack("<10xH4xLLLHH10xL", rows[at : at + 46])
    wide = rows[at + 46 + name : at + 46 + name + extra][4:]
    numbers = [int.from_bytes(wide[n : n + 8], "little") for n in range(0, len(wide), 8)] + [0, 0, 0]
    if size == _MOST:
        size, packed = numbers.pop(0), numbers.pop(0)
    if offset == _MOST:
        offset = numbers.pop(0)
    return Member(rows[at + 46 : at + 46 + name], method, crc, packed, size, offset)


def directory_end(count: int, size: int, offset: int) -> bytes:
    """What stands after the directory: how many rows it has, its size and where it begins."""
    wide = b""
    if count > 0xFFFF or size > _LIMIT or offset > _LIMIT:
        wide = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, _VERSION, _VERSION, 0, 0, count, count, size, offset)
        wide += b"PK\6\7" + struct.pack("<LQL", 0, offset + size, 1)
    few = min(count, 0xFFFF)
    return wide + b"PK\5\6" + struct.pack("<4HLLH", 0, 0, few, few, min(size, _MOST), min(offset, _MOST), 0)


def _zip_reader(file: IO[bytes], member: Member, name: str, packed: dict[str, str]) -> Reader:
    def read() -> Iterator[bytes]:
        place, left, crc, size = member.offset + len(member.head()), member.packed, 0, 0
        unpack, running = zlib.decompressobj(-15), hashlib.sha256()
        while left:
            file.seek(place)
            data = file.read(min(CHUNK, left))
            place, left = place + len(data), left - len(data)
            if member.method == 8:
                running.update(data)
                try:
                    data = unpack.decompress(data, member.size - size + 1)
                except zlib.error:
                    raise Broken("P-07-damaged", name) from None
            crc, size = zlib.crc32(data, crc), size + len(data)
            if size > member.size:
                raise Broken("P-07-damaged", name)
            yield data
        whole = member.method == 0 or (unpack.eof and not unpack.unused_data)
        if not whole or crc != member.crc or size != member.size:
            raise Broken("P-07-damaged", name)
        if member.method == 8:
            packed[name] = running.hexdigest()

    return read
