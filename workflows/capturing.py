"""Taking in what a city already has: downloads, feeds, web archives. Every import belongs to an account."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from archiver.catalog import queries
from archiver.fetch import Fetched, Fetcher, HttpFetcher
from archiver.harvest import Classify, Filing, Harvest
from archiver.package import MemoryPackage, open_package
from archiver.platforms.reader import Package, Platform
from archiver.platforms.table import platform_named, recognise
from archiver.reconciliation import Reconciliation
from custody.account import Account
from custody.clock import is_plausible, local_day
from custody.errors import CustodyError, InputError, UnavailableError
from custody.record import Content
from retention_schedules.filing import bucket, classify
from workflows.house import House

Told = Callable[[Reconciliation], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunReport:
    """How a run ended. `state` is complete, interrupted or failed; `seconds` is wall time."""

    run: int
    account: str
    state: str
    seconds: float
    reconciliation: Reconciliation
    notes: tuple[str, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """The report as the JSON object other programs rely on."""
        data = {"run": self.run, "account": self.account, "state": self.state, "seconds": round(self.seconds, 3)}
        return {**self.reconciliation.as_data(), **data, "notes": list(self.notes)}


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

    Everything is opened and recognised before anything is written, so a file that is no download changes nothing.
    Raises InputError for that. A source that breaks off half-way keeps what came before it, and says so.
    """
    with ExitStack() as opened:
        chosen: list[tuple[Package, Platform]] = []
        notes: list[str] = []
        reads: list[dict[str, Any]] = []
        for source in sources:
            if source.startswith(("http://", "https://")):
                package = _fetched(house, source, account, fetcher, notes, reads)
            else:
                package = opened.enter_context(closing(open_package(Path(source))))
            if package is not None:
                chosen.append((package, _platform_for(package, platform)))
        return _run(house, sources, account, chosen, personal, told, notes, reads)


def _run(
    house: House,
    sources: Sequence[str],
    account: Account,
    chosen: list[tuple[Package, Platform]],
    personal: bool,
    told: Told,
    notes: list[str],
    reads: list[dict[str, Any]],
) -> RunReport:
    number = house.next_number("run.started")
    names = sorted({platform.name for _, platform in chosen})
    begun = {
        "account": account.id,
        "sources": [Path(s).name if "://" not in s else s for s in sources],
        "platforms": names,
    }
    house.journal.write(("run.started", number, {**begun, "personal": personal}))
    harvest = Harvest(house.intake(), account, number, house.clock, filing_for(house, account), told)
    started, state = time.monotonic(), "complete"
    stopped: BaseException | None = None
    try:
        harvest.take(chosen, personal)
    except KeyboardInterrupt as error:
        state, stopped = "interrupted", error
        notes.append("stopped by the person; what was acknowledged is kept, and the next run goes on from there")
    except InputError as error:
        state = "incomplete"
        notes.append(f"{error.message} {error.hint}".strip())
    except CustodyError as error:
        state, stopped = "failed", error
        notes.append(error.message)
    finally:
        harvest.close()
    seconds = time.monotonic() - started
    end = {**harvest.done.as_data(), "state": state, "notes": notes, "millis": round(seconds * 1000)}
    if not isinstance(stopped, CustodyError):
        house.journal.write(*(("feed.read", account.id, read) for read in reads), ("run.ended", number, end))
    elif stopped is not None:
        raise stopped
    return RunReport(
        run=number,
        account=account.handle,
        state=state,
        seconds=seconds,
        reconciliation=harvest.done,
        notes=tuple(notes),
    )


def _platform_for(package: Package, name: str | None) -> Platform:
    if name is not None:
        return platform_named(name)
    found = recognise(package)
    if found is None:
        raise InputError(
            f"{package.name} is not a download that Ofrecord knows.",
            "If it is one of X, Facebook (as JSON), WordPress, a feed, WARC, WACZ or Ofrecord's JSONL, name it with "
            "--platform to see what is wrong with it. Nothing was changed.",
        )
    return found


def filing_for(house: House, account: Account) -> Classify:
    """How records of this account are filed: their series, and the storage bucket their retention falls in."""
    zone = house.city.time_zone
    now = house.clock()

    @lru_cache(maxsize=65536)
    def filed(kind: str, author_is_city: bool, replied: bool, held: str, day: str) -> Filing:
        series, reason = (held, "") if held else classify(account.series, kind)
        return Filing(series=series, reason=reason, bucket=bucket(series, day or None))

    def file(content: Content, held: str) -> Filing:
        return filed(content.kind.value, False, False, held, _trigger_day(content, zone, now))

    return file


def _trigger_day(content: Content, zone: str, now: datetime) -> str:
    created = content.created_at
    if created is None or not is_plausible(created, now):
        return ""
    moment = max(created, content.removed_at) if content.removed_at else created
    return local_day(moment, zone).isoformat()


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
        notes.append(f"{url} has not changed since it was last read")
        return None
    if answer.status == 410:
        notes.append(f"{url} says it is gone for good; what was captured stays")
        return None
    return MemoryPackage(url, answer.body)


def network(allow_private: bool) -> Fetcher:
    """The way to live feeds; addresses inside the city's own network only when allowed."""
    return HttpFetcher(allow_private=allow_private)
