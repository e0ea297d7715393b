"""What bears on records besides themselves: open requests, answers, holds, notices, recorded events, damaged bytes.

It is gathered once and then asked record by record. What reaches the same records is told apart by a small number, so
that a million records cost little more than the number of different situations among them.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, repeat
from zoneinfo import ZoneInfo

from archiver.catalog import keeping_queries, purge_rows, queries
from archiver.catalog.keeping_queries import Kept, KeptRow
from custody.authority import numbers_in
from custody.clock import day_reader, local_day, ordinals_reader
from custody.hold import CLOSED, ONGOING, Hold, HoldKind
from custody.ids import RecordNumber
from custody.selector import Clause, Everything, Selector, from_data
from retention_schedules.situation import CityTerms, HoldFacts, NoticeFacts, RecordFacts, RequestFacts, Situation
from workflows.house import House
from workflows.request_bearing import Bearing, bearing_of

Fact = RequestFacts | HoldFacts
Key = tuple[object, ...]
Days = Callable[[Iterable[int | None]], Sequence[int | None]]

_NO_LIMIT = 2**62
_SOME = 5_000
_FEW = 200
"""So many records are asked one by one whether a hold reaches them; for more the search engine is asked once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """A notice as it bears on records: one series, the years they were created in, up to the last record it counted.

    `rank` is its place among all notices in order of their drafting: what was filed anew behind that it did not count.
    """

    series: str
    first: int
    last: int
    upto: int
    rank: int
    facts: NoticeFacts


@dataclass(slots=True)
class Bearings:
    """What was gathered. `codes` gives by record number which of the `groups` of facts reaches it; 0 is none.

    `refiled` gives by record number how many notices had been drafted when it was filed last; empty when none had.
    """

    terms: CityTerms
    day_of: Callable[[int], date]
    ordinals: Days
    codes: "array[int]"
    groups: list[tuple[Fact, ...]] = field(default_factory=lambda: [()])
    to_all: list[tuple[int, Fact]] = field(default_factory=list)
    notices: list[Covered] = field(default_factory=list)
    events: Mapping[tuple[str, object], Sequence[keeping_queries.Row]] = field(default_factory=dict)
    with_events: frozenset[int] = frozenset()
    accounts_with_events: frozenset[int] = frozenset()
    damaged: set[int] = field(default_factory=set)
    transferred: Mapping[int, date] = field(default_factory=dict)
    limits: list[int] = field(default_factory=list)
    refiled: "array[int]" = field(default_factory=lambda: array("H"))
    _after: dict[tuple[int, int], int] = field(default_factory=dict)
    _facts: list[Fact] = field(default_factory=list)

    def reaches(self, numbers: Iterable[int], fact: Fact, upto: int | None) -> None:
        """Note that a fact bears on some records, if they are not numbered above `upto`."""
        for number in numbers:
            if (upto is None or number <= upto) and number < len(self.codes):
                code = self.codes[number]
                self.codes[number] = self._after.get((code, id(fact))) or self._step(code, fact)

    def _step(self, code: int, fact: Fact) -> int:
        self._facts.append(fact)  # so that its id stays its own
        key = (code, id(fact))
        if key not in self._after:
            here = self.groups[code]
            if fact in here:
                self._after[key] = code
            else:
                self.groups.append((*here, fact))
                self._after[key] = len(self.groups) - 1
        return self._after[key]

    def keyed(self, rows: Iterable[KeptRow]) -> Iterator[tuple[KeptRow, Key]]:
        """Rows with what of each decides its judgement: records with the same key are judged alike."""
        stream = iter(rows)
        while some := list(islice(stream, _SOME)):
            for row, own in zip(some, self.own_keys(some), strict=True):
                yield row, (own, bisect_left(self.limits, row.number), self.codes[row.number])

    def own_keys(self, rows: Sequence[Kept], of: Days | None = None) -> list[Key]:
        """The part of each row's key that has nothing to do with requests and holds, nor with how far notices reach.

        `of` says what of its moments counts; as a rule their days.
        """
        numbers, accounts, series, *moments = zip(*rows, strict=True)
        read = of or self.ordinals
        days = (repeat(None) if set(some) == {None} else read(some) for some in moments)
        odd = map(self._odd, numbers, accounts) if self._has_odd() else repeat(None)
        return list(zip(series, *days, odd, strict=False))  # what repeats has no end

    def _has_odd(self) -> bool:
        return bool(
            self.damaged or self.transferred or self.with_events or self.accounts_with_events or len(self.refiled)
        )

    def _odd(self, number: int, account: int) -> Key:
        own = number in self.with_events
        return (
            number in self.damaged,
            self.transferred.get(number),
            number if own else 0,
            account if own or account in self.accounts_with_events else 0,
            self.refiled[number] if self.refiled else 0,
        )

    def on_all(self, number: int) -> tuple[Fact, ...]:
        """The facts that reach every record up to a number not below this one."""
        return tuple(fact for upto, fact in self.to_all if number <= upto)

    def situation(self, row: Kept) -> Situation:
        """Everything that bears on a record."""
        return self.under(self.alone(row), (*self.on_all(row[0]), *self.groups[self.codes[row[0]]]))

    def under(self, situation: Situation, facts: Iterable[Fact]) -> Situation:
        """A situation on which some facts bear, each once."""
        different = dict.fromkeys(facts)
        return replace(
            situation,
            requests=tuple(fact for fact in different if isinstance(fact, RequestFacts)),
            holds=tuple(fact for fact in different if isinstance(fact, HoldFacts)),
        )

    def alone(self, row: Kept) -> Situation:
        """A record by itself, with its notices; no request and no hold bears on it."""
        number, _, series, created, removed, thread_end = row
        record = RecordFacts(
            series=series,
            created=None if created is None else self.day_of(created),
            last_event=None if removed is None else self.day_of(removed),
            thread_end=None if thread_end is None else self.day_of(thread_end),
            fixity_ok=number not in self.damaged,
            transferred=self.transferred.get(number),
        )
        record = self._with_events(record, row)
        year = record.created.year if record.created else 0
        covering = [each for each in self.notices if each.series == series and each.first <= year <= each.last]
        before = self.refiled[number] if self.refiled else 0
        notices = tuple(each.facts for each in covering if number <= each.upto and each.rank >= before)
        return Situation(record=record, city=self.terms, notices=notices)

    def _with_events(self, record: RecordFacts, row: Kept) -> RecordFacts:
        """Recorded events: of the series, then of the account, then of the record itself; the nearest counts."""
        number, account, series, *_ = row
        for place in (("series", series), ("account", account), ("record", number)):
            for event in self.events.get(place, ()):
                record = _after_event(record, event["what"], event["day"])
        return record


def _after_event(record: RecordFacts, what: str, day: date) -> RecordFacts:
    match what:
        case "minutes-approved":
            return replace(record, minutes_approved=day)
        case "minutes-published":
            return replace(record, minutes_published=day)
        case "made-for-minutes":
            return replace(record, purpose="minutes")
        case "reviewed":
            return replace(record, reviewed=day)
        case "created":
            return replace(record, created=record.created or day)
        case "end-of-term":
            return replace(record, term_end=day)
        case "superseded":
            return replace(record, superseded=day)
        case "hidden" | "unhidden" | "deleted" | "moderated":
            return replace(record, last_event=max(day, record.last_event or day))
    return replace(record, event=day)


def gather(house: House, terms: CityTerms, numbers: Sequence[int] | None = None) -> Bearings:
    """Gather what bears on some records, or (None) on all."""
    connection, zone = house.catalog.connection, house.city.time_zone
    codes = array("I", bytes(4 * (keeping_queries.last_record(connection) + 1)))
    found = Bearings(
        terms=terms, day_of=day_reader(zone), ordinals=ordinals_reader(zone), codes=codes, notices=_notices(house)
    )
    for hold in queries.holds(connection):
        if hold.released_at is None:
            _hold(house, hold, found, numbers)
    events: dict[tuple[str, object], list[keeping_queries.Row]] = {}
    for event in keeping_queries.events(connection):
        if event["record"]:
            place: tuple[str, object] = ("record", event["record"])
        else:
            place = ("account", event["account"]) if event["account"] else ("series", event["series"])
        events.setdefault(place, []).append(event)
    found.events = events
    found.with_events = frozenset(int(str(which)) for kind, which in events if kind == "record")
    found.accounts_with_events = frozenset(int(str(which)) for kind, which in events if kind == "account")
    found.damaged = keeping_queries.records_in(connection, _unwell(house))
    found.transferred = transferred(house, numbers)
    found.refiled = _refiled(house, len(codes))
    found.limits = sorted({upto for upto, _ in found.to_all} | {notice.upto for notice in found.notices})
    return found


def _hold(house: House, hold: Hold, found: Bearings, numbers: Sequence[int] | None) -> None:
    clause = from_data(hold.clause)
    upto, later = last_reached(house, hold), _reached_later(house, hold)
    request = queries.request_named(house.catalog.connection, hold.request) if hold.request is not None else None
    if request is not None:
        bearing = bearing_of(house, request)
        every = clause == Everything()
        reached = None if every and not bearing.holds else _reached(house, hold, clause, numbers, upto, later)
        for fact in bearing.holds:
            found.reaches(reached or (), fact, None)
        _by_mark(house, found, bearing, None if every else reached, hold, upto, later)
        return
    fact = HoldFacts(kind=hold.kind.value, matter=hold.matter, ends=hold.protects_through)
    if clause == Everything():
        found.to_all.append((_NO_LIMIT if upto is None else upto, fact))
    else:
        found.reaches(_matching(house, clause, numbers), fact, upto)
    found.reaches(hold.numbers if numbers is None else set(hold.numbers).intersection(numbers), fact, None)


def _by_mark(
    house: House,
    found: Bearings,
    bearing: Bearing,
    reached: Collection[int] | None,
    hold: Hold,
    upto: int | None,
    later: Collection[int],
) -> None:
    """What a request means for what its hold reaches (None: everything up to `upto`): alike for the same mark.

    Where the hold reaches everything, the records without a mark are by far the most: they are told by a limit, if
    those that were collected fare no better.
    """
    plain = bearing.by_mark[None]
    if reached is None and all(facts == plain for facts in bearing.by_mark.values()):
        found.to_all += [((_NO_LIMIT if upto is None else upto), fact) for fact in plain]
        for fact in plain:
            found.reaches((*later, *hold.numbers), fact, None)
        return
    if reached is None and not plain:  # only what was collected is protected still
        reached = [number for number in bearing.marks if upto is None or number <= upto or number in later]
        reached = {*reached, *hold.numbers}
    if reached is None:
        last = keeping_queries.last_record(house.catalog.connection)
        reached = {*range(1, (last if upto is None else upto) + 1), *later, *hold.numbers}
    for number in reached:
        for fact in bearing.facts(RecordNumber(number)):
            found.reaches((number,), fact, None)


def _reached(
    house: House,
    hold: Hold,
    clause: Clause,
    numbers: Sequence[int] | None,
    upto: int | None,
    later: Collection[int],
) -> set[int]:
    """The records a request's hold reaches, by name where its scope is not everything."""
    matching = _matching(house, clause, numbers)
    reached = {int(number) for number in matching if upto is None or number <= upto or number in later}
    return reached | set(hold.numbers if numbers is None else set(hold.numbers).intersection(numbers))


def last_reached(house: House, hold: Hold) -> int | None:
    """The highest record number a hold's scope reaches; None while it reaches into the future."""
    if hold.kind is HoldKind.REQUEST and hold.reaches == ONGOING:
        return None
    if not is_request(hold) and hold.future and hold.closes_on is None:
        return None
    if is_request(hold) or not hold.future:
        return queries.last_taken_in_by(house.catalog.connection, round(hold.placed_at.timestamp() * 1000))
    return keeping_queries.last_taken_in_through(
        house.catalog.connection, lambda at: local_day(queries.moment(at), house.city.time_zone), hold.closes_on
    )


def _reached_later(house: House, hold: Hold) -> frozenset[int]:
    """What was taken in after a request's hold was placed, and lies in the period that was asked for."""
    if not is_request(hold) or hold.reaches in (CLOSED, ONGOING):
        return frozenset()
    first = datetime.combine(
        date.fromisoformat(hold.reaches) + timedelta(days=1), time(), ZoneInfo(house.city.time_zone)
    )
    placed = round(hold.placed_at.timestamp() * 1000)
    connection = house.catalog.connection
    after = queries.numbers_taken_in_after(connection, placed)
    return frozenset(after - queries.numbers_taken_in_after(connection, placed, round(first.timestamp() * 1000)))


def _matching(house: House, clause: Clause, numbers: Sequence[int] | None) -> Iterable[int]:
    if clause == _nothing():
        return ()
    if numbers is None or len(numbers) > _FEW:
        return house.engine.numbers(Selector(clause=clause))
    handles: dict[int, str] = {account.id: account.handle for account in house.accounts()}
    selector = Selector(clause=clause)
    return [record.number for record in house.shelf.records(numbers) if selector.matches(record, handles)]


def _nothing() -> Clause:
    return from_data({"is": "neither", "part": {"is": "everything"}})


def _refiled(house: House, size: int) -> "array[int]":
    """By record number, how many notices had been drafted when it was filed last; empty when none had."""
    connection = house.catalog.connection
    drafted = queries.numbers_of_acts(connection, "notice.drafted")
    found = array("H")
    for number, act in keeping_queries.filed_behind(connection, drafted[0]) if drafted else ():
        found = found or array("H", bytes(2 * size))
        found[number] = bisect_left(drafted, act)
    return found


def _notices(house: House) -> list[Covered]:
    found = []
    for rank, notice in enumerate(keeping_queries.notices(house.catalog.connection)):
        if notice["state"] not in ("sent", "answered"):
            continue
        facts = NoticeFacts(
            mailed=date.fromisoformat(notice["mailed"]),
            reply=notice.get("reply", ""),
            replied=date.fromisoformat(notice["replied"]) if notice.get("replied") else None,
        )
        for row in notice["rows"]:
            years = {"first": row["first_year"], "last": row["last_year"]}
            found.append(Covered(series=row["series"], upto=notice["upto"], rank=rank, facts=facts, **years))
    return found


def transferred(house: House, numbers: Sequence[int] | None = None) -> dict[int, date]:
    """The records that were handed over to the body that keeps history, each with the day of the receipt.

    A record of which a newer version came in since is not: what the other side has is not all of it.
    """
    connection, chosen = house.catalog.connection, None if numbers is None else set(numbers)
    found: dict[int, date] = {}
    for made in keeping_queries.transfers(connection):
        if made["state"] == "received":
            listed = [n for n in numbers_in(made["numbers"]) if chosen is None or n in chosen]
            newer = purge_rows.newer(connection, listed, made["entries"])
            found |= dict.fromkeys((n for n in listed if n not in newer), date.fromisoformat(made["received"]))
    return found


def _unwell(house: House) -> list[int]:
    """Segments whose file is gone or shorter than what was acknowledged."""
    found = []
    for row in keeping_queries.segments(house.catalog.connection):
        path = house.vault.path_of(row["name"])
        if not path.is_file() or path.stat().st_size < row["committed_end"]:
            found.append(row["id"])
    return found


def damaged_among(house: House, numbers: Sequence[RecordNumber]) -> set[int]:
    """Those of some records of which the stored bytes are not what was kept: every version is read and compared."""
    return keeping_queries.changed_bytes(house.catalog.connection, numbers, house.vault.read)


def is_request(hold: Hold) -> bool:
    """Whether a hold was opened by a records request: such a hold ends with its request, not by hand."""
    return hold.kind is HoldKind.REQUEST
