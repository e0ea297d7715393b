"""Finding: the days in a query leave out what has no date, and the clerk is told how many."""

from collections.abc import Callable
from pathlib import Path

import pytest

from custody.clock import Clock
from tests.conftest import Archive
from workflows import finding, requesting


@pytest.mark.parametrize("engine", ["fts", "whoosh"])
@pytest.mark.parametrize(
    ("query", "count", "undated"),
    [
        ("snow", 3, 0),
        ("snow date:2025-03", 1, 2),
        ("date:2025-03", 1, 3),
        ("snow since:2025-03-02", 0, 2),
        ("snow NOT plow since:2025-01-01", 1, 1),
        ("rain OR date:2025-03", 2, 2),
        ("NOT date:2025-03", 3, 0),
        ("NOT (NOT date:2025-03)", 1, 3),
    ],
)
def test_records_without_a_date_that_the_days_leave_out_are_counted(
    tmp_path: Path, clock: Clock, jsonl: Callable[..., Path], engine: str, query: str, count: int, undated: int
) -> None:
    archive = Archive(tmp_path / engine, clock, engine)
    archive.take_in(
        jsonl(
            "pages",
            {"object_id": "1", "text": "snow"},
            {"object_id": "2", "text": "snow", "created_at": None},
            {"object_id": "3", "text": "snow plow", "created_at": None},
            {"object_id": "4", "text": "rain", "created_at": None},
        )
    )
    with archive.reading() as house:
        answer = finding.search(house, query)
        assert (answer.count, answer.undated) == (count, undated)


def test_collecting_for_a_request_says_what_its_days_leave_out(archive: Archive, jsonl: Callable[..., Path]) -> None:
    archive.take_in(jsonl("a", {"object_id": "1"}, {"object_id": "2", "created_at": None}))
    with archive.writing() as house:
        requesting.open_request(house, "All of March", archive.clock(), "email", "", "")
        assert requesting.collect(house, 1, "date:2025-03")["undated"] == 1
