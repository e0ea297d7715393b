"""Pieces of text around what was looked for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from custody.selector import Both, Clause, Either, Neither, Phrase, Prefix, Selector
from search.snippet import ELLIPSIS, snippet

SNOW = Phrase(("snow",))


def cut(text: str, clause: Clause, width: int = 160) -> list[tuple[str, bool]]:
    return snippet(text, Selector(clause=clause), width)


def test_hits_are_marked_as_they_stand_in_the_text() -> None:
    assert cut("The SNOW, plows!", Either((SNOW, Prefix("plo")))) == [
        ("The ", False),
        ("SNOW", True),
        (", ", False),
        ("plows", True),
        ("!", False),
    ]


def test_a_phrase_is_one_hit_and_its_words_alone_are_none() -> None:
    assert cut("don't plow; plow snow", Phrase(("don", "t"))) == [("don't", True), (" plow; plow snow", False)]


def test_overlapping_hits_are_one() -> None:
    clause = Both((Phrase(("a", "b")), Phrase(("b", "c"))))
    assert cut("a b c", clause) == [("a b c", True)]


def test_what_was_to_be_absent_is_not_marked() -> None:
    assert cut("snow ice", Both((SNOW, Neither(Phrase(("ice",)))))) == [("snow", True), (" ice", False)]


def test_a_long_text_is_cut_between_words_around_the_first_hit() -> None:
    pieces = cut("word " * 100 + "snow " + "word " * 100, SNOW, 40)
    assert pieces[0] == (ELLIPSIS, False)
    assert pieces[-1] == (ELLIPSIS, False)
    assert ("snow", True) in pieces
    assert len("".join(piece for piece, _ in pieces)) <= 42
    assert pieces[1][0].startswith("word ")


def test_without_a_hit_the_text_begins_at_its_beginning() -> None:
    assert cut("Pool opens at noon", SNOW, 10)[0][0].startswith("Pool")
    assert cut("", SNOW) == []


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(st.sampled_from("snow caf\u00e9\u0301\u65e5 \n\U0001f44d\ud800"), max_size=120), st.integers(1, 60))
def test_joined_the_pieces_are_a_part_of_the_text(text: str, width: int) -> None:
    pieces = cut(text, Either((SNOW, Phrase(("cafe",)), Prefix("s"))), width)
    body = "".join(piece for piece, _ in pieces)
    assert body.strip(ELLIPSIS) in text
    assert len(body) <= width + 2
