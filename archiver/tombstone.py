"""What stands in a segment where a destroyed version stood: one exchange of exactly the same length, always the same.

A tombstone says which record and version (or which item set aside) stood there, under which certificate it was
destroyed, and when; nothing of what it said. It is one gzip member of stored blocks, so its bytes follow from that
alone and can be computed again to be compared; empty stored blocks of five bytes each fill it up to the length that is
needed. Nothing else in the file moves: every other exchange stays bit for bit what it was, at its place.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass

from archiver.warc import GZIP_HEADER, Exchange, head
from custody.errors import DamageError
from custody.ids import ArchiveId, exchange_uuid, label_of

ROLE, ASIDE = 8, 9
"""The part of a record that its tombstone is, in its WARC-Record-ID; and of an item set aside.

An item set aside is item `n` of a run. Where a record's number is asked for it has its run's, below zero, so that it
can stand in the same lists and is never taken for a record.
"""

MEDIA_TYPE = "application/warc-fields"
_EMPTY = b"\x00\x00\x00\xff\xff"
_URI = re.compile(r"urn:ofrecord:[0-9a-f]{12}:(?:R(\d+):v(\d+)|run(\d+):quarantined(\d+)):destroyed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why records were destroyed: the number of the destruction, its certificate, and its moment (RFC 3339, UTC)."""

    number: int
    certificate: str
    moment: str


def tombstone(archive: ArchiveId, number: int, n: int, cause: Cause, length: int) -> bytes:
    """The member of `length` bytes that stands for version `n` of record `number`, or for item `n` of run `-number`.

    Raises DamageError when there is not so much room: no exchange pair of ours is that short.
    """
    if number > 0:
        uri, uuid = f"urn:ofrecord:{archive}:R{number}:v{n}:destroyed", exchange_uuid(archive, number, n, ROLE)
    else:
        uri = f"urn:ofrecord:{archive}:run{-number}:quarantined{n}:destroyed"
        uuid = exchange_uuid(archive, -number, n % 65536, ASIDE)
    about = f"destroyed: {called(number, n)}\r\ncertificate: {cause.certificate}\r\n"
    about += f"destruction: {cause.number}\r\nmoment: {cause.moment}\r\n"
    for dots in range(10):  # the text takes what five does not divide
        block = f"{about}filled: {'.' * dots}\r\n".encode()
        digest = hashlib.sha256(block).hexdigest()
        header = head(b"metadata", uuid, cause.moment, uri, MEDIA_TYPE, digest, len(block))
        content = header + block + b"\r\n\r\n"
        room = length - len(GZIP_HEADER) - 5 - len(content) - 8
        if room >= 0 and room % len(_EMPTY) == 0:
            size = len(content).to_bytes(2, "little")
            last = b"\x01" + size + bytes(byte ^ 0xFF for byte in size) + content
            tail = zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
            return GZIP_HEADER + _EMPTY * (room // len(_EMPTY)) + last + tail
    raise DamageError(f"{called(number, n)}: {length} bytes have no room for what must stand there.")


def called(number: int, n: int) -> str:
    """A version, or an item set aside, as people call it."""
    return f"{label_of(number)} version {n}" if number > 0 else f"item {n} set aside by run {-number}"


def destroyed_in(exchange: Exchange) -> tuple[int, int] | None:
    """The record and version that an exchange is the tombstone of (or the run, below zero, and the item); None when it
    is none."""
    match = _URI.fullmatch(exchange.fields.get("WARC-Target-URI", ""))
    if match is None or exchange.type != "metadata":
        return None
    return (int(match[1]), int(match[2])) if match[1] else (-int(match[3]), int(match[4]))
