"""The leak check's share of the time of an answer: one in ten records withheld, one in ten redacted."""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from archiver.fetch import FakeFetcher
from benchmarks import corpus
from custody.clock import system_clock
from custody.ids import RecordNumber
from custody.request import Mark
from exports.leak_check import check_files
from workflows import answering, capturing, drafting, enrolling, requesting
from workflows.house import House, open_for_writing

WHY = "measured"


def measure(size: int) -> dict[str, float]:
    """Seconds for the whole answer, for gathering what to look for, and for looking; the peak of memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        home, source = Path(folder) / "home", Path(folder) / "source"
        source.mkdir()
        (source / "records.jsonl").write_bytes(b"".join(corpus.lines(size)))
        settings = enrolling.make_archive(home, "maple-falls", "bench", "fts", system_clock)
        with open_for_writing(settings, system_clock) as house:
            enrolling.add_account(house, "parks", "facebook", custodian="Dana Ruiz")
            owner = house.account_named("parks")
            capturing.take_in(house, [str(source)], owner, None, False, FakeFetcher({}), lambda done: None)
            _decide(house, size)
            started = time.monotonic()
            made = answering.respond(house, 1, None, lambda done: None)
            whole = time.monotonic() - started
            started = time.monotonic()
            secrets = answering.secrets_in(house, 1, answering.response_for(house, 1))
            gathered = time.monotonic() - started
            count, started = len(secrets.strings), time.monotonic()
            pdfs = {Path(each).name: Path(each) for each in (made["pdf"], *made["volumes"])}
            assert not check_files({**pdfs, "response.zip": Path(made["zip"])}, secrets)
            looked = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"answer": whole, "gather": gathered, "look": looked, "strings": count, "peak": peak}


def _decide(house: House, size: int) -> None:
    requesting.open_request(house, "Everything", house.clock(), "email")
    requesting.collect(house, 1, "*")
    requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    requesting.mark(house, 1, list(_every_tenth(1, size)), Mark.WITHHOLD, "WI-BAL", WHY)
    rows = []
    for record in house.shelf.records(list(_every_tenth(5, size))):
        end = min(40, len(record.current.text))
        row = {"record": record.number, "n": 1, "version": 1, "field": "text", "start": 0, "end": end}
        rows.append({**row, "code": "WI-BAL", "note": WHY, "region": "", "origin": "bench"})
    house.journal.write(*drafting.acts_of_redactions(house, 1, rows, "WI-BAL", "bench"))
    drafting.find(house, 1, [], [], False)
    drafting.dismiss(house, 1, drafting.open_drafts(house, 1))


def _every_tenth(first: int, size: int) -> Iterator[RecordNumber]:
    return (RecordNumber(number) for number in range(first, size + 1, 10))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
