"""A destruction may be stopped at any moment: then nothing is destroyed, or all of it; never a certificate too early.

The program kills itself, once behind each of its named steps and once before each file it opens, renames or removes.
What it left is judged as the next start finds it, and again when the search for remains has been finished.
"""

import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.catalog import destroyed_rows
from custody.clock import fixed_clock
from custody.ids import RecordNumber
from tests.conftest import NOW, Archive
from tests.faults.tally import FULL, SEED, Count, points
from tests.workflows.test_purging import (
    AUTHORITY,
    PICTURE,
    codes,
    found_in,
    needles_of,
    nothing_against_it,
    post,
    segments,
)
from workflows import purging
from workflows.auditing import rebuild_catalog
from workflows.house import open_for_writing

NUMBERS = (3, 5, 10, *range(21, 26))
STEPS = (
    "staged", "needles", "planned", "executed", "moved", "removed", "media", "settled", "written anew", "searched",
    "verified", "cleaned",
)  # fmt: skip
WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree"}


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that eight of 25 records are a large part, and the database is written anew."""
    monkeypatch.setattr(destroyed_rows, "MANY", 1)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """20 posts of 2025 and 5 of 2019, which all go; one of two versions, one with a picture of its own."""
    import json

    folder = tmp_path_factory.mktemp("purging")
    archive = Archive(folder / "home", fixed_clock(NOW))
    posts = [post(n) for n in range(1, 21)] + [post(n, created_at="2019-03-01T12:00:00Z") for n in range(21, 26)]
    posts[4]["media"] = [{"uri": "media/only.png", "alt": "a plow"}]
    changed = post(3, text="it was changed, and this is a text that stands nowhere else", as_of="2026-01-01T00:00:00Z")
    for name, lines in (("first", posts), ("second", [changed])):
        (folder / name / "media").mkdir(parents=True)
        (folder / name / "records.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
        (folder / name / "media" / "only.png").write_bytes(PICTURE)
        archive.take_in(folder / name)
    return archive


def copy_of(template: Archive, home: Path) -> Archive:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(template.home, home)
    archive = object.__new__(Archive)
    from workflows.settings import read_settings

    archive.clock, archive.settings = template.clock, read_settings(home, "tester")
    return archive


def destroyed_in_a_child(archive: Archive, step: Callable[[str], None], watch: Callable[[str], None]) -> int:
    """Destroy in a process of its own; how it ended."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        numbers = [RecordNumber(number) for number in NUMBERS]
        with open_for_writing(archive.settings, archive.clock) as house:
            sys.addaudithook(lambda event, arguments: watch(event) if event in WATCHED else None)
            purging.purge_records(house, numbers, AUTHORITY, lambda *said: None, nothing_against_it, step)
        code = 0
    finally:
        os._exit(code)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _AtStep:
    """Dies the `time`-th time a step is behind."""

    def __init__(self, name: str, time: int) -> None:
        self.name, self.left = name, time

    def __call__(self, name: str) -> None:
        if name == self.name:
            self.left -= 1
            if not self.left:
                die()


def judge(template: Archive, archive: Archive, needles: Any, count: Count, ended: int) -> None:
    """All or nothing, whatever came between."""
    with archive.writing():
        pass
    with archive.reading() as house:
        there = house.catalog.connection.exec_driver_sql(
            f"SELECT count(*) FROM record WHERE number IN ({', '.join(map(str, NUMBERS))})"
        ).scalar()
        verified = house.catalog.connection.exec_driver_sql("SELECT verified FROM destruction").scalar()
    assert there in (0, len(NUMBERS)), f"{there} of {len(NUMBERS)} are left"
    if there:
        count.note("nothing destroyed")
        assert verified is None and segments(archive) == segments(template) and codes(archive) == set()
        assert not (archive.home / "purging").exists()
        return
    count.note("all destroyed")
    left = found_in(archive, needles)
    assert left == set(), left
    if not verified:
        assert codes(archive) == {"destruction-unfinished"}
        with archive.writing() as house:
            [done] = purging.finish(house, lambda *said: None)
        assert done.verified is not None and done.remains is not None and done.remains.hits == ()
        assert done.remains.needles > 100 and done.records == len(NUMBERS)
    assert codes(archive) == set() and not (archive.home / "purging").exists()
    assert ended == 0 or found_in(archive, needles) == set()


def test_killed_behind_each_step(template: Archive, tmp_path: Path) -> None:
    count = Count(what="a destruction killed behind each step", wanted=len(STEPS) * points(10, 1))
    needles = needles_of(template, *NUMBERS)
    for name in STEPS:
        for _ in range(points(10, 1)):
            archive = copy_of(template, tmp_path / "home")
            ended = destroyed_in_a_child(archive, _AtStep(name, 1), lambda event: None)
            assert ended == -signal.SIGKILL, f"it did not come to {name}"
            judge(template, archive, needles, count, ended)
            count.done += 1
    count.reached()
    assert count.notes["nothing destroyed"] and count.notes["all destroyed"]


def test_killed_before_each_file(template: Archive, tmp_path: Path) -> None:
    chance, needles = random.Random(SEED), needles_of(template, *NUMBERS)
    tally = tmp_path / "events"
    tally.write_bytes(b"")
    descriptor = os.open(tally, os.O_WRONLY | os.O_APPEND)
    archive = copy_of(template, tmp_path / "home")
    assert destroyed_in_a_child(archive, lambda name: None, lambda event: os.write(descriptor, b".") and None) == 0
    os.close(descriptor)
    moments = list(range(1, tally.stat().st_size + 1))
    assert len(moments) > 30
    if not FULL:
        moments = sorted(chance.sample(moments, 12))
    count = Count(what="a destruction killed before each file", wanted=len(moments))
    for moment in moments:
        archive = copy_of(template, tmp_path / "home")
        watch = _AtStep("", moment)
        ended = destroyed_in_a_child(archive, lambda name: None, lambda event, watch=watch: watch(""))  # type: ignore[misc]
        assert ended == -signal.SIGKILL, moment
        judge(template, archive, needles, count, ended)
        count.done += 1
    count.reached()


@pytest.mark.parametrize("step", ["executed", "moved", "removed", "media", "settled"])
@pytest.mark.parametrize("lost", ["nothing", "the catalog", "what was staged"])
def test_a_rebuild_in_the_middle_comes_to_the_same(template: Archive, tmp_path: Path, step: str, lost: str) -> None:
    """Also when the catalog with its open rows, or the files written beside, are lost on top of it."""
    needles, archive = needles_of(template, *NUMBERS), copy_of(template, tmp_path / "home")
    assert destroyed_in_a_child(archive, _AtStep(step, 1), lambda event: None) == -signal.SIGKILL
    if lost == "the catalog":
        for path in archive.home.glob("catalog.sqlite*"):
            path.unlink()
    if lost == "what was staged":
        shutil.rmtree(archive.home / "purging", ignore_errors=True)
    assert rebuild_catalog(archive.settings, lambda done: None, archive.clock) == 25 - len(NUMBERS)
    assert found_in(archive, needles) == set()
    assert codes(archive) == {"destruction-unfinished"}
    with archive.writing() as house:
        [done] = purging.finish(house, lambda *said: None)
    assert done.verified is not None and done.remains is not None
    assert (done.remains.needles > 0) == (lost == "nothing")
    assert codes(archive) == set()
