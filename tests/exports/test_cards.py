"""Every true card shape is found, and the long numbers of platforms are not taken for cards."""

import random
import re
from pathlib import Path

import pytest

from exports.cards import ISSUERS, cards_in, is_card

SEED = 20261121

PUBLISHED = (
    "4111111111111111", "4012888888881881", "4222222222222", "4242424242424242", "4000056655665556", "4917610000000000",
    "5555555555554444", "5105105105105100", "5200828282828210", "2223003122003222", "378282246310005",
    "371449635398431", "378734493671000", "6011111111111117", "6011000990139424", "6011981111111113",
    "3056930009020004", "36227206271667", "30569309025904", "38520000023237", "3566002020360505", "3530111333300000",
    "6200000000000005", "6205500000000000004", "6304000000000000", "6759649826438453", "6771798025000004",
    "6703444444444449", "5019717010103742", "6062828888666688", "5066991111111118",
)  # fmt: skip
"""Numbers that card companies and payment companies publish for tests."""

IDS = (
    "1947301846201847385", "1382350606417817604", "1029384756102938475", "7234567890123456789", "7106594312292453675",
    "10158392847561029", "122098765432109876", "112233445566778899",
)  # fmt: skip
"""Of the forms of X, TikTok, LinkedIn, Facebook and Mastodon."""


def luhn(digits: str) -> bool:
    """The check digit as ISO/IEC 7812-1 says it, written here another way."""
    table = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    return sum(table[int(d)] if n % 2 else int(d) for n, d in enumerate(reversed(digits))) % 10 == 0


def old_is_card(digits: str) -> bool:
    """What counted before: the check digit and 13 to 19 digits."""
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn(digits)


def with_check_digit(body: str) -> str:
    return next(body + digit for digit in "0123456789" if luhn(body + digit))


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_test_numbers_are_found_however_they_are_written(number: str) -> None:
    assert luhn(number) and is_card(number)
    groups = [number[n : n + 4] for n in range(0, len(number), 4)]
    for written in (number, " ".join(groups), "-".join(groups), ".".join(groups), "\u00a0".join(groups)):
        assert [f"my card {written}, thanks"[a:b] for a, b in cards_in(f"my card {written}, thanks")] == [written]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert list(cards_in(wrong)) == []


@pytest.mark.parametrize("row", ISSUERS, ids=lambda row: f"{row[0]} {row[1]}")
def test_every_length_of_every_issuer_is_found_and_others_are_not_its(
    row: tuple[str, str, str, tuple[int, ...]],
) -> None:
    chance = random.Random(f"{SEED} {row}")
    print(f"seed {SEED}")
    for first in {row[1], row[2]}:
        for length in row[3]:
            body = first + "".join(chance.choices("0123456789", k=length - len(first) - 1))
            assert is_card(with_check_digit(body))


@pytest.mark.parametrize("number", IDS)
def test_ids_of_platforms_are_no_cards_even_with_the_right_last_digit(number: str) -> None:
    assert not is_card(with_check_digit(number[:-1]))


def test_a_card_is_not_hidden_by_the_numbers_around_it() -> None:
    card = "4111 1111 1111 1111"
    for text in (f"1234 {card}", f"{card} 12 25 123", f"call 715-555-0142 {card}", f"{card} {card}"):
        covered = "".join(text[start:end] for start, end in cards_in(text))
        assert covered.count("1111 1111 1111") == text.count("1111 1111 1111"), text


def test_real_ids_of_platforms_raise_few_false_alarms(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids: set[str] = set()
    for path in sorted(shared.rglob("*.json*")):
        if path.stat().st_size < 20_000_000:
            ids |= set(re.findall(r"(?<![\w.])[0-9]{13,19}(?![\w.])", path.read_text("utf-8", errors="replace")))
    before, after = sum(map(old_is_card, ids)), sum(map(is_card, ids))
    snowflakes = [each for each in ids if len(each) == 19 and each[0] == "1"]
    with capsys.disabled():
        print(f"\n{len(ids):,} long numbers of platforms: {before:,} false alarms before, {after:,} now")
    assert len(ids) > 100 and not any(map(is_card, snowflakes))
    assert after * 3 < before
