"""JSON as it comes: read where a strict parser gives up, with a flag for everything that was not as it should be."""

import json
import re
from typing import Any

from archiver.normalized import DEEPEST
from custody.errors import InputError

_EXACT = 2**53
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode_leniently(data: bytes) -> tuple[Any, tuple[str, ...]]:
    """JSON that a strict parser refuses, as far as it can be read, and flags that say what was wrong with it.

    Bytes that are no UTF-8, NUL and lone surrogates become U+FFFD; of a key given twice the last value counts; numbers
    that do not fit (NaN, fractions, beyond 2**53) become text. Raises InputError where even that is not enough.
    """
    flags: dict[str, None] = {}

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            flags["duplicate-key"] = None
        return value

    def not_a_number(text: str) -> str:
        flags["not-a-number"] = None
        return text

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        flags["invalid-utf-8"] = None
    try:
        value = json.loads(
            text, object_pairs_hook=once, parse_constant=not_a_number, parse_float=str, parse_int=_whole_number
        )
    except (ValueError, RecursionError) as error:
        raise InputError(f"not readable as JSON: {error}") from error
    return _fit_text(value, flags), tuple(flags)


def settled(value: Any, depth: int = 1) -> Any:
    """A value fit to be kept as a field we do not know: no fractions (two programs print them differently), no numbers
    beyond 2**53, not too deep. Raises InputError."""
    kind = value.__class__
    if depth > DEEPEST:
        raise InputError(f"nested deeper than {DEEPEST} levels", "flatten the field that is so deep")
    if kind is dict:
        return {key: part if part.__class__ is str else settled(part, depth + 1) for key, part in value.items()}
    if kind is list:
        return [settled(part, depth + 1) for part in value]
    if kind is float:
        return repr(value)
    return str(value) if kind is int and abs(value) >= _EXACT else value


def _whole_number(text: str) -> int | str:
    return int(text) if len(text) < 16 else text


def _fit_text(value: Any, flags: dict[str, None]) -> Any:
    """The value with every text fit for UTF-8, an index and a screen."""
    if isinstance(value, str):
        if "\0" in value:
            flags["nul"] = None
            value = value.replace("\0", "\ufffd")
        if not value.isascii() and _SURROGATE.search(value):
            flags["lone-surrogate"] = None
            value = _SURROGATE.sub("\ufffd", value)
        return value
    if isinstance(value, dict):
        return {_fit_text(key, flags): _fit_text(part, flags) for key, part in value.items()}
    return [_fit_text(part, flags) for part in value] if isinstance(value, list) else value
