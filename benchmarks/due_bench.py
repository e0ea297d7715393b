"""The due list: judging every record of an archive for one day, with what bears on it.

`rows(size)` makes an archive in a temporary folder and writes `size` made-up rows into its catalog: over nine years, in
three series, a tenth removed on the platform, every fourth the top of a thread. Open requests reach everything, others
were answered for 2,000 records each, holds name a tenth of all. Every row is (name, value, unit, rival, ratio); the
rival is a bare pass over the same rows. Run by itself: `python -m benchmarks.due_bench 1000000`.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from archiver.catalog import keeping_queries
from archiver.catalog import rows as kept
from archiver.catalog.tables import record
from custody.clock import fixed_clock
from custody.ids import RecordNumber
from workflows import enrolling, holding, requesting, scheduling
from workflows.disposing import due, judged
from workflows.holding import holds_on
from workflows.house import House, open_for_writing

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
ON = date(2026, 11, 20)
SEED = 20251121
SERIES = ("WI-SM-POST", "WI-SM-PUB", "WI-SM-CONV")
Row = tuple[str, float, str, str, float | None]


def rows(size: int = 200_000) -> list[Row]:
    """Measure on `size` records."""
    with tempfile.TemporaryDirectory() as folder:
        clock = fixed_clock(NOW)
        settings = enrolling.make_archive(Path(folder) / "home", "maple-falls", "bench", "fts", clock)
        with open_for_writing(settings, clock) as house:
            enrolling.add_account(house, "parks", "facebook", custodian="Dana Ruiz")
            house.journal.write(("run.started", 1, {"account": 1, "sources": ["made up"], "personal": False}))
            house.journal.write(("run.ended", 1, {"state": "complete"}))
            _fill(house, size)
            for series in SERIES:
                scheduling.enter_waiver(house, series, "made up for the benchmark")
            measured = [_bare(house, size)]
            bare = measured[0][1]
            measured.append(_due(house, size, "due list, nothing bears on it", bare))
            _burden(house, size)
            measured.append(_due(house, size, "due list, 23 requests and 3 holds", bare))
            scheduling.adopt(house, "WI-SM-CONV", _adoption())
            measured.append(_due(house, size, "due list, threads count too", bare))
            measured += _batches(house, size)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return [*measured, ("due list, memory of the process", peak, "MB", "", None)]


def _adoption() -> Any:
    row = {"period": {"n": 8, "unit": "years"}, "authority": "made up for the benchmark"}
    return scheduling.Adoption(adopted=date(2020, 1, 1), reference="made up", row=row)


def _fill(house: House, size: int) -> None:
    chance, stream = Random(SEED), iter(range(1, size + 1))
    while batch := list(islice(stream, 20_000)):
        with house.catalog.transaction() as connection:
            kept.insert_many(connection, record, [_row(number, size, chance) for number in batch])


def _row(number: int, size: int, chance: Random) -> dict[str, Any]:
    created = kept.millis(datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=9 * 365) * (number / size))
    top = number - number % 4
    return {
        "number": number, "account": 1, "object_id": f"{number}", "platform": "facebook", "kind": "comment",
        "state": "live", "series": SERIES[number % 3], "series_reason": "records of kind comment",
        "parent_id": "" if number == top else f"{top}", "root_id": "", "author_name": f"Resident {number % 400}",
        "author_handle": "", "created_at": created,
        "removed_at": created + chance.randrange(10**9) if number % 10 == 0 else None, "current": 1, "versions": 1,
        "digest": b"",  "as_of": created, "media": 0, "media_missing": 0, "flags": "", "first_run": 1, "seen_run": 1,
    }  # fmt: skip


def _burden(house: House, size: int) -> None:
    """Three open requests on everything, twenty answered ones, three holds on many records."""
    chance = Random(SEED)
    for n in range(3):
        requesting.open_request(house, f"Everything {n}", NOW, "mail")
    for n in range(4, 24):
        numbers = sorted(chance.sample(range(1, size + 1), min(2000, size)))
        house.journal.write(
            ("request.opened", n, {"words": "x", "received_at": kept.millis(NOW), "channel": "mail", "requester": ""}),
            ("hold.placed", n, {"kind": "request", "matter": f"request {n}", "reason": "", "request": n,
                                "clause": holding.NOTHING, "numbers": numbers}),
            ("request.collected", n, {"numbers": numbers, "query": "", "said_as": "", "collected_at": ""}),
            ("request.marked", n, {"numbers": numbers[::2], "mark": "release", "code": "", "note": ""}),
            ("request.marked", n, {"numbers": numbers[1::2], "mark": "withhold", "code": "WI-BAL", "note": ""}),
            ("request.responded", n, {"released": 0, "redacted": 0, "withheld": 0, "zip_sha256": ""}),
        )  # fmt: skip
    for n in range(3):
        many = tuple(RecordNumber(each) for each in range(1 + n, size + 1, 10))
        holding.place(house, holding.Wanted(kind="litigation", matter=f"Case {n}", reason="claim filed", numbers=many))


def _bare(house: House, size: int) -> Row:
    start = time.perf_counter()
    count = sum(1 for _ in keeping_queries.kept_rows(house.catalog.connection, None, None))
    return f"bare pass over {count:,} rows", time.perf_counter() - start, "s", "", None


def _due(house: House, size: int, name: str, bare: float) -> Row:
    start, cpu = time.perf_counter(), time.process_time()
    found = due(house, ON, lambda done: None)
    took, name = time.perf_counter() - start, f"{name}, {time.process_time() - cpu:.1f} s of processor time"
    assert sum(sum(counts.values()) for counts in found.totals.values()) == size
    return f"{name} ({len(found.eligible):,} of {size:,} eligible)", took, "s", "bare pass", took / bare


def _batches(house: House, size: int) -> Iterator[Row]:
    some = [RecordNumber(number) for number in range(1, min(size, 10_000) + 1)]
    for name, ask in (("judged", lambda: judged(house, some, ON)), ("holds_on", lambda: holds_on(house, some, ON))):
        start = time.perf_counter()
        ask()
        yield f"{name}, {len(some):,} records", time.perf_counter() - start, "s", "", None


if __name__ == "__main__":
    for line in rows(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000):
        print("  ".join(f"{cell:,.3f}" if isinstance(cell, float) else str(cell or "") for cell in line))
