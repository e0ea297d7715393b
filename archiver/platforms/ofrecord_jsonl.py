"""Ofrecord's own form: one record a line, as docs/record.schema.json says.

The way in for everything that has no reader here, and between two Ofrecords. Only `object_id` and `kind` are
required; fields the schema does not know are kept in `extra`. `as_of` (RFC 3339) beside them dates the version. Media
are named by `uri`, a path in the same folder or zip. A line that cannot be understood costs that line only.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from archiver.at_once import content_at_once
from archiver.lenient_json import decode_leniently, settled
from archiver.normalized import content_of
from archiver.platforms.reader import Item, Package, Slice, Unread
from custody.account import Account
from custody.clock import moment_of
from custody.errors import InputError
from custody.record import Content, Kind, Media

LARGEST_LINE = 16 * 1024 * 1024
_KINDS = frozenset(kind.value for kind in Kind)
_STEP = 1 << 20
_MARK = b"\xef\xbb\xbf"
_ENDINGS = (".jsonl", ".ndjson", ".json", ".txt")


class OfrecordJsonl:
    """One normalized record a line."""

    name = "ofrecord_jsonl"
    title = "Ofrecord JSONL"

    def recognises(self, package: Package) -> bool:
        """Whether a member's first lines hold at least one record of ours."""
        return any(_holds_records(package, member) for member in _candidates(package))

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Every line of every member that holds records; other members are media, taken in when a line names them."""
        candidates = set(_candidates(package))
        for member in package.members():
            if member in candidates and _holds_records(package, member):
                with package.open(member) as stream:
                    for line in _lines(stream):
                        yield _item(line, member, account.platform)
            elif member in candidates:
                yield Unread(member=member, reason="unknown")


_Line = tuple[int, int, int, bytes | None]
"""Number from 1, offset and length in the member, the bytes without their end (None: too long to hold)."""


def _candidates(package: Package) -> list[str]:
    members = package.members()
    return [member for member in members if len(members) == 1 or member.lower().endswith(_ENDINGS)]


def _holds_records(package: Package, member: str) -> bool:
    with package.open(member) as stream:
        start = stream.read(256 * 1024).removeprefix(_MARK)
    lines = start.splitlines()[:50]
    if len(lines) == 1 and len(start) == 256 * 1024:
        return start.startswith(b"{") and b'"object_id"' in start and b'"kind"' in start
    return any(_looks_like_record(line) for line in lines)


def _looks_like_record(line: bytes) -> bool:
    try:
        value = decode_leniently(line)[0]
    except InputError:
        return False
    return isinstance(value, dict) and isinstance(value.get("object_id"), str) and value.get("kind") in _KINDS


def _lines(stream: BinaryIO) -> Iterator[_Line]:
    """The lines of a stream. One over `LARGEST_LINE` is passed over in pieces and only measured."""
    number, offset, rest = 1, 0, b""
    while chunk := stream.read(_STEP):
        pieces = (rest + chunk).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            yield number, offset, len(piece), piece if len(piece) <= LARGEST_LINE else None
            number, offset = number + 1, offset + len(piece) + 1
        if len(rest) > LARGEST_LINE:
            length, rest = _pass_over(stream, len(rest))
            yield number, offset, length, None
            number, offset = number + 1, offset + length + 1
    if rest:
        yield number, offset, len(rest), rest


def _pass_over(stream: BinaryIO, length: int) -> tuple[int, bytes]:
    while chunk := stream.read(_STEP):
        end = chunk.find(b"\n")
        if end >= 0:
            return length + end, chunk[end + 1 :]
        length += len(chunk)
    return length, b""


def _item(line: _Line, member: str, platform: str) -> Item:
    number, offset, length, data = line
    place = f"{member} line {number}"
    if data is None:
        raw = Slice(member=member, offset=offset, length=length)
        return Item(place=f"{place}: {length} bytes; split the record", raw=raw, quarantined="line too long")
    if not data or data.isspace():
        return Item(place=place, raw=data, excluded="empty line")
    data = data.removeprefix(_MARK) if number == 1 else data
    normal, as_of, at_once = b"", "", content_at_once(data)
    try:
        if at_once is None:
            content, as_of = _content(data, platform)
        else:
            content, normal = at_once
        if not content.object_id:
            raise InputError("object_id is empty", "give every record an id that stays the same in every export")
    except InputError as error:
        why = f"{error.message}; {error.hint}" if error.hint else error.message
        return Item(place=f"{place}: {why}", raw=line[3] or b"", quarantined="not a record in the published schema")
    members = tuple(_tail(media) for media in content.media) if content.media else ()
    return Item(place=place, raw=line[3] or b"", content=content, normal=normal, members=members, as_of=as_of)


def _content(data: bytes, platform: str) -> tuple[Content, str]:
    """A line's content and the date it speaks for: the careful way, which says what was awkward about the line."""
    value, flags = decode_leniently(data)
    if not isinstance(value, dict):
        raise InputError("a line must be one JSON object", "write one record a line")
    as_of = value.pop("as_of", "")
    if as_of:
        _require_moment(as_of)
    value.setdefault("platform", platform)
    content = content_of(value)
    if content.extra:
        content = replace(content, extra=settled(content.extra))
    return (replace(content, flags=(*content.flags, *flags)) if flags else content), as_of


def _require_moment(text: Any) -> None:
    try:
        moment_of(text)
    except (TypeError, ValueError) as error:
        raise InputError("as_of is no time with a zone", "write it as 2025-03-01T12:00:00Z") from error


def _tail(media: Media) -> str:
    """The end of the member name that holds a medium: its path, or for an address its file name."""
    name = media.name if "://" in media.uri else media.uri
    return name.removeprefix("./")
