"""The files for programs: records.json with its schema, records.csv, the log of what is withheld, and the proofs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from exports.format import File, Made
from exports.pages import TEMPLATES
from exports.proofs import proof_chunks
from exports.response import Response, WithheldEntry
from exports.tabular import csv_chunks, json_chunks
from exports.verifier.assembly import assembled, page


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """What is released, as data."""

    name: str = "data"
    tells: tuple[tuple[str, str], ...] = (
        ("records.json", "the released records, for programs"),
        ("records.schema.json", "what stands where in records.json (JSON Schema)"),
        ("records.csv", "the released records for a spreadsheet"),
        ("redactions.json", "where something is withheld, and why"),
    )

    def files(self, response: Response, made: Made) -> Iterator[File]:
        """The files, each written as it is read."""
        yield File(name="records.json", chunks=lambda: json_chunks(response))
        yield File(name="records.schema.json", chunks=lambda: iter([schema()]))
        yield File(name="records.csv", chunks=lambda: csv_chunks(response))
        yield File(name="redactions.json", chunks=lambda: _redactions(response))


@dataclass(frozen=True, kw_only=True, slots=True)
class Checking:
    """What the package is checked with."""

    name: str = "checking"
    tells: tuple[tuple[str, str], ...] = (
        ("proofs.json", "that the city's ledger holds each record, and that what is shown is unchanged"),
        ("verify.html", "opens in a browser and checks all of this, without the internet"),
        ("verify.py", "the same for the command line (Python 3.9 or newer)"),
    )

    def files(self, response: Response, made: Made) -> Iterator[File]:
        """The proofs and both verifiers."""
        yield File(name="proofs.json", chunks=lambda: proof_chunks(response))
        yield File(name="verify.html", chunks=lambda: iter([page()]))
        yield File(name="verify.py", chunks=lambda: iter([assembled()]))


def schema() -> bytes:
    """The published schema of records.json."""
    return (TEMPLATES / "records.schema.json").read_bytes()


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
