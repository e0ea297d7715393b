"""Copying the archive to a backup medium, encrypted, while it may be in use; and judging what is on a medium.

What is copied is what the catalog acknowledges at one moment. The catalog itself is not: it can be made again from the
vault, and it holds words of every record, which no destroyed key could take back (docs/adr/backup.md).
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from archiver import backup_set, durable, sealing
from archiver.backup_pack import PIECE, Listing, Packer, packing
from archiver.backup_set import UNFINISHED, BackupSet, Bucket, KeptFile, Medium, Pack, Piece, Unlock
from archiver.catalog import destroyed_rows, ledger_rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.snapshot import Snapshot, take_snapshot
from custody.clock import Clock, system_clock, text_of
from custody.errors import BusyError, CustodyError, DamageError, UsageError
from workflows.settings import Settings

HOUSE = "archive"
"""The bucket of what is not in the vault: settings, the city's profile, the signing key, answers as they were sent."""

SAVE_EVERY = 60.0
"""Seconds after which an unfinished backup notes how far it is, so that the next one goes on from there."""

_LEFT_OUT = {"vault", "index", "swept", "purging", "working", "writer.lock"}
Told = Callable[[int, int], None]
"""Hears how many bytes are done, and of how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """What a backup did. `copied` bytes were written; `apart` names a set that this archive does not go on from."""

    made: BackupSet
    copied: int
    apart: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A file of the archive to be kept: its path in the archive and acknowledged size. Only files that people may
    change are `loose`."""

    path: str
    size: int
    loose: bool = False


def key_kind(folder: Path) -> str:
    """What opens the backup in a folder: "passphrase" or "file"; "" where there is none yet."""
    return backup_set.kind_of(folder)


def new_key_file(path: Path) -> None:
    """Make a key for backups in a new file."""
    sealing.new_key_file(path)


def unlock_with(key_file: Path | None, passphrase_file: Path | None, passphrase: str = "") -> Unlock:
    """What opens a backup, from a file or as it was typed."""
    if key_file is not None:
        return Unlock(key=sealing.read_key_file(key_file))
    return Unlock(passphrase=sealing.read_passphrase(passphrase_file) if passphrase_file else passphrase)


def sets_on(folder: Path, unlock: Unlock) -> list[BackupSet | CustodyError]:
    """The sets on a medium, oldest first; for one that cannot be read, why."""
    medium = backup_set.open_medium(folder, unlock)
    found: list[BackupSet | CustodyError] = []
    for name in medium.set_names():
        try:
            found.append(medium.read_set(name))
        except CustodyError as error:
            found.append(error)
    return found


def check_medium(folder: Path, unlock: Unlock, told: Callable[[int], None]) -> tuple[int, list[CustodyError]]:
    """Read the whole medium back. Returns the bytes read and what is wrong, each file named once."""
    medium = backup_set.open_medium(folder, unlock)
    read, problems = 0, {}
    for size, problem in backup_set.problems_in(medium):
        read += size
        told(read)
        if problem is not None:
            problems[problem.message] = problem
    return read, list(problems.values())


def back_up(
    settings: Settings, folder: Path, unlock: Unlock, clock: Clock = system_clock, told: Told = lambda done, total: None
) -> Backup:
    """Add a set to the medium in `folder`, or begin one there. The archive is only read.

    Nothing counts until the set's own file is written, which is last; whatever stops it, older sets stay as they are.
    """
    _refuse_inside(settings.home, folder)
    new = not backup_set.is_backup(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with durable.only_writer(folder / "writer.lock"):
        medium = backup_set.make_medium(folder, unlock) if new else backup_set.open_medium(folder, unlock)
        backup_set.second_header(folder)
        catalog = Catalog(settings.catalog)
        try:
            snapshot = take_snapshot(catalog)
            base, upto, apart = _base(medium, settings, catalog)
        finally:
            catalog.close()
        names = medium.set_names()
        number = max((backup_set.number_of(name) for name in names), default=0) + 1
        at = text_of(clock())
        blank = BackupSet(
            name=f"{at[:19].replace(':', '-')}Z-{number:04d}", archive=settings.archive, at=at, size=snapshot.size,
            root=snapshot.root.hex(), note=snapshot.note, buckets=(),
        )  # fmt: skip
        anew = frozenset(name for name, leaf in snapshot.rewritten.items() if leaf >= upto)
        work = _Work(settings=settings, medium=medium, snapshot=snapshot, base=base, anew=anew, blank=blank, told=told)
        made = work.run()
        _refuse_a_mixture(settings, snapshot)
        medium.write_set(made)
        durable.remove(medium.set_path(UNFINISHED))
        _sweep(medium)
    return Backup(made=made, copied=work.copied, apart=apart)


def _refuse_inside(home: Path, folder: Path) -> None:
    if folder.resolve().is_relative_to(home.resolve()):
        raise UsageError(
            f"{folder} lies inside the archive: a backup there would be lost with it.",
            "Name a folder on another disk, which can be taken away.",
        )


def _refuse_a_mixture(settings: Settings, snapshot: Snapshot) -> None:
    """A set holds one moment; files that a destruction wrote anew meanwhile are of a later one."""
    catalog = Catalog(settings.catalog)
    try:
        if len(destroyed_rows.destructions(catalog.connection)) == snapshot.destructions:
            return
    finally:
        catalog.close()
    raise BusyError(
        "Records were destroyed while this backup was made, so it would hold two different moments.",
        "Run the same command again. What the backup holds from before is as it was.",
    )


def _base(medium: Medium, settings: Settings, catalog: Catalog) -> tuple[dict[str, Bucket], int, str]:
    """What is on the medium already and is this archive's past, by key: of the newest such set, and of what an
    interrupted backup left. With it how many entries the ledger had at that set, and the name of the newest set when
    that is no past of this archive."""
    apart, base, upto = "", {}, 0
    names = medium.set_names()[::-1]
    for name in names:
        found = _past(medium, name, settings, catalog)
        if found is not None:
            base, upto = {bucket.key: bucket for bucket in found.buckets}, found.size
            break
        apart = names[0]
    if medium.set_path(UNFINISHED).exists():
        found = _past(medium, UNFINISHED, settings, catalog)
        base |= {bucket.key: bucket for bucket in found.buckets} if found else {}
    return base, upto, apart


def _past(medium: Medium, name: str, settings: Settings, catalog: Catalog) -> BackupSet | None:
    """A set, if the ledger went on from where it stood then: then every byte it holds is a byte of this archive."""
    try:
        found = medium.read_set(name)
    except DamageError:
        return None
    if found.archive != settings.archive:
        raise UsageError(
            f"{medium.folder} holds the backup of another archive ({found.archive}; this one is {settings.archive}).",
            "Name another folder for this archive's backup.",
        )
    root = ledger_rows.root_at(catalog.connection, found.size)
    return found if root is not None and root.hex() == found.root else None


@dataclass(kw_only=True, slots=True)
class _Work:
    """One backup while it is made. Of the segments named in `anew` nothing on the medium is used again: a destruction
    wrote them anew, at the same length."""

    settings: Settings
    medium: Medium
    snapshot: Snapshot
    base: dict[str, Bucket]
    anew: frozenset[str]
    blank: BackupSet
    told: Told
    copied: int = 0
    total: int = 0
    there: set[str] = field(default_factory=set)
    done: dict[str, Bucket] = field(default_factory=dict)
    saved: float = field(default_factory=time.monotonic)

    def run(self) -> BackupSet:
        buckets = [HOUSE, *self.snapshot.buckets()]
        for bucket in self.base.values():
            self.there |= {pack.name for pack in bucket.packs if self.medium.has(pack)}
        self.total = sum(self._to_copy(bucket) for bucket in buckets)
        durable.require_room(self.medium.folder, self.total)
        for name in buckets:
            kept = self._bucket(name)
            self.done[kept.key] = kept
        return self._set(self.blank.name, self.done)

    def _to_copy(self, bucket: str) -> int:
        """About how many bytes of a bucket are new."""
        before = self.base.get(self.medium.known_key(bucket))
        now = sum(wanted.size for wanted in self._wanted(bucket))
        return max(0, now - (before.bytes if before else 0))

    def _wanted(self, bucket: str) -> Iterator[Wanted]:
        """The files of a bucket, by path."""
        if bucket == HOUSE:
            yield from _house_files(self.settings.home)
            return
        for sha256, length in self.snapshot.media(bucket):
            yield Wanted(path=f"vault/media/{sha256[:2]}/{sha256}.warc.gz", size=length)
        for name, end in sorted(self.snapshot.segments.get(bucket, {}).items()):
            yield Wanted(path=f"vault/{name}", size=end)

    def _bucket(self, name: str) -> Bucket:
        key = self.medium.key_for(name)
        base = self.base.get(key)
        before, listing, same = _Before(self._kept_before(base)), Listing(), 0
        with packing(self.medium, key) as packer:
            for wanted in self._wanted(name):
                old = before.at(_place(wanted.path))
                old = None if wanted.path.removeprefix("vault/") in self.anew else old
                kept = self._file(key, wanted, old, packer)
                same += kept is old
                listing.add(kept)
                self.told(self.copied + packer.written, self.total)
                if time.monotonic() - self.saved > SAVE_EVERY:
                    self._save(key, base, listing, packer, wanted.path)
            if base is not None and same == listing.files == base.files and self._has(base.lists):
                return base
            lists = listing.write(packer)
            packer.roll()
            self.copied += packer.written
        return _bucket(key, listing, lists, packer, base)

    def _kept_before(self, base: Bucket | None) -> Iterator[KeptFile]:
        """What the base holds of a bucket and can still be read; the rest is copied anew."""
        try:
            for kept in self.medium.files(base) if base else ():
                if self._has(kept.pieces):
                    yield kept
        except DamageError:
            return

    def _has(self, pieces: tuple[Piece, ...]) -> bool:
        return all(piece.pack in self.there for piece in pieces)

    def _file(self, key: str, wanted: Wanted, old: KeptFile | None, packer: Packer) -> KeptFile:
        """Keep one file, of which `old` is on the medium: only what is new is copied."""
        path = self.settings.home / wanted.path
        if wanted.loose:
            return _loose(path, wanted.path, old, packer)
        if old is not None and old.size == wanted.size:
            return old
        pieces = [] if old is None or old.size > wanted.size else _whole(old)
        for data in _read(path, sum(piece.length for piece in pieces), wanted.size):
            pieces.append(packer.add(data))
            self.told(self.copied + packer.written, self.total)
        return KeptFile(path=wanted.path, size=wanted.size, pieces=tuple(pieces))

    def _save(self, key: str, base: Bucket | None, listing: Listing, packer: Packer, upto: str) -> None:
        """Note how far it is. What the base holds behind `upto` still counts."""
        partial = Listing()
        later = (kept for kept in self._kept_before(base) if _place(kept.path) > _place(upto))
        for kept in later:
            partial.add(kept)
        lists = listing.write(packer) + partial.write(packer)
        packer.roll()
        partial.files += listing.files
        partial.bytes += listing.bytes
        partial.used |= listing.used
        now = _bucket(key, partial, lists, packer, base)
        self.medium.write_set(self._set(UNFINISHED, {**self.base, **self.done, key: now}))
        self.saved = time.monotonic()

    def _set(self, name: str, buckets: dict[str, Bucket]) -> BackupSet:
        blank = self.blank
        return BackupSet(
            name=name, archive=blank.archive, at=blank.at, size=blank.size, root=blank.root, note=blank.note,
            buckets=tuple(buckets.values()),
        )  # fmt: skip


def _place(path: str) -> tuple[int, str]:
    """The order of files in a bucket: media before segments, each by name, as the catalog gives them."""
    return (0 if path.startswith("vault/media/") else 1, path)


class _Before:
    """A bucket's files on the medium, read beside the files of the archive in the same order."""

    def __init__(self, files: Iterator[KeptFile]) -> None:
        self._files = files
        self._next = next(files, None)

    def at(self, place: tuple[int, str]) -> KeptFile | None:
        """The file at a place, if it is there; those before it are passed over."""
        while self._next is not None and _place(self._next.path) < place:
            self._next = next(self._files, None)
        if self._next is None or _place(self._next.path) != place:
            return None
        found, self._next = self._next, next(self._files, None)
        return found


def _house_files(home: Path) -> Iterator[Wanted]:
    found: list[Path] = []
    for top in home.iterdir():
        if top.name not in _LEFT_OUT and not top.name.startswith(("catalog.", ".")):
            found += [top] if top.is_file() else [path for path in top.rglob("*") if path.is_file()]
    names = {path.relative_to(home).as_posix(): path for path in found if not path.name.startswith(".")}
    for name in sorted(names):
        yield Wanted(path=name, size=names[name].stat().st_size, loose=True)


def _loose(path: Path, name: str, old: KeptFile | None, packer: Packer) -> KeptFile:
    """Keep a file that somebody may have changed at the same size: it is compared by its digest."""
    before = hashlib.sha256()
    for data in _read(path, 0):
        before.update(data)
    if old is not None and old.digest == before.hexdigest():
        return old
    running, pieces, size = hashlib.sha256(), [], 0
    for data in _read(path, 0):
        running.update(data)
        pieces.append(packer.add(data))
        size += len(data)
    return KeptFile(path=name, size=size, pieces=tuple(pieces), digest=running.hexdigest())


def _read(path: Path, at: int, end: int | None = None) -> Iterator[bytes]:
    """A file's bytes from `at` on, a piece at a time; up to `end`, where it must not be shorter."""
    try:
        with path.open("rb") as file:
            file.seek(at)
            while end is None or at < end:
                data = file.read(PIECE if end is None else min(PIECE, end - at))
                if not data and end is None:
                    return
                if not data:
                    raise DamageError(f"{path} ends at byte {at}; {end} bytes were kept.", "Run `ofrecord verify`.")
                yield data
                at += len(data)
    except OSError as error:
        raise DamageError(f"{path} cannot be read: {error.strerror}.", "Run `ofrecord verify`.") from error


def _whole(old: KeptFile) -> list[Piece]:
    """The pieces of a file that has grown which cannot have changed: all but a last one that was not full."""
    pieces = list(old.pieces)
    return pieces if not pieces or pieces[-1].length == PIECE else pieces[:-1]


def _bucket(key: str, listing: Listing, lists: tuple[Piece, ...], packer: Packer, base: Bucket | None) -> Bucket:
    known: dict[str, Pack] = {pack.name: pack for pack in (*(base.packs if base else ()), *packer.packs)}
    used = listing.used | {piece.pack for piece in lists}
    packs = tuple(known[name] for name in sorted(used))
    return Bucket(key=key, lists=lists, files=listing.files, bytes=listing.bytes, packs=packs)


def _sweep(medium: Medium) -> None:
    """Delete packs that no set names: an interrupted backup left them. Where a set cannot be read, nothing is."""
    used: set[str] = set()
    try:
        for name in medium.set_names():
            used |= {pack.name for bucket in medium.read_set(name).buckets for pack in bucket.packs}
    except DamageError:
        return
    for name, path in medium.packs():
        if name not in used:
            durable.remove(path)
    for path in medium.folder.rglob(".*.part"):
        durable.remove(path)
