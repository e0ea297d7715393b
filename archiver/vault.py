"""The vault: where bytes lie, and the only ones that matter. The catalog can be made again from here.

Three rooms: `segments/` (records, in one file per retention bucket and run of time, so that most destruction removes
whole files), `media/` (one object a file, kept once however many records show it) and `acts/` (what people did).
Only the catalog says which bytes are acknowledged; what it does not name does not exist, and is swept at next start.
"""

import hashlib
import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archiver import durable, warc
from custody.errors import DamageError
from custody.ids import ArchiveId, exchange_uuid

ROLL_AT = 1_000_000_000
"""Bytes after which a segment is closed and a new one begun."""

POINTER = "application/vnd.ofrecord.pointer+json"
"""The type of an exchange that names the media object in which an item too large for a segment lies."""

_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredMedia:
    """A media object: its digest (64 hex digits), size in bytes, type, and its file's length and digest."""

    sha256: str
    size: int
    media_type: str
    length: int
    file_sha256: str


class Vault:
    """The folder `vault/` of an archive."""

    def __init__(self, root: Path, archive: ArchiveId) -> None:
        self.root = root
        self.archive = archive

    def path_of(self, segment: str) -> Path:
        """The file of a segment named in the catalog."""
        return self.root / segment

    def begin(self, room: str, serial: int, date: str) -> tuple[str, bytes]:
        """The name and first bytes of a new segment in `room` (`segments/WI-DEF-7Y/2032Q1`, `acts`)."""
        stamp = "".join(c for c in date if c.isdigit())[:17]
        file_name = f"ofrecord-{stamp}-{serial:05d}-{self.archive}.warc.gz"
        uuid = exchange_uuid(self.archive, serial, 0, 0xFFF)
        return f"{room}/{file_name}", warc.warcinfo_bytes(
            uuid, date, file_name, f"Ofrecord archive {self.archive}, {room}"
        )

    def append(self, segment: str, data: bytes, at: int) -> None:
        """Put whole gzip members at the acknowledged end of a segment, durably."""
        durable.append(self.path_of(segment), data, at)

    def read(self, segment: str, offset: int, length: int) -> bytes:
        """Some bytes of a segment. Raises DamageError when the file is gone or too short."""
        try:
            with self.path_of(segment).open("rb") as file:
                file.seek(offset)
                data = file.read(length)
        except OSError as error:
            raise DamageError(
                f"vault/{segment} cannot be read: {error.strerror}", "restore it from a backup"
            ) from error
        if len(data) != length:
            raise DamageError(f"vault/{segment} is cut off at byte {offset + len(data)}", "restore it from a backup")
        return data

    def media_path(self, sha256: str) -> Path:
        """The file that holds a media object."""
        return self.root / "media" / sha256[:2] / f"{sha256}.warc.gz"

    def keep_media(self, opener: Callable[[], BinaryIO], name: str, date: str) -> StoredMedia:
        """Store a media object once; the source is read twice, so that size does not cost memory."""
        running, size, start = hashlib.sha256(), 0, b""
        with opener() as source:
            while chunk := source.read(_CHUNK):
                start = start or chunk[:32]
                running.update(chunk)
                size += len(chunk)
        sha256, media_type = running.hexdigest(), type_of(start, name)
        path = self.media_path(sha256)
        if not path.exists():
            uuid = exchange_uuid(self.archive, int(sha256[:11], 16), int(sha256[11:15], 16), 3)
            header = warc.head(
                b"resource", uuid, date, f"urn:ofrecord:{self.archive}:media:{sha256}", media_type, sha256, size
            )
            info = warc.warcinfo_bytes(exchange_uuid(self.archive, 0, 0, 0xFFE), date, path.name, "one media object")
            durable.write_new(path, _media_chunks(info, header, opener))
        length, digest = path.stat().st_size, durable.hash_file(path)
        return StoredMedia(sha256=sha256, size=size, media_type=media_type, length=length, file_sha256=digest)

    def media(self, sha256: str) -> Iterator[bytes]:
        """The bytes of a media object in pieces. Raises DamageError at the end if they are not what was kept."""
        path = self.media_path(sha256)
        where = f"vault/media/{sha256[:2]}/{path.name}"
        try:
            with path.open("rb") as file:
                running = hashlib.sha256()
                for chunk in warc.blocks_of_second_member(file, where):
                    running.update(chunk)
                    yield chunk
        except OSError as error:
            raise DamageError(f"{where} cannot be read: {error.strerror}", "restore it from a backup") from error
        if running.hexdigest() != sha256:
            raise DamageError(f"{where} does not hold the bytes it is named for", "restore it from a backup")

    def sweep(self, committed: dict[str, int], media: Callable[[str], bool], aside: Path) -> list[str]:
        """Set aside what a crash left and no one acknowledged; says in plain words what was swept.

        Nothing is deleted: the bytes go into the folder `aside`, in case it is the catalog that is too old.
        """
        swept = []
        for path in sorted(self.root.glob("**/*.warc.gz")):
            name = path.relative_to(self.root).as_posix()
            if name.startswith("media/"):
                if not media(path.name.removesuffix(".warc.gz")):
                    durable.move(path, aside / path.name)
                    swept.append(f"{name}: never acknowledged, set aside")
            elif name not in committed:
                durable.move(path, aside / path.name)
                swept.append(f"{name}: never acknowledged, set aside")
            elif path.stat().st_size > committed[name]:
                rest = self.read(name, committed[name], path.stat().st_size - committed[name])
                durable.write_new(aside / f"{path.name}.from-{committed[name]}", [rest])
                durable.truncate(path, committed[name])
                swept.append(f"{name}: its unacknowledged end was set aside")
        for path in self.root.glob("**/.*.part"):
            durable.remove(path)
        return swept


def type_of(start: bytes, name: str) -> str:
    """The media type by the first bytes, else by the name's ending."""
    signatures = (
        (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"),
        (b"%PDF", "application/pdf"), (b"\x1aE\xdf\xa3", "video/webm"),
        (b"ID3", "audio/mpeg"), (b"PK\x03\x04", "application/zip"),
    )  # fmt: skip
    for signature, media_type in signatures:
        if start.startswith(signature):
            return media_type
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[4:8] == b"ftyp":
        return "video/mp4"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _media_chunks(info: bytes, header: bytes, opener: Callable[[], BinaryIO]) -> Iterator[bytes]:
    yield info
    with opener() as source:
        yield from warc.stored_chunks(header, iter(lambda: source.read(_CHUNK), b""))
