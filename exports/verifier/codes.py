"""What can be wrong with a response package: one code for each thing, and what it means in plain words."""

from __future__ import annotations

from typing import Any

CODES = {
    "P-01-unreadable": "this cannot be read as a package",
    "P-02-zip-structure": "the ZIP is not as it was written; unpack it and check the folder to learn more",
    "P-03-name-twice": "two files in the ZIP have the same name",
    "P-04-name-unsafe": "a file in the ZIP has a name that no package uses",
    "P-05-not-listed": "the manifest does not name this file",
    "P-06-missing": "this file is missing",
    "P-07-damaged": "this file is damaged and cannot be unpacked",
    "P-08-changed": "this is not the file that the manifest names",
    "P-10-manifest-form": "the manifest is not written as it should be",
    "P-11-note-form": "the signed note is not written as it should be",
    "P-12-note-manifest": "the signature was made for another manifest",
    "P-13-note-signature": "the signature under the manifest is not by this key",
    "P-14-key-form": "the public key is not written as it should be",
    "P-15-other-key": "this package was signed with another key than the one you gave",
    "P-16-checkpoint-form": "the ledger's signed state is not written as it should be",
    "P-17-checkpoint-signature": "the signature under the ledger's state is not by this key",
    "P-20-proofs-form": "the proofs are not written as they should be",
    "P-21-records-form": "the records are not written as they should be",
    "P-22-no-proof": "this record has no proof",
    "P-23-foreign-proof": "there is a proof that belongs to no record",
    "P-24-other-entry": "the ledger's entry speaks of something else",
    "P-25-twice": "a record, or an entry of the ledger, is used twice",
    "P-26-not-in-ledger": "the proof does not lead to the signed state of the ledger",
    "P-27-record-commitment": "the parts do not add up to what the ledger has sealed",
    "P-28-part-commitment": "an opened part is not what the ledger has sealed",
    "P-30-shown-differs": "what is shown is not what is proved",
    "P-31-not-proved": "something is shown without its proof",
    "P-32-opened-too-much": "a part is opened that the response does not show",
    "P-33-media": "the released media and the records do not agree",
    "P-34-csv": "records.csv does not say the same as records.json",
    "P-35-counts": "the counts at the head of records.json are not right",
    "P-36-redactions": "redactions.json does not say the same as records.json",
    "P-37-released": "whether a record is released in full or in part is not told rightly",
}
"""Both verifiers, the product and docs/howto/checking.md have this same table."""


class Broken(Exception):
    """Stops one piece of the checking: a code, and where."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(code)
        self.code, self.where = code, where


class Report:
    """What was found. `response` says of which request and which part of it this is; `files` are
    (name, size, SHA-256, intact); `records` say what of each is proved; `packed` the SHA-256 of what is compressed."""

    def __init__(self) -> None:
        self.findings: list[tuple[str, str]] = []
        self.files: list[tuple[str, int, str, bool]] = []
        self.records: list[dict[str, Any]] = []
        self.ledger: dict[str, Any] = {}
        self.response: dict[str, int] = {}
        self.packed: dict[str, str] = {}

    def add(self, code: str, where: str) -> None:
        """Note a finding, once."""
        if (code, where) not in self.findings:
            self.findings.append((code, where))

    def has(self, code: str) -> bool:
        """Whether there is a finding of this code."""
        return any(code == found for found, _ in self.findings)

    def data(self) -> dict[str, Any]:
        """The report as JSON data."""
        findings = [{"code": code, "where": where, "means": CODES[code]} for code, where in self.findings]
        files = [{"name": n, "size": size, "sha256": sha, "intact": good} for n, size, sha, good in self.files]
        codes = sorted({code for code, _ in self.findings})
        answer = {"verdict": "no" if codes else "yes", "codes": codes, "findings": findings}
        facts = {"response": self.response, "ledger": self.ledger}
        return {**answer, **facts, "files": files, "records": self.records}
