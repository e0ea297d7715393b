"""What of the vault is acknowledged at one moment: a backup copies this and nothing else, whatever comes meanwhile.

One read transaction gives all of it, in milliseconds; afterwards nobody is held up. What it names never changes again:
a segment only grows behind its acknowledged end, a media object is kept once and for all.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from archiver.catalog import destroyed_rows, ledger_rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.tables import media, media_use, segment, version

MEDIA = "media"
"""The bucket of media objects that no record shows (an item too large for a segment)."""

_MEDIUM = struct.Struct("<32sQ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The ledger's size, root and signed note, and by bucket: the segments' ends by name, the media objects.

    `rewritten` says of segments that a destruction wrote anew which entry of the ledger that was, the newest.
    `destructions` is how many there were. A media object lies in the last-ending of the buckets that show it.
    """

    size: int
    root: bytes
    note: str
    segments: Mapping[str, Mapping[str, int]]
    packed_media: Mapping[str, bytes]
    rewritten: Mapping[str, int]
    destructions: int

    def buckets(self) -> list[str]:
        """The buckets there are, in order."""
        return sorted({*self.segments, *self.packed_media})

    def media(self, bucket: str) -> Iterator[tuple[str, int]]:
        """The media objects of a bucket in order: SHA-256 as hex digits, and the file's length."""
        for sha256, length in _MEDIUM.iter_unpack(self.packed_media.get(bucket, b"")):
            yield sha256.hex(), length

    def bytes_of(self, bucket: str) -> int:
        """How many bytes a bucket holds."""
        return sum(self.segments.get(bucket, {}).values()) + sum(length for _, length in self.media(bucket))


def take_snapshot(catalog: Catalog) -> Snapshot:
    """Everything as the newest commit left it."""
    with catalog.reading() as connection:
        newest = ledger_rows.newest_checkpoint(connection)
        segments: dict[str, dict[str, int]] = {}
        for name, room, end in connection.execute(select(segment.c.name, segment.c.room, segment.c.committed_end)):
            segments.setdefault(room.removeprefix("segments/"), {})[name] = end
        packed: dict[str, bytearray] = {}
        for sha256, length, bucket in _media(connection):
            packed.setdefault(bucket, bytearray()).extend(_MEDIUM.pack(sha256, length))
        rewritten, destructions = destroyed_rows.rewritten_at(connection), len(destroyed_rows.destructions(connection))
    return Snapshot(
        size=newest["size"] if newest else 0,
        root=newest["root"] if newest else b"",
        note=str(newest["note"] or "") if newest else "",
        segments=segments,
        rewritten=rewritten,
        destructions=destructions,
        packed_media={bucket: bytes(found) for bucket, found in packed.items()},
    )


def _media(connection: Connection) -> Iterator[tuple[bytes, int, str]]:
    shown = media_use.outerjoin(version, (version.c.number == media_use.c.number) & (version.c.n == media_use.c.n))
    joined = media.outerjoin(shown, media_use.c.sha256 == media.c.sha256)
    rooms = {
        row[0]: row[1].removeprefix("segments/") for row in connection.execute(select(segment.c.id, segment.c.room))
    }
    # a segment's id tells its room; the ids of one object's segments are few
    found = func.group_concat(version.c.segment.distinct())
    query = select(media.c.sha256, media.c.length, found).select_from(joined).group_by(media.c.sha256)
    for sha256, length, ids in connection.execute(query.order_by(media.c.sha256)):
        buckets = {rooms[int(number)].removeprefix("segments/") for number in (ids or "").split(",") if number}
        yield sha256, length, max(buckets, key=_ends, default=MEDIA)


def _ends(bucket: str) -> tuple[bool, str, str]:
    """Which bucket ends later: those without a quarter never do."""
    series, _, quarter = bucket.rpartition("/")
    return not quarter[:4].isdigit(), quarter, series
