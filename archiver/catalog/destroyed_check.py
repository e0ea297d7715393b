"""Is what was destroyed gone, and is what is gone destroyed? Rows, entries of the ledger and tombstones, both ways.

A version that is not there is accounted for only by an entry of the ledger that names its record as destroyed; without
it, its absence is a finding like any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from archiver.catalog.destroyed_rows import Covered, destructions
from archiver.catalog.finding import Finding
from archiver.catalog.record_check import Results, Stretch
from archiver.catalog.tables import destroyed, destruction, ledger_entry, quarantine, record, version
from archiver.tombstone import Cause, called, tombstone
from custody.errors import CustodyError
from custody.ids import label_of

PAGE = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What an entry of the ledger says was destroyed: record numbers as pairs of first and last, rising; or items set
    aside as pairs of run and item."""

    seq: int
    destruction: int
    ranges: Sequence[Sequence[int]]
    items: Sequence[Sequence[int]] = ()


def check_destroyed(connection: Connection, said: Sequence[Said]) -> Iterator[Finding]:
    """Compare the rows of what was destroyed with what the ledger says."""
    covered = Covered((first, last, each.destruction) for each in said for first, last in each.ranges)
    yield from _without_entry(connection, covered)
    yield from _still_there(connection, covered)
    yield from _items(connection, said)
    for each in destructions(connection):
        name = f"destruction {each.cause.number}"
        if covered.count(each.cause.number) != each.records:
            message = "the ledger names other records than the catalog says were destroyed"
            yield Finding(code="state-changed", object=name, message=message)
        elif not each.is_verified:
            message = "the records are gone; the search for remains has not ended, so there is no certificate yet"
            yield Finding(code="destruction-unfinished", object=name, message=message)


def _without_entry(connection: Connection, covered: Covered) -> Iterator[Finding]:
    """Rows that say that a version was destroyed, where the ledger does not; or in another version's place."""
    joined = destroyed.outerjoin(ledger_entry, ledger_entry.c.seq == destroyed.c.leaf)
    columns = (destroyed.c.number, destroyed.c.n, destroyed.c.destruction, ledger_entry.c.entry)
    query, last = select(*columns).select_from(joined).order_by(destroyed.c.number, destroyed.c.n), (0, 0)
    while True:
        later = (destroyed.c.number > last[0]) | ((destroyed.c.number == last[0]) & (destroyed.c.n > last[1]))
        page = connection.execute(query.where(later).limit(PAGE)).all()
        for number, n, by, entry in page:
            if covered.by(number) != by:
                message = "the catalog says that it was destroyed, and the ledger does not"
                yield Finding(code="content-gone", object=label_of(number), message=message)
            elif b'"n":%d,"record":%d,' % (n, number) not in (entry or b""):
                message = "the entry that is said to be of a destroyed version is of another"
                yield Finding(code="content-gone", object=f"{label_of(number)} version {n}", message=message)
        if not page:
            return
        last = (page[-1][0], page[-1][1])


def _still_there(connection: Connection, covered: Covered) -> Iterator[Finding]:
    """Records that the ledger says were destroyed, and which are there."""
    if not covered.ranges:
        return
    for table in (record, version):
        low, high = covered.ranges[0][0], max(last for _, last, _ in covered.ranges)
        for number in connection.execute(select(table.c.number).where(table.c.number.between(low, high))).scalars():
            if covered.by(number) is not None:
                message = "the ledger says that it was destroyed, and the catalog still has it"
                yield Finding(code="not-destroyed", object=label_of(number), message=message)


def _items(connection: Connection, said: Sequence[Said]) -> Iterator[Finding]:
    """Items set aside: those that the ledger says were destroyed, and no others, are gone."""
    named = {(run, n): each.destruction for each in said for run, n in each.items}
    joined = destroyed.outerjoin(ledger_entry, ledger_entry.c.seq == destroyed.c.leaf)
    columns = (destroyed.c.number, destroyed.c.n, destroyed.c.destruction, ledger_entry.c.entry)
    gone = connection.execute(select(*columns).select_from(joined).where(destroyed.c.number < 0)).all()
    for number, n, by, entry in gone:
        own = b'"n":%d,"run":%d,"t":"import.quarantine"' % (n, -number)
        if named.get((-number, n)) != by or own not in (entry or b""):
            message = "the catalog says that it was destroyed, and the ledger does not"
            yield Finding(code="content-gone", object=called(number, n), message=message)
    for run, n in sorted(named.keys() - {(-number, n) for number, n, _, _ in gone}):
        message = "the ledger says that it was destroyed, and the catalog does not"
        yield Finding(code="not-destroyed", object=called(-run, n), message=message)
    there = connection.execute(select(quarantine.c.run, quarantine.c.n)).all() if named else ()
    for run, n in sorted({(run, n) for run, n in there} & named.keys()):
        message = "the ledger says that it was destroyed, and the catalog still has it"
        yield Finding(code="not-destroyed", object=called(-run, n), message=message)


def check_tombstones(stretch: Stretch) -> Results:
    """Judge every tombstone in a stretch: it must be, byte for byte, what follows from its destruction."""
    connection = stretch.catalog.connection
    joined = destroyed.join(destruction, destruction.c.number == destroyed.c.destruction)
    query = select(destroyed, destruction.c.certificate, destruction.c.moment).select_from(joined)
    here = query.where(stretch.within(destroyed)).order_by(destroyed.c.offset)
    for row in connection.execute(here).mappings().all():
        chunk, findings = stretch.chunk(row["offset"], row["length"]), []
        if chunk is not None:
            cause = Cause(number=row["destruction"], certificate=row["certificate"], moment=row["moment"])
            place = f"{stretch.where}, {called(row['number'], row['n'])}"
            try:
                same = chunk == tombstone(stretch.vault.archive, row["number"], row["n"], cause, row["length"])
            except CustodyError:
                same = False
            if not same:
                message = "where a destroyed record stood there is something else than its tombstone"
                findings.append(Finding(code="tombstone-differs", object=place, message=message))
        yield row["offset"], row["length"], 1, findings
