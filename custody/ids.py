"""The only maker of identities, and the way each is written.

A record's number is given once, in the order of arrival, and never again: people say "R1042" on the phone. It
tells nothing about the content, so it may stand in a ledger after the content is gone.
"""

import os
import re
from typing import NewType

ArchiveId = NewType("ArchiveId", str)
AccountId = NewType("AccountId", int)
RecordNumber = NewType("RecordNumber", int)
RunNumber = NewType("RunNumber", int)
RequestNumber = NewType("RequestNumber", int)
HoldNumber = NewType("HoldNumber", int)

_LABEL = re.compile(r"[Rr]?([1-9][0-9]{0,14})")


def new_archive_id() -> ArchiveId:
    """A new archive's identity: 12 hexadecimal digits from the operating system's generator."""
    return ArchiveId(os.urandom(6).hex())


def new_openings(count: int) -> list[bytes]:
    """Openings for the ledger's commitments: 32 bytes each, from the operating system's generator and nothing else."""
    stream = os.urandom(32 * count)
    return [stream[start : start + 32] for start in range(0, len(stream), 32)]


def new_secret(size: int) -> bytes:
    """So many bytes that nobody can guess, from the operating system's generator: keys, nonces, opaque names."""
    return os.urandom(size)


def label_of(number: int) -> str:
    """A record's number as people write it: `R1042`."""
    return f"R{number}"


def number_of(label: str) -> RecordNumber | None:
    """The number in `R1042`, `r1042` or `1042`; None when the text is no record number."""
    match = _LABEL.fullmatch(label.strip())
    return RecordNumber(int(match.group(1))) if match else None


def exchange_uuid(archive: ArchiveId, number: int, version: int, role: int) -> str:
    """The WARC-Record-ID of one stored part, always the same for the same part (UUID version 8, RFC 9562).

    archive: 12 hex digits; number < 2**44; version < 2**16; role < 2**12 (1 raw, 2 normalized, 0 anything else).
    """
    tail = f"{number:011x}{version:04x}"
    return f"{archive[:8]}-{archive[8:12]}-8{role:03x}-8{tail[:3]}-{tail[3:]}"
