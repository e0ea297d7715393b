"""Keeping an answer in its folder: every file whole or not at all, and an earlier answer beside it, never lost.

What every PDF and ZIP of it is stands in an act, so that a changed one is found.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.catalog import queries
from custody.errors import UnavailableError
from workflows.house import House

OWN = ("response*.zip", "response*.pdf", "parts.json", "parts.txt", "certification*", "city-copy/*.pdf")
"""The names of the files of an answer. Nothing else in the folder is ever touched."""


def keep(folder: Path, files: Mapping[str, Path]) -> dict[str, Any]:
    """Write the files of an answer under their names. An earlier answer that was another one is moved to `earlier/`.

    Returns the digest of each file, and `earlier`: the folder into which an earlier answer went, or "".
    """
    if folder.exists() and not folder.is_dir():
        raise UnavailableError(f"{folder} is a file, not a folder.", "Choose another with --into.")
    for pattern in (".*.part", "city-copy/.*.part"):  # a try that was killed left a hidden piece of an answer
        for left in folder.glob(pattern):
            durable.remove(left)
    digests = {name: durable.hash_file(source) for name, source in files.items()}
    earlier = _put_by(folder, digests)
    for name, source in files.items():
        target = folder / name
        if not target.exists() or durable.hash_file(target) != digests[name]:
            durable.write_new(target, _chunks(source))
    return {"digests": digests, "earlier": earlier}


def digests_of(house: House, number: int) -> dict[str, set[str]]:
    """What the acts say of the files of an answer: of each name the digests it may have."""
    known: dict[str, set[str]] = {}
    for kind in ("request.responded", "answer.added"):
        for act in queries.acts_of(house.catalog.connection, kind, number):
            for name, digest in act.get("files", {}).items():
                known.setdefault(name, set()).add(digest)
    return known


def note_files(house: House, number: int, folder: Path, files: Mapping[str, str]) -> None:
    """Write down what files of an answer in the archive's folder are, where no act says so yet."""
    known = digests_of(house, number)
    new = {name: digest for name, digest in files.items() if digest not in known.get(name, ())}
    if new and folder.resolve() == (house.settings.responses / f"request-{number}").resolve():
        house.journal.write(("answer.added", number, {"files": new}))


def _put_by(folder: Path, digests: Mapping[str, str]) -> str:
    """Move an answer that is there and differs out of the way, as a whole."""
    there = sorted({path for pattern in OWN for path in folder.glob(pattern) if path.is_file()})
    names = {path: path.relative_to(folder).as_posix() for path in there}
    same = all(durable.hash_file(path) == digests.get(names[path]) for path in there)
    if not there or same:
        return ""
    taken = [int(each.name) for each in (folder / "earlier").glob("*") if each.name.isdigit()]
    place = folder / "earlier" / f"{max(taken, default=0) + 1:02d}"
    for path in there:
        durable.move(path, place / names[path])
    return str(place)


def _chunks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        yield from iter(lambda: file.read(1 << 20), b"")
