"""The attacks of docs/threat-model.md, each carried out, each with the code by which the named level must find it."""

import base64
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as driver
import pytest

from archiver import warc
from archiver.catalog import ledger_rows, rows
from archiver.ledger import origin_of
from archiver.normalized import content_bytes, digest_of_bytes, envelope_after, envelope_before
from archiver.press import fields_digest, kept_part
from archiver.signing import read_key
from custody.checkpoint import Checkpoint, Note
from custody.commitment import record_commitment
from custody.errors import DamageError
from custody.ids import exchange_uuid
from custody.ledger import Tree, leaf_hash
from custody.record import searchable_parts
from custody.words import joined
from tests.conftest import NOW, Archive
from workflows import auditing, requesting
from workflows.anchoring import ask, take, trust
from workflows.auditing import Level
from workflows.witnessing import new_witness, sign_in, watch

Jsonl = Callable[..., Path]
LAST = 4
"""The record that stands last in its segment, so that it can be forged at any length."""


@pytest.fixture
def kept(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> Archive:
    posts = [
        {"object_id": str(n), "text": f"snow plow {n} tonight", "author": {"name": "Jane Doe"}} for n in range(1, 5)
    ]
    archive.take_in(jsonl("a", *posts))
    with archive.writing() as house:
        requesting.open_request(house, "everything about snow", archive.clock(), "email")
        requesting.collect(house, 1, "snow")
    archive.settings = replace(archive.settings, pins=tmp_path / "pins")
    with archive.writing():
        pass  # this computer has now seen the ledger
    return archive


def codes(archive: Archive, level: str) -> set[str]:
    with archive.reading() as house:
        return {found.code for found in auditing.verify(house, lambda done: None, Level[level]).findings}


def sql(archive: Archive, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
    """As an administrator would: past the program."""
    connection = driver.connect(archive.settings.catalog)
    try:
        found = connection.execute(statement, values).fetchall()
        connection.commit()
        return list(found)
    finally:
        connection.close()


def segment_of(archive: Archive, number: int) -> Path:
    ((name,),) = sql(
        archive, "SELECT s.name FROM version v JOIN segment s ON s.id = v.segment WHERE number = ?", (number,)
    )
    return archive.home / "vault" / str(name)


class Forger:
    """Somebody who knows the program and may write every file: changes the last record's text, consistently."""

    def __init__(self, archive: Archive, text: str) -> None:
        self.archive, self.path = archive, segment_of(archive, LAST)
        with archive.reading() as house:
            place = dict(sql_row(archive, "SELECT * FROM version WHERE number = ?", LAST))
            self.place = place
            old = house.shelf.envelopes(LAST)[0]
            raw = house.shelf.raw(LAST, 1)
        self.envelope = replace(old, content=replace(old.content, text=text))
        self.raw = raw.replace(b"snow plow 4 tonight", text.encode())
        self.raw_sha256 = hashlib.sha256(self.raw).digest()
        date, uri = "2026-11-20T18:00:00.000Z", f"urn:ofrecord:{house.settings.archive}:R{LAST}:v1"
        ids = [exchange_uuid(house.settings.archive, LAST, 1, role) for role in (1, 2)]
        e = self.envelope
        before = envelope_before(e.account, e.as_of, e.captured_at)
        after = envelope_after(e.number, e.version, bytes.fromhex(e.opening), e.place, e.run, e.series, e.series_reason)
        self.content = content_bytes(self.envelope.content)
        normal = before + self.content + after
        first = warc.packed(warc.exchange(b"resource", ids[0], date, uri + ":raw", "application/json", self.raw))
        second = warc.exchange(b"conversion", ids[1], date, uri + ":record", "application/json", normal, ids[0])
        self.members, self.raw_length = first + warc.packed(second), len(first)
        self.digest, self.sha256 = digest_of_bytes(self.content), hashlib.sha256(self.members).digest()
        self.line = joined(searchable_parts(self.envelope.content))

    def bytes_and_catalog(self) -> None:
        with self.path.open("r+b") as file:
            file.truncate(self.place["offset"])
            file.seek(self.place["offset"])
            file.write(self.members)
        end, opening = self.place["offset"] + len(self.members), bytes(self.place["opening"])
        fields = fields_digest(opening, self.content, self.raw_sha256)
        sql(
            self.archive,
            "UPDATE version SET digest = ?, sha256 = ?, raw_length = ?, length = ?, fields = ? WHERE number = ?",
            (self.digest, self.sha256, self.raw_length, len(self.members), fields, LAST),
        )
        sql(self.archive, "UPDATE segment SET committed_end = ? WHERE id = ?", (end, self.place["segment"]))
        sql(self.archive, "UPDATE record SET digest = ? WHERE number = ?", (self.digest, LAST))
        sql(self.archive, "UPDATE search_text SET line = ? WHERE rowid = ?", (self.line, LAST))

    def entry(self) -> None:
        """Also the record's entry, in the catalog and in the vault."""
        row = rows.row_of_version(self.envelope)
        opening, facts = bytes(self.place["opening"]), rows.fact_bytes(rows.proved_of(row), row["digest"])
        kept = kept_part(self.sha256, self.line, facts)
        made = record_commitment(opening, kept, fields_digest(opening, self.content, self.raw_sha256)).hex().encode()
        ((old,),) = sql(self.archive, "SELECT entry FROM ledger_entry WHERE seq = ?", (self.place["leaf"],))
        new = b'{"C":"' + made + bytes(old)[70:]
        sql(self.archive, "UPDATE ledger_entry SET entry = ? WHERE seq = ?", (new, self.place["leaf"]))
        rewrite_blocks(self.archive)

    def roots(self) -> None:
        """Also every root, signed again with the stolen key."""
        resign(self.archive)


def sql_row(archive: Archive, statement: str, number: int) -> Any:
    connection = driver.connect(archive.settings.catalog)
    connection.row_factory = driver.Row
    try:
        return connection.execute(statement, (number,)).fetchone()
    finally:
        connection.close()


def rewrite_blocks(archive: Archive) -> None:
    """The vault's copy of the ledger, made to say what the catalog says."""
    blocks = sql(archive, 'SELECT size, first, segment, "offset", length FROM checkpoint ORDER BY size')
    ((name, head),) = sql(archive, "SELECT name, head_length FROM segment WHERE room = 'ledger'")
    path = archive.home / "vault" / str(name)
    data, place = path.read_bytes()[:head], head
    original = path.read_bytes()
    for size, first, _, offset, length in blocks:
        exchange = warc.read_member(original[offset : offset + length], "block")
        entries = sql(archive, "SELECT entry FROM ledger_entry WHERE seq >= ? AND seq < ? ORDER BY seq", (first, size))
        block = b"".join(bytes(entry) + b"\n" for (entry,) in entries)
        fields = exchange.fields
        uuid = fields["WARC-Record-ID"][10:-1]
        uri, media_type = fields["WARC-Target-URI"], fields["Content-Type"]
        member = warc.packed(warc.exchange(b"metadata", uuid, fields["WARC-Date"], uri, media_type, block))
        sql(
            archive,
            'UPDATE checkpoint SET "offset" = ?, length = ?, sha256 = ? WHERE size = ?',
            (place, len(member), hashlib.sha256(member).digest(), size),
        )
        data, place = data + member, place + len(member)
    path.write_bytes(data)
    sql(archive, "UPDATE segment SET committed_end = ? WHERE room = 'ledger'", (place,))


def resign(archive: Archive) -> None:
    """Every root computed again and signed with the archive's own key, as whoever stole it could."""
    key = read_key(archive.settings.key, origin_of(archive.settings.archive))
    for size, root in roots_again(archive):
        text = Checkpoint(origin=key.name, size=size, root=root).text()
        note = str(Note(text=text, signatures=(key.signed(text),)))
        sql(archive, "UPDATE checkpoint SET root = ?, note = ? WHERE size = ?", (root, note, size))


def roots_again(archive: Archive) -> list[tuple[int, bytes]]:
    """Every hash of the tree computed again from the entries, and what each root would be."""
    tree, sizes, found = Tree(), {size for (size,) in sql(archive, "SELECT size FROM checkpoint")}, []
    for (entry,) in sql(archive, "SELECT entry FROM ledger_entry ORDER BY seq"):
        tree.append(leaf_hash(bytes(entry)))
        if tree.size in sizes:
            found.append((tree.size, tree.root()))
    for level, position, node in tree.completed:
        sql(archive, "UPDATE ledger_node SET hash = ? WHERE level = ? AND position = ?", (node, level, position))
    return found


def truncate(archive: Archive, size: int) -> None:
    """The newest entries gone, with everything that names them."""
    for table in ("version", "quarantine", "act"):
        sql(archive, f"DELETE FROM {table} WHERE leaf >= ?", (size,))
    sql(archive, "DELETE FROM ledger_entry WHERE seq >= ?", (size,))
    sql(archive, "DELETE FROM checkpoint WHERE size > ?", (size,))


def test_nothing_is_found_in_a_sound_archive(kept: Archive) -> None:
    assert [codes(kept, level.name) for level in Level] == [set()] * 5


@pytest.mark.parametrize(
    ("attack", "statement", "level", "code"),
    [
        ("A01", "UPDATE record SET author_name = 'Somebody' WHERE number = 2", "V2", "catalog-changed"),
        ("A01", "UPDATE record SET created_at = 1 WHERE number = 2", "V2", "catalog-changed"),
        ("A01", "UPDATE record SET as_of = as_of + 1 WHERE number = 2", "V2", "catalog-changed"),
        ("A01", "UPDATE record SET series = 'WI-ELSE' WHERE number = 2", "V2", "catalog-changed"),
        ("A01", "UPDATE record SET first_run = 9 WHERE number = 2", "V2", "catalog-changed"),
        ("A01", "UPDATE search_text SET line = 'other words' WHERE rowid = 2", "V2", "index-differs"),
        ("A01", "UPDATE act SET data = replace(data, 'snow', 'rain') WHERE kind = 'request.opened'", "V2",
         "state-changed"),
        ("A01", "UPDATE version SET raw_length = raw_length + 1 WHERE number = 2", "V3", "exchange-damaged"),
        ("A01", "UPDATE version SET raw_length = length WHERE number = 2", "V3", "exchange-damaged"),
        ("A06", "DELETE FROM version WHERE number = 4", "V1", "content-gone"),
        ("A17", "INSERT INTO ledger_entry SELECT max(seq) + 1, (SELECT entry FROM ledger_entry WHERE seq = 4) FROM "
         "ledger_entry", "V1", "ledger-entry-wrong"),
        ("A18", "UPDATE ledger_entry SET entry = CAST(replace(entry, '\"n\":1', '\"n\":2') AS BLOB) WHERE seq = 4",
         "V1",
         "ledger-root-differs"),
        ("A19", "DELETE FROM search_text WHERE rowid = 3", "V2", "index-differs"),
        ("A20", "UPDATE account SET data = replace(data, 'Dana Ruiz', 'Max Muster')", "V2", "state-changed"),
        ("A21", "DELETE FROM hold", "V2", "state-changed"),
        ("A21", "UPDATE hold SET released_at = 1", "V2", "state-changed"),
        ("A21", "DELETE FROM decision WHERE record = 2", "V2", "state-changed"),
        ("A27", "DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)", "V0", "ledger-cut-off"),
        ("A27", "UPDATE checkpoint SET note = NULL", "V0", "checkpoint-unsigned"),
        ("A27", "UPDATE checkpoint SET note = replace(note, 'ofrecord', 'offrecord')", "V0", "checkpoint-changed"),
        ("A27", "UPDATE ledger_entry SET entry = CAST('{\"C\":1}' AS BLOB) WHERE seq = 0", "V1", "ledger-key-unknown"),
    ],
)  # fmt: skip
def test_a_change_by_sql_is_found(kept: Archive, attack: str, statement: str, level: str, code: str) -> None:
    sql(kept, statement)
    assert code in codes(kept, level), attack
    assert code in codes(kept, "V4") or code == "state-changed", attack


def test_a02_changed_bytes(kept: Archive) -> None:
    path = segment_of(kept, 2)
    data = bytearray(path.read_bytes())
    ((offset,),) = sql(kept, 'SELECT "offset" FROM version WHERE number = 2')
    data[offset + 60] ^= 1
    path.write_bytes(data)
    assert "bytes-changed" in codes(kept, "V3")


def test_a03_to_a05_a_consistent_forgery_is_found_one_level_further_each_time(kept: Archive, tmp_path: Path) -> None:
    witnessed(kept, tmp_path)
    forger = Forger(kept, "no plow came")
    forger.bytes_and_catalog()
    assert "ledger-differs" in codes(kept, "V3")
    forger.entry()
    assert codes(kept, "V3") >= {"ledger-root-differs"} and "ledger-differs" not in codes(kept, "V3")
    assert "ledger-root-differs" in codes(kept, "V1")
    forger.roots()
    kept.settings = replace(kept.settings, pins=None)
    assert codes(kept, "V3") == set(), "inside the archive nothing can tell"
    assert "ledger-forked" in codes(kept, "V4"), "the witness can"


def test_a04_a_change_whose_signatures_were_taken_away_is_not_signed_by_the_next_start(kept: Archive) -> None:
    kept.settings = replace(kept.settings, pins=None)
    sql(kept, 'UPDATE ledger_entry SET entry = CAST(replace(entry, \'"C":"\', \'"C":"00\') AS BLOB) WHERE seq = 4')
    sql(kept, "UPDATE ledger_entry SET entry = CAST(substr(entry, 1, 68) || substr(entry, 71) AS BLOB) WHERE seq = 4")
    for size, root in roots_again(kept):
        sql(kept, "UPDATE checkpoint SET root = ?, note = NULL WHERE size = ?", (root, size))
    assert codes(kept, "V0") == codes(kept, "V1") == {"checkpoint-unsigned", "ledger-changed"}
    with pytest.raises(DamageError, match="not the one in the vault"), kept.writing():
        pass
    assert codes(kept, "V0") == {"checkpoint-unsigned", "ledger-changed"}, "nothing was signed"


def test_a04_the_newest_signature_that_is_left_must_still_fit(kept: Archive) -> None:
    sql(kept, "UPDATE checkpoint SET note = NULL WHERE size = (SELECT max(size) FROM checkpoint)")
    ((size,),) = sql(kept, "SELECT max(size) FROM checkpoint WHERE note IS NOT NULL")
    sql(kept, "UPDATE checkpoint SET root = zeroblob(32) WHERE size = ?", (size,))
    assert {"ledger-root-differs", "checkpoint-changed"} <= codes(kept, "V0")


def test_a04_an_older_root_is_signed_only_when_the_newest_grew_from_it(kept: Archive) -> None:
    ((size,),) = sql(kept, "SELECT min(size) FROM checkpoint WHERE size > 3")
    sql(kept, "UPDATE checkpoint SET note = NULL, root = zeroblob(32) WHERE size = ?", (size,))
    with kept.writing() as house, pytest.raises(DamageError, match="nothing was signed|not the beginning"):
        house.ledger.signed_beyond(size - 1)


def test_a05_the_pin_tells_too(kept: Archive) -> None:
    forger = Forger(kept, "no plow came")
    forger.bytes_and_catalog()
    forger.entry()
    forger.roots()
    assert codes(kept, "V0") == {"ledger-forked"}
    with pytest.raises(DamageError, match="not the archive this computer knows"), kept.writing():
        pass


def test_a06_a_record_removed_everywhere(kept: Archive) -> None:
    place = dict(sql_row(kept, "SELECT * FROM version WHERE number = ?", LAST))
    path = segment_of(kept, LAST)
    path.write_bytes(path.read_bytes()[: place["offset"]])
    sql(kept, "UPDATE segment SET committed_end = ? WHERE id = ?", (place["offset"], place["segment"]))
    for statement in ("DELETE FROM version WHERE number = ?", "DELETE FROM record WHERE number = ?",
                      "DELETE FROM search_text WHERE rowid = ?",
                      "DELETE FROM search_facts WHERE number = ?"):  # fmt: skip
        sql(kept, statement, (LAST,))
    assert "content-gone" in codes(kept, "V1")


def test_a07_the_newest_entries_removed(kept: Archive) -> None:
    ((size,),) = sql(kept, "SELECT max(first) FROM checkpoint")
    truncate(kept, size)
    resign(kept)
    assert "ledger-gone-back" in codes(kept, "V0")


def test_a08_and_a09_an_old_copy_and_a_fork(kept: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(kept.home, old)
    kept.take_in(jsonl("b", {"object_id": "9", "text": "later"}))
    folder = witnessed(kept, tmp_path)
    shutil.rmtree(kept.home)
    shutil.copytree(old, kept.home)
    assert codes(kept, "V0") == {"ledger-gone-back"}
    pins, kept.settings = kept.settings.pins, replace(kept.settings, pins=None)
    for n in range(20):
        kept.take_in(jsonl(f"c{n}", {"object_id": f"c{n}", "text": "another past"}))
    kept.settings = replace(kept.settings, pins=pins)
    assert codes(kept, "V0") == {"ledger-forked"}
    kept.settings = replace(kept.settings, pins=None)
    with kept.writing() as house:
        trust(house, (folder / "witness.pub").read_text())
        ask(house, str(tmp_path), "clerk")
    with pytest.raises(Exception, match=r"has seen \d+ entries, the question begins at 0"):
        sign_in(tmp_path, folder)


def test_a10_and_a11_a_clock_set_back_is_said_and_times_never_fall(kept: Archive, jsonl: Jsonl) -> None:
    kept.clock = lambda: NOW - timedelta(days=700)
    kept.take_in(jsonl("b", {"object_id": "old", "text": "captured two years ago"}))
    assert codes(kept, "V4") == set()
    with kept.reading() as house:
        entries = [entry for _, entry in ledger_rows.entries(house.catalog.connection)]
    assert any(b'"t":"clock.anomaly"' in entry and b'"behind":60480000000' in entry for entry in entries)
    times = [entry.split(b'"ts":"')[1][:24] for entry in entries]
    assert times == sorted(times) and times[-1].startswith(b"2026-11-20")


def test_a10_an_entry_dated_back_is_found(kept: Archive) -> None:
    change = "CAST(replace(entry, '2026-11-20', '2024-11-20') AS BLOB)"
    sql(kept, f"UPDATE ledger_entry SET entry = {change} WHERE seq = 5")
    rewrite_blocks(kept)
    resign(kept)
    assert "ledger-entry-wrong" in codes(kept, "V1")


def test_a16_two_records_swapped(kept: Archive) -> None:
    sql(kept, "UPDATE version SET number = 99 WHERE number = 2")
    sql(kept, "UPDATE version SET number = 2 WHERE number = 3")
    sql(kept, "UPDATE version SET number = 3 WHERE number = 99")
    assert "record-swapped" in codes(kept, "V3")


def test_a24_the_ledger_gives_nothing_away(archive: Archive, jsonl: Jsonl) -> None:
    """Of no word, name, address or id, nor of a digest of them, is there a trace in an entry or the vault's copy."""
    planted = [f"secret{n:04d}" for n in range(1000)]
    posts = [
        {"object_id": f"id-{word}", "text": f"call {word}", "author": {"name": f"name {word}", "handle": f"@{word}"},
         "permalink": f"https://social.example/{word}"}
        for word in planted
    ]  # fmt: skip
    archive.take_in(jsonl("a", *posts))
    with archive.reading() as house:
        entries = b"\n".join(entry for _, entry in ledger_rows.entries(house.catalog.connection))
        (path,) = (archive.home / "vault" / "ledger").glob("*.gz")
    with path.open("rb") as file:
        vault = b"".join(content for _, _, content in warc.walk(file, path.stat().st_size, "ledger"))
    for found in (entries, vault):
        assert b"secret" not in found and b"social.example" not in found
        for word in planted:
            for text in (f"call {word}", f'"call {word}"', word, f"id-{word}", f"name {word}"):
                for made in (hashlib.sha256, hashlib.sha1, hashlib.md5):
                    digest = made(text.encode()).digest()
                    assert digest.hex().encode() not in found and base64.b64encode(digest) not in found
    assert entries.count(b'"t":"record.commit"') == 1000


def test_no_false_alarm_in_many_clean_runs(archive: Archive, jsonl: Jsonl) -> None:
    clean = 0
    for n in range(40):
        archive.take_in(
            jsonl(f"p{n}", {"object_id": str(n % 7), "text": f"edition {n}"}, *(["{broken"] if n % 5 else []))
        )
        with archive.writing() as house:
            if n % 10 == 0:
                requesting.open_request(house, f"question {n}", archive.clock(), "phone")
        for level in ("V0", "V1", "V2", "V3", "V4"):
            assert codes(archive, level) == set()
            clean += 1
    assert clean == 200


def witnessed(archive: Archive, place: Path) -> Path:
    """The archive's newest checkpoint signed by a witness. Returns the witness's folder."""
    folder = place / "clerk-pc"
    key = new_witness(folder, "clerk")
    with archive.reading() as house:
        from archiver.catalog.ledger_check import public_key

        watch(folder, str(public_key(house.catalog)), archive.clock)
    with archive.writing() as house:
        trust(house, key)
        ask(house, str(place), "clerk")
    assert len(sign_in(place, folder, archive.clock)) == 1
    with archive.writing() as house:
        assert take(house, str(place), "clerk") > 0
    return folder


def test_a_change_of_the_settings_is_written_down_once(kept: Archive) -> None:
    path = kept.settings.city
    path.write_text(path.read_text() + "\n# edited by hand\n")
    for _ in range(2):
        with kept.writing():
            pass
    with kept.reading() as house:
        entries = [entry for _, entry in ledger_rows.entries(house.catalog.connection)]
    assert sum(b'"t":"settings.changed"' in entry for entry in entries) == 1
    assert codes(kept, "V4") == set()
