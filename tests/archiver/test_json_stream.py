"""Splitting JSON arrays: the same elements as the standard parser finds, whatever the chunks, whatever is broken."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from archiver import json_stream
from archiver.json_stream import decode, elements
from custody.errors import InputError

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | some.text(max_size=30),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(items=some.lists(VALUES, max_size=8), chunk=some.integers(1, 40), indent=some.sampled_from([None, 2]))
def test_the_elements_are_those_of_the_standard_parser(items: list[Any], chunk: int, indent: int | None) -> None:
    data = b"window.YTD.x.part0 = " + json.dumps(items, indent=indent).encode() + b"\n"
    before, json_stream._CHUNK = json_stream._CHUNK, chunk
    try:
        found = list(elements(io.BytesIO(data)))
    finally:
        json_stream._CHUNK = before
    assert [json.loads(element.raw or b"") for element in found] == items
    assert all(data[e.offset : e.offset + e.length] == e.raw for e in found)


def test_arrays_under_keys_are_named() -> None:
    data = b'{"x": 1, "comments_v2": [{"a": 1}, {"b": 2}], "other": ["z"], "deep": {"q": [9]}}'
    assert [(e.key, e.raw) for e in elements(io.BytesIO(data))] == [
        ("comments_v2", b'{"a": 1}'),
        ("comments_v2", b'{"b": 2}'),
        ("other", b'"z"'),
    ]


def test_a_cut_file_gives_what_is_whole_and_marks_what_is_not() -> None:
    found = list(elements(io.BytesIO(b'[{"a":1},{"b":')))
    assert [(e.raw, e.cut) for e in found] == [(b'{"a":1}', False), (b'{"b":', True)]
    with pytest.raises(InputError, match="ends in the middle"):
        decode(found[1])


def test_one_broken_element_costs_that_element_only() -> None:
    good, bad, last = elements(io.BytesIO(b'[{"a":1},{"b" 2},{"c":3}]'))
    assert decode(good) == {"a": 1} and decode(last) == {"c": 3}
    with pytest.raises(InputError, match="not readable as JSON"):
        decode(bad)


def test_nesting_beyond_sixty_four_levels_is_refused() -> None:
    (element,) = elements(io.BytesIO(b"[" + b"[" * 65 + b"]" * 65 + b"]"))
    assert element.depth == 65
    with pytest.raises(InputError, match="64 levels"):
        decode(element)


def test_an_element_of_a_hundred_megabytes_is_measured_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "LARGEST", 1_000_000)
    data = b'["' + b"x" * 5_000_000 + b'", {"a": 1}]'
    large, small = elements(io.BytesIO(data))
    assert large.raw is None and large.length >= 5_000_000
    assert decode(small) == {"a": 1}
    with pytest.raises(InputError, match="larger than"):
        decode(large)
