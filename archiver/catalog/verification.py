"""Does every byte still say what was kept? Each file is read whole and compared with the catalog, both ways.

What is compared: the stored bytes of each thing, the facts the catalog has of it and the words the index has of it with
the commitment in the ledger; the media with their names; every file with the list of files. Findings name the object.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select

from archiver import durable
from archiver.catalog import rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.destroyed_check import check_tombstones
from archiver.catalog.finding import Finding
from archiver.catalog.record_check import Results, Stretch, WordsOf, check_records
from archiver.catalog.room_checks import check_acts, check_blocks, check_quarantined
from archiver.catalog.tables import act, checkpoint, destroyed, media, quarantine, record, segment, version
from archiver.vault import Vault
from custody.errors import CustodyError
from custody.ids import label_of

PIECE = 32_000_000
"""Bytes of a segment that are checked as one piece of work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A stretch of a segment from one stored place to another, in bytes."""

    segment: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What one piece of work found, and how much it read."""

    findings: list[Finding]
    bytes: int
    exchanges: int


def pieces(catalog: Catalog) -> list[Piece]:
    """All segments cut into pieces of work at places where one stored thing ends and the next begins."""
    found = []
    for row in catalog.connection.execute(select(segment).order_by(segment.c.id)).mappings():
        start = 0
        for offset in _cuts(catalog, dict(row)):
            found.append(Piece(segment=row["id"], start=start, end=offset))
            start = offset
    return found


def _cuts(catalog: Catalog, row: dict[str, Any]) -> Iterator[int]:
    target, end = PIECE, row["committed_end"]
    while target < end:
        nexts = []
        for table in (version, destroyed, quarantine, act, checkpoint):
            query = select(table.c.offset).where(table.c.segment == row["id"], table.c.offset >= target)
            nexts.append(catalog.connection.execute(query.order_by(table.c.offset).limit(1)).scalar())
        later = [offset for offset in nexts if offset is not None]
        if not later:
            break
        yield min(later)
        target = min(later) + PIECE
    yield end


def check_piece(catalog: Catalog, vault: Vault, piece: Piece, words_of: WordsOf, trusting: bool = False) -> Checked:
    """Read a piece of a segment and compare every byte of it with the catalog and the ledger; `words_of` gives the
    index's lines. `trusting` reads no byte, and takes the catalog's digests of them for true."""
    row = dict(catalog.connection.execute(select(segment).where(segment.c.id == piece.segment)).mappings().one())
    where = f"vault/{row['name']}"
    try:
        data = None if trusting else vault.read(row["name"], piece.start, piece.end - piece.start)
    except CustodyError as error:
        cut = Finding(code="file-cut-off", object=where, message=error.message)
        return Checked(findings=[cut], bytes=0, exchanges=0)
    found: list[Finding] = []
    position, exchanges = piece.start, 0
    if piece.start == 0:
        found += [] if data is None else _check_head(row, data, where)
        position, exchanges = row["head_length"], 1
    check = _CHECKS.get(row["room"], _check_versions)
    stretch = Stretch(
        catalog=catalog, vault=vault, segment=row, data=data, start=piece.start, end=piece.end, words_of=words_of
    )
    for offset, length, what, findings in check(stretch):
        if offset != position:
            found.append(_gap(where, position, offset))
        position = offset + length
        exchanges += what
        found += findings
    if position != piece.end:
        found.append(_gap(where, position, piece.end))
    return Checked(findings=found, bytes=len(data or b""), exchanges=exchanges)


def _check_versions(stretch: Stretch) -> Results:
    return _with_tombstones(check_records(stretch), stretch)


def _check_aside(stretch: Stretch) -> Results:
    return _with_tombstones(check_quarantined(stretch), stretch)


def _with_tombstones(found: Results, stretch: Stretch) -> Results:
    tombstones = list(check_tombstones(stretch))  # mostly none, and then nothing needs merging
    return merge(found, tombstones, key=itemgetter(0)) if tombstones else found


_CHECKS: Mapping[str, Callable[[Stretch], Results]] = {
    "acts": check_acts,
    "ledger": check_blocks,
    "quarantine": _check_aside,
}


def _check_head(row: Mapping[str, Any], data: bytes, where: str) -> list[Finding]:
    head = data[: row["head_length"]]
    if hashlib.sha256(head).digest() != row["head_sha256"]:
        message = "the first exchange is not the one that was written"
        return [Finding(code="file-head-changed", object=where, message=message)]
    return []


def check_media(catalog: Catalog, vault: Vault, digits: str = "") -> Iterator[tuple[int, list[Finding]]]:
    """Read every media object, or those whose digest begins with `digits`; yields bytes read and what was found, one
    object after another."""
    query = select(media).order_by(media.c.sha256)
    if digits:
        first = bytes.fromhex(digits)
        query = query.where(media.c.sha256 >= first, media.c.sha256 < first + b"\xff" * 33)
    for row in catalog.connection.execute(query).mappings().all():
        name = row["sha256"].hex()
        path = vault.media_path(name)
        where = f"vault/media/{name[:2]}/{path.name}"
        findings = []
        try:
            size = sum(len(chunk) for chunk in vault.media(name))
            if size != row["size"] or path.stat().st_size != row["length"]:
                findings.append(Finding(code="media-damaged", object=where, message="the object's length has changed"))
            elif durable.hash_file(path) != row["file_sha256"].hex():
                findings.append(Finding(code="media-damaged", object=where, message="the file's bytes have changed"))
        except CustodyError as error:
            findings.append(Finding(code="media-damaged", object=where, message=error.message))
        yield row["length"], findings


def check_files(catalog: Catalog, vault: Vault) -> list[Finding]:
    """Compare the list of files with what lies in the vault, both ways, and the database with itself."""
    findings = [Finding(code="catalog-damaged", object="catalog.sqlite", message=words) for words in catalog.check()]
    ends = rows.segment_ends(catalog.connection)
    for path in sorted(vault.root.glob("**/*")):
        name = path.relative_to(vault.root).as_posix()
        if not path.is_file() or path.name.endswith(".part"):
            continue
        if name.startswith("media/"):
            stem = path.name.removesuffix(".warc.gz")
            known = len(stem) == 64 and rows.has_media(catalog.connection, bytes.fromhex(stem))
        else:
            known = name in ends
        if not known:
            findings.append(Finding(code="file-unknown", object=f"vault/{name}", message="no such file was kept"))
        elif name in ends and path.stat().st_size > ends[name]:
            message = "there are bytes behind the acknowledged end (an interrupted import; swept at the next start)"
            findings.append(Finding(code="file-too-long", object=f"vault/{name}", message=message))
    return findings


def lost_versions(catalog: Catalog) -> list[Finding]:
    """Records whose count of versions is not the number of versions there are."""
    counted = select(version.c.number, func.count().label("there")).group_by(version.c.number).subquery()
    query = select(record.c.number).outerjoin(counted, counted.c.number == record.c.number)
    wrong = query.where(func.coalesce(counted.c.there, 0) != record.c.versions)
    return [
        Finding(code="version-missing", object=label_of(number), message="the catalog has lost a version of it")
        for number in catalog.connection.execute(wrong).scalars()
    ]


def _gap(where: str, start: int, end: int) -> Finding:
    message = f"the catalog accounts for no bytes from {start} to {end}"
    return Finding(code="record-missing", object=where, message=message)
