"""The second process makes the same as the first would, in whatever pieces the sheets go over."""

import hashlib
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from archiver.normalized import content_bytes
from archiver.press import PIECE, WHOLE, WORTH_A_PROCESS, Press, Sheet, _serve_batch, disclosable, fields_digest, press
from custody.commitment import fields_commitment, fields_of
from custody.ids import ArchiveId
from custody.record import Author, Content, Kind, Media

ARCHIVE, DATE = ArchiveId("0123456789ab"), "2026-11-20T18:00:00.000Z"
CONTENT = content_bytes(Content(kind=Kind.POST, object_id="7", platform="x", author=Author(name="Jo"), text="a"))


def sheets(count: int) -> list[Sheet]:
    before, after = b'{"account":1,"content":', b',"number":1}'
    return [
        Sheet(n, 1, "text/plain", b"raw %d" % n, before, CONTENT, after, b"[]", ("Snow, plow", "Jo"), bytes(32))
        for n in range(1, count + 1)
    ]


def test_batches_come_back_in_order_and_whole_whichever_way_they_went() -> None:
    batches = [sheets(3), sheets(WORTH_A_PROCESS + PIECE + 1), [], sheets(PIECE), sheets(1)]
    worker = Press()
    try:
        worker.send(ARCHIVE, DATE, batches[0])
        for before, batch in zip(batches, batches[1:], strict=False):
            worker.send(ARCHIVE, DATE, batch)
            assert worker.receive() == press(ARCHIVE, DATE, before)
        assert worker.receive() == press(ARCHIVE, DATE, batches[-1])
    finally:
        worker.close()


class Pipe:
    """What one side of a pipe gives, with how much of it was taken."""

    def __init__(self, *messages: bytes) -> None:
        self.left = list(messages)

    def recv_bytes(self) -> bytes:
        return self.left.pop(0)


def test_a_batch_is_taken_whole_before_the_work_on_it_begins() -> None:
    """Or the process that reads on would stand still until nearly all of the batch is done."""
    pipe = Pipe(msgspec.msgpack.encode((ARCHIVE, DATE, 3)), b"no sheets", b"more", b"the last")
    with pytest.raises(msgspec.MsgspecError):
        _serve_batch(pipe)  # type: ignore[arg-type]
    assert pipe.left == []


def test_what_a_response_shows_can_be_proved_by_itself_and_all_else_only_together() -> None:
    picture = Media(uri="a.jpg", alt="a plow", sha256="0" * 64, media_type="image/jpeg", size=7)
    content = Content(
        kind=Kind.POST, object_id="7", platform="x", author=Author(name="Jo", id="9", url="https://x.example/jo"),
        text="a", text_raw="<p>a", lang="en", metrics={"likes": "3"}, extra={"via": "phone"}, media=(picture,),
    )  # fmt: skip
    parts = disclosable(content_bytes(content), b"raw")
    media = {f"media.0.{name}" for name in ("alt", "kind", "media_type", "sha256")}
    assert parts.keys() == {"author.name", "kind", "object_id", "platform", "state", "text", WHOLE} | media
    opening, raw = bytes(range(32)), hashlib.sha256(b"raw").digest()
    sealed = fields_digest(opening, content_bytes(content), raw)
    assert sealed == fields_commitment([(name, made) for name, _, made in fields_of(opening, parts)])
    changes: list[dict[str, Any]] = [
        {"lang": "de"}, {"extra": {}}, {"metrics": {"likes": "4"}}, {"text_raw": ""}, {"author": Author(name="Jo")},
        {"media": (replace(picture, size=8),)}, {"text": "b"},
    ]  # fmt: skip
    for change in changes:
        assert fields_digest(opening, content_bytes(replace(content, **change)), raw) != sealed, change
    assert fields_digest(opening, content_bytes(content), hashlib.sha256(b"other").digest()) != sealed
