"""The package byte for byte as a plain, slow writer makes it, whatever its threads do: ZIP, web archive, digests."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.vault import Vault
from benchmarks.response_bench import response
from custody.errors import DamageError
from exports.format import File, Made
from exports.response import Entry, MediaFile, Piece, Response, WithheldEntry
from exports.streamed_zip import EXTRA, StreamedZip
from exports.verifier.verify import check
from exports.zip_bundle import write_zip
from exports.zip_members import PackageWriter
from tests.exports.packages import DATE
from tests.exports.test_zip_members import by_the_library

SIZES = (0, 1, 700, 65_534, 65_535, 65_536, 131_070, 1_048_575, 1_048_577, 3_000_001)
PIECES = st.lists(st.binary(max_size=200), max_size=5)
PACKED = (".txt", ".html", ".json", ".csv", ".py")


class OnlyForward(io.RawIOBase):
    """A stream that cannot go back."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += bytes(data)  # type: ignore[call-overload]
        return len(data)  # type: ignore[arg-type]


def as_a_stream(files: list[tuple[str, bytes, bool]]) -> bytes:
    """(name, bytes, stored) as zipfile writes them into a stream."""
    out = OnlyForward()
    with zipfile.ZipFile(out, "w") as target:  # type: ignore[call-overload]
        for name, data, stored in files:
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr, info.extra = 3, 0o644 << 16, EXTRA
            with target.open(info, "w", force_zip64=True) as member:
                member.write(data)
    return bytes(out.data)


@given(st.lists(st.tuples(PIECES, st.booleans()), max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_streamed_zip_is_what_the_standard_library_streams(files: list[tuple[list[bytes], bool]]) -> None:
    ours = StreamedZip()
    made = [piece for n, (pieces, stored) in enumerate(files) for piece in ours.file(f"a/file-{n}.gz", pieces, stored)]
    wanted = [(f"a/file-{n}.gz", b"".join(pieces), stored) for n, (pieces, stored) in enumerate(files)]
    assert b"".join(made) + ours.end() == as_a_stream(wanted)


def known(name: str, data: bytes, pieces: int = 3) -> File:
    cut = len(data) // pieces + 1
    digest = hashlib.sha256(data).hexdigest()
    return File(name=name, stored=True, size=len(data), sha256=digest,
                chunks=lambda: iter([data[at : at + cut] for at in range(0, len(data), cut)]))  # fmt: skip


@given(st.lists(st.tuples(st.binary(max_size=400), st.sampled_from(["known", "stored", "packed"])), max_size=12))
@settings(max_examples=60, deadline=None)
def test_files_carried_into_their_place_stand_as_if_written_in_turn(files: list[tuple[bytes, str]]) -> None:
    out = io.BytesIO()
    with PackageWriter(out) as writer:
        for n, (data, kind) in enumerate(files):
            if kind == "known":
                writer.add_known(known(f"file-{n}.txt", data))
            else:
                writer.add(f"file-{n}.txt", [data], kind == "stored")
        told = [(row["name"], row["sha256"], row["size"]) for row in writer.files()]
        writer.close()
    assert out.getvalue() == by_the_library([([data], kind != "packed") for data, kind in files])
    assert told == sorted(
        (f"file-{n}.txt", hashlib.sha256(data).hexdigest(), len(data)) for n, (data, _) in enumerate(files)
    )


@pytest.mark.parametrize("more", [-1, 1, 2_000_000])
def test_a_file_that_is_not_as_long_as_was_said_is_damage(tmp_path: Path, more: int) -> None:
    said = known("media/R1-1.jpg", bytes(1_500_000))
    longer = replace(said, chunks=lambda: iter([bytes(1_500_000 + min(more, 0)), bytes(max(more, 0))]))
    with (
        (tmp_path / "package.zip").open("x+b") as target,
        pytest.raises(DamageError, match="not as long"),
        PackageWriter(target) as writer,
    ):
        writer.add_known(longer)
        writer.close()


def with_pictures(vault: Vault) -> Response:
    """A response whose records have pictures of many sizes in a real vault, one of them twice."""
    plainly, entries = response(len(SIZES) + 2), []
    for n, entry in enumerate(plainly.entries(), 1):
        assert isinstance(entry, Entry)
        media = tuple(_medium(vault, n, place, size) for place, size in enumerate((SIZES * 2)[n - 1 : n + 1]) if n > 2)
        entries.append(replace(entry, media=media))

    def walk(start: int = 0, stop: int | None = None) -> Iterator[Entry | WithheldEntry]:
        yield from entries[start:stop]

    return replace(plainly, entries=walk)


def _medium(vault: Vault, n: int, place: int, size: int) -> MediaFile:
    data = hashlib.shake_256(b"%d" % size).digest(size)
    kept = vault.keep_media(lambda: io.BytesIO(data), "p.jpg", "2025-01-01T00:00:00Z")
    return MediaFile(
        name=f"media/R{n}-{place + 1}.jpg",
        place=place,
        media_type="image/jpeg",
        alt=(Piece(text="a picture"),),
        size=size,
        sha256=kept.sha256,
        chunks=lambda: vault.media(kept.sha256),
    )


def plain_member(content: bytes) -> bytes:
    """A gzip member of stored blocks, made the plainest way: full ones, then the last, which may be empty."""
    blocks = [content[at : at + 65_535] for at in range(0, len(content) - len(content) % 65_535, 65_535)]
    last = content[len(blocks) * 65_535 :]
    out = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"".join(b"\0\xff\xff\0\0" + block for block in blocks)
    out += b"\x01" + len(last).to_bytes(2, "little") + (len(last) ^ 0xFFFF).to_bytes(2, "little") + last
    return out + zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")


def exchanges(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each gzip member with what it holds."""
    while data:
        unpacker = zlib.decompressobj(31)
        content = unpacker.decompress(data) + unpacker.flush()
        yield data[: len(data) - len(unpacker.unused_data)], content
        data = unpacker.unused_data


def test_the_whole_package_is_what_a_plain_writer_makes(tmp_path: Path) -> None:
    full = with_pictures(Vault(tmp_path / "vault", "0123456789ab"))
    made = [written(full, tmp_path, target) for target in ((tmp_path / "a.zip").open("x+b"), io.BytesIO())]
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as package:
        files = {name: package.read(name) for name in package.namelist()}
    shown = [media for each in full.entries() if isinstance(each, Entry) for media in each.media]
    pictures = {media.name: b"".join(media.chunks()) for media in shown}
    assert len(pictures) == len(shown) == 20 and files.items() >= pictures.items()
    listed = {name: data for name, data in files.items() if not name.startswith("manifest")}
    told = {row["name"]: (row["sha256"], row["size"]) for row in json.loads(files["manifest.json"])["files"]}
    assert told == {name: (hashlib.sha256(data).hexdigest(), len(data)) for name, data in listed.items()}
    assert files["released.wacz"] == plain_wacz(files["released.wacz"], pictures)
    assert made[0] == by_name(files)


def written(response: Response, work: Path, target: IO[bytes]) -> bytes:
    with target:
        write_zip(response, Made(pdfs=(), work=work), target, lambda text: text)
        assert target.seek(0, io.SEEK_CUR) == target.seek(0, io.SEEK_END)
        target.seek(0)
        return target.read()


def by_name(files: dict[str, bytes]) -> bytes:
    """The package as the standard library writes it around these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as plain:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = (
                zipfile.ZIP_DEFLATED
                if name.endswith(PACKED) and not name.startswith("manifest")
                else zipfile.ZIP_STORED
            )
            info.create_system, info.external_attr = 3, 0o644 << 16
            with plain.open(info, "w", force_zip64=True) as member:
                member.write(data)
    return out.getvalue()


def plain_wacz(data: bytes, pictures: dict[str, bytes]) -> bytes:
    """The web archive written again the plain way: pictures as stored members, its lists by what they must say."""
    with zipfile.ZipFile(io.BytesIO(data)) as wacz:
        files = {name: wacz.read(name) for name in wacz.namelist()}
    left, warc = dict(pictures), []
    for member, content in exchanges(files["archive/data.warc.gz"]):
        head, _, rest = content.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        name = fields.get("WARC-Target-URI", "").partition("/request-1/")[2]
        picture = left.pop(name, None)
        block = rest[:-4] if picture is None else picture
        assert fields["WARC-Block-Digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
        assert fields["Content-Length"] == str(len(block)) and content == head + b"\r\n\r\n" + block + b"\r\n\r\n"
        warc.append(member if picture is None else plain_member(content))
    assert not left
    files["archive/data.warc.gz"] = b"".join(warc)
    for row in json.loads(files["datapackage.json"])["resources"]:
        there = files[row["path"]]
        assert (row["hash"], row["bytes"]) == (f"sha256:{hashlib.sha256(there).hexdigest()}", len(there))
    listing = hashlib.sha256(files["datapackage.json"]).hexdigest()
    assert json.loads(files["datapackage-digest.json"])["hash"] == f"sha256:{listing}"
    stored = ("archive/data.warc.gz", "indexes/index.cdx")
    return as_a_stream([(name, each, name in stored) for name, each in files.items()])


def test_a_picture_that_is_not_what_it_is_named_for_stops_the_package(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", "0123456789ab")
    full = with_pictures(vault)
    other = next(each.media[0] for each in full.entries() if isinstance(each, Entry) and each.media)
    path = vault.media_path(other.sha256)
    vault.media_path("0" * 64).parent.mkdir(parents=True, exist_ok=True)
    wrong = vault.keep_media(lambda: io.BytesIO(b"x" * other.size), "p.jpg", "2025-01-01T00:00:00Z")
    path.write_bytes(vault.media_path(wrong.sha256).read_bytes())
    with (tmp_path / "response.zip").open("x+b") as target, pytest.raises(DamageError, match="named for"):
        write_zip(full, Made(pdfs=(), work=tmp_path), target, lambda text: text)


def test_bytes_that_nobody_checked_on_the_way_are_found_by_the_verifier(tmp_path: Path) -> None:
    full = with_pictures(Vault(tmp_path / "vault", "0123456789ab"))
    entry = next(each for each in full.entries() if isinstance(each, Entry) and each.media)
    other = replace(entry, media=(replace(entry.media[0], chunks=lambda: iter([b"x" * entry.media[0].size])),))
    wrong = replace(full, entries=lambda start=0, stop=None: iter([other][start:stop]))
    path = tmp_path / "response.zip"
    written(wrong, tmp_path, path.open("x+b"))
    assert ("P-08-changed", other.media[0].name) in check(path, "").findings
