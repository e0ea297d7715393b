"""Goes through proofs.json and records.json side by side: every record has its proof, and every proof its record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from exports.verifier.codes import Broken, Report
from exports.verifier.container import Reader
from exports.verifier.shapes import (
    COLUMNS,
    HEX,
    MANIFEST,
    NOTE,
    PROOFS_HEAD,
    RECORDS_HEAD,
    cells_of,
    csv_row,
    json_of,
    line_of,
    need,
    proof_shaped,
    record_shaped,
    shaped,
    stop_unless,
)
from exports.verifier.shown import Media, Shown
from exports.verifier.signatures import is_signed, key_in, note_in, root_of, sha256, unb64


class Walk:
    """One package's walk; what it finds goes into the report."""

    def __init__(
        self, report: Report, package: dict[str, Reader], digests: dict[str, tuple[str, int]], key: str
    ) -> None:
        self.report, self.package, self.digests, self.expected = report, package, digests, key.strip()
        self.root, self.size = b"", 0
        self.used: set[int] = set()
        self.media = Media(digests)
        self.counts = {"in full": 0, "in part": 0, "withheld": 0}
        self.reasons: dict[str, set[str]] = {}

    def run(self) -> None:
        """Check the signatures, then every record."""
        if "proofs.json" not in self.digests:
            return
        proofs = self._rows("proofs.json", "P-20-proofs-form", PROOFS_HEAD)
        head = next(proofs)
        stop_unless(head["format"] == "ofrecord-proofs/1", "P-20-proofs-form", "proofs.json")
        self._signatures(head)
        if not {"records.json", "records.csv", "redactions.json"} <= self.digests.keys():
            return
        labels = self._labels()
        records = self._rows("records.json", "P-21-records-form", RECORDS_HEAD)
        told, done = next(records), set()
        self.report.response = {name: told[name] for name in ("request", "part", "parts")}
        table = hashlib.sha256(b"\xef\xbb\xbf" + csv_row(COLUMNS))
        proof = next(proofs, None)
        for record in records:
            label, found = record["record"], []
            while proof and proof["record"] != label and (proof["record"] not in labels or proof["record"] in done):
                self.report.add("P-23-foreign-proof", proof["record"])
                proof = next(proofs, None)
            while proof and proof["record"] == label:
                found.append(proof)
                proof = next(proofs, None)
            done.add(label)
            self._record(record, found)
            table.update(csv_row(cells_of(record)))
        while proof:
            self.report.add("P-23-foreign-proof", proof["record"])
            proof = next(proofs, None)
        self._totals(told, table.hexdigest())

    def _signatures(self, head: dict[str, Any]) -> None:
        try:
            name, key_id, public = key_in(head["key"])
        except ValueError:
            raise Broken("P-14-key-form", "proofs.json") from None
        if self.expected and self.expected != head["key"]:
            self.report.add("P-15-other-key", head["key"])
        signed = NOTE in self.digests and self._signed_manifest(b"".join(self.package[NOTE]()), name, key_id, public)
        try:
            text, signatures = note_in(head["checkpoint"])
            origin, size, root = text[:-1].split("\n")
            self.size, self.root = int(size), unb64(root)
            need(origin == name and str(self.size) == size and 0 < self.size < 2**53 and len(self.root) == 32)
        except ValueError:
            raise Broken("P-16-checkpoint-form", "proofs.json") from None
        ours = [value for who, which, value in signatures if (who, which) == (name, key_id)]
        good = bool(ours) and all(is_signed(public, value, text.encode()) for value in ours)
        if not good:
            self.report.add("P-17-checkpoint-signature", "proofs.json")
        told = {"log": name, "key": head["key"], "key_id": key_id.hex(), "size": self.size, "root": self.root.hex()}
        self.report.ledger = {**told, "signed": good, "manifest_signed": signed}

    def _signed_manifest(self, data: bytes, name: str, key_id: bytes, public: bytes) -> bool:
        try:
            text, signatures = note_in(data.decode())
            title, said = text[:-1].split("\n")
            need(title == "ofrecord-manifest/1" and said[:7] == "sha256 " and HEX.fullmatch(said[7:]))
            need(len(signatures) == 1)
        except ValueError:
            self.report.add("P-11-note-form", NOTE)
            return False
        meant = MANIFEST not in self.digests or said[7:] == self.digests[MANIFEST][0]
        if not meant:
            self.report.add("P-12-note-manifest", NOTE)
        good = signatures[0][:2] == (name, key_id) and is_signed(public, signatures[0][2], text.encode())
        if not good:
            self.report.add("P-13-note-signature", NOTE)
        return meant and good

    def _rows(self, name: str, code: str, shape: Mapping[str, type]) -> Iterator[dict[str, Any]]:
        """The head, then each row: every line must be exactly as the archive writes it."""
        lines, tail = self._lines(name, code), ', "records": ['
        first = next(lines, "")
        stop_unless(first.endswith(tail), code, name)
        try:
            head = line_of(first[: -len(tail)] + "}")
            shaped(head, shape)
            for each in head.get("collections", ()):
                shaped(each, {"at": str, "count": int, "query": str, "said_as": str})
            if name == "records.json":
                need(
                    1 <= head["part"] <= head["parts"] and (head["part"] == 1) == (head["first"] == 1) and head["first"]
                )
            yield head
            number, more = head.get("first", 1) - 1, True
            while more:
                line = next(lines, "")
                number, more = number + 1, line.endswith(",")
                row = line_of(line[:-1] if more else line)
                if name == "proofs.json":
                    proof_shaped(row)
                else:
                    record_shaped(row, number)
                yield row
        except ValueError:
            raise Broken(code, name) from None
        stop_unless([next(lines, ""), next(lines, "-"), next(lines, None)] == ["]}", "", None], code, name)

    def _lines(self, name: str, code: str) -> Iterator[str]:
        left = b""
        try:
            for chunk in self.package[name]():
                *whole, left = (left + chunk).split(b"\n")
                for line in whole:
                    yield line.decode()
            yield left.decode()
        except UnicodeDecodeError:
            raise Broken(code, name) from None

    def _labels(self) -> set[str]:
        labels: set[str] = set()
        rows = self._rows("records.json", "P-21-records-form", RECORDS_HEAD)
        stop_unless(next(rows)["format"] == "ofrecord-response/1", "P-21-records-form", "records.json")
        for row in rows:
            if row["record"] in labels:
                self.report.add("P-25-twice", row["record"])
            labels.add(row["record"])
        return labels

    def _record(self, record: dict[str, Any], proofs: list[dict[str, Any]]) -> None:
        label, released, before = record["record"], record["released"], len(self.report.findings)
        versions = 1 + len(record.get("earlier_versions", ()))
        self.counts[released] += 1
        if len(proofs) != versions:
            self.report.add("P-22-no-proof" if len(proofs) < versions else "P-23-foreign-proof", label)
        if released != "in full":
            self.reasons[label] = set(record["withheld_codes"])
        if released != "withheld":
            told = {"in full": (False, 64, 0), "in part": (True, 0, len(record["media_withheld"]))}[released]
            if told != (bool(record["withheld_codes"]), len(record["sha256"]), len(record["media_withheld"])):
                self.report.add("P-37-released", label)
        sealed: list[str] = []
        closed = 0
        for n, proof in enumerate(proofs[:versions]):
            self._in_ledger(proof)
            if ("entry" in proof) == (released == "withheld"):
                self.report.add("P-32-opened-too-much" if "entry" in proof else "P-31-not-proved", label)
            elif released != "withheld":
                parts = {part["name"]: part for part in proof["parts"]}
                self._committed(proof, label)
                shown = Shown(self.report, self.media, record, parts)
                shown.whole() if n == 0 else shown.field("text", record["earlier_versions"][n - 1]["text"])
                if any("key" in part and name not in shown.names for name, part in parts.items()):
                    self.report.add("P-32-opened-too-much", label)
                sealed += [name if n == 0 else f"{name} (version {proof['version']})" for name in shown.sealed]
                closed += sum("key" not in part for part in parts.values())
        proved = len(self.report.findings) == before
        self.report.records.append({"record": label, "released": released, "proved": proved, "sealed": sealed,
                                    "closed": closed, "entries": [proof["index"] for proof in proofs]})  # fmt: skip

    def _in_ledger(self, proof: dict[str, Any]) -> None:
        if proof["index"] in self.used:
            self.report.add("P-25-twice", proof["record"])
        self.used.add(proof["index"])
        leaf = sha256(b"\x00" + proof["entry"].encode()) if "entry" in proof else bytes.fromhex(proof["leaf"])
        if root_of(leaf, proof["index"], self.size, [unb64(each) for each in proof["path"]]) != self.root:
            self.report.add("P-26-not-in-ledger", proof["record"])

    def _committed(self, proof: dict[str, Any], label: str) -> None:
        fields = b"ofrecord/1/fields\x00"
        for part in proof["parts"]:
            name, made = part["name"].encode() + b"\x00", bytes.fromhex(part["commitment"])
            fields += name + made
            if "key" in part:
                opened = b"ofrecord/1/part\x00" + bytes.fromhex(part["key"]) + name + part["value"].encode()
                if sha256(opened) != made:
                    self.report.add("P-28-part-commitment", f"{label} {part['name']}")
        sealed = sha256(b"ofrecord/1/record\x00" + bytes.fromhex(proof["kept"]) + sha256(fields)).hex()
        try:
            said = json_of(proof["entry"])
            need(type(said) is dict and type(said.get("C")) is str)
            kind = "record.commit" if proof["version"] == 1 else "record.revise"
            need((said.get("record"), said.get("n"), said.get("t")) == (int(label[1:]), proof["version"], kind))
        except ValueError:
            self.report.add("P-24-other-entry", label)
            return
        if said["C"] != sealed:
            self.report.add("P-27-record-commitment", label)

    def _totals(self, told: dict[str, Any], table: str) -> None:
        if [told["released"], told["released_in_part"], told["withheld"]] != list(self.counts.values()):
            self.report.add("P-35-counts", "records.json")
        if table != self.digests["records.csv"][0]:
            self.report.add("P-34-csv", "records.csv")
        for name in sorted(name for name in self.digests if name.startswith("media/") and name not in self.media.used):
            self.report.add("P-33-media", name)
        try:
            data = json_of(b"".join(self.package["redactions.json"]()).decode())
            shaped(data, {"reasons": dict, "withheld": list})
            named: dict[str, set[str]] = {}
            for row in data["withheld"]:
                shaped(row, {"code": str, "reason": str, "record": str, "withheld": str})
                need(row["code"] in data["reasons"])
                named.setdefault(row["record"], set()).add(row["code"])
            need(named.keys() == self.reasons.keys() and all(self.reasons[each] <= named[each] for each in named))
        except ValueError:
            self.report.add("P-36-redactions", "redactions.json")
