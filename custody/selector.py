"""WHICH records: one expression, asked by searches, requests and holds alike.

`Selector.matches(record)` is the law; a search engine may be faster but must find exactly the same. How a clerk's line
becomes a Selector, and how it is said back in plain words, is `search/query.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from reprlib import repr as shortened
from typing import Any
from zoneinfo import ZoneInfo

from custody.clock import local_day
from custody.errors import UsageError
from custody.record import Record
from custody.words import contains_phrase, joined, words


@dataclass(frozen=True, slots=True)
class Everything:
    """Every record."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one directly after another (one word is a phrase of one). Each is folded by `custody.words`."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins so (`snow*`). Folded."""

    start: str


@dataclass(frozen=True, slots=True)
class Is:
    """A field has a value: account (handle), platform, author, kind, state, tag, series, or has (`media`)."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Posted:
    """Posted on a day from `since` to `until`, both included, in the city's zone; None leaves that side open."""

    since: date | None
    until: date | None
    zone: str = "America/Chicago"


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the parts."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Neither:
    """Not this."""

    part: "Clause"


Clause = Everything | Phrase | Prefix | Is | Posted | Both | Either | Neither
FIELDS = ("account", "platform", "author", "kind", "state", "tag", "series", "has")
DEEPEST = 60
"""How far clauses may stand inside one another in stored data; what a person writes needs fewer than ten."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selector:
    """Which records are meant: one clause, that each record can be asked."""

    clause: Clause = field(default_factory=Everything)

    def matches(self, record: Record, handles: Mapping[int, str]) -> bool:
        """Whether the record is one of those meant. `handles` gives each account's handle by its id."""
        return _matches(self.clause, record, cache(lambda: tuple(line_of(record).split())), handles)


def line_of(record: Record) -> str:
    """The words a record is found under, as one line: what every engine indexes, and nothing else."""
    return joined(record.searchable())


def author_keys(record: Record) -> set[str]:
    """What `author:` may name: each author's name and handle, folded whole (`jane doe`)."""
    keys: set[str] = set()
    for version in record.versions:
        keys |= {whole(version.content.author.name), whole(version.content.author.handle)}
    return keys - {""}


def name_key(name: str) -> str:
    """A handle, platform or series as it is compared: capitals and a leading @ make no difference."""
    return name.removeprefix("@").casefold()


def tag_key(tag: str) -> str:
    """A tag as `tag:` compares it."""
    return whole(tag)


def tag_keys(record: Record) -> set[str]:
    """What `tag:` may name: each tag of the current version, folded whole."""
    return {whole(tag) for tag in record.current.tags} - {""}


@lru_cache(maxsize=4096)
def whole(text: str) -> str:
    """The words of a name as one text; a few people write most of the posts, so most are known already."""
    return " ".join(words(text))


def _matches(clause: Clause, record: Record, line: Callable[[], tuple[str, ...]], handles: Mapping[int, str]) -> bool:
    match clause:
        case Everything():
            return True
        case Phrase(wanted):
            return contains_phrase(line(), wanted)
        case Prefix(start):
            return bool(start) and any(word.startswith(start) for word in line())
        case Is(name, value):
            return _has(record, name, value, handles)
        case Posted():
            return _posted(record, clause)
        case Both(parts):
            return all(_matches(part, record, line, handles) for part in parts)
        case Either(parts):
            return any(_matches(part, record, line, handles) for part in parts)
        case Neither(part):
            return not _matches(part, record, line, handles)


def _has(record: Record, name: str, value: str, handles: Mapping[int, str]) -> bool:
    content = record.current
    match name:
        case "account":
            return bool(name_key(value)) and name_key(handles.get(record.account, "")) == name_key(value)
        case "platform":
            return name_key(record.platform) == name_key(value)
        case "series":
            return name_key(record.series) == name_key(value)
        case "kind":
            return content.kind.value == value
        case "state":
            return content.state.value == value
        case "author":
            return value in author_keys(record)
        case "tag":
            return value in tag_keys(record)
        case "has":
            return value == "media" and bool(content.media)
    raise UsageError(f"there is no field named {name!r}", f"use one of: {', '.join(FIELDS)}")


def _posted(record: Record, clause: Posted) -> bool:
    created = record.current.created_at
    if created is None:
        return False
    day = local_day(created, clause.zone)
    return (clause.since is None or clause.since <= day) and (clause.until is None or day <= clause.until)


def to_data(clause: Clause) -> dict[str, Any]:
    """A clause as JSON data, for holds and requests that are kept."""
    match clause:
        case Everything():
            return {"is": "everything"}
        case Phrase(wanted):
            return {"is": "phrase", "words": list(wanted)}
        case Prefix(start):
            return {"is": "prefix", "start": start}
        case Is(name, value):
            return {"is": "field", "field": name, "value": value}
        case Posted(since, until, zone):
            return {"is": "posted", "since": str(since or ""), "until": str(until or ""), "zone": zone}
        case Both(parts):
            return {"is": "both", "parts": [to_data(part) for part in parts]}
        case Either(parts):
            return {"is": "either", "parts": [to_data(part) for part in parts]}
        case Neither(part):
            return {"is": "neither", "part": to_data(part)}


def from_data(data: Mapping[str, Any]) -> Clause:
    """The reverse of `to_data`. Raises UsageError on data that is no clause.

    Words are folded again, so that a clause kept for years still speaks as `custody.words` does today.
    """
    return _from_data(data, DEEPEST)


def _from_data(data: Any, depth: int) -> Clause:
    match data:
        case {"is": "everything"}:
            return Everything()
        case {"is": "phrase", "words": [*given]} if all(isinstance(word, str) for word in given):
            if folded := words(" ".join(given)):
                return Phrase(tuple(folded))
        case {"is": "prefix", "start": str(start)}:
            if len(folded := words(start)) == 1:
                return Prefix(folded[0])
        case {"is": "field", "field": str(name), "value": str(value)} if name in FIELDS:
            return Is(name, value)
        case {"is": "posted", "since": str(since), "until": str(until), "zone": str(zone)}:
            return Posted(_day(since), _day(until), _zone(zone))
        case {"is": "both" | "either", "parts": [*parts]} if depth:
            inner = tuple(_from_data(part, depth - 1) for part in parts)
            return Both(inner) if data["is"] == "both" else Either(inner)
        case {"is": "neither", "part": part} if depth:
            return Neither(_from_data(part, depth - 1))
    raise UsageError(f"this is no selector: {shortened(data)}", "restore it from a backup, or write the query again")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text!r} is no day", "write days as 2025-03-01") from error


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, KeyError) as error:  # zoneinfo's own error for an unknown name is a KeyError
        raise UsageError(f"there is no time zone named {name!r}", "write it as America/Chicago") from error
