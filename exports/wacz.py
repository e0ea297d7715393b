"""`released.wacz`: the released set as a web archive that opens in ReplayWeb.page (WACZ 1.1.1, WARC 1.1).

Each page in it is made from the Response, never from what a platform sent: nothing withheld can be in it. So its
addresses are ours, under `ofrecord.invalid`, a name that can never be a real site's.
"""

import hashlib
import json
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from markupsafe import Markup

from exports.format import File, Made, read_back
from exports.pages import template
from exports.reader_page import basis_of, facts_of, source_of, title_of
from exports.response import Entry, MediaFile, Response

_DATE = (2000, 1, 1, 0, 0, 0)
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
        """The web archive; it is made in the temporary folder when its turn comes."""
        yield File(name="released.wacz", chunks=partial(_written, response, made.work / "released.wacz"), stored=True)


def site_of(response: Response) -> str:
    """Under which address the released pages stand in the web archive."""
    part = f"/part-{response.part}" if response.parts > 1 else ""
    return f"https://ofrecord.invalid/request-{response.request}{part}/"


@dataclass(slots=True)
class _Archive:
    """The WARC while it is written, and what the index and the list of pages say of it."""

    file: IO[bytes]
    site: str
    index: list[str] = field(default_factory=list)
    pages: list[dict[str, str]] = field(default_factory=list)
    at: int = 0

    def info(self, text: str, stamp: str) -> None:
        """The first exchange: what made the file."""
        block = text.encode()
        digest = hashlib.sha256(block).hexdigest()
        head = _head("warcinfo", "", stamp, "application/warc-fields", digest, len(block), self.site + "#info")
        self._write(_packed(head, [block], 9))

    def page(self, place: str, title: str, body: str, stamp: str) -> None:
        """A page of ours."""
        block = body.encode("utf-8", "replace")
        self._exchange(place, "text/html", hashlib.sha256(block).hexdigest(), len(block), [block], stamp, 6)
        row = {"id": place.removesuffix(".html") or "index", "url": self.site + place, "ts": stamp, "title": title}
        self.pages.append(row)

    def media(self, media: MediaFile, stamp: str) -> None:
        """A released picture or file, its bytes as they are in `media/`."""
        self._exchange(media.name, media.media_type, media.sha256, media.size, media.chunks(), stamp, 0)

    def _exchange(
        self, place: str, kind: str, digest: str, size: int, block: Iterable[bytes], stamp: str, level: int
    ) -> None:
        url, kind = self.site + place, _plain_type(kind)
        length = self._write(_packed(_head("resource", url, stamp, kind, digest, size, url), block, level))
        row = {"url": url, "mime": kind, "status": "200", "digest": f"sha256:{digest}", "length": str(length)}
        row |= {"offset": str(self.at - length), "filename": "data.warc.gz"}
        moment = "".join(each for each in stamp if each.isdigit())
        self.index.append(f"{_sorting(url)} {moment} {json.dumps(row)}")

    def _write(self, pieces: Iterable[bytes]) -> int:
        length = sum(self.file.write(piece) for piece in pieces)
        self.at += length
        return length


def _written(response: Response, path: Path) -> Iterator[bytes]:
    with tempfile.TemporaryFile(dir=path.parent) as warc, zipfile.ZipFile(path, "w") as target:
        archive = _Archive(file=warc, site=site_of(response))
        _fill(archive, response)
        resources = [_stored(target, "archive/data.warc.gz", warc)]
        head = {"format": "json-pages-1.0", "id": "pages", "title": title_of(response), "hasText": False}
        lists = {
            "indexes/index.cdx": "".join(f"{line}\n" for line in sorted(archive.index)),
            "pages/pages.jsonl": "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in [head, *archive.pages]),
        }
        for name, text in lists.items():
            resources.append(_add(target, name, text.encode("utf-8", "replace")))
        about = {"profile": "data-package", "wacz_version": "1.1.1", "title": title_of(response), "created": _stamp("")}
        about |= {"software": response.software, "mainPageUrl": archive.site, "mainPageDate": _stamp("")}
        listing = json.dumps({**about, "resources": resources}, indent=2, ensure_ascii=False).encode("utf-8", "replace")
        _add(target, "datapackage.json", listing)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(listing).hexdigest()}"}
        _add(target, "datapackage-digest.json", json.dumps(digest, indent=2).encode())
    yield from read_back(path)()
    path.unlink()


def _fill(archive: _Archive, response: Response) -> None:
    archive.info(_INFO.format(software=response.software, request=response.request), _stamp(""))
    basis, style, page = basis_of(response), Markup(source_of("reader.css")), template("released.html")
    shown = {"r": response, "basis": basis, "style": style, "name": title_of(response)}
    rows = [(entry.position, entry.label, _line(facts_of(entry))) for entry in response.entries()]
    title = title_of(response)
    archive.page("", title, page.render(**shown, title=title, e=None, rows=rows), _stamp(""))
    for entry in response.entries():
        stamp = _stamp(entry.captured if isinstance(entry, Entry) else "")
        title = f"{entry.position}. {entry.label}"
        body = page.render(**shown, title=title, e=facts_of(entry), rows=())
        archive.page(f"{entry.label}.html", title, body, stamp)
        if isinstance(entry, Entry):
            for media in entry.media:
                archive.media(media, stamp)


def _line(facts: dict[str, Any]) -> str:
    return "withheld" if facts["is_withheld"] else f"{facts['kind']}, {facts['account']}, {facts['when_city']}"


def _stamp(captured: str) -> str:
    """When it was captured, as WARC writes it; a date long ago where there is none."""
    return f"{captured[:10]}T{captured[11:19]}Z" if captured else "2000-01-01T00:00:00Z"


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
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    yield packer.compress(head)
    for piece in block:
        yield packer.compress(piece)
    yield packer.compress(b"\r\n\r\n") + packer.flush()


def _stored(target: zipfile.ZipFile, name: str, file: IO[bytes]) -> dict[str, Any]:
    """A finished file as it is. Players find it by the directory at the end, so its own header must say no more than
    that one does: sizes of 64 bits only where they are needed."""
    size, running = file.seek(0, 2), hashlib.sha256()
    file.seek(0)
    with target.open(_member(name, True), "w", force_zip64=size > zipfile.ZIP64_LIMIT) as member:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            running.update(chunk)
            member.write(chunk)
    return _resource(name, running.hexdigest(), size)


def _member(name: str, stored: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


def _add(target: zipfile.ZipFile, name: str, data: bytes) -> dict[str, Any]:
    target.writestr(_member(name, name.startswith("indexes/")), data)
    return _resource(name, hashlib.sha256(data).hexdigest(), len(data))


def _resource(path: str, digest: str, size: int) -> dict[str, Any]:
    return {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{digest}", "bytes": size}
