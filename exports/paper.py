"""What a letter, a certificate or a report holds, before it becomes a page or plain text."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

_WIDTH = 78


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the paper."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; line ends are kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `head` may be empty: then the first cell of each row names what the others say. One `to_fill` has room
    for writing by hand."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    to_fill: bool = False


Part = Heading | Paragraph | Grid


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A letter, certificate or report. `signature` are the lines under which a person signs; the program never does."""

    title: str
    letterhead: tuple[str, ...]
    date: str
    to: tuple[str, ...] = ()
    about: str = ""
    parts: tuple[Part, ...] = ()
    signature: tuple[str, ...] = ()
    foot: str = ""


def as_text(paper: Paper) -> str:
    """The paper as plain text, for an e-mail or a reader of plain text."""
    return "\n".join(_lines(paper)).rstrip() + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield from (*paper.letterhead, "", paper.date, "")
    if paper.to:
        yield from (*paper.to, "")
    yield from (paper.title, "")
    if paper.about:
        yield from (*_wrapped(paper.about), "")
    for part in paper.parts:
        match part:
            case Heading(text):
                yield from (text.upper(), "")
            case Paragraph(text):
                yield from (*_wrapped(text), "")
            case Grid(head, rows):
                yield from (*_grid(head, rows), "")
    for line in paper.signature:
        yield from ("", line)
    if paper.foot:
        yield from ("", *_wrapped(paper.foot))


def _wrapped(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]


def _grid(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for row in rows:
        if not head:
            yield from _wrapped(f"{row[0]}: {' - '.join(row[1:])}")
            continue
        for name, cell in zip(head, row, strict=True):
            yield from _wrapped(f"{name}: {cell}")
        yield ""
