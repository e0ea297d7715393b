"""Does every byte still say what was kept? Each file is read whole and compared with the catalog, both ways.

What is compared: the stored bytes with their digest, the WARC structure and its own digests, each record's facts with
what stands in the vault, the media with their names, and every file with the list of files. Findings name the object.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, select

from archiver import durable, warc
from archiver.catalog import rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.tables import act, media, quarantine, record, segment, version
from archiver.normalized import content_bytes, digest_of_bytes, envelope_of
from archiver.vault import Vault
from custody.errors import CustodyError
from custody.ids import exchange_uuid, label_of
from custody.record import searchable_parts
from custody.words import joined

PIECE = 32_000_000
"""Bytes of a segment that are checked as one piece of work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that is not as it was kept: a named code, the object, what it means."""

    code: str
    object: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A stretch of a segment from one stored place to another, in bytes."""

    segment: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What one piece of work found, how much it read, and the search words of its records."""

    findings: list[Finding]
    bytes: int
    exchanges: int
    words: dict[int, str]


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
        for table in (version, quarantine, act):
            query = select(table.c.offset).where(table.c.segment == row["id"], table.c.offset >= target)
            nexts.append(catalog.connection.execute(query.order_by(table.c.offset).limit(1)).scalar())
        later = [offset for offset in nexts if offset is not None]
        if not later:
            break
        yield min(later)
        target = min(later) + PIECE
    yield end


def check_piece(catalog: Catalog, vault: Vault, piece: Piece) -> Checked:
    """Read a piece of a segment and compare every byte of it with the catalog."""
    row = dict(catalog.connection.execute(select(segment).where(segment.c.id == piece.segment)).mappings().one())
    where = f"vault/{row['name']}"
    try:
        data = vault.read(row["name"], piece.start, piece.end - piece.start)
    except CustodyError as error:
        cut = Finding(code="file-cut-off", object=where, message=error.message)
        return Checked(findings=[cut], bytes=0, exchanges=0, words={})
    findings: list[Finding] = []
    position, exchanges = piece.start, 0
    words: dict[int, str] = {}
    if piece.start == 0:
        findings += _check_head(row, data, where)
        position = row["head_length"]
        exchanges += 1
    for stored in _stored(catalog, piece):
        if stored["offset"] != position:
            findings.append(_gap(where, position, stored["offset"]))
        chunk = data[stored["offset"] - piece.start : stored["offset"] - piece.start + stored["length"]]
        position = stored["offset"] + stored["length"]
        findings += _check_stored(vault, stored, chunk, where, words)
        exchanges += 1 if stored["what"] == "act" else 2
    if position != piece.end:
        findings.append(_gap(where, position, piece.end))
    return Checked(findings=findings, bytes=len(data), exchanges=exchanges, words=words)


_FACTS = ("current", "versions", "series", "account", "object_id", "platform", *rows.FACTS)


def _stored(catalog: Catalog, piece: Piece) -> list[dict[str, Any]]:
    """What the catalog says lies in a piece, in order; records with the facts that stand beside them."""
    found: list[dict[str, Any]] = []
    for what, table in (("quarantined", quarantine), ("act", act)):
        query = select(table).where(_within(table, piece))
        found += [{**row, "what": what} for row in catalog.connection.execute(query).mappings()]
    places = [column.name for column in version.c]
    facts = [record.c[name].label(f"fact_{name}") for name in _FACTS]
    query = select(version, *facts).outerjoin(record, record.c.number == version.c.number)
    for values in catalog.connection.execute(query.where(_within(version, piece))):
        stored = dict(zip(places, values, strict=False))
        stored["what"] = "record"
        beside = dict(zip(_FACTS, values[len(places) :], strict=True))
        stored["facts"] = None if beside["current"] is None else beside
        found.append(stored)
    return sorted(found, key=lambda row: row["offset"])


def _within(table: Table, piece: Piece) -> ColumnElement[bool]:
    return and_(table.c.segment == piece.segment, table.c.offset >= piece.start, table.c.offset < piece.end)


def _check_head(row: Mapping[str, Any], data: bytes, where: str) -> list[Finding]:
    head = data[: row["head_length"]]
    if hashlib.sha256(head).digest() != row["head_sha256"]:
        message = "the first exchange is not the one that was written"
        return [Finding(code="file-head-changed", object=where, message=message)]
    return []


def _check_stored(
    vault: Vault, stored: dict[str, Any], chunk: bytes, where: str, words: dict[int, str]
) -> list[Finding]:
    name = _name_of(stored)
    place = f"{where}, {name}"
    if hashlib.sha256(chunk).digest() == stored["sha256"]:
        # The very bytes that were checked when they were written; what is left is whether the catalog agrees with them.
        return _check_meaning(vault, stored, chunk, place, words)
    message = "the stored bytes are not those that were kept"
    findings = [Finding(code="bytes-changed", object=place, message=message)]
    try:
        first = chunk if stored["what"] == "act" else chunk[: stored["raw_length"]]
        warc.read_member(first, place)
        if stored["what"] != "act":
            warc.read_member(chunk[stored["raw_length"] :], place)
    except CustodyError as error:
        findings.append(Finding(code="exchange-damaged", object=place, message=error.message))
    return findings


def _check_meaning(
    vault: Vault, stored: dict[str, Any], chunk: bytes, place: str, words: dict[int, str]
) -> list[Finding]:
    if stored["what"] != "record":
        return []
    try:
        normal = warc.read_member(chunk[stored["raw_length"] :], place)
        _expect_id(vault, stored, normal)
        return _check_record(stored, normal.block, place, words)
    except CustodyError as error:
        return [Finding(code="exchange-damaged", object=place, message=error.message)]


def _expect_id(vault: Vault, stored: dict[str, Any], normal: warc.Exchange) -> None:
    wanted = f"<urn:uuid:{exchange_uuid(vault.archive, stored['number'], stored['n'], 2)}>"
    if normal.fields["WARC-Record-ID"] != wanted:
        raise CustodyError(f"{_name_of(stored)}: the exchange belongs to something else")


def _check_record(stored: dict[str, Any], normal: bytes, place: str, words: dict[int, str]) -> list[Finding]:
    envelope = envelope_of(normal)
    if (envelope.number, envelope.version, envelope.run) != (stored["number"], stored["n"], stored["run"]):
        return [Finding(code="record-swapped", object=place, message="the vault holds another record at this place")]
    if bytes.fromhex(digest_of_bytes(content_bytes(envelope.content))) != stored["digest"]:
        return [Finding(code="catalog-changed", object=place, message="the catalog's digest is not the content's")]
    facts = stored["facts"]
    if facts is None:
        return [Finding(code="record-missing", object=place, message="the vault holds a record the catalog has lost")]
    if facts["versions"] == 1:
        words[envelope.number] = joined(dict.fromkeys(searchable_parts(envelope.content)))
    if facts["current"] != stored["n"]:
        return []
    expected = {**rows.facts_of(envelope.content), "series": envelope.series, "account": envelope.account}
    expected |= {"object_id": envelope.content.object_id, "platform": envelope.content.platform}
    wrong = sorted(name for name, value in expected.items() if facts[name] != value)
    if wrong:
        message = f"the catalog says something else than the vault about: {', '.join(wrong)}"
        return [Finding(code="catalog-changed", object=place, message=message)]
    return []


def check_media(catalog: Catalog, vault: Vault) -> Iterator[tuple[int, list[Finding]]]:
    """Read every media object; yields bytes read and what was found, one object after another."""
    for row in catalog.connection.execute(select(media).order_by(media.c.sha256)).mappings().all():
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


def _name_of(stored: Mapping[str, Any]) -> str:
    if stored["what"] == "record":
        return f"{label_of(stored['number'])} version {stored['n']}"
    if stored["what"] == "act":
        return f"act {stored['number']}"
    return f"quarantined item {stored['n']} of run {stored['run']}"
