"""The backup medium: one folder with several dated sets, everything in it encrypted (docs/format.md).

What is copied is cut into pieces; sealed pieces of one retention bucket lie together in packs, which are never changed.
A bucket has its own data key, in a file of its own, and its list of files lies among its pieces: when the key's file is
destroyed, nothing of the bucket can be read from any set. A set is written last: what no set names does not exist.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.sealing import COST, MOST_COST, OVERHEAD, SHORTEST, Seal, new_seal, seal_from
from custody.canonical import canonical
from custody.errors import CustodyError, DamageError, UsageError
from custody.ids import new_secret

FORMAT = 1
HEADER = "ofrecord-backup.json"
HEADER_COPY = "ofrecord-backup.copy.json"
UNFINISHED = "unfinished"
FRAME = 4
"""Bytes before a sealed piece in a pack: its length, big-endian."""

_ELSEWHERE = "Use another copy of this backup, or an older set: `ofrecord backup DIR --list` shows them."


@dataclass(frozen=True, kw_only=True, slots=True)
class Unlock:
    """What opens a backup: a passphrase, or the key from a key file."""

    passphrase: str = ""
    key: Seal | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Where some bytes lie: in which pack, as which piece of it, at which byte, how many in the clear."""

    pack: str
    index: int
    offset: int
    length: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFile:
    """A file in a set: its path in the archive, size and pieces in order; the SHA-256 of one that people may change."""

    path: str
    size: int
    pieces: tuple[Piece, ...]
    digest: str = ""

    def line(self) -> bytes:
        """As one line of a bucket's list."""
        pieces = [[each.pack, each.index, each.offset, each.length] for each in self.pieces]
        return canonical({"path": self.path, "size": self.size, "pieces": pieces, "digest": self.digest})


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """A file of sealed pieces: its name, size in bytes and number of pieces."""

    name: str
    size: int
    pieces: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """A bucket in a set: the id of its key, its list (in pieces), how much it holds, and the packs all that lies in."""

    key: str
    lists: tuple[Piece, ...]
    files: int
    bytes: int
    packs: tuple[Pack, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupSet:
    """One backup: of which archive, when (RFC 3339), and how the ledger stood: entries, root, signed note."""

    name: str
    archive: str
    at: str
    size: int
    root: str
    note: str
    buckets: tuple[Bucket, ...]

    @property
    def files(self) -> int:
        """How many files it holds."""
        return sum(bucket.files for bucket in self.buckets)

    @property
    def bytes(self) -> int:
        """How many bytes they have."""
        return sum(bucket.bytes for bucket in self.buckets)


class Medium:
    """A backup medium that is open: its sets, keys and packs."""

    def __init__(self, folder: Path, backup: str, master: Seal) -> None:
        self.folder = folder
        self.backup = backup
        self._master = master
        self._seals: dict[str, Seal] = {}
        self._names: dict[str, str] = {}
        for path in sorted((folder / "keys").glob("*.key")):
            plain = master.open(_bytes_of(path), self.about("key", path.stem))
            if plain is not None:
                self._seals[path.stem] = Seal(secret=plain[:32])
                self._names[plain[32:].decode()] = path.stem

    def about(self, *what: str) -> bytes:
        """What a sealed text of this backup is about."""
        return "\0".join((f"ofrecord backup {FORMAT}", self.backup, *what)).encode()

    def key_for(self, bucket: str) -> str:
        """The id of a bucket's data key, which is made when there is none."""
        if bucket not in self._names:
            name, seal = new_secret(8).hex(), new_seal()
            sealed = self._master.close(seal.secret + bucket.encode(), self.about("key", name))
            durable.write_new(self._key_path(name), [sealed])
            self._seals[name], self._names[bucket] = seal, name
        return self._names[bucket]

    def known_key(self, bucket: str) -> str:
        """The id of a bucket's data key, "" when there is none."""
        return self._names.get(bucket, "")

    def seal_of(self, key: str) -> Seal:
        """A bucket's data key. Raises DamageError when its file is gone or damaged."""
        if key in self._seals:
            return self._seals[key]
        path = self._key_path(key)
        what = "does not open: it was changed" if path.exists() else "is gone"
        raise DamageError(f"{path} {what}; nothing of its retention bucket can be read from this backup.", _ELSEWHERE)

    def _key_path(self, key: str) -> Path:
        return self.folder / "keys" / f"{key}.key"

    def pack_path(self, pack: str) -> Path:
        """The file of a pack."""
        return self.folder / "packs" / pack[:2] / f"{pack}.pack"

    def has(self, pack: Pack) -> bool:
        """Whether a pack is there, as long as it was written."""
        path = self.pack_path(pack.name)
        return path.is_file() and path.stat().st_size == pack.size

    def read(self, key: str, piece: Piece) -> bytes:
        """The bytes of a piece. Raises DamageError, naming the file, when they are not those that were written."""
        path, seal = self.pack_path(piece.pack), self.seal_of(key)
        try:
            with path.open("rb") as file:
                file.seek(piece.offset)
                frame = file.read(FRAME + piece.length + OVERHEAD)
        except OSError as error:
            raise DamageError(f"{path} cannot be read: {error.strerror}.", _ELSEWHERE) from error
        if len(frame) < FRAME + piece.length + OVERHEAD:
            raise DamageError(f"{path} is cut off after byte {piece.offset + len(frame)}.", _ELSEWHERE)
        return self._opened(seal, key, piece.pack, piece.index, frame[FRAME:])

    def _opened(self, seal: Seal, key: str, pack: str, index: int, sealed: bytes) -> bytes:
        plain = seal.open(sealed, self.about("piece", key, pack, str(index)))
        if plain is None:
            message = f"{self.pack_path(pack)} was changed: its piece {index} is not what was written."
            raise DamageError(message, _ELSEWHERE)
        return plain

    def files(self, bucket: Bucket) -> Iterator[KeptFile]:
        """The files of a bucket in a set, by path."""
        for piece in bucket.lists:
            for line in zlib.decompress(self.read(bucket.key, piece)).splitlines():
                data = json.loads(line)
                pieces = tuple(Piece(*each) for each in data["pieces"])
                yield KeptFile(path=data["path"], size=data["size"], pieces=pieces, digest=data["digest"])

    def content(self, bucket: Bucket, file: KeptFile) -> Iterator[bytes]:
        """The bytes of a file in a set."""
        return (self.read(bucket.key, piece) for piece in file.pieces)

    def check_pack(self, key: str, pack: Pack) -> None:
        """Read all of a pack. Raises DamageError when any byte of it is not what was written."""
        path, seal, there = self.pack_path(pack.name), self.seal_of(key), 0
        try:
            with path.open("rb") as file:
                while head := file.read(FRAME):
                    length = int.from_bytes(head, "big")
                    if there == pack.pieces or len(head) < FRAME or file.tell() + length > pack.size:
                        raise DamageError(f"{path} was changed behind its piece {there}.", _ELSEWHERE)
                    self._opened(seal, key, pack.name, there, file.read(length))
                    there += 1
        except OSError as error:
            raise DamageError(f"{path} cannot be read: {error.strerror}.", _ELSEWHERE) from error
        if there != pack.pieces:
            raise DamageError(f"{path} is cut off after its piece {there} of {pack.pieces}.", _ELSEWHERE)

    def packs(self) -> Iterator[tuple[str, Path]]:
        """Every pack file there is, by name."""
        for path in sorted((self.folder / "packs").glob("*/*.pack")):
            yield path.stem, path

    def set_names(self) -> list[str]:
        """The finished sets, oldest first."""
        names = [path.stem for path in (self.folder / "sets").glob("*.set") if path.stem != UNFINISHED]
        return sorted(names, key=number_of)

    def set_path(self, name: str) -> Path:
        """The file of a set."""
        return self.folder / "sets" / f"{name}.set"

    def read_set(self, name: str) -> BackupSet:
        """A set. Raises DamageError when it is not what was written."""
        path = self.set_path(name)
        plain = self._master.open(_bytes_of(path), self.about("set", name))
        if plain is None:
            raise DamageError(f"{path} was changed or cut off: this set cannot be used.", _ELSEWHERE)
        data = json.loads(zlib.decompress(plain))
        return BackupSet(**{**data, "buckets": tuple(_bucket_of(each) for each in data["buckets"])})

    def write_set(self, made: BackupSet) -> None:
        """Make a set count: everything it names is durable already."""
        plain = zlib.compress(json.dumps(asdict(made), sort_keys=True).encode())
        durable.write_new(self.set_path(made.name), [self._master.close(plain, self.about("set", made.name))])


def number_of(name: str) -> int:
    """The number at the end of a set's name: sets are counted from 1."""
    last = name.rpartition("-")[2]
    return int(last) if last.isdigit() else 0


def _bucket_of(data: dict[str, Any]) -> Bucket:
    lists = tuple(Piece(**each) for each in data["lists"])
    packs = tuple(Pack(**each) for each in data["packs"])
    return Bucket(**{**data, "lists": lists, "packs": packs})


def is_backup(folder: Path) -> bool:
    """Whether there is a backup in a folder."""
    return (folder / HEADER).exists() or (folder / HEADER_COPY).exists()


def kind_of(folder: Path) -> str:
    """What opens the backup in a folder: "passphrase" or "file"; "" where there is none yet."""
    return str(_header(folder)["key"]) if is_backup(folder) else ""


def make_medium(folder: Path, unlock: Unlock) -> Medium:
    """Begin a backup in a new or empty folder."""
    if folder.exists() and any(path.name != "writer.lock" for path in folder.iterdir()):
        raise UsageError(
            f"{folder} is neither empty nor a backup.", "Name an empty folder, or the one with the backup."
        )
    if unlock.key is None and len(unlock.passphrase) < SHORTEST:
        message = f"The passphrase is too short: it must have {SHORTEST} characters or more."
        raise UsageError(message, "Several words that nobody would guess together are good.")
    backup, salt = new_secret(8).hex(), new_secret(16)
    kind = "file" if unlock.key else "passphrase"
    data = {
        "backup": backup,
        "cost": COST,
        "format": FORMAT,
        "key": kind,
        "salt": salt.hex(),
        "what": "ofrecord backup",
    }
    master = unlock.key or seal_from(unlock.passphrase, salt, COST)
    data["proof"] = master.close(b"", canonical(data)).hex()
    whole = canonical({**data, "sum": hashlib.sha256(canonical(data)).hexdigest()}) + b"\n"
    durable.write_new(folder / HEADER, [whole])
    second_header(folder)
    return Medium(folder, backup, master)


def open_medium(folder: Path, unlock: Unlock) -> Medium:
    """Open a backup. Raises UsageError for a wrong passphrase or key, DamageError when its first file was changed."""
    data = _header(folder)
    proof = {name: value for name, value in data.items() if name not in ("proof", "sum")}
    if data["key"] == "file":
        if unlock.key is None:
            message = f"The backup in {folder} was made with a key file, not with a passphrase."
            raise UsageError(message, "Give the key file with --key-file FILE.")
        master = unlock.key
    elif not unlock.passphrase:
        raise UsageError(f"The backup in {folder} was made with a passphrase.", "Give it when asked, or in a file.")
    else:
        master = seal_from(unlock.passphrase, bytes.fromhex(data["salt"]), data["cost"])
    if master.open(bytes.fromhex(data["proof"]), canonical(proof)) is None:
        what = "key file" if data["key"] == "file" else "passphrase"
        raise UsageError(
            f"This {what} does not open the backup in {folder}.",
            f"Use the {what} this backup was begun with. Nothing was changed; without it nothing can be restored.",
        )
    return Medium(folder, data["backup"], master)


def second_header(folder: Path) -> None:
    """Write the copy of the first file, where there is none: without that file nothing could be opened."""
    if not (folder / HEADER_COPY).exists():
        durable.write_new(folder / HEADER_COPY, [_bytes_of(folder / HEADER)])


def check_header(folder: Path) -> None:
    """Raises DamageError when one of the two copies of the first file was changed."""
    for name in (HEADER, HEADER_COPY):
        _header_in(folder, name)


def _header(folder: Path) -> dict[str, Any]:
    if not is_backup(folder):
        raise UsageError(f"There is no Ofrecord backup in {folder}.", "Name the folder that `ofrecord backup` wrote.")
    return _header_in(folder, HEADER)


def _header_in(folder: Path, name: str) -> dict[str, Any]:
    path, other = folder / name, folder / (HEADER_COPY if name == HEADER else HEADER)
    try:
        whole = path.read_bytes()
        data: dict[str, Any] = json.loads(whole)
        stated = data.pop("sum")
        right = hashlib.sha256(canonical(data)).hexdigest() == stated
        right = right and whole == canonical({**data, "sum": stated}) + b"\n" and 1 < data["cost"] <= MOST_COST
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        right = False
    if not right:
        raise DamageError(f"{path} was changed, cut off or removed.", f"Put its copy in its place: {other}.")
    if data["format"] != FORMAT:
        raise UsageError(
            f"The backup in {folder} is of format {data['format']}; this Ofrecord understands {FORMAT}.",
            "Use the version of Ofrecord that made it, or a newer one.",
        )
    return data


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DamageError(f"{path} cannot be read: {error.strerror}.", _ELSEWHERE) from error


def problems_in(medium: Medium) -> Iterator[tuple[int, CustodyError | None]]:
    """Read the whole medium back; yields how many bytes were read, and what was wrong with them, file by file."""
    seen: set[str] = set()
    yield 0, _problem(lambda: check_header(medium.folder))
    for name in medium.set_names():
        try:
            made = medium.read_set(name)
        except CustodyError as error:
            yield 0, error
            continue
        yield 0, None
        for bucket in made.buckets:
            for pack in bucket.packs:
                if pack.name not in seen:
                    seen.add(pack.name)
                    yield pack.size, _problem(partial(medium.check_pack, bucket.key, pack))


def _problem(check: Callable[[], None]) -> CustodyError | None:
    try:
        check()
    except CustodyError as error:
        return error
    return None
