"""Patterns propose what has the form, and the right check digits, of something that is often withheld."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.errors import UsageError
from exports.cards import is_card
from exports.patterns import PATTERNS, found_in, is_iban, is_routing, own_pattern

SEED = 20261121


def found(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], kind) for start, end, kind in found_in(text, PATTERNS)]


@pytest.mark.parametrize(
    ("text", "hit", "kind"),
    [
        ("Call 715-555-0142 now", "715-555-0142", "phone"),
        ("Call (715) 555-0142.", "(715) 555-0142", "phone"),
        ("+1 715.555.0142", "+1 715.555.0142", "phone"),
        ("ring 555-0142 after six", "555-0142", "phone"),
        ("7155550142", "7155550142", "phone"),
        ("write to jane.doe@mail.example, please", "jane.doe@mail.example", "email"),
        ("jörg@müller.example", "jörg@müller.example", "email"),
        ("jane (at) mail (dot) example", "jane (at) mail (dot) example", "email"),
        ("SSN 219-09-9999 it is", "219-09-9999", "ssn"),
        ("card 4111 1111 1111 1111 exp", "4111 1111 1111 1111", "card"),
        ("GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32", "iban"),
        ("routing 011000015", "011000015", "routing"),
        ("my account number is 12345678.", "12345678", "account"),
        ("Acct #: 00-1234-99", "00-1234-99", "account"),
        ("I live at 1205 Oak Street, Apt 4 in town", "1205 Oak Street, Apt 4", "address"),
        ("at 407 n. grand ave.", "407 n. grand ave.", "address"),
        ("P.O. Box 412", "P.O. Box 412", "address"),
        ("N1234 County Line Road", "N1234 County Line Road", "address"),
        ("日本 715-555-0142 🎉", "715-555-0142", "phone"),
    ],
)
def test_what_has_the_form_is_proposed_and_nothing_around_it(text: str, hit: str, kind: str) -> None:
    assert found(text) == [(hit, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "219-00-9999", "000-12-3456", "4111 1111 1111 1112", "GB82 WEST 1234 5698 7654 33", "011000016",
        "The 2 of us met on Oak Street", "version 1.2.3", "2025-03-12", "It cost $1,204.50", "ordinance 17-2025", "",
    ],
)  # fmt: skip
def test_what_only_looks_so_is_not(text: str) -> None:
    assert found(text) == []


def test_check_digits_against_numbers_made_here() -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(300):
        body = [4, *(chance.randrange(10) for _ in range(14))]
        right = [digit for digit in range(10) if is_card("".join(map(str, [*body, digit])))]
        assert len(right) == 1
        total = sum(d if n % 2 else sum(divmod(2 * d, 10)) for n, d in enumerate([*body, right[0]]))
        assert total % 10 == 0
    assert is_routing("122105155") and not is_routing("122105156") and not is_routing("000000000")
    assert is_iban("DE89 3704 0044 0532 0130 00") and not is_iban("DE88 3704 0044 0532 0130 00")


@settings(derandomize=True, max_examples=150, deadline=None)
@given(text=some.text(alphabet=some.sampled_from("0123456789 -()@.aOkSt#é🎉"), max_size=80))
def test_places_lie_in_the_text_in_order_and_apart(text: str) -> None:
    last = 0
    for start, end, _ in found_in(text, PATTERNS):
        assert last <= start < end <= len(text)
        last = end


def test_a_pattern_of_ones_own() -> None:
    own = own_pattern(r"permit=\bP-\d{6}\b")
    assert [*found_in("see P-123456", [own])] == [(4, 12, "permit")]
    for wrong in (
        "permit",
        "=x",
        "phone=x",
        "permit=(",
        r"permit=(?=x)",
        r"permit=(a)\1",
        "permit=x*",
        "p=" + "x" * 2000,
    ):
        with pytest.raises(UsageError):
            own_pattern(wrong)


def test_a_pattern_that_is_slow_elsewhere_is_not_here() -> None:
    own = own_pattern("bad=(a+)+$")
    assert [*found_in("a" * 50_000 + "b", [own])] == []
