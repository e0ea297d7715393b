"""The ledger of this archive: each commit appends its entries, durable in the same transaction as what they speak of.

An entry is one line of canonical JSON with a salted commitment and never any content (docs/adr/ledger.md). The lines of
a commit lie together as one exchange in the vault's room `ledger`; the catalog holds them beside the tree's hashes and,
for each commit, the root. A root is in the catalog before it is signed, so no size can ever have two signed roots.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver import warc
from archiver.catalog import ledger_rows, rows
from archiver.catalog.act import Act
from archiver.catalog.catalog import Catalog
from archiver.catalog.ledger_check import public_key
from archiver.catalog.rows import Row
from archiver.segment import segment_for
from archiver.signing import LogKey
from archiver.vault import Vault
from custody.canonical import canonical
from custody.checkpoint import Checkpoint, Note
from custody.clock import text_of
from custody.commitment import record_commitment
from custody.errors import DamageError, UnavailableError
from custody.ids import ArchiveId, exchange_uuid
from custody.ledger import Tree, consistency_proof, is_consistent, leaf_hash, tree_of

ROOM = "ledger"
GENESIS = "archive.made"
"""The first entry; it names the key that signs."""

VERSION = 1
TOLERATED_MS = 2_000
"""How far the clock may stand behind the newest entry before that is itself an entry."""


def origin_of(archive: ArchiveId) -> str:
    """The log's name in its checkpoints."""
    return f"ofrecord/{archive}"


def act_commitment(opening: bytes, block: bytes) -> bytes:
    """The ledger's commitment to an act, from its bytes in the vault."""
    return record_commitment(opening, hashlib.sha256(block).digest(), b"")


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """What one commit appends: its entries from number `first` on, the rows that keep them, and `data`, the bytes that
    go to the segment's file at `start`."""

    first: int
    entries: list[bytes]
    start: int
    data: bytes
    nodes: list[tuple[int, int, bytes]]
    segment: Row
    checkpoint: Row


class Ledger:
    """Appends entries and signs the roots."""

    def __init__(self, catalog: Catalog, vault: Vault, key: LogKey | None = None) -> None:
        self.catalog = catalog
        self.vault = vault
        self.key = key
        self._tree: Tree | None = None

    def moment(self, now: datetime) -> tuple[int, list[Mapping[str, Any]]]:
        """The time of the next entries in milliseconds: never before the newest entry. With it, what must be said
        first when the clock stands behind."""
        newest = ledger_rows.newest_checkpoint(self.catalog.connection)
        at = rows.millis(now)
        if newest is None or at >= newest["at"]:
            return at, []
        behind = newest["at"] - at
        return newest["at"], [{"behind": behind, "t": "clock.anomaly"}] if behind > TOLERATED_MS else []

    def entry(self, data: Mapping[str, Any], at: int) -> bytes:
        """An entry of moment `at` in its bytes."""
        return canonical({**data, "ts": text_of(rows.moment(at)), "v": VERSION})

    def act_entry(self, act: Act, block: bytes, at: int) -> bytes:
        """The entry of an act whose bytes in the vault are `block`: that it was done, and a commitment to the rest."""
        commitment = act_commitment(bytes.fromhex(act.opening), block).hex()
        data = {"C": commitment, "act": act.number, "subject": act.subject, "t": act.kind}
        if act.kind == GENESIS and self.key is not None:
            data |= {"key": str(self.key.public), "log": origin_of(self.vault.archive)}
        return self.entry(data, at)

    def size(self) -> int:
        """How many entries there are."""
        return ledger_rows.size(self.catalog.connection)

    def prepare(self, entries: Sequence[bytes], at: int, above: int = 0) -> Block:
        """Put entries of moment `at` (milliseconds) into the vault; `record` then makes them count.

        `above` is the highest segment id that the same commit has given away already.
        """
        block = self.block(entries, at, above)
        self.keep(block)
        return block

    def block(self, entries: Sequence[bytes], at: int, above: int = 0) -> Block:
        """The same, for who has `keep` done beside other work: it must be done before `record` may count.

        `above` is the highest segment id that the same commit has given away already.
        """
        connection, date = self.catalog.connection, text_of(rows.moment(at))
        tree = self._current(connection)
        first = tree.size
        tree.extend(map(leaf_hash, entries))
        nodes, tree.completed = tree.completed, []
        segment, head = segment_for(connection, self.vault, ROOM, date, above)
        uuid = exchange_uuid(self.vault.archive, first, 0, 7)
        uri = f"urn:ofrecord:{self.vault.archive}:ledger:{first}"
        block = b"".join(entry + b"\n" for entry in entries)
        member = warc.packed(warc.exchange(b"metadata", uuid, date, uri, "application/x-ndjson", block))
        start = segment["committed_end"]
        checkpoint: Row = {
            "size": tree.size, "root": tree.root(), "first": first, "at": at, "note": None, "segment": segment["id"],
            "offset": start + len(head), "length": len(member), "sha256": hashlib.sha256(member).digest(),
        }  # fmt: skip
        segment["committed_end"] = start + len(head) + len(member)
        return Block(
            first=first, entries=list(entries), start=start, data=head + member, nodes=nodes, segment=segment,
            checkpoint=checkpoint,
        )  # fmt: skip

    def keep(self, block: Block) -> None:
        """Put a block's bytes into the vault, durably. It asks nothing of the catalog."""
        self.vault.append(block.segment["name"], block.data, block.start)

    def record(self, connection: Any, block: Block) -> None:
        """Make a block part of the ledger, inside the transaction of the change it speaks of."""
        rows.put_segment(connection, block.segment)
        ledger_rows.add_entries(connection, block.first, block.entries)
        ledger_rows.add_nodes(connection, block.nodes)
        ledger_rows.add_checkpoint(connection, block.checkpoint)

    def sign(self) -> str | None:
        """Sign the newest root, which is durable already. Returns the note; None while the ledger is empty."""
        newest = ledger_rows.newest_checkpoint(self.catalog.connection)
        return None if newest is None or self.key is None else self._signed(newest)

    def public_key(self) -> str:
        """The key by which everybody can check the signatures, as text."""
        if self.key is None:
            raise UnavailableError("The archive is open for reading; its key is not at hand.")
        return str(self.key.public)

    def signed_beyond(self, seq: int) -> tuple[int, str]:
        """The first state of the ledger that holds entry `seq`: its size, and its signed checkpoint.

        The same key signs the same root with the same bytes, so this is the same whenever it is asked.
        """
        row = ledger_rows.checkpoint_beyond(self.catalog.connection, seq)
        if row is None:
            raise DamageError(f"The ledger has no entry {seq}.", "Run `ofrecord verify`.")
        return row["size"], self._signed(row)

    def signed_text(self, text: str) -> str:
        """Some text as a signed note. Its first line must say what it is, and must not be a log's name."""
        if self.key is None:
            raise UnavailableError("The archive is open for reading; its key is not at hand.")
        return str(Note(text=text, signatures=(self.key.signed(text),)))

    def _signed(self, row: Row) -> str:
        if row["note"]:
            return str(row["note"])
        self._refuse_another_past(row)
        self.refuse_another_key()
        text = Checkpoint(origin=origin_of(self.vault.archive), size=row["size"], root=row["root"]).text()
        note = self.signed_text(text)
        with self.catalog.transaction() as connection:
            ledger_rows.note_signed(connection, row["size"], note)
        return note

    def _refuse_another_past(self, row: Row) -> None:
        """An older root is signed only when it is proved to be a beginning of the newest."""
        connection = self.catalog.connection
        newest = ledger_rows.newest_checkpoint(connection) or row
        proof = consistency_proof(row["size"], newest["size"], ledger_rows.reader(connection))
        if not is_consistent(row["size"], row["root"], newest["size"], newest["root"], proof):
            raise DamageError(
                f"The ledger is damaged: its root at {row['size']} entries is not the beginning of what it is now.",
                "Run `ofrecord verify`; nothing was signed.",
            )

    def refuse_another_key(self) -> None:
        """Nothing is signed with a key that the ledger's first entry does not name."""
        if self.key is not None and self.size() and self.key.public != public_key(self.catalog):
            raise DamageError(
                "ledger.key is not the key that the ledger names: the file was changed, or is another archive's.",
                "Restore ledger.key from a backup; until then nothing is written and nothing is signed.",
            )

    def _current(self, connection: Any) -> Tree:
        size = ledger_rows.size(connection)
        if self._tree is None or self._tree.size != size:
            self._tree = tree_of(size, ledger_rows.reader(connection))
        return self._tree
