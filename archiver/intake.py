"""How one batch becomes durable: bytes into the vault first, then one commit, which is the only acknowledgement.

A batch is sent (what is kept of it is computed, perhaps by a second process) and then committed: its exchanges and its
ledger entries are appended and flushed, and one transaction makes all of it count. A large batch is flushed while the
rows of that transaction are written; it ends only when every byte is on the disk. A crash before the commit leaves
bytes that no row names; they are swept at the next start. Deciding what is new is `archiver/harvest.py`'s.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from archiver.catalog import rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.rows import Row
from archiver.ledger import VERSION, Block, Ledger
from archiver.normalized import encode_json
from archiver.press import WORTH_A_PROCESS, Press, Pressed, Sheet
from archiver.segment import segment_for
from archiver.vault import StoredMedia, Vault
from custody.canonical import canonical
from custody.clock import moment_of, text_of
from custody.ids import RecordNumber, new_openings
from custody.record import Media, Record

Index = Callable[[Sequence[Record], Mapping[RecordNumber, str]], None]
"""Puts records, each with its line of words, into the search engine, inside the catalog's transaction."""

QUARANTINE = "quarantine"
FLUSHED_ASIDE = WORTH_A_PROCESS
"""Sheets in a batch from which its bytes are flushed in a thread of their own."""

_PLACE = ("segment", "offset", "raw_length", "length", "sha256")


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


class Slip(NamedTuple):
    """What the catalog will say of one sheet beside its place: its `number` and `n`, the digest of a version's content
    (b"" of a quarantined item), its opening."""

    number: int
    n: int
    digest: bytes
    opening: bytes


@dataclass(slots=True)
class Batch:
    """What one commit will make durable.

    `sheets` are what is to be kept (let go of when they are sent), `rooms` where each lies and `slips` what will be
    said of it; `quarantined` has, for those in quarantine, where each stood and why, in the same order.
    """

    date: str
    sheets: list[Sheet] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    quarantined: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)
    changes: list[tuple[int, Row]] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    media: dict[str, StoredMedia] = field(default_factory=dict)
    uses: list[Row] = field(default_factory=list)
    indexed: dict[int, Record] = field(default_factory=dict)
    openings: list[bytes] = field(default_factory=list)

    def opening(self) -> bytes:
        """Fresh random bytes for one commitment."""
        if not self.openings:
            self.openings = new_openings(1000)
        return self.openings.pop()


class Intake:
    """Puts versions, quarantined items and media into the vault, the ledger and the catalog, a batch at a time."""

    def __init__(self, catalog: Catalog, vault: Vault, ledger: Ledger, index: Index) -> None:
        self.catalog = catalog
        self.vault = vault
        self.ledger = ledger
        self.index = index
        self.press = Press()
        self._writer = ThreadPoolExecutor(max_workers=1)

    def put_version(self, batch: Batch, room: str, sheet: Sheet, digest: bytes, shown: Sequence[Media]) -> None:
        """Add one version's two exchanges to the batch: its own raw bytes, and what we made of them.

        `digest` is that of its content, `shown` the media the content has.
        """
        number, n = sheet.number, sheet.n
        batch.sheets.append(sheet)
        batch.rooms.append(f"segments/{room}")
        batch.slips.append(Slip(number, n, digest, sheet.opening))
        for media in shown:
            if media.sha256:
                batch.uses.append({"sha256": bytes.fromhex(media.sha256), "number": number, "n": n})

    def put_quarantined(
        self, batch: Batch, run: int, n: int, raw: bytes, raw_type: str, place: str, reason: str
    ) -> None:
        """Add an item nobody could understand: its bytes are kept, with the reason."""
        opening = batch.opening()
        row: Row = {"run": run, "n": n, "place": place, "reason": reason}
        about = canonical({**row, "opening": opening.hex()})
        batch.sheets.append(Sheet(run, n, raw_type, raw, about, b"", b"", canonical(row), (), opening))
        batch.rooms.append(QUARANTINE)
        batch.slips.append(Slip(run, n, b"", opening))
        batch.quarantined.append({**row, "opening": opening})

    def send(self, batch: Batch) -> None:
        """Have what is kept of the batch computed; `commit` waits for it."""
        self.press.send(self.vault.archive, batch.date, batch.sheets)
        batch.sheets = []

    def commit(self, batch: Batch, run: int) -> None:
        """Make the oldest batch sent durable, all or nothing."""
        pressed = self.press.receive()
        at, first = self.ledger.moment(moment_of(batch.date))
        segments: dict[str, _Segment] = {}
        versions, quarantined = self._placed(batch, pressed, run, segments, self.ledger.size() + len(first))
        entries = [*(self.ledger.entry(each, at) for each in first), *self._entries(batch, pressed, run, at)]
        slips = zip(batch.slips, pressed, strict=True)
        lines = {RecordNumber(slip.number): kept.line for slip, kept in slips if slip.digest}
        del pressed
        above = max((segment.row["id"] for segment in segments.values()), default=0)
        block = self.ledger.block(entries, at, above) if entries else None
        aside = len(batch.slips) >= FLUSHED_ASIDE
        with self._keeping(list(segments.values()), block, aside) as kept, self.catalog.transaction() as connection:
            for segment in segments.values():
                rows.put_segment(connection, {**segment.row, "committed_end": segment.start + segment.length})
            rows.add_records(connection, batch.records)
            rows.add_version_values(connection, versions)
            for number, values in batch.changes:
                rows.change_record(connection, number, values)
            rows.touch(connection, batch.seen, run)
            rows.add_quarantine(connection, quarantined)
            rows.add_media(connection, [rows.media_row(each) for each in batch.media.values()], batch.uses)
            self.index(list(batch.indexed.values()), lines)
            if block is not None:
                self.ledger.record(connection, block)
            kept()  # the transaction ends only when every byte it speaks of is durable

    @contextmanager
    def _keeping(self, segments: Sequence[_Segment], block: Block | None, aside: bool) -> Iterator[Callable[[], None]]:
        """Put bytes into the vault, `aside` in a thread of their own. What it gives returns when they are durable."""

        def keep() -> None:
            for segment in segments:
                self.vault.append(segment.row["name"], b"".join(segment.pieces), segment.start)
                segment.pieces.clear()
            if block is not None:
                self.ledger.keep(block)

        if not aside:
            keep()
            yield lambda: None
            return
        kept = self._writer.submit(keep)
        try:
            yield kept.result
        finally:
            wait((kept,))  # whatever comes next to these files must not meet this one

    def close(self) -> None:
        """Let go of the second process and of the thread, if there are any."""
        self.press.close()
        self._writer.shutdown()

    def _placed(
        self, batch: Batch, pressed: Sequence[Pressed], run: int, segments: dict[str, _Segment], leaf: int
    ) -> tuple[list[tuple[Any, ...]], list[Row]]:
        """Put what was pressed into segments; the rows of versions and of quarantined items. `leaf` is the first's."""
        versions: list[tuple[Any, ...]] = []
        quarantined: list[Row] = []
        for room, (number, n, digest, opening), kept in zip(batch.rooms, batch.slips, pressed, strict=True):
            members, raw_length, sha256, fields = kept[:4]
            segment = segments.get(room) or self._segment(segments, room, batch.date)
            place = (segment.row["id"], segment.put(members), raw_length, len(members), sha256)
            if room == QUARANTINE:
                row = dict(zip(_PLACE, place, strict=True)) | {"leaf": leaf}
                quarantined.append(batch.quarantined[len(quarantined)] | row)
            else:
                versions.append((number, n, digest, run, *place, opening, fields, leaf))
            leaf += 1
        return versions, quarantined

    def _entries(self, batch: Batch, pressed: Sequence[Pressed], run: int, at: int) -> list[bytes]:
        """The ledger's entries, in order: canonical JSON, written out because there are many."""
        tail = b',"ts":"%b","v":%d}' % (text_of(rows.moment(at)).encode(), VERSION)
        buckets = {room: encode_json(room.removeprefix("segments/")) for room in set(batch.rooms)}
        found = []
        for room, slip, kept in zip(batch.rooms, batch.slips, pressed, strict=True):
            commitment, number, n = kept.commitment.hex().encode(), slip.number, slip.n
            if room == QUARANTINE:
                entry = b'{"C":"%b","n":%d,"run":%d,"t":"import.quarantine"' % (commitment, n, run)
            else:
                kind = b"record.commit" if n == 1 else b"record.revise"
                values = (commitment, buckets[room], n, number, run, kind)
                entry = b'{"C":"%b","bucket":%b,"n":%d,"record":%d,"run":%d,"t":"%b"' % values
            found.append(entry + tail)
        return found

    def _segment(self, segments: dict[str, _Segment], room: str, date: str) -> _Segment:
        new = max((other.row["id"] for other in segments.values()), default=0)
        row, head = segment_for(self.catalog.connection, self.vault, room, date, new)
        segment = segments[room] = _Segment(row, row["committed_end"], [], 0)
        segment.put(head)
        return segment
