"""A clerk's line of text into a Selector, through whoosh's query parser.

Whoosh finds the pieces and their grouping; which lines are allowed, and what each piece means, is decided here. A line
that could be understood as something wider than meant is refused with a cure: an unclosed quote, an unknown field, a
star inside a word, an operator with nothing beside it. `said_as` says a Selector back in plain words.

The language: words (all of them), "phrases", snow* for any ending, AND OR NOT in capitals, ( ), 2025-03..2025-05, and
field:value with account platform author kind state tag series has:media date since until before after. AND binds closer
than OR. In small letters and, or, not are words like any other: `do not plow` looks for those three words.
"""

import re
from collections.abc import Collection
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from whoosh.qparser import QueryParser, plugins, syntax

from custody.errors import UsageError
from custody.record import Kind, State
from custody.selector import (
    DEEPEST,
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
    Selector,
    name_key,
)
from custody.words import joined, words
from search.days import days_of
from search.saying import said_as

__all__ = ["parse", "said_as"]

DEEPEST_PARENTHESES = DEEPEST // 3 - 1  # each pair can hold an Either of a Both of a Neither
LONGEST = 10_000
"""Characters in a query; whoever needs more has a list of record numbers, not a question."""

DATE_FIELDS = ("date", "posted", "since", "until", "before", "after")
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'))
_SINGLE_QUOTED = re.compile(r"(?<!\S)['\u2018\u2019][^'\u2018\u2019\"]*\s[^'\u2018\u2019\"]*['\u2019](?!\S)")
_TERM = r'(?:(?P<field>[^\W\d]\w*):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s()"]+))'
_RANGE_ALONE = re.compile(r"(?=.*\d)(?:\d{4}(?:-\d\d?){0,2})?\.\.(?:\d{4}(?:-\d\d?){0,2})?", re.ASCII)
"""2025-03..2025-05 without `date:` before it can mean nothing else."""
_MONTH_AND_YEAR = re.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*,? (?:19|20)\d\d\b", re.ASCII | re.IGNORECASE
)
_OPERATOR = r'(?<![^\s()"]){}(?=[\s()"]|$)'
_OTHER_LANGUAGES = (
    (re.compile(r"[-!]\w"), "to leave records out, write NOT before the word; to look for the sign's text use quotes"),
    (re.compile(r"\+\w"), "all words are looked for anyway: leave the + out"),
    (
        re.compile(r"\w+~\d*$|~\d*$"),
        "there is no search for similar words: write the word, or its beginning and a star",
    ),
    (re.compile(r".*\^[\d.]+$|\^"), "words cannot be weighted: leave the ^ out"),
    (re.compile(r".*[|]"), "to find either of two words, write OR between them"),
    (re.compile(r"&+$"), "all words are looked for anyway: leave the & out"),
)
_FIELD_EXAMPLES = {
    "account": "account:mfparks", "platform": "platform:mastodon", "author": 'author:"Jane Doe"',
    "kind": "kind:comment", "state": "state:hidden", "tag": "tag:snowday", "series": "series:MUN-7",
    "has": "has:media",
    "date": 'date:"march 2025"', "posted": "posted:2025-03..2025-05",
}  # fmt: skip


class _Group(syntax.GroupNode):  # type: ignore[misc]
    """What stands in one pair of parentheses, or the whole line."""


class _Term(syntax.SyntaxNode):  # type: ignore[misc]
    """A word, a "phrase" or field:value."""

    def __init__(self, field: str | None, quoted: str | None, bare: str | None) -> None:
        self.field, self.text, self.is_quoted = field or "", quoted or bare or "", bare is None


class _Terms(plugins.TaggingPlugin):  # type: ignore[misc]
    expr, priority = re.compile(_TERM), 50

    def create(self, parser: QueryParser, match: re.Match[str]) -> _Term:
        return _Term(**match.groupdict())


def parse(line: str, today: date, zone: str, handles: Collection[str] = ()) -> Selector:
    """What a line of text asks for. Raises UsageError, with a cure, on whatever could be misunderstood.

    `zone` is the city's (`America/Chicago`): days are its days. `handles`, when given, are the accounts there are: any
    other account is then an error.
    """
    text = line.translate(_QUOTES).strip()
    _refuse_foreign_habits(text)
    if text == "*":
        return Selector(clause=Everything())
    parser = _parser()
    pieces = _checked([node for node in parser.tag(text) if not node.is_ws()])
    tree = parser.filterize(_Group(pieces))
    return Selector(clause=_Meaning(today, zone, handles).of(tree))


def hint(line: str) -> str:
    """What may have been meant otherwise, and how to write it; "" for nothing. `flood march 2025` is three words."""
    found = _MONTH_AND_YEAR.search(re.sub(r'"[^"]*"', "", line.translate(_QUOTES)))
    return f'{found[0]} was looked for as words. What was posted then: date:"{found[0]}"' if found else ""


def _parser() -> QueryParser:
    """Whoosh's parser with our terms, its groups and its operators, and none of its other syntax."""
    operators = plugins.OperatorsPlugin(
        And=_OPERATOR.format("AND"),
        Or=_OPERATOR.format("OR"),
        Not=_OPERATOR.format("NOT"),
        AndNot=None,
        AndMaybe=None,
        Require=None,
    )
    return QueryParser("", None, plugins=[_Terms(), plugins.GroupPlugin(), operators], group=_Group)


def _refuse_foreign_habits(text: str) -> None:
    if not text:
        raise UsageError("the query is empty", "write a word to look for, or * for every record")
    if len(text) > LONGEST:
        raise UsageError(f"the query is longer than {LONGEST:,} characters", "ask several shorter questions")
    if text.count('"') % 2:
        raise UsageError(f"a quote is opened but not closed: {_shown(text)}", 'close it: "snow plow"')
    if match := _SINGLE_QUOTED.search(text):
        inner = match[0].strip("'\u2018\u2019")
        raise UsageError(f"single quotes do not make a phrase: {_shown(match[0])}", f'write "{_shown(inner)}"')


def _checked(nodes: list[Any]) -> list[Any]:
    """The pieces of a line with every AND written out, if they stand where they can; else UsageError."""
    pieces: list[Any] = []
    depth, complete = 0, False
    for node in nodes:
        if isinstance(node, syntax.InfixOperator):
            if not complete:
                raise _dangling(node.text)
            complete = False
        elif isinstance(node, plugins.GroupPlugin.CloseBracket):
            if not complete or not depth:
                raise UsageError("a closing parenthesis has nothing to close", _PARENTHESES)
            depth -= 1
        else:
            if complete:
                pieces.append(_and())
            if pieces and isinstance(node, syntax.PrefixOperator) and isinstance(pieces[-1], syntax.PrefixOperator):
                raise _dangling(node.text)
            depth += isinstance(node, plugins.GroupPlugin.OpenBracket)
            complete = isinstance(node, _Term)
        pieces.append(node)
        if depth > DEEPEST_PARENTHESES:
            raise UsageError(
                f"more than {DEEPEST_PARENTHESES} parentheses stand inside one another", "write a simpler query"
            )
    if depth:
        raise UsageError("a parenthesis is opened but not closed", _PARENTHESES)
    if not complete:
        raise _dangling(pieces[-1].text)
    return pieces


_PARENTHESES = "write (snow OR ice) plow; inside quotes parentheses are only text"


def _and() -> syntax.InfixOperator:
    return syntax.InfixOperator("AND", syntax.AndGroup)


def _dangling(operator: str) -> UsageError:
    return UsageError(
        f"{operator} stands where it joins nothing",
        f'write it between or before words: snow AND ice, NOT ice; to look for the word, write "{operator.lower()}"',
    )


class _Meaning:
    """What each piece of a tree means to this city on this day."""

    def __init__(self, today: date, zone: str, handles: Collection[str]) -> None:
        self._today, self._zone, self._handles = today, zone, handles

    def of(self, node: Any) -> Clause:
        if isinstance(node, _Term):
            if not node.field and not node.is_quoted and _RANGE_ALONE.fullmatch(node.text):
                return self._posted("date", node.text)
            return self._field(node) if node.field else _text(node)
        parts = tuple(self.of(part) for part in node)
        if isinstance(node, syntax.NotGroup):
            return Neither(parts[0])
        if isinstance(node, syntax.OrGroup):
            return Either(parts)
        return _all_of(parts)

    def _field(self, term: _Term) -> Clause:
        name, value = term.field.lower(), term.text.strip()
        if name not in (*FIELDS, *DATE_FIELDS):
            raise _unknown_field(term)
        if not value or (not term.is_quoted and set(value) & set("*?")):
            raise UsageError(f"{name}: needs one whole value", _value_example(name))
        if name in DATE_FIELDS:
            return self._posted(name, value)
        return Is(name, self._value(name, value))

    def _value(self, name: str, value: str) -> str:
        if name in ("author", "tag"):
            if not (folded := joined([value])):
                raise UsageError(f"{name}:{_shown(value)} has no letter or digit in it", _value_example(name))
            return folded
        known = {"kind": [*Kind], "state": [*State], "has": ["media"], "account": [*self._handles]}.get(name, [])
        for choice in known:
            if name_key(choice) == name_key(value):
                return str(choice)
        if known:
            raise UsageError(f"{name}:{_shown(value)} names nothing there is", _did_you_mean(value, known, name))
        return value

    def _posted(self, name: str, value: str) -> Posted:
        since, until = days_of(value, self._today)
        one_day = timedelta(days=1)
        if name in ("date", "posted"):
            return Posted(since, until, self._zone)
        if since is None or until is None or ".." in value:
            raise UsageError(
                f"{name}: needs one day, month or year", f"write {name}:2025-03-01, or date:{_shown(value)}"
            )
        bounds = {
            "since": (since, None),
            "until": (None, until),
            "after": (until + one_day, None),
            "before": (None, since - one_day),
        }
        return Posted(*bounds[name], self._zone)


def _text(term: _Term) -> Clause:
    """A word, a phrase, or the beginning of a word."""
    text = term.text
    if not term.is_quoted:
        _refuse_other_languages(text)
        if text.endswith("*"):
            return _prefix(text)
    elif re.search(r"\w[*]", text):
        raise UsageError(
            f"a star in quotes finds no endings: {_shown(text)}", "write the word with its star without quotes"
        )
    if found := words(text):
        return Phrase(tuple(found))
    cure = "leave it out, or write a word"
    raise UsageError(f"there is no letter, digit or emoji in {_shown(text)}", cure)


def _refuse_other_languages(text: str) -> None:
    for pattern, cure in _OTHER_LANGUAGES:
        if pattern.match(text):
            raise UsageError(f"{_shown(text)} is not understood", cure)
    if "?" in text or "*" in text[:-1] or text == "*":
        cure = 'a star may stand at the end of a word only: snow*; a text with such signs goes into quotes: "snow?"'
        raise UsageError(f"{_shown(text)} is not understood", cure)
    if text.endswith(":") and text[:-1].isidentifier():
        raise UsageError(f"{_shown(text)} names a field without its value", _value_example(text[:-1].lower()))


def _prefix(text: str) -> Prefix:
    found = words(text)
    if len(found) != 1 or not words(text[-2:]):
        cure = "put the star right after one plain word: snow*"
        raise UsageError(f"{_shown(text)} is not the beginning of one word", cure)
    return Prefix(found[0])


def _all_of(parts: tuple[Clause, ...]) -> Clause:
    """All of the parts, with the days they give drawn together into one range."""
    ranges = [part for part in parts if isinstance(part, Posted)]
    if len(ranges) > 1:
        since = max((one.since for one in ranges if one.since), default=None)
        until = min((one.until for one in ranges if one.until), default=None)
        if since and until and until < since:
            cure = "write the earlier day after since: and the later day after until:"
            raise UsageError(f"no day is both after {since} and before {until}", cure)
        parts = (*(part for part in parts if part not in ranges), Posted(since, until, ranges[0].zone))
    return parts[0] if len(parts) == 1 else Both(parts)


def _unknown_field(term: _Term) -> UsageError:
    close = get_close_matches(term.field.lower(), [*FIELDS, *DATE_FIELDS], 1)
    question = f"did you mean {close[0]}:? " if close else ""
    whole = f"{term.field}:{term.text}"
    cure = f'{question}to look for this text, put it in quotes: "{_shown(whole)}"; fields are {", ".join(FIELDS)}, date'
    return UsageError(f"there is no field named {_shown(term.field)}", cure)


def _did_you_mean(value: str, known: list[str], name: str) -> str:
    close = get_close_matches(name_key(value), [str(choice) for choice in known], 1)
    return f"did you mean {name}:{close[0]}?" if close else f"use one of: {', '.join(map(str, known[:20]))}"


def _value_example(name: str) -> str:
    return f"write it without a space: {_FIELD_EXAMPLES.get(name, 'since:2025-03-01')}"


def _shown(text: str) -> str:
    """A piece of the query fit for a message: short, and without what a terminal cannot print."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= 60 else plain[:60] + "\u2026"
