"""Numbers of payment cards: the right check digit, the first digits of an issuer, and a length that this issuer uses.

The long numbers of platforms (a post's, an account's) pass the check digit one time in ten; few begin like a card and
are as long as one. Where ranges and lengths are said differently by different sources, the wider one stands here: what
is proposed in vain costs a look, what is missed goes out.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

_FROM_16 = range(16, 20)

ISSUERS: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("Visa", "4", "4", (13, 16, 18, 19)),
    ("Mastercard", "51", "55", (16,)),
    ("Mastercard", "2221", "2720", (16,)),
    ("American Express", "34", "34", (15,)),
    ("American Express", "37", "37", (15,)),
    ("Discover", "6011", "6011", (*_FROM_16,)),
    ("Discover", "644", "649", (*_FROM_16,)),
    ("Discover and RuPay", "65", "65", (*_FROM_16,)),
    ("Diners Club", "300", "305", (*range(14, 20),)),
    ("Diners Club", "309", "309", (*range(14, 20),)),
    ("Diners Club", "36", "36", (*range(14, 20),)),
    ("Diners Club", "38", "39", (*range(14, 20),)),
    ("enRoute", "2014", "2014", (15,)),
    ("enRoute", "2149", "2149", (15,)),
    ("JCB", "3528", "3589", (*_FROM_16,)),
    ("JCB", "1800", "1800", (15,)),
    ("JCB", "2131", "2131", (15,)),
    ("UnionPay", "62", "62", (*_FROM_16,)),
    ("UnionPay and RuPay", "81", "82", (*_FROM_16,)),
    ("UATP", "1", "1", (15,)),
    ("Mir and Borica", "2200", "2205", (*_FROM_16,)),
    ("Maestro, Elo, Verve, RuPay, benefit cards", "50", "50", (*range(13, 20),)),
    ("Maestro and Bankcard", "56", "59", (*range(13, 20),)),
    ("Maestro, Laser, Solo, InstaPayment", "63", "63", (*range(13, 20),)),
    ("Maestro, Laser, Solo", "67", "67", (*range(13, 20),)),
    ("RuPay, Hipercard, store cards", "60", "60", (13, *_FROM_16)),
    ("Hipercard", "3841", "3841", (13, 16, 19)),
    ("RuPay", "353", "353", (16,)),
    ("RuPay and LankaPay", "356", "357", (16,)),
    ("Uzcard and Humo", "8600", "8600", (16,)),
    ("Humo", "9860", "9860", (16,)),
    ("Troy", "9792", "9792", (16,)),
    ("Napas", "9704", "9704", (16, 19)),
    ("GPN", "1946", "1946", (16,)),
)
"""Issuer, first and last of the first digits, lengths: as issuers and payment companies publish them."""

_RUN = re.compile(r"(?<![\w])[0-9](?:[ .\u00a0\u2007\u2009\u202f\u2010-\u2015-]{0,2}[0-9]){12,}(?![\w])")
_GROUP = re.compile("[0-9]+")


def is_card(text: str) -> bool:
    """Whether the digits of a text are a payment card's number: check digit (Luhn, ISO/IEC 7812-1), issuer, length."""
    digits = "".join(character for character in text if "0" <= character <= "9")
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and _has_issuer(digits) and _is_checked(digits)


def cards_in(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand in a text. A number before or behind one, or two in a row, do not hide it: every whole
    group of digits may begin or end one; where two such overlap, all of both is proposed."""
    for run in _RUN.finditer(text):
        groups = [(run.start() + each.start(), run.start() + each.end()) for each in _GROUP.finditer(run.group())]
        before = [0, *accumulate(end - start for start, end in groups)]
        last = (-1, -1)
        for first in range(len(groups)):
            for behind in range(first, len(groups)):
                count = before[behind + 1] - before[first]
                if count > 19:
                    break
                start, end = groups[first][0], groups[behind][1]
                if count >= 13 and is_card(text[start:end]):
                    if start < last[1]:
                        last = (last[0], max(end, last[1]))
                    else:
                        yield from [last] * (last[1] > 0)
                        last = (start, end)
        yield from [last] * (last[1] > 0)


def _has_issuer(digits: str) -> bool:
    return any(
        first <= digits[: len(first)] <= final and len(digits) in lengths for _, first, final, lengths in ISSUERS
    )


def _is_checked(digits: str) -> bool:
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(map(int, digits[::-2])) + sum(each - 9 if each > 9 else each for each in doubled)) % 10 == 0
