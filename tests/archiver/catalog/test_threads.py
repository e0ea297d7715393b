"""Threads are what following every record upwards by hand says; the seed of the random archives is printed."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from archiver.catalog import rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.tables import record
from archiver.catalog.threads import threads_of

Row = Mapping[str, Any]


@pytest.fixture
def catalog(tmp_path: Path) -> Any:
    made = Catalog(tmp_path / "catalog.sqlite", new=True)
    yield made
    made.close()


def row(number: int, object_id: str, parent: str = "", root: str = "", **other: Any) -> dict[str, Any]:
    return {
        "number": number, "account": 1, "object_id": object_id, "platform": "facebook", "kind": "comment",
        "state": "live", "series": "S", "series_reason": "made up", "parent_id": parent, "root_id": root,
        "author_name": "", "author_handle": "", "created_at": number * 1000, "removed_at": None, "current": 1,
        "versions": 1, "digest": b"", "as_of": 0, "media": 0, "media_missing": 0, "flags": "", "first_run": 1,
        "seen_run": 1, **other,
    }  # fmt: skip


def put(catalog: Catalog, some: list[dict[str, Any]]) -> None:
    with catalog.transaction() as connection:
        rows.insert_many(connection, record, some)


def test_a_thread_ends_with_its_last_item_however_deep_and_in_whatever_order(catalog: Catalog) -> None:
    some = [row(1, "c", "b"), row(3, "b", "a"), row(5, "a"), row(8, "d", "c", "a"), row(9, "alone")]
    put(catalog, some)
    threads = threads_of(catalog.connection)
    assert [threads.end(number) for number in (1, 3, 5, 8, 9)] == [8000, 8000, 8000, 8000, 9000]


def test_answers_to_what_is_not_here_are_one_thread_by_its_name_on_each_account(catalog: Catalog) -> None:
    put(catalog, [row(1, "a", "gone"), row(2, "b", "", "gone"), row(3, "c", "gone", account=2), row(4, "d", "other")])
    threads = threads_of(catalog.connection)
    assert [threads.end(number) for number in (1, 2, 3, 4)] == [2000, 2000, 3000, 4000]


def test_a_date_nobody_can_use_ends_no_thread(catalog: Catalog) -> None:
    some = [
        row(1, "a"),
        row(2, "b", "a", flags="edited,date-implausible"),
        row(3, "c", created_at=None),
        row(4, "d", "a", flags="not-date-implausible", created_at=7000),
    ]
    put(catalog, some)
    threads = threads_of(catalog.connection)
    assert [threads.end(number) for number in (1, 2, 3, 4)] == [7000, 7000, None, 7000]


def test_records_that_answer_each_other_in_a_ring_are_one_thread(catalog: Catalog) -> None:
    put(catalog, [row(1, "x", "a"), row(2, "a", "b"), row(3, "b", "c"), row(4, "c", "a"), row(5, "self", "self")])
    threads = threads_of(catalog.connection)
    assert [threads.end(number) for number in (1, 2, 3, 4, 5)] == [4000, 4000, 4000, 4000, 5000]


def test_a_ring_through_a_named_top_stays_with_that_top(catalog: Catalog) -> None:
    put(catalog, [row(1, "p", root="t"), row(2, "x", "p"), row(3, "t", "p")])
    threads = threads_of(catalog.connection)
    assert [threads.end(number) for number in (1, 2, 3)] == [3000, 3000, 3000]


@pytest.mark.parametrize("seed", range(12))
def test_threads_are_what_following_by_hand_says(catalog: Catalog, seed: int) -> None:
    print("seed", seed)
    chance = Random(seed)
    numbers = sorted(chance.sample(range(1, 400), 200))
    some = []
    for number in numbers:
        above = chance.choice(["", *(str(n) for n in numbers if n < number or seed % 3 == 0), "gone", "lost"])
        root = chance.choice(["", "", "", "", str(chance.choice(numbers)), "gone"])
        made = chance.choice([None, chance.randrange(10**12), chance.randrange(10**12)])
        flags = chance.choice(["", "", "date-implausible", "edited"])
        account = chance.choice((1, 1, 2))
        some.append(row(number, str(number), above, root, account=account, created_at=made, flags=flags))
    put(catalog, some)
    threads, wanted = threads_of(catalog.connection), by_hand(some)
    assert {number: threads.end(number) for number in numbers if number in wanted} == wanted
    assert len(wanted) > (0 if seed % 3 == 0 else 150)


def by_hand(some: list[dict[str, Any]]) -> dict[int, int | None]:
    """The end of the thread of each record of which no ring lies above or in its thread."""
    here = {(each["account"], each["object_id"]): each for each in some}
    tops: dict[int, tuple[int, str] | None] = {}
    for each in some:
        tops[each["number"]] = top_of(each, here)
    ends: dict[tuple[int, str] | None, list[int]] = {}
    for each in some:
        if each["created_at"] is not None and each["flags"] != "date-implausible":
            ends.setdefault(tops[each["number"]], []).append(each["created_at"])
    through_rings = {(each["account"], each["object_id"]) for each in some if tops[each["number"]] is None}
    return {n: max(ends.get(top, []), default=None) for n, top in tops.items() if top and top not in through_rings}


def top_of(each: Row, here: Mapping[tuple[int, str], Row]) -> tuple[int, str] | None:
    """The top a record names, else the topmost one above it; None where the way up never ends."""
    account = each["account"]
    if each["root_id"]:
        return account, each["root_id"]
    seen, name = set(), each["object_id"]
    while (at := here.get((account, name))) is not None:
        if name in seen:
            return None
        seen.add(name)
        above = at["root_id"] or at["parent_id"] or name
        if above == name:
            break
        name = above
    return account, name
