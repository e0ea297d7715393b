"""Entries read many at a time are judged as they are one by one."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from archiver.catalog.catalog import Catalog
from archiver.catalog.finding import Finding
from archiver.catalog.ledger_check import _Reading

SEED, ROUNDS = 20261201, 300


def _entry(number: int, second: int, n: int = 1, kind: str = "commit") -> bytes:
    time = f"2026-03-0{1 + second // 86400}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.000Z"
    return (
        f'{{"C":"{number:064x}","bucket":"wi/social/2026q1","n":{n},"record":{number},"run":1,"t":"record.{kind}",'
        f'"ts":"{time}","v":1}}'
    ).encode()


def _harm(entries: list[bytes], chance: random.Random) -> None:
    place = chance.randrange(1, len(entries) - 1)
    entry = entries[place]
    entries[place : place + 1] = chance.choice(
        [
            [entry, entry],  # twice
            [entry + b"\n" + entry],  # two in one
            [b"", entry],
            [entry[:-1]],
            [entry + b"\n"],
            [entry.replace(b'"n":1', b'"n":2')],
            [entry.replace(b"record.commit", b"record.revise")],
            [entry.replace(b"2026-03", b"2025-03")],  # older than the one before
            [entry.replace(b'"run":1', b'"run":x')],
            [entries[place + 1], entry],  # out of order
            [_entry(place, 0, 2, "revise")],
            [entry.replace(b'"C":"0', b'"C":"G')],
        ]
    )


@pytest.fixture
def reading(tmp_path: Path) -> Callable[[], _Reading]:
    catalog = Catalog(tmp_path / "catalog.sqlite", new=True)
    return lambda: _Reading(catalog, lambda kind: True)


def _judged(reading: _Reading, entries: Sequence[bytes], at_once: int) -> list[Finding]:
    found: list[Finding] = []
    for first in range(0, len(entries), at_once):
        found += reading.take(first, entries[first : first + at_once])
    return found


def test_many_at_a_time_are_judged_as_one_by_one(reading: Callable[[], _Reading]) -> None:
    chance, harmed = random.Random(SEED), 0
    for _ in range(ROUNDS):
        entries = [_entry(number, number * 7) for number in range(1, chance.randrange(5, 60))]
        if chance.random() < 0.9:
            _harm(entries, chance)
        alone, together, some = reading(), reading(), reading()
        found = _judged(alone, entries, 1)
        assert _judged(together, entries, len(entries)) == found, f"seed {SEED}: {entries}"
        assert _judged(some, entries, 4) == found, f"seed {SEED}: {entries}"
        assert together.counts == alone.counts
        harmed += bool(found)
    assert harmed > ROUNDS // 2


def test_what_is_missing_before_some_entries_is_said(reading: Callable[[], _Reading]) -> None:
    entries = [_entry(number, number) for number in range(1, 5)]
    (found,) = reading().take(3, entries)
    assert (found.code, found.object) == ("ledger-entry-wrong", "ledger entry 3")
