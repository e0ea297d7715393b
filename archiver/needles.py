"""What the search for remains looks for: pieces of the texts that were destroyed, and every digest there was of them.

A text is looked at as its letters and digits alone, in small letters, so that one needle finds it in UTF-8, in UTF-16,
between other marks and in the words of a search index. Needles are 16 letters long and of three kinds:

- windows begin behind a certain letter (`SPLITS`) that does not come again within them. Where one stands does not
  depend on what is around it, so a copy is found wherever it begins;
- where a text has no window for `GAP` letters, all 16 pieces that begin at 16 places in a row: data cut into
  pieces of 16 then has one of them, however it is aligned;
- of texts in other scripts the same over their UTF-8 and UTF-16 bytes, every 64 characters.

So of every text each run of `GAP` + 31 letters is found, and the whole of it from 31 letters on. Shorter texts may
have no needle; of them it is checked that no row, entry or file is left. A digest or an opening (32 bytes) is looked
for by the eight words that begin in its first eight bytes: one of them stands at a multiple of eight in any data.
"""

import json
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, count
from operator import or_
from pathlib import Path
from typing import IO, Any, NamedTuple

from archiver import durable
from archiver.catalog.choice import Place
from archiver.normalized import envelope_of
from archiver.sealing import Seal
from archiver.sieve import Gathering, Sieve, settle
from archiver.warc import read_member
from custody.errors import DamageError
from custody.ids import label_of
from custody.words import joined

SIZE = 16
SPLITS = (b"d", b"l")
"""Letters that stand about every 25th place in English and Spanish, and one of which is a hexadecimal digit."""

GAP = 256
_LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789"
_SMALL = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_OTHERS = bytes(set(range(256)) - set(_LETTERS + _LETTERS.upper()))
CUTS = tuple(re.compile(rb"%b([^%b]{%d})" % (split, split, SIZE)) for split in SPLITS)
"""What finds the windows of some letters."""

_TOGETHER = 2_000
_FORMS = ("utf-8", "utf-16-le", "utf-16-be")
_APART = 64
"""Characters between two places of a text in another script: at most `GAP` bytes."""

_DULL = 4
"""A piece with fewer different bytes says nothing: a row of zeros, a line of dashes."""


def normal(data: bytes) -> bytes:
    """Letters and digits alone, small."""
    return data.translate(_SMALL, _OTHERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """What a destroyed version could be known by: its texts, and the digests and openings that were stored. Media
    objects that went with it are of number 0."""

    number: int
    n: int
    texts: tuple[str, ...]
    digests: tuple[bytes, ...]


def traces_of(place: Place, chunk: bytes) -> Traces:
    """The traces of a version, from its stored bytes and its row."""
    where = label_of(place.number)
    raw, kept = read_member(chunk[: place.raw_length], where), read_member(chunk[place.raw_length :], where)
    content = envelope_of(kept.block).content
    texts = [content.text, content.text_raw, content.title, content.permalink, content.object_id, *content.links]
    texts += [content.author.name, content.author.handle, content.author.url, content.author.id]
    texts += [part for medium in content.media for part in (medium.alt, medium.name, medium.uri)]
    texts += [part for part in _strings(content.extra) if len(part) >= 2 * SIZE]
    texts += [joined((text,)) for text in texts[:3] if not text.isascii()]
    digests = [place.sha256, place.digest, place.fields, place.opening]
    digests += [bytes.fromhex(part.fields["WARC-Block-Digest"].removeprefix("sha256:")) for part in (raw, kept)]
    kept_texts = tuple(dict.fromkeys(text for text in texts if text))
    return Traces(number=place.number, n=place.n, texts=kept_texts, digests=tuple(digests))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


class Wants(NamedTuple):
    """Which kinds of needles there are. `is_ascii`: of a digest whose bytes are all letters and signs, as one in four
    billions is."""

    windows: bool = False
    pieces: bool = False
    runs: bool = False
    words: bool = False
    is_ascii: bool = False


@dataclass(slots=True)
class Needles:
    """Needles of many versions. `windows` and `pieces` are letters, `runs` are UTF-8 and UTF-16, `words` numbers of 8
    bytes; `blank` versions have no text long enough.

    All pieces of one place stand for its first, all words of a digest for its first: which of them is found depends on
    where the data happens to be cut. Of very many versions these take much memory: `ManyNeedles` find the same.
    """

    windows: set[bytes] = field(default_factory=set)
    pieces: dict[bytes, bytes] = field(default_factory=dict)
    runs: dict[bytes, bytes] = field(default_factory=dict)
    words: dict[int, int] = field(default_factory=dict)
    blank: int = 0
    is_ascii: bool = False

    def __len__(self) -> int:
        return len(self.windows) + len(self.pieces) + len(self.runs) + len(self.words)

    def add(self, traces: Traces) -> None:
        """Take up the needles of one version."""
        found = False
        for text in traces.texts:
            each = needles_in(text)
            self.windows.update(each.windows)
            for places, kept in ((each.pieces, self.pieces), (each.runs, self.runs)):
                for first, pieces in places:
                    kept.update(dict.fromkeys(pieces, first))
            found = found or each.is_found
        for digest in traces.digests:
            words = words_of(digest)
            self.words.update(dict.fromkeys(words, words[0]))
            self.is_ascii = self.is_ascii or digest.isascii()
        self.blank += traces.number > 0 and not found

    def wants(self) -> Wants:
        """What has to be looked at to find them."""
        return Wants(bool(self.windows), bool(self.pieces), bool(self.runs), bool(self.words), self.is_ascii)

    def among(self, pieces: Iterable[bytes]) -> set[bytes]:
        """The needles that some pieces are, each by its first piece."""
        there = pieces if isinstance(pieces, set) else set(pieces)
        found = self.windows & there
        for each in (self.pieces, self.runs):
            found.update([each[piece] for piece in each.keys() & there])
        return found

    def numbers(self, words: Iterable[int]) -> set[int]:
        """The digests that some words are of, each by its first word."""
        return {self.words[word] for word in self.words.keys() & words}

    def named(self, found: "Found") -> "Found":
        """What was found, each needle by its first piece, and nothing that is no needle."""
        return Found(self.among(found.pieces), self.numbers(found.words))

    def only(self, found: "Found") -> "Needles":
        """Those of the needles that were found (as `named` says it), with all their pieces."""
        pieces, runs = ({k: v for k, v in each.items() if v in found.pieces} for each in (self.pieces, self.runs))
        words = {word: first for word, first in self.words.items() if first in found.words}
        return Needles(self.windows & found.pieces, pieces, runs, words, is_ascii=self.is_ascii)

    def take_up(self, other: "Needles") -> None:
        """Take up needles that were made elsewhere."""
        self.windows |= other.windows
        self.pieces.update(other.pieces)
        self.runs.update(other.runs)
        self.words.update(other.words)
        self.is_ascii = self.is_ascii or other.is_ascii


class InText(NamedTuple):
    """The needles of one text: its windows; of each other place the first piece and all of them; whether there are
    any, so that the whole text is found."""

    windows: tuple[bytes, ...]
    pieces: tuple[tuple[bytes, tuple[bytes, ...]], ...]
    runs: tuple[tuple[bytes, tuple[bytes, ...]], ...]
    is_found: bool


@lru_cache(maxsize=4096)
def needles_in(text: str) -> InText:
    """The needles of a text; the last few thousand are remembered, since many versions share some."""
    data = text.encode("utf-8", "surrogatepass")
    letters = normal(data)
    starts = window_starts(letters)
    gaps = tuple((letters[gap : gap + SIZE], _pieces(letters, gap)) for gap in _gaps(starts, len(letters)))
    foreign = len(letters) * 2 < len(data) and not data.isascii()
    runs = tuple(_runs(text)) if foreign else ()
    windows = tuple(letters[start : start + SIZE] for start in starts)
    return InText(windows, gaps, runs, bool(starts or gaps or runs))


def _runs(text: str) -> Iterator[tuple[bytes, tuple[bytes, ...]]]:
    """The needles of a text in another script, one place every 64 characters: it is not the same bytes in UTF-16, so
    there the pieces of all its forms stand for the first in UTF-8."""
    for start in range(0, len(text), _APART):
        forms = [text[start : start + 2 * SIZE].encode(name, "surrogatepass") for name in _FORMS]
        if len(forms[0]) >= 2 * SIZE - 1:
            yield forms[0][:SIZE], tuple(piece for data in forms for piece in _pieces(data, 0))


def words_of(digest: bytes) -> list[int]:
    """The eight words that begin in the first eight bytes of a digest, as signed numbers."""
    return [int.from_bytes(digest[at : at + 8], sys.byteorder, signed=True) for at in range(8)]


class Sifting(NamedTuple):
    """What was gathered of some versions: the files with their letters' and words' numbers, what kinds there were, and
    how many versions had none."""

    letters: tuple[Path, ...]
    words: tuple[Path, ...]
    wants: Wants
    blank: int

    def __add__(self, other: "Sifting") -> "Sifting":  # type: ignore[override]
        wants = Wants(*map(or_, self.wants, other.wants))
        return Sifting(self.letters + other.letters, self.words + other.words, wants, self.blank + other.blank)


def sifted(each: Iterable[Traces], folder: Path, name: str) -> Sifting:
    """Gather the needles of many versions in files of a folder."""
    letters, words = Gathering(folder, f"{name}-letters"), Gathering(folder, f"{name}-words")
    blank, wants = 0, Wants()
    for traces in each:
        texts = [needles_in(text) for text in traces.texts]
        for kinds in texts:
            others = (pieces for _, pieces in chain(kinds.pieces, kinds.runs))
            letters.add(map(hash, chain(kinds.windows, *others)))
        for digest in traces.digests:
            words.add(words_of(digest))
        blank += traces.number > 0 and not any(kinds.is_found for kinds in texts)
        wants = _wanted(wants, texts, traces.digests)
    letters.close()
    words.close()
    return Sifting(tuple(letters.runs), tuple(words.runs), wants, blank)


def _wanted(wants: Wants, texts: Iterable[InText], digests: tuple[bytes, ...]) -> Wants:
    kinds = [(bool(each.windows), bool(each.pieces), bool(each.runs)) for each in texts]
    is_ascii = wants.is_ascii or any(digest.isascii() for digest in digests)
    windows, pieces, runs = (any(column) for column in zip(wants[:3], *kinds, strict=True))
    return Wants(windows, pieces, runs, wants.words or bool(digests), is_ascii)


LETTERS, WORDS = "letters", "words"
"""The names of the two sieves that very many needles are kept in, in one folder."""


def settle_one(which: str, sifting: Sifting, folder: Path) -> None:
    """Make one of the two sieves of what was gathered."""
    settle(sifting.letters if which == LETTERS else sifting.words, folder / which)


class ManyNeedles:
    """Needles of very many versions, of which only so much is kept, in files, that they are found: see `Sieve`. What
    they find has not its right name yet; `Needles.named` gives it."""

    def __init__(self, folder: Path, sifting: Sifting) -> None:
        self.blank = sifting.blank
        self._wants = sifting.wants
        self._letters, self._words = Sieve(folder / LETTERS), Sieve(folder / WORDS)

    def __len__(self) -> int:
        return len(self._letters) + len(self._words)

    def wants(self) -> Wants:
        """What has to be looked at to find them."""
        return self._wants

    def among(self, pieces: Iterable[bytes]) -> set[bytes]:
        """Those of some pieces that are needles."""
        return self._letters.pieces(pieces)

    def numbers(self, words: Iterable[int]) -> set[int]:
        """Those of some words that are of a digest."""
        return self._words.numbers(words)

    def close(self) -> None:
        """Let go of the files."""
        self._letters.close()
        self._words.close()


@dataclass(slots=True)
class Found:
    """Needles that were found somewhere."""

    pieces: set[bytes] = field(default_factory=set)
    words: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.pieces or self.words)

    def add(self, other: "Found") -> None:
        """Take up what was found elsewhere."""
        self.pieces |= other.pieces
        self.words |= other.words

    def both(self, other: "Found") -> "Found":
        """What was found here and there."""
        return Found(self.pieces & other.pieces, self.words & other.words)

    def without(self, *others: "Found") -> "Found":
        """What was found here and in none of the others."""
        pieces = self.pieces.difference(*(other.pieces for other in others))
        return Found(pieces, self.words.difference(*(other.words for other in others)))


def window_starts(letters: bytes) -> list[int]:
    """Where the windows of some letters begin."""
    starts = {match.start(1) for cut in CUTS for match in cut.finditer(letters) if len(set(match[1])) >= _DULL}
    return sorted(starts)


def _gaps(starts: list[int], size: int) -> Iterator[int]:
    """Where pieces must begin, so that no run of letters longer than `GAP` is without a needle."""
    last = -GAP if not starts else 0
    for start in [*starts, size]:
        while start - last > GAP:
            last = last + GAP
            if last + 2 * SIZE - 1 <= size:
                yield last
        last = max(last, start)


def _pieces(data: bytes, start: int) -> tuple[bytes, ...]:
    pieces = (data[at : at + SIZE] for at in range(start, min(start + SIZE, len(data) - SIZE + 1)))
    return tuple(piece for piece in pieces if len(set(piece)) >= _DULL)


class Kept:
    """Traces on the disk while a destruction lasts, sealed: nobody reads them without the key in the catalog."""

    def __init__(self, path: Path, seal: Seal) -> None:
        self.path = path
        self.seal = seal

    @contextmanager
    def writing(self) -> Iterator[Callable[[Traces], None]]:
        """Write them down as they come, a few thousand in one sealed piece."""
        batch: list[Any] = []
        with durable.new_file(self.path, secret=True) as file:

            def put(each: Traces) -> None:
                batch.append([each.number, each.n, each.texts, [digest.hex() for digest in each.digests]])
                if len(batch) >= _TOGETHER:
                    self._put(file, batch)
                    batch.clear()

            yield put
            self._put(file, batch)

    def _put(self, file: IO[bytes], batch: list[Any]) -> None:
        text = json.dumps(batch).encode("ascii")
        sealed = self.seal.close(zlib.compress(text, 1), b"ofrecord needles")
        file.write(len(sealed).to_bytes(8, "big") + sealed)

    def read(self, part: int = 0, of: int = 1) -> Iterator[Traces]:
        """The traces again, or one of several parts of them. Raises DamageError when the file is not what was
        written."""
        with self.path.open("rb") as file:
            for place in count():
                if not (head := file.read(8)):
                    return
                if place % of != part:
                    file.seek(int.from_bytes(head, "big"), 1)
                    continue
                opened = self.seal.open(file.read(int.from_bytes(head, "big")), b"ofrecord needles")
                if opened is None:
                    raise DamageError(f"{self.path} cannot be opened.", "Keep the folder as it is and ask for help.")
                for number, n, texts, digests in json.loads(zlib.decompress(opened)):
                    found = tuple(bytes.fromhex(digest) for digest in digests)
                    yield Traces(number=number, n=n, texts=tuple(texts), digests=found)
