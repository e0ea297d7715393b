"""Mending Facebook's and Instagram's downloads, which write each byte of UTF-8 as a character of its own.

    "Caf\\u00c3\\u00a9"  is  Café        "\\u00f0\\u009f\\u008e\\u0089"  is one party popper

A text is mended only when all of it turns back into valid UTF-8. Somebody who really wrote `Ã©` cannot be told apart;
so the raw form is always kept beside the mended one.
"""

from typing import Any


def mended(text: str) -> str:
    """The text as it was meant, or as it is when it was not broken."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def mend(value: Any) -> Any:
    """A decoded JSON value with every text and key in it mended."""
    if isinstance(value, str):
        return mended(value)
    if isinstance(value, list):
        return [mend(part) for part in value]
    if isinstance(value, dict):
        return {mended(key): mend(part) for key, part in value.items()}
    return value
