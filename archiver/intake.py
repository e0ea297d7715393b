"""How one batch becomes durable: bytes into the vault first, then one commit, which is the only acknowledgement.

A crash before the commit leaves bytes that no row names; they are swept at the next start. Deciding what is new is
`archiver/harvest.py`'s.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from archiver import warc
from archiver.catalog import rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.rows import Row
from archiver.normalized import Envelope, envelope_bytes
from archiver.vault import ROLL_AT, StoredMedia, Vault
from custody.canonical import canonical
from custody.clock import moment_of
from custody.ids import exchange_uuid
from custody.record import Record

Index = Callable[[Sequence[Record]], None]
"""Puts records into the search engine, inside the catalog's transaction."""


@dataclass(slots=True)
class _Segment:
    row: Row
    start: int
    pieces: list[bytes]
    length: int

    def put(self, data: bytes) -> int:
        offset = self.start + self.length
        self.pieces.append(data)
        self.length += len(data)
        return offset


@dataclass(slots=True)
class Batch:
    """What one commit will make durable: bytes by segment, and the rows that name them."""

    date: str
    segments: dict[str, _Segment] = field(default_factory=dict)
    records: list[Row] = field(default_factory=list)
    versions: list[Row] = field(default_factory=list)
    changes: list[tuple[int, Row]] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    quarantined: list[Row] = field(default_factory=list)
    media: dict[str, StoredMedia] = field(default_factory=dict)
    uses: list[Row] = field(default_factory=list)
    indexed: dict[int, Record] = field(default_factory=dict)


class Intake:
    """Puts versions, quarantined items and media into the vault and the catalog, a batch at a time."""

    def __init__(self, catalog: Catalog, vault: Vault, index: Index) -> None:
        self.catalog = catalog
        self.vault = vault
        self.index = index

    def put_version(
        self, batch: Batch, room: str, envelope: Envelope, content: bytes, raw: bytes, raw_type: str, digest: bytes
    ) -> None:
        """Add one version's two exchanges to the batch: its own raw bytes, and what we made of them.

        `content` are the canonical bytes of the envelope's content, `digest` their digest.
        """
        archive, number, n = self.vault.archive, envelope.number, envelope.version
        raw_uuid, uri = exchange_uuid(archive, number, n, 1), f"urn:ofrecord:{archive}:R{number}:v{n}"
        first = warc.exchange(b"resource", raw_uuid, batch.date, uri + ":raw", raw_type, raw)
        norm_uuid, normal = exchange_uuid(archive, number, n, 2), envelope_bytes(envelope, content)
        second = warc.exchange(
            b"conversion", norm_uuid, batch.date, uri + ":record", "application/json", normal, raw_uuid
        )
        row: Row = {"number": number, "n": n, "digest": digest, "run": envelope.run}
        batch.versions.append(row)
        self._put(batch, f"segments/{room}", first, second, row)
        for media in envelope.content.media:
            if media.sha256:
                batch.uses.append({"sha256": bytes.fromhex(media.sha256), "number": number, "n": n})

    def put_quarantined(
        self, batch: Batch, run: int, n: int, raw: bytes, raw_type: str, place: str, reason: str
    ) -> None:
        """Add an item nobody could understand: its bytes are kept, with the reason."""
        archive = self.vault.archive
        raw_uuid, about_uuid = exchange_uuid(archive, run, n % 65536, 4), exchange_uuid(archive, run, n % 65536, 5)
        uri = f"urn:ofrecord:{archive}:run{run}:quarantined{n}"
        first = warc.exchange(b"resource", raw_uuid, batch.date, uri + ":raw", raw_type, raw)
        about = canonical({"run": run, "n": n, "place": place, "reason": reason})
        second = warc.exchange(
            b"conversion", about_uuid, batch.date, uri + ":reason", "application/json", about, raw_uuid
        )
        row: Row = {"run": run, "n": n, "place": place, "reason": reason}
        batch.quarantined.append(row)
        self._put(batch, "quarantine", first, second, row)

    def commit(self, batch: Batch, run: int) -> None:
        """Make the batch durable, all or nothing."""
        for segment in batch.segments.values():
            self.vault.append(segment.row["name"], b"".join(segment.pieces), segment.start)
        with self.catalog.transaction() as connection:
            for segment in batch.segments.values():
                rows.put_segment(connection, {**segment.row, "committed_end": segment.start + segment.length})
            rows.add_records(connection, batch.records)
            rows.add_versions(connection, batch.versions)
            for number, values in batch.changes:
                rows.change_record(connection, number, values)
            rows.touch(connection, batch.seen, run)
            rows.add_quarantine(connection, batch.quarantined)
            rows.add_media(connection, [_media_row(kept) for kept in batch.media.values()], batch.uses)
            self.index(list(batch.indexed.values()))

    def _put(self, batch: Batch, room: str, first: bytes, second: bytes, row: Row) -> None:
        """Pack two exchanges, give them their place in the room's segment, and note it in the row."""
        segment = batch.segments.get(room) or self._segment(batch, room)
        member = warc.packed(first)
        both = member + warc.packed(second)
        row["segment"], row["offset"] = segment.row["id"], segment.put(both)
        row["raw_length"], row["length"], row["sha256"] = len(member), len(both), hashlib.sha256(both).digest()

    def _segment(self, batch: Batch, room: str) -> _Segment:
        row = rows.newest_segment(self.catalog.connection, room)
        if row is not None and row["committed_end"] < ROLL_AT:
            segment = _Segment(row, row["committed_end"], [], 0)
        else:
            new = [other.row["id"] for other in batch.segments.values()]
            serial = max([rows.last_segment(self.catalog.connection), *new]) + 1
            segment = new_segment(self.vault, room, serial, batch.date)
        batch.segments[room] = segment
        return segment


def new_segment(vault: Vault, room: str, serial: int, date: str) -> _Segment:
    """A segment that begins with this batch; its first member is the warcinfo."""
    name, head = vault.begin(room, serial, date)
    began = rows.millis(moment_of(date))
    row = {"id": serial, "name": name, "room": room, "began_at": began, "head_length": len(head)}
    row |= {"head_sha256": hashlib.sha256(head).digest(), "committed_end": 0}
    segment = _Segment(row, 0, [], 0)
    segment.put(head)
    return segment


def _media_row(kept: StoredMedia) -> Row:
    return {
        "sha256": bytes.fromhex(kept.sha256),
        "size": kept.size,
        "media_type": kept.media_type,
        "length": kept.length,
        "file_sha256": bytes.fromhex(kept.file_sha256),
    }
