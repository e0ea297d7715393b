"""One way to turn text into words: search, holds, requests and redaction agree because all of them ask here.

A word is a run of letters and digits. Words are compared after NFKC, case folding and removal of Latin, Greek,
Arabic and Hebrew marks, so `Café`, `CAFE` and `cafe` are one word. In scripts written without spaces (Chinese,
Japanese, Thai, Lao, Khmer, Burmese) every letter is a word of its own, and so is every emoji; a search for several of
them together is a phrase. Everything else separates. No stop words, no stemming: `it` finds the IT department.
"""

import re
import unicodedata
from collections.abc import Iterable

GAP = "\u241f"
"""Stands between two parts of a record's words. No text yields it, so no phrase can run across."""

_ASCII_WORD = re.compile(r"[a-z0-9]+")
_SILENT_MARKS = (
    (0x0300, 0x036F),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x06D6, 0x06ED),
    (0xFE00, 0xFE0F),
)
_SILENT = {0x0640, 0x0670, 0x00AD, 0x1AB0}
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3040, 0x30FF),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x3FFFF),
)  # fmt: skip


class _Folding(dict[int, str]):
    """What each character becomes: folded letters, nothing (a silent mark), or a space (a separator)."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(code)
        return folded


def words(text: str) -> list[str]:
    """The words of a text, in order, folded for comparison."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return text.translate(_FOLDING).split()


def spans(text: str) -> list[tuple[int, int, str]]:
    """Each word with where it stands: (start, end, folded), positions in characters of `text` as given."""
    found: list[tuple[int, int, str]] = []
    start, piece = 0, ""
    for place, character in enumerate(text):
        folded = _FOLDING[ord(character)]
        if folded.startswith(" "):
            if piece:
                found.append((start, place, piece))
                piece = ""
            if folded != " ":
                found.append((place, place + 1, folded.strip()))
        elif folded:
            if not piece:
                start = place
            piece += folded
    if piece:
        found.append((start, len(text), piece))
    return found


def joined(parts: Iterable[str]) -> str:
    """The words of several parts as one line for an engine: words by spaces, parts by the gap."""
    return f" {GAP} ".join([" ".join(words(part)) for part in parts])


def contains_phrase(haystack: list[str], phrase: list[str]) -> bool:
    """Whether the words of `phrase` stand in `haystack` one directly after another."""
    size = len(phrase)
    return any(haystack[place : place + size] == phrase for place in range(len(haystack) - size + 1))


def _fold(code: int) -> str:
    if code in _SILENT or _within(code, _SILENT_MARKS):
        return ""
    character = chr(code)
    category = unicodedata.category(character)
    if category in ("Cf", "Sk") and code != 0x200B:
        return "" if not character.isascii() else " "
    if category == "So" and code >= 0x2190 and character != GAP:
        return f" {character} "
    if category[0] not in "LNM":
        return " "
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    kept = "".join(c for c in plain if unicodedata.category(c)[0] in "LNM" and not _within(ord(c), _SILENT_MARKS))
    folded = unicodedata.normalize("NFC", kept.casefold())
    return f" {folded} " if folded and _within(code, _UNSPACED) else folded or " "


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


_FOLDING = _Folding()
