"""`ofrecord backup` and `ofrecord restore`: an encrypted copy elsewhere, and the way back from it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from console.cli.output import DAMAGED, Progress, counted, note, say, settings_of, who, with_json
from custody.errors import CustodyError, UsageError
from workflows import backing_up, restoring

PASSPHRASE = "OFRECORD_BACKUP_PASSPHRASE"
F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, dir_okay=False)


def _with_keys(command: F) -> F:
    """Adds the options that open a backup."""
    for name, what in (
        ("--key-file", "The file with the backup's key, made with --new-key."),
        ("--passphrase-file", "A file whose first line is the passphrase."),
    ):
        command = click.option(name, type=_FILE, help=what)(command)
    return command


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path), required=False)
@click.option("--list", "list_", is_flag=True, help="List the sets in DIR.")
@click.option("--check", is_flag=True, help="Read everything in DIR back.")
@click.option("--new-key", type=_FILE, metavar="FILE", help="Make a new key file.")
@_with_keys
@with_json
@click.pass_context
def backup(
    context: click.Context,
    folder: Path | None,
    list_: bool,
    check: bool,
    new_key: Path | None,
    passphrase_file: Path | None,
    key_file: Path | None,
    as_json: bool,
) -> int:
    """Copy the archive, encrypted, to DIR: a folder on another disk. Only what is new is copied.

    The archive may be in use, and is not changed. DIR can only be opened with a passphrase (asked for, or in
    OFRECORD_BACKUP_PASSPHRASE, or --passphrase-file) or with a key file. Keep it away from DIR, in two places:
    without it nothing can be restored, by anybody.

    \b
    Example:
      ofrecord backup --new-key backup.key
      ofrecord backup city-backup --key-file backup.key
      ofrecord backup city-backup --key-file backup.key --list
      ofrecord backup city-backup --key-file backup.key --check
    """
    if new_key is not None:
        backing_up.new_key_file(new_key)
        lines = [
            f"Made a backup key in {new_key}.",
            "Keep it away from the backup, in two places (on paper too: it is one line).",
            "Without it nothing can be restored, by anybody.",
        ]
        say(as_json, {"key_file": str(new_key)}, lines)
        return 0
    if folder is None or (list_ and check):
        raise UsageError("Which folder?" if folder is None else "--list and --check are two things.", _USE)
    if list_:
        return _list(folder, _unlock(folder, key_file, passphrase_file), as_json)
    if check:
        return _check(folder, _unlock(folder, key_file, passphrase_file), as_json)
    settings = settings_of(context)
    progress = Progress("bytes copied")
    unlock = _unlock(folder, key_file, passphrase_file, begin=True)
    done = backing_up.back_up(settings, folder, unlock, told=_telling(progress))
    progress.end()
    made = done.made
    lines = [
        f"Backed up to {folder}: set {made.name}.",
        f"  {_size(made)}; {done.copied:,} bytes were new.",
        "Keep the passphrase or key file away from this medium: without it nothing can be restored.",
    ]
    if done.apart:
        lines.insert(1, f"  This archive does not go on from the set {done.apart}: it was restored from an older")
        lines.insert(2, "  backup, or is another copy. What differs was copied anew; both sets are kept.")
    say(as_json, {**_about(made), "copied": done.copied, "apart": done.apart}, lines)
    return 0


_USE = "`ofrecord backup --help` shows how it is used, with examples."


def _telling(progress: Progress) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        progress.total = max(total, done)
        progress.at(done)

    return told


def _unlock(folder: Path, key_file: Path | None, passphrase_file: Path | None, begin: bool = False) -> Any:
    """What opens the backup in `folder`; a passphrase is asked for when nothing else says it."""
    if key_file is not None and passphrase_file is not None:
        raise UsageError("A backup has a key file or a passphrase, not both.", _USE)
    for given_file in (key_file, passphrase_file):
        if given_file is not None and given_file.resolve().is_relative_to(folder.resolve()):
            message = f"{given_file} lies beside the backup it opens: whoever finds one has the other."
            raise UsageError(message, "Keep it elsewhere, in two places.")
    kind = backing_up.key_kind(folder)
    if key_file is not None or passphrase_file is not None or kind == "file" or not (kind or begin):
        return backing_up.unlock_with(key_file, passphrase_file)
    given = os.environ.get(PASSPHRASE)
    if given is None:
        if not kind:
            note("A new backup begins. Choose a passphrase; without it nothing can be restored, by anybody.")
        given = click.prompt("Passphrase", hide_input=True, confirmation_prompt=not kind, err=True)
    return backing_up.unlock_with(None, None, given)


def _about(made: Any) -> dict[str, Any]:
    return {
        "set": made.name, "at": made.at, "archive": made.archive, "ledger_size": made.size, "ledger_root": made.root,
        "files": made.files, "bytes": made.bytes,
    }  # fmt: skip


def _size(made: Any) -> str:
    entries = counted(made.size, "ledger entry", "ledger entries")
    return f"{counted(made.files, 'file')}, {made.bytes:,} bytes, {entries}"


def _list(folder: Path, unlock: Any, as_json: bool) -> int:
    found = backing_up.sets_on(folder, unlock)
    sets = [each for each in found if not isinstance(each, CustodyError)]
    bad = [each for each in found if isinstance(each, CustodyError)]
    lines = [f"{made.name}  {_size(made)}" for made in sets]
    lines += [line for each in bad for line in (each.message, f"  What to do: {each.hint}")]
    data = {"sets": [_about(made) for made in sets], "damaged": [each.message for each in bad]}
    say(as_json, data, lines or ["No backup was finished here yet."])
    return DAMAGED if bad else 0


def _check(folder: Path, unlock: Any, as_json: bool) -> int:
    progress = Progress("bytes read")
    read, problems = backing_up.check_medium(folder, unlock, progress.at)
    progress.end()
    lines = [f"All {read:,} bytes of the backup are as they were written."]
    if problems:
        lines = [f"{counted(len(problems), 'problem')} in the backup ({read:,} bytes read):"]
        lines += [line for each in problems for line in (f"  {each.message}", f"    What to do: {each.hint}")]
        lines.append("What the archive still has is copied anew if you delete the damaged pack and back up again.")
    found = [{"message": each.message, "hint": each.hint} for each in problems]
    say(as_json, {"clean": not problems, "bytes": read, "problems": found}, lines)
    return DAMAGED if problems else 0


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--to", "home", required=True, type=click.Path(path_type=Path), metavar="HOME", help="A new folder.")
@click.option("--set", "chosen", default="", metavar="NAME", help="A set as --list names it, or its beginning.")
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A newer signed checkpoint (file), or a newer archive or ledger (folder), to compare with.",
)
@click.option("--older-is-known", is_flag=True, help="Restore although entries are known to be missing.")
@click.option("--files-only", is_flag=True, help="Only bring back what files can be read; HOME is then no archive.")
@_with_keys
@with_json
def restore(
    folder: Path,
    home: Path,
    chosen: str,
    ledger: Path | None,
    older_is_known: bool,
    files_only: bool,
    passphrase_file: Path | None,
    key_file: Path | None,
    as_json: bool,
) -> int:
    """Make the archive again from the backup in DIR, in a new folder.

    Everything is verified before HOME is there. A backup is the archive as of its day: anything newer is not in
    it, and the restore is written into the ledger.

    \b
    Example:
      ofrecord restore city-backup --to restored --key-file backup.key
    """
    unlock = _unlock(folder, key_file, passphrase_file)
    progress = Progress("bytes copied")

    def told(what: str, done: int, total: int) -> None:
        nonlocal progress
        if what != progress.what:
            progress.end()
            progress = Progress(what)
        progress.total = total
        progress.at(done)

    if files_only:
        return _salvage(*restoring.salvage(folder, home, unlock, chosen, told), home, as_json)
    done = restoring.restore(folder, home, unlock, who(), chosen, ledger, older_is_known, told=told)
    progress.end()
    made = done.made
    entries = counted(made.size, "entry", "entries")
    lines = [
        f"Restored to {home}: {counted(done.records, 'record')}; every byte was verified.",
        f"This is the archive as of {made.at}; the ledger had {entries}. Anything newer is not in it.",
    ]
    if done.missing:
        lines.append(f"Known to be missing: {counted(done.missing, 'newer ledger entry', 'newer ledger entries')}.")
    if done.replayed:
        lines.append(f"Destroyed again, as the newer ledger says: {counted(done.replayed, 'record')}.")
    lines.append("That it was restored is written in the ledger.")
    about = {**_about(made), "home": str(home), "records": done.records, "missing": done.missing}
    say(as_json, {**about, "verified": done.verified, "replayed": done.replayed}, lines)
    return 0


def _salvage(made: Any, lost: list[str], home: Path, as_json: bool) -> int:
    lines = [
        f"Brought back the files of {made.name} to {home}; {counted(len(lost), 'thing')} could not be read:",
        *(f"  {each}" for each in lost),
        "This is no archive: nothing was verified. Any tool for WARC reads the files in vault/.",
    ]
    say(as_json, {**_about(made), "home": str(home), "lost": lost}, lines)
    return DAMAGED
