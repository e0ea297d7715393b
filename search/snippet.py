"""A piece of a record's text around what was looked for, with the found words marked.

Words are found with `custody.words.spans`, so what is marked is exactly what matched. Parts that were to be absent are
not marked.
"""

from collections.abc import Iterator

from custody.selector import Both, Clause, Either, Phrase, Prefix, Selector
from custody.words import spans

ELLIPSIS = "\u2026"


def snippet(text: str, selector: Selector, width: int = 160) -> list[tuple[str, bool]]:
    """About `width` characters of the text as pieces (text, whether it is a hit), beginning near the first hit.

    Joined, the pieces are a part of the text as it stands, with an ellipsis where something was left out.
    """
    width = max(width, 1)
    hits = _merged(_hits(text, selector.clause))
    start, end = _window(text, hits[0][0] if hits else 0, width)
    pieces: list[tuple[str, bool]] = [(ELLIPSIS, False)] if start else []
    place = start
    for hit_start, hit_end in hits:
        hit_start, hit_end = max(hit_start, start), min(hit_end, end)
        if hit_start < hit_end:
            pieces += [(text[place:hit_start], False), (text[hit_start:hit_end], True)]
            place = hit_end
    pieces += [(text[place:end], False), (ELLIPSIS if end < len(text) else "", False)]
    return [(piece, found) for piece, found in pieces if piece]


def _hits(text: str, clause: Clause) -> list[tuple[int, int]]:
    """Where each looked-for phrase or beginning stands, as (start, end) in characters."""
    found = spans(text)
    line = [word for _, _, word in found]
    hits = []
    for wanted in _looked_for(clause):
        if isinstance(wanted, Prefix):
            hits += [(start, end) for start, end, word in found if wanted.start and word.startswith(wanted.start)]
            continue
        size = len(wanted.words)
        for place in range(len(line) - size + 1) if size else ():
            if line[place] == wanted.words[0] and tuple(line[place : place + size]) == wanted.words:
                hits.append((found[place][0], found[place + size - 1][1]))
    return hits


def _looked_for(clause: Clause) -> Iterator[Phrase | Prefix]:
    if isinstance(clause, Phrase | Prefix):
        yield clause
    elif isinstance(clause, Both | Either):
        for part in clause.parts:
            yield from _looked_for(part)


def _merged(hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(hits):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, hit: int, width: int) -> tuple[int, int]:
    """A stretch of the text that holds the hit with a third of the width before it, cut between words if it can be."""
    start = max(0, min(hit - width // 3, len(text) - width))
    end = min(len(text), start + width)
    if start:
        gap = text.find(" ", start, hit)
        start = gap + 1 if gap >= 0 else start
    if end < len(text):
        gap = text.rfind(" ", max(hit + 1, start + width // 2), end)
        end = gap if gap > 0 else end
    return start, end
