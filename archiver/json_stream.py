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
_ENOUGH_TO_TELL = 64

_REST_OF_STRING = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_STRING = rb'"' + _REST_OF_STRING + rb'"'


def _nested(levels: int, opened: bytes = rb"[{\[]", closed: bytes = rb"[}\]]") -> bytes:
    plain = rb'[^"{}\[\]]*+'
    inner = _STRING + (rb"|" + _nested(levels - 1) if levels else b"")
    return opened + plain + rb"(?:(?:" + inner + rb")" + plain + rb")*+" + closed


_BRACES, _BRACKETS = _nested(_FAST_LEVELS, rb"\{", rb"\}"), _nested(_FAST_LEVELS, rb"\[", rb"\]")
_SCALAR = _STRING + rb'|[^"{}\[\],\s]++'
_WHOLE = re.compile(rb"\s*+(" + rb"|".join((_BRACES, _BRACKETS, _SCALAR)) + rb")?+\s*+([,\]])", re.DOTALL)
_TOKEN = re.compile(_STRING + rb'|["{}\[\],]', re.DOTALL)
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
        raise InputError(
            "the file ends in the middle of this item, or the item is broken",
            "the download is cut off: download it again",
        )
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
    """Walks the structure. `held` is what is read and still needed, `base` the offset of its first byte and `at` the
    place in it. Bytes from the offset `keep` on stay held; `frozen` means that nothing more is read just now."""

    def __init__(self, stream: BinaryIO, levels: int) -> None:
        self.stream = stream
        self.levels = levels
        self.held = b""
        self.base = 0
        self.at = 0
        self.keep = -1
        self.ended = False
        self.frozen = False
        self.stack: list[int] = []
        self.word = b""
        self.like = b""

    def elements(self) -> Iterator[Element]:
        while self._find_array():
            key = self.word[1:-1].decode("utf-8", "replace")
            index, more = 0, True
            while more:
                self.keep = self.base + self.at
                found = self._whole()
                if found is None:
                    element, more = self._careful(key, index)
                    yield element
                else:
                    self.at, more = found.end(), found.group(2) == b","
                    if found.start(1) >= 0:
                        yield self._element(key, index, self.base + found.start(1), self.base + found.end(1))
                        self.like = found.group(1)
                index += 1
                if not more and not self._may_end_here():
                    start = self.keep = self.base + self.at
                    more = self._go_to_like()
                    yield self._element(key, index, start, self.base + self.at - more)
                    index += 1
            self.keep = -1
            self.stack.pop()

    def _find_array(self) -> bool:
        """Go into the next array that counts; `word` is then the last string before it, in its quotation marks."""
        self.word = b""
        while (mark := self._next_mark()) is not None:
            if mark in b"[{":
                self.stack.append(mark)
                if len(self.stack) > _DEEPEST_STACK:
                    raise InputError(f"nested deeper than {_DEEPEST_STACK:,} levels", "No platform makes such a file.")
                if mark == 0x5B and len(self.stack) <= self.levels:
                    return True
            elif mark in b"]}" and self.stack:
                self.stack.pop()
        return False

    def _whole(self) -> re.Match[bytes] | None:
        """The element that begins here and the mark after it; None unless it is well-formed and not very deep."""
        while True:
            found = _WHOLE.match(self.held, self.at)
            if found is not None or len(self.held) - self.at > LARGEST or not self._fill():
                return found

    def _careful(self, key: str, index: int) -> tuple[Element, bool]:
        """The element that begins here, whatever it is, and whether the array goes on after it."""
        start, at = self.base + self.at, self.at
        self.frozen = True
        mark, depth = self._walk()
        self.frozen = False
        if mark is None:
            self.at = at
            like = self._like_from(at)
            if like is None and not self.ended:
                self.keep = -1
                mark, depth = self._walk()
            if mark is None:
                self.at = like if like is not None else self.at
                more = like is not None or self._go_to_like()
                element = self._element(key, index, start, self.base + self.at - more, cut=not more)
                return element, more
        element = self._element(key, index, start, self.base + self.at - 1, too_deep=depth > DEEPEST)
        return element, mark == 0x2C

    def _walk(self) -> tuple[int | None, int]:
        """Go past the mark that ends an element: a comma or `]`, or None when it is broken or does not end."""
        inside: list[int] = []
        depth = 0
        while (mark := self._next_mark()) is not None:
            if mark in b"[{":
                inside.append(mark)
                depth = max(depth, len(inside))
                if depth > _DEEPEST_STACK:
                    break
            elif not inside and mark in b",]":
                return mark, depth
            elif mark in b"]}" and (not inside or inside.pop() != _PARTNER[mark]):
                break
        return None, depth

    def _go_to_like(self) -> bool:
        """Go to where an element begins that looks as the ones before did; False, and to the end, when none does."""
        while True:
            place = self._like_from(self.at)
            if place is not None:
                self.at = place
                return True
            if self.ended:
                self.at = len(self.held)
                return False
            if len(self.held) - self.at > LARGEST:
                self.at, self.keep = len(self.held) - LARGEST // 2, -1
            self._fill()

    def _like_from(self, at: int) -> int | None:
        first = _FIRST_KEY.match(self.like) or _FIRST_KEY.match(self.held, at)
        if first is None:
            return None
        begins = re.compile(rb",(?=\s*+\{\s*+" + re.escape(first.group(1)) + rb"\s*+:)")
        places = (found.end() for found in begins.finditer(self.held, at))
        return next((place for place in places if _WHOLE.match(self.held, place)), None)

    def _may_end_here(self) -> bool:
        """Whether what follows the end of an array is what may follow one."""
        while not self.held[self.at :].strip() or len(self.held) - self.at < _ENOUGH_TO_TELL:
            self.at = len(self.held) - len(self.held[self.at :].lstrip())
            self.keep = -1
            if not self._fill():
                break
        return (_AFTER_OUTER if len(self.stack) == 1 else _AFTER_INNER).match(self.held, self.at) is not None

    def _element(
        self, key: str, index: int, start: int, end: int, cut: bool = False, too_deep: bool = False
    ) -> Element:
        """The bytes between two offsets, without the white space around them, as far as they may be held."""
        raw = self.held[start - self.base : end - self.base] if start >= self.base else None
        if raw is not None:
            start, raw = start + len(raw) - len(raw.lstrip()), raw.strip()
            end = start + len(raw)
        raw = None if raw is None or len(raw) > LARGEST else raw
        return Element(key=key, index=index, offset=start, length=end - start, raw=raw, cut=cut, too_deep=too_deep)

    def _next_mark(self) -> int | None:
        """Go past the next mark that stands outside a string."""
        while True:
            found = _TOKEN.search(self.held, self.at)
            if found is None:
                self.at = len(self.held)
                if not self._fill():
                    return None
            elif found.end() - found.start() > 1:
                self.at, self.word = found.end(), found.group()
            elif found.group() != b'"':
                self.at = found.end()
                return self.held[found.start()]
            else:
                self.at = found.start()
                room = len(self.held) - self.at < _KEY_ROOM
                if not (room and self._fill()) and not self._pass_string():
                    return None

    def _pass_string(self) -> bool:
        """Go past a string that does not end in what is held."""
        self.at, self.word = self.at + 1, b""
        while True:
            self.at = _STRING_ON.match(self.held, self.at).end()  # type: ignore[union-attr]
            if self.held[self.at : self.at + 1] == b'"':
                self.at += 1
                return True
            if not self._fill():
                self.at = len(self.held)
                return False

    def _fill(self) -> bool:
        """Read on, as much again as is held; forget what is not needed. False at the end of the stream."""
        if self.frozen or self.ended:
            return False
        keep = self.at if self.keep < 0 else min(self.at, self.keep - self.base)
        rest = self.held[keep:]
        chunk = self.stream.read(max(_CHUNK, min(len(rest), LARGEST)))
        self.held, self.base, self.at = rest + chunk, self.base + keep, self.at - keep
        self.ended = not chunk
        return bool(chunk)
