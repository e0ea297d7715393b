"""One import run, the same for every platform: read, compare with what is kept, store, and account for each item.

Each item ends as exactly one of: new, changed, unchanged, duplicate (seen twice in this run), flagged (stored, and a
person should look), quarantined (not understood; its bytes are kept) or excluded (no record; the reason is counted).
The sums close, always. How a source is read is its platform's; how bytes become durable is `archiver/intake.py`'s.
"""

import copy
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from archiver.catalog import rows
from archiver.catalog.keeping_queries import filings
from archiver.catalog.rows import Known
from archiver.intake import Batch, Intake
from archiver.normalized import content_bytes, digest_of_bytes, envelope_after, envelope_before
from archiver.platforms.reader import Item, Package, Platform, Unread
from archiver.press import Sheet
from archiver.reconciliation import Reconciliation
from archiver.shelf import Shelf
from archiver.vault import POINTER, StoredMedia
from archiver.window import window
from custody.account import Account
from custody.clock import Clock, is_plausible, moment_of, text_of
from custody.errors import InputError
from custody.ids import RecordNumber, RunNumber
from custody.record import Content, Media, Record, Version

BATCH_ITEMS = 2_500
BATCH_BYTES = 16_000_000
COLLECTED = 20
"""Batches after which what a library left in reference cycles is looked for and let go of."""

IMPLAUSIBLE = rows.IMPLAUSIBLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """Where a record belongs: its series, why, and the storage bucket its retention falls in."""

    series: str
    reason: str
    bucket: str


Classify = Callable[[Content, str], Filing]
"""Files content; the second argument is the series it is already filed under, or ""."""


class _Taken:
    """An item as it will be kept, with its canonical bytes and their digest."""

    __slots__ = ("as_of", "content", "digest", "item", "normal", "package")

    def __init__(self, item: Item, package: Package, as_of: datetime, content: Content) -> None:
        self.item = item
        self.package = package
        self.as_of = as_of
        self.content = content
        self.normal = (item.normal if content is item.content else b"") or content_bytes(content)
        self.digest = digest_of_bytes(self.normal)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A batch that is decided and on its way, but not yet durable: what it knows, and the account as of its end."""

    batch: Batch
    known: dict[str, Known]
    account: Reconciliation


class Harvest:
    """One run over some packages. `progress` is told after each batch; `stopped` is asked before each item, and when it
    says so KeyboardInterrupt is raised, with everything that was decided made durable.

    `done` accounts for what is durable. While one batch is on its way the next is already read and decided, so a
    decision looks at what the catalog knows and at what is on its way.
    """

    def __init__(
        self,
        intake: Intake,
        account: Account,
        run: int,
        clock: Clock,
        classify: Classify,
        progress: Callable[[Reconciliation], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.intake = intake
        self.account = account
        self.run = run
        self.clock = clock
        self.classify = classify
        self.progress = progress
        self.stopped = stopped
        self.done = Reconciliation()
        self._deciding = Reconciliation()
        self._sent: _Sent | None = None
        self._packages: Sequence[Package] = ()
        self._now = clock()
        self._number = rows.last_number(intake.catalog.connection)
        self._commits = 0
        self._moments: dict[str, datetime] = {}
        self._shelf = Shelf(intake.catalog, intake.vault)

    def take(self, sources: Sequence[tuple[Package, Platform]], personal: bool) -> Reconciliation:
        """Take in everything the packages list. Items of finished batches stay, whatever happens after."""
        self._packages = [package for package, _ in sources]
        with _rarely_collected():
            try:
                for package, platform in sources:
                    for items in self._batches(platform.read(package, self.account, personal)):
                        self._take_batch(package, items)
            except (InputError, KeyboardInterrupt):
                self._deciding = copy.deepcopy(self._sent.account if self._sent else self.done)
                self._settle()
                self._number = rows.last_number(self.intake.catalog.connection)
                raise
            self._settle()
        return self.done

    def close(self) -> None:
        """Let go of what the run used."""
        self.intake.close()

    def _batches(self, found: Iterator[Item | Unread]) -> Iterator[list[Item]]:
        items: list[Item] = []
        size = 0
        try:
            for item in found:
                if self.stopped():
                    raise KeyboardInterrupt
                if isinstance(item, Unread):
                    self._deciding.unread.append(item)
                    continue
                items.append(item)
                size += len(item.raw) if isinstance(item.raw, bytes) else 0
                if len(items) >= BATCH_ITEMS or size >= BATCH_BYTES:
                    yield items
                    items, size = [], 0
        except InputError:  # what came before the break is as good as ever
            if items:
                yield items
            raise
        if items:
            yield items

    def _take_batch(self, package: Package, items: list[Item]) -> None:
        """Decide a batch, send it on its way, and make the one before it durable."""
        self._now = self.clock()
        batch = Batch(date=text_of(self._now))
        ids = [item.content.object_id for item in items if item.content is not None]
        known = rows.known(self.intake.catalog.connection, self.account.id, ids)
        if self._sent is not None:
            known |= {one: self._sent.known[one] for one in ids if one in self._sent.known}
        broken: InputError | None = None
        for item in items:
            try:
                self._decide(batch, package, item, known)
            except InputError as error:  # its bytes cannot be read: what came before it is kept, and then it is said
                broken = error
                break
        before = self._sent
        self.intake.send(batch)
        self._sent = _Sent(batch, known, copy.deepcopy(self._deciding))
        if before is not None:
            self._commit(before)
        if broken is not None:
            raise broken

    def _decide(self, batch: Batch, package: Package, item: Item, known: dict[str, Known]) -> None:
        if item.content is not None:
            self._take_content(batch, package, item, item.content, known)
        elif item.quarantined:
            self._quarantine(batch, package, item, item.quarantined)
        else:
            self._deciding.count("excluded", item.place, item.excluded or "no record")

    def _settle(self) -> None:
        """Make durable what is still on its way, and count what needed no batch."""
        sent, self._sent = self._sent, None
        if sent is not None:
            self._commit(sent)
        self.done = copy.deepcopy(self._deciding)

    def _commit(self, sent: _Sent) -> None:
        self.intake.commit(sent.batch, self.run)
        self._commits += 1
        if self._commits % COLLECTED == 0:
            gc.collect()
        self.done = sent.account
        self.progress(self.done)

    def _quarantine(self, batch: Batch, package: Package, item: Item, reason: str) -> None:
        raw, raw_type = self._raw(batch, package, item)
        self._deciding.count("quarantined", item.place, reason)
        n = self._deciding.outcomes["quarantined"]
        self.intake.put_quarantined(batch, self.run, n, raw, raw_type, item.place, reason)

    def _take_content(
        self, batch: Batch, package: Package, item: Item, content: Content, known: dict[str, Known]
    ) -> None:
        taken = _Taken(item, package, self._as_of(item), self._with_media(batch, package, item, self._judged(content)))
        before = known.get(content.object_id)
        if before is None:
            known[content.object_id] = self._add_new(batch, taken)
            return
        if taken.digest != before.digest and any(not media.sha256 for media in taken.content.media):
            kept = self._with_kept_media(batch, before, taken.content)
            taken = _Taken(item, package, taken.as_of, kept)
        if self._is_known(batch, before, taken):
            self._deciding.count("duplicate" if before.seen_run == self.run else "unchanged")
            if before.seen_run != self.run:
                batch.seen.append(before.number)
                before.seen_run = self.run
            return
        self._add_version(batch, taken, before)

    def _add_new(self, batch: Batch, taken: _Taken) -> Known:
        self._number += 1
        filing = self.classify(taken.content, "")
        row = self._row(self._number, 1, taken, filing)
        self._put(batch, taken, filing, self._record(self._number, filing.series, (self._version(1, taken),)), row)
        batch.records.append(row)
        self._count_stored("new", taken)
        missing = row["media_missing"]
        return Known(self._number, 1, taken.digest, row["as_of"], self.run, 1, missing, filing.series, filing.reason)

    def _add_version(self, batch: Batch, taken: _Taken, before: Known) -> None:
        n = before.versions + 1
        filing = self.classify(taken.content, before.series)
        filing = replace(filing, series=before.series, reason=before.series_reason)
        row = self._row(before.number, n, taken, filing)
        as_of = row["as_of"]
        versions = (*self._versions(batch, before), self._version(n, taken))
        current = n if as_of >= before.as_of else before.current
        series = filings(self.intake.catalog.connection, [before.number]).get(before.number, before.series)
        self._put(batch, taken, filing, self._record(before.number, series, versions, current - 1), row)
        values: dict[str, Any] = {"versions": n, "seen_run": self.run}
        if as_of >= before.as_of:
            values |= {"current": n, "digest": taken.digest, "as_of": as_of, **rows.facts_of(taken.content)}
            before.current, before.digest, before.as_of = n, taken.digest, as_of
        batch.changes.append((before.number, values))
        before.versions, before.seen_run = n, self.run
        self._count_stored("changed", taken)

    def _row(self, number: int, n: int, taken: _Taken, filing: Filing) -> rows.Row:
        """The row the record would have if this were its only version: what its ledger entry stands for."""
        account, as_of = self.account.id, rows.millis(taken.as_of)
        return rows.new_row(
            number, account, taken.content, filing.series, filing.reason, n, self.run, as_of, taken.digest
        )

    def _put(self, batch: Batch, taken: _Taken, filing: Filing, record: Record, row: rows.Row) -> None:
        raw, raw_type = self._raw(batch, taken.package, taken.item)
        number, n, opening = record.number, row["current"], batch.opening()
        before = envelope_before(self.account.id, taken.as_of, self._now)
        after = envelope_after(number, n, opening, taken.item.place, self.run, filing.series, filing.reason)
        facts, texts = rows.fact_bytes(rows.proved_of(row), taken.digest), record.searchable()
        sheet = Sheet(number, n, raw_type, raw, before, taken.normal, after, facts, texts, opening)
        self.intake.put_version(batch, filing.bucket, sheet, taken.digest, taken.content.media)
        batch.indexed[number] = record

    def _version(self, n: int, taken: _Taken) -> Version:
        return Version(
            n=n,
            captured_at=self._now,
            as_of=taken.as_of,
            run=RunNumber(self.run),
            digest=taken.digest.hex(),
            content=taken.content,
        )

    def _record(self, number: int, series: str, versions: tuple[Version, ...], current: int = -1) -> Record:
        return Record(
            number=RecordNumber(number),
            account=self.account.id,
            platform=versions[0].content.platform,
            series=series,
            versions=versions,
            current_index=current,
        )

    def _count_stored(self, outcome: str, taken: _Taken) -> None:
        content = taken.content
        if content.flags:
            self._deciding.count("flagged", taken.item.place, ", ".join(content.flags))
        else:
            self._deciding.count(outcome)
        self._deciding.records += 1
        for media in content.media:
            self._deciding.media += bool(media.sha256)
            self._deciding.media_missing += not media.sha256

    def _judged(self, content: Content) -> Content:
        created = content.created_at
        if created is not None and IMPLAUSIBLE not in content.flags and not is_plausible(created, self._now):
            return replace(content, flags=(*content.flags, IMPLAUSIBLE))
        return content

    def _as_of(self, item: Item) -> datetime:
        if not item.as_of:
            return self._now
        moment = self._moments.get(item.as_of)
        if moment is None:
            if len(self._moments) > 1000:
                self._moments.clear()
            moment = self._moments[item.as_of] = min(moment_of(item.as_of), self._now)
        return moment

    def _is_known(self, batch: Batch, before: Known, taken: _Taken) -> bool:
        if taken.digest == before.digest:
            return True
        if rows.millis(taken.as_of) > before.as_of or before.versions == 1:
            return False
        return taken.digest.hex() in {version.digest for version in self._versions(batch, before)}

    def _raw(self, batch: Batch, package: Package, item: Item) -> tuple[bytes, str]:
        """The item's own bytes; too large ones go to the media room, and a pointer stands in their place."""
        if isinstance(item.raw, bytes):
            return item.raw, item.raw_type
        slice_ = item.raw
        kept = self.intake.vault.keep_media(lambda: window(package, slice_), slice_.member, batch.date)
        batch.media[kept.sha256] = kept
        pointer = f'{{"sha256":"{kept.sha256}","size":{kept.size},"type":"{item.raw_type}"}}'
        return pointer.encode(), POINTER

    def _with_media(self, batch: Batch, package: Package, item: Item, content: Content) -> Content:
        if not content.media:
            return content
        if item.payload is not None and len(content.media) == 1:
            medium = content.media[0]
            stored = self.intake.vault.keep_media(item.payload, medium.name or medium.uri, batch.date)
            batch.media[stored.sha256] = stored
            kept_as = replace(medium, sha256=stored.sha256, size=stored.size, media_type=stored.media_type)
            return replace(content, media=(kept_as,))
        members = item.members or ("",) * len(content.media)
        kept = [self._keep(batch, package, media, tail) for media, tail in zip(content.media, members, strict=False)]
        return replace(content, media=tuple(kept))

    def _keep(self, batch: Batch, package: Package, media: Media, tail: str) -> Media:
        for source in (package, *self._packages) if tail else ():
            for possible in tail.split("|"):
                member = source.find(possible)
                if member is not None:
                    try:
                        stored = self._store(batch, source, member)
                    except InputError:  # one damaged picture costs that picture, not its post nor the rest
                        return replace(media, sha256="", gap="its bytes in the download are damaged")
                    return replace(media, sha256=stored.sha256, size=stored.size, media_type=stored.media_type, gap="")
        return replace(media, sha256="", gap=media.gap or "named in the download, but not contained in it")

    def _store(self, batch: Batch, source: Package, member: str) -> StoredMedia:
        stored = self.intake.vault.keep_media(lambda: source.open(member), member, batch.date)
        batch.media[stored.sha256] = stored
        return stored

    def _with_kept_media(self, batch: Batch, before: Known, content: Content) -> Content:
        """A second download without the pictures is no change: what we already hold is carried over."""
        held = {media.uri: media for media in self._versions(batch, before)[before.current - 1].content.media}
        mended = [
            replace(held[media.uri], alt=media.alt) if not media.sha256 and media.uri in held else media
            for media in content.media
        ]
        return replace(content, media=tuple(mended))

    def _versions(self, batch: Batch, before: Known) -> tuple[Version, ...]:
        pending = batch.indexed.get(before.number)
        if pending is None and self._sent is not None:
            pending = self._sent.batch.indexed.get(before.number)
        return pending.versions if pending else self._shelf.versions(before.number)


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Without the usual search for reference cycles: it would cost a tenth of the time, and hardly anything here makes
    any. `Harvest` searches once in `COLLECTED` batches, and only among what came after this began."""
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()
