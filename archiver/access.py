"""Readings written down, and committed to by the ledger in batches.

A row is written by whoever reads, in one short transaction and without the archive's one writing place. A batch needs
that place: it is written by the next process that has it, once enough rows wait or the oldest has waited long enough.
"""

from datetime import datetime

from archiver.catalog import access_rows, rows
from archiver.catalog.catalog import Catalog
from archiver.journal import Journal
from archiver.ledger import Ledger
from custody.access import Read, batch_commitment, read_digest, text_commitment
from custody.errors import BusyError, CustodyError, DamageError
from custody.ids import new_openings

BATCH = 1_000
"""Rows that one entry of the ledger commits to at most."""

OLDEST = 300_000
"""Milliseconds after which the waiting rows are committed to, however few they are."""

PATIENCE = 30
"""Seconds that a reading waits while another process is changing the catalog."""


def write_down(
    catalog: Catalog, now: datetime, by: str, kind: str, subject: str, outcome: str, count: int, text: str
) -> int:
    """Write one reading down, durably, and return its number. Raises when that cannot be done: what cannot be written
    down must not be shown."""
    salt, text_salt = new_openings(2)
    committed = text_commitment(text_salt, text)
    try:
        with catalog.patient(PATIENCE), catalog.transaction() as connection:
            number = access_rows.newest_number(connection) + 1
            read = Read(
                number=number, at=rows.millis(now), by=by, kind=kind, subject=subject, outcome=outcome, count=count
            )
            row = {"number": number, "at": read.at, "by": by, "kind": kind, "subject": subject, "outcome": outcome}
            row |= {"count": count, "salt": salt, "text": text, "text_salt": text_salt, "text_commitment": committed}
            access_rows.add_read(connection, {**row, "digest": read_digest(salt, read, committed)})
            if not access_rows.is_there(connection, number):
                raise DamageError("The catalog does not keep it.", "Run `ofrecord verify`.")
    except CustodyError as error:
        raise type(error)(f"{_NOT_SHOWN} {error.message}", error.hint) from error
    if not catalog.is_current():
        raise BusyError(f"{_NOT_SHOWN} The catalog was made again meanwhile.", "Run the same command again.")
    return number


_NOT_SHOWN = "Nothing is shown, because it cannot be written down who reads it."


def is_due(catalog: Catalog, now: datetime) -> bool:
    """Whether the rows that wait for the ledger are many or old enough."""
    count, oldest = access_rows.waiting_since(catalog.connection)
    return count >= BATCH or (oldest is not None and abs(rows.millis(now) - oldest) >= OLDEST)


def settle(catalog: Catalog, ledger: Ledger, now: datetime) -> int:
    """Have the ledger commit to the rows that wait, as the archive's only writer. Returns how many."""
    found = access_rows.waiting(catalog.connection)
    if not found:
        return 0
    at, first = ledger.moment(now)
    entries = [ledger.entry(each, at) for each in first]
    leaf, batches = ledger.size(), []
    for start in range(0, len(found), BATCH):
        part = found[start : start + BATCH]
        (opening,) = new_openings(1)
        places = {"first": part[0][0], "last": part[-1][0]}
        batches.append({**places, "opening": opening, "leaf": leaf + len(entries)})
        commitment = batch_commitment(opening, [digest for _, _, digest in part]).hex()
        entries.append(ledger.entry({"C": commitment, "count": len(part), "t": "access.batch", **places}, at))
    block = ledger.prepare(entries, at)
    with catalog.transaction() as connection:
        for batch in batches:
            access_rows.add_batch(connection, batch)
        ledger.record(connection, block)
    return len(found)


def restore(catalog: Catalog, journal: Journal, carried: bool) -> None:
    """Put the readings of a catalog that was made again in order: forget what people had forgotten, give no number
    twice, and write down as lost what the ledger has a batch of and the old catalog was not there to give."""
    upto = access_rows.committed_to(catalog.connection)
    with catalog.transaction() as connection:
        for before in access_rows.forgotten_before(connection):
            access_rows.forget(connection, before)
        access_rows.continue_after(connection, upto)
    lost = [] if carried else access_rows.missing(catalog.connection, upto)
    if lost:
        journal.write(*(("reads.lost", 0, {"first": first, "last": last}) for first, last in lost))
