"""Scanned letters: kept in the vault beside the act that names them, and given out as they came."""

from pathlib import Path
from typing import Any

from archiver import durable
from archiver.vault import StoredMedia
from custody.clock import text_of
from custody.errors import InputError, UnavailableError, UsageError
from workflows.house import House

LARGEST_SCAN = 25_000_000
"""Bytes of a scanned letter; one scanned at a sensible resolution is far below."""


def kept_scan(house: House, scan: Path) -> StoredMedia:
    """Keep a scan. Raises InputError when it is no file, or larger than a letter is."""
    try:
        size = scan.stat().st_size
    except OSError as error:
        raise InputError(f"{scan} cannot be read: {error.strerror}", "Check the name of the scan.") from error
    if not scan.is_file() or not 0 < size <= LARGEST_SCAN:
        raise InputError(
            f"{scan} is no file of at most {LARGEST_SCAN // 1_000_000} MB.", "Scan the letter again, smaller, as a PDF."
        )
    return house.vault.keep_media(lambda: scan.open("rb"), scan.name, text_of(house.clock()))


def written_scan(house: House, scan: dict[str, Any] | None, of: str, target: Path) -> int:
    """Write a kept scan to a new file. Returns its size."""
    if not scan:
        raise UsageError(f"No scan was kept with {of}.", "Nothing was written.")
    if target.exists():
        raise UnavailableError(f"{target} is there already.", "Choose another name.")
    return durable.write_new(target, house.vault.media(scan["sha256"]))
