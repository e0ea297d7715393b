"""A large import flushes its bytes beside its rows: what is not on the disk does not count."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.catalog import queries
from custody.errors import UnavailableError
from tests.conftest import Archive
from workflows import auditing

Jsonl = Callable[..., Path]


def test_a_large_batch_whose_bytes_cannot_be_kept_does_not_count(archive: Archive, jsonl: Jsonl) -> None:
    """Its rows are written while its bytes are flushed beside them: without the bytes they must not stay."""
    source = jsonl("a", *({"object_id": str(n)} for n in range(1_200)))
    segments = archive.home / "vault" / "segments"
    if segments.exists():
        segments.rmdir()
    segments.write_bytes(b"in the way")
    with pytest.raises(UnavailableError, match="could not be written"):
        archive.take_in(source)
    with archive.reading() as house:
        assert queries.totals(house.catalog.connection)["records"] == 0
    segments.unlink()
    assert archive.take_in(source).reconciliation.outcomes["new"] == 1_200
    with archive.reading() as house:
        assert auditing.verify(house, lambda done: None).clean
