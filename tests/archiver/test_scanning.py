"""Many needles in little memory find what the needles themselves find; workers find what one process finds."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from archiver import scanning
from archiver import sieve as sieve_module
from archiver.needles import LETTERS, WORDS, Found, Kept, ManyNeedles, Needles, Traces, settle_one, sifted
from archiver.residue import Search
from archiver.scanning import Scanned, look, scan
from archiver.sealing import new_seal
from archiver.sieve import Gathering, Sieve, settle
from custody.errors import DamageError, UnavailableError
from tests.archiver.test_residue import DIGESTS, FORMS, SEED, sentence

STRETCH = 1 << 16
CHINESE = "市议会将于周四晚上讨论除雪和停车规定欢迎居民参加并发表意见谢谢大家" * 2


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that small files have several."""
    monkeypatch.setattr(scanning, "STRETCH", STRETCH)


def traces(count: int) -> list[Traces]:
    """Versions with texts of their own, one text that all share, some without a letter d or l."""
    chance = random.Random(SEED)
    shared = sentence(chance, 60)
    made = []
    for n in range(1, count + 1):
        texts = [sentence(chance, 40 + n % 300), shared]
        texts += [f"{CHINESE}{n}"] * (n % 7 == 0) + ["".join(chance.choices("abcefghi0123456789", k=300))] * (
            n % 5 == 0
        )
        digests = tuple(chance.randbytes(32) for _ in range(3))
        made.append(Traces(number=n, n=1, texts=tuple(texts), digests=digests))
    return made


def exact(each: Sequence[Traces]) -> Needles:
    needles = Needles()
    for one in each:
        needles.add(one)
    return needles


def different(needles: Needles) -> int:
    """How many there are: what is a window here and a piece there counts once."""
    return len(needles.windows | needles.pieces.keys() | needles.runs.keys()) + len(needles.words)


def kept_in(path: Path, each: Sequence[Traces]) -> Kept:
    kept = Kept(path, new_seal())
    with kept.writing() as put:
        for one in each:
            put(one)
    return kept


def many_of(each: Sequence[Traces], folder: Path) -> ManyNeedles:
    folder.mkdir()
    half = len(each) // 2
    sifting = sifted(each[:half], folder, "first") + sifted(each[half:], folder, "second")
    for which in (LETTERS, WORDS):
        settle_one(which, sifting, folder)
    return ManyNeedles(folder, sifting)


def test_a_sieve_knows_what_was_taken_up_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieve_module, "_TOGETHER", 5_000)
    chance = random.Random(SEED)
    lowest, highest = -(1 << 63), (1 << 63) - 1
    there = [chance.randint(lowest, highest) for _ in range(20_000)] + [0, 1, -1, lowest, highest]
    pieces = [chance.randbytes(16) for _ in range(3_000)]
    gathering = Gathering(tmp_path, "some")
    for start in range(0, len(there), 700):
        gathering.add(there[start : start + 700] * 3)
    gathering.add(map(hash, pieces))
    gathering.close()
    assert len(gathering.runs) > 5
    settle(gathering.runs, tmp_path / "sieve")
    sieve = Sieve(tmp_path / "sieve")
    others = {chance.randint(lowest, highest) for _ in range(200_000)} - set(there)
    near = {number + 1 for number in there if number != highest} - set(there)
    assert len(sieve) == len({*there, *map(hash, pieces)}), f"seed {SEED}"
    assert sieve.numbers([*there, *others, *near]) == set(there), f"seed {SEED}"
    assert sieve.pieces([*pieces, *(piece[::-1] for piece in pieces)]) == set(pieces), f"seed {SEED}"
    sieve.close()
    settle([], tmp_path / "empty")
    empty = Sieve(tmp_path / "empty")
    assert empty.numbers([0, 5, -5]) == set() and len(empty) == 0


def test_a_sieve_that_another_program_made_is_refused(tmp_path: Path) -> None:
    """Another program's `hash` is another, so nothing would be found in it, and that would be taken for the truth."""
    made = "from pathlib import Path; from archiver.sieve import settle; settle([], Path('sieve'))"
    subprocess.run(
        [sys.executable, "-c", made], cwd=tmp_path, check=True, env=os.environ | {"PYTHONPATH": str(Path.cwd())}
    )
    with pytest.raises(UnavailableError, match="by another program"):
        Sieve(tmp_path / "sieve")


def test_many_needles_find_in_every_form_what_the_needles_find(tmp_path: Path) -> None:
    chance, each = random.Random(SEED), traces(600)
    needles, many = exact(each), many_of(each, tmp_path / "sieves")
    assert len(many) == different(needles) and many.blank == needles.blank and many.wants() == needles.wants()
    other = "".join(chance.choices("abcdefgilmnorst", k=400))
    for form, made in FORMS.items():
        for one in chance.sample(each, 2):
            planted = chance.randbytes(9) + made(one.texts[0] + other) + chance.randbytes(9)
            found = Search(needles).data(planted)
            assert found and needles.named(Search(many).data(planted)) == found, f"seed {SEED} {form} {one.number}"
    for form, written in DIGESTS.items():
        for one in chance.sample(each, 2):
            planted = chance.randbytes(one.number % 8) + written(one.digests[1])
            found = Search(needles).data(planted)
            assert found.words and needles.named(Search(many).data(planted)) == found, (
                f"seed {SEED} {form} {one.number}"
            )
    assert needles.named(Search(many).data(CHINESE.encode("utf-16-le"))) == Search(needles).data(
        CHINESE.encode("utf-16-le")
    )


def test_a_digest_of_letters_alone_is_found_among_letters_alone(tmp_path: Path) -> None:
    each = [Traces(number=1, n=1, texts=(), digests=(b"an opening that is letters alone",))]
    for needles in (exact(each), many_of(each, tmp_path / "sieves")):
        assert Search(needles).data(b"12345" + each[0].digests[0] + b"6789")


def files(tmp_path: Path, each: Sequence[Traces]) -> list[Path]:
    """Files with remains at their borders, one without, one empty, and one that is gone."""
    chance, paths = random.Random(f"{SEED} clean"), []
    for n, at in enumerate((0, STRETCH - 50, STRETCH - 1, STRETCH, 70)):
        path = tmp_path / f"file {n}"
        text = FORMS["UTF-8" if n % 2 else "gzip"](each[n * 3].texts[0])
        path.write_bytes(b"\0" * at + text + each[n].digests[0] + b"\0" * (STRETCH + 5 - at))
        paths.append(path)
    clean, empty = tmp_path / "clean", tmp_path / "empty"
    clean.write_bytes(chance.randbytes(9_000) + json.dumps(each[0].number).encode())
    empty.write_bytes(b"")
    return [*paths, clean, empty, tmp_path / "gone"]


def scanned(kept: Kept, paths: Sequence[Path]) -> Scanned:
    said: list[tuple[int, int]] = []
    done = scan(kept, paths, lambda at, of: said.append((at, of)))
    assert said[-1] == (done.bytes, sum(path.stat().st_size for path in paths if path.exists()))
    return done


def test_workers_find_what_one_process_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    each = traces(2_100)
    kept, needles = kept_in(tmp_path / "needles", each), exact(each)
    paths = files(tmp_path, each)
    alone = scanned(kept, paths)
    monkeypatch.setattr(scanning, "WORTH_WORKERS", 0)
    together = scanned(kept, paths)
    assert alone == together
    assert alone.count == different(needles) and alone.blank == needles.blank
    assert {path.name for path in alone.found} == {f"file {n}" for n in range(5)}
    expected = {path: found for path in paths if (found := Search(needles).file(path))}
    assert alone.found == expected
    everything = Found()
    for one in expected.values():
        everything.add(one)
    assert look(alone.needles, paths, lambda at, of: None) == everything
    few = needles.only(expected[paths[0]])
    assert look(few, paths[:1], lambda at, of: None) == expected[paths[0]]
    assert not look(needles, paths[5:], lambda at, of: None)


def test_a_worker_that_is_ended_from_outside_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    each = traces(50)
    kept, paths = kept_in(tmp_path / "needles", each), files(tmp_path, each)
    monkeypatch.setattr(scanning, "WORTH_WORKERS", 0)
    monkeypatch.setattr(scanning, "_search", _end_yourself)
    with pytest.raises(UnavailableError, match="ended from outside"):
        scan(kept, paths, lambda at, of: None)


def _end_yourself(*given: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_traces_that_cannot_be_opened_are_said_by_workers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    each = traces(50)
    kept = Kept(kept_in(tmp_path / "needles", each).path, new_seal())
    for worth in (scanning.WORTH_WORKERS, 0):
        monkeypatch.setattr(scanning, "WORTH_WORKERS", worth)
        with pytest.raises(DamageError, match="cannot be opened"):
            scan(kept, files(tmp_path, each), lambda at, of: None)
