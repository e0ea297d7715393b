"""Writing a BagIt 1.0 bag (RFC 8493) as one ZIP: payload first, then the manifests and what is said of the whole.

Both checksums are made while the payload is written. There is never a fetch.txt: all of a bag is in the bag. Names are
in one Unicode form (NFC), so that they are the same on every computer.
"""

import hashlib
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from custody.errors import DamageError

ALGORITHMS = ("sha256", "sha512")
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_DATE = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bagged:
    """What was written: octets and files of the payload, and the SHA-256 of two files that name everything else."""

    octets: int
    streams: int
    manifest_sha256: str
    tagmanifest_sha256: str


class Bag:
    """A bag that is being written into an open ZIP; all of it lies in the folder `root`."""

    def __init__(self, target: IO[bytes], root: str) -> None:
        self._zip = zipfile.ZipFile(target, "w", allowZip64=True)
        self._root = root
        self._sums: dict[str, list[str]] = {name: [] for name in ALGORITHMS}
        self._names: set[str] = set()
        self._octets = 0

    def put(self, name: str, chunks: Iterable[bytes], method: int = zipfile.ZIP_DEFLATED) -> str:
        """Write a file of the payload, named from `data/` on. Returns its SHA-256."""
        name = _fit(f"data/{name}")
        if name in self._names:
            raise DamageError(f"{name} would stand in the bag twice.", "Nothing was written.")
        self._names.add(name)
        running = {each: hashlib.new(each) for each in ALGORITHMS}
        for chunk in _into(self._zip, f"{self._root}/{name}", chunks, method):
            self._octets += len(chunk)
            for each in running.values():
                each.update(chunk)
        for algorithm, digest in running.items():
            self._sums[algorithm].append(f"{digest.hexdigest()}  {name}\n")
        return running["sha256"].hexdigest()

    def close(self, info: Sequence[tuple[str, str]]) -> Bagged:
        """Write what is said of the bag (label and value, Payload-Oxum is added) and the manifests, and end it."""
        streams = len(self._names)
        lines = [*info, ("Payload-Oxum", f"{self._octets}.{streams}")]
        said = "".join(f"{label}: {' '.join(value.split())}\n" for label, value in lines)
        tags = {"bagit.txt": DECLARATION, "bag-info.txt": said.encode("utf-8", "replace")}
        tags |= {f"manifest-{name}.txt": "".join(sorted(sums, key=_name)).encode() for name, sums in self._sums.items()}
        tags |= {f"tagmanifest-{name}.txt": _tag_sums(tags, name) for name in ALGORITHMS}
        for name, data in sorted(tags.items()):
            for _ in _into(self._zip, f"{self._root}/{name}", [data], zipfile.ZIP_DEFLATED):
                pass
        self._zip.close()
        return Bagged(
            octets=self._octets,
            streams=streams,
            manifest_sha256=hashlib.sha256(tags["manifest-sha256.txt"]).hexdigest(),
            tagmanifest_sha256=hashlib.sha256(tags["tagmanifest-sha256.txt"]).hexdigest(),
        )


def _fit(name: str) -> str:
    """A name as a manifest takes it: NFC, no line end, nothing that another system would read otherwise."""
    made = unicodedata.normalize("NFC", name)
    if any(not each.isprintable() or each in '%\\:*?"<>|' for each in made) or ".." in made.split("/"):
        raise DamageError(f"{name!r} is no name for a file in a bag.", "Nothing was written.")
    return made


def _tag_sums(tags: dict[str, bytes], algorithm: str) -> bytes:
    listed = sorted(name for name in tags if not name.startswith("tagmanifest"))
    return "".join(f"{hashlib.new(algorithm, tags[name]).hexdigest()}  {name}\n" for name in listed).encode()


def _name(line: str) -> str:
    return line.partition("  ")[2]


def _into(bag: zipfile.ZipFile, name: str, chunks: Iterable[bytes], method: int) -> Iterator[bytes]:
    """Writes a file into the bag and hands each piece on."""
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = method
    info.create_system, info.external_attr = 3, 0o644 << 16
    with bag.open(info, "w", force_zip64=True) as member:
        for chunk in chunks:
            member.write(chunk)
            yield chunk
