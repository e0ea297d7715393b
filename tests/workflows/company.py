"""Records that lie beside those a test is about: attacks are carried out on several archives, drawn by seed."""

import os
import random
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Archive

Jsonl = Callable[..., Path]
FULL = os.environ.get("FAULTS") == "full"
SEEDS = (0, 1, 2) if FULL else (0,)
"""0: nothing else in the archive. `make test-faults` visits all."""

WORDS = "agenda bridge council ditch election fence garden harbor ice jogger kiosk lantern mill notice orchard".split()


def company(archive: Archive, jsonl: Jsonl, seed: int, years: tuple[int, ...] = (2023, 2024)) -> None:
    """Take in some posts and comments of some `years`, a few of them twice with another text. Kept for years yet."""
    chance = random.Random(f"company {seed}")
    print(f"company of seed {seed}")
    if not seed:
        return
    posts = [
        {"object_id": f"beside-{n}", "text": " ".join(chance.choices(WORDS, k=chance.randint(1, 40))),
         "kind": chance.choice(("post", "comment")), "author": {"name": chance.choice(WORDS).title()},
         "created_at": f"{chance.choice(years)}-{chance.randint(1, 12):02d}-15T12:00:00Z"}
        for n in range(chance.randint(5, 40))
    ]  # fmt: skip
    archive.take_in(jsonl(f"company-{seed}", *posts))
    edited = [{**post, "text": f"{post['text']} (edited)"} for post in chance.sample(posts, 3)]
    archive.take_in(jsonl(f"company-{seed}-again", *edited))
