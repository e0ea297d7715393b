"""Verification misses nothing, and the catalog can be made again from the vault alone."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.catalog.dump import dump
from custody.errors import DamageError
from tests.conftest import Archive
from workflows import auditing, piecework, requesting
from workflows.house import open_house

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
SEED, FLIPS = 20261121, 400
Jsonl = Callable[..., Path]


@pytest.fixture
def filled(archive: Archive, jsonl: Jsonl) -> Archive:
    posts = [
        {"object_id": "1", "text": "snow plow tonight", "media": [{"uri": "media/a.png", "alt": "a plow"}]},
        {"object_id": "2", "kind": "comment", "parent_id": "1", "text": "thank you", "author": {"name": "Jane Doe"}},
        {"object_id": "3", "kind": "comment", "parent_id": "1", "text": "=1+1", "state": "hidden"},
    ]
    archive.take_in(jsonl("a", *posts, "{broken", media={"media/a.png": PNG}))
    archive.take_in(jsonl("b", {"object_id": "2", "kind": "comment", "parent_id": "1", "text": "changed my mind"}))
    with archive.writing() as house:
        requesting.open_request(house, "everything about snow", archive.clock(), "email")
        requesting.collect(house, 1, "snow OR mind")
    return archive


def findings(archive: Archive) -> list[str]:
    with archive.reading() as house:
        return [f"{found.code} {found.object}" for found in auditing.verify(house, lambda done: None).findings]


def stored(archive: Archive) -> list[Path]:
    return sorted(path for path in (archive.home / "vault").rglob("*") if path.is_file())


def test_a_sound_archive_has_no_findings(filled: Archive) -> None:
    assert findings(filled) == []


def test_every_flipped_bit_is_found_and_the_file_named(filled: Archive) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    tried = 0
    for path in stored(filled):
        sound = path.read_bytes()
        places = (
            range(len(sound)) if len(sound) < 40 else chance.sample(range(len(sound)), FLIPS // len(stored(filled)))
        )
        for place in places:
            damaged = bytearray(sound)
            damaged[place] ^= 1 << chance.randrange(8)
            path.write_bytes(damaged)
            found = findings(filled)
            assert any(path.name in line for line in found), f"{path.name}, byte {place}: {found}"
            tried += 1
        path.write_bytes(sound)
    assert tried >= FLIPS // 2
    assert findings(filled) == []


def test_helper_processes_find_what_one_process_finds(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> tuple[list[str], int, int]:
        with filled.reading() as house:
            verdict = auditing.verify(house, lambda done: None)
        return sorted(f"{each.code} {each.object}" for each in verdict.findings), verdict.bytes, verdict.exchanges

    sound = {path: path.read_bytes() for path in stored(filled)}
    for damaged in (None, *sound):
        if damaged is not None:
            damaged.write_bytes(sound[damaged][:-20] + bytes(20))
        alone = told()
        with monkeypatch.context() as patch:
            patch.setattr(piecework, "WORTH_WORKERS", 0)
            patch.setattr(piecework, "PIECE", 3_000)
            assert told() == alone
        assert bool(alone[0]) == (damaged is not None)
        if damaged is not None:
            damaged.write_bytes(sound[damaged])


def test_every_truncation_is_found(filled: Archive) -> None:
    tried = 0
    for path in stored(filled):
        sound = path.read_bytes()
        for size in {0, 1, len(sound) // 2, len(sound) - 1}:
            path.write_bytes(sound[:size])
            assert any(path.name in line for line in findings(filled))
            tried += 1
        path.unlink()
        assert any(path.name in line for line in findings(filled))
        path.write_bytes(sound)
    assert tried >= 20


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE record SET author_name = 'Somebody' WHERE number = 2", "catalog-changed"),
        ("UPDATE record SET created_at = 0 WHERE number = 1", "catalog-changed"),
        ("UPDATE record SET state = 'live' WHERE number = 3", "catalog-changed"),
        ("DELETE FROM version WHERE number = 3", "record-missing"),
        ("DELETE FROM record WHERE number = 3", "record-missing"),
        ("UPDATE record SET versions = 1 WHERE number = 2", "version-missing"),
        ("DELETE FROM media", "file-unknown"),
    ],
)
def test_a_change_in_the_catalog_is_found(filled: Archive, statement: str, code: str) -> None:
    with filled.writing() as house, house.catalog.transaction() as connection:
        connection.exec_driver_sql(statement)
    assert any(line.startswith(code) for line in findings(filled))


def test_a_record_lost_from_the_index_is_found(filled: Archive) -> None:
    with filled.writing() as house, house.catalog.transaction():
        house.engine.remove([house.shelf.record(1).number])
    assert any(line.startswith("index-differs") for line in findings(filled))


def test_a_strange_file_is_found(filled: Archive) -> None:
    (filled.home / "vault" / "segments" / "note.txt").write_text("hello")
    assert any("note.txt" in line for line in findings(filled))


def logical(archive: Archive) -> list[str]:
    with archive.reading() as house:
        return list(dump(house.catalog.connection)) + [f"{n} {words}" for n, words in house.engine.known()]


def test_a_rebuild_comes_to_the_same_archive(filled: Archive) -> None:
    before = logical(filled)
    assert len(before) > 20
    for path in filled.home.glob("catalog.sqlite*"):
        path.unlink()
    with pytest.raises(DamageError, match="missing"), open_house(filled.settings, filled.clock):
        pass
    assert auditing.rebuild_catalog(filled.settings, lambda done: None) == 3
    assert logical(filled) == before
    assert findings(filled) == []


def test_a_rebuild_of_an_empty_archive_works(archive: Archive) -> None:
    assert auditing.rebuild_catalog(archive.settings, lambda done: None) == 0
    assert findings(archive) == []


def test_a_rebuild_from_a_damaged_vault_is_refused_and_changes_nothing(filled: Archive) -> None:
    before = logical(filled)
    path = next(path for path in stored(filled) if "segments" in path.as_posix())
    sound = path.read_bytes()
    path.write_bytes(sound[:-20])
    with pytest.raises(DamageError, match=path.name):
        auditing.rebuild_catalog(filled.settings, lambda done: None)
    path.write_bytes(sound)
    assert logical(filled) == before


def test_what_a_crash_left_is_swept_aside_at_the_next_writing(filled: Archive) -> None:
    segment = next(path for path in stored(filled) if "segments" in path.as_posix())
    with segment.open("ab") as file:
        file.write(b"never acknowledged")
    stray = filled.home / "vault" / "segments" / "WI-SM-PUB" / "2032Q1" / "ofrecord-1-00099-x.warc.gz"
    stray.write_bytes(b"never acknowledged either")
    assert len(findings(filled)) == 2
    with filled.writing() as house:
        assert len(house.swept) == 2
    assert findings(filled) == []
    assert b"never acknowledged" in b"".join(path.read_bytes() for path in (filled.home / "swept").iterdir())


def test_warcio_reads_our_files_and_finds_every_digest_right(filled: Archive) -> None:
    from warcio.archiveiterator import ArchiveIterator

    seen = 0
    for path in stored(filled):
        with path.open("rb") as file:
            for exchange in ArchiveIterator(file, check_digests="raise"):
                assert exchange.rec_headers.get_header("WARC-Date")
                exchange.content_stream().read()
                seen += 1
    assert seen > 15


def test_a_second_writer_is_refused_with_a_clear_message(filled: Archive) -> None:
    from custody.errors import BusyError

    with filled.writing(), pytest.raises(BusyError, match="Another Ofrecord is writing"), filled.writing():
        pass


def test_a_damaged_catalog_is_found_or_was_harmless(filled: Archive) -> None:
    chance = random.Random(SEED)
    with filled.writing() as house:
        house.catalog.truncate_log()
    path = filled.settings.catalog
    sound, before = path.read_bytes(), logical(filled)
    found = harmless = 0
    for _ in range(60):
        damaged = bytearray(sound)
        place = chance.randrange(len(sound) - 64)
        damaged[place : place + 64] = chance.randbytes(64)
        path.write_bytes(damaged)
        for log in filled.home.glob("catalog.sqlite-*"):
            log.unlink()
        try:
            seen = findings(filled)
        except DamageError:
            seen = ["refused"]
        if seen:
            found += 1
        else:
            assert logical(filled) == before, f"damage at byte {place} changed the catalog and was not seen"
            harmless += 1
    print(f"seed {SEED}: {found} found, {harmless} harmless")
    assert found + harmless == 60 and found >= 5
    path.write_bytes(sound)
    auditing.rebuild_catalog(filled.settings, lambda done: None)
    assert findings(filled) == []
