"""Finding records and looking at them: a clerk's line becomes a selector, is said back, and is asked of the engine.

Who searched for what and looked at what is written down before anything is shown (`workflows/access.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.catalog import queries
from archiver.normalized import content_data as content_data
from custody.clock import local_day
from custody.ids import RecordNumber, label_of
from custody.record import Record
from custody.selector import Both, Clause, Either, Everything, Neither, Posted, Selector
from search.engine import Facets
from search.engine import Order as Order
from search.query import hint as hint
from search.query import parse, said_as
from search.snippet import snippet
from workflows.access import reading
from workflows.house import House


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A query as understood: the line, the selector, and the selector in plain words."""

    line: str
    selector: Selector
    said_as: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A search that was made and written down: how many records match, and how many the days in the query leave out
    because they have no date. What it found can be shown only with this in hand."""

    question: Question
    count: int
    undated: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One record on a page of results, with the pieces of its text around the words (piece, is it a hit?)."""

    record: Record
    account: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadEntry:
    """A record in its thread. `depth` 0 is the top; `missing_parent` when what it answers was never captured."""

    number: RecordNumber
    depth: int
    missing_parent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One record as somebody looks at it: its account's handle, and the thread it stands in."""

    record: Record
    account: str
    thread: tuple[ThreadEntry, ...]


def search(house: House, line: str) -> Answer:
    """Search, and write down who searched for what. Raises as `ask` does."""
    with reading(house, "search", text=line) as read:
        question = ask(house, line)
        answer = Answer(question=question, count=count(house, question), undated=undated(house, question))
        read.found(answer.count)
    return answer


def view(house: House, number: RecordNumber) -> View:
    """Look at a record; who did is written down. Raises UnavailableError when there is none of that number."""
    with reading(house, "show", label_of(number)) as read:
        record = house.shelf.record(number)
        handles = {account.id: account.handle for account in house.accounts()}
        thread = tuple(_thread(house, number))
        read.found(len(record.versions))
    return View(record=record, account=handles.get(record.account, ""), thread=thread)


def raw(house: House, number: RecordNumber) -> bytes:
    """The raw bytes of a record's current version, as the source had them; who took them is written down."""
    with reading(house, "show.raw", label_of(number)) as read:
        record = house.shelf.record(number)
        data = house.shelf.raw(number, record.versions[record.current_index].n)
        read.found(1)
    return data


def ask(house: House, line: str) -> Question:
    """Understand a query. Raises UsageError that says what is not clear; nothing is ever searched more widely."""
    today = local_day(house.clock(), house.city.time_zone)
    selector = parse(line, today, house.city.time_zone, [account.handle for account in house.accounts()])
    return Question(line=line, selector=selector, said_as=said_as(selector))


def count(house: House, question: Question) -> int:
    """Exactly how many records match."""
    return house.engine.count(question.selector)


def undated(house: House, question: Question) -> int:
    """How many records the query's days alone leave out, because they have no date at all; 0 when it names no days."""
    clause = question.selector.clause
    wider = _any_day(clause)
    if wider == clause:
        return 0
    dated = Posted(None, None, house.city.time_zone)
    return house.engine.count(Selector(clause=Both((wider, Neither(dated), Neither(clause)))))


def numbers(house: House, answer: Answer, order: Order, limit: int | None) -> Iterator[RecordNumber]:
    """The numbers of the matches: all of them, or the first `limit`."""
    if limit is None:
        yield from house.engine.numbers(answer.question.selector, order)
        return
    yield from house.engine.page(answer.question.selector, order, limit)


def page(house: House, answer: Answer, order: Order, limit: int | None, skip: int = 0) -> Iterator[Found]:
    """Matches with snippets, streamed."""
    handles, selector = {account.id: account.handle for account in house.accounts()}, answer.question.selector
    if limit is None:
        wanted = list(house.engine.numbers(selector, order))
    else:
        wanted = house.engine.page(selector, order, limit, skip)
    for record in house.shelf.records(wanted):
        pieces = tuple(snippet(_shown(record), selector, 160))
        yield Found(record=record, account=handles.get(record.account, ""), pieces=pieces)


def facets(house: House, answer: Answer) -> Facets:
    """The matches counted by account, platform, month and state."""
    return house.engine.facets(answer.question.selector)


def _thread(house: House, number: RecordNumber) -> list[ThreadEntry]:
    """The whole thread a record stands in, from its top, each reply under what it answers."""
    connection = house.catalog.connection
    above = queries.parents(connection, number)
    top = above[-1] if above else number
    children: dict[int, list[int]] = {}
    for child, parent, _ in queries.replies(connection, top):
        children.setdefault(parent, []).append(child)
    row = queries.record_row(connection, top)
    missing = bool(row and row["parent_id"])
    entries: list[ThreadEntry] = []
    pending = [(top, 0)]
    seen: set[int] = set()
    while pending:
        current, depth = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        orphan = missing and current == top
        entries.append(ThreadEntry(number=RecordNumber(current), depth=depth, missing_parent=orphan))
        pending += [(child, depth + 1) for child in reversed(children.get(current, []))]
    return entries


def _any_day(clause: Clause, wanted: bool = True) -> Clause:
    """The clause with every day in its ranges. Under NOT (`wanted` False) a range stays: there it keeps nothing out."""
    match clause:
        case Posted():
            return Everything() if wanted else clause
        case Both(parts):
            return Both(tuple(_any_day(part, wanted) for part in parts))
        case Either(parts):
            return Either(tuple(_any_day(part, wanted) for part in parts))
        case Neither(part):
            return Neither(_any_day(part, not wanted))
    return clause


def _shown(record: Record) -> str:
    content = record.current
    return f"{content.title}\n{content.text}" if content.title else content.text
