"""Every byte has its turn within thirty days, and what was read when is said."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.catalog import verification
from tests.conftest import NOW, Archive
from workflows.rolling import roll

Jsonl = Callable[..., Path]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3


@pytest.fixture
def filled(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setattr(verification, "PIECE", 2_000)
    posts = [{"object_id": str(n), "text": f"post {n} " * 20} for n in range(200)]
    posts[0]["media"] = [{"uri": "media/a.png"}]  # type: ignore[assignment]
    archive.take_in(jsonl("a", *posts, media={"media/a.png": PNG}))
    return archive


def test_every_byte_is_read_within_thirty_days(filled: Archive) -> None:
    shares = []
    for day in range(32):
        filled.clock = lambda day=day: NOW + timedelta(days=day)  # type: ignore[misc]
        with filled.writing() as house:
            done = roll(house, lambda read: None)
        assert done.verdict.clean
        shares.append(done.verdict.bytes / done.total)
        assert done.oldest is not None and (NOW.date() + timedelta(days=day) - done.oldest).days < 30
    assert shares[0] == 1 and all(0 < share < 0.5 for share in shares[1:29])
    assert len(shares) == 32


def test_whoever_comes_seldom_reads_more(filled: Archive) -> None:
    with filled.writing() as house:
        roll(house, lambda read: None)
    filled.clock = lambda: NOW + timedelta(days=60)
    with filled.writing() as house:
        done = roll(house, lambda read: None)
    assert done.verdict.bytes == done.total


def test_damage_is_found_when_its_turn_comes_and_the_ledger_has_the_result(filled: Archive) -> None:
    (path,) = (filled.home / "vault" / "media").rglob("*.gz")
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    with filled.writing() as house:
        done = roll(house, lambda read: None)
        assert [found.code for found in done.verdict.findings] == ["media-damaged"]
    with filled.writing() as house:
        assert house.ledger.size() > 0
    (filled.home / "checked.json").write_text("nonsense")
    with filled.writing() as house:
        assert not roll(house, lambda read: None).verdict.clean
