"""What the records of one file say of each other: unique identities, references, segments, and our own order.

Kept a record: two numbers for its identity and date. What points to nothing here is reported at the end of the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.warc_fields import Head
from archiver.warc_rules import Finding

_MEDIA_NAME = re.compile(r"([0-9a-f]{64})\.warc\.gz")
_REFERENCES = ("WARC-Refers-To", "WARC-Concurrent-To", "WARC-Warcinfo-ID")
MOST_PENDING = 100_000
"""References that may wait for a later record; more are let go unjudged, so that memory stays bounded."""


@dataclass(kw_only=True, slots=True)
class _Series:
    """One record written in segments: its address, the number and length so far, where it begins, whether complete."""

    uri: str
    offset: int
    number: int
    length: int
    complete: bool = False


@dataclass(kw_only=True, slots=True)
class Links:
    """The relations found so far in one file."""

    name: str
    own: bool
    records: int = 0
    seen: dict[int, int] = field(default_factory=dict)
    pending: dict[tuple[int, str], tuple[int, int, str]] = field(default_factory=dict)
    series: dict[str, _Series] = field(default_factory=dict)
    raws: dict[str, int] = field(default_factory=dict)
    objects: int = 0

    def add(self, head: Head, offset: int) -> Iterator[Finding]:
        """Take up one record; what is wrong between it and those before."""
        self.records += 1
        identity, date = head.get("WARC-Record-ID"), head.get("WARC-Date")
        if identity:
            if hash(identity) in self.seen:
                yield Finding(code="W-47-record-id-twice", offset=offset, detail=identity[:80])
            self.seen[hash(identity)] = hash(date)
        yield from self._references(head, offset)
        yield from self._segments(head, offset)
        if self.own:
            yield from self._own_order(head, offset)

    def findings(self) -> Iterator[Finding]:
        """What is known only at the end of the file."""
        for (target, name), (offset, date, text) in self.pending.items():
            if target not in self.seen:
                yield Finding(code="W-64-refers-elsewhere", offset=offset, detail=f"{name}: {text}")
            elif name == "WARC-Concurrent-To" and self.seen[target] != date:
                yield Finding(code="W-65-concurrent-date", offset=offset, detail=text)
        for series in self.series.values():
            if not series.complete:
                yield Finding(code="W-59-segment-elsewhere", offset=series.offset, detail="its last segment")
        for uri, offset in self.raws.items():
            yield Finding(code="W-74-own-pair", offset=offset, detail=uri[:120])
        media = _MEDIA_NAME.fullmatch(self.name)
        if self.own and media and (self.objects, self.records) != (1, 2):
            yield Finding(code="W-73-own-media", offset=0, detail=f"{self.records} records")

    def _references(self, head: Head, offset: int) -> Iterator[Finding]:
        date = hash(head.get("WARC-Date"))
        for name in _REFERENCES:
            for text in head.all(name):
                target = hash(text)
                if target not in self.seen:
                    if len(self.pending) < MOST_PENDING:
                        self.pending[target, name] = (offset, date, text[:80])
                elif name == "WARC-Concurrent-To" and self.seen[target] != date:
                    yield Finding(code="W-65-concurrent-date", offset=offset, detail=text[:80])

    def _segments(self, head: Head, offset: int) -> Iterator[Finding]:
        number, uri, length = head.get("WARC-Segment-Number"), head.get("WARC-Target-URI"), head.length or 0
        if head.kind != "continuation":
            if number == "1":
                self.series[head.get("WARC-Record-ID")] = _Series(uri=uri, offset=offset, number=1, length=length)
            return
        series = self.series.get(head.get("WARC-Segment-Origin-ID"))
        if series is None:
            yield Finding(code="W-59-segment-elsewhere", offset=offset, detail="its first segment")
            return
        series.number, series.length = series.number + 1, series.length + length
        total = head.get("WARC-Segment-Total-Length")
        series.complete = series.complete or bool(total)
        if number != str(series.number):
            yield Finding(code="W-58-segment", offset=offset, detail=f"number {number[:20]}, not {series.number}")
        elif uri != series.uri:
            yield Finding(code="W-58-segment", offset=offset, detail="another address than the first segment's")
        elif total and total != str(series.length):
            yield Finding(code="W-58-segment", offset=offset, detail=f"total {total[:20]}, not {series.length}")

    def _own_order(self, head: Head, offset: int) -> Iterator[Finding]:
        if self.records == 1 and head.kind != "warcinfo":
            yield Finding(code="W-71-own-warcinfo", offset=offset, detail=head.kind[:40])
        uri = head.get("WARC-Target-URI")
        if head.kind == "resource" and uri.endswith(":raw"):
            self.raws[head.get("WARC-Record-ID")] = offset
        if head.kind == "conversion":
            self.raws.pop(head.get("WARC-Refers-To"), None)
        media = _MEDIA_NAME.fullmatch(self.name)
        self.objects += bool(media and head.kind == "resource" and uri.endswith(f":media:{media.group(1)}"))
