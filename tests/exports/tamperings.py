"""The list of tamperings: what is done, and the codes it leads to, the same in every verifier."""

import hashlib
import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

from tests.exports.packages import (
    Package,
    Rows,
    Tampering,
    at_last,
    flip,
    flipped,
    of_record,
    on_files,
    on_rows,
    on_zip,
    other_key,
    part,
    reencoded,
    replaced,
    swap,
)

T = Tampering


def _move(files: dict[str, bytes], old: str, new: str) -> None:
    files[new] = files.pop(old)


def _set(label: str, name: str, value: Any) -> Any:
    def how(head: dict[str, Any], rows: Rows) -> None:
        of_record(rows, label)[name] = value

    return how


def _on(label: str, name: str, how: Any, n: int = 0) -> Any:
    """Changes one part of a proof."""

    def change(head: dict[str, Any], rows: Rows) -> None:
        how(part(rows, label, name, n))

    return change


def _drop(label: str, n: int = 0) -> Any:
    def how(head: dict[str, Any], rows: Rows) -> None:
        rows.remove(of_record(rows, label, n))
        for number, row in enumerate(rows, 1):
            if "no" in row:
                row["no"] = number

    return how


def _close(part: dict[str, Any]) -> None:
    del part["key"], part["value"]


def _path(rows: Rows, label: str, how: Any) -> None:
    how(of_record(rows, label)["path"])


def outsiders() -> list[Tampering]:
    """Whoever has the package and no key."""
    return [
        T("a letter of README.txt", "P-08-changed", flip("README.txt")),
        T("a letter of response.pdf", "P-08-changed", flip("response.pdf", 900)),
        T("a letter of records.json", "P-08-changed", flip("records.json", 30)),
        T("a letter of records.csv", "P-08-changed P-34-csv", flip("records.csv", 400)),
        T("a letter of redactions.json", "P-08-changed", flip("redactions.json", 100)),
        T("a letter of proofs.json", "P-08-changed P-20-proofs-form", flip("proofs.json", 5)),
        T("a letter of a proof", "P-08-changed P-20-proofs-form", replaced("proofs.json", b'"kept"', b'"kepT"')),
        T("a letter of verify.html", "P-08-changed", flip("verify.html", 5000)),
        T("a letter of verify.py", "P-08-changed", flip("verify.py", 5000)),
        T("a letter of index.html", "P-08-changed", flip("index.html", 9000)),
        T("a byte of the workbook", "P-08-changed", flip("records.xlsx", 900)),
        T("a byte of the web archive", "P-08-changed", flip("released.wacz", 900)),
        T("a letter of the schema", "P-08-changed", flip("records.schema.json", 500)),
        T("the page to read taken away", "P-06-missing", on_files(lambda files: files.pop("index.html"))),
        T("a byte of a picture", "P-08-changed P-33-media", flip("media/R1-1.png", 60)),
        T("a letter of the manifest", "P-10-manifest-form P-12-note-manifest", flip("manifest.json", 3)),
        T("a digest in the manifest", "P-08-changed P-12-note-manifest", _digest_in_manifest()),
        T(
            "a space more in the manifest",
            "P-10-manifest-form P-12-note-manifest",
            replaced("manifest.json", b": ", b":  "),
        ),
        T("a letter of the note's title", "P-11-note-form", flip("manifest.signed.txt", 3)),
        T(
            "a digit of the note's digest",
            "P-12-note-manifest P-13-note-signature",
            on_files(lambda files: files.update({"manifest.signed.txt": _other_digit(files["manifest.signed.txt"])})),
        ),
        T(
            "a letter of the signature",
            "P-13-note-signature",
            on_files(
                lambda files: files.update({"manifest.signed.txt": _other_letter(files["manifest.signed.txt"], -20)})
            ),
        ),
        T(
            "a loose bit at the end of the signature",
            "P-11-note-form",
            on_files(lambda files: files.update({"manifest.signed.txt": _loose_bit(files["manifest.signed.txt"])})),
        ),
        T("the dash before the signature", "P-11-note-form", replaced("manifest.signed.txt", "\u2014".encode(), b"-")),
        T(
            "a second signature",
            "P-11-note-form",
            on_files(lambda files: files.update({"manifest.signed.txt": _twice_signed(files["manifest.signed.txt"])})),
        ),
        T("an empty note", "P-11-note-form", on_files(lambda files: files.update({"manifest.signed.txt": b""}))),
        T("an edited text", "P-08-changed P-30-shown-differs P-34-csv", replaced("records.json", b"edited", b"editeb")),
        T("a file taken away", "P-06-missing", on_files(lambda files: files.pop("response.pdf"))),
        T("a picture taken away", "P-06-missing P-33-media", on_files(lambda files: files.pop("media/R1-1.png"))),
        T("the records taken away", "P-06-missing", on_files(lambda files: files.pop("records.json"))),
        T("the proofs taken away", "P-06-missing", on_files(lambda files: files.pop("proofs.json"))),
        T("the manifest taken away", "P-06-missing", on_files(lambda files: files.pop("manifest.json"))),
        T("the note taken away", "P-06-missing", on_files(lambda files: files.pop("manifest.signed.txt"))),
        T("a file added", "P-05-not-listed", on_files(lambda files: files.update({"more.txt": b"more"}))),
        T(
            "a picture added",
            "P-05-not-listed P-33-media",
            on_files(lambda files: files.update({"media/R9-1.png": b"x"})),
        ),
        T(
            "a file renamed",
            "P-05-not-listed P-06-missing",
            on_files(lambda files: _move(files, "README.txt", "READ.txt")),
        ),
        T(
            "a file that climbs out",
            "P-04-name-unsafe P-05-not-listed",
            on_files(lambda files: files.update({"../evil.txt": b"evil"})),
        ),
        T(
            "two pictures exchanged",
            "P-08-changed P-33-media",
            on_files(
                lambda files: files.update(
                    {"media/R1-1.png": files["media/R4-2.png"], "media/R4-2.png": files["media/R1-1.png"]}
                )
            ),
        ),
        T("an emptied file", "P-08-changed", on_files(lambda files: files.update({"README.txt": b""}))),
        T(
            "CR LF for LF",
            "P-08-changed",
            on_files(lambda files: files.update({"README.txt": files["README.txt"].replace(b"\n", b"\r\n")})),
        ),
    ]


def containers() -> list[Tampering]:
    """Tampering with the ZIP itself, its files left as they are."""
    return [
        T("one file twice", "P-03-name-twice", lambda package: package.zip(twice="README.txt")),
        T("the ZIP cut in half", "P-01-unreadable", on_zip(lambda data: data[: len(data) // 2])),
        T("the ZIP's last byte cut off", "P-01-unreadable", on_zip(lambda data: data[:-1])),
        T("a byte after the ZIP", "P-01-unreadable", on_zip(lambda data: data + b"\0")),
        T("bytes before the ZIP", "P-02-zip-structure", on_zip(lambda data: b"#!/bin/sh\n" + data)),
        T("no bytes at all", "P-01-unreadable", on_zip(lambda data: b"")),
        T("a text instead of a ZIP", "P-01-unreadable", on_zip(lambda data: b"this is a text " * 40)),
        T("a date in a header", "P-02-zip-structure", on_zip(lambda data: flipped(data, 12))),
        T("a checksum in a header", "P-02-zip-structure", on_zip(lambda data: flipped(data, 14))),
        T("the mark for encrypted", "P-02-zip-structure", on_zip(lambda data: flipped(data, 6))),
        T("a name in the directory", "P-02-zip-structure", on_zip(at_last(b"README.txt", 2))),
        T("a size in the directory", "P-02-zip-structure", on_zip(at_last(b"PK\1\2", 24))),
        T("a place in the directory", "P-02-zip-structure", on_zip(at_last(b"PK\1\2", 42))),
        T("a method in the directory", "P-02-zip-structure", on_zip(at_last(b"PK\1\2", 10))),
        T("the rights in the directory", "P-02-zip-structure", on_zip(at_last(b"PK\1\2", 40))),
        T("the count at the end", "P-02-zip-structure", on_zip(at_last(b"PK\5\6", 10))),
        T("a remark at the end", "P-02-zip-structure", on_zip(lambda data: flipped(data, -1))),
        T("packed bytes of a file", "P-07-damaged", on_zip(lambda data: flipped(data, 30 + 10 + 20 + 40))),
        T("a bit that no file needs", "P-02-zip-structure", on_zip(_with_a_loose_bit)),
        T("stored bytes of the PDF", "P-07-damaged", on_zip(lambda data: flipped(data, data.index(b"%PDF") + 700))),
        T("a hole between two files", "P-02-zip-structure", on_zip(_with_a_hole)),
    ]


def _with_a_loose_bit(data: bytes) -> bytes:
    """Another bit in the last byte of something compressed, after its end: it is unpacked to the same."""
    for each in zipfile.ZipFile(io.BytesIO(data)).infolist():
        start = each.header_offset + 30 + len(each.filename) + 20
        packed = flipped(data[start : start + each.compress_size], -1, 128)
        if each.compress_type == zipfile.ZIP_DEFLATED and zlib.crc32(zlib.decompress(packed, -15)) == each.CRC:
            return flipped(data, start + each.compress_size - 1, 128)
    raise AssertionError("no file of this package ends within a byte")


def insiders() -> list[Tampering]:
    """Whoever has the key and signs what was changed."""
    proofs, records = "proofs.json", "records.json"
    return [
        T("a text", "P-30-shown-differs", on_rows(records, _set("R3", "text", "Edited"))),
        T("a title", "P-30-shown-differs", on_rows(records, _set("R1", "title", "Other"))),
        T("an author", "P-30-shown-differs", on_rows(records, _set("R1", "author", "Bob"))),
        T("a link", "P-30-shown-differs", on_rows(records, _set("R1", "links", ["https://x.example/2"]))),
        T("a source", "P-30-shown-differs", on_rows(records, _set("R1", "source", "https://x.example/p/2"))),
        T("a kind", "P-30-shown-differs", on_rows(records, _set("R3", "kind", "reply"))),
        T("a state", "P-30-shown-differs", on_rows(records, _set("R3", "state", "deleted"))),
        T("a platform", "P-30-shown-differs", on_rows(records, _set("R3", "platform", "x"))),
        T("a date", "P-30-shown-differs", on_rows(records, _set("R3", "posted_utc", "2025-03-01 12:00:01 UTC"))),
        T(
            "a date where there is none",
            "P-31-not-proved",
            on_rows(records, _set("R8", "posted_utc", "2025-03-01 12:00:00 UTC")),
        ),
        T(
            "an earlier text",
            "P-30-shown-differs",
            on_rows(records, _set("R3", "earlier_versions", [{"captured": "2026-11-20 18:00:00 UTC", "text": "=1+2"}])),
        ),
        T("an earlier version taken away", "P-23-foreign-proof", on_rows(records, _set("R3", "earlier_versions", []))),
        T("a text that was never there", "P-31-not-proved", on_rows(records, _set("R5", "text", "I never said this"))),
        T("a title that was never there", "P-31-not-proved", on_rows(records, _set("R3", "title", "Hello"))),
        T("a withheld text filled in", "P-31-not-proved", on_rows(records, _set("R1", "text", "Call 1-800 now"))),
        T(
            "a redacted record called whole",
            "P-31-not-proved P-35-counts P-36-redactions P-37-released",
            on_rows(records, _set("R1", "released", "in full")),
        ),
        T(
            "a whole record called redacted",
            "P-35-counts P-36-redactions P-37-released",
            on_rows(records, _set("R3", "released", "in part")),
        ),
        T(
            "a description",
            "P-30-shown-differs",
            on_rows(records, lambda head, rows: of_record(rows, "R1")["media"][0].update(description="a plan")),
        ),
        T(
            "a made-up description",
            "P-31-not-proved",
            on_rows(records, lambda head, rows: of_record(rows, "R5")["media"][0].update(description="a plan")),
        ),
        T(
            "a type of file",
            "P-30-shown-differs",
            on_rows(records, lambda head, rows: of_record(rows, "R1")["media"][0].update(type="image/gif")),
        ),
        T("a picture no more named", "P-32-opened-too-much P-33-media", on_rows(records, _set("R5", "media", []))),
        T("a missing picture passed over", "P-33-media", on_rows(records, _set("R1", "media_missing", 0))),
        T("a withheld picture passed over", "P-33-media", on_rows(records, _set("R4", "media_withheld", []))),
        T(
            "another record's picture",
            "P-32-opened-too-much P-33-media",
            on_rows(records, lambda head, rows: of_record(rows, "R5")["media"][0].update(file="media/R1-1.png")),
        ),
        T("a picture replaced, with its digest", "P-30-shown-differs", _new_picture),
        T("a record dropped", "P-23-foreign-proof P-33-media P-35-counts", on_rows(records, _drop("R5"))),
        T("a withheld record dropped", "P-23-foreign-proof P-35-counts P-36-redactions", on_rows(records, _drop("R2"))),
        T(
            "a record twice",
            "P-22-no-proof P-25-twice P-35-counts",
            on_rows(records, lambda head, rows: rows.append({**of_record(rows, "R3"), "no": len(rows) + 1})),
        ),
        T(
            "a record made up",
            "P-22-no-proof P-35-counts",
            on_rows(
                records, lambda head, rows: rows.append({**of_record(rows, "R8"), "record": "R99", "no": len(rows) + 1})
            ),
        ),
        T("numbers out of order", "P-21-records-form", on_rows(records, _set("R3", "no", 9))),
        T("a field more", "P-21-records-form", on_rows(records, _set("R3", "likes", 9))),
        T("a field less", "P-21-records-form", on_rows(records, lambda head, rows: of_record(rows, "R3").pop("state"))),
        T("text where a number stands", "P-21-records-form", on_rows(records, _set("R1", "media_missing", "1"))),
        T("a count at the head", "P-35-counts", on_rows(records, lambda head, rows: head.update(withheld=1))),
        T(
            "a part beyond the last",
            "P-21-records-form",
            on_rows(records, lambda head, rows: head.update(part=2, first=2)),
        ),
        T(
            "a second part that begins at the first",
            "P-21-records-form",
            on_rows(records, lambda head, rows: head.update(part=2, parts=2)),
        ),
        T(
            "a first part that begins later",
            "P-21-records-form",
            on_rows(records, lambda head, rows: head.update(first=2)),
        ),
        T("a part taken away", "P-21-records-form", on_rows(records, lambda head, rows: head.pop("part"))),
        T(
            "another format",
            "P-21-records-form",
            on_rows(records, lambda head, rows: head.update(format="ofrecord-response/2")),
        ),
        T(
            "a field of the head twice",
            "P-21-records-form",
            replaced(records, b'"withheld": 2', b'"withheld": 2, "withheld": 2', True),
        ),
        T("a space more", "P-21-records-form", replaced(records, b'"no": 1', b'"no":  1', True)),
        T("a line more", "P-21-records-form", replaced(records, b"]}\n", b"]}\n\n", True)),
        T("bytes that are no UTF-8", "P-21-records-form", replaced(records, b"edited", b"edit\xffd", True)),
        T(
            "a mark before the JSON",
            "P-21-records-form",
            on_files(lambda files: files.update({records: b"\xef\xbb\xbf" + files[records]}), True),
        ),
        T("half a character", "P-21-records-form", replaced(records, b"edited", b"\\ud800", True)),
        T("a cell of the table", "P-34-csv", replaced("records.csv", b"edited", b"Edited", True)),
        T("a formula in the table", "P-34-csv", replaced("records.csv", b"'=1+1", b"=1+1", True)),
        T(
            "a row more in the table",
            "P-34-csv",
            on_files(lambda files: files.update({"records.csv": files["records.csv"] + b"9\r\n"}), True),
        ),
        T("a redaction not told", "P-36-redactions", on_files(_no_redactions, True)),
        T("a redaction of another record", "P-36-redactions", replaced("redactions.json", b'"R1"', b'"R3"', True)),
        T("redactions that are no JSON", "P-36-redactions", replaced("redactions.json", b"{", b"[", True)),
        T("a proof dropped", "P-22-no-proof P-33-media", on_rows(proofs, _drop("R5"))),
        T("an earlier version's proof dropped", "P-22-no-proof", on_rows(proofs, _drop("R3", 1))),
        T(
            "a proof twice",
            "P-23-foreign-proof",
            on_rows(proofs, lambda head, rows: rows.append(dict(of_record(rows, "R5")))),
        ),
        T(
            "a proof of no record",
            "P-23-foreign-proof",
            on_rows(proofs, lambda head, rows: rows.append({**of_record(rows, "R2"), "record": "R99"})),
        ),
        T(
            "two proofs exchanged",
            "P-24-other-entry P-30-shown-differs P-31-not-proved P-32-opened-too-much P-33-media",
            on_rows(proofs, lambda head, rows: swap(rows, "R5", "R8")),
        ),
        T(
            "a withheld record's proof for another",
            "P-25-twice",
            on_rows(proofs, lambda head, rows: of_record(rows, "R7").update({**of_record(rows, "R2"), "record": "R7"})),
        ),
        T(
            "a hash of a path",
            "P-26-not-in-ledger",
            on_rows(proofs, lambda head, rows: _path(rows, "R5", lambda path: path.__setitem__(0, reencoded(path[0])))),
        ),
        T(
            "a path too short",
            "P-26-not-in-ledger",
            on_rows(proofs, lambda head, rows: _path(rows, "R5", lambda path: path.pop())),
        ),
        T(
            "a path too long",
            "P-26-not-in-ledger",
            on_rows(proofs, lambda head, rows: _path(rows, "R5", lambda path: path.append(path[0]))),
        ),
        T(
            "an empty path",
            "P-26-not-in-ledger",
            on_rows(proofs, lambda head, rows: _path(rows, "R2", lambda path: path.clear())),
        ),
        T("an index", "P-26-not-in-ledger", on_rows(proofs, lambda head, rows: of_record(rows, "R5").update(index=2))),
        T(
            "an index beyond the ledger",
            "P-26-not-in-ledger",
            on_rows(proofs, lambda head, rows: of_record(rows, "R5").update(index=9999)),
        ),
        T(
            "an index below nothing",
            "P-20-proofs-form",
            on_rows(proofs, lambda head, rows: of_record(rows, "R5").update(index=-1)),
        ),
        T(
            "an index with a fraction",
            "P-20-proofs-form",
            on_rows(proofs, lambda head, rows: of_record(rows, "R5").update(index=7.5)),
        ),
        T(
            "the leaf of a withheld record",
            "P-26-not-in-ledger",
            on_rows(proofs, lambda head, rows: of_record(rows, "R2").update(leaf="00" * 32)),
        ),
        T(
            "the entry",
            "P-26-not-in-ledger P-27-record-commitment",
            on_rows(
                proofs,
                lambda head, rows: of_record(rows, "R5").update(
                    entry=of_record(rows, "R5")["entry"].replace('"C":"', '"C":"f', 1)
                ),
            ),
        ),
        T(
            "the time of an entry",
            "P-26-not-in-ledger",
            on_rows(
                proofs,
                lambda head, rows: of_record(rows, "R5").update(
                    entry=of_record(rows, "R5")["entry"].replace("2026", "2025")
                ),
            ),
        ),
        T(
            "an entry that is no JSON",
            "P-24-other-entry P-26-not-in-ledger",
            on_rows(proofs, lambda head, rows: of_record(rows, "R5").update(entry="no")),
        ),
        T(
            "the version of a proof",
            "P-24-other-entry",
            on_rows(proofs, lambda head, rows: of_record(rows, "R5").update(version=2)),
        ),
        T(
            "the commitment to how it is kept",
            "P-27-record-commitment",
            on_rows(proofs, lambda head, rows: of_record(rows, "R5").update(kept="11" * 32)),
        ),
        T(
            "the commitment to a closed part",
            "P-27-record-commitment",
            on_rows(proofs, _on("R1", "text", lambda part: part.update(commitment="22" * 32))),
        ),
        T(
            "the commitment to an open part",
            "P-27-record-commitment P-28-part-commitment",
            on_rows(proofs, _on("R3", "text", lambda part: part.update(commitment="22" * 32))),
        ),
        T(
            "the value of an open part",
            "P-28-part-commitment P-30-shown-differs",
            on_rows(proofs, _on("R3", "text", lambda part: part.update(value='"Edited"'))),
        ),
        T("the value and what is shown", "P-28-part-commitment", _value_and_text),
        T(
            "the key of an open part",
            "P-28-part-commitment",
            on_rows(proofs, _on("R3", "text", lambda part: part.update(key="33" * 32))),
        ),
        T(
            "a value that is no JSON",
            "P-28-part-commitment P-30-shown-differs",
            on_rows(proofs, _on("R3", "text", lambda part: part.update(value="edited"))),
        ),
        T(
            "a value spaced otherwise",
            "P-28-part-commitment",
            on_rows(proofs, _on("R1", "links", lambda part: part.update(value='[ "https://x.example/1" ]'))),
        ),
        T(
            "a withheld field opened",
            "P-28-part-commitment P-30-shown-differs",
            on_rows(proofs, _on("R1", "text", lambda part: part.update(key="44" * 32, value='"a guess"'))),
        ),
        T(
            "a field opened that is not shown",
            "P-28-part-commitment P-32-opened-too-much",
            on_rows(proofs, _on("R3", "object_id", lambda part: part.update(key="44" * 32, value='"3"'))),
        ),
        T("a shown field closed", "P-31-not-proved", on_rows(proofs, _on("R3", "text", _close))),
        T(
            "a part left out",
            "P-27-record-commitment P-31-not-proved",
            on_rows(proofs, lambda head, rows: of_record(rows, "R1")["parts"].remove(part(rows, "R1", "title"))),
        ),
        T(
            "a part twice",
            "P-20-proofs-form",
            on_rows(
                proofs, lambda head, rows: of_record(rows, "R1")["parts"].append(of_record(rows, "R1")["parts"][-1])
            ),
        ),
        T(
            "parts in another order",
            "P-20-proofs-form",
            on_rows(proofs, lambda head, rows: of_record(rows, "R1")["parts"].reverse()),
        ),
        T(
            "a released record's proof closed",
            "P-31-not-proved P-33-media",
            on_rows(proofs, lambda head, rows: _closed(of_record(rows, "R5"))),
        ),
        T(
            "the key's id",
            "P-14-key-form",
            on_rows(proofs, lambda head, rows: head.update(key=head["key"].replace("+", "+0", 1))),
        ),
        T(
            "the ledger's size",
            "P-17-checkpoint-signature P-26-not-in-ledger",
            on_rows(proofs, lambda head, rows: head.update(checkpoint=_bigger(head["checkpoint"]))),
        ),
        T(
            "the ledger's name",
            "P-16-checkpoint-form",
            on_rows(proofs, lambda head, rows: head.update(checkpoint="x" + head["checkpoint"])),
        ),
        T("no checkpoint", "P-16-checkpoint-form", on_rows(proofs, lambda head, rows: head.update(checkpoint=""))),
        T(
            "another format of proofs",
            "P-20-proofs-form",
            on_rows(proofs, lambda head, rows: head.update(format="ofrecord-proofs/2")),
        ),
        T(
            "proofs in capitals",
            "P-20-proofs-form",
            on_rows(
                proofs, lambda head, rows: of_record(rows, "R5").update(kept=of_record(rows, "R5")["kept"].upper())
            ),
        ),
    ]


def with_another_key(folder: Path) -> list[Tampering]:
    """Whoever signs everything with a key of their own."""
    return [
        T(
            "another key under the manifest",
            "P-17-checkpoint-signature",
            lambda package: other_key(package, folder, False),
        ),
        T(
            "another key under everything",
            "P-15-other-key",
            lambda package: other_key(package, folder, True),
            given_key=True,
        ),
    ]


def _digest_in_manifest() -> Any:
    def how(files: dict[str, bytes]) -> None:
        data = json.loads(files["manifest.json"])
        data["files"][0]["sha256"] = "0" * 64
        files["manifest.json"] = json.dumps(data, indent=1, sort_keys=True).encode() + b"\n"

    return on_files(how)


def _other_digit(note: bytes) -> bytes:
    start = note.index(b"sha256 ") + 7
    return note[:start] + (b"0" if note[start : start + 1] != b"0" else b"1") + note[start + 1 :]


def _other_letter(note: bytes, place: int) -> bytes:
    place %= len(note)
    return note[:place] + (b"A" if note[place : place + 1] != b"A" else b"B") + note[place + 1 :]


def _loose_bit(note: bytes) -> bytes:
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    place = note.rindex(b"=") - 1
    place -= note[place : place + 1] == b"="
    return note[:place] + letters[letters.index(note[place]) ^ 1 :][:1] + note[place + 1 :]


def _twice_signed(note: bytes) -> bytes:
    return note + note[note.index("\n\n\u2014".encode()) + 2 :]


def _with_a_hole(data: bytes) -> bytes:
    """A byte put in before the directory, and the directory's place told accordingly."""
    at = data.index(b"PK\1\2")
    offset = (int.from_bytes(data[-6:-2], "little") + 1).to_bytes(4, "little")
    return data[:at] + b"\0" + data[at:-6] + offset + data[-2:]


def _new_picture(package: Package) -> bytes:
    new = b"another picture"
    other = package.change(
        "records.json",
        lambda head, rows: of_record(rows, "R1")["media"][0].update(sha256=hashlib.sha256(new).hexdigest()),
    )
    other.files["media/R1-1.png"] = new
    return other.signed().zip()


def _no_redactions(files: dict[str, bytes]) -> None:
    data = json.loads(files["redactions.json"])
    data["withheld"].pop()
    files["redactions.json"] = json.dumps(data, indent=1, sort_keys=True).encode()


def _value_and_text(package: Package) -> bytes:
    def value(part: dict[str, Any]) -> None:
        part["value"] = '"Edited"'

    other = package.change("records.json", _set("R3", "text", "Edited"))
    return other.change("proofs.json", _on("R3", "text", value)).signed().zip()


def _closed(row: dict[str, Any]) -> None:
    row["leaf"] = hashlib.sha256(b"\0" + row["entry"].encode()).hexdigest()
    for name in ("entry", "kept", "parts"):
        del row[name]


def _bigger(note: str) -> str:
    lines = note.split("\n")
    return "\n".join([lines[0], str(int(lines[1]) * 4), *lines[2:]])
