"""How the files of a package are written, to the byte: lines of JSON, and the table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from exports.verifier.codes import Broken
from exports.verifier.signatures import unb64

MANIFEST, NOTE = "manifest.json", "manifest.signed.txt"
NEEDED = ("README.txt", "proofs.json", "records.csv", "records.json", "redactions.json", "response.pdf", "verify.html",
          "verify.py")  # fmt: skip
COLUMNS = (
    "no", "record", "released", "account", "platform", "kind", "state", "author", "posted_city_time", "posted_utc",
    "answers", "title", "text", "earlier_versions", "media", "links", "source", "captured", "sha256", "withheld_codes",
    "responsive",
)  # fmt: skip
PROOFS_HEAD = {"checkpoint": str, "format": str, "key": str}
RECORDS_HEAD = {"city": str, "collections": list, "format": str, "prepared": str, "received": str, "released": int,
                 "released_in_part": int, "request": int, "withheld": int, "words": str}  # fmt: skip
_SHOWN = {**dict.fromkeys(COLUMNS, str), "no": int, "earlier_versions": list, "links": list, "media": list,
          "media_missing": int, "media_withheld": list, "withheld_codes": list}  # fmt: skip
_WITHHELD = {"no": int, "note": str, "record": str, "released": str, "withheld_codes": list}
_MEDIUM = {"description": str, "file": str, "sha256": str, "type": str}
_CLOSED = {"index": int, "leaf": str, "path": list, "record": str, "version": int}
_PROOF = {"entry": str, "index": int, "kept": str, "parts": list, "path": list, "record": str, "version": int}
HEX = re.compile("[0-9a-f]{64}")
_LABEL = re.compile("R[1-9][0-9]{0,14}")
_PART = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


def need(true: Any) -> None:
    """Raises ValueError when something is not so."""
    if not true:
        raise ValueError("not written as it should be")


def stop_unless(true: bool, code: str, where: str) -> None:
    """Raises Broken when something is not so."""
    if not true:
        raise Broken(code, where)


def json_of(text: str) -> Any:
    """A JSON text. Raises ValueError when it is none."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _refuse(word: str) -> None:
    raise ValueError(word)


def value_of(text: str) -> Any:
    """The value of a part; None when it is no JSON."""
    try:
        return json_of(text)
    except ValueError:
        return None


def line_of(line: str) -> Any:
    """A line of JSON. Raises ValueError unless it is written as the archive writes it."""
    data = json_of(line)
    need(json.dumps(data, ensure_ascii=False, sort_keys=True) == line)
    line.encode()  # no half characters written as \\u escapes
    return data


def shaped(data: Any, shape: Mapping[str, type]) -> None:
    """Raises ValueError unless the data has these fields and no other."""
    need(type(data) is dict and data.keys() == shape.keys())
    for name, kind in shape.items():
        need(type(data[name]) is kind and (kind is not int or 0 <= data[name] < 2**53))


def _texts(*lists: list[Any]) -> None:
    need(all(type(each) is str for some in lists for each in some))


def proof_shaped(row: Any) -> None:
    """Raises ValueError unless a row of proofs.json is written as it should be."""
    shaped(row, _CLOSED if type(row) is dict and "leaf" in row else _PROOF)
    need(_LABEL.fullmatch(row["record"]) and row["version"] >= 1)
    need(HEX.fullmatch(row["leaf"] if "leaf" in row else row["kept"]))
    _texts(row["path"])
    need(all(len(unb64(each)) == 32 for each in row["path"]))
    names = []
    for part in row.get("parts", ()):
        shape = {"commitment": str, "name": str}
        shaped(part, {**shape, "key": str, "value": str} if type(part) is dict and "key" in part else shape)
        need(_PART.fullmatch(part["name"]) and HEX.fullmatch(part["commitment"]))
        need("key" not in part or HEX.fullmatch(part["key"]))
        names.append(part["name"])
    need(names == sorted(set(names)))


def record_shaped(row: Any, number: int) -> None:
    """Raises ValueError unless row `number` of records.json is written as it should be."""
    withheld = type(row) is dict and row.get("released") == "withheld"
    shaped(row, _WITHHELD if withheld else _SHOWN)
    need(row["no"] == number and _LABEL.fullmatch(row["record"]))
    _texts(row["withheld_codes"])
    if withheld:
        return
    need(row["responsive"] in ("yes", "context, not responsive"))
    need(row["released"] in ("in full", "in part") and (not row["sha256"] or HEX.fullmatch(row["sha256"])))
    _texts(row["links"], row["media_withheld"])
    for each in row["earlier_versions"]:
        shaped(each, {"captured": str, "text": str})
    for each in row["media"]:
        shaped(each, _MEDIUM)


def cells_of(record: dict[str, Any]) -> list[str]:
    """A record as a row of records.csv."""
    data = dict(record)
    data["earlier_versions"] = "\n".join(each["text"] for each in data.get("earlier_versions", []))
    data["media"] = "; ".join(each["file"] for each in data.get("media", []))
    for name in ("links", "withheld_codes"):
        data[name] = "; ".join(data.get(name, []))
    return [_guarded(str(data.get(name, ""))) for name in COLUMNS]


def _guarded(cell: str) -> str:
    cell, formula = cell.replace("\0", "\ufffd"), ("=", "+", "-", "@", "\t", "\r")
    return "'" + cell if cell.startswith(formula) or cell.lstrip().startswith(formula) else cell


def csv_row(cells: Sequence[str]) -> bytes:
    """A row of records.csv in its bytes (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()
