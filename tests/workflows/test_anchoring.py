"""A witness on another machine: it signs what grows, refuses what goes back, and never forgets."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.catalog.ledger_check import public_key
from archiver.signing import verify
from archiver.witness import Refusal, Witness
from custody.checkpoint import checkpoint_of, is_signed, note_of, proof_of
from custody.errors import DamageError, UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.ledger import includes, leaf_hash
from tests.conftest import Archive
from workflows import anchoring, auditing
from workflows.pins import check_pin, forget_pin, pin_path
from workflows.witnessing import new_witness, server, sign_in, watch

Jsonl = Callable[..., Path]


@pytest.fixture
def clerk(archive: Archive, tmp_path: Path) -> Path:
    """A witness that watches the archive, and that the archive counts on."""
    folder = tmp_path / "clerk-pc"
    key = new_witness(folder, "clerk")
    with archive.writing() as house:
        anchoring.trust(house, key)
        watch(folder, str(public_key(house.catalog)), archive.clock)
    return folder


def exchanged(archive: Archive, folder: Path, place: Path) -> int:
    with archive.writing() as house:
        anchoring.ask(house, str(place), "clerk")
    sign_in(place, folder, archive.clock)
    with archive.writing() as house:
        return anchoring.take(house, str(place), "clerk")


def test_questions_and_answers_travel_in_a_folder(archive: Archive, clerk: Path, tmp_path: Path, jsonl: Jsonl) -> None:
    first = exchanged(archive, clerk, tmp_path / "stick")
    archive.take_in(jsonl("a", {"object_id": "1", "text": "secret words"}))
    second = exchanged(archive, clerk, tmp_path / "stick")
    assert second > first > 0
    with archive.reading() as house:
        status = anchoring.status(house, archive.clock())
        assert [row["entries"] for row in status["witnesses"]] == [second] and status["hours"] == 0
        assert auditing.verify(house, lambda done: None).findings == ()
    seen = b"".join(path.read_bytes() for path in [*clerk.iterdir(), *(tmp_path / "stick").iterdir()])
    assert b"secret" not in seen and b"parks" not in seen


@pytest.fixture
def address(archive: Archive, clerk: Path) -> Iterator[str]:
    told: list[str] = []
    with server(clerk, 0, told.append, archive.clock) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()
    assert told


def test_a_witness_answers_at_its_address(archive: Archive, clerk: Path, address: str) -> None:
    for _ in range(3):
        with archive.writing() as house:
            assert "has signed" in anchoring.ask(house, address, "clerk")
    with archive.writing() as house, pytest.raises(UnavailableError, match="refuses to sign: This witness has seen"):
        anchoring.ask(house, address, "clerk", since=1)
    with archive.writing() as house, pytest.raises(UnavailableError, match="does not answer"):
        anchoring.ask(house, "http://127.0.0.1:9", "clerk")


def test_a_lost_answer_is_asked_for_again(archive: Archive, clerk: Path, tmp_path: Path) -> None:
    with archive.writing() as house:
        anchoring.ask(house, str(tmp_path), "clerk")
    sign_in(tmp_path, clerk, archive.clock)
    (answer,) = tmp_path.glob("*.answer.txt")
    answer.unlink()  # the stick was lost after the witness had signed
    with archive.writing() as house:
        anchoring.trust(house, new_witness(tmp_path / "other", "other"))
        anchoring.ask(house, str(tmp_path), "clerk")
    with pytest.raises(Refusal, match=r"has seen \d+ entries") as refused:
        sign_in(tmp_path, clerk, archive.clock)
    with archive.writing() as house:
        anchoring.ask(house, str(tmp_path), "clerk", since=refused.value.seen)
    assert len(sign_in(tmp_path, clerk, archive.clock)) == 1


def test_what_a_witness_does_not_sign(archive: Archive, clerk: Path, tmp_path: Path) -> None:
    size = exchanged(archive, clerk, tmp_path)
    witness = Witness(clerk, archive.clock)
    with archive.writing() as house:
        note = house.ledger.signed_beyond(0)[1]
        newest = house.ledger.sign() or ""
    with pytest.raises(Refusal, match="gone back"):
        witness.sign(f"old {size}\n\n{note}")
    with pytest.raises(Refusal, match="not the one that was seen"):
        witness.sign(f"old {size}\n\n{newest}")
    with pytest.raises(Refusal, match="not signed by the key"):
        witness.sign(f"old {size}\n\n" + newest.replace("\u2014 ofrecord", "\u2014 offrecord"))
    with pytest.raises(Refusal, match="does not watch"):
        Witness(tmp_path / "clerk-pc", archive.clock).sign(f"old 0\n\n{newest.replace('ofrecord/', 'other/')}")
    for wrong in ("", "old x\n\n" + newest, "old 1\nAAAA\n\n" + newest, "new 1\n\n" + newest):
        with pytest.raises(DamageError):
            witness.sign(wrong)
    with pytest.raises(UsageError, match="under another key"):
        with archive.reading() as house:
            origin = public_key(house.catalog)
        watch(clerk, str(replace(origin, public=bytes(32))), archive.clock)


def test_who_is_not_known_is_named(archive: Archive, tmp_path: Path) -> None:
    with archive.writing() as house:
        with pytest.raises(UsageError, match=r"no witness 'clerk' \(known: none yet\)"):
            anchoring.ask(house, str(tmp_path), "clerk")
        with pytest.raises(DamageError, match="no public key"):
            anchoring.trust(house, "clerk")
        key = new_witness(tmp_path / "w", "clerk")
        anchoring.trust(house, key)
        with pytest.raises(UsageError, match="a witness named clerk already"):
            anchoring.trust(house, key)
        with pytest.raises(UnavailableError, match="cannot be read"):
            anchoring.take(house, str(tmp_path), "clerk")
    with pytest.raises(UsageError, match="cannot be a witness's name"):
        new_witness(tmp_path / "v", "clerk's pc")
    with pytest.raises(UsageError, match="a witness in"):
        new_witness(tmp_path / "w", "again")


def test_an_answer_by_somebody_else_is_not_taken(archive: Archive, clerk: Path, tmp_path: Path) -> None:
    with archive.writing() as house:
        anchoring.ask(house, str(tmp_path), "clerk")
        other = tmp_path / "other"
        new_witness(other, "clerk")
        watch(other, str(public_key(house.catalog)), archive.clock)
    sign_in(tmp_path, other, archive.clock)
    with archive.writing() as house, pytest.raises(DamageError, match="not signed by clerk"):
        anchoring.take(house, str(tmp_path), "clerk")


def test_this_computer_remembers_and_can_be_told_to_accept(archive: Archive, tmp_path: Path) -> None:
    archive.settings = replace(archive.settings, pins=tmp_path / "pins")
    with archive.writing() as house:
        assert not list(check_pin(house.settings, house.catalog))
    path = pin_path(archive.settings)
    assert path is not None and path.exists()
    lines = path.read_text().split("\n")
    assert lines[2].isdigit()
    path.write_text("\n".join([*lines[:2], "99", *lines[3:]]))
    with archive.reading() as house:
        assert [found.code for found in check_pin(archive.settings, house.catalog)] == ["anchor-unsigned"]
        forget_pin(archive.settings, house.catalog)
        assert not list(check_pin(archive.settings, house.catalog))
    path.write_text("nonsense")
    with archive.reading() as house:
        assert [found.code for found in check_pin(archive.settings, house.catalog)] == ["anchor-unreadable"]


def test_a_response_somebody_kept_is_compared_with(archive: Archive, tmp_path: Path) -> None:
    with archive.writing() as house:
        note = tmp_path / "kept.txt"
        note.write_text(house.ledger.sign() or "")
    with archive.reading() as house:
        given = [("kept.txt", auditing.checkpoint_in(note))]
        assert auditing.verify(house, lambda done: None, against=given).clean
        other = [("kept.txt", given[0][1].replace("ofrecord/", "other/", 1))]
        assert {found.code for found in auditing.verify(house, lambda done: None, against=other).findings} == {
            "anchor-unsigned"
        }


def test_a_proof_in_the_form_other_tools_read(archive: Archive, tmp_path: Path, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", *({"object_id": str(n), "text": f"secret {n}"} for n in range(300))))
    with archive.writing() as house:
        entry, proof = anchoring.write_proof(house, RecordNumber(200), 1, tmp_path)
        with pytest.raises(UnavailableError, match="no version 2 of R200"):
            anchoring.write_proof(house, RecordNumber(200), 2, tmp_path)
        key = public_key(house.catalog)
    index, hashes, text = proof_of(proof.read_text())
    note = note_of(text)
    checkpoint = checkpoint_of(note.text)
    assert is_signed(note, key, verify)
    assert includes(checkpoint.root, checkpoint.size, index, leaf_hash(entry.read_bytes()), hashes)
    assert b"secret" not in entry.read_bytes() + proof.read_bytes()
