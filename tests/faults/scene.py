"""A small archive in the middle of its work, the commands that change it, and the judgement after a fault.

The judgement is the same whatever the fault was: everything acknowledged is there, what is left over is named as such
and swept by the next start, the same command again brings the archive to where an undisturbed run brings it (so nothing
is there twice), and verification is clean.
"""

import json
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.durable import hash_file
from tests.conftest import record
from tests.faults import strace
from tests.faults.nursery import Ended, Job, Nursery
from tests.faults.tally import Count

LEFT_OVER = {"file-too-long", "file-unknown"}
"""What verification may say between a crash and the next start: bytes nobody acknowledged, not damage."""

STEPPED = ("import", "import-first", "respond", "collect", "account-add", "forget")
"""The commands that are killed, or refused, at every step of theirs."""

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
SUMS = ("new", "changed", "unchanged", "duplicate", "flagged", "quarantined", "excluded")


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command that changes an archive, with the size of its batches and the archive it starts from."""

    name: str
    words: tuple[str, ...]
    batch: int = 5
    start: str = "template"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A folder in memory with the archives as they are before each command, and the downloads."""

    folder: Path

    def commands(self) -> tuple[Command, ...]:
        """Every command whose every step is put to the test; another is one more line."""
        news, many = str(self.folder / "news"), str(self.folder / "many")
        forget = ("log", "forget-searches", "--before", "2100-01-01", "--confirm", "--json")
        return (
            Command(name="import", words=("import", news, "--account", "parks", "--json")),
            Command(name="import-first", words=("import", news, "--account", "parks", "--json"), start="empty"),
            Command(name="import-many", words=("import", many, "--account", "parks", "--json"), batch=1),
            Command(name="respond", words=("request", "respond", "1", "--json")),
            Command(name="collect", words=("request", "collect", "1", "snow", "--json")),
            Command(name="account-add", words=("account", "add", "police", "--platform", "x", "--json")),
            Command(name="forget", words=forget),
        )

    def command(self, name: str) -> Command:
        return next(command for command in self.commands() if command.name == name)

    def job(self, command: Command, name: str, aside: bool = False) -> Job:
        """The command on a fresh copy of the archive."""
        home = self.folder / name
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.folder / command.start, home)
        return Job(words=command.words, home=home, batch=command.batch, aside=aside)


def make_scene(folder: Path, nursery: Nursery) -> Scene:
    """An archive with 20 records, one with a picture, one item nobody understood, and a request ready to answer."""
    posts = [record(str(n), f"snow on route {n}") for n in range(1, 21)]
    posts[0] = record("1", "the plow", media=[{"uri": "media/a.png", "alt": "a plow"}])
    _download(folder / "old", [*posts, "{broken"])
    newer = [record(str(n), f"snow on route {n}, cleared", as_of="2026-01-01T00:00:00Z") for n in range(11, 21)]
    newer += [record(str(n), f"rain on route {n}") for n in range(21, 51)]
    newer[20]["media"] = [{"uri": "media/a.png"}, {"uri": "media/b.png"}]
    _download(folder / "news", [*posts[:10], *newer[:25], "{broken too", *newer[25:]])
    _download(folder / "many", [record(str(n), f"hail on route {n}") for n in range(1000, 1120)])
    lines = (
        "init --city maple-falls",
        "account add parks --platform facebook",
        f"import {folder / 'old'} --account parks",
        "request open snow --channel phone",
        "request collect 1 plow",
        "request mark 1 release --all",
    )
    for home, upto in ((folder / "template", lines), (folder / "empty", lines[:2])):
        for line in upto:
            ended = nursery.run(Job(words=tuple(line.split()), home=home))
            assert ended.code == 0, ended
    return Scene(folder=folder)


def _download(folder: Path, lines: list[Any]) -> None:
    (folder / "media").mkdir(parents=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / "records.jsonl").write_text("\n".join(texts) + "\n")
    (folder / "media" / "a.png").write_bytes(PICTURE)
    (folder / "media" / "b.png").write_bytes(PICTURE[::-1])


def counts(home: Path) -> dict[str, int]:
    """How much the catalog holds of what an acknowledgement counts."""
    with closing(sqlite3.connect(home / "catalog.sqlite")) as catalog:
        tables = ("record", "version", "act")
        return {f"{table}s": catalog.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def facts(home: Path) -> dict[str, Any]:
    """What an archive says, without what depends on when it was said: equal after any fault and a second try."""
    with closing(sqlite3.connect(home / "catalog.sqlite")) as catalog:
        found: dict[str, Any] = {
            "records": catalog.execute("SELECT number, object_id, digest, versions FROM record ORDER BY 1").fetchall(),
            "versions": catalog.execute("SELECT number, n, digest FROM version ORDER BY 1, 2").fetchall(),
            "media": catalog.execute("SELECT sha256, size FROM media ORDER BY 1").fetchall(),
            "accounts": catalog.execute("SELECT handle FROM account ORDER BY 1").fetchall(),
            "decisions": catalog.execute("SELECT request, record, mark FROM decision ORDER BY 1, 2").fetchall(),
            "requests": catalog.execute("SELECT number, state FROM request").fetchall(),
            "running": catalog.execute("SELECT count(*) FROM run WHERE state = 'running'").fetchall(),
        }
    answers = sorted((home / "responses").rglob("response.*"))
    return {**found, "answers": [(path.name, hash_file(path)) for path in answers]}


class Judge:
    """Knows what each command leads to when nothing disturbs it, and compares."""

    def __init__(self, scene: Scene, nursery: Nursery) -> None:
        self.scene = scene
        self.expected: dict[str, dict[str, Any]] = {}
        self.seconds: dict[str, float] = {}
        self._steps: dict[str, list[strace.Step]] = {}
        for command in scene.commands():
            job = scene.job(command, f"expected-{command.name}")
            began = time.monotonic()
            ended = nursery.run(job)
            assert ended.code == 0, ended
            self.seconds[command.name] = time.monotonic() - began
            self.expected[command.name] = facts(job.home)

    def steps(self, nursery: Nursery, name: str) -> list[strace.Step]:
        """Every step of a command on the disk, found by running it once; the log's index is memory, not disk."""
        if name not in self._steps:
            job = self.scene.job(self.scene.command(name), f"steps-{name}")
            nursery.run(job, strace.tracing(job.beside("trace"), data=False))
            found = strace.steps(job.beside("trace"), job.home)
            self._steps[name] = [step for step in found if not step.path.endswith("-shm")]
        return self._steps[name]

    def after(self, nursery: Nursery, command: Command, job: Job, promised: list[dict[str, int]], count: Count) -> None:
        """Everything that must hold after a fault, whatever it was. `job` says where the archive is now."""
        last = promised[-1] if promised else {}
        look = count.done % 2 == 0 or not command.name.startswith("import")
        if look:
            self._look(nursery, job, last, count)
        began = time.monotonic()
        again = nursery.run(job)
        count.most("slowest recovery s", time.monotonic() - began)
        if command.name == "account-add" and again.code == 3:
            assert "registered already" in again.out and look
        else:
            assert again.code == 0, (again, last)
        if command.name.startswith("import"):
            done = again.data
            assert done["listed"] == sum(done[name] for name in SUMS)
            added = done["new"] + done["changed"] + done["flagged"]
            there = len(self.expected[command.name]["versions"]) - added
            assert there >= last.get("versions", 0), f"{there} versions were left of {last}"
        checked = nursery.run(Job(words=("verify", "--json"), home=job.home))
        assert checked.code == 0 and checked.data["clean"], checked
        assert facts(job.home) == self.expected[command.name]
        assert not list(job.home.rglob(".*.part"))

    def _look(self, nursery: Nursery, job: Job, last: dict[str, int], count: Count) -> None:
        looked = nursery.run(Job(words=("verify", "--json"), home=job.home))
        count.note("verified before the next start")
        if looked.code != 0:
            found = {finding["code"] for finding in looked.data["findings"]}
            assert looked.code == 1 and found <= LEFT_OVER, looked
            count.note("left-overs named")
        there = counts(job.home)
        assert all(there[name] >= value for name, value in last.items()), f"{last} was promised, {there} is there"


def in_plain_words(ended: Ended) -> bool:
    """Whether a failure was said as people need it."""
    return "Error: " in ended.err and "Traceback" not in ended.err + ended.out
