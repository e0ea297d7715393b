"""Cutting a large response into parts, each complete in itself. No record is split; threads are kept whole if they fit.

How large a part will be is judged beforehand, rather too large than too small; whoever builds it measures it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.response import Entry, Response, Share, WithheldEntry, plain

BASE = 1_500_000
"""Bytes that every part has anyway: fonts in the PDF, the verifiers, the page to read."""

_RECORD, _LETTER, _PICTURE = 9_000, 12, 400_000
_NEARLY = 0.7


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


def shares(response: Response, limit: int) -> list[Share]:
    """The parts, each judged to be no larger than `limit` bytes unless it is a single record."""
    found: list[Share] = []
    current: list[Entry | WithheldEntry] = []
    size, start = BASE, 0
    for entry in response.entries():
        more = weight(entry)
        full = size + more > limit or (entry.depth == 0 and size > limit * _NEARLY)
        if current and full:
            found.append(_share(current, start))
            start, current, size = start + len(current), [], BASE
        current.append(entry)
        size += more
    return [*found, _share(current, start)]


def weight(entry: Entry | WithheldEntry) -> int:
    """About how many bytes a record adds to a package; a medium stands in it twice, and smaller in the PDF."""
    if isinstance(entry, WithheldEntry):
        return _RECORD
    letters = len(plain(entry.title)) + len(plain(entry.text)) + sum(len(plain(each.text)) for each in entry.earlier)
    media = sum(2 * each.size + min(each.size, _PICTURE) for each in entry.media)
    return _RECORD + _LETTER * letters + media


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


def _share(entries: Sequence[Entry | WithheldEntry], start: int) -> Share:
    withheld = sum(1 for each in entries if isinstance(each, WithheldEntry))
    redacted = sum(1 for each in entries if isinstance(each, Entry) and each.partly)
    return Share(
        start=start,
        stop=start + len(entries),
        released=len(entries) - withheld - redacted,
        redacted=redacted,
        withheld=withheld,
        context=sum(1 for each in entries if isinstance(each, Entry) and each.context),
    )
