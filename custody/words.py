"""One way to turn text into words: search, holds, requests and redaction agree because all of them ask here.

A word is a run of letters and digits. Words are compared after compatibility folding (NFKD), case folding and removal
of Latin, Greek, Cyrillic, Arabic and Hebrew marks, so `Café`, `CAFE` and `cafe` are one word; so are `Tønnesen` and
`Tonnesen`. In scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) every letter is a word of
its own, and so is every emoji; a search for several of them together is a phrase. Everything else separates, the
apostrophe too. No stop words, no stemming: `it` finds the IT department. `docs/adr/words.md` says why.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

GAP = "\u241f"
"""Stands between two parts of a record's words. No text yields it, so no phrase can run across."""

LONGEST = 250
"""Characters in a word; a longer run counts as several words, so that no engine has to cut one short."""

_ASCII_WORD = re.compile(rf"[a-z0-9]{{1,{LONGEST}}}")
_LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789"
_PLAIN = bytes(code if code in _LETTERS else 0x20 for code in bytes(range(256)).lower())
_WORD = re.compile(rf"\S{{1,{LONGEST}}}")
_VOICED = re.compile("[\u3046-\u30fd\uff66-\uff9d][\u3099\u309a\uff9e\uff9f]")
_PIECE = re.compile(f"{_VOICED.pattern}|.", re.DOTALL)
_SILENT_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x08CA, 0x08FF), (0x180B, 0x180F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
_SKIN_TONES = (0x1F3FB, 0x1F3FF)
_EMOJI = (0x1F000, 0x1FAFF)
_TATWEEL, _ZERO_WIDTH_SPACE = "\u0640", "\u200b"
_APART = "\u2122\u2120\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u055a"  # trade marks; letters used as apostrophes
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF), (0x2E80, 0x2FDF),
    (0x3005, 0x3007), (0x3040, 0x312F), (0x31A0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF), (0xF900, 0xFAFF), (0x16FE0, 0x18DFF), (0x1B000, 0x1B2FF), (0x20000, 0x3FFFF),
)  # fmt: skip
_STROKES = {  # letters that Unicode does not take apart, as people without them on the keyboard type them
    "\u00e6": "ae", "\u0153": "oe", "\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u00f0": "d", "\u00fe": "th",
    "\u0127": "h", "\u0167": "t", "\u0131": "i",
}  # fmt: skip


class _Folding(dict[int, str]):
    """What each character becomes: folded letters, nothing (a silent mark), or a space (a separator)."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(chr(code))
        return folded


def words(text: str) -> list[str]:
    """The words of a text, in order, folded for comparison."""
    if text.isascii():
        found = text.encode().translate(_PLAIN).decode().split()
        if len(text) <= LONGEST or max(map(len, found), default=0) <= LONGEST:
            return found
        return _ASCII_WORD.findall(text.lower())
    return _WORD.findall(_composed(text).translate(_FOLDING))


def spans(text: str) -> list[tuple[int, int, str]]:
    """Each word with where it stands: (start, end, folded), positions in characters of `text` as given."""
    if text.isascii():
        return [(*match.span(), match[0]) for match in _ASCII_WORD.finditer(text.lower())]
    found: list[tuple[int, int, str]] = []
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for match in _PIECE.finditer(text):
        for letter in _composed(match[0]).translate(_FOLDING):
            if letter != " ":
                letters.append(letter)
                places.append(match.span())
            if letters and (letter == " " or len(letters) == LONGEST):
                found.append((places[0][0], places[-1][1], "".join(letters)))
                letters, places = [], []
    if letters:
        found.append((places[0][0], places[-1][1], "".join(letters)))
    return found


def joined(parts: Iterable[str]) -> str:
    """The words of several parts as one line for an engine: words by spaces, parts by the gap."""
    return f" {GAP} ".join([" ".join(words(part)) for part in parts])


def contains_phrase(haystack: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words of `phrase` stand in `haystack` one directly after another. No words stand nowhere."""
    size, place = len(phrase), -1
    if not size:
        return False
    wanted = list(phrase)
    try:
        while True:
            place = haystack.index(wanted[0], place + 1)
            if list(haystack[place : place + size]) == wanted:
                return True
    except ValueError:
        return False


def _composed(text: str) -> str:
    """The text with each kana and its voicing mark as one letter: か and が are two letters, not one with a mark."""
    return _VOICED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def _fold(character: str) -> str:
    if character in _APART or character == _ZERO_WIDTH_SPACE:
        return " "
    if unicodedata.category(character) == "Cf" or _within(character, (_SKIN_TONES,)):
        return ""
    plain = _without_marks(_without_marks(character).casefold())
    folded = "".join(_kept(part) for part in _composed(plain))
    stands_alone = " " in folded or (len(folded) > 1 and unicodedata.category(character)[0] == "S")
    return f" {' '.join(folded.split())} " if stands_alone else folded


def _without_marks(text: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", text) if not _is_silent(part))


def _is_silent(character: str) -> bool:
    return character == _TATWEEL or (unicodedata.category(character)[0] == "M" and _within(character, _SILENT_MARKS))


def _kept(character: str) -> str:
    """What stays of one character that is taken apart and without case."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Cn":
        ours = _within(character, (_EMOJI, *_UNSPACED)) and ord(character) & 0xFFFE != 0xFFFE
        return f" {character} " if ours else " "  # newer than this Python's Unicode, yet an emoji or ideograph
    if category == "So" and character >= "\u2190" and character != GAP:
        return f" {character} "
    if category[0] not in "LNM" or character in _APART:
        return " "
    return f" {character} " if _within(character, _UNSPACED) else _STROKES.get(character, character)


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    code = ord(character)
    return any(low <= code <= high for low, high in ranges)


_FOLDING = _Folding()
