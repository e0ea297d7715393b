"""Splitting JSON arrays: the same elements as the standard parser finds, whatever the chunks, whatever is broken."""

import io
import json
import tracemalloc
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from archiver import json_stream
from archiver.json_stream import Element, begins_as_json, decode, decode_flagged, elements
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
    assert element.too_deep
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


def test_an_element_that_runs_on_ends_where_the_next_like_it_begins() -> None:
    data = b'[{"t":1},{"t":2, "say": "a " ] b"},{"t":3,"u":[{"t":0}]},{"t":[4},{"t":5}]'
    found = list(elements(io.BytesIO(data)))
    assert [e.raw for e in found] == [
        b'{"t":1}',
        b'{"t":2, "say": "a " ] b"}',
        b'{"t":3,"u":[{"t":0}]}',
        b'{"t":[4}',
        b'{"t":5}',
    ]
    assert [e.cut for e in found] == [False] * 5


def test_a_list_that_seems_to_end_too_early_goes_on() -> None:
    data = b'window.x = [{"t":1},{"t":"a" } ] lost"},{"t":3}];\n'
    assert [e.raw for e in elements(io.BytesIO(data))][-1] == b'{"t":3}'
    assert [e.raw for e in elements(io.BytesIO(b'[{"t":1}] what is this'))] == [b'{"t":1}', b"what is this"]


def test_parts_written_one_after_another_are_all_read() -> None:
    data = b"window.YTD.tweets.part0 = [1];\nwindow.YTD.tweets.part1 = [2, 3]\n[4]\xef"
    assert [e.raw for e in elements(io.BytesIO(data[:-1]))] == [b"1", b"2", b"3", b"4"]


def test_arrays_deeper_down_are_found_when_asked_for() -> None:
    data = b'{"dmConversation": {"id": "1", "messages": [{"a": 1}, {"b": [2]}]}}'
    assert list(elements(io.BytesIO(data))) == []
    assert [(e.key, e.raw) for e in elements(io.BytesIO(data), 3)] == [
        ("messages", b'{"a": 1}'),
        ("messages", b'{"b": [2]}'),
    ]


class _Stream(io.RawIOBase):
    """A start, a unit many times over, and an end, made as they are read."""

    def __init__(self, start: bytes, unit: bytes, times: int, end: bytes) -> None:
        self.start, self.unit, self.left, self.end = start, unit, times, end

    def read(self, size: int = -1) -> bytes:
        if self.start or not self.left:
            out, self.start, self.end = self.start or self.end, b"", b"" if not self.start else self.end
            return out
        times = min(self.left, max(1, size // len(self.unit)))
        self.left -= times
        return self.unit * times


@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [
        (b'[{"t":1},"', b"x" * 1000, b'", {"t":2}]'),
        (b'[{"t":1},{"t": "', b"\\n" * 500, b'"}, {"t":2}]'),
        (b'[{"t":1},{"t": ]', b"text, and [ more }, " * 50, b',{"t":2}]'),
        (b'[{"t":1},', b"[" * 1000, b',{"t":2}]'),
    ],
)
def test_memory_stays_flat_whatever_one_element_is(
    monkeypatch: pytest.MonkeyPatch, start: bytes, unit: bytes, end: bytes
) -> None:
    monkeypatch.setattr(json_stream, "LARGEST", 1_000_000)
    stream = _Stream(start, unit, 20_000, end)
    tracemalloc.start()
    found = list(elements(cast(BinaryIO, stream)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
    assert found[0].raw == b'{"t":1}' and found[-1].raw == b'{"t":2}'
    assert found[1].raw is None and found[1].length > 19_000_000


@settings(derandomize=True, max_examples=120, deadline=None)
@given(
    items=some.lists(some.dictionaries(some.sampled_from("tuv"), VALUES, min_size=1), min_size=1, max_size=6),
    place=some.integers(0, 400),
    mark=some.sampled_from([b"", b'"', b"{", b"}", b"[", b"]", b",", b"\\"]),
    chunk=some.integers(1, 40),
)
def test_whatever_is_broken_no_byte_is_lost(items: list[Any], place: int, mark: bytes, chunk: int) -> None:
    data = b"window.x = " + json.dumps(items).encode()
    place = 12 + place % (len(data) - 12)
    data = data[:place] + mark + data[place + 1 :]
    before, json_stream._CHUNK = json_stream._CHUNK, chunk
    try:
        found = list(elements(io.BytesIO(data)))
    finally:
        json_stream._CHUNK = before
    end = 12
    for element in found:
        assert set(data[end : element.offset]) <= set(b" ,][}{;")
        assert element.raw == data[element.offset : element.offset + element.length]
        end = element.offset + element.length
    assert set(data[end:]) <= set(b" ,][}{;")


@pytest.mark.parametrize(
    ("raw", "value", "flags"),
    [
        (rb'"a \ud83d b"', "a \ufffd b", ("lone-surrogate",)),
        (rb'"a \u0000 b"', "a \ufffd b", ("nul",)),
        (b'"caf\xe9"', "caf\ufffd", ("invalid-utf-8",)),
        (b"NaN", "NaN", ("not-a-number",)),
        (b'"\xf0\x9f\x8e\x89"', "\U0001f389", ()),
    ],
)
def test_awkward_text_is_read_and_flagged(raw: bytes, value: str, flags: tuple[str, ...]) -> None:
    element = Element(key="", index=0, offset=0, length=len(raw), raw=raw)
    assert decode_flagged(element) == (value, flags)


def test_what_cannot_be_a_list_is_told_by_its_beginning() -> None:
    for start in (b"[", b" \n{", b"\xef\xbb\xbf[ ]", b"window.YTD.tweets.part0 = [ ]", b"window.__THAR_CONFIG = {"):
        assert begins_as_json(start)
    for start in (b"", b"<html>[", b"window.YTD.tweets.part0 = ", b"\x89PNG", b"Sign in ["):
        assert not begins_as_json(start)
