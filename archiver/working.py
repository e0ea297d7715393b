"""Folders for what is only being made: pages and packages, before they are checked and kept.

They stand inside the archive, where the search for remains looks, and not in the system's folder for temporary files,
where nobody would. Each is locked by the process that uses it, so that the next writer knows which ones a program that
was stopped has left, and removes them.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archiver import durable
from custody.errors import UnavailableError

FOLDER = "working"
_SENT = ("responses", "notices")
"""Where only the one writer writes: a piece of a file that lies there at its start is nobody's."""


@contextmanager
def working_folder(home: Path) -> Iterator[Path]:
    """A folder for what is only being made. It goes with all that is in it, also when something goes wrong; what
    the disk refuses in it is said as UnavailableError."""
    folder, held = _claimed(home.resolve() / FOLDER)
    try:
        with durable.words_for(folder):
            yield folder
    finally:
        try:
            _remove(folder)
        finally:
            os.close(held)


def sweep(home: Path) -> list[str]:
    """Remove what programs that were stopped have left of their work; the folders that are in use stay. To be called
    by the one writer. Returns the names of what went."""
    gone = []
    for folder in sorted((home / FOLDER).glob("*")):
        held = None if folder.is_symlink() or not folder.is_dir() else _held(folder)
        if held is None and folder.is_dir() and not folder.is_symlink():
            continue  # somebody is at work in it
        try:
            with suppress(UnavailableError):  # a process that was left alone still wrote; the next start removes it
                _remove(folder)
                gone.append(f"{FOLDER}/{folder.name}")
        finally:
            if held is not None:
                os.close(held)
    for room in _SENT:
        for piece in sorted((home / room).glob("**/.*.part")):
            durable.remove(piece)
            gone.append(piece.relative_to(home).as_posix())
    return gone


def _claimed(rooms: Path) -> tuple[Path, int]:
    """A new folder and the lock on it."""
    number = 0
    while True:
        number += 1
        folder = rooms / str(number)
        with durable.words_for(folder):
            rooms.mkdir(exist_ok=True)
            try:
                folder.mkdir(mode=0o700)
            except (FileExistsError, FileNotFoundError):  # another's; or the folder of folders was just removed
                continue
            held = _held(folder)
        if held is not None:
            return folder, held


def _held(folder: Path) -> int | None:
    """The lock on a folder; None when another process has it, or has removed the folder."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(held).st_ino == folder.stat().st_ino:
            return held
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(held)
    return None


def _remove(folder: Path) -> None:
    """Remove a folder, or whatever else stands there, and the folder of folders with the last one."""
    if folder.is_dir() and not folder.is_symlink():
        durable.remove_folder(folder)
    else:
        durable.remove(folder)
    with suppress(OSError):  # another process has one there
        folder.parent.rmdir()
