"""A disk that forgets: what would be left after a power cut, and what was not safe yet when something was promised.

Bytes are safe once their file was flushed after them; a name is safe once its folder was flushed after it. Everything
else may be kept, lost or torn at a boundary of 512 bytes, in any combination: harder than most real disks, on purpose.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.faults.strace import Call, unmodelled

SECTOR = 512
PASSING = ("-shm", "writer.lock")
"""Files that hold nothing: the index of the write-ahead log, made anew at each start, and the lock."""


@dataclass(slots=True)
class _File:
    safe: bytearray
    now: bytearray
    loose: list[tuple[int, bytes | None]] = field(default_factory=list)

    def do(self, at: int, data: bytes | None) -> None:
        self.loose.append((at, data))
        _apply(self.now, at, data)

    def flush(self) -> None:
        self.safe, self.loose = bytearray(self.now), []


@dataclass(slots=True)
class _Naming:
    """A change of names: `adds` (path to file, None: a folder), `drops`, and the folders not flushed since."""

    adds: dict[str, _File | None]
    drops: tuple[str, ...]
    waits: set[str]


class Disk:
    """A folder and all below it. Its files are safe at first; then `apply` every call of a trace."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self._first: dict[str, _File | None] = {}
        self._names: dict[str, _File | None] = {}
        self._changes: list[_Naming] = []
        self._places: dict[str, int] = {}
        for path in sorted(root.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            self._first[str(path)] = _File(bytearray(content), bytearray(content)) if path.is_file() else None
        self._names = dict(self._first)

    def apply(self, call: Call) -> None:
        """Do what a call did."""
        if call.path.startswith(f"{self.root}/working"):  # nothing is promised of what is only being made
            return
        assert not unmodelled(call, self.root), f"{call.name} on {call.path} is not modelled"
        if not call.path.startswith(f"{self.root}/") and call.path != self.root:
            return
        if call.name in ("open", "openat"):
            self._open(call)
        elif call.name in ("write", "pwrite64"):
            self._write(call)
        elif call.name == "lseek":
            self._places[call.path] = call.result
        elif call.name == "ftruncate":
            self._file(call.path).do(call.number, None)
        elif call.name in ("fsync", "fdatasync"):
            self._flush(call.path)
        elif call.name == "mkdir":
            self._name({call.path: None}, ())
        elif call.name.startswith("rename"):
            self._name({call.to: self._names[call.path]}, (call.path,))
        elif call.name.startswith("unlink") or call.name == "rmdir":
            self._name({}, (call.path,))

    def dirty(self) -> list[str]:
        """What would be in danger if something were promised now: unflushed files, and new names."""
        loose = [path for path, file in self._names.items() if file is not None and file.loose]
        names = [path for change in self._changes if change.waits for path in change.adds]
        return sorted({path for path in (*loose, *names) if not path.endswith(PASSING)})

    def unflushed_removals(self) -> list[str]:
        """What was removed from a folder that is still there, and could be there again after a power cut. Not the log,
        which the database removes when it is closed: it was emptied and flushed before."""
        names = [path for change in self._changes if change.waits for path in change.drops]
        there = {self.root, *self._names}
        return sorted(
            path
            for path in names
            if str(PurePosixPath(path).parent) in there and not path.endswith((*PASSING, ".sqlite-wal"))
        )

    def after_power_loss(self, chance: random.Random) -> dict[str, bytes | None]:
        """One possible state: every file with its bytes (None: a folder), by its path below the root."""
        keep = chance.choice((0.0, 0.5, 1.0, chance.random()))
        names = dict(self._first)
        for change in self._changes:
            if not change.waits or chance.random() < keep:
                for path in change.drops:
                    names.pop(path, None)
                names |= change.adds
        left: dict[str, bytes | None] = {}
        for path, file in names.items():
            above = [str(folder) for folder in PurePosixPath(path).parents if str(folder).startswith(f"{self.root}/")]
            if not path.endswith(PASSING) and all(folder in names for folder in above):
                left[path[len(self.root) + 1 :]] = None if file is None else _remains(file, keep, chance)
        return left

    def _open(self, call: Call) -> None:
        if "O_CREAT" in call.words and call.path not in self._names:
            self._name({call.path: _File(bytearray(), bytearray())}, ())
        file = self._names.get(call.path)
        if file is not None:
            if "O_TRUNC" in call.words and file.now:
                file.do(0, None)
            self._places[call.path] = len(file.now) if "O_APPEND" in call.words else 0

    def _write(self, call: Call) -> None:
        data = call.data[: call.result] if call.data else bytes(call.result)
        at = call.number if call.name == "pwrite64" else self._places.get(call.path, 0)
        self._file(call.path).do(at, data)
        if call.name == "write":
            self._places[call.path] = at + call.result

    def _file(self, path: str) -> _File:
        file = self._names.get(path)
        return file if file is not None else _File(bytearray(), bytearray())

    def _name(self, adds: dict[str, "_File | None"], drops: tuple[str, ...]) -> None:
        waits = {str(PurePosixPath(path).parent) for path in (*adds, *drops)}
        self._changes.append(_Naming(adds=adds, drops=drops, waits=waits))
        for path in drops:
            self._names.pop(path, None)
        self._names |= adds

    def _flush(self, path: str) -> None:
        file = self._names.get(path)
        if file is not None:
            file.flush()
        for change in self._changes:
            change.waits.discard(path)


def _remains(file: _File, keep: float, chance: random.Random) -> bytes:
    content = bytearray(file.safe)
    for at, data in file.loose:
        fate = chance.random()
        if fate >= keep:
            continue
        if data and fate > keep * 0.7:  # torn: only whole sectors from its beginning reached the disk
            end = (at + chance.randrange(len(data))) // SECTOR * SECTOR
            data = data[: max(0, end - at)]
        _apply(content, at, data)
    return bytes(content)


def _apply(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    if data is not None:
        content[at : at + len(data)] = data


def promises(calls: Iterable[Call], disk: Disk, acks: Path) -> Iterator[list[str]]:
    """Go through a trace; for each acknowledgement (and the end), what was in danger when it was given."""
    for call in calls:
        if call.path == str(acks) and call.name == "write":
            yield disk.dirty()
        disk.apply(call)
    yield disk.dirty()


def lay_out(state: dict[str, bytes | None], home: Path) -> None:
    """Put a state of the disk into a folder, so that the product can be started on it."""
    home.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(state.items()):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content)
