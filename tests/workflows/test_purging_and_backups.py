"""Backups and destruction: the next backup holds tombstones, an older one that comes back destroys again first."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.backup_set import Unlock
from archiver.sealing import Seal
from custody.errors import BusyError, UnavailableError
from custody.ids import RecordNumber
from tests.conftest import Archive
from tests.workflows.test_purging import AUTHORITY, codes, destroy, found_in, needles_of, post, segments
from workflows import backing_up, restoring
from workflows.restoring import Restored

KEY = Unlock(key=Seal(secret=bytes(range(32))))
Jsonl = Callable[..., Path]


@pytest.fixture
def filled(archive: Archive, jsonl: Jsonl) -> Archive:
    archive.take_in(jsonl("first", *(post(n) for n in range(1, 11))))
    archive.take_in(jsonl("old", *(post(n, created_at="2019-03-01T12:00:00Z") for n in range(11, 14))))
    return archive


@pytest.fixture(autouse=True)
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signed is not tried here (test_purge_attacks.py does): these destructions are nobody's, on purpose."""
    monkeypatch.setattr("workflows.auditing.check_authority", lambda *_: iter(()))


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    return tmp_path / "medium"


def backed_up(archive: Archive, medium: Path) -> backing_up.Backup:
    return backing_up.back_up(archive.settings, medium, KEY, archive.clock)


def restored(archive: Archive, medium: Path, name: str = "back", **more: object) -> tuple[Archive, Restored]:
    to = archive.home.parent / name
    done = restoring.restore(medium, to, KEY, "tester", clock=archive.clock, **more)  # type: ignore[arg-type]
    back = object.__new__(Archive)
    back.clock, back.settings = archive.clock, done.settings
    return back, done


def test_the_next_backup_holds_what_was_written_anew(filled: Archive, medium: Path) -> None:
    """The file has its old name and its old length; what the medium held of it is not used again."""
    backed_up(filled, medium)
    needles = needles_of(filled, 3, 11, 12, 13)
    destroy(filled, 3, 11, 12, 13)
    backed_up(filled, medium)
    back, done = restored(filled, medium)
    assert done.replayed == 0 and segments(back) == segments(filled)
    assert found_in(back, needles) == set() and codes(back) == set()
    destroy(filled, 4, authority={**AUTHORITY, "certificate": "DC-2026-0002"})
    backed_up(filled, medium)
    again, _ = restored(filled, medium, "again")
    assert segments(again) == segments(filled) and codes(again) == set()


@pytest.mark.parametrize("known", ["home", "ledger", "newer set"])
def test_an_older_backup_destroys_again_before_it_has_its_name(
    filled: Archive, medium: Path, jsonl: Jsonl, known: str
) -> None:
    old = backed_up(filled, medium).made
    needles = needles_of(filled, 3, 11, 12, 13)
    filled.take_in(jsonl("later", post(20)))
    destroy(filled, 3, 11, 12, 13, 14)
    if known == "newer set":
        backed_up(filled, medium)
    ledger = {"home": filled.home, "ledger": filled.home / "vault" / "ledger"}.get(known)
    with pytest.raises(UnavailableError, match="older than the archive"):
        restored(filled, medium, chosen=old.name, ledger=ledger)
    back, done = restored(filled, medium, chosen=old.name, ledger=ledger, older_is_known=True)
    assert done.replayed == 4, "R14 came in after the backup, so there is nothing of it to destroy"
    assert found_in(back, needles) == set() and codes(back) == set()
    with back.reading() as house:
        with pytest.raises(UnavailableError, match=r"R3 was destroyed on .* \(certificate DC-2026-0001\)"):
            house.shelf.record(RecordNumber(3))
        assert house.shelf.record(RecordNumber(4)).number == 4


def test_a_destruction_while_a_backup_is_made_makes_no_set_of_two_moments(
    filled: Archive, medium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = backing_up.take_snapshot

    def then_destroy(catalog: object) -> object:
        snapshot = take(catalog)  # type: ignore[arg-type]
        destroy(filled, 3)
        return snapshot

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(backing_up, "take_snapshot", then_destroy)
        with pytest.raises(BusyError, match="two different moments"):
            backed_up(filled, medium)
    backed_up(filled, medium)
    back, _ = restored(filled, medium)
    assert segments(back) == segments(filled) and codes(back) == set()


def test_what_a_destruction_keeps_while_it_lasts_is_in_no_backup(filled: Archive, medium: Path) -> None:
    (filled.home / "swept").mkdir(exist_ok=True)
    with filled.reading() as house:
        (filled.home / "swept" / "left").write_bytes(house.shelf.raw(RecordNumber(3), 1))
    assert destroy(filled, 3).verified is None and (filled.home / "purging" / "needles").exists()
    backed_up(filled, medium)
    back, _ = restored(filled, medium)
    assert not (back.home / "purging").exists() and codes(back) == set()
