"""What a format is: something that makes files of a package out of the Response, and of nothing else."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from exports.entry_page import Bodies
from exports.response import MediaFile, Response


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundPdf:
    """One PDF of the response: its name in the package and where its bytes wait."""

    name: str
    path: Path
    note: str


class Digest(Protocol):
    """A digest that grows with the bytes it is given."""

    def update(self, data: bytes, /) -> None:
        """More bytes."""

    def hexdigest(self) -> str:
        """The digest of all bytes so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What is there already when the formats begin: the PDFs, and a temporary folder to work in."""

    pdfs: tuple[BoundPdf, ...]
    work: Path
    bytes_of: Callable[[MediaFile], Iterator[bytes]] = lambda media: media.chunks()
    """Opens a released picture or file. Within a package its bytes go to their own place in it on the way."""

    digest: Callable[[], Digest] = hashlib.sha256
    """Begins a SHA-256; one of a package is reckoned while the format goes on."""

    bodies: Bodies = field(default_factory=Bodies)
    """What pages show of each entry; within a package made once for all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file of a package. `chunks` is opened once, when its turn comes; `stored` files are packed already.

    Of a stored file whose `sha256` is known its `size` is known too: then `chunks` may be opened later, and raises
    DamageError on the way when the bytes are not those.
    """

    name: str
    chunks: Callable[[], Iterator[bytes]]
    stored: bool = False
    size: int = 0
    sha256: str = ""


class Format(Protocol):
    """Makes one or more files of the package. It sees the Response only, so it cannot leak what is withheld."""

    @property
    def name(self) -> str:
        """What a person chooses it by."""

    @property
    def tells(self) -> tuple[tuple[str, str], ...]:
        """For README.txt: the names of its files, and what each is for."""

    def files(self, response: Response, made: Made) -> Iterator[File]:
        """Its files, in order; the same response gives the same bytes."""


def read_back(path: Path) -> Callable[[], Iterator[bytes]]:
    """Opens a file that waits in the temporary folder."""

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as file:
            yield from iter(lambda: file.read(1 << 20), b"")

    return chunks
