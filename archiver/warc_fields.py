"""What one record's header must say: its lines, its named fields, and which type must or must not have which.

Everything here looks at one header alone; what needs the block or the other records is `archiver/warc_check.py`'s.
"""

import re
from collections.abc import Iterator
from datetime import date
from ipaddress import ip_address

from archiver.warc_digests import Labelled
from archiver.warc_rules import Profile

Broken = tuple[str, str]
"""A rule's code and what exactly is there."""

MANDATORY = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
TYPES = frozenset(
    {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"}
)  # fmt: skip
_OTHER_THAN = {kind: TYPES - {kind} for kind in TYPES}
_NO_CAPTURE = frozenset({"warcinfo", "conversion", "continuation"})
_NO_PAYLOAD = frozenset({"warcinfo", "metadata"})
REQUIRED = {
    "WARC-Target-URI": frozenset({"response", "resource", "request", "revisit", "conversion", "continuation"}),
    "WARC-Profile": frozenset({"revisit"}),
    "WARC-Segment-Number": frozenset({"continuation"}),
    "WARC-Segment-Origin-ID": frozenset({"continuation"}),
}
"""Which types must have a field, beside the mandatory ones (ISO 28500:2017 sections 5 and 6)."""
FORBIDDEN = {
    "WARC-Target-URI": frozenset({"warcinfo"}),
    "WARC-Refers-To": frozenset({"warcinfo", "response", "resource", "request", "continuation"}),
    "WARC-Concurrent-To": _NO_CAPTURE,
    "WARC-IP-Address": _NO_CAPTURE,
    "WARC-Payload-Digest": _NO_PAYLOAD,
    "WARC-Identified-Payload-Type": _NO_PAYLOAD,
    "WARC-Warcinfo-ID": frozenset({"warcinfo"}),
    "WARC-Filename": _OTHER_THAN["warcinfo"],
    "WARC-Profile": _OTHER_THAN["revisit"],
    "WARC-Segment-Origin-ID": _OTHER_THAN["continuation"],
    "WARC-Segment-Total-Length": _OTHER_THAN["continuation"],
}
"""Which types must not have a field (the same sections)."""
IDENTICAL = "identical-payload-digest"
_REPEATABLE = "warc-concurrent-to"
_IDS = ("WARC-Record-ID", "WARC-Concurrent-To", "WARC-Refers-To", "WARC-Warcinfo-ID", "WARC-Segment-Origin-ID")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ID = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+>")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*")
_URI_1_0 = re.compile(r"<?[A-Za-z][A-Za-z0-9+.-]*:[^\s]*")
_MEDIA_TYPE = re.compile(r"[!#$&^_.+A-Za-z0-9-]+/[!#$&^_.+A-Za-z0-9-]+\s*(;.*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_DATE_1_0 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)()Z")
_DATE_1_1 = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?Z)?)?)?")
_OWN_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_OWN_ID = re.compile(r"<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}>")


class Head:
    """A record's header: its version ("" when unknown), its fields in order, and what is wrong with its lines."""

    def __init__(self, version: str, fields: list[tuple[str, str]], faults: list[Broken]) -> None:
        self.version, self.fields, self.faults = version, fields, faults
        self._named: dict[str, list[str]] = {}
        for name, value in fields:
            self._named.setdefault(name.lower(), []).append(value)
        text = self.get("Content-Length")
        self.kind = self.get("WARC-Type").lower()
        """The record's type in lower case."""
        self.length = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None
        """The block's length in bytes; None when the header does not say it."""

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self._named.get(name.lower(), [])

    def get(self, name: str) -> str:
        """The first value of a field; "" when it is not there."""
        return next(iter(self.all(name)), "")

    def twice(self) -> list[str]:
        """The fields, in lower case, that stand more than once and may not."""
        return sorted(name for name, found in self._named.items() if len(found) > 1 and name != _REPEATABLE)


def read_head(data: bytes) -> Head:
    """A header from its bytes, up to and with the empty line."""
    faults: list[Broken] = []
    if b"\n" in data.replace(b"\r\n", b""):
        faults.append(("W-34-line-ends", ""))
    lines = [line.removesuffix(b"\r") for line in data.rstrip(b"\r\n").split(b"\n")]
    found = re.fullmatch(rb"WARC/(1\.[01])", lines[0])
    if not found:
        faults.append(("W-30-version", _short(lines[0])))
    fields: list[tuple[str, str]] = []
    for line in lines[1:]:
        name, value, fault = _field(line)
        if fault:
            faults.append(("W-31-header-line", fault))
        elif name:
            fields.append((name, value))
        elif fields:  # a line that continues the one before
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {value}".strip())
        else:
            faults.append(("W-31-header-line", _short(line)))
    return Head(found.group(1).decode() if found else "", fields, faults)


def broken_rules(head: Head, profile: Profile) -> Iterator[Broken]:
    """Every rule that this header breaks, seen alone."""
    yield from head.faults
    yield from _presence(head)
    yield from _forms(head)
    yield from _digest_forms(head)
    yield from _type_rules(head)
    if profile is Profile.OFRECORD:
        yield from _own(head)


def _field(line: bytes) -> tuple[str, str, str]:
    """A line's name, value and fault; no name when it continues the line before."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return "", "", f"not UTF-8: {_short(line)}"
    if _CONTROL.search(text):
        return "", "", f"a control character: {_short(line)}"
    if text.startswith((" ", "\t")):
        return "", text.strip(), ""
    name, colon, value = text.partition(":")
    if not colon or not _TOKEN.fullmatch(name):
        return "", "", _short(line) or "an empty line"
    return name, value.strip(), ""


def _presence(head: Head) -> Iterator[Broken]:
    for name in MANDATORY:
        if not head.get(name):
            yield "W-40-field-missing", name
    for name, kinds in REQUIRED.items():
        if head.kind in kinds and not head.get(name):
            yield "W-41-field-required", f"{name} on a {head.kind}"
    for name, kinds in FORBIDDEN.items():
        if head.kind in kinds and head.all(name):
            yield "W-42-field-forbidden", f"{name} on a {head.kind}"
    for name in head.twice():
        yield "W-43-field-twice", name
    if head.kind and head.kind not in TYPES:
        yield "W-44-type-unknown", head.kind[:40]
    if head.get("Content-Length") and head.length is None:
        yield "W-36-length-form", head.get("Content-Length")[:40]


def _forms(head: Head) -> Iterator[Broken]:
    for name in ("WARC-Date", "WARC-Refers-To-Date"):
        if (text := head.get(name)) and not _is_date(text, head.version):
            yield "W-45-date", f"{name}: {text[:60]}"
    for name in _IDS:
        for text in head.all(name):
            if text and not _ID.fullmatch(text):
                yield "W-46-record-id", f"{name}: {text[:80]}"
    pattern = _URI_1_0 if head.version == "1.0" else _URI
    for name in ("WARC-Target-URI", "WARC-Refers-To-Target-URI"):
        if (text := head.get(name)) and not pattern.fullmatch(text):
            yield "W-48-target-uri", f"{name}: {text[:80]}"
    for name in ("Content-Type", "WARC-Identified-Payload-Type"):
        if (text := head.get(name)) and not _MEDIA_TYPE.fullmatch(text):
            yield "W-54-content-type", f"{name}: {text[:80]}"
    if head.length and not head.get("Content-Type") and head.kind != "continuation":
        yield "W-55-no-content-type", ""
    if (text := head.get("WARC-IP-Address")) and not _is_ip(text):
        yield "W-63-ip-address", text[:60]
    if head.all("WARC-Truncated"):
        reason = head.get("WARC-Truncated")
        yield ("W-57-truncated" if _TOKEN.fullmatch(reason) else "W-56-truncated-form"), reason[:60]


def _digest_forms(head: Head) -> Iterator[Broken]:
    for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
        for text in head.all(name)[:1]:
            if fault := Labelled(text).fault:
                yield fault, f"{name}: {text[:120]}"


def _type_rules(head: Head) -> Iterator[Broken]:
    number = head.get("WARC-Segment-Number")
    if number:
        first = head.kind != "continuation"
        if not re.fullmatch(r"[1-9][0-9]{0,9}", number) or (number == "1") != first:
            yield "W-58-segment", f"WARC-Segment-Number {number[:20]} on a {head.kind}"
    total = head.get("WARC-Segment-Total-Length")
    if total and not re.fullmatch(r"[0-9]{1,18}", total):
        yield "W-58-segment", f"WARC-Segment-Total-Length {total[:20]}"
    if head.kind != "revisit" or not (profile := head.get("WARC-Profile").strip("<>")):
        return
    if profile.rstrip("/").endswith(IDENTICAL) and not head.get("WARC-Payload-Digest"):
        yield "W-60-revisit-digest", ""
    if not head.get("WARC-Refers-To") and not head.get("WARC-Refers-To-Target-URI"):
        yield "W-61-revisit-refers", ""
    if not re.search(rf"/revisit/((uri-agnostic-)?{IDENTICAL}|server-not-modified)/?$", profile):
        yield "W-62-revisit-profile", profile[:80]


def _own(head: Head) -> Iterator[Broken]:
    """How the files that Ofrecord writes differ from what the standard allows (docs/format.md)."""
    if not Labelled(head.get("WARC-Block-Digest")).is_own:
        yield "W-70-own-digest", head.get("WARC-Block-Digest")[:120]
    checks = (
        (head.version == "1.1", "the version"),
        (not head.get("WARC-Date") or _OWN_DATE.fullmatch(head.get("WARC-Date")), "WARC-Date without milliseconds"),
        (not head.get("WARC-Record-ID") or _OWN_ID.fullmatch(head.get("WARC-Record-ID")), "WARC-Record-ID"),
        (head.length is None or head.get("Content-Length") == str(head.length), "Content-Length with zeros before it"),
        (head.kind not in {"continuation", "revisit"}, f"a {head.kind}"),
        (bool(head.get("Content-Type")), "no Content-Type"),
    )
    for fits, what in checks:
        if not fits:
            yield "W-72-own-header", what


def _is_date(text: str, version: str) -> bool:
    found = (_DATE_1_0 if version == "1.0" else _DATE_1_1).fullmatch(text)
    if not found:
        return False
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        date(year, month or int(found[2] is None), day or int(found[3] is None))
    except ValueError:
        return False
    return hour < 24 and minute < 60 and second <= 60  # 60 is a leap second


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _short(line: bytes) -> str:
    return line[:60].decode("utf-8", "backslashreplace")
