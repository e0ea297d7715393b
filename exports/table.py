"""The formats there are: those that go into every package, and those that a person asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from custody.errors import UsageError
from exports.data_files import Checking, Data
from exports.format import File, Format, Made
from exports.load_file import LoadFile
from exports.reader_page import Reader
from exports.response import Entry, MediaFile, Response
from exports.spreadsheet import Workbook
from exports.wacz import WebArchive


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """The released pictures and files, as they are."""

    name: str = "media"
    tells: tuple[tuple[str, str], ...] = (("media/", "released pictures and files"),)

    def files(self, response: Response, made: Made) -> Iterator[File]:
        """One file each, in the order of the records."""
        for entry in response.entries():
            if isinstance(entry, Entry):
                yield from (_file(each) for each in entry.media)


def _file(media: MediaFile) -> File:
    return File(name=media.name, chunks=media.chunks, stored=True, size=media.size, sha256=media.sha256)


ALWAYS: tuple[Format, ...] = (Reader(), Data(), Workbook(), Media(), WebArchive(), Checking())
"""In every package, in this order: the web archive after the media, which it reads from the package again."""

BY_CHOICE: tuple[Format, ...] = (LoadFile(),)
"""In a package when they are asked for."""

BAG = "bag"
"""Not a file in the package but a bag around it; `exports/bag.py`."""

CHOICES = (*(each.name for each in BY_CHOICE), BAG)
"""What `--with` takes."""


def formats_with(names: Sequence[str]) -> tuple[Format, ...]:
    """The formats of a package. Raises UsageError on a name nobody knows."""
    for name in names:
        if name not in CHOICES:
            raise UsageError(f"There is no format {name!r}.", f"Choose from: {', '.join(CHOICES)}.")
    return (*ALWAYS, *(each for each in BY_CHOICE if each.name in names))
