"""`certificate.json`: a certificate with the acts behind it, each as it was signed, and one proof that all of it is in
the city's ledger. Whoever holds the file can check it without the archive (`exports/certificate_check.py`).
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMAT = "ofrecord-certificate/1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What a certificate's file holds: the acts with their ledger entries (place and text), an entry for each version
    that was destroyed, the log's key, its signed checkpoint, and the hashes of the joint proof."""

    document: Mapping[str, Any]
    acts: Sequence[tuple[Mapping[str, Any], int, bytes]]
    items: Iterable[tuple[int, bytes]]
    key: str
    checkpoint: str
    hashes: Sequence[bytes]


def certificate_chunks(evidence: Evidence) -> Iterator[bytes]:
    """The file, made as it is written."""
    head = {
        "acts": [{"act": act, "entry": entry.decode(), "leaf": leaf} for act, leaf, entry in evidence.acts],
        "checkpoint": evidence.checkpoint,
        "document": evidence.document,
        "format": FORMAT,
        "key": evidence.key,
        "proof": [base64.b64encode(each).decode() for each in evidence.hashes],
    }
    yield json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True)[:-2].encode() + b',\n "items": [\n'
    for number, (leaf, entry) in enumerate(evidence.items):
        line = json.dumps({"entry": entry.decode(), "leaf": leaf}, sort_keys=True)
        yield (b",\n" if number else b"") + line.encode()
    yield b"\n]}\n"
