"""What is only being made lies inside the archive, and goes at the next start when the program was killed over it."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.working import FOLDER, sweep, working_folder
from custody.errors import UnavailableError
from custody.request import Mark
from tests.conftest import NOW, ROOT, Archive
from tests.workflows.test_purging import destroy, filled, text
from workflows import requesting
from workflows.backing_up import _house_files

__all__ = ["filled"]
Jsonl = Callable[..., Path]


def made_in(*folders: Path) -> list[Path]:
    """What lies in folders of these folders: single files are those of the system when it looks for its libraries."""
    return [path for folder in folders for path in folder.glob("*/**/*") if path.is_file()]


def killed_at_work(archive: Archive, temporary: Path) -> None:
    """`request respond` in a process of its own, killed as soon as it has written anything that is not kept yet."""
    program = "from console.cli.main import main; main()"
    command = [sys.executable, "-c", program, "--home", str(archive.home), "request", "respond", "1"]
    place = {"TMPDIR": str(temporary), "PYTHONPATH": str(ROOT), "OFRECORD_PINS": ""}
    process = subprocess.Popen(
        command, env={**os.environ, **place}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
    )
    until = time.monotonic() + 60
    while not made_in(temporary, archive.home / FOLDER) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    said = process.communicate()[1]
    assert process.returncode == -signal.SIGKILL, said


def test_nothing_of_a_killed_answer_lies_in_the_systems_folder_and_the_next_start_removes_it(
    archive: Archive, jsonl: Jsonl, tmp_path: Path
) -> None:
    archive.take_in(jsonl("some", *({"object_id": str(n), "text": f"snow on route {n}"} for n in range(1, 41))))
    with archive.writing() as house:
        requesting.open_request(house, "snow", NOW, "phone")
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    killed_at_work(archive, temporary)
    assert made_in(temporary) == []
    assert made_in(archive.home / FOLDER), "it was killed while it worked"
    archive.home.joinpath("responses").mkdir(exist_ok=True)
    piece = archive.home / "responses" / ".response.zip.77.part"
    piece.write_bytes(b"a piece")
    with archive.writing():
        assert not (archive.home / FOLDER).exists() and not piece.exists()


def test_the_folder_is_its_owners_alone_and_goes_also_when_something_goes_wrong(tmp_path: Path) -> None:
    with working_folder(tmp_path) as work:
        assert work.parent == tmp_path / FOLDER and work.stat().st_mode & 0o777 == 0o700
        with working_folder(tmp_path) as other:
            assert other != work
        assert work.is_dir()
    assert not (tmp_path / FOLDER).exists()
    with pytest.raises(KeyError), working_folder(tmp_path) as work:
        (work / "page.pdf").write_bytes(b"%PDF")
        raise KeyError("broken")
    assert not (tmp_path / FOLDER).exists()


def test_what_the_disk_refuses_is_said_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="The disk is full"), working_folder(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(UnavailableError), working_folder(tmp_path / "nowhere"):
        pass


@pytest.fixture
def others(tmp_path: Path) -> Iterator[Path]:
    """A folder in which another process is at work: it holds the lock."""
    folder = tmp_path / "home" / FOLDER / "1"
    folder.mkdir(parents=True)
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    yield folder
    os.close(held)


def test_a_folder_in_use_is_left_and_what_is_nobodys_goes(others: Path) -> None:
    home = others.parent.parent
    (others.parent / "2").mkdir()
    (others.parent / "2" / "page.pdf").write_bytes(b"%PDF")
    (others.parent / "3").symlink_to(others)
    (others.parent / "note").write_text("by hand")
    assert sweep(home) == [f"{FOLDER}/2", f"{FOLDER}/3", f"{FOLDER}/note"]
    assert [path.name for path in others.parent.iterdir()] == ["1"]
    with working_folder(home) as work:
        assert work.name == "2"


def test_the_search_for_remains_looks_there(filled: Archive) -> None:
    dead, used = filled.home / FOLDER / "7", filled.home / FOLDER / "8"
    for folder in (dead, used):
        folder.mkdir(parents=True)
        (folder / "page.txt").write_text(text(1))
    held = os.open(used, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        done = destroy(filled, 1)
        assert done.remains is not None and done.verified is None
        assert [hit.split(":")[0] for hit in done.remains.hits] == [f"{FOLDER}/8/page.txt"]
        assert not dead.exists()
    finally:
        os.close(held)


def test_a_folder_that_cannot_be_searched_is_not_called_clean(filled: Archive) -> None:
    closed = filled.home / "closed"
    closed.mkdir(mode=0o000)
    if os.access(closed, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UnavailableError, match="cannot be searched"):
        destroy(filled, 1)


def test_no_backup_takes_what_is_only_being_made(filled: Archive) -> None:
    with working_folder(filled.home) as work:
        (work / "page.pdf").write_bytes(b"%PDF")
        assert not [each.path for each in _house_files(filled.home) if each.path.startswith(FOLDER)]
