"""The ways in which a text may lie in a file: plain, escaped, in mark-up, wide, or coded. Each as text to be read.

Nothing is trusted to be what its name says. What looks coded is decoded, what does not is looked at as it is; a
picture or any other binary file is looked at for the runs of letters in it.
"""

import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from exports.patterns import byte_pattern

_PRINTED = byte_pattern(
    rb"(?:[\t\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){5,}"
)
"""Five printed characters or more in a row, as UTF-8 writes them. A picture is full of bytes that begin such a run."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_DIGEST = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])")
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\[nrtbf\"'/\\]")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_SIMPLE = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " "}


View = tuple[str, bool]
"""A text, and whether it may hold letters by chance (a binary or decoded one)."""


def views(data: bytes) -> Iterator[View]:
    """Each way to read a piece of a file, the plainest first; a way that shows nothing new is left out."""
    text = _plain(data)
    if is_binary(data):
        yield text, True
        yield from _wide(data)
        return
    text = _DIGEST.sub(" ", text)
    yield text, False
    opened = _opened(text)
    if opened != text:
        yield opened, False
    if "<" in opened:
        yield _TAG.sub(" ", opened), False
        yield _TAG.sub("", opened), False
    coded = "\n".join(_decoded(text))
    if coded:
        yield coded, True


def _plain(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if is_binary(data):
        return b"\n".join(_PRINTED.findall(data)).decode("utf-8", "replace")
    return data.decode("utf-8", "replace")


def is_binary(data: bytes) -> bool:
    """Whether a piece of a file is no text."""
    return b"\0" in data[:65536] and data[:2] not in (b"\xff\xfe", b"\xfe\xff")


def _wide(data: bytes) -> Iterator[View]:
    """UTF-16 without a mark: every other byte is nothing, whichever comes first."""
    yield b"\n".join(_PRINTED.findall(data.replace(b"\0", b""))).decode("utf-8", "replace"), True
    if data.count(b"\0") * 5 > len(data):
        for coding in ("utf-16-le", "utf-16-be"):
            for start in (0, 1):
                yield data[start:].decode(coding, "replace"), False


def _opened(text: str) -> str:
    """The text with JSON's, HTML's and addresses' escapes undone."""
    if "\\" in text:
        text = _ESCAPED.sub(_unescaped, text)
    if "&" in text:
        text = html.unescape(text)
    return unquote(text) if "%" in text else text


def _unescaped(found: re.Match[str]) -> str:
    given = found.group()
    if given[1] != "u":
        return _SIMPLE.get(given[1], given[1])
    return bytes.fromhex(given.replace("\\u", "")).decode("utf-16-be", "replace")


def _decoded(text: str) -> Iterator[str]:
    """What base64 in a text stands for, wherever in it the coded part begins; runs that are digests are passed over."""
    for match in _BASE64.finditer(text):
        run = match.group().rstrip("=").replace("-", "+").replace("_", "/")
        if len(run) in (64, 128) and _HEX.fullmatch(run):
            continue
        for start in range(4):
            part = run[start : start + (len(run) - start) // 4 * 4 + 4]
            part = part[: len(part) - 1] if len(part) % 4 == 1 else part
            try:
                data = binascii.a2b_base64(part + "=" * (-len(part) % 4))
            except binascii.Error:
                continue
            yield from (each.decode("utf-8", "replace") for each in _PRINTED.findall(data))
            if b"\0" in data:
                yield from (each.decode("utf-8", "replace") for each in _PRINTED.findall(data.replace(b"\0", b"")))
