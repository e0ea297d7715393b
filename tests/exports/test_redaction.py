"""Redaction on the data: what is hidden is gone, wherever it stands in the record."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.errors import UsageError
from custody.ids import AccountId, RecordNumber, RequestNumber, RunNumber
from custody.record import Content, Kind, Record, Version
from custody.request import Redaction
from exports.redaction import hidden_of, merged, passage, whole_or_nothing
from exports.response import plain

PLACES = some.integers(0, 60)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def record(*texts: str) -> Record:
    versions = tuple(
        Version(n=n, captured_at=NOW, as_of=NOW, run=RunNumber(1), digest="00", content=content(text))
        for n, text in enumerate(texts, 1)
    )
    return Record(number=RecordNumber(1), account=AccountId(1), platform="x", series="S", versions=versions)


def content(text: str) -> Content:
    return Content(platform="x", object_id="1", kind=Kind.POST, text=text)


def redaction(start: int, end: int, code: str = "WI-BAL", version: int = 1) -> Redaction:
    return Redaction(
        request=RequestNumber(1), record=RecordNumber(1), version=version, field="text", start=start, end=end, code=code
    )


def test_the_mark_is_the_same_whatever_it_hides() -> None:
    marks = set()
    for hidden in ("a", "a long secret", "日本語" * 100):
        found = hidden_of(record(f"x {hidden} y"), [redaction(2, 2 + len(hidden))])
        marks.add(plain(passage(f"x {hidden} y", found.spans[(1, "text")], ())))
    assert marks == {"x [withheld: WI-BAL] y"}


def test_hidden_words_are_hidden_in_other_texts_whatever_their_accents_and_capitals() -> None:
    found = hidden_of(record("José called"), [redaction(0, 4)])
    assert plain(passage("Why JOSE? josé!", (), found.phrases)) == "Why [withheld: WI-BAL]? [withheld: WI-BAL]!"
    assert plain(passage("Joseph stays", (), found.phrases)) == "Joseph stays"


def test_an_address_that_carries_a_hidden_word_goes_whole() -> None:
    found = hidden_of(record("river_resident wrote"), [redaction(0, 14)])
    assert plain(whole_or_nothing("https://x.example/river_resident/1", found.phrases)) == "[withheld: WI-BAL]"
    assert plain(whole_or_nothing("https://x.example/other", found.phrases)) == "https://x.example/other"


def test_a_span_beyond_the_text_is_refused() -> None:
    with pytest.raises(UsageError, match="reaches beyond"):
        hidden_of(record("short"), [redaction(0, 99)])
    with pytest.raises(UsageError, match="version 7 has no text"):
        hidden_of(record("short"), [redaction(0, 1, version=7)])


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    text=some.text(max_size=60), places=some.lists(some.tuples(some.integers(0, 60), some.integers(0, 60)), max_size=6)
)
def test_no_hidden_character_survives_and_no_other_is_lost(text: str, places: list[tuple[int, int]]) -> None:
    spans = [(min(a, b, len(text)), min(max(a, b), len(text)), "C") for a, b in places]
    hidden = {place for start, end, _ in spans for place in range(start, end)}
    shown = "".join(piece.text for piece in passage(text, spans, ()) if not piece.code)
    assert shown == "".join(character for place, character in enumerate(text) if place not in hidden)


def test_spans_that_overlap_or_touch_become_one() -> None:
    assert merged([(5, 8, "B"), (0, 3, "A"), (3, 6, "A")]) == ((0, 8, "A"),)
