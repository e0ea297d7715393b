"""A package, made once for all tests that read or tamper with it."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import Archive
from tests.exports.packages import Package, picture
from workflows import answering, requesting


@pytest.fixture
def make(archive: Archive, jsonl: Callable[..., Path]) -> Callable[..., Package]:
    """A package of one record with the same picture twice, the first one's description withheld."""

    def made() -> Package:
        media = [{"uri": "a.png", "alt": "sign of a secret"}, {"uri": "b.png", "alt": "a harmless sign"}]
        archive.take_in(jsonl("a", {"media": media}, media={"a.png": picture("red"), "b.png": picture("red")}))
        with archive.writing() as house:
            requesting.open_request(house, "Everything, please", archive.clock(), "email")
            requesting.collect(house, 1, "*")
            requesting.mark(house, 1, None, Mark.RELEASE, "", "")
            requesting.redact(house, 1, RecordNumber(1), "alt:0", "sign of a secret", "WI-BAL", "privacy outweighs")
            answer = answering.respond(house, 1, None, lambda done: None)
            assert house.ledger.key is not None
            data = Path(answer["zip"]).read_bytes()
            assert zipfile.is_zipfile(io.BytesIO(data))
            return Package.of(data, house.ledger.key)

    return made
