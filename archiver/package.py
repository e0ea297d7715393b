"""How a download is opened: a folder, a zip, a single file, or bytes already in memory, all as named members.

A zip is read by its index and never unpacked, so no name in it can reach outside. One that is cut off, encrypted, or
built to do harm (names that climb out, links, the same name twice, bombs) is refused whole, naming the entry.
"""

import io
import stat
import unicodedata
import zipfile
from pathlib import Path
from typing import IO, BinaryIO, cast

from custody.errors import InputError

MOST_ENTRIES = 200_000
BOMB_FROM = 10 * 1024 * 1024
BOMB_RATIO = 100
_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


class _Named:
    """Finding a member by the end of its name, which every kind of package does alike."""

    def __init__(self, name: str, members: tuple[str, ...]) -> None:
        self._name = name
        self._members = members
        self._by_stem: dict[str, list[str]] | None = None

    @property
    def name(self) -> str:
        """What the person gave."""
        return self._name

    def members(self) -> tuple[str, ...]:
        """Every member's name, in order."""
        return self._members

    def find(self, tail: str) -> str | None:
        """The one member whose name is `tail` or ends in `/` + `tail`."""
        if self._by_stem is None:
            self._by_stem = {}
            for member in self._members:
                self._by_stem.setdefault(member.rpartition("/")[2], []).append(member)
        for member in self._by_stem.get(tail.rpartition("/")[2], []):
            if member == tail or member.endswith("/" + tail):
                return member
        return None

    def close(self) -> None:
        """Let go of what was opened."""


class FolderPackage(_Named):
    """A download already unpacked. Links inside it are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        paths = sorted(path for path in root.rglob("*") if path.is_file() and not _through_link(root, path))
        super().__init__(str(root), tuple(path.relative_to(root).as_posix() for path in paths))

    def open(self, member: str) -> BinaryIO:
        """A stream over one file."""
        return _opened(self._root / member)

    def size(self, member: str) -> int:
        """The file's size in bytes."""
        return (self._root / member).stat().st_size


class FilePackage(_Named):
    """A single file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(str(path), (path.name,))

    def open(self, member: str) -> BinaryIO:
        """A stream over the file."""
        return _opened(self._path)

    def size(self, member: str) -> int:
        """The file's size in bytes."""
        return self._path.stat().st_size


class MemoryPackage(_Named):
    """Bytes that were just fetched, under the address they came from."""

    def __init__(self, name: str, data: bytes) -> None:
        self._data = data
        super().__init__(name, (name,))

    def open(self, member: str) -> BinaryIO:
        """A stream over the bytes."""
        return io.BytesIO(self._data)

    def size(self, member: str) -> int:
        """How many bytes there are."""
        return len(self._data)


class ZipPackage(_Named):
    """A zip, read by its index."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise InputError(
                f"{path} begins like a zip but cannot be read: {error}.",
                "The download is probably cut off: download it again. Nothing was changed.",
            ) from error
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        self._entries = {entry.filename: entry for entry in entries}
        _refuse_hostile(path, entries)
        super().__init__(str(path), tuple(sorted(self._entries)))

    def open(self, member: str) -> BinaryIO:
        """A stream over one entry, decompressed as it is read and checked against its CRC at the end."""
        try:
            return cast(BinaryIO, _Checked(self._zip.open(self._entries[member]), f"{self.name}, {member}"))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, OSError) as error:
            raise _unreadable(f"{self.name}, {member}", error) from error

    def size(self, member: str) -> int:
        """The entry's size in bytes, unpacked."""
        return self._entries[member].file_size

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()


class _Checked(io.RawIOBase):
    """A zip entry's stream whose own errors come out in our words."""

    def __init__(self, stream: IO[bytes], where: str) -> None:
        self._stream = stream
        self._where = where

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise _unreadable(self._where, error) from error

    def readline(self, size: int | None = -1) -> bytes:
        try:
            return self._stream.readline(-1 if size is None else size)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise _unreadable(self._where, error) from error

    def close(self) -> None:
        self._stream.close()
        super().close()


Opened = FolderPackage | FilePackage | ZipPackage


def open_package(path: Path) -> Opened:
    """Open what a person named. Raises InputError when it is not there, not readable, or not safe."""
    if path.is_dir():
        package = FolderPackage(path)
        if not package.members():
            raise InputError(f"{path} is an empty folder.", "Name the folder or zip of the download itself.")
        return package
    if not path.exists():
        raise InputError(f"{path} does not exist.", "Check the name; a name with spaces needs quotation marks.")
    with _opened(path) as file:
        start = file.read(4)
    if start in (b"PK\x03\x04", b"PK\x05\x06"):
        return ZipPackage(path)
    if not start:
        raise InputError(f"{path} is empty.", "The download did not finish: download it again.")
    if path.suffix.lower() == ".zip":
        raise InputError(
            f"{path} is not a zip, whatever its name says.",
            "The download probably failed: open it to see what it is, and download it again. Nothing was changed.",
        )
    return FilePackage(path)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check who may read it.") from error


def _through_link(root: Path, path: Path) -> bool:
    return any(part.is_symlink() for part in (path, *path.parents) if part != root and root in part.parents)


def _unreadable(where: str, error: Exception) -> InputError:
    return InputError(f"{where} cannot be read: {error}.", "The zip is damaged: download it again.")


def _refuse_hostile(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise InputError(f"{path} has {len(entries):,} entries; {MOST_ENTRIES:,} is the most.", "Split the download.")
    seen: set[str] = set()
    for entry in entries:
        wrong = _wrong_with(entry, seen)
        if wrong:
            raise InputError(
                f"{path} is not a download to trust: the entry {entry.filename!r} {wrong}.",
                "Platforms do not make such files. Download it again from the platform itself. Nothing was changed.",
            )
        seen.add(entry.filename)


def _wrong_with(entry: zipfile.ZipInfo, seen: set[str]) -> str:
    name = entry.filename
    mode = entry.external_attr >> 16
    if name.startswith("/") or "\\" in name or name[1:2] == ":":
        return "has an absolute or foreign path"
    if ".." in name.split("/"):
        return "climbs out of its folder"
    if any(unicodedata.category(character) == "Cc" or character in _BIDI for character in name):
        return "has control characters in its name"
    if name in seen:
        return "stands in it twice"
    if mode and not (stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0):
        return "is a link or a device, not a file"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.file_size > BOMB_FROM and entry.file_size > BOMB_RATIO * max(entry.compress_size, 1):
        return f"unpacks to {entry.file_size:,} bytes from {entry.compress_size:,} (a zip bomb)"
    return ""
