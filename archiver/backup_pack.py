"""Writing to a backup medium: pieces into packs, and the list of a bucket's files, which lies among its pieces."""

import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

from archiver import durable
from archiver.backup_set import FRAME, KeptFile, Medium, Pack, Piece
from custody.ids import new_secret

PIECE = 4 << 20
"""Bytes of a file that are sealed as one piece."""

PACK = 64 << 20
"""Bytes after which a pack is closed and a new one begun."""

LIST = 1 << 20
"""Bytes of a list that are sealed as one piece, before they are compressed."""


class Packer:
    """Seals pieces of one bucket. `packs` are those that are durable."""

    def __init__(self, medium: Medium, key: str, open_files: ExitStack) -> None:
        self.packs: list[Pack] = []
        self.written = 0
        self._medium, self._key, self._open_files = medium, key, open_files
        self._seal = medium.seal_of(key)
        self._file: IO[bytes] | None = None
        self._name = ""
        self._index = self._end = 0

    def add(self, data: bytes) -> Piece:
        """Seal some bytes and say where they lie. They can be named in a set after the next `roll`."""
        if self._file is None:
            self._name, self._index, self._end = new_secret(16).hex(), 0, 0
            self._file = self._open_files.enter_context(durable.new_file(self._medium.pack_path(self._name)))
        about = self._medium.about("piece", self._key, self._name, str(self._index))
        sealed = self._seal.close(data, about)
        self._file.write(len(sealed).to_bytes(FRAME, "big"))
        self._file.write(sealed)
        piece = Piece(self._name, self._index, self._end, len(data))
        self._index += 1
        self._end += FRAME + len(sealed)
        self.written += FRAME + len(sealed)
        if self._end >= PACK:
            self.roll()
        return piece

    def roll(self) -> None:
        """Finish the pack that is being written: it is durable when this returns."""
        if self._file is not None:
            self._file = None
            self._open_files.close()
            self.packs.append(Pack(name=self._name, size=self._end, pieces=self._index))


@contextmanager
def packing(medium: Medium, key: str) -> Iterator[Packer]:
    """A packer for one bucket; on an error the pack that was being written is gone."""
    with ExitStack() as open_files:
        yield Packer(medium, key, open_files)


class Listing:
    """A bucket's list of files while it grows; kept compressed, a few dozen bytes a file."""

    def __init__(self) -> None:
        self.files = self.bytes = 0
        self.used: set[str] = set()
        self._chunks: list[bytes] = []
        self._lines: list[bytes] = []
        self._size = 0

    def add(self, file: KeptFile) -> None:
        """One more file, in the order of paths."""
        line = file.line()
        self._lines.append(line)
        self._size += len(line)
        self.files += 1
        self.bytes += file.size
        self.used.update(piece.pack for piece in file.pieces)
        if self._size >= LIST:
            self._pack()

    def _pack(self) -> None:
        if self._lines:
            self._chunks.append(zlib.compress(b"\n".join(self._lines)))
            self._lines, self._size = [], 0

    def write(self, packer: Packer) -> tuple[Piece, ...]:
        """Seal the list as it is now."""
        self._pack()
        return tuple(packer.add(chunk) for chunk in self._chunks)
