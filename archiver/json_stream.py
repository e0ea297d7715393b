"""The elements of a JSON array one after another, each as its own raw bytes, from a stream of any size.

Platforms write a whole account into one array of one file, sometimes behind a little JavaScript
(`window.YTD.tweets.part0 = [...]`), sometimes under a key (`{"comments_v2": [...]}`). Only where elements begin and
end is decided here; what is in them is decoded one at a time, so one broken element costs that element only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archiver.normalized import decode_json
from custody.errors import InputError

DEEPEST = 64
LARGEST = 16 * 1024 * 1024
_CHUNK = 1 << 18
_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_STRUCTURE = re.compile(_STRING + rb'|["{}\[\],]', re.DOTALL)
_NESTED = re.compile(_STRING + rb'|["{}\[\]]', re.DOTALL)
_IN_STRING = re.compile(rb'["\\]')


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One element: the key its array stands under ("" for none), its place, and its bytes.

    `raw` is None when it is longer than `LARGEST`; `offset` and `length` still say where it is. `cut` when the file
    ends inside it. `depth` is how deeply it nests.
    """

    key: str
    index: int
    offset: int
    length: int
    raw: bytes | None
    depth: int
    cut: bool = False


def decode(element: Element) -> object:
    """The element's value. Raises InputError that says what is wrong with it."""
    if element.cut:
        raise InputError("the file ends in the middle of this item", "the download is cut off: download it again")
    if element.raw is None:
        raise InputError(f"larger than {LARGEST // 1024 // 1024} MiB, the most for one item")
    if element.depth > DEEPEST:
        raise InputError(f"nested deeper than {DEEPEST} levels")
    return decode_json(element.raw)


def elements(stream: BinaryIO) -> Iterator[Element]:
    """Every element of the array, or of each array that stands directly in the outer object."""
    yield from _Scanner(stream).elements()


class _Scanner:
    """Walks the structure. `base` is the offset in the stream of the first byte still held."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.held = b""
        self.base = 0
        self.at = 0
        self.keep_from = -1
        self.measured = False
        self.stack: list[int] = []
        self.last_string = b""
        self.string_from = -1
        self.array_depth = 0

    def elements(self) -> Iterator[Element]:
        index = deepest = 0
        key = b""
        while (mark := self._next_mark()) is not None:
            if mark in b"[{":
                self.stack.append(mark)
                if not self.array_depth and mark == 0x5B and len(self.stack) <= 2:
                    self.array_depth, index, key, deepest = len(self.stack), 0, self.last_string, 0
                    self._start()
                deepest = max(deepest, len(self.stack) - self.array_depth)
            elif mark in b"]}":
                closing = bool(self.array_depth) and len(self.stack) == self.array_depth
                if closing:
                    yield from self._element(key, index, deepest, self.at - 1)
                    self.array_depth = 0
                    self.keep_from = -1
                if self.stack:
                    self.stack.pop()
            elif self.array_depth and len(self.stack) == self.array_depth:
                yield from self._element(key, index, deepest, self.at - 1)
                index, deepest = index + 1, 0
                self._start()
        if self.array_depth:
            yield from self._element(key, index, deepest, self.at, cut=True)

    def _start(self) -> None:
        self.keep_from, self.measured = self.base + self.at, False

    def _element(self, key: bytes, index: int, depth: int, end: int, cut: bool = False) -> Iterator[Element]:
        """The bytes since the element began, without the white space around them; nothing when there are none."""
        length = self.base + end - self.keep_from
        name = key.decode("utf-8", "replace")
        if self.measured:
            place = {"offset": self.keep_from, "length": length}
            yield Element(key=name, index=index, raw=None, depth=depth, cut=cut, **place)
            return
        raw = self.held[self.keep_from - self.base : end]
        stripped = raw.strip()
        if stripped:
            offset = self.keep_from + raw.index(stripped[:1])
            yield Element(
                key=name, index=index, offset=offset, length=len(stripped), raw=stripped, depth=depth, cut=cut
            )

    def _next_mark(self) -> int | None:
        while True:
            found = (_NESTED if len(self.stack) > self.array_depth > 0 else _STRUCTURE).search(self.held, self.at)
            if found is None:
                self.at = len(self.held)
                if not self._fill():
                    return None
                continue
            self.at = found.end()
            mark = self.held[found.start()]
            if mark != 0x22:
                return mark
            if self.at > found.start() + 1:
                if len(self.stack) <= 1:
                    self.last_string = found.group()[1:-1]
                continue
            if not self._pass_string():
                return None

    def _pass_string(self) -> bool:
        begun = self.base + self.at
        shallow = len(self.stack) <= 1
        self.string_from = begun if shallow else -1
        while True:
            found = _IN_STRING.search(self.held, self.at)
            if found is None or (found.group() == b"\\" and found.end() == len(self.held)):
                self.at = len(self.held) if found is None else found.start()
                if not self._fill():
                    self.at = len(self.held)
                    return False
                continue
            if found.group() == b"\\":
                self.at = found.end() + 1
                continue
            self.at = found.end()
            if shallow and begun >= self.base:
                self.last_string = self.held[begun - self.base : self.at - 1]
            self.string_from = -1
            return True

    def _fill(self) -> bool:
        """Read on; forget what is not needed. False at the end of the stream."""
        if self.keep_from >= 0 and not self.measured and self.base + self.at - self.keep_from > LARGEST:
            self.measured = True
        keep = self.at if self.keep_from < 0 or self.measured else self.keep_from - self.base
        if self.string_from >= self.base and len(self.held) < LARGEST:
            keep = min(keep, self.string_from - self.base)
        chunk = self.stream.read(_CHUNK)
        self.held = self.held[keep:] + chunk
        self.base += keep
        self.at -= keep
        return bool(chunk)
