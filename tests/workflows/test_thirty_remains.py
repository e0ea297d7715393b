"""Thirty remains, left on purpose where content hides and in the forms in which it hides: the search names each."""

import base64
import gzip
import io
import json
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as driver
import pytest

from custody.ids import RecordNumber
from custody.words import joined
from tests.conftest import Archive
from tests.workflows.test_purging import codes, destroy
from workflows import purging

Jsonl = Callable[..., Path]
VICTIM = 3
TEXT = "The culvert at Larch Lane washed out again, says Wilhelmina Featherstonehaugh of 41 Larch Lane, 715-555-0188."


@pytest.fixture
def filled(archive: Archive, jsonl: Jsonl) -> Archive:
    author = {"name": "Wilhelmina Featherstonehaugh", "handle": "@wfeatherstonehaugh41"}
    posts = [{"object_id": str(n), "text": f"Road work on route {n} begins on Monday at seven."} for n in range(1, 9)]
    posts[VICTIM - 1] = {"object_id": "victim-81726354", "text": TEXT, "author": author,
                         "permalink": "https://social.example/larch-lane/81726354"}  # type: ignore[dict-item]  # fmt: skip
    archive.take_in(jsonl("a", *posts))
    return archive


def zipped(name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as package:
        package.writestr(name, data)
    return out.getvalue()


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as package:
        member = tarfile.TarInfo("records.jsonl")
        member.size = len(data)
        package.addfile(member, io.BytesIO(data))
    return out.getvalue()


def database(text: str) -> bytes:
    """A page of a database in which a row was deleted and not overwritten."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE kept (text)")
        connection.execute("INSERT INTO kept VALUES (?)", (text,))
        connection.commit()
        connection.execute("DELETE FROM kept")
        connection.commit()
        return connection.serialize()


def remains(raw: bytes, opening: bytes, digest: bytes) -> Mapping[str, bytes]:
    """Files of an archive's folder, by name: what other programs, an older program or a person may leave there."""
    text, half = TEXT.encode(), TEXT[40:].encode()
    line = json.dumps({"text": TEXT}).encode()
    return {
        "catalog.sqlite.bak": b"SQLite format 3\0" + bytes(500) + text + bytes(500),
        "catalog.copy.db": database(TEXT),
        "old-index/segment.idx": joined((TEXT,)).encode(),
        "thumbnails/3.jpg": b"\xff\xd8\xff\xe1\x00\x80Exif\0\0" + TEXT.encode("utf-16-le") + b"\xff\xd9",
        "logs/app.log": b"2026-11-20 ERROR cannot show " + text + b"\n",
        "logs/app.log.1.gz": gzip.compress(b"2026-11-19 ERROR " + text),
        "queue/job-17.json": json.dumps({"todo": "index", "payload": TEXT}, ensure_ascii=True).encode(),
        "queue/job-18.b64": base64.b64encode(b"a job: " + text),
        ".records.jsonl.swp": b"b0VIM 9.0\0" + half,
        "records.jsonl~": line,
        "tmp/upload.part": raw,
        "tmp/core.4711": bytes(3_000) + raw + bytes(3_000),
        "export/old.wacz": zipped("pages/pages.jsonl", line, zipfile.ZIP_STORED),
        "export/old.cdxj": b'example,social)/ 2026 {"digest": "sha256:' + digest.hex().encode() + b'"}\n',
        "export/old.cdx": b"example,social)/ 2026 " + base64.b32encode(digest) + b"\n",
        "export/page.html": TEXT.replace(",", "&#44;").replace(" ", "&nbsp;&#32;").encode(),
        "export/page.pdf": b"%PDF-1.7\n1 0 obj\n<</Filter/FlateDecode>>stream\n" + zlib.compress(text) + b"\nendstream",
        "export/records.xlsx": zipped("xl/sharedStrings.xml", b"<si><t>" + text + b"</t></si>"),
        "export/records.tar.gz": tarred(line),
        "export/twice.gz": gzip.compress(gzip.compress(text)),
        "export/nested.zip": zipped("inner.zip", zipped("a.txt", text)),
        "export/mail.eml": b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(text),
        "export/link.txt": ("https://example.org/?q=" + "".join(f"%{byte:02x}" for byte in text)).encode(),
        "export/dump.hex": text.hex().encode(),
        "export/unicode.txt": TEXT.encode("utf-16-be"),
        "export/handle.csv": b"account,author\nparks,@wfeatherstonehaugh41 Wilhelmina Featherstonehaugh\n",
        "keys-noted.txt": b"opening " + opening.hex().encode(),
        "keys-noted.bin": b"\0\1" + opening,
        "keys-noted.url": base64.urlsafe_b64encode(opening),
    }


def test_each_of_thirty_remains_is_named_and_there_is_no_end_before_they_are_gone(filled: Archive) -> None:
    with filled.reading() as house:
        raw = house.shelf.raw(RecordNumber(VICTIM), 1)
        query = "SELECT opening, sha256 FROM version WHERE number = ?"
        ((opening, digest),) = house.catalog.connection.exec_driver_sql(query, (VICTIM,)).all()
    left = remains(raw, bytes(opening), bytes(digest))
    for name, data in left.items():
        path = filled.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    with closing(driver.connect(filled.settings.catalog)) as connection:
        connection.execute("CREATE TABLE beside (text)")
        connection.execute("INSERT INTO beside VALUES (?)", (TEXT,))
        connection.commit()
    done = destroy(filled, VICTIM)
    assert done.verified is None and done.remains is not None
    named = {hit.rsplit(": ", 1)[0] for hit in done.remains.hits}
    assert {*left, "catalog.sqlite"} - named == set(), "not found"
    assert named - {*left, "catalog.sqlite"} == set(), "found where nothing was left"
    assert all(hit.endswith(f": R{VICTIM}") for hit in done.remains.hits) and len(named) == 30
    for name in left:
        (filled.home / name).unlink()
    with filled.writing() as house:
        [again] = purging.finish(house, lambda what, done, total: None)
    assert again.verified is None, "one is still there, in the database"
    with closing(driver.connect(filled.settings.catalog)) as connection:
        connection.execute("DROP TABLE beside")
        connection.commit()
    with filled.writing() as house:
        [again] = purging.finish(house, lambda what, done, total: None)
    assert again.verified is not None and codes(filled) == set()
