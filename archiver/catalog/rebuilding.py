"""The catalog made again from the vault alone: acts replayed in order, every record's facts read from its own bytes.

Nothing is guessed: damage stops the rebuild and is named, since a catalog that silently lacks a record would let
the next start sweep its bytes away.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from archiver import durable, warc
from archiver.catalog import acts, rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.queries import all_records
from archiver.catalog.rows import Row
from archiver.normalized import content_bytes, decode_json, digest_of_bytes, envelope_of
from archiver.shelf import Shelf
from archiver.vault import Vault
from custody.clock import moment_of
from custody.errors import DamageError
from custody.record import Record

BATCH = 2_000


def rebuild(catalog: Catalog, vault: Vault, index: Callable[[list[Record]], None], told: Callable[[int], None]) -> int:
    """Fill an empty catalog from the vault and index every record. Returns how many; `told` hears progress."""
    with catalog.transaction() as connection:
        for name, serial, members in _segments(vault, "acts"):
            _replay(connection, vault, name, serial, members)
        for room in ("quarantine", "segments"):
            for name, serial, members in _segments(vault, room):
                _restore(connection, vault, name, serial, members, room == "segments")
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


def _replay(connection: Any, vault: Vault, name: str, serial: int, members: Members) -> None:
    _begin(connection, vault, name, serial, members)
    for offset, member, content in members:
        exchange = warc.parse(content, f"vault/{name} at byte {offset}")
        done = acts.act_of(decode_json(exchange.block))
        place = {"segment": serial, "offset": offset, "length": len(member), "sha256": hashlib.sha256(member).digest()}
        acts.record_act(connection, done, place)


def _restore(connection: Any, vault: Vault, name: str, serial: int, members: Members, is_record: bool) -> None:
    _begin(connection, vault, name, serial, members)
    records: list[Row] = []
    versions: list[Row] = []
    uses: list[Row] = []
    for place, content in _pairs(name, serial, members):
        exchange = warc.parse(content, f"vault/{name} at byte {place['offset']}")
        if not is_record:
            rows.add_quarantine(connection, [{**decode_json(exchange.block), **place}])
            continue
        envelope = envelope_of(exchange.block)
        digest = bytes.fromhex(digest_of_bytes(content_bytes(envelope.content)))
        here = {"number": envelope.number, "n": envelope.version}
        versions.append({**here, "digest": digest, "run": envelope.run, **place})
        if envelope.version == 1:
            records.append(rows.record_row(envelope, digest))
        for media in envelope.content.media:
            if media.sha256:
                uses.append({"sha256": bytes.fromhex(media.sha256), **here})
        if len(versions) >= BATCH:
            _write(connection, records, versions, uses)
    _write(connection, records, versions, uses)


def _write(connection: Any, records: list[Row], versions: list[Row], uses: list[Row]) -> None:
    rows.add_records(connection, records)
    rows.add_versions(connection, versions)
    rows.add_media(connection, [], uses)
    for batch in (records, versions, uses):
        batch.clear()


def _pairs(name: str, serial: int, members: Members) -> Iterator[tuple[Row, bytes]]:
    for offset, raw, _ in members:
        try:
            _, normal, content = next(members)
        except StopIteration as error:
            raise DamageError(f"vault/{name} ends between two exchanges of one record") from error
        both = raw + normal
        place = {"segment": serial, "offset": offset, "raw_length": len(raw), "length": len(both)}
        yield {**place, "sha256": hashlib.sha256(both).digest()}, content


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
            "digest": bytes.fromhex(digest_of_bytes(content_bytes(newest.content))),
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
