"""A Selector as one question to FTS5 and one condition on the table of facts.

A clause without dates is one FTS5 expression over words and made-up words for field values. Dates are conditions on
`search_facts f`; where they stand under an OR or a NOT, what stands beside them becomes a subquery.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from custody.errors import UsageError
from custody.selector import (
    FIELDS,
    Both,
    Clause,
    Either,
    Everything,
    Is,
    Neither,
    Phrase,
    Posted,
    Prefix,
    name_key,
)
from search.facts import bounds_ms, compared

_DEEPEST = 12
"""Groups inside one another that FTS5's parser is given (its stack ends at about 40); deeper ones become subqueries."""

_MARK = "\u241f"  # not ASCII, so FTS5's ascii tokenizer keeps it as part of a word; in no word of a text
_UNSAFE = re.compile("[^a-z0-9\x80-\ud7ff\ue000-\U0010ffff]")
_LONGEST = 250
EVERY = f"every{_MARK}"
_NONE = f"none{_MARK}"
_FOUND = "f.number IN (SELECT rowid FROM search_text WHERE search_text MATCH ?)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """`match` is FTS5's question ("" for none), `condition` is SQL over `search_facts f` ("" for none)."""

    match: str
    condition: str
    parameters: tuple[str | int, ...]


def query_for(clause: Clause, handles: Mapping[int, str]) -> Query:
    """The question whose answer is exactly what the clause matches. Raises UsageError on a field there is not."""
    return _Translation(handles).of(clause)


@lru_cache(maxsize=4096)
def token_of(field: str, value: str) -> str:
    """One word that stands for a field's value in the index; the same value always has the same word."""
    token = f"{field}{_MARK}{_UNSAFE.sub(lambda found: f'{_MARK}{ord(found[0]):x}{_MARK}', value)}"
    return token if len(token) <= _LONGEST else f"{field}{_MARK}{sha256(token.encode()).hexdigest()}"


class _Translation:
    """One clause on its way into FTS5 and SQL."""

    def __init__(self, handles: Mapping[int, str]) -> None:
        self._handles = handles
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
        """The clause as FTS5's expression; None when it holds dates or is nested too deep."""
        match clause:
            case Everything():
                return f"keys:{_quoted(EVERY)}"
            case Phrase(found):
                safe = found and not any(_is_foreign(word) for word in found)
                return f"line:{_quoted(' '.join(found))}" if safe else f"keys:{_quoted(_NONE)}"
            case Prefix(start):
                return f"keys:{_quoted(_NONE)}" if _is_foreign(start) else f"line:{_quoted(start)}*"
            case Is(name, value):
                return self._field(name, value)
            case Posted():
                return None
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

    def _field(self, name: str, value: str) -> str:
        if name not in FIELDS:
            raise UsageError(f"there is no field named {name!r}", f"use one of: {', '.join(FIELDS)}")
        if name != "account":
            return f"keys:{_quoted(token_of(name, compared(name, value)))}"
        wanted = name_key(value)
        same = [number for number, handle in self._handles.items() if wanted and name_key(handle) == wanted]
        tokens = [f"keys:{_quoted(token_of('account', str(number)))}" for number in same]
        return _joined(tokens or [f"keys:{_quoted(_NONE)}"], "OR")

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


def _is_foreign(word: str) -> bool:
    """Whether a word is none that `custody.words` makes (but for the gap): FTS5 would read it as another."""
    return not word or len(word) > _LONGEST or _UNSAFE.search(word) is not None


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
