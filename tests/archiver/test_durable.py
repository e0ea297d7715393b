"""Writing durably: whole or not at all, and every failure in words."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver import durable
from custody.errors import UnavailableError
from tests.conftest import Archive


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte; only root can make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        durable.write_new(tmp_path / "a", chunks())
    assert list(tmp_path.iterdir()) == []
    assert durable.write_new(tmp_path / "a", [b"one", b"two"]) == 6
    assert (tmp_path / "a").read_bytes() == b"onetwo"


def test_bytes_behind_the_acknowledged_end_are_written_over(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    durable.append(path, b"first", 0)
    path.write_bytes(b"firstUNACKNOWLEDGED")
    durable.append(path, b"second", 5)
    assert path.read_bytes() == b"firstsecond"
    with pytest.raises(UnavailableError, match="shorter than the catalog says"):
        durable.append(path, b"third", 99)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(small_disk: Path) -> None:
    durable.append(small_disk / "segment", b"kept", 0)
    with pytest.raises(UnavailableError, match="disk is full"):
        durable.write_new(small_disk / "large", [bytes(500_000)] * 5)
    assert [path.name for path in small_disk.iterdir()] == ["segment"]
    with pytest.raises(UnavailableError, match="disk is full"):
        durable.append(small_disk / "segment", bytes(3_000_000), 4)
    durable.truncate(small_disk / "segment", 4)
    assert (small_disk / "segment").read_bytes() == b"kept"


def test_an_archive_is_not_begun_on_a_disk_without_room(small_disk: Path, archive: Archive) -> None:
    from workflows.enrolling import make_archive

    with pytest.raises(UnavailableError, match="MB free"):
        make_archive(small_disk / "home", "wausau", "tester")


def test_a_folder_that_may_not_be_written_is_named(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UnavailableError, match="may not be written"):
        durable.write_new(small_disk / "a", [b"x"])


def test_moving_and_removing(tmp_path: Path) -> None:
    durable.write_new(tmp_path / "a", [b"x"])
    durable.move(tmp_path / "a", tmp_path / "deep" / "b")
    assert (tmp_path / "deep" / "b").read_bytes() == b"x"
    durable.remove(tmp_path / "deep" / "b")
    durable.remove(tmp_path / "deep" / "b")
    assert list((tmp_path / "deep").iterdir()) == []
