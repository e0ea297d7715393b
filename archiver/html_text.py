"""HTML as the public saw it: its words in lines, its links, its pictures. Nothing in it is ever run or fetched.

One pass with the standard library's parser, no recursion and no tree. Where that parser would look again and again for
an end (of a comment, of a tag), it is told beforehand that there is none, so that hostile input costs time in
proportion to its length. Text that styles would hide is shown: what a record says must be found.
"""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure"]
    + ["footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option"]
    + ["p", "pre", "section", "table", "td", "th", "title", "tr", "ul"]
)
_UNSEEN = frozenset(["script", "style", "template", "noscript", "head"])
_OF_THE_HEAD = frozenset(["base", "link", "meta", "noscript", "script", "style", "template", "title"])
_EMBEDDED = {"img": "image", "video": "video", "audio": "audio", "source": "", "embed": "file", "object": "file"}
_AS_WRITTEN = frozenset(["pre", "textarea"])
_EMOJI_CLASSES = frozenset(["emoji", "wp-smiley"])
_EMPTY_COMMENT = re.compile("<!--+>")
_STRAY = re.compile("<(?=[<\\s])")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_WITHIN_LINE = re.compile(r"[ \t\r\f\v\xa0]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedded:
    """A picture, sound or film that a page shows. `kind` is image, video, audio or file; `alt` is the text for it."""

    kind: str
    address: str
    alt: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainText:
    """What a page says. `links` and `embedded` have addresses as written, without repeats, in order."""

    text: str
    title: str = ""
    links: tuple[str, ...] = ()
    embedded: tuple[Embedded, ...] = ()


def plain(markup: str, keep_lines: bool = False) -> PlainText:
    """The visible text of some HTML, with its title, links and pictures.

    A line break in the markup is a space, as in a browser, unless `keep_lines`: weblogs show what people typed so.
    Text without any markup keeps its lines.
    """
    if "<" not in markup and "&" not in markup:
        return PlainText(text=_tidy(markup))
    markup = _STRAY.sub("&lt;", markup)
    end_of_tags = markup.rfind(">") + 1
    reader = _Reader(markup[:end_of_tags], keep_lines)
    reader.handle_data(unescape(markup[end_of_tags:]))
    return PlainText(
        text=_tidy("".join(reader.pieces)),
        title=_tidy("".join(reader.title)),
        links=tuple(reader.links),
        embedded=tuple(reader.embedded.values()),
    )


class _Reader(HTMLParser):
    """Reads the whole of `markup`, which ends in `>`, in one go: so each search for an end is made in it once."""

    def __init__(self, markup: str, keep_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.title: list[str] = []
        self.links: dict[str, None] = {}
        self.embedded: dict[str, Embedded] = {}
        self.unseen: list[str] = []
        self.in_title = False
        self.as_written = 0
        self.keep_lines = keep_lines
        self.last_comment_end = markup.rfind("-->")
        self.last_section_end = markup.rfind("]]>")
        self.rawdata = markup
        self.close()

    def parse_comment(self, i: int, report: bool = True) -> int:
        """Where a comment ends; one without an end is shown, since nobody can say how far it was meant to go."""
        if found := _EMPTY_COMMENT.match(self.rawdata, i):
            return found.end()
        if self.last_comment_end < i + 4:
            self.handle_data("<!--")
            return i + 4
        return self.rawdata.find("-->", i + 4) + 3

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Where `<![...` ends: text that was wrapped for XML is shown, a condition for a browser is not."""
        if self.rawdata.startswith("<![CDATA[", i) and self.last_section_end >= i + 9:
            end = self.rawdata.find("]]>", i + 9)
            self.handle_data(self.rawdata[i + 9 : end])
            return end + 3
        return self.rawdata.find(">", i) + 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body" or (self.unseen == ["head"] and tag not in _OF_THE_HEAD):
            self.unseen = []
        if tag in _UNSEEN and tag not in self.unseen and not (tag == "head" and self.unseen):
            self.unseen.append(tag)
        self.in_title = self.in_title or tag == "title"
        self.as_written += tag in _AS_WRITTEN
        if tag in _BLOCKS:
            self.pieces.append("\n")
        named = {name: value or "" for name, value in reversed(attrs)}
        address = named.get("href") if tag == "a" else named.get("src") if tag == "iframe" else None
        if address and address.strip():
            self.links[address.strip()] = None
        if tag in _EMBEDDED:
            self._embed(tag, named)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN | _AS_WRITTEN and tag != "title":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        if tag in self.unseen:
            while self.unseen.pop() != tag:
                continue
        self.as_written = max(0, self.as_written - (tag in _AS_WRITTEN))
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self.in_title:
            self.title.append(data)
        elif not self.unseen:
            self.pieces.append(data if self.keep_lines or self.as_written else _SPACES.sub(" ", data))

    def _embed(self, tag: str, named: dict[str, str]) -> None:
        address = (named.get("data" if tag == "object" else "src") or named.get("data-src", "")).strip()
        if tag == "img" and _EMOJI_CLASSES & set(named.get("class", "").split()):
            self.handle_data(named.get("alt", ""))
        elif address and not {named.get("width"), named.get("height")} <= {"0", "1"}:  # else it counts readers
            kind = _EMBEDDED[tag] or named.get("type", "").partition("/")[0] or "file"
            kept = Embedded(kind=kind, address=address, alt=named.get("alt", "").strip())
            self.embedded.setdefault(address, kept)


def _tidy(text: str) -> str:
    lines = _WITHIN_LINE.sub(" ", text.replace("\r\n", "\n")).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()
