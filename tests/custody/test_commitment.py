"""Commitments hold what they stand for, and give nothing away."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.commitment import (
    commitment_to_fields,
    fields_commitment,
    fields_of,
    part_commitment,
    part_keys,
    record_commitment,
)

OPENING = bytes(range(32))


def test_fixed_vectors() -> None:
    keys = part_keys(OPENING, 3)
    stream = hashlib.shake_256(OPENING).digest(96)
    assert keys == [stream[:32], stream[32:64], stream[64:]]
    text = part_commitment(keys[1], "text", b'"snow"')
    assert text == hashlib.sha256(b"ofrecord/1/part\x00" + keys[1] + b'text\x00"snow"').digest()
    fields = fields_commitment([("raw", bytes(32)), ("text", text)])
    assert fields == hashlib.sha256(b"ofrecord/1/fields\x00raw\x00" + bytes(32) + b"text\x00" + text).digest()
    kept = part_commitment(keys[0], "kept", b"where")
    assert (
        record_commitment(OPENING, b"where", fields)
        == hashlib.sha256(b"ofrecord/1/record\x00" + kept + fields).digest()
    )


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        part_commitment(bytes(size), "text", b"")
    with pytest.raises(ValueError, match="32 bytes"):
        part_keys(bytes(size), 1)
    with pytest.raises(ValueError, match="32 bytes"):
        record_commitment(bytes(size), b"", b"")
    with pytest.raises(ValueError, match="32 bytes"):
        commitment_to_fields(bytes(size), {})


def test_a_part_cannot_be_passed_off_under_another_name() -> None:
    key = bytes(32)
    made = {part_commitment(key, name, data) for name, data in (("text", b'"a"'), ("title", b'"a"'), ("tex", b't"a"'))}
    assert len(made) == 3


def test_fields_are_in_order_and_have_their_own_keys() -> None:
    parts = fields_of(OPENING, {"text": b'"a"', "author.name": b'"b"', "raw": b"c"})
    assert [name for name, _, _ in parts] == ["author.name", "raw", "text"]
    assert len({key for _, key, _ in parts} | {part_keys(OPENING, 1)[0]}) == 4
    for name, key, commitment in parts:
        assert part_commitment(key, name, {"text": b'"a"', "author.name": b'"b"', "raw": b"c"}[name]) == commitment


def test_the_same_words_under_another_opening_look_different() -> None:
    other = bytes(31) + b"\x01"
    first, second = (fields_of(opening, {"text": b'"yes"'})[0][2] for opening in (OPENING, other))
    assert first != second


@given(
    st.binary(min_size=32, max_size=32),
    st.dictionaries(st.from_regex(r"[a-z]{1,6}(\.[a-z0-9]{1,4})?", fullmatch=True), st.binary()),
)
def test_in_one_go_it_is_the_commitment_that_the_parts_prove(opening: bytes, parts: dict[str, bytes]) -> None:
    proved = fields_commitment([(name, made) for name, _, made in fields_of(opening, parts)])
    assert commitment_to_fields(opening, parts) == proved
