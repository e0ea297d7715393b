"""Content straight from a line in our own form, for lines about which nothing is doubtful: most lines of most files.

What is doubtful goes the careful way (`archiver.normalized.content_of`), which says what was awkward; where both read
a line, they read the same. A large import spends most of its reading here.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from itertools import repeat
from operator import attrgetter, call
from types import GenericAlias
from typing import Annotated, Any, get_type_hints

import msgspec

from archiver.normalized import PART_LISTS, PARTS, in_utc
from custody.errors import InputError
from custody.record import Author, Content, Media

_DOUBTFUL = (b"\\u0000", b"\\u003a", b"\\u003A")
_FIELDS, _AUTHOR_FIELDS, _MEDIA_FIELDS = (len(fields(kind)) for kind in (Content, Author, Media))
_SHORT = 10**14
"""Numbers up to here are the same number to every program that reads JSON."""


def content_at_once(line: bytes) -> tuple[Content, bytes] | None:
    """The content a line of JSON holds, and its canonical bytes, when nothing about it is doubtful; None when it wants
    a closer look.

    Doubtful is: a field the schema does not know, a key given twice, NUL, a fraction, a long number or a deep nesting
    in `extra`, a time that is not UTC, and whatever is no content at all. Each key has its colon: the canonical bytes
    have as many colons as the line, those in texts among them, and one for each field that it leaves out. A key given
    twice is written once, so they would have too few.
    """
    if b"\\u00" in line and any(escaped in line for escaped in _DOUBTFUL):
        return None
    try:
        twin = _TWIN.decode(line)
        normal = _encode(twin)
        if line.count(b":") + _left_out(PARTS.decode(line), len(twin.media)) != normal.count(b":"):
            return None
        content = _content(twin)
        return (content, normal) if in_utc(content) is content else None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, InputError):
        return None


def _left_out(parts: dict[str, msgspec.Raw], media: int) -> int:
    """How many fields a line leaves out, those of its author and of its media among them."""
    left_out = _FIELDS - len(parts) + _AUTHOR_FIELDS
    if "author" in parts:
        left_out -= len(PARTS.decode(parts["author"]))
    if media:
        left_out += _MEDIA_FIELDS * media - sum(map(len, PART_LISTS.decode(parts["media"])))
    return left_out


def _twin(kind: type, **inner: Any) -> Any:
    """A structure with the fields of a dataclass, `inner` in place of some of its types: it takes a third of the time
    to decode, and refuses what the dataclass does not know."""
    hints = get_type_hints(kind) | inner
    made = [(each.name, hints[each.name], *_default(each, inner)) for each in fields(kind)]
    return msgspec.defstruct("Twin" + kind.__name__, made, kw_only=True, forbid_unknown_fields=True)


def _default(of: Field[Any], inner: dict[str, Any]) -> list[Any]:
    if of.default_factory is not MISSING:
        return [msgspec.field(default_factory=inner.get(of.name, of.default_factory))]
    return [] if of.default is MISSING else [of.default]


def _maker(kind: Any) -> Callable[[Any], Any]:
    """What makes a dataclass of its twin: one slot after the other, as the dataclass's own making does, only faster."""
    names = [each.name for each in fields(kind)]
    values, puts = attrgetter(*names), [getattr(kind, name).__set__ for name in names]

    def made(twin: Any) -> Any:
        new = object.__new__(kind)
        any(map(call, puts, repeat(new), values(twin)))  # puts each; none of them answers anything
        return new

    return made


def _plain(levels: int) -> Any:
    """What a field we do not know may hold without a doubt: no fraction, no long number, nothing nested deeper."""
    number = Annotated[int, msgspec.Meta(ge=-_SHORT, le=_SHORT)]
    kind: Any = number | str | bool | None
    for _ in range(levels):
        kind = number | str | bool | list[kind] | dict[str, kind] | None
    return kind


_AUTHOR, _MEDIA = _twin(Author), _twin(Media)
_MEDIA_LIST, _EXTRA = GenericAlias(tuple, (_MEDIA, ...)), GenericAlias(dict, (str, _plain(5)))
_TWIN = msgspec.json.Decoder(_twin(Content, author=_AUTHOR, media=_MEDIA_LIST, extra=_EXTRA))
_encode = msgspec.json.Encoder(order="deterministic").encode  # its fields stand in the order of `Content`'s
_made_content, _made_author, _made_media = _maker(Content), _maker(Author), _maker(Media)


def _content(twin: Any) -> Content:
    twin.author = _made_author(twin.author)
    if twin.media:
        twin.media = tuple(map(_made_media, twin.media))
    content: Content = _made_content(twin)
    return content
