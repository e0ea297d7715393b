"""The fast way to read a line reads what the careful way reads, or leaves the line to it."""

import json
import random
from typing import Any

import rfc8785

from archiver.at_once import content_at_once
from archiver.lenient_json import decode_leniently
from archiver.normalized import content_bytes, content_data, content_of
from custody.errors import InputError
from custody.record import Author, Content, Media

SEED, LINES = 20261121, 4_000
TEXTS = ("", "plain", 'snow\\ "plow": 6', '":', 'a \\":b', "ünï", "😀", "null", "\u2028", "0", "a\nb")
TIMES = ("2025-03-01T12:00:00Z", "2025-03-01T12:00:00+05:30", "2025-03-01T12:00:00", "yesterday", None, "")
VALUES: dict[str, tuple[Any, ...]] = {
    "platform": ("facebook", "x", "", 4),
    "kind": ("post", "comment", "nothing"),
    "created_at": TIMES,
    "edited_at": TIMES,
    "removed_at": TIMES,
    "visibility": ("public", "hidden", "loud"),
    "state": ("live", "deleted", "gone"),
    "id_origin": ("native", "derived"),
    "links": ([], ["https://maple-falls.example/"], "no list", [1]),
    "tags": (["news"], [None]),
    "flags": (["x"], []),
    "repairs": (["mojibake"],),
    "metrics": ({}, {"likes": "3"}, {"likes": 3}),
    "extra": ({}, {"a": {"b": [1, 2, {"c": None}]}}, {"n": 0.5}, {'k":': '":'}, {"n": 10**30}, []),
    "author": ({}, {"name": "Ann"}, {"name": "Ann", "handle": "ann", "id": "1", "url": "u"}, {"verified": True}, None),
    "media": ([], [{"uri": "a.jpg"}], [{"uri": "a.jpg", "alt": "a", "size": 3}, {"uri": "b"}], [{"kind": "image"}]),
    "unheard_of": (1, {"a": 1}),
}


def drawn(chance: random.Random) -> bytes:
    names = [name for name in Content.__dataclass_fields__ if chance.random() < 0.4]
    line = {"platform": "facebook", "object_id": f"p{chance.randrange(99)}", "kind": "post"}
    for name in [*names, *(["unheard_of"] if chance.random() < 0.05 else [])]:
        usual = chance.random() < 0.9
        values = VALUES.get(name, TEXTS)
        line[name] = values[0] if usual else chance.choice(values)
    items = list(line.items())
    chance.shuffle(items)
    said = [f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=chance.random() < 0.2)}" for key, value in items]
    if chance.random() < 0.05:
        said.append(chance.choice(said))
    return ("{" + ("," if chance.random() < 0.5 else " , ").join(said) + "}").encode()


def carefully(line: bytes) -> Content | None:
    value, _ = decode_leniently(line)
    assert isinstance(value, dict)
    try:
        return content_of(value)
    except InputError:
        return None


def test_what_is_read_at_once_is_what_is_read_with_care() -> None:
    chance, at_once = random.Random(SEED), 0
    for number in range(LINES):
        line = drawn(chance)
        found = content_at_once(line)
        if found is not None:
            at_once += 1
            (fast, normal), careful = found, carefully(line)
            assert fast == careful and normal == content_bytes(careful), f"seed {SEED}, {number}: {line!r}"
            assert normal == content_bytes(fast)
            assert (type(fast), type(fast.author)) == (Content, Author), "no stand-in may go further"
            assert all(type(each) is Media for each in fast.media)
    print(f"{at_once} of {LINES} lines at once, seed {SEED}")
    assert LINES // 4 < at_once < LINES


def test_a_key_given_twice_is_left_to_the_careful_way() -> None:
    line = b'{"platform":"x","object_id":"1","kind":"post","text":"a"%b}'
    assert content_at_once(line % b"") is not None
    for again in (
        b',"text":"b"',
        b',"author":{"name":"a","name":"b"}',
        b',"media":[{"uri":"a","uri":"b"}]',
        b',"extra":{"a":{"b":1,"b":2}}',
        b',"metrics":{"likes":"1","likes":"2"}',
        b',"text" :"b"',
        b',"text"\t :"b"',
        b',"extra":{"b":1,"b" : 2}',
        rb',"text":"a\u003a"',  # as many colons as there are in what is made of it
        rb',"text":"a\u003A"',
        b',"created_at":"2025-03-01T12:00:00+0530","text":"b"',
    ):
        assert content_at_once(line % again) is None, again


def test_what_the_schema_does_not_know_is_left_to_the_careful_way() -> None:
    line = b'{"platform":"x","object_id":"1","kind":"post"%b}'
    for odd in (b',"colour":"red"', b',"author":{"verified":true}', b',"media":[{"uri":"a","width":3}]'):
        assert content_at_once(line % odd) is None, odd
    nothing = content_at_once(line % b"")
    assert nothing is not None and nothing[0] == Content(platform="x", object_id="1", kind=nothing[0].kind)


def test_content_is_written_in_the_order_of_canonical_json() -> None:
    for kind in (Content, Author, Media):
        names = list(kind.__dataclass_fields__)
        assert names == sorted(names), f"{kind.__name__}: its fields are written to JSON in this order"
    content = content_of(
        {
            "platform": "x",
            "object_id": "1",
            "kind": "post",
            "text": "ü",
            "extra": {"b": {"d": 1, "c": [2]}, "a": "\u2028"},
            "metrics": {"z": "1", "a": "2"},
            "media": [{"uri": "b", "alt": "c"}],
            "author": {"name": "Ann"},
        }
    )
    assert content_bytes(content) == rfc8785.dumps(content_data(content))
