"""Proposals to withhold something: made by patterns and by what is withheld elsewhere, decided by a person.

A draft withholds nothing. As long as one is open for a record that would go out, no answer is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from archiver.catalog import queries, review_queries
from custody.errors import UsageError
from custody.ids import RequestNumber, label_of
from custody.record import Record, Version
from custody.request import Mark, Redaction
from custody.review import Draft, DraftState
from custody.words import words
from exports.patterns import PATTERNS, Pattern, apart, every_place, kinds, own_pattern
from exports.redaction import Hidden, fields_of, hidden_of, hidden_places
from workflows.access import reading
from workflows.house import House
from workflows.repeats import KIND, Spot, all_repeats, redactions_by_record, rows_of_drafts, shown_numbers
from workflows.request_life import refuse_settled
from workflows.requesting import known_code, request_of, row_of

IN_ADDRESSES = ("email",)
"""Kinds that are looked for in addresses too: the long numbers in them are the platforms' own."""

CLOSED = (DraftState.ACCEPTED, DraftState.DISMISSED)
Act = tuple[str, int, dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A draft as a person looks at it: with the words it would withhold, and the words around them."""

    draft: Draft
    words: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spots:
    """What was found of some kinds of patterns (None: of all): the kind of each spot, and its places."""

    kinds: Sequence[str] | None
    kind_of: dict[Spot, str] = field(default_factory=dict)
    places: dict[Spot, list[tuple[int, int, int]]] = field(default_factory=dict)

    def has(self, kind: str) -> bool:
        return self.kinds is None or kind in self.kinds


def find(house: House, number: int, wanted: Sequence[str], own: Sequence[str], dry_run: bool) -> dict[str, int]:
    """Look through all that would go out, in every version, and propose. Returns how many new drafts of each kind.

    `wanted` are kinds of patterns (all, when empty), `own` patterns as `NAME=EXPRESSION`. What was proposed before is
    not proposed again, whatever became of it.
    """
    rows = proposed(house, number, wanted, own)
    if rows and not dry_run:
        numbers = sorted({each["record"] for each in rows})
        house.journal.write(("redaction.drafted", number, {"numbers": numbers, "drafts": rows}))
    found: dict[str, int] = {}
    for each in rows:
        found[each["kind"]] = found.get(each["kind"], 0) + 1
    return found


def proposed(house: House, number: int, wanted: Sequence[str], own: Sequence[str]) -> list[dict[str, Any]]:
    """What `find` would propose now and nobody was asked about yet, as rows of drafts; nothing is written."""
    unknown = [each for each in wanted if each not in kinds()]
    if unknown:
        raise UsageError(f"There is no pattern {unknown[0]!r}.", f"There are: {', '.join(kinds())}.")
    mine = [own_pattern(each) for each in own]
    patterns = [each for each in PATTERNS if not wanted or each.kind in wanted] if wanted or not own else []
    (rows,) = by_form(house, number, [*mine, *patterns], [None])
    repeats = [] if wanted or own else all_repeats(house, number)
    rows += [{**each, "n": n} for n, each in enumerate(repeats, max([each["n"] for each in rows], default=0) + 1)]
    return _renumbered(house, number, rows)


def by_form(
    house: House, number: int, patterns: Sequence[Pattern], groups: Sequence[Sequence[str] | None]
) -> list[list[dict[str, Any]]]:
    """What patterns propose and nobody was asked about yet, in one pass over all that would go out: for each group of
    kinds (None: all kinds) as if it had been looked for alone."""
    request_of(house, number)
    found = [_Spots(kinds=kinds) for kinds in groups]
    every = redactions_by_record(house, number)
    for record in house.shelf.records(shown_numbers(house, number)):
        _look_through(record, hidden_of(record, every.get(record.number, ())), patterns, found)
    return [rows_of_drafts(house, number, each.kind_of, each.places) for each in found]


def open_drafts(house: House, number: int) -> list[Draft]:
    """The drafts nobody has decided on, of records that would go out; what is withheld by now needs no decision."""
    shown = set(shown_numbers(house, number))
    redactions = redactions_by_record(house, number)
    every = review_queries.drafts(house.catalog.connection, number)
    waiting = [each for each in every if each.state is DraftState.OPEN and each.record in shown]
    return [each for each in waiting if not _is_withheld(each, redactions.get(each.record, ()))]


def proposals(house: House, number: int, kind: str = "", state: DraftState = DraftState.OPEN) -> list[Proposal]:
    """Drafts to look at, with their words. That they were looked at is written down."""
    request_of(house, number)
    if state is DraftState.OPEN:
        drafts = open_drafts(house, number)
    else:
        drafts = [each for each in review_queries.drafts(house.catalog.connection, number) if each.state is state]
    drafts = [each for each in drafts if not kind or each.kind == kind]
    with reading(house, "request.show", f"request {number}") as read:
        records = {each.number: each for each in house.shelf.records(sorted({each.record for each in drafts}))}
        read.found(len(records))
    return [_proposal(records[each.record], each) for each in drafts]


def accept(house: House, number: int, wanted: Sequence[Draft], code: str, text: str) -> int:
    """Withhold what these drafts propose, under one reason. Returns how many places that are."""
    refuse_settled(house, number)
    _refuse_closed(wanted)
    known_code(house, code, text)
    every = queries.redactions(house.catalog.connection, number)
    last: dict[int, int] = {}
    for n, redaction in every:
        last[redaction.record] = max(n, last.get(redaction.record, 0))
    rows = []
    for each in wanted:
        for version, start, end in each.places:
            last[each.record] = n = last.get(each.record, 0) + 1
            part = Redaction(
                request=RequestNumber(number),
                record=each.record,
                version=version,
                field=each.field,
                start=start,
                end=end,
                code=code,
                note=text,
                origin=f"draft {each.n}",
            )
            rows.append(row_of(part, n))
    house.journal.write(
        ("redaction.drafts-decided", number, _decided(wanted, DraftState.ACCEPTED)),
        *acts_of_redactions(house, number, rows, code, "drafts"),
    )
    return len(rows)


def dismiss(house: House, number: int, wanted: Sequence[Draft]) -> int:
    """Say that what these drafts propose is to be shown. Who said so and when is kept. Returns how many."""
    _refuse_closed(wanted)
    if wanted:
        house.journal.write(("redaction.drafts-decided", number, _decided(wanted, DraftState.DISMISSED)))
    return len(wanted)


def chosen(house: House, number: int, labels: Sequence[str], kind: str, everything: bool) -> list[Draft]:
    """The open drafts meant: by their names (`D3`), all of a kind, or all. Raises UsageError when none is."""
    request_of(house, number)
    if sum((bool(labels), bool(kind), everything)) != 1:
        raise UsageError("Say which drafts: name them, or use --kind or --all.", "For example: D3 D7, or --kind phone.")
    there = {each.n: each for each in review_queries.drafts(house.catalog.connection, number)}
    if labels:
        wrong = [each for each in labels if _number(each) not in there]
        if wrong:
            raise UsageError(
                f"Request {number} has no draft {wrong[0]}.", f"See: ofrecord request drafts list {number}"
            )
        return [there[_number(each)] for each in dict.fromkeys(labels)]
    found = [each for each in open_drafts(house, number) if everything or each.kind == kind]
    if not found:
        what = "draft" if everything else f"draft of the kind {kind!r}"
        raise UsageError(f"Request {number} has no open {what}.", "Nothing was changed.")
    return found


def acts_of_redactions(house: House, number: int, rows: Sequence[dict[str, Any]], code: str, origin: str) -> list[Act]:
    """The acts that make many redactions at once and mark their records; what is shown as context stays context."""
    numbers = sorted({each["record"] for each in rows})
    marks = {each.record: each.mark for each in queries.decisions(house.catalog.connection, number)}
    plain = [each for each in numbers if marks[each] is not Mark.CONTEXT]
    data = {"numbers": numbers, "redactions": list(rows), "origin": origin, "code": code}
    acts: list[Act] = [("redaction.made-together", number, data)]
    if plain:
        acts.append(("request.marked", number, {"numbers": plain, "mark": "redact", "code": code, "note": ""}))
    return acts


def draft_blocks(house: House, number: int) -> list[str]:
    """Why the drafts of a request keep it from being answered; empty when they do not."""
    blocks = []
    waiting = open_drafts(house, number)
    if waiting:
        labels = ", ".join(sorted({label_of(each.record) for each in waiting}, key=lambda label: int(label[1:]))[:5])
        blocks.append(
            f"{len(waiting):,} proposed redactions are neither accepted nor dismissed ({labels}): "
            f"ofrecord request drafts list {number}"
        )
    unseen = all_repeats(house, number)
    if unseen:
        labels = ", ".join(dict.fromkeys(label_of(each["record"]) for each in unseen[:5]))
        blocks.append(
            f"words that are withheld elsewhere also stand in {labels}: ofrecord request drafts find {number}"
        )
    return blocks


def _is_withheld(draft: Draft, redactions: Sequence[Redaction]) -> bool:
    def covers(redaction: Redaction, version: int, start: int, end: int) -> bool:
        here = (redaction.version, redaction.field) == (version, draft.field) and not redaction.region
        return here and redaction.start <= start and (redaction.end < 0 or start <= end <= redaction.end)

    return all(any(covers(each, *place) for each in redactions) for place in draft.places)


def _look_through(
    record: Record,
    hidden: Hidden,
    patterns: Sequence[Pattern],
    groups: Sequence[_Spots],
) -> None:
    for version in record.versions:
        for name, text in fields_of(version.content):
            is_address = name == "permalink" or name.startswith("link:")
            fitting = [each for each in patterns if each.kind in IN_ADDRESSES] if is_address else patterns
            everywhere = every_place(text, fitting)
            over = hidden_places(version, name, text, hidden) if everywhere else []
            for group in groups:
                for start, end, kind in apart(each for each in everywhere if group.has(each[2])):
                    if any(a <= start and end <= b for a, b, _ in over):
                        continue
                    whole = name == "author" or is_address
                    spot = (record.number, name, tuple(words(text if whole else text[start:end])))
                    group.kind_of.setdefault(spot, kind)
                    place = (version.n, 0, -1) if whole else (version.n, start, end)
                    group.places.setdefault(spot, []).append(place)


def _renumbered(house: House, number: int, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each spot once, numbered on from the drafts there are, in order of record."""
    first = max((each.n for each in review_queries.drafts(house.catalog.connection, number)), default=0) + 1
    fresh: dict[str, dict[str, Any]] = {}
    for each in sorted(rows, key=lambda row: row["kind"] != KIND):
        fresh.setdefault(f"{each['record']} {each['field']} {each['places']}", each)
    ordered = sorted(fresh.values(), key=lambda each: (each["record"], each["kind"] == KIND, each["n"]))
    return [{**each, "n": n} for n, each in enumerate(ordered, first)]


def _proposal(record: Record, draft: Draft) -> Proposal:
    n, start, end = draft.places[0]
    version: Version = next(each for each in record.versions if each.n == n)
    text = dict(fields_of(version.content)).get(draft.field, "")
    end = len(text) if end < 0 else end
    before, after = text[max(0, start - 30) : start], text[end : end + 30]
    return Proposal(draft=draft, words=text[start:end], before=before, after=after)


def _decided(wanted: Sequence[Draft], state: DraftState) -> dict[str, Any]:
    numbers = sorted({int(each.record) for each in wanted})
    return {"numbers": numbers, "drafts": [each.n for each in wanted], "state": state.value}


def _refuse_closed(wanted: Sequence[Draft]) -> None:
    done = [each for each in wanted if each.state in CLOSED]
    if done:
        raise UsageError(
            f"Draft D{done[0].n} was {done[0].state.value} already, by {done[0].by}.",
            "A redaction that was made is taken back with: ofrecord request redact ... --lift",
        )


def _number(label: str) -> int:
    digits = label.upper().removeprefix("D")
    return int(digits) if digits.isdigit() else 0
