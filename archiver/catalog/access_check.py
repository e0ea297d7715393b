"""Are the readings written down still those the ledger commits to, without a gap? Forgotten words change nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from archiver.catalog import access_rows
from archiver.catalog.finding import Finding
from custody.access import Read, batch_commitment, read_digest, text_commitment

_FACTS = ("number", "at", "by", "kind", "subject", "outcome", "count")


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """A batch as the ledger has it: its entry, the first and last reading, the commitment (64 hex digits)."""

    seq: int
    first: int
    last: int
    commitment: str


def check_access(connection: Connection, committed: Sequence[Committed]) -> Iterator[Finding]:
    """Compare every reading with its digest, every batch with the ledger, both ways, and look for gaps."""
    digests: dict[int, bytes] = {}
    for row in access_rows.in_order(connection):
        digests[row["number"]] = row["digest"]
        if not _is_itself(row):
            message = "who read what has been changed since it was written down"
            yield _differs(f"reading {row['number']}", message)
    newest = max([access_rows.newest_number(connection), *digests, *(each.last for each in committed)], default=0)
    for first, last in access_rows.missing(connection, newest):
        yield _gap(_readings(first, last), "it was written down who read, and it is gone")
    lost = {number for first, last in access_rows.lost(connection) for number in range(first, last + 1)}
    kept = {row["leaf"]: row for row in access_rows.batches(connection)}
    reached = 0
    for each in committed:
        name = _readings(each.first, each.last)
        if each.first != reached + 1:
            yield _gap(
                f"ledger entry {each.seq}", f"its readings do not follow the batch before, which ends at {reached}"
            )
        reached = each.last
        numbers = range(each.first, each.last + 1)
        if each.seq not in kept:
            if not lost.issuperset(numbers):
                yield _gap(name, f"the batch of ledger entry {each.seq} is gone")
            continue
        row = kept.pop(each.seq)
        if (row["first"], row["last"]) != (each.first, each.last):
            yield _differs(name, f"the batch kept of ledger entry {each.seq} names other readings")
        elif digests.keys() >= set(numbers):
            found = [digests[number] for number in numbers]
            if len(row["opening"]) != 32 or batch_commitment(row["opening"], found).hex() != each.commitment:
                yield _differs(name, f"they are not what entry {each.seq} of the ledger commits to")
    for row in kept.values():
        yield _differs(
            _readings(row["first"], row["last"]), f"entry {row['leaf']} of the ledger is no batch of readings"
        )


def _is_itself(row: Mapping[str, Any]) -> bool:
    read = Read(**{name: row[name] for name in _FACTS})
    if len(row["salt"]) != 32 or read_digest(row["salt"], read, row["text_commitment"]) != row["digest"]:
        return False
    if row["text_salt"] is None or row["text"] is None:  # forgotten: both are gone
        return row["text_salt"] is None and row["text"] is None
    return len(row["text_salt"]) == 32 and text_commitment(row["text_salt"], row["text"]) == row["text_commitment"]


def _readings(first: int, last: int) -> str:
    return f"reading {first}" if first == last else f"readings {first} to {last}"


def _gap(name: str, message: str) -> Finding:
    return Finding(code="access-gap", object=name, message=message)


def _differs(name: str, message: str) -> Finding:
    return Finding(code="access-batch-differs", object=name, message=message)
