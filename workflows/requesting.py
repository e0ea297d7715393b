"""A records request from its opening to the decision on every record; writing the answer is `workflows/answering.py`.

Opening a request places a hold on what it may reach; collecting extends that hold to what was found. Nothing here
sends or signs anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.catalog import queries
from custody.canonical import canonical
from custody.clock import text_of
from custody.digest import sha256
from custody.errors import UsageError
from custody.ids import RecordNumber, RequestNumber, label_of
from custody.record import Content
from custody.request import Decision, Mark, RecordsRequest, Redaction
from exports.determination import says_nothing
from exports.reason_codes import ReasonCode, reason_codes
from exports.redaction import field_text
from search.engine import Order
from workflows.access import reading
from workflows.citing import bar
from workflows.finding import ask, undated
from workflows.house import House
from workflows.intake import Asked, receive
from workflows.reasons import reason_of
from workflows.repeats import repeats_of
from workflows.request_life import refuse_settled
from workflows.request_life import request_of as request_of

_WEIGHED = (
    'Add --note "..." with the interests that were weighed; it is printed in the log and the letter, so do not repeat '
    "what you withhold."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A request with how far it is: marks by kind, its collections, its redactions by record."""

    request: RecordsRequest
    marks: dict[str, int]
    collections: tuple[dict[str, Any], ...]
    redactions: tuple[tuple[int, Redaction], ...]
    responses: tuple[dict[str, Any], ...]


def open_request(
    house: House, words: str, received_at: datetime, channel: str, requester: str = "", about: str = ""
) -> RecordsRequest:
    """Open a request in its own words and place its hold at once; `workflows/intake.py` knows everything else about it.

    Without `about`, a query that says what it may reach, everything is held until the request is answered.
    """
    return receive(
        house, Asked(words=words, received_at=received_at, channel=channel, requester=requester, about=about)
    )


def requests(house: House) -> list[RecordsRequest]:
    """Every request, oldest first."""
    with reading(house, "request.list") as read:
        found = queries.requests(house.catalog.connection)
        read.found(len(found))
    return found


def codes(house: House) -> list[dict[str, Any]]:
    """The reason codes of the city's jurisdiction, as data."""
    names = ("code", "citation", "words", "verified_by", "needs_text")
    return [{name: getattr(each, name) for name in names} for each in reason_codes(house.city.jurisdiction)]


def story(house: House, number: int) -> Story:
    """Everything about one request."""
    connection = house.catalog.connection
    with reading(house, "request.show", f"request {number}") as read:
        told = Story(
            request=request_of(house, number),
            marks=queries.marks(connection, number),
            collections=tuple(queries.acts_of(connection, "request.collected", number)),
            redactions=tuple(queries.redactions(connection, number)),
            responses=tuple(queries.acts_of(connection, "request.responded", number)),
        )
        read.found(sum(told.marks.values()))
    return told


def collect(house: House, number: int, line: str) -> dict[str, Any]:
    """Freeze what a query finds now: its text, the time, the record numbers and their digest; hold those records.

    Returns the collection with `count`, `added` (how many were not collected before), `undated` (how many the days
    in the query leave out because they have none) and `again`: whether the very same was collected by the same query
    before. Then nothing is written.
    """
    with reading(house, "request.collect", f"request {number}", line) as read:
        refuse_settled(house, number)
        question = ask(house, line)
        numbers = [int(found) for found in house.engine.numbers(question.selector, Order.NUMBER)]
        if not numbers:
            raise UsageError(
                f"Nothing was found: {question.said_as}.",
                "Nothing was collected. Try other words; when there is nothing, write the search down: "
                f"ofrecord request searched {number} 'QUERY'",
            )
        read.found(len(numbers))
    before = {decision.record for decision in queries.decisions(house.catalog.connection, number)}
    data = {
        "query": line,
        "said_as": question.said_as,
        "collected_at": text_of(house.clock()),
        "numbers": numbers,
        "sha256": sha256(canonical(numbers)),
    }
    count, added = len(numbers), len(set(numbers) - before)
    for made in queries.acts_of(house.catalog.connection, "request.collected", number):
        if not added and (made["query"], made["sha256"]) == (line, data["sha256"]):
            again = {**made, "count": count, "added": 0, "undated": undated(house, question)}
            return {**again, "again": True}
    hold = {
        "kind": "request",
        "matter": f"Records request {number}",
        "reason": f"collected for a request{bar(house)}",
        "request": number,
        "clause": {"is": "neither", "part": {"is": "everything"}},
        "numbers": numbers,
    }
    house.journal.write(("request.collected", number, data), ("hold.placed", house.next_number("hold.placed"), hold))
    return {**data, "count": count, "added": added, "undated": undated(house, question), "again": False}


def mark(house: House, number: int, records: Sequence[RecordNumber] | None, to: Mark, code: str, text: str) -> int:
    """Mark records (None: all that are still undecided) as released, redacted or withheld.

    Returns how many were marked; those that carry the very same mark already are left as they are.
    """
    refuse_settled(house, number)
    there = {decision.record: decision for decision in queries.decisions(house.catalog.connection, number)}
    if records is None:
        records = [record for record, decision in there.items() if decision.mark is Mark.UNDECIDED]
    _known(number, records, there)
    if to is Mark.WITHHOLD:
        known_code(house, code, text)
    elif code and to is Mark.RELEASE:
        raise UsageError("A released record needs no reason code.", "Leave --reason out, or withhold the record.")
    if to is Mark.RELEASE:
        _refuse_redacted(house, number, records)
    records = [each for each in dict.fromkeys(records) if not _is_so(there[each], to, code, text)]
    if records:
        data = {"numbers": [int(record) for record in records], "mark": to.value, "code": code, "note": text}
        house.journal.write(("request.marked", number, data))
    return len(records)


def redact(
    house: House, number: int, record: RecordNumber, field: str, what: str, code: str, text: str = ""
) -> list[Redaction]:
    """Withhold a part of a record: every place where the words `what` stand in a field, or the whole field.

    `field` is text, title, author, media:N or alt:N; `what` "" means the whole field. The record is marked "redact".
    Raises UsageError when the words are not there: a redaction that hides nothing is never kept silently.
    """
    refuse_settled(house, number)
    there = {decision.record: decision for decision in queries.decisions(house.catalog.connection, number)}
    _known(number, [record], there)
    known_code(house, code, text)
    kept = house.shelf.record(record)
    made: list[Redaction] = []
    for version in kept.versions:
        for start, end in places_in(version.content, field, what):
            part = Redaction(
                request=RequestNumber(number),
                record=record,
                version=version.n,
                field=field,
                start=start,
                end=end,
                code=code,
                note=text,
            )
            made.append(part)
    if not made:
        raise UsageError(
            f"{what!r} does not stand in the {field} of {label_of(record)}.",
            f"`ofrecord show {label_of(record)}` shows the text. Nothing was changed.",
        )
    before = {n: each for n, each in queries.redactions(house.catalog.connection, number) if each.record == record}
    made = [part for part in made if part not in before.values()]
    if not made:
        raise UsageError(
            f"That is withheld already in the {field} of {label_of(record)}, for the same reason.",
            f"Nothing was changed. `ofrecord request show {number}` tells what was done.",
        )
    first = max(before, default=0) + 1
    acts: list[tuple[str, int, dict[str, Any]]]
    acts = [("request.redacted", number, {"redaction": row_of(part, n)}) for n, part in enumerate(made, first)]
    marked = {"numbers": [int(record)], "mark": "redact", "code": code, "note": there[record].note}
    if there[record].mark is not Mark.CONTEXT:
        acts.append(("request.marked", number, marked))
    repeats = repeats_of(house, number, made)
    if repeats:
        acts.append(("redaction.drafted", number, {"numbers": _records_of(repeats), "drafts": repeats}))
    house.journal.write(*acts)
    return made


def lift(house: House, number: int, record: RecordNumber) -> int:
    """Take back every redaction of a record; it is undecided again. Returns how many there were."""
    refuse_settled(house, number)
    there = {decision.record: decision for decision in queries.decisions(house.catalog.connection, number)}
    _known(number, [record], there)
    taken = [n for n, each in queries.redactions(house.catalog.connection, number) if each.record == record]
    acts: list[tuple[str, int, dict[str, Any]]]
    acts = [("redaction.lifted", number, {"record": int(record), "n": n}) for n in taken]
    undecided = {"numbers": [int(record)], "mark": "undecided", "code": "", "note": ""}
    if there[record].mark is not Mark.CONTEXT:
        acts.append(("request.marked", number, undecided))
    if acts:
        house.journal.write(*acts)
    return len(taken)


def known_code(house: House, code: str, text: str) -> None:
    """Refuse a reason code the jurisdiction does not have, and one that says nothing without reasons in words."""
    codes = {each.code: each for each in reason_codes(house.city.jurisdiction)}
    if code not in codes:
        given = f"There is no reason code {code!r}." if code else "A reason code is needed to withhold anything."
        raise UsageError(given, f"Choose one of: {', '.join(codes)}. `ofrecord request codes` explains them.")
    if codes[code].needs_text and not text.strip():
        raise UsageError(
            f"{code} needs its reasons in words: {codes[code].citation} says nothing about this record by itself.",
            _WEIGHED,
        )
    _refuse_saying_nothing(house, codes[code], text)


def _refuse_saying_nothing(house: House, code: ReasonCode, text: str) -> None:
    """Refuse at once what the letter would be refused for in the end: words that give no reason."""
    from exports.jurisdictions import jurisdiction  # the law is slow to load, and most marks release

    rules = jurisdiction(house.city.jurisdiction).denial
    nothing = says_nothing(reason_of(code, text), rules) if rules is not None else ""
    if nothing:
        bare = f"{text.strip()!r} says no more than the code does: say what is special here, or leave --note out."
        raise UsageError(f"{nothing}.", _WEIGHED if code.needs_text else bare)


def _refuse_redacted(house: House, number: int, records: Sequence[RecordNumber]) -> None:
    redacted = {each.record for _, each in queries.redactions(house.catalog.connection, number)}
    both = [label_of(record) for record in records if record in redacted]
    if both:
        raise UsageError(
            f"Something is redacted in {', '.join(both[:5])}: it goes out in part already, not whole.",
            f"Leave it so. To show all of it: ofrecord request redact {number} {both[0]} --lift, and mark it again.",
        )


def _is_so(decision: Decision, to: Mark, code: str, text: str) -> bool:
    return (decision.mark, decision.code, decision.note) == (to, code, text)


def _known(number: int, records: Sequence[RecordNumber], there: dict[RecordNumber, Decision]) -> None:
    strange = [label_of(record) for record in records if record not in there]
    if strange:
        raise UsageError(
            f"Request {number} has not collected {', '.join(strange[:5])}.",
            f"Collect them first: ofrecord request collect {number} 'QUERY'",
        )


def places_in(content: Content, field: str, what: str) -> list[tuple[int, int]]:
    """Where words stand in a field of one version, as (start, end); the whole field, (0, -1), for no words."""
    if field.partition(":")[0] not in ("media", "alt", "link", "text", "title", "author", "permalink"):
        raise UsageError(
            f"There is no field {field!r} to redact.", "Use text, title, author, media:0, alt:0, link:0 or permalink."
        )
    value = field_text(content, field)
    if value is None or (not value and not field.startswith("media")):
        return []
    if not what:
        return [(0, -1)]
    folded, needle = value.casefold(), what.casefold()
    if len(folded) != len(value) or len(needle) != len(what):  # folding moved the places: compare as written
        folded, needle = value, what
    found, start = [], folded.find(needle)
    while start >= 0:
        found.append((start, start + len(needle)))
        start = folded.find(needle, start + len(needle))
    return found


def _records_of(drafts: Sequence[dict[str, Any]]) -> list[int]:
    return sorted({each["record"] for each in drafts})


def row_of(part: Redaction, n: int) -> dict[str, Any]:
    """A redaction as an act keeps it; `n` is its number within the record."""
    names = ("version", "field", "start", "end", "code", "note", "region", "origin")
    return {"record": int(part.record), "n": n, **{name: getattr(part, name) for name in names}}
