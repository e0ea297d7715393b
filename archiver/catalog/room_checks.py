"""Are acts, quarantined items and the ledger's own blocks still what they were: in the vault, catalog and ledger?"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Table, select

from archiver import warc
from archiver.catalog import ledger_rows
from archiver.catalog.act import act_of
from archiver.catalog.finding import Finding
from archiver.catalog.record_check import Results, Stretch
from archiver.catalog.tables import act, checkpoint, ledger_entry, quarantine
from archiver.normalized import decode_json
from archiver.press import kept_part
from custody.canonical import canonical
from custody.commitment import record_commitment
from custody.errors import CustodyError


def check_acts(stretch: Stretch) -> Results:
    """Judge every act in a stretch."""
    for row, chunk in _stored(stretch, act):
        place = f"{stretch.where}, act {row['number']}"
        findings = _bytes_changed(row, chunk, place)
        if chunk is not None and not findings:
            try:
                findings = list(_act(row, warc.read_member(chunk, place).block, place))
            except CustodyError as error:
                findings = [Finding(code="exchange-damaged", object=place, message=error.message)]
        yield row["offset"], row["length"], 1, findings


def _act(row: Mapping[str, Any], block: bytes, place: str) -> Iterator[Finding]:
    done = act_of(decode_json(block))
    beside = {"number": done.number, "at": done.at, "kind": done.kind, "subject": done.subject}
    beside |= {"opening": bytes.fromhex(done.opening)}
    wrong = sorted(name for name, value in beside.items() if row[name] != value)
    if json.loads(row["data"]) != {"by": done.by, **done.data}:
        wrong.append("data")
    if wrong:
        message = f"the catalog says something else than the vault about: {', '.join(wrong)}"
        yield Finding(code="catalog-changed", object=place, message=message)
    made = record_commitment(bytes.fromhex(done.opening), hashlib.sha256(block).digest(), b"").hex()
    start = canonical({"C": made, "act": done.number})[:-1] + b","
    yield from _entry_differs(row, start, place)


def check_quarantined(stretch: Stretch) -> Results:
    """Judge every quarantined item in a stretch."""
    for row, chunk in _stored(stretch, quarantine):
        place = f"{stretch.where}, quarantined item {row['n']} of run {row['run']}"
        findings = _bytes_changed(row, chunk, place)
        if not findings:
            about = {name: row[name] for name in ("run", "n", "place", "reason")}
            kept = kept_part(row["sha256"], "", canonical(about))
            made = record_commitment(row["opening"], kept, b"").hex()
            start = canonical({"C": made, "n": row["n"], "run": row["run"]})[:-1] + b","
            findings = list(_entry_differs(row, start, place))
        parted = None if chunk is None else chunk[row["raw_length"] : row["raw_length"] + len(warc.GZIP_HEADER)]
        if not findings and parted not in (None, warc.GZIP_HEADER):
            message = "the catalog does not say where its raw bytes end"
            findings.append(Finding(code="catalog-changed", object=place, message=message))
        yield row["offset"], row["length"], 2, findings


def check_blocks(stretch: Stretch) -> Results:
    """Judge every block of the ledger in a stretch."""
    for row, chunk in _stored(stretch, checkpoint):
        place = f"{stretch.where}, entries {row['first']} to {row['size'] - 1}"
        findings = _bytes_changed(row, chunk, place)
        if chunk is not None and not findings:
            entries = ledger_rows.entries_between(stretch.catalog.connection, row["first"], row["size"])
            block = b"".join(entry + b"\n" for entry in entries)
            if warc.read_member(chunk, place).block != block:
                message = "the ledger in the catalog is not the one in the vault"
                findings.append(Finding(code="ledger-changed", object=place, message=message))
        yield row["offset"], row["length"], 1, findings


def _stored(stretch: Stretch, table: Table) -> Iterator[tuple[dict[str, Any], bytes | None]]:
    query = select(table)
    if "leaf" in table.c:
        joined = table.outerjoin(ledger_entry, ledger_entry.c.seq == table.c.leaf)
        query = select(table, ledger_entry.c.entry).select_from(joined)
    found = stretch.catalog.connection.execute(query.where(stretch.within(table)).order_by(table.c.offset))
    for row in found.mappings().all():
        yield dict(row), stretch.chunk(row["offset"], row["length"])


def _bytes_changed(row: Mapping[str, Any], chunk: bytes | None, place: str) -> list[Finding]:
    if chunk is None or hashlib.sha256(chunk).digest() == row["sha256"]:
        return []
    return [Finding(code="bytes-changed", object=place, message="the stored bytes are not those that were kept")]


def _entry_differs(row: Mapping[str, Any], start: bytes, place: str) -> Iterator[Finding]:
    if row["entry"] is None:
        yield Finding(code="not-in-ledger", object=place, message="the ledger has no entry for it")
    elif not row["entry"].startswith(start):
        yield Finding(code="ledger-differs", object=place, message="it is not what the ledger says was kept")
