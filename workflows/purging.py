"""Carrying out a destruction: the bytes, the rows and the words of records go, and that they went is proved.

Who may do it, and when, is not decided here (`docs/howto/purging.md`); at the last moment every record is asked about
once more, and one reason against one record throws the whole batch back before anything is touched. One transaction
decides: before it nothing has happened, after it the rest is done again at the next opening, however often it is
interrupted. docs/adr/destruction.md gives the reasons.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from archiver import durable, erasing
from archiver.catalog import destroyed_rows, ledger_rows, queries
from archiver.catalog.choice import Choice, Place
from archiver.catalog.destruction_acts import EXECUTED, VERIFIED, ranges_of
from archiver.erasing import Staged
from archiver.needles import Kept, Traces, traces_of
from archiver.pointed import objects_pointed_to
from archiver.sealing import Seal, new_seal
from archiver.tombstone import Cause, called
from custody.checkpoint import proof_text
from custody.clock import text_of
from custody.errors import DamageError, UnavailableError, UsageError
from custody.ids import RecordNumber, label_of
from custody.ledger import inclusion_proof
from custody.purged import Gone, Purged, Remains
from workflows.house import House
from workflows.remains import search, write_anew
from workflows.set_aside import Item, refuse_others, refuse_unfinished

StillDue = Callable[[Sequence[RecordNumber]], Mapping[RecordNumber, str]]
"""Asked at the last moment: the records that must not go after all, each with the reason."""

Told = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and of how much (0 when unknown)."""

Step = Callable[[str], None]
"""Hears the name of each step that is behind; tests stop the program there."""

METHOD = (
    "segments written anew with tombstones of the same length, compared and read back",
    "segments in which nothing else lay removed whole, media that nothing else shows removed",
    "catalog and index: SQLite secure_delete, FTS5 secure-delete, write-ahead log emptied",
    "openings destroyed: the ledger's commitments can be opened by nobody",
)
_CERTIFICATE = re.compile(r"[A-Za-z0-9._-]{1,60}")
_AT_ONCE = 3_000
"""Ranges of numbers in one entry of the ledger, which stays below 65,536 bytes."""


class Purge(Protocol):
    """The shape of `purge_records`, so that others can be written against it."""

    def __call__(
        self,
        house: House,
        numbers: Sequence[RecordNumber],
        authority: Mapping[str, Any],
        told: Told,
        still_due: StillDue,
        *,
        items: Collection[Item] = (),
    ) -> Purged:
        """Destroy records for good."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """What is going to be destroyed, while nothing has happened yet."""

    numbers: Sequence[int]
    items: list[Item]
    choice: Choice
    cause: Cause
    media: list[str]
    staged: list[Staged]
    seal: Seal


def purge_records(
    house: House,
    numbers: Sequence[RecordNumber],
    authority: Mapping[str, Any],
    told: Told,
    still_due: StillDue,
    step: Step = lambda name: None,
    *,
    items: Collection[Item] = (),
) -> Purged:
    """Destroy records for good, inside `open_for_writing`, and `items` set aside with them. `authority` says by what
    right: "certificate" and whatever else belongs to it, never content.

    Raises UnavailableError when a record must not go after all, or its text also lies where it cannot be removed; and
    DamageError when something is not as it was kept. Then nothing has been touched. When the search for remains finds
    something, what is destroyed stays destroyed, `verified` is None, and `finish` searches again.
    """
    chosen, aside = sorted(set(numbers)), sorted(set(items))
    _refuse(house, chosen, aside, authority)
    _throw_back(still_due(numbers))
    staging = house.settings.home / erasing.FOLDER
    durable.remove_folder(staging)
    choice = Choice(house.catalog, chosen)
    try:
        cause = Cause(
            number=house.next_number(EXECUTED),
            certificate=str(authority["certificate"]),
            moment=text_of(house.clock()),
        )
        plan = _planned(house, chosen, aside, choice, cause, staging, told, step)
        refuse_others(house, chosen, aside, Kept(staging / "needles", plan.seal), told)
        _throw_back(still_due(numbers))
    except BaseException:
        durable.remove_folder(staging)
        raise
    finally:
        choice.close()
    step("planned")
    _execute(house, plan, authority, told)
    step("executed")
    return _finished(house, plan.cause, plan.media, plan.seal, told, step)


def finish(house: House, told: Told, step: Step = lambda name: None) -> list[Purged]:
    """Go on with every destruction whose search for remains has not ended, inside `open_for_writing`."""
    waiting = destroyed_rows.unfinished_ones(house.catalog.connection)
    return [
        _finished(house, each.cause, media, Seal(secret=secret) if secret else None, told, step)
        for each, secret, media in waiting
    ]


def gone_in(house: House, number: int) -> Iterator[Gone]:
    """Everything that a destruction took, version by version, with proofs against the newest checkpoint."""
    house.ledger.sign()
    connection = house.catalog.connection
    size = house.ledger.size()
    _, note = house.ledger.signed_beyond(size - 1)
    read = ledger_rows.reader(connection)
    cached = lru_cache(maxsize=4096)(lambda level, first, count: tuple(read(level, first, count)))
    for row in destroyed_rows.versions_of(connection, number):
        entry = ledger_rows.entry(connection, row["leaf"])
        if entry is None:
            raise DamageError(f"The ledger has no entry for {label_of(row['number'])}.", "Run `ofrecord verify`.")
        proof = proof_text(row["leaf"], tuple(inclusion_proof(row["leaf"], size, cached)), note)
        yield Gone(
            number=RecordNumber(row["number"]), version=row["n"], leaf=row["leaf"],
            commitment=entry[6:70].decode("ascii"), proof=proof,
        )  # fmt: skip


def _refuse(house: House, chosen: Sequence[int], items: Sequence[Item], authority: Mapping[str, Any]) -> None:
    certificate = str(authority.get("certificate", ""))
    if not _CERTIFICATE.fullmatch(certificate):
        raise UsageError(f"This is no certificate's number: {certificate!r}.", "Letters, digits, dots and dashes.")
    if not chosen and not items:
        raise UsageError("No record is named, so there is nothing to destroy.", "Name at least one.")
    there = destroyed_rows.those_there(house.catalog.connection, chosen)
    missing = [label_of(number) for number in chosen if number not in there]
    if missing:
        named = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
        raise UnavailableError(
            f"There is no record {named}: it was destroyed already, or never taken in. Nothing was destroyed.",
            "Make the list anew: `ofrecord retention due`.",
        )
    lost = set(items) - {(row["run"], row["n"]) for row in destroyed_rows.aside(house.catalog.connection)}
    if lost:
        run, n = min(lost)
        raise UnavailableError(
            f"There is no {called(-run, n)}: it was destroyed already, or never there. Nothing was destroyed.",
            "Make the list anew: `ofrecord purge propose --with-quarantined`.",
        )
    refuse_unfinished(house)


def _throw_back(reasons: Mapping[RecordNumber, str]) -> None:
    if reasons:
        number, reason = min(reasons.items())
        more = f", and {len(reasons) - 1:,} more" if len(reasons) > 1 else ""
        raise UnavailableError(
            f"Nothing was destroyed: {label_of(number)} must be kept after all ({reason}){more}.",
            "The whole list goes back. Make a new one without these records.",
        )


def _planned(
    house: House, numbers: Sequence[int], items: list[Item], choice: Choice, cause: Cause, staging: Path, told: Told,
    step: Step,
) -> _Plan:  # fmt: skip
    """Write everything beside that will take the old files' places, and what to search for afterwards, sealed."""
    written = sum(row["committed_end"] for row in choice.mixed) + 4096 * len(numbers)
    durable.require_room(house.settings.home, written + 2 * house.settings.catalog.stat().st_size)
    seal, staged, pointers, count = new_seal(), list[Staged](), dict[str, int](), 0
    with Kept(staging / "needles", seal).writing() as put:

        def seen(place: Place, chunk: bytes) -> None:
            nonlocal count
            put(traces_of(place, chunk))
            pointers.update(objects_pointed_to(place, chunk))
            count += 1
            if count % 1_000 == 0:
                told("versions made ready", count, choice.versions)

        for row in choice.whole:
            erasing.read_whole(house.vault, row, choice.places(row["id"]), seen)
        for row in choice.mixed:
            to = erasing.staged_at(staging, row["id"])
            staged.append(erasing.stage(house.vault, row, choice.places(row["id"]), cause, to, seen))
            step("staged")
        staged += _staged_aside(house, items, cause, staging, put)
        shown = choice.media()
        more = [sha256 for sha256, size in pointers.items() if not _is_pointed_to(house, choice, sha256, size)]
        media = [*(sha256.hex() for sha256 in shown), *more]
        for digests in destroyed_rows.digests_of_media(house.catalog.connection, media):
            put(Traces(number=0, n=0, texts=(), digests=digests))
    step("needles")
    return _Plan(numbers=numbers, items=items, choice=choice, cause=cause, media=media, staged=staged, seal=seal)


def _staged_aside(
    house: House, items: Collection[Item], cause: Cause, staging: Path, put: Callable[[Traces], None]
) -> Iterator[Staged]:
    """The files of items set aside, written anew without some. Of these only the digests are searched for: what they
    share with records on the list is searched for already, and the rest is nobody's text."""

    def seen(place: Place, chunk: bytes) -> None:
        put(Traces(number=0, n=0, texts=(), digests=(place.sha256, place.opening)))

    connection, chosen = house.catalog.connection, set(items)
    where = {row["segment"] for row in destroyed_rows.aside(connection) if (row["run"], row["n"]) in chosen}
    for row in destroyed_rows.segments_aside(connection):
        if row["id"] in where:
            places, to = erasing.places_aside(house.catalog, row, chosen), erasing.staged_at(staging, row["id"])
            yield replace(erasing.stage(house.vault, row, places, cause, to, seen), survivors=0)


def _is_pointed_to(house: House, choice: Choice, sha256: str, length: int) -> bool:
    """Whether a record that stays points to the same object."""
    for name, offset, size in choice.alike(length):
        place = Place(offset, size, size, b"", 0, 0, False, b"", b"", b"")
        if sha256 in dict(objects_pointed_to(place, house.vault.read(name, offset, size))):
            return True
    return False


def _execute(house: House, plan: _Plan, authority: Mapping[str, Any], told: Told) -> None:
    """The point of no return: rows, words and openings go, and the ledger says so, in one transaction."""
    told("records destroyed", 0, len(plan.numbers))
    ranges = ranges_of(plan.numbers)
    rewritten = [[each.segment["id"], each.segment["name"], each.sha256] for each in plan.staged]
    data = {
        "authority": dict(authority), "moment": plan.cause.moment, "records": ranges, "count": len(plan.numbers),
        "versions": plan.choice.versions, "media": len(plan.media), "rewritten": rewritten,
        "whole": [[row["id"], row["name"]] for row in plan.choice.whole],
        "survivors": sum(each.survivors for each in plan.staged),
        **({"items": [list(item) for item in plan.items]} if plan.items else {}),
    }  # fmt: skip
    named = {"destruction": plan.cause.number, "certificate": plan.cause.certificate}
    entries = [
        {**named, "t": "records.destroyed", "records": ranges[at : at + _AT_ONCE]}
        for at in range(0, len(ranges), _AT_ONCE)
    ]
    entries += [
        {**named, "t": "items.destroyed", "items": data["items"][at : at + _AT_ONCE]}
        for at in range(0, len(plan.items), _AT_ONCE)
    ]

    def change() -> None:
        connection = house.catalog.connection
        house.engine.remove(RecordNumber(number) for number in plan.numbers)
        destroyed_rows.forget_media(connection, [bytes.fromhex(sha256) for sha256 in plan.media])
        destroyed_rows.begin(connection, plan.cause.number, plan.seal.secret, plan.media)

    house.journal.write((EXECUTED, plan.cause.number, data), also=change, beside=entries)


def _leaf_of(house: House, kind: str, number: int) -> int:
    return queries.newest_leaf_of_acts(house.catalog.connection, (kind,), number)


def _finished(house: House, cause: Cause, media: Sequence[str], seal: Seal | None, told: Told, step: Step) -> Purged:
    """Everything behind the point of no return; done again, it comes to the same."""
    connection, staging = house.catalog.connection, house.settings.home / erasing.FOLDER
    erasing.carry_out(house.catalog, house.vault, staging, cause, media, step)
    with house.catalog.transaction() as changing:
        destroyed_rows.note_removed(changing, cause.number)
    if not house.catalog.truncate_log():
        raise UnavailableError(
            "The records are destroyed, but while somebody is reading they can still be found in catalog.sqlite-wal.",
            "Close other Ofrecord windows, then run `ofrecord purge finish`.",
        )
    house.engine.settle()
    house.catalog.truncate_log()
    step("settled")
    if is_large := destroyed_rows.is_large_part(connection, cause.number):
        write_anew(house)
        step("written anew")
    remains = search(house, cause.number, Kept(staging / "needles", seal) if seal else None, told, is_large)
    step("searched")
    verified = None
    if not remains.hits:
        verified = _verify(house, cause.number, remains)
        step("verified")
        durable.remove_folder(staging)
        house.ledger.sign()
        house.catalog.truncate_log()
        step("cleaned")
    [said] = queries.acts_of(connection, EXECUTED, cause.number)
    stores = {
        "records": said["count"], "versions": said["versions"], "index entries": said["count"],
        "segments rewritten": len(said["rewritten"]), "segments removed": len(said["whole"]),
        "media removed": said["media"], "items set aside": len(said.get("items", ())),
    }  # fmt: skip
    return Purged(
        number=cause.number, executed=_leaf_of(house, EXECUTED, cause.number), verified=verified,
        records=said["count"], versions=said["versions"], stores=stores, survivors=said["survivors"],
        remains=remains, method=METHOD,
    )  # fmt: skip


def _verify(house: House, number: int, remains: Remains) -> int:
    data = remains.as_data()
    house.journal.write((VERIFIED, number, data), also=lambda: destroyed_rows.finish(house.catalog.connection, number))
    return _leaf_of(house, VERIFIED, number)
