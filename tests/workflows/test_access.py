"""Who reads what is written down or nothing is shown; the ledger commits to it; forgetting words leaves the proof."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from alembic.command import upgrade
from alembic.config import Config
from pysqlite3 import dbapi2 as driver
from sqlalchemy import create_engine, inspect

from archiver import durable
from archiver.access import BATCH, OLDEST
from archiver.catalog import access_rows
from archiver.catalog import catalog as catalog_module
from archiver.catalog.catalog import Catalog
from archiver.catalog.tables import METADATA
from custody.errors import CustodyError, DamageError, UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import NOW, Archive
from tests.shell_examples import run
from workflows import access, auditing, finding, log_book, requesting
from workflows.house import House, open_for_writing, open_house
from workflows.log_book import Wanted

SECRET = "zanzibar"


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **more: int) -> None:
        self.now += timedelta(**more)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def kept(tmp_path: Path, hands: Hands, jsonl: Callable[..., Path]) -> Archive:
    archive = Archive(tmp_path / "home", hands)
    archive.take_in(jsonl("a", {"object_id": "1", "text": f"{SECRET} snow"}, {"object_id": "2", "text": "rain"}))
    return archive


def search(archive: Archive, *words: str) -> None:
    with archive.reading() as house:
        for each in words:
            finding.search(house, each)


def rows(archive: Archive) -> list[dict[str, object]]:
    with archive.reading() as house:
        return list(access_rows.in_order(house.catalog.connection))


def batches(archive: Archive) -> list[dict[str, int]]:
    """What the ledger says of batches."""
    with archive.reading() as house:
        found = house.catalog.connection.exec_driver_sql("SELECT entry FROM ledger_entry ORDER BY seq").scalars()
        return [entry for entry in map(json.loads, found) if entry["t"] == "access.batch"]


def findings(archive: Archive) -> list[str]:
    with archive.reading() as house:
        return [f"{found.code} {found.object}" for found in auditing.verify(house, lambda done: None).findings]


def change(archive: Archive, *statements: str) -> None:
    catalog = Catalog(archive.settings.catalog)
    with catalog.transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    catalog.close()


def rebuild(archive: Archive) -> None:
    auditing.rebuild_catalog(archive.settings, lambda done: None, archive.clock)


def in_any_file(archive: Archive, words: bytes) -> list[str]:
    return [path.name for path in archive.home.rglob("*") if path.is_file() and words in path.read_bytes()]


def test_each_reading_leaves_a_row_before_anything_is_shown(kept: Archive) -> None:
    with kept.reading() as house:
        answer = finding.search(house, "snow")
        assert [row["text"] for row in access_rows.in_order(house.catalog.connection)] == ["snow"]
        assert [found.record.number for found in finding.page(house, answer, finding.Order.NEWEST, None)] == [1]
        finding.view(house, RecordNumber(2))
        with pytest.raises(UnavailableError):
            finding.view(house, RecordNumber(9))
        log_book.deeds(house, Wanted(by="tester"))
    names = ("number", "by", "kind", "subject", "outcome", "count", "text")
    assert [tuple(row[name] for name in names) for row in rows(kept)] == [
        (1, "tester", "search", "", "shown", 1, "snow"),
        (2, "tester", "show", "R2", "shown", 1, ""),
        (3, "tester", "show", "R9", "refused", 0, ""),
        (4, "tester", "log.read", "", "shown", 4, "by:tester"),
    ]
    assert {row["at"] for row in rows(kept)} == {round(NOW.timestamp() * 1000)}
    assert findings(kept) == [] and batches(kept) == []


def test_what_cannot_be_written_down_is_not_shown(kept: Archive) -> None:
    change(kept, "CREATE TRIGGER full BEFORE INSERT ON access BEGIN SELECT RAISE(ABORT, 'no more'); END")
    readings: list[Callable[[House], object]] = [
        lambda house: finding.search(house, "snow"),
        lambda house: finding.view(house, RecordNumber(1)),
        lambda house: finding.raw(house, RecordNumber(1)),
        lambda house: requesting.requests(house),
        lambda house: log_book.deeds(house, Wanted()),
        lambda house: log_book.reads(house, Wanted()),
    ]
    with kept.reading() as house:
        for each in readings:
            with pytest.raises(CustodyError, match="Nothing is shown, because it cannot be written down who reads it"):
                each(house)
    assert rows(kept) == []


def test_a_reader_needs_no_writing_place_and_waits_for_another_process(kept: Archive) -> None:
    with kept.writing(), kept.reading() as house:  # an import is going on
        assert finding.search(house, "snow").count == 1
    started = threading.Event()

    def writes() -> None:
        catalog = Catalog(kept.settings.catalog)
        with catalog.transaction() as connection:
            connection.exec_driver_sql("UPDATE record SET seen_run = seen_run")
            started.set()
            time.sleep(5.5)  # longer than anything else waits
        catalog.close()

    writer = threading.Thread(target=writes)
    writer.start()
    started.wait()
    began = time.monotonic()
    search(kept, "rain")
    assert time.monotonic() - began > 5
    writer.join()
    assert [row["text"] for row in rows(kept)] == ["snow", "rain"]


def test_readers_at_the_same_time_leave_no_gap(kept: Archive) -> None:
    threads = [threading.Thread(target=search, args=(kept, *("snow", "rain") * 10)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [row["number"] for row in rows(kept)] == list(range(1, 81)) and findings(kept) == []


def test_rows_are_committed_to_after_five_minutes(kept: Archive, hands: Hands) -> None:
    search(kept, "snow", "rain")
    hands.goes_on(milliseconds=OLDEST - 1)
    search(kept, "hail")
    assert batches(kept) == []
    hands.goes_on(milliseconds=1)
    search(kept, "fog")  # a reader finds them old enough, and nobody is writing
    (batch,) = batches(kept)
    assert set(batch) == {"C", "count", "first", "last", "t", "ts", "v"}
    assert (batch["count"], batch["first"], batch["last"]) == (4, 1, 4)
    hands.goes_on(minutes=6)
    with kept.writing():
        search(kept, "ice")  # the writer has its place: the reader leaves it to the next
    hands.goes_on(minutes=6)
    with kept.writing():
        pass
    assert [(each["first"], each["last"]) for each in batches(kept)] == [(1, 4), (5, 5)]
    assert findings(kept) == []
    with kept.reading() as house:
        lines = log_book.reads(house, Wanted(newest_first=False)).lines
    assert len({each.entry for each in lines}) == 2 and None not in {each.entry for each in lines}


def test_rows_of_a_process_that_died_are_committed_to(kept: Archive, hands: Hands) -> None:
    house = open_house(kept.settings, hands)
    finding.search(house.__enter__(), "snow")  # and then it is gone, without closing anything
    hands.goes_on(minutes=5)
    with kept.writing():
        pass
    assert [(each["first"], each["last"]) for each in batches(kept)] == [(1, 1)]


def test_a_thousand_rows_are_committed_to_and_a_row_costs_little(
    kept: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    costs = []
    with kept.writing() as house:
        for n in range(BATCH - 1):
            began = time.perf_counter()
            with access.reading(house, "search", text=f"word {n}") as read:
                read.found(n)
            costs.append(time.perf_counter() - began)
        with access.reading(house, "search", text="the last") as read:
            read.found(1)
    cost = median(costs) * 1000
    with capsys.disabled():
        print(f"\nan audit row costs {cost:.2f} ms (median of {len(costs)}, the slowest {max(costs) * 1000:.1f} ms)")
    assert [(each["first"], each["last"]) for each in batches(kept)] == [(1, BATCH)]
    assert cost < 50 and findings(kept) == []


@pytest.fixture
def committed(kept: Archive, hands: Hands) -> Archive:
    """Two batches of two readings, and two readings that wait."""
    for words in (("snow", "rain"), (SECRET, "hail")):
        search(kept, *words)
        hands.goes_on(minutes=5)
        with kept.writing():
            pass
    search(kept, "fog", "ice")
    assert [(each["first"], each["last"]) for each in batches(kept)] == [(1, 2), (3, 4)]
    assert findings(kept) == []
    return kept


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE access SET by = 'nobody' WHERE number = 1"], {"access-batch-differs reading 1"}),
        (["UPDATE access SET at = at - 1 WHERE number = 6"], {"access-batch-differs reading 6"}),
        (["UPDATE access SET text = 'mist' WHERE number = 3"], {"access-batch-differs reading 3"}),
        (["UPDATE access SET text = NULL WHERE number = 3"], {"access-batch-differs reading 3"}),
        (["UPDATE access SET count = 7, digest = zeroblob(32) WHERE number = 2"],
         {"access-batch-differs reading 2", "access-batch-differs readings 1 to 2"}),
        (["DELETE FROM access WHERE number = 3"], {"access-gap reading 3"}),
        (["DELETE FROM access WHERE number > 4"], {"access-gap readings 5 to 6"}),
        (["DELETE FROM access"], {"access-gap readings 1 to 6"}),
        (["DELETE FROM access", "DELETE FROM access_batch", "DELETE FROM sqlite_sequence"],
         {"access-gap readings 1 to 4", "access-gap readings 1 to 2", "access-gap readings 3 to 4"}),
        (["DELETE FROM access_batch WHERE first = 1"], {"access-gap readings 1 to 2"}),
        (["UPDATE access_batch SET opening = zeroblob(32) WHERE first = 3"],
         {"access-batch-differs readings 3 to 4"}),
        (["UPDATE access_batch SET last = 3 WHERE first = 3"], {"access-batch-differs readings 3 to 4"}),
        (["INSERT INTO access_batch VALUES (5, 6, zeroblob(32), 2)"], {"access-batch-differs readings 5 to 6"}),
    ],
)  # fmt: skip
def test_a_change_is_found(committed: Archive, statements: list[str], expected: set[str]) -> None:
    change(committed, *statements)
    assert set(findings(committed)) == expected


def test_a_row_made_anew_with_a_right_digest_is_not_what_the_ledger_commits_to(committed: Archive) -> None:
    search(committed, "another")
    columns = "at, by, kind, subject, outcome, count, salt, text, text_salt, text_commitment, digest"
    change(
        committed, f"UPDATE access SET ({columns}) = (SELECT {columns} FROM access WHERE number = 7) WHERE number = 1"
    )
    assert set(findings(committed)) == {"access-batch-differs reading 1", "access-batch-differs readings 1 to 2"}


def test_a_number_is_never_given_again(kept: Archive) -> None:
    search(kept, "snow", "rain")
    change(kept, "DELETE FROM access WHERE number = 2")
    search(kept, "hail")
    assert [row["number"] for row in rows(kept)] == [1, 3] and findings(kept) == ["access-gap reading 2"]


def test_forgotten_words_are_nowhere_and_the_batch_is_still_proven(committed: Archive, hands: Hands) -> None:
    hands.goes_on(days=1)
    search(committed, "tomorrow")
    with committed.reading() as house:
        before = log_book.start_of(house, hands.now.date())
        assert access.forgettable(house, before) == 6  # only said
    assert in_any_file(committed, b"hail")
    with committed.writing() as house:
        assert access.forget_searches(house, before) == 6
        assert access.forget_searches(house, before) == 0
    assert not in_any_file(committed, b"hail") and in_any_file(committed, b"tomorrow")
    found = rows(committed)
    assert [row["text"] for row in found] == [None] * 6 + ["tomorrow"]
    assert [row["text_salt"] is None for row in found] == [True] * 6 + [False]
    assert findings(committed) == []
    with committed.reading() as house:
        (act,) = (each for each in log_book.deeds(house, Wanted()).lines if each.kind == "searches.forgotten")
        told = [each.said for each in log_book.reads(house, Wanted(kind="search", newest_first=False)).lines]
    assert act.said == "tester had the words of 6 readings from before 2026-11-21 forgotten"
    assert told[0] == "tester searched (words forgotten): 1 record" and "tomorrow" in told[-1]
    change(committed, "UPDATE access SET count = 9 WHERE number = 3")
    assert findings(committed) == ["access-batch-differs reading 3"]


def test_nothing_is_forgotten_beforehand(committed: Archive, hands: Hands) -> None:
    with committed.writing() as house:
        access.forget_searches(house, hands.now + timedelta(days=30))
    hands.goes_on(minutes=1)
    search(committed, "later")
    rebuild(committed)
    assert "later" in [row["text"] for row in rows(committed)]


def test_no_entry_of_the_ledger_and_no_file_of_the_vault_holds_what_was_searched_for(committed: Archive) -> None:
    search(committed, "xylophone")
    assert in_any_file(committed, b"xylophone")
    vault = [path for path in (committed.home / "vault").rglob("*.warc.gz") if "ledger" in path.as_posix()]
    assert vault and not any(b"xylophone" in gzip.decompress(path.read_bytes()) for path in vault)


def test_a_rebuild_carries_the_readings_over(committed: Archive) -> None:
    before = rows(committed)
    rebuild(committed)
    assert rows(committed) == before and findings(committed) == []
    search(committed, "after")
    assert rows(committed)[-1]["number"] == 7
    assert not list(committed.home.glob("catalog.re*"))


def test_a_rebuild_does_not_wash_a_gap_away(committed: Archive) -> None:
    change(committed, "DELETE FROM access WHERE number = 3")
    rebuild(committed)
    assert findings(committed) == ["access-gap reading 3"]


def test_without_the_old_catalog_the_loss_is_written_down(committed: Archive) -> None:
    for path in committed.home.glob("catalog.sqlite*"):
        path.unlink()
    rebuild(committed)
    assert rows(committed) == [] and findings(committed) == []
    with committed.reading() as house:
        newest = log_book.deeds(house, Wanted(limit=1)).lines[0]
    assert newest.said == "who read what (readings 1 to 4) was lost with the catalog, made again by tester"
    search(committed, "snow")
    assert [row["number"] for row in rows(committed)] == [5, 6]
    rebuild(committed)
    assert [row["number"] for row in rows(committed)] == [5, 6] and findings(committed) == []


def test_of_a_damaged_catalog_what_can_be_read_is_carried(committed: Archive) -> None:
    with committed.writing() as house:
        house.catalog.truncate_log()
    path = committed.settings.catalog
    path.write_bytes(path.read_bytes()[:4096] + bytes(2000))
    rebuild(committed)
    assert findings(committed) == [] and rows(committed) == []


def test_forgotten_words_stay_forgotten_when_an_older_catalog_is_carried_over(committed: Archive, hands: Hands) -> None:
    with committed.writing() as house:
        house.catalog.truncate_log()
    older = committed.settings.catalog.read_bytes()
    hands.goes_on(minutes=1)
    with committed.writing() as house:
        access.forget_searches(house, hands.now)
    for path in committed.home.glob("catalog.sqlite*"):
        path.unlink()
    committed.settings.catalog.write_bytes(older)
    rebuild(committed)
    assert {row["text"] for row in rows(committed)} == {None} and findings(committed) == []


def test_who_reads_while_the_catalog_is_made_again_is_told_to_try_again(kept: Archive) -> None:
    with kept.reading() as house:
        rebuild(kept)
        with pytest.raises(CustodyError, match="made again meanwhile"):
            finding.search(house, "snow")


def test_an_interrupted_rebuild_loses_no_reading(committed: Archive) -> None:
    before = rows(committed)
    durable.move(committed.settings.catalog, committed.home / "catalog.replaced.sqlite")
    for ending in ("-wal", "-shm"):
        left = committed.home / f"catalog.sqlite{ending}"
        if left.exists():
            durable.move(left, committed.home / f"catalog.replaced.sqlite{ending}")
    with pytest.raises(DamageError, match="missing"), committed.reading():
        pass
    rebuild(committed)
    assert rows(committed) == before and findings(committed) == []


def test_an_archive_of_the_first_step_gets_what_came_later(kept: Archive, tmp_path: Path) -> None:
    first = columns_of_the_first_step(tmp_path / "first.sqlite")
    with Catalog(kept.settings.catalog).transaction() as connection:
        for name, table in METADATA.tables.items():
            if name not in first:
                connection.exec_driver_sql(f"DROP TABLE {name}")
                continue
            for index in table.indexes:
                if not {column.name for column in index.columns} <= first[name]:
                    connection.exec_driver_sql(f"DROP INDEX {index.name}")
            for column in set(table.columns.keys()) - first[name]:
                connection.exec_driver_sql(f'ALTER TABLE {name} DROP COLUMN "{column}"')
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    search(kept, "snow")
    assert [row["number"] for row in rows(kept)] == [1] and findings(kept) == []


def columns_of_the_first_step(path: Path) -> dict[str, set[str]]:
    """The tables of the catalog's first step, each with its columns."""
    engine = create_engine(f"sqlite+pysqlite:///{path}", module=driver)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(catalog_module.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        upgrade(config, "0001")
        there = inspect(connection)
        return {name: {each["name"] for each in there.get_columns(name)} for name in there.get_table_names()}


def test_words_the_terminal_could_not_decode_are_kept_as_far_as_they_can_be(kept: Archive) -> None:
    with kept.reading() as house, access.reading(house, "search", text="sn\udcffow\0") as read:
        read.found(0)
    assert rows(kept)[0]["text"] == "sn?ow?" and findings(kept) == []


@contextmanager
def held(archive: Archive) -> Iterator[None]:
    with durable.only_writer(archive.settings.lock):
        yield


def test_a_batch_waits_while_another_process_has_the_writing_place(kept: Archive, hands: Hands) -> None:
    search(kept, "snow")
    hands.goes_on(minutes=6)
    with held(kept):
        search(kept, "rain")
        assert batches(kept) == []
        with pytest.raises(CustodyError, match="Another Ofrecord"), open_for_writing(kept.settings, hands):
            pass
    search(kept, "hail")
    assert [(each["first"], each["last"]) for each in batches(kept)] == [(1, 3)]


def test_refused_collecting_and_answering_are_readings_too(kept: Archive) -> None:
    from workflows import answering

    with kept.writing() as house:
        requesting.open_request(house, "All about snow", kept.clock(), "email")
        with pytest.raises(UsageError):
            requesting.collect(house, 1, "nothing at all")
        requesting.collect(house, 1, "snow")
        with pytest.raises(UsageError):
            answering.respond(house, 1, None, lambda done: None)
    assert [(row["kind"], row["outcome"]) for row in rows(kept)] == [
        ("request.collect", "refused"),
        ("request.collect", "shown"),
        ("request.respond", "refused"),
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("search snow", "search"),
        ("search snow --count", "search"),
        ("search snow --ids --all", "search"),
        ("search snow --facets --json", "search"),
        ("show R1", "show"),
        ("show R1 --raw", "show.raw"),
        ("request list", "request.list"),
        ("request show 1", "request.show"),
        ("request collect 1 snow", "request.collect"),
        ("request respond 1", "request.respond"),
        ("log", "log.read"),
        ("log R1 --json", "log.read"),
        ("log --reads", "log.read"),
    ],
)
def test_each_command_that_shows_something_leaves_one_row(
    kept: Archive, line: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFRECORD_HOME", str(kept.home))
    monkeypatch.setenv("OFRECORD_USER", "Dana Ruiz")
    with kept.writing() as house:
        requesting.open_request(house, "All about snow", kept.clock(), "email")
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    before = len(rows(kept))
    code, printed = run(f"ofrecord {line}")
    assert code == 0 and printed
    (row,) = rows(kept)[before:]
    assert (row["kind"], row["by"], row["outcome"] in ("shown", "written")) == (kind, "Dana Ruiz", True)
