import io
import json
import tracemalloc
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from archiver.normalized import content_bytes, content_of
from archiver.platforms.ofrecord_jsonl import OfrecordJsonl
from archiver.platforms.reader import Item, Slice, Unread
from custody.account import Account
from custody.ids import AccountId

EXAMPLES = Path(__file__).parent / "examples" / "ofrecord_jsonl"
ACCOUNT = Account(id=AccountId(1), platform="facebook", handle="maplefalls")
POST = {"object_id": "p1", "kind": "post", "text": "Plows roll at six.", "created_at": "2025-03-01T12:00:00Z"}


class Members:
    """A package in memory."""

    def __init__(self, **members: bytes) -> None:
        self.held = {name.replace("__", "/"): data for name, data in members.items()}
        self.name = "a download"

    def members(self) -> tuple[str, ...]:
        return tuple(self.held)

    def open(self, member: str) -> BinaryIO:
        return io.BytesIO(self.held[member])

    def size(self, member: str) -> int:
        return len(self.held[member])

    def find(self, tail: str) -> str | None:
        found = [name for name in self.held if name == tail or name.endswith("/" + tail)]
        return found[0] if len(found) == 1 else None


def line(**changed: Any) -> bytes:
    return json.dumps({**POST, **changed}, ensure_ascii=False, separators=(",", ":")).encode()


def read(*lines: bytes) -> list[Item]:
    found = OfrecordJsonl().read(Members(**{"a.jsonl": b"\n".join(lines)}), ACCOUNT, False)
    return [item for item in found if isinstance(item, Item)]


def one(data: bytes) -> Item:
    (item,) = read(data)
    return item


def test_the_least_a_line_must_say() -> None:
    content = one(b'{"object_id":"p1","kind":"post"}').content
    assert content is not None and (content.platform, content.object_id) == ("facebook", "p1")
    named = one(line(platform="x")).content
    assert named is not None and named.platform == "x"


def test_what_it_reads_it_would_write() -> None:
    whole = one(
        line(author={"name": "Ann Berg"}, media=[{"uri": "media/a.jpg", "alt": "a plow"}], tags=["snow"])
    ).content
    assert whole is not None
    again = one(content_bytes(whole)).content
    assert again == whole


def test_unknown_fields_are_kept_and_fractions_become_text() -> None:
    content = one(line(mood="glad", score=1.5, extra={"seen": 3})).content
    assert content is not None and content.extra == {"seen": 3, "mood": "glad", "score": "1.5"} and not content.flags


def test_as_of_dates_the_version_and_is_no_content() -> None:
    item = one(line(as_of="2025-04-01T00:00:00Z"))
    assert item.as_of == "2025-04-01T00:00:00Z" and item.content is not None and not item.content.extra
    assert one(line(as_of="last spring")).quarantined and one(line(as_of=7)).quarantined


def test_media_are_sought_beside_the_file() -> None:
    media = [
        {"uri": "./media/a.jpg"},
        {"uri": "https://cdn.example/x/b.jpg", "name": "b.jpg"},
        {"uri": "https://c.example/c"},
    ]
    assert one(line(media=media)).members == ("media/a.jpg", "b.jpg", "")


@pytest.mark.parametrize(
    ("data", "flags", "text"),
    [
        (b'{"object_id":"p1","kind":"post","text":"a\\ud83d"}', ("lone-surrogate",), "a\ufffd"),
        (b'{"object_id":"p1","kind":"post","text":"a\\u0000b"}', ("nul",), "a\ufffdb"),
        (b'{"object_id":"p1","kind":"post","text":"a\xffb"}', ("invalid-utf-8",), "a\ufffdb"),
        (b'{"object_id":"p1","kind":"post","text":"a","text":"b"}', ("duplicate-key",), "b"),
        (b'{"object_id":"p1","kind":"post","text":"a","author":{"name":"A","name":"B"}}', ("duplicate-key",), "a"),
        (b'{"object_id":"p1","kind":"post","text":"a","n":NaN}', ("not-a-number",), "a"),
        (b'{"object_id":"p1","kind":"post","text":"\\ud83d\\ude9c \\":"}', (), '\U0001f69c ":'),
        (b'{ "object_id" : "p1", "kind":  "post", "text": "say \\"no\\": now" }', (), 'say "no": now'),
        (b'{"object_id":"p1","kind":"post","text":"=HYPERLINK(1)"}', (), "=HYPERLINK(1)"),
        (b'{"object_id":"p1","kind":"post","text":"<script>{{7*7}}</script>"}', (), "<script>{{7*7}}</script>"),
        (b'{"object_id":"p1","kind":"post","text":"end\\\\","a\\\\":1}', (), "end\\"),
        (b'\xef\xbb\xbf{"object_id":"p1","kind":"post","text":"a"}\r', (), "a"),
    ],
)  # fmt: skip
def test_awkward_lines_go_in_and_say_what_was_awkward(data: bytes, flags: tuple[str, ...], text: str) -> None:
    item = one(data)
    assert item.content is not None, item.place
    assert (item.content.flags, item.content.text) == (flags, text) and item.raw == data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"object_id":"p1","kind":"post"', "not readable as JSON"),
        (b"<!doctype html>", "not readable as JSON"),
        (b"[1]", "one JSON object"),
        (b"null", "one JSON object"),
        (b'{"kind":"post"}', "object_id"),
        (b'{"object_id":"","kind":"post"}', "object_id is empty"),
        (b'{"object_id":1,"kind":"post"}', "object_id"),
        (b'{"object_id":"p1","kind":"poem"}', "poem"),
        (b'{"object_id":"p1","kind":"post","extra":[]}', "extra"),
        (b'{"object_id":"p1","kind":"post","mood":1,"extra":[]}', "extra"),
        (b'{"object_id":"p1","kind":"post","created_at":"2025-03-01T12:00:00"}', "no time zone"),
        (b'{"object_id":"p1","kind":"post","created_at":"soon"}', "created_at"),
        (b'{"object_id":"p1","kind":"post","x":' + b"[" * 65 + b"]" * 65 + b"}", "deeper than 64"),
        (b'{"object_id":"p1","kind":"post","x":' + b"[" * 90_000 + b"]" * 90_000 + b"}", "JSON"),
    ],
)
def test_a_line_that_is_no_record_costs_that_line_only(data: bytes, why: str) -> None:
    first, bad, last = read(line(), data, line(object_id="p3"))
    assert first.content and last.content and bad.content is None
    assert bad.quarantined == "not a record in the published schema" and bad.raw == data
    assert bad.place.startswith("a.jsonl line 2: ") and why in bad.place


def test_sixty_four_levels_go_in() -> None:
    assert one(b'{"object_id":"p1","kind":"post","x":' + b"[" * 60 + b"]" * 60 + b"}").content is not None


def test_empty_lines_are_no_records_and_the_last_end_is_no_line() -> None:
    assert [item.excluded for item in read(line(), b"", b"  \r", line(), b"")] == ["", "empty line", "empty line", ""]


def test_a_hundred_megabytes_in_one_line_are_passed_over_in_pieces(tmp_path: Path) -> None:
    path, huge = tmp_path / "a.jsonl", 100_000_000
    with path.open("wb") as file:
        file.write(line() + b"\n" + b'{"object_id":"p2","kind":"post","text":"')
        for _ in range(100):
            file.write(b"a" * (huge // 100))
        file.write(b'"}\n' + line(object_id="p3") + b"\n")

    class OnDisk(Members):
        def open(self, member: str) -> BinaryIO:
            return path.open("rb")

    tracemalloc.start()
    first, bad, last = OfrecordJsonl().read(OnDisk(**{"a.jsonl": b""}), ACCOUNT, False)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(first, Item) and isinstance(bad, Item) and isinstance(last, Item)
    assert first.content and last.content and bad.quarantined == "line too long" and "line 2" in bad.place
    assert isinstance(bad.raw, Slice) and peak < 64_000_000
    data = path.read_bytes()
    assert data[bad.raw.offset : bad.raw.offset + bad.raw.length].endswith(b'a"}')


def test_a_five_megabyte_text_goes_in() -> None:
    content = one(line(text="snow " * 1_000_000)).content
    assert content is not None and len(content.text) == 5_000_000


def test_it_is_known_by_its_content() -> None:
    reader = OfrecordJsonl()
    assert reader.recognises(Members(anything=line()))
    assert reader.recognises(Members(**{"a.jsonl": b"broken\n" + line()}))
    assert not reader.recognises(Members(**{"a.jsonl": b'{"id":1}\n{"id":2}'}))
    assert not reader.recognises(Members(**{"a.jsonl": b""}))
    package = Members(**{"records.jsonl": line(), "media__a.jpg": b"x", "other.jsonl": b"{}"})
    assert [i.member for i in reader.read(package, ACCOUNT, False) if isinstance(i, Unread)] == ["other.jsonl"]


def folder(path: Path) -> Members:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return Members(**{file.relative_to(path).as_posix(): file.read_bytes() for file in files})


@pytest.mark.parametrize("case", sorted(path.name for path in EXAMPLES.iterdir()))
def test_examples(case: str) -> None:
    package = folder(EXAMPLES / case / "download")
    expected = json.loads((EXAMPLES / case / "expected.json").read_text(encoding="utf-8"))
    assert OfrecordJsonl().recognises(package)
    items = [item for item in OfrecordJsonl().read(package, ACCOUNT, False) if isinstance(item, Item)]
    assert [item.content for item in items if item.content] == [content_of(data) for data in expected["records"]]
    assert [item.quarantined for item in items if item.quarantined] == expected["quarantined"]


def test_unknown_fields_inside_author_and_media_are_kept_too() -> None:
    content = one(
        line(author={"name": "Ann", "verified": True}, media=[{"uri": "a.jpg"}, {"uri": "b", "w": 8}])
    ).content
    assert content is not None and content.extra == {"author.verified": True, "media.1.w": 8}


@pytest.mark.parametrize("name", ["created_at", "edited_at", "removed_at", "as_of"])
@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_outside_the_calendar_costs_its_line_only(name: str, text: str) -> None:
    beyond, whole = read(line(**{name: text}), line())
    assert beyond.quarantined and name in beyond.place
    assert whole.content is not None
