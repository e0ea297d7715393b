"""The body of an HTTP answer freed of its transfer and content coding, in pieces, never trusting what it announces.

A body that is not coded as its header says is given as it is: crawlers often store the decoded form under the old
header. One that breaks off gives what could be read, and `faults` names why. Codings other than gzip, deflate and br
(Brotli) are left as they are, and say so.
"""

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import brotli

LARGEST_FREE = 16 * 1024 * 1024
LARGEST_RATIO = 1000
_STEP = 256 * 1024
_NO_CODING = ("", "identity", "none", "utf-8", "binary", "8bit")


class _Stop(Exception):
    """The body cannot be read on; the text is the flag."""


class _Unpacker(Protocol):
    """Undoes one content coding."""

    def ended(self) -> bool:
        """Whether the coded body is complete."""

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        """What the next piece comes to, in steps. Raises one of `_BROKEN` where it is not what it should be."""


class _Zlib:
    def __init__(self, window: int) -> None:
        self._made = zlib.decompressobj(window)

    def ended(self) -> bool:
        return self._made.eof

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        while piece and not self._made.eof:
            yield self._made.decompress(piece, _STEP)
            piece = self._made.unconsumed_tail


class _Brotli:
    """Brotli says an error where bytes come after its end."""

    def __init__(self) -> None:
        self._made = brotli.Decompressor()

    def ended(self) -> bool:
        return bool(self._made.is_finished())

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        out: bytes = self._made.process(piece, output_buffer_limit=_STEP)
        while out:
            yield out
            out = b"" if self._made.is_finished() else self._made.process(b"", output_buffer_limit=_STEP)


_BROKEN = (zlib.error, brotli.error)
_CODINGS: dict[str, tuple[Callable[[], _Unpacker], ...]] = {
    "gzip": (lambda: _Zlib(47),),
    "x-gzip": (lambda: _Zlib(47),),
    "deflate": (lambda: _Zlib(47), lambda: _Zlib(-15)),
    "br": (_Brotli,),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A body that is read when asked for: `chunks` gives the block it stands in, `skip` is its HTTP header's length."""

    chunks: Callable[[], Iterator[bytes]]
    skip: int = 0
    chunked: bool = False
    coding: str = ""

    @property
    def readable(self) -> bool:
        """Whether its content coding is one we can undo."""
        return self.coding in _NO_CODING or self.coding in _CODINGS

    def as_sent(self) -> Iterator[bytes]:
        """The body with all its codings."""
        left = self.skip
        for piece in self.chunks():
            if left < len(piece):
                yield piece[left:]
            left = max(0, left - len(piece))

    def without_transfer(self) -> Iterator[bytes]:
        """The payload as WARC digests mean it: no transfer coding, but content coding."""
        return _quiet(self._without_transfer())

    def content(self) -> Iterator[bytes]:
        """What a browser would show: no coding left. Ends where the body turns out to be broken."""
        return _quiet(self._content())

    def faults(self) -> tuple[str, ...]:
        """What is wrong with the body, as flags; reads it all once when it is coded."""
        if not self.readable:
            return (f"coding-unread: {self.coding[:20]}",)
        if not self.chunked and self.coding in _NO_CODING:
            return ()
        try:
            for _ in self._content():
                pass
        except _Stop as stop:
            return (str(stop),)
        return ()

    def begin(self, most: int) -> bytes:
        """The first `most` bytes of the content."""
        kept = bytearray()
        for piece in self.content():
            kept += piece[: most - len(kept)]
            if len(kept) >= most:
                break
        return bytes(kept)

    def open(self) -> BinaryIO:
        """The content as a stream."""
        return io.BufferedReader(_Stream(self.content()), _STEP)

    def _without_transfer(self) -> Iterator[bytes]:
        return _dechunked(self.as_sent()) if self.chunked else self.as_sent()

    def _content(self) -> Iterator[bytes]:
        kinds = _CODINGS.get(self.coding)
        return _unpacked(self._without_transfer(), kinds) if kinds else self._without_transfer()


class _Stream(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _quiet(pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except _Stop:
        return


def _dechunked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Chunked coding (RFC 9112 section 7.1) undone. A body without a chunk at its start was stored decoded."""
    source, first = _Ahead(pieces), True
    while True:
        line = source.line()
        size = _chunk_size(line)
        if size is None and first:
            yield line
            yield from source.rest()
            return
        if size is None:
            raise _Stop("wrong-chunks" if line else "body-cut-off")
        if size == 0:
            return
        first = False
        yield from source.take(size)
        if source.line() not in (b"\r\n", b"\n"):
            raise _Stop("wrong-chunks")


def _chunk_size(line: bytes) -> int | None:
    digits = line.split(b";")[0].strip()
    if not line.endswith(b"\n") or not digits or len(digits) > 15 or digits.strip(b"0123456789abcdefABCDEF"):
        return None
    return int(digits, 16)


class _Ahead:
    """Pieces of a body, read by the line or by the byte."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._buffer, self._at = b"", 0

    def line(self) -> bytes:
        """Up to and with the next line feed; shorter than that at the end, or after 1,024 bytes."""
        while (end := self._buffer.find(b"\n", self._at, self._at + 1024)) < 0 and len(self._buffer) - self._at < 1024:
            if not self._more():
                break
        stop = end + 1 if end >= 0 else self._at + 1024
        line = self._buffer[self._at : stop]
        self._at += len(line)
        return line

    def take(self, count: int) -> Iterator[bytes]:
        while count:
            if self._at >= len(self._buffer) and not self._more():
                raise _Stop("body-cut-off")
            piece = self._buffer[self._at : self._at + count]
            self._at += len(piece)
            count -= len(piece)
            yield piece

    def rest(self) -> Iterator[bytes]:
        yield self._buffer[self._at :]
        yield from self._pieces

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._buffer, self._at = self._buffer[self._at :] + piece, 0
        return True


def _unpacked(pieces: Iterator[bytes], kinds: tuple[Callable[[], _Unpacker], ...]) -> Iterator[bytes]:
    first = next(pieces, b"")
    unpacker = _begun(first, kinds)
    if unpacker is None:
        yield first
        yield from pieces
        return
    taken = made = 0
    for piece in _chain(first, pieces):
        taken += len(piece)
        if unpacker.ended():
            continue
        try:
            for out in unpacker.unpack(piece):
                made += len(out)
                if made > LARGEST_FREE and made > LARGEST_RATIO * taken:
                    raise _Stop("body-bomb")
                yield out
        except _BROKEN as error:
            raise _Stop("body-damaged") from error
    if not unpacker.ended() and taken:
        raise _Stop("body-cut-off")


def _begun(first: bytes, kinds: tuple[Callable[[], _Unpacker], ...]) -> _Unpacker | None:
    """A fresh unpacker of the first kind that understands the beginning; None when it is not compressed at all."""
    for kind in kinds:
        try:
            next(kind().unpack(first), b"")
        except _BROKEN:
            continue
        return kind()
    return None


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
