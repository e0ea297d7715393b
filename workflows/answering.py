"""Writing the answer to a request: the PDF and the ZIP, checked after writing. Nothing is sent, nothing is signed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.catalog import queries
from archiver.evidence import Evidence
from custody.clock import local_day
from custody.errors import DamageError, UnavailableError
from custody.evidence import Seal
from custody.ids import RecordNumber, label_of
from custody.record import Record
from custody.request import Decision, Mark, Redaction
from exports.compose import Facts, Placed, compose
from exports.leak_check import refuse_leaks, without_secrets
from exports.pdf_binder import BoundPdf, bind, working_folder
from exports.reason_codes import reason_codes
from exports.response import CollectedBy, Coverage, Response
from exports.secrets_of import Secrets, secrets_of
from exports.zip_bundle import check_package, write_zip
from workflows.access import Reading, reading
from workflows.house import House
from workflows.release_gate import release_blocks
from workflows.requesting import request_of

_ACTS = (
    "request.opened", "request.collected", "request.context-added", "request.marked", "request.redacted",
    "redaction.lifted", "redaction.made-together", "redaction.lifted-together",
)  # fmt: skip


def respond(house: House, number: int, into: Path | None, told: Callable[[int], None]) -> dict[str, Any]:
    """Write response.pdf and response.zip and close the request as answered. Returns paths, digests and counts.

    The same request in the same state gives the same bytes. Raises UsageError while anything is undecided.
    """
    with reading(house, "request.respond", f"request {number}") as read:
        return _respond(house, number, into, told, read)


def _respond(
    house: House, number: int, into: Path | None, told: Callable[[int], None], read: Reading
) -> dict[str, Any]:
    _refuse_blocked(house, number)
    response = response_for(house, number)
    secrets = _secrets(house, number, response)
    response = replace(response, collections=without_secrets(response.collections, secrets))
    folder = into or house.settings.responses / f"request-{number}"
    durable.require_room(house.settings.home)
    with working_folder() as work:
        bound = bind(response, Path(work), told)
        package = Path(work) / "response.zip"
        with durable.scratch(package) as target:
            write_zip(response, bound, target, house.ledger.signed_text)
        wrong = check_package(package, house.ledger.public_key())
        if wrong:
            raise DamageError(f"The package did not come out right: {wrong[0]}.", "Nothing was kept; try again.")
        refuse_leaks({**{pdf.name: pdf.path for pdf in bound}, package.name: package}, secrets)
        read.found(response.released + response.redacted + response.withheld, "written")
        made = _keep(folder, bound, package)
    counts = {"released": response.released, "redacted": response.redacted, "withheld": response.withheld}
    counts["context"] = response.context
    house.journal.write(("request.responded", number, {**made, **counts}))
    return {"request": number, **made, **counts}


def response_for(house: House, number: int) -> Response:
    """The response as it would go out now; nothing is written."""
    request = request_of(house, number)
    connection = house.catalog.connection
    decisions, redactions = _decided(house, number)
    rows = queries.record_rows(connection, [int(record) for record in decisions])
    evidence = Evidence(house.catalog, house.vault, house.ledger, _leaves(house, number, list(rows)))
    return compose(
        request,
        decisions,
        redactions,
        in_threads(rows),
        _facts(house, number, evidence.seal),
        _records(house),
        house.vault.media,
        evidence.of,
    )


Decided = tuple[dict[RecordNumber, Decision], dict[RecordNumber, list[Redaction]]]


def _decided(house: House, number: int) -> Decided:
    """The decisions and redactions of all records that the answer speaks of: not of those that were left out."""
    every = queries.decisions(house.catalog.connection, number)
    decisions = {each.record: each for each in every if each.mark is not Mark.EXCLUDE}
    redactions: dict[RecordNumber, list[Redaction]] = {}
    for _, redaction in queries.redactions(house.catalog.connection, number):
        if redaction.record in decisions:
            redactions.setdefault(redaction.record, []).append(redaction)
    return decisions, redactions


def _refuse_blocked(house: House, number: int) -> None:
    blocks = release_blocks(house, number)
    if blocks:
        raise UnavailableError(f"The answer cannot go out yet: {'; '.join(blocks)}.", "Nothing was written.")


def _secrets(house: House, number: int, response: Response) -> Secrets:
    decisions, redactions = _decided(house, number)
    whole = [each for each, decision in decisions.items() if decision.mark is Mark.WITHHOLD]
    return secrets_of(response, decisions, redactions, house.shelf.records(sorted({*whole, *redactions})))


def _leaves(house: House, number: int, records: Sequence[int]) -> list[int]:
    """The ledger's newest entries of everything that goes into the response, so that the same response always carries
    the same checkpoint."""
    connection = house.catalog.connection
    return [queries.newest_leaf_of_acts(connection, _ACTS, number), queries.newest_leaf_of_records(connection, records)]


def in_threads(rows: Mapping[int, Mapping[str, Any]]) -> list[Placed]:
    """Records in reading order: threads by the date of their first record, replies under what they answer."""
    by_object = {(row["account"], row["object_id"]): number for number, row in rows.items()}
    below: dict[int, list[int]] = {}
    tops: list[int] = []
    for number, row in rows.items():
        parent = by_object.get((row["account"], row["parent_id"])) if row["parent_id"] else None
        if parent is None or parent == number:
            tops.append(number)
        else:
            below.setdefault(parent, []).append(number)

    def key(number: int) -> tuple[int, int]:
        created = rows[number]["created_at"]
        return (created if created is not None else 2**62, number)

    placed: dict[int, Placed] = {}
    pending = [(number, 0, "") for number in sorted(tops, key=key, reverse=True)]
    while len(placed) < len(rows):
        if not pending:  # a ring of records that answer each other: begin with the oldest not placed yet
            pending.append((min((number for number in rows if number not in placed), key=key), 0, ""))
        number, depth, answers = pending.pop()
        if number in placed:
            continue
        placed[number] = Placed(number=RecordNumber(number), depth=depth, answers=answers)
        replies = sorted(below.get(number, ()), key=key, reverse=True)
        pending += [(reply, depth + 1, label_of(number)) for reply in replies]
    return list(placed.values())


def _records(house: House) -> Callable[[Sequence[RecordNumber]], Iterator[Record]]:
    return lambda numbers: house.shelf.records(list(numbers))


def _facts(house: House, number: int, seal: Seal) -> Facts:
    connection = house.catalog.connection
    made = [act["at"] for kind in _ACTS for act in queries.acts_of(connection, kind, number)]
    collections = tuple(
        CollectedBy(query=act["query"], said_as=act["said_as"], at=_day(act["at"], house), count=len(act["numbers"]))
        for act in queries.acts_of(connection, "request.collected", number)
    )
    return Facts(
        city=house.city.title,
        letterhead=house.city.letterhead,
        zone=house.city.time_zone,
        made_at=queries.moment(max(made)) if made else house.clock(),
        collections=collections,
        coverage=tuple(_coverage(house)),
        handles={account.id: account.handle for account in house.accounts()},
        codes=reason_codes(house.city.jurisdiction),
        seal=seal,
    )


def _coverage(house: House) -> Iterator[Coverage]:
    for row in queries.coverage(house.catalog.connection):
        yield Coverage(
            account=row["handle"],
            platform=row["platform"],
            records=row["records"],
            first=_day(row["first"], house) if row["first"] is not None else "-",
            last=_day(row["last"], house) if row["last"] is not None else "-",
            media_missing=row["media_missing"] or 0,
        )


def _day(millis: int, house: House) -> str:
    day = local_day(queries.moment(millis), house.city.time_zone)
    return f"{day:%B} {day.day}, {day.year}"


def _keep(folder: Path, bound: Sequence[BoundPdf], package: Path) -> dict[str, Any]:
    if folder.exists() and not folder.is_dir():
        raise UnavailableError(f"{folder} is a file, not a folder.", "Choose another with --into.")
    for left in folder.glob(".response*.part"):  # a try that was killed left a hidden piece of an answer
        durable.remove(left)
    made: dict[str, Any] = {"volumes": []}
    for pdf in bound:
        target = folder / pdf.name
        _copy(pdf.path, target)
        if pdf.name == "response.pdf":
            made |= {"pdf": str(target), "pdf_sha256": durable.hash_file(target)}
        else:
            made["volumes"].append(str(target))
    target = folder / "response.zip"
    _copy(package, target)
    return {**made, "zip": str(target), "zip_sha256": durable.hash_file(target)}


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        durable.write_new(target, iter(lambda: file.read(1 << 20), b""))
