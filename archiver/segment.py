"""Where the next bytes of a room go: into its newest segment, or into a new one when that is full."""

import hashlib
from typing import Any

from archiver.catalog import rows
from archiver.catalog.rows import Row
from archiver.vault import ROLL_AT, Vault
from custody.clock import moment_of


def segment_for(connection: Any, vault: Vault, room: str, date: str, above: int = 0) -> tuple[Row, bytes]:
    """The segment to append to at `date` (RFC 3339), and the bytes to begin it with: none unless it is new.

    `above` is the highest segment id that the same commit has given away already.
    """
    row = rows.newest_segment(connection, room)
    if row is not None and row["committed_end"] < ROLL_AT:
        return row, b""
    serial = max(rows.last_segment(connection), above) + 1
    name, head = vault.begin(room, serial, date)
    row = {"id": serial, "name": name, "room": room, "began_at": rows.millis(moment_of(date))}
    row |= {"head_length": len(head), "head_sha256": hashlib.sha256(head).digest(), "committed_end": 0}
    return row, head
