"""A BagIt bag (RFC 8493) around the finished packages, for a receiver that takes bags: `bagit.py` and others read it.

The bag is one ZIP with one folder in it. Its payload are the files of the package as they are, or a folder a part.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from exports.response import Response

_DATE = (2000, 1, 1, 0, 0, 0)
_ALGORITHMS = ("sha256", "sha512")


def write_bag(response: Response, packages: Sequence[Path], target: IO[bytes]) -> None:
    """Write the bag of these packages into an open binary file; the same packages give the same bytes."""
    root = f"request-{response.request}"
    sums: dict[str, list[str]] = {name: [] for name in _ALGORITHMS}
    tags: dict[str, bytes] = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
    octets = streams = 0
    with zipfile.ZipFile(target, "w", allowZip64=True) as bag:
        for number, package in enumerate(packages, 1):
            into = "data" if len(packages) == 1 else f"data/part-{number:02d}"
            with zipfile.ZipFile(package) as source:
                for info in source.infolist():
                    name, running = f"{into}/{info.filename}", {each: hashlib.new(each) for each in _ALGORITHMS}
                    with source.open(info) as file:
                        for chunk in _into(bag, f"{root}/{name}", _chunks(file), info.compress_type):
                            octets += len(chunk)
                            for each in running.values():
                                each.update(chunk)
                    streams += 1
                    for algorithm, digest in running.items():
                        sums[algorithm].append(f"{digest.hexdigest()}  {name}\n")
        tags["bag-info.txt"] = _info(response, octets, streams)
        tags |= {f"manifest-{name}.txt": "".join(sorted(lines, key=_name)).encode() for name, lines in sums.items()}
        tags |= {f"tagmanifest-{name}.txt": _tag_sums(tags, name) for name in _ALGORITHMS}
        for name, data in sorted(tags.items()):
            for _ in _into(bag, f"{root}/{name}", iter([data]), zipfile.ZIP_DEFLATED):
                pass


def _info(response: Response, octets: int, streams: int) -> bytes:
    lines = [
        ("Source-Organization", response.city),
        ("External-Description", f"Response to public records request {response.request}"),
        ("External-Identifier", f"request-{response.request}"),
        ("Bag-Software-Agent", response.software),
        ("Payload-Oxum", f"{octets}.{streams}"),
    ]
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines).encode("utf-8", "replace")


def _tag_sums(tags: dict[str, bytes], algorithm: str) -> bytes:
    listed = sorted(name for name in tags if not name.startswith("tagmanifest"))
    return "".join(f"{hashlib.new(algorithm, tags[name]).hexdigest()}  {name}\n" for name in listed).encode()


def _name(line: str) -> str:
    return line.partition("  ")[2]


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    yield from iter(lambda: file.read(1 << 20), b"")


def _into(bag: zipfile.ZipFile, name: str, chunks: Iterator[bytes], method: int) -> Iterator[bytes]:
    """Writes a file into the bag and hands each piece on."""
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = method
    info.create_system, info.external_attr = 3, 0o644 << 16
    with bag.open(info, "w", force_zip64=True) as member:
        for chunk in chunks:
            member.write(chunk)
            yield chunk
