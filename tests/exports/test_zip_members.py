"""The writer of a package: byte for byte what the standard library's makes, nothing lost between its threads."""

import errno
import gzip
import hashlib
import io
import random
import re
import threading
import zipfile
from collections import deque
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.errors import DamageError
from custody.stored_gzip import BLOCK, stored_member
from exports import leak_views
from exports.format import File
from exports.secrets_of import LEAST_IN_NOISE, Secrets
from exports.zip_members import PackageWriter, gathered
from tests.exports.packages import DATE

PIECES = st.lists(st.binary(max_size=300), max_size=6)
FILES = st.lists(st.tuples(PIECES, st.booleans()), max_size=8)
PRINTED = re.compile(
    rb"(?:[\t\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){5,}"
)


def by_the_library(files: list[tuple[list[bytes], bool]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for n, (pieces, stored) in enumerate(files):
            info = zipfile.ZipInfo(f"file-{n}.txt", DATE)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16
            with target.open(info, "w", force_zip64=True) as member:
                member.writelines(pieces)
    return out.getvalue()


@given(FILES)
@settings(max_examples=60, deadline=None)
def test_it_writes_what_the_standard_library_writes(files: list[tuple[list[bytes], bool]]) -> None:
    out = io.BytesIO()
    with PackageWriter(out) as writer:
        for n, (pieces, stored) in enumerate(files):
            writer.add(f"file-{n}.txt", pieces, stored)
        told = {row["name"]: (row["sha256"], row["size"]) for row in writer.files()}
        writer.close()
    wholes = {f"file-{n}.txt": b"".join(pieces) for n, (pieces, _) in enumerate(files)}
    assert out.getvalue() == by_the_library(files)
    assert told == {name: (hashlib.sha256(data).hexdigest(), len(data)) for name, data in wholes.items()}


def known(n: int, pieces: list[bytes], opened: list[int]) -> File:
    def chunks() -> Iterator[bytes]:
        opened.append(n)
        yield from filter(None, pieces)

    whole = b"".join(pieces)
    return File(name=f"file-{n}.txt", stored=True, size=len(whole), sha256=hashlib.sha256(whole).hexdigest(),
                chunks=chunks)  # fmt: skip


@given(st.lists(st.sampled_from([0, 1, 700, 1_048_576, 1_048_577, 3_000_000]), max_size=8), st.randoms())
@settings(max_examples=30, deadline=None)
def test_a_file_is_read_once_for_its_place_and_for_who_asks_for_it(sizes: list[int], chance: random.Random) -> None:
    files, opened, out = (
        [[bytes([n]) * (size // 2), bytes(size - size // 2)] for n, size in enumerate(sizes)],
        [],
        io.BytesIO(),
    )
    asked = chance.sample(range(len(files)), chance.randint(0, len(files)))
    with PackageWriter(out) as writer:
        for n, pieces in enumerate(files):
            writer.add_known(known(n, pieces, opened))
        shown = [b"".join(writer.bytes_of(f"file-{n}.txt") or ()) for n in asked]
        assert all(writer.bytes_of(f"file-{n}.txt") is None for n in asked) and writer.bytes_of("not-there.jpg") is None
        writer.close()
    assert shown == [b"".join(files[n]) for n in asked]
    assert sorted(opened) == list(range(len(files)))
    assert out.getvalue() == by_the_library([(pieces, True) for pieces in files])


def test_no_more_than_a_few_files_are_read_ahead() -> None:
    opened: list[int] = []
    with PackageWriter(io.BytesIO()) as writer:
        for n in range(100):
            writer.add_known(known(n, [b"a"], opened))
        assert opened == []
        for n in range(10):
            deque(writer.bytes_of(f"file-{n}.txt") or (), maxlen=0)
            assert len(opened) <= n + 10
        writer.close()


def test_a_file_read_ahead_that_is_damaged_stops_the_package() -> None:
    def broken() -> Iterator[bytes]:
        yield b"x"
        raise DamageError("not what it is named for", "restore it")

    with pytest.raises(DamageError, match="named for"), PackageWriter(io.BytesIO()) as writer:
        writer.add_known(known(0, [b"x"], []))
        writer.add_known(File(name="file-1.txt", stored=True, size=2, sha256="0" * 64, chunks=broken))
        assert b"".join(writer.bytes_of("file-0.txt") or ()) == b"x"
        writer.close()


class FullDisk(io.BytesIO):
    def write(self, data: object) -> int:
        if self.tell() > 3_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)  # type: ignore[arg-type]


def test_a_full_disk_and_a_broken_source_are_told_and_no_thread_is_left() -> None:
    before = threading.active_count()
    with pytest.raises(OSError, match="No space"), PackageWriter(FullDisk()) as writer:
        writer.add("a.bin", (b"x" * 1_000_000 for _ in range(1000)), True)
        writer.close()
    with pytest.raises(OSError, match="No space"), PackageWriter(FullDisk()) as writer:
        for n in range(4):
            writer.add(f"{n}.bin", [b"x" * 1_000_000], True)
        writer.close()

    def broken() -> Iterator[bytes]:
        yield b"x" * 2_000_000
        raise KeyError("the source broke")

    with pytest.raises(KeyError), PackageWriter(io.BytesIO()) as writer:
        writer.add("a.bin", broken(), True)
    assert threading.active_count() == before


@given(st.binary(max_size=400), st.integers(1, 400), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_a_stored_gzip_member_is_the_same_however_its_content_comes(seed: bytes, cut: int, blocks: int) -> None:
    content = seed + bytes(BLOCK * blocks) + seed
    pieces = [content[at : at + cut * 97] for at in range(0, len(content), cut * 97)]
    member = b"".join(stored_member(pieces))
    assert gzip.decompress(member) == content
    assert member == b"".join(stored_member([content])) == b"".join(stored_member([b"", *pieces, b""]))


@given(st.lists(st.binary(max_size=50), max_size=30))
@settings(deadline=None)
def test_gathering_loses_nothing(chunks: list[bytes]) -> None:
    assert b"".join(b"".join(pieces) for pieces in gathered(chunks)) == b"".join(chunks)


@given(st.binary(max_size=300), st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_printed_runs_are_found_as_the_standard_library_finds_them(noise: bytes, text: str) -> None:
    for data in (noise, text.encode("utf-8", "replace"), noise + text.encode("utf-8", "replace") + noise):
        assert list(leak_views._PRINTED.findall(data)) == PRINTED.findall(data)


@given(st.lists(st.text("abc ", min_size=1, max_size=14), min_size=1, max_size=8), st.text("abc ", max_size=200))
@settings(max_examples=300, deadline=None)
def test_in_noise_every_long_secret_is_found_wherever_it_begins(words: list[str], noise: str) -> None:
    secrets = Secrets(strings={})
    for each in words:
        secrets.add(each, "R1")
    letters = noise.replace(" ", "")
    wanted = {each for each in secrets.strings if len(each) >= LEAST_IN_NOISE and each in letters}
    assert set(secrets.found_in_noise(noise)) == wanted
    for each in list(wanted):
        secrets._drop(each)
    assert set(secrets.found_in_noise(noise)) == set()
