"""What people do, written down: an act goes into the vault, then with its change into the catalog, in one commit."""

import hashlib
from collections.abc import Mapping
from typing import Any

from archiver import warc
from archiver.catalog import acts, rows
from archiver.catalog.acts import Act
from archiver.catalog.catalog import Catalog
from archiver.intake import new_segment
from archiver.vault import ROLL_AT, Vault
from custody.canonical import canonical
from custody.clock import Clock, text_of
from custody.ids import exchange_uuid

ROOM = "acts"


class Journal:
    """Writes acts. Several given together are durable together or not at all."""

    def __init__(self, catalog: Catalog, vault: Vault, clock: Clock, by: str) -> None:
        self.catalog = catalog
        self.vault = vault
        self.clock = clock
        self.by = by

    def write(self, *done: tuple[str, int, Mapping[str, Any]]) -> list[Act]:
        """Do acts given as (kind, subject, data). Returns them as kept."""
        now = self.clock()
        connection = self.catalog.connection
        row = rows.newest_segment(connection, ROOM)
        if row is None or row["committed_end"] >= ROLL_AT:
            segment = new_segment(self.vault, ROOM, rows.last_segment(connection) + 1, text_of(now))
            row, start, pieces = segment.row, 0, segment.pieces
        else:
            start, pieces = row["committed_end"], []
        first = acts.last_act(connection) + 1
        kept: list[tuple[Act, dict[str, Any]]] = []
        end = start + sum(len(piece) for piece in pieces)
        for number, (kind, subject, data) in enumerate(done, first):
            act = Act(number=number, at=rows.millis(now), by=self.by, kind=kind, subject=subject, data=data)
            member = self._member(act, text_of(now))
            place = {"segment": row["id"], "offset": end, "length": len(member)}
            kept.append((act, {**place, "sha256": hashlib.sha256(member).digest()}))
            pieces.append(member)
            end += len(member)
        self.vault.append(row["name"], b"".join(pieces), start)
        with self.catalog.transaction() as connection:
            rows.put_segment(connection, {**row, "committed_end": end})
            for act, place in kept:
                acts.record_act(connection, act, place)
        return [act for act, _ in kept]

    def _member(self, act: Act, date: str) -> bytes:
        uuid = exchange_uuid(self.vault.archive, act.number, 0, 6)
        uri = f"urn:ofrecord:{self.vault.archive}:act{act.number}"
        return warc.packed(warc.exchange(b"metadata", uuid, date, uri, "application/json", canonical(act.as_data())))
