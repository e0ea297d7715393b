"""A record's normalized form as bytes and back: the one place that knows its JSON.

The bytes are canonical (sorted keys, no spaces, UTF-8), the same as `custody.canonical` makes, only faster; so equal
content always has an equal digest. The counters in `metrics` change by the minute and are left out of the digest.
"""

import hashlib
from dataclasses import MISSING, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from custody.errors import InputError
from custody.record import SCHEMA_VERSION, Author, Content, Media

_ENCODER = msgspec.json.Encoder(order="sorted")
_CONTENT = msgspec.json.Decoder(Content)
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PART_LISTS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
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
    return _ENCODER.encode(content)


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


def field_bytes(content: bytes) -> dict[str, bytes]:
    """Each field of some content that says anything, as its own canonical JSON; `content` are canonical bytes.

    The parts of the author and of each medium are fields of their own: `author.name`, `media.0.sha256`.
    """
    return {name: bytes(raw) for name, raw in field_views(content).items()}


def field_views(content: bytes) -> dict[str, bytes]:
    """As `field_bytes` without copying: each field is a view of `content`, good for hashing and joining only."""
    parts = _PARTS.decode(content)
    for name, value in _PARTS.decode(parts.pop("author")).items():
        parts["author." + name] = value
    media = parts.pop("media")
    for n, each in enumerate(_PART_LISTS.decode(media) if len(media) > 2 else ()):
        for name, value in each.items():
            parts[f"media.{n}.{name}"] = value
    return {name: raw for name, raw in parts.items() if len(raw) > 4 or bytes(raw) not in _NOTHING}


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
    content = _in_utc(content)
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


def content_at_once(line: bytes) -> Content | None:
    """Content straight from a line of JSON when nothing about it is doubtful; None when it wants a closer look.

    Doubtful is: a field the schema does not know, a key given twice, NUL, a fraction or a deep nesting in `extra`, and
    whatever is no content at all. A key is a quote and a colon; escaped quotes only make the count too high.
    """
    escapes = b"\\" in line
    if escapes and b"\\u0000" in line:
        return None
    try:
        parts = _PARTS.decode(line)
        given = b"%b,%b" % (_DEFAULTS, line[1:]) if parts and line.startswith(b"{") else line
        content = _WHOLE_NUMBERS.decode(given)
        keys = len(parts) + len(content.metrics) + (_keys(content.extra) if content.extra else 0)
        known = _KNOWN.issuperset(parts)
        if "author" in parts:
            author = _PARTS.decode(parts["author"])
            keys, known = keys + len(author), known and _KNOWN_AUTHOR.issuperset(author)
        if content.media:
            for each in _PART_LISTS.decode(parts["media"]):
                keys, known = keys + len(each), known and _KNOWN_MEDIA.issuperset(each)
        seen = line.count(b'":')
        if not known or (keys != seen and not (escapes and keys == seen - line.count(b'\\":'))):
            return None
        return _in_utc(content)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, InputError):
        return None


def _keys(extra: dict[str, Any]) -> int:
    """How many keys there are in unknown fields: a key given twice is written once when they are encoded again."""
    again = _ENCODER.encode(extra)
    if len(again) > 2 * DEEPEST and again.count(b"{") + again.count(b"[") > DEEPEST:
        _refuse_depth(extra, 1)
    keys = again.count(b'":')
    return keys - again.count(b'\\":') if b"\\" in again else keys


def _refuse_depth(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise InputError(f"nested deeper than {DEEPEST} levels")
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            _refuse_depth(part, depth + 1)


def _refuse_fraction(text: str) -> None:
    raise InputError("a fraction")


_WHOLE_NUMBERS = msgspec.json.Decoder(Content, float_hook=_refuse_fraction)
_DEFAULTS = _ENCODER.encode({each.name: each.default for each in fields(Content) if each.default is not MISSING})[:-1]
"""The fields a line may leave out. Put before the line's own they cost less than fields that are not given at all,
for each of which the decoder makes an error and throws it away."""


def _in_utc(content: Content) -> Content:
    for name in ("created_at", "edited_at", "removed_at"):
        moment = getattr(content, name)
        if moment is not None and moment.tzinfo is not UTC:
            if moment.tzinfo is None:
                raise InputError(f"{name} has no time zone", "write it with an offset, such as 2025-03-01T12:00:00Z")
            content = replace(content, **{name: moment.astimezone(UTC)})
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
