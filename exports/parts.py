"""Cutting a large response into parts, each complete in itself. No record is split; threads are kept whole if they fit.

How large a part will be is judged beforehand by what a trial of some of its records came to; whoever builds it measures
it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from exports.response import Entry, MediaFile, Response, Share, WithheldEntry, plain

BASE = 100_000
"""Bytes that every part has anyway: fonts in the PDF, the verifiers, the page to read."""

TRIAL = 200
"""Records in a trial: enough to judge the others by, and no more than one volume of the PDF."""

_RECORD, _LETTER, _PICTURE = 9_000, 12, 400_000
_NEARLY = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class PartFile:
    """One part as it lies there: its file, its size and digest, and which records it holds."""

    part: int
    name: str
    size: int
    sha256: str
    first: int
    count: int


def whole(response: Response) -> Share:
    """All of it as one."""
    return Share(
        start=0,
        stop=response.count,
        released=response.released,
        redacted=response.redacted,
        withheld=response.withheld,
        context=response.context,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """What records bring into a package: a measure of what is written of them, bytes of pictures as they are shown in
    the PDF at most, bytes of all media, and how many records they are, in all and by how they are released."""

    written: int = 0
    pictures: int = 0
    media: int = 0
    count: int = 0
    redacted: int = 0
    withheld: int = 0
    context: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """What a package really has for each byte that was judged: in its data and pages, in its PDF, of pictures there.
    A PDF of more than `volume` records stands in it twice, in volumes and joined."""

    base: int
    data: float
    pdf: float
    picture: float
    volume: int

    def size(self, weight: Weight) -> float:
        """About how many bytes a package with this in it has; a medium stands in it twice, and smaller in the PDF."""
        times = 2 if weight.count > self.volume else 1
        pdf = times * (self.pdf * weight.written + self.picture * weight.pictures)
        return self.base + self.data * weight.written + pdf + 2 * weight.media


def learned(response: Response, tried: Weight, package: int, pdf: int, picture: float, volume: int) -> Learned:
    """What a trial without media tells: the size of the package, and of the PDF in it. `picture` is how many bytes
    pictures have in the PDF for each that was judged."""
    return Learned(
        base=BASE + sum(len(each.data) for each in response.additions),
        data=max(package - pdf - BASE, 0) / max(tried.written, 1),
        pdf=pdf / max(tried.written, 1),
        picture=picture,
        volume=volume,
    )


def some_of(response: Response, start: int = 0, stop: int | None = None) -> Iterator[Entry | WithheldEntry]:
    """At most TRIAL records of a response, evenly taken."""
    step = max(1, -(-response.count // TRIAL))
    for place in range(0, response.count, step)[start:stop]:
        yield from response.entries(place, place + 1)


def trial(response: Response) -> tuple[Response, Weight]:
    """A response of some of the records without their media, and what they weigh."""

    def entries(start: int = 0, stop: int | None = None) -> Iterator[Entry | WithheldEntry]:
        for entry in some_of(response, start, stop):
            yield replace(entry, media=()) if isinstance(entry, Entry) else entry

    weight = _sum(map(weigh, entries()))
    share = _share(weight, 0)
    names = ("released", "redacted", "withheld", "context")
    counts = {name: getattr(share, name) for name in names}
    return replace(response, entries=entries, additions=(), **counts), weight


def shares(response: Response, limit: float, known: Learned) -> list[Share]:
    """The parts, each judged to be no larger than `limit` bytes unless it is a single record."""
    found: list[Share] = []
    current, start = Weight(), 0
    for thread in _threads(response):
        whole_thread = current + _sum(thread)
        if current.count and known.size(whole_thread) > limit and known.size(current) > limit * _NEARLY:
            found.append(_share(current, start))
            start, current = start + current.count, Weight()
        for each in thread:
            more = current + each
            if current.count and known.size(more) > limit:
                found.append(_share(current, start))
                start, more = start + current.count, each
            current = more
    return [*found, _share(current, start)]


def weigh(entry: Entry | WithheldEntry) -> Weight:
    """What a record brings into a package."""
    if isinstance(entry, WithheldEntry):
        return Weight(written=_RECORD, count=1, withheld=1)
    letters = len(plain(entry.title)) + len(plain(entry.text)) + sum(len(plain(each.text)) for each in entry.earlier)
    return Weight(
        written=_RECORD + _LETTER * letters,
        pictures=sum(judged(each) for each in entry.media),
        media=sum(each.size for each in entry.media),
        count=1,
        redacted=int(entry.partly),
        context=int(entry.context),
    )


def judged(media: MediaFile) -> int:
    """How many bytes of a picture are judged to be shown in the PDF, 0 for any other file."""
    return min(media.size, _PICTURE) if media.media_type.startswith("image/") else 0


def _threads(response: Response) -> Iterator[list[Weight]]:
    thread: list[Weight] = []
    for entry in response.entries():
        if entry.depth == 0 and thread:
            yield thread
            thread = []
        thread.append(weigh(entry))
    if thread:
        yield thread


def _sum(weights: Iterable[Weight]) -> Weight:
    return sum(weights, Weight())


def parts_json(response: Response, files: Sequence[PartFile]) -> bytes:
    """The list of the parts, for programs."""
    names = ("part", "name", "size", "sha256", "first", "count")
    rows = [{name: getattr(each, name) for name in names} for each in files]
    data = {"format": "ofrecord-parts/1", "request": response.request, "records": response.count, "parts": rows}
    return json.dumps(data, indent=1, sort_keys=True).encode() + b"\n"


def parts_text(response: Response, files: Sequence[PartFile]) -> bytes:
    """The list of the parts, for people."""
    return "\n".join(_lines(response, files)).encode("utf-8", "replace") + b"\n"


def _lines(response: Response, files: Sequence[PartFile]) -> Iterator[str]:
    yield f"{response.city}: response to public records request {response.request}"
    yield f"{len(files)} parts, {response.count:,} records. Each part is complete and can be checked by itself."
    for each in files:
        yield ""
        yield f"{each.name}: records no. {each.first:,} to {each.first + each.count - 1:,}, {each.size:,} bytes"
        yield f"  SHA-256 {each.sha256}"


def _share(weight: Weight, start: int) -> Share:
    return Share(
        start=start,
        stop=start + weight.count,
        released=weight.count - weight.redacted - weight.withheld,
        redacted=weight.redacted,
        withheld=weight.withheld,
        context=weight.context,
    )
