"""The only module that writes files. What it says is written survives a power cut: the bytes are flushed to the disk,
and the file's name with its folder. Nothing is retried after a failed flush, since a second try can report success
on lost data.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from custody.errors import BusyError, UnavailableError

MINIMUM_FREE = 64 * 1024 * 1024
"""Bytes that stay free: new writing is refused early rather than failing half-way."""


def write_new(path: Path, chunks: Iterable[bytes], secret: bool = False) -> int:
    """Make a file whole or not at all (an older one of that name is replaced). Returns its size in bytes.

    A `secret` one can be read by its owner alone, from its first byte on.
    """
    with new_file(path, secret) as file:
        return sum(file.write(chunk) for chunk in chunks)


@contextmanager
def new_file(path: Path, secret: bool = False) -> Iterator[IO[bytes]]:
    """As `write_new`, for who has the bytes one after another: the file is there, whole, when this ends well."""
    with words_for(path):
        _make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            if secret:
                os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


def append(path: Path, data: bytes, at: int) -> None:
    """Write `data` at offset `at`, which must be where the file's acknowledged bytes end, and flush it.

    Bytes found beyond `at` were never acknowledged (a crash left them) and are written over.
    """
    with words_for(path):
        new = not path.exists()
        _make_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            if os.fstat(descriptor).st_size < at:
                raise UnavailableError(f"{path} is shorter than the catalog says", "run `ofrecord verify`")
            os.ftruncate(descriptor, at)
            place, view = at, memoryview(data)
            while view:
                written = os.pwrite(descriptor, view, place)
                place, view = place + written, view[written:]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            flush_folder(path.parent)


def truncate(path: Path, size: int) -> None:
    """Cut a file down to `size` bytes, durably."""
    with words_for(path), path.open("r+b") as file:
        file.truncate(size)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def scratch(path: Path) -> Iterator[IO[bytes]]:
    """A new file in a temporary folder, for bytes that are not kept yet; what was written can be read too."""
    with words_for(path), path.open("x+b") as file:
        yield file


def make_folder(folder: Path) -> None:
    """Make a folder that is not there, and those above it."""
    with words_for(folder):
        _make_folder(folder)


def move(path: Path, to: Path) -> None:
    """Give a file another name in the same file system, durably; an older file of that name is replaced."""
    with words_for(path):
        _make_folder(to.parent)
        path.replace(to)
        flush_folder(to.parent)
        flush_folder(path.parent)


def remove(path: Path) -> None:
    """Delete a file, durably; it is no error if it is gone already."""
    with words_for(path):
        path.unlink(missing_ok=True)
        flush_folder(path.parent)


def remove_many(paths: Iterable[Path]) -> int:
    """Delete files, durably, each folder flushed once; those that are gone already are no error. Returns how many
    there were."""
    folders, count = set(), 0
    for path in paths:
        with words_for(path):
            if path.exists():
                path.unlink()
                count += 1
            if path.parent.is_dir():  # also of what was gone: a power cut may have come before its folder was flushed
                folders.add(path.parent)
    for folder in sorted(folders):
        with words_for(folder):
            flush_folder(folder)
    return count


def move_folder(folder: Path, to: Path) -> None:
    """Give a folder another name in the same file system, durably. What is there already must be an empty folder."""
    with words_for(to):
        folder.replace(to)
        flush_folder(to.parent)


def remove_folder(folder: Path) -> None:
    """Delete a folder with all that is in it; it is no error if it is gone already."""
    with words_for(folder):
        if folder.exists():
            shutil.rmtree(folder)
            flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, and the folder's own name in its parent."""
    for place in (folder, folder.parent):
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if (
                error.errno != errno.EINVAL
            ):  # some file systems cannot flush folders; an input/output error is never ignored
                raise
        finally:
            os.close(descriptor)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each with its new name flushed."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def hash_file(path: Path, end: int | None = None) -> str:
    """The SHA-256 of a file's bytes up to `end`, read in pieces."""
    running, left = hashlib.sha256(), end
    with path.open("rb") as file:
        while chunk := file.read(1 << 20 if left is None else min(1 << 20, left)):
            running.update(chunk)
            left = None if left is None else left - len(chunk)
    return running.hexdigest()


def hash_from_disk(path: Path) -> str:
    """As `hash_file`, and what the system remembers of a flushed file is forgotten first, so that the disk is read."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return hash_file(path)


def require_room(folder: Path, wanted: int = 0) -> None:
    """Refuse to begin when the disk has no room for `wanted` bytes and a reserve."""
    status = os.statvfs(folder)
    free = status.f_bavail * status.f_frsize
    if free < wanted + MINIMUM_FREE:
        raise UnavailableError(
            f"The disk that holds {folder} has only {free // 1_000_000} MB free.",
            "Make room or move the archive to a larger disk. Nothing was changed.",
        )


@contextmanager
def only_writer(path: Path, patience: float = 0) -> Iterator[IO[bytes]]:
    """Hold the archive's one writing place. Raises BusyError when another process holds it for `patience` seconds."""
    with words_for(path):
        file = path.open("ab")
    try:
        until = time.monotonic() + patience
        while not _is_locked(file):
            if time.monotonic() >= until:
                raise BusyError(
                    f"Another Ofrecord is writing to the archive in {path.parent}.",
                    "Wait until it has finished, then try again. Nothing was changed.",
                )
            time.sleep(0.02)
        yield file
    finally:
        file.close()


def _is_locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def words_for(path: Path) -> Iterator[None]:
    """Say in plain words what the disk refuses: raises UnavailableError that names the file and the cure."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UnavailableError(
                f"The disk is full: {path} could not be written.",
                "Make room, then run the same command again: what was acknowledged is safe.",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise UnavailableError(
                f"{path} may not be written ({error.strerror}).",
                "Check who owns the folder, or choose another with --home.",
            ) from error
        raise UnavailableError(f"{path} could not be written: {error.strerror or error}.", "Check the disk.") from error
