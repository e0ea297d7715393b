"""The rival: the same work written plainly with the given libraries: warcio, SQLAlchemy's ORM, whoosh.

Parse, normalize, WARC (raw and normalized), hash, duplicate check, catalog, full-text index, flushed to the disk in
batches of 1,000. Nothing is left out that a careful first version would do, and nothing is tuned.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from sqlalchemy import String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from warcio.warcwriter import WARCWriter
from whoosh.fields import DATETIME, ID, TEXT, Schema
from whoosh.index import create_in


class Base(DeclarativeBase):
    pass


class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    object_id: Mapped[str] = mapped_column(String, unique=True)
    account: Mapped[str] = mapped_column(String, index=True)
    kind: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[str] = mapped_column(String, index=True)
    text: Mapped[str]
    parent_id: Mapped[str] = mapped_column(String, index=True)
    sha256: Mapped[str] = mapped_column(String)
    offset: Mapped[int]


def ingest(lines: Iterable[bytes], folder: Path) -> int:
    folder.mkdir(parents=True)
    engine = create_engine(f"sqlite:///{folder / 'catalog.sqlite'}")
    Base.metadata.create_all(engine)
    (folder / "index").mkdir()
    index = create_in(
        folder / "index",
        Schema(id=ID(stored=True, unique=True), author=ID, kind=ID, created=DATETIME, text=TEXT(stored=True)),
    )
    count = 0
    with (folder / "posts.warc.gz").open("wb") as file, Session(engine) as session:
        warc = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        batch: list[bytes] = []
        for line in lines:
            batch.append(line)
            if len(batch) == 1000:
                count += _batch(batch, warc, file, session, index)
                batch = []
        count += _batch(batch, warc, file, session, index)
    return count


def _batch(batch: list[bytes], warc: WARCWriter, file: object, session: Session, index: object) -> int:
    from datetime import datetime

    writer = index.writer()
    for line in batch:
        data = json.loads(line)
        digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
        if session.scalar(select(Post).where(Post.object_id == data["object_id"])):
            continue
        offset = file.tell()
        uri = data["permalink"]
        for kind, payload in (("resource", line), ("conversion", json.dumps(data, sort_keys=True).encode())):
            record = warc.create_warc_record(uri, kind, payload=BytesIO(payload), warc_content_type="application/json")
            warc.write_record(record)
        post = Post(
            object_id=data["object_id"],
            account="maplefalls",
            kind=data["kind"],
            author=data["author"]["name"],
            created_at=data["created_at"],
            text=data["text"],
            parent_id=data["parent_id"],
            sha256=digest,
            offset=offset,
        )
        session.add(post)
        created = datetime.fromisoformat(data["created_at"]).replace(tzinfo=None)
        writer.add_document(
            id=data["object_id"], author=post.author, kind=post.kind, created=created, text=data["text"]
        )
    file.flush()
    os.fsync(file.fileno())
    session.commit()
    writer.commit()
    return len(batch)
