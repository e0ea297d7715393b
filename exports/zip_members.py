"""Writes the files of a package into a ZIP, in the one form that the verifiers take for ours (`exports/verifier`).

Reading and making the bytes, hashing them and writing them go on at the same time: all of these let other threads of
the program work meanwhile. What comes out is the same. A file whose size and digest are known beforehand has its place
before it is read: so its bytes can go to their place while another file, the web archive, is made of the same bytes.
"""

import hashlib
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from types import TracebackType
from typing import IO, Any

from custody.errors import DamageError
from exports.format import Digest, File
from exports.igzip import crc32
from exports.open_package import OpenPackage
from exports.verifier.container import Member, directory_end

_STORED, _PACKED = 0, 8
_PIECE = 1 << 20
_WAITING = 32
"""Steps that may wait for the other threads, so that memory stays small: about a third as many pieces."""

_FEW = 64
"""Pieces that are handed over as they are; more of them are small and become one."""

_AHEAD = 4
"""Small files that are read before their turn comes."""

Pieces = list[bytes]


@dataclass(slots=True)
class Place:
    """Where a stored file of known size stands, and how far it is filled."""

    member: Member
    row: int = 0
    done: int = 0
    crc: int = 0


class Members:
    """The members of a ZIP, one after the other, and the directory at its end."""

    def __init__(self, package: OpenPackage) -> None:
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
        self._crc = self._size = 0

    def put(self, pieces: Pieces) -> None:
        """Bytes of the file that was begun."""
        for piece in pieces:
            self._crc, self._size = crc32(piece, self._crc), self._size + len(piece)
        self._write(self._hashed([self._packer.compress(piece) for piece in pieces]) if self._packer else pieces)

    def end(self) -> None:
        """End the file: what stands before it can be told now."""
        if self._packer:
            self._write(self._hashed([self._packer.flush()]))
            self.packed[self._member.name.decode()] = self._running.hexdigest()
        start = self._member.offset + len(self._member.head())
        member = self._member._replace(crc=self._crc, packed=self._at - start, size=self._size)
        self._finish(member, len(self._rows))

    def reserve(self, place: Place) -> None:
        """Keep a stored file's place and its row in the directory; what is begun next comes after it."""
        place.member, place.row = place.member._replace(offset=self._at), len(self._rows)
        self._at += len(place.member.head()) + place.member.size
        self._rows.append(b"")

    def fill(self, place: Place, pieces: Pieces) -> None:
        """Put the next bytes of a file into its place."""
        for piece in pieces:
            place.crc = crc32(piece, place.crc)
        at = place.member.offset + len(place.member.head()) + place.done
        place.done += self._package.put(at, pieces)

    def filled(self, place: Place) -> None:
        """All bytes of a file are in its place."""
        self._finish(place.member._replace(crc=place.crc), place.row)

    def close(self) -> None:
        """Write the directory."""
        directory = b"".join(self._rows)
        self._write([directory, directory_end(len(self._rows), len(directory), self._at)])
        self._package.end()

    def _finish(self, member: Member, row: int) -> None:
        self._package.put(member.offset, [member.head()])
        self._rows[row : row + 1] = [member.row()]

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


@dataclass(slots=True)
class _Awaited:
    """A file that has its place but is not there yet; if it is small, perhaps it is being read."""

    place: Place
    file: File
    read: Future[Pieces] | None = None


class PackageWriter:
    """Adds files to a package that is open for writing, and remembers each one's size and digest for the manifest."""

    def __init__(self, target: IO[bytes]) -> None:
        self._members = Members(OpenPackage(target))
        self._reading, self._hashing, self._beside, self._writing = (ThreadPoolExecutor(1) for _ in range(4))
        self._waiting: deque[Future[None]] = deque()
        self._files: list[tuple[str, int, Callable[[], str]]] = []
        self._awaited: dict[str, _Awaited] = {}

    def __enter__(self) -> "PackageWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for lane in (self._reading, self._hashing, self._beside, self._writing):
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
        not once more. Its place is kept; it is read when `bytes_of` is asked for it, or else at the end."""
        place = Place(Member(file.name.encode("ascii"), _STORED, 0, file.size, file.size, 0))
        self._settle()
        self._members.reserve(place)
        self._files.append((file.name, file.size, lambda: file.sha256))
        self._awaited[file.name] = _Awaited(place, file)

    def bytes_of(self, name: str) -> Iterator[bytes] | None:
        """The bytes of a file whose place is kept, while they are put there; None for any other, or when they are there
        already. Files are best asked for in the order they were added: the next few are read meanwhile. Raises
        DamageError when it is not as long as was said."""
        awaited = self._awaited.pop(name, None)
        if not awaited:
            return None
        for each in (awaited, *islice(self._awaited.values(), _AHEAD)):
            if each.file.size <= _PIECE and not each.read:
                each.read = self._reading.submit(list, each.file.chunks())
        return self._carried(awaited)

    def digest(self) -> Digest:
        """A SHA-256 that is reckoned while the program goes on."""
        return _Beside(partial(self._later, self._beside))

    def files(self) -> list[dict[str, Any]]:
        """Name, size and SHA-256 of each file, in order of name; of a packed one also that of its packed bytes."""
        self._finish()
        packed = {name: {"packed": digest} for name, digest in self._members.packed.items()}
        rows = [{"name": n, "sha256": digest(), "size": size, **packed.get(n, {})} for n, size, digest in self._files]
        return sorted(rows, key=lambda row: str(row["name"]))

    def close(self) -> None:
        """Write the directory; all files are in the package now."""
        self._finish()
        self._members.close()

    def _finish(self) -> None:
        """Read what nobody asked for, and wait until all of it is in the package."""
        while self._awaited:
            deque(self.bytes_of(next(iter(self._awaited))) or (), maxlen=0)
        self._settle()

    def _carried(self, awaited: _Awaited) -> Iterator[bytes]:
        place, left = awaited.place, awaited.file.size
        for pieces in gathered(awaited.read.result() if awaited.read else awaited.file.chunks()):
            left -= sum(len(piece) for piece in pieces)
            if left < 0:
                break
            self._later(self._writing, self._members.fill, place, pieces)
            yield from pieces
        if left:
            name = awaited.file.name
            raise DamageError(f"{name} is not as long as the archive says.", "Nothing was kept; run `ofrecord verify`.")
        self._later(self._writing, self._members.filled, place)

    def _later(self, lane: ThreadPoolExecutor, step: Callable[..., None], *words: Any) -> Future[None]:
        self._waiting.append(lane.submit(step, *words))
        self._settle(_WAITING)
        return self._waiting[-1]

    def _settle(self, most: int = 0) -> None:
        """Wait until at most so many steps are left, and raise what went wrong with the others."""
        while len(self._waiting) > most:
            self._waiting.popleft().result()


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
