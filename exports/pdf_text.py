"""What can be read out of a PDF, by anybody: the text of its pages, its metadata, bookmarks, attachments and strings.

Made for PDFs of ours: fonts with a table that says which letters a glyph stands for. It looks at the file, not at how
it was made. A door of pikepdf.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from custody.errors import UnavailableError

Place = tuple[str, str | bytes]
"""Where in the PDF, and what can be read there: text, or the bytes of a file inside."""

_SHOWN = re.compile(
    rb"/([^\s/<>\[\]()]+)\s+[-\d.]+\s+Tf|<([0-9A-Fa-f\s]*)>(?!>)|\(((?:\\.|[^\\()])*)\)|\b(Td|TD|Tm|ET)\b|(T\*)",
    re.DOTALL,
)
_CHARS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
_TRIPLE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[(.*?)\])", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)

Letters = dict[bytes, str]


def places_in(path: Path | Any) -> Iterator[Place]:
    """Everything that can be read, with its place. Raises UnavailableError when it is no PDF."""
    try:
        with pikepdf.open(path) as document:
            fonts: dict[tuple[int, int], Letters] = {}
            for number, page in enumerate(document.pages, 1):
                yield f"page {number}", _text_of(page.obj, fonts)
            yield from _strings(document, fonts)
    except pikepdf.PdfError as error:
        raise UnavailableError(f"This PDF cannot be opened again: {error}.", "Nothing was kept; try again.") from error


def _text_of(holder: Any, fonts: dict[tuple[int, int], Letters]) -> str:
    contents = holder.get("/Contents")
    parts = [] if contents is None else contents if isinstance(contents, pikepdf.Array) else [contents]
    return _text(b"\n".join(part.read_bytes() for part in parts), _letters(holder.get("/Resources"), fonts))


def _letters(resources: Any, fonts: dict[tuple[int, int], Letters]) -> dict[bytes, Letters]:
    found: dict[bytes, Letters] = {}
    named = resources.get("/Font") if resources is not None else None
    for name, font in named.items() if named is not None else ():
        if font.objgen not in fonts or font.objgen == (0, 0):
            table = font.get("/ToUnicode")
            fonts[font.objgen] = {} if table is None else _table(table.read_bytes())
        found[name[1:].encode()] = fonts[font.objgen]
    return found


def _table(data: bytes) -> Letters:
    letters: Letters = {}
    for block in _CHARS.findall(data):
        for code, text in _PAIR.findall(block):
            letters[_bytes(code)] = _wide(text)
    for block in _RANGES.findall(data):
        for first, last, text, several in _TRIPLE.findall(block):
            start, size = int(first, 16), len(_bytes(first))
            given = [_wide(each) for each in re.findall(rb"<([0-9A-Fa-f\s]*)>", several)]
            for n in range(min(int(last, 16) - start + 1, 65536)):
                one = given[n] if n < len(given) else _wide(text)
                letters[(start + n).to_bytes(size, "big")] = (
                    one if given else one[:-1] + chr(ord(one[-1]) + n) if one else ""
                )
    return letters


def _next(text: str, n: int) -> str:
    return text[:-1] + chr(ord(text[-1]) + n) if text else ""


def _text(stream: bytes, fonts: dict[bytes, Letters]) -> str:
    letters: Letters = {}
    shown: list[str] = []
    for name, coded, literal, *moved in _SHOWN.findall(stream):
        if name:
            letters = fonts.get(name, {})
        elif any(moved):
            shown.append("\n")
        else:
            shown.append(_read(_bytes(coded) if coded else _literal(literal), letters))
    return "".join(shown)


def _read(data: bytes, letters: Letters) -> str:
    if not letters:
        return _said(data)
    size = len(next(iter(letters)))
    return "".join(letters.get(data[at : at + size], "") for at in range(0, len(data), size))


def _strings(document: Any, fonts: dict[tuple[int, int], Letters]) -> Iterator[Place]:
    """The strings of every object (titles, bookmarks, descriptions, addresses), and the streams that can be read."""
    gathered: list[str] = []
    for each in document.objects:
        if isinstance(each, pikepdf.Stream):
            yield from _stream(each, fonts)
        if isinstance(each, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)):
            _gather(each, gathered)
        if len(gathered) > 5000:
            yield "a string of the PDF (title, bookmark, description or address)", "\n".join(gathered)
            gathered.clear()
    info = document.trailer.get("/Info")
    if info is not None:
        gathered += [str(value) for value in info.values()]
    yield "a string of the PDF (title, bookmark, description or address)", "\n".join(gathered)


def _gather(holder: Any, into: list[str]) -> None:
    for value in holder.values() if isinstance(holder, (pikepdf.Dictionary, pikepdf.Stream)) else holder:
        if isinstance(value, pikepdf.String):
            into.append(str(value))
            into.append(_said(bytes(value)))
        elif isinstance(value, (pikepdf.Dictionary, pikepdf.Array)) and not value.is_indirect:
            _gather(value, into)


def _stream(stream: Any, fonts: dict[tuple[int, int], Letters]) -> Iterator[Place]:
    kind, subtype = str(stream.get("/Type", "")), str(stream.get("/Subtype", ""))
    if subtype == "/Form":
        yield "a drawing in the PDF", _text(stream.read_bytes(), _letters(stream.get("/Resources"), fonts))
    elif kind == "/Metadata":
        yield "the PDF's metadata (XMP)", stream.read_bytes()
    elif kind == "/EmbeddedFile":
        yield "a file attached to the PDF", stream.read_bytes()
    elif subtype == "/Image":
        yield "a picture in the PDF", stream.read_raw_bytes()


def _literal(data: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: _escape(found.group(1)), data)


def _escape(code: bytes) -> bytes:
    if code.isdigit():
        return bytes([int(code, 8) & 255])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b""}.get(code, code)


def _bytes(coded: bytes) -> bytes:
    plain = b"".join(coded.split())
    return bytes.fromhex((plain + b"0" * (len(plain) % 2)).decode())


def _wide(coded: bytes) -> str:
    return _bytes(coded).decode("utf-16-be", "replace")


def _said(data: bytes) -> str:
    if data.startswith((b"\xfe\xff", b"\xff\xfe")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8") if _is_utf8(data) else data.decode("latin-1")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
