"""The bag of a transfer: what is in it and in which order, written in one go from what the vault holds."""

import hashlib
import mimetypes
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO

from archiver import copies
from archiver.catalog import queries, transfer_rows
from archiver.copies import Copy
from archiver.evidence import Evidence
from archiver.ledger import origin_of
from archiver.normalized import content_data
from archiver.press import WHOLE
from archiver.schema import schema_text
from custody.clock import text_of
from custody.evidence import Proof
from custody.ids import RecordNumber
from custody.record import Content, Kind, Visibility
from exports.bagging import Bag, Bagged
from exports.handed_over import (
    WARC,
    Handed,
    HandedFile,
    HandedVersion,
    TransferFacts,
    about,
    bag_info,
    inventory,
    json_lines,
)
from exports.patterns import PATTERNS, found_in
from exports.premis_transfer import premis_chunks
from exports.proofs import chunks_of
from workflows.house import House
from workflows.terms import schedules_of
from workflows.transfer_list import TransferList

Told = Callable[[str, int], None]
"""Hears what is being written, and how many records of it are done."""

_STORED = zipfile.ZIP_STORED


def write_bag(house: House, listed: TransferList, transfer: tuple[int, str], target: IO[bytes], told: Told) -> Bagged:
    """Write the bag of a transfer (its number and id) into an open file. Raises DamageError when anything of it is not
    as it was kept; then there is no bag."""
    number, transfer_id = transfer
    now = house.clock()
    facts = _facts(house, listed, number, transfer_id, now)
    opening = copies.opening_of(
        house.settings.archive, number, text_of(now), WARC, f"{transfer_id}: records of {house.city.title}"
    )
    withheld = transfer_rows.withheld(house.catalog.connection, listed.numbers)

    def records(what: str) -> Iterator[Handed]:
        yield from _handed(house, listed, withheld, len(opening), lambda done: told(what, done))

    evidence = Evidence(
        house.catalog,
        house.vault,
        house.ledger,
        [transfer_rows.leaves(house.catalog.connection, listed.numbers)],
    )
    bag = Bag(target, transfer_id)
    bag.put("README.txt", [about(facts)])
    bag.put("inventory.csv", inventory(records("inventory")))
    bag.put("records.jsonl", json_lines(records("normalized records")))
    bag.put("record.schema.json", [schema_text().encode()])
    bag.put(WARC, _warc(house, listed.numbers, opening, lambda done: told("captured bytes", done)), _STORED)
    _put_files(house, bag, records("media"))
    bag.put("premis.xml", premis_chunks(facts, records("preservation metadata")))
    bag.put("ledger/key.txt", [f"{evidence.seal.key}\n".encode()])
    bag.put("ledger/checkpoint.txt", [evidence.seal.checkpoint.encode()])
    bag.put("ledger/proofs.json", chunks_of(evidence.seal, _proofs(house, evidence, listed.numbers, told)))
    agency = house.city.letterhead[0] if house.city.letterhead else house.city.title
    return bag.close(bag_info(facts, agency))


def _warc(house: House, numbers: Sequence[int], opening: bytes, told: Callable[[int], None]) -> Iterator[bytes]:
    yield opening
    for done, made in enumerate(copies.copies(house.catalog, house.vault, numbers), 1):
        for each in made:
            yield each.members
        told(done)


def _put_files(house: House, bag: Bag, records: Iterator[Handed]) -> None:
    """Every file beside the WARC once, however many records show it."""
    done: set[str] = set()
    for record in records:
        for each in (file for made in record.versions for file in made.files):
            if each.name not in done:
                done.add(each.name)
                bag.put(each.name, house.vault.media(each.sha256), _STORED)


def _proofs(house: House, evidence: Evidence, numbers: Sequence[RecordNumber], told: Told) -> Iterator[Proof]:
    """Of each version, with every field open; all that it says follows from the WARC beside it."""
    for done, number in enumerate(numbers, 1):
        for n in range(1, len(queries.versions_of(house.catalog.connection, number)) + 1):
            proof = evidence.of(number, n)
            yield proof.showing([part.name for part in proof.parts if part.name != WHOLE])
        told("proofs", done)


def _handed(
    house: House,
    listed: TransferList,
    withheld: Mapping[int, Sequence[str]],
    offset: int,
    told: Callable[[int], None],
) -> Iterator[Handed]:
    """Each record as it is handed over; `offset` is where the first one stands in the WARC."""
    connection = house.catalog.connection
    handles: dict[int, str] = {account.id: account.handle for account in house.accounts()}
    sizes = queries.media_sizes(connection)
    for done, made in enumerate(copies.copies(house.catalog, house.vault, listed.numbers), 1):
        number = RecordNumber(made[0].envelope.number)
        row = queries.record_row(connection, number) or {}
        found = []
        for each in made:
            found.append(_version(each, offset, sizes))
            offset += len(each.members)
        filed, governed_by = listed.governed[number]
        account = made[0].envelope.account
        yield Handed(
            number=number,
            account=handles[account],
            series=filed,
            governed_by=governed_by,
            access=(*_access([each.envelope.content for each in made]), *withheld.get(number, ())),
            versions=tuple(found),
            current=row["current"] - 1,
        )
        told(done)


def _version(made: Copy, offset: int, sizes: Mapping[str, int]) -> HandedVersion:
    content = made.envelope.content
    files = [
        HandedFile(
            name=f"media/{each.sha256}{mimetypes.guess_extension(each.media_type) or ''}",
            sha256=each.sha256,
            size=each.size,
            media_type=each.media_type,
        )
        for each in content.media
        if each.sha256
    ]
    if made.pointed:
        name, size = f"media/{made.pointed}.raw", sizes[made.pointed]
        files.append(HandedFile(name=name, sha256=made.pointed, size=size, media_type="application/octet-stream"))
    return HandedVersion(
        n=made.envelope.version,
        captured=text_of(made.envelope.captured_at),
        run=made.envelope.run,
        offset=offset,
        length=len(made.members),
        sha256=hashlib.sha256(made.members).hexdigest(),
        content=content_data(content),
        files=tuple(dict.fromkeys(files)),
    )


def _access(contents: Sequence[Content]) -> Iterator[str]:
    """What an archivist should look at before showing a record to everybody, as far as a program can say."""
    if any(content.kind is Kind.MESSAGE for content in contents):
        yield "private message"
    hidden = dict.fromkeys(
        content.visibility.value for content in contents if content.visibility is not Visibility.PUBLIC
    )
    yield from (f"not public on the platform: {each}" for each in hidden)
    texts = {text for content in contents for text in (content.title, content.text)}
    kinds = {kind for text in texts for _, _, kind in found_in(text, PATTERNS)}
    yield from (f"may hold personal data: {kind}" for kind in sorted(kinds))


def _facts(house: House, listed: TransferList, number: int, transfer_id: str, now: datetime) -> TransferFacts:
    law = schedules_of(house).law.notice
    runs = {
        run["number"]: (
            text_of(datetime.fromtimestamp(run["started_at"] / 1000, UTC)),
            f"import {run['number']} ({run.get('platform') or 'platform not named'})",
        )
        for run in queries.runs(house.catalog.connection)
    }
    return TransferFacts(
        transfer_id=transfer_id,
        number=number,
        log=origin_of(house.settings.archive),
        city=house.city.title,
        body=law.full_name or law.body or "archives",
        jurisdiction=house.city.jurisdiction,
        made=text_of(now),
        person=house.settings.by,
        software=f"Ofrecord {version('ofrecord')}",
        contact=listed.contact or house.city.legal_custodian or house.settings.by,
        phone=listed.phone,
        notice=listed.said_as,
        count=len(listed.numbers),
        versions=listed.versions,
        series=listed.series,
        runs=runs,
    )
