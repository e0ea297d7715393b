"""Writes the files of a package into a ZIP, in the one form that the verifiers take for ours (`exports/verifier`).

Reading and making the bytes, hashing them and writing them go on at the same time: all of these let other threads of
the program work meanwhile. What comes out is the same. A file whose size and digest are known beforehand has its place
before it is read: two threads carry such files into the package while the program goes on.
"""

import hashlib
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import IO, Any

from custody.errors import DamageError
from exports.crc import crc32
from exports.format import Digest, File
from exports.open_package import OpenPackage
from exports.verifier.container import Member, directory_end

_STORED, _PACKED = 0, 8
_PIECE = 1 << 20
_WAITING = 32
"""Steps that may wait for the other threads, so that memory stays small: about a third as many pieces."""

_FEW = 64
"""Pieces that are handed over as they are; more of them are small and become one."""

_CARRIED = 128
"""Files that may wait to be carried; of these nothing is in memory."""

Pieces = list[bytes]


class Members:
    """The members of a ZIP, one after the other, and the directory at its end."""

    def __init__(self, package: OpenPackage) -> None:
        self.places: dict[str, tuple[int, int]] = {}
        """Where the bytes of each stored file begin, and how many they are, once all of them are written."""
        self.packed: dict[str, str] = {}
        """Of each packed file the SHA-256 of its packed bytes, once all of them are written."""
        self._package = package
        self._rows: list[bytes] = []
        self._at = 0

    def begin(self, name: str, stored: bool) -> None:
        """Begin a file; its bytes follow."""
        self._packer = None if stored else zlib.compressobj(wbits=-15)
        self._running = hashlib.sha256()
        self._member = Member(name.encode("ascii"), _STORED if stored else _PACKED, 0, 0, 0, self._at)
        self._at += len(self._member.head())

    def put(self, pieces: Pieces) -> None:
        """Bytes of the file that was begun."""
        crc, size = self._member.crc, self._member.size
        for piece in pieces:
            crc, size = crc32(piece, crc), size + len(piece)
        self._member = self._member._replace(crc=crc, size=size)
        self._write(self._hashed([self._packer.compress(piece) for piece in pieces]) if self._packer else pieces)

    def end(self) -> None:
        """End the file: what stands before it can be told now."""
        if self._packer:
            self._write(self._hashed([self._packer.flush()]))
            self.packed[self._member.name.decode()] = self._running.hexdigest()
        start = self._member.offset + len(self._member.head())
        self._finish(self._member._replace(packed=self._at - start), len(self._rows))

    def reserve(self, name: str, size: int) -> tuple[Member, int]:
        """The place of a stored file of this size, and its row in the directory; what follows comes after it."""
        member = Member(name.encode("ascii"), _STORED, 0, size, size, self._at)
        self._at += len(member.head()) + size
        self._rows.append(b"")
        return member, len(self._rows) - 1

    def carry(self, member: Member, row: int, chunks: Iterable[bytes]) -> None:
        """Put a file into its place. Raises DamageError when it is not as long as was said."""
        name, crc, done = member.name.decode(), 0, 0
        for pieces in gathered(chunks):
            size = sum(len(piece) for piece in pieces)
            if done + size > member.size:
                raise _other_length(name)
            for piece in pieces:
                crc = crc32(piece, crc)
            done += self._package.put(member.offset + len(member.head()) + done, pieces)
        if done != member.size:
            raise _other_length(name)
        self._finish(member._replace(crc=crc), row)

    def close(self) -> None:
        """Write the directory."""
        directory = b"".join(self._rows)
        self._write([directory, directory_end(len(self._rows), len(directory), self._at)])
        self._package.end()

    def _finish(self, member: Member, row: int) -> None:
        self._package.put(member.offset, [member.head()])
        self._rows[row : row + 1] = [member.row()]
        if member.method == _STORED:
            self.places[member.name.decode()] = (member.offset + len(member.head()), member.size)

    def _hashed(self, pieces: Pieces) -> Pieces:
        _hashed(self._running, pieces)
        return pieces

    def _write(self, pieces: Pieces) -> None:
        self._at += self._package.put(self._at, pieces)


@dataclass(slots=True)
class _Beside:
    """A digest that another thread reckons, a large piece at a time."""

    later: Callable[..., Future[None]]
    running: Any = field(default_factory=hashlib.sha256)
    held: Pieces = field(default_factory=list)
    size: int = 0
    last: Future[None] | None = None

    def update(self, data: bytes, /) -> None:
        self.held.append(data)
        self.size += len(data)
        if self.size >= _PIECE:
            self._hand_over()

    def hexdigest(self) -> str:
        self._hand_over()
        if self.last:
            self.last.result()
        return str(self.running.hexdigest())

    def _hand_over(self) -> None:
        self.last, self.held, self.size = self.later(_hashed, self.running, self.held), [], 0


class PackageWriter:
    """Adds files to a package that is open for writing, and remembers each one's size and digest for the manifest.

    Where the target can be read too, bytes that stand in it already are read from there again.
    """

    def __init__(self, target: IO[bytes]) -> None:
        self._package = OpenPackage(target)
        self._members = Members(self._package)
        self._hashing, self._beside, self._writing = (ThreadPoolExecutor(1) for _ in range(3))
        self._carrying = ThreadPoolExecutor(2)
        self._waiting: deque[Future[None]] = deque()
        self._carried: deque[Future[None]] = deque()
        self._files: list[tuple[str, int, Callable[[], str]]] = []

    def __enter__(self) -> "PackageWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for lane in (self._hashing, self._beside, self._writing, self._carrying):
            lane.shutdown(cancel_futures=True)

    def add(self, name: str, chunks: Iterable[bytes], stored: bool) -> None:
        """A file with these bytes. An error of writing is raised here, or with a later file, or at the end."""
        running, size = hashlib.sha256(), 0
        self._later(self._writing, self._members.begin, name, stored)
        for pieces in gathered(chunks):
            size += sum(len(piece) for piece in pieces)
            self._later(self._hashing, _hashed, running, pieces)
            self._later(self._writing, self._members.put, pieces)
        self._later(self._writing, self._members.end)
        self._files.append((name, size, running.hexdigest))

    def add_known(self, file: File) -> None:
        """A stored file whose size and digest are known: who opens it checks its bytes, so they are hashed there and
        not once more. It is read in another thread; an error is raised here, or with a later file, or at the end."""
        self._settle(self._waiting)
        member, row = self._members.reserve(file.name, file.size)
        self._files.append((file.name, file.size, lambda: file.sha256))
        self._carried.append(self._carrying.submit(lambda: self._members.carry(member, row, file.chunks())))
        self._settle(self._carried, _CARRIED)

    def digest(self) -> Digest:
        """A SHA-256 that is reckoned while the program goes on."""
        return _Beside(partial(self._later, self._beside))

    def files(self) -> list[dict[str, Any]]:
        """Name, size and SHA-256 of each file, in order of name; of a packed one also that of its packed bytes."""
        self._settle_all()
        packed = {name: {"packed": digest} for name, digest in self._members.packed.items()}
        rows = [{"name": n, "sha256": digest(), "size": size, **packed.get(n, {})} for n, size, digest in self._files]
        return sorted(rows, key=lambda row: str(row["name"]))

    def again(self, name: str) -> Iterator[bytes] | None:
        """The bytes of a stored file once more, from the package; None where they cannot be had from there."""
        places = self._members.places
        while name not in places and self._carried:
            self._carried.popleft().result()
        if name not in places:
            self._settle_all()
        if name not in places or not self._package.is_readable:
            return None
        return self._read(*places[name])

    def close(self) -> None:
        """Write the directory; all files are in the package now."""
        self._settle_all()
        self._members.close()

    def _read(self, place: int, left: int) -> Iterator[bytes]:
        while left:
            data = self._package.get(place, min(_PIECE, left))
            place, left = place + len(data), left - len(data)
            yield data

    def _later(self, lane: ThreadPoolExecutor, step: Callable[..., None], *words: Any) -> Future[None]:
        self._waiting.append(lane.submit(step, *words))
        self._settle(self._waiting, _WAITING)
        return self._waiting[-1]

    def _settle_all(self) -> None:
        self._settle(self._carried)
        self._settle(self._waiting)

    def _settle(self, waiting: deque[Future[None]], most: int = 0) -> None:
        """Wait until at most so many steps are left, and raise what went wrong with the others."""
        while len(waiting) > most:
            waiting.popleft().result()


def gathered(chunks: Iterable[bytes]) -> Iterator[Pieces]:
    """Small pieces together, up to about a megabyte, so that handing them over costs little."""
    held: Pieces = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= _PIECE:
            yield held if len(held) <= _FEW else [b"".join(held)]
            held, size = [], 0
    if held:
        yield held


def _hashed(running: Any, pieces: Pieces) -> None:
    for piece in pieces:
        running.update(piece)


def _other_length(name: str) -> DamageError:
    return DamageError(f"{name} is not as long as the archive says.", "Nothing was kept; run `ofrecord verify`.")
