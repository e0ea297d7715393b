"""Destroyed versions taken out of the vault: files written anew with tombstones, files that go whole, media.

A new file is written beside the old one, read back and compared before anything is decided; it takes the old one's
name only after the transaction that destroys. Everything behind that transaction can be done again from its rows alone.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.catalog import destroyed_rows, rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.choice import Place
from archiver.catalog.rows import Row
from archiver.tombstone import Cause, called, tombstone
from archiver.vault import Vault
from custody.errors import DamageError, UnavailableError

FOLDER = "purging"
"""The folder in an archive where a destruction keeps what it needs until it is finished."""

ANEW, SIEVES = "compact.sqlite", "sieves"
"""What lies there only while something is written anew or searched for, and is nobody's after a crash."""

_PIECE = 1 << 20
Seen = Callable[[Place, bytes], None]
"""Hears of each version that is to be destroyed, with its stored bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Staged:
    """A segment written anew: its row, the new file's SHA-256 (64 hex digits), and how many versions stay in it."""

    segment: Row
    sha256: str
    survivors: int


def read_whole(vault: Vault, segment: Row, places: Iterator[Place], seen: Seen) -> None:
    """Hand over the versions of a segment that goes whole, each compared with what the catalog says of it."""
    for place in places:
        if place.is_chosen:
            seen(place, _compared(vault.read(segment["name"], place.offset, place.length), place, segment))


def stage(vault: Vault, segment: Row, places: Iterator[Place], cause: Cause, to: Path, seen: Seen) -> Staged:
    """Write a segment anew into the file `to`, with tombstones for what was chosen and all else as it was.

    Every version that stays is compared with its digest on the way; the new file is read back from the disk. Raises
    DamageError where something is not as it was kept; then nothing has changed.
    """
    running, survivors, waiting, size = hashlib.sha256(), 0, list[bytes](), 0
    with durable.new_file(to) as file:

        def write(data: bytes, flush: bool = False) -> None:
            nonlocal size
            waiting.append(data)
            size += len(data)
            if size >= _PIECE or flush:
                whole = b"".join(waiting)
                running.update(whole)
                file.write(whole)
                waiting.clear()
                size = 0

        for chunk, place in _chunks(vault, segment, places):
            if place is not None and place.is_chosen:
                seen(place, chunk)
                write(tombstone(vault.archive, place.number, place.n, cause, place.length))
            else:
                survivors += place is not None and bool(place.sha256)
                write(chunk)
        write(b"", flush=True)
    if durable.hash_from_disk(to) != running.hexdigest():
        raise UnavailableError(f"{to} was not written as it should be.", "Check the disk. Nothing was destroyed.")
    return Staged(segment=segment, sha256=running.hexdigest(), survivors=survivors)


def places_aside(catalog: Catalog, segment: Row, chosen: Collection[tuple[int, int]]) -> Iterator[Place]:
    """Everything stored in a file of items set aside, in order; `chosen` ones (run, item) are to be destroyed now."""
    statement = (
        "SELECT offset, raw_length, length, sha256, -run, n, opening FROM quarantine WHERE segment = :segment"
        " UNION ALL SELECT offset, 0, length, x'', number, n, x'' FROM destroyed WHERE segment = :segment ORDER BY 1"
    )
    for offset, raw_length, length, sha256, number, n, opening in (
        catalog.dbapi().execute(statement, {"segment": segment["id"]}).fetchall()
    ):
        is_chosen = bool(sha256) and (-number, n) in chosen
        yield Place(offset, raw_length, length, sha256, number, n, is_chosen, b"", b"", opening)


def _chunks(vault: Vault, segment: Row, places: Iterator[Place]) -> Iterator[tuple[bytes, Place | None]]:
    """The bytes of a segment thing by thing; first its head, which is nobody's."""
    path, position = vault.path_of(segment["name"]), segment["head_length"]
    try:
        with path.open("rb") as file:
            head = file.read(position)
            if hashlib.sha256(head).digest() != segment["head_sha256"]:
                raise _damage(segment, "its first exchange is not the one that was written")
            yield head, None
            for place in places:
                if place.offset != position:
                    raise _damage(segment, f"the catalog accounts for no bytes from {position} to {place.offset}")
                yield _compared(file.read(place.length), place, segment), place
                position += place.length
    except OSError as error:
        raise _damage(segment, error.strerror or "it cannot be read") from error
    if position != segment["committed_end"]:
        raise _damage(segment, f"the catalog accounts for no bytes from {position} on")


def _compared(chunk: bytes, place: Place, segment: Row) -> bytes:
    if len(chunk) != place.length or (place.sha256 and hashlib.sha256(chunk).digest() != place.sha256):
        raise _damage(segment, f"{called(place.number, place.n)} is not what was kept")
    return chunk


def _damage(segment: Row, what: str) -> DamageError:
    return DamageError(
        f"vault/{segment['name']}: {what}.",
        "Nothing was destroyed. Run `ofrecord verify`, restore the file from a backup, and try again.",
    )


def staged_at(staging: Path, segment: int) -> Path:
    """Where a segment lies that was written anew and has not its name yet."""
    return staging / f"segment-{segment}"


def carry_out(
    catalog: Catalog, vault: Vault, staging: Path, cause: Cause, media: Sequence[str], step: Callable[[str], None]
) -> dict[str, int]:
    """Give the files written anew their names and remove the others: what the rows say is done. Done again, it does
    nothing. Returns how many of each there were."""
    connection, done = catalog.connection, {"segments rewritten": 0, "segments removed": 0, "media removed": 0}
    for segment in destroyed_rows.rewritten(connection, cause.number):
        done["segments rewritten"] += 1
        staged = staged_at(staging, segment["id"])
        if not staged.exists() and not stands(catalog, vault, segment, cause):
            _stage_again(catalog, vault, segment, cause, staged)
        if staged.exists():
            durable.move(staged, vault.path_of(segment["name"]))
            step("moved")
    gone = destroyed_rows.gone_segments(connection, cause.number)
    done["segments removed"] = len(gone)
    durable.remove_many(vault.path_of(name) for name in gone)
    step("removed")
    unshown = [sha256 for sha256 in media if not rows.has_media(connection, bytes.fromhex(sha256))]
    done["media removed"] = len(unshown)
    durable.remove_many(vault.media_path(sha256) for sha256 in unshown)
    step("media")
    return done


def stands(catalog: Catalog, vault: Vault, segment: Row, cause: Cause) -> bool:
    """Whether the tombstones of a destruction are in their places."""
    for number, n, offset, length in _stones(catalog, segment["id"], cause.number):
        if vault.read(segment["name"], offset, length) != tombstone(vault.archive, number, n, cause, length):
            return False
    return True


def _stones(catalog: Catalog, segment: int, destruction: int) -> list[Any]:
    statement = "SELECT number, n, offset, length FROM destroyed WHERE segment = ? AND destruction = ? ORDER BY offset"
    return catalog.dbapi().execute(statement, (segment, destruction)).fetchall()


def _stage_again(catalog: Catalog, vault: Vault, segment: Row, cause: Cause, to: Path) -> None:
    """Write a segment anew from its rows, where what was staged is lost: nothing but the tombstones' bytes changes."""
    with vault.path_of(segment["name"]).open("rb") as old, durable.new_file(to) as new:
        for number, n, offset, length in _stones(catalog, segment["id"], cause.number):
            _copy(old, new, offset - old.tell())
            new.write(tombstone(vault.archive, number, n, cause, length))
            old.seek(offset + length)
        _copy(old, new, segment["committed_end"] - old.tell())


def _copy(old: Any, new: Any, size: int) -> None:
    while size > 0 and (data := old.read(min(size, _PIECE))):
        new.write(data)
        size -= len(data)
