"""Every file that is to go out is opened again and searched for what is withheld. A hit refuses the release.

It looks at whatever files there are, by their content and not by their name: packages inside packages, packed files,
PDFs, tables, pages, pictures' hidden texts. It names file and place, never the words. Letters drawn in a picture it
cannot read: a person has to look at pictures.
"""

import gzip
import hashlib
import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from custody.errors import UnavailableError
from exports.leak_pieces import CHUNK, pieces
from exports.leak_views import views
from exports.pdf_text import places_in
from exports.response import CollectedBy
from exports.secrets_of import Secrets

_DEEPEST = 6
_IN_MEMORY = 1 << 25
MASKED = "[not shown: the words searched for are withheld]"
_UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """Something withheld that stands in a file: which file, where in it, and of which record it is withheld."""

    file: str
    place: str
    record: str

    def __str__(self) -> str:
        return f"{self.file}{', ' if self.place else ''}{self.place}: something withheld of {self.record}"


def check_files(files: Mapping[str, Path | bytes], secrets: Secrets) -> list[Leak]:
    """Every place in these files where a secret stands, the same secret in one file once. The files are given by the
    names under which they go out."""
    walk = _Walk(secrets)
    for name, path in files.items():
        with io.BytesIO(path) if isinstance(path, bytes) else path.open("rb") as file:
            walk.name(name, name)
            walk.file(name, file, 0)
    return walk.leaks


def refuse_leaks(files: Mapping[str, Path | bytes], secrets: Secrets) -> None:
    """Raises UnavailableError, naming file and place, when a secret stands in any of these files."""
    leaks = check_files(files, secrets)
    if leaks:
        more = f" There are {len(leaks):,} such places." if len(leaks) > 1 else ""
        plainest = min(leaks, key=lambda leak: leak.file.count(" > "))
        raise UnavailableError(
            f"The answer was not written: {plainest}.{more}",
            "Look at that place: redact it there too, reword your note, or drop what a picture's file says besides "
            "(request redact ... --field media:0 --plain). Nothing was kept. If none of this explains it, this program "
            "is at fault: please report it.",
        )


def without_secrets(collections: Iterable[CollectedBy], secrets: Secrets) -> tuple[CollectedBy, ...]:
    """How the records were found, without the words of a query that name what is withheld."""
    return tuple(
        replace(each, query=MASKED, said_as=MASKED)
        if next(secrets.found_in(f"{each.query}\n{each.said_as}"), None) is not None
        else each
        for each in collections
    )


class _Walk:
    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets
        self.leaks: list[Leak] = []
        self._seen: set[str] = set()
        self._clean: set[str] = set()
        self._told: set[tuple[str, str]] = set()

    def name(self, file: str, name: str) -> None:
        """The name of a file is read like its content."""
        self._text(file, "the name of the file", name)

    def file(self, where: str, file: IO[bytes], depth: int) -> None:
        """Any file, by what it is; the same bytes are looked at once."""
        digest = _digest(file)
        if digest in self.secrets.digests:
            self._leak(where, "the whole file", self.secrets.digests[digest], digest)
        if digest in self._seen:
            return
        self._seen.add(digest)
        file.seek(0)
        start = file.read(8)
        file.seek(0)
        if depth < _DEEPEST and start.startswith(b"PK\x03\x04"):
            self._unreadable(where, lambda: self._zip(where, file, depth))
        elif depth < _DEEPEST and start.startswith(b"\x1f\x8b"):
            self._unreadable(where, lambda: self._packed(where, file, depth))
        elif start.startswith(b"%PDF"):
            self._pdf(where, file, depth)
        elif self._stream(where, file):
            self._clean.add(digest)

    def _unreadable(self, where: str, look: Callable[[], None]) -> None:
        try:
            look()
        except _UNREADABLE as error:
            raise UnavailableError(
                f"{where} cannot be opened again to be searched for what is withheld ({error}).",
                "Nothing was kept; try again.",
            ) from error

    def _zip(self, where: str, file: IO[bytes], depth: int) -> None:
        with zipfile.ZipFile(file) as package:
            self._text(where, "the comment of the ZIP", package.comment.decode("utf-8", "replace"))
            for info in package.infolist():
                inside = f"{where} > {info.filename}"
                self.name(inside, info.filename)
                with package.open(info) as member, tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
                    for chunk in _chunks(member):
                        copy.write(chunk)
                    copy.seek(0)
                    self.file(inside, copy, depth + 1)  # type: ignore[arg-type]

    def _packed(self, where: str, file: IO[bytes], depth: int) -> None:
        with gzip.GzipFile(fileobj=file, mode="rb") as opened, tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
            for chunk in _chunks(opened):  # type: ignore[arg-type]
                copy.write(chunk)
            copy.seek(0)
            self.file(where, copy, depth + 1)  # type: ignore[arg-type]

    def _pdf(self, where: str, file: IO[bytes], depth: int) -> None:
        for place, found in places_in(file):
            if isinstance(found, str):
                self._text(where, place, found)
            else:
                with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
                    copy.write(found)
                    copy.seek(0)
                    if found[:4] in (b"PK\x03\x04", b"%PDF") or found[:2] == b"\x1f\x8b":
                        self.file(f"{where} > {place}", copy, depth + 1)  # type: ignore[arg-type]
                    else:
                        self._stream(f"{where}, {place}", copy)  # type: ignore[arg-type]

    def _stream(self, where: str, file: IO[bytes]) -> bool:
        """A file of any other kind, a piece at a time. Says whether nothing was found in it."""
        before = len(self.leaks)
        for data, line in pieces(file, lambda digest: self._is_clean(where, digest)):
            for n, (view, is_noise) in enumerate(views(data)):
                self._text(where, "", view, line if n == 0 and not is_noise else 0, is_noise)
        return len(self.leaks) == before

    def _is_clean(self, where: str, digest: str) -> bool:
        """Whether these bytes, found inside another file, were searched as they are; a withheld file is told here."""
        if digest in self.secrets.digests and (where, digest) not in self._told:
            self._leak(where, "a whole file in it", self.secrets.digests[digest], digest)
        return digest in self._clean

    def _text(self, where: str, place: str, text: str, first_line: int = 0, is_noise: bool = False) -> None:
        found = self.secrets.found_in_noise(text) if is_noise else self.secrets.found_in(text)
        for secret in found:
            if (where, secret) not in self._told:
                here = place or (f"line {first_line + self._line(text, secret)}" if first_line else "")
                self._leak(where, here, self.secrets.strings[secret], secret)

    def _leak(self, where: str, place: str, record: str, secret: str) -> None:
        self._told.add((where, secret))
        self.leaks.append(Leak(file=where, place=place, record=record))

    def _line(self, text: str, secret: str) -> int:
        """How many whole lines come before the one in which a secret first ends."""
        lines = text.split("\n")
        low, high = 0, len(lines) - 1
        while low < high:
            middle = (low + high) // 2
            if any(found == secret for found in self.secrets.found_in("\n".join(lines[: middle + 1]))):
                high = middle
            else:
                low = middle + 1
        return low


def _digest(file: IO[bytes]) -> str:
    running = hashlib.sha256()
    for chunk in _chunks(file):
        running.update(chunk)
    return running.hexdigest()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    yield from iter(lambda: file.read(CHUNK), b"")
