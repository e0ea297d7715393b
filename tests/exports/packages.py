"""A response package that is made once, and every way of tampering with one that the verifiers must see through.

`OUTSIDERS` change a finished package; `INSIDERS` have the archive's key and sign what they changed. Each says the exact
codes that it must lead to, in verify.py, in verify.html and in the product alike.
"""

import base64
import hashlib
import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from archiver.signing import LogKey, new_key
from custody.checkpoint import Note
from custody.clock import fixed_clock
from custody.ids import RecordNumber
from custody.request import Mark
from exports.verifier.shapes import cells_of, csv_row
from exports.zip_bundle import DATE
from tests.conftest import NOW, Archive, record
from workflows import answering, requesting

SECRETS = ("zwetschge", "quibble-cake", "715-555-0142", "wholly private", "hidden-handle", "sign of a secret")
"""Words that are withheld in the package, each in another way."""

STORED = (".pdf", ".png", ".xlsx", ".wacz", "manifest.json", "manifest.signed.txt")
Rows = list[dict[str, Any]]


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(out, "PNG")
    return out.getvalue()


def packed(name: str, data: bytes) -> dict[str, str]:
    """What the manifest says of a file that is compressed in the ZIP."""
    packer = zlib.compressobj(wbits=-15)
    done = packer.compress(data) + packer.flush()
    return {} if name.endswith(STORED) else {"packed": hashlib.sha256(done).hexdigest()}


@dataclass
class Package:
    """The files of a package by name, in the order of the ZIP, and the key they are signed with."""

    files: dict[str, bytes]
    key: LogKey

    @classmethod
    def of(cls, data: bytes, key: LogKey) -> "Package":
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return cls({name: package.read(name) for name in package.namelist()}, key)

    def copy(self) -> "Package":
        return Package(dict(self.files), self.key)

    def zip(self, twice: str = "") -> bytes:
        """The ZIP as the archive writes it; `twice` names a file that is to stand twice."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a name that stands twice, on purpose
            for name in [*self.files, *([twice] if twice else [])]:
                info = zipfile.ZipInfo(name, DATE)
                info.compress_type = zipfile.ZIP_STORED if name.endswith(STORED) else zipfile.ZIP_DEFLATED
                info.create_system, info.external_attr = 3, 0o644 << 16
                with target.open(info, "w", force_zip64=True) as member:
                    member.write(self.files[name])
        return out.getvalue()

    def signed(self, key: LogKey | None = None) -> "Package":
        """The same with a manifest and a note that fit."""
        key = key or self.key
        notes = ("manifest.json", "manifest.signed.txt")
        rows = [
            {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), **packed(name, data)}
            for name, data in sorted(self.files.items())
            if name not in notes
        ]
        data = json.dumps({"files": rows, "format": "ofrecord-manifest/1"}, indent=1, sort_keys=True).encode() + b"\n"
        text = f"ofrecord-manifest/1\nsha256 {hashlib.sha256(data).hexdigest()}\n"
        note = str(Note(text=text, signatures=(key.signed(text),))).encode()
        rest = {name: each for name, each in self.files.items() if name not in notes}
        return Package({**rest, "manifest.json": data, "manifest.signed.txt": note}, self.key)

    def rows(self, name: str) -> tuple[dict[str, Any], Rows]:
        data = json.loads(self.files[name])
        return {key: value for key, value in data.items() if key != "records"}, data["records"]

    def put(self, name: str, head: dict[str, Any], rows: Rows) -> None:
        lines = ",\n".join(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
        start = json.dumps(head, ensure_ascii=False, sort_keys=True)[:-1]
        self.files[name] = f'{start}, "records": [\n{lines}\n]}}\n'.encode()

    def change(self, name: str, how: Callable[[dict[str, Any], Rows], Any]) -> "Package":
        """A copy in which one of the files of rows is changed by `how`."""
        made = self.copy()
        head, rows = deepcopy(made.rows(name))
        how(head, rows)
        made.put(name, head, rows)
        if name == "records.json":  # who edits one edits the other
            table = b"".join(csv_row(cells_of(row)) for row in rows)
            made.files["records.csv"] = made.files["records.csv"].partition(b"\r\n")[0] + b"\r\n" + table
        return made

    def opened(self, record: str, part: str, n: int = 0) -> dict[str, Any]:
        proofs = [row for row in self.rows("proofs.json")[1] if row["record"] == record]
        return next(each for each in proofs[n]["parts"] if each["name"] == part)


def make_package(folder: Path) -> Package:
    """A package with records released, redacted, withheld, edited, with pictures shown and withheld."""
    archive = Archive(folder / "home", fixed_clock(NOW))
    first = [
        record("1", f"Call {SECRETS[2]} now", title="Notice", author={"name": "Ann Öz", "handle": "ann"},
               media=[{"uri": "a.png", "alt": "a map"}, {"uri": "gone.png"}], links=["https://x.example/1"],
               permalink="https://x.example/p/1"),
        record("2", f"{SECRETS[3]} matter"),
        record("3", '=1+1 "quoted",\nsecond line 🎉'),
        record("4", "two pictures", author={"handle": SECRETS[4]}, permalink=f"https://x.example/{SECRETS[4]}",
               media=[{"uri": "b.png", "alt": SECRETS[5]}, {"uri": "c.png"}]),
        record("5", "", kind="comment", parent_id="1", author={"name": "Bo"}, media=[{"uri": "d.png"}]),
        record("6", f"The {SECRETS[0]} and the {SECRETS[1]}", links=[f"https://x.example/{SECRETS[0]}", "https://y.example"]),
        record("7", "again private: " + SECRETS[3]),
        {**record("8", "no date at all"), "created_at": None},
    ]  # fmt: skip
    second = [record("3", "edited", edited_at="2025-03-02T12:00:00Z"), record("6", f"Now without the {SECRETS[0]}")]
    media = {
        f"{name}.png": picture(colour) for name, colour in zip("abcd", ("red", "blue", "lime", "gold"), strict=True)
    }
    for name, posts in (("one", first), ("two", second)):
        (folder / name).mkdir()
        (folder / name / "records.jsonl").write_text("\n".join(json.dumps(post) for post in posts) + "\n")
        for file, data in media.items():
            (folder / name / file).write_bytes(data)
        archive.take_in(folder / name)
    with archive.writing() as house:
        requesting.open_request(house, "Everything, please", archive.clock(), "email")
        requesting.collect(house, 1, "*")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.redact(house, 1, RecordNumber(1), "text", SECRETS[2], "WI-BAL", "privacy outweighs")
        requesting.redact(house, 1, RecordNumber(4), "author", "", "WI-BAL", "privacy outweighs")
        requesting.redact(house, 1, RecordNumber(4), "media:0", "", "WI-BAL", "privacy outweighs")
        requesting.redact(house, 1, RecordNumber(4), "alt:0", "", "WI-BAL", "privacy outweighs")
        requesting.redact(house, 1, RecordNumber(6), "text", SECRETS[0], "WI-BAL", "privacy outweighs")
        requesting.redact(house, 1, RecordNumber(6), "text", SECRETS[1], "WI-BAL", "privacy outweighs")
        requesting.mark(house, 1, [RecordNumber(2), RecordNumber(7)], Mark.WITHHOLD, "WI-BAL", "medical detail")
        made = answering.respond(house, 1, None, lambda done: None)
        key = house.ledger.key
    assert key is not None
    return Package.of(Path(made["zip"]).read_bytes(), key)


@dataclass(frozen=True)
class Tampering:
    """One kind of tampering: the bytes it makes of a package, and the codes that it must lead to."""

    name: str
    codes: str
    make: Callable[[Package], bytes]
    given_key: bool = False
    """Whether the verifier is told the city's real key."""


def flipped(data: bytes, at: int, bit: int = 1) -> bytes:
    """The data with one bit turned; a negative place counts from the end."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


def flip(name: str, at: int = 100) -> Callable[[Package], bytes]:
    def make(package: Package) -> bytes:
        other = package.copy()
        other.files[name] = flipped(other.files[name], at % len(other.files[name]))
        return other.zip()

    return make


def on_zip(how: Callable[[bytes], bytes]) -> Callable[[Package], bytes]:
    return lambda package: how(package.zip())


def on_files(how: Callable[[dict[str, bytes]], Any], sign: bool = False) -> Callable[[Package], bytes]:
    def make(package: Package) -> bytes:
        other = package.copy()
        how(other.files)
        return (other.signed() if sign else other).zip()

    return make


def on_rows(name: str, how: Callable[[dict[str, Any], Rows], Any]) -> Callable[[Package], bytes]:
    return lambda package: package.change(name, how).signed().zip()


def of_record(rows: Rows, label: str, n: int = 0) -> dict[str, Any]:
    return [row for row in rows if row["record"] == label][n]


def part(rows: Rows, label: str, name: str, n: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = next(part for part in of_record(rows, label, n)["parts"] if part["name"] == name)
    return found


def swap(rows: Rows, one: str, other: str) -> None:
    first, second = of_record(rows, one), of_record(rows, other)
    first["record"], second["record"] = other, one
    a, b = rows.index(first), rows.index(second)
    rows[a], rows[b] = rows[b], rows[a]


def other_key(package: Package, folder: Path, everywhere: bool) -> bytes:
    other = new_key(folder / f"key-{everywhere}.pem", package.key.name)

    def change(head: dict[str, Any], rows: Rows) -> None:
        head["key"] = str(other.public)
        if everywhere:
            text = head["checkpoint"].partition("\n\n")[0] + "\n"
            head["checkpoint"] = str(Note(text=text, signatures=(other.signed(text),)))

    return package.change("proofs.json", change).signed(other).zip()


def reencoded(text: str) -> str:
    data = base64.b64decode(text)
    return base64.b64encode(flipped(data, 5)).decode()


def replaced(name: str, old: bytes, new: bytes, sign: bool = False) -> Callable[[Package], bytes]:
    def how(files: dict[str, bytes]) -> None:
        assert old in files[name], f"{old!r} is not in {name}"
        files[name] = files[name].replace(old, new, 1)

    return on_files(how, sign)


def at_last(mark: bytes, place: int) -> Callable[[bytes], bytes]:
    return lambda data: flipped(data, data.rindex(mark) + place)
