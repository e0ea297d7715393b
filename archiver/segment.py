"""A segment that begins: its row in the catalog, and its first member."""

import hashlib

from archiver.catalog import rows
from archiver.catalog.rows import Row
from archiver.vault import Vault
from custody.clock import moment_of


def new_segment(vault: Vault, room: str, serial: int, date: str) -> tuple[Row, bytes]:
    """The row of a segment begun at `date` (RFC 3339) with nothing acknowledged yet, and its first member, the
    warcinfo."""
    name, head = vault.begin(room, serial, date)
    row: Row = {"id": serial, "name": name, "room": room, "began_at": rows.millis(moment_of(date))}
    row |= {"head_length": len(head), "head_sha256": hashlib.sha256(head).digest(), "committed_end": 0}
    return row, head
