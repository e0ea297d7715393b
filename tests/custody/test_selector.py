"""Selectors as the law of finding: what each clause means, and how clauses are kept as data."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.errors import UsageError
from custody.ids import AccountId, RecordNumber, RunNumber
from custody.record import Author, Content, Kind, Media, Record, State, Version
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
    Selector,
    from_data,
    to_data,
)

HANDLES = {1: "mfparks", 2: "mfpolice"}
NOON = datetime(2025, 3, 1, 5, 30, tzinfo=UTC)  # still 28 February, 23:30, in Chicago


def record(*texts: str, **fields: Any) -> Record:
    contents = [
        Content(platform="mastodon", object_id="1", kind=Kind.POST, text=text, **fields)
        for text in texts or ("Snow plow",)
    ]
    versions = tuple(
        Version(n=n, captured_at=NOON, as_of=NOON, run=RunNumber(1), digest="", content=content)
        for n, content in enumerate(contents, 1)
    )
    return Record(number=RecordNumber(1), account=AccountId(1), platform="mastodon", series="MUN-7", versions=versions)


def finds(clause: Clause, one: Record) -> bool:
    return Selector(clause=clause).matches(one, HANDLES)


def test_words_phrases_and_beginnings() -> None:
    one = record("The snow plow came to Main Street")
    assert finds(Everything(), one)
    assert finds(Phrase(("snow", "plow")), one)
    assert not finds(Phrase(("plow", "snow")), one)
    assert finds(Prefix("stre"), one)
    assert not finds(Prefix("reet"), one)
    assert not finds(Prefix(""), one)
    assert not finds(Phrase(()), one)


def test_a_text_that_was_edited_away_is_still_found() -> None:
    one = record("Pool closed", "Pool open")
    assert finds(Both((Phrase(("closed",)), Phrase(("open",)))), one)
    assert not finds(Phrase(("closed", "pool")), one)


def test_a_phrase_never_runs_from_one_part_into_the_next() -> None:
    one = record("plow", title="snow")
    assert not finds(Phrase(("snow", "plow")), one)
    assert finds(Phrase(("snow",)), one)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("account", "mfparks", True),
        ("account", "mfpolice", False),
        ("account", "@MFParks", True),
        ("account", "", False),
        ("platform", "Mastodon", True),
        ("series", "mun-7", True),
        ("kind", "post", True),
        ("kind", "comment", False),
        ("state", "hidden", True),
        ("author", "jane doe", True),
        ("author", "jane", False),
        ("author", "janedoe", True),
        ("tag", "snowday", True),
        ("tag", "", False),
        ("author", "", False),
        ("has", "media", True),
        ("has", "text", False),
    ],
)
def test_fields_are_compared_whole(name: str, value: str, expected: bool) -> None:
    one = record(
        author=Author(name="Jane Doe", handle="@JaneDoe"),
        tags=("#SnowDay", "!!"),
        media=(Media(uri="a.jpg"),),
        state=State.HIDDEN,
    )
    assert finds(Is(name, value), one) is expected


def test_an_unknown_field_is_an_error_and_not_nothing() -> None:
    with pytest.raises(UsageError, match="colour"):
        finds(Is("colour", "red"), record())


def test_days_are_the_citys_days_and_both_ends_are_included() -> None:
    one = record(created_at=NOON)
    assert finds(Posted(date(2025, 2, 28), date(2025, 2, 28)), one)
    assert not finds(Posted(date(2025, 3, 1), None), one)
    assert finds(Posted(date(2025, 3, 1), None, "UTC"), one)
    assert finds(Posted(None, date(1900, 1, 1)), record(created_at=datetime(1, 1, 1, tzinfo=UTC)))
    assert finds(Posted(None, None), one)
    assert not finds(Posted(None, None), record())


def test_not_and_or_and_empty_lists() -> None:
    one = record()
    assert finds(Neither(Phrase(("ice",))), one)
    assert finds(Either((Phrase(("ice",)), Phrase(("snow",)))), one)
    assert finds(Both(()), one)
    assert not finds(Either(()), one)


words = st.lists(st.sampled_from(["snow", "plow", "日", "é", "don"]), min_size=1, max_size=3)
days = st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))
leaves: st.SearchStrategy[Clause] = st.one_of(
    st.just(Everything()),
    st.builds(lambda found: Phrase(tuple("e" if word == "é" else word for word in found)), words),
    st.builds(Prefix, st.sampled_from(["sno", "7"])),
    st.builds(Is, st.sampled_from(FIELDS), st.text(max_size=5)),
    st.builds(Posted, days, days),
)
clauses = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Both, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Neither, inner),
    ),
    max_leaves=8,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(clauses)
def test_a_clause_comes_back_from_its_data(clause: Clause) -> None:
    assert from_data(json.loads(json.dumps(to_data(clause)))) == clause


def test_words_kept_in_an_older_folding_are_folded_again() -> None:
    assert from_data({"is": "phrase", "words": ["Café", "Ole"]}) == Phrase(("cafe", "ole"))
    assert from_data({"is": "prefix", "start": "SNO"}) == Prefix("sno")


def deep(levels: int) -> dict[str, Any]:
    data: dict[str, Any] = {"is": "everything"}
    for _ in range(levels):
        data = {"is": "neither", "part": data}
    return data


@pytest.mark.parametrize(
    "data",
    [
        {},
        None,
        [],
        "everything",
        {"is": "phrase", "words": []},
        {"is": "phrase", "words": "snow"},
        {"is": "phrase", "words": [1]},
        {"is": "phrase", "words": ["!!"]},
        {"is": "prefix", "start": ""},
        {"is": "prefix", "start": "two words"},
        {"is": "field", "field": "colour", "value": "red"},
        {"is": "field", "field": "kind", "value": 3},
        {"is": "posted", "since": "soon", "until": "", "zone": "UTC"},
        {"is": "posted", "since": "", "until": "", "zone": "Mars/Base"},
        {"is": "posted", "since": "", "until": "", "zone": "../etc"},
        {"is": "both", "parts": 3},
        {"is": "either", "parts": [{"is": "what"}]},
        {"is": "neither"},
        deep(5000),
    ],
)
def test_data_that_is_no_clause_is_refused(data: Any) -> None:
    with pytest.raises(UsageError) as refusal:
        from_data(data)
    assert refusal.value.hint
