"""Flipped bits and cut files: verification finds each and names the file, or the damage changed nothing it says."""

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.catalog.catalog import Catalog
from archiver.catalog.dump import dump
from tests.faults.conftest import Crew
from tests.faults.nursery import Job, Nursery
from tests.faults.scene import Scene, in_plain_words
from tests.faults.tally import SEED, Count, points

DAMAGED = 1
Damage = Callable[[bytes, random.Random], bytes]


def flipped(sound: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(sound)
    damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def cut_off(sound: bytes, chance: random.Random) -> bytes:
    short = chance.random() < 0.5  # half of the cuts fall into the last member
    return sound[: -chance.randrange(1, min(len(sound), 600))] if short else sound[: chance.randrange(len(sound))]


@pytest.mark.parametrize(
    ("what", "damage", "full", "slice_"),
    [("bit flips", flipped, 5000, 60), ("truncations", cut_off, 1500, 15)],
    ids=["flips", "cuts"],
)
def test_damage_is_found_and_the_file_named(
    scene: Scene, crew: Crew, what: str, damage: Damage, full: int, slice_: int
) -> None:
    count = Count(what=what, wanted=points(full, slice_))
    filled = _filled(scene, crew.nurseries[0])
    homes = {nursery.pid: filled.with_name(f"damage-{nursery.pid}") for nursery in crew.nurseries}
    for home in homes.values():
        shutil.copytree(filled, home, dirs_exist_ok=True)
    said = _said(filled)
    unseen: set[str] = set()

    def visit(nursery: Nursery, n: int) -> None:
        chance = random.Random(f"{SEED} {what} {n}")
        home = homes[nursery.pid]
        kinds = _kinds(home)
        kind = sorted(kinds)[n % len(kinds)]
        path = chance.choice(kinds[kind])
        path.write_bytes(damage(path.read_bytes(), chance))
        checked = nursery.run(Job(words=("verify", "--json"), home=home))
        if checked.code == 0:
            assert kind in ("catalog", "settings", "key"), f"{what} {n} in {path} was not found"
            changed = {line.split()[0] for line in set(said) - set(_said(home)) if not _grows(line)}
            unseen.update(changed)
            count.note(f"unseen in {'+'.join(sorted(changed))}" if changed else f"harmless in the {kind}")
        elif kind == "settings":
            assert checked.code in (1, 2, 3) and (in_plain_words(checked) or checked.data["findings"]), checked
        else:
            assert checked.code == DAMAGED and "Traceback" not in checked.err, (path, n, checked)
            named = checked.out if kind == "catalog" else str([each["object"] for each in checked.data["findings"]])
            assert path.name in named or kind == "catalog", (path, n, checked)
        shutil.rmtree(home)  # all of it anew: a reading can have been written into the ledger meanwhile
        shutil.copytree(filled, home)
        count.note(kind)
        count.done += 1

    crew.visit(count.wanted, visit)
    count.reached()
    assert not unseen, f"verification does not see changes of {unseen}"


def _grows(line: str) -> bool:
    """Whether a line of the dump may change by itself: who reads is written into the ledger from time to time."""
    return line.startswith("segment ") and "'ledger'" in line


def _filled(scene: Scene, nursery: Nursery) -> Path:
    job = scene.job(scene.command("import"), "damage")
    assert nursery.run(job).code == 0
    assert nursery.run(replace(job, words=scene.command("respond").words)).code == 0
    return job.home


def _kinds(home: Path) -> dict[str, list[Path]]:
    """The stored files by kind. The city's profile is for people to edit, so no digest of it is kept; a key whose file
    reads otherwise and is the same is harmless."""
    vault = home / "vault"
    kinds = {room.name: sorted(room.rglob("*.warc.gz")) for room in sorted(vault.iterdir())}
    assert set(kinds) == {"acts", "ledger", "media", "quarantine", "segments"}
    answers = sorted((home / "responses").rglob("response*.*"))
    assert len(answers) == 3
    beside = {"answers": answers, "key": [home / "ledger.key"], "settings": [home / "ofrecord.toml"]}
    return {**kinds, **beside, "catalog": [home / "catalog.sqlite"]}


def _said(home: Path) -> list[str]:
    catalog = Catalog(home / "catalog.sqlite")
    try:
        return list(dump(catalog.connection))
    finally:
        catalog.close()
