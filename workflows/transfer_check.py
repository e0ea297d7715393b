"""Whether a bag is whole and is what the city handed over: its sums, each version, the ledger, the archive's own word.

It goes from the captured bytes up: each version in the WARC gives the commitments, these the ledger's entry, this the
signed checkpoint. A bag can be checked anywhere; where the archive is at hand, what it wrote down is compared too.
"""

import csv
import hashlib
import io
import json
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archiver import copies, warc
from archiver.copies import Copy
from archiver.normalized import content_bytes
from archiver.package import Opened, open_package
from archiver.press import disclosable
from archiver.signing import verify
from custody.checkpoint import Checkpoint, checkpoint_of, is_signed, key_of, note_of
from custody.commitment import fields_commitment, fields_of
from custody.errors import CustodyError, DamageError, InputError
from custody.ids import label_of
from custody.ledger import includes, leaf_hash
from exports.bagging import ALGORITHMS, DECLARATION
from exports.handed_over import WARC
from workflows.house import House

_LINE = re.compile(r"([0-9a-f]+)  ([^\r\n]+)")
_TAGS = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt")
_CHUNK = 1 << 20
_ALWAYS = (
    "inventory.csv", "records.jsonl", WARC, "premis.xml", "ledger/key.txt", "ledger/checkpoint.txt",
    "ledger/proofs.json",
)  # fmt: skip
_RECORD = b"ofrecord/1/record\x00"


@dataclass(kw_only=True, slots=True)
class Checked:
    """What was found. `problems` are sentences; `compared` says whether an archive's own word was there to compare."""

    transfer_id: str = ""
    records: int = 0
    versions: int = 0
    files: int = 0
    key: str = ""
    compared: bool = False
    problems: list[str] = field(default_factory=list)


def check(path: Path) -> Checked:
    """Check a bag, as ZIP or unpacked, by itself. Raises InputError when it is no bag at all."""
    bag = _Opened.of(path)
    try:
        if "bagit.txt" not in bag.names or "bag-info.txt" not in bag.names:
            raise InputError(f"{path} is no bag of a transfer.", "Name the ZIP, or the folder that holds bagit.txt.")
        found = Checked()
        _sums(bag, found)
        if not found.problems:  # what is not whole need not be asked what it proves
            missing = [name for name in _ALWAYS if f"data/{name}" not in bag.names]
            found.problems += [f"data/{name} is missing: every transfer has it" for name in missing]
            if not missing:
                _contents(bag, found)
        return found
    finally:
        bag.package.close()


def compare(house: House, found: Checked, path: Path) -> None:
    """Compare a bag with what this archive wrote down of the transfer of that id."""
    from workflows.transferring import transfers

    known = [made for made in transfers(house) if made["transfer_id"] == found.transfer_id]
    if not known:
        found.problems.append(f"this archive knows no transfer {found.transfer_id}")
        return
    found.compared = True
    with_sums = _Opened.of(path)
    try:
        for name in ("manifest", "tagmanifest"):
            if hashlib.sha256(with_sums.read(f"{name}-sha256.txt")).hexdigest() != known[-1][f"{name}_sha256"]:
                found.problems.append(f"{name}-sha256.txt is not the one that was written down when the bag was made")
    finally:
        with_sums.package.close()


@dataclass(frozen=True, slots=True)
class _Opened:
    """An opened bag, whose files are known by their names inside it."""

    package: Opened
    names: dict[str, str]

    @classmethod
    def of(cls, path: Path) -> "_Opened":
        """Open a ZIP, in which one folder is the bag, or the folder itself."""
        package = open_package(path)
        return cls(package, {(name.partition("/")[2] if path.is_file() else name): name for name in package.members()})

    def read(self, name: str) -> bytes:
        with self.package.open(self.names[name]) as file:
            return file.read()

    def digests(self, name: str) -> tuple[dict[str, str], int]:
        running, size = {each: hashlib.new(each) for each in ALGORITHMS}, 0
        with self.package.open(self.names[name]) as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                for each in running.values():
                    each.update(chunk)
        return {each: made.hexdigest() for each, made in running.items()}, size


def _sums(bag: _Opened, found: Checked) -> None:
    """Every file once in each manifest, with its digest, and none beside them."""
    info = _labels(bag.read("bag-info.txt"))
    found.transfer_id = info.get("Transfer-ID", "")
    say = found.problems.append
    if bag.read("bagit.txt") != DECLARATION:
        say("bagit.txt is not that of a BagIt 1.0 bag")
    if "fetch.txt" in bag.names:
        say("fetch.txt is there: a part of the bag would lie elsewhere")
    listed = {name: _listed(bag, name, found) for kind in ("manifest", "tagmanifest") for name in _manifests(kind)}
    octets = 0
    for name in sorted(bag.names):
        if name.startswith("tagmanifest"):
            continue
        payload = name.startswith("data/")
        digests, size = bag.digests(name)
        octets += size if payload else 0
        found.files += payload
        if unicodedata.normalize("NFC", name) != name:
            say(f"{name}: the name is not in the form every computer reads alike (NFC)")
        for algorithm, digest in digests.items():
            manifest = f"{'manifest' if payload else 'tagmanifest'}-{algorithm}.txt"
            meant = listed[manifest].pop(name, "")
            if meant != digest and (meant or payload or name in _TAGS):
                say(f"{name} is not what {manifest} says, or is not listed there")
    for manifest, left in listed.items():
        for name in left:
            say(f"{name} is listed in {manifest} and is missing")
    if info.get("Payload-Oxum") != f"{octets}.{found.files}":
        say("the payload is not as large as bag-info.txt says")


def _manifests(kind: str) -> list[str]:
    return [f"{kind}-{algorithm}.txt" for algorithm in ALGORITHMS]


def _listed(bag: _Opened, manifest: str, found: Checked) -> dict[str, str]:
    if manifest not in bag.names:
        found.problems.append(f"{manifest} is missing")
        return {}
    made: dict[str, str] = {}
    for line in bag.read(manifest).decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is None or match[2] in made:
            found.problems.append(f"{manifest}: a line is not as it should be, or stands there twice")
            continue
        made[match[2]] = match[1]
    return made


def _labels(data: bytes) -> dict[str, str]:
    pairs = (line.partition(": ") for line in data.decode("utf-8", "replace").splitlines())
    return {label: value for label, colon, value in pairs if colon}


def _contents(bag: _Opened, found: Checked) -> None:
    """Each version: its bytes, its line of JSON, its proof; they say the same, and the signed ledger holds it."""
    say = found.problems.append
    try:
        key = key_of(bag.read("data/ledger/key.txt").decode())
        note = note_of(bag.read("data/ledger/checkpoint.txt").decode())
        checkpoint = checkpoint_of(note.text)
    except (CustodyError, UnicodeDecodeError):
        say("the ledger's key or checkpoint cannot be read")
        return
    found.key = str(key)
    if checkpoint.origin != key.name or not is_signed(note, key, verify):
        say("the checkpoint is not signed by the key beside it")
    records: set[int] = set()
    try:
        lines, proofs = _lines(bag, "data/records.jsonl"), _proofs(bag)
        for copy in _versions(bag):
            number, n = copy.envelope.number, copy.envelope.version
            records.add(number)
            found.versions += 1
            wrong = _wrong(copy, next(lines, {}), next(proofs, {}), checkpoint)
            if wrong:
                say(f"{label_of(number)} version {n}: {wrong}")
        if next(lines, None) is not None or next(proofs, None) is not None:
            say("there are more lines or proofs than versions in the WARC")
    except (CustodyError, ValueError, KeyError, TypeError) as error:
        say(error.message if isinstance(error, CustodyError) else "a line of the proofs or records cannot be read")
    found.records = len(records)
    labels = {label_of(number) for number in records}
    rows = sum(1 for label in _inventory(bag) if label in labels)
    if rows != len(records):
        say(f"inventory.csv lists {rows:,} of {len(records):,} records")


def _wrong(copy: Copy, line: dict[str, Any], proof: dict[str, Any], checkpoint: Checkpoint) -> str:
    """What is wrong with one version, "" for nothing."""
    content, number = content_bytes(copy.envelope.content), copy.envelope.number
    about = (label_of(number), copy.envelope.version)
    if (line.get("record"), line.get("version")) != about or line.get("content") != json.loads(content):
        return "records.jsonl says something else than the captured form"
    if (proof.get("record"), proof.get("version")) != about:
        return "its proof is missing"
    made = [(name, c) for name, _, c in fields_of(bytes.fromhex(copy.envelope.opening), disclosable(content, copy.raw))]
    if [(part["name"], bytes.fromhex(part["commitment"])) for part in proof["parts"]] != made:
        return "its bytes are not those the ledger committed to"
    entry = json.loads(proof["entry"])
    sealed = hashlib.sha256(_RECORD + bytes.fromhex(proof["kept"]) + fields_commitment(made)).hexdigest()
    if (entry.get("C"), entry.get("record"), entry.get("n")) != (sealed, number, copy.envelope.version):
        return "the ledger's entry speaks of something else"
    path = [b64decode(each, validate=True) for each in proof["path"]]
    leaf = leaf_hash(proof["entry"].encode())
    if not includes(checkpoint.root, checkpoint.size, proof["index"], leaf, path):
        return "the ledger does not hold it"
    return ""


def _versions(bag: _Opened) -> Iterator[Copy]:
    """The versions in the WARC, in order. Raises DamageError where the bytes stop making sense."""
    name = f"data/{WARC}"
    with bag.package.open(bag.names[name]) as file:
        members = warc.walk(file, bag.package.size(bag.names[name]), name)
        next(members, None)  # what the file is
        for offset, _, raw in members:
            normal = next(members, None)
            if normal is None:
                raise DamageError(f"{name} at byte {offset}: raw bytes without their normalized form")
            yield copies.from_members(raw, normal[2], f"{name} at byte {offset}")


def _lines(bag: _Opened, name: str) -> Iterator[dict[str, Any]]:
    with bag.package.open(bag.names[name]) as file:
        for line in iter(file.readline, b""):
            yield json.loads(line)


def _proofs(bag: _Opened) -> Iterator[dict[str, Any]]:
    """The proofs one by one: the file has a head, then one proof a line, then an end."""
    with bag.package.open(bag.names["data/ledger/proofs.json"]) as file:
        file.readline()
        for line in iter(file.readline, b""):
            if line.startswith(b"{"):
                yield json.loads(line.rstrip(b",\n"))


def _inventory(bag: _Opened) -> Iterator[str]:
    file = bag.package.open(bag.names["data/inventory.csv"])
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="") as text:
        for row in csv.reader(text):
            yield row[0] if row else ""
