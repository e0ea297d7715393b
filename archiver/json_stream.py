"""The elements of a JSON array one after another, each as its own raw bytes, from a stream of any size.

Platforms write a whole account into one array of one file, sometimes behind a little JavaScript
(`window.YTD.tweets.part0 = [...]`), sometimes under a key (`{"comments_v2": [...]}`). Only where elements begin and
end is decided here; what is in them is decoded one at a time, so one broken element costs that element only.

There is a fast way, one regular expression for a whole element, and a careful one, mark by mark, for what the fast way
does not match: an element that is very deep, very long, cut off or broken. After a broken one, reading goes on where an
element begins that looks as the ones before it did.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archiver.lenient_json import decode_leniently
from archiver.normalized import decode_json
from custody.errors import InputError

DEEPEST = 64
LARGEST = 16 * 1024 * 1024
_CHUNK = 1 << 18
_DEEPEST_STACK = 100_000
_FAST_LEVELS = 10
_KEY_ROOM = 1 << 16

_REST_OF_STRING = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_STRING = rb'"' + _REST_OF_STRING + rb'"'


def _nested(levels: int) -> bytes:
    plain = rb'[^"{}\[\]]*+'
    inner = _STRING + (rb"|" + _nested(levels - 1) if levels else b"")
    return rb"[{\[]" + plain + rb"(?:(?:" + inner + rb")" + plain + rb")*+[}\]]"


_WHOLE = re.compile(
    rb"\s*+(" + _nested(_FAST_LEVELS) + rb"|" + _STRING + rb'|[^"{}\[\],\s]++)?+\s*+([,\]])', re.DOTALL
)
_MARK = re.compile(rb'["{}\[\],]')
_STRING_ON = re.compile(_REST_OF_STRING, re.DOTALL)
_FIRST_KEY = re.compile(rb"\s*+\{\s*+(" + _STRING + rb")\s*+:", re.DOTALL)
_AFTER_OUTER = re.compile(rb"\s*+;?\s*+(?:$|window\.|[\[{])")
_AFTER_INNER = re.compile(rb"\s*+(?:$|[,}])")
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(?:window\.[^=\[{]*=)?\s*+[\[{]")
_PARTNER = {0x5D: 0x5B, 0x7D: 0x7B}


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One element: the key its array stands under ("" for none), its place, and its bytes.

    `raw` is None when it is longer than `LARGEST`; `offset` and `length` still say where it is. `cut` when the file
    ends inside it; `too_deep` when it nests beyond `DEEPEST` levels.
    """

    key: str
    index: int
    offset: int
    length: int
    raw: bytes | None
    cut: bool = False
    too_deep: bool = False


def decode(element: Element) -> object:
    """The element's value. Raises InputError that says what is wrong with it."""
    return decode_flagged(element)[0]


def decode_flagged(element: Element) -> tuple[object, tuple[str, ...]]:
    """The element's value, read leniently where a strict parser gives up, and flags that say what was wrong.

    Raises InputError when it is cut off, too large, too deep, or no JSON whichever way it is read.
    """
    if element.cut:
        raise InputError("the file ends in the middle of this item", "the download is cut off: download it again")
    if element.raw is None:
        raise InputError(f"larger than {LARGEST // 1024 // 1024} MiB, the most for one item")
    if element.too_deep:
        raise InputError(f"nested deeper than {DEEPEST} levels")
    if b"\\u0000" not in element.raw:
        try:
            return decode_json(element.raw), ()
        except InputError:
            return decode_leniently(element.raw)
    return decode_leniently(element.raw)


def begins_as_json(start: bytes) -> bool:
    """Whether a file that begins like this can hold an array or an object, perhaps behind `window.x = `."""
    return _BEGINNING.match(start) is not None


def elements(stream: BinaryIO, levels: int = 2) -> Iterator[Element]:
    """Every element of the array, or of each array that stands in the outer object (`levels` 2) or deeper (3, ...)."""
    yield from _Scanner(stream, levels).elements()


class _Scanner:
    """Walks the structure. `held` is what is read and still needed, `base` the offset of its first byte, `at` the
    place in it. Bytes from `keep` on (an offset in the stream, -1 for none) are held until it is moved."""

    def __init__(self, stream: BinaryIO, levels: int) -> None:
        self.stream = stream
        self.levels = levels
        self.held = b""
        self.base = 0
        self.at = 0
        self.keep = -1
        self.ended = False
        self.measured = False
        self.stack: list[int] = []
        self.key = ""
        self.like: bytes = b""

    def elements(self) -> Iterator[Element]:
        while self._find_array():
            index, more = 0, True
            while more:
                self._begin()
                found = self._whole()
                if found is None:
                    element, more = self._careful(index)
                    yield element
                else:
                    if found.start(1) >= 0:
                        offset, raw = self.base + found.start(1), found.group(1)
                        yield Element(key=self.key, index=index, offset=offset, length=len(raw), raw=raw)
                        self.like = raw
                    self.at = found.end()
                    more = found.group(2) == b","
                index += 1
                if not more and not self._ends_here():
                    self._begin()
                    more = self._recovered()
                    yield self._element(index, self.base + self.at - more, cut=not more)
                    index += 1
            self.keep = -1
            if self.stack:
                self.stack.pop()

    def _begin(self) -> None:
        self.keep, self.measured = self.base + self.at, False

    def _find_array(self) -> bool:
        """Go to the next array that counts; `key` is then the last string before it."""
        word = b""
        while True:
            mark = self._next_mark()
            if mark is None:
                return False
            if mark == 0x22:
                begun = self.keep = self.base + self.at
                if not self._pass_string(_KEY_ROOM):
                    return False
                word = self.held[begun - self.base : self.at - 1] if self.keep >= 0 else b""
                self.keep = -1
            elif mark in b"[{":
                self.stack.append(mark)
                if len(self.stack) > _DEEPEST_STACK:
                    raise InputError(f"nested deeper than {_DEEPEST_STACK:,} levels", "This is no platform's file.")
                if mark == 0x5B and len(self.stack) <= self.levels:
                    self.key = word.decode("utf-8", "replace")
                    return True
            elif mark in b"]}" and self.stack:
                self.stack.pop()

    def _whole(self) -> re.Match[bytes] | None:
        """The element that begins here, when it is well-formed, not too deep and not too large."""
        while True:
            found = _WHOLE.match(self.held, self.at)
            if found is not None or len(self.held) - self.at > LARGEST or not self._fill():
                return found

    def _careful(self, index: int) -> tuple[Element, bool]:
        """The element that begins here, whatever it is, and whether the array goes on after it."""
        inside: list[int] = []
        deepest = 0
        while True:
            mark = self._next_mark()
            if mark == 0x22 and self._pass_string(LARGEST):
                mark = 0
            if self.measured and self.keep >= 0 and self._recovered():
                return self._element(index, self.base + self.at - 1), True
            if mark in (None, 0x22):
                recovered = self._recovered()
                return self._element(index, self.base + self.at - recovered, cut=not recovered), recovered
            if mark in (0x5B, 0x7B):
                inside.append(mark)
                deepest = max(deepest, len(inside))
            elif mark == 0x2C and not inside:
                return self._element(index, self.base + self.at - 1, too_deep=deepest > DEEPEST), True
            elif mark == 0x5D and not inside:
                return self._element(index, self.base + self.at - 1, too_deep=deepest > DEEPEST), False
