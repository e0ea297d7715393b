"""Cuts a WARC or ARC file made by anybody into records, trusting none of its bytes: where each begins and ends, and
whether it is whole.

Every byte of the file ends up in exactly one frame (or is padding between records): a good one, or a damaged one with
its reason. After damage the search goes on at the next place that looks like a record. Memory stays small whatever the
file says: a block over `LARGEST_HELD` is passed over and read again in pieces by whoever wants it. What the records
mean is `archiver/warc_import.py`'s.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

LARGEST_HEADER = 64 * 1024
LARGEST_HELD = 16 * 1024 * 1024
LARGEST_RECORD = 2 * 1024**3
LARGEST_RATIO = 1000
"""Content per compressed byte; only a bomb has more (deflate's limit is 1,032). Asked after `LARGEST_HELD` only."""
MOST_FAULTS = 1000
"""After so many damaged places in one file the rest is one more of them: a hostile file must not cost hours."""

_CHUNK = 256 * 1024
_WAY_BACK = 2 * 1024 * 1024
_GZIP = b"\x1f\x8b\x08"
_PADDING = b"\r\n\0"
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$")
_ARC_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*:[^\r\n]* [^ \r\n]* \d{14} [^\r\n]+ (\d+)\r?\n")
_NEXT = re.compile(rb"\nWARC/\d\.\d+\r?\n")

Opening = Callable[[], BinaryIO]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One record as it stands in a file, or one damaged stretch of it (`fault` says why, `head` may be empty).

    `offset` and `length` are bytes of the file; `packed` means that stretch is one gzip member. `length` is 0 for a
    record that shares a gzip member with others. `start` is where the head begins in the unpacked bytes. `block` is
    None when it is too large to hold: `chunks` reads it. `notes` name faults of form.
    """

    offset: int
    length: int
    packed: bool
    start: int
    head: bytes = b""
    block: bytes | None = b""
    size: int = 0
    fault: str = ""
    notes: tuple[str, ...] = ()

    def chunks(self, opening: Opening) -> Iterator[bytes]:
        """The block in pieces, read again from the file when it was too large to hold."""
        if self.block is not None:
            yield self.block
            return
        with _File(opening) as file:
            file.go(self.offset)
            unit = _Unit(file, packed=self.packed)
            unit.skip(self.start + len(self.head))
            left = self.size
            while left and (piece := unit.read(min(left, _CHUNK))):
                left -= len(piece)
                yield piece


class _Broken(Exception):
    """The compressed bytes cannot be read on from here."""


class _Damaged(Exception):
    """One record is not what it says; the search for the next can begin behind its first byte."""


def frames(opening: Opening) -> Iterator[Frame]:
    """Every record of the file in order, good or damaged."""
    faults = 0
    with _File(opening) as file:
        while file.skip_padding():
            for frame in _unit_frames(file):
                faults += bool(frame.fault)
                yield frame
            if faults >= MOST_FAULTS and (start := file.offset) < (end := file.run_out()):
                yield _damage("too-many-faults", start, end)


def begins_a_record(data: bytes) -> bool:
    """Whether bytes that begin so are a WARC or ARC record, compressed or not."""
    if data.startswith(_GZIP):
        try:
            data = zlib.decompressobj(31).decompress(data, 4096)
        except zlib.error:
            return False
    return data.startswith(b"WARC/") or bool(_ARC_LINE.match(data))


def _unit_frames(file: "_File") -> Iterator[Frame]:
    file.mark()
    begin, packed = file.offset, file.peek(3) == _GZIP
    unit = _Unit(file, packed=packed)
    try:
        while True:
            frame = _record(unit)
            yield frame
            if not packed or unit.at_end():
                break
        unit.close()
    except _Broken as broken:
        file.go(begin + 1)
        file.find_gzip()
        yield _damage(str(broken), begin, file.offset)


def _record(unit: "_Unit") -> Frame:
    start = unit.given
    try:
        head, size = _head(unit)
        block, notes = _block(unit, size)
    except _Damaged as damaged:
        return _damaged_record(unit, start, str(damaged))
    whole = start == 0 and (not unit.packed or unit.at_end())
    return Frame(
        offset=unit.begin, length=unit.length if whole else 0, packed=unit.packed, start=start, head=head, block=block,
        size=size, fault="too-large" if size > LARGEST_RECORD else "", notes=notes,
    )  # fmt: skip


def _damaged_record(unit: "_Unit", start: int, fault: str) -> Frame:
    unit.go(start + 1)
    if unit.find_record():
        fault = fault.replace("cut-off", "wrong-length")
    if not unit.packed:
        return _damage(fault, unit.begin, unit.begin + unit.given)
    alone = start == 0 and unit.at_end()
    return Frame(
        offset=unit.begin, length=unit.length if alone else 0, packed=True, start=start, fault=fault, block=None
    )


def _head(unit: "_Unit") -> tuple[bytes, int]:
    first = unit.peek(LARGEST_HEADER)
    arc = _ARC_LINE.match(first)
    if arc:
        return unit.read(arc.end()), int(arc.group(1)[:15])
    if not first.startswith(b"WARC/"):
        raise _Damaged("not-a-record")
    end = _HEAD_END.search(first)
    if not end:
        raise _Damaged("header-too-large" if len(first) == LARGEST_HEADER else "cut-off")
    head = unit.read(end.end())
    lengths = set(_LENGTH.findall(head))
    if not lengths:
        raise _Damaged("missing-field: Content-Length")
    value = lengths.pop()
    if lengths or not value.isdigit() or len(value) > 18:
        raise _Damaged("wrong-length: Content-Length is no single number")
    return head, int(value)


def _block(unit: "_Unit", size: int) -> tuple[bytes | None, tuple[str, ...]]:
    if size <= LARGEST_HELD:
        block: bytes | None = unit.read(size)
        got = len(block or b"")
    else:
        block, got = None, unit.skip(size)
    if got < size:
        raise _Damaged(f"cut-off: {size} bytes announced, {got} there")
    ends = unit.pass_over(b"\r\n")
    following = unit.peek(1024)
    if following and not (following.startswith((b"WARC/", _GZIP, b"\0")) or _ARC_LINE.match(following)):
        if ends < 4:
            raise _Damaged("wrong-length: no record follows where this one says it ends")
        return block, ("junk-follows",)
    return block, () if ends else ("no-record-end",)


def _damage(fault: str, start: int, end: int) -> Frame:
    return Frame(offset=start, length=end - start, packed=False, start=0, fault=fault, block=None)


class _File:
    """A file read forwards, with a way back: the little read since `mark` is kept, since zips cannot seek."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._stream = opening()
        self._left = b""
        self._marked, self._since, self._kept = 0, [b""], 0
        self.offset = 0

    def __enter__(self) -> "_File":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self) -> bytes:
        data = self._left or self._stream.read(_CHUNK)
        self._left = b""
        self.offset += len(data)
        if self._kept <= _WAY_BACK:
            self._since.append(data)
            self._kept += len(data)
        else:
            self._since.clear()  # from here on only the file itself knows the way back
        return data

    def give_back(self, data: bytes) -> None:
        """The last `data` read was too much."""
        self._left = data + self._left
        self.offset -= len(data)
        if self._since and data:
            kept = self._since.pop()
            if len(kept) >= len(data):
                self._since.append(kept[: len(kept) - len(data)])
            else:
                self._since.clear()

    def mark(self) -> None:
        self._marked, self._since, self._kept = self.offset, [b""], 0

    def peek(self, count: int) -> bytes:
        while len(self._left) < count and (more := self._stream.read(_CHUNK)):
            self._left += more
        return self._left[:count]

    def go(self, offset: int) -> None:
        if self._marked <= offset <= self.offset and self._since:
            self._left = (b"".join(self._since) + self._left)[offset - self._marked :]
        elif self._stream.seekable():
            self._stream.seek(offset)
            self._left = b""
        else:
            self._stream.close()
            self._stream, self._left = self._opening(), b""
            self._pass(offset)
        self.offset = offset
        self.mark()

    def _pass(self, count: int) -> None:
        while count and (piece := self._stream.read(min(count, _CHUNK))):
            count -= len(piece)

    def skip_padding(self) -> bool:
        """Pass over what may stand between records; False at the end of the file."""
        while data := self.read():
            rest = data.lstrip(_PADDING)
            if rest:
                self.give_back(rest)
                return True
        return False

    def find_gzip(self) -> None:
        """Go to the next gzip member that begins as a record does, or to the end of the file."""
        while window := self.peek(_CHUNK):
            place = window.find(_GZIP)
            while place >= 0 and not begins_a_record(window[place : place + 4096]):
                place = window.find(_GZIP, place + 1)
            if place >= 0:
                self._drop(place)
                return
            self._drop(max(len(window) - 4096, 1) if len(window) == _CHUNK else len(window))

    def run_out(self) -> int:
        """Read to the end of the file; where that is."""
        while self.read():
            pass
        return self.offset

    def _drop(self, count: int) -> None:
        self._left = self._left[count:]
        self.offset += count


class _Unit:
    """Bytes of a file from where it stands: a gzip member unpacked, or simply the file. Ends where the member ends."""

    def __init__(self, file: _File, packed: bool) -> None:
        self._file = file
        self.begin, self.packed = file.offset, packed
        self._restart()

    def _restart(self) -> None:
        self._unpacker = zlib.decompressobj(31)
        self._pending = b""
        self._buffer = bytearray()
        self._over = False
        self._broken = ""
        self._made = 0
        self.given = 0

    @property
    def length(self) -> int:
        """How many bytes of the file were used so far."""
        return self._file.offset - self.begin if self.packed else self.given

    def read(self, count: int) -> bytes:
        while len(self._buffer) < count and self._fill():
            pass
        if len(self._buffer) < count and self._broken:
            raise _Broken(self._broken)
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        self.given += len(data)
        return data

    def peek(self, count: int) -> bytes:
        while len(self._buffer) < count and self._fill():
            pass
        return bytes(self._buffer[:count])

    def skip(self, count: int) -> int:
        passed = 0
        while passed < count and (piece := self.read(min(count - passed, _CHUNK))):
            passed += len(piece)
        return passed

    def pass_over(self, characters: bytes, most: int = 8) -> int:
        ahead = self.peek(most)
        return len(self.read(len(ahead) - len(ahead.lstrip(characters))))

    def at_end(self) -> bool:
        """Whether nothing but padding is left of the member."""
        while ahead := self.peek(_CHUNK):
            if rest := len(ahead.lstrip(_PADDING)):
                self.read(len(ahead) - rest)
                return False
            self.read(len(ahead))
        if self._broken:
            raise _Broken(self._broken)
        return True

    def go(self, place: int) -> None:
        """Back (or on) to a place of the unpacked bytes."""
        self._file.go(self.begin)
        self._restart()
        self.skip(place)

    def find_record(self) -> bool:
        """Go to the next line that begins a WARC record, or to the end."""
        while window := self.peek(_CHUNK):
            found = _NEXT.search(window)
            if found:
                self.read(found.start() + 1)
                return True
            self.read(max(len(window) - 16, 1) if len(window) == _CHUNK else len(window))
        return False

    def close(self) -> None:
        """Give back to the file what was read ahead."""
        if not self.packed:
            self._file.give_back(bytes(self._buffer))

    def _fill(self) -> bool:
        if self._over:
            return False
        data = self._pending or self._file.read()
        if self.packed:
            self._unpack(data)
        else:
            self._over = not data
            self._buffer += data
        return not (self._over and not data) and not self._broken

    def _unpack(self, data: bytes) -> None:
        made = b""
        try:
            made = self._unpacker.decompress(data, _CHUNK)
        except zlib.error:
            self._broken = "broken-compression: the compressed bytes or their checksum are wrong"
        self._pending = self._unpacker.unconsumed_tail
        self._buffer += made
        self._made += len(made)
        used = self._file.offset - len(self._pending) - self.begin
        if self._unpacker.eof:
            self._file.give_back(self._unpacker.unused_data)
        elif not data:
            self._broken = "cut-off: the last compressed record has no end"
        elif self._made > LARGEST_HELD and self._made > LARGEST_RATIO * used:
            self._broken = "gzip-bomb: unpacks to more than 1,000 times its size"
        self._over = self._unpacker.eof or bool(self._broken)
