"""Is the ledger itself whole? Every entry hashed again, every root compared, every signature checked (level V1).

Entries are of a closed list of kinds, in order, and each names its thing once. What an entry may hold is written
here as one pattern a kind, so nothing but commitments, numbers and times can ever stand in it unseen.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from operator import le, lt

from sqlalchemy import false, func, select, union_all

from archiver.catalog import ledger_rows
from archiver.catalog.access_check import Committed, check_access
from archiver.catalog.catalog import Catalog
from archiver.catalog.destroyed_check import Said, check_destroyed
from archiver.catalog.finding import Finding
from archiver.catalog.tables import act, destroyed, ledger_node, quarantine, version
from custody.checkpoint import Checkpoint, VerifierKey, Verify, checkpoint_of, is_signed, key_of, note_of
from custody.errors import CustodyError
from custody.ledger import Tree, leaf_hashes, tree_of

_TIME = rb'"ts":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","v":1\}'
_HASH = rb'\{"C":"[0-9a-f]{64}",'
_RECORD = re.compile(
    _HASH + rb'"bucket":"[A-Za-z0-9._/-]*","n":(\d+),"record":(\d+),"run":\d+,"t":"record\.(commit|revise)",' + _TIME
)
_NEW_RECORD = re.compile(
    rb"(?m)^"
    + _HASH
    + rb'"bucket":"[A-Za-z0-9._/-]*","n":1,"record":(\d+),"run":\d+,"t":"record\.commit",'
    + _TIME
    + rb"$"
)
_OTHER = re.compile(
    rb"(?:"
    + _HASH
    + rb'"act":(?P<act>\d+),(?:"key":"[^"]+","log":"[^"]+",)?"subject":\d+,"t":"(?P<kind>[a-z_.-]+)",'
    + rb"|"
    + _HASH
    + rb'"n":\d+,"run":\d+,"t":"(?P<quarantined>import\.quarantine)",'
    + rb"|"
    + _HASH
    + rb'"count":(?P<reads>\d+),"first":(?P<first>\d+),"last":(?P<last>\d+),"t":"access\.batch",'
    + rb'|\{"behind":\d+,"t":"clock\.anomaly",'
    + rb'|\{"certificate":"[A-Za-z0-9._-]{1,60}","destruction":(?P<destruction>\d+),'
    + rb'(?:"records":(?P<records>\[\[\d+,\d+\](?:,\[\d+,\d+\])*\]),"t":"records\.destroyed",'
    + rb'|"items":(?P<items>\[\[\d+,\d+\](?:,\[\d+,\d+\])*\]),"t":"items\.destroyed",)'
    + rb")"
    + _TIME
)
_TOGETHER = 4_096
"""Entries that are read and put into the tree together."""

_GENESIS = re.compile(rb'"key":"([^"]+)","log":"([^"]+)","subject":0,"t":"archive\.made"')


def public_key(catalog: Catalog) -> VerifierKey:
    """The key that the ledger's first entry names. Raises DamageError when there is none."""
    match = _GENESIS.search(ledger_rows.entry(catalog.connection, 0) or b"")
    return key_of(match[1].decode() if match else "")


def check_ledger(catalog: Catalog, kinds: Callable[[str], bool], verify: Verify) -> Iterator[Finding]:
    """Compute the ledger again from its entries. `kinds` says whether an act of that kind exists."""
    reading = _Reading(catalog, kinds)
    roots = {row["size"]: row for row in ledger_rows.checkpoints(catalog.connection)}
    for first, entries in _runs(catalog, roots):
        yield from reading.take(first, entries)
        yield from reading.grow(leaf_hashes(entries))
        row = roots.get(reading.size)
        if row is not None and row["root"] != reading.tree.root():
            message = "the entries do not give the root that was kept"
            yield Finding(code="ledger-root-differs", object=f"ledger of {row['size']} entries", message=message)
    newest = max(roots, default=0)
    if newest != reading.tree.size:
        message = f"there are {reading.tree.size} entries, the newest root is of {newest}"
        yield Finding(code="ledger-cut-off", object="ledger", message=message)
    yield from reading.ends()
    yield from _signatures(catalog, roots, verify)
    yield from _without_content(catalog, reading.counts)
    yield from check_access(catalog.connection, reading.batches)
    yield from check_destroyed(catalog.connection, reading.destroyed)


def check_newest(catalog: Catalog, verify: Verify) -> Iterator[Finding]:
    """The newest root, and the newest that is signed: does the ledger give them, and is the signature the archive's?"""
    newest = ledger_rows.newest_checkpoint(catalog.connection)
    if newest is None:
        yield Finding(code="ledger-cut-off", object="ledger", message="the ledger is empty")
        return
    there = {row["size"]: row for row in (newest, ledger_rows.newest_signed(catalog.connection)) if row}
    for size, row in there.items():
        try:
            root = tree_of(size, ledger_rows.reader(catalog.connection)).root()
        except CustodyError as error:
            yield Finding(code="ledger-cut-off", object="ledger", message=error.message)
            return
        if root != row["root"]:
            message = "the entries do not give the root that was kept"
            yield Finding(code="ledger-root-differs", object=f"ledger of {size} entries", message=message)
    yield from _signatures(catalog, there, verify)


def _runs(catalog: Catalog, ends: Container[int]) -> Iterator[tuple[int, list[bytes]]]:
    """Entries that follow each other, with the number of the first: not very many, and none beyond one of `ends`."""
    start, run = 0, list[bytes]()
    for count, (seq, entry) in enumerate(ledger_rows.entries(catalog.connection)):
        if run and (count in ends or len(run) == _TOGETHER or seq != start + len(run)):
            yield start, run
            run = []
        if not run:
            start = seq
        run.append(entry)
    if run:
        yield start, run


class _Reading:
    """The ledger read from its beginning: the tree, and what must hold from one entry to the next."""

    def __init__(self, catalog: Catalog, kinds: Callable[[str], bool]) -> None:
        self.tree, self.size = Tree(), 0
        self.counts: Counter[str] = Counter()
        self.batches: list[Committed] = []
        self.destroyed: list[Said] = []
        self._kinds, self._time = kinds, b""
        self._record = self._act = 0
        self._versions: dict[int, int] = {}
        query = select(ledger_node.c.level, ledger_node.c.position, ledger_node.c.hash)
        self._nodes = {(row[0], row[1]): row[2] for row in catalog.connection.execute(query)}

    def grow(self, leaves: Sequence[bytes]) -> Iterator[Finding]:
        """Put the hashes of entries that were read into the tree."""
        self.tree.extend(leaves)
        for level, position, node in self.tree.completed:
            if self._nodes.pop((level, position), None) != node:
                yield _wrong(position << level, f"the hash kept of the {1 << level} entries from here is another")
        self.tree.completed.clear()

    def take(self, first: int, entries: Sequence[bytes]) -> Iterator[Finding]:
        """Read entries that follow each other; what is wrong with them."""
        if first != self.size:
            yield _wrong(first, "entries are missing before it")
        self.size += len(entries)
        if not self._are_new_records(entries):
            for seq, entry in enumerate(entries, first):
                yield from self._take(seq, entry)

    def _are_new_records(self, entries: Sequence[bytes]) -> bool:
        """Whether all of them are of records that were not there before, in order, and nothing is wrong with them: what
        most of a ledger is, and seen at once."""
        text = b"\n".join(entries)
        rows = _NEW_RECORD.findall(text)
        if len(rows) != len(entries) or text.count(b"\n") != len(entries) - 1:
            return False
        numbers, times = [self._record, *(int(row[0]) for row in rows)], [self._time, *(row[1] for row in rows)]
        if not all(map(lt, numbers, numbers[1:])) or not all(map(le, times, times[1:])):
            return False
        self._record, self._time = numbers[-1], times[-1]
        self.counts["record"] += len(entries)
        return True

    def _take(self, seq: int, entry: bytes) -> list[Finding]:
        found: list[Finding] = []
        match = _RECORD.fullmatch(entry)
        if match is not None:
            n, number = int(match[1]), int(match[2])
            time = match[4]
            self.counts["record"] += 1
            if n == 1 and match[3] == b"commit" and number > self._record:
                self._record = number
            elif match[3] != b"revise" or n != self._versions.get(number, 1) + 1 or number > self._record:
                found.append(_wrong(seq, "it names a record twice or out of order"))
            else:
                self._versions[number] = n
        else:
            other = _OTHER.fullmatch(entry)
            if other is None:
                return [*found, _wrong(seq, "it is not written as an entry is")]
            time = other.groups()[-1]
            found += self._other(seq, other)
        if time < self._time:
            found.append(_wrong(seq, "it is older than the one before it"))
        self._time = time
        return found

    def _other(self, seq: int, match: re.Match[bytes]) -> Iterator[Finding]:
        if match["act"] is not None:
            self.counts["act"] += 1
            if int(match["act"]) != self._act + 1 or not self._kinds(match["kind"].decode()):
                yield _wrong(seq, "it names an act twice, out of order or of an unknown kind")
            self._act = int(match["act"])
        elif match["quarantined"] is not None:
            self.counts["quarantined"] += 1
        elif match["reads"] is not None:
            count, first, last = (int(match[name]) for name in ("reads", "first", "last"))
            self.batches.append(Committed(seq=seq, first=first, last=last, commitment=match[0][6:70].decode()))
            if count != last - first + 1:
                yield _wrong(seq, "it counts other readings than it names")
        elif match["destruction"] is not None:
            ranges, items = (json.loads(match[name] or "[]") for name in ("records", "items"))
            self.destroyed.append(Said(seq=seq, destruction=int(match["destruction"]), ranges=ranges, items=items))

    def ends(self) -> Iterator[Finding]:
        """What is left when all entries are read."""
        if self._nodes:
            message = f"{len(self._nodes)} hashes are kept of entries that are not there"
            yield Finding(code="ledger-cut-off", object="ledger", message=message)


def _signatures(catalog: Catalog, roots: Mapping[int, Mapping[str, object]], verify: Verify) -> Iterator[Finding]:
    try:
        key = public_key(catalog)
    except CustodyError as error:
        yield Finding(code="ledger-key-unknown", object="ledger entry 0", message=error.message)
        return
    newest = max(roots, default=0)
    for size, row in roots.items():
        name = f"checkpoint of {size} entries"
        if row["note"] is None:
            if size == newest:
                yield Finding(code="checkpoint-unsigned", object=name, message="the newest root is not signed")
            continue
        try:
            note = note_of(str(row["note"]))
            said, signed = checkpoint_of(note.text), is_signed(note, key, verify)
        except CustodyError as error:
            yield Finding(code="checkpoint-changed", object=name, message=error.message)
            continue
        if said != Checkpoint(origin=key.name, size=size, root=bytes(row["root"])) or not signed:  # type: ignore[call-overload]
            message = "it is not what this archive's key signed"
            yield Finding(code="checkpoint-changed", object=name, message=message)


def _without_content(catalog: Catalog, counts: Mapping[str, int]) -> Iterator[Finding]:
    """Entries whose content is gone. That each thing has its own entry is seen where the thing is read."""
    for what, table in (("record", version), ("quarantined", quarantine), ("act", act)):
        gone = {"record": destroyed.c.number > 0, "quarantined": destroyed.c.number < 0}.get(what, false())
        leaves = union_all(select(table.c.leaf), select(destroyed.c.leaf).where(gone))
        if catalog.connection.execute(select(func.count()).select_from(leaves.subquery())).scalar() == counts[what]:
            continue
        named = set(catalog.connection.execute(leaves).scalars())
        start = {"record": b'"t":"record.', "quarantined": b'"t":"import.quarantine"', "act": b'"act":'}[what]
        for seq, entry in ledger_rows.entries(catalog.connection):
            if start in entry and seq not in named:
                message = "the ledger says that it was taken in, and it is gone"
                number = re.search(rb'"record":(\d+)', entry)
                name = f"R{number[1].decode()}" if number else f"ledger entry {seq}"
                yield Finding(code="content-gone", object=name, message=message)


def _wrong(seq: int, message: str) -> Finding:
    return Finding(code="ledger-entry-wrong", object=f"ledger entry {seq}", message=message)
