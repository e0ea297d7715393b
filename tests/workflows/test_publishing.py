"""The reading room: released bytes and nothing else, no requester named, the same again, and back again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from custody.errors import DamageError, UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from exports.verifier.verify import check
from tests.conftest import Archive
from tests.workflows.test_answering import picture
from workflows import answering, publishing, requesting, sending
from workflows.packaging import Wanted

Jsonl = Callable[..., Path]


def answered(
    archive: Archive, jsonl: Jsonl, words: str = "All about snow", requester: str = "", media: int = 0, **wanted: int
) -> dict[str, str]:
    posts = [
        {"object_id": str(n), "text": f"snow {n}" if n else "snow and zwetschgen", "media": [{"uri": f"{n}.png"}]}
        for n in range(4)
    ]
    files = {f"{n}.png": picture() + bytes([n]) * media for n in range(4)}
    archive.take_in(jsonl("a", *posts, media=files))
    with archive.writing() as house:
        requesting.open_request(house, words, archive.clock(), "email", requester)
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        return answering.respond(house, 1, None, lambda done: None, Wanted(**wanted))


def files_in(room: Path) -> dict[str, bytes]:
    return {path.relative_to(room).as_posix(): path.read_bytes() for path in sorted(room.rglob("*")) if path.is_file()}


def test_a_dry_run_changes_nothing_and_the_run_does_as_said(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    made = answered(archive, jsonl, requester="Jane Quigley")
    room = tmp_path / "room"
    with archive.writing() as house:
        planned = publishing.publish(house, 1, room, "Snow", dry_run=True)
        assert not room.exists() and planned["dry_run"]
        done = publishing.publish(house, 1, room, "Snow")
    assert {**planned, "dry_run": False} == done
    there = files_in(room)
    assert len(there) == done["files"] + 2 and there["downloads/request-1.zip"] == Path(made["zip"]).read_bytes()
    assert check(room / "request-1").data()["verdict"] == "yes"
    page = there["index.html"].decode()
    assert "Snow" in page and 'href="request-1/index.html"' in page and "4 in full, 0 in part, 0 withheld" in page
    assert not any(b"Quigley" in data for data in there.values())


def test_the_same_again_is_the_same_and_a_new_answer_replaces_the_old(
    archive: Archive, jsonl: Jsonl, tmp_path: Path
) -> None:
    answered(archive, jsonl)
    room = tmp_path / "room"
    with archive.writing() as house:
        publishing.publish(house, 1, room, "Snow")
        before = files_in(room)
        again = publishing.publish(house, 1, room)
        assert again["updated"] and again["title"] == "Snow" and files_in(room) == before
        requesting.redact(house, 1, RecordNumber(1), "text", "zwetschgen", "WI-BAL", "a private matter")
        answering.respond(house, 1, None, lambda done: None)
        publishing.publish(house, 1, room)
    after = files_in(room)
    assert after["request-1/records.json"] != before["request-1/records.json"]
    assert check(room / "request-1").data()["verdict"] == "yes" and b"zwetschgen" not in after["request-1/records.json"]


def test_taken_back_it_says_what_remains(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    answered(archive, jsonl)
    room = tmp_path / "room"
    with archive.writing() as house:
        publishing.publish(house, 1, room, "Snow")
        publishing.publish(house, 1, tmp_path / "other", "Snow")
        sending.sent(house, 1, "requester", "email")
        planned = publishing.take_back(house, 1, room, dry_run=True)
        assert (room / "request-1" / "index.html").exists() and planned["files"] > 15
        done = publishing.take_back(house, 1, room)
        assert set(files_in(room)) == {"index.html", "published.json"}
        assert any("other" in each for each in done["remains"]) and "what was sent to the requester" in done["remains"]
        assert json.loads((room / "published.json").read_bytes())["published"] == []
        with pytest.raises(UsageError, match="is not published"):
            publishing.take_back(house, 1, room)
    assert check(tmp_path / "other" / "request-1").data()["verdict"] == "yes"


def test_nobody_who_asked_is_named(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    answered(archive, jsonl, words="I, jane quigley, want all about snow", requester="Jane Quigley")
    with archive.writing() as house, pytest.raises(UsageError, match="requester's name"):
        publishing.publish(house, 1, tmp_path / "room", "Snow")
    assert not (tmp_path / "room").exists()


def test_a_title_that_names_who_asked_is_refused(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    answered(archive, jsonl, requester="Jane Quigley")
    with archive.writing() as house, pytest.raises(UsageError, match="requester's name"):
        publishing.publish(house, 1, tmp_path / "room", "Snow, for QUIGLEY")


def test_another_folder_an_open_request_and_a_changed_package_are_refused(
    archive: Archive, jsonl: Jsonl, tmp_path: Path
) -> None:
    made = answered(archive, jsonl)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    with archive.writing() as house:
        with pytest.raises(UsageError, match="something else than a reading room"):
            publishing.publish(house, 1, foreign)
        requesting.open_request(house, "More", archive.clock(), "email")
        with pytest.raises(UsageError, match="no answer to request 2"):
            publishing.publish(house, 2, tmp_path / "room")
        data = Path(made["zip"]).read_bytes()
        Path(made["zip"]).write_bytes(data[:-1] + b"x")
        with pytest.raises(DamageError, match="not the file that was written"):
            publishing.publish(house, 1, tmp_path / "room")
    assert (foreign / "thesis.txt").read_text() == "mine" and not (tmp_path / "room").exists()


def test_parts_stand_beside_each_other(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    answered(archive, jsonl, media=1_500_000, part_size=6_000_000)
    room = tmp_path / "room"
    with archive.writing() as house:
        publishing.publish(house, 1, room, "Snow")
    parts = sorted(path.name for path in (room / "request-1").iterdir())
    assert parts[:2] == ["part-01", "part-02"]
    assert all(check(room / "request-1" / part).data()["verdict"] == "yes" for part in parts)
    assert (
        "Read part 2" in (room / "index.html").read_text() and (room / "downloads" / "request-1-part-02.zip").exists()
    )
