"""Where the bytes of a WARC file come from when it is checked: the file itself, or one gzip member unpacked.

A member never raises: what is wrong with it is kept in `faults`, and what could be unpacked is given. Memory stays
flat but for `held`, the compressed and plain bytes of a member small enough to be packed again for comparison.
"""

import re
import zlib
from typing import BinaryIO, Protocol

CHUNK = 32 * 1024
LARGEST_HELD = 64 * 1024 * 1024
"""Members up to this size are packed again and compared (own profile); intake keeps larger items as stored blocks."""

MAGIC = b"\x1f\x8b\x08"
_RESERVED = 0xE0
_NEXT = re.compile(rb"\nWARC/\d\.\d")


class Source(Protocol):
    """Bytes read forwards, with a look ahead."""

    def peek(self, count: int) -> bytes:
        """The next bytes, fewer only at the end; they stay."""

    def take(self, count: int) -> bytes:
        """The next bytes, fewer only at the end; they are gone."""

    @property
    def broken(self) -> bool:
        """Whether the end came too early, through damage that is reported elsewhere."""


class Window:
    """A file read forwards in pieces, which can also be told to go elsewhere."""

    broken = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = stream.seek(0, 2)
        stream.seek(0)
        self._data, self._at = b"", 0
        self.offset = 0

    def peek(self, count: int) -> bytes:
        """The next bytes, fewer only at the end of the file; they stay."""
        while len(self._data) - self._at < count:
            more = self._stream.read(max(CHUNK, count))
            if not more:
                break
            self._data, self._at = self._data[self._at :] + more, 0
        return self._data[self._at : self._at + count]

    def take(self, count: int) -> bytes:
        """The next bytes, fewer only at the end of the file; they are gone."""
        data = self.peek(count)
        self._at += len(data)
        self.offset += len(data)
        return data

    def go(self, offset: int) -> None:
        """Read on from another place."""
        at = self._at + offset - self.offset
        if 0 <= at <= len(self._data):
            self._at = at
        else:
            self._stream.seek(offset)
            self._data, self._at = b"", 0
        self.offset = offset

    def find_member(self) -> None:
        """Go to the next gzip member that unpacks to a record, or to the end of the file."""
        while window := self.peek(2 * CHUNK):
            place = window.find(MAGIC)
            while place >= 0 and not _holds_a_record(window[place : place + 4096]):
                place = window.find(MAGIC, place + 1)
            if place >= 0:
                self.take(place)
                return
            self.take(max(len(window) - 4096, 1) if len(window) == 2 * CHUNK else len(window))


def find_record(source: Source) -> int:
    """Read on to the next line that begins a record, or to the end; how many bytes were passed over."""
    passed = 0
    while window := source.peek(CHUNK):
        found = _NEXT.search(window)
        if found:
            return passed + len(source.take(found.start() + 1))
        passed += len(source.take(max(len(window) - 16, 1) if len(window) == CHUNK else len(window)))
    return passed


class Member:
    """One gzip member, unpacked as it is read. `faults` is complete once `peek(1)` gives nothing."""

    def __init__(self, window: Window, hold: bool) -> None:
        self.begin = window.offset
        self.faults: list[tuple[str, str]] = []
        self.broken = False
        self._window = window
        self._unpacker = zlib.decompressobj(-15)
        self._buffer, self._at = b"", 0
        self._over = False
        self._crc = self._size = 0
        self._stored = _StoredBlocks()
        self._hold, self._packed, self._plain = hold, [b""], [b""]
        self.header = self._read_header()

    def peek(self, count: int) -> bytes:
        """The next unpacked bytes, fewer only at the member's end; they stay."""
        while len(self._buffer) - self._at < count and not self._over:
            self._buffer, self._at = self._buffer[self._at :] + self._fill(), 0
        return self._buffer[self._at : self._at + count]

    def take(self, count: int) -> bytes:
        """The next unpacked bytes, fewer only at the member's end; they are gone."""
        data = self.peek(count)
        self._at += len(data)
        return data

    @property
    def held(self) -> tuple[bytes, bytes] | None:
        """The whole member packed and unpacked, when it was asked for, is not too large and is whole."""
        if not self._hold or self.broken or self._size > LARGEST_HELD:
            return None
        return self.header + b"".join(self._packed), b"".join(self._plain)

    @property
    def is_stored(self) -> bool:
        """Whether it is nothing but stored blocks, written in their only form."""
        return self._stored.exact

    def _read_header(self) -> bytes:
        """The gzip header (RFC 1952 section 2.3), its parts passed over."""
        header = self._window.take(10)
        if len(header) < 10:
            return self._cut(header)
        flags = header[3]
        if flags & _RESERVED:
            self.faults.append(("W-13-gzip-flags", f"the flags are 0x{flags:02x}"))
        if flags & 4:
            size = self._window.take(2)
            header += size + self._window.take(int.from_bytes(size, "little"))
        for flag in (8, 16):
            if flags & flag:
                header += self._text()
        if flags & 2:
            stored = self._window.take(2)
            if len(stored) == 2 and int.from_bytes(stored, "little") != zlib.crc32(header) & 0xFFFF:
                self.faults.append(("W-16-gzip-header-checksum", ""))
            header += stored
        return header if self._window.peek(1) else self._cut(header)

    def _text(self) -> bytes:
        """A name or comment with the zero that ends it; never more than 64 KiB."""
        ahead = self._window.peek(2 * CHUNK)
        return self._window.take(ahead.find(b"\0") + 1 or len(ahead))

    def _fill(self) -> bytes:
        data = self._window.peek(CHUNK)
        try:
            made = self._unpacker.decompress(data, CHUNK)
        except zlib.error as error:
            return self._end("W-10-gzip-broken", str(error))
        eof = self._unpacker.eof
        rest = self._unpacker.unused_data if eof else self._unpacker.unconsumed_tail
        self._note(self._window.take(len(data) - len(rest)), made)
        if eof:
            self._read_trailer()
        elif not data and not made:
            self._cut(b"")
        return made

    def _note(self, taken: bytes, made: bytes) -> None:
        self._crc, self._size = zlib.crc32(made, self._crc), self._size + len(made)
        if not self._hold:
            return
        self._stored.take(taken)
        self._packed.append(taken)
        self._plain.append(made)
        if self._size > LARGEST_HELD:
            self._packed, self._plain = [b""], [b""]

    def _read_trailer(self) -> None:
        trailer = self._window.take(8)
        if len(trailer) < 8:
            self._cut(b"")
            return
        self._over = True
        self._packed.append(trailer)
        if int.from_bytes(trailer[:4], "little") != self._crc:
            self.faults.append(("W-11-gzip-checksum", ""))
        if int.from_bytes(trailer[4:], "little") != self._size & 0xFFFFFFFF:
            self.faults.append(("W-12-gzip-size", f"{self._size} bytes were unpacked"))

    def _cut(self, header: bytes) -> bytes:
        self._end("W-03-cut-off", "the last gzip member has no end")
        return header

    def _end(self, code: str, detail: str) -> bytes:
        self.faults.append((code, detail))
        self._over = self.broken = True
        return b""


class _StoredBlocks:
    """Whether deflate bytes are stored blocks in their only form: the five bits beside each block's three are zero."""

    def __init__(self) -> None:
        self.exact = True
        self._head, self._left, self._last = b"", 0, False

    def take(self, data: bytes) -> None:
        at = 0
        while self.exact and at < len(data):
            if self._left:
                step = min(self._left, len(data) - at)
                self._left, at = self._left - step, at + step
                continue
            need = 5 - len(self._head)
            self._head, at = self._head + data[at : at + need], at + need
            self.exact = self._head[0] in (0, 1) and not self._last
            if len(self._head) == 5:
                self._left, self._last = int.from_bytes(self._head[1:3], "little"), self._head[0] == 1
                self._head = b""


def _holds_a_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(31).decompress(data, 64).startswith(b"WARC/")
    except zlib.error:
        return False
