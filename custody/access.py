"""A reading, written down: who looked for what or at what, and what the ledger's commitment to a batch of them is.

A reading has two parts with a salt each: its facts (who, when, what kind, how much) and its text (the words that were
searched for), which is content. Text and its salt can be destroyed; its commitment stays, so the batch it stands in can
be computed again as before, and what the words were cannot be guessed. `docs/adr/read-audit.md` gives the reasons.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from custody.canonical import canonical
from custody.commitment import fields_commitment, part_commitment, record_commitment
from custody.ledger import Tree, leaf_hash


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """The facts of one reading. `at` is milliseconds, UTC; `subject` is `R12`, `request 1` or ""; `count` how many."""

    number: int
    at: int
    by: str
    kind: str
    subject: str
    outcome: str
    count: int


def text_commitment(salt: bytes, text: str) -> bytes:
    """The commitment to the words of a reading; it stays when they are forgotten."""
    return part_commitment(salt, "text", text.encode())


def read_digest(salt: bytes, read: Read, text: bytes) -> bytes:
    """What a batch says of one reading, from its facts and the commitment to its words."""
    facts = part_commitment(salt, "read", canonical(asdict(read)))
    return fields_commitment([("read", facts), ("text", text)])


def batch_commitment(opening: bytes, digests: Iterable[bytes]) -> bytes:
    """The ledger's commitment to a batch: to the root of a tree of its readings' digests, in order."""
    tree = Tree()
    for digest in digests:
        tree.append(leaf_hash(digest))
    return record_commitment(opening, tree.root(), b"")
