"""A load file for review programs: `loadfile/records.dat` and `loadfile/records.opt`, with the texts beside them.

The conventions of Concordance and Opticon: fields between thorns, parted by 0x14, line ends inside a field as 0xAE,
UTF-8 with its mark, a row of names at the top. Record numbers serve as Bates numbers: R12, its files R12-1, R12-2.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from exports.format import File, Made
from exports.reader_page import PICTURES
from exports.response import Entry, MediaFile, Response, WithheldEntry, plain

FIELDS = (
    "BEGBATES", "ENDBATES", "BEGATTACH", "ENDATTACH", "PARENTBATES", "DOCTYPE", "RELEASED", "ACCOUNT", "PLATFORM",
    "AUTHOR", "POSTED_UTC", "POSTED_CITY_TIME", "CAPTURED_UTC", "TITLE", "ANSWERS", "SOURCE", "WITHHELD_CODES",
    "SHA256", "NATIVELINK", "TEXTLINK",
)  # fmt: skip
"""The columns of the DAT, in order."""

VOLUME = "RELEASED"
_APART, _QUOTE, _LINE = "\x14", "\xfe", "\xae"


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadFile:
    """The DAT, the OPT and the texts."""

    name: str = "load-file"
    tells: tuple[tuple[str, str], ...] = (("loadfile/", "a load file (DAT and OPT) for review programs"),)

    def files(self, response: Response, made: Made) -> Iterator[File]:
        """The two lists, then the text of each record."""
        yield File(name="loadfile/records.dat", chunks=lambda: _dat(response))
        yield File(name="loadfile/records.opt", chunks=lambda: _opt(response))
        for entry in response.entries():
            yield File(name=_text_name(entry), chunks=lambda entry=entry: iter([text_of(entry)]))  # type: ignore[misc]


def text_of(entry: Entry | WithheldEntry) -> bytes:
    """What is released of a record, as plain text."""
    if isinstance(entry, WithheldEntry):
        return f"[withheld: {entry.code}]\r\n".encode()
    parts = [plain(entry.title), plain(entry.text)]
    parts += [f"Another version, captured {each.captured}:\n{plain(each.text)}" for each in entry.earlier]
    parts += [f"{media.name}: {plain(media.alt)}" for media in entry.media]
    text = "\n\n".join(part for part in parts if part)
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace") + b"\r\n"


def _dat(response: Response) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _row(FIELDS)
    for entry in response.entries():
        yield from (_row([values.get(name, "") for name in FIELDS]) for values in _documents(entry))


def _documents(entry: Entry | WithheldEntry) -> Iterator[dict[str, str]]:
    """The record, then each of its files as an attachment of it."""
    text = {"SHA256": hashlib.sha256(text_of(entry)).hexdigest(), "TEXTLINK": _path(_text_name(entry))}
    own = {"BEGBATES": entry.label, "ENDBATES": entry.label, "BEGATTACH": entry.label, **text}
    if isinstance(entry, WithheldEntry):
        withheld = {"ENDATTACH": entry.label, "RELEASED": "withheld", "WITHHELD_CODES": entry.code}
        yield {**own, **withheld, "DOCTYPE": "record"}
        return
    last = _bates(entry, entry.media[-1]) if entry.media else entry.label
    facts = {
        "ENDATTACH": last, "DOCTYPE": entry.kind, "RELEASED": "in part" if entry.partly else "in full",
        "ACCOUNT": entry.account, "PLATFORM": entry.platform, "AUTHOR": plain(entry.author),
        "POSTED_UTC": entry.when_utc, "POSTED_CITY_TIME": entry.when_city, "CAPTURED_UTC": entry.captured,
        "TITLE": plain(entry.title), "ANSWERS": entry.answers, "SOURCE": plain(entry.permalink),
        "WITHHELD_CODES": "; ".join(entry.codes),
    }  # fmt: skip
    yield {**own, **facts}
    for media in entry.media:
        bates = _bates(entry, media)
        part = {"BEGBATES": bates, "ENDBATES": bates, "BEGATTACH": entry.label, "PARENTBATES": entry.label}
        link = {"SHA256": media.sha256, "NATIVELINK": _path(media.name), "TITLE": plain(media.alt)}
        yield {**facts, **part, **link, "DOCTYPE": media.media_type, "ANSWERS": "", "WITHHELD_CODES": ""}


def _opt(response: Response) -> Iterator[bytes]:
    """Seven columns: the number, the volume, the picture, whether a document begins, folder, box, pages."""
    for entry in response.entries():
        for media in entry.media if isinstance(entry, Entry) else ():
            if media.media_type in PICTURES:
                yield f"{_bates(entry, media)},{VOLUME},{_path(media.name)},Y,,,1\r\n".encode()


def _bates(entry: Entry | WithheldEntry, media: MediaFile) -> str:
    return f"{entry.label}-{media.place + 1}"


def _text_name(entry: Entry | WithheldEntry) -> str:
    return f"loadfile/text/{entry.label}.txt"


def _path(name: str) -> str:
    """A name as these programs write it, from the folder in which the package was unpacked."""
    return ".\\" + name.replace("/", "\\")


def _row(cells: tuple[str, ...] | list[str]) -> bytes:
    clean = (cell.replace("\r\n", "\n").replace("\r", "\n").replace("\n", _LINE) for cell in cells)
    parts = (cell.replace(_APART, " ").replace(_QUOTE, " ").join((_QUOTE, _QUOTE)) for cell in clean)
    return (_APART.join(parts) + "\r\n").encode("utf-8", "replace")
