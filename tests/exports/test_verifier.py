"""verify.py against every kind of tampering, and against each single byte of a package."""

import ast
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from archiver.signing import new_key
from archiver.signing import verify as verified_by_library
from exports.verifier.assembly import FOLDER, PARTS, assembled
from exports.verifier.codes import CODES, Broken, Report
from exports.verifier.container import zip_files
from exports.verifier.signatures import is_signed
from exports.verifier.verify import check, main
from exports.zip_bundle import check_package
from tests.conftest import ROOT
from tests.exports.packages import SECRETS, Package, Tampering, flipped
from tests.exports.tamperings import containers, insiders, outsiders, with_another_key

SEED = 20261121
FULL = os.environ.get("FAULTS") == "full"
SMALL, SAMPLED = (3_000, 400) if FULL else (300, 40)
"""Files up to so many bytes are changed at every byte; of larger ones so many bytes are drawn."""

LISTED = [*outsiders(), *containers(), *insiders()]


def codes_of(report: Report) -> str:
    return " ".join(report.data()["codes"])


def unpacked(data: bytes, into: Path) -> Path:
    with zipfile.ZipFile(BytesIO(data)) as package:
        package.extractall(into)
    return into


def test_an_untouched_package_is_a_yes_as_zip_and_as_folder(package: Package, tmp_path: Path) -> None:
    path = tmp_path / "response.zip"
    path.write_bytes(package.zip())
    for place in (path, unpacked(package.zip(), tmp_path / "folder")):
        report = check(place, str(package.key.public))
        assert report.data()["verdict"] == "yes", report.findings
        assert all(intact for *_, intact in report.files) and len(report.files) == len(package.files) == 17
        assert [each["record"] for each in report.records if each["proved"]] == [
            f"R{n}" for n in (1, 5, 2, 3, 4, 6, 7, 8)
        ]
    sealed = {each["record"]: each["sealed"] for each in report.records if each["sealed"]}
    assert sealed == {
        "R1": ["text"],
        "R4": ["author.handle", "permalink", "media.0"],
        "R6": ["text", "text (version 1)"],
    }
    assert check_package(path) == []


@pytest.mark.parametrize("tampering", LISTED, ids=lambda each: each.name)
def test_each_tampering_is_seen_and_named(tampering: Tampering, package: Package, tmp_path: Path) -> None:
    path = tmp_path / "response.zip"
    path.write_bytes(tampering.make(package))
    assert codes_of(check(path)) == tampering.codes


def test_another_key_is_seen_by_whoever_knows_the_citys(package: Package, tmp_path: Path) -> None:
    for tampering in with_another_key(tmp_path):
        path = tmp_path / "response.zip"
        path.write_bytes(tampering.make(package))
        assert codes_of(check(path, str(package.key.public) if tampering.given_key else "")) == tampering.codes
    assert check(path).data()["verdict"] == "yes"  # which is why the page says: compare the key


def test_every_code_has_its_tampering_and_its_line_in_the_manual(tmp_path: Path) -> None:
    everything = [*LISTED, *with_another_key(tmp_path)]
    assert {code for each in everything for code in each.codes.split()} == set(CODES)
    assert len({each.name for each in everything}) == len(everything) >= 40
    text = (ROOT / "docs" / "howto" / "checking.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `(P-\d\d-[a-z-]+)` \| (.+?) \|$", text, re.MULTILINE)) == CODES
    page = (FOLDER / "verify.html").read_text(encoding="utf-8")
    (table,) = re.findall(r'<script type="application/json" id="codes">(.*?)</script>', page, re.DOTALL)
    assert json.loads(table) == CODES


def test_any_changed_byte_of_any_file_is_seen(package: Package, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    folder, counts = unpacked(package.zip(), tmp_path / "folder"), Counter[str]()
    for name, data in package.files.items():
        size = len(data)
        for at in range(size) if size <= SMALL else sorted(chance.sample(range(size), SAMPLED)):
            changed = bytearray(data)
            changed[at] ^= 1 << chance.randrange(8)
            (folder / name).write_bytes(changed)
            assert check(folder).findings, f"byte {at} of {name}"
            counts[name] += 1
        (folder / name).write_bytes(data)
    assert check(folder).findings == []
    print(f"\nseed {SEED}: {counts.total():,} changed bytes seen: {dict(counts)}")
    assert set(counts) == set(package.files) and counts.total() > (5_000 if FULL else 700)
    assert counts["manifest.signed.txt"] == len(package.files["manifest.signed.txt"])


def test_any_changed_byte_of_the_zip_itself_is_seen(package: Package, tmp_path: Path) -> None:
    """Every byte, each in another way; the loose bits in the last byte of what is compressed in every way. By default
    all of the headers and the directory, and of the files' bytes every eleventh."""
    data, path = package.zip(), tmp_path / "response.zip"
    places = members(data)
    passed = set() if FULL else {at for _, start, end in places for at in range(start, end) if at % 11}
    chosen = [at for at in range(len(data)) if at not in passed]
    loose = [(end - 1, 1 << bit) for _, _, end in places for bit in range(8)]
    tried = Counter[str]()
    for at, bits in [*((at, 1 + (at * 89 + SEED) % 255) for at in chosen), *loose]:
        changed = flipped(data, at, bits)
        how = first_fault(changed, next((name for name, start, end in places if start <= at < end), ""))
        if not how or at % (500 if FULL else 3_000) == 0:
            path.write_bytes(changed)
            findings = check(path).findings
            assert findings, f"byte {at} of the ZIP"
            assert not how or any(code == how for code, _ in findings)
            how = how or findings[0][0] + " by the manifest"
        tried[how] += 1
    print(f"\nseed {SEED}: {tried.total():,} changed bytes of a ZIP of {len(data):,} bytes seen: {dict(tried)}")
    assert tried.total() == len(chosen) + len(loose) and len(chosen) > (len(data) - 1 if FULL else 10_000)


def members(data: bytes) -> list[tuple[str, int, int]]:
    """Of each file in a ZIP, where its bytes begin and end."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        heads = [(each, each.header_offset + 30 + len(each.filename) + 20) for each in package.infolist()]
    return [(each.filename, start, start + each.compress_size) for each, start in heads]


def first_fault(data: bytes, name: str) -> str:
    """The code at which the verifier stops when it opens a ZIP and reads the one file that a changed byte is in."""
    try:
        for _ in zip_files(BytesIO(data), "response.zip", Report())[name]():
            pass
    except Broken as broken:
        return broken.code
    return ""


def test_nothing_withheld_and_no_key_to_it_is_in_the_package(package: Package) -> None:
    tried = 0
    for name, data in package.files.items():
        text = data.decode("utf-8", "replace").lower()
        for secret in SECRETS:
            assert secret not in text, f"{secret} is in {name}"
            tried += 1
    assert tried == len(SECRETS) * len(package.files)
    _, proofs = package.rows("proofs.json")
    open_parts = {(row["record"], part["name"]) for row in proofs for part in row.get("parts", ()) if "key" in part}
    assert (
        ("R1", "text") not in open_parts and ("R4", "media.0.alt") not in open_parts and ("R1", "title") in open_parts
    )
    assert all(
        set(row) == {"index", "leaf", "path", "record", "version"} for row in proofs if row["record"] in ("R2", "R7")
    )


def test_two_pictures_with_the_same_bytes_do_not_open_each_others_description(
    make: Callable[..., Package],
) -> None:
    package = make()
    names = {part["name"] for part in package.rows("proofs.json")[1][0]["parts"] if "key" in part}
    assert "media.1.alt" in names and "media.0.alt" not in names
    assert b"sign of a secret" not in b"".join(package.files.values())


def test_verify_py_is_one_file_that_needs_nothing(package: Package, tmp_path: Path) -> None:
    path, script = tmp_path / "response.zip", tmp_path / "alone" / "verify.py"
    script.parent.mkdir()
    script.write_bytes(package.files["verify.py"])
    assert package.files["verify.py"] == assembled()
    tree = ast.parse(assembled(), feature_version=(3, 9))
    named = [getattr(node, "name", "") for node in tree.body if hasattr(node, "name")]
    assert len(named) == len(set(named)) > 30, "two modules give the same name to different things"
    asked = {n.module if isinstance(n, ast.ImportFrom) else n.names[0].name for n in ast.walk(tree)
             if isinstance(n, (ast.Import, ast.ImportFrom))}  # fmt: skip
    assert {str(each).split(".")[0] for each in asked} <= set(sys.stdlib_module_names)
    assert len(PARTS) == len(list(FOLDER.glob("*.py"))) - 2
    for tampering in (None, LISTED[20], containers()[1]):
        path.write_bytes(tampering.make(package) if tampering else package.zip())
        done = subprocess.run([sys.executable, "-I", "-S", str(script), str(path), "--json"], capture_output=True)
        data = json.loads(done.stdout)
        expected = tampering.codes.split() if tampering else []
        assert data["codes"] == expected and data["verdict"] == ("no" if expected else "yes")
        assert done.returncode == (2 if expected == ["P-01-unreadable"] else bool(expected))


def test_it_says_in_plain_words_what_it_found(
    package: Package, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "response.zip"
    path.write_bytes(package.zip())
    assert main([str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("YES: everything fits.\nFiles: 17 of 17") and "Records: 8 of 8" in said
    assert str(package.key.public) in said and "R1: withheld, yet sealed in the ledger: text." in said
    assert main([str(tmp_path / "nothing.zip")]) == 2
    assert capsys.readouterr().out.startswith("NO: ")


def test_its_signatures_agree_with_the_library(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    key = new_key(tmp_path / "key.pem", "log")
    agreed = 0
    for n in range(60):
        message = chance.randbytes(n)
        signature = key.signed(message.hex()).value
        public = key.public.public
        cases = [(public, signature, message.hex().encode())]
        cases += [
            (public, signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :], cases[0][2])
            for at in (0, 31, 32, 63)
        ]
        cases += [(chance.randbytes(32), signature, cases[0][2]), (public, signature[:63], cases[0][2])]
        order = 2**252 + 27742317777372353535851937790883648493
        more = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
        cases.append((public, signature[:32] + more, cases[0][2]))
        for case in cases:
            assert is_signed(*case) is verified_by_library(*case)
            agreed += 1
        assert is_signed(*cases[0]) and not any(is_signed(*case) for case in cases[1:])
    print(f"\nseed {SEED}: {agreed} signatures judged alike")
