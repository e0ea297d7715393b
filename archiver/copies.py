"""Exchanges as the vault has them, byte for byte, for a file that leaves the house: nothing is packed anew.

A segment's members are gzip by themselves, so members copied one behind another are a WARC file again.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archiver import warc
from archiver.catalog import queries
from archiver.catalog.catalog import Catalog
from archiver.normalized import Envelope, decode_json, envelope_of
from archiver.vault import POINTER, Vault
from custody.errors import DamageError
from custody.ids import ArchiveId, exchange_uuid, label_of

_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """One version as it is kept: its two members, what they say, and the object its raw bytes point to, if any."""

    members: bytes
    envelope: Envelope
    raw: bytes
    pointed: str


def opening_of(archive: ArchiveId, number: int, date: str, file_name: str, description: str) -> bytes:
    """The first member of such a file: what it is. `number` tells several such files apart."""
    return warc.warcinfo_bytes(exchange_uuid(archive, number, 0, 0xFFD), date, file_name, description)


def copies(catalog: Catalog, vault: Vault, numbers: Sequence[int]) -> Iterator[list[Copy]]:
    """Every version of each record, in order. Raises DamageError where the bytes are not those that were kept."""
    for start in range(0, len(numbers), _AT_ONCE):
        chosen = numbers[start : start + _AT_ONCE]
        places = queries.versions_of_many(catalog.connection, chosen)
        for number in chosen:
            yield [_copied(vault, place) for place in places[number]]


def from_members(raw_member: bytes, normal_member: bytes, where: str) -> Copy:
    """A version from its two members, each uncompressed and checked. Raises DamageError when they are none."""
    raw, normal = warc.parse(raw_member, where), warc.parse(normal_member, where)
    if (raw.type, normal.type) != ("resource", "conversion"):
        raise DamageError(f"{where}: this is no record with its normalized form")
    pointed = str(decode_json(raw.block)["sha256"]) if raw.fields.get("Content-Type") == POINTER else ""
    return Copy(members=b"", envelope=envelope_of(normal.block), raw=raw.block, pointed=pointed)


def _copied(vault: Vault, place: Mapping[str, Any]) -> Copy:
    where = f"{label_of(place['number'])} in vault/{place['name']}"
    members = vault.read(place["name"], place["offset"], place["length"])
    if hashlib.sha256(members).digest() != place["sha256"]:
        raise DamageError(f"{where}: the bytes are not those that were kept", "Run `ofrecord verify`.")
    raw = warc.read_member(members[: place["raw_length"]], where)
    normal = warc.read_member(members[place["raw_length"] :], where)
    pointed = str(decode_json(raw.block)["sha256"]) if raw.fields.get("Content-Type") == POINTER else ""
    return Copy(members=members, envelope=envelope_of(normal.block), raw=raw.block, pointed=pointed)
