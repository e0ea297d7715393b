"""What a lawful destruction did: what went, from where, what was searched for afterwards, and what proves it.

Nothing here holds content: numbers, counts, commitments that nobody can open any more, and entries of the ledger.
"""

from dataclasses import dataclass
from typing import Any

from custody.ids import RecordNumber

_MOST_FOLDERS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """One version of a record that was destroyed: its entry in the ledger (`leaf`), the commitment in that entry (64
    hex digits), which nobody can open any more, and the proof that the entry is in the ledger (C2SP tlog-proof)."""

    number: RecordNumber
    version: int
    leaf: int
    commitment: str
    proof: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remains:
    """What the search for remains came to. `files` and `bytes` were searched for `needles` pieces of what was
    destroyed; `hits` names the places where one was found that must not be there.

    `accounted` bytes need no search: each is proved to be a tombstone, or to be what the ledger says of a record that
    stays. `structural` versions hold no text long enough for a needle; that no row, entry or file of them is left was
    checked. `shared` needles stand in what stays, in its own right. `kept` names places of their own retention in which
    people wrote or copied some of it (answers to requests, searches, notes), which are not touched.
    """

    files: int
    bytes: int
    needles: int
    hits: tuple[str, ...]
    accounted: int = 0
    structural: int = 0
    shared: int = 0
    kept: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The result as JSON data. Of the places only those are named that are kept: by folder, at most twenty."""
        counts = {"files": self.files, "bytes": self.bytes, "needles": self.needles, "hits": len(self.hits)}
        more = {"accounted": self.accounted, "structural": self.structural, "shared": self.shared}
        folders = dict.fromkeys("/".join(place.split("/")[:2]) for place in self.kept)
        return {**counts, **more, "kept": len(self.kept), "kept_in": list(folders)[:_MOST_FOLDERS]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Purged:
    """A destruction that was carried out. `executed` and `verified` are entries of the ledger; `verified` is None, and
    there is no certificate, while the search for remains found something or has not ended.

    `number` names it (`disposition.executed`); `stores` counts by place what was removed; `survivors` versions in the
    rewritten files were proved to be bit for bit what they were. What was destroyed is listed one by one by
    `workflows.purging.gone_in`.
    """

    number: int
    executed: int
    verified: int | None
    records: int
    versions: int
    stores: dict[str, int]
    survivors: int
    remains: Remains | None
    method: tuple[str, ...]
