"""Each finding of a verification has its own case, and says what to do."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pysqlite3.dbapi2 as driver
import pytest

from archiver import warc
from archiver.catalog.finding import Finding
from custody.ids import exchange_uuid
from tests.conftest import NOW, ROOT, Archive
from workflows import anchoring, auditing
from workflows.auditing import Level
from workflows.pins import pin_path
from workflows.witnessing import new_witness, sign_in, watch

Jsonl = Callable[..., Path]


@pytest.fixture
def filled(archive: Archive, jsonl: Jsonl) -> Archive:
    archive.take_in(jsonl("a", *({"object_id": str(n), "text": f"post {n}"} for n in range(5))))
    return archive


def found(archive: Archive, level: Level = Level.V4) -> set[str]:
    with archive.reading() as house:
        return {each.code for each in auditing.verify(house, lambda done: None, level).findings}


def sql(archive: Archive, statement: str) -> None:
    connection = driver.connect(archive.settings.catalog)
    connection.execute(statement)
    connection.commit()
    connection.close()


def segment(archive: Archive, room: str = "segments") -> Path:
    return next(iter(sorted((archive.home / "vault" / room).rglob("*.gz"))))


def test_a_changed_head_a_cut_and_a_damaged_exchange(filled: Archive) -> None:
    path = segment(filled)
    sound = path.read_bytes()
    path.write_bytes(sound[:30] + bytes([sound[30] ^ 1]) + sound[31:])
    assert found(filled) == {"file-head-changed"}
    path.write_bytes(sound[:-3])
    assert found(filled) == {"file-cut-off"}
    path.write_bytes(sound[:-30] + bytes([sound[-30] ^ 1]) + sound[-29:])
    assert found(filled) == {"bytes-changed", "exchange-damaged"}


def test_a_catalog_that_holds_what_was_never_written(filled: Archive) -> None:
    sql(filled, "UPDATE ledger_entry SET entry = 'a text' WHERE seq = 2")
    assert "catalog-damaged" in found(filled, Level.V1)


def test_the_vaults_copy_of_the_ledger_is_another(filled: Archive) -> None:
    path = segment(filled, "ledger")
    data = path.read_bytes()
    connection = driver.connect(filled.settings.catalog)
    query = 'SELECT size, "offset", length FROM checkpoint ORDER BY size DESC LIMIT 1'
    ((size, offset, length),) = connection.execute(query).fetchall()
    exchange = warc.read_member(data[offset : offset + length], "block")
    other = exchange.block.replace(b'"v":1', b'"v":2')
    uuid = exchange_uuid(filled.settings.archive, size, 0, 7)
    member = warc.packed(warc.exchange(b"metadata", uuid, "2026-11-20T18:00:00.000Z", "urn:x", "application/x", other))
    path.write_bytes(data[:offset] + member)
    end = offset + len(member)
    connection.execute(
        "UPDATE checkpoint SET length = ?, sha256 = ? WHERE size = ?",
        (len(member), hashlib.sha256(member).digest(), size),
    )
    connection.execute("UPDATE segment SET committed_end = ? WHERE room = 'ledger'", (end,))
    connection.commit()
    connection.close()
    assert "ledger-changed" in found(filled, Level.V3)


def test_another_key_than_the_one_remembered(filled: Archive, tmp_path: Path) -> None:
    filled.settings = replace(filled.settings, pins=tmp_path / "pins")
    with filled.writing():
        pass
    path = pin_path(filled.settings)
    assert path is not None
    key, _, note = path.read_text().partition("\n")
    path.write_text(f"{key.replace('ofrecord/', 'another/')}\n{note}")
    assert found(filled, Level.V0) == {"key-changed"}


def test_an_entry_later_than_a_witness_saw_it(filled: Archive, tmp_path: Path) -> None:
    from archiver.catalog.ledger_check import public_key

    key = new_witness(tmp_path / "clerk", "clerk")
    with filled.writing() as house:
        anchoring.trust(house, key)
        watch(tmp_path / "clerk", str(public_key(house.catalog)), filled.clock)
        anchoring.ask(house, str(tmp_path), "clerk")
    sign_in(tmp_path, tmp_path / "clerk", lambda: NOW - timedelta(hours=1))
    with filled.writing() as house:
        anchoring.take(house, str(tmp_path), "clerk")
    assert found(filled) == {"time-impossible"}


def test_a_full_segment_is_sealed_in_the_ledger(filled: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as small:
        small.setattr("archiver.segment.ROLL_AT", 100)
        filled.take_in(jsonl("b", {"object_id": "new", "text": "in the next segment"}))
    with filled.writing():
        pass
    with filled.reading() as house:
        from archiver.catalog import queries

        assert queries.unsealed_segments(house.catalog.connection) == []
        assert queries.newest_data(house.catalog.connection, ("segment.sealed",)) is not None
    assert found(filled) == set()


def test_every_code_has_its_case_and_its_hint() -> None:
    sources = [
        path.read_text() for room in ("archiver", "workflows", "custody") for path in (ROOT / room).rglob("*.py")
    ]
    codes = {code for source in sources for code in re.findall(r'code="([a-z-]+)"', source)}
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    assert len(codes) >= 25
    for code in codes:
        assert f'"{code}"' in tests or f"{code} " in tests, f"no test brings about {code}"
        assert auditing.hint_for(Finding(code=code, object="x", message="y"))


def test_an_entry_of_every_kind_of_act_is_written_as_an_entry_is() -> None:
    from archiver.catalog import acts
    from archiver.catalog.ledger_check import _OTHER

    for kind in acts.kinds():
        entry = f'{{"C":"{"0" * 64}","act":1,"subject":0,"t":"{kind}","ts":"2026-11-20T18:00:00.000Z","v":1}}'
        assert _OTHER.fullmatch(entry.encode()), kind
