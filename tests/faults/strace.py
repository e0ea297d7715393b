"""strace as an instrument: what a process asked of the disk, and faults put into it at a chosen step.

It is attached to a job that waits for its start, so that only the product's own steps are counted. strace counts each
system call by its name, so a step is a name, how often it came before, and the file it was for.
"""

import functools
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.nursery import Meanwhile

STEPS = "write pwrite64 fsync fdatasync ftruncate rename renameat renameat2 unlink unlinkat mkdir".split()
"""The calls by which the product changes a disk: each is a point at which a process can die."""

_BESIDE = "openat open lseek rmdir".split()
_UNMODELLED = (
    "writev pwritev pwritev2 sendfile copy_file_range fallocate truncate link linkat symlink symlinkat mkdirat"
).split()
"""Other ways to change a file: the models of a disk know none of them, so the tests stop if one is ever used."""

_LINE = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)$")
_RESULT = re.compile(r"\) += (-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})*)>")
_NUMBER = re.compile(r", (-?\d+)(?=[,)])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One finished call: the file it was for, a second one (rename), the bytes, the last number before the result."""

    name: str
    path: str
    to: str
    data: bytes
    number: int
    words: str
    result: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The `nth` call of this name, for a file of the archive."""

    name: str
    nth: int
    path: str


@functools.cache
def why_not() -> str:
    """Why strace cannot be used here; empty when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip().splitlines()[-1:]}"


def tracing(into: Path, data: bool) -> Meanwhile:
    """Attach to a process and write down every call that touches a file; with the bytes written if `data`."""
    return _attaching(trace_options(into, data))


def trace_options(into: Path, data: bool) -> list[str]:
    """What strace is told, to write down every call that touches a file."""
    names = ",".join(f"?{name}" for name in (*STEPS, *_BESIDE, *_UNMODELLED))
    size = str(100_000_000) if data else "0"
    return ["-f", "-y", "-xx", "-s", size, "-o", str(into), "-e", f"trace={names}"]


def injecting(step: Step, fault: str) -> Meanwhile:
    """Attach to a process and put a fault (`signal=KILL`, `error=ENOSPC`) into one step."""
    inject = f"inject={step.name}:{fault}:when={step.nth}"
    return _attaching(["-f", "-o", "/dev/null", "-e", f"trace={step.name}", "-e", inject])


def _attaching(options: list[str]) -> Meanwhile:
    def attach(pid: int) -> Callable[[], None]:
        process = subprocess.Popen(["strace", *options, "-p", str(pid)], stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        said = process.stderr.readline()
        assert "attached" in said, said

        def ended() -> None:
            assert process.stderr is not None
            process.wait(20)
            process.stderr.close()

        return ended

    return attach


def calls(trace: Path) -> Iterator[Call]:
    """The finished, successful calls of a trace in the order in which they ended."""
    begun: dict[str, str] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            match = _LINE.match(line)
            if match is None:
                continue
            pid, name, rest = match.groups()
            if rest.endswith("<unfinished ...>"):
                begun[pid] = rest.removesuffix("<unfinished ...>")
                continue
            if " resumed>" in line[:60]:
                rest = begun.pop(pid, "") + rest
            result = _RESULT.search(rest, max(0, rest.rfind(") ")))
            if result is not None and int(result.group(1)) >= 0:
                yield _call(name, rest[: result.start() + 1], int(result.group(1)))


def _call(name: str, words: str, result: int) -> Call:
    strings = [_plain(found) for found in _STRING.findall(words)]
    file = _FILE.match(words)
    numbers = _NUMBER.findall(words)
    path = _plain(file.group(2)) if file else strings[0] if strings else b""
    if name.endswith("at") and file and strings and not strings[0].startswith(b"/"):  # a name inside an open folder
        path += b"/" + strings[0]
    to = strings[1] if name.startswith("rename") and len(strings) > 1 else b""
    data = strings[0] if file and strings else b""
    number = int(numbers[-1]) if numbers else 0
    flags = words if name.startswith("open") else ""
    return Call(
        name=name, path=path.decode(), to=to.decode(), data=data, number=number, words=flags, result=result
    )  # fmt: skip


def _plain(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def steps(trace: Path, root: Path) -> list[Step]:
    """Every step of a trace that changes something below `root`, by what strace counts."""
    seen: Counter[str] = Counter()
    found = []
    for line in trace.read_text(encoding="ascii", errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None or " resumed>" in line[:60]:
            continue
        name = match.group(2)
        seen[name] += 1
        names = [_plain(part) for part in re.findall(r'[<"]((?:\\x[0-9a-f]{2})+)[>"]', match.group(3)[:4000])]
        if name in STEPS and any(each.startswith(f"{root}/".encode()) for each in names):
            found.append(Step(name=name, nth=seen[name], path=names[0].decode(errors="replace")))
    return found


def unmodelled(call: Call, root: str) -> bool:
    """Whether a call changes a file of ours in a way the models do not know."""
    return call.name in _UNMODELLED and (call.path.startswith(root) or call.to.startswith(root))
