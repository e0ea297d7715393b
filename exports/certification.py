"""The certification of a response: facts filled in from the archive, the statement left to a person to sign.

Wisconsin's certified copy needs the words that the custodian has compared it with the original (889.08(1); State v.
Leis). The words are data, `certifications/*.toml`, and say who has verified them.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from custody.errors import UsageError
from exports.paper import Grid, Heading, Paper, Paragraph, Part
from exports.response import Response

_FOLDER = Path(__file__).parent / "certifications"
_BLANK = "_" * 52


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The words of a jurisdiction's certification. `verified_by` is "" until counsel has checked them."""

    title: str
    authority: str
    custody: str
    compared: str
    system: str
    integrity: str
    qualification: str
    declaration: str
    verify: str
    sign: tuple[str, ...]
    notary: tuple[str, ...]
    verified_by: str


@lru_cache(maxsize=16)
def words_of(jurisdiction: str) -> Words:
    """The words of a jurisdiction. Raises UsageError when none are shipped for it."""
    path = _FOLDER / f"{jurisdiction}.toml"
    if not path.is_file():
        raise UsageError(
            f"No words of a certification are entered for {jurisdiction}.",
            "Ask the city's attorney for a form: another state's words would certify nothing there.",
        )
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, value in data.items():
        data[name] = tuple(value) if isinstance(value, list) else value.strip()
    return Words(**data)


def has_words(jurisdiction: str) -> bool:
    """Whether words of a certification are entered for a jurisdiction."""
    return (_FOLDER / f"{jurisdiction}.toml").is_file()


def certification(response: Response, files: Sequence[tuple[str, int, str]]) -> Paper:
    """The paper to be signed. `files` are the delivered files as (name, size, SHA-256)."""
    title = f"{words_of(response.jurisdiction).title}: public records request {response.request}"
    parts = tuple(parts_of(response, files))
    foot = "The program filled in the facts. It signs nothing."
    return Paper(title=title, letterhead=response.letterhead, date=response.made, parts=parts, foot=foot)


def parts_of(response: Response, files: Sequence[tuple[str, int, str]] = ()) -> Iterator[Part]:
    """What it says; this stands in the response itself too, where the delivered files cannot be named yet."""
    words = words_of(response.jurisdiction)
    yield Grid((), tuple(_facts(response, words)))
    yield from (Heading("How the records were kept"), Paragraph(f"{words.system} Software: {response.software}."))
    yield from (Heading("Integrity"), Paragraph(words.integrity))
    yield from (Heading("Completeness"), *_completeness(response))
    if files:
        rows = tuple((f"{name} ({size:,} bytes)", sha256) for name, size, sha256 in files)
        yield from (Heading("Files of this response"), Grid(("File", "SHA-256"), rows))
    yield from (Heading("How to verify"), Paragraph(words.verify))
    yield from (Heading("Statement, to be signed by the legal custodian"), Paragraph(words.custody))
    yield from (Paragraph(words.compared), Paragraph(words.qualification), Paragraph(_BLANK))
    yield Paragraph(words.declaration)
    yield Grid((), tuple((line, _BLANK) for line in (*words.sign, *words.notary)), to_fill=True)


def _facts(response: Response, words: Words) -> Iterator[tuple[str, str]]:
    yield ("City", response.city)
    yield ("Legal custodian", response.custodian or _BLANK)
    yield ("Designated by (Wis. Stat. 19.33)", _BLANK)
    yield ("Request", f"number {response.request}, received {response.received}")
    yield ("Records", f"{response.count:,}: {response.released:,} in full, {response.redacted:,} in part, "
           f"{response.withheld:,} withheld")  # fmt: skip
    if response.parts > 1:
        yield ("Part", f"{response.part} of {response.parts}")
    if response.seal.key:
        yield ("Public key of the archive", response.seal.key)
    yield ("Authority", words.authority)


def _completeness(response: Response) -> Iterator[Part]:
    for each in response.collections:
        yield Paragraph(f"Searched on {each.at}: {each.said_as} ({each.count:,} found).")
    for row in response.coverage:
        kept = f"{row.records:,} {'record' if row.records == 1 else 'records'} kept"
        dates = f", posted from {row.first} to {row.last}" if row.records else ""
        yield Paragraph(
            " ".join((f"{row.account} ({row.platform}): {kept}{dates}.", *row.captures, *row.gaps, *row.limits))
        )
