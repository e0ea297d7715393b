"""Writes the files of a package into a ZIP, in the one form that the verifiers take for ours (`exports/verifier`).

Reading and making the bytes, hashing them and writing them go on at the same time: all of these let other threads of
the program work meanwhile. What comes out is the same.
"""

import hashlib
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import IO, Any

from custody.errors import DamageError
from exports.crc import crc32
from exports.format import Digest
from exports.verifier.container import Member, directory_end

_STORED, _PACKED = 0, 8
_PIECE = 1 << 20
_WAITING = 16
"""Steps that may wait for the other threads, so that memory stays small: at most half as many pieces."""


class Members:
    """The members of a ZIP, one after the other, and the directory at its end."""

    def __init__(self, target: IO[bytes]) -> None:
        self.places: dict[str, tuple[int, int]] = {}
        """Where the bytes of each stored file begin, and how many they are, once all of them are written."""
        self._target = target
        self._rows: list[bytes] = []
        self._at = 0

    def begin(self, name: str, stored: bool) -> None:
        """Begin a file; its bytes follow."""
        self._packer = None if stored else zlib.compressobj(wbits=-15)
        self._member = Member(name.encode("ascii"), _STORED if stored else _PACKED, 0, 0, 0, self._at)
        self._write(self._member.head())

    def put(self, data: bytes) -> None:
        """Bytes of the file that was begun."""
        self._member = self._member._replace(crc=crc32(data, self._member.crc), size=self._member.size + len(data))
        self._write(self._packer.compress(data) if self._packer else data)

    def end(self) -> None:
        """End the file: what stands before it can be told now."""
        if self._packer:
            self._write(self._packer.flush())
        start, head = self._member.offset, len(self._member.head())
        member = self._member._replace(packed=self._at - start - head)
        self._target.seek(start)
        self._target.write(member.head())
        self._target.seek(self._at)
        self._rows.append(member.row())
        if not self._packer:
            self.places[member.name.decode()] = (start + head, member.size)

    def close(self) -> None:
        """Write the directory."""
        directory = b"".join(self._rows)
        self._target.write(directory + directory_end(len(self._rows), len(directory), self._at))

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._at += len(data)


@dataclass(frozen=True, slots=True)
class _Beside:
    """A digest that another thread reckons."""

    running: Any
    later: Callable[..., None]
    settle: Callable[[], None]

    def update(self, data: bytes, /) -> None:
        self.later(self.running.update, data)

    def hexdigest(self) -> str:
        self.settle()
        return str(self.running.hexdigest())


class PackageWriter:
    """Adds files to a package that is open for writing, and remembers each one's size and digest for the manifest.

    Where the target can be read too, bytes that stand in it already are read from there again.
    """

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._members = Members(target)
        self._hashing, self._writing = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()
        self._files: list[tuple[str, int, Any]] = []

    def __enter__(self) -> "PackageWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for lane in (self._hashing, self._writing):
            lane.shutdown(cancel_futures=True)

    def add(self, name: str, chunks: Iterable[bytes], stored: bool) -> None:
        """A file with these bytes. An error of writing is raised here, or with a later file, or at the end."""
        running, size = hashlib.sha256(), 0
        self._later(self._writing, self._members.begin, name, stored)
        for piece in gathered(chunks):
            size += len(piece)
            self._later(self._hashing, running.update, piece)
            self._later(self._writing, self._members.put, piece)
        self._later(self._writing, self._members.end)
        self._files.append((name, size, running))

    def digest(self) -> Digest:
        """A SHA-256 that is reckoned while the program goes on."""
        return _Beside(hashlib.sha256(), partial(self._later, self._hashing), self._settle)

    def files(self) -> list[dict[str, Any]]:
        """Name, size and SHA-256 of each file, in order of name."""
        self._settle()
        rows = [{"name": name, "sha256": running.hexdigest(), "size": size} for name, size, running in self._files]
        return sorted(rows, key=lambda row: str(row["name"]))

    def again(self, name: str) -> Iterator[bytes] | None:
        """The bytes of a stored file once more, from the package; None where they cannot be had from there."""
        if name not in self._members.places:
            self._settle()
        if name not in self._members.places or not self._target.readable():
            return None
        return self._read(*self._members.places[name])

    def close(self) -> None:
        """Write the directory; all files are in the package now."""
        self._settle()
        self._members.close()

    def _read(self, place: int, left: int) -> Iterator[bytes]:
        while left:
            data = os.pread(self._target.fileno(), min(_PIECE, left), place)
            if not data:
                raise DamageError("The package became shorter while it was written.", "Nothing was kept; try again.")
            place, left = place + len(data), left - len(data)
            yield data

    def _later(self, lane: ThreadPoolExecutor, step: Callable[..., None], *words: Any) -> None:
        self._waiting.append(lane.submit(step, *words))
        while len(self._waiting) > _WAITING:
            self._waiting.popleft().result()

    def _settle(self) -> None:
        while self._waiting:
            self._waiting.popleft().result()


def gathered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Small pieces together, up to about a megabyte, so that handing them over costs little."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= _PIECE:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
