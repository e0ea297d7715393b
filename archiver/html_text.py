"""HTML as the public saw it: its words in lines, its links, its pictures. Nothing in it is ever run or fetched.

One pass with the standard library's parser, no recursion and no tree, so hostile input costs time in proportion to its
length and nothing more.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure"]
    + ["footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option"]
    + ["p", "pre", "section", "table", "td", "th", "title", "tr", "ul"]
)
_UNSEEN = frozenset(["script", "style", "template", "noscript", "head"])
_ODD_TAGS = 200_000
"""More unclosed `<` than this in one text is no page: it is taken as plain text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainText:
    """What a page says. `links` and `images` are addresses as written, without repeats, in order."""

    text: str
    title: str
    links: tuple[str, ...]
    images: tuple[str, ...]


def plain(markup: str) -> PlainText:
    """The visible text of some HTML, with its title, links and pictures."""
    if "<" not in markup and "&" not in markup:
        return PlainText(text=_tidy(markup), title="", links=(), images=())
    reader = _Reader()
    if markup.count("<") > _ODD_TAGS and markup.count(">") * 2 < markup.count("<"):
        markup = markup.replace("<", "&lt;")
    try:
        for start in range(0, len(markup), 1 << 16):
            reader.feed(markup[start : start + (1 << 16)])
        reader.close()
    except AssertionError:  # the standard parser gives up so on a broken declaration such as `<![foo[`
        reader.pieces.append(reader.rawdata)
    return PlainText(
        text=_tidy("".join(reader.pieces)),
        title=_tidy("".join(reader.title)),
        links=tuple(reader.links),
        images=tuple(reader.images),
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.title: list[str] = []
        self.links: dict[str, None] = {}
        self.images: dict[str, None] = {}
        self.unseen: list[str] = []
        self.in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN and not (tag == "head" and self.unseen):
            self.unseen.append(tag)
        if tag == "body":
            self.unseen = []
        self.in_title = self.in_title or tag == "title"
        if tag in _BLOCKS:
            self.pieces.append("\n")
        named = dict(attrs)
        address = named.get("href") if tag == "a" else None
        if address:
            self.links[address] = None
        picture = named.get("src") if tag == "img" else None
        if picture:
            self.images[picture] = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        if tag in self.unseen:
            while self.unseen.pop() != tag:
                continue
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title.append(data)
        elif not self.unseen:
            self.pieces.append(data)


def _tidy(text: str) -> str:
    lines = re.sub(r"[ \t\r\f\v\xa0]+", " ", text).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()
