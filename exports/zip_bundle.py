"""The response as one ZIP that a requester can open at home: a page to read, PDF, data, media, proofs, a manifest.

Names are ours and safe everywhere, dates are fixed, pictures are stored as they are; the same response gives the same
bytes. Everything is written as a stream. What goes in is the list in `exports/table.py`.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from exports.entry_page import Bodies
from exports.format import Format, Made, read_back
from exports.pages import TEMPLATES
from exports.response import Response
from exports.table import ALWAYS
from exports.verifier.codes import CODES
from exports.verifier.verify import check
from exports.zip_members import PackageWriter

DATE = (2000, 1, 1, 0, 0, 0)
MANIFEST = "ofrecord-manifest/1"
"""The first line of the signed note about a manifest: what it is. No log has this name."""

_REMEMBERED = 8_000_000
"""Characters of rendered entries, about 8,000 of them."""

NOTE = "manifest.signed.txt"
_SEALS = (
    ("manifest.json", "every file with its size and SHA-256"),
    (NOTE, "the archive's signature under the manifest"),
)


def write_zip(
    response: Response,
    made: Made,
    target: IO[bytes],
    signed: Callable[[str], str],
    formats: Sequence[Format] = ALWAYS,
) -> None:
    """Write the package into an open binary file. `signed` makes a text a note signed by the archive's key."""
    with PackageWriter(target) as writer:
        made = replace(made, bytes_of=lambda media: writer.bytes_of(media.name) or media.chunks(), digest=writer.digest)
        made = replace(made, bodies=Bodies(_REMEMBERED))
        writer.add("README.txt", [_readme(response, made, formats).encode("utf-8", "replace")], False)
        for pdf in made.pdfs:
            writer.add(pdf.name, read_back(pdf.path)(), True)
        for each in formats:
            for file in each.files(response, made):
                if file.sha256:
                    writer.add_known(file)
                else:
                    writer.add(file.name, file.chunks(), file.stored)
        for addition in response.additions:
            writer.add(addition.name, [addition.data], False)
        _seal(writer, signed)


def check_package(path: Path, key: str = "") -> list[str]:
    """Check a package as everybody can who gets it; one line for each thing that is not right, none when all is.

    `key` is the public key it must be signed with, where that is known.
    """
    return [f"{code}: {where}: {CODES[code]}" for code, where in check(path, key).findings]


def _seal(writer: PackageWriter, signed: Callable[[str], str]) -> None:
    """Write the manifest and the signed note that names its digest, and end the package."""
    data = {"format": "ofrecord-manifest/1", "files": writer.files()}
    manifest = json.dumps(data, indent=1, sort_keys=True).encode() + b"\n"
    writer.add("manifest.json", [manifest], True)
    note = signed(f"{MANIFEST}\nsha256 {hashlib.sha256(manifest).hexdigest()}\n")
    writer.add(NOTE, [note.encode()], True)
    writer.close()


def _readme(response: Response, made: Made, formats: Sequence[Format]) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True
    )  # plain text
    pdfs = [(pdf.name, pdf.note) for pdf in made.pdfs]
    tells = [tell for each in formats for tell in each.tells]
    files = [*tells[:1], *pdfs, *tells[1:], *_SEALS]
    return environment.get_template("README.txt").render(r=response, files=files, volumes=len(made.pdfs) > 1)
