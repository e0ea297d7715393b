"""Withholding, done to the data before anything is rendered: what is hidden is gone, not covered.

A span of a field becomes a mark of constant width that names the legal basis. The hidden words are then also hidden
wherever else they stand in the same record: other versions, title, links, alternative texts, names of files. Words are
compared as everywhere in the house (`custody/words.py`), so accents and capitals do not save them. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from custody.errors import UsageError
from custody.ids import label_of
from custody.record import Content, Record
from custody.request import Redaction
from custody.words import spans, words
from exports.response import Passage, Piece

Span = tuple[int, int, str]
"""Start, end and reason code; places in characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """Everything withheld of one record: spans by version and field, and the words that must stand nowhere in it."""

    spans: dict[tuple[int, str], tuple[Span, ...]]
    phrases: tuple[tuple[str, tuple[str, ...], str], ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The reason codes used, in order."""
        return tuple(dict.fromkeys(code for found in self.spans.values() for _, _, code in found))


def mark(code: str) -> Piece:
    """What stands in place of something withheld: the same width whatever its length."""
    return Piece(text=f"[withheld: {code}]", code=code)


def hidden_of(record: Record, redactions: Sequence[Redaction]) -> Hidden:
    """What some redactions hide of a record. Raises UsageError on a span that is not in the field."""
    found: dict[tuple[int, str], list[Span]] = {}
    phrases: dict[tuple[str, tuple[str, ...], str], None] = {}
    by_version = {version.n: version.content for version in record.versions}
    for redaction in redactions:
        content = by_version.get(redaction.version)
        value = None if content is None else _field(content, redaction.field)
        if value is None:
            raise UsageError(f"{label_of(record.number)} version {redaction.version} has no {redaction.field}.")
        end = len(value) if redaction.end < 0 else redaction.end
        if not 0 <= redaction.start <= end <= len(value):
            raise UsageError(
                f"A redaction of {label_of(record.number)} reaches beyond its {redaction.field}.",
                f"Take it back and make it again: ofrecord request redact ... {label_of(record.number)} --lift",
            )
        found.setdefault((redaction.version, redaction.field), []).append((redaction.start, end, redaction.code))
        for text in _hidden_texts(content, redaction.field, value[redaction.start : end]):
            phrases[(text, tuple(words(text)), redaction.code)] = None
    return Hidden(spans={key: merged(parts) for key, parts in found.items()}, phrases=tuple(phrases))


def passage(text: str, own: Iterable[Span], phrases: Sequence[tuple[str, tuple[str, ...], str]]) -> Passage:
    """A text with its own spans and every hidden phrase replaced by marks."""
    all_spans = merged([*own, *_found_phrases(text, phrases)])
    pieces: list[Piece] = []
    place = 0
    for start, end, code in all_spans:
        if start > place:
            pieces.append(Piece(text=text[place:start]))
        pieces.append(mark(code))
        place = end
    if place < len(text):
        pieces.append(Piece(text=text[place:]))
    return tuple(pieces)


def whole_or_nothing(text: str, phrases: Sequence[tuple[str, tuple[str, ...], str]]) -> Passage:
    """An address: withheld whole as soon as it carries a hidden phrase, since its rest could be looked up."""
    folded = "".join(words(text))
    for literal, hidden, code in phrases:
        if literal and (literal in text or (hidden and "".join(hidden) in folded)):
            return (mark(code),)
    return (Piece(text=text),) if text else ()


def merged(parts: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order; those that overlap or touch become one under the first one's code."""
    done: list[Span] = []
    for start, end, code in sorted(parts):
        if done and start <= done[-1][1]:
            done[-1] = (done[-1][0], max(done[-1][1], end), done[-1][2])
        else:
            done.append((start, end, code))
    return tuple(done)


def _found_phrases(text: str, phrases: Sequence[tuple[str, tuple[str, ...], str]]) -> Iterable[Span]:
    if not phrases or not text:
        return
    placed = spans(text)
    line = [folded for _, _, folded in placed]
    for literal, hidden, code in phrases:
        start = text.find(literal) if literal else -1
        while start >= 0:
            yield start, start + len(literal), code
            start = text.find(literal, start + len(literal))
        size = len(hidden)
        for at in range(len(line) - size + 1) if size else ():
            if tuple(line[at : at + size]) == hidden:
                yield placed[at][0], placed[at + size - 1][1], code


def _hidden_texts(content: Content | None, field: str, value: str) -> list[str]:
    if content is None or field.startswith("media"):
        return []
    if field == "author":
        author = content.author
        return [part for part in (author.name, author.handle, author.id) if part]
    return [value] if value.strip() else []


def _field(content: Content, field: str) -> str | None:
    name, _, place = field.partition(":")
    if name in ("media", "alt"):
        if not place.isdigit() or int(place) >= len(content.media):
            return None
        return content.media[int(place)].alt if name == "alt" else content.media[int(place)].uri
    if name == "author":
        return content.author.name or content.author.handle
    return str(getattr(content, name)) if name in ("text", "title") else None
