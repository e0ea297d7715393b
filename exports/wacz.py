"""`released.wacz`: the released set as a web archive that opens in ReplayWeb.page (WACZ 1.1.1, WARC 1.1).

Each page in it is made from the Response, never from what a platform sent: nothing withheld can be in it. So its
addresses are ours, under `ofrecord.invalid`, a name that can never be a real site's.
"""

import hashlib
import json
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from custody.stored_gzip import stored_member
from exports.crc import crc32
from exports.format import File, Made
from exports.pages import template
from exports.reader_page import basis_of, facts_of, source_of, title_of
from exports.response import Entry, MediaFile, Response, WithheldEntry

EXTRA = b"RO\0\0"
"""An extra field that says nothing. Where there is one in the directory, players look into a file's own header for
where its bytes begin; without, they reckon, and go wrong where that header holds sizes of 64 bits."""

_DATE = (2000, 1, 1, 0, 0, 0)
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


class _Stream:
    """What was written into it and not taken yet: so a ZIP inside a ZIP needs no file of its own."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> list[bytes]:
        """All that was written since the last time."""
        taken, self._pieces = self._pieces, []
        return taken


@dataclass(slots=True)
class _Archive:
    """The WARC while it is made piece by piece, and what the index and the list of pages say of it."""

    site: str
    index: list[str] = field(default_factory=list)
    pages: list[dict[str, str]] = field(default_factory=list)
    at: int = 0

    def info(self, text: str, stamp: str) -> Iterator[bytes]:
        """The first exchange: what made the file."""
        block = text.encode()
        digest = hashlib.sha256(block).hexdigest()
        head = _head("warcinfo", "", stamp, "application/warc-fields", digest, len(block), self.site + "#info")
        yield from self._counted(_packed(head, [block], 9))

    def ours(self, place: str, kind: str, text: str, stamp: str) -> Iterator[bytes]:
        """A text of ours."""
        block = text.encode("utf-8", "replace")
        yield from self._exchange(place, kind, hashlib.sha256(block).hexdigest(), len(block), [block], stamp, 6)

    def page(self, place: str, title: str, body: str, stamp: str) -> Iterator[bytes]:
        """A page of ours, in the list of pages."""
        yield from self.ours(place, "text/html", body, stamp)
        row = {"id": place.removesuffix(".html") or "index", "url": self.site + place, "ts": stamp, "title": title}
        self.pages.append(row)

    def media(self, media: MediaFile, block: Iterator[bytes], stamp: str) -> Iterator[bytes]:
        """A released picture or file, its bytes as they are in `media/`."""
        yield from self._exchange(media.name, media.media_type, media.sha256, media.size, block, stamp, 0)

    def _exchange(
        self, place: str, kind: str, digest: str, size: int, block: Iterable[bytes], stamp: str, level: int
    ) -> Iterator[bytes]:
        url, kind, start = self.site + place, _plain_type(kind), self.at
        yield from self._counted(_packed(_head("resource", url, stamp, kind, digest, size, url), block, level))
        row = {"url": url, "mime": kind, "status": "200", "digest": f"sha256:{digest}", "length": str(self.at - start)}
        row |= {"offset": str(start), "filename": "data.warc.gz"}
        moment = stamp.translate(_NO_MARKS)
        self.index.append(f"{_sorting(url)} {moment} {json.dumps(row)}")

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.at += len(piece)
            yield piece


def _written(response: Response, made: Made) -> Iterator[bytes]:
    out, archive, running = _Stream(), _Archive(site=site_of(response)), made.digest()
    with zipfile.ZipFile(out, "w") as target:  # type: ignore[call-overload]
        with target.open(_member("archive/data.warc.gz", True), "w", force_zip64=True) as warc:
            for piece in _exchanges(archive, response, made):
                running.update(piece)
                warc.write(piece)
                yield from out.taken()
        resources = [_resource("archive/data.warc.gz", running.hexdigest(), archive.at)]
        head = {"format": "json-pages-1.0", "id": "pages", "title": title_of(response), "hasText": False}
        lists = {
            "indexes/index.cdx": "".join(f"{line}\n" for line in sorted(archive.index)),
            "pages/pages.jsonl": "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in [head, *archive.pages]),
        }
        for name, text in lists.items():
            data = text.encode("utf-8", "replace")
            resources.append(_resource(name, hashlib.sha256(data).hexdigest(), len(data)))
            target.writestr(_member(name, name.startswith("indexes/")), data)
        about = {"profile": "data-package", "wacz_version": "1.1.1", "title": title_of(response), "created": _stamp("")}
        about |= {"software": response.software, "mainPageUrl": archive.site, "mainPageDate": _stamp("")}
        listing = json.dumps({**about, "resources": resources}, indent=2, ensure_ascii=False).encode("utf-8", "replace")
        target.writestr(_member("datapackage.json", False), listing)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(listing).hexdigest()}"}
        target.writestr(_member("datapackage-digest.json", False), json.dumps(digest, indent=2).encode())
    yield from out.taken()


def _member(name: str, stored: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr, info.extra = 3, 0o644 << 16, EXTRA
    return info


def _exchanges(archive: _Archive, response: Response, made: Made) -> Iterator[bytes]:
    yield from archive.info(_INFO.format(software=response.software, request=response.request), _stamp(""))
    yield from archive.ours("style.css", "text/css", source_of("reader.css"), _stamp(""))
    shown = {"r": response, "basis": basis_of(response), "name": title_of(response), "body": made.bodies.of}
    rows = [(entry.position, entry.label, _line(entry)) for entry in response.entries()]
    title, page = title_of(response), template("released.html")
    yield from archive.page("", title, page.render(**shown, title=title, e=None, rows=rows), _stamp(""))
    for entry in response.entries():
        stamp = _stamp(entry.captured if isinstance(entry, Entry) else "")
        title = f"{entry.position}. {entry.label}"
        body = page.render(**shown, title=title, e=facts_of(entry), rows=())
        yield from archive.page(f"{entry.label}.html", title, body, stamp)
        if isinstance(entry, Entry):
            for media in entry.media:
                yield from archive.media(media, made.again(media), stamp)


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


def _packed(head: bytes, block: Iterable[bytes], level: int) -> Iterator[bytes]:
    """One exchange as one gzip member, without a date in it."""
    if not level:
        yield from stored_member(chain([head], block, [b"\r\n\r\n"]), crc32)
        return
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    yield packer.compress(head)
    for piece in block:
        yield packer.compress(piece)
    yield packer.compress(b"\r\n\r\n") + packer.flush()


def _resource(path: str, digest: str, size: int) -> dict[str, Any]:
    return {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{digest}", "bytes": size}
