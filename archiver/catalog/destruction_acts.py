"""What the acts of a destruction change in the catalog: the rows of records that were destroyed go, and say so."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, case, delete, insert, literal, select, update

from archiver.catalog.act import Act
from archiver.catalog.destroyed_rows import named_in_acts
from archiver.catalog.rows import insert_many
from archiver.catalog.tables import (
    destroyed,
    destruction,
    gone_segment,
    media,
    media_use,
    quarantine,
    record,
    segment,
    version,
)

EXECUTED, VERIFIED = "disposition.executed", "disposition.verified"

Ranges = Sequence[Sequence[int]]
"""Record numbers as pairs of a first and a last one, in order."""

_DOOMED = Table(
    "doomed",
    MetaData(),
    Column("number", BigInteger, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def ranges_of(numbers: Sequence[int]) -> list[list[int]]:
    """Rising numbers as pairs of first and last."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def numbers_in(ranges: Ranges) -> Iterator[int]:
    """The reverse of `ranges_of`."""
    for first, last in ranges:
        yield from range(first, last + 1)


def _executed(connection: Connection, done: Act) -> None:
    data = done.data
    row = {"number": done.subject, "certificate": data["authority"]["certificate"], "moment": data["moment"]}
    connection.execute(insert(destruction), {**row, "records": data["count"], "verified": 0})
    whole = [{"id": id_, "name": name, "destruction": done.subject} for id_, name in data["whole"]]
    if whole:
        connection.execute(insert(gone_segment), whole)
    _DOOMED.create(connection)
    insert_many(connection, _DOOMED, [{"number": number} for number in numbers_in(data["records"])])
    _move(connection, done.subject)
    _DOOMED.drop(connection)
    for run, n in data.get("items", ()):
        _move_item(connection, done.subject, run, n)


def _move_item(connection: Connection, number: int, run: int, n: int) -> None:
    """From items set aside to what was destroyed, under the run's number below zero."""
    here = (quarantine.c.run == run) & (quarantine.c.n == n)
    place = (quarantine.c[name] for name in ("leaf", "segment", "offset", "length"))
    moved = select(literal(-run), quarantine.c.n, literal(number), *place).where(here)
    names = ["number", "n", "destruction", "leaf", "segment", "offset", "length"]
    connection.execute(insert(destroyed).from_select(names, moved))
    connection.execute(delete(quarantine).where(here))


def _move(connection: Connection, number: int) -> None:
    """From versions to destroyed versions; what lay in a file that went whole has no place any more."""
    doomed, gone = select(_DOOMED.c.number), select(gone_segment.c.id)
    is_gone = version.c.segment.in_(gone)
    place = (case((is_gone, 0), else_=version.c[name]) for name in ("segment", "offset", "length"))
    moved = select(version.c.number, version.c.n, literal(number), version.c.leaf, *place)
    names = ["number", "n", "destruction", "leaf", "segment", "offset", "length"]
    connection.execute(insert(destroyed).from_select(names, moved.where(version.c.number.in_(doomed))))
    used = select(media_use.c.sha256).where(media_use.c.number.in_(doomed)).distinct()
    named = named_in_acts(connection)
    shown = [sha256 for sha256 in connection.execute(used).scalars() if sha256 not in named]
    for table in (media_use, version, record):
        connection.execute(delete(table).where(table.c.number.in_(doomed)))
    for start in range(0, len(shown), 5000):
        some = media.c.sha256.in_(shown[start : start + 5000])
        used_still = select(media_use.c.n).where(media_use.c.sha256 == media.c.sha256).exists()
        connection.execute(delete(media).where(some, ~used_still))
    connection.execute(delete(segment).where(segment.c.id.in_(gone)))
    nowhere = {"segment": 0, "offset": 0, "length": 0}  # tombstones of an earlier destruction in such a file
    connection.execute(update(destroyed).where(destroyed.c.segment.in_(gone)).values(**nowhere))


def _verified(connection: Connection, done: Act) -> None:
    connection.execute(update(destruction).where(destruction.c.number == done.subject).values(verified=1))


CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    EXECUTED: _executed,
    VERIFIED: _verified,
}
"""Each kind of act and the change it stands for."""
