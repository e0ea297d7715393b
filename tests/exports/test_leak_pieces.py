"""Bytes that are known clean are searched once; what is planted anywhere is found in each place it stands in."""

import gzip
import hashlib
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import leak_check
from exports.leak_check import check_files
from exports.leak_pieces import CHUNK, OVERLAP, pieces
from exports.secrets_of import Secrets

SEED = 20261121
NAME = "Zdenka Quibble"
SIZE = 400_000


def secrets() -> Secrets:
    made = Secrets()
    made.add(NAME, "R7")
    return made


def picture(seed: int, planted: int = -1, size: int = SIZE) -> bytes:
    data = bytearray(random.Random(SEED + seed).randbytes(size))
    if planted >= 0:
        data[planted : planted + len(NAME)] = NAME.encode()
    return bytes(data)


def exchange(block: bytes, more: str = "") -> bytes:
    head = f"WARC/1.1\r\nWARC-Type: resource\r\n{more}Content-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def package(pictures: list[bytes], warc: list[bytes]) -> dict[str, Path | bytes]:
    """A package as ours: the pictures, then a web archive in it that holds these exchanges."""
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as wacz:
        wacz.writestr("archive/data.warc.gz", b"".join(gzip.compress(each, 1) for each in warc))
    with zipfile.ZipFile(outer, "w") as target:
        for n, each in enumerate(pictures, 1):
            target.writestr(f"media/R{n}-1.jpg", each)
        target.writestr("released.wacz", inner.getvalue())
    return {"response.zip": outer.getvalue()}


def files_of(found: list[leak_check.Leak]) -> list[str]:
    return sorted({leak.file for leak in found})


WACZ = "response.zip > released.wacz > archive/data.warc.gz"
MEDIA = "response.zip > media/R2-1.jpg"


@pytest.mark.parametrize("planted", [0, 3, OVERLAP - 5, OVERLAP + 100, SIZE // 2, SIZE - OVERLAP - 4, SIZE - len(NAME)])
def test_a_secret_planted_in_a_picture_is_found_in_both_places(planted: int) -> None:
    shown = [picture(1), picture(2, planted), picture(3)]
    found = check_files(package(shown, [exchange(each) for each in shown]), secrets())
    assert files_of(found) == sorted([MEDIA, WACZ])


@pytest.mark.parametrize("planted", [0, OVERLAP - 5, SIZE // 2, SIZE - len(NAME)])
def test_a_picture_that_is_another_in_the_web_archive_alone_is_searched_there(planted: int) -> None:
    shown = [picture(1), picture(2), picture(3)]
    other = [exchange(each) for each in (shown[0], picture(2, planted), shown[2])]
    assert files_of(check_files(package(shown, other), secrets())) == [WACZ]
    assert check_files(package(shown, [exchange(each) for each in shown]), secrets()) == []


def test_what_stands_between_known_pictures_or_over_their_edge_is_found() -> None:
    shown = [picture(1), picture(2), picture(3)]
    plain = [exchange(each) for each in shown]
    page = exchange(f"<p>{NAME}</p>".encode())
    for warc in ([plain[0], page, plain[1]], [page, *plain], [*plain, page], [exchange(shown[0], f"X: {NAME}\r\n")]):
        assert files_of(check_files(package(shown, warc), secrets())) == [WACZ]


def test_what_begins_before_a_known_picture_and_ends_in_it_is_found() -> None:
    made = Secrets()
    made.add("oak elm ash fig", "R7")
    shown = [b"ash fig " + picture(1)[8:], picture(2)]
    head = f"WARC/1.1\r\nContent-Length: {SIZE}\r\nX: see oak elm\r\n\r\n".encode()
    over = package(shown, [exchange(shown[1]), head + shown[0] + b"\r\n\r\n"])
    assert files_of(check_files(over, made)) == [WACZ]
    assert check_files(package(shown, [exchange(shown[1]), exchange(shown[0])]), made) == []


def test_a_withheld_picture_inside_the_web_archive_is_known_by_its_bytes() -> None:
    made, shown = secrets(), [picture(1), picture(2)]
    made.add_digest(hashlib.sha256(picture(9)).hexdigest(), "R3")
    found = check_files(package(shown, [exchange(shown[0]), exchange(picture(9))]), made)
    assert [(leak.file, leak.place, leak.record) for leak in found] == [(WACZ, "a whole file in it", "R3")]


def test_what_is_no_web_archive_all_through_is_searched_to_its_end() -> None:
    shown = [picture(1), picture(2)]
    for broken in (
        b"WARC/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"WARC/1.1\r\n\r\n",
        b"WARC/1.1\r\nContent-Length: x\r\n\r\n",
    ):
        warc = [exchange(shown[0]), broken, NAME.encode(), exchange(shown[1])]
        assert files_of(check_files(package(shown, warc), secrets())) == [WACZ], broken


def test_known_pictures_are_not_searched_again() -> None:
    shown = [picture(n, size=2 * CHUNK + 77) for n in range(3)]
    data = b"".join(exchange(each) for each in shown)
    clean = {hashlib.sha256(each).hexdigest() for each in shown}
    searched = sum(len(piece) for piece, _ in pieces(io.BytesIO(data), clean.__contains__))
    assert searched < len(shown) * (2 * OVERLAP + 200)
    assert sum(len(piece) for piece, _ in pieces(io.BytesIO(data), lambda digest: False)) >= len(data)


@given(st.lists(st.tuples(st.integers(0, 5 * OVERLAP), st.booleans()), min_size=1, max_size=6), st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_every_run_is_searched_here_or_was_there(blocks: list[tuple[int, bool]], seed: int) -> None:
    chance = random.Random(seed)
    shown = [chance.randbytes(size) for size, _ in blocks]
    known = [each for each, (_, is_known) in zip(shown, blocks, strict=True) if is_known]
    clean = {hashlib.sha256(each).hexdigest() for each in known}
    data = b"".join(exchange(each) for each in shown)
    here = list(pieces(io.BytesIO(data), clean.__contains__))
    for _ in range(20):
        at = chance.randrange(len(data))
        run = data[at : at + chance.randrange(1, 1 + OVERLAP)]
        assert any(run in piece for piece, _ in here) or any(run in each for each in known)
    at = 0
    for piece, line in here:  # each begins in the line it says
        at = data.index(piece, at)
        assert line == data[:at].count(b"\n") + 1
