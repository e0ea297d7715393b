"""The letters of a records request: their words from templates, their numbers from facts; nobody signs but a person.

A template is plain text: its first line the title, then paragraphs; `## ` begins a heading, `- ` a line of a list,
`[[name]]` alone stands for one of the tables. What comes out can be changed by a person in the same form and made into
a letter again (`paper_of`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from custody.errors import UsageError
from exports.paper import Grid, Heading, Paper, Paragraph, Part

KINDS = (
    "acknowledgement", "clarification", "extension", "estimate", "prepayment", "invoice", "grant", "part", "denial",
    "no-record", "referral", "notice-to-subject", "closing", "supplement",
)  # fmt: skip
"""The letters there are."""

FOR_DETERMINATION = ("grant", "part", "denial", "no-record", "referral")
"""The letters that tell a determination; each goes out once, and is added to by a supplement."""

_FOLDER = Path(__file__).parent / "templates" / "letters"
_TABLE = re.compile(r"\[\[([a-z]+)\]\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who writes: the city's letterhead, the custodian who will sign, the day."""

    letterhead: tuple[str, ...]
    custodian: str
    date: str


def body_of(kind: str, jurisdiction: str, facts: Mapping[str, Any]) -> str:
    """The words of a letter: its title, an empty line, its paragraphs. Raises UsageError when there is no such text."""
    if kind not in KINDS:
        raise UsageError(f"There is no letter {kind!r}.", f"Choose one of: {', '.join(KINDS)}.")
    names = (f"{jurisdiction}/{kind}.txt", f"{kind}.txt")
    found = next((name for name in names if (_FOLDER / name).is_file()), None)
    if found is None:
        raise UsageError(
            f"The letter {kind!r} has no words for {jurisdiction} yet.",
            "Write the words yourself, in a text file whose first line is the title, and give it with --body.",
        )
    text = _templates().get_template(found).render(facts)
    title, _, rest = text.removeprefix("title:").strip().partition("\n")
    return f"{title.strip()}\n\n{_settled(rest)}\n"


def paper_of(
    body: str, sender: Sender, to: tuple[str, ...], about: str, tables: Mapping[str, Grid], foot: str = ""
) -> Paper:
    """A letter from its words. Raises UsageError on words without a title or that name a table there is not."""
    title, _, rest = body.replace("\r\n", "\n").strip().partition("\n")
    if not title.strip() or not rest.strip():
        raise UsageError(
            "The letter has no words.", "Its first line is the title; the text follows after an empty line."
        )
    parts = [part for block in re.split(r"\n\s*\n", rest.strip()) for part in _parts(block, tables)]
    return Paper(
        title=title.strip(),
        letterhead=sender.letterhead,
        date=sender.date,
        to=to,
        about=about,
        parts=tuple(parts),
        signature=(sender.custodian or "Name and position of the legal custodian", "Legal custodian of the records"),
        foot=foot,
    )


def data_of(paper: Paper) -> dict[str, Any]:
    """A letter as data, from which the same page can be made again."""
    return {
        "title": paper.title,
        "letterhead": list(paper.letterhead),
        "date": paper.date,
        "to": list(paper.to),
        "about": paper.about,
        "parts": [_part_data(part) for part in paper.parts],
        "signature": list(paper.signature),
    }


def paper_from(data: Mapping[str, Any]) -> Paper:
    """The reverse of `data_of`."""
    lines: dict[str, Any] = {name: tuple(data[name]) for name in ("letterhead", "to", "signature")}
    parts = tuple(_part_from(part) for part in data["parts"])
    return Paper(title=data["title"], date=data["date"], about=data["about"], parts=parts, **lines)


def _part_data(part: Part) -> dict[str, Any]:
    match part:
        case Heading(text):
            return {"heading": text}
        case Paragraph(text):
            return {"text": text}
        case Grid(head, rows):
            return {"head": list(head), "rows": [list(row) for row in rows]}


def _part_from(data: Mapping[str, Any]) -> Part:
    if "heading" in data:
        return Heading(data["heading"])
    if "text" in data:
        return Paragraph(data["text"])
    return Grid(head=tuple(data["head"]), rows=tuple(tuple(row) for row in data["rows"]))


def flat(text: object) -> str:
    """A value as one line: what somebody else wrote cannot begin a paragraph, a heading or a table of ours."""
    kept = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(kept.split())


class Own(str):
    """Words of the custodian: their paragraphs stay."""

    __slots__ = ()


def _shown(value: object) -> object:
    return value if isinstance(value, (Own, int)) else flat(value)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(  # plain text, no page: the page escapes what it is given
        loader=FileSystemLoader(_FOLDER),
        autoescape=False,
        undefined=StrictUndefined,
        finalize=_shown,
        keep_trailing_newline=True,
    )


def _settled(text: str) -> str:
    """Text with one empty line between paragraphs and none that is empty."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip())]
    return "\n\n".join(block for block in blocks if block)


def _parts(block: str, tables: Mapping[str, Grid]) -> list[Part]:
    block = block.strip()
    if block.startswith("## "):
        first, _, rest = block.partition("\n")
        return [Heading(first[3:].strip()), *(_parts(rest, tables) if rest.strip() else [])]
    found = _TABLE.fullmatch(block)
    if found is None:
        return [Paragraph(_joined(block))]
    if found[1] not in tables:
        raise UsageError(
            f"There is no table [[{found[1]}]] for this letter.", f"There are: {', '.join(tables) or '-'}."
        )
    return [tables[found[1]]] if tables[found[1]].rows else []


def _joined(block: str) -> str:
    """Lines of a paragraph as one, the lines of a list each on its own."""
    lines: list[str] = []
    for line in (each.strip() for each in block.split("\n")):
        if lines and not line.startswith("- "):
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
    return "\n".join(lines)
