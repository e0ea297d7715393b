"""What is FTS5's own: its tokenizer keeps our words, it lives in the caller's transaction, and its log is emptied."""

from pathlib import Path
from random import Random
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from custody.errors import BusyError, UnavailableError
from custody.ids import RecordNumber
from custody.selector import Selector
from custody.words import GAP, words
from search.engine import Order
from search.fts_engine import FtsEngine
from search.tokens import token_of
from tests.search import awkward
from tests.search.test_contract import open_catalog


@pytest.fixture
def connection(tmp_path: Path) -> Any:
    opened = open_catalog(tmp_path)
    yield opened
    opened.close()


def engine_on(connection: Any) -> FtsEngine:
    made = FtsEngine(lambda: connection, awkward.ZONE, lambda: awkward.HANDLES)
    made.clear()
    return made


def test_the_ascii_tokenizer_gives_back_every_letter_our_words_can_hold(connection: sqlite.Connection) -> None:
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(line, tokenize='ascii')")
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, row)")
    letters = {letter for code in range(0x33800) for word in words(chr(code)) for letter in word}
    expected = sorted({f"x{letter}y" for letter in letters} | letters | {GAP})
    connection.execute("INSERT INTO t VALUES (?)", (" ".join(expected),))
    assert sorted(term for (term,) in connection.execute("SELECT term FROM v")) == expected
    assert len(letters) > 100_000


def test_a_made_up_word_is_one_word_whatever_the_value(connection: sqlite.Connection) -> None:
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(line, tokenize='ascii')")
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, row)")
    values = ["", " ", "a b", "MUN 7/a", "\x00", "\ud800", '"', "x" * 5000, "x" * 5001, "gr\u00f6\u00dfe", GAP]
    tokens = [token_of("series", value) for value in values]
    assert len(set(tokens)) == len(values)
    connection.execute("INSERT INTO t VALUES (?)", (" ".join(tokens),))
    assert {term for (term,) in connection.execute("SELECT term FROM v")} == set(tokens)


def test_what_is_rolled_back_was_never_indexed(connection: sqlite.Connection) -> None:
    engine = engine_on(connection)
    engine.add(awkward.records(Random(1), 5))
    connection.execute("BEGIN")
    engine.add(awkward.records(Random(2), 5, first=4))
    engine.remove([RecordNumber(1)])
    assert engine.count(Selector()) == 7
    connection.execute("ROLLBACK")
    assert list(engine.numbers(Selector())) == [1, 2, 3, 4, 5]


def test_settling_inside_a_transaction_or_beside_a_reader_is_refused(
    connection: sqlite.Connection, tmp_path: Path
) -> None:
    engine = engine_on(connection)
    connection.execute("PRAGMA busy_timeout = 1")
    connection.execute("BEGIN")
    with pytest.raises(UnavailableError):
        engine.settle()
    connection.execute("COMMIT")
    reader = sqlite.connect(tmp_path / "catalog.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM search_facts").fetchone()
    engine.add(awkward.records(Random(3), 1))
    with pytest.raises(BusyError) as refusal:
        engine.settle()
    assert refusal.value.hint
    reader.close()
    engine.settle()


def test_an_old_sqlite_is_refused(connection: sqlite.Connection) -> None:
    class Old:
        in_transaction = False

        def execute(self, sql: str, parameters: Any = ()) -> Any:
            return connection.execute("SELECT '3.40.1'")

        def executemany(self, sql: str, parameters: Any) -> Any:
            raise AssertionError("nothing may be written")

    with pytest.raises(UnavailableError, match="3.40.1"):
        FtsEngine(Old, awkward.ZONE, dict).create()


def test_the_index_passes_sqlites_own_check_after_many_changes(connection: sqlite.Connection) -> None:
    engine, random = engine_on(connection), Random(4)
    for _ in range(15):
        engine.add(awkward.records(random, 40, first=random.randrange(1, 200)))
        engine.remove([RecordNumber(random.randrange(1, 240)) for _ in range(20)])
    connection.execute("INSERT INTO search_text(search_text, rank) VALUES('integrity-check', 1)")
    known = [number for number, _ in engine.known()]
    assert known == list(engine.numbers(Selector()))
    assert sorted(engine.page(Selector(), Order.NEWEST, 1000)) == known
