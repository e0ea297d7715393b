"""The catalog made again from the vault alone: acts replayed in order, every record's facts read from its own bytes.

Nothing is guessed: damage stops the rebuild and is named, since a catalog that silently lacks a record would let
the next start sweep its bytes away.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, insert, select

from archiver import durable, warc
from archiver.catalog import acts, ledger_rows, rows
from archiver.catalog.act import act_of
from archiver.catalog.catalog import Catalog
from archiver.catalog.queries import all_records
from archiver.catalog.rebuilt_destruction import Rebuilt
from archiver.catalog.rows import Row
from archiver.normalized import Envelope, content_bytes, decode_json, digest_of_bytes, envelope_of
from archiver.press import fields_digest
from archiver.shelf import Shelf
from archiver.tombstone import destroyed_in
from archiver.vault import Vault
from custody.clock import moment_of
from custody.errors import DamageError
from custody.ledger import leaf_hash, tree_of
from custody.record import Record

BATCH = 2_000
_ALONE = b"WARC/1.1\r\nWARC-Type: metadata\r\n"

_LEAF = Table(
    "rebuilding_leaf",
    MetaData(),
    Column("kind", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""Which entry of the ledger names what, while the catalog is made again."""


def rebuild(catalog: Catalog, vault: Vault, index: Callable[[list[Record]], None], told: Callable[[int], None]) -> int:
    """Fill an empty catalog from the vault and index every record. Returns how many; `told` hears progress."""
    with catalog.transaction() as connection:
        _LEAF.create(connection)
        for name, serial, members in _segments(vault, "ledger"):
            _restore_ledger(connection, vault, name, serial, members)
        for name, serial, members in _segments(vault, "acts"):
            _replay(connection, vault, name, serial, members)
        gone = Rebuilt(connection)
        for name, serial, members in _segments(vault, "quarantine"):
            _restore_quarantine(connection, vault, name, serial, members, gone)
        for name, serial, members in _segments(vault, "segments"):
            if name not in gone.gone:
                _restore(connection, vault, name, serial, members, gone)
        gone.close(vault)
        _LEAF.drop(connection)
        _restore_media(connection, vault)
        _settle_versions(connection, catalog, vault)
    return _index_all(catalog, vault, index, told)


Members = Iterator[tuple[int, bytes, bytes]]


def _segments(vault: Vault, room: str) -> Iterator[tuple[str, int, Members]]:
    paths = sorted((vault.root / room).glob("**/*.warc.gz"), key=lambda path: _serial(path))
    for path in paths:
        yield path.relative_to(vault.root).as_posix(), _serial(path), _members(path, vault)


def _members(path: Path, vault: Vault) -> Members:
    with path.open("rb") as file:
        yield from warc.walk(file, path.stat().st_size, f"vault/{path.relative_to(vault.root)}")


def _serial(path: Path) -> int:
    parts = path.name.split("-")
    if len(parts) != 4 or not parts[2].isdigit():
        raise DamageError(f"{path} is not named as Ofrecord names its files", "move it out of the vault")
    return int(parts[2])


def _begin(connection: Any, vault: Vault, name: str, serial: int, members: Members) -> Row:
    try:
        _, head, content = next(members)
    except StopIteration as error:
        raise DamageError(f"vault/{name} is empty", "restore it from a backup") from error
    began = moment_of(warc.parse(content, f"vault/{name}").fields["WARC-Date"])
    row = {
        "id": serial,
        "name": name,
        "room": name.rsplit("/", 1)[0],
        "began_at": rows.millis(began),
        "head_length": len(head),
        "head_sha256": hashlib.sha256(head).digest(),
        "committed_end": vault.path_of(name).stat().st_size,
    }
    rows.put_segment(connection, row)
    return row


def _restore_ledger(connection: Any, vault: Vault, name: str, serial: int, members: Members) -> None:
    """The entries again, and from them the tree's hashes and the root after each commit."""
    _begin(connection, vault, name, serial, members)
    tree = tree_of(ledger_rows.size(connection), ledger_rows.reader(connection))
    for offset, member, content in members:
        exchange = warc.parse(content, f"vault/{name} at byte {offset}")
        first, entries = tree.size, exchange.block.splitlines()
        for entry in entries:
            tree.append(leaf_hash(entry))
        ledger_rows.add_entries(connection, first, entries)
        ledger_rows.add_nodes(connection, tree.completed)
        tree.completed = []
        at = rows.millis(moment_of(exchange.fields["WARC-Date"]))
        place = {"segment": serial, "offset": offset, "length": len(member), "sha256": hashlib.sha256(member).digest()}
        row = {"size": tree.size, "root": tree.root(), "first": first, "at": at, "note": None}
        ledger_rows.add_checkpoint(connection, {**row, **place})
        named = [(_named(entry), seq) for seq, entry in enumerate(entries, first)]
        found = [{"kind": what[0], "number": what[1], "n": what[2], "seq": seq} for what, seq in named if what]
        if found:
            connection.execute(insert(_LEAF), found)


def _named(entry: bytes) -> tuple[str, int, int] | None:
    data = decode_json(entry)
    if "record" in data:
        return "record", data["record"], data["n"]
    if data["t"] == "import.quarantine":
        return "quarantined", data["run"], data["n"]
    return ("act", data["act"], 0) if "act" in data else None


def _leaf_of(connection: Any, kind: str, number: int, n: int) -> int | None:
    here = (_LEAF.c.kind == kind) & (_LEAF.c.number == number) & (_LEAF.c.n == n)
    found: int | None = connection.execute(select(_LEAF.c.seq).where(here)).scalar()
    return found


def _replay(connection: Any, vault: Vault, name: str, serial: int, members: Members) -> None:
    row, end = _begin(connection, vault, name, serial, members), None
    for offset, member, content in members:
        exchange = warc.parse(content, f"vault/{name} at byte {offset}")
        done = act_of(decode_json(exchange.block))
        leaf = _leaf_of(connection, "act", done.number, 0)
        end = _unacknowledged(end, offset, leaf, name)
        if leaf is not None:
            digest = hashlib.sha256(member).digest()
            place = {"segment": serial, "offset": offset, "length": len(member), "sha256": digest, "leaf": leaf}
            acts.record_act(connection, done, place)
    _shorten(connection, row, end)


def _restore_quarantine(connection: Any, vault: Vault, name: str, serial: int, members: Members, gone: Rebuilt) -> None:
    row, end = _begin(connection, vault, name, serial, members), None
    for place, raw, content in _pairs(name, serial, members):
        where = f"vault/{name} at byte {place['offset']}"
        data = decode_json(warc.parse(content, where).block) if content else {}
        stone = None if content else destroyed_in(warc.parse(raw, where))
        run, n = (data["run"], data["n"]) if data else (-stone[0], stone[1]) if stone else (0, 0)
        leaf = _leaf_of(connection, "quarantined", run, n)
        end = _unacknowledged(end, place["offset"], leaf, name)
        if leaf is not None and (not data or gone.by_item(run, n) is not None):
            gone.add(-run, n, leaf, place)
        elif leaf is not None:
            opening = bytes.fromhex(data["opening"])
            rows.add_quarantine(connection, [{**data, **place, "opening": opening, "leaf": leaf}])
    _shorten(connection, row, end)


def _restore(connection: Any, vault: Vault, name: str, serial: int, members: Members, gone: Rebuilt) -> None:
    row, end = _begin(connection, vault, name, serial, members), None
    records: list[Row] = []
    versions: list[Row] = []
    uses: list[Row] = []
    for place, raw, content in _pairs(name, serial, members):
        where = f"vault/{name} at byte {place['offset']}"
        raw_exchange = warc.parse(raw, where)
        stone = None if content else destroyed_in(raw_exchange)
        envelope = None if stone else envelope_of(warc.parse(content, where).block)
        number, n = (envelope.number, envelope.version) if envelope else stone or (0, 0)
        leaf = _leaf_of(connection, "record", number, n)
        end = _unacknowledged(end, place["offset"], leaf, name)
        if leaf is None:
            continue
        if envelope is None or gone.by(number) is not None:
            gone.add(number, n, leaf, place)
            continue
        here: Row = {"number": number, "n": n}
        gone.keep(raw_exchange)
        versions.append({**here, **_version_row(envelope, raw_exchange.block), **place, "leaf": leaf})
        if n == 1:
            records.append(rows.record_row(envelope, versions[-1]["digest"]))
        for media in envelope.content.media:
            if media.sha256:
                uses.append({"sha256": bytes.fromhex(media.sha256), **here})
        if len(versions) >= BATCH:
            _write(connection, records, versions, uses)
    _write(connection, records, versions, uses)
    _shorten(connection, row, end)


def _version_row(envelope: Envelope, raw: bytes) -> Row:
    content, opening = content_bytes(envelope.content), bytes.fromhex(envelope.opening)
    return {
        "digest": digest_of_bytes(content),
        "run": envelope.run,
        "opening": opening,
        "fields": fields_digest(opening, content, hashlib.sha256(raw).digest()),
    }


def _unacknowledged(end: int | None, offset: int, leaf: int | None, name: str) -> int | None:
    """Where the bytes begin that the ledger does not name: a crash left them there, and nothing may come after."""
    if leaf is None:
        return offset if end is None else end
    if end is not None:
        raise DamageError(
            f"vault/{name} at byte {end}: the ledger does not name what lies here, but what comes after",
            "restore the folder vault/ledger from a backup",
        )
    return None


def _shorten(connection: Any, row: Row, end: int | None) -> None:
    if end is not None:
        rows.put_segment(connection, {**row, "committed_end": end})


def _write(connection: Any, records: list[Row], versions: list[Row], uses: list[Row]) -> None:
    rows.add_records(connection, records)
    rows.add_versions(connection, versions)
    rows.add_media(connection, [], uses)
    for batch in (records, versions, uses):
        batch.clear()


def _pairs(name: str, serial: int, members: Members) -> Iterator[tuple[Row, bytes, bytes]]:
    """Each place with the content of its two exchanges; of a tombstone, which is alone, the second is empty."""
    for offset, raw, first in members:
        if first.startswith(_ALONE):
            yield {"segment": serial, "offset": offset, "length": len(raw)}, first, b""
            continue
        try:
            _, normal, content = next(members)
        except StopIteration as error:
            raise DamageError(f"vault/{name} ends between two exchanges of one record") from error
        both = raw + normal
        place = {"segment": serial, "offset": offset, "raw_length": len(raw), "length": len(both)}
        yield {**place, "sha256": hashlib.sha256(both).digest()}, first, content


def _restore_media(connection: Any, vault: Vault) -> None:
    for path in sorted((vault.root / "media").glob("*/*.warc.gz")):
        sha256 = path.name.removesuffix(".warc.gz")
        size = sum(len(chunk) for chunk in vault.media(sha256))
        with path.open("rb") as file:
            media_type = warc.second_header(file, f"vault/media/{path.name}")["Content-Type"]
        row = {"sha256": bytes.fromhex(sha256), "size": size, "media_type": media_type}
        row |= {"length": path.stat().st_size, "file_sha256": bytes.fromhex(durable.hash_file(path))}
        rows.add_media(connection, [row], [])


def _settle_versions(connection: Any, catalog: Catalog, vault: Vault) -> None:
    """Records with several versions: which one is current is decided as it was when they came in."""
    shelf = Shelf(catalog, vault)
    for number, count in rows.counted_versions(connection):
        envelopes = shelf.envelopes(number)
        newest = max(envelopes, key=lambda envelope: (envelope.as_of, envelope.version))
        values = {
            "versions": count,
            "current": newest.version,
            "digest": digest_of_bytes(content_bytes(newest.content)),
            "as_of": rows.millis(newest.as_of),
            "seen_run": max(envelope.run for envelope in envelopes),
            **rows.facts_of(newest.content),
        }
        rows.change_record(connection, number, values)


def _index_all(
    catalog: Catalog, vault: Vault, index: Callable[[list[Record]], None], told: Callable[[int], None]
) -> int:
    shelf, done = Shelf(catalog, vault), 0
    for numbers in _groups(row["number"] for row in all_records(catalog.connection)):
        found = list(shelf.records(numbers))
        with catalog.transaction():
            index(found)
        done += len(found)
        told(done)
    return done


def _groups(numbers: Iterable[int]) -> Iterator[list[int]]:
    group: list[int] = []
    for number in list(numbers):
        group.append(number)
        if len(group) == BATCH:
            yield group
            group = []
    if group:
        yield group
