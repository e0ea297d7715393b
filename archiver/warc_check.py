"""Checks a WARC file against every rule there is (archiver/warc_rules.py) and names each one broken.

The whole file is read once, in pieces; after damage the search goes on at the next record. Memory stays flat but for
some hundred bytes a record (identities must be unique) and, in our own profile, one member of at most 64 MiB.

What is found: in a .warc.gz every member carries a checksum over all it unpacks to, so that a changed bit is found
unless it stands where a decompressor does not look (the gzip header's time and system, padding bits, two ways to write
the same repetition). In our own profile those are found too: the header is compared with the only one we write, and
each member is packed again and compared. What cannot be found: in an uncompressed .warc no digest covers a record's
header, so a changed letter of an address or a digit of a date stays unseen if the result is still a valid header; and
a file cut off exactly between two records is a shorter, whole file (only the catalog knows: `ofrecord verify`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from archiver.warc import GZIP_HEADER, packed
from archiver.warc_digests import BlockSeal, HttpSeal, Labelled
from archiver.warc_fields import Head, broken_rules, read_head
from archiver.warc_links import Links
from archiver.warc_rules import Finding, Profile
from archiver.warc_source import CHUNK, MAGIC, Member, Source, Window, find_record

LARGEST_HEADER = 64 * 1024
MOST_BREAKS = 1000
"""After so many places where the search for the next record began anew, a hostile file must not cost more hours."""
_END = b"\r\n\r\n"
_FEW = 20
"""One member in so many may differ from what the compressor makes today before it is the compressor that changed."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """How much was read: records and bytes."""

    records: int = 0
    bytes: int = 0


def check(path: Path, profile: Profile = Profile.STANDARD, tally: Tally | None = None) -> Iterator[Finding]:
    """Every rule the file breaks, in the order of its bytes. Raises OSError when it cannot be read."""
    with path.open("rb") as stream:
        yield from check_stream(stream, path.name, profile, tally)


def check_stream(
    stream: BinaryIO, name: str, profile: Profile = Profile.STANDARD, tally: Tally | None = None
) -> Iterator[Finding]:
    """The same for a file already open, which must be seekable. `name` is the file's name, without its folder."""
    yield from _Check(Window(stream), name, profile, tally or Tally()).run()


@dataclass(kw_only=True, slots=True)
class _Packing:
    """How the members compare with what the compressor makes today."""

    same: int = 0
    others: int = 0
    places: list[int] = field(default_factory=list)

    def add(self, member: Member) -> None:
        whole = member.held
        if whole is None or member.is_stored:
            return
        if packed(whole[1]) == whole[0]:
            self.same += 1
            return
        self.others += 1
        if len(self.places) < MOST_BREAKS:
            self.places.append(member.begin)

    def findings(self) -> Iterator[Finding]:
        if self.others and (self.others == 1 or self.others * _FEW <= self.same) and self.same:
            yield from (Finding(code="W-19-gzip-other-bytes", offset=place) for place in self.places)
        elif self.others:
            yield Finding(code="W-21-gzip-other-packer", offset=self.places[0], detail=f"{self.others} members")


class _Check:
    """One file being checked."""

    def __init__(self, window: Window, name: str, profile: Profile, tally: Tally) -> None:
        self._window, self._profile, self._tally = window, profile, tally
        self._own = profile is Profile.OFRECORD
        self._name = name
        self._links = Links(name=name, own=self._own)
        self._packing = _Packing()
        self._breaks = 0

    def run(self) -> Iterator[Finding]:
        start = self._window.peek(5)
        if not start:
            yield Finding(code="W-01-empty-file", offset=0)
            return
        if not start.startswith(MAGIC[:2]) and (start.startswith(b"WARC/") or not self._name.endswith(".gz")):
            if self._own:
                yield Finding(code="W-07-not-compressed", offset=0)
            yield from self._plain()
        else:
            yield from self._members()
        yield from self._packing.findings()
        yield from self._links.findings()
        self._tally.bytes = self._window.size

    def _too_many(self) -> Iterator[Finding]:
        if self._breaks >= MOST_BREAKS and self._window.peek(1):
            yield Finding(code="W-06-too-many-breaks", offset=self._window.offset)
            while self._window.take(CHUNK):
                pass

    def _lost(self, start: int) -> Finding:
        """The verdict on bytes passed over, from `start` to where the search ended."""
        self._breaks += 1
        size = self._window.offset - start
        if start == 0:
            return Finding(code="W-02-not-warc", offset=0, detail=f"{size} bytes")
        code = "W-05-lost-bytes" if self._window.peek(1) else "W-04-trailing-bytes"
        return Finding(code=code, offset=start, detail=f"{size} bytes")

    # compressed files

    def _members(self) -> Iterator[Finding]:
        while start := self._window.peek(10):
            begin = self._window.offset
            if len(start) < 10 and MAGIC.startswith(start[:3]):
                self._window.take(10)
                yield Finding(code="W-03-cut-off", offset=begin, detail="the last gzip member has no end")
            elif start.startswith(MAGIC):
                yield from self._member()
            else:
                wrong_method = start.startswith(MAGIC[:2])
                self._search(begin)
                lost = self._lost(begin)
                yield Finding(code="W-15-gzip-method", offset=begin, detail=f"{start[2]}") if wrong_method else lost
            yield from self._too_many()

    def _search(self, begin: int) -> None:
        self._window.go(begin + 1)
        self._window.find_member()

    def _member(self) -> Iterator[Finding]:
        member = Member(self._window, hold=self._own)
        begin, records = member.begin, 0
        if self._own and member.header != GZIP_HEADER:
            yield Finding(code="W-14-gzip-header", offset=begin, detail=member.header[:40].hex(" "))
        while member.peek(5) == b"WARC/":
            if records == 1:
                yield Finding(code="W-17-gzip-many-records", offset=begin)
            yield from self._record(member, begin)
            records += 1
        left = 0
        while data := member.take(CHUNK):
            left += len(data)
        if not member.broken:
            yield from self._verdict_on_rest(begin, records, left)
            if not member.faults:
                self._packing.add(member)
            yield from (Finding(code=code, offset=begin, detail=detail) for code, detail in member.faults)
            return
        self._breaks += 1
        self._search(begin)
        yield from (Finding(code=self._cause(code), offset=begin, detail=detail) for code, detail in member.faults)

    def _cause(self, code: str) -> str:
        """A member without an end is cut off only when none follows."""
        return "W-10-gzip-broken" if code == "W-03-cut-off" and self._window.peek(1) else code

    def _verdict_on_rest(self, begin: int, records: int, left: int) -> Iterator[Finding]:
        if left:
            code = "W-20-gzip-remainder" if records else "W-39-not-a-record"
            yield Finding(code=code, offset=begin, detail=f"{left} bytes")
        elif not records:
            yield Finding(code="W-18-gzip-empty", offset=begin)

    # uncompressed files

    def _plain(self) -> Iterator[Finding]:
        window = self._window
        while start := window.peek(5):
            begin = window.offset
            if start == b"WARC/":
                yield from self._record(window, begin)
            elif b"WARC/".startswith(start) and begin:
                window.take(5)
                yield Finding(code="W-03-cut-off", offset=begin)
            else:
                find_record(window)
                yield self._lost(begin)
            yield from self._too_many()

    # one record

    def _record(self, source: Source, begin: int) -> Iterator[Finding]:
        ahead = source.peek(LARGEST_HEADER + len(_END))
        size = _head_size(ahead)
        if not size:
            yield from self._no_head(source, begin, len(ahead) > LARGEST_HEADER)
            return
        head = read_head(source.take(size))
        self._tally.records += 1
        yield from (Finding(code=c, offset=begin, detail=d) for c, d in broken_rules(head, self._profile))
        yield from self._links.add(head, begin)
        if head.length is None:
            self._find_next(source)
        elif isinstance(source, Window) and (code := _false_length(source, head.length)):
            yield Finding(code=code, offset=begin, detail=f"Content-Length {head.length}")
            self._find_next(source)
        else:
            yield from self._block(source, head, head.length, begin)

    def _no_head(self, source: Source, begin: int, too_large: bool) -> Iterator[Finding]:
        source.take(5)
        self._find_next(source)
        if too_large:
            yield Finding(code="W-32-header-too-large", offset=begin)
        elif not source.broken:
            cut = isinstance(source, Window) and not source.peek(1)
            yield Finding(code="W-03-cut-off" if cut else "W-33-header-end", offset=begin)

    def _find_next(self, source: Source) -> None:
        self._breaks += 1
        find_record(source)

    def _block(self, source: Source, head: Head, length: int, begin: int) -> Iterator[Finding]:
        seals = _seals(head)
        left = length
        while left and (piece := source.take(min(left, CHUNK))):
            left -= len(piece)
            for seal in seals.values():
                seal.take(piece)
        if source.broken:
            return
        if left:
            yield Finding(code="W-37-length-wrong", offset=begin, detail=f"{length - left} bytes of {length}")
            return
        end = source.peek(len(_END))
        following = end.lstrip(b"\r\n")
        if source.broken:
            return
        if following and not b"WARC/".startswith(following):
            yield Finding(code="W-37-length-wrong", offset=begin, detail=f"Content-Length {length}")
            self._find_next(source)
            return
        source.take(len(end) - len(following))
        yield from _sealed(seals, begin)
        if end != _END:
            yield Finding(code="W-38-record-end", offset=begin)


def _head_size(ahead: bytes) -> int:
    """The header's size with its empty line; 0 when there is none within the largest size."""
    ends = [(ahead.find(end), len(end)) for end in (_END, b"\n\n", b"\n\r\n")]
    first = min(((place, size) for place, size in ends if place >= 0), default=(-1, 0))
    return 0 if first[0] < 0 or sum(first) > LARGEST_HEADER else sum(first)


def _false_length(window: Window, length: int) -> str:
    """Why no record ends where its header says, in an uncompressed file; "" when one does."""
    begin = window.offset
    window.go(min(begin + length, window.size))
    end = window.peek(9)
    window.go(begin)
    if begin + length > window.size or (len(end) < len(_END) and _END.startswith(end)):
        find_record(window)
        code = "W-37-length-wrong" if window.peek(1) else "W-03-cut-off"
        window.go(begin)
        return code
    following = end.lstrip(b"\r\n")
    is_end = end.startswith(_END) or not following or b"WARC/".startswith(following[:5])
    return "" if is_end else "W-37-length-wrong"


def _seals(head: Head) -> dict[str, BlockSeal | HttpSeal]:
    """The computations for the digests a header names, by the code that is found when they do not fit."""
    seals: dict[str, BlockSeal | HttpSeal] = {}
    block, payload = Labelled(head.get("WARC-Block-Digest")), Labelled(head.get("WARC-Payload-Digest"))
    if block.wanted:
        seals["W-50-block-digest"] = BlockSeal(block)
    if payload.wanted and not head.all("WARC-Truncated") and not head.all("WARC-Segment-Number"):
        if head.kind in {"resource", "conversion"}:
            seals["W-51-payload-digest"] = BlockSeal(payload)
        elif head.kind in {"response", "request"}:
            is_http = head.get("Content-Type").lower().startswith("application/http")
            seals["W-51-payload-digest" if is_http else "W-66-payload-unread"] = (
                HttpSeal(payload) if is_http else BlockSeal(payload)
            )
    return seals


def _sealed(seals: dict[str, BlockSeal | HttpSeal], begin: int) -> Iterator[Finding]:
    for code, seal in seals.items():
        if isinstance(seal, HttpSeal) and not seal.begun:
            yield Finding(code="W-66-payload-unread", offset=begin)
        elif not seal.fits():
            yield Finding(code=code, offset=begin)
