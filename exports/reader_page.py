"""`index.html`: the whole response in one page that anybody can read, search and print without the internet.

All text is readable without the script; the script only searches and folds. Nothing is loaded from anywhere: the
page's own security policy forbids it, and names the one script and the one style sheet by their digests.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from types import SimpleNamespace

from markupsafe import Markup

from exports.format import File, Made
from exports.pages import TEMPLATES, template
from exports.response import Entry, Response, WithheldEntry, plain

PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp")
"""Types that every browser shows by itself."""

_BESIDE = (
    ("records.json", "the records for programs, described by records.schema.json"),
    ("records.csv", "the records as a table"),
    ("records.xlsx", "the records as a workbook"),
    ("released.wacz", "the records as a web archive, to be opened at replayweb.page"),
    ("redactions.json", "where something is withheld, and why"),
)
_SHOWN = {
    kind: tuple(each.name for each in fields(kind) if each.name not in ("media", "proofs"))
    for kind in (Entry, WithheldEntry)
}
"""Facts that a page shows as they are. Names, not keys: templates look for an attribute first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """`index.html`."""

    name: str = "reader"
    tells: tuple[tuple[str, str], ...] = (
        ("index.html", "START HERE: all of it in one page, works without the internet"),
    )

    def files(self, response: Response, made: Made) -> Iterator[File]:
        """The page."""
        pdfs = tuple((pdf.name, pdf.note) for pdf in made.pdfs)
        yield File(name="index.html", chunks=lambda: _page(response, pdfs, made))


def _page(response: Response, pdfs: tuple[tuple[str, str], ...], made: Made) -> Iterator[bytes]:
    style, script = source_of("reader.css"), source_of("reader.js")
    stream = template("index.html").stream(
        r=response,
        title=title_of(response),
        threads=_threads(response),
        basis=basis_of(response),
        body=made.bodies.of,
        files=(*pdfs, *_BESIDE),
        style=Markup(style),
        script=Markup(script),
        style_hash=policy_hash(style),
        script_hash=policy_hash(script),
    )
    stream.enable_buffering(400)
    yield from (str(piece).encode("utf-8", "replace") for piece in stream)


def title_of(response: Response) -> str:
    """What the response is called."""
    part = f", part {response.part} of {response.parts}" if response.parts > 1 else ""
    return f"Response to public records request {response.request}{part}"


def basis_of(response: Response) -> dict[str, str]:
    """The legal basis of each reason code that is used."""
    return {code.code: f"{code.citation}: {code.words}" for code in response.reasons}


def source_of(name: str) -> str:
    """A style sheet or script of ours."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def policy_hash(source: str) -> str:
    """A style sheet or script as a page's security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _threads(response: Response) -> Iterator[list[SimpleNamespace]]:
    thread: list[SimpleNamespace] = []
    for entry in response.entries():
        if thread and entry.depth == 0:
            yield thread
            thread = []
        thread.append(facts_of(entry))
    if thread:
        yield thread


def facts_of(entry: Entry | WithheldEntry) -> SimpleNamespace:
    """An entry as a page shows it."""
    facts = {name: getattr(entry, name) for name in _SHOWN[type(entry)]}
    if isinstance(entry, WithheldEntry):
        return SimpleNamespace(**facts, is_withheld=True, released="withheld")
    facts["media"] = [
        SimpleNamespace(
            name=media.name,
            media_type=media.media_type,
            size=media.size,
            alt=media.alt,
            said=plain(media.alt),
            described="gives no description" not in plain(media.alt),
            is_picture=media.media_type in PICTURES,
        )
        for media in entry.media
    ]
    released = "in part" if entry.partly else "in full"
    return SimpleNamespace(**facts, is_withheld=False, partly=entry.partly, released=released)
