"""A Selector in plain words, for a clerk to read back before anything is done with it."""

from datetime import date
from unicodedata import normalize

from custody.selector import Both, Clause, Either, Everything, Is, Neither, Phrase, Posted, Prefix, Selector


def said_as(selector: Selector) -> str:
    """The selector in plain words, for a clerk to read back: `records that contain the word \u201csnow\u201d`."""
    clause = selector.clause
    if clause in (Everything(), Both(())):
        return "every record"
    if isinstance(clause, Either) and clause.parts:
        return "records " + " or ".join(_said_parts(clause.parts, " or ")) + _small_letters(clause.parts)
    parts = clause.parts if isinstance(clause, Both) else (clause,)
    start = "every record, " if all(isinstance(part, Neither) for part in parts) else "records "
    return start + ", ".join(_said_parts(parts, " and ")) + _small_letters(parts)


def _said_parts(parts: tuple[Clause, ...], joint: str) -> list[str]:
    """Each part in words; single words are drawn together, so that the line reads like a sentence."""
    single = [part.words[0] for part in parts if isinstance(part, Phrase) and len(part.words) == 1]
    if len(single) < 2:
        return [_said(part) for part in parts]
    rest = [part for part in parts if not (isinstance(part, Phrase) and len(part.words) == 1)]
    listed = ", ".join(map(_quoted, single[:-1])) + joint + _quoted(single[-1])
    return [f"that contain the words {listed}", *[_said(part) for part in rest]]


def _said(clause: Clause) -> str:
    match clause:
        case Everything():
            return "of any sort"
        case Phrase((word,)):
            return f"that contain the word {_quoted(word)}"
        case Phrase(found):
            return f"that contain the words {_quoted(' '.join(found))} together"
        case Prefix(start):
            return f"that contain a word beginning with {_quoted(start)}"
        case Is(name, value):
            return _said_field(name, value)
        case Posted():
            return _said_days(clause)
        case Both(parts):
            return f"({' and '.join(_said_parts(parts, ' and '))})" if parts else "of any sort"
        case Either(parts):
            return f"({' or '.join(_said_parts(parts, ' or '))})" if parts else "of no sort"
        case Neither(part):
            return f"but none {_said(part)}"


def _said_field(name: str, value: str) -> str:
    if name == "has":
        return "with pictures, video or files" if value == "media" else f"with {value}"
    wording = {
        "account": "on the account",
        "platform": "on the platform",
        "author": "written by",
        "kind": "of the kind",
        "state": "in the state",
        "tag": "with the tag",
        "series": "in the series",
    }
    return f"{wording[name]} {value}"


def _said_days(clause: Posted) -> str:
    since, until = clause.since, clause.until
    if since and until:
        if since == until:
            return f"posted on {_day(since)}"
        return f"posted from {_day(since)} through {_day(until)}"
    if since:
        return f"posted on {_day(since)} or later"
    return f"posted on {_day(until)} or earlier" if until else "posted on a known day"


def _small_letters(parts: tuple[Clause, ...]) -> str:
    """A remark where a small `or` was taken for a word, since many people mean the operator."""
    for word in ("or", "and", "not"):
        if Phrase((word,)) in parts and len(parts) > 1:
            return f" (here {_quoted(word)} is a word to be found; to join words, write {word.upper()} in capitals)"
    return ""


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _quoted(text: str) -> str:
    return f"\u201c{normalize('NFC', text)}\u201d"
