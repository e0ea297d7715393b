"""Going through what a request collected: leave out, put back, add context, mark many at once, give work out.

Everything here can be undone until the answer goes out. Each change that touches many records says beforehand what it
would do (`dry_run`) and gives the counts before and after.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from archiver.catalog import queries, review_queries
from custody.errors import UsageError
from custody.ids import RecordNumber, label_of
from custody.request import Decision, Mark
from custody.review import Assignment
from custody.selector import Is, Selector
from custody.words import words
from search.likeness import Group, groups_of
from workflows.access import reading
from workflows.citing import bar
from workflows.finding import ask
from workflows.house import House
from workflows.request_life import refuse_settled
from workflows.requesting import known_code, mark, request_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """Which records of a request: each part that is given narrows it. `like` and `thread` name a record."""

    query: str = ""
    author: str = ""
    thread: RecordNumber | None = None
    like: RecordNumber | None = None
    department: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """What a change of many records does or would do: how many it touches, how many it leaves because they are
    decided already, and the marks of the whole request before and after."""

    touched: tuple[RecordNumber, ...]
    decided: int
    before: dict[str, int]
    after: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What one department has to look at: how many records, how many of them are decided, and until when."""

    department: str
    due: str
    records: int
    decided: int


def exclude(house: House, number: int, records: Sequence[RecordNumber], why: str) -> int:
    """Leave records out of the answer because they do not answer the request. The hold on them stays."""
    if not why.strip():
        raise UsageError("Say why they do not answer the request.", 'For example: --why "about another Oak Street".')
    return mark(house, number, list(records), Mark.EXCLUDE, "", why)


def put_back(house: House, number: int, records: Sequence[RecordNumber]) -> int:
    """Take records that were left out back in; they are undecided again. Raises UsageError for any that were not."""
    there = decisions_of(house, number)
    wrong = [label_of(each) for each in records if each not in there or there[each].mark is not Mark.EXCLUDE]
    if wrong:
        raise UsageError(f"{', '.join(wrong[:5])} was not left out of request {number}.", "Nothing was changed.")
    return mark(house, number, list(records), Mark.UNDECIDED, "", "")


def add_context(house: House, number: int, records: Sequence[RecordNumber] | None = None) -> list[RecordNumber]:
    """Take in what the collected records answer, up to the top of their thread, and what answers them.

    Only records that were not collected are added; they are marked as context, not as responsive, and held like the
    rest. `records` narrows it to the threads of these. Returns what was added.
    """
    refuse_settled(house, number)
    there = decisions_of(house, number)
    responsive = [each for each, decision in there.items() if decision.mark not in (Mark.EXCLUDE, Mark.CONTEXT)]
    wanted = responsive if records is None else list(records)
    refuse_strange(number, wanted, there)
    connection = house.catalog.connection
    found: set[int] = set()
    for each in wanted:
        found.update(queries.parents(connection, each))
        found.update(reply for reply, _, _ in queries.replies(connection, each))
    added = sorted(RecordNumber(each) for each in found if each not in there)
    if added:
        hold = {
            "kind": "request",
            "matter": f"Records request {number}",
            "reason": f"context of what was collected for a request{bar(house)}",
            "request": number,
            "clause": {"is": "neither", "part": {"is": "everything"}},
            "numbers": [int(each) for each in added],
        }
        place = ("hold.placed", house.next_number("hold.placed"), hold)
        house.journal.write(("request.context-added", number, {"numbers": [int(each) for each in added]}), place)
    return added


def mark_many(
    house: House, number: int, which: Which, to: Mark, code: str, text: str, decided_too: bool, dry_run: bool
) -> Bulk:
    """Mark all records of a request that `which` means. Those decided already stay, unless `decided_too`."""
    there = decisions_of(house, number)
    if to is Mark.WITHHOLD:
        known_code(house, code, text)  # also before a dry run, which must not promise what is refused
    meant = chosen(house, number, which)
    free = [each for each in meant if decided_too or there[each].mark is Mark.UNDECIDED]
    before = Counter(each.mark.value for each in there.values())
    after = before.copy()
    for each in free:
        after[there[each].mark.value] -= 1
        after[to.value] += 1
    if free and not dry_run:
        mark(house, number, free, to, code, text)
    return Bulk(touched=tuple(free), decided=len(meant) - len(free), before=dict(before), after=dict(+after))


def chosen(house: House, number: int, which: Which) -> list[RecordNumber]:
    """The records of a request that are meant, in order. Raises UsageError when nothing is given or nothing fits."""
    there = set(decisions_of(house, number))
    parts: list[Iterable[int]] = []
    if which.query:
        with reading(house, "request.collect", f"request {number}", which.query) as read:
            hits = there.intersection(house.engine.numbers(ask(house, which.query).selector))
            read.found(len(hits))
        parts.append(hits)
    if which.author:
        name = " ".join(words(which.author))
        parts.append(house.engine.numbers(Selector(clause=Is("author", name))))
    if which.thread is not None:
        parts.append(_thread(house, which.thread))
    if which.like is not None:
        parts.append(_alike(house, number, which.like))
    if which.department:
        given = review_queries.assignments(house.catalog.connection, number)
        parts.append(each.record for each in given if each.department.casefold() == which.department.casefold())
    if not parts:
        raise UsageError("Say which records: name them, or use --all, --query, --author, --thread or --like.", _WHICH)
    meant = there.intersection(*parts)
    if not meant:
        raise UsageError(f"Nothing of request {number} fits that.", "Nothing was changed.")
    return sorted(meant)


def groups(house: House, number: int) -> list[Group]:
    """The records of a request that say nearly the same, in groups; what was left out is not among them."""
    wanted = [each for each, decision in decisions_of(house, number).items() if decision.mark is not Mark.EXCLUDE]
    records = house.shelf.records(wanted)
    with reading(house, "request.show", f"request {number}") as read:
        found = groups_of((each.number, f"{each.current.title}\n{each.current.text}") for each in records)
        read.found(sum(len(each.numbers) for each in found))
    return found


def assign(house: House, number: int, records: Sequence[RecordNumber], department: str, due: date | None) -> int:
    """Give records to a department to look at, until a day. An earlier assignment of them is replaced; "" takes it
    back."""
    refuse_strange(number, records, decisions_of(house, number))
    if due is not None and not department:
        raise UsageError("A due day needs a department.", "Name it: --to Parks --due 2025-12-12.")
    data = {"numbers": [int(each) for each in records], "department": department, "due": str(due or "")}
    house.journal.write(("request.assigned", number, data))
    return len(records)


def work_of(house: House, number: int) -> list[Work]:
    """What each department has to look at, the earliest due day first."""
    there = decisions_of(house, number)
    by: dict[tuple[str, str], list[Assignment]] = {}
    for each in review_queries.assignments(house.catalog.connection, number):
        by.setdefault((each.due or "9999", each.department), []).append(each)
    return [
        Work(
            department=department,
            due=parts[0].due,
            records=len(parts),
            decided=sum(there[each.record].mark is not Mark.UNDECIDED for each in parts),
        )
        for (_, department), parts in sorted(by.items())
    ]


def decisions_of(house: House, number: int) -> dict[RecordNumber, Decision]:
    """The decision on each record of a request. Raises UsageError when there is no such request."""
    request_of(house, number)
    return {each.record: each for each in queries.decisions(house.catalog.connection, number)}


def refuse_strange(number: int, records: Sequence[RecordNumber], there: dict[RecordNumber, Any]) -> None:
    """Raises UsageError for records that the request has not collected."""
    strange = [label_of(each) for each in records if each not in there]
    if strange:
        raise UsageError(
            f"Request {number} has not collected {', '.join(strange[:5])}.",
            f"Collect them first: ofrecord request collect {number} 'QUERY'",
        )


_WHICH = 'For example: R13 R18, or --query "oak street", or --like R13.'


def _thread(house: House, record: RecordNumber) -> set[int]:
    above = queries.parents(house.catalog.connection, record)
    top = above[-1] if above else record
    return {top, record, *(reply for reply, _, _ in queries.replies(house.catalog.connection, top))}


def _alike(house: House, number: int, record: RecordNumber) -> set[int]:
    refuse_strange(number, [record], decisions_of(house, number))
    return next((set(each.numbers) for each in groups(house, number) if record in each.numbers), {record})
