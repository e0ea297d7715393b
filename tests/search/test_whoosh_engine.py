"""What whoosh's pickles must never do to us: an index this archive did not write is not opened."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest
from whoosh.filedb.filestore import FileStorage

from custody.errors import BusyError, DamageError
from custody.ids import RecordNumber
from custody.record import Record
from custody.selector import Selector
from search.whoosh_engine import WhooshEngine
from tests.search import awkward
from tests.search.test_contract import open_catalog


def engine_in(folder: Path, connection: sqlite.Connection) -> WhooshEngine:
    return WhooshEngine(lambda: connection, folder / "index", awkward.ZONE, lambda: awkward.HANDLES)


@pytest.fixture
def connection(tmp_path: Path) -> Any:
    opened = open_catalog(tmp_path)
    filled = engine_in(tmp_path, opened)
    filled.clear()
    filled.add(awkward.records(Random(1), 20))
    yield opened
    opened.close()


def test_an_index_we_wrote_is_opened_again(tmp_path: Path, connection: sqlite.Connection) -> None:
    assert engine_in(tmp_path, connection).count(Selector()) == 20


class Mischief:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_foreign_pickle_is_never_read(tmp_path: Path, connection: sqlite.Connection) -> None:
    for path in (tmp_path / "index").iterdir():
        path.write_bytes(pickle.dumps(Mischief(tmp_path / "ran")))
    with pytest.raises(DamageError) as refusal:
        engine_in(tmp_path, connection).count(Selector())
    assert "ofrecord rebuild" in refusal.value.hint
    assert not (tmp_path / "ran").exists()
    engine_in(tmp_path, connection).clear()
    assert engine_in(tmp_path, connection).count(Selector()) == 0


def test_one_flipped_byte_in_any_file_is_seen(tmp_path: Path, connection: sqlite.Connection) -> None:
    for path in sorted((tmp_path / "index").iterdir()):
        whole = path.read_bytes()
        if not whole:
            continue
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(DamageError):
            engine_in(tmp_path, connection).count(Selector())
        path.write_bytes(whole)
    assert engine_in(tmp_path, connection).count(Selector()) == 20


@pytest.mark.parametrize("name", ["_MAIN_99.toc", "MAIN_zzzzzzzzzzzzzzzz.seg"])
def test_one_file_more_or_less_is_seen(tmp_path: Path, connection: sqlite.Connection, name: str) -> None:
    added = tmp_path / "index" / name
    added.write_bytes(b"x")
    with pytest.raises(DamageError):
        engine_in(tmp_path, connection).count(Selector())
    added.unlink()
    next((tmp_path / "index").glob("*.seg")).unlink()
    with pytest.raises(DamageError):
        engine_in(tmp_path, connection).count(Selector())


def test_an_archive_without_an_index_says_so(tmp_path: Path) -> None:
    empty = sqlite.connect(":memory:", isolation_level=None)
    with pytest.raises(DamageError):
        engine_in(tmp_path, empty).count(Selector())
    empty.close()


def test_after_a_rolled_back_transaction_the_index_is_refused_and_made_again(
    tmp_path: Path, connection: sqlite.Connection
) -> None:
    engine = engine_in(tmp_path, connection)
    connection.execute("BEGIN")
    engine.remove([RecordNumber(3)])
    connection.execute("ROLLBACK")
    with pytest.raises(DamageError):
        engine_in(tmp_path, connection).count(Selector())


def test_a_second_writer_gets_a_clear_message(tmp_path: Path, connection: sqlite.Connection) -> None:
    second = engine_in(tmp_path, connection)
    lock = FileStorage(tmp_path / "index").lock("MAIN_WRITELOCK")
    assert lock.acquire()
    with pytest.raises(BusyError):
        second.add(awkward.records(Random(2), 1, first=50))
    lock.release()
    second.add(awkward.records(Random(2), 1, first=50))
    assert second.count(Selector()) == 21


def test_removal_leaves_none_of_the_old_files(tmp_path: Path, connection: sqlite.Connection) -> None:
    before = {path.name for path in (tmp_path / "index").glob("*.seg")}
    engine = engine_in(tmp_path, connection)
    engine.remove([RecordNumber(3)])
    engine.settle()
    assert not before & {path.name for path in (tmp_path / "index").iterdir()}
    settled = sorted(path.name for path in (tmp_path / "index").iterdir())
    engine.settle()
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == settled


def test_an_interrupted_batch_changes_nothing_and_leaves_no_text_after_settling(
    tmp_path: Path, connection: sqlite.Connection
) -> None:
    engine = engine_in(tmp_path, connection)

    def interrupted() -> Iterator[Record]:
        yield from awkward.records(Random(3), 30, first=100)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.add(interrupted())
    scratch = tmp_path / "index" / "MAIN.tmp"
    scratch.mkdir(exist_ok=True)
    (scratch / "left.ctmp").write_bytes(b"secret")
    engine.settle()
    assert not list(scratch.iterdir())
    assert engine_in(tmp_path, connection).count(Selector()) == engine.count(Selector())
