"""The released records as JSON and CSV: the same fields as the PDF, piece by piece, nothing more."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from exports.response import Entry, Response, WithheldEntry, plain

COLUMNS = (
    "no", "record", "released", "account", "platform", "kind", "state", "author", "posted_city_time", "posted_utc",
    "answers", "title", "text", "earlier_versions", "media", "links", "source", "captured", "sha256", "withheld_codes",
    "responsive",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def entry_data(entry: Entry | WithheldEntry) -> dict[str, Any]:
    """One record as JSON data."""
    if isinstance(entry, WithheldEntry):
        return {
            "no": entry.position,
            "record": entry.label,
            "released": "withheld",
            "withheld_codes": [entry.code],
            "note": entry.note,
        }
    return {
        "no": entry.position,
        "record": entry.label,
        "released": "in part" if entry.partly else "in full",
        "account": entry.account,
        "platform": entry.platform,
        "kind": entry.kind,
        "state": entry.state,
        "author": plain(entry.author),
        "posted_city_time": entry.when_city,
        "posted_utc": entry.when_utc,
        "answers": entry.answers,
        "title": plain(entry.title),
        "text": plain(entry.text),
        "earlier_versions": [{"captured": each.captured, "text": plain(each.text)} for each in entry.earlier],
        "media": [
            {"file": media.name, "type": media.media_type, "description": plain(media.alt), "sha256": media.sha256}
            for media in entry.media
        ],
        "media_withheld": list(entry.media_withheld),
        "media_missing": entry.media_missing,
        "links": [plain(link) for link in entry.links],
        "source": plain(entry.permalink),
        "captured": entry.captured,
        "sha256": entry.sha256,
        "withheld_codes": list(entry.codes),
        "responsive": "context, not responsive" if entry.context else "yes",
    }


def json_chunks(response: Response) -> Iterator[bytes]:
    """`records.json`, made as it is written: a head with the request, then one record a line."""
    head = {
        "format": "ofrecord-response/1",
        "city": response.city,
        "request": response.request,
        "words": response.words,
        "received": response.received,
        "prepared": response.made,
        "collections": [
            {"query": each.query, "said_as": each.said_as, "at": each.at, "count": each.count}
            for each in response.collections
        ],
        "released": response.released,
        "released_in_part": response.redacted,
        "withheld": response.withheld,
    }
    yield json.dumps(head, ensure_ascii=False, sort_keys=True)[:-1].encode("utf-8", "replace") + b', "records": [\n'
    for number, entry in enumerate(response.entries()):
        line = json.dumps(entry_data(entry), ensure_ascii=False, sort_keys=True)
        yield (b",\n" if number else b"") + line.encode("utf-8", "replace")
    yield b"\n]}\n"


def csv_chunks(response: Response) -> Iterator[bytes]:
    """`records.csv` (RFC 4180, UTF-8 with its mark). A cell that a spreadsheet would run as a formula gets a `'`."""
    yield b"\xef\xbb\xbf" + _row(COLUMNS)
    for entry in response.entries():
        data = entry_data(entry)
        data["earlier_versions"] = "\n".join(each["text"] for each in data.get("earlier_versions", []))
        data["media"] = "; ".join(each["file"] for each in data.get("media", []))
        for name in ("links", "withheld_codes"):
            data[name] = "; ".join(data.get(name, []))
        yield _row([guarded(str(data.get(name, ""))) for name in COLUMNS])


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    cell = cell.replace("\0", "\ufffd")
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def _row(cells: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")
