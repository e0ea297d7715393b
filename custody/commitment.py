"""Commitments: what the ledger says of a record, from which nobody can learn or guess the record.

Each stored thing has an opening, 32 random bytes that lie beside it and are destroyed with it. From the opening each
of its parts gets a key of its own, and the part's commitment is the SHA-256 of key, name and bytes. To prove a part,
one shows its bytes and its key; that reveals no other key. Without the opening even a three-word post cannot be found
by trying, and with it nobody can find other bytes of the same commitment. `docs/adr/ledger.md` gives the reasons.
"""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

OPENING_SIZE = 32
_SIZE = 32
_PART = b"ofrecord/1/part\x00"
_FIELDS = b"ofrecord/1/fields\x00"
_RECORD = b"ofrecord/1/record\x00"
_KEPT = b"kept\x00"


def part_keys(opening: bytes, count: int) -> list[bytes]:
    """The keys of the first `count` parts, 32 bytes each: SHAKE-256 of the opening, cut up.

    Raises ValueError when the opening is not 32 bytes.
    """
    if len(opening) != OPENING_SIZE:
        raise ValueError("an opening is 32 bytes")
    stream = hashlib.shake_256(opening).digest(_SIZE * count)
    return [stream[start : start + _SIZE] for start in range(0, len(stream), _SIZE)]


def part_commitment(key: bytes, name: str, data: bytes) -> bytes:
    """The commitment to one part's bytes under its name. Raises ValueError when the key is not 32 bytes."""
    if len(key) != _SIZE:
        raise ValueError("a part's key is 32 bytes")
    return _commitment(key, _label(name), data)


def fields_of(opening: bytes, parts: Mapping[str, bytes]) -> list[tuple[str, bytes, bytes]]:
    """Each field's name, key and commitment, in order of name. The first key is not theirs: it is the `kept` part's."""
    names = sorted(parts)
    keys = part_keys(opening, len(names) + 1)[1:]
    return [(name, key, _commitment(key, _label(name), parts[name])) for name, key in zip(names, keys, strict=True)]


def fields_commitment(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """The commitment to a record's fields, from each one's name and commitment, in order of name."""
    return hashlib.sha256(_FIELDS + b"".join([_label(name) + made for name, made in parts])).digest()


def commitment_to_fields(opening: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The commitment to a record's fields from their bytes: `fields_commitment` of what `fields_of` makes, in one go
    because an import makes a dozen of them a record.

    Raises ValueError when the opening is not 32 bytes.
    """
    if len(opening) != OPENING_SIZE:
        raise ValueError("an opening is 32 bytes")
    names, sha256, join = sorted(parts), hashlib.sha256, b"".join
    count = len(names) + 1  # the first key is the `kept` part's
    _, *keys = _apart(count)(hashlib.shake_256(opening).digest(_SIZE * count))
    made = [_FIELDS]
    for name, key in zip(names, keys, strict=True):
        label = _label(name)
        made += label, sha256(join((_PART, key, label, parts[name]))).digest()
    return sha256(join(made)).digest()


def record_commitment(opening: bytes, kept: bytes, fields: bytes) -> bytes:
    """The commitment to a whole record: to how it is kept (`kept`, bytes) and to what it says (`fields`, from
    `fields_commitment`; empty where nothing is ever disclosed)."""
    if len(opening) != OPENING_SIZE:
        raise ValueError("an opening is 32 bytes")
    sha256, key = hashlib.sha256, hashlib.shake_256(opening).digest(_SIZE)  # the first of `part_keys`
    return sha256(_RECORD + sha256(_PART + key + _KEPT + kept).digest() + fields).digest()


@cache
def _apart(count: int) -> Callable[[bytes], tuple[bytes, ...]]:
    return struct.Struct(f"{_SIZE}s" * count).unpack


@cache
def _label(name: str) -> bytes:
    return name.encode("ascii") + b"\x00"


def _commitment(key: bytes, label: bytes, data: bytes, sha256: Callable[[bytes], Any] = hashlib.sha256) -> bytes:
    made: bytes = sha256(_PART + key + label + data).digest()
    return made
