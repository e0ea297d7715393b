"""The search for remains: every byte of some files, as it stands and in every form in which text hides.

The data is taken apart, not the needles made many: bytes are looked at as they are and as letters alone (which is
UTF-8 and UTF-16 at once; of other scripts the needles are both); with percent signs, HTML entities and JSON escapes
undone; as what runs of hexadecimal, base32 and base64 digits stand for, at every alignment; and unpacked, where gzip,
zlib or a ZIP's member begins. What is unpacked or decoded is searched the same way, four levels deep.
"""

import base64
import binascii
import html
import mmap
import re
import struct
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path

from archiver.needles import CUTS, SIZE, Found, ManyNeedles, Needles, normal

BLOCK = 1 << 20
OVERLAP = 1 << 15
"""Bytes of the block before that are looked at again, since a needle can stand across the border."""

DEEPEST = 4
FIRST = 512
"""Bytes by which it is seen whether something is packed at all."""

AROUND = 400
"""Bytes on both sides of an escape that are looked at without it."""

_MANY = struct.Struct(f"{SIZE}s" * 4096)
_ESCAPE = re.compile(rb'\\(?:(?:u[0-9a-fA-F]{4})(?:\\u[0-9a-fA-F]{4})*|[nrtbf"/\\])')
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z]{2,8};)")
_HEX_DIGITS = b"0123456789abcdefABCDEF"
_HEX = re.compile(rb"[0-9a-fA-F]{30,}")
_BASE32 = re.compile(rb"[A-Z2-7]{40,}|[a-z2-7]{40,}")
_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_KINDS = bytes(1 if byte in _DIGITS else b"\r\n".find(byte) + 2 if byte in b"\r\n" else 0 for byte in range(256))
_RUN, _LINES = b"\1" * 30, (b"\1" * 60 + b"\3\1", b"\1" * 60 + b"\2\3\1")
_ONES = re.compile(b"\1*")
_GZIP, _ZIP = b"\x1f\x8b\x08", b"PK\x03\x04"
_ZLIB = (b"x\x9c", b"x\xda", b"x\x01", b"x\x5e")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Search:
    """A search for needles; `bytes` counts what was looked at, as it lies in the files.

    Data is cut into pieces at every 16th letter, which finds one of the pieces of each whole text. `everywhere` cuts
    it at each letter: so is found whatever was found elsewhere because of what happened to stand around it, and a
    shorter part of a text.
    """

    def __init__(self, needles: Needles | ManyNeedles, everywhere: bool = False) -> None:
        self.needles = needles
        self.bytes = 0
        self._cuts = range(SIZE if everywhere else 1)
        self._wants = needles.wants()

    def file(self, path: Path, start: int = 0, end: int | None = None) -> Found:
        """Search a file, or what begins in one stretch of it. A file that went meanwhile holds nothing."""
        found = Found()
        try:
            with path.open("rb") as file:
                size = file.seek(0, 2)
                stop = size if end is None else min(end, size)
                if start >= stop:
                    return found
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    for at in range(start, stop, BLOCK):
                        found.add(self._decoded(data[max(0, at - OVERLAP) : at + BLOCK], 0))
                    for piece in _unpacked(data, start, stop):
                        found.add(self.data(piece, 1))
                    self.bytes += stop - start
        except FileNotFoundError:
            pass
        return found

    def data(self, data: bytes, depth: int = 0) -> Found:
        """Search some bytes."""
        found = self._decoded(data, depth)
        if depth < DEEPEST:
            for piece in _unpacked(data):
                found.add(self.data(piece, depth + 1))
        return found

    def _decoded(self, data: bytes, depth: int) -> Found:
        found = self.plain(data)
        if depth < DEEPEST:
            for view in self._views(data):
                found.add(self.data(view, depth + 1))
        return found

    def plain(self, data: bytes) -> Found:
        """Search bytes as they stand."""
        found, needles, wants = Found(), self.needles, self._wants
        letters = normal(data)
        for cut in CUTS if wants.windows else ():
            found.pieces |= needles.among(cut.findall(letters))
        for start in self._cuts:
            if wants.pieces or (wants.windows and len(self._cuts) > 1):
                found.pieces |= needles.among(_cut(letters, start))
            if wants.runs:
                found.pieces |= needles.among(_cut(data, start))
        if wants.words and len(data) >= 8 and (wants.is_ascii or not data.isascii()):
            found.words |= needles.numbers(memoryview(data[: len(data) // 8 * 8]).cast("q"))
        return found

    def _views(self, data: bytes) -> Iterator[bytes]:
        """What some bytes stand for."""
        if undone := _undone(data):
            yield undone
        if runs := _runs(data):
            together = b"\n".join(runs)
            if hexadecimal := _HEX.findall(together):
                yield from (_from_hex(hexadecimal, phase) for phase in range(2))
            if others := [run for run in runs if run.translate(None, _HEX_DIGITS)]:
                yield from (_from_base64(others, phase) for phase in range(4))
            if thirty_two := _BASE32.findall(together):
                yield from (_from_base32(thirty_two, phase) for phase in range(8))


def _cut(data: bytes, start: int) -> Iterator[bytes]:
    """Some data cut into pieces, from a place on; what is left over at the end is none."""
    count, at = (len(data) - start) // SIZE, start
    while count >= 4096:
        yield from _MANY.unpack_from(data, at)
        count, at = count - 4096, at + _MANY.size
    yield from (data[place : place + SIZE] for place in range(at, at + count * SIZE, SIZE))


def _undone(data: bytes) -> bytes:
    """What stands around JSON escapes, percent signs and HTML entities, without them."""
    spans = [match.span() for form in (_ESCAPE, _PERCENT, _ENTITY) for match in form.finditer(data)]
    parts: list[bytes] = []
    start = end = 0
    for first, last in [*sorted(spans), (len(data) + 2 * AROUND + 1, 0)]:
        if first - AROUND > end:
            if end:
                parts.append(_without_escapes(data[start:end]))
            start = max(0, first - AROUND)
        end = max(end, last + AROUND)
    return b"\0".join(parts)


def _without_escapes(data: bytes) -> bytes:
    data = _ESCAPE.sub(_unescaped, data)
    data = _PERCENT.sub(lambda match: bytes.fromhex(match[0].replace(b"%", b"").decode("ascii")), data)
    return _ENTITY.sub(lambda match: html.unescape(match[0].decode("ascii")).encode("utf-8", "surrogatepass"), data)


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[0][1:2] != b"u":
        return b" "
    units = bytes.fromhex(match[0].replace(b"\\u", b"").decode("ascii"))
    return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")


def _runs(data: bytes) -> list[bytes]:
    """Long runs of base64's digits (hexadecimal and base32 digits are among them); lines of one text are one run."""
    if _RUN not in (kinds := data.translate(_KINDS)):
        return []
    if any(line in kinds for line in _LINES):
        data = data.replace(b"\r", b"").replace(b"\n", b"")
        kinds = data.translate(_KINDS)
    found, at = [], kinds.find(_RUN)
    while at >= 0:
        end = at + len(_RUN) + len(_ONES.match(kinds, at + len(_RUN))[0])  # type: ignore[index]
        found.append(data[at:end])
        at = kinds.find(_RUN, end)
    return found


def _from_hex(runs: list[bytes], phase: int) -> bytes:
    return binascii.unhexlify(b"".join([run[phase : phase + (len(run) - phase) // 2 * 2] for run in runs]))


def _from_base64(runs: list[bytes], phase: int) -> bytes:
    return binascii.a2b_base64(b"".join([_filled(run[phase:], 4) for run in runs]).translate(_URL_SAFE))


def _from_base32(runs: list[bytes], phase: int) -> bytes:
    return base64.b32decode(b"".join([_filled(run[phase:], 8) for run in runs]), casefold=True)


def _filled(run: bytes, size: int) -> bytes:
    """A run up to whole groups: `A` stands for nothing but zeros."""
    return run + b"A" * (-len(run) % size)


def _unpacked(data: "bytes | mmap.mmap", first: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """What is packed within some bytes, in pieces, wherever something packed begins (from `first`, before `stop`)."""
    stop = len(data) if stop is None else stop
    for sign, bits in ((_GZIP, 31), (_ZIP, -15), *((each, 15) for each in _ZLIB)):
        at, last = data.find(sign, first, stop + len(sign) - 1), stop + len(sign) - 1
        while at >= 0:
            start = at
            if sign == _ZIP:
                sizes = data[at + 26 : at + 30]
                start += 30 + int.from_bytes(sizes[:2], "little") + int.from_bytes(sizes[2:], "little")
            end = yield from _unpacked_at(data, start, bits)
            at = data.find(sign, max(at + 1, end), last)


def _unpacked_at(data: "bytes | mmap.mmap", start: int, bits: int) -> Generator[bytes, None, int]:
    """The pieces of one packed stream; returns where it ends, or `start` where there is none."""
    unpacker, before, size, taken = zlib.decompressobj(bits), b"", FIRST, start
    try:
        while not unpacker.eof and (packed := data[taken : taken + size]):
            piece = unpacker.decompress(packed, BLOCK)
            while piece:
                yield before + piece
                before = piece[-OVERLAP:]
                piece = unpacker.decompress(unpacker.unconsumed_tail, BLOCK)
            taken, size = taken + len(packed), BLOCK
    except zlib.error:
        return start
    return taken - len(unpacker.unused_data)
