"""A long import holds no more than a short one: objects are counted, batch after batch."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Archive

BATCH, BATCHES, WARM = 25, 60, 12


@pytest.mark.parametrize("collected", [20, 1_000_000], ids=["collecting", "never collecting"])
def test_what_a_batch_used_is_let_go_of(
    archive: Archive, jsonl: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, collected: int
) -> None:
    """Also where the search for cycles never runs: they are to be avoided, and the search is for the unforeseen."""
    monkeypatch.setattr("archiver.harvest.BATCH_ITEMS", BATCH)
    monkeypatch.setattr("archiver.harvest.COLLECTED", collected)
    source = jsonl("posts", *({"object_id": f"id-{n}", "text": f"post {n}"} for n in range(BATCH * BATCHES)))
    blocks: list[int] = []
    archive.take_in(source, told=lambda done: blocks.append(sys.getallocatedblocks()))
    assert len(blocks) >= BATCHES - 1 and gc.isenabled() and gc.get_freeze_count() == 0
    third = (len(blocks) - WARM) // 3
    early, late = min(blocks[WARM : WARM + third]), min(blocks[-third:])
    kept_per_batch = (late - early) / (2 * third)
    assert kept_per_batch < BATCH / 5, f"{kept_per_batch:.0f} blocks a batch stay: {blocks}"
