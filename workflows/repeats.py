"""Words withheld in one record that stand in another record of the same request: found, and proposed as drafts.

What is proposed is withheld only when a person accepts it; until it is accepted or dismissed nothing is released.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from archiver.catalog import queries, review_queries
from custody.ids import RecordNumber
from custody.record import Record, Version
from custody.request import Mark, Redaction
from custody.review import Draft
from custody.selector import Either, Phrase, Selector
from custody.words import spans, words
from exports.redaction import Hidden, fields_of, hidden_of, hidden_places
from workflows.house import House

KIND = "also-withheld"
SHOWN = (Mark.UNDECIDED, Mark.RELEASE, Mark.REDACT, Mark.CONTEXT)
"""The marks of records that go out, at least in part, unless somebody changes them."""

PART_LETTERS = 3
"""Letters a part of a person's name must have to be looked for alone."""

NAME_WORDS = 4
"""A withheld text of more words is no name."""

_HEAD = 3
"""Letters by which what is looked for is sorted."""

Words = tuple[str, ...]
Spot = tuple[RecordNumber, str, Words]
"""What makes two proposals one: the record, the field and the words, whatever the version."""


def shown_numbers(house: House, number: int) -> list[RecordNumber]:
    """The records of a request that are not withheld or excluded."""
    return [each.record for each in queries.decisions(house.catalog.connection, number) if each.mark in SHOWN]


def redactions_by_record(house: House, number: int) -> dict[RecordNumber, list[Redaction]]:
    """The redactions of a request by record."""
    found: dict[RecordNumber, list[Redaction]] = {}
    for _, each in queries.redactions(house.catalog.connection, number):
        found.setdefault(each.record, []).append(each)
    return found


def telling(phrase: Words) -> bool:
    """Whether words say enough to be looked for elsewhere: more than one, or one of four letters or more."""
    return len(phrase) > 1 or bool(phrase and (len(phrase[0]) >= 4 or not phrase[0].isascii()))


def repeats_of(house: House, number: int, made: Sequence[Redaction]) -> list[dict[str, Any]]:
    """Drafts, as rows, for the words that these new redactions withhold and that stand in other records."""
    wanted: set[Words] = set()
    parts: dict[RecordNumber, list[Redaction]] = {}
    for each in made:
        parts.setdefault(each.record, []).append(each)
    for record in house.shelf.records(list(parts)):
        wanted |= _phrases(hidden_of(record, parts[record.number]))
    if not wanted:
        return []
    every = wanted | {("".join(phrase),) for phrase in wanted}
    selector = Selector(clause=Either(tuple(Phrase(phrase) for phrase in sorted(every))))
    found = set(house.engine.numbers(selector)) & set(shown_numbers(house, number))
    return _rows(house, number, places_of(house, number, wanted, sorted(found), made))


def all_repeats(house: House, number: int) -> list[dict[str, Any]]:
    """Drafts, as rows, for every withheld word of the request that stands in another record and was not proposed."""
    every = redactions_by_record(house, number)
    wanted: set[Words] = set()
    shown = shown_numbers(house, number)
    for record in house.shelf.records([each for each in shown if each in every]):
        wanted |= _phrases(hidden_of(record, every[record.number]))
        persons = [each for each in every[record.number] if each.origin.startswith("person")]
        wanted |= _parts(hidden_of(record, persons))
    return _rows(house, number, places_of(house, number, wanted, shown)) if wanted else []


def places_of(
    house: House, number: int, wanted: Iterable[Words], records: Sequence[RecordNumber], made: Sequence[Redaction] = ()
) -> dict[Spot, list[tuple[int, int, int]]]:
    """Where words stand in records of a request and are not withheld there: (version, start, end) by spot."""
    every = redactions_by_record(house, number)
    for part in made:
        every.setdefault(part.record, []).append(part)
    by_head: dict[str, list[str]] = {}
    for letters in sorted({"".join(phrase) for phrase in wanted}):
        by_head.setdefault(letters[:_HEAD], []).append(letters)
    found: dict[Spot, list[tuple[int, int, int]]] = {}
    for record in house.shelf.records(list(records)):
        hidden = hidden_of(record, every.get(record.number, ()))
        for version in record.versions:
            for field, phrase, start, end in _standing(version, by_head, hidden):
                found.setdefault((record.number, field, phrase), []).append((version.n, start, end))
    return found


def spot_of(record: Record, each: Draft) -> Spot:
    """The spot of a draft that is kept."""
    version, start, end = each.places[0]
    content = next(one.content for one in record.versions if one.n == version)
    value = dict(fields_of(content)).get(each.field, "")
    return (record.number, each.field, tuple(words(value[start : len(value) if end < 0 else end])))


def known_spots(house: House, number: int) -> set[Spot]:
    """The spots that were proposed already, whatever became of them."""
    drafts: dict[RecordNumber, list[Draft]] = {}
    for each in review_queries.drafts(house.catalog.connection, number):
        drafts.setdefault(each.record, []).append(each)
    return {spot_of(record, each) for record in house.shelf.records(list(drafts)) for each in drafts[record.number]}


def rows_of_drafts(
    house: House, number: int, kinds: Mapping[Spot, str], places: Mapping[Spot, Sequence[tuple[int, int, int]]]
) -> list[dict[str, Any]]:
    """Drafts as an act keeps them, numbered on from those there are; what was proposed before is left out."""
    known = known_spots(house, number)
    first = max((each.n for each in review_queries.drafts(house.catalog.connection, number)), default=0) + 1
    fresh = [spot for spot in places if spot not in known]
    return [
        {"n": n, "record": int(spot[0]), "kind": kinds[spot], "field": spot[1],
         "places": [list(place) for place in dict.fromkeys(places[spot])]}
        for n, spot in enumerate(fresh, first)
    ]  # fmt: skip


def _rows(house: House, number: int, places: Mapping[Spot, Sequence[tuple[int, int, int]]]) -> list[dict[str, Any]]:
    return rows_of_drafts(house, number, dict.fromkeys(places, KIND), places)


def _phrases(hidden: Hidden) -> set[Words]:
    return {phrase for _, phrase, _ in hidden.phrases if telling(phrase)}


def _parts(hidden: Hidden) -> set[Words]:
    """The parts of a person's names: people are often called by one of them alone."""
    names = [phrase for _, phrase, _ in hidden.phrases if 1 < len(phrase) <= NAME_WORDS]
    return {(word,) for name in names for word in name if len(word) >= PART_LETTERS and not word.isdigit()}


def _standing(
    version: Version, by_head: Mapping[str, Sequence[str]], hidden: Hidden
) -> Iterator[tuple[str, Words, int, int]]:
    """Where the same letters stand, from the beginning of a word to the end of one: 715-555-0142 is 7155550142 too."""
    sizes = sorted({len(head) for head in by_head})
    for field, text in fields_of(version.content):
        placed = spans(text)
        line = [word for _, _, word in placed]
        starts = list(accumulate(map(len, line), initial=0))
        joined, word_at = "".join(line), {place: at for at, place in enumerate(starts)}
        over = None
        for at, begin in enumerate(starts[:-1]):
            for letters in (each for size in sizes for each in by_head.get(joined[begin : begin + size], ())):
                after = word_at.get(begin + len(letters))
                if after is None or not joined.startswith(letters, begin):
                    continue
                over = hidden_places(version, field, text, hidden) if over is None else over
                start, end = placed[at][0], placed[after - 1][1]
                if not any(a <= start and end <= b for a, b, _ in over):
                    whole = field in ("author", "permalink") or field.startswith("link:")
                    yield (field, tuple(line), 0, -1) if whole else (field, tuple(line[at:after]), start, end)
