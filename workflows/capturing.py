"""Taking in what a city already has: downloads, feeds, web archives. Every import belongs to an account."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from archiver.catalog import destroyed_rows, queries
from archiver.catalog.rows import millis
from archiver.fetch import Fetched, Fetcher, HttpFetcher, without_secrets
from archiver.harvest import Classify, Filing, Harvest
from archiver.package import MemoryPackage
from archiver.platforms.reader import Package
from archiver.reconciliation import Reconciliation
from custody.account import Account
from custody.clock import day_reader, is_plausible, local_day
from custody.errors import CustodyError, InputError, UnavailableError
from custody.record import Content
from retention_schedules.filing import bucket
from workflows.filing import filer
from workflows.house import House
from workflows.sources import Broken, Reading, begin_all
from workflows.stopping import asked_to_stop
from workflows.terms import schedules_of

Told = Callable[[Reconciliation], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunReport:
    """How a run ended. `state`: complete, incomplete (see `broken`), interrupted or failed; `seconds`: wall time."""

    run: int
    account: str
    state: str
    seconds: float
    reconciliation: Reconciliation
    notes: tuple[str, ...] = field(default=())
    broken: tuple[Broken, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """The report as the JSON object other programs rely on."""
        data = {"run": self.run, "account": self.account, "state": self.state, "seconds": round(self.seconds, 3)}
        broken = [each.as_data() for each in self.broken]
        return {**self.reconciliation.as_data(), **data, "notes": list(self.notes), "not_taken_in": broken}


def take_in(
    house: House,
    sources: Sequence[str],
    account: Account,
    platform: str | None,
    personal: bool,
    fetcher: Fetcher,
    told: Told,
) -> RunReport:
    """Import downloads, files or feed addresses into an account, as one run with one reconciliation.

    Every source is opened, recognised and begun before anything is written, so a file that is no download changes
    nothing. Raises InputError or UnavailableError when no source at all can be read. Of several, those that can be read
    are taken in and the others are named in the report; one that breaks off half-way keeps what came before it.
    """
    notes: list[str] = []
    reads: list[dict[str, Any]] = []
    with ExitStack() as opened:
        readings, broken = begin_all(
            sources,
            account,
            platform,
            personal,
            lambda url: _fetched(house, url, account, fetcher, notes, reads),
            opened,
        )
        with asked_to_stop() as stopped:
            return _run(house, sources, account, readings, broken, personal, told, stopped, notes, reads)


def _run(
    house: House,
    sources: Sequence[str],
    account: Account,
    readings: Sequence[Reading],
    broken: list[Broken],
    personal: bool,
    told: Told,
    stopped: Callable[[], bool],
    notes: list[str],
    reads: list[dict[str, Any]],
) -> RunReport:
    number = house.next_number("run.started")
    names = sorted({reading.name for reading in readings})
    begun = {
        "account": account.id,
        "sources": [Path(s).name if "://" not in s else without_secrets(s) for s in sources],
        "platforms": names,
    }
    house.journal.write(("run.started", number, {**begun, "personal": personal}))
    filing = filing_for(house, account)
    harvest = Harvest(house.intake(), account, number, house.clock, filing, told, stopped)
    started, state = time.monotonic(), "complete"
    failure: BaseException | None = None
    try:
        _take(harvest, readings, personal)
    except KeyboardInterrupt:
        state = "interrupted"
        notes.append("stopped by the person; what was acknowledged is kept, and the next run goes on from there")
    except CustodyError as error:
        state, failure = "failed", error
        notes.append(error.message)
    finally:
        harvest.close()
    notes += _late(house, number)
    seconds = time.monotonic() - started
    broken = [*broken, *(reading.broken for reading in readings if reading.broken)]
    order = [without_secrets(source) for source in sources]
    broken.sort(key=lambda each: order.index(each.source))
    if broken and state == "complete":
        state = "incomplete"
    not_taken_in = [each.as_data() for each in broken]
    end = {"state": state, "notes": notes, "not_taken_in": not_taken_in, "millis": round(seconds * 1000)}
    end = {**harvest.done.as_data(), **end}
    unread = {each.source for each in broken}  # asked "has it changed?", such a feed must be sent again
    reads = [read for read in reads if without_secrets(read["url"]) not in unread]
    if failure is None:
        house.journal.write(*(("feed.read", account.id, read) for read in reads), ("run.ended", number, end))
    else:
        raise failure
    return RunReport(
        run=number,
        account=account.handle,
        state=state,
        seconds=seconds,
        reconciliation=harvest.done,
        notes=tuple(notes),
        broken=tuple(broken),
    )


def _late(house: House, run: int) -> list[str]:
    """Where records were destroyed, an old download brings back what is in it: as new records, and this is said."""
    day = local_day(house.clock(), house.city.time_zone)
    quarter = f"{day.year}Q{(day.month + 2) // 3}"
    late = destroyed_rows.come_in_late(house.catalog.connection, run, quarter)
    if not late:
        return []
    which = "is so old that its" if late == 1 else "are so old that their"
    return [
        f"{late:,} of the new records {which} retention ended already. What was destroyed is not remembered, so it "
        "comes in again as new when a download that holds it is taken in: see `ofrecord retention due`"
    ]


def _take(harvest: Harvest, readings: Sequence[Reading], personal: bool) -> None:
    """Take in all sources. One whose items cannot be read as they are stored breaks off; the others go on."""
    while any(not reading.ended for reading in readings):
        try:
            harvest.take([(reading.package, reading) for reading in readings], personal)
        except InputError as error:
            next(reading for reading in readings if not reading.ended).breaks_off(error)


def filing_for(house: House, account: Account) -> Classify:
    """How records of this account are filed: their series, and the storage bucket their retention falls in."""
    day_of, schedules, series_of = day_reader(house.city.time_zone), schedules_of(house), filer(house, account)
    now = house.clock()

    @lru_cache(maxsize=4096)
    def filed(series: str, reason: str, day: date | None) -> Filing:
        return Filing(series=series, reason=reason, bucket=bucket(series, day.isoformat() if day else None, schedules))

    def file(content: Content, held: str) -> Filing:
        series, reason = (held, "") if held else series_of(content)
        begins = _trigger(content, now)
        return filed(series, reason, None if begins is None else day_of(millis(begins)))

    return file


def _trigger(content: Content, now: datetime) -> datetime | None:
    created = content.created_at
    if created is None or not is_plausible(created, now):
        return None
    return max(created, content.removed_at) if content.removed_at else created


def _fetched(
    house: House, url: str, account: Account, fetcher: Fetcher, notes: list[str], reads: list[dict[str, Any]]
) -> Package | None:
    earlier = [act for act in queries.acts_of(house.catalog.connection, "feed.read", account.id) if act["url"] == url]
    before = earlier[-1] if earlier else {}
    if before.get("status") == 410:
        raise UnavailableError(
            f"{url} has said that it is gone for good (410).", "Ask the site for the feed's new address."
        )
    answer = fetcher.fetch(url, before.get("etag", ""), before.get("last_modified", ""))
    reads.append({"url": url, "status": answer.status, **_validators(answer, before)})
    return _package_of(answer, url, notes)


def _validators(answer: Fetched, before: dict[str, Any]) -> dict[str, str]:
    if answer.status == 304:
        return {"etag": before.get("etag", ""), "last_modified": before.get("last_modified", "")}
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return {"etag": headers.get("etag", ""), "last_modified": headers.get("last-modified", "")}


def _package_of(answer: Fetched, url: str, notes: list[str]) -> Package | None:
    if answer.status == 304:
        notes.append(f"{without_secrets(url)} has not changed since it was last read")
        return None
    if answer.status == 410:
        notes.append(f"{without_secrets(url)} says it is gone for good; what was captured stays")
        return None
    return MemoryPackage(without_secrets(url), answer.body)


def network(allow_private: bool) -> Fetcher:
    """The way to live feeds; addresses inside the city's own network only when allowed."""
    return HttpFetcher(allow_private=allow_private)
