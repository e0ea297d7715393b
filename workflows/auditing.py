"""Checking the archive against itself, and making its catalog again from the vault."""

import json
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from archiver import durable, erasing, signing
from archiver.access import restore
from archiver.catalog import acts, destroyed_rows, ledger_rows, queries
from archiver.catalog.access_carrying import carry, carry_unfinished
from archiver.catalog.authority_check import check_authority
from archiver.catalog.catalog import Catalog
from archiver.catalog.finding import Finding
from archiver.catalog.ledger_check import check_ledger, check_newest
from archiver.catalog.rebuilding import rebuild
from archiver.catalog.replay_check import check_replay
from archiver.catalog.unsigned_check import check_unsigned
from archiver.catalog.verification import (
    check_media,
    lost_versions,
)
from archiver.journal import Journal
from archiver.ledger import Ledger, origin_of
from archiver.signing import read_key
from archiver.vault import Vault
from custody.clock import Clock, system_clock
from custody.errors import CustodyError, InputError
from custody.selector import Selector
from policies.cities import load_city
from policies.roles import roles
from search.engine import SearchEngine
from workflows import authority_words
from workflows.anchoring import check_anchors
from workflows.engines import engine_for
from workflows.house import House, open_for_writing, open_house
from workflows.own_files import check_own_files
from workflows.piecework import checking
from workflows.pins import check_pin, compare
from workflows.settings import Settings
from workflows.starting import WRITTEN_OTHERWISE, check_key

_HINTS = {
    "file-unknown": "move it out of the vault",
    "file-too-long": "it is swept at the next import",
    "checkpoint-unsigned": "it is signed at the next import",
    "content-gone": "find out who removed it; restore it from a backup",
    "ledger-changed": "keep the folder as it is, and have the ledger compared with a witness or an older response",
    "ledger-root-differs": "keep the folder as it is, and have the ledger compared with a witness or an older response",
    "ledger-entry-wrong": "keep the folder as it is, and have the ledger compared with a witness or an older response",
    "ledger-cut-off": "run `ofrecord rebuild`; if it stays, restore the folder vault/ledger from a backup",
    "ledger-differs": "find out who changed it; restore the file from a backup",
    "not-in-ledger": "find out where it comes from: it was not taken in by this program",
    "state-changed": "run `ofrecord rebuild`",
    "ledger-gone-back": "restore the newest backup; if an old one was restored on purpose: ofrecord anchor accept",
    "ledger-forked": "keep the folder and what it was compared with: its past was changed",
    "ledger-key-unknown": "keep the folder as it is: the ledger's first entry, which names the key, was changed",
    "key-changed": "keep the folder: another key signs now than this computer knows",
    "anchor-unsigned": "keep what it was compared with, and find out who made it",
    "anchor-unreadable": "find a whole copy of it",
    "signing-key-changed": "restore ledger.key from a backup; until then nothing can be written or signed",
    "person-key-changed": "restore the file from a backup, or have the director retire the person and enrol them anew",
    "answer-changed": "restore the file from a backup, or write it again: ofrecord request respond NUMBER",
    "letter-changed": "find out who changed it; a letter is written again by: ofrecord request letters NUMBER --again",
    "certificate-changed": "write it again: ofrecord purge certificate NUMBER",
    "time-impossible": "keep the folder: an entry is dated later than it can have been made",
    "checkpoint-changed": "keep the folder as it is: somebody else signed, or the catalog was changed",
    "catalog-changed": "run `ofrecord rebuild`",
    "catalog-damaged": "run `ofrecord rebuild`",
    "record-missing": "run `ofrecord rebuild`; if it stays, restore the file from a backup",
    "version-missing": "run `ofrecord rebuild`",
    "index-differs": "run `ofrecord rebuild`",
    **authority_words.HINTS,
    "destruction-unfinished": "run `ofrecord purge finish`",
    "not-destroyed": "run `ofrecord rebuild`; if it stays, find out who brought it back",
    "tombstone-differs": "find out who changed the file; restore it from a backup made after the destruction",
    "access-gap": "find out who removed it, and compare with a backup of catalog.sqlite",
    "access-batch-differs": "find out who changed it, and compare with a backup of catalog.sqlite",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a verification found. `bytes` were read, holding `exchanges` WARC records and `records` records."""

    findings: tuple[Finding, ...]
    bytes: int
    exchanges: int
    records: int
    seconds: float

    @property
    def clean(self) -> bool:
        """Whether everything is as it was kept."""
        return not self.findings


def hint_for(finding: Finding) -> str:
    """What to do about a finding."""
    return _HINTS.get(finding.code, "restore the file from a backup; until then its records cannot be vouched for")


def set_right(settings: Settings, clock: Clock = system_clock) -> tuple[str, ...]:
    """Finish what an interrupted program left, as the next writing would: sweep and sign. Says in plain words what.

    Only when the last writer did not end as it should; and when that cannot be done now, verification says the rest.
    """
    try:
        with open_house(settings, clock) as house:
            newest = ledger_rows.newest_checkpoint(house.catalog.connection)
            ended = newest is None or newest["note"] is not None
            left = destroyed_rows.unfinished_ones(house.catalog.connection)
            if ended and not left and not queries.unended_runs(house.catalog.connection):
                return ()
        with open_for_writing(settings, clock) as house:
            return house.swept or ("an interrupted run: ended and signed",)
    except CustodyError:
        return ()


class Level(IntEnum):
    """How deep a verification goes; each level holds those before it."""

    V0 = 0
    """The pin, the newest signature, the database's own quick check: seconds."""
    V1 = 1
    """The ledger computed again from its entries."""
    V2 = 2
    """The catalog and the index against the ledger, and what people did once more; of the vault only records of several
    versions are read."""
    V3 = 3
    """Every byte of the vault."""
    V4 = 4
    """Everything others remember: witnesses, and files given to compare with."""


def _guarded(found: Iterable[Finding]) -> Iterator[Finding]:
    """Findings; a catalog so changed that it cannot be read ends in a finding too."""
    try:
        yield from found
    except CustodyError as error:
        yield Finding(code="catalog-damaged", object="catalog.sqlite", message=error.message)
    except (KeyError, TypeError, ValueError):
        yield Finding(code="catalog-damaged", object="catalog.sqlite", message=WRITTEN_OTHERWISE)


def verify(
    house: House, told: Callable[[int], None], level: Level = Level.V4, against: Sequence[tuple[str, str]] = ()
) -> Verdict:
    """Compare the archive with itself, with its ledger and with what others remember, as deep as `level` says.

    `against` are signed checkpoints somebody kept: (where it is from, its text).
    """
    started = time.monotonic()
    findings = [
        *_guarded(check_pin(house.settings, house.catalog)),
        *_guarded(check_key(house.settings, house.catalog)),
    ]
    verdict = Verdict(findings=(), bytes=0, exchanges=0, records=0, seconds=0)
    if level < Level.V2:
        findings += _guarded(_shallow(house, level))
    else:
        verdict = _deep(house, told, level)
    if level >= Level.V3:
        findings += _guarded(check_own_files(house))
    if level >= Level.V4:
        findings += _guarded(check_anchors(house))
        for where, text in against:
            findings += _guarded(compare(house.catalog, house.settings.archive, text, where))
    unique = tuple(dict.fromkeys([*findings, *verdict.findings]))
    return replace(verdict, findings=unique, seconds=time.monotonic() - started)


def checkpoint_in(path: Path) -> str:
    """The signed checkpoint in a file that somebody kept: a note, or a response ZIP with its proofs.

    Raises InputError when it is neither.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                proofs = json.loads(package.read("proofs.json"))
            return f"{proofs['key']}\n{proofs['checkpoint']}"
        return path.read_text(encoding="utf-8")
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise InputError(
            f"{path} holds no checkpoint ({error}).", "Give a response ZIP made by Ofrecord, or a checkpoint's text."
        ) from error


def _shallow(house: House, level: Level) -> Iterator[Finding]:
    for words in house.catalog.check(quick=True):
        yield Finding(code="catalog-damaged", object="catalog.sqlite", message=words)
    if level is Level.V0:
        yield from check_newest(house.catalog, signing.verify)
    else:
        yield from check_ledger(house.catalog, acts.is_kind, signing.verify)
        yield from _authority(house)
    yield from check_unsigned(house.catalog, house.vault)


def check_what_people_did(house: House) -> tuple[Finding, ...]:
    """Whether holds, requests, filings, users and all else that follows from acts is what the signed ledger says was
    done. Asked before records are destroyed; an earlier purge that should not have been is no finding here."""
    found = [
        *_guarded(check_ledger(house.catalog, acts.is_kind, signing.verify)),
        *_guarded(_authority(house)),
        *_guarded(check_replay(house.catalog)),
    ]
    return tuple(each for each in dict.fromkeys(found) if not _is_old_deed(each))


def _is_old_deed(finding: Finding) -> bool:
    """Whether a finding is about what was destroyed earlier, which nothing can mend and every verification says again;
    or that the newest entries are not signed yet, as while somebody is writing."""
    return finding.code in ("destruction-unfinished", "checkpoint-unsigned") or (
        finding.code.startswith("purge-") and finding.code != "purge-changed"
    )


def _authority(house: House) -> Iterator[Finding]:
    return check_authority(house.catalog, roles(), signing.verify, house.city.time_zone)


def _deep(house: House, told: Callable[[int], None], level: Level) -> Verdict:
    started = time.monotonic()
    findings: list[Finding] = []
    read = exchanges = records = 0
    trusting = level < Level.V3
    with checking(house.settings, house.city.time_zone, house.catalog, findings, trusting) as results:
        try:
            findings += lost_versions(house.catalog)
            findings += _guarded(check_ledger(house.catalog, acts.is_kind, signing.verify))
            findings += _guarded(_authority(house))
            findings += _guarded(check_replay(house.catalog))
            for checked in results:
                findings += checked.findings
                read += checked.bytes
                exchanges += checked.exchanges
                told(read)
            for size, found in check_media(house.catalog, house.vault) if level >= Level.V3 else ():
                findings += found
                read += size
                told(read)
            records = queries.totals(house.catalog.connection)["records"]
            findings += _index_of_another_size(house.engine, records)
        except CustodyError as error:
            findings.append(Finding(code="catalog-damaged", object="catalog.sqlite", message=error.message))
        except (TypeError, ValueError):
            findings.append(Finding(code="catalog-damaged", object="catalog.sqlite", message=WRITTEN_OTHERWISE))
    return Verdict(
        findings=tuple(findings), bytes=read, exchanges=exchanges, records=records, seconds=time.monotonic() - started
    )


def _index_of_another_size(engine: SearchEngine, records: int) -> Iterator[Finding]:
    indexed = engine.count(Selector())
    if indexed != records:
        message = f"the index holds {indexed} records, the catalog {records}"
        yield Finding(code="index-differs", object="search index", message=message)


def rebuild_catalog(settings: Settings, told: Callable[[int], None], clock: Clock = system_clock) -> int:
    """Make the catalog and the index again from the vault; the old catalog is replaced only when the new one is whole.

    Who read what is carried over from the old catalog; what cannot be is written down as lost (docs/adr/read-audit.md).

    Returns the number of records. Raises DamageError when the vault itself is damaged; then nothing has changed.
    """
    durable.require_room(settings.home)
    fresh = settings.home / "catalog.rebuilt.sqlite"
    aside = settings.home / "catalog.replaced.sqlite"
    with durable.only_writer(settings.lock):
        _forget(fresh)
        catalog = Catalog(fresh, new=True)
        try:
            engine = engine_for(settings, catalog, load_city(settings.city).time_zone)
            with catalog.transaction():
                engine.clear()
            vault = Vault(settings.vault, settings.archive)
            count = rebuild(catalog, vault, engine.add, told)
            ledger = Ledger(catalog, vault, read_key(settings.key, origin_of(settings.archive)))
            ledger.refuse_another_key()
            catalog.truncate_log()
            engine.settle()
            _set_aside(settings.catalog, aside)
            with catalog.transaction() as connection:
                carried = carry(aside, connection)
                carry_unfinished(aside, connection)
            _remove_destroyed(settings, catalog, vault)
            restore(catalog, Journal(catalog, vault, ledger, clock, settings.by), carried)
            ledger.sign()
            catalog.truncate_log()
        finally:
            catalog.close()
        _forget(settings.catalog)
        durable.move(fresh, settings.catalog)
        _forget(aside)
    return count


def _remove_destroyed(settings: Settings, catalog: Catalog, vault: Vault) -> None:
    """Remove what the acts say was destroyed and the vault still held: a program was stopped before it could."""
    for each, _, media in destroyed_rows.unfinished_ones(catalog.connection):
        erasing.carry_out(catalog, vault, settings.home / erasing.FOLDER, each.cause, media, lambda name: None)


def _set_aside(path: Path, aside: Path) -> None:
    """Give the old catalog another name; one that an interrupted rebuild set aside already is kept."""
    if path.exists():
        _forget(aside)
    for ending in ("", "-wal"):
        if path.with_name(path.name + ending).exists():
            durable.move(path.with_name(path.name + ending), aside.with_name(aside.name + ending))


def _forget(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        durable.remove(path.with_name(name))
