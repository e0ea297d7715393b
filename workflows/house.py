"""The one place where the house is wired together: an archive opened for reading, or for writing by one process."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain

from archiver import durable, erasing, working
from archiver.access import is_due, settle
from archiver.catalog import destroyed_rows, queries, request_history, rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.ledger_check import check_newest
from archiver.catalog.unsigned_check import check_unsigned
from archiver.intake import Intake
from archiver.journal import Journal
from archiver.ledger import Ledger, origin_of
from archiver.shelf import Shelf
from archiver.signing import LogKey, read_key
from archiver.signing import verify as verify_signature
from archiver.vault import Vault
from custody.account import Account
from custody.clock import Clock, system_clock
from custody.errors import BusyError, CustodyError, DamageError, UsageError
from custody.ids import RecordNumber
from custody.record import Record
from policies.cities import City, load_city
from search.engine import SearchEngine
from workflows.engines import engine_for
from workflows.pins import check_pin, remember
from workflows.settings import Settings

_PATIENCE = 0.3
"""Seconds to wait for the one writing place: a reader may hold it for the moment of one entry in the ledger."""


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """An open archive: everything a workflow needs, and nothing it has to look up."""

    settings: Settings
    city: City
    clock: Clock
    catalog: Catalog
    vault: Vault
    engine: SearchEngine
    shelf: Shelf
    ledger: Ledger
    journal: Journal
    swept: tuple[str, ...] = ()

    def accounts(self) -> list[Account]:
        """The registered accounts."""
        return queries.accounts(self.catalog.connection)

    def account_named(self, handle: str) -> Account:
        """The account with this handle. Raises UsageError that lists those there are."""
        there = self.accounts()
        for account in there:
            if account.handle.lower() == handle.removeprefix("@").lower():
                return account
        known = ", ".join(account.handle for account in there) or "none yet"
        raise UsageError(
            f"There is no account {handle!r} in this archive (registered: {known}).",
            f"Register it first: ofrecord account add {handle} --platform NAME",
        )

    def index(self, records: Sequence[Record], lines: Mapping[RecordNumber, str]) -> None:
        """Put records with their words into the search engine, inside the current transaction."""
        if records:
            self.engine.add(records, lines)

    def intake(self) -> Intake:
        """The way into the vault."""
        return Intake(self.catalog, self.vault, self.ledger, self.index)

    def next_number(self, kind: str) -> int:
        """The next free number for what acts of this kind make."""
        return queries.next_subject(self.catalog.connection, kind)


@contextmanager
def open_house(settings: Settings, clock: Clock = system_clock) -> Iterator[House]:
    """Open an archive for reading. Who reads what is written down; `workflows/access.py` does that."""
    house, waiting = _wire(settings, clock, ()), False
    try:
        yield house
    finally:
        with suppress(CustodyError):
            waiting = is_due(house.catalog, clock())
        house.catalog.close()
        if waiting:
            _settle_readings(settings, clock)


def _settle_readings(settings: Settings, clock: Clock) -> None:
    """Have the ledger commit to the readings that wait, if nobody is writing; the next writer does it otherwise."""
    with suppress(CustodyError), durable.only_writer(settings.lock):
        house = _wire(settings, clock, (), read_key(settings.key, origin_of(settings.archive)))
        try:
            if not _is_left(house):
                settle(house.catalog, house.ledger, clock())
                house.ledger.sign()
        finally:
            house.catalog.close()


@contextmanager
def open_for_writing(settings: Settings, clock: Clock = system_clock) -> Iterator[House]:
    """Open an archive as its only writer; what a crash left behind is swept first, and said."""
    durable.require_room(settings.home)
    with durable.only_writer(settings.lock, _PATIENCE):
        house = _wire(settings, clock, (), read_key(settings.key, origin_of(settings.archive)))
        try:
            if house.ledger.size():
                house.ledger.refuse_another_key()
                _refuse_another_past(house)
            house = _recovered(house)
            if is_due(house.catalog, clock()):
                settle(house.catalog, house.ledger, clock())
            _note_changed_settings(house)
            _count_targets_anew(house)
            _seal_full_segments(house)
            house.ledger.sign()
            try:
                yield house
            except BaseException:
                with suppress(CustodyError):  # what went wrong first is what has to be said
                    house.ledger.sign()
                raise
            house.ledger.sign()
            remember(settings, house.catalog)
        finally:
            house.catalog.close()


def _wire(settings: Settings, clock: Clock, swept: tuple[str, ...], key: LogKey | None = None) -> House:
    catalog = Catalog(settings.catalog)
    vault = Vault(settings.vault, settings.archive)
    ledger = Ledger(catalog, vault, key)
    city = load_city(settings.city)
    return House(
        settings=settings,
        city=city,
        clock=clock,
        catalog=catalog,
        vault=vault,
        engine=engine_for(settings, catalog, city.time_zone),
        shelf=Shelf(catalog, vault),
        ledger=ledger,
        journal=Journal(catalog, vault, ledger, clock, settings.by),
        swept=swept,
    )


def _count_targets_anew(house: House) -> None:
    """Open requests are counted anew when a table of holidays or closures has changed since."""
    from workflows.targets import retarget  # the law is slow to load, and few openings need it

    if request_history.live_targets(house.catalog.connection):
        retarget(house.journal, house.city)


def _recovered(house: House) -> House:
    """Sweep what was never acknowledged, and close runs whose process died."""
    connection = house.catalog.connection
    working.sweep(house.settings.home)
    _carry_out_destructions(house)
    if not _is_left(house):
        return house
    dead, ends = queries.unended_runs(connection), rows.segment_ends(connection)
    aside = house.settings.home / "swept"
    swept = house.vault.sweep(ends, lambda name: rows.has_media(connection, bytes.fromhex(name)), aside)
    for number in dead:
        house.journal.write(("run.ended", number, {"state": "interrupted", "reason": "the program was stopped"}))
    return replace(house, swept=tuple(swept))


def _carry_out_destructions(house: House) -> None:
    """Remove what a destruction decided on and was stopped before it could; forget what was only prepared."""
    staging = house.settings.home / erasing.FOLDER
    waiting = destroyed_rows.unfinished_ones(house.catalog.connection)
    if staging.exists():
        durable.remove_folder(staging / erasing.SIEVES)
        for path in staging.glob(f"{erasing.ANEW}*"):
            durable.remove(path)
    for each, _, media in waiting:
        erasing.carry_out(house.catalog, house.vault, staging, each.cause, media, lambda name: None)
    if waiting and house.catalog.truncate_log():  # while somebody reads, the search for remains waits for it
        with suppress(BusyError):
            house.engine.settle()
    elif staging.exists():
        durable.remove_folder(staging)


def _refuse_another_past(house: House) -> None:
    """Nothing is written on top of a ledger that this computer remembers otherwise."""
    found = chain(check_newest(house.catalog, verify_signature), check_unsigned(house.catalog, house.vault))
    for finding in found:
        if finding.code != "checkpoint-unsigned":  # a program that was stopped; it is signed now
            raise DamageError(
                f"The ledger is damaged: {finding.message}.",
                "Run `ofrecord verify`; nothing is written until it is well.",
            )
    for finding in check_pin(house.settings, house.catalog):
        raise DamageError(
            f"This is not the archive this computer knows: {finding.message}.",
            "If an old backup was restored on purpose: ofrecord anchor accept. If not, keep the folder as it is.",
        )


def settings_digests(settings: Settings) -> dict[str, str]:
    """The SHA-256 of each file in which the archive's settings stand."""
    return {path.name: durable.hash_file(path) for path in (settings.city, settings.home / "ofrecord.toml")}


def _note_changed_settings(house: House) -> None:
    """Settings are files that a person may edit; that they were changed is written down at the next writing."""
    noted = queries.newest_data(house.catalog.connection, ("archive.made", "settings.changed"))
    now = settings_digests(house.settings)
    if noted is not None and noted.get("settings") != now:
        before = noted.get("settings") or {}
        changed = sorted(name for name in now if before.get(name) != now[name])
        house.journal.write(("settings.changed", 0, {"settings": now, "changed": changed}))


def _seal_full_segments(house: House) -> None:
    """A segment that is full is written to no more: its length and digest go into the ledger."""
    for row in queries.unsealed_segments(house.catalog.connection):
        path, length = house.vault.path_of(row["name"]), row["committed_end"]
        if path.exists():  # a missing one is verification's to name
            data = {"name": row["name"], "length": length, "sha256": durable.hash_file(path, length)}
            house.journal.write(("segment.sealed", row["id"], data))


def _is_left(house: House) -> bool:
    """Whether a program that was stopped has left anything."""
    connection = house.catalog.connection
    ends = rows.segment_ends(connection)
    loose = any(_size(house, name) > end for name, end in ends.items())
    return bool(queries.unended_runs(connection)) or loose or _files(house) != len(ends)


def _size(house: House, segment: str) -> int:
    path = house.vault.path_of(segment)
    return path.stat().st_size if path.exists() else 0


def _files(house: House) -> int:
    rooms = ("segments", "acts", "quarantine", "ledger")
    return sum(1 for room in rooms for _ in (house.vault.root / room).glob("**/*.warc.gz"))
