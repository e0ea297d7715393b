"""A Selector as one question to FTS5 and one condition on the table of facts.

A clause is one FTS5 expression over words and made-up words, for field values and for whole months. Single days are
conditions on `search_facts f`; where they stand under an OR or a NOT, what stands beside them becomes a subquery.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custody.selector import Both, Clause, Either, Everything, Is, Neither, Phrase, Posted, Prefix
from search.facts import bounds_ms
from search.tokens import EVERY, is_foreign, tokens_asked, tokens_of_months

_DEEPEST = 12
"""Groups inside one another that FTS5 is given (its stack ends between 30 and 50); deeper ones become subqueries."""

_NONE = "none"  # never in the line of made-up words: those all hold a mark
_FOUND = "f.number IN (SELECT rowid FROM search_text WHERE search_text MATCH ?)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """`match` is FTS5's question ("" for none), `condition` is SQL over `search_facts f` ("" for none)."""

    match: str
    condition: str
    parameters: tuple[str | int, ...]


def query_for(clause: Clause, handles: Mapping[int, str], zone: str) -> Query:
    """The question whose answer is exactly what the clause matches. `zone` is the one whose months are indexed.

    Raises UsageError on a field there is not.
    """
    return _Translation(handles, zone).of(clause)


class _Translation:
    """One clause on its way into FTS5 and SQL."""

    def __init__(self, handles: Mapping[int, str], zone: str) -> None:
        self._handles, self._zone = handles, zone
        self._parameters: list[str | int] = []

    def of(self, clause: Clause) -> Query:
        texts, others = self._sorted_out(clause.parts if isinstance(clause, Both) else (clause,))
        match = "" if texts == [Everything()] or not texts else self._text(Both(tuple(texts)), _DEEPEST + 2) or ""
        condition = _balanced([self._condition(part) for part in others], "AND")
        return Query(match=match, condition=condition, parameters=tuple(self._parameters))

    def _sorted_out(self, parts: Sequence[Clause]) -> tuple[list[Clause], list[Clause]]:
        """The parts that FTS5 can answer by itself, and the others."""
        texts = [part for part in parts if self._text(part, _DEEPEST) is not None]
        return texts, [part for part in parts if part not in texts]

    def _text(self, clause: Clause, depth: int) -> str | None:
        """The clause as FTS5's expression; None when it holds single days or is nested too deep."""
        match clause:
            case Everything():
                return f"keys:{_quoted(EVERY)}"
            case Phrase(found):
                safe = found and not any(is_foreign(word) for word in found)
                return f"line:{_quoted(' '.join(found))}" if safe else f"keys:{_quoted(_NONE)}"
            case Prefix(start):
                return f"keys:{_quoted(_NONE)}" if is_foreign(start) else f"line:{_quoted(start)}*"
            case Is(name, value):
                return _any_of(tokens_asked(name, value, self._handles))
            case Posted():
                months = tokens_of_months(clause, self._zone)
                return None if months is None else _any_of(months)
        return self._group(clause, depth - 1) if depth else None

    def _group(self, clause: Both | Either | Neither, depth: int) -> str | None:
        parts = (clause,) if isinstance(clause, Neither) else clause.parts
        wanted = [self._text(part, depth) for part in parts if not isinstance(part, Neither)]
        unwanted = [self._text(part.part, depth) for part in parts if isinstance(part, Neither)]
        if None in wanted or None in unwanted:
            return None
        if isinstance(clause, Either):
            wanted += [f"({self._text(Everything(), depth)} NOT {part})" for part in unwanted]
            return _joined(wanted, "OR") if wanted else f"keys:{_quoted(_NONE)}"
        kept = _joined(wanted, "AND") if wanted else self._text(Everything(), depth)
        return f"({kept} NOT {_joined(unwanted, 'OR')})" if unwanted else kept

    def _condition(self, clause: Clause) -> str:
        """The clause as SQL over `search_facts f`: true or false, never unknown."""
        text = self._text(clause, _DEEPEST)
        if text is not None:
            self._parameters.append(text)
            return _FOUND
        if isinstance(clause, Posted):
            return self._posted(clause)
        if isinstance(clause, Neither):
            return f"NOT ({self._condition(clause.part)})"
        whole, joint = (Both, "AND") if isinstance(clause, Both) else (Either, "OR")
        texts, others = self._sorted_out(clause.parts)  # type: ignore[union-attr]
        groups: list[Clause] = [whole(tuple(texts)), *others] if texts else others
        return _balanced([self._condition(part) for part in groups], joint)

    def _posted(self, clause: Posted) -> str:
        conditions = ["f.posted IS NOT NULL"]
        for sign, bound in zip((">=", "<"), bounds_ms(clause), strict=True):
            if bound is not None:
                conditions.append(f"f.posted {sign} ?")
                self._parameters.append(bound)
        return f"({' AND '.join(conditions)})"


def _any_of(tokens: Sequence[str]) -> str:
    return _joined([f"keys:{_quoted(token)}" for token in tokens or [_NONE]], "OR")


def _quoted(text: str) -> str:
    return f'"{text}"'


def _joined(parts: Sequence[str | None], joint: str) -> str:
    found = [part for part in parts if part]
    return found[0] if len(found) == 1 else f"({f' {joint} '.join(found)})"


def _balanced(parts: Sequence[str], joint: str) -> str:
    """SQL conditions joined as a flat tree: SQLite refuses expressions over 1,000 deep."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    half = len(parts) // 2
    return f"({_balanced(parts[:half], joint)} {joint} {_balanced(parts[half:], joint)})"
