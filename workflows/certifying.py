"""What goes beside an answer for whoever stands for it in court: the certification, and where each record lies."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.catalog import queries
from custody.ids import number_of
from exports.certification import certification, has_words, words_of
from exports.pdf_paper import write_paper
from exports.response import Entry, Response
from workflows.house import House

ITEMS = "certification-items.csv"
_HEAD = (
    "no", "record", "version", "released", "account", "platform", "captured", "vault_file", "offset", "bytes",
    "sha256_of_stored_bytes", "ledger_entry",
)  # fmt: skip


def items(house: House, response: Response) -> Iterator[bytes]:
    """For each released record: the WARC file that keeps it, the place in it, its digest and its ledger entry."""
    yield b"\xef\xbb\xbf" + _row(_HEAD)
    page: list[Entry] = []
    for entry in response.entries():
        if isinstance(entry, Entry):
            page.append(entry)
        if len(page) == 500:
            yield from _rows(house, page)
            page = []
    yield from _rows(house, page)


def certify(response: Response, files: Sequence[tuple[str, int, str]], target: Path) -> None:
    """Write the certification, unsigned, as a PDF to a temporary file."""
    write_paper(certification(response, files), target)


def is_unverified(house: House) -> bool:
    """Whether nobody has compared the certification's words with the statutes yet; not so where there are none."""
    return has_words(house.city.jurisdiction) and not words_of(house.city.jurisdiction).verified_by


def _rows(house: House, page: Sequence[Entry]) -> Iterator[bytes]:
    numbers = {entry.label: int(number_of(entry.label) or 0) for entry in page}
    places = queries.versions_of_many(house.catalog.connection, list(numbers.values()))
    for entry in page:
        for place in places[numbers[entry.label]]:
            how = "in part" if entry.partly else "in full"
            where = (place["name"], place["offset"], place["length"], place["sha256"].hex(), place["leaf"])
            facts = (entry.position, entry.label, place["n"], how, entry.account, entry.platform, entry.captured)
            yield _row((*facts, *where))


def _row(cells: Sequence[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")
