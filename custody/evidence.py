"""What proves that a record was taken in and has not changed: its place in the ledger, and its parts one by one.

Evidence is complete: it holds the keys to every part. A `Proof` is what may go out of it: the keys of released parts
only. Whoever has a proof can check the released parts and sees that the others exist, and learns nothing of them.
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One field of a record: its commitment, and (where it is shown) its key and its canonical JSON."""

    name: str
    commitment: bytes
    key: bytes = b""
    value: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """One version of a record in the ledger. `index` is the entry's number, `path` leads from it to the root.

    `kept` is the commitment to how the record is stored, which is never opened. Of a record withheld in full there is
    only `leaf`, the entry's hash.
    """

    label: str
    version: int
    index: int
    leaf: bytes
    path: tuple[bytes, ...]
    entry: bytes = b""
    kept: bytes = b""
    parts: tuple[Part, ...] = ()

    def showing(self, names: Collection[str]) -> "Proof":
        """The same with only these parts open."""
        parts = tuple(
            part if part.name in names else Part(name=part.name, commitment=part.commitment) for part in self.parts
        )
        return Proof(
            label=self.label,
            version=self.version,
            index=self.index,
            leaf=self.leaf,
            path=self.path,
            entry=self.entry,
            kept=self.kept,
            parts=parts,
        )

    def closed(self) -> "Proof":
        """Only that there is such an entry."""
        return Proof(label=self.label, version=self.version, index=self.index, leaf=self.leaf, path=self.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """What a whole response is checked against: the log's public key and its signed checkpoint, as text."""

    key: str
    checkpoint: str
