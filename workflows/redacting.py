"""Withholding parts of pictures, and one person everywhere in a request. Redacting words is in `requesting`.

A person is withheld by name and handles at once: in texts, titles, descriptions, authors, mentions and addresses, in
every version. It can be taken back at once. What a picture shows nobody looks for: that is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archiver.catalog import queries
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber, RequestNumber, label_of
from custody.record import Version
from custody.request import Mark, Redaction
from custody.words import spans, words
from exports.pictures import redrawn
from exports.redaction import Hidden, fields_of, hidden_of, hidden_places
from workflows.drafting import acts_of_redactions
from workflows.house import House
from workflows.repeats import (
    PART_LETTERS,
    Spot,
    places_of,
    redactions_by_record,
    repeats_of,
    rows_of_drafts,
    shown_numbers,
)
from workflows.request_life import refuse_settled
from workflows.requesting import known_code, request_of, row_of
from workflows.reviewing import decisions_of, refuse_strange

_IN_ADDRESS = 4
"""Letters a name must have to be looked for inside an address, where words run together."""

Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """What withholding a person does or would do: places by field, records, and drafts for parts of the name."""

    origin: str
    places: dict[str, int]
    records: tuple[RecordNumber, ...]
    drafts: int
    pictures: int

    @property
    def count(self) -> int:
        """How many places in all."""
        return sum(self.places.values())


def blacken(
    house: House, number: int, record: RecordNumber, field: str, region: str, code: str, text: str
) -> list[Redaction]:
    """Withhold a part of a picture (`field` media:N, `region` x,y,width,height), in every version that shows it.

    Raises UsageError when it is no picture or the region lies outside of it: it is tried out before it is kept.
    """
    refuse_settled(house, number)
    there = decisions_of(house, number)
    refuse_strange(number, [record], there)
    known_code(house, code, text)
    kept = house.shelf.record(record)
    name, _, place = field.partition(":")
    media = kept.current.media
    if name != "media" or not place.isdigit() or int(place) >= len(media):
        raise UsageError(f"{label_of(record)} has no picture {field!r}.", "Pictures are media:0, media:1 and so on.")
    sha256 = media[int(place)].sha256
    if not sha256:
        raise UnavailableError(f"The picture {field} of {label_of(record)} was not contained in the download.")
    redrawn(house.vault.media(sha256), [region])
    taken = queries.redactions(house.catalog.connection, number)
    first = max((n for n, each in taken if each.record == record), default=0) + 1
    made = [
        Redaction(
            request=RequestNumber(number),
            record=record,
            version=version.n,
            field=f"media:{n}",
            start=0,
            end=-1,
            code=code,
            note=text,
            region=region,
        )
        for version in kept.versions
        for n, each in enumerate(version.content.media)
        if each.sha256 == sha256
    ]
    before = [each for _, each in taken]
    made = [part for part in made if part not in [replace(each, origin="") for each in before]]
    if not made:
        raise UsageError(
            f"That is black already in {field} of {label_of(record)}, for the same reason.",
            f"Nothing was changed. `ofrecord request records {number} {label_of(record)}` shows what is withheld.",
        )
    rows = [row_of(part, n) for n, part in enumerate(made, first)]
    house.journal.write(*acts_of_redactions(house, number, rows, code, "picture"))
    return made


def withhold_person(
    house: House, number: int, name: str, handles: Sequence[str], code: str, text: str, dry_run: bool
) -> Person:
    """Withhold one person in all that would go out. Parts of the name that stand alone become drafts.

    Raises UsageError when the person stands nowhere.
    """
    refuse_settled(house, number)
    request_of(house, number)
    known_code(house, code, text)
    phrases = _phrases(name, handles)
    every = redactions_by_record(house, number)
    before = queries.acts_of(house.catalog.connection, "redaction.made-together", number)
    origin = f"person {sum(each['origin'].startswith('person') for each in before) + 1}"
    made: list[Redaction] = []
    pictures = 0
    for record in house.shelf.records(shown_numbers(house, number)):
        hidden = hidden_of(record, every.get(record.number, ()))
        found = [
            Redaction(
                request=RequestNumber(number),
                record=record.number,
                version=version.n,
                field=field,
                start=start,
                end=end,
                code=code,
                note=text,
                origin=origin,
            )
            for version in record.versions
            for field, start, end in _places(version, phrases, hidden)
        ]
        made += found
        pictures += bool(found and any(media.sha256 for media in record.current.media))
    if not made:
        raise UsageError("That person stands nowhere in what would go out.", "Check the spelling; nothing was changed.")
    drafts = _drafts(house, number, name, made)
    if not dry_run:
        _write(house, number, made, drafts, code, origin)
    places: dict[str, int] = {}
    for part in made:
        kind = part.field.partition(":")[0]
        places[kind] = places.get(kind, 0) + 1
    records = tuple(sorted({part.record for part in made}))
    return Person(origin=origin, places=places, records=records, drafts=len(drafts), pictures=pictures)


def lift_together(house: House, number: int, origin: str) -> int:
    """Take back what was withheld at once (`person 1`, `draft 3`). Records of which nothing else is withheld are
    undecided again. Returns how many places."""
    refuse_settled(house, number)
    there = decisions_of(house, number)
    every = redactions_by_record(house, number)
    gone = [part for parts in every.values() for part in parts if part.origin == origin]
    if not gone:
        known = sorted({part.origin for parts in every.values() for part in parts if part.origin})
        raise UsageError(f"Nothing is withheld as {origin!r} in request {number}.", f"There is: {', '.join(known)}.")
    numbers = sorted({part.record for part in gone})
    free = [
        int(each)
        for each in numbers
        if all(part.origin == origin for part in every[each]) and there[each].mark is Mark.REDACT
    ]
    data = {"numbers": [int(each) for each in numbers], "origin": origin}
    acts: list[tuple[str, int, dict[str, Any]]] = [("redaction.lifted-together", number, data)]
    if free:
        acts.append(("request.marked", number, {"numbers": free, "mark": "undecided", "code": "", "note": ""}))
    house.journal.write(*acts)
    return len(gone)


def _write(
    house: House, number: int, made: Sequence[Redaction], drafts: Sequence[dict[str, Any]], code: str, origin: str
) -> None:
    last: dict[int, int] = {}
    for n, each in queries.redactions(house.catalog.connection, number):
        last[each.record] = max(n, last.get(each.record, 0))
    rows = []
    for part in made:
        last[part.record] = n = last.get(part.record, 0) + 1
        rows.append(row_of(part, n))
    acts = acts_of_redactions(house, number, rows, code, origin)
    if drafts:
        numbers = sorted({each["record"] for each in drafts})
        acts.append(("redaction.drafted", number, {"numbers": numbers, "drafts": list(drafts)}))
    house.journal.write(*acts)


def _phrases(name: str, handles: Sequence[str]) -> list[Words]:
    """The ways in which a person is written, as folded words: name, last name first, in one word; each handle."""
    parts = tuple(words(name))
    found = [parts, (*parts[-1:], *parts[:-1]), ("".join(parts),)] if parts else []
    for handle in handles:
        own = tuple(words(handle))
        found += [own, ("".join(own),)]
    wanted = [phrase for phrase in dict.fromkeys(found) if any(phrase)]
    if not wanted:
        raise UsageError("Say who: a name, or --handle.", 'For example: request person 1 "Jane Doe" --handle jdoe')
    return wanted


def _places(version: Version, phrases: Sequence[Words], hidden: Hidden) -> Iterator[tuple[str, int, int]]:
    author = version.content.author
    is_author = any(_stands(phrase, text) for phrase in phrases for text in (author.name, author.handle, author.id))
    for field, text in fields_of(version.content):
        over = hidden_places(version, field, text, hidden)
        if field == "author" or field == "permalink" or field.startswith("link:"):
            meant = is_author if field == "author" else any(_in_address(phrase, text) for phrase in phrases)
            if meant and not any(a <= 0 and len(text) <= b for a, b, _ in over):
                yield field, 0, -1
            continue
        for start, end in _in_text(text, phrases):
            if not any(a <= start and end <= b for a, b, _ in over):
                yield field, start, end


def _in_text(text: str, phrases: Sequence[Words]) -> Iterator[tuple[int, int]]:
    placed = spans(text)
    line = [word for _, _, word in placed]
    last = -1
    for at in range(len(line)):
        size = max((len(each) for each in phrases if tuple(line[at : at + len(each)]) == each), default=0)
        if size and placed[at][0] >= last:
            start, last = placed[at][0], placed[at + size - 1][1]
            yield (start - 1 if start and text[start - 1] in "@#" else start), last


def _stands(phrase: Words, text: str) -> bool:
    line = words(text)
    return any(tuple(line[at : at + len(phrase)]) == phrase for at in range(len(line)))


def _in_address(phrase: Words, text: str) -> bool:
    joined = "".join(phrase)
    return _stands(phrase, text) or (len(joined) >= _IN_ADDRESS and joined in "".join(words(text)))


def _drafts(house: House, number: int, name: str, made: Sequence[Redaction]) -> list[dict[str, Any]]:
    """Drafts for the parts of a name where they stand alone, and for other words that these redactions hide."""
    parts = [(part,) for part in words(name) if len(part) >= PART_LETTERS] if len(words(name)) > 1 else []
    places = places_of(house, number, parts, shown_numbers(house, number), made) if parts else {}
    alone: dict[Spot, str] = dict.fromkeys(places, "person")
    rows = rows_of_drafts(house, number, alone, places)
    seen = {(each["record"], each["field"], str(each["places"])) for each in rows}
    more = [
        each
        for each in repeats_of(house, number, made)
        if (each["record"], each["field"], str(each["places"])) not in seen
    ]
    first = (rows or more or [{"n": 1}])[0]["n"]
    return [{**each, "n": n} for n, each in enumerate([*rows, *more], first)]


def _key(row: dict[str, Any]) -> tuple[int, str, str]:
    return row["record"], row["field"], str(row["places"])
