"""What people do, written down: an act goes into the vault, then with its change into the catalog, in one commit."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from archiver import warc
from archiver.catalog import acts, rows
from archiver.catalog.act import Act
from archiver.catalog.catalog import Catalog
from archiver.ledger import Ledger
from archiver.segment import segment_for
from archiver.vault import Vault
from custody.canonical import canonical
from custody.clock import Clock, text_of
from custody.ids import exchange_uuid, new_openings

ROOM = "acts"


class Journal:
    """Writes acts. Several given together are durable together or not at all."""

    def __init__(self, catalog: Catalog, vault: Vault, ledger: Ledger, clock: Clock, by: str) -> None:
        self.catalog = catalog
        self.vault = vault
        self.ledger = ledger
        self.clock = clock
        self.by = by

    def write(
        self,
        *done: tuple[str, int, Mapping[str, Any]],
        also: Callable[[], None] | None = None,
        beside: Sequence[Mapping[str, Any]] = (),
    ) -> list[Act]:
        """Do acts given as (kind, subject, data). Returns them as kept. `also` is done in the same transaction, after
        them: what follows from the acts but lies elsewhere (the search index, a stored file's row). `beside` are
        further entries of the ledger, behind those of the acts."""
        now = self.clock()
        segment, head = segment_for(self.catalog.connection, self.vault, ROOM, text_of(now))
        pieces, end = [head], segment["committed_end"] + len(head)
        start, at, entries = segment["committed_end"], *self._moment(now)
        first = acts.last_act(self.catalog.connection) + 1
        leaf = self.ledger.size()
        kept: list[tuple[Act, dict[str, Any]]] = []
        for number, (opening, (kind, subject, data)) in enumerate(
            zip(new_openings(len(done)), done, strict=True), first
        ):
            act = Act(
                number=number,
                at=rows.millis(now),
                by=self.by,
                kind=kind,
                subject=subject,
                opening=opening.hex(),
                data=data,
            )
            block = canonical(act.as_data())
            member = self._member(act, block, text_of(now))
            place = {"segment": segment["id"], "offset": end, "length": len(member), "leaf": leaf + len(entries)}
            kept.append((act, {**place, "sha256": hashlib.sha256(member).digest()}))
            entries.append(self.ledger.act_entry(act, block, at))
            pieces.append(member)
            end += len(member)
        entries += [self.ledger.entry(each, at) for each in beside]
        self.vault.append(segment["name"], b"".join(pieces), start)
        appended = self.ledger.prepare(entries, at, segment["id"])
        with self.catalog.transaction() as connection:
            rows.put_segment(connection, {**segment, "committed_end": end})
            for act, place in kept:
                acts.record_act(connection, act, place)
            self.ledger.record(connection, appended)
            if also is not None:
                also()
        return [act for act, _ in kept]

    def _moment(self, now: datetime) -> tuple[int, list[bytes]]:
        at, first = self.ledger.moment(now)
        return at, [self.ledger.entry(each, at) for each in first]

    def _member(self, act: Act, block: bytes, date: str) -> bytes:
        uuid = exchange_uuid(self.vault.archive, act.number, 0, 6)
        uri = f"urn:ofrecord:{self.vault.archive}:act{act.number}"
        return warc.packed(warc.exchange(b"metadata", uuid, date, uri, "application/json", block))
