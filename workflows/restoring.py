"""An archive brought back from a backup medium: into a new folder, verified whole before it has its name.

A backup is the archive as of its day, and is never taken for the present: what is known of a newer ledger is compared
first, and that a restore happened is an act in the ledger from then on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from archiver import backup_set, durable, signing, warc
from archiver.backup_set import BackupSet, Bucket, KeptFile, Medium, Unlock
from archiver.catalog import ledger_rows, queries
from archiver.catalog.ledger_check import public_key
from archiver.ledger import ROOM, origin_of
from custody.checkpoint import checkpoint_of, is_signed, note_of
from custody.clock import Clock, system_clock
from custody.errors import CustodyError, DamageError, UnavailableError, UsageError
from custody.ledger import EMPTY_ROOT, Tree, leaf_hash
from workflows.auditing import rebuild_catalog, verify
from workflows.house import House, open_for_writing, open_house
from workflows.replaying import purges_done_again, replay_dispositions
from workflows.settings import Settings, read_settings

RESTORED = "archive.restored"
"""The act that says so."""

KEY = "ledger.key"
KEYS = "keys/"
"""Where people's keys lie, each under its owner's password."""

_SAID_AGAIN = ("destruction-unfinished", "purge-")
"""Findings about what people did, or have still to do: the bytes are sound, and every verification says it again."""

MORE = 1.0
"""Bytes wanted for the catalog and the index, for each byte of the vault, at most."""

Told = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and of how much (0 when unknown)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Newest:
    """The newest that is known of the ledger: how many entries it has, and where that is known from; of what was given
    to compare with, the entries behind the backup's, if they are at hand, and the signed note, if it is one."""

    size: int
    place: str
    entries: Sequence[bytes] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What a restore did: the set, and how many ledger entries it is known to lack. `replayed` dispositions were
    carried out again."""

    settings: Settings
    made: BackupSet
    missing: int
    records: int
    verified: int
    replayed: int
    swept: tuple[str, ...] = field(default=())


def restore(
    folder: Path,
    home: Path,
    unlock: Unlock,
    by: str,
    chosen: str = "",
    ledger: Path | None = None,
    older_is_known: bool = False,
    clock: Clock = system_clock,
    told: Told = lambda what, done, total: None,
) -> Restored:
    """Make the archive again in `home`, a new or empty folder, from a set on the medium (the newest, or the one whose
    name begins with `chosen`). Until everything is verified, `home` is not there."""
    folder, home = folder.resolve(), home.resolve()
    _refuse_target(folder, home)
    medium = backup_set.open_medium(folder, unlock)
    made = _chosen_set(medium, chosen)
    newest = _newest_known(medium, made, ledger)
    missing = max(0, newest.size - made.size)
    if missing and not older_is_known:
        raise UnavailableError(
            f"This backup is older than the archive: as of {made.at} the ledger had {made.size:,} entries, and "
            f"{newest.place} knows of {newest.size:,}. Entries that are missing in this backup: {missing:,}.",
            "Take a newer set, or say --older-is-known to restore what there is without them.",
        )
    staging = home.with_name(f".{home.name}.restoring")
    lock = home.with_name(f".{home.name}.restoring.lock")
    home.parent.mkdir(parents=True, exist_ok=True)
    with durable.only_writer(lock):
        durable.remove_folder(staging)  # what a restore that was stopped left
        try:
            staging.mkdir(mode=0o750)
            durable.require_room(staging, round(made.bytes * (1 + MORE)))
            _copy_out(medium, made, staging, told)
            restored = _brought_to_life(medium, made, staging, by, newest, missing, clock, told)
            durable.move_folder(staging, home)
        except BaseException:
            with suppress(CustodyError):  # what went wrong first is what has to be said
                durable.remove_folder(staging)
            raise
        finally:
            durable.remove(lock)
    return Restored(
        settings=read_settings(home, by), made=made, missing=missing, records=restored[0], verified=restored[1],
        replayed=restored[2], swept=restored[3],
    )  # fmt: skip


def salvage(folder: Path, home: Path, unlock: Unlock, chosen: str, told: Told) -> tuple[BackupSet, list[str]]:
    """Bring back the files of a set that can still be read, when it cannot be restored. Says what was lost, and why.

    What is made in `home` is no archive: nothing of it was verified against the ledger, and its settings are set aside.
    """
    folder, home = folder.resolve(), home.resolve()
    _refuse_target(folder, home)
    medium = backup_set.open_medium(folder, unlock)
    made = _chosen_set(medium, chosen)
    home.mkdir(parents=True, exist_ok=True)
    durable.require_room(home, made.bytes)
    lost: list[str] = []
    _copy_out(medium, made, home, told, lost)
    if (home / "ofrecord.toml").exists():
        durable.move(home / "ofrecord.toml", home / "ofrecord.toml.salvaged")
    return made, lost


def _refuse_target(folder: Path, home: Path) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(
            f"{home} is not empty.", "Name a new folder: an archive is never restored over something else."
        )
    if home.is_relative_to(folder):
        raise UsageError(f"{home} lies on the backup medium.", "Name a folder elsewhere.")


def _chosen_set(medium: Medium, chosen: str) -> BackupSet:
    names = medium.set_names()
    found = [name for name in names if name.startswith(chosen)]
    if not found:
        known = ", ".join(names) or "none: no backup was finished"
        raise UsageError(f"There is no set {chosen!r} in {medium.folder} (there are: {known}).", "Name one of them.")
    return medium.read_set(found[-1])


def _newest_known(medium: Medium, made: BackupSet, ledger: Path | None) -> Newest:
    """The newest ledger size that the medium's other sets or `ledger` know of."""
    newest = Newest(size=made.size, place="this backup")
    for name in medium.set_names():
        try:
            other = medium.read_set(name)
        except DamageError:
            continue
        if other.size > newest.size:
            entries = _entries_on(medium, other, made)
            newest = Newest(size=other.size, place=f"the set {name} beside it", entries=entries)
    if ledger is None:
        return newest
    known = _from_folder(ledger, made) if ledger.is_dir() else _from_note(ledger, made)
    longer = max(known.entries, newest.entries, key=len)
    if known.size >= newest.size:
        return replace(known, entries=longer)
    return replace(known, size=newest.size, place=newest.place, entries=longer)


def _entries_on(medium: Medium, other: BackupSet, made: BackupSet) -> Sequence[bytes]:
    """The ledger's entries in a newer set that are not in this one; none where it is another history, or damaged."""
    with TemporaryDirectory() as scratch, suppress(DamageError, UsageError):
        for bucket in other.buckets:
            for kept in medium.files(bucket) if bucket.key == medium.known_key(ROOM) else ():
                _copy_file(medium, bucket, replace(kept, path=Path(kept.path).name), Path(scratch), lambda size: None)
        return _from_folder(Path(scratch), made).entries
    return ()


def _from_note(path: Path, made: BackupSet) -> Newest:
    try:
        note = path.read_text(encoding="utf-8")
        said = checkpoint_of(note_of(note).text)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The ledger's note {path} cannot be read.", "Name the right file.") from error
    except DamageError as error:
        raise UsageError(f"{path} is no signed checkpoint: {error.message}.", "Name the right file.") from error
    if said.origin != origin_of(made.archive):  # type: ignore[arg-type]
        raise UsageError(f"{path} is about another log ({said.origin}).", "Name this archive's checkpoint.")
    return Newest(size=said.size, place=str(path), note=note)


def _from_folder(folder: Path, made: BackupSet) -> Newest:
    """The entries in a ledger's own files: those of an archive, of its vault, or the room itself."""
    rooms = [place for place in (folder / "vault" / ROOM, folder / ROOM, folder) if any(place.glob("*.warc.gz"))]
    if not rooms:
        raise UsageError(f"There is no ledger in {folder}.", "Name an archive, or the folder vault/ledger of one.")
    tree, newer, then = Tree(), [], EMPTY_ROOT
    for path in sorted(rooms[0].glob("*.warc.gz"), key=lambda path: path.name.split("-")[2:3]):
        for entry in _entries(path):
            tree.append(leaf_hash(entry))
            if tree.size == made.size:
                then = tree.root()
            elif tree.size > made.size:
                newer.append(entry)
    if tree.size >= made.size and then.hex() != made.root:
        raise DamageError(
            f"The ledger in {folder} does not go on from the one in this backup: they are two different histories.",
            "Keep both as they are, and find out which one is true.",
        )
    return Newest(size=tree.size, place=str(folder), entries=newer)


def _entries(path: Path) -> Iterator[bytes]:
    """The entries in a file of a ledger, as far as it can be read."""
    with path.open("rb") as file, suppress(DamageError):
        members = warc.walk(file, path.stat().st_size, str(path))
        next(members, None)
        for _, _, content in members:
            yield from warc.parse(content, str(path)).block.splitlines()


def _copy_out(medium: Medium, made: BackupSet, to: Path, told: Told, lost: list[str] | None = None) -> None:
    """Copy every file of a set. What cannot be read raises DamageError, or goes into `lost`."""
    done = 0
    for bucket in made.buckets:
        files = medium.files(bucket)
        while True:
            try:
                kept = next(files, None)
                if kept is None:
                    break
                _copy_file(medium, bucket, kept, to, partial(_telling, told, done, made.bytes))
                done += kept.size
            except DamageError as error:
                if lost is None:
                    raise
                lost.append(error.message)


def _telling(told: Told, before: int, total: int, now: int) -> None:
    told("bytes copied", before + now, total)


def _copy_file(medium: Medium, bucket: Bucket, kept: KeptFile, to: Path, told: Callable[[int], None]) -> None:
    with durable.new_file(to / _safe(kept.path), secret=kept.path == KEY or kept.path.startswith(KEYS)) as file:
        size = 0
        for data in medium.content(bucket, kept):
            size += file.write(data)
            told(size)
        if size != kept.size:
            message = f"The backup holds {size} of the {kept.size} bytes of {kept.path}."
            raise DamageError(message, "Restore another set.")


def _safe(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or not parts.parts or ".." in parts.parts or "\0" in path:
        raise DamageError(f"The backup names a file outside the archive: {path!r}.", "Do not use this backup.")
    return path


def _brought_to_life(
    medium: Medium, made: BackupSet, staging: Path, by: str, newest: Newest, missing: int, clock: Clock, told: Told
) -> tuple[int, int, int, tuple[str, ...]]:
    """Make the catalog, verify everything, replay, and write the act. Returns records, bytes verified, replayed
    dispositions and what was swept."""
    settings = read_settings(staging, by)
    records = rebuild_catalog(settings, lambda done: told("records read", done, 0), clock)
    with open_house(settings, clock) as house:
        _compare_ledger(house, made, newest)
        verdict = verify(house, lambda done: told("bytes verified", done, made.bytes))
    findings = [finding for finding in verdict.findings if not finding.code.startswith(_SAID_AGAIN)]
    if findings:
        first = findings[0]
        raise DamageError(
            f"What the backup holds is not sound ({len(findings)} findings; the first: {first.code} "
            f"{first.object}: {first.message}). Nothing was restored.",
            "Restore an older set: `ofrecord backup DIR --list` shows them.",
        )
    digest = durable.hash_file(medium.set_path(made.name))
    with open_for_writing(settings, clock) as house:
        replayed = replay_dispositions(house, newest.entries)
        data = {
            "set": made.name, "made_at": made.at, "ledger_size": made.size, "ledger_root": made.root,
            "set_sha256": digest, "missing": missing, "replayed": replayed,
        }  # fmt: skip
        house.journal.write((RESTORED, 0, data), *purges_done_again(house, newest.entries))
        house.catalog.truncate_log()
        swept = house.swept
    return records, verdict.bytes, replayed, swept


def _compare_ledger(house: House, made: BackupSet, newest: Newest) -> None:
    """The ledger that came back must be the one that was copied, and what a signed note knows of."""
    connection = house.catalog.connection
    root = ledger_rows.root_at(connection, made.size)
    if root is None or root.hex() != made.root or not _only_reads_lost(house, made.size):
        raise DamageError("The restored ledger is not the one that was copied.", "Restore another set.")
    if not newest.note:
        return
    note = note_of(newest.note)
    said = checkpoint_of(note.text)
    if not is_signed(note, public_key(house.catalog), signing.verify):
        raise DamageError("The note is not signed by this archive's key.", "Find out where the file comes from.")
    if said.size <= made.size and ledger_rows.root_at(connection, said.size) != said.root:
        raise DamageError(
            "The ledger in this backup is not the one in the signed note: they are two different histories.",
            "Keep both as they are, and find out which one is true.",
        )


def _only_reads_lost(house: House, size: int) -> bool:
    """Whether nothing stands behind the first `size` entries but that readings, which no backup holds, were lost."""
    kinds = queries.kinds_of_acts_from(house.catalog.connection, size)
    return ledger_rows.size(house.catalog.connection) == size + len(kinds) and set(kinds) <= {"reads.lost"}
