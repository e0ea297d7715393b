"""The digests a record names of itself, computed again while its block passes by once.

A payload is the whole block (resource, conversion) or the body of an HTTP message; since crawlers differ in whether
they take the chunked coding off before they compute it, either is accepted.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

_ALGORITHMS = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LARGEST_HTTP_HEAD = 1024 * 1024


class Labelled:
    """A digest as written: `algorithm:value`. `fault` is the code of what is wrong with its form, or ""."""

    def __init__(self, text: str) -> None:
        name, _, self._value = text.partition(":")
        self.algorithm = name.lower().replace("-", "")
        self.size = _ALGORITHMS.get(self.algorithm, 0)
        self.wanted = b""
        self.fault = self._judge(name)

    def _judge(self, name: str) -> str:
        value = self._value
        if not _TOKEN.fullmatch(name) or not value or re.search(r"[\s\x00-\x1f\x7f]", value):
            return "W-49-digest-form"
        if not self.size:
            return "W-52-digest-unknown"
        self.wanted = _decoded(value, self.size)
        if not self.wanted:
            return "W-49-digest-form"
        return "W-53-digest-padding" if value.endswith("=") else ""

    @property
    def is_own(self) -> bool:
        """Whether it is written as Ofrecord writes digests."""
        return self.algorithm == "sha256" and re.fullmatch(r"[0-9a-f]{64}", self._value) is not None

    def running(self) -> "hashlib._Hash":
        """A fresh computation of the same algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def _decoded(value: str, size: int) -> bytes:
    """The digest's bytes from hexadecimal, base32 or base64, told apart by length; b"" when it is none of them."""
    bare = value.rstrip("=")
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        if len(bare) == (8 * size + 4) // 5:
            return base64.b32decode(bare + "=" * (-len(bare) % 8), casefold=True)
        if len(bare) == (8 * size + 5) // 6:
            plain = bare.replace("-", "+").replace("_", "/")
            return base64.b64decode(plain + "=" * (-len(bare) % 4), validate=True)
    except (ValueError, binascii.Error):
        return b""
    return b""


class BlockSeal:
    """The digest of a block, taken piece by piece."""

    def __init__(self, declared: Labelled) -> None:
        self._declared = declared
        self._running = declared.running()

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        self._running.update(piece)

    def fits(self) -> bool:
        """Whether the declared digest is that of the bytes taken."""
        return self._running.digest() == self._declared.wanted


class HttpSeal:
    """The digest of an HTTP message's body, both as it was sent and with the chunked coding taken off."""

    def __init__(self, declared: Labelled) -> None:
        self._declared = declared
        self._sent, self._plain = declared.running(), declared.running()
        self._head: bytearray | None = bytearray()
        self._chunks = _Chunks()

    def take(self, piece: bytes) -> None:
        """The next bytes of the block."""
        if self._head is None:
            self._body(piece)
        elif len(self._head) <= _LARGEST_HTTP_HEAD:
            self._head += piece
            end = _HEAD_END.search(self._head)
            if end:
                body, self._head = bytes(self._head[end.end() :]), None
                self._body(body)

    @property
    def begun(self) -> bool:
        """Whether the end of the HTTP header was found."""
        return self._head is None

    def fits(self) -> bool:
        """Whether the declared digest is that of the body, in either form."""
        if self._sent.digest() == self._declared.wanted:
            return True
        return not self._chunks.broken and self._plain.digest() == self._declared.wanted

    def _body(self, piece: bytes) -> None:
        self._sent.update(piece)
        for part in self._chunks.take(piece):
            self._plain.update(part)


class _Chunks:
    """Chunked coding (RFC 9112 section 7.1) taken off while the bytes pass by."""

    def __init__(self) -> None:
        self.broken = False
        self._line = b""
        self._left = 0
        self._between = False
        self._done = False

    def take(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(data) and not self.broken and not self._done:
            if self._left:
                part = data[at : at + self._left]
                self._left, at = self._left - len(part), at + len(part)
                self._between = not self._left
                yield part
                continue
            end = data.find(b"\n", at)
            stop = end + 1 if end >= 0 else len(data)
            self._line, at = self._line + data[at:stop], stop
            self.broken = len(self._line) > 1024
            if end >= 0:
                self._end_of_line()

    def _end_of_line(self) -> None:
        line, self._line = self._line.strip(), b""
        if self._between:
            self._between, self.broken = False, bool(line)
            return
        digits = line.split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", digits):
            self.broken = True
            return
        self._left = int(digits, 16)
        self._done = not self._left
