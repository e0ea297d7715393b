"""The archive's log: what was done, who read what, and one record's whole story, as lines that can be filtered.

Reading the log is a reading too, and written down before it is shown. The sentences are `workflows/telling.py`'s.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from archiver import durable
from archiver.catalog import acts, destroyed_rows, ledger_rows, queries
from archiver.catalog.rows import millis
from custody.clock import moment_of, text_of
from custody.errors import UsageError
from custody.ids import RecordNumber, label_of, number_of
from exports.tabular import guarded
from workflows import access
from workflows.access import reading
from workflows.house import House
from workflows.keeping_story import keeping_deeds
from workflows.telling import read_told, told
from workflows.wording import Deed, Names, import_of, line

TAKEN_IN, CHANGED = "record.commit", "record.revise"
"""What a record's story calls its versions: as the ledger does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which lines of the log are wanted. Days are the city's, both included; None and "" ask for everything.

    `kind` names a kind (`request.opened`) or a family (`request`); `limit` None is no limit.
    """

    since: date | None = None
    until: date | None = None
    by: str = ""
    kind: str = ""
    request: int | None = None
    record: RecordNumber | None = None
    account: str = ""
    newest_first: bool = True
    limit: int | None = None

    def in_words(self) -> str:
        """The filters as one line, "" when there are none."""
        named = {"since": self.since, "until": self.until, "by": self.by, "kind": self.kind, "request": self.request}
        named |= {"record": label_of(self.record) if self.record else "", "account": self.account}
        return " ".join(f"{name}:{value}" for name, value in named.items() if value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line: when, who, of which kind, in plain words, and its entry in the ledger (None: not there yet)."""

    entry: int | None
    at: datetime
    local: str
    by: str
    kind: str
    subject: str
    said: str

    def as_data(self) -> dict[str, Any]:
        """The line as JSON data."""
        words = {"by": self.by, "kind": self.kind, "subject": self.subject, "said": self.said}
        return {"entry": self.entry, "at": text_of(self.at), "city_time": self.local, **words}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """Lines that may be shown, and whether there are more than were asked for."""

    lines: tuple[Line, ...]
    more: bool


def deeds(house: House, wanted: Wanted) -> Listing:
    """What was done. With a record: the whole story of that record, its versions among it."""
    _known_kind(wanted.kind, (*acts.kinds(), TAKEN_IN, CHANGED))
    with reading(house, "log.read", _subject(wanted), wanted.in_words()) as read:
        account = house.account_named(wanted.account).id if wanted.account else None
        found = (
            _deeds(house, wanted, account) if wanted.record is None else _story(house, wanted, wanted.record, account)
        )
        listing = _cut(found, wanted.limit)
        read.found(len(listing.lines))
    return listing


def of_request(house: House, number: int) -> tuple[Line, ...]:
    """Everything that was done about a request, oldest first. Whoever shows it has the reading written down."""
    return tuple(_deeds(house, Wanted(request=number, newest_first=False), None))


def reads(house: House, wanted: Wanted) -> Listing:
    """Who searched for what, and looked at what. What was read before this reading is shown, not this one itself."""
    _known_kind(wanted.kind, access.KINDS)
    if wanted.record is not None and wanted.request is not None:
        raise UsageError("A reading is of a record or of a request.", "Give --record or --request, not both.")
    words = " ".join(each for each in ("reads", wanted.in_words()) if each)
    with reading(house, "log.read", _subject(wanted), words) as read:
        account = house.account_named(wanted.account).id if wanted.account else None
        since, until = _bounds(house, wanted)
        asked = {"since": since, "until": until, "kind": wanted.kind, "subject": _subject(wanted)}
        found = access.rows_of(house, newest_first=wanted.newest_first, **asked)
        chosen = (row for row in found if _by(wanted, row["by"]) and (account is None or _is_of(house, row, account)))
        listing = _cut((_read_line(house, row) for row in chosen), wanted.limit)
        read.found(len(listing.lines))
    return listing


def save_csv(lines: Iterable[Line], path: Path) -> None:
    """Write lines as CSV (RFC 4180, UTF-8 with its mark) in which no cell is a formula. Refused where a file stands."""
    _save(path, _csv_chunks(lines))


def save_json_lines(lines: Iterable[Line], path: Path) -> None:
    """Write lines as JSON, one object a line. Refused where a file stands."""
    texts = (json.dumps(each.as_data(), ensure_ascii=False, sort_keys=True) for each in lines)
    _save(path, (f"{text}\n".encode("utf-8", "replace") for text in texts))


def start_of(house: House, day: date) -> datetime:
    """The first moment of a day in the city."""
    return datetime.combine(day, time(), ZoneInfo(house.city.time_zone))


def _save(path: Path, chunks: Iterable[bytes]) -> None:
    if path.exists():
        raise UsageError(f"{path} is there already.", "Name a new file; nothing was written.")
    durable.write_new(path, chunks)


_COLUMNS = ("entry", "at", "city_time", "by", "kind", "subject", "said")


def _csv_chunks(lines: Iterable[Line]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _csv_row(_COLUMNS)
    for each in lines:
        data = each.as_data()
        cells = ("" if data[name] is None else str(data[name]) for name in _COLUMNS)
        yield _csv_row([guarded(cell) for cell in cells])


def _csv_row(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def _deeds(house: House, wanted: Wanted, account: int | None) -> Iterator[Line]:
    names = _names(house)
    for deed in _acts(house, wanted):
        of_request = wanted.request is None or _request_of(deed, names) == wanted.request
        if _by(wanted, deed.by) and of_request and (account is None or _account_of(deed, names) == account):
            yield _line(names, deed.leaf, deed.at, deed.by, deed.kind, str(deed.subject or ""), told(deed, names))


def _acts(house: House, wanted: Wanted) -> Iterator[Deed]:
    since, until = _bounds(house, wanted)
    found = queries.acts(house.catalog.connection, wanted.newest_first, since, until, wanted.kind)
    return (Deed(**row) for row in found)


def _story(house: House, wanted: Wanted, number: RecordNumber, account: int | None) -> Iterator[Line]:
    """One record's story: it is put together in order, then filtered."""
    connection = house.catalog.connection
    row, gone = queries.record_row(connection, number), destroyed_rows.destruction_of(connection, number)
    if row is None and gone is None:
        raise house.shelf.absence(number)
    names = _names(house)
    lines = [*_versions(house, number, names), *_answers(house, number, names, wanted.request)]
    if gone is not None:
        lines += _end(house, number, gone.cause.number, names)
    lines += [] if wanted.request is not None else _kept(house, number, names)
    since, until = _bounds(house, wanted)
    kind = wanted.kind
    chosen = [
        each
        for each in sorted(lines, key=lambda each: each.entry or 0, reverse=wanted.newest_first)
        if _by(wanted, each.by)
        and (since is None or millis(each.at) >= since)
        and (until is None or millis(each.at) < until)
        and (not kind or each.kind == kind or each.kind.startswith(f"{kind}."))
        and (account is None or row is None or row["account"] == account)
        and (wanted.request is None or each.kind not in (TAKEN_IN, CHANGED))
    ]
    return iter(chosen)


def _versions(house: House, number: int, names: Names) -> Iterator[Line]:
    connection = house.catalog.connection
    for version in [*queries.versions_of(connection, number), *destroyed_rows.of_record(connection, number)]:
        entry = json.loads(ledger_rows.entry(connection, version["leaf"]) or b"{}")
        number_of_run = entry.get("run", version.get("run", 0))
        at = millis(moment_of(entry["ts"])) if "ts" in entry else names.runs[number_of_run]["started_at"]
        begun = queries.acts_of(connection, "run.started", number_of_run)
        by = begun[0]["by"] if begun else ""
        what = "taken in" if version["n"] == 1 else f"changed: version {version['n']} was kept"
        run = f"run {number_of_run}, {line(by, 60)}"
        said = f"{label_of(number)} {what}, {import_of(names.runs[number_of_run], names)} ({run})"
        kind = TAKEN_IN if version["n"] == 1 else CHANGED
        yield _line(names, version["leaf"], at, by, kind, label_of(number), said)


def _end(house: House, number: int, destruction: int, names: Names) -> Iterator[Line]:
    """That a record was destroyed, and that nothing of it was found afterwards."""
    for row in queries.acts(house.catalog.connection, False, None, None, "disposition"):
        deed = Deed(**row)
        if deed.subject == destruction:
            alone = replace(deed, data={**deed.data, "count": 1, "versions": 1})
            said = told(alone, names).replace("1 record", label_of(number), 1)
            yield _line(names, deed.leaf, deed.at, deed.by, deed.kind, label_of(number), said)


def _answers(house: House, number: int, names: Names, request: int | None) -> Iterator[Line]:
    """What was done with the record for requests, each sentence about this record alone."""
    there = set(queries.requests_with(house.catalog.connection, number))
    there = there if request is None else there & {request}
    marks: dict[int, str] = {}
    for row in queries.acts(house.catalog.connection, False, None, None, ""):
        deed = Deed(**row)
        of_request = _request_of(deed, names)
        if of_request not in there or not _concerns(deed, number):
            continue
        if "numbers" in deed.data and deed.data["numbers"]:
            deed = replace(deed, data={**deed.data, "numbers": [number]})
        if deed.kind == "request.context-added":
            marks[of_request] = "context"
        if deed.kind == "request.marked":
            marks[of_request] = deed.data["mark"]
        said = told(deed, names)
        if deed.kind == "request.responded":
            how = {"release": "in full", "redact": "in part", "withhold": "not at all: it was withheld",
                   "context": "as context", "exclude": "not at all: it was left out"}  # fmt: skip
            went = how.get(marks.get(of_request, ""), "undecided")
            end = f"ZIP sha256 {deed.data['zip_sha256']} ({line(deed.by, 60)})"
            said = f"response to request {of_request} released, {label_of(number)} {went}; {end}"
        yield _line(names, deed.leaf, deed.at, deed.by, deed.kind, str(deed.subject), said)


def _kept(house: House, number: int, names: Names) -> list[Line]:
    """What was done about keeping the record."""
    return [
        _line(names, deed.leaf, deed.at, deed.by, deed.kind, str(deed.subject), told(deed, names))
        for deed in keeping_deeds(house, number)
    ]


def _concerns(deed: Deed, number: int) -> bool:
    data = deed.data
    if deed.kind == "request.redacted":
        return bool(data["redaction"]["record"] == number)
    if deed.kind == "redaction.lifted":
        return bool(data["record"] == number)
    return not data.get("numbers") or number in data["numbers"]


def _request_of(deed: Deed, names: Names) -> int:
    """The request an act belongs to; 0 when to none."""
    if deed.kind.startswith(("request.", "redaction.", "letter.", "fee.", "subject.", "court.")):
        return deed.subject
    return (names.holds.get(deed.subject) or 0) if deed.kind.startswith("hold.") else 0


def _account_of(deed: Deed, names: Names) -> int:
    """The account an act belongs to; 0 when to none."""
    if deed.kind in ("account.added", "feed.read"):
        return deed.subject
    return int(names.runs.get(deed.subject, {}).get("account", 0)) if deed.kind.startswith("run.") else 0


def _is_of(house: House, row: Mapping[str, Any], account: int) -> bool:
    number = number_of(row["subject"]) if row["subject"].startswith("R") else None
    facts = queries.record_row(house.catalog.connection, number) if number else None
    return facts is not None and facts["account"] == account


def _read_line(house: House, row: Mapping[str, Any]) -> Line:
    names = Names(zone=house.city.time_zone, accounts={}, runs={}, holds={})
    return _line(names, row["leaf"], row["at"], row["by"], row["kind"], row["subject"], read_told(row))


def _line(names: Names, entry: int | None, at: int, by: str, kind: str, subject: str, said: str) -> Line:
    moment = queries.moment(at)
    local = f"{moment.astimezone(ZoneInfo(names.zone)):%Y-%m-%d %H:%M}"
    return Line(entry=entry, at=moment, local=local, by=by, kind=kind, subject=subject, said=said)


def _names(house: House) -> Names:
    connection = house.catalog.connection
    return Names(
        zone=house.city.time_zone,
        accounts={account.id: account.handle for account in house.accounts()},
        runs={run["number"]: run for run in queries.runs(connection)},
        holds={hold.number: hold.request for hold in queries.holds(connection)},
    )


def _cut(found: Iterator[Line], limit: int | None) -> Listing:
    lines = tuple(found if limit is None else islice(found, limit + 1))
    return Listing(lines=lines[:limit], more=limit is not None and len(lines) > limit)


def _bounds(house: House, wanted: Wanted) -> tuple[int | None, int | None]:
    since = millis(start_of(house, wanted.since)) if wanted.since else None
    return since, millis(start_of(house, wanted.until + timedelta(days=1))) if wanted.until else None


def _by(wanted: Wanted, by: str) -> bool:
    return not wanted.by or wanted.by.casefold() == by.casefold()


def _subject(wanted: Wanted) -> str:
    if wanted.record is not None:
        return label_of(wanted.record)
    return f"request {wanted.request}" if wanted.request is not None else ""


def _known_kind(kind: str, known: Iterable[str]) -> None:
    names = sorted(set(known))
    if kind and not any(name == kind or name.startswith(f"{kind}.") for name in names):
        raise UsageError(f"There is no kind {kind!r}.", f"Choose one of: {', '.join(names)}; or the part before a dot.")
