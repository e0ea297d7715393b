"""Made-up words that stand for field values in an index, and the test whether a word is one that `custody.words` makes.

Both engines with an index keep a second line of such words for each record, so that a field costs what a word costs.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from custody.errors import UsageError
from custody.record import Record
from custody.selector import FIELDS, Posted, name_key, whole
from custody.words import LONGEST
from search.facts import compared, kind_values, own_values

_MARK = "\u241f"  # not ASCII, so FTS5's ascii tokenizer keeps it as part of a word; in no word of a text
_UNSAFE = re.compile("[^a-z0-9\x80-\ud7ff\ue000-\U0010ffff]")
EVERY = f"every{_MARK}"
"""Stands for every record."""


@lru_cache(maxsize=4096)
def token_of(field: str, value: str) -> str:
    """One word that stands for a field's value; the same value always has the same word."""
    token = f"{field}{_MARK}{_UNSAFE.sub(lambda found: f'{_MARK}{ord(found[0]):x}{_MARK}', value)}"
    return token if len(token) <= LONGEST else f"{field}{_MARK}{sha256(token.encode()).hexdigest()}"


def keys_of(record: Record, month: str) -> str:
    """The made-up words for what the record may be asked for, as one line. `month` as `2025-03`, "" if not known."""
    content, author = record.current, record.current.author
    kind, state = str(content.kind), str(content.state)  # as text, which is quicker to look up
    keys = [_shared(record.account, record.platform, record.series, kind, state, bool(content.media), month)]
    if len(record.versions) == 1:
        keys += [_of_author(author.name, author.handle), *[_of_tag(tag) for tag in content.tags]]
    else:
        keys += [token_of(field, value) for field, value in own_values(record)]
    return " ".join(dict.fromkeys(filter(None, keys)))


@lru_cache(maxsize=4096)
def _of_author(name: str, handle: str) -> str:
    return " ".join(token_of("author", key) for key in sorted({whole(name), whole(handle)} - {""}))


@lru_cache(maxsize=4096)
def _of_tag(tag: str) -> str:
    return token_of("tag", whole(tag)) if whole(tag) else ""


@lru_cache(maxsize=4096)
def _shared(account: int, platform: str, series: str, kind: str, state: str, has_media: bool, month: str) -> str:
    values = [("account", str(account)), *kind_values(platform, series, kind, state, has_media)]
    if month:
        values += [("month", month), ("year", month[:4])]
    return " ".join([EVERY, *[token_of(field, value) for field, value in values]])


def tokens_asked(field: str, value: str, handles: Mapping[int, str]) -> list[str]:
    """The made-up words of which a record has one if the field has the value. Raises UsageError on an unknown field."""
    if field not in FIELDS:
        raise UsageError(f"there is no field named {field!r}", f"use one of: {', '.join(FIELDS)}")
    if field != "account":
        return [token_of(field, compared(field, value))]
    wanted = name_key(value)
    same = [number for number, handle in handles.items() if wanted and name_key(handle) == wanted]
    return [token_of("account", str(number)) for number in same]


def tokens_of_months(clause: Posted, zone: str) -> list[str] | None:
    """The made-up words of which a record posted in those days has one; None unless they are whole months in `zone`."""
    since, until = clause.since, clause.until
    if clause.zone != zone or since is None or until is None or since.day != 1:
        return None
    if until.day != monthrange(until.year, until.month)[1] or not since <= until or until.year - since.year > 60:
        return None
    tokens = []
    for year in range(since.year, until.year + 1):
        first = since.month if year == since.year else 1
        last = until.month if year == until.year else 12
        whole = (first, last) == (1, 12)
        names = [f"{year:04d}"] if whole else [f"{year:04d}-{month:02d}" for month in range(first, last + 1)]
        tokens += [token_of("year" if whole else "month", name) for name in names]
    return tokens


def is_foreign(word: str) -> bool:
    """Whether a word is none that `custody.words` makes (but for the gap), so that no record can hold it."""
    return not word or len(word) > LONGEST or _UNSAFE.search(word) is not None
