"""What this computer remembers of an archive's ledger, outside the archive: the newest signed checkpoint it saw.

An archive whose ledger no longer begins with it was shortened, changed or replaced by an old copy.
"""

from collections.abc import Iterator
from pathlib import Path

from archiver import durable
from archiver.catalog import ledger_rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.finding import Finding
from archiver.catalog.ledger_check import public_key
from archiver.ledger import origin_of
from archiver.signing import verify
from custody.checkpoint import checkpoint_of, is_signed, note_of
from custody.errors import CustodyError
from custody.ids import ArchiveId
from custody.ledger import tree_of
from workflows.settings import Settings


def pin_path(settings: Settings) -> Path | None:
    """Where this computer remembers the archive's ledger; None when it remembers nothing."""
    pins = settings.pins
    return None if pins is None else pins / f"{settings.archive}.txt"


def check_pin(settings: Settings, catalog: Catalog) -> Iterator[Finding]:
    """Whether the ledger still begins with what this computer saw last."""
    path = pin_path(settings)
    if path is not None and path.exists():
        yield from compare(catalog, settings.archive, path.read_text(encoding="utf-8"), f"pin {path}")


def remember(settings: Settings, catalog: Catalog) -> None:
    """Remember the newest signed checkpoint. A pin that does not fit is left as it is: it is evidence."""
    path, newest = pin_path(settings), ledger_rows.newest_checkpoint(catalog.connection)
    if path is None or newest is None or not newest["note"] or any(check_pin(settings, catalog)):
        return
    text = f"{public_key(catalog)}\n{newest['note']}"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        durable.write_new(path, [text.encode()])


def forget_pin(settings: Settings, catalog: Catalog) -> None:
    """Let the archive as it is now be what this computer remembers: after an old backup was restored on purpose."""
    path = pin_path(settings)
    if path is not None:
        durable.remove(path)
    remember(settings, catalog)


def compare(catalog: Catalog, archive: ArchiveId, remembered: str, where: str) -> Iterator[Finding]:
    """Whether the ledger begins with a checkpoint somebody remembers: a note, with or without its key before it."""
    connection = catalog.connection
    try:
        key = public_key(catalog)
        first, _, rest = remembered.partition("\n")
        text = rest if first.count("+") >= 2 else remembered
        if text is rest and str(key) != first:
            yield Finding(code="key-changed", object=where, message="the archive's key is not the one remembered")
            return
        note = note_of(text)
        seen = checkpoint_of(note.text)
        if seen.origin != origin_of(archive) or not is_signed(note, key, verify):
            message = "what is remembered was not signed by this archive's key"
            yield Finding(code="anchor-unsigned", object=where, message=message)
            return
    except CustodyError as error:
        yield Finding(code="anchor-unreadable", object=where, message=error.message)
        return
    size = ledger_rows.size(connection)
    if size < seen.size:
        message = f"the ledger had {seen.size} entries, now it has {size}: its newest are gone, or it is an old copy"
        yield Finding(code="ledger-gone-back", object=where, message=message)
    elif tree_of(seen.size, ledger_rows.reader(connection)).root() != seen.root:
        message = f"the first {seen.size} entries of the ledger are not those that were seen"
        yield Finding(code="ledger-forked", object=where, message=message)
