"""Our own pages: the templates, and the few filters with which the public's words become safe to show."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from exports.response import Passage, Piece

TEMPLATES = Path(__file__).parent / "templates"
_UNBROKEN = re.compile(r"\S{60}(?=\S)")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@lru_cache(maxsize=16)
def template(name: str) -> Any:
    """A page of ours, with its filters."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,  # ours do not change while the program runs; each page would ask the disk
    )
    environment.filters |= {"broken": broken, "paragraphs": paragraphs, "rtl": is_right_to_left}
    return environment.get_template(name)


def broken(text: str) -> Markup:
    """Text made safe for the page: no control characters, and a place to break in each long unbroken run."""
    clean = _UNPRINTABLE.sub("\ufffd", text)
    if not _UNBROKEN.search(clean):
        return escape(clean)
    parts = _UNBROKEN.sub(lambda found: found.group() + "\x00", clean).split("\x00")
    return Markup("<wbr>").join(escape(part) for part in parts)


def paragraphs(passage: Passage) -> Iterator[Passage]:
    """A passage line by line, so that each line has its own direction."""
    line: list[Piece] = []
    for piece in passage:
        if piece.code:
            line.append(piece)
            continue
        first, *others = piece.text.split("\n")
        line.append(Piece(text=first))
        for other in others:
            yield tuple(line)
            line = [Piece(text=other)]
    if any(piece.text for piece in line):
        yield tuple(line)


def is_right_to_left(passage: Passage) -> bool:
    """Whether a line begins with a letter of a right-to-left script."""
    for piece in passage:
        found = None if piece.code else _LETTER.search(piece.text)
        if found:
            return bool(_RIGHT_TO_LEFT.match(found.group()))
    return False
