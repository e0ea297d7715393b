"""What a platform is to us: a pure reader that turns the bytes of a download into items, one after another.

A reader cannot sleep, retry, read a clock or write. It yields every item the download lists, in the download's own
order, each with its own raw bytes; what it cannot understand it yields as quarantined, with the reason. Counting,
storing and fetching media are `archiver/harvest.py`'s.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

from custody.account import Account
from custody.record import Content


class Package(Protocol):
    """What a reader may see of a download: a folder, a zip or a single file, as named members."""

    @property
    def name(self) -> str:
        """What the person gave: the path or address, for messages."""

    def members(self) -> tuple[str, ...]:
        """Every member's name, `/`-separated, in order. A single file is one member with its own name."""

    def open(self, member: str) -> BinaryIO:
        """A stream over one member's bytes, from its start. Raises InputError when it cannot be read."""

    def size(self, member: str) -> int:
        """The member's size in bytes."""

    def find(self, tail: str) -> str | None:
        """The one member whose name is `tail` or ends in `/` + `tail`; None if there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """Raw bytes left where they are because they are too large to carry: `length` bytes of a member from `offset`."""

    member: str
    offset: int
    length: int


class Item(NamedTuple):
    """One item a source lists; a tuple, because there are millions.

    Exactly one of these holds: `content` is set (it can be stored); `quarantined` says why it cannot be understood;
    `excluded` says why it is no record. `raw` is the item's own bytes as they stood in the source, of type `raw_type`.
    `members` gives for each of `content.media`, in the same order, the tail of the member name that holds its bytes
    ("" when the source is known not to have it; several possible tails are parted by `|`). `payload` opens the bytes
    of the only medium when they lie inside the item itself (a picture in a WARC); `members` is then empty. `as_of` is
    RFC 3339 when the source dates itself, else "". `normal` are the canonical bytes of `content` (as
    `archiver.normalized.content_bytes` makes them) where the reader has them at hand, else b"".
    """

    place: str
    raw: bytes | Slice
    raw_type: str = "application/json"
    content: Content | None = None
    members: tuple[str, ...] = ()
    payload: Callable[[], BinaryIO] | None = None
    quarantined: str = ""
    excluded: str = ""
    as_of: str = ""
    normal: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A member of the download that was not taken in, and why: `personal`, `unknown`, `no records`, `envelope`."""

    member: str
    reason: str


class Platform(Protocol):
    """One kind of source. `name` is what `--platform` takes; `title` is what a person reads."""

    name: str
    title: str

    def recognises(self, package: Package) -> bool:
        """Whether this reader understands the package, judged by its content, never by the file's name alone."""

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Every item in the package. `personal` also takes in messages and other personal sections.

        Raises InputError when the package as a whole is not readable.
        """
