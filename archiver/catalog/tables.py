"""The catalog's tables: facts about records and where their bytes lie, never the text itself.

All but who read what (`access`) can be made again from the vault (`ofrecord rebuild`). Times are milliseconds since
1970 in UTC, digests are raw bytes, days are ISO text. The words of each record are the search engine's, in its tables.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

METADATA = MetaData()

account = Table(
    "account",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("handle", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False),
    Column("data", Text, nullable=False),
)

run = Table(
    "run",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)

segment = Table(
    "segment",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("room", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("head_length", Integer, nullable=False),
    Column("head_sha256", LargeBinary, nullable=False),
    Column("committed_end", BigInteger, nullable=False),
    Index("segment_room", "room"),
)

record = Table(
    "record",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account", Integer, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("series_reason", Text, nullable=False),
    Column("parent_id", Text, nullable=False),
    Column("root_id", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_handle", Text, nullable=False),
    Column("created_at", BigInteger),
    Column("removed_at", BigInteger),
    Column("current", Integer, nullable=False),
    Column("versions", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("media", Integer, nullable=False),
    Column("media_missing", Integer, nullable=False),
    Column("flags", Text, nullable=False),
    Column("first_run", Integer, nullable=False),
    Column("seen_run", Integer, nullable=False),
    UniqueConstraint("account", "object_id", name="record_natural_key"),
)
Index("record_parent", record.c.parent_id, sqlite_where=record.c.parent_id != "")

version = Table(
    "version",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("run", Integer, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("raw_length", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("opening", LargeBinary, nullable=False),
    Column("fields", LargeBinary, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Index("version_place", "segment", "offset"),
    sqlite_with_rowid=False,
)

quarantine = Table(
    "quarantine",
    METADATA,
    Column("run", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("place", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("raw_length", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("opening", LargeBinary, nullable=False),
    Column("leaf", BigInteger, nullable=False),
)

media = Table(
    "media",
    METADATA,
    Column("sha256", LargeBinary, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("file_sha256", LargeBinary, nullable=False),
)

media_use = Table(
    "media_use",
    METADATA,
    Column("sha256", LargeBinary, primary_key=True),
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("n", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

act = Table(
    "act",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("opening", LargeBinary, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Index("act_kind_subject", "kind", "subject"),
)

ledger_entry = Table(
    "ledger_entry",
    METADATA,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("entry", LargeBinary, nullable=False),
)

ledger_node = Table(
    "ledger_node",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

checkpoint = Table(
    "checkpoint",
    METADATA,
    Column("size", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text),
    Column("segment", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
)

request = Table(
    "request",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("data", Text, nullable=False),
)

decision = Table(
    "decision",
    METADATA,
    Column("request", Integer, primary_key=True),
    Column("record", BigInteger, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_with_rowid=False,
)

redaction = Table(
    "redaction",
    METADATA,
    Column("request", Integer, primary_key=True),
    Column("record", BigInteger, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("region", Text, nullable=False, server_default=""),
    Column("origin", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

draft = Table(
    "draft",
    METADATA,
    Column("request", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("record", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("places", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger),
    sqlite_with_rowid=False,
)

assignment = Table(
    "assignment",
    METADATA,
    Column("request", Integer, primary_key=True),
    Column("record", BigInteger, primary_key=True),
    Column("department", Text, nullable=False),
    Column("due", Text, nullable=False),
    sqlite_with_rowid=False,
)

hold = Table(
    "hold",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("request", Integer),
    Column("released_at", BigInteger),
    Column("data", Text, nullable=False),
)

access = Table(
    "access",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("text", Text),
    Column("text_salt", LargeBinary),
    Column("text_commitment", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Index("access_subject", "subject"),
    sqlite_autoincrement=True,
)

access_batch = Table(
    "access_batch",
    METADATA,
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    Column("opening", LargeBinary, nullable=False),
    Column("leaf", BigInteger, nullable=False),
)

user = Table(
    "user",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("enrolled_by", Integer, nullable=False),
    Column("retired_at", BigInteger),
)

purge = Table(
    "purge",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("data", Text, nullable=False),
)

destruction = Table(
    "destruction",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("certificate", Text, nullable=False),
    Column("moment", Text, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("verified", Integer, nullable=False),
)

destroyed = Table(
    "destroyed",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("destruction", Integer, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Index("destroyed_place", "segment", "offset"),
    Index("destroyed_by", "destruction"),
    sqlite_with_rowid=False,
)

gone_segment = Table(
    "gone_segment",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("destruction", Integer, nullable=False),
)

unfinished = Table(
    "unfinished",
    METADATA,
    Column("destruction", Integer, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("data", Text, nullable=False),
)
