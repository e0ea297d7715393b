"""One volume of a response as a PDF: complete in itself, tagged for screen readers, and the same bytes every time.

The page is made from the Response alone. Nothing is ever fetched: pictures come from memory under names of ours, and
any other address is refused. The door of WeasyPrint.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from custody.errors import UnavailableError
from exports.response import Passage, Piece, Response

TEMPLATES = Path(__file__).parent / "templates"
_UNBROKEN = re.compile(r"\S{60}(?=\S)")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeJob:
    """All that a worker needs for one volume, without any opener: the entries as plain data, pictures as bytes."""

    response: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    log: tuple[Mapping[str, str], ...]
    pictures: Mapping[str, tuple[str, bytes]]
    volume: int
    volumes: int


def render_volume(job: VolumeJob, target: Path) -> None:
    """Write the PDF of one volume to a temporary file. Runs in a worker process."""
    label = f"Public records request {job.response['request']}"
    if job.volumes > 1:
        label += f", volume {job.volume} of {job.volumes}"
    css = (TEMPLATES / "response.css").read_text(encoding="utf-8").replace("REQUEST_LABEL", label)
    page = template("response.html").render(
        r=job.response,
        entries=job.entries,
        log=job.log,
        volume=job.volume,
        volumes=job.volumes,
        title=f"Response to public records request {job.response['request']}"
        + (f", volume {job.volume} of {job.volumes}" if job.volumes > 1 else ""),
        css=Markup(css),  # our own file, no word of the public in it
    )
    document = HTML(string=page, base_url="ofrecord:", url_fetcher=OnlyOurs(job.pictures))
    with still_clock():
        document.write_pdf(target, pdf_variant="pdf/ua-1")


@contextmanager
def still_clock() -> Iterator[None]:
    """Embedded fonts would carry the second they were cut down; the same response must give the same bytes."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def response_facts(response: Response) -> dict[str, Any]:
    """The response's own facts, without its entries, as a worker can be handed them."""
    names = [name for name in Response.__dataclass_fields__ if name not in ("entries", "additions")]
    return {name: getattr(response, name) for name in names} | {"count": response.count}


@lru_cache(maxsize=8)
def template(name: str) -> Any:
    """A page of ours, with its filters."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"broken": broken, "paragraphs": paragraphs, "rtl": is_right_to_left}
    return environment.get_template(name)


def broken(text: str) -> Markup:
    """Text made safe for the page: no control characters, and a place to break in each long unbroken run."""
    clean = _UNPRINTABLE.sub("\ufffd", text)
    parts = re.split("(\x00)", _UNBROKEN.sub(lambda found: found.group() + "\x00", clean))
    return Markup("").join(Markup("<wbr>") if part == "\x00" else escape(part) for part in parts)


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


class OnlyOurs(URLFetcher):  # type: ignore[misc]
    """Serves the pictures of this volume and nothing else in the world."""

    def __init__(self, pictures: Mapping[str, tuple[str, bytes]]) -> None:
        super().__init__()
        self._pictures = pictures

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        name = url.removeprefix("ofrecord:")
        if name not in self._pictures:
            raise UnavailableError(f"A page may not fetch anything, and asked for {url!r}.")
        media_type, data = self._pictures[name]
        return URLFetcherResponse(url, data, {"Content-Type": media_type})
