"""Writing the answer to a request: the PDF and the ZIP, checked after writing. Nothing is sent, nothing is signed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.catalog import queries
from archiver.evidence import Evidence
from archiver.working import working_folder
from custody.errors import UnavailableError, UsageError
from custody.evidence import Seal
from custody.ids import RecordNumber, label_of
from custody.record import Record
from custody.request import Decision, Mark, Redaction
from exports.certification import has_words
from exports.compose import Facts, Placed, compose
from exports.leak_check import refuse_leaks, without_secrets
from exports.parts import parts_json, parts_text
from exports.reason_codes import reason_codes
from exports.response import Addition, CollectedBy, Response
from exports.secrets_of import Secrets, secrets_of
from exports.table import BAG
from workflows.access import Reading, reading
from workflows.certifying import ITEMS, certify, items
from workflows.coverage import coverage, day_of
from workflows.house import House
from workflows.packaging import Built, Wanted, bag_of, build, part_files, stem_of, zip_name
from workflows.release_gate import gate
from workflows.request_life import life_of, live
from workflows.requesting import request_of
from workflows.shelving import keep, note_files
from workflows.subjects import augmentations

_BAG = "response-bag.zip"
_ACTS = (
    "request.opened", "request.collected", "request.context-added", "request.marked", "request.redacted",
    "redaction.lifted", "redaction.made-together", "redaction.lifted-together",
)  # fmt: skip


def respond(
    house: House, number: int, into: Path | None, told: Callable[[int], None], wanted: Wanted | None = None
) -> dict[str, Any]:
    """Write the answer with what goes beside it and close the request as answered. Returns paths, digests and counts,
    `unseen`: how many places of each kind have the form of something private and were shown to nobody, and `shown_in`:
    records that show words which are redacted in others.

    The same request in the same state gives the same bytes. Raises UsageError while anything is undecided. Once the
    determination was given, only the very package that it names is written again, and nothing is recorded but
    the digest of what is made anew beside it, such as the certification.
    """
    with reading(house, "request.respond", f"request {number}") as read:
        return _respond(house, number, into, told, read, wanted or Wanted())


def _respond(
    house: House, number: int, into: Path | None, told: Callable[[int], None], read: Reading, wanted: Wanted
) -> dict[str, Any]:
    given = _given(house, number)
    response, secrets, unseen = _ready(house, number)
    folder = into or house.settings.responses / f"request-{number}"
    durable.require_room(house.settings.home)
    with working_folder(house.settings.home) as work:
        signed, key = house.ledger.signed_text, house.ledger.public_key()
        built = build(response, work, wanted, signed, key, told)
        files = _files(house, response, built, work, wanted)
        refuse_leaks({name: path for name, path in files.items() if name != _BAG}, secrets)  # a bag holds the same
        _refuse_another(number, given, files[zip_name(built[0])])
        read.found(response.count, "written")
        kept = keep(folder, files)
    made = _made(folder, built, kept["digests"])
    counts = {"released": response.released, "redacted": response.redacted, "withheld": response.withheld}
    counts["context"] = response.context
    if given is None:
        house.journal.write(("request.responded", number, {**made, **counts}))
    note_files(house, number, folder, made["files"])
    seen = {"unseen": unseen if given is None else {}, "shown_in": list(secrets.shown_in)}
    return {"request": number, **made, **counts, **seen, "earlier": kept["earlier"], "decided": given is not None}


def _given(house: House, number: int) -> str | None:
    """The digest of the package that a request was decided with, None while it waits for its determination."""
    if request_of(house, number).state.is_live:
        return None
    ending = life_of(house, number).ending
    digest = str(ending.get("zip_sha256", "")) if ending else ""
    if not digest:
        live(house, number, "writing an answer")
    return digest


def _refuse_another(number: int, given: str | None, package: Path) -> None:
    if given is not None and durable.hash_file(package) != given:
        raise UsageError(
            f"Request {number} is decided, and what would be written now is not the package that was given.",
            "Nothing was written. To write the same again, use the same --with and --part-size; to answer anew: "
            f"ofrecord request reopen {number} --reason 'WHY'.",
        )


def _files(house: House, response: Response, built: Sequence[Built], work: Path, wanted: Wanted) -> dict[str, Path]:
    """Everything that is kept of an answer, by its name in the folder."""
    files: dict[str, Path] = {}
    for each in built:
        stem = stem_of(each)
        files |= {pdf.name.replace("response", stem, 1): pdf.path for pdf in each.pdfs}
        files |= {f"city-copy/{pdf.name.replace('response', stem, 1)}": pdf.path for pdf in each.kept}
        files[zip_name(each)] = each.zip
    if len(built) > 1:
        there = part_files(built)
        files["parts.json"] = _put(work / "parts.json", [parts_json(response, there)])
        files["parts.txt"] = _put(work / "parts.txt", [parts_text(response, there)])
    if BAG in wanted.formats:
        files[_BAG] = bag_of(response, built, work)
    files[ITEMS] = _put(work / ITEMS, items(house, response))
    delivered = [(name, path) for name, path in files.items() if "/" not in name]
    rows = [(name, path.stat().st_size, durable.hash_file(path)) for name, path in delivered]
    if has_words(response.jurisdiction):
        certify(response, rows, work / "certification.pdf")
        files["certification.pdf"] = work / "certification.pdf"
    return files


def _put(path: Path, chunks: Iterable[bytes]) -> Path:
    with durable.scratch(path) as file:
        file.writelines(chunks)
    return path


def _made(folder: Path, built: Sequence[Built], digests: Mapping[str, str]) -> dict[str, Any]:
    """What the act says of the files: those that go out first, with their digests."""
    first = built[0]
    stem = stem_of(first)
    made: dict[str, Any] = {"pdf": str(folder / f"{stem}.pdf"), "pdf_sha256": digests[f"{stem}.pdf"]}
    made |= {"zip": str(folder / zip_name(first)), "zip_sha256": digests[zip_name(first)]}
    zips = {zip_name(each) for each in built}
    made["files"] = {name: digests[name] for name in sorted(digests) if name.endswith((".pdf", ".zip"))}
    others = [name for name in digests if "/" not in name and name.endswith(".pdf") and "-vol-" in name]
    made["volumes"] = [str(folder / name) for name in others]
    made["parts"] = (
        [{"zip": str(folder / name), "sha256": digests[name]} for name in sorted(zips)] if len(zips) > 1 else []
    )
    made["certification"] = str(folder / "certification.pdf") if "certification.pdf" in digests else ""
    made["bag"] = str(folder / _BAG) if _BAG in digests else ""
    made["city_copy"] = [str(folder / name) for name in digests if name.startswith("city-copy/")]
    return made


def ready_response(house: House, number: int) -> tuple[Response, Secrets]:
    """The response, once nothing stands in its way, and what must not be found in anything made of it."""
    return _ready(house, number)[:2]


def _ready(house: House, number: int) -> tuple[Response, Secrets, dict[str, int]]:
    """The same, and how many places of each kind nobody has looked at."""
    unseen = _refuse_blocked(house, number)
    response = response_for(house, number)
    secrets = secrets_in(house, number, response)
    added = tuple(Addition(name=name, data=data) for name, data in augmentations(house, number))
    return (
        replace(response, collections=without_secrets(response.collections, secrets), additions=added),
        secrets,
        unseen,
    )


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


def _refuse_blocked(house: House, number: int) -> dict[str, int]:
    found = gate(house, number)
    if found.blocks:
        raise UnavailableError(f"The answer cannot go out yet: {'; '.join(found.blocks)}.", "Nothing was written.")
    return dict(found.unseen)


def secrets_in(house: House, number: int, response: Response) -> Secrets:
    """What must stand in none of the files of a response."""
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
        CollectedBy(query=act["query"], said_as=act["said_as"], at=day_of(act["at"], house), count=len(act["numbers"]))
        for act in queries.acts_of(connection, "request.collected", number)
    )
    return Facts(
        city=house.city.title,
        letterhead=house.city.letterhead,
        zone=house.city.time_zone,
        made_at=queries.moment(max(made)) if made else house.clock(),
        collections=collections,
        coverage=tuple(coverage(house)),
        handles={account.id: account.handle for account in house.accounts()},
        codes=reason_codes(house.city.jurisdiction),
        seal=seal,
        custodian=house.city.legal_custodian,
        jurisdiction=house.city.jurisdiction,
        software=f"Ofrecord {version('ofrecord')}",
    )
