"""A destruction: what was named is gone from every byte, everything else is what it was, and all of it is proved."""

import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as driver
import pytest

from archiver.catalog import destroyed_rows
from archiver.catalog.dump import dump
from archiver.needles import Needles, Traces
from archiver.residue import Search
from archiver.warc_check import Tally, check
from archiver.warc_rules import Profile
from custody.checkpoint import note_of
from custody.errors import DamageError, UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.purged import Purged
from tests.conftest import Archive, record
from workflows import auditing, finding, log_book, purging, set_aside
from workflows.auditing import rebuild_catalog, verify
from workflows.house import House
from workflows.log_book import Wanted

Jsonl = Callable[..., Path]
SEED = 20261121
AUTHORITY = {"certificate": "DC-2026-0001", "list_sha256": "ab" * 32, "proposed": 3, "approved": 4}
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
STREETS = ("Oak", "Maple", "Division", "Grand", "Stewart", "Bridge", "Third", "Scott", "River", "Merrill")


def nothing_against_it(numbers: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
    return {}


def text(n: int) -> str:
    """A text of its own for each record, long enough for needles and unlike any other."""
    chance = random.Random(f"{SEED} {n}")
    words = ["".join(chance.choices("abcdefghilmnoprstuw", k=chance.randint(3, 9))) for _ in range(24)]
    return f"{chance.choice(STREETS)} Street: {' '.join(words)}."


def post(n: int, **more: Any) -> dict[str, Any]:
    author = {"name": f"Resident number {n} of Maple Falls", "url": f"https://social.example/people/{n:020d}"}
    about = {"author": author, "permalink": f"https://social.example/maplefalls/posts/{7_000_000_000_000 + n}"}
    return record(**{"object_id": str(7_000_000_000_000 + n), "text": text(n), **about, **more})


@pytest.fixture
def filled(archive: Archive, jsonl: Jsonl) -> Archive:
    """40 posts of 2025 in one segment; two of them in two versions, some with pictures."""
    posts = [post(n) for n in range(1, 41)]
    posts[4]["media"] = [{"uri": "media/only.png", "alt": "a plow that nobody else shows"}]
    for n in (9, 10):
        posts[n]["media"] = [{"uri": "media/shared.png", "alt": "the city hall"}]
    pictures = {"media/only.png": PICTURE, "media/shared.png": PICTURE[::-1]}
    archive.take_in(jsonl("first", *posts, media=pictures))
    second = [post(n, text=text(1000 + n), as_of="2026-01-01T00:00:00Z") for n in (3, 30)]
    archive.take_in(jsonl("second", *second))
    return archive


def destroy(archive: Archive, *numbers: int, **more: Any) -> Purged:
    with archive.writing() as house:
        return destroy_in(house, *numbers, **more)


def destroy_in(house: House, *numbers: int, **more: Any) -> Purged:
    chosen = [RecordNumber(number) for number in numbers]
    given: dict[str, Any] = {"authority": AUTHORITY, "still_due": nothing_against_it, **more}
    return purging.purge_records(house, chosen, told=lambda what, done, total: None, **given)


UNSIGNED = {"purge-unsigned"}
"""Said of each destruction here, and rightly: nobody proposed or approved it (test_purge_steps.py has the people)."""


def codes(archive: Archive) -> set[str]:
    with archive.reading() as house:
        return {each.code for each in verify(house, lambda done: None).findings} - UNSIGNED


def bytes_of(archive: Archive) -> Iterator[tuple[str, bytes]]:
    for path in sorted(archive.home.rglob("*")):
        if path.is_file():
            yield path.relative_to(archive.home).as_posix(), path.read_bytes()


def segments(archive: Archive) -> dict[str, bytes]:
    return {name: data for name, data in bytes_of(archive) if name.startswith("vault/segments/")}


def needles_of(archive: Archive, *numbers: int) -> Needles:
    """Everything the records are known by, taken from the archive by other ways than a destruction takes it."""
    needles = Needles()
    with archive.reading() as house:
        for number in numbers:
            kept = house.shelf.record(number)
            rows = house.catalog.connection.exec_driver_sql(
                "SELECT sha256, opening, digest, fields FROM version WHERE number = ?", (number,)
            ).all()
            texts = [version.content.text for version in kept.versions]
            digests = tuple(digest for row in rows for digest in row)
            needles.add(Traces(number=number, n=1, texts=tuple(texts), digests=digests))
    return needles


def found_in(archive: Archive, needles: Needles) -> set[str]:
    return {name for name, data in bytes_of(archive) if Search(needles).data(data)}


@pytest.mark.parametrize("numbers", [(1,), (20,), (40,), (1, 2, 3), (5, 17, 18, 30, 39, 40)])
def test_what_was_named_is_gone_and_the_rest_is_bit_for_bit_what_it_was(
    filled: Archive, numbers: tuple[int, ...]
) -> None:
    needles, before = needles_of(filled, *numbers), segments(filled)
    with filled.reading() as house:
        places = house.catalog.connection.exec_driver_sql("SELECT number, offset, length FROM version").all()
    assert found_in(filled, needles) >= {"catalog.sqlite", *before}
    done = destroy(filled, *numbers)
    assert done.verified is not None and done.remains is not None and done.remains.hits == ()
    assert (done.records, done.survivors) == (len(numbers), 42 - done.versions)
    assert done.remains.needles > 0 and done.remains.files > 8
    assert found_in(filled, needles) == set()
    after = segments(filled)
    assert after.keys() == before.keys()
    for name in before:
        assert len(before[name]) == len(after[name])
        for number, offset, length in places:
            same = before[name][offset : offset + length] == after[name][offset : offset + length]
            assert same == (number not in numbers), number
    assert codes(filled) == set()


def test_a_whole_segment_goes_as_a_file(filled: Archive, jsonl: Jsonl) -> None:
    old = [post(n, created_at="2019-03-01T12:00:00Z") for n in range(50, 60)]
    filled.take_in(jsonl("old", *old))
    before = segments(filled)
    needles = needles_of(filled, *range(41, 51))
    done = destroy(filled, *range(41, 51))
    assert done.stores["segments removed"] == 1 and done.stores["segments rewritten"] == 0 and done.survivors == 0
    after = segments(filled)
    assert len(before) == len(after) + 1 and all(before[name] == after[name] for name in after)
    assert found_in(filled, needles) == set() and codes(filled) == set()
    filled.take_in(jsonl("again", post(60, created_at="2019-03-02T12:00:00Z")))
    with filled.reading() as house:
        ids = house.catalog.connection.exec_driver_sql("SELECT id FROM segment").scalars().all()
        numbers = house.catalog.connection.exec_driver_sql("SELECT max(number) FROM record").scalar()
    assert numbers == 51, "a number is never given twice"
    assert len(ids) == len(set(ids)) and codes(filled) == set()


def test_all_records_can_go(filled: Archive) -> None:
    needles = needles_of(filled, *range(1, 41))
    assert len(needles) > 200
    done = destroy(filled, *range(1, 41))
    assert done.records == 40 and done.versions == 42 and done.verified is not None
    assert found_in(filled, needles) == set() and codes(filled) == set() and not segments(filled)
    rebuild_catalog(filled.settings, lambda done: None, filled.clock)
    assert codes(filled) == set()


def test_a_large_part_has_the_database_written_anew_and_a_small_one_not(
    filled: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of rows in unused places of pages is gone before anything is searched."""
    steps: list[str] = []
    destroy(filled, 40, step=steps.append)
    assert "settled" in steps and "written anew" not in steps
    monkeypatch.setattr(destroyed_rows, "MANY", 10)
    needles = needles_of(filled, *range(1, 31))
    done = destroy(filled, *range(1, 31), step=steps.append, authority={**AUTHORITY, "certificate": "DC-2026-0002"})
    assert "written anew" in steps and done.verified is not None
    assert not list(filled.home.glob("**/compact.sqlite*")) and found_in(filled, needles) == set()
    with filled.reading() as house:
        assert house.catalog.dbapi().execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert house.catalog.dbapi().execute("SELECT count(*) FROM record").fetchone() == (9,)
    assert codes(filled) == set()


def test_media_go_with_their_last_use(filled: Archive) -> None:
    with filled.reading() as house:
        shown = dict(house.catalog.connection.exec_driver_sql("SELECT number, hex(sha256) FROM media_use").all())
    only, shared = shown[5].lower(), shown[10].lower()
    done = destroy(filled, 5, 10)
    assert done.stores["media removed"] == 1 and done.remains is not None and done.remains.hits == ()
    with filled.reading() as house:
        assert not house.vault.media_path(only).exists()
        assert b"".join(house.vault.media(shared)) == PICTURE[::-1]
    assert codes(filled) == set()
    assert destroy(filled, 11, authority={**AUTHORITY, "certificate": "DC-2026-0002"}).stores["media removed"] == 1
    assert not list((filled.home / "vault" / "media").rglob("*.warc.gz")) and codes(filled) == set()


def test_identical_copies_and_quotes_stay_where_they_stand_in_their_own_right(filled: Archive, jsonl: Jsonl) -> None:
    """R41 is word for word R7, R42 quotes it; R7's own row, opening, address and number on the platform are gone."""
    twin = post(7) | {"object_id": "x-twin", "permalink": "https://social.example/other/1"}
    filled.take_in(jsonl("twins", twin, record("quote", f"As my neighbor said: {text(7)} I agree.")))
    done = destroy(filled, 7)
    assert done.remains is not None and done.remains.hits == () and done.remains.shared > 0
    assert done.verified is not None and codes(filled) == set()
    with filled.reading() as house:
        assert [each.record.number for each in finding.page(house, *_asked(house, text(7)[14:60]))] == [41, 42]


def _asked(house: House, words: str) -> tuple[Any, ...]:
    answer = finding.search(house, f'"{words.strip()}"')
    return answer, finding.Order.NUMBER, None


def test_what_people_wrote_themselves_is_named_and_left(filled: Archive) -> None:
    with filled.reading() as house:
        finding.search(house, f'"{text(7)[:70]}"')
    done = destroy(filled, 7)
    assert done.verified is not None and done.remains is not None
    assert done.remains.kept == ("the catalog's table access",)


def test_a_rebuild_comes_to_the_same_catalog(filled: Archive, jsonl: Jsonl) -> None:
    filled.take_in(jsonl("old", *(post(n, created_at="2019-03-01T12:00:00Z") for n in range(50, 60))))
    destroy(filled, 3, 5, *range(41, 51))
    with filled.reading() as house:
        before = list(dump(house.catalog.connection))
    assert rebuild_catalog(filled.settings, lambda done: None, filled.clock) == 38
    with filled.reading() as house:
        assert list(dump(house.catalog.connection)) == before
    assert codes(filled) == set()


def test_the_strict_checker_has_nothing_to_say_of_the_files(filled: Archive) -> None:
    destroy(filled, 1, 20, 40)
    for path in (filled.home / "vault").rglob("*.warc.gz"):
        assert [each for each in check(path, Profile.OFRECORD, Tally()) if each.is_damage] == [], path


def test_every_version_that_went_is_proved_to_be_in_the_ledger(filled: Archive) -> None:
    done = destroy(filled, 3, 30, 31)
    with filled.writing() as house:
        gone = list(purging.gone_in(house, done.number))
        entries = [json.loads(house.catalog.connection.exec_driver_sql(
            "SELECT entry FROM ledger_entry WHERE seq = ?", (each.leaf,)).scalar()) for each in gone]  # fmt: skip
    assert [(each.number, each.version) for each in gone] == [(3, 1), (3, 2), (30, 1), (30, 2), (31, 1)]
    for each, entry in zip(gone, entries, strict=True):
        assert (entry["record"], entry["n"], entry["C"]) == (each.number, each.version, each.commitment)
        assert each.proof.startswith("c2sp.org/tlog-proof@v1\n")
        assert note_of(each.proof.split("\n\n", 1)[1]).text.startswith("ofrecord/0123456789ab\n")


def test_one_reason_throws_the_whole_batch_back(filled: Archive) -> None:
    before = dict(bytes_of(filled))
    asked: list[int] = []

    def held_at_the_last_moment(numbers: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
        asked.append(len(numbers))
        return {RecordNumber(2): "request 1 is open"} if len(asked) == 2 else {}

    with pytest.raises(UnavailableError, match=r"R2 must be kept after all \(request 1 is open\)"):
        destroy(filled, 1, 2, 3, still_due=held_at_the_last_moment)
    assert asked == [3, 3] and segments(filled) == {k: v for k, v in before.items() if "segments" in k}
    assert not (filled.home / "purging").exists() and codes(filled) == set()


@pytest.mark.parametrize(
    ("numbers", "authority", "message"),
    [
        ((), AUTHORITY, "nothing to destroy"),
        ((1, 99), AUTHORITY, "no record R99"),
        ((1,), {"certificate": 'DC "2026"'}, "no certificate's number"),
        ((1,), {}, "no certificate's number"),
    ],
)
def test_what_makes_no_sense_is_refused(
    filled: Archive, numbers: tuple[int, ...], authority: dict[str, Any], message: str
) -> None:
    with pytest.raises((UsageError, UnavailableError), match=message):
        destroy(filled, *numbers, authority=authority)
    assert codes(filled) == set()


def test_nothing_goes_twice(filled: Archive) -> None:
    destroy(filled, 7)
    with pytest.raises(UnavailableError, match="no record R7: it was destroyed already"):
        destroy(filled, 6, 7)


@pytest.mark.parametrize("whose", [7, 8])
def test_damage_stops_it_before_anything_is_touched(filled: Archive, whose: int) -> None:
    [(name, data)] = segments(filled).items()
    with filled.reading() as house:
        offset = house.catalog.connection.exec_driver_sql(
            "SELECT offset FROM version WHERE number = ?", (whose,)
        ).scalar()
    broken = data[: offset + 50] + bytes([data[offset + 50] ^ 1]) + data[offset + 51 :]
    (filled.home / name).write_bytes(broken)
    with pytest.raises(DamageError, match=f"R{whose} version 1 is not what was kept"):
        destroy(filled, 7)
    assert (filled.home / name).read_bytes() == broken and not (filled.home / "purging").exists()
    with filled.reading() as house:
        assert house.shelf.record(1).number == 1


def test_an_item_set_aside_that_holds_the_text_stops_it(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", post(1), post(2), json.dumps(post(1))[:-9]))
    with pytest.raises(UnavailableError, match=r"R1 also stands in item 1 set aside by run 1") as refused:
        destroy(archive, 1)
    assert "ofrecord hold place other R1 --matter" in refused.value.hint
    assert "ofrecord purge propose --with-quarantined" in refused.value.hint
    assert destroy(archive, 2).verified is not None
    assert codes(archive) == set()


@pytest.fixture
def with_items(archive: Archive, jsonl: Jsonl) -> Archive:
    """R1 and R2; two items set aside with the text of R1, between them one that holds nobody's."""
    nobody = '{"nothing": "of anybody, but long enough to be found again"'
    archive.take_in(jsonl("a", post(1), post(2), json.dumps(post(1))[:-9], nobody, json.dumps(post(1))[:-5]))
    return archive


def items_in(archive: Archive) -> list[tuple[int, int]]:
    with archive.reading() as house:
        return [(row["run"], row["n"]) for row in destroyed_rows.aside(house.catalog.connection)]


def test_items_set_aside_are_named_before_anybody_signs_and_go_with_the_records(with_items: Archive) -> None:
    needles, before = needles_of(with_items, 1), dict(bytes_of(with_items))
    with with_items.writing() as house:
        assert set_aside.holding_text_of(house, [1], lambda *said: None) == {(1, 1): ["R1"], (1, 3): ["R1"]}
        assert set_aside.holding_text_of(house, [2], lambda *said: None) == {}
    assert not (with_items.home / "purging").exists()
    with pytest.raises(UnavailableError, match="R1 also stands in item 3 set aside by run 1"):
        destroy(with_items, 1, items=[(1, 1)])
    assert codes(with_items) == set() and len(items_in(with_items)) == 3
    done = destroy(with_items, 1, items=[(1, 1), (1, 3)])
    assert done.verified is not None and done.remains is not None and done.remains.hits == ()
    assert (done.records, done.versions, done.survivors) == (1, 1, 1) and done.stores["items set aside"] == 2
    assert items_in(with_items) == [(1, 2)] and found_in(with_items, needles) == set()
    [name] = [name for name in before if "/quarantine/" in name]
    assert len((with_items.home / name).read_bytes()) == len(before[name]) and codes(with_items) == set()
    assert [each for each in check(with_items.home / name, Profile.OFRECORD, Tally()) if each.is_damage] == []
    with pytest.raises(UnavailableError, match="no item 1 set aside by run 1: it was destroyed already"):
        destroy(with_items, 2, items=[(1, 1)])
    with with_items.reading() as house:
        held = list(dump(house.catalog.connection))
    assert rebuild_catalog(with_items.settings, lambda done: None, with_items.clock) == 1
    with with_items.reading() as house:
        assert list(dump(house.catalog.connection)) == held
    assert codes(with_items) == set()


def test_an_item_that_only_seems_destroyed_is_a_finding(with_items: Archive) -> None:
    destroy(with_items, 1, items=[(1, 1), (1, 3)])
    sql(with_items, "INSERT INTO destroyed SELECT -run, n, 1, leaf, segment, offset, length FROM quarantine")
    sql(with_items, "DELETE FROM quarantine")
    assert {"content-gone", "tombstone-differs"} <= codes(with_items)


def test_an_item_brought_back_by_hand_is_a_finding(with_items: Archive) -> None:
    [name] = [name for name, _ in bytes_of(with_items) if "/quarantine/" in name]
    before = (with_items.home / name).read_bytes()
    destroy(with_items, 1, items=[(1, 1), (1, 3)])
    (with_items.home / name).write_bytes(before)
    assert "tombstone-differs" in codes(with_items)


def test_residue_anywhere_means_no_end(filled: Archive) -> None:
    """A copy left in the folder is found; once it is gone, the search ends well."""
    with filled.reading() as house:
        left = house.shelf.raw(RecordNumber(7), 1)
    (filled.home / "swept").mkdir(exist_ok=True)
    (filled.home / "swept" / "left.bin").write_bytes(left)
    done = destroy(filled, 7)
    assert done.verified is None and done.remains is not None
    assert done.remains.hits == ("swept/left.bin: R7",)
    assert codes(filled) == {"destruction-unfinished"}
    with pytest.raises(UnavailableError, match="not finished"):
        destroy(filled, 8)
    shutil.rmtree(filled.home / "swept")
    with filled.writing() as house:
        [again] = purging.finish(house, lambda what, done, total: None)
    assert again.verified is not None and again.remains is not None and again.remains.hits == ()
    assert again.executed == done.executed and again.survivors == done.survivors
    assert codes(filled) == set() and not (filled.home / "purging").exists()


def test_answers_to_requests_are_named_and_not_touched(filled: Archive) -> None:
    answer = filled.home / "responses" / "request-1" / "response.txt"
    answer.parent.mkdir(parents=True)
    answer.write_text(f"As requested: {text(7)}")
    done = destroy(filled, 7)
    assert done.verified is not None and done.remains is not None
    assert done.remains.kept == ("responses/request-1/response.txt",) and answer.exists()
    assert done.remains.as_data()["kept_in"] == ["responses/request-1"]


def test_whoosh_forgets_as_well(tmp_path: Path, clock: Any, jsonl: Jsonl) -> None:
    archive = Archive(tmp_path / "whoosh", clock, engine="whoosh")
    archive.take_in(jsonl("first", *(post(n) for n in range(1, 11))))
    needles = needles_of(archive, 4, 5)
    assert any(name.startswith("index/") for name in found_in(archive, needles))
    assert destroy(archive, 4, 5).verified is not None
    assert found_in(archive, needles) == set() and codes(archive) == set()


def test_destroyed_records_are_not_found_and_say_why(filled: Archive) -> None:
    destroy(filled, 7)
    with filled.reading() as house:
        assert finding.search(house, f'"{text(7)[14:50].strip()}"').count == 0
        with pytest.raises(UnavailableError, match=r"R7 was destroyed on 2026-11-20 \(certificate DC-2026-0001\)"):
            finding.view(house, RecordNumber(7))
        with pytest.raises(UnavailableError, match="There is no record R99"):
            finding.view(house, RecordNumber(99))
        story = [each.said for each in log_book.deeds(house, Wanted(record=RecordNumber(7), newest_first=False)).lines]
        assert story[0] == "R7 taken in, import of first into parks (run 1, tester)"
        assert story[1] == "tester destroyed R7 for good, certificate DC-2026-0001"
        assert story[2].startswith("nothing of destruction 1 was found in ") and len(story) == 3


def test_it_comes_back_as_a_new_record_and_this_is_said(filled: Archive, jsonl: Jsonl) -> None:
    destroy(filled, 7)
    report = filled.take_in(jsonl("again", post(7, created_at="2015-03-01T12:00:00Z")))
    assert report.reconciliation.as_data()["new"] == 1
    assert any("retention ended" in note for note in report.notes), report.notes
    with filled.reading() as house:
        assert house.shelf.record(41).current.text == text(7)
    assert codes(filled) == set()


def test_verification_works_at_every_level_without_a_false_alarm(filled: Archive) -> None:
    destroy(filled, 3, 4, 40)
    for level in auditing.Level:
        with filled.reading() as house:
            assert {each.code for each in verify(house, lambda done: None, level).findings} <= UNSIGNED


def sql(archive: Archive, statement: str, *values: Any) -> None:
    connection = driver.connect(archive.settings.catalog)
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_a_record_that_only_seems_destroyed_is_a_finding(filled: Archive) -> None:
    """A06 with a cover: the rows go, and a row says they were destroyed; the ledger does not."""
    destroy(filled, 7)
    for table in ("version", "record", "search_facts"):
        sql(filled, f"INSERT INTO destroyed SELECT number, 1, 1, leaf, segment, offset, length FROM version"
            f" WHERE number = 8 AND '{table}' = 'version'")  # fmt: skip
        sql(filled, f"DELETE FROM {table} WHERE number = 8")
    assert {"content-gone", "tombstone-differs"} <= codes(filled)


def test_the_rows_of_a_destruction_follow_from_acts_and_ledger(filled: Archive) -> None:
    destroy(filled, 7, 8)
    sql(filled, "UPDATE destruction SET records = 3")
    assert "state-changed" in codes(filled)
    sql(filled, "UPDATE destruction SET records = 2")
    assert codes(filled) == set()
    sql(filled, "UPDATE destroyed SET leaf = (SELECT leaf FROM destroyed WHERE number = 8) WHERE number = 7")
    assert "content-gone" in codes(filled)


def test_a_tombstone_that_was_changed_is_a_finding(filled: Archive) -> None:
    destroy(filled, 7)
    [(name, data)] = segments(filled).items()
    (filled.home / name).write_bytes(data.replace(b"R7 version 1", b"R9 version 1"))
    assert codes(filled) == {"tombstone-differs"}


def test_a_record_brought_back_by_hand_is_a_finding(filled: Archive) -> None:
    with filled.reading() as house:
        row = house.catalog.connection.exec_driver_sql("SELECT * FROM record WHERE number = 7").one()
    destroy(filled, 7)
    sql(filled, f"INSERT INTO record VALUES ({', '.join('?' * len(row))})", *row)
    assert "not-destroyed" in codes(filled)


def test_a_picture_that_is_also_a_letters_scan_stays(filled: Archive) -> None:
    """An object that an act names by its digest belongs to that act as well."""
    with filled.writing() as house:
        sha256 = house.catalog.connection.exec_driver_sql(
            "SELECT lower(hex(sha256)) FROM media_use WHERE number = 5"
        ).scalar_one()
        house.journal.write(
            ("bytes.checked", 0, {"bytes": 0, "of": 0, "findings": 0, "oldest": None, "sha256": sha256})
        )
    done = destroy(filled, 5)
    assert done.stores["media removed"] == 0 and done.verified is not None
    with filled.reading() as house:
        assert b"".join(house.vault.media(sha256)) == PICTURE
    assert codes(filled) == set()
    rebuild_catalog(filled.settings, lambda done: None, filled.clock)
    assert codes(filled) == set()
