"""One volume of a response as a PDF: complete in itself, tagged for screen readers, and the same bytes every time.

The page is made from the Response alone. Nothing is ever fetched: pictures come from memory under names of ours, and
any other address is refused. The door of WeasyPrint.
"""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup
from weasyprint import HTML, Attachment
from weasyprint.urls import URLFetcher, URLFetcherResponse

from custody.errors import UnavailableError
from exports.pages import TEMPLATES, template
from exports.paper import Part
from exports.response import Response

_STILL = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeJob:
    """All that a worker needs for one volume, without any opener: the entries as plain data, pictures as bytes.

    `certified` are the parts of the certification, in the last volume; `attached` is records.json for the city's own
    copy; `on_paper` leaves out what a printed page cannot do.
    """

    response: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    log: tuple[Mapping[str, str], ...]
    pictures: Mapping[str, tuple[str, bytes]]
    volume: int
    volumes: int
    certified: tuple[Part, ...] = ()
    attached: bytes = b""
    is_kept: bool = False
    on_paper: bool = False


def render_volume(job: VolumeJob, target: Path, kept: Path | None = None) -> int:
    """Write the PDF of one volume to a temporary file, and as `kept` the city's own copy of it (PDF/A-3).

    Returns how many pages it has. Runs in a worker process.
    """
    label = f"Public records request {job.response['request']}"
    if job.volumes > 1:
        label += f", volume {job.volume} of {job.volumes}"
    css = (TEMPLATES / "response.css").read_text(encoding="utf-8").replace("REQUEST_LABEL", label)
    page = template("response.html").render(
        r=job.response,
        certified=[(type(part).__name__, part) for part in job.certified],
        on_paper=job.on_paper,
        entries=job.entries,
        log=job.log,
        volume=job.volume,
        volumes=job.volumes,
        title=f"Response to public records request {job.response['request']}"
        + (f", volume {job.volume} of {job.volumes}" if job.volumes > 1 else ""),
        css=Markup(css),  # our own file, no word of the public in it
    )
    with still_clock():
        laid = HTML(string=page, base_url="ofrecord:", url_fetcher=OnlyOurs(job.pictures)).render(
            pdf_variant="pdf/ua-1"
        )
        laid.write_pdf(target, pdf_variant="pdf/ua-1", finisher=partial(_label_pages, job))
        if kept is not None:
            laid.metadata.attachments = [_attachment(job.attached)] if job.attached else []
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile open
                laid.write_pdf(kept, pdf_variant="pdf/a-3a", finisher=partial(_keepable, job))
    return len(laid.pages)


def _label_pages(job: VolumeJob, document: Any, pdf: Any) -> None:
    """The number a viewer shows for a page is the printed one, with the volume before it where there are several."""
    prefix = f"/P({job.volume}-)" if job.volumes > 1 else ""
    pdf.catalog["PageLabels"] = f"<</Nums[0<</S/D{prefix}>>]>>"


def _keepable(job: VolumeJob, document: Any, pdf: Any) -> None:
    """As `_label_pages`, and no picture is smoothed: PDF/A forbids it (ISO 19005-3, 6.2.8), emoji are pictures too."""
    _label_pages(job, document, pdf)
    for each in pdf.objects:
        extra = getattr(each, "extra", {})
        if "Interpolate" in extra:
            extra["Interpolate"] = "false"


def _attachment(data: bytes) -> Attachment:
    about = "The released records as data"
    return Attachment(
        string=data, name="records.json", description=about, created=_STILL, modified=_STILL, relationship="Data"
    )


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
