"""Opening downloads: what is hostile or broken is refused with the file, the entry and the cure."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from archiver.package import FolderPackage, ZipPackage, open_package
from custody.errors import InputError


def made(path: Path, *entries: tuple[str, bytes], **attributes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            package.writestr(info, data)
    return path


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../out.txt", "climbs out"),
        ("a/../../out.txt", "climbs out"),
        ("/etc/passwd", "absolute"),
        ("C:/win.txt", "absolute"),
        ("a\u202egpj.exe", "control characters"),
        ("a\x07b", "control characters"),
    ],
)
def test_names_that_reach_outside_are_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        open_package(made(tmp_path / "a.zip", (name, b"x")))
    assert "Nothing was changed" in refused.value.hint


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = made(tmp_path / "a.zip", ("a.txt", b"1"), ("a.txt", b"2"))
    with pytest.raises(InputError, match="stands in it twice"):
        open_package(path)


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("link", b"/etc/passwd"), external_attr=(stat.S_IFLNK | 0o777) << 16)
    with pytest.raises(InputError, match="a link or a device"):
        open_package(path)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("bomb", bytes(20 * 1024 * 1024)))
    with pytest.raises(InputError, match="zip bomb"):
        open_package(path)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("secret.txt", b"hello"))
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="is encrypted"):
        open_package(path)


@pytest.mark.parametrize("keep", [10, 100, 300])
def test_a_zip_cut_off_is_refused_with_the_cure(tmp_path: Path, keep: int) -> None:
    path = made(tmp_path / "a.zip", *((f"{n}.txt", b"text" * 50) for n in range(5)))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"a\.zip") as refused:
        open_package(path)
    assert "again" in refused.value.hint


def test_a_damaged_entry_is_an_error_in_our_words(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("a.txt", os.urandom(5000)))
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data)
    package = open_package(path)
    with pytest.raises(InputError, match=r"a\.txt"), package.open("a.txt") as stream:
        while stream.read(1000):
            continue
    package.close()


def test_what_is_called_a_zip_and_is_none(tmp_path: Path) -> None:
    path = tmp_path / "download.zip"
    path.write_text("<html>Log in</html>")
    with pytest.raises(InputError, match="is not a zip"):
        open_package(path)


def test_empty_and_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for name in ("empty", "folder", "missing"):
        with pytest.raises(InputError, match=name):
            open_package(tmp_path / name)


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "download"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "linked").symlink_to(tmp_path)
    package = FolderPackage(folder)
    assert package.members() == ("a.txt",)


def test_members_are_found_by_the_end_of_their_name(tmp_path: Path) -> None:
    with ZipPackage(made(tmp_path / "a.zip", ("top/posts/media/a.png", b"1"), ("top/b.json", b"2"))).open(
        "top/b.json"
    ) as stream:
        assert stream.read() == b"2"
    package = ZipPackage(tmp_path / "a.zip")
    assert package.find("posts/media/a.png") == "top/posts/media/a.png"
    assert package.find("osts/media/a.png") is None
    assert package.size("top/b.json") == 1
    package.close()
