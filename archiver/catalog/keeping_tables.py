"""The catalog's tables about keeping: where records are filed, by which rules, what happened, what the city decided.

Everything in them follows from acts. A record's row keeps the series it was taken in under, which the ledger sealed;
a later filing stands beside it here and counts instead of it.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from archiver.catalog.tables import METADATA

filing = Table(
    "filing",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("series", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rule", Integer, nullable=False),
    Column("act", Integer, nullable=False),
)

filing_rule = Table(
    "filing_rule",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("data", Text, nullable=False),
)

keeping_event = Table(
    "keeping_event",
    METADATA,
    Column("act", Integer, primary_key=True),
    Column("record", BigInteger, nullable=False),
    Column("account", Integer, nullable=False),
    Column("series", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Index("keeping_event_record", "record"),
)

schedule_change = Table(
    "schedule_change",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("data", Text, nullable=False),
)

notice = Table(
    "notice",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("data", Text, nullable=False),
)

transfer = Table(
    "transfer",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("data", Text, nullable=False),
)

FOLLOWING = (filing, filing_rule, keeping_event, schedule_change, notice, transfer)
"""The tables that follow from acts alone, for whoever compares them with a replay."""
