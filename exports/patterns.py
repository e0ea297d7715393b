"""Proposals for what might have to be withheld: telephone numbers, addresses, account numbers, by their form.

A pattern proposes, a person decides. Numbers that carry check digits are proposed only when these are right. Patterns
are RE2: the time they take grows with the text and no faster, whatever the pattern. The door of `re2`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import re2

from custody.errors import UsageError
from exports.cards import cards_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """A kind of text to propose. `group` is the part to withhold, `is_right` judges check digits; `places`
    finds it in another way than by an expression."""

    kind: str
    says: str
    expression: str = ""
    group: int = 0
    is_right: Callable[[str], bool] | None = None
    places: Callable[[str], Iterator[tuple[int, int]]] | None = None


Found = tuple[int, int, str]
"""Start, end and kind; places in characters."""


def digits_of(text: str) -> str:
    """The digits of a text, as ASCII."""
    return "".join(character for character in text if "0" <= character <= "9")


def is_iban(text: str) -> bool:
    """Whether it is an international bank account number: the remainder by 97 is 1 (ISO 13616)."""
    plain = "".join(character for character in text.upper() if character.isalnum())
    if not plain.isascii() or not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def is_routing(text: str) -> bool:
    """Whether it is a bank's routing number: weights 3, 7, 1 (ABA), and a first pair that is given out."""
    digits = [int(digit) for digit in digits_of(text)]
    if len(digits) != 9 or not any(digits):
        return False
    pair = digits[0] * 10 + digits[1]
    given_out = pair <= 12 or 21 <= pair <= 32 or 61 <= pair <= 72 or pair == 80
    return given_out and sum(weight * digit for weight, digit in zip((3, 7, 1) * 3, digits, strict=True)) % 10 == 0


def is_ssn(text: str) -> bool:
    """Whether it can be a social security number: no area 000, 666 or 900 and over, no group 00, no serial 0000."""
    digits = digits_of(text)
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


_SUFFIX = (
    "Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Court|Ct|Boulevard|Blvd|Circle|Cir|Place|Pl|Way|Terrace|Ter|"
    "Parkway|Pkwy|Highway|Hwy|Trail|Trl|Square|Sq|Alley"
)
_ADDRESS = (
    rf"(?i)\b\d{{1,6}}(?:-\d{{1,4}})? (?:(?:N|S|E|W|North|South|East|West)\.? )?(?:[\pL0-9][\pL0-9.'’-]* ){{1,4}}?"
    rf"(?:{_SUFFIX})\b\.?(?:,? (?:Apt|Apartment|Unit|Suite|Ste|No|#)\.? ?[A-Za-z0-9-]{{1,6}}\b)?"
)

PATTERNS = (
    Pattern(
        kind="phone",
        says="telephone number",
        expression=r"(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[ .-]?)[2-9]\d{2}[ .-]?\d{4}\b"
        r"|\b[2-9]\d{2}[.-]\d{4}\b",
    ),
    Pattern(
        kind="email",
        says="e-mail address",
        expression=r"(?i)[\pL0-9._%+-]+(?:@| ?[\[(]at[\])] ?)[\pL0-9-]+(?:(?:\.| ?[\[(]dot[\])] ?)[\pL0-9-]+)+",
    ),
    Pattern(
        kind="ssn",
        says="social security number",
        expression=r"\b\d{3}([ .–-])\d{2}[ .–-]\d{4}\b",
        is_right=is_ssn,
    ),
    Pattern(
        kind="card",
        says="payment card number: check digit, issuer and length right",
        places=cards_in,
    ),
    Pattern(
        kind="iban",
        says="international bank account number, check digits right",
        expression=r"(?i)\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
        is_right=is_iban,
    ),
    Pattern(
        kind="routing",
        says="bank routing number, check digit right",
        expression=r"\b\d{4}[ -]?\d{4}[ -]?\d\b",
        is_right=is_routing,
    ),
    Pattern(
        kind="account",
        says="number called an account or customer number",
        expression=r"(?i)\b(?:account|acct|a/c|customer)\.? ?(?:number|no|nr|num|#)?[.:#]* ?(?:is )?"
        r"(\d[\d -]{2,20}\d)\b",
        group=1,
    ),
    Pattern(kind="address", says="street address", expression=_ADDRESS),
    Pattern(
        kind="address",
        says="post office box",
        expression=r"(?i)\bP\.? ?O\.? Box \d{1,6}\b",
    ),
    Pattern(
        kind="address",
        says="address by the county's grid",
        expression=r"\b[NSEW]\d{2,5} ?(?:[NSEW]\d{2,5} )?(?:[A-Z][\pL.'’-]*|\d{1,3}(?:st|nd|rd|th))"
        rf"(?: [\pL0-9.'’-]+){{0,3}}? (?:{_SUFFIX})\b",
    ),
)
"""What is proposed without being told. Reasons (law) are not theirs: the person who accepts gives the code."""

LONGEST = 1000
"""Characters in a pattern of one's own."""


def kinds() -> dict[str, str]:
    """Each kind of pattern with what it says."""
    said: dict[str, list[str]] = {}
    for each in PATTERNS:
        said.setdefault(each.kind, []).append(each.says)
    return {kind: "; ".join(parts) for kind, parts in said.items()}


def own_pattern(line: str) -> Pattern:
    """A pattern as a person gives it, `NAME=EXPRESSION`. Raises UsageError that says what is wrong with it."""
    name, equals, expression = line.partition("=")
    name = name.strip()
    if not equals or not expression or not name.replace("-", "").isalnum() or not name.isascii() or len(name) > 30:
        raise UsageError(f"{line!r} is no pattern.", r"Write NAME=EXPRESSION, for example: permit=\bP-\d{6}\b")
    if name in kinds():
        raise UsageError(f"There is a pattern {name!r} already.", "Give yours another name.")
    if len(expression) > LONGEST:
        raise UsageError(f"The pattern {name!r} is longer than {LONGEST:,} characters.", "Make two of it.")
    made = Pattern(kind=name.lower(), says="your pattern", expression=expression)
    if _compiled(expression).search("") is not None:
        raise UsageError(f"The pattern {name!r} fits where nothing stands.", "Let it ask for one letter at least.")
    return made


def found_in(text: str, patterns: Sequence[Pattern]) -> Iterator[Found]:
    """Every place in a text that a pattern proposes, in order; of places that overlap the first, then the longest."""
    return apart(every_place(text, patterns))


def every_place(text: str, patterns: Sequence[Pattern]) -> list[Found]:
    """The same with all places that overlap, in the order in which `apart` chooses among them."""
    every = sorted(
        (start, -end, rank, end, each.kind) for rank, each in enumerate(patterns) for start, end in _places(text, each)
    )
    return [(start, end, kind) for start, _, _, end, kind in every]


def apart(places: Iterable[Found]) -> Iterator[Found]:
    """Of places that overlap the first."""
    last = -1
    for start, end, kind in places:
        if start >= last:
            yield start, end, kind
            last = end


def _places(text: str, pattern: Pattern) -> Iterator[tuple[int, int]]:
    if pattern.places is not None:
        yield from pattern.places(text)
        return
    for match in _compiled(pattern.expression).finditer(text):
        start, end = match.span(pattern.group)
        if start < end and (pattern.is_right is None or pattern.is_right(match.group(pattern.group))):
            yield start, end


@cache
def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 16 << 20
    try:
        return re2.compile(expression, options=options)
    except re2.error as error:
        said = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error.args[0])
        raise UsageError(
            f"The pattern {expression!r} is not understood: {said}.",
            "Patterns are RE2: no look-ahead, no back-references. Nothing was changed.",
        ) from error


def byte_pattern(expression: bytes) -> Any:
    """One of our own patterns for bytes that are no text, each byte by itself; for `findall` over large files."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = True
    return re2.compile(expression, options=options)
