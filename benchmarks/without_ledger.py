"""The same import with all that only the ledger and durability need taken out, to measure what the two cost.

Importing this module takes it out: commitments, entries, the tree, roots, its room in the vault, and every flush to
the disk. For measuring only.
"""

import os
from typing import Any

import archiver.catalog.catalog
import archiver.press
from archiver.ledger import Ledger

_NONE = bytes(32)


def _nothing(*_: Any, **__: Any) -> None:
    return None


archiver.press.fields_digest = lambda opening, content, raw_digest: _NONE
archiver.press.record_commitment = lambda opening, kept, fields: _NONE
archiver.press.kept_part = lambda sha256, line, facts: _NONE
Ledger.block = _nothing
Ledger.keep = _nothing
Ledger.record = _nothing
Ledger.sign = _nothing
Ledger.size = lambda self: 0

os.fsync = lambda descriptor: None
_flushed = archiver.catalog.catalog._SETTINGS
archiver.catalog.catalog._SETTINGS = tuple(each.replace("synchronous=FULL", "synchronous=OFF") for each in _flushed)
