"""The product as processes that may die: the command line, forked warm from one that has loaded everything.

Starting Python anew costs half a second, which thousands of kills cannot pay. A nursery is a process of its own that
has imported the command line once; each job it is given is a fork that runs `console.cli.main.main` with its own words,
streams and archive, in batches small enough to have several. After each durable commit the job appends one line to the
acknowledgement file (`ack records=12 versions=14 acts=9`): what was promised to be there from then on.
"""

import ctypes
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
ALLOW_TRACING = 0x59616D61, -1
"""prctl: any process of the same user may trace this one, also where only parents may (Yama)."""


Meanwhile = Callable[[int], Callable[[], object]]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One command on one archive. `batch` is how many items one commit holds, `name` tells jobs at once apart.

    `aside`: as an import does with large batches, it flushes their bytes while it writes their rows. Not for faults
    put into a chosen step, since strace counts the steps of each thread apart.
    """

    words: tuple[str, ...]
    home: Path
    batch: int = 5
    name: str = "job"
    aside: bool = False

    @property
    def acks(self) -> Path:
        return self.beside("acks")

    def beside(self, what: str) -> Path:
        """A file of the job's own, next to the archive and never in it."""
        return self.home.with_name(f"{self.home.name}.{self.name}.{what}")

    def acknowledged(self) -> list[dict[str, int]]:
        """What the job had promised, line by line, when it ended."""
        if not self.acks.exists():
            return []
        lines = [line.split()[1:] for line in self.acks.read_text().splitlines() if line]
        return [{name: int(value) for name, value in (word.split("=") for word in line)} for line in lines]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a job ended: its exit code (negative: the signal that killed it) and what it said."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.out) if self.out.strip() else {}


class Nursery:
    """Runs one job at a time.

    `meanwhile` is called with the job's process id before its first step; what it returns, when the job has ended.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.nursery"]
        pipe = subprocess.PIPE
        environment = {**os.environ, "PYTHONHASHSEED": "0", "OFRECORD_USER": "tester"}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)

    def ready(self) -> None:
        """Wait until everything is loaded: once, before the first job."""
        self._expect("ready")

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, job: Job, meanwhile: Meanwhile = lambda pid: lambda: None) -> Ended:
        out, err = job.beside("out"), job.beside("err")
        for path in (job.acks, out, err):  # there from the start: a job may be killed before it opens them
            path.write_bytes(b"")
        files = {"out": out, "err": err, "acks": job.acks}
        self._say(json.dumps({**asdict(job), **files}, default=str))
        afterwards = meanwhile(int(self._expect("born")))
        self._say("go")
        code = int(self._expect("ended"))
        afterwards()
        return Ended(code=code, out=out.read_text(), err=err.read_text())

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _expect(self, word: str) -> str:
        assert self._process.stdout is not None
        said, _, rest = self._process.stdout.readline().strip().partition(" ")
        assert said == word, f"the nursery said {said!r} instead of {word!r}"
        return rest


def serve() -> None:
    """The nursery's own side: for each line a child, which waits for the word before it begins."""
    _warm()
    print("ready", flush=True)
    for line in sys.stdin:
        gate, go = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go)
            _live(json.loads(line), gate)
        os.close(gate)
        print("born", pid, flush=True)
        sys.stdin.readline()
        os.close(go)
        print("ended", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _warm() -> None:
    import exports.pdf_pages  # noqa: F401
    from console.cli.main import _COMMANDS, cli

    for name in _COMMANDS:
        cli.get_command(None, name)  # type: ignore[arg-type]
    import workflows.auditing  # noqa: F401


def _live(job: dict[str, Any], gate: int) -> None:
    from archiver import harvest, intake
    from archiver.catalog.catalog import Catalog
    from console.cli.main import main

    home = Path(job["home"])
    for name, descriptor in (("out", 1), ("err", 2)):
        file = os.open(job[name], os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    os.environ["OFRECORD_HOME"] = str(home)
    tempfile.tempdir = str(home.parent)
    harvest.BATCH_ITEMS = job["batch"]
    if job["aside"]:
        intake.FLUSHED_ASIDE = 1
    acks = os.open(job["acks"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    Catalog.transaction = _acknowledging(Catalog.transaction, acks)  # type: ignore[assignment,method-assign]
    sys.argv = ["ofrecord", *job["words"]]
    ctypes.CDLL(None).prctl(*ALLOW_TRACING)
    os.read(gate, 1)
    try:
        main()
    except SystemExit as ended:
        sys.stdout.flush()
        os._exit(int(ended.code or 0))


def _acknowledging(transaction: Callable[..., Any], acks: int) -> Callable[..., Any]:
    """A transaction that says so when it is durable: the moment a person could be told."""

    @contextmanager
    def announced(catalog: Any) -> Iterator[Any]:
        with transaction(catalog) as connection:
            yield connection
        names = "record", "version", "act"
        counts = [catalog.dbapi().execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names]
        words = (f"{name}s={count}" for name, count in zip(names, counts, strict=True))
        os.write(acks, f"ack {' '.join(words)}\n".encode())

    return announced


if __name__ == "__main__":
    serve()
