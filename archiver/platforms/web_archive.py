"""Web archives made by other tools: WARC and ARC files, alone, in a folder, or in a WACZ.

Identity: `object_id` is the page's address, so that a later crawl of it is a new version of the same record and a
second import of the same file is nothing new. The time of capture is therefore no part of the content: it is the
version's `as_of`. `created_at` is only what the page says of itself (`article:published_time` and the like); a
day of capture is not a day of creation, and a record without a date is never due for destruction until somebody
dates it.

The raw bytes kept are the WARC record's own (header and block), secrets in addresses included; in what is made of them
(address, links, text) those secrets are blotted out, and the record is flagged.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from archiver.platforms.reader import Item, Package, Unread
from archiver.wacz_import import Envelope, is_wacz, read_envelope
from archiver.warc_frames import LARGEST_HELD, begins_a_record
from archiver.warc_import import Foreign, exchanges
from archiver.web_page import read_page
from custody.account import Account
from custody.clock import moment_of
from custody.errors import InputError
from custody.record import Content, IdOrigin, Kind, Media

CARRIES_CONTENT = ("response", "resource", "conversion")
KNOWN_TYPES = ("warcinfo", "request", "metadata", "revisit", "continuation")
PORTS = {"http": ":80", "https": ":443"}
_READABLE = re.compile(r"text/(html|plain|xml|markdown)|application/(xhtml\+xml|xml|json|.*\+(json|xml))|text/.*json")
_MEDIA_KINDS = {"image": "image", "video": "video", "audio": "audio", "application/pdf": "document"}
_MAGIC = (
    (b"%PDF-", "application/pdf"), (b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"),
    (b"<!doctype html", "text/html"), (b"<html", "text/html"),
)  # fmt: skip
_SECRET = re.compile(
    r"((?:^|[?&;\s\"'])(?:access_token|api_?key|apikey|oauth_\w+|client_secret|auth_token|password|appsecret_proof|"
    r"x-amz-signature|x-amz-credential|sig)=)[^&;#\s\"'<>]+|([?&]key=)AIza[\w-]+",
    re.I,
)
_OTHER_PACKINGS = {
    b"\x28\xb5\x2f\xfd": ("zst", "zstd -d"),
    b"\x04\x22\x4d\x18": ("lz4", "lz4 -d"),
    b"BZh": ("bz2", "bunzip2"),
    b"\xfd7zXZ": ("xz", "unxz"),
}


class WebArchive:
    """WARC, ARC and WACZ files."""

    name = "web_archive"
    title = "Web archive (WARC, ARC, WACZ)"

    def recognises(self, package: Package) -> bool:
        """Whether some member begins as a web archive does (or is one packed in a way we can only name)."""
        if is_wacz(package):
            return True
        return any(_begins(package, member) or _packing(package, member) for member in _candidates(package))

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """Every exchange of every WARC in the package, pages and media as content, the rest counted."""
        envelope = read_envelope(package) if is_wacz(package) else Envelope()
        yield from envelope.notes
        noted = {note.member for note in envelope.notes}
        found = False
        for member in package.members():
            if packing := _packing(package, member):
                what, cure = _advice(member, *packing)
                if len(package.members()) == 1:
                    raise InputError(f"{package.name}: {what}.", f"{cure[0].upper()}{cure[1:]}.")
                found = True
                yield Unread(member=member, reason=f"{what}: {cure}")
            elif _begins(package, member):
                found = True
                yield from _items(package, member, envelope)
            elif member not in noted:
                yield Unread(member=member, reason="envelope" if is_wacz(package) else "unknown")
        if not found:
            raise InputError(f"{package.name} holds no WARC file", "a WACZ keeps them in archive/")


def address_of(uri: str) -> str:
    """The address that identifies a page: lower-case scheme and host, no default port, no fragment, no credentials."""
    try:
        parts = urlsplit(uri.strip().replace(" ", "%20"))
        if not parts.netloc:
            return without_secrets(uri.strip())
        host = parts.netloc.rpartition("@")[2].lower().removesuffix(PORTS.get(parts.scheme.lower(), ":"))
    except ValueError:
        return without_secrets(uri.strip())
    return without_secrets(urlunsplit((parts.scheme.lower(), host, parts.path or "/", parts.query, "")))


def without_secrets(text: str) -> str:
    """The text with the values of access tokens and keys in addresses blotted out."""
    return _SECRET.sub(r"\1\2withheld", text) if "=" in text else text


def _candidates(package: Package) -> list[str]:
    members = package.members()
    return [member for member in members if len(members) == 1 or re.search(r"\.w?arc\b", member, re.I)]


def _start(package: Package, member: str) -> bytes:
    with package.open(member) as stream:
        return stream.read(8192)


def _begins(package: Package, member: str) -> bool:
    return begins_a_record(_start(package, member).lstrip(b"\r\n"))


def _packing(package: Package, member: str) -> tuple[str, str] | None:
    if not re.search(r"\.w?arc\b", member, re.I):
        return None
    start = _start(package, member)
    return next((how for magic, how in _OTHER_PACKINGS.items() if start.startswith(magic)), None)


def _advice(member: str, packing: str, command: str) -> tuple[str, str]:
    what = f"{member} is packed with {packing}, which is no part of the WARC standard (ISO 28500)"
    return what, f"unpack it with `{command} {member.rpartition('/')[2]}` and import the .warc file"


def _items(package: Package, member: str, envelope: Envelope) -> Iterator[Item]:
    doubts = ("package-digest-mismatch",) if member in envelope.doubtful else ()
    try:
        for found in exchanges(lambda: package.open(member), member):
            yield _item(found, envelope.titles, doubts)
    except InputError as error:  # a broken zip entry: what was read before stays, and the other members are read
        yield Item(place=f"{member}: {error.message}", raw=b"", quarantined="unreadable member")


def _item(found: Foreign, titles: Mapping[str, str], doubts: tuple[str, ...]) -> Item:
    whole: dict[str, Any] = {"raw": found.raw, "raw_type": found.raw_type, "as_of": found.as_of}
    if found.fault:
        reason, _, detail = found.fault.partition(": ")
        return Item(place=f"{found.place}: {detail}" if detail else found.place, quarantined=reason, **whole)
    if found.type not in CARRIES_CONTENT:
        return Item(place=_place(found), excluded=_envelope_reason(found), **whole)
    start = found.body.begin(512) if found.body else b""
    media_type = _type_of(found, start)
    if reason := _no_record(found, media_type, start):
        return Item(place=_place(found), excluded=reason, **whole)
    if _READABLE.fullmatch(media_type):
        return Item(place=found.place, content=_page(found, media_type, titles, doubts), **whole)
    content = _medium(found, media_type, doubts)
    return Item(place=found.place, content=content, payload=found.body.open if found.body else None, **whole)


def _place(found: Foreign) -> str:
    place = f"{found.place}, {address_of(found.uri)}" if found.uri else found.place
    if found.type == "revisit":
        return f"{place}: the same as {without_secrets(found.refers_to) or 'an earlier capture it does not name'}"
    return f"{place}: leads to {without_secrets(found.location)}" if found.location else place


def _envelope_reason(found: Foreign) -> str:
    """Why an exchange without content is no record. A request with credentials says so; they are not kept."""
    if found.secrets:
        return f"request with credentials (not kept): {', '.join(found.secrets)}"
    return found.type if found.type in KNOWN_TYPES else "unknown WARC-Type"


def _no_record(found: Foreign, media_type: str, start: bytes) -> str:
    """Why an answer carries no content of the city; "" when it does."""
    if found.uri.startswith("dns:") or media_type == "text/dns":
        return "name lookup"
    if 300 <= found.status < 400:
        return "redirect"
    if found.status >= 400 or 100 <= found.status < 200:
        return f"answer {found.status}"
    return "" if start else "empty answer"


def _type_of(found: Foreign, start: bytes) -> str:
    """The declared media type, or what the first bytes say when it is missing or says nothing."""
    if found.media_type not in ("", "application/octet-stream", "unk", "text/plain"):
        return found.media_type
    beginning = start.lstrip().lower()
    seen = next((kind for magic, kind in _MAGIC if beginning.startswith(magic.lower())), "")
    return seen or found.media_type or "application/octet-stream"


def _page(found: Foreign, media_type: str, titles: Mapping[str, str], doubts: tuple[str, ...]) -> Content:
    data = found.body.begin(LARGEST_HELD + 1) if found.body and found.body.readable else b""
    doubts += ("too-large-to-read-whole",) if len(data) > LARGEST_HELD else ()
    page = read_page(media_type, found.charset, data[:LARGEST_HELD], found.uri)
    text = without_secrets(page.text)
    return Content(
        **_identity(found),
        kind=Kind.PAGE,
        title=page.title or titles.get(found.uri, ""),
        text=text,
        lang=page.lang,
        links=tuple(without_secrets(link) for link in page.links),
        created_at=_moment(page.published),
        created_at_raw=page.published,
        flags=(*_flags(found), *doubts, *page.flags, *(("secret-in-text",) if text != page.text else ())),
        repairs=(*found.repairs, *page.repairs),
        extra=_extra(found, media_type),
    )  # fmt: skip


def _medium(found: Foreign, media_type: str, doubts: tuple[str, ...]) -> Content:
    kind = _MEDIA_KINDS.get(media_type) or _MEDIA_KINDS.get(media_type.partition("/")[0], "file")
    address = address_of(found.uri)
    name = unquote(address.partition("?")[0].rpartition("/")[2])
    return Content(
        **_identity(found),
        kind=Kind.MEDIA,
        media=(Media(uri=address, kind=kind, media_type=media_type, name=name),),
        flags=(*_flags(found), *doubts),
        repairs=found.repairs,
        extra=_extra(found, media_type),
    )


def _identity(found: Foreign) -> dict[str, Any]:
    address = address_of(found.uri)
    made = found.type == "conversion"
    return {
        "platform": "web",
        "object_id": f"conversion:{found.media_type}:{address}" if made else address,
        "id_origin": IdOrigin.DERIVED if made else IdOrigin.NATIVE,
        "permalink": address if address.startswith(("http://", "https://")) else "",
        "source": "crawl",
    }


def _flags(found: Foreign) -> tuple[str, ...]:
    flags = list(found.flags)
    if found.status == 206:
        flags.append("partial-answer")
    if without_secrets(found.uri) != found.uri or "@" in found.uri.partition("://")[2].partition("/")[0]:
        flags.append("secret-in-address")
    return tuple(flags)


def _extra(found: Foreign, media_type: str) -> dict[str, Any]:
    extra: dict[str, Any] = {"media_type": media_type, "warc_type": found.type}
    if found.status not in (0, 200):
        extra["status"] = str(found.status)
    return extra


def _moment(text: str) -> datetime | None:
    try:
        return moment_of(text) if text else None
    except (ValueError, OverflowError):
        return None
