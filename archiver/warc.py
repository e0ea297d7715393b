"""Exchanges as WARC 1.1 bytes and back: one gzip member each, SHA-256 digests, the same bytes every time.

This writer knows only our own profile (docs/format.md) and its reader is strict: anything else than what the writer
makes is damage. WARC files made by others are read by `archiver/warc_import.py`.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from isal import igzip_lib, isal_zlib

from custody.errors import DamageError
from custody.stored_gzip import HEAD, stored_member

GZIP_HEADER = HEAD
LARGEST_HEADER = 64 * 1024
WALK_CHUNK = 64 * 1024
_BROKEN: tuple[type[Exception], ...] = (igzip_lib.IsalError, isal_zlib.error, EOFError)  # type: ignore[assignment]
_SOFTWARE = (
    b"software: Ofrecord\r\nformat: WARC File Format 1.1\r\n"
    b"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
    b"digest-encoding: hex\r\n"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One WARC record: its named fields and its block."""

    fields: dict[str, str]
    block: bytes

    @property
    def type(self) -> str:
        """warcinfo, resource, conversion, metadata, request or response."""
        return self.fields["WARC-Type"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Where one exchange stands in a segment, in bytes of the file."""

    offset: int
    length: int
    exchange: Exchange


def head(
    kind: bytes, uuid: str, date: str, uri: str, media_type: str, digest: str, length: int, refers: str = ""
) -> bytes:
    """The header of an exchange. uuid without its prefix; date RFC 3339; digest 64 hex digits; length in bytes."""
    target = f"WARC-Target-URI: {uri}\r\n" if uri else ""
    referred = f"WARC-Refers-To: <urn:uuid:{refers}>\r\n" if refers else ""
    return (
        f"WARC/1.1\r\nWARC-Type: {kind.decode()}\r\nWARC-Record-ID: <urn:uuid:{uuid}>\r\nWARC-Date: {date}\r\n"
        f"{target}{referred}"
        f"WARC-Block-Digest: sha256:{digest}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def exchange(
    kind: bytes, uuid: str, date: str, uri: str, media_type: str, block: bytes, refers: str = "", digest: bytes = b""
) -> bytes:
    """One exchange, not yet packed: its header, its block, its end. `digest`: the block's SHA-256, if known."""
    digest = digest or hashlib.sha256(block).digest()
    header = head(kind, uuid, date, uri, media_type, digest.hex(), len(block), refers)
    return b"".join((header, block, b"\r\n\r\n"))


def packed(content: bytes) -> bytes:
    """An exchange as one gzip member."""
    member: bytes = igzip_lib.compress(content, level=1, flag=igzip_lib.COMP_GZIP)
    return member


def warcinfo_bytes(uuid: str, date: str, file_name: str, description: str) -> bytes:
    """The first exchange of every file: what wrote it, by which rules, for whom."""
    block = _SOFTWARE + f"description: {description}\r\n".encode()
    digest = hashlib.sha256(block).hexdigest()
    header = head(b"warcinfo", uuid, date, "", "application/warc-fields", digest, len(block))
    named = header.replace(b"Content-Type:", f"WARC-Filename: {file_name}\r\nContent-Type:".encode(), 1)
    return packed(named + block + b"\r\n\r\n")


def stored_chunks(header: bytes, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """A large exchange as one gzip member of stored blocks, made piece by piece."""
    return stored_member(_with_ends(header, blocks), isal_zlib.crc32)


def read_member(data: bytes, where: str) -> Exchange:
    """The exchange in exactly these bytes of a file. Raises DamageError naming `where` and what is wrong."""
    if data[:10] != GZIP_HEADER:
        raise DamageError(f"{where}: the gzip header is not one that Ofrecord writes")
    try:
        content = igzip_lib.decompress(data, flag=igzip_lib.DECOMP_GZIP)
    except _BROKEN as error:
        raise DamageError(f"{where}: the compressed bytes are broken ({error})") from error
    if int.from_bytes(data[-4:], "little") != len(content) & 0xFFFFFFFF:
        raise DamageError(f"{where}: the compressed bytes do not end where they should")
    return parse(content, where)


def parse(content: bytes, where: str) -> Exchange:
    """An exchange from its uncompressed bytes, checked: structure, length and digest."""
    end = content.find(b"\r\n\r\n", 0, LARGEST_HEADER)
    if end < 0 or not content.startswith(b"WARC/1.1\r\n"):
        raise DamageError(f"{where}: there is no WARC 1.1 header")
    fields = fields_of(content[:end], where)
    block = content[end + 4 : -4]
    if content[-4:] != b"\r\n\r\n" or fields.get("Content-Length") != str(len(block)):
        raise DamageError(f"{where}: the block is not as long as its header says")
    if fields.get("WARC-Block-Digest") != "sha256:" + hashlib.sha256(block).hexdigest():
        raise DamageError(f"{where}: the block does not have the digest its header names")
    return Exchange(fields=fields, block=block)


def fields_of(header: bytes, where: str) -> dict[str, str]:
    """The named fields of a header (without its blank line). Raises DamageError on a line that is no field."""
    try:
        lines = header.decode("utf-8").split("\r\n")[1:]
        fields = dict(line.split(": ", 1) for line in lines)
    except ValueError as error:
        raise DamageError(f"{where}: the WARC header is not readable") from error
    if len(fields) != len(lines) or not fields.keys() >= {"WARC-Type", "WARC-Record-ID", "WARC-Date"}:
        raise DamageError(f"{where}: a WARC header field is missing or given twice")
    return fields


def walk(file: BinaryIO, end: int, where: str) -> Iterator[tuple[int, bytes, bytes]]:
    """The members of a segment in order, as (offset, compressed bytes, content), up to `end`, trusting no index.

    Raises DamageError where the bytes stop making sense; what came before is good.
    """
    position, buffer = 0, b""
    while position < end:
        member, content, buffer = _next_member(file, buffer, f"{where} at byte {position}")
        if position + len(member) > end:
            raise DamageError(f"{where} at byte {position}: the member runs past the acknowledged end")
        yield position, member, content
        position += len(member)


def blocks_of_second_member(file: BinaryIO, where: str) -> Iterator[bytes]:
    """The block of a media file's one resource, in pieces. Raises DamageError when the file is broken or cut off."""
    _, _, pending = _next_member(file, b"", where)
    unpacker, header, left = isal_zlib.decompressobj(31), b"", -1
    if pending[:10] != GZIP_HEADER[: len(pending)]:
        raise DamageError(f"{where}: the gzip header is not one that Ofrecord writes")
    try:
        while not unpacker.eof:
            content = unpacker.decompress(pending)
            if left < 0:
                header, content, left = _past_header(header + content, where)
            piece = content[:left] if left >= 0 else b""
            left -= len(piece) if left >= 0 else 0
            if piece:
                yield piece
            pending = b"" if unpacker.eof else file.read(WALK_CHUNK)
            if not pending and not unpacker.eof:
                raise DamageError(f"{where}: the file is cut off")
    except _BROKEN as error:
        raise DamageError(f"{where}: the compressed bytes are broken ({error})") from error
    if left or unpacker.unused_data or file.read(1):
        raise DamageError(f"{where}: the block is not as long as its header says")


def second_header(file: BinaryIO, where: str) -> dict[str, str]:
    """The named fields of a media file's one resource."""
    _, _, pending = _next_member(file, b"", where)
    content = isal_zlib.decompressobj(31).decompress(pending or file.read(LARGEST_HEADER), LARGEST_HEADER)
    end = content.find(b"\r\n\r\n")
    if end < 0:
        raise DamageError(f"{where}: there is no WARC header")
    return fields_of(content[:end], where)


def _past_header(content: bytes, where: str) -> tuple[bytes, bytes, int]:
    end = content.find(b"\r\n\r\n")
    if end < 0:
        if len(content) > LARGEST_HEADER:
            raise DamageError(f"{where}: there is no WARC header")
        return content, b"", -1
    length = fields_of(content[:end], where).get("Content-Length", "")
    if not length.isdigit():
        raise DamageError(f"{where}: the header names no length")
    return b"", content[end + 4 :], int(length)


def _next_member(file: BinaryIO, pending: bytes, where: str) -> tuple[bytes, bytes, bytes]:
    unpacker, taken, content = isal_zlib.decompressobj(31), [pending], []
    try:
        content.append(unpacker.decompress(pending))
        while not unpacker.eof:
            piece = file.read(WALK_CHUNK)
            if not piece:
                raise DamageError(f"{where}: the file is cut off")
            taken.append(piece)
            content.append(unpacker.decompress(piece))
    except _BROKEN as error:
        raise DamageError(f"{where}: the compressed bytes are broken ({error})") from error
    rest: bytes = unpacker.unused_data
    whole = b"".join(taken)
    member = whole[: len(whole) - len(rest)]
    if member[:10] != GZIP_HEADER:
        raise DamageError(f"{where}: the gzip header is not one that Ofrecord writes")
    return member, b"".join(content), rest


def _with_ends(header: bytes, blocks: Iterable[bytes]) -> Iterator[bytes]:
    yield header
    yield from blocks
    yield b"\r\n\r\n"
