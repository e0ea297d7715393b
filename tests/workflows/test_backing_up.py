"""A backup holds what one moment acknowledged; nobody without the key reads a word of it; it comes back the same."""

import gzip
import json
import random
import shutil
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archiver import backup_pack, backup_set, durable, harvest, sealing
from archiver.backup_set import Unlock
from archiver.catalog import access_rows, ledger_rows
from archiver.catalog.dump import dump
from archiver.sealing import Seal
from custody.clock import fixed_clock
from custody.errors import BusyError, CustodyError, DamageError, UnavailableError, UsageError
from tests.conftest import NOW, Archive
from tests.faults.tally import FULL
from workflows import auditing, backing_up, enrolling, finding, restoring
from workflows.backing_up import Backup, back_up, check_medium, sets_on
from workflows.house import open_for_writing, open_house
from workflows.restoring import Restored
from workflows.settings import Settings, read_settings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
KEY = Unlock(key=Seal(secret=bytes(range(32))))
SEED = 20261121
Jsonl = Callable[..., Path]


@pytest.fixture
def filled(archive: Archive, jsonl: Jsonl) -> Archive:
    posts = [
        {"object_id": "1", "text": "zanzibar plow tonight", "media": [{"uri": "media/a.png", "alt": "a plow"}]},
        {"object_id": "2", "kind": "comment", "parent_id": "1", "text": "thanks", "author": {"name": "Quirina Doe"}},
    ]
    archive.take_in(jsonl("a", *posts, "{broken kumquat", media={"media/a.png": PNG}))
    (archive.home / "responses" / "request-1").mkdir(parents=True)
    (archive.home / "responses" / "request-1" / "response.pdf").write_bytes(b"%PDF as it was sent")
    return archive


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    return tmp_path / "medium"


def backed_up(archive: Archive, medium: Path, unlock: Unlock = KEY) -> Backup:
    return back_up(archive.settings, medium, unlock, archive.clock)


def restored(archive: Archive, medium: Path, name: str = "back", **more: object) -> Restored:
    to = archive.home.parent / name
    return restoring.restore(medium, to, KEY, "tester", clock=archive.clock, **more)  # type: ignore[arg-type]


def said(settings: Settings) -> list[str]:
    with open_house(settings) as house:
        words = [f"{n} {line}" for n, line in house.engine.known()]
        return [*dump(house.catalog.connection), *words]


def files_of(home: Path) -> dict[str, bytes]:
    passing = ("catalog.", "writer.lock", "index/", "swept/")
    names = {path.relative_to(home).as_posix(): path for path in home.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(passing)}


def only_grew(before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """The act that says it was restored is all that came."""
    grown = {name for name in after if after[name] != before.get(name)}
    start = all(after[name].startswith(before.get(name, b"")) for name in grown)
    return start and before.keys() <= after.keys() and all("/acts/" in n or "/ledger/" in n for n in grown)


def medium_files(medium: Path) -> list[Path]:
    return sorted(path for path in medium.rglob("*") if path.is_file() and path.name != "writer.lock")


def test_what_comes_back_is_what_was_there(filled: Archive, medium: Path) -> None:
    before, lines = files_of(filled.home), said(filled.settings)
    backed_up(filled, medium)
    assert files_of(filled.home) == before
    done = restored(filled, medium)
    assert only_grew(before, files_of(done.settings.home)) and done.missing == 0
    lost = set(lines) - set(said(done.settings))
    assert {line.split()[0] for line in lost} <= {"segment"}, lost  # two segments went on: their ends moved
    added = {line.split()[0] for line in set(said(done.settings)) - set(lines)}
    assert added <= {"act", "ledger_entry", "ledger_node", "checkpoint", "segment"}
    with open_house(done.settings) as house:
        assert auditing.verify(house, lambda done: None).clean
        act = house.catalog.dbapi().execute("SELECT kind, data FROM act ORDER BY number DESC").fetchone()
    assert act[0] == restoring.RESTORED and done.made.root in act[1] and '"ledger_size": ' in act[1]
    assert (done.settings.key.stat().st_mode & 0o777) == 0o600


@pytest.mark.parametrize("engine", ["fts", "whoosh"])
def test_the_catalog_made_on_the_way_is_the_same(
    tmp_path: Path,
    clock: Callable[[], object],
    jsonl: Jsonl,
    medium: Path,
    engine: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive = Archive(tmp_path / "home", clock, engine)  # type: ignore[arg-type]
    archive.take_in(jsonl("a", {"object_id": "1", "text": "a"}, {"object_id": "2", "text": "b"}))
    archive.take_in(jsonl("b", {"object_id": "2", "text": "b changed", "as_of": "2026-01-01T00:00:00Z"}))
    lines = said(archive.settings)
    seen: list[list[str]] = []
    real = restoring.verify
    monkeypatch.setattr(
        restoring, "verify", lambda house, told: (seen.append(said(house.settings)), real(house, told))[1]
    )
    backed_up(archive, medium)
    restored(archive, medium)
    assert seen == [lines] and len(lines) > 20


def test_a_second_backup_copies_only_what_is_new(filled: Archive, medium: Path, jsonl: Jsonl) -> None:
    first = backed_up(filled, medium)
    there = {path: path.read_bytes() for path in medium_files(medium)}
    second = backed_up(filled, medium)
    assert second.copied == 0 and second.made.bytes == first.made.bytes
    filled.take_in(jsonl("more", {"object_id": "9", "text": "one more"}))
    third = backed_up(filled, medium)
    assert 0 < third.copied < first.copied
    assert all(path.read_bytes() == data for path, data in there.items())
    assert [each.name for each in sets_on(medium, KEY) if isinstance(each, backup_set.BackupSet)] == [
        made.made.name for made in (first, second, third)
    ]
    assert restored(filled, medium).records == 3


def test_a_grown_segment_is_copied_from_its_last_full_piece(
    filled: Archive, medium: Path, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backing_up, "PIECE", 1000)
    monkeypatch.setattr(backup_pack, "PACK", 5000)
    big = [{"object_id": f"b{n}", "text": random.Random(n).randbytes(300).hex()} for n in range(100)]
    filled.take_in(jsonl("big", *big))
    first = backed_up(filled, medium)
    filled.take_in(jsonl("more", {"object_id": "9", "text": "one more"}))
    second = backed_up(filled, medium)
    grown = second.made.bytes - first.made.bytes
    assert first.copied > 40_000 and second.copied < first.copied / 2, (first.copied, second.copied, grown)
    assert max(path.stat().st_size for path in medium_files(medium)) < 8000
    assert restored(filled, medium).records == 103
    assert restored(filled, medium, "older", chosen=first.made.name, older_is_known=True).records == 102


def test_loose_files_are_compared_by_content(filled: Archive, medium: Path) -> None:
    backed_up(filled, medium)
    text = filled.settings.city.read_text()
    filled.settings.city.write_text("#" + text[1:] if text[0] != "#" else "# " + text[2:].replace("a", "e", 1))
    assert backed_up(filled, medium).copied > 0
    assert restored(filled, medium).settings.city.read_bytes() == filled.settings.city.read_bytes()


def test_nothing_can_be_read_on_the_medium(filled: Archive, medium: Path) -> None:
    backed_up(filled, medium)
    private = filled.settings.key.read_bytes().split(b"\n")[1]
    planted = [b"zanzibar", b"Quirina", b"kumquat", b"as it was sent", b"parks", b"WI-SM", b"vault", b"maple", b"ruiz"]
    planted += [private, filled.settings.archive.encode(), PNG[8:40], b"WARC/1.1", b"ledger"]
    inside = [each for path in filled.home.rglob("*.*") if path.is_file() for each in readings(path.read_bytes())]
    assert all(any(needle.lower() in each.lower() for each in inside) for needle in planted if needle != b"vault")
    looked = 0
    for path in medium_files(medium):
        for data in readings(path.read_bytes()):
            for needle in planted:
                assert needle.lower() not in data.lower(), f"{needle!r} in {path.name}"
                looked += 1
        name = path.relative_to(medium).as_posix().lower().encode()
        assert not any(needle.lower() in name for needle in planted)
    assert looked > 100


def readings(data: bytes) -> list[bytes]:
    """The bytes, and what any gzip or zlib stream among them unpacks to."""
    found = [data]
    for start in range(len(data) - 2):
        if data[start : start + 3] == b"\x1f\x8b\x08" or data[start : start + 2] in (b"\x78\x9c", b"\x78\x01"):
            for bits in (31, 15):
                try:
                    found.append(zlib.decompressobj(bits).decompress(data[start:]))
                except zlib.error:
                    continue
    return found


def test_the_search_for_planted_words_would_find_them() -> None:
    assert any(b"zanzibar" in each for each in readings(b"xx" + gzip.compress(b"zanzibar") + b"yy"))
    assert any(b"zanzibar" in each for each in readings(b"xx" + zlib.compress(b"zanzibar") + b"yy"))


def test_a_passphrase_opens_it_and_a_wrong_one_says_so(
    filled: Archive, medium: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_set, "COST", 1 << 10)
    right = Unlock(passphrase="four words kept apart")
    with pytest.raises(UsageError, match="too short"):
        backed_up(filled, medium, Unlock(passphrase="short"))
    backed_up(filled, medium, right)
    for wrong in (Unlock(passphrase="four words kept apard"), Unlock(), KEY):
        with pytest.raises(UsageError, match="does not open|was made with a passphrase"):
            restoring.restore(medium, tmp_path / "back", wrong, "tester")
        with pytest.raises(UsageError):
            backed_up(filled, medium, wrong)
    assert not (tmp_path / "back").exists() and sorted(tmp_path.glob(".back*")) == []
    assert len(sets_on(medium, right)) == 1
    assert restoring.restore(medium, tmp_path / "back", right, "tester").records == 2


def test_a_key_file_is_read_back_and_a_changed_one_refused(filled: Archive, medium: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup.key"
    backing_up.new_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="is there already"):
        backing_up.new_key_file(path)
    backed_up(filled, medium, backing_up.unlock_with(path, None))
    with pytest.raises(UsageError, match="does not open"):
        sets_on(medium, KEY)
    with pytest.raises(UsageError, match="with a key file"):
        sets_on(medium, Unlock(passphrase="a long passphrase"))
    text = path.read_text()
    for n in range(0, len(text) - 1, 7):
        path.write_text(text[:n] + ("0" if text[n] != "0" else "1") + text[n + 1 :])
        with pytest.raises(UsageError, match="is no backup key"):
            backing_up.unlock_with(path, None)


def test_every_flipped_byte_and_cut_is_found_and_named(
    filled: Archive, medium: Path, tmp_path: Path, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backing_up, "PIECE", 300)
    backed_up(filled, medium)
    filled.take_in(jsonl("more", {"object_id": "9", "text": "one more"}))
    backed_up(filled, medium)
    chance, tried, refused = random.Random(SEED), 0, 0
    print(f"seed {SEED}")
    for path in medium_files(medium):
        sound = path.read_bytes()
        places = {0, 1, 2, 3, 4, len(sound) - 1, *(chance.randrange(len(sound)) for _ in range(15))}
        cuts = {0, 1, len(sound) // 2, len(sound) - 1, chance.randrange(len(sound))}
        damages = [flipped(sound, place, chance) for place in sorted(places) if place < len(sound)]
        damages += [sound[:cut] for cut in sorted(cuts)] + [sound + b"\0"]
        for n, damaged in enumerate(damages):
            path.write_bytes(damaged)
            assert path.name in " ".join(problems(medium)), (path, n)
            tried += 1
        path.unlink()
        if path.suffix != ".set":  # an older set that was taken away whole: --list no longer shows it
            assert path.stem in " ".join(problems(medium)), path
        path.write_bytes(flipped(sound, len(sound) // 2, chance))
        try:
            restored(filled, medium, "hurt")
            shutil.rmtree(tmp_path / "hurt")  # the damage is in an older set, or in the copy of the first file
        except (DamageError, UsageError) as error:
            assert path.name in error.message and error.hint
            assert not (tmp_path / "hurt").exists() and not list(tmp_path.glob(".hurt*"))
            refused += 1
        path.write_bytes(sound)
    print(f"{tried} damages found, {refused} restores refused")
    assert tried > 400 and refused >= 12
    assert problems(medium) == [] and restored(filled, medium).records == 3


def flipped(sound: bytes, place: int, chance: random.Random) -> bytes:
    damaged = bytearray(sound)
    damaged[place] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def problems(medium: Path) -> list[str]:
    try:
        return [f"{each.message} {each.hint}" for each in check_medium(medium, KEY, lambda done: None)[1]]
    except CustodyError as error:
        return [error.message]


def test_lost_packs_are_copied_anew_from_the_archive(filled: Archive, medium: Path) -> None:
    backed_up(filled, medium)
    for path in sorted(medium.glob("packs/*/*.pack"))[::2]:
        path.unlink()
    assert problems(medium)
    assert backed_up(filled, medium).copied > 0
    assert restored(filled, medium).records == 2


def test_without_a_buckets_key_nothing_of_the_bucket_can_be_read_and_the_rest_can(
    filled: Archive, medium: Path, tmp_path: Path
) -> None:
    made = backed_up(filled, medium).made
    opened = backup_set.open_medium(medium, KEY)
    bucket = next(each for each in made.buckets if any("/segments/" in kept.path for kept in opened.files(each)))
    (medium / "keys" / f"{bucket.key}.key").unlink()
    with pytest.raises(DamageError, match="is gone; nothing of its retention bucket"):
        restored(filled, medium)
    again = backup_set.open_medium(medium, KEY)
    with pytest.raises(DamageError):
        list(again.files(bucket))
    assert sum(len(list(again.files(each))) for each in made.buckets if each.key != bucket.key) > 3


def test_a_backup_during_an_import_is_one_moment_of_it(
    archive: Archive, medium: Path, jsonl: Jsonl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harvest, "BATCH_ITEMS", 5)
    many = [
        {"object_id": str(n), "text": f"hail on route {n}", "media": [{"uri": f"m/{n}.png"}] if n % 10 == 0 else []}
        for n in range(400)
    ]
    pictures = {f"m/{n}.png": PNG + str(n).encode() for n in range(0, 400, 10)}
    source = jsonl("many", *many, media=pictures)
    ended: list[object] = []
    importing = threading.Thread(target=lambda: ended.append(archive.take_in(source)))
    importing.start()
    sizes, rounds = [], 0
    while importing.is_alive() or rounds < 3:
        sizes.append(backed_up(archive, medium).made)
        rounds += 1
    importing.join()
    assert ended and sorted(made.size for made in sizes) == [made.size for made in sizes]
    between = {made.size for made in sizes}
    print(f"seed {SEED}: {rounds} backups during one import, {len(between)} different moments")
    assert len(between) >= 8
    with archive.reading() as house:
        roots = {row["size"]: row["root"].hex() for row in ledger_rows.checkpoints(house.catalog.connection)}
    chosen = sizes if FULL else random.Random(SEED).sample(sizes, 8)
    for n, made in enumerate(chosen):
        assert roots[made.size] == made.root
        done = restored(archive, medium, f"back-{n}", chosen=made.name, older_is_known=True)
        assert done.verified > 0 and done.made.size == made.size
        before, after = files_of(archive.home), files_of(done.settings.home)
        kept = {name: data for name, data in after.items() if "/acts/" not in name and "/ledger/" not in name}
        assert all(before[name].startswith(data) for name, data in kept.items())
        shutil.rmtree(done.settings.home)


def test_an_older_backup_is_never_taken_for_the_present(
    filled: Archive, medium: Path, tmp_path: Path, jsonl: Jsonl
) -> None:
    first = backed_up(filled, medium).made
    alone = tmp_path / "alone"
    shutil.copytree(medium, alone)
    filled.take_in(jsonl("more", {"object_id": "9", "text": "one more"}))
    second = backed_up(filled, medium).made
    missing = second.size - first.size
    with pytest.raises(UnavailableError, match=f"missing in this backup: {missing}"):
        restored(filled, medium, chosen=first.name)
    assert restored(filled, medium, "known", chosen=first.name, older_is_known=True).missing == missing
    note = tmp_path / "note"
    note.write_text(newest_note(filled))
    for known in (note, filled.home, filled.home / "vault" / "ledger"):
        with pytest.raises(UnavailableError, match=f"missing in this backup: {missing}"):
            restored(filled, alone, ledger=known)
        done = restored(filled, alone, f"by-{known.name}", ledger=known, older_is_known=True)
        assert done.missing == missing
    assert restored(filled, medium, "present", ledger=note).missing == 0


def newest_note(archive: Archive) -> str:
    with archive.reading() as house:
        newest = ledger_rows.newest_checkpoint(house.catalog.connection)
        assert newest is not None
        return str(newest["note"])


def test_two_histories_are_told_apart(filled: Archive, medium: Path, tmp_path: Path, jsonl: Jsonl) -> None:
    other = Archive(tmp_path / "other" / "home", filled.clock)
    shutil.rmtree(other.home)
    shutil.copytree(filled.home, other.home)
    filled.take_in(jsonl("more", {"object_id": "9", "text": "one more"}))
    other.take_in(jsonl("else", {"object_id": "9", "text": "something else"}))
    backed_up(filled, medium)
    note = tmp_path / "note"
    note.write_text(newest_note(other))
    for known in (note, other.home):
        with pytest.raises(DamageError, match="two different histories"):
            restored(filled, medium, ledger=known)
    done = backed_up(other, medium)
    assert done.apart.endswith("-0001") and done.copied > 0
    with open_house(restored(filled, medium, older_is_known=True).settings) as house:
        assert house.shelf.record(3).current.text == "something else"


def test_a_note_must_be_this_archives_and_signed(filled: Archive, medium: Path, tmp_path: Path) -> None:
    backed_up(filled, medium)
    note, good = tmp_path / "note", newest_note(filled)
    for text, message in (
        ("hello", "no signed checkpoint"),
        (good.replace("0123456789ab", "ba9876543210"), "another log"),
    ):
        note.write_text(text)
        with pytest.raises(UsageError, match=message):
            restored(filled, medium, ledger=note)
    lines = good.split("\n")
    lines[1] = str(int(lines[1]) + 5)
    note.write_text("\n".join(lines))
    with pytest.raises(DamageError, match="not signed by this archive's key"):
        restored(filled, medium, ledger=note, older_is_known=True)
    assert not list(tmp_path.glob("*back*"))


def test_dispositions_of_a_newer_ledger_are_replayed_before_anything_is_served(
    filled: Archive, medium: Path, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(filled, medium)
    filled.take_in(jsonl("more", {"object_id": "9", "text": "one more"}))
    heard: list[tuple[bool, int]] = []

    def replay(house: object, newer: list[bytes]) -> int:
        heard.append(((filled.home.parent / "back").exists(), len(newer)))
        return restoring_replay(house, newer)  # type: ignore[arg-type]

    restoring_replay = restoring.replay_dispositions
    monkeypatch.setattr(restoring, "replay_dispositions", replay)
    done = restored(filled, medium, ledger=filled.home, older_is_known=True)
    assert heard == [(False, done.missing)] and done.missing > 0 and done.replayed == 0


def test_nothing_is_written_over_or_into_the_wrong_place(filled: Archive, medium: Path, tmp_path: Path) -> None:
    for inside in (filled.home, filled.home / "backup", filled.home / "vault"):
        with pytest.raises(UsageError, match="inside the archive"):
            backed_up(filled, inside)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(UsageError, match="neither empty nor a backup"):
        backed_up(filled, tmp_path / "photos")
    with pytest.raises(UsageError, match="no Ofrecord backup"):
        restored(filled, tmp_path / "photos")
    backed_up(filled, medium)
    for taken in (tmp_path / "photos", filled.home, tmp_path / "photos" / "a.jpg"):
        with pytest.raises(UsageError, match="is not empty"):
            restoring.restore(medium, taken, KEY, "tester")
    with pytest.raises(UsageError, match="on the backup medium"):
        restoring.restore(medium, medium / "back", KEY, "tester")
    (tmp_path / "back").mkdir()
    assert restored(filled, medium).records == 2
    with pytest.raises(UsageError, match="There is no set"):
        restored(filled, medium, "again", chosen="1999")


def test_another_archives_backup_is_not_mixed_in(filled: Archive, medium: Path, tmp_path: Path) -> None:
    backed_up(filled, medium)
    other = Archive(tmp_path / "other", filled.clock)
    text = (other.home / "ofrecord.toml").read_text().replace("0123456789ab", "ba9876543210")
    (other.home / "ofrecord.toml").write_text(text)
    with pytest.raises(UsageError, match="another archive"):
        back_up(read_settings(other.home, "tester"), medium, KEY, filled.clock)


def test_a_damaged_archive_in_a_backup_is_not_restored_as_if_it_were_sound(filled: Archive, medium: Path) -> None:
    path = next((filled.home / "vault" / "media").rglob("*.warc.gz"))
    data = path.read_bytes()
    path.write_bytes(data[:-30] + b"?" + data[-29:])
    backed_up(filled, medium)
    with pytest.raises(DamageError):
        restored(filled, medium)
    assert not (filled.home.parent / "back").exists()


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8])
def test_an_interrupted_backup_leaves_the_older_set_and_the_next_one_goes_on(
    filled: Archive, medium: Path, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(backing_up, "PIECE", 2000)
    monkeypatch.setattr(backup_pack, "PACK", 4000)
    first = backed_up(filled, medium).made
    big = [{"object_id": f"b{n}", "text": random.Random(n).randbytes(300).hex()} for n in range(100)]
    filled.take_in(jsonl("big", *big))
    monkeypatch.setattr(backing_up, "SAVE_EVERY", 0.0)
    real, written = backup_pack.Packer.add, 0

    def add(packer: backup_pack.Packer, data: bytes) -> backup_set.Piece:
        nonlocal written
        written += 1
        if written > after * 4:
            raise KeyboardInterrupt
        return real(packer, data)

    monkeypatch.setattr(backup_pack.Packer, "add", add)
    with pytest.raises(KeyboardInterrupt):
        backed_up(filled, medium)
    monkeypatch.setattr(backup_pack.Packer, "add", real)
    assert [each.name for each in sets_on(medium, KEY) if isinstance(each, backup_set.BackupSet)] == [first.name]
    assert problems(medium) == []
    assert restored(filled, medium, "older").records == 2
    monkeypatch.setattr(backing_up, "SAVE_EVERY", 60.0)
    again = backed_up(filled, medium)
    assert restored(filled, medium).records == 102 and not list(medium.rglob("*.part"))
    used = {pack.name for made in (first, again.made) for bucket in made.buckets for pack in bucket.packs}
    assert {path.stem for path in medium.glob("packs/*/*.pack")} == used
    assert not (medium / "sets" / "unfinished.set").exists()


def test_what_an_interrupted_backup_copied_is_not_copied_again(
    filled: Archive, medium: Path, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backing_up, "SAVE_EVERY", 0.0)
    big = [{"object_id": f"b{n}", "text": random.Random(n).randbytes(3000).hex()} for n in range(60)]
    filled.take_in(jsonl("big", *big))
    whole = back_up(filled.settings, medium.with_name("whole"), KEY, filled.clock).copied
    monkeypatch.setattr(backup_set.Medium, "write_set", _stopping(backup_set.Medium.write_set))
    with pytest.raises(KeyboardInterrupt):
        backed_up(filled, medium)
    monkeypatch.undo()
    assert backed_up(filled, medium).copied < whole / 10
    assert restored(filled, medium).records == 62


def _stopping(real: Callable[..., None]) -> Callable[..., None]:
    def write_set(medium: backup_set.Medium, made: backup_set.BackupSet) -> None:
        if made.name != backup_set.UNFINISHED:
            raise KeyboardInterrupt
        real(medium, made)

    return write_set


def test_sets_are_dated_and_numbered(filled: Archive, medium: Path) -> None:
    names = []
    for days in range(3):
        at = fixed_clock(NOW + timedelta(days=days))
        names.append(back_up(filled.settings, medium, KEY, at).made.name)
    assert names == ["2026-11-20T18-00-00Z-0001", "2026-11-21T18-00-00Z-0002", "2026-11-22T18-00-00Z-0003"]
    done = restored(filled, medium, chosen="2026-11-21")
    assert done.made.name == names[1]


def test_two_backups_at_once_are_refused(filled: Archive, medium: Path) -> None:
    backed_up(filled, medium)
    with durable.only_writer(medium / "writer.lock"), pytest.raises(BusyError):
        backed_up(filled, medium)


def test_a_full_disk_is_seen_before_anything_is_copied(
    filled: Archive, medium: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(filled, medium)
    before = medium_files(medium)
    monkeypatch.setattr(durable, "MINIMUM_FREE", 1 << 60)
    with pytest.raises(UnavailableError, match="MB free"):
        backed_up(filled, medium)
    with pytest.raises(UnavailableError, match="MB free"):
        restored(filled, medium)
    assert medium_files(medium) == before and not list(tmp_path.glob("*back*"))


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "vault/../../up", "", "a\0b"])
def test_a_path_that_leads_out_is_refused(filled: Archive, medium: Path, path: str, tmp_path: Path) -> None:
    made = backed_up(filled, medium).made
    opened = backup_set.open_medium(medium, KEY)
    key = opened.key_for(backing_up.HOUSE)
    with backup_pack.packing(opened, key) as packer:
        listing = backup_pack.Listing()
        listing.add(backup_set.KeptFile(path=path, size=1, pieces=(packer.add(b"x"),)))
        lists = listing.write(packer)
        packer.roll()
    bad = backup_set.Bucket(key=key, lists=lists, files=1, bytes=1, packs=tuple(packer.packs))
    opened.write_set(replace(made, name="2027-01-01-0002", buckets=(bad,)))
    with pytest.raises(DamageError, match="outside the archive"):
        restored(filled, medium)
    assert not list(tmp_path.glob("*up")) and not list(tmp_path.glob("*back"))


def test_a_sealed_text_opens_only_where_it_was_put() -> None:
    seal = sealing.new_seal()
    one, two = seal.close(b"data", b"here"), seal.close(b"data", b"here")
    assert one != two and seal.open(one, b"here") == b"data"
    assert seal.open(one, b"there") is None and sealing.new_seal().open(one, b"here") is None
    assert seal.open(one[:20], b"here") is None and "secret" not in repr(seal)
    with pytest.raises(DamageError):
        sealing.seal_from("x", b"salt", 3)


def test_an_archive_in_which_people_have_read_comes_back_and_says_that_the_readings_did_not(
    filled: Archive, medium: Path
) -> None:
    with open_house(filled.settings, filled.clock) as house:
        finding.search(house, "zanzibar")
    later = fixed_clock(NOW + timedelta(minutes=20))  # the ledger commits to readings after five minutes
    with open_for_writing(filled.settings, later) as house:
        enrolling.add_account(house, "Another", "x")
        size = house.ledger.size()
        assert access_rows.committed_to(house.catalog.connection) == 1
    back_up(filled.settings, medium, KEY, later)
    back = restoring.restore(medium, filled.home.parent / "back", KEY, "tester", clock=later)
    with open_house(back.settings, later) as house:
        entries = [entry for _, entry in ledger_rows.entries(house.catalog.connection, size)]
        assert not auditing.verify(house, lambda done: None).findings
    assert [json.loads(entry)["t"] for entry in entries] == ["reads.lost", "archive.restored"]
    assert len({json.loads(entry)["ts"] for entry in entries}) == 1
