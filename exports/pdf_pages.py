"""One volume of a response as a PDF: complete in itself, tagged for screen readers, and the same bytes every time.

The page is made from the Response alone. Nothing is ever fetched: pictures come from memory under names of ours, and
any other address is refused. The door of WeasyPrint.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from custody.errors import UnavailableError
from exports.pages import TEMPLATES, template
from exports.response import Response


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
    names = [name for name in Response.__dataclass_fields__ if name != "entries"]
    return {name: getattr(response, name) for name in names} | {"count": response.count}


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
