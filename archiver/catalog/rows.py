"""Rows of evidence: records, versions, segments, media and quarantine, written and looked up in batches.

A row is a plain dict in the shape of its table; what stands in it is computed here from a record's envelope, the same
way when it is first taken in, when the catalog is rebuilt, and when it is verified.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from archiver.catalog.tables import destroyed, gone_segment, media, media_use, quarantine, record, segment, version
from archiver.normalized import Envelope, content_bytes, digest_of_bytes, encode_json
from custody.record import Content

Row = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Known:
    """What the catalog knows of a record while a batch is taken in. `digest` and `as_of` are of its current version."""

    number: int
    versions: int
    digest: bytes
    as_of: int
    seen_run: int
    current: int
    media_missing: int
    series: str
    series_reason: str


def millis(moment: datetime) -> int:
    """A moment as milliseconds since 1970, UTC."""
    return round(moment.timestamp() * 1000)


def moment(at: int) -> datetime:
    """The reverse of `millis`."""
    return _EPOCH + timedelta(milliseconds=at)


IMPLAUSIBLE = "date-implausible"
"""The flag of a record whose date can be no post's."""

FACTS = (
    "kind", "state", "parent_id", "root_id", "author_name", "author_handle", "created_at", "removed_at", "media",
    "media_missing", "flags",
)  # fmt: skip
"""The columns that `facts_of` fills."""


def facts_of(content: Content) -> Row:
    """The columns of a record that follow from its current content."""
    author, media = content.author, content.media
    return {
        "kind": str(content.kind),
        "state": str(content.state),
        "parent_id": content.parent_id,
        "root_id": content.root_id,
        "author_name": author.name,
        "author_handle": author.handle,
        "created_at": None if content.created_at is None else millis(content.created_at),
        "removed_at": None if content.removed_at is None else millis(content.removed_at),
        "media": len(media),
        "media_missing": sum(1 for item in media if not item.sha256) if media else 0,
        "flags": ",".join(content.flags),
    }


def new_row(
    number: int, account: int, content: Content, series: str, reason: str, n: int, run: int, as_of: int, digest: bytes
) -> Row:
    """The row of a record whose only version so far is its `n`th, captured by `run`. `as_of` in milliseconds."""
    row = facts_of(content)
    row["number"], row["account"], row["object_id"] = number, account, content.object_id
    row["platform"], row["series"], row["series_reason"] = content.platform, series, reason
    row["current"], row["versions"], row["digest"], row["as_of"] = n, 1, digest, as_of
    row["first_run"] = row["seen_run"] = run
    return row


def record_row(envelope: Envelope, digest: bytes) -> Row:
    """The row of a record whose only version so far is this one."""
    return new_row(
        envelope.number,
        envelope.account,
        envelope.content,
        envelope.series,
        envelope.series_reason,
        envelope.version,
        envelope.run,
        millis(envelope.as_of),
        digest,
    )


def row_of_version(envelope: Envelope) -> Row:
    """The row a record would have if this version were its only one: everything follows from the envelope."""
    return record_row(envelope, digest_of_bytes(content_bytes(envelope.content)))


PROVED = ("account", "object_id", "platform", "series", "series_reason", *FACTS, "as_of")
"""The columns of a record that its ledger entry stands for, beside the digest."""

proved_of = itemgetter(*PROVED)
"""The values of those columns in a row."""


def fact_bytes(proved: Sequence[Any], digest: bytes) -> bytes:
    """What the catalog says of a record's version, as bytes to be committed to. `proved` as `proved_of` gives it."""
    return encode_json((*proved, digest.hex()))


def known(connection: Connection, account: int, object_ids: Sequence[str]) -> dict[str, Known]:
    """Those of the account's records that have one of these ids on the platform.

    Asked of the driver itself: the query compiler leaves cycles behind that hold on to every id.
    """
    columns = ", ".join(f'"{name}"' for name in ("object_id", *Known.__dataclass_fields__))
    found: dict[str, Known] = {}
    for start in range(0, len(object_ids), 5000):
        some = object_ids[start : start + 5000]
        chosen = f"account = ? AND object_id IN ({','.join('?' * len(some))})"
        for row in connection.exec_driver_sql(f"SELECT {columns} FROM record WHERE {chosen}", (account, *some)):
            found[row[0]] = Known(*row[1:])
    return found


def last_number(connection: Connection) -> int:
    """The highest record number given so far, to records that were destroyed too; 0 in an empty archive."""
    newest = (connection.execute(select(func.max(table.c.number))).scalar() or 0 for table in (record, destroyed))
    return max(newest)


def add_records(connection: Connection, rows: list[Row]) -> None:
    """Insert new records."""
    insert_many(connection, record, rows)


def add_versions(connection: Connection, rows: list[Row]) -> None:
    """Insert versions."""
    insert_many(connection, version, rows)


def add_version_values(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert versions given as tuples: number, n, digest, run, segment, offset, raw length, length, sha256, opening,
    fields, leaf."""
    insert_values(connection, version, rows)


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert many rows without building each through the query compiler, which costs more than the insert itself."""
    if rows:
        names = table.columns.keys()
        values = map(itemgetter(*names), rows) if len(names) > 1 else ((row[names[0]],) for row in rows)
        insert_values(connection, table, list(values))


def insert_values(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows given as tuples of values, in the order of the table's columns."""
    if rows:
        connection.exec_driver_sql(str(insert(table).compile(dialect=connection.dialect)), list(rows))


def change_record(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    """Change some columns of one record."""
    connection.execute(update(record).where(record.c.number == number).values(**values))


def touch(connection: Connection, numbers: Iterable[int], run: int) -> None:
    """Note that these records were seen again, unchanged."""
    rows = [{"_number": number, "_run": run} for number in numbers]
    if rows:
        connection.execute(
            update(record).where(record.c.number == bindparam("_number")).values(seen_run=bindparam("_run")), rows
        )


def add_quarantine(connection: Connection, rows: list[Row]) -> None:
    """Insert quarantined items."""
    if rows:
        connection.execute(insert(quarantine), rows)


def media_row(kept: Any) -> Row:
    """The row of a media object as the vault stored it (`archiver.vault.StoredMedia`)."""
    return {
        "sha256": bytes.fromhex(kept.sha256),
        "size": kept.size,
        "media_type": kept.media_type,
        "length": kept.length,
        "file_sha256": bytes.fromhex(kept.file_sha256),
    }


def add_media(connection: Connection, rows: list[Row], uses: list[Row]) -> None:
    """Insert media objects that are not there yet, and which version shows them."""
    for row in rows:
        if not connection.execute(select(media.c.size).where(media.c.sha256 == row["sha256"])).first():
            connection.execute(insert(media), row)
    for use in uses:
        here = [media_use.c[name] == use[name] for name in ("sha256", "number", "n")]
        if not connection.execute(select(media_use.c.n).where(*here)).first():
            connection.execute(insert(media_use), use)


def has_media(connection: Connection, sha256: bytes) -> bool:
    """Whether the catalog acknowledges a media object."""
    return connection.execute(select(media.c.size).where(media.c.sha256 == sha256)).first() is not None


def newest_segment(connection: Connection, room: str) -> Row | None:
    """The segment of a room that is written to now."""
    query = select(segment).where(segment.c.room == room).order_by(segment.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def last_segment(connection: Connection) -> int:
    """The highest segment id given so far, to segments that were destroyed too; 0 when there is none."""
    newest = (connection.execute(select(func.max(table.c.id))).scalar() or 0 for table in (segment, gone_segment))
    return max(newest)


def segments(connection: Connection) -> list[Row]:
    """Every segment, in order."""
    return [dict(row) for row in connection.execute(select(segment).order_by(segment.c.id)).mappings()]


def segment_ends(connection: Connection) -> dict[str, int]:
    """How far each segment's bytes are acknowledged, by name."""
    return {row[0]: row[1] for row in connection.execute(select(segment.c.name, segment.c.committed_end))}


def counted_versions(connection: Connection) -> list[tuple[int, int]]:
    """Records that have more than one version, with how many."""
    query = select(version.c.number, func.count()).group_by(version.c.number).having(func.count() > 1)
    return [(row[0], row[1]) for row in connection.execute(query)]


def put_segment(connection: Connection, row: Row) -> None:
    """Insert a segment, or move its acknowledged end."""
    changed = update(segment).where(segment.c.id == row["id"]).values(committed_end=row["committed_end"])
    if connection.execute(changed).rowcount == 0:
        connection.execute(insert(segment), row)
