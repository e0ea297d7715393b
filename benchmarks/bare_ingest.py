"""The floor: a bare prototype of the same work, with no archive around it.

A catalog of 15 columns with a unique digest and three indexes, two gzip members a record with isal, SHA-256,
`executemany`, FTS5 in the same transaction, one flush a batch.
It has no thread lookups, no versions, media, reconciliation, retention buckets, verification or recovery.
"""

import hashlib
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as sqlite
from isal import igzip_lib

from custody.words import words

BATCH = 5000


def ingest(lines: Iterable[bytes], folder: Path) -> int:
    folder.mkdir(parents=True)
    db = sqlite.connect(folder / "catalog.sqlite", isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "cache_size=-65536"):
        db.execute(f"PRAGMA {setting}")
    db.execute(
        "CREATE TABLE record(id INTEGER PRIMARY KEY, object_id TEXT, account TEXT, platform TEXT, kind TEXT,"
        " state TEXT, author TEXT, handle TEXT, created TEXT, parent TEXT, lang TEXT, digest TEXT UNIQUE, file TEXT,"
        " place INTEGER, length INTEGER)"
    )
    for column in ("object_id", "created", "parent"):
        db.execute(f"CREATE INDEX by_{column} ON record({column})")
    db.execute("CREATE VIRTUAL TABLE found USING fts5(words, tokenize='ascii')")
    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder(order="sorted").encode
    number = 0
    source = iter(lines)
    with (folder / "posts.warc.gz").open("wb") as file:
        while batch := list(islice(source, BATCH)):
            rows, texts = [], []
            for line in batch:
                number += 1
                data = decode(line)
                normal = encode(data)
                place = file.tell()
                for kind, block in ((b"resource", line), (b"conversion", normal)):
                    file.write(igzip_lib.compress(_warc(kind, number, block), level=1, flag=igzip_lib.COMP_GZIP))
                digest = hashlib.sha256(normal).hexdigest()
                author = data["author"]
                rows.append((number, data["object_id"], "maplefalls", data["platform"], data["kind"], "live",
                             author["name"], author["handle"], data["created_at"], data["parent_id"], data["lang"],
                             digest, "posts.warc.gz", place, file.tell() - place))  # fmt: skip
                texts.append((number, " ".join(words(data["text"]))))
            file.flush()
            os.fsync(file.fileno())
            db.execute("BEGIN")
            db.executemany("INSERT OR IGNORE INTO record VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
            db.executemany("INSERT INTO found(rowid, words) VALUES(?,?)", texts)
            db.execute("COMMIT")
    db.close()
    return number


def _warc(kind: bytes, number: int, block: bytes) -> bytes:
    digest = hashlib.sha256(block).hexdigest().encode()
    head = (
        b"WARC/1.1\r\nWARC-Type: %b\r\nWARC-Record-ID: <urn:uuid:00000000-0000-8000-8000-%012x>\r\n"
        b"WARC-Date: 2025-11-21T00:00:00Z\r\nWARC-Target-URI: urn:bare:%d\r\nWARC-Block-Digest: sha256:%b\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    )
    return head % (kind, number, number, digest, len(block)) + block + b"\r\n\r\n"
