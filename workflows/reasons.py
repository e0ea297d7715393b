"""What a request withholds and why, gathered from its marks and redactions: for the determination and its letter."""

from collections import Counter
from dataclasses import dataclass

from archiver.catalog import queries
from custody.request import Mark
from exports.determination import Reason
from exports.reason_codes import ReasonCode, reason_codes
from workflows.house import House


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """One reason in use: how many records it withholds in full, and in how many records it withholds parts."""

    reason: Reason
    in_full: int
    in_part: int


def withheld(house: House, number: int) -> list[Withheld]:
    """Every reason that a request uses, in the order of the codes; one line for each text the custodian wrote to it."""
    connection = house.catalog.connection
    full: Counter[tuple[str, str]] = Counter()
    parts: dict[tuple[str, str], set[int]] = {}
    left_out: set[int] = set()
    for decision in queries.decisions(connection, number):
        if decision.mark is Mark.WITHHOLD:
            full[decision.code, decision.note.strip()] += 1
        if decision.mark.value in ("exclude", "withhold"):  # nothing of these goes out, so nothing of them is redacted
            left_out.add(decision.record)
    for _, part in queries.redactions(connection, number):
        if part.record in left_out:
            continue
        parts.setdefault((part.code, part.note.strip()), set()).add(part.record)
    found = {*full, *parts}
    codes = {each.code: each for each in reason_codes(house.city.jurisdiction)}
    order = list(codes)
    bare = {(code, "") for code, note in found if note} & found  # a code that says why elsewhere need not say it twice
    rows = []
    for code, note in sorted(found - bare, key=lambda each: (order.index(each[0]), each[1])):
        without = (code, "") if (code, "") in bare and note == min(n for c, n in found if c == code and n) else None
        rows.append(
            Withheld(
                reason=reason_of(codes[code], note),
                in_full=full[code, note] + (full[without] if without else 0),
                in_part=len(parts.get((code, note), set()) | (parts.get(without, set()) if without else set())),
            )
        )
    return rows


def records_by_code(house: House, number: int) -> dict[str, int]:
    """How many records of a request each reason code withholds, in full or in part; a record counts once for a code."""
    connection = house.catalog.connection
    decisions = {each.record: each for each in queries.decisions(connection, number)}
    found: dict[str, set[int]] = {}
    for record, decision in decisions.items():
        if decision.mark is Mark.WITHHOLD:
            found.setdefault(decision.code, set()).add(record)
    for _, part in queries.redactions(connection, number):
        kept = decisions.get(part.record)
        if kept is not None and kept.mark not in (Mark.WITHHOLD, Mark.EXCLUDE):
            found.setdefault(part.code, set()).add(part.record)
    return {code: len(records) for code, records in sorted(found.items())}


def reason_of(code: ReasonCode, note: str) -> Reason:
    """A reason code with the custodian's words to it, as a denial gives it."""
    needs = bool(getattr(code, "needs_text", False)) or "balancing" in code.citation
    return Reason(code=code.code, citation=code.citation, words=code.words, note=note, needs_note=needs)
