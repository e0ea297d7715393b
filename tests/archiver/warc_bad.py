"""Makes bad WARC files, each broken in one way on purpose, and good ones beside them."""

import base64
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from archiver import warc

DATE = "2026-01-02T03:04:05.678Z"
END = b"\r\n\r\n"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file: its name, bytes, the profile to check it by, and exactly the codes that must be found, sorted."""

    id: str
    data: bytes
    codes: tuple[str, ...] = ()
    name: str = "test.warc.gz"
    profile: str = "standard"


def uuid(number: int) -> str:
    return f"<urn:uuid:00000000-0000-4000-8000-{number:012x}>"


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def record(
    number: int = 1, kind: str = "resource", block: bytes = b"hello", fields: dict[str, str | None] | None = None,
    version: bytes = b"WARC/1.1", extra: bytes = b"", end: bytes = END,
) -> bytes:  # fmt: skip
    """One record. `fields` adds or changes fields, or takes one away (None); `extra` are raw header lines."""
    named: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Record-ID": uuid(number),
        "WARC-Date": DATE,
        "WARC-Target-URI": None if kind == "warcinfo" else "http://example.org/",
        "WARC-Block-Digest": sha256(block),
        "Content-Type": "text/plain",
        "Content-Length": str(len(block)),
        **(fields or {}),
    }
    lines = [f"{name}: {value}\r\n".encode() for name, value in named.items() if value is not None]
    return b"".join([version, b"\r\n", *lines, extra, b"\r\n", block, end])


def http(number: int = 1, block: bytes = HTTP + b"body", payload: str = "", **more: str | None) -> bytes:
    fields = {"Content-Type": "application/http; msgtype=response", "WARC-Payload-Digest": payload or None}
    return record(number, "response", block, {**fields, **more})


def member(content: bytes, flags: int = 0, extra: bytes = b"", header: bytes = b"") -> bytes:
    """A gzip member with any header one likes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(content) + packer.flush()
    start = header or b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\2\3"
    return start + extra + body + zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")


def packed(*records: bytes) -> bytes:
    return b"".join(member(each) for each in records)


def own(*records: bytes, info: bool = True) -> bytes:
    first = [record(999, "warcinfo", b"software: x\r\n")] if info else []
    return b"".join(warc.packed(each) for each in [*first, *records])


def changed(data: bytes, place: int, value: int) -> bytes:
    return data[:place] + bytes([value]) + data[place + 1 :]


def good() -> Iterator[Case]:
    info = record(9, "warcinfo", b"software: x\r\n", {"WARC-Filename": "test.warc.gz"})
    yield Case(id="plain", name="test.warc", data=info + record(1) + record(2))
    yield Case(id="compressed", data=packed(info, record(1), record(2, block=b"")))
    yield Case(id="named-member", data=member(info, 8, b"a name\0") + member(record(1), 4, b"\2\0xy"))
    yield Case(id="own", data=own(record(1), record(2)), profile="ofrecord")
    yield Case(id="no-warcinfo", data=packed(record(1)))
    yield Case(id="version-1.0", data=packed(record(version=b"WARC/1.0", fields={"WARC-Date": "2026-01-02T03:04:05Z"})))
    brackets = {"WARC-Date": "2026-01-02T03:04:05Z", "WARC-Target-URI": "<http://example.org/>"}
    yield Case(id="brackets-in-1.0", data=packed(record(version=b"WARC/1.0", fields=brackets)))
    for date in ("2026", "2026-12", "2026-12-31", "2026-12-31T23:59Z", "2026-12-31T23:59:60.123456789Z"):
        yield Case(id=f"date-{date}", data=packed(record(fields={"WARC-Date": date})))
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, b"hello").digest()
        bare = base64.b32encode(digest).decode().rstrip("=")
        safe = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        for value in (digest.hex(), digest.hex().upper(), bare, bare.lower(), safe):
            yield Case(id=f"{name}-{value[:8]}", data=packed(record(fields={"WARC-Block-Digest": f"{name}:{value}"})))
    yield Case(id="payload-is-block", data=packed(record(fields={"WARC-Payload-Digest": sha1(b"hello")})))
    yield Case(id="payload-is-body", data=packed(http(payload=sha1(b"body"))))
    yield Case(id="payload-dechunked", data=packed(http(block=CHUNKED, payload=sha1(b"abcde"))))
    yield Case(id="payload-chunked", data=packed(http(block=CHUNKED, payload=sha1(CHUNKED.split(END, 1)[1]))))
    large = HTTP + bytes(range(256)) * 1000
    yield Case(id="large", data=packed(http(block=large, payload=sha1(large[len(HTTP) :]))))
    both = {"WARC-Concurrent-To": uuid(2)}
    extra = f"WARC-Concurrent-To: {uuid(3)}\r\n".encode()
    yield Case(id="concurrent", data=packed(record(1, fields=both, extra=extra), record(2), record(3)))
    refers = {"WARC-Profile": REVISIT, "WARC-Payload-Digest": sha1(b"hello"), "WARC-Refers-To": uuid(1)}
    yield Case(id="revisit", data=packed(record(1), record(2, "revisit", b"", refers)))
    yield Case(id="segments", data=packed(*_segments()))
    yield Case(id="folded", data=packed(record(extra=b"X-Note: one\r\n  two\r\n")))


def _segments(second: dict[str, str | None] | None = None, third: dict[str, str | None] | None = None) -> list[bytes]:
    no_type: dict[str, str | None] = {"WARC-Segment-Origin-ID": uuid(1), "Content-Type": None}
    two = {**no_type, "WARC-Segment-Number": "2", **(second or {})}
    three = {**no_type, "WARC-Segment-Number": "3", "WARC-Segment-Total-Length": "15", **(third or {})}
    first = record(1, fields={"WARC-Segment-Number": "1", "WARC-Payload-Digest": sha1(b"hello" * 3)})
    return [first, record(2, "continuation", fields=two), record(3, "continuation", fields=three)]


def bad() -> Iterator[Case]:
    yield from _bad_files()
    yield from _bad_members()
    yield from _bad_frames()
    yield from _bad_fields()
    yield from _bad_values()
    yield from _bad_digests()
    yield from _bad_relations()
    yield from _bad_own()


def _bad_files() -> Iterator[Case]:
    two = record(1) + record(2)
    yield Case(id="empty", data=b"", codes=("W-01-empty-file",))
    yield Case(id="text", data=b"Dear reader,\n", name="a.warc", codes=("W-02-not-warc",))
    yield Case(id="text-named-gz", data=b"Dear reader,\n", codes=("W-02-not-warc",))
    yield Case(id="text-before", data=b"Hello\n" + two, name="a.warc", codes=("W-02-not-warc",))
    yield Case(id="first-magic-broken", data=b"\x1e" + packed(record(1), record(2))[1:], codes=("W-02-not-warc",))
    yield Case(id="plain-cut-in-block", data=two[:-6], name="a.warc", codes=("W-03-cut-off",))
    yield Case(id="plain-cut-in-end", data=two[:-2], name="a.warc", codes=("W-03-cut-off",))
    yield Case(id="plain-cut-in-head", data=two[:-80], name="a.warc", codes=("W-03-cut-off",))
    yield Case(id="plain-cut-in-version", data=two + b"WAR", name="a.warc", codes=("W-03-cut-off",))
    yield Case(id="cut-in-member", data=packed(record(1), record(2))[:-20], codes=("W-03-cut-off",))
    yield Case(id="cut-in-trailer", data=packed(record(1), record(2))[:-3], codes=("W-03-cut-off",))
    yield Case(id="cut-in-gzip-header", data=packed(record(1)) + b"\x1f\x8b\x08\0", codes=("W-03-cut-off",))
    yield Case(id="cut-after-gzip-header", data=packed(record(1)) + member(b"")[:10], codes=("W-03-cut-off",))
    yield Case(id="cut-in-gzip-name", data=member(record(1), 8, b"name\0")[:12], codes=("W-03-cut-off",))
    yield Case(id="trailing", data=packed(record(1)) + b"\0" * 99, codes=("W-04-trailing-bytes",))
    yield Case(id="plain-trailing", data=two + b"garbage", name="a.warc", codes=("W-04-trailing-bytes",))
    yield Case(id="between", data=packed(record(1)) + b"garbage" + packed(record(2)), codes=("W-05-lost-bytes",))
    between = record(1) + b"garbage\r\n" + record(2)
    yield Case(id="plain-between", data=between, name="a.warc", codes=("W-05-lost-bytes",))
    many = b"".join(record(n) + b"x\r\n" for n in range(1100))
    codes = ("W-05-lost-bytes",) * 1000 + ("W-06-too-many-breaks",)
    yield Case(id="hostile", data=many, name="a.warc", codes=codes)
    plain = record(9, "warcinfo") + record(1)
    yield Case(id="uncompressed", data=plain, name="a.warc", profile="ofrecord", codes=("W-07-not-compressed",))


def _bad_members() -> Iterator[Case]:
    one, two = member(record(1)), member(record(2))
    broken = changed(one, 10, one[10] | 6)  # block type 3 does not exist
    yield Case(id="deflate", data=broken + two, codes=("W-10-gzip-broken",))
    yield Case(id="checksum", data=changed(one, -8 + len(one), one[-8] ^ 1) + two, codes=("W-11-gzip-checksum",))
    yield Case(id="size", data=changed(one, len(one) - 1, 9) + two, codes=("W-12-gzip-size",))
    for flag in (0x20, 0x40, 0x80):
        yield Case(id=f"flag-{flag:x}", data=changed(one, 3, flag) + two, codes=("W-13-gzip-flags",))
    yield Case(id="method", data=one + changed(two, 2, 9), codes=("W-15-gzip-method",))
    start = b"\x1f\x8b\x08\2\0\0\0\0\0\xff"
    right = (zlib.crc32(start) & 0xFFFF).to_bytes(2, "little")
    yield Case(id="header-checksum-fits", data=member(record(1), header=start, extra=right))
    wrong = member(record(1), header=start, extra=b"xx")
    yield Case(id="header-checksum", data=wrong, codes=("W-16-gzip-header-checksum",))
    yield Case(id="many", data=member(record(1) + record(2) + record(3)), codes=("W-17-gzip-many-records",))
    yield Case(id="nothing", data=one + member(b"") + two, codes=("W-18-gzip-empty",))
    yield Case(id="remainder", data=member(record(1) + b"more") + two, codes=("W-20-gzip-remainder",))
    yield Case(id="other-file", data=member(b"a letter") + two, codes=("W-39-not-a-record",))
    stored = b"".join(warc.stored_chunks(record(2), []))
    yield Case(id="own-padding", data=own(record(1)) + changed(stored, 10, 0x11), profile="ofrecord",
               codes=("W-20-gzip-remainder", "W-19-gzip-other-bytes")[::-1])  # fmt: skip
    for place in (4, 8, 9):
        data = own(record(1))
        case = changed(data, place, data[place] ^ 1)
        codes = ("W-14-gzip-header",)
        yield Case(id=f"own-header-{place}", data=case, profile="ofrecord", codes=codes + ("W-19-gzip-other-bytes",))
    others = warc.packed(record(9, "warcinfo")) + _unlike(record(1)) + _unlike(record(2))
    codes = ("W-21-gzip-other-packer",)
    yield Case(id="own-other-packer", data=others, profile="ofrecord", codes=codes)
    one_other = own(record(1), record(2)) + _unlike(record(3))
    yield Case(id="own-other-bytes", data=one_other, profile="ofrecord", codes=("W-19-gzip-other-bytes",))


def _unlike(content: bytes) -> bytes:
    """A member as another compressor would write it, under our own header."""
    return member(content, header=warc.GZIP_HEADER)


def _bad_frames() -> Iterator[Case]:
    version = record(version=b"WARC/0.18")
    yield Case(id="version", data=packed(version), codes=("W-30-version",))
    for line in (b"no colon\r\n", b"bad name: x\r\n", b"X-Note: a\x07b\r\n", b"X-Note: \xff\xfe\r\n", b": x\r\n"):
        yield Case(id=f"line-{line!r}", data=packed(record(extra=line)), codes=("W-31-header-line",))
    large = record(extra=b"X-Note: " + b"x" * 65536 + b"\r\n")
    yield Case(id="large-header", data=packed(large, record(2)), codes=("W-32-header-too-large",))
    yield Case(id="plain-large", data=large + record(2), name="a.warc", codes=("W-32-header-too-large",))
    head = record(1).split(END)[0]
    codes = ("W-33-header-end",)
    yield Case(id="no-header-end", data=packed(head, record(2)), codes=codes)
    bare = record(1).replace(b"\r\n", b"\n", 3)
    yield Case(id="line-ends", data=packed(bare), codes=("W-34-line-ends",))
    for text in ("five", "-5", "5.0", "+5", "0x5"):
        case = packed(record(fields={"Content-Length": text}), record(2))
        yield Case(id=f"length-{text}", data=case, codes=("W-36-length-form",))
    for text in ("6", "7", "9"):  # what follows could be a record's beginning or its missing end: the digest tells
        case = packed(record(fields={"Content-Length": text}), record(2))
        yield Case(id=f"length-{text}", data=case, codes=("W-38-record-end", "W-50-block-digest"))
    for text in ("4", "12", "999999999"):
        wrong = record(fields={"Content-Length": text, "WARC-Block-Digest": None})
        yield Case(id=f"length-{text}", data=packed(wrong, record(2)), codes=("W-37-length-wrong",))
        yield Case(id=f"plain-{text}", data=wrong + record(2), name="a.warc", codes=("W-37-length-wrong",))
    for end in (b"", b"\r\n", b"\n\n", b"\n"):
        case = record(end=end)
        yield Case(id=f"end-{end!r}", data=packed(case, record(2)), codes=("W-38-record-end",))
        yield Case(id=f"plain-end-{end!r}", data=case + record(2), name="a.warc", codes=("W-38-record-end",))


def _bad_fields() -> Iterator[Case]:
    for name in ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length"):
        yield Case(id=f"no-{name}", data=packed(record(fields={name: None})), codes=("W-40-field-missing",))
    yield Case(id="empty-id", data=packed(record(fields={"WARC-Record-ID": ""})), codes=("W-40-field-missing",))
    required = ("W-41-field-required",)
    for kind in ("response", "resource", "request", "conversion"):
        case = packed(record(kind=kind, fields={"WARC-Target-URI": None}))
        yield Case(id=f"target-{kind}", data=case, codes=required)
    yield Case(id="no-profile", data=packed(record(kind="revisit")), codes=required)
    elsewhere = "W-59-segment-elsewhere"
    no_number = record(kind="continuation", fields={"WARC-Segment-Origin-ID": uuid(7)})
    yield Case(id="no-number", data=packed(no_number), codes=tuple(sorted([*required, elsewhere])))
    forbidden = [
        ("warcinfo", "WARC-Target-URI", "http://example.org/"),
        ("warcinfo", "WARC-Warcinfo-ID", uuid(1)),
        ("warcinfo", "WARC-Payload-Digest", sha1(b"hello")),
        ("metadata", "WARC-Payload-Digest", sha1(b"hello")),
        ("metadata", "WARC-Identified-Payload-Type", "text/plain"),
        ("resource", "WARC-Filename", "x.warc"),
        ("resource", "WARC-Profile", REVISIT),
        ("resource", "WARC-Segment-Origin-ID", uuid(1)),
        ("resource", "WARC-Segment-Total-Length", "5"),
        ("conversion", "WARC-IP-Address", "192.0.2.1"),
    ]
    forbidden += [(kind, "WARC-Refers-To", uuid(2)) for kind in ("warcinfo", "response", "resource", "request")]
    forbidden += [(kind, "WARC-Concurrent-To", uuid(2)) for kind in ("warcinfo", "conversion")]
    for kind, name, value in forbidden:
        case = packed(record(1, kind, fields={name: value}), record(2))
        yield Case(id=f"{name}-on-{kind}", data=case, codes=("W-42-field-forbidden",))
    for line in (f"WARC-Date: {DATE}", "warc-target-uri: http://example.org/", "X-Note: a\r\nX-Note: a"):
        case = packed(record(extra=line.encode() + b"\r\n"))
        yield Case(id=f"twice-{line[:12]}", data=case, codes=("W-43-field-twice",))
    yield Case(id="type", data=packed(record(kind="letter")), codes=("W-44-type-unknown",))


def _bad_values() -> Iterator[Case]:
    dates = (
        "yesterday", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05+01:00", "2026-02-30T00:00:00Z",
        "2026-01-02T25:00:00Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.1234567891Z", "2026-13-01T00:00:00Z",
        "2026-01-02 03:04:05Z", "20260102030405", "2026-01-02T03:60:05Z",
    )  # fmt: skip
    for date in dates:
        version = b"WARC/1.0" if date == "2026-01-02" else b"WARC/1.1"
        case = packed(record(version=version, fields={"WARC-Date": date}))
        yield Case(id=f"date-{date}", data=case, codes=("W-45-date",))
    fraction = packed(record(version=b"WARC/1.0"))
    yield Case(id="fraction-in-1.0", data=fraction, codes=("W-45-date",))
    for text in ("urn:uuid:1", "<urn:uuid:1", "<no scheme>", "<1>", "<urn:uu id:1>"):
        yield Case(id=f"id-{text}", data=packed(record(fields={"WARC-Record-ID": text})), codes=("W-46-record-id",))
    yield Case(id="id-twice", data=packed(record(1), record(1)), codes=("W-47-record-id-twice",))
    for text in ("<http://example.org/>", "example.org", "http://example.org/a b", "/path"):
        yield Case(id=f"uri-{text}", data=packed(record(fields={"WARC-Target-URI": text})), codes=("W-48-target-uri",))
    yield Case(id="media-type", data=packed(record(fields={"Content-Type": "plain"})), codes=("W-54-content-type",))
    yield Case(id="no-media-type", data=packed(record(fields={"Content-Type": None})), codes=("W-55-no-content-type",))
    for text, code in (("", "W-56-truncated-form"), ("too long", "W-56-truncated-form"), ("time", "W-57-truncated")):
        yield Case(id=f"truncated-{text}", data=packed(record(fields={"WARC-Truncated": text})), codes=(code,))
    for text in ("example.org", "1.2.3", "1.2.3.4:80", "256.1.1.1"):
        yield Case(id=f"ip-{text}", data=packed(record(fields={"WARC-IP-Address": text})), codes=("W-63-ip-address",))


def _bad_digests() -> Iterator[Case]:
    for text in ("sha256", "sha256:", ":abc", "sha256:abc", "sha1:" + "1" * 32, "sha256:" + "g" * 64, "sha 1:abc"):
        case = packed(record(fields={"WARC-Block-Digest": text}))
        yield Case(id=f"form-{text[:12]}", data=case, codes=("W-49-digest-form",))
    for digest in (sha256(b"other"), sha1(b"other"), "md5:" + hashlib.md5(b"other").hexdigest()):
        case = packed(record(fields={"WARC-Block-Digest": digest}))
        yield Case(id=f"block-{digest[:6]}", data=case, codes=("W-50-block-digest",))
        case = record(fields={"WARC-Payload-Digest": digest})
        yield Case(id=f"payload-{digest[:6]}", data=case, name="a.warc", codes=("W-51-payload-digest",))
    for block in (HTTP + b"body", CHUNKED, CHUNKED[:-9], HTTP + b"zz\r\n"):
        case = packed(http(block=block, payload=sha1(b"other")))
        yield Case(id=f"http-{block[-5:]!r}", data=case, codes=("W-51-payload-digest",))
    yield Case(
        id="algorithm", data=packed(record(fields={"WARC-Block-Digest": "crc:1"})), codes=("W-52-digest-unknown",)
    )
    padded = "sha256:" + base64.b32encode(hashlib.sha256(b"hello").digest()).decode()
    yield Case(id="padding", data=packed(record(fields={"WARC-Block-Digest": padded})), codes=("W-53-digest-padding",))
    yield Case(id="no-http", data=packed(http(block=b"no", payload=sha1(b"no"))), codes=("W-66-payload-unread",))


def _bad_relations() -> Iterator[Case]:
    segment = ("W-58-segment",)
    yield Case(id="segment-number", data=packed(*_segments({"WARC-Segment-Number": "4"})), codes=segment)
    yield Case(id="segment-zero", data=packed(record(fields={"WARC-Segment-Number": "0"})), codes=segment)
    yield Case(id="segment-uri", data=packed(*_segments({"WARC-Target-URI": "http://other.org/"})), codes=segment)
    total = packed(*_segments(third={"WARC-Segment-Total-Length": "16"}))
    yield Case(id="segment-total", data=total, codes=segment)
    yield Case(id="segment-form", data=packed(*_segments(third={"WARC-Segment-Total-Length": "x"})), codes=segment * 2)
    yield Case(id="segment-first", data=packed(_segments()[0]), codes=("W-59-segment-elsewhere",))
    yield Case(id="segment-last", data=packed(_segments()[2]), codes=("W-59-segment-elsewhere",))
    profile: dict[str, str | None] = {"WARC-Profile": REVISIT, "WARC-Refers-To": uuid(1)}
    no_digest = record(2, "revisit", b"", profile)
    yield Case(id="revisit-digest", data=packed(record(1), no_digest), codes=("W-60-revisit-digest",))
    not_modified: dict[str, str | None] = {
        "WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/server-not-modified"
    }
    yield Case(
        id="revisit-refers", data=packed(record(2, "revisit", b"", not_modified)), codes=("W-61-revisit-refers",)
    )
    unknown = record(2, "revisit", b"", {**profile, "WARC-Profile": "http://example.org/mine"})
    yield Case(id="revisit-profile", data=packed(record(1), unknown), codes=("W-62-revisit-profile",))
    elsewhere = ("W-64-refers-elsewhere",)
    yield Case(id="refers", data=packed(record(1, "metadata", fields={"WARC-Refers-To": uuid(5)})), codes=elsewhere)
    yield Case(id="concurrent", data=packed(record(1, fields={"WARC-Concurrent-To": uuid(5)})), codes=elsewhere)
    yield Case(id="warcinfo", data=packed(record(1, fields={"WARC-Warcinfo-ID": uuid(5)})), codes=elsewhere)
    later, first = record(2, fields={"WARC-Date": "2027-01-01T00:00:00Z"}), {"WARC-Concurrent-To": uuid(2)}
    date = ("W-65-concurrent-date",)
    yield Case(id="date-forwards", data=packed(record(1, fields={**first}), later), codes=date)
    yield Case(id="date-backwards", data=packed(later, record(1, fields={**first})), codes=date)


def _bad_own() -> Iterator[Case]:
    def case(id: str, data: bytes, *codes: str, name: str = "test.warc.gz") -> Case:
        return Case(id=f"own-{id}", data=data, codes=codes, name=name, profile="ofrecord")

    yield case("no-digest", own(record(fields={"WARC-Block-Digest": None})), "W-70-own-digest")
    yield case("sha1", own(record(fields={"WARC-Block-Digest": sha1(b"hello")})), "W-70-own-digest")
    upper = "sha256:" + hashlib.sha256(b"hello").hexdigest().upper()
    yield case("upper", own(record(fields={"WARC-Block-Digest": upper})), "W-70-own-digest")
    yield case("no-warcinfo", own(record(1), info=False), "W-71-own-warcinfo")
    yield case("date", own(record(fields={"WARC-Date": "2026-01-02T03:04:05Z"})), "W-72-own-header")
    yield case("id", own(record(fields={"WARC-Record-ID": "<urn:x:1>"})), "W-72-own-header")
    yield case("zeros", own(record(fields={"Content-Length": "05"})), "W-72-own-header")
    old = record(version=b"WARC/1.0", fields={"WARC-Date": "2026-01-02T03:04:05Z"})
    yield case("1.0", own(old), "W-72-own-header", "W-72-own-header")
    sha = hashlib.sha256(b"hello").hexdigest()
    uri = {"WARC-Target-URI": f"urn:ofrecord:0123456789ab:media:{sha}"}
    yield case("media-good", own(record(fields={**uri})), name=f"{sha}.warc.gz")
    yield case("media-gone", own(), "W-73-own-media", name=f"{sha}.warc.gz")
    yield case("media-other", own(record()), "W-73-own-media", name=f"{sha}.warc.gz")
    raw: dict[str, str | None] = {"WARC-Target-URI": "urn:ofrecord:0123456789ab:R1:v1:raw"}
    yield case("pair", own(record(1, fields=raw)), "W-74-own-pair")
    normal = record(2, "conversion", fields={"WARC-Refers-To": uuid(1)})
    yield case("pair-good", own(record(1, fields=raw), normal))
