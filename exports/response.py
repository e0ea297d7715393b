"""What goes out: the one shape every format sees. It holds nothing that is withheld, so no format can leak it.

Only `exports/compose.py` makes a Response. Times are given both in the city's zone and in UTC, as text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from custody.evidence import Proof, Seal
from exports.reason_codes import ReasonCode


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A run of released text, or (with a `code`) the mark of something withheld, the same whatever was there."""

    text: str
    code: str = ""


Passage = tuple[Piece, ...]


def plain(passage: Passage) -> str:
    """A passage as one text, marks included."""
    return "".join(piece.text for piece in passage)


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaFile:
    """A released picture or file. `name` is its name in the package, `place` its number among the record's media
    (from 0); `chunks` opens its bytes. `changed` when a part of it is withheld: the bytes are not the archive's own."""

    name: str
    place: int
    media_type: str
    alt: Passage
    size: int
    sha256: str
    chunks: Callable[[], Iterator[bytes]]
    changed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierVersion:
    """What an edited record said before."""

    captured: str
    text: Passage
    version: int = 0


def _no_proofs() -> tuple[Proof, ...]:
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A released record, in whole or in part. `sha256` is "" when anything of it is withheld (it could be guessed).

    `proofs` are made when asked for: of its current version, and of each earlier one that is shown.
    """

    position: int
    label: str
    account: str
    platform: str
    kind: str
    state: str
    author: Passage
    when_city: str
    when_utc: str
    captured: str
    title: Passage
    text: Passage
    earlier: tuple[EarlierVersion, ...]
    media: tuple[MediaFile, ...]
    media_withheld: tuple[str, ...]
    media_missing: int
    links: tuple[Passage, ...]
    permalink: Passage
    sha256: str
    depth: int
    answers: str
    codes: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...] = ()
    """Each reason code used with what the custodian wrote to it, for the log."""
    proofs: Callable[[], tuple[Proof, ...]] = _no_proofs
    context: bool = False
    """Whether it was not asked for, and is shown so that the others can be understood."""

    @property
    def partly(self) -> bool:
        """Whether a part of it is withheld."""
        return bool(self.codes)


@dataclass(frozen=True, kw_only=True, slots=True)
class WithheldEntry:
    """A record withheld in full: that it exists and why, nothing of what it says."""

    position: int
    label: str
    code: str
    note: str
    depth: int
    proofs: Callable[[], tuple[Proof, ...]] = _no_proofs


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectedBy:
    """One query whose frozen result the response answers with."""

    query: str
    said_as: str
    at: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """What was captured of one account: the first and last day posted, how many, how many media were not contained."""

    account: str
    platform: str
    records: int
    first: str
    last: str
    media_missing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """The whole answer. `entries` may be walked as often as a format needs; it reads as it goes.

    `context` counts the records, among those released in full or in part, that were not asked for.
    """

    city: str
    letterhead: tuple[str, ...]
    zone: str
    request: int
    words: str
    received: str
    channel: str
    made: str
    collections: tuple[CollectedBy, ...]
    coverage: tuple[Coverage, ...]
    released: int
    redacted: int
    withheld: int
    reasons: tuple[ReasonCode, ...]
    seal: Seal
    entries: Callable[[], Iterator[Entry | WithheldEntry]]
    context: int = 0

    @property
    def count(self) -> int:
        """How many records the response speaks of."""
        return self.released + self.redacted + self.withheld
