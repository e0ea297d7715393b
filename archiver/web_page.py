"""What a captured page says to a reader: its text, title, links and the date it gives itself.

Only markup is undone here. Nothing is fetched, nothing is run; what scripts would have drawn is not seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from archiver.html_text import plain
from archiver.normalized import decode_json
from custody.errors import InputError

MOST_LINKS = 2_000
_HEAD_SIZE = 32 * 1024
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>|<!\[")
_TITLES = re.compile(r"</?title\b[^>]*>")
_PUBLISHED = ("article:published_time", "datepublished", "dc.date.issued", "dcterms.created")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page as read. `published` is the text of the date the page gives itself, "" when it gives none."""

    text: str
    title: str = ""
    links: tuple[str, ...] = ()
    lang: str = ""
    published: str = ""
    flags: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()


def read_page(media_type: str, charset: str, data: bytes, address: str) -> Page:
    """A page of HTML, JSON, XML or plain text. `address` makes links absolute; `charset` is "" when not declared."""
    text, flags = _decoded(data, charset, "html" in media_type)
    repairs: tuple[str, ...] = ()
    if "\0" in text:
        text, repairs = text.replace("\0", "\ufffd"), ("nul",)
    if "html" in media_type:
        return _html(text, address, flags, repairs)
    if "json" in media_type:
        return _json(data, text, flags, repairs)
    if "xml" in media_type:
        return Page(text=plain(_TITLES.sub("<p>", _CDATA.sub("", text))).text, flags=flags, repairs=repairs)
    return Page(text=text, flags=flags, repairs=repairs)


def _decoded(data: bytes, charset: str, is_html: bool) -> tuple[str, tuple[str, ...]]:
    """Text by its byte order mark, its HTTP charset, its own declaration, UTF-8, and last Windows-1252."""
    named = [name for mark, name in _MARKS if data.startswith(mark)] or [charset]
    declared = _META_CHARSET.search(data[:4096]) if is_html else None
    if declared:
        named.append(declared.group(1).decode("ascii"))
    for name in (*named, "utf-8"):
        try:
            return data.decode(name or "utf-8"), ()
        except (LookupError, UnicodeDecodeError):
            continue
    fallback = next((name for name in named if name and _is_known(name)), "cp1252")
    return data.decode(fallback, "replace"), ("invalid-text",)


def _is_known(charset: str) -> bool:
    try:
        b"".decode(charset)
    except LookupError:
        return False
    return True


def _html(text: str, address: str, flags: tuple[str, ...], repairs: tuple[str, ...]) -> Page:
    head = _Head()
    try:
        said = plain(text)
        head.feed(text[:_HEAD_SIZE])
    except AssertionError:  # the standard library's parser ends so on a broken "<![", a page is none the worse for
        return _html(text.replace("<![", "&lt;!["), address, flags, (*repairs, "broken-markup"))
    links = tuple(dict.fromkeys(_absolute(said.links, address, head.base)))
    return Page(
        text=said.text, title=" ".join(said.title.split()), links=links[:MOST_LINKS], lang=head.lang,
        published=head.published, flags=flags, repairs=repairs,
    )  # fmt: skip


def _absolute(links: tuple[str, ...], address: str, base: str) -> Iterator[str]:
    try:
        start = urljoin(address, base)
    except ValueError:
        start = address
    for link in links:
        try:
            whole = urljoin(start, link.strip()).partition("#")[0]
        except ValueError:
            continue
        if whole.startswith(("http://", "https://")):
            yield whole


class _Head(HTMLParser):
    """Language, base address and own date of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lang = self.base = self.published = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = named.get("lang", "")[:35]
        elif tag == "base":
            self.base = self.base or named.get("href", "")
        elif tag == "meta":
            name = named.get("property") or named.get("itemprop") or named.get("name", "")
            if name.lower() in _PUBLISHED and not self.published:
                self.published = named.get("content", "").strip()[:100]


def _json(data: bytes, text: str, flags: tuple[str, ...], repairs: tuple[str, ...]) -> Page:
    try:
        value = decode_json(data)
    except InputError:
        return Page(text=text, flags=flags, repairs=(*repairs, "json-as-text"))
    return Page(text="\n".join(_said(value)), flags=flags, repairs=repairs)


def _said(value: Any) -> Iterator[str]:
    """Every value that says something, a line each, under its name; no recursion: others choose the depth."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        name, part = waiting.pop()
        if isinstance(part, dict):
            waiting += reversed(part.items())
        elif isinstance(part, list):
            waiting += [(name, each) for each in reversed(part)]
        elif part not in (None, ""):
            yield f"{name}: {part}" if name else str(part)
