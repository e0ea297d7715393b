"""The front page of a reading room: the answers that a city has published, as a static site. It names no requester."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from exports.pages import template
from exports.reader_page import policy_hash, source_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """One published answer. `places` are links: a name and the page it leads to."""

    request: int
    title: str
    received: str
    released: int
    redacted: int
    withheld: int
    places: tuple[tuple[str, str], ...]


def front_page(city: str, letterhead: Sequence[str], rows: Sequence[Published]) -> bytes:
    """`index.html` of the reading room; the same answers give the same bytes."""
    style = source_of("reader.css")
    page = template("reading-room.html").render(
        city=city, letterhead=letterhead, rows=rows, style=Markup(style), style_hash=policy_hash(style)
    )
    return str(page).encode("utf-8", "replace")
