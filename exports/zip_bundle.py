"""The response as one ZIP that a requester can open at home: PDF, JSON, CSV, media, what is withheld, and a manifest.

Names are ours and safe everywhere, dates are fixed, pictures are stored as they are; the same response gives the same
bytes. Everything is written as a stream.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from exports.pdf_binder import BoundPdf
from exports.proofs import proof_chunks
from exports.response import Entry, Response, WithheldEntry
from exports.tabular import csv_chunks, json_chunks
from exports.verifier.assembly import assembled, page
from exports.verifier.codes import CODES
from exports.verifier.verify import check

DATE = (2000, 1, 1, 0, 0, 0)
MANIFEST = "ofrecord-manifest/1"
"""The first line of the signed note about a manifest: what it is. No log has this name."""

NOTE = "manifest.signed.txt"
_CHUNK = 1 << 20


class _Writer:
    """Adds members and remembers each one's size and digest for the manifest."""

    def __init__(self, target: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(target, "w", allowZip64=True)
        self.manifest: list[dict[str, Any]] = []

    def add(self, name: str, chunks: Iterable[bytes], stored: bool) -> None:
        info = zipfile.ZipInfo(name, DATE)
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        info.create_system, info.external_attr = 3, 0o644 << 16
        running, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as member:
            for chunk in chunks:
                running.update(chunk)
                size += len(chunk)
                member.write(chunk)
        self.manifest.append({"name": name, "sha256": running.hexdigest(), "size": size})

    def close(self, signed: Callable[[str], str]) -> None:
        """Write the manifest and the signed note that names its digest."""
        files = sorted(self.manifest, key=lambda row: str(row["name"]))
        data = {"format": "ofrecord-manifest/1", "files": files}
        manifest = json.dumps(data, indent=1, sort_keys=True).encode() + b"\n"
        self.add("manifest.json", [manifest], False)
        note = signed(f"{MANIFEST}\nsha256 {hashlib.sha256(manifest).hexdigest()}\n")
        self.add(NOTE, [note.encode()], False)
        self.zip.close()


def write_zip(response: Response, pdfs: Sequence[BoundPdf], target: IO[bytes], signed: Callable[[str], str]) -> None:
    """Write the package into an open binary file. `signed` makes a text a note signed by the archive's key."""
    writer = _Writer(target)
    writer.add("README.txt", [_readme(response, pdfs).encode("utf-8", "replace")], False)
    for pdf in pdfs:
        with pdf.path.open("rb") as file:
            writer.add(pdf.name, _pieces(file), True)
    writer.add("records.json", json_chunks(response), False)
    writer.add("records.csv", csv_chunks(response), False)
    writer.add("redactions.json", _redactions(response), False)
    writer.add("proofs.json", proof_chunks(response), False)
    writer.add("verify.html", [page()], False)
    writer.add("verify.py", [assembled()], False)
    for entry in response.entries():
        if isinstance(entry, Entry):
            for media in entry.media:
                writer.add(media.name, media.chunks(), True)
    for addition in response.additions:
        writer.add(addition.name, [addition.data], False)
    writer.close(signed)


def check_package(path: Path, key: str = "") -> list[str]:
    """Check a package as everybody can who gets it; one line for each thing that is not right, none when all is.

    `key` is the public key it must be signed with, where that is known.
    """
    return [f"{code}: {where}: {CODES[code]}" for code, where in check(path, key).findings]


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    yield from iter(lambda: file.read(_CHUNK), b"")


def _redactions(response: Response) -> Iterator[bytes]:
    """Where something is withheld and on what legal basis; never what, nor how long it was."""
    basis = {code.code: {"citation": code.citation, "words": code.words} for code in response.reasons}
    rows = []
    for entry in response.entries():
        if isinstance(entry, WithheldEntry):
            rows.append(
                {"record": entry.label, "withheld": "the whole record", "code": entry.code, "reason": entry.note}
            )
        else:
            part = {"record": entry.label, "withheld": "a part of the record"}
            rows += [{**part, "code": code, "reason": note} for code, note in entry.reasons]
    yield json.dumps({"reasons": basis, "withheld": rows}, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _readme(response: Response, pdfs: Sequence[BoundPdf]) -> str:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True
    )  # plain text
    files = [(pdf.name, pdf.note) for pdf in pdfs]
    files += [("records.json", "the released records, for programs"), ("records.csv", "the same for a spreadsheet")]
    files += [("media/", "released pictures and files"), ("redactions.json", "where something is withheld, and why")]
    files += [("proofs.json", "that the city's ledger holds each record, and that what is shown is unchanged")]
    files += [("verify.html", "opens in a browser and checks all of this, without the internet")]
    files += [("verify.py", "the same for the command line (Python 3.9 or newer)")]
    files += [("manifest.json", "every file with its size and SHA-256")]
    files += [("manifest.signed.txt", "the archive's signature under the manifest")]
    return environment.get_template("README.txt").render(r=response, files=files, volumes=len(pdfs) > 1)
