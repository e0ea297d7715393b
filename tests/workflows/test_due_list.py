"""The due list over random situations is the same as judging one record after another; its seed is printed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from archiver.catalog import keeping_queries, rows
from archiver.catalog.tables import record
from custody.clock import day_reader, fixed_clock, local_day
from custody.disposition import Standing
from custody.ids import RecordNumber
from retention_schedules.eligibility import judge
from tests.conftest import Archive
from tests.workflows.keeping import by
from workflows import disposing, filing, holding, occurrences, requesting, scheduling
from workflows.bearing import gather
from workflows.holding import Wanted, holds_on
from workflows.house import House
from workflows.terms import schedules_of, terms_of

START = datetime(2012, 1, 1, tzinfo=UTC)
SERIES = ("WI-SM-POST", "WI-SM-PUB", "WI-SM-CONV", "WI-DISP", "WI-SM-MODLOG", "WI-DEF-7Y", "WI-MTG-90D", "WI-POL")
GROUND = "M01"


@pytest.mark.parametrize("seed", range(6))
def test_the_due_list_is_what_judging_one_by_one_says(tmp_path: Path, seed: int) -> None:
    print("seed", seed)
    chance = Random(seed)
    archive = Archive(tmp_path / "home", fixed_clock(datetime(2026, 1, 5, 18, tzinfo=UTC)))
    with archive.writing() as house:
        for run in (1, 2):
            fill(house, run, chance)
        burden(house, chance)
    by(archive, "Dana Ruiz")
    with archive.writing() as house:
        for change in scheduling.changes(house):
            if change.state == "proposed":
                scheduling.confirm(house, change.number)
        numbers = [row.number for row in keeping_queries.kept_rows(house.catalog.connection, None, False)]
        for on in (date(2026, 1, 5), date(2026, 3, 20), date(2032, 7, 1)):
            compare(house, numbers, on)


def compare(house: House, numbers: list[int], on: date) -> None:
    schedules, terms = schedules_of(house), terms_of(house)
    one_by_one = {}
    for number in numbers:
        bearings = gather(house, terms, [number])
        keeping_queries.settle_threads(house.catalog.connection)
        (row,) = keeping_queries.kept_rows(house.catalog.connection, [number], True)
        one_by_one[number] = (row.series, judge(bearings.situation(row), schedules, on))
    found = disposing.due(house, on, lambda done: None)
    assert found.eligible == tuple(n for n, (_, each) in one_by_one.items() if each.standing is Standing.ELIGIBLE)
    totals: dict[str, dict[str, int]] = {}
    blocks: dict[str, int] = {}
    for series, each in one_by_one.values():
        here = totals.setdefault(series, {})
        here[each.standing.value] = here.get(each.standing.value, 0) + 1
        for name in each.blocks if each.standing is Standing.BLOCKED else ():
            blocks[name] = blocks.get(name, 0) + 1
    assert {series: dict(counts) for series, counts in found.totals.items()} == totals
    assert dict(found.blocks) == blocks
    some = [RecordNumber(number) for number in numbers]
    assert disposing.judged(house, some, on) == {number: each for number, (_, each) in one_by_one.items()}
    held = holds_on(house, some, on)
    assert not set(held) & set(found.eligible)


def fill(house: House, run: int, chance: Random) -> None:
    """A run of made-up rows, with threads, removals and dates nobody can use."""
    house.journal.write(("run.started", run, {"account": 1, "sources": ["made up"], "personal": False}))
    house.journal.write(("run.ended", run, {"state": "complete"}))
    first = rows.last_number(house.catalog.connection) + 1
    with house.catalog.transaction() as connection:
        rows.insert_many(connection, record, [row(n, run, chance) for n in range(first, first + 30)])


def row(number: int, run: int, chance: Random) -> dict[str, Any]:
    created = rows.millis(START + timedelta(hours=chance.randrange(14 * 365 * 24)))
    parent = chance.choice(("", "", str(chance.randrange(1, 61))))
    return {
        "number": number, "account": 1, "object_id": f"{number}", "platform": "facebook", "kind": "comment",
        "state": "live", "series": chance.choice(SERIES), "series_reason": "made up", "parent_id": parent,
        "root_id": chance.choice(("", "", "", "1")), "author_name": chance.choice(("", "Jo", "parks")),
        "author_handle": "", "created_at": chance.choice((created, created, created, None)),
        "removed_at": chance.choice((None, None, created + chance.randrange(10**11))), "current": 1, "versions": 1,
        "digest": b"", "as_of": created, "media": 0, "media_missing": 0,
        "flags": chance.choice(("", "", "date-implausible")), "first_run": run, "seen_run": run,
    }  # fmt: skip


def burden(house: House, chance: Random) -> None:
    """Requests open and answered, holds, notices, events, filings and adoptions, as chance will have it."""
    numbers = list(range(1, 61))
    if chance.random() < 0.3:
        requesting.open_request(house, "Everything", house.clock(), "mail")
    for n in range(2, 4):
        some = sorted(chance.sample(numbers, 20))
        marks = [("release", some[:7]), ("redact", some[7:12]), ("withhold", some[12:17])]
        house.journal.write(
            ("request.opened", n, {"words": "x", "received_at": 1767000000000, "channel": "mail", "requester": ""}),
            ("hold.placed", n, {"kind": "request", "matter": "m", "reason": "", "request": n,
                                "clause": holding.NOTHING, "numbers": some}),
            ("request.collected", n, {"numbers": some, "query": "", "said_as": "", "collected_at": ""}),
            *(("request.marked", n, {"numbers": part, "mark": mark, "code": "", "note": ""}) for mark, part in marks),
        )  # fmt: skip
        if chance.random() < 0.7:
            house.journal.write(("request.responded", n, {"released": 0, "redacted": 0, "withheld": 0}))
    for _ in range(2):
        through = chance.choice((None, date(2026, 2, 1), date(2033, 1, 1)))
        some = [RecordNumber(each) for each in chance.sample(numbers, chance.choice((3, 60)))]
        holding.place(house, Wanted(kind="audit", matter="m", reason="r", numbers=tuple(some), through=through))
    for n in range(1, 4):
        answer = chance.choice(("", "declined", "reviewing", "accepted"))
        covered = [{"series": chance.choice(SERIES), "first_year": 2012, "last_year": chance.randrange(2013, 2026),
                    "records": 1, "bytes": 1}]  # fmt: skip
        house.journal.write(("notice.drafted", n, {"rows": covered, "upto": chance.choice((20, 45, 60)), "body": "b"}))
        house.journal.write(("notice.sent", n, {"mailed": chance.choice(("2022-01-01", "2025-12-20"))}))
        if answer:
            house.journal.write(("notice.replied", n, {"reply": answer, "replied": "2026-01-04"}))
    handed_over = {"numbers": [[5, 30]], "entries": house.ledger.size(), "received": "2026-01-05"}
    house.journal.write(("transfer.made", 1, handed_over), ("transfer.received", 1, {}))
    for series in chance.sample(SERIES[:4], 2):
        scheduling.enter_waiver(house, series, "made up")
    adopted = {"period": {"n": chance.choice((3, 9)), "unit": "years"}, "fate": "destroy"}
    wanted = scheduling.Adoption(
        adopted=date(2020, 1, 1), reference="made up", row=adopted, only_new=chance.random() < 0.4
    )
    scheduling.adopt(house, "WI-SM-CONV", wanted)
    filing_data = {"numbers": chance.sample(numbers, 10), "series": "WI-SM-CONV", "reason": "r", "rule": 0}
    house.journal.write(("record.filed", 1, filing_data))
    for what in ("hidden", "reviewed", "minutes-approved", "minutes-published", "made-for-minutes", "account-closed"):
        of = (
            f"R{chance.choice(numbers)}"
            if chance.random() < 0.5 or what == "hidden"
            else chance.choice(("parks", "WI-POL"))
        )
        occurrences.record_event(house, of, what, date(2025, chance.randrange(1, 12), 1))
    assert filing.rules(house) == []


def test_the_fast_way_to_a_local_day_is_the_slow_one() -> None:
    chance = Random(7)
    for zone in ("America/Chicago", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"):
        day_of = day_reader(zone)
        for _ in range(3000):
            millis = chance.randrange(-(10**12), 4 * 10**12)
            assert day_of(millis) == local_day(rows.moment(millis), zone), (zone, millis)
        for year in range(2003, 2030):  # every hour around the days on which clocks are changed
            for hour in range(0, 24 * 365, 7):
                moment = datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
                assert day_of(rows.millis(moment)) == local_day(moment, zone)
        first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
        assert (day_of(rows.millis(first)) - date.min).days in (0, 1)  # also where the calendar ends
        assert (date.max - day_of(rows.millis(last))).days in (0, 1)


def test_damaged_bytes_block_the_record_that_lies_there(archive: Archive, jsonl: Any) -> None:
    from tests.workflows.keeping import OLD, due, judged, waive

    archive.take_in(jsonl("a", OLD, {"object_id": "2", **OLD}))
    waive(archive)
    with archive.reading() as house:
        place = house.catalog.connection.exec_driver_sql(
            "SELECT name, offset FROM version JOIN segment ON id = segment"
        ).all()
    path = archive.home / "vault" / place[1][0]
    whole = path.read_bytes()
    path.write_bytes(whole[: place[1][1] + 20] + b"\0" + whole[place[1][1] + 21 :])
    with archive.reading() as house:
        some = [RecordNumber(1), RecordNumber(2)]
        found = disposing.judged(house, some, date(2026, 11, 20), read=True)
        assert [found[n].blocks for n in some] == [(), ("fixity",)]
    path.write_bytes(whole[:-5])
    with archive.reading() as house:
        assert judged(house, 1).blocks == judged(house, 2).blocks == ("fixity",)
        assert due(house).blocks["fixity"] == 2 and due(house).eligible == ()
