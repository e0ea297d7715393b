"""Packages beyond the old limits of ZIP: members and places over 2 GB (sparse here), more than 65,535 members."""

from pathlib import Path

import pytest

from exports.verifier.codes import Broken, Report
from exports.verifier.container import Member, directory_end, zip_files

HUGE = 2_300_000_000
MANY = 65_600


def sparse(path: Path) -> Path:
    """A ZIP with one stored member of 2.3 GB of zeros, of which the disk keeps nothing, and a small one after it."""
    big = Member(b"media/R1-1.mp4", 0, 0, HUGE, HUGE, 0)
    small = Member(b"README.txt", 0, 0x3610A686, 5, 5, len(big.head()) + HUGE)  # the CRC of "hello"
    with path.open("wb") as file:
        file.write(big.head())
        file.seek(small.offset)
        file.write(small.head() + b"hello")
        rows, offset = big.row() + small.row(), file.tell()
        file.write(rows + directory_end(2, len(rows), offset))
    return path


def many(path: Path) -> Path:
    """A ZIP with more members than two bytes can count."""
    at, rows, heads = 0, [], []
    for n in range(MANY):
        member = Member(f"media/R{n}-1.bin".encode(), 0, 0, 0, 0, at)
        heads.append(member.head())
        rows.append(member.row())
        at += len(heads[-1])
    directory = b"".join(rows)
    path.write_bytes(b"".join(heads) + directory + directory_end(MANY, len(directory), at))
    return path


def test_sizes_and_places_over_two_gigabytes_are_read(tmp_path: Path) -> None:
    path, report = sparse(tmp_path / "response.zip"), Report()
    assert path.stat().st_size > HUGE and path.stat().st_blocks * 512 < 1_000_000
    with path.open("rb") as file:
        files = zip_files(file, path.name, report)
        assert list(files) == ["media/R1-1.mp4", "README.txt"] and report.findings == []
        assert b"".join(files["README.txt"]()) == b"hello"
        assert len(next(files["media/R1-1.mp4"]())) == 1 << 16


@pytest.mark.parametrize("back", [8, 30, 60, 90, 120, 150])
def test_a_changed_byte_in_the_wide_directory_is_seen(tmp_path: Path, back: int) -> None:
    path = sparse(tmp_path / "response.zip")
    with path.open("r+b") as file:
        file.seek(-back, 2)
        (byte,) = file.read(1)
        file.seek(-back, 2)
        file.write(bytes([byte ^ 4]))
    with path.open("rb") as file, pytest.raises(Broken):
        zip_files(file, path.name, Report())


def test_more_than_65535_members_are_read(tmp_path: Path) -> None:
    path, report = many(tmp_path / "response.zip"), Report()
    with path.open("rb") as file:
        assert len(zip_files(file, path.name, report)) == MANY and report.findings == []
