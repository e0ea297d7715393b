import gzip
import hashlib
import io
import random
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import brotli
import pytest

from archiver import warc_frames
from archiver.platforms.reader import Slice
from archiver.warc_frames import begins_a_record, frames
from archiver.warc_import import Foreign, exchanges

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PAGE = b"<html><title>Snow</title><p>Maple Falls plows at six.</html>"


def record(
    kind: str = "response", uri: str = "https://maplefalls.example/", block: bytes = b"", length: int | None = None,
    extra: str = "", drop: str = "", ends: bytes = b"\r\n\r\n", date: str = "2025-03-01T12:00:00Z",
) -> bytes:  # fmt: skip
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        "WARC-Record-ID: <urn:uuid:00000000-0000-8000-8000-000000000001>",
        f"WARC-Date: {date}",
        f"WARC-Target-URI: {uri}",
        f"WARC-Block-Digest: sha256:{hashlib.sha256(block).hexdigest()}",
        f"Content-Length: {len(block) if length is None else length}",
    ]
    lines = [line for line in lines if not drop or not line.startswith(drop)]
    return "\r\n".join([*lines, *([extra] if extra else [])]).encode() + b"\r\n\r\n" + block + ends


def answer(body: bytes = PAGE, status: str = "200 OK", headers: str = "Content-Type: text/html") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body


def page(number: int, **changed: object) -> bytes:
    return record(uri=f"https://maplefalls.example/{number}", block=answer(PAGE + str(number).encode()), **changed)  # type: ignore[arg-type]


def read(data: bytes) -> list[Foreign]:
    return list(exchanges(lambda: io.BytesIO(data), "a.warc"))


def told(found: list[Foreign]) -> list[str]:
    return [item.fault.split(":")[0] or item.uri.rsplit("/", 1)[1] for item in found]


def packed(*records: bytes) -> bytes:
    return b"".join(gzip.compress(part, mtime=0) for part in records)


WAYS: dict[str, Callable[..., bytes]] = {"plain": lambda *r: b"".join(r), "gzip": packed}


@pytest.mark.parametrize("way", WAYS)
def test_whole_files_read_whole(way: str) -> None:
    found = read(WAYS[way](page(1), page(2), page(3)))
    assert told(found) == ["1", "2", "3"]
    assert [b"".join(item.body.content()) for item in found if item.body] == [PAGE + d for d in (b"1", b"2", b"3")]
    assert all(not item.flags and not item.repairs for item in found)
    assert found[0].raw == page(1)[:-4] and found[0].as_of == "2025-03-01T12:00:00.000Z"
    assert (found[0].status, found[0].media_type) == (200, "text/html")


def test_one_gzip_member_around_everything_is_read_too() -> None:
    assert told(read(gzip.compress(page(1) + page(2) + page(3)))) == ["1", "2", "3"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (page(2, length=40), "wrong-length"),
        (page(2, length=4000), "wrong-length"),
        (page(2, length=3_000_000_000), "wrong-length"),
        (page(2, drop="Content-Length"), "missing-field"),
        (page(2, drop="WARC-Type"), "missing-field"),
        (page(2, drop="WARC-Date"), "missing-field"),
        (page(2, drop="WARC-Record-ID"), "missing-field"),
        (page(2, drop="WARC-Target-URI"), "missing-field"),
        (page(2, date="yesterday"), "unreadable-date"),
        (page(2, date="2025-02-31T00:00:00Z"), "unreadable-date"),
        (page(2, extra="no colon here"), "broken-header"),
        (page(2, extra="Content-Length: 7"), "wrong-length"),
        (page(2, extra="WARC-Target-URI: https://evil.example/"), "repeated-field"),
        (page(2, extra="X-Filler: " + "x" * 70_000), "header-too-large"),
        (record(uri="https://maplefalls.example/\r\n /2", block=answer()), "control-in-address"),
        (record(uri="https://maplefalls.example/\x07", block=answer()), "control-in-address"),
        (record(uri="https://maplefalls.example/\rX: 1", block=answer()), "control-in-address"),
        (b"This is no record at all.\r\n\r\n", "not-a-record"),
    ],
)  # fmt: skip
def test_a_damaged_record_is_named_and_its_neighbours_are_read(way: str, bad: bytes, reason: str) -> None:
    found = read(WAYS[way](page(1), bad, page(3)))
    if way == "gzip" and reason == "wrong-length":
        assert told(found)[1] in ("wrong-length", "cut-off")
    else:
        assert told(found)[1] == reason
    assert [told(found)[0], told(found)[-1]] == ["1", "3"] and not {"1", "2", "3"} & set(told(found)[1:-1])


def test_every_byte_of_a_damaged_stretch_can_be_found_again() -> None:
    data = page(1) + page(2, length=4000) + page(3)
    raw = read(data)[1].raw
    assert isinstance(raw, Slice)
    assert data[raw.offset : raw.offset + raw.length] == page(2, length=4000)


@pytest.mark.parametrize("way", WAYS)
def test_a_cut_off_file_gives_its_whole_records_and_one_damage(way: str) -> None:
    parts = [page(1), page(2), page(3)]
    data = WAYS[way](*parts)
    whole = [len(WAYS[way](*parts[:count])) for count in (1, 2, 3)]
    for cut in range(1, len(data)):
        found = read(data[:cut])
        good = [item for item in found if not item.fault]
        expected = sum(end <= cut + (4 if way == "plain" else 0) for end in whole)
        assert len(good) == expected, f"cut at {cut}"
        assert len(found) - len(good) <= 1
        if way == "plain" and cut in (whole[2] - 1, whole[2] - 4):
            assert found[-1].repairs in ((), ("no-record-end",))


def test_no_flipped_byte_of_a_compressed_record_goes_unseen() -> None:
    data, chance = packed(page(1), page(2), page(3)), random.Random(7)
    second = (len(packed(page(1))), len(packed(page(1), page(2))))
    for _ in range(300):
        place = chance.randrange(second[0] + 10, second[1])
        broken = bytearray(data)
        broken[place] ^= 1 << chance.randrange(8)
        found = read(bytes(broken))
        assert told(found)[0] == "1" and told(found)[-1] == "3"
        assert told(found)[1] in ("broken-compression", "cut-off"), f"byte {place}"


def test_a_flipped_byte_of_a_plain_block_is_flagged() -> None:
    data = bytearray(page(1) + page(2))
    data[data.index(b"plows")] ^= 1
    assert [item.flags for item in read(bytes(data))] == [("digest-mismatch",), ()]


def payload_digest(value: str) -> str:
    return f"WARC-Payload-Digest: {value}"


def base32(name: str, data: bytes) -> str:
    import base64

    return base64.b32encode(hashlib.new(name, data).digest()).decode()


def test_payload_digests_in_every_spelling() -> None:
    chunked = b"5\r\nMaple\r\n6\r\n Falls\r\n0\r\n\r\n"
    cases = [
        (PAGE, "", payload_digest("sha1:" + base32("sha1", PAGE)), (), ()),
        (PAGE, "", payload_digest("sha256:" + hashlib.sha256(PAGE).hexdigest().upper()), (), ()),
        (PAGE, "", payload_digest("sha-256:" + base32("sha256", PAGE).rstrip("=")), (), ()),
        (PAGE, "", payload_digest("md5:" + hashlib.md5(PAGE).hexdigest()), (), ()),
        (PAGE, "", payload_digest("sha1:" + base32("sha1", b"other")), ("digest-mismatch",), ()),
        (PAGE, "", payload_digest("crc32:00"), ("digest-unchecked",), ()),
        (chunked, "Transfer-Encoding: chunked", payload_digest("sha1:" + base32("sha1", b"Maple Falls")), (), ()),
        (chunked, "Transfer-Encoding: chunked", payload_digest("sha1:" + base32("sha1", chunked)), (),
         ("payload-digest-of-chunked-form",)),
    ]  # fmt: skip
    for body, header, digest, flags, repairs in cases:
        block = answer(body, headers=header or "Content-Type: text/plain")
        (found,) = read(record(block=block, extra=digest))
        assert (found.flags, found.repairs) == (flags, repairs), digest


@pytest.mark.parametrize(
    ("headers", "body", "content", "flags"),
    [
        ("Content-Encoding: gzip", gzip.compress(PAGE), PAGE, ()),
        ("Content-Encoding: deflate", zlib.compress(PAGE), PAGE, ()),
        ("Content-Encoding: deflate", zlib.compress(PAGE)[2:-4], PAGE, ()),
        ("Content-Encoding: gzip", PAGE, PAGE, ()),
        ("Content-Encoding: gzip", gzip.compress(PAGE)[:-9], None, ("body-cut-off",)),
        ("Content-Encoding: br", brotli.compress(PAGE), PAGE, ()),
        ("Content-Encoding: br", PAGE, PAGE, ()),
        ("Content-Encoding: br", b'{"text": "as a crawler kept it, decoded"}',
         b'{"text": "as a crawler kept it, decoded"}', ()),
        ("Content-Encoding: br", brotli.compress(PAGE * 400, quality=5)[:-3], None, ("body-cut-off",)),
        ("Transfer-Encoding: chunked\r\nContent-Encoding: br",
         b"%x\r\n%s\r\n0\r\n\r\n" % (len(brotli.compress(PAGE)), brotli.compress(PAGE)), PAGE, ()),
        ("Content-Encoding: sdch", PAGE, PAGE, ("coding-unread: sdch",)),
        ("Transfer-Encoding: chunked", b"5;x=1\r\nMaple\r\n0\r\n\r\n", b"Maple", ()),
        ("Transfer-Encoding: chunked", PAGE, PAGE, ()),
        ("Transfer-Encoding: chunked", b"5\r\nMaple\r\nzz\r\n", b"Maple", ("wrong-chunks",)),
        ("Transfer-Encoding: chunked", b"5\r\nMapleXX5\r\nFalls\r\n", b"Maple", ("wrong-chunks",)),
        ("Transfer-Encoding: chunked", b"FF\r\nMaple", b"Maple", ("body-cut-off",)),
        ("Transfer-Encoding: chunked\r\nContent-Encoding: gzip",
         b"%x\r\n%s\r\n0\r\n\r\n" % (len(gzip.compress(PAGE, mtime=0)), gzip.compress(PAGE, mtime=0)), PAGE, ()),
    ],
)  # fmt: skip
def test_bodies_lose_their_codings(headers: str, body: bytes, content: bytes | None, flags: tuple[str, ...]) -> None:
    (found,) = read(record(block=answer(body, headers=headers)))
    assert found.body is not None and found.flags == flags
    assert content is None or b"".join(found.body.content()) == content
    assert found.body.open().read() == b"".join(found.body.content())


def test_a_gzip_bomb_is_refused_without_unpacking_it_and_the_rest_is_read() -> None:
    bomb = gzip.compress(record(block=answer(bytes(64 << 20))), 9)
    tracemalloc.start()
    assert told(read(packed(page(1)) + bomb + packed(page(3)))) == ["1", "gzip-bomb", "3"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 << 20


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("br", partial(brotli.compress, quality=5))])
def test_a_bomb_in_a_coded_body_is_flagged(coding: str, pack: Callable[[bytes], bytes]) -> None:
    block = answer(pack(bytes(64 << 20)), headers=f"Content-Encoding: {coding}")
    (found,) = read(record(block=block))
    assert found.flags == ("body-bomb",)


def test_a_long_brotli_body_is_read_in_steps() -> None:
    page = random.Random(7).randbytes(3 << 20) + b"Maple Falls " * 300_000
    (found,) = read(record(block=answer(brotli.compress(page, quality=4), headers="Content-Encoding: br")))
    assert found.body is not None and found.flags == ()
    pieces = list(found.body.content())
    assert b"".join(pieces) == page and max(map(len, pieces)) < 2 << 20


@pytest.mark.parametrize("way", WAYS)
def test_a_large_film_is_never_held_in_memory(way: str, tmp_path: Path) -> None:
    film = random.Random(3).randbytes(1 << 20) * 40
    path = tmp_path / "film.warc"
    path.write_bytes(WAYS[way](page(1), record(block=answer(film, headers="Content-Type: video/mp4")), page(3)))
    digest = hashlib.sha256(film).hexdigest()
    del film
    tracemalloc.start()
    found = list(exchanges(lambda: path.open("rb"), "film.warc"))
    body = found[1].body
    assert body is not None
    running = hashlib.sha256()
    for piece in body.content():
        running.update(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [item.flags for item in found] == [(), (), ()] and running.hexdigest() == digest
    assert peak < 8 << 20
    raw = found[1].raw
    assert isinstance(raw, Slice)
    stored = path.read_bytes()[raw.offset : raw.offset + raw.length]
    kept = stored if way == "plain" else gzip.decompress(stored)
    assert found[1].raw_type == ("application/warc" if way == "plain" else "application/gzip")
    assert kept.startswith(b"WARC/1.1") and kept.endswith(b"\r\n\r\n" if way == "gzip" else kept[-4:])


class _Endless(io.RawIOBase):
    """A record of three billion zeros that is nowhere stored."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self.head, self.tail, self.place, self.end = head, tail, 0, len(head) + size
        self.zeros = bytes(4 << 20)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        size = max(size, 4 << 20)
        if self.place < len(self.head):
            data = self.head[self.place :]
        elif self.place < self.end:
            data = self.zeros[: min(size, self.end - self.place)]
        else:
            data = self.tail[self.place - self.end :]
        self.place += len(data)
        return data


def test_a_record_over_two_gibibytes_is_refused_and_the_next_is_read() -> None:
    size = 2**31 + 10
    head = record(length=size, ends=b"")
    opening: Callable[[], BinaryIO] = lambda: _Endless(head, size, b"\r\n\r\n" + page(3))  # type: ignore[return-value]  # noqa: E731
    assert told(list(exchanges(opening, "huge.warc"))) == ["too-large", "3"]


def test_a_hostile_file_of_nothing_but_damage_ends() -> None:
    found = read((b"\x1f\x8b\x08" + b"\0" * 20) * 20_000)
    assert len(found) == 1 and found[0].fault.startswith("broken-compression")
    many = read(packed(*[b"no record"] * 3000, page(1)))
    assert len(many) == warc_frames.MOST_FAULTS + 1 and many[-1].fault == "too-many-faults"


class _Forward(io.RawIOBase):
    """A stream that cannot go back, as in a zip; `opened` counts how often it was begun again."""

    opened = 0

    def __init__(self, data: bytes) -> None:
        self.stream = io.BytesIO(data)
        _Forward.opened += 1

    def read(self, size: int = -1) -> bytes:
        return self.stream.read(size)


def test_damage_in_a_stream_that_cannot_go_back_reads_the_same_and_does_not_begin_again() -> None:
    parts = [page(1), page(2, length=4000), b"no record", page(3), page(4, length=40), page(5)]
    for data in (b"".join(parts), packed(*parts), packed(*parts)[:-9], gzip.compress(b"".join(parts))):
        _Forward.opened = 0
        opening: Callable[[], BinaryIO] = lambda data=data: _Forward(data)  # type: ignore[misc,return-value]  # noqa: E731
        found = list(exchanges(opening, "a.warc"))
        assert [(item.place, item.fault, item.uri) for item in found] == [
            (item.place, item.fault, item.uri) for item in read(data)
        ]
        assert _Forward.opened <= 1
    film = record(block=answer(bytes(range(256)) * (80 << 10), headers="Content-Type: video/mp4"))
    data = page(1) + film + page(3)
    found = list(exchanges(lambda: _Forward(data), "a.warc"))  # type: ignore[arg-type,return-value]
    assert told(found)[0] == "1" and told(found)[2] == "3" and not found[1].flags


def test_arc_files_are_read() -> None:
    body = answer()
    intro = b"1 0 Maple Falls\nURL IP-address Archive-date Content-type Archive-length\n\n"
    data = b"filedesc://a.arc 127.0.0.1 20140216050221 text/plain %d\n%s\n" % (len(intro), intro)
    data += b"http://maplefalls.example/ 203.0.113.1 20140216050221 text/html %d\n%s\n" % (len(body), body)
    for found in (read(data), read(gzip.compress(data))):
        assert [(item.type, item.status, item.fault) for item in found] == [("warcinfo", 0, ""), ("response", 200, "")]
        assert (found[1].uri, found[1].as_of) == ("http://maplefalls.example/", "2014-02-16T05:02:21.000Z")


def test_credentials_of_requests_are_named_and_never_kept() -> None:
    block = b"GET / HTTP/1.1\r\nAuthorization: Bearer abc123secret\r\nCookie: s=abc123secret\r\n\r\n"
    (found,) = read(record(kind="request", block=block))
    assert found.secrets == ("authorization", "cookie")
    assert "abc123secret" not in repr((found.secrets, found.place, found.flags, found.uri, found.raw))


def test_form_is_forgiven_and_said() -> None:
    (found,) = read(record(uri="<https://maplefalls.example/a b>", block=answer()))
    assert found.uri == "https://maplefalls.example/a b" and found.repairs == ("address-mended",)
    feeds = page(1).split(b"\r\n\r\n")[0].replace(b"\r\n", b"\n") + b"\n\n" + answer(PAGE + b"1") + b"\n\n"
    assert told(read(feeds + page(2))) == ["1", "2"]
    assert told(read(b"\r\n\r\n" + page(1) + b"\0" * 512)) == ["1"]
    assert read(page(1, date="2025"))[0].as_of == "2025-01-01T00:00:00.000Z"
    assert read(page(1, date="2025-03-01T12:00:00.123456789Z"))[0].as_of == "2025-03-01T12:00:00.123Z"


def test_what_looks_like_a_web_archive() -> None:
    assert begins_a_record(page(1)[:200]) and begins_a_record(packed(page(1))[:4096])
    assert not begins_a_record(b"") and not begins_a_record(b"\x1f\x8b\x08 nonsense")
    assert not begins_a_record(gzip.compress(b"{}")) and not begins_a_record(b'{"WARC/1.0": 1}')


@pytest.mark.skipif(not SHARED.exists(), reason="the sample files are not beside the checkout")
def test_frames_agree_with_warcio_on_every_sample() -> None:
    from warcio.archiveiterator import ArchiveIterator

    files = [
        path
        for path in sorted([*SHARED.glob("warc/**/*arc"), *SHARED.glob("warc/**/*arc.gz"), *SHARED.glob("wacz/*arc*")])
        if path.is_file()
    ]
    assert len(files) > 20
    for path in files:
        with path.open("rb") as stream:
            kinds = [part.rec_type for part in ArchiveIterator(stream, arc2warc=True)]
        opening: Callable[[], BinaryIO] = lambda path=path: path.open("rb")  # type: ignore[misc]  # noqa: E731
        assert [item.type for item in exchanges(opening, path.name)] == kinds, path.name
        assert all(not frame.fault for frame in frames(opening)), path.name
