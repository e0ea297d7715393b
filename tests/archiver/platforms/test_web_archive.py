import gzip
import hashlib
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import BinaryIO

import pytest

from archiver.normalized import content_bytes, content_of
from archiver.package import open_package
from archiver.platforms.reader import Item, Unread
from archiver.platforms.web_archive import WebArchive, address_of, without_secrets
from custody.account import Account
from custody.errors import InputError
from custody.ids import AccountId
from custody.record import Kind
from tests.archiver.platforms.test_ofrecord_jsonl import Members, folder
from tests.archiver.test_warc_import import PAGE, answer, packed, page, record

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
EXAMPLES = Path(__file__).parent / "examples" / "web_archive"
ACCOUNT = Account(id=AccountId(1), platform="web", handle="maplefalls.example")
URI = "https://maplefalls.example/"


class Zipped(Members):
    """A zip or a single file on disk."""

    def __init__(self, path: Path) -> None:
        self.name, self.path = path.name, path
        self.zip = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None

    def members(self) -> tuple[str, ...]:
        return tuple(self.zip.namelist()) if self.zip else (self.path.name,)

    def open(self, member: str) -> BinaryIO:
        return self.zip.open(member) if self.zip else self.path.open("rb")  # type: ignore[return-value]

    def size(self, member: str) -> int:
        return self.zip.getinfo(member).file_size if self.zip else self.path.stat().st_size

    def close(self) -> None:
        if self.zip:
            self.zip.close()


def read(*records: bytes, **members: bytes) -> list[Item]:
    package = Members(**(members or {"a.warc": b"".join(records)}))
    return [item for item in WebArchive().read(package, ACCOUNT, False) if isinstance(item, Item)]


def outcome(item: Item) -> str:
    return item.excluded or item.quarantined or (item.content.kind.value if item.content else "")


def test_a_page_becomes_a_record_under_its_address() -> None:
    body = (
        b'<html lang="en"><head><title> Snow \n removal </title><meta property="article:published_time" '
        b'content="2025-02-27T08:00:00-06:00"><script>var hidden = 1</script></head>'
        b'<p>Plows roll at <b>six</b>.</p><a href="/map#north">Map</a><a href="mailto:x@y.example">Mail</a></html>'
    )
    (item,) = read(record(block=answer(body)))
    content = item.content
    assert content is not None and item.as_of == "2025-03-01T12:00:00.000Z"
    assert (content.platform, content.object_id, content.kind) == ("web", URI, Kind.PAGE)
    assert content.title == "Snow removal" and content.lang == "en" and content.links == (URI + "map",)
    assert "Plows roll at six" in " ".join(content.text.split()) and "hidden" not in content.text
    assert content.created_at is not None and content.created_at.isoformat() == "2025-02-27T14:00:00+00:00"
    assert content.created_at_raw == "2025-02-27T08:00:00-06:00"
    assert item.raw == record(block=answer(body))[:-4] and item.raw_type == "application/warc"


def test_the_day_of_capture_is_no_part_of_the_content() -> None:
    first, again = read(page(1), page(1, date="2025-06-01T00:00:00Z"))
    assert first.content is not None and first.content == again.content and first.as_of < again.as_of
    assert first.content.created_at is None and first.content.created_at_raw == ""


def test_pictures_and_files_are_media_with_their_own_bytes() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    (item,) = read(record(uri=URI + "a%20b.png?s=1", block=answer(gzip.compress(picture), headers="Content-Type: "
        "image/png\r\nContent-Encoding: gzip")))  # fmt: skip
    assert item.content is not None and item.content.kind is Kind.MEDIA and item.payload is not None
    with item.payload() as stream:
        assert stream.read() == picture
    (medium,) = item.content.media
    assert (medium.kind, medium.media_type, medium.name) == ("image", "image/png", "a b.png")
    kinds = {"application/pdf": "document", "video/mp4": "video", "text/css": "file", "font/woff2": "file"}
    for media_type, kind in kinds.items():
        (other,) = read(record(block=answer(b"x" * 20, headers=f"Content-Type: {media_type}")))
        assert other.content is not None and other.content.media[0].kind == kind
    (unsaid,) = read(record(block=answer(b"%PDF-1.7 ...", headers="X: y")))
    assert unsaid.content is not None and unsaid.content.media[0].media_type == "application/pdf"


def test_json_is_said_value_by_value() -> None:
    body = json.dumps(
        {"posts": [{"text": "Snow", "likes": 3, "none": None}], "next": "https://x.example/?access_token=EAAB1"}
    )
    (item,) = read(record(block=answer(body.encode(), headers="Content-Type: application/json; charset=utf-8")))
    assert item.content is not None
    assert item.content.text == "text: Snow\nlikes: 3\nnext: https://x.example/?access_token=withheld"
    assert item.content.flags == ("secret-in-text",)


def test_what_is_no_record_is_counted_with_its_reason() -> None:
    found = read(
        record("warcinfo", block=b"software: x\r\n"),
        record("metadata", block=b"via: x\r\n"),
        record("request", block=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        record("request", block=b"GET / HTTP/1.1\r\nAuthorization: Bearer s3cr3t\r\nCookie: id=s3cr3t\r\n\r\n"),
        record("revisit", block=b"HTTP/1.1 200 OK\r\n\r\n", extra="WARC-Refers-To-Target-URI: https://maplefalls.example/a"
               "\r\nWARC-Refers-To-Date: 2025-01-01T00:00:00Z"),
        record(block=answer(b"", "301 Moved", "Location: /there")),
        record(block=answer(b"gone", "404 Not Found")),
        record(block=answer(b"oh", "503 Busy")),
        record(block=answer(b"")),
        record(uri="dns:maplefalls.example", block=b"20250301\r\nmaplefalls.example. 203.0.113.9"),
        record("conversion", block=b"plain words", extra="Content-Type: text/plain"),
        record("resource", block=PAGE, extra="Content-Type: text/html"),
    )  # fmt: skip
    assert [outcome(item) for item in found] == [
        "warcinfo", "metadata", "request", "request with credentials (not kept): authorization, cookie", "revisit",
        "redirect", "answer 404", "answer 503", "empty answer", "name lookup", "page", "page",
    ]  # fmt: skip
    assert found[4].place.endswith("the same as https://maplefalls.example/a of 2025-01-01T00:00:00Z")
    assert found[5].place.endswith("leads to /there")
    assert all(b"s3cr3t" not in (item.raw if isinstance(item.raw, bytes) else b"") for item in found)
    assert "s3cr3t" not in repr(found)
    made = found[10].content
    assert made is not None and made.object_id == f"conversion:text/plain:{URI}" and made.id_origin.value == "derived"


def test_a_damaged_record_is_quarantined_and_the_good_ones_go_in() -> None:
    found = read(page(1), page(2, length=4000), page(3, drop="WARC-Date"), page(4))
    assert [outcome(item) for item in found] == ["page", "wrong-length", "missing-field", "page"]
    (lying,) = read(page(1).replace(b"plows", b"PLOWS"))
    assert lying.content is not None and lying.content.flags == ("digest-mismatch",)


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("HTTPS://Maple.Example:443/A?b=C#d", "https://maple.example/A?b=C"),
        ("http://maple.example", "http://maple.example/"),
        ("http://maple.example:8080/", "http://maple.example:8080/"),
        ("https://ann:pw@maple.example/a b", "https://maple.example/a%20b"),
        ("https://g.example/v1?access_token=EAAB&x=1", "https://g.example/v1?access_token=withheld&x=1"),
        ("https://y.example/v3?part=a&key=AIzaSyD-1", "https://y.example/v3?part=a&key=withheld"),
        ("https://m.example/?key=main", "https://m.example/?key=main"),
        ("http://[broken/", "http://[broken/"),
        ("urn:pageinfo:x", "urn:pageinfo:x"),
    ],
)
def test_addresses(uri: str, address: str) -> None:
    assert address_of(uri) == address


def test_secrets_in_addresses_are_blotted_out_and_flagged() -> None:
    (item,) = read(record(uri=URI + "?api_key=s3cr3t&q=1", block=answer()))
    assert item.content is not None and item.content.flags == ("secret-in-address",)
    assert "s3cr3t" not in content_bytes(item.content).decode() and "s3cr3t" not in item.place
    assert without_secrets("no equals sign") == "no equals sign"


def wacz(warc: bytes, version: str = "1.1.1", **more: bytes) -> Members:
    pages = b'{"format":"json-pages-1.0"}\n{"url":"https://maplefalls.example/9","title":"Listed"}\nbroken\n'
    held = {"archive/a.warc.gz": warc, "pages/pages.jsonl": pages, "indexes/index.cdx": b"x"} | more
    listed = [
        {"path": path, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)}
        for path, data in held.items()
    ]
    listing = json.dumps({"profile": "data-package", "wacz_version": version, "resources": listed}).encode()
    seal = json.dumps({"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(listing).hexdigest()}"}).encode()
    return Members(**held | {"datapackage.json": listing, "datapackage-digest.json": seal})


def taken(package: Members) -> tuple[list[Item], dict[str, str]]:
    assert WebArchive().recognises(package)
    found = list(WebArchive().read(package, ACCOUNT, False))
    unread = {note.member: note.reason for note in found if isinstance(note, Unread)}
    return [item for item in found if isinstance(item, Item)], unread


@pytest.mark.parametrize("version", ["1.0.0", "1.1.1", "1.2.0"])
def test_a_whole_wacz(version: str) -> None:
    untitled = record(uri=URI + "9", block=answer(b"<p>No title here</p>"))
    items, unread = taken(wacz(packed(page(1), untitled), version))
    assert [item.content.title for item in items if item.content] == ["Snow", "Listed"]
    assert all(not item.content.flags for item in items if item.content)
    assert set(unread) == {"pages/pages.jsonl", "indexes/index.cdx", "datapackage.json", "datapackage-digest.json"}
    assert set(unread.values()) == {"envelope"}


def test_a_wacz_that_is_not_what_it_lists() -> None:
    package = wacz(packed(page(1)))
    package.held["archive/a.warc.gz"] = packed(page(2))
    package.held["archive/b.warc.gz"] = packed(page(3))
    package.held["datapackage.json"] += b" "
    del package.held["indexes/index.cdx"]
    items, unread = taken(package)
    assert [item.content.flags for item in items if item.content] == [("package-digest-mismatch",)] * 2
    assert unread["archive/a.warc.gz"] == "envelope: its bytes are not those datapackage.json lists"
    assert unread["archive/b.warc.gz"] == "envelope: not listed in datapackage.json"
    assert unread["datapackage.json"] == "envelope: its bytes are not those datapackage-digest.json lists"
    assert unread["indexes/index.cdx"] == "envelope: listed in datapackage.json, but not in the file"


@pytest.mark.parametrize("listing", [b"not json", b"[]", b'{"resources":{}}', b'{"resources":[1,{"path":7}]}'])
def test_a_wacz_with_a_broken_listing_is_still_read(listing: bytes) -> None:
    package = wacz(packed(page(1)))
    package.held["datapackage.json"] = listing
    items, unread = taken(package)
    assert len(items) == 1 and unread["datapackage.json"].startswith("envelope: ")


def test_other_packings_are_refused_with_advice() -> None:
    for magic, name in ((b"\x28\xb5\x2f\xfd", "a.warc.zst"), (b"\x04\x22\x4d\x18", "a.warc.lz4")):
        package = Members(**{name: magic + b"x"})
        assert WebArchive().recognises(package)
        with pytest.raises(InputError, match="packed with") as caught:
            list(WebArchive().read(package, ACCOUNT, False))
        assert "Unpack it" in caught.value.hint
        both = Members(**{name: magic + b"x", "b.warc": page(1), "notes.txt": b"x"})
        items, unread = taken(both)
        assert len(items) == 1 and "unpack it" in unread[name] and unread["notes.txt"] == "unknown"


def test_a_broken_zip_entry_costs_only_what_lies_behind_the_break(tmp_path: Path) -> None:
    path = tmp_path / "crawl.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.warc", page(1) + page(2) * 3000)
        made.writestr("b.warc", page(3))
    data = path.read_bytes().replace(b"six.</html>2", b"SIX.</html>2", 1)
    path.write_bytes(data)
    package = open_package(path)
    found = list(WebArchive().read(package, ACCOUNT, False))
    package.close()
    outcomes = Counter(outcome(item) for item in found if isinstance(item, Item))
    assert outcomes["unreadable member"] == 1 and outcomes["page"] >= 2
    assert isinstance(found[-1], Item) and found[-1].content is not None and found[-1].content.object_id == URI + "3"


def test_what_is_no_web_archive_is_not_recognised() -> None:
    assert not WebArchive().recognises(Members(**{"a.warc": b"<html>Sign in</html>"}))
    assert not WebArchive().recognises(Members(**{"posts.jsonl": b"{}", "a.txt": b"WARC/1.0\r\n"}))
    assert WebArchive().recognises(Members(download=page(1)))
    with pytest.raises(InputError, match="holds no WARC"):
        list(WebArchive().read(Members(**{"a.txt": b"x"}), ACCOUNT, False))


@pytest.mark.parametrize("case", sorted(path.name for path in EXAMPLES.iterdir()))
def test_examples(case: str) -> None:
    expected = json.loads((EXAMPLES / case / "expected.json").read_text(encoding="utf-8"))
    items, unread = taken(folder(EXAMPLES / case / "download"))
    assert [item.content for item in items if item.content] == [content_of(data) for data in expected["records"]]
    assert dict(Counter(item.excluded for item in items if item.excluded)) == expected["excluded"]
    assert dict(Counter(item.quarantined for item in items if item.quarantined)) == expected["quarantined"]
    assert unread == expected["unread"]


@pytest.mark.skipif(not SHARED.exists(), reason="the sample files are not beside the checkout")
def test_every_sample_goes_in_with_sums_that_close(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(path for kind in ("warc", "wacz") for path in (SHARED / kind).rglob("*") if path.is_file())
    rows, refused = [], []
    for path in files:
        package = Zipped(path)
        if not WebArchive().recognises(package):
            refused.append(path.suffix)
            continue
        try:
            found = list(WebArchive().read(package, ACCOUNT, False))
        except InputError as error:
            assert error.hint and "lz4" in error.message
            refused.append(path.suffix)
            continue
        finally:
            package.close()
        items = [item for item in found if isinstance(item, Item)]
        count = Counter("excluded" if item.excluded else outcome(item) for item in items)
        assert sum(count.values()) == len(items) > 0 and not [item for item in items if item.quarantined]
        assert all((item.content is None) != (item.excluded == "") for item in items)
        flagged = sum(bool(item.content.flags) for item in items if item.content)
        rows.append((path.relative_to(SHARED).as_posix()[-60:], len(items), count["page"], count["media"],
                     count["excluded"], flagged))  # fmt: skip
    with capsys.disabled():
        print(f"\n{'file':<60} listed  page media excluded flagged")
        for name, *counts in rows:
            print(f"{name:<60} {counts[0]:>6} {counts[1]:>5} {counts[2]:>5} {counts[3]:>8} {counts[4]:>7}")
    assert sorted(refused) == [".cdx", ".cdxj", ".lz4"] and len(rows) >= 29


@pytest.mark.parametrize(
    ("media_type", "body", "text", "repairs"),
    [
        ("text/html", b"<p>Snow<![odd[x]]> today</p>", "Snow<![odd[x]]> today", ("broken-markup",)),
        ("text/html; charset=windows-1252", b"<p>caf\xe9</p>", "café", ()),
        ("text/html", b"<meta charset='iso-8859-2'><p>G\xb3\xf3wna</p>", "Główna", ()),
        ("text/html", b"\xef\xbb\xbf<p>\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7</p>", "مرحبا", ()),
        ("text/plain", b"a\0b", "a\ufffdb", ("nul",)),
        ("application/rss+xml", b"<rss><title>Snow</title><d><![CDATA[<b>six</b>]]></d></rss>", "Snow\nsix", ()),
        ("application/json", b'{"cut":', '{"cut":', ("json-as-text",)),
        ("application/json", b"[" * 100_000, "[" * 100_000, ("json-as-text",)),
        ("text/plain", b"=cmd|' /C calc'!A0 {{7*7}} <script>", "=cmd|' /C calc'!A0 {{7*7}} <script>", ()),
    ],
)  # fmt: skip
def test_awkward_pages(media_type: str, body: bytes, text: str, repairs: tuple[str, ...]) -> None:
    (item,) = read(record(block=answer(body, headers=f"Content-Type: {media_type}")))
    assert item.content is not None and item.content.kind is Kind.PAGE
    assert (item.content.text, item.content.repairs, item.content.flags) == (text, repairs, ())


def test_bytes_that_are_no_text_are_flagged_and_a_foreign_coding_is_left_alone() -> None:
    (guessed,) = read(record(block=answer(b"caf\xe9 \x81", headers="Content-Type: text/plain; charset=utf-8")))
    assert guessed.content is not None and guessed.content.flags == ("invalid-text",)
    (coded,) = read(record(block=answer(b"\x1b\x00\x00", headers="Content-Type: text/html\r\nContent-Encoding: zstd")))
    assert coded.content is not None
    assert (coded.content.flags, coded.content.text) == (("coding-unread: zstd",), "")
