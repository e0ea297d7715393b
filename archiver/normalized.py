"""A record's normalized form as bytes and back: the one place that knows its JSON.

The bytes are canonical (sorted keys, no spaces, UTF-8), the same as `custody.canonical` makes, only faster; so equal
content always has an equal digest. The counters in `metrics` change by the minute and are left out of the digest.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from custody.errors import InputError
from custody.record import SCHEMA_VERSION, Author, Content, Media

_ENCODER = msgspec.json.Encoder(order="sorted")
_IN_ORDER = msgspec.json.Encoder(order="deterministic")  # the fields of a Content are in order already
PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
"""Reads a JSON object into its keys and the bytes of its values."""

PART_LISTS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
"""Reads a list of JSON objects the same way."""

_METRICS = b'"metrics":{'
_NOTHING = frozenset((b'""', b"[]", b"{}", b"null"))
_KNOWN = frozenset(Content.__dataclass_fields__)
_KNOWN_AUTHOR, _KNOWN_MEDIA = frozenset(Author.__dataclass_fields__), frozenset(Media.__dataclass_fields__)

DEEPEST = 64
"""How many levels a field that we do not know may nest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What the vault keeps of one version beside its raw bytes: who, when, from where, and the content itself.

    `opening` is what the ledger's commitment is made with: 64 hex digits, random, destroyed with the record.
    """

    account: int
    as_of: datetime
    captured_at: datetime
    content: Content
    number: int
    opening: str
    place: str
    run: int
    schema: int
    series: str
    series_reason: str
    version: int


_ENVELOPE = msgspec.json.Decoder(Envelope)


def content_bytes(content: Content) -> bytes:
    """The canonical bytes of some content, counters included."""
    return _IN_ORDER.encode(content)


def digest_of_bytes(content: bytes) -> bytes:
    """The same digest from the canonical bytes of some content, as 32 bytes.

    The counters are the last `"metrics":{` in the bytes: keys are sorted, nothing after it holds an object, and inside
    text a quotation mark is always escaped.
    """
    start = content.rindex(_METRICS) + len(_METRICS)
    if content[start : start + 1] == b"}":
        return hashlib.sha256(content).digest()
    running = hashlib.sha256(content[:start])
    running.update(content[content.index(b'},"object_id":', start) :])
    return running.digest()


class _AuthorViews(msgspec.Struct, gc=False):
    handle: msgspec.Raw
    name: msgspec.Raw


class _Views(msgspec.Struct, gc=False):
    """What of some content a response can show, each field as the bytes of its value."""

    author: _AuthorViews
    created_at: msgspec.Raw
    edited_at: msgspec.Raw
    kind: msgspec.Raw
    links: msgspec.Raw
    media: msgspec.Raw
    object_id: msgspec.Raw
    permalink: msgspec.Raw
    platform: msgspec.Raw
    removed_at: msgspec.Raw
    state: msgspec.Raw
    text: msgspec.Raw
    title: msgspec.Raw


_SHOWN = (
    "author.handle",
    "author.name",
    *(name for name in _Views.__struct_fields__ if name not in ("author", "media")),
)
_SHOWN_OF_MEDIA = ("alt", "kind", "media_type", "sha256")
_VIEWS, _shown_in = msgspec.json.Decoder(_Views), attrgetter(*_SHOWN)


def field_bytes(content: bytes) -> dict[str, bytes]:
    """Each field that a response can show and that says anything, as its own canonical JSON; `content` are canonical
    bytes.

    The parts of the author and of each medium are fields of their own: `author.name`, `media.0.sha256`.
    """
    return {name: bytes(raw) for name, raw in field_views(content).items()}


def field_views(content: bytes) -> dict[str, bytes]:
    """As `field_bytes` without copying: each field is a view of `content`, good for hashing and joining only."""
    views = _VIEWS.decode(content)
    parts = dict(zip(_SHOWN, _shown_in(views), strict=True))
    for n, each in enumerate(PART_LISTS.decode(views.media) if len(views.media) > 2 else ()):
        for name in _SHOWN_OF_MEDIA:
            parts[f"media.{n}.{name}"] = each[name]
    return {name: raw for name, raw in parts.items() if len(raw) > 4 or bytes(raw) not in _NOTHING}


@lru_cache(maxsize=16)  # the same for most of a batch
def envelope_before(account: int, as_of: datetime, captured_at: datetime) -> bytes:
    """The canonical bytes of a version's envelope before those of its content (`content_bytes`)."""
    before = {"account": account, "as_of": as_of, "captured_at": captured_at}
    return _ENCODER.encode(before)[:-1] + b',"content":'


def envelope_after(number: int, n: int, opening: bytes, place: str, run: int, series: str, series_reason: str) -> bytes:
    """The canonical bytes of a version's envelope after those of its content. With what comes before, `envelope_of`
    reads them back; together they are the payload of the version's `conversion` exchange."""
    encode = _ENCODER.encode
    first = b',"number":%d,"opening":"%b","place":%b' % (number, opening.hex().encode(), encode(place))
    filed = (run, SCHEMA_VERSION, encode(series), encode(series_reason), n)
    return first + b',"run":%d,"schema":%d,"series":%b,"series_reason":%b,"version":%d}' % filed


def envelope_of(data: bytes) -> Envelope:
    """A version's envelope from its bytes. Raises InputError when the bytes are no envelope."""
    try:
        return _ENVELOPE.decode(data)
    except msgspec.MsgspecError as error:
        raise InputError(f"this is no normalized record: {error}") from error


def content_of(data: Any) -> Content:
    """Content from decoded JSON data (a dict in the published schema). Unknown fields are kept in `extra`, those of
    its author and media too, under names such as `author.verified` and `media.0.width`.

    Raises InputError that names the field when the data is not content.
    """
    unknown = _unknown(data) if isinstance(data, dict) else {}
    try:
        content = msgspec.convert(data, Content)
    except msgspec.ValidationError as error:
        raise InputError(f"this is no record: {error}", "docs/record.schema.json says how a record looks") from error
    content = in_utc(content)
    return replace(content, extra={**content.extra, **unknown}) if unknown else content


def _unknown(data: dict[str, Any]) -> dict[str, Any]:
    found = {key: data[key] for key in data.keys() - _KNOWN}
    author, media = data.get("author"), data.get("media")
    if isinstance(author, dict):
        found |= {f"author.{key}": author[key] for key in author.keys() - _KNOWN_AUTHOR}
    for n, each in enumerate(media if isinstance(media, list) else ()):
        if isinstance(each, dict):
            found |= {f"media.{n}.{key}": each[key] for key in each.keys() - _KNOWN_MEDIA}
    return found


def in_utc(content: Content) -> Content:
    """The same content with its times in UTC. Raises InputError for one without a zone or outside the calendar."""
    for name in ("created_at", "edited_at", "removed_at"):
        moment = getattr(content, name)
        if moment is not None and moment.tzinfo is not UTC:
            if moment.tzinfo is None:
                raise InputError(f"{name} has no time zone", "write it with an offset, such as 2025-03-01T12:00:00Z")
            try:
                content = replace(content, **{name: moment.astimezone(UTC)})
            except OverflowError as error:
                raise InputError(f"{name} lies outside the calendar (years 1 to 9999)", "write null for it") from error
    return content


def content_data(content: Content) -> dict[str, Any]:
    """Content as JSON data, in the published schema."""
    data: dict[str, Any] = msgspec.to_builtins(content)
    return data


def encode_json(value: Any) -> bytes:
    """A JSON value as canonical bytes."""
    return _ENCODER.encode(value)


def decode_json(data: bytes) -> Any:
    """Any JSON text as Python values. Raises InputError where it is broken or deeper than the parser allows."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(f"not readable as JSON: {error}") from error
