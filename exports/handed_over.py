"""What is handed over to an archive of history, record by record, and how it is listed: as JSON, as a table, in words.

Unlike a response it is all of a record: nothing is withheld, and what may not be shown to everybody is said.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from custody.ids import label_of
from exports.tabular import guarded

WARC = "records.warc.gz"
COLUMNS = (
    "record", "series", "governed_by", "account", "platform", "kind", "state", "visibility", "author", "created_utc",
    "captured_first_utc", "captured_last_utc", "versions", "title", "media_files", "media_missing", "source", "access",
    "warc_offset", "warc_length", "sha256",
)  # fmt: skip
OPEN = "no restriction known"


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedFile:
    """A file beside the WARC: a picture, or raw bytes too large for the WARC. `name` is its name in the payload."""

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedVersion:
    """One captured version: where its members stand in the WARC (bytes), their SHA-256, and its normalized content."""

    n: int
    captured: str
    run: int
    offset: int
    length: int
    sha256: str
    content: Mapping[str, Any]
    files: tuple[HandedFile, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """One record. `access` says in words what speaks against showing it to everybody."""

    number: int
    account: str
    series: str
    governed_by: str
    access: tuple[str, ...]
    versions: tuple[HandedVersion, ...]
    current: int = -1


Records = Callable[[], Iterator[Handed]]
"""Walks the records, as often as wanted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferFacts:
    """What is said of the whole. Moments are RFC 3339 in UTC; `runs` gives each import's moment and words;
    `series` are the rows by which the records were kept, with `records`, `authority`, `reference`, `period`,
    `verified_by`; `notice` says which notice was accepted, "" when the schedule itself ends in a transfer."""

    transfer_id: str
    number: int
    log: str
    city: str
    body: str
    jurisdiction: str
    made: str
    person: str
    software: str
    contact: str
    phone: str
    notice: str
    count: int
    versions: int
    series: tuple[Mapping[str, Any], ...]
    runs: Mapping[int, tuple[str, str]]


def json_lines(records: Iterable[Handed]) -> Iterator[bytes]:
    """`records.jsonl`: one version a line, with its content in the published schema."""
    for record in records:
        for version in record.versions:
            data = {
                "record": label_of(record.number),
                "version": version.n,
                "account": record.account,
                "series": record.series,
                "captured_at": version.captured,
                "content": version.content,
            }
            yield json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace") + b"\n"


def inventory(records: Iterable[Handed]) -> Iterator[bytes]:
    """`inventory.csv` (RFC 4180, UTF-8 with its mark): one record a row; no spreadsheet takes a cell for a formula."""
    yield b"\xef\xbb\xbf" + _row(COLUMNS)
    for record in records:
        yield _row([guarded(str(cell)) for cell in _cells(record)])


def _cells(record: Handed) -> list[object]:
    content, first, last = record.versions[record.current].content, record.versions[0], record.versions[-1]
    files = {each.name for version in record.versions for each in version.files}
    missing = sum(1 for each in content["media"] if not each.get("sha256"))
    author = content["author"].get("name") or content["author"].get("handle") or ""
    return [
        label_of(record.number), record.series, record.governed_by, record.account, content["platform"],
        content["kind"], content["state"], content["visibility"], author, content["created_at"] or "",
        first.captured, last.captured, len(record.versions), content["title"], "; ".join(sorted(files)), missing,
        content["permalink"], "; ".join(record.access) or OPEN, first.offset,
        sum(version.length for version in record.versions), last.sha256,
    ]  # fmt: skip


def about(facts: TransferFacts) -> bytes:
    """`README.txt`: what this is, for the person who opens it first."""
    series = "\n".join(
        f"  {row['series']}: {row['title']}, {row['records']:,} records; kept {row['period']} ({row['authority']})"
        for row in facts.series
    )
    lines = [
        f"Transfer {facts.transfer_id}",
        f"From {facts.city} to the {facts.body}, {facts.made[:10]}.",
        f"Contact: {facts.contact}{f', {facts.phone}' if facts.phone else ''}",
        facts.notice,
        "",
        f"{facts.count:,} records in {facts.versions:,} captured versions, of these series:",
        series,
        "",
        "inventory.csv          one record a row, for a spreadsheet; the column `access` says what to look at first",
        "records.jsonl          one version a line, as JSON; record.schema.json says what `content` holds",
        "records.warc.gz        the same as captured: raw bytes and normalized form, WARC 1.1, copied byte for byte",
        "media/                 pictures, videos and files, named by their SHA-256",
        "premis.xml             PREMIS 3: objects with fixity, events, agents, rights",
        "ledger/proofs.json     that the city's ledger holds each version, unchanged since it was captured",
        "ledger/checkpoint.txt  the ledger's signed checkpoint; ledger/key.txt its public key",
        "",
        "Check the bag with any BagIt program, for example: bagit.py --validate FOLDER",
        "Records may hold personal data. Nothing in this bag was redacted.",
    ]
    return "\n".join(line for line in lines if line is not None).encode() + b"\n"


def bag_info(facts: TransferFacts, agency: str) -> list[tuple[str, str]]:
    """What `bag-info.txt` says, but for the sums."""
    rows = facts.series
    named = [("Record-Series", f"{row['series']} {row['title']}") for row in rows]
    authority = dict.fromkeys(" ".join(part for part in (row["authority"], row["reference"]) if part) for row in rows)
    return [
        ("Source-Organization", agency),
        ("Contact-Name", facts.contact),
        *([("Contact-Phone", facts.phone)] if facts.phone else []),
        *named,
        *[("RDA", each) for each in authority if each],
        ("Transfer-ID", facts.transfer_id),
        ("External-Identifier", facts.transfer_id),
        ("External-Description", f"{facts.count} social media records of {facts.city}, for the {facts.body}"),
        ("Bagging-Date", facts.made[:10]),
        ("Bag-Software-Agent", facts.software),
    ]


def _row(cells: Iterable[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")
