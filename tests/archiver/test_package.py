"""Opening downloads: what is hostile or broken is refused with the file, the entry and the cure."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from archiver import package as packages
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
        ("a\\b.txt", "foreign path"),
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


def test_a_name_cut_short_by_nul_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("photo.jpg_exe", b"x"))
    path.write_bytes(path.read_bytes().replace(b"photo.jpg_exe", b"photo.jpg\0exe"))
    with pytest.raises(InputError, match="control characters"):
        open_package(path)


def test_names_that_look_alike_are_refused_and_names_of_another_case_are_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stands in it twice"):
        open_package(made(tmp_path / "a.zip", ("caf\u00e9.txt", b"1"), ("cafe\u0301.txt", b"2")))
    package = open_package(made(tmp_path / "b.zip", ("A.txt", b"1"), ("a.txt", b"22")))
    assert [package.open(name).read() for name in package.members()] == [b"1", b"22"]
    assert (package.find("A.txt"), package.find("a.txt")) == ("A.txt", "a.txt")
    package.close()


def test_entries_over_one_another_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("one.txt", os.urandom(500)), ("two.txt", os.urandom(500)))
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = bytes(4)  # the second entry says that it begins where the first does
    path.write_bytes(data)
    with pytest.raises(InputError, match="lies over another"):
        open_package(path)


def test_an_entry_never_gives_more_than_it_says(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("a.txt", bytes(1_000_000)))
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    package = open_package(path)
    got = 0
    with pytest.raises(InputError, match=r"a\.txt"), package.open("a.txt") as stream:
        while chunk := stream.read(100):
            got += len(chunk)
    assert got <= 1000
    package.close()


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_UNPACKED", 1000)
    with pytest.raises(InputError, match="unpacks to"):
        open_package(made(tmp_path / "a.zip", ("a", bytes(600)), ("b", bytes(600))))


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_ENTRIES", 3)
    path = made(tmp_path / "a.zip", *((f"{n}.txt", b"1") for n in range(4)))
    with pytest.raises(InputError, match="4 entries"):
        open_package(path)
    (tmp_path / "folder").mkdir()
    for n in range(4):
        (tmp_path / "folder" / str(n)).write_bytes(b"1")
    with pytest.raises(InputError, match="more than 3 files"):
        open_package(tmp_path / "folder")


def test_damage_inside_packed_data_is_an_error_in_our_words(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("a.txt", b"hello world " * 5000))
    data = bytearray(path.read_bytes())
    data[50:56] = b"\xff" * 6
    path.write_bytes(data)
    package = open_package(path)
    for whole in (True, False):
        with pytest.raises(InputError, match=r"a\.zip, a\.txt"), package.open("a.txt") as stream:
            stream.read() if whole else stream.readline()
    package.close()


def test_names_whose_mark_was_forgotten_are_read_as_utf8_else_as_before(tmp_path: Path) -> None:
    def unmarked(path: Path, old: bytes, new: bytes) -> Path:
        data = path.read_bytes().replace(old, new)
        path.write_bytes(data)
        return path

    utf8 = unmarked(made(tmp_path / "a.zip", ("F_te_.png", b"1")), b"F_te_", "Fête".encode())
    assert open_package(utf8).find("Fe\u0302te.png") == "Fête.png"
    cp437 = unmarked(made(tmp_path / "b.zip", ("F_te.png", b"1")), b"F_te", "Fête".encode("cp437"))
    assert open_package(cp437).members() == ("Fête.png",)


def test_an_exact_name_is_found_first_and_a_doubtful_one_not_at_all(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", ("a/data/x.js", b"1"), ("data/x.js", b"22"), ("p/x.png", b"1"), ("q/x.png", b"22"))
    package = open_package(path)
    assert package.find("data/x.js") == "data/x.js"
    assert package.find("x.png") is None
    assert package.find("q/x.png") == "q/x.png"
    twins = open_package(made(tmp_path / "b.zip", ("p/x.png", b"11"), ("q/x.png", b"11")))
    assert twins.find("x.png") == "p/x.png"
    package.close()
    twins.close()


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is no file"):
        open_package(tmp_path / "pipe")


def test_a_folder_of_zips_says_to_name_the_zips(tmp_path: Path) -> None:
    made(tmp_path / "one.zip", ("a", b"1"))
    (tmp_path / ".DS_Store").write_bytes(b"x")
    with pytest.raises(InputError, match="holds zips") as refused:
        open_package(tmp_path)
    assert "all in one command" in refused.value.hint


def test_file_names_that_are_no_text_are_shown_and_can_be_read(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"coffee")
    package = open_package(tmp_path)
    assert package.members() == ("caf\\xe9.txt",)
    with package.open("caf\\xe9.txt") as stream:
        assert stream.read() == b"coffee"
    assert package.size("caf\\xe9.txt") == 6
