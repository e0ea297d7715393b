"""Is a record still what the ledger says? Its stored bytes, the catalog's facts and the index's words, in one hash.

The ledger's commitment covers all three, so when it comes out again nothing has changed since the record was taken in
and its bytes were made by the strict writer. Only when it does not, or when a record has several versions, is the
record taken apart to say what it is that differs.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, LargeBinary, Table, and_, cast, func, select

from archiver import warc
from archiver.catalog import rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.finding import Finding
from archiver.catalog.tables import ledger_entry, record, version
from archiver.normalized import Envelope, content_bytes, encode_json, envelope_of
from archiver.press import fields_digest, kept_part
from archiver.shelf import Shelf
from archiver.vault import Vault
from custody.commitment import record_commitment
from custody.errors import CustodyError
from custody.ids import RecordNumber, exchange_uuid, label_of
from custody.record import searchable_parts
from custody.words import joined

WordsOf = Callable[[Sequence[RecordNumber]], Mapping[RecordNumber, str]]
"""The words some records are indexed under."""

Results = Iterator[tuple[int, int, int, list[Finding]]]
"""Each stored thing, or several that follow each other: offset, length, how many exchanges, what is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Some bytes of a segment, from `start` to `end`, with what is needed to judge them. Without `data` the catalog's
    digests are taken for true."""

    catalog: Catalog
    vault: Vault
    segment: Mapping[str, Any]
    data: bytes | None
    start: int
    end: int
    words_of: WordsOf

    @property
    def where(self) -> str:
        """The file, for messages."""
        return f"vault/{self.segment['name']}"

    def within(self, table: Table) -> ColumnElement[bool]:
        """The rows of a table that lie in this stretch."""
        return and_(table.c.segment == self.segment["id"], table.c.offset >= self.start, table.c.offset < self.end)

    def chunk(self, offset: int, length: int) -> bytes | None:
        """The bytes of one stored thing."""
        return None if self.data is None else self.data[offset - self.start : offset - self.start + length]


_VERSION = ("number", "n", "digest", "run", "offset", "raw_length", "length", "sha256", "opening", "fields")
_RECORD = ("current", "versions", "digest", "first_run")


def check_records(stretch: Stretch) -> Results:
    """Judge every version in a stretch; neighbours that are plainly right are told as one."""
    with stretch.catalog.reading() as connection:  # plain tuples: nothing needs conversion
        found = connection.exec_driver_sql(_question(stretch)).cursor.fetchall()
    words = stretch.words_of([RecordNumber(row[0]) for row in found])
    bucket = encode_json(str(stretch.segment["room"]).removeprefix("segments/"))
    data, start, sha256, begin = stretch.data, stretch.start, hashlib.sha256, warc.GZIP_HEADER
    first = end = right = 0  # so many exchanges from `first` to `end` are plainly right
    for number, n, run, offset, raw_length, length, digest, opening, fields, only, facts, entry in found:
        chunk = b"" if data is None else data[offset - start : offset - start + length]
        line = words.get(number)
        if only and entry is not None and line is not None:
            made = record_commitment(opening, kept_part(digest, line, facts), fields).hex().encode()
            whole = data is None or (sha256(chunk).digest() == digest and chunk.startswith(begin, raw_length))
            if whole and entry.startswith(_ENTRY % (made, bucket, 1, number, run)):
                if offset != end:
                    if right:
                        yield first, end - first, right, _NOTHING
                    first, right = offset, 0
                end, right = offset + length, right + 2
                continue
        if right:
            yield first, end - first, right, _NOTHING
        yield offset, length, 2, _looked_into(stretch, (number, n, offset, raw_length, length, digest), chunk, line)
        end = right = 0
    if right:
        yield first, end - first, right, _NOTHING


def _looked_into(
    stretch: Stretch, place: tuple[int, int, int, int, int, bytes], chunk: bytes, line: str | None
) -> list[Finding]:
    """What is wrong with a version that is not plainly right."""
    number, n, offset, raw_length, length, digest = place
    if stretch.data is None:
        chunk = stretch.vault.read(str(stretch.segment["name"]), offset, length)
    elif hashlib.sha256(chunk).digest() != digest:
        return _broken(chunk, raw_length, f"{stretch.where}, {label_of(number)} version {n}")
    return _Closer(stretch, number, n, line).findings(chunk)


def _question(stretch: Stretch) -> str:
    """What the catalog says of each version in a stretch, with its facts written as `rows.fact_bytes` writes them.

    Where a database writes JSON otherwise, every record is taken apart: slower, not wrong.
    """
    proved = func.json_array(*(record.c[name] for name in rows.PROVED), func.lower(func.hex(version.c.digest)))
    facts = cast(proved, LargeBinary)
    only = and_(
        version.c.n == 1, record.c.versions == 1, record.c.current == 1, record.c.digest == version.c.digest,
        record.c.first_run == version.c.run,
    )  # fmt: skip
    names = ("number", "n", "run", "offset", "raw_length", "length", "sha256", "opening", "fields")
    query = select(*(version.c[name] for name in names), only, facts, ledger_entry.c.entry)
    literal = query.select_from(_beside()).where(stretch.within(version)).order_by(version.c.offset)
    dialect = stretch.catalog.connection.dialect
    return str(literal.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _beside() -> FromClause:
    """Versions with their record and their entry in the ledger, where there are any."""
    with_record = version.outerjoin(record, record.c.number == version.c.number)
    return with_record.outerjoin(ledger_entry, ledger_entry.c.seq == version.c.leaf)


_NOTHING: list[Finding] = []
_ENTRY = b'{"C":"%b","bucket":%b,"n":%d,"record":%d,"run":%d,'


def _broken(chunk: bytes, raw_length: int, place: str) -> list[Finding]:
    message = "the stored bytes are not those that were kept"
    findings = [Finding(code="bytes-changed", object=place, message=message)]
    for part in (chunk[:raw_length], chunk[raw_length:]):
        try:
            warc.read_member(part, place)
        except CustodyError as error:
            findings.append(Finding(code="exchange-damaged", object=place, message=error.message))
            break
    return findings


class _Closer:
    """A closer look at one version: what exactly differs, and from what."""

    def __init__(self, stretch: Stretch, number: int, n: int, line: str | None) -> None:
        columns = [version.c[name] for name in _VERSION] + [record.c[name] for name in (*_RECORD, *rows.PROVED)]
        query = select(*columns, ledger_entry.c.entry).select_from(_beside())
        here = query.where(version.c.number == number, version.c.n == n)
        row = tuple(stretch.catalog.connection.execute(here).one())
        self.stretch = stretch
        self.at = dict(zip(_VERSION, row, strict=False))
        self.facts = dict(zip((*_RECORD, *rows.PROVED), row[len(_VERSION) : -1], strict=True))
        self.entry, self.line = row[-1], line
        self.place = f"{stretch.where}, {label_of(number)} version {n}"

    def findings(self, chunk: bytes) -> list[Finding]:
        """What is wrong; empty when it is only a record of several versions."""
        try:
            raw = warc.read_member(chunk[: self.at["raw_length"]], self.place)
            normal = warc.read_member(chunk[self.at["raw_length"] :], self.place)
            return self._meaning(raw, normal, envelope_of(normal.block))
        except CustodyError as error:
            return [self._finding("exchange-damaged", error.message)]

    def _meaning(self, raw: warc.Exchange, normal: warc.Exchange, envelope: Envelope) -> list[Finding]:
        number, n = self.at["number"], self.at["n"]
        wanted = f"<urn:uuid:{exchange_uuid(self.stretch.vault.archive, number, n, 2)}>"
        same = (envelope.number, envelope.version, envelope.run) == (number, n, self.at["run"])
        if not same or normal.fields["WARC-Record-ID"] != wanted:
            return [self._finding("record-swapped", "the vault holds another record at this place")]
        if self.facts["current"] is None:
            return [self._finding("record-missing", "the vault holds a record the catalog has lost")]
        return [*self._catalog(envelope), *self._index(), *self._ledger(envelope, raw.block)]

    def _catalog(self, envelope: Envelope) -> Iterator[Finding]:
        row = rows.row_of_version(envelope)
        opening = bytes.fromhex(envelope.opening)
        wrong = {name for name in ("digest",) if self.at[name] != row[name]}
        wrong |= {"opening"} if self.at["opening"] != opening else set()
        newest = max(self._earlier(self.facts["versions"]), key=lambda one: (one.as_of, one.version))
        if newest.version != self.facts["current"]:
            wrong.add("current")
        elif newest.version == envelope.version:
            wrong |= {name for name in (*rows.PROVED, "digest") if self.facts[name] != row[name]}
        if envelope.version == 1 and self.facts["first_run"] != envelope.run:
            wrong.add("first_run")
        if wrong:
            message = f"the catalog says something else than the vault about: {', '.join(sorted(wrong))}"
            yield self._finding("catalog-changed", message)

    def _index(self) -> Iterator[Finding]:
        if self.at["n"] == self.facts["versions"] and self.line != self._line(self.at["n"]):
            message = "the search index does not hold this record's words"
            yield Finding(code="index-differs", object=label_of(self.at["number"]), message=message)

    def _ledger(self, envelope: Envelope, raw: bytes) -> Iterator[Finding]:
        if self.entry is None:
            yield self._finding("not-in-ledger", "the ledger has no entry for it")
            return
        row, opening = rows.row_of_version(envelope), bytes.fromhex(envelope.opening)
        facts = rows.fact_bytes(rows.proved_of(row), row["digest"])
        fields = fields_digest(opening, content_bytes(envelope.content), hashlib.sha256(raw).digest())
        kept = kept_part(self.at["sha256"], self._line(self.at["n"]), facts)
        made = record_commitment(opening, kept, fields).hex().encode()
        bucket = encode_json(str(self.stretch.segment["room"]).removeprefix("segments/"))
        wanted = _ENTRY % (made, bucket, self.at["n"], self.at["number"], self.at["run"])
        if not self.entry.startswith(wanted) or fields != self.at["fields"]:
            yield self._finding("ledger-differs", "it is not what the ledger says was taken in")

    def _earlier(self, n: int) -> list[Envelope]:
        """The first `n` versions of the record."""
        shelf = Shelf(self.stretch.catalog, self.stretch.vault)
        return shelf.envelopes(self.at["number"])[:n]

    def _line(self, n: int) -> str:
        parts: dict[str, None] = {}
        for envelope in self._earlier(n):
            parts.update(dict.fromkeys(searchable_parts(envelope.content)))
        return joined(parts)

    def _finding(self, code: str, message: str) -> Finding:
        return Finding(code=code, object=self.place, message=message)
