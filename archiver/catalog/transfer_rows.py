"""What is asked of the catalog about records to be handed over: what was withheld of them, how large they are."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from archiver.catalog.purge_rows import parts
from archiver.catalog.tables import decision, media_use, redaction, version
from custody.request import Mark


def withheld(connection: Connection, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Of which of some records something was withheld from whom: each in words, by record."""
    found: dict[int, list[str]] = {}
    for part in parts(numbers):
        whole = select(decision.c.record, decision.c.request, decision.c.code)
        whole = whole.where(decision.c.mark == Mark.WITHHOLD.value, decision.c.record.in_(part))
        for number, request, code in connection.execute(whole.order_by(decision.c.request)):
            found.setdefault(number, []).append(f"withheld from request {request} ({code})")
        some = select(redaction.c.record, redaction.c.request, redaction.c.code).distinct()
        some = some.where(redaction.c.record.in_(part)).order_by(redaction.c.request, redaction.c.code)
        for number, request, code in connection.execute(some):
            found.setdefault(number, []).append(f"withheld in part from request {request} ({code})")
    return found


def sizes(connection: Connection, numbers: Sequence[int]) -> tuple[int, int, int]:
    """How many versions some records have, how many bytes these take in the vault, and how many media they show."""
    versions = octets = 0
    media: set[bytes] = set()
    for part in parts(numbers):
        query = select(func.count(), func.sum(version.c.length)).where(version.c.number.in_(part))
        count, size = connection.execute(query).one()
        versions, octets = versions + count, octets + (size or 0)
        media |= set(connection.execute(select(media_use.c.sha256).where(media_use.c.number.in_(part))).scalars())
    return versions, octets, len(media)


def leaves(connection: Connection, numbers: Sequence[int]) -> int:
    """The ledger's last entry that speaks of one of some records; 0 when there is none."""
    last = 0
    for part in parts(numbers):
        query = select(func.max(version.c.leaf)).where(version.c.number.in_(part))
        last = max(last, connection.execute(query).scalar() or 0)
    return last
