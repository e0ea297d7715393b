"""A paper as a PDF on the city's letterhead, tagged for screen readers, the same bytes every time."""

import io
from pathlib import Path
from typing import IO

from markupsafe import Markup
from weasyprint import HTML

from exports.pages import TEMPLATES, template
from exports.paper import Paper
from exports.pdf_pages import OnlyOurs, still_clock

_MORE = """
address { font-style: normal; margin: 0 0 20pt 0; }
.date { margin: 0 0 18pt 0; }
h1 { font-size: 15pt; }
.facts th { width: 2in; }
table.signing th { width: 2.9in; }
th, td { overflow-wrap: break-word; }
td:first-child, th { hyphens: none; }
.signature { margin-top: 34pt; break-inside: avoid; break-before: avoid; }
.signature p { margin: 0 0 2pt 0; }
.signature p:first-child { border-top: 0.75pt solid #111111; padding-top: 3pt; width: 3.2in; }
"""


def write_paper(paper: Paper, target: Path | IO[bytes]) -> None:
    """Write a paper as a PDF to a temporary file, or to an open one."""
    css = (TEMPLATES / "response.css").read_text(encoding="utf-8").replace("REQUEST_LABEL", _quoted(paper.title))
    parts = [(type(part).__name__, part) for part in paper.parts]
    page = template("paper.html").render(p=paper, parts=parts, css=Markup(css + _MORE))
    with still_clock():
        HTML(string=page, base_url="ofrecord:", url_fetcher=OnlyOurs({})).write_pdf(target, pdf_variant="pdf/ua-1")


def paper_bytes(paper: Paper) -> bytes:
    """A paper as the bytes of a PDF."""
    out = io.BytesIO()
    write_paper(paper, out)
    return out.getvalue()


def _quoted(title: str) -> str:
    """A title inside a string of a style sheet: only what cannot end it."""
    return "".join(c for c in title if c.isalnum() or c in " .,:()-")
