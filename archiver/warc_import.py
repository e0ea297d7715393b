"""WARC and ARC files made by other tools, record by record, every doubt named: the one door of the library warcio.

Where a record begins and ends, and whether it is whole, is `archiver/warc_frames.py`'s; here its header is read, its
digests are computed again, and its payload is offered in pieces, so that a film needs no more memory than a note. A
cut-off or lying record never stops the file. What becomes a record is `archiver/platforms/web_archive.py`'s.
"""

import base64
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from warcio.recordloader import ARC2WARCHeadersParser
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from archiver.http_body import Body
from archiver.platforms.reader import Slice
from archiver.warc_frames import LARGEST_HEADER, Frame, Opening, frames
from custody.clock import text_of

REQUIRED = ("WARC-Type", "WARC-Record-ID", "WARC-Date")
TARGETED = frozenset({"response", "resource", "request", "revisit", "conversion"})
CREDENTIALS = ("authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLDED = re.compile(rb"\r?\n[ \t]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DATE = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,9}))?)?)?)?)?Z?")
_ALGORITHMS = {"sha1": "sha1", "sha256": "sha256", "sha512": "sha512", "sha384": "sha384", "md5": "md5"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreign:
    """One exchange of a foreign file, as far as it can be believed.

    `fault` is "" or the reason why it cannot be used at all. `as_of` is its WARC-Date as RFC 3339 in UTC. `status` is
    the HTTP answer's code, 0 when there is none. `raw` are the record's own bytes (header and block), but
    b"" for a request: what it may carry is no evidence but a key. `secrets` names the headers that did, never values.
    """

    place: str
    raw: bytes | Slice
    raw_type: str = "application/warc"
    fault: str = ""
    type: str = ""
    uri: str = ""
    as_of: str = ""
    status: int = 0
    media_type: str = ""
    charset: str = ""
    location: str = ""
    refers_to: str = ""
    flags: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    body: Body | None = None


def exchanges(opening: Opening, member: str) -> Iterator[Foreign]:
    """Every exchange of a WARC or ARC file in order; the damaged ones with their `fault`. `member` is its name."""
    for frame in frames(opening):
        yield _exchange(frame, opening, member)


def _exchange(frame: Frame, opening: Opening, member: str) -> Foreign:
    place = f"{member} at {frame.offset}" + (f"+{frame.start}" if frame.start else "")
    raw, raw_type = _raw(frame, member)
    if frame.fault:
        return Foreign(place=place, raw=raw, raw_type=raw_type, fault=frame.fault)
    fields, fault = _fields(frame.head)
    if fault:
        return Foreign(place=place, raw=raw, raw_type=raw_type, fault=fault)
    kind, uri = fields["warc-type"].lower(), fields.get("warc-target-uri", "")
    about: dict[str, Any] = {
        "place": place,
        "raw": raw,
        "raw_type": raw_type,
        "type": kind,
        "uri": uri.removeprefix("<").removesuffix(">"),
        "as_of": _as_of(fields["warc-date"]),
        "refers_to": _refers_to(fields),
    }
    chunks = _chunks(frame, raw, opening)
    if "junk-follows" in frame.notes and not _proved(fields, chunks):
        return Foreign(place=place, raw=raw, raw_type=raw_type, fault="wrong-length: what follows is no record")
    http = _http_head(fields, chunks)
    if http == b"?":
        return Foreign(place=place, raw=raw, raw_type=raw_type, fault="header-too-large: the HTTP header has no end")
    answer = StatusAndHeadersParser([], verify=False).parse(io.BytesIO(http)) if http else None
    about |= _meaning(fields, answer)
    if kind == "request":
        return Foreign(**about | {"raw": b""}, secrets=_secrets(answer))
    body = _body(answer, chunks, len(http))
    return Foreign(**about, body=body, **_doubts(fields, kind, body, frame.notes))


def _raw(frame: Frame, member: str) -> tuple[bytes | Slice, str]:
    """The record's own bytes where they can be carried; else where they stand, as they stand (a gzip member)."""
    if frame.block is not None:
        return frame.head + frame.block, "application/warc"
    kept_as = "application/gzip" if frame.packed else "application/warc"
    if not frame.length:
        return b"", kept_as
    return Slice(member=member, offset=frame.offset, length=frame.length), kept_as


def _chunks(frame: Frame, raw: bytes | Slice, opening: Opening) -> Callable[[], Iterator[bytes]]:
    if isinstance(raw, bytes) and frame.block is not None:
        size = len(frame.head)
        return lambda: iter((raw[size:],))
    return lambda: frame.chunks(opening)


def _fields(head: bytes) -> tuple[dict[str, str], str]:
    """The named fields of a header, names in lower case, and why they cannot be used ("" when they can)."""
    if not head.startswith(b"WARC/"):
        return _arc_fields(head)
    lines = _FOLDED.sub(b" ", head.rstrip()).replace(b"\r\n", b"\n").split(b"\n")[1:]
    if any(b":" not in line for line in lines):
        return {}, "broken-header: a line has no colon"
    if re.search(rb"(?im)^warc-target-uri[ \t]*:[^\n]*\r?\n[ \t]", head):
        return {}, "control-in-address: the WARC-Target-URI runs over a line's end"
    pairs = StatusAndHeadersParser([], verify=False).parse(io.BytesIO(head)).headers
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name.lower() in fields and name.lower() != "warc-concurrent-to":
            return {}, f"repeated-field: {name[:40]}"
        fields[name.lower()] = value.strip()
    return fields, _fault_of(fields)


def _fault_of(fields: dict[str, str]) -> str:
    for name in REQUIRED:
        if not fields.get(name.lower()):
            return f"missing-field: {name}"
    if fields["warc-type"].lower() in TARGETED and not fields.get("warc-target-uri"):
        return "missing-field: WARC-Target-URI"
    if _CONTROL.search(fields.get("warc-target-uri", "")):
        return "control-in-address: the WARC-Target-URI holds a control character"
    return "" if _as_of(fields["warc-date"]) else "unreadable-date: WARC-Date"


def _arc_fields(head: bytes) -> tuple[dict[str, str], str]:
    pairs = ARC2WARCHeadersParser().parse(io.BytesIO(head.replace(b"filedesc:", b"filedesc ", 1))).headers
    fields = {name.lower(): value for name, value in pairs}
    if head.startswith(b"filedesc:"):
        fields |= {"warc-type": "warcinfo", "warc-target-uri": ""}
    return fields, _fault_of(fields)


def _as_of(text: str) -> str:
    """A WARC-Date as RFC 3339; "" when it is none. WARC 1.1 allows any precision from the year to the nanosecond."""
    match = _DATE.fullmatch(text.strip())
    if not match:
        return ""
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micro = int((match.group(7) or "0").ljust(6, "0")[:6])
    try:
        return text_of(datetime(year, month or 1, day or 1, hour, minute, min(second, 59), micro, tzinfo=UTC))
    except ValueError:
        return ""


def _refers_to(fields: dict[str, str]) -> str:
    target = fields.get("warc-refers-to-target-uri") or fields.get("warc-refers-to", "")
    date = fields.get("warc-refers-to-date", "")
    return f"{target} of {date}" if target and date else target


def _http_head(fields: dict[str, str], chunks: Callable[[], Iterator[bytes]]) -> bytes:
    """The HTTP header at the block's start: b"" when there is none, b"?" when it has no end."""
    if fields["warc-type"].lower() not in ("response", "request", "revisit"):
        return b""
    start = next(chunks(), b"")[:LARGEST_HEADER]
    is_request = fields["warc-type"].lower() == "request"
    if not (start.startswith(b"HTTP/") or (is_request and start)):
        return b""
    end = _HEAD_END.search(start)
    if end:
        return start[: end.end()]
    return start if len(start) < LARGEST_HEADER else b"?"


def _meaning(fields: dict[str, str], answer: StatusAndHeaders | None) -> dict[str, Any]:
    """What the answer says of itself: status, type, charset, where it points to."""
    if answer is None:
        declared, status, location = fields.get("content-type", ""), 0, ""
    else:
        declared = answer.get_header("content-type") or ""
        code = answer.get_statuscode()
        status, location = int(code) if code.isdigit() and len(code) == 3 else 0, answer.get_header("location") or ""
    charset = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", declared)
    return {
        "status": status,
        "location": location,
        "media_type": declared.split(";")[0].strip().lower(),
        "charset": charset.group(1).lower() if charset else "",
    }


def _secrets(request: StatusAndHeaders | None) -> tuple[str, ...]:
    names = {name.lower() for name, _ in request.headers} if request else set()
    return tuple(name for name in CREDENTIALS if name in names)


def _body(answer: StatusAndHeaders | None, chunks: Callable[[], Iterator[bytes]], skip: int) -> Body:
    coding, transfer = "", ""
    if answer is not None:
        coding = (answer.get_header("content-encoding") or "").strip().lower()
        transfer = (answer.get_header("transfer-encoding") or "").strip().lower()
    return Body(chunks=chunks, skip=skip, chunked="chunked" in transfer, coding=coding)


def _doubts(fields: dict[str, str], kind: str, body: Body, notes: tuple[str, ...]) -> dict[str, Any]:
    """What a person should look at (flags), and what was mended in reading (repairs)."""
    flags: list[str] = []
    repairs = [note for note in notes if note != "junk-follows"]
    if kind in ("response", "resource", "conversion"):
        found = _digests(fields, body)
        if "warc-truncated" in fields:
            flags.append("truncated-by-crawler")
        elif body.chunked and "payload" in found:
            sent, found["payload"] = found["payload"], _check(fields["warc-payload-digest"], body.without_transfer())
            if found["payload"] == "digest-mismatch" and not sent:
                found["payload"] = ""
                repairs.append("payload-digest-of-chunked-form")
        flags += sorted(set(found.values()) - {""})
        flags += body.faults()
    if kind in TARGETED and re.search(r"[<> ]", fields.get("warc-target-uri", "")):
        repairs.append("address-mended")
    return {"flags": tuple(flags), "repairs": tuple(repairs)}


def _digests(fields: dict[str, str], body: Body) -> dict[str, str]:
    """The verdict on each declared digest (of the block, and of the body as sent), in one reading."""
    block, payload = _Seal(fields.get("warc-block-digest", "")), _Seal(fields.get("warc-payload-digest", ""))
    if "warc-truncated" in fields:
        payload = _Seal("")
    left = body.skip
    for piece in body.chunks() if block.running or payload.running else ():
        block.take(piece)
        payload.take(piece[left:] if left else piece)
        left = max(0, left - len(piece))
    return {name: seal.verdict() for name, seal in (("block", block), ("payload", payload)) if seal.declared}


class _Seal:
    """A digest as declared, computed again piece by piece."""

    def __init__(self, declared: str) -> None:
        self.declared = declared
        name, _, self._value = declared.partition(":")
        algorithm = _ALGORITHMS.get(name.strip().lower().replace("-", "")) if self._value else None
        self.running = hashlib.new(algorithm, usedforsecurity=False) if algorithm else None

    def take(self, piece: bytes) -> None:
        if self.running:
            self.running.update(piece)

    def verdict(self) -> str:
        """The flag to raise; "" when the digest fits."""
        if self.running is None:
            return "digest-unchecked"
        return "" if _same(self._value.strip(), self.running.digest()) else "digest-mismatch"


def _check(declared: str, pieces: Iterator[bytes]) -> str:
    seal = _Seal(declared)
    for piece in pieces:
        seal.take(piece)
    return seal.verdict()


def _proved(fields: dict[str, str], chunks: Callable[[], Iterator[bytes]]) -> bool:
    """Whether a digest in the header says that the block is whole."""
    declared = fields.get("warc-block-digest", "")
    return bool(declared) and not _check(declared, chunks())


def _same(value: str, digest: bytes) -> bool:
    """Whether a digest written in hexadecimal, base32 or base64 is this one."""
    if value.lower() == digest.hex():
        return True
    plain = base64.b32encode(digest).decode().rstrip("=")
    url_safe = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return value.rstrip("=").upper() == plain or value.rstrip("=").replace("+", "-").replace("/", "_") == url_safe
