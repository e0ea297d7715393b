"""Withholding, done to the data before anything is rendered: what is hidden is gone, not covered.

A span of a field becomes a mark of constant width that names the legal basis. The hidden words are then also hidden
wherever else they stand in the same record: other versions, title, links, alternative texts, names of files. Words are
compared as everywhere in the house (`custody/words.py`), so accents and capitals do not save them. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from custody.errors import UsageError
from custody.ids import label_of
from custody.record import Content, Record, Version
from custody.request import Redaction
from custody.words import spans, words
from exports.response import Passage, Piece

Span = tuple[int, int, str]
"""Start, end and reason code; places in characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """Everything withheld of one record: spans by version and field, the words that must stand nowhere in it, and the
    parts of pictures (region and code) by version and field."""

    spans: dict[tuple[int, str], tuple[Span, ...]]
    phrases: tuple[tuple[str, tuple[str, ...], str], ...]
    regions: dict[tuple[int, str], tuple[tuple[str, str], ...]]

    @property
    def codes(self) -> tuple[str, ...]:
        """The reason codes used, in order."""
        used = [code for found in self.spans.values() for _, _, code in found]
        return tuple(dict.fromkeys([*used, *(code for found in self.regions.values() for _, code in found)]))


def mark(code: str) -> Piece:
    """What stands in place of something withheld: the same width whatever its length."""
    return Piece(text=f"[withheld: {code}]", code=code)


def hidden_of(record: Record, redactions: Sequence[Redaction]) -> Hidden:
    """What some redactions hide of a record. Raises UsageError on a span that is not in the field."""
    found: dict[tuple[int, str], list[Span]] = {}
    regions: dict[tuple[int, str], list[tuple[str, str]]] = {}
    phrases: dict[tuple[str, tuple[str, ...], str], None] = {}
    by_version = {version.n: version.content for version in record.versions}
    for redaction in redactions:
        content = by_version.get(redaction.version)
        value = None if content is None else field_text(content, redaction.field)
        if value is None:
            raise UsageError(f"{label_of(record.number)} version {redaction.version} has no {redaction.field}.")
        if redaction.region:
            regions.setdefault((redaction.version, redaction.field), []).append((redaction.region, redaction.code))
            continue
        end = len(value) if redaction.end < 0 else redaction.end
        if not 0 <= redaction.start <= end <= len(value):
            raise UsageError(
                f"A redaction of {label_of(record.number)} reaches beyond its {redaction.field}.",
                f"Take it back and make it again: ofrecord request redact ... {label_of(record.number)} --lift",
            )
        found.setdefault((redaction.version, redaction.field), []).append((redaction.start, end, redaction.code))
        for text in _hidden_texts(content, redaction.field, value[redaction.start : end]):
            phrases[(text, tuple(words(text)), redaction.code)] = None
    return Hidden(
        spans={key: merged(parts) for key, parts in found.items()},
        phrases=tuple(phrases),
        regions={key: tuple(parts) for key, parts in regions.items()},
    )


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


def hidden_places(version: Version, field: str, text: str, hidden: Hidden) -> tuple[Span, ...]:
    """Which parts of one field of one version are not shown; an address that carries hidden words is not at all."""
    own = hidden.spans.get((version.n, field), ())
    if field == "permalink" or field.startswith("link:"):
        gone = own or any(piece.code for piece in whole_or_nothing(text, hidden.phrases))
        return ((0, len(text), ""),) if gone else ()
    return merged([*own, *_found_phrases(text, hidden.phrases)])


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


def field_text(content: Content, field: str) -> str | None:
    """The text of a field that can be redacted; None when this version has no such field."""
    name, _, place = field.partition(":")
    if name in ("media", "alt", "link"):
        there = len(content.links if name == "link" else content.media)
        if not place.isdigit() or int(place) >= there:
            return None
        if name == "link":
            return content.links[int(place)]
        return content.media[int(place)].alt if name == "alt" else content.media[int(place)].uri
    if field == "author":
        return content.author.name or content.author.handle
    return str(getattr(content, field)) if field in ("text", "title", "permalink") else None


def fields_of(content: Content) -> Iterator[tuple[str, str]]:
    """Every field of one version in which something can be withheld and that says anything, with its text.

    The names of files are not among them: a response gives every file a name of its own.
    """
    yield from ((name, value) for name in ("title", "text", "author") if (value := field_text(content, name)))
    yield from ((f"alt:{n}", media.alt) for n, media in enumerate(content.media) if media.alt)
    yield from ((f"link:{n}", link) for n, link in enumerate(content.links) if link)
    if content.permalink:
        yield "permalink", content.permalink
