"""`released.wacz`: the released set as a web archive that opens in ReplayWeb.page (WACZ 1.1.1, WARC 1.1).

Each page in it is made from the Response, never from what a platform sent: nothing withheld can be in it. So its
addresses are ours, under `ofrecord.invalid`, a name that can never be a real site's.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from markupsafe import Markup

from custody.stored_gzip import stored_member
from exports.format import Digest, File, Made
from exports.igzip import crc32, gzip_member
from exports.pages import template
from exports.reader_page import basis_of, facts_of, source_of, title_of
from exports.response import Entry, MediaFile, Response, WithheldEntry
from exports.streamed_zip import StreamedZip

_SLOT = "\0"
"""Stands in the frame of a page where a record's own words come; no page of ours holds it otherwise."""

_NO_MARKS = str.maketrans("", "", "-:TZ")
_NAMES = uuid.UUID("7d0d0b9e-3c7e-5a57-9d54-0f6ec1d9a3f1")
_INFO = (
    "software: {software}\r\nformat: WARC File Format 1.1\r\ndigest-encoding: hex\r\n"
    "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
    "description: released records of public records request {request}, rendered from the response\r\n"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class WebArchive:
    """`released.wacz`."""

    name: str = "web archive"
    tells: tuple[tuple[str, str], ...] = (("released.wacz", "the same as a web archive (open it at replayweb.page)"),)

    def files(self, response: Response, made: Made) -> Iterator[File]:
        """The web archive, made piece by piece when its turn comes."""
        yield File(name="released.wacz", chunks=lambda: _written(response, made), stored=True)


def site_of(response: Response) -> str:
    """Under which address the released pages stand in the web archive."""
    part = f"/part-{response.part}" if response.parts > 1 else ""
    return f"https://ofrecord.invalid/request-{response.request}{part}/"


@dataclass(slots=True)
class _Archive:
    """The WARC while it is made piece by piece, and what the index and the list of pages say of it."""

    site: str
    index: list[str] = field(default_factory=list)
    pages: list[dict[str, str]] = field(default_factory=list)
    at: int = 0

    def info(self, text: str, stamp: str) -> bytes:
        """The first exchange: what made the file."""
        block = text.encode()
        digest = hashlib.sha256(block).hexdigest()
        head = _head("warcinfo", "", stamp, "application/warc-fields", digest, len(block), self.site + "#info")
        return self._packed(head, block)

    def ours(self, place: str, kind: str, text: str, stamp: str) -> bytes:
        """A text of ours."""
        block, url, start = text.encode("utf-8", "replace"), self.site + place, self.at
        digest = hashlib.sha256(block).hexdigest()
        packed = self._packed(_head("resource", url, stamp, kind, digest, len(block), url), block)
        self._list(url, kind, digest, stamp, start)
        return packed

    def page(self, place: str, title: str, body: str, stamp: str) -> bytes:
        """A page of ours, in the list of pages."""
        row = {"id": place.removesuffix(".html") or "index", "url": self.site + place, "ts": stamp, "title": title}
        self.pages.append(row)
        return self.ours(place, "text/html", body, stamp)

    def media(self, media: MediaFile, block: Iterator[bytes], stamp: str) -> Iterator[bytes]:
        """A released picture or file, its bytes as they are in `media/`."""
        url, kind, start = self.site + media.name, _plain_type(media.media_type), self.at
        head = _head("resource", url, stamp, kind, media.sha256, media.size, url)
        for piece in stored_member(chain([head], block, [b"\r\n\r\n"]), crc32):
            self.at += len(piece)
            yield piece
        self._list(url, kind, media.sha256, stamp, start)

    def _packed(self, head: bytes, block: bytes) -> bytes:
        """One exchange as one gzip member."""
        packed = gzip_member(head + block + b"\r\n\r\n")
        self.at += len(packed)
        return packed

    def _list(self, url: str, kind: str, digest: str, stamp: str, start: int) -> None:
        """Its line in the index, which names where it begins and how long it is."""
        row = {"url": url, "mime": kind, "status": "200", "digest": f"sha256:{digest}", "length": str(self.at - start)}
        row |= {"offset": str(start), "filename": "data.warc.gz"}
        self.index.append(f"{_sorting(url)} {stamp.translate(_NO_MARKS)} {json.dumps(row)}")


def _written(response: Response, made: Made) -> Iterator[bytes]:
    target, archive, running = StreamedZip(), _Archive(site=site_of(response)), made.digest()
    yield from target.file("archive/data.warc.gz", _hashed(_exchanges(archive, response, made), running), True)
    resources = [_resource("archive/data.warc.gz", running.hexdigest(), archive.at)]
    head = {"format": "json-pages-1.0", "id": "pages", "title": title_of(response), "hasText": False}
    lists = {
        "indexes/index.cdx": "".join(f"{line}\n" for line in sorted(archive.index)),
        "pages/pages.jsonl": "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in [head, *archive.pages]),
    }
    for name, text in lists.items():
        data = text.encode("utf-8", "replace")
        resources.append(_resource(name, hashlib.sha256(data).hexdigest(), len(data)))
        yield from target.file(name, [data], name.startswith("indexes/"))
    about = {"profile": "data-package", "wacz_version": "1.1.1", "title": title_of(response), "created": _stamp("")}
    about |= {"software": response.software, "mainPageUrl": archive.site, "mainPageDate": _stamp("")}
    listing = json.dumps({**about, "resources": resources}, indent=2, ensure_ascii=False).encode("utf-8", "replace")
    yield from target.file("datapackage.json", [listing], False)
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(listing).hexdigest()}"}
    yield from target.file("datapackage-digest.json", [json.dumps(digest, indent=2).encode()], False)
    yield target.end()


def _hashed(pieces: Iterable[bytes], running: Digest) -> Iterator[bytes]:
    for piece in pieces:
        running.update(piece)
        yield piece


def _exchanges(archive: _Archive, response: Response, made: Made) -> Iterator[bytes]:
    yield archive.info(_INFO.format(software=response.software, request=response.request), _stamp(""))
    yield archive.ours("style.css", "text/css", source_of("reader.css"), _stamp(""))
    title, basis, page = title_of(response), basis_of(response), template("released.html")
    rows = [(entry.position, entry.label, _line(entry)) for entry in response.entries()]
    yield archive.page("", title, page.render(r=response, name=title, title=title, shown="", rows=rows), _stamp(""))
    frame = page.render(r=response, name=title, title=_SLOT, shown=_SLOT, rows=())
    before, between, after = (Markup(part) for part in frame.split(_SLOT))
    heading = template("entry.html").module.heading
    for entry in response.entries():
        stamp, facts = _stamp(entry.captured if isinstance(entry, Entry) else ""), facts_of(entry)
        title, shown = f"{entry.position}. {entry.label}", heading(facts, "h1") + made.bodies.of(facts, basis)
        yield archive.page(f"{entry.label}.html", title, before + title + between + shown + after, stamp)
        if isinstance(entry, Entry):
            for media in entry.media:
                yield from archive.media(media, made.bytes_of(media), stamp)


def _line(entry: Entry | WithheldEntry) -> str:
    return f"{entry.kind}, {entry.account}, {entry.when_city}" if isinstance(entry, Entry) else "withheld"


def _stamp(captured: str) -> str:
    """When it was captured, as WARC writes it; a date long ago where there is none."""
    return f"{captured[:10]}T{captured[11:19]}Z" if captured else "2000-01-01T00:00:00Z"


@lru_cache(maxsize=64)
def _plain_type(kind: str) -> str:
    """A media type that is one word and fits a line of a header."""
    clean = "".join(each for each in kind.partition(";")[0].strip() if each.isalnum() or each in "/.+-_")
    return clean if clean.count("/") == 1 and clean.isascii() else "application/octet-stream"


def _sorting(url: str) -> str:
    """The address turned round, as an index sorts it (SURT)."""
    host, _, path = url.removeprefix("https://").partition("/")
    return f"{','.join(reversed(host.split('.')))})/{path.lower()}"


def _head(kind: str, url: str, stamp: str, media_type: str, digest: str, size: int, named: str) -> bytes:
    lines = [
        f"WARC/1.1\r\nWARC-Type: {kind}\r\n",
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(_NAMES, named + digest)}>\r\n",
    ]
    lines.append(f"WARC-Target-URI: {url}\r\nWARC-Payload-Digest: sha256:{digest}\r\n" if url else "")
    lines.append(f"WARC-Date: {stamp}\r\nWARC-Block-Digest: sha256:{digest}\r\n")
    lines.append(f"Content-Type: {media_type}\r\nContent-Length: {size}\r\n\r\n")
    return "".join(lines).encode()


def _resource(path: str, digest: str, size: int) -> dict[str, Any]:
    return {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{digest}", "bytes": size}
