"""What was captured of each account, when, and what is known to be missing: it is said in every response."""

from collections.abc import Iterator, Sequence
from typing import Any

from archiver.catalog import queries
from custody.clock import local_day
from exports.platform_limits import limits_of
from exports.response import Coverage
from workflows.house import House

MOST_DAYS = 12
"""So many days of capture are named one by one; of more, the first and the last."""

_BROKEN = {
    "interrupted": "was interrupted before it had read everything",
    "failed": "broke off with an error",
    "incomplete": "could not read all of its files",
    "running": "has not ended yet",
}


def coverage(house: House) -> Iterator[Coverage]:
    """One statement an account, in the order the accounts were registered."""
    connection = house.catalog.connection
    handles = {account.handle: int(account.id) for account in house.accounts()}
    runs: dict[int, list[dict[str, Any]]] = {}
    for run in reversed(queries.runs(connection)):
        runs.setdefault(run["account"], []).append(run)
    for row in queries.coverage(connection):
        here = runs.get(handles[row["handle"]], [])
        missing = row["media_missing"] or 0
        yield Coverage(
            account=row["handle"],
            platform=row["platform"],
            records=row["records"],
            first=day_of(row["first"], house) if row["first"] is not None else "-",
            last=day_of(row["last"], house) if row["last"] is not None else "-",
            media_missing=missing,
            captures=tuple(_captures(here, house)),
            gaps=tuple(_gaps(here, missing, house)),
            limits=limits_of(row["platform"]),
        )


def day_of(millis: int, house: House) -> str:
    """A moment as a day of the city."""
    day = local_day(queries.moment(millis), house.city.time_zone)
    return f"{day:%B} {day.day}, {day.year}"


def _captures(runs: Sequence[dict[str, Any]], house: House) -> Iterator[str]:
    days = list(dict.fromkeys(day_of(run["started_at"], house) for run in runs))
    if not days:
        yield "Nothing was captured of this account."
    elif len(days) <= MOST_DAYS:
        yield f"Captured on {_listed(days)} ({_counted(len(runs), 'import')})."
    else:
        yield f"Captured on {len(days):,} days from {days[0]} to {days[-1]} ({_counted(len(runs), 'import')})."


def _gaps(runs: Sequence[dict[str, Any]], missing: int, house: House) -> Iterator[str]:
    for run in runs:
        if run["state"] in _BROKEN:
            yield f"The import of {day_of(run['started_at'], house)} {_BROKEN[run['state']]}; more may exist."
    aside = sum(run.get("quarantined", 0) for run in runs)
    if aside:
        yield f"{_counted(aside, 'item')} could not be understood and {'is' if aside == 1 else 'are'} kept aside."
    if missing:
        what = "picture or file was" if missing == 1 else "pictures or files were"
        yield f"{missing:,} {what} named by the source and not contained in it."
    if runs and not any(run.get("quarantined") or run["state"] in _BROKEN for run in runs) and not missing:
        yield "No gap is known in what was captured."


def _listed(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{'; '.join(days[:-1])}; and {days[-1]}"


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
