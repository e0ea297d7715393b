"""One contract over every engine: find what `Selector.matches` says, count exactly, and forget without a trace."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pysqlite3.dbapi2 as sqlite
import pytest

from custody.ids import AccountId, RecordNumber
from custody.record import Author, Record
from custody.selector import Both, Everything, Is, Neither, Phrase, Posted, Prefix, Selector, line_of
from search.engine import Order, SearchEngine
from search.memory_engine import MemoryEngine, sort_key
from search.table import ENGINES, engine_named
from tests.search import awkward

QUERIES = 1_000
SEED = 20251101
EVERY = Selector()
SECRET = "Zwiebelkuchenrezept"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    connection = open_catalog(tmp_path)
    made = engine_named(request.param, lambda: connection, tmp_path / "index", awkward.ZONE, lambda: awkward.HANDLES)
    made.clear()
    yield made
    connection.close()


def open_catalog(folder: Path) -> sqlite.Connection:
    """A database with the catalog's settings, each statement its own transaction."""
    connection = sqlite.connect(folder / "catalog.sqlite", isolation_level=None)
    for setting in ("journal_mode=WAL", "secure_delete=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def numbers_of(records: list[Record]) -> list[RecordNumber]:
    return [record.number for record in records]


@cache
def judged() -> tuple[list[Record], list[tuple[Selector, list[RecordNumber]]]]:
    """Awkward records, and random selectors with what they match."""
    random = Random(SEED)
    records = awkward.records(random, 150)
    selectors = [Selector(clause=awkward.clause(random)) for _ in range(QUERIES)]
    return records, [(one, numbers_of([r for r in records if one.matches(r, awkward.HANDLES)])) for one in selectors]


def test_an_engine_finds_exactly_what_the_selector_matches(engine: SearchEngine) -> None:
    records, questions = judged()
    for start in (100, 0, 50):
        engine.add(records[start : start + 50])
    assert sum(0 < len(expected) < len(records) for _, expected in questions) > QUERIES // 3
    if engine.name == "memory":
        questions = questions[::10]  # it asks the same code
    for turn, (selector, expected) in enumerate(questions):
        assert list(engine.numbers(selector)) == expected, f"query {turn} of seed {SEED}: {selector}"
        assert engine.count(selector) == len(expected), f"query {turn} of seed {SEED}: {selector}"


def test_orders_pages_and_facets_agree_with_the_reference(engine: SearchEngine) -> None:
    random = Random(SEED + 1)
    records = awkward.records(random, 60)
    engine.add(records)
    reference = MemoryEngine(awkward.ZONE, lambda: awkward.HANDLES)
    reference.add(records)
    for _ in range(40):
        selector = Selector(clause=awkward.clause(random, 2))
        for order in (Order.NUMBER, Order.NEWEST, Order.OLDEST):
            found = list(engine.numbers(selector, order))
            assert found == list(reference.numbers(selector, order)), f"{order} {selector}"
            pages = [number for skip in range(0, 77, 7) for number in engine.page(selector, order, 7, skip)]
            assert pages == found
        ranked = list(engine.numbers(selector, Order.RANK))
        assert sorted(ranked) == list(reference.numbers(selector))
        assert [number for skip in range(0, 77, 7) for number in engine.page(selector, Order.RANK, 7, skip)] == ranked
        assert engine.facets(selector) == reference.facets(selector)


def test_dates_sort_with_the_undated_last() -> None:
    records = awkward.records(Random(3), 30)
    for order in (Order.NEWEST, Order.OLDEST):
        dated = [record.current.created_at is not None for record in sorted(records, key=sort_key(order))]
        assert dated == sorted(dated, reverse=True)


def test_ranking_puts_the_record_about_it_first(engine: SearchEngine) -> None:
    one, two, three = awkward.records(Random(5), 3)
    engine.add([with_text(one, "snow " + "and much more of something else " * 9), with_text(two, "snow snow")])
    engine.add([with_text(three, "nothing")])
    ranked = engine.page(Selector(clause=Phrase(("snow",))), Order.RANK, 5)
    assert sorted(ranked) == [1, 2]
    assert engine.name == "memory" or ranked == [2, 1]


def test_a_record_added_again_is_replaced(engine: SearchEngine) -> None:
    before, other = awkward.records(Random(6), 2)
    engine.add([with_text(before, "alpha"), with_text(other, "beta")])
    engine.add([with_text(replace(before, account=AccountId(2), platform="x"), "gamma")])
    assert list(engine.numbers(Selector(clause=Phrase(("alpha",))))) == []
    assert list(engine.numbers(Selector(clause=Phrase(("gamma",))))) == [1]
    assert engine.count(EVERY) == 2
    assert engine.facets(Selector(clause=Is("account", "mfpolice"))).platform["x"] >= 1


def test_the_last_of_two_in_one_batch_counts_and_order_does_not_matter(engine: SearchEngine) -> None:
    records = awkward.records(Random(7), 9)
    engine.add([with_text(records[4], "alpha"), *reversed(records[:4]), with_text(records[4], "beta")])
    engine.add(iter(records[5:]))
    assert engine.count(Selector(clause=Phrase(("alpha",)))) == 0
    assert list(engine.numbers(Selector(clause=Phrase(("beta",))))) == [5]
    assert list(engine.numbers(EVERY)) == list(range(1, 10))


def test_removed_records_are_not_found(engine: SearchEngine) -> None:
    records = awkward.records(Random(8), 20)
    engine.add(records)
    engine.remove([RecordNumber(3), RecordNumber(7), RecordNumber(999)])
    engine.remove([])
    engine.settle()
    kept = [record for record in records if record.number not in (3, 7)]
    assert list(engine.numbers(EVERY)) == numbers_of(kept)
    assert list(engine.known()) == [(record.number, line_of(record)) for record in kept]
    assert engine.count(Selector(clause=Neither(Phrase(("snow",))))) == sum(
        not Selector(clause=Phrase(("snow",))).matches(record, {}) for record in kept
    )


def test_of_a_removed_record_no_byte_remains(engine: SearchEngine, tmp_path: Path) -> None:
    random = Random(9)
    records = awkward.records(random, 400)
    secret = {5, 6, 200, 399}
    engine.add(with_text(one, f"{SECRET} snow {SECRET}x") if one.number in secret else one for one in records)
    engine.add([with_text(records[19], f"{SECRET} replaced")])
    engine.settle()
    assert engine.name == "memory" or SECRET.lower() in everything_in(tmp_path)
    engine.add([with_text(records[19], "other")])
    engine.remove([RecordNumber(number) for number in secret])
    engine.settle()
    assert SECRET.lower() not in everything_in(tmp_path)
    assert engine.count(EVERY) == 396


def test_of_a_cleared_index_no_byte_remains(engine: SearchEngine, tmp_path: Path) -> None:
    engine.add(with_text(one, f"{SECRET} {one.number}") for one in awkward.records(Random(10), 50))
    engine.settle()
    engine.clear()
    engine.settle()
    assert SECRET.lower() not in everything_in(tmp_path)
    assert engine.count(EVERY) == 0
    engine.add(awkward.records(Random(11), 3))
    assert engine.count(EVERY) == 3


def test_an_empty_engine_finds_nothing(engine: SearchEngine) -> None:
    random = Random(12)
    for clause in [Everything(), Neither(Everything()), *(awkward.clause(random) for _ in range(50))]:
        selector = Selector(clause=clause)
        assert engine.count(selector) == 0
        assert list(engine.numbers(selector, Order.RANK)) == []
        assert engine.page(selector, Order.NEWEST, 10) == []
    assert not engine.facets(EVERY).month
    assert list(engine.known()) == []
    engine.remove([RecordNumber(1)])
    engine.settle()


def test_words_are_given_back_as_they_were_indexed(engine: SearchEngine) -> None:
    records = awkward.records(Random(13), 12)
    engine.add(records)
    assert dict(engine.words_of([RecordNumber(4), RecordNumber(99)])) == {4: line_of(records[3])}
    assert dict(engine.words_of([])) == {}
    engine.remove([RecordNumber(1), RecordNumber(2), RecordNumber(6)])
    assert dict(engine.words_of([RecordNumber(n) for n in (1, 2, 6)])) == {}, "as many as asked for lie between them"
    engine.add([each for each in records if each.number in (1, 2, 6)])
    near = [RecordNumber(1), RecordNumber(2), RecordNumber(4)]
    assert dict(engine.words_of(near)) == {n: line_of(records[n - 1]) for n in near}, (
        "what lies between is not asked for"
    )
    assert dict(engine.words_of(numbers_of(records))) == dict(engine.known())


def test_very_long_and_very_many_words(engine: SearchEngine) -> None:
    one, two = awkward.records(Random(14), 2)
    engine.add([with_text(one, "x" * 300_000 + " snow"), with_text(two, "word " * 200_000 + "y" * 400)])
    assert list(engine.numbers(Selector(clause=Phrase(("x" * 250, "x" * 250))))) == [1]
    assert list(engine.numbers(Selector(clause=Phrase(("y" * 250, "y" * 150))))) == [2]
    assert list(engine.numbers(Selector(clause=Phrase(("y" * 400,))))) == []
    assert list(engine.numbers(Selector(clause=Prefix("y" * 150)))) == [2]


def test_phrases_of_repeated_words(engine: SearchEngine) -> None:
    random = Random(18)
    first = awkward.records(random, 120)
    records = [with_text(one, " ".join(random.choice("aab") for _ in range(random.randrange(9)))) for one in first]
    engine.add(records)
    for phrase in ("aa", "aaa", "aba", "bab", "abab", "aabaa", "bb", "abba", "aaaaaa"):
        selector = Selector(clause=Phrase(tuple(phrase)))
        expected = [record.number for record in records if selector.matches(record, awkward.HANDLES)]
        assert list(engine.numbers(selector)) == expected, phrase


@pytest.mark.parametrize("deep", [10, 60])
def test_deep_and_wide_selectors(engine: SearchEngine, deep: int) -> None:
    records = awkward.records(Random(15), 40)
    engine.add(records)
    clause = awkward.clause(Random(15), 0)
    for level in range(deep):
        part = Phrase(("snow",)) if level % 3 else Posted(awkward.START.date(), None, awkward.ZONE)
        clause = Neither(Both((part, clause))) if level % 2 else Both((Neither(part), Neither(clause)))
    wide = Both(tuple(Neither(Phrase((f"w{number}",))) for number in range(2_000)))
    for selector in (Selector(clause=clause), Selector(clause=wide)):
        expected = [record.number for record in records if selector.matches(record, awkward.HANDLES)]
        assert list(engine.numbers(selector)) == expected


def test_a_query_is_streamed_while_another_is_asked(engine: SearchEngine) -> None:
    engine.add(awkward.records(Random(16), 30))
    stream = engine.numbers(EVERY)
    first = next(stream)
    assert engine.count(EVERY) == 30
    assert [first, *stream] == list(range(1, 31))


def with_text(record: Record, text: str) -> Record:
    """The record with one version that says this, in its text, its author's name and its tag."""
    author = Author(name=f"{text[:40]} Writer", handle="@writer")
    content = replace(record.versions[0].content, text=text, title="", media=(), author=author, tags=(f"#{text[:40]}",))
    version = replace(record.versions[0], content=content)
    return replace(record, versions=(version,), current_index=0)


def everything_in(folder: Path) -> str:
    """All bytes of all files, as letters."""
    return "".join(path.read_bytes().decode("latin-1").lower() for path in folder.rglob("*") if path.is_file())


def test_the_table_names_the_engines_there_are() -> None:
    assert {"fts", "memory"} <= set(ENGINES)
    make: Callable[..., SearchEngine] = engine_named
    with pytest.raises(Exception, match="lucene"):
        make("lucene", None, None, awkward.ZONE, dict)
