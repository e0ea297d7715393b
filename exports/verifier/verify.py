"""Checks a response package without the program that made it: `python verify.py response.zip`, or its unpacked folder.

One file, Python 3.9 or newer, nothing else. It only reads. Exit code 0: yes, everything fits; 1: no, and each thing
that does not fit is named with a code; 2: this cannot be read as a package, or wrong use. `--json` prints one JSON
object; `--key` takes the key that the city publishes. The format is described byte by byte in docs/format.md of
Ofrecord; verify.html in the same package makes the same checks in a browser, with the same codes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from exports.verifier.codes import CODES, Broken, Report
from exports.verifier.container import SAFE_NAME, Reader, folder_files, zip_files
from exports.verifier.shapes import HEX, MANIFEST, NEEDED, NOTE, json_of, need, shaped
from exports.verifier.walk import Walk

LIMITS = (
    "What this does not prove: that the key is the city's (compare it, letter by letter, with the one that the city",
    "publishes elsewhere); that the records were true when they were taken in; that these are all there are; that",
    "the PDF, index.html, the spreadsheet and the other copies say the same as records.json (they are only shown to",
    "be the files that were signed).",
)


def check(path: Path | str, key: str = "") -> Report:
    """Check a package: a ZIP or its unpacked folder. `key` is the public key as the city publishes it, if known."""
    report, place = Report(), Path(path)
    try:
        if place.is_dir():
            _check(report, folder_files(place), key)
        else:
            with place.open("rb") as file:
                _check(report, zip_files(file, place.name, report), key)
    except Broken as broken:
        report.add(broken.code, broken.where)
    except OSError as error:
        report.add("P-01-unreadable", f"{place.name}: {error.strerror}")
    return report


def main(words: Sequence[str] | None = None) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(description="Check a response package of a city's archive.")
    parser.add_argument("package", help="response.zip, or the folder it was unpacked into")
    parser.add_argument("--key", default="", help="the archive's public key, as the city publishes it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(words)
    report = check(given.package, given.key)
    text = json.dumps(report.data(), sort_keys=True) if given.json else "\n".join(told(report, bool(given.key)))
    sys.stdout.write(text + "\n")
    if report.has("P-01-unreadable"):
        return 2
    return 1 if report.findings else 0


def told(report: Report, key_given: bool) -> Iterator[str]:
    """A report in plain words, line by line."""
    proved = sum(1 for each in report.records if each["proved"])
    if report.findings:
        yield "NO: this is not, in everything, the package that the archive signed."
        yield from (f"  {code}: {where}: {CODES[code]}." for code, where in report.findings)
    else:
        yield "YES: everything fits."
    if report.response.get("parts", 1) > 1:
        yield "This is part {part} of {parts} of the response to request {request}. Check each part.".format(
            **report.response
        )
    intact = sum(1 for each in report.files if each[3])
    yield f"Files: {intact} of {len(report.files)} are those that the signed manifest names."
    yield f"Records: {proved} of {len(report.records)} are proved to be in the ledger as shown."
    for each in report.records:
        if each["sealed"] and each["proved"]:
            yield f"  {each['record']}: withheld, yet sealed in the ledger: {', '.join(each['sealed'])}."
    if report.ledger:
        yield f"Ledger: {report.ledger['log']}, {report.ledger['size']:,} entries, root {report.ledger['root']}"
        yield f"Key: {report.ledger['key']}{' (the one you gave)' if key_given else ''}"
    yield from LIMITS


def _check(report: Report, package: dict[str, Reader], key: str) -> None:
    digests = _digests(report, package)
    listed = _listed(report, package) if MANIFEST in digests else None
    if listed is not None:
        for name in sorted(package.keys() - listed.keys() - {MANIFEST, NOTE}):
            report.add("P-05-not-listed", name)
        for name in sorted(listed.keys() & digests.keys()):
            if listed[name][:2] != digests[name]:
                report.add("P-08-changed", name)
            elif listed[name][2] and report.packed.get(name, listed[name][2]) != listed[name][2]:
                report.add("P-02-zip-structure", name)
    for name in sorted({*NEEDED, *(listed or ()), MANIFEST, NOTE} - package.keys()):
        report.add("P-06-missing", name)
    try:
        Walk(report, package, digests, key).run()
    except Broken as broken:
        report.add(broken.code, broken.where)
    signed = report.ledger.get("manifest_signed", False)
    for name, (digest, size) in sorted(digests.items()):
        good = signed and (name in (MANIFEST, NOTE) or (listed or {}).get(name, ())[:2] == (digest, size))
        report.files.append((name, size, digest, good))


def _digests(report: Report, package: dict[str, Reader]) -> dict[str, tuple[str, int]]:
    found = {}
    for name in sorted(package):
        running, size = hashlib.sha256(), 0
        try:
            for chunk in package[name]():
                running.update(chunk)
                size += len(chunk)
        except Broken as broken:
            report.add(broken.code, broken.where)
        else:
            found[name] = (running.hexdigest(), size)
    return found


def _listed(report: Report, package: dict[str, Reader]) -> dict[str, tuple[str, int, str]] | None:
    """Of each file its digest, its size, and the digest of its compressed bytes or nothing."""
    try:
        data = b"".join(package[MANIFEST]())
        manifest = json_of(data.decode())
        shaped(manifest, {"files": list, "format": str})
        need(manifest["format"] == "ofrecord-manifest/1")
        for row in manifest["files"]:
            more = {"packed": str} if type(row) is dict and "packed" in row else {}
            shaped(row, {"name": str, "sha256": str, "size": int, **more})
            need(SAFE_NAME.fullmatch(row["name"]) and all(HEX.fullmatch(row[each]) for each in ("sha256", *more)))
        names = [row["name"] for row in manifest["files"]]
        need(names == sorted(set(names)) and not {MANIFEST, NOTE} & set(names))
        need(data == json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n")
    except ValueError:
        report.add("P-10-manifest-form", MANIFEST)
        return None
    return {row["name"]: (row["sha256"], row["size"], row.get("packed", "")) for row in manifest["files"]}


if __name__ == "__main__":
    sys.exit(main())
