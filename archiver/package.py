"""How a download is opened: a folder, a zip, a single file, or bytes already in memory, all as named members.

A zip is read by its index and never unpacked, so no name in it can reach outside. One that is cut off, encrypted, or
built to do harm (names that climb out, links, the same name twice, bombs) is refused whole, naming the entry: no
platform makes such a file, and a part of it would be no download. Names that differ in nothing but case are told
apart and read, since nothing here ever becomes a file of that name.
"""

import io
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from lzma import LZMAError
from pathlib import Path
from typing import IO, BinaryIO, cast

from custody.errors import InputError

MOST_ENTRIES = 200_000
MOST_UNPACKED = 200 * 1024**3
BOMB_FROM = 10 * 1024 * 1024
BOMB_RATIO = 100
_LOCAL_HEADER = 30
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, LZMAError, NotImplementedError, RuntimeError, EOFError, OSError)


class _Named:
    """Finding a member by the end of its name, which every kind of package does alike."""

    def __init__(self, name: str, members: tuple[str, ...]) -> None:
        self._name = name
        self._members = members
        self._by_last: dict[str, list[str]] | None = None

    @property
    def name(self) -> str:
        """What the person gave."""
        return self._name

    def members(self) -> tuple[str, ...]:
        """Every member's name, in order."""
        return self._members

    def find(self, tail: str) -> str | None:
        """The one member whose name is `tail` or ends in `/` + `tail`; None if there is none, or no telling which.

        An exact name comes first. Several of one size are the same file in overlapping parts of one download. Accents
        may be written either way (a Mac takes them apart).
        """
        if self._by_last is None:
            self._by_last = {}
            for member in self._members:
                self._by_last.setdefault(_last(member), []).append(member)
        wanted = unicodedata.normalize("NFC", tail)
        found = []
        for member in self._by_last.get(_last(wanted), ()):
            name = unicodedata.normalize("NFC", member)
            if name == wanted:
                return member
            if name.endswith("/" + wanted):
                found.append(member)
        sizes = {self.size(member) for member in found}
        return found[0] if len(sizes) == 1 else None

    def size(self, member: str) -> int:
        """The member's size in bytes."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what was opened."""


class FolderPackage(_Named):
    """A download already unpacked. Links inside it are not followed."""

    def __init__(self, root: Path) -> None:
        self._paths = _files_under(root)
        super().__init__(str(root), tuple(sorted(self._paths)))

    def open(self, member: str) -> BinaryIO:
        """A stream over one file."""
        return _opened(self._paths[member])

    def size(self, member: str) -> int:
        """The file's size in bytes."""
        return _size_of(self._paths[member])


class FilePackage(_Named):
    """A single file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(_shown(str(path)), (_shown(path.name),))

    def open(self, member: str) -> BinaryIO:
        """A stream over the file."""
        return _opened(self._path)

    def size(self, member: str) -> int:
        """The file's size in bytes."""
        return _size_of(self._path)


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
        self._zip = _indexed(path)
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        try:
            _refuse_hostile(path, entries, self._zip.start_dir)
        except InputError:
            self._zip.close()
            raise
        self._entries = {entry.filename: entry for entry in entries}
        super().__init__(_shown(str(path)), tuple(sorted(self._entries)))

    def open(self, member: str) -> BinaryIO:
        """A stream over one entry, unpacked as it is read: never more than its size, its CRC checked at the end."""
        where = f"{self.name}, {member}"
        try:
            return cast(BinaryIO, _Checked(self._zip.open(self._entries[member]), where))
        except _READ_ERRORS as error:
            raise _unreadable(where, error) from error

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
        except (*_READ_ERRORS, ValueError) as error:
            raise _unreadable(self._where, error) from error

    def readline(self, size: int | None = -1) -> bytes:
        try:
            return self._stream.readline(-1 if size is None else size)
        except (*_READ_ERRORS, ValueError) as error:
            raise _unreadable(self._where, error) from error

    def close(self) -> None:
        self._stream.close()
        super().close()


Opened = FolderPackage | FilePackage | ZipPackage


def open_package(path: Path) -> Opened:
    """Open what a person named. Raises InputError when it is not there, not readable, or not safe."""
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise InputError(f"{path} does not exist.", "Check the name; a name with spaces needs quotation marks.")
    if not path.is_file():
        raise InputError(f"{path} is no file.", "Name the file, folder or zip of the download itself.")
    with _opened(path) as file:
        start = file.read(4)
    if start in _ZIP_STARTS:
        return ZipPackage(path)
    if not start:
        raise InputError(f"{path} is empty.", "The download did not finish: download it again.")
    if path.suffix.lower() == ".zip":
        raise InputError(
            f"{path} is not a zip, whatever its name says.",
            "The download probably failed: open it to see what it is, and download it again. Nothing was changed.",
        )
    return FilePackage(path)


def _folder(path: Path) -> FolderPackage:
    package = FolderPackage(path)
    seen = [member for member in package.members() if not _last(member).startswith(".")]
    if not seen:
        raise InputError(f"{path} is an empty folder.", "Name the folder or zip of the download itself.")
    if all(member.lower().endswith(".zip") for member in seen):
        raise InputError(
            f"{path} holds zips, not a download that is unpacked.",
            f"Name the zips, all in one command, since one may hold the pictures of another: {path}/*.zip",
        )
    return package


def _files_under(root: Path) -> dict[str, Path]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename} cannot be read: {error.strerror}.", "Check who may read it.") from error

    found: dict[str, Path] = {}
    for folder, _, names in os.walk(root, onerror=refuse):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                found[_shown(path.relative_to(root).as_posix())] = path
        if len(found) > MOST_ENTRIES:
            raise InputError(f"{root} has more than {MOST_ENTRIES:,} files.", "Name the download's own folder.")
    return found


def _shown(name: str) -> str:
    """A file's name as text that can be written down: bytes that are no UTF-8 become `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _last(name: str) -> str:
    return unicodedata.normalize("NFC", name.rpartition("/")[2])


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check who may read it.") from error


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Was it moved during the import?") from error


def _unreadable(where: str, error: Exception) -> InputError:
    return InputError(f"{where} cannot be read: {error}.", "The zip is damaged: download it again.")


def _indexed(path: Path) -> zipfile.ZipFile:
    """The zip's index. Names not marked as UTF-8 mostly are (the mark is forgotten); if not, they are cp437."""
    try:
        try:
            return zipfile.ZipFile(path, metadata_encoding="utf-8")
        except UnicodeDecodeError:
            return zipfile.ZipFile(path)
    except (*_READ_ERRORS, ValueError) as error:
        raise InputError(
            f"{path} begins like a zip but cannot be read: {error}.",
            "The download is probably cut off: download it again. Nothing was changed.",
        ) from error


def _refuse_hostile(path: Path, entries: list[zipfile.ZipInfo], end: int) -> None:
    if len(entries) > MOST_ENTRIES:
        raise InputError(f"{path} has {len(entries):,} entries; {MOST_ENTRIES:,} is the most.", "Split the download.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        raise InputError(
            f"{path} unpacks to {unpacked // 1024**3:,} GiB; {MOST_UNPACKED // 1024**3} is the most.",
            "Ask the platform for the download in several parts. Nothing was changed.",
        )
    seen: set[str] = set()
    for entry in sorted(entries, key=lambda entry: entry.header_offset, reverse=True):
        wrong = _wrong_with(entry, seen, end)
        if wrong:
            raise InputError(
                f"{path} is not a download to trust: the entry {entry.orig_filename!r} {wrong}.",
                "Platforms do not make such files. Download it again from the platform itself. Nothing was changed.",
            )
        seen.add(unicodedata.normalize("NFC", entry.filename))
        end = entry.header_offset


def _wrong_with(entry: zipfile.ZipInfo, seen: set[str], end: int) -> str:
    """What is wrong with an entry, "" for nothing. `end` is where the next entry or the index begins."""
    name = entry.orig_filename  # as it stands in the zip: zipfile cuts a name at NUL
    mode = entry.external_attr >> 16
    if name.startswith("/") or "\\" in name or name[1:2] == ":":
        return "has an absolute or foreign path"
    if ".." in name.split("/"):
        return "climbs out of its folder"
    if _CONTROL.search(name):
        return "has control characters in its name"
    if unicodedata.normalize("NFC", name) in seen:
        return "stands in it twice"
    if mode and not (stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0):
        return "is a link or a device, not a file"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.header_offset + _LOCAL_HEADER + entry.compress_size > end:
        return "lies over another one (a zip bomb)"
    if entry.file_size > BOMB_FROM and entry.file_size > BOMB_RATIO * max(entry.compress_size, 1):
        return f"unpacks to {entry.file_size:,} bytes from {entry.compress_size:,} (a zip bomb)"
    return ""
