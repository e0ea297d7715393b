"""The released records as a workbook: each cell is text or a number, never a formula or a link. The door of xlsxwriter.

Rows leave the memory as they are written. A text longer than a cell may be is cut, and says where the whole stands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter

from exports.format import File, Made, read_back
from exports.response import Response
from exports.tabular import COLUMNS, cells_of, entry_data

LONGEST = 32_767
"""Characters that a cell of a workbook holds."""

_CUT = " [cut here; the whole text is in records.json]"
_BORN = datetime(2000, 1, 1)
_NEVER = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS = {"text": 80, "title": 30, "author": 22, "posted_city_time": 34, "posted_utc": 24, "earlier_versions": 40}


@dataclass(frozen=True, kw_only=True, slots=True)
class Workbook:
    """`records.xlsx`."""

    name: str = "workbook"
    tells: tuple[tuple[str, str], ...] = (("records.xlsx", "the same as a workbook"),)

    def files(self, response: Response, made: Made) -> Iterator[File]:
        """The workbook; it is made in the temporary folder when its turn comes."""
        yield File(name="records.xlsx", chunks=partial(_written, response, made.work / "records.xlsx"), stored=True)


def _written(response: Response, path: Path) -> Iterator[bytes]:
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent), **_NEVER})
    book.set_properties({"title": f"Response to public records request {response.request}", "created": _BORN})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    body = book.add_format({"valign": "top", "text_wrap": True})
    records = book.add_worksheet("Records")
    for place, name in enumerate(COLUMNS):
        records.set_column(place, place, _WIDTHS.get(name, 14))
    records.freeze_panes(1, 2)
    records.write_row(0, 0, COLUMNS, head)
    last = 0
    for last, entry in enumerate(response.entries(), 1):
        number, *cells = cells_of(entry_data(entry))
        records.write_number(last, 0, int(number), body)
        for place, cell in enumerate(cells, 1):
            if cell:  # an empty cell takes as long to write as any other
                records.write_string(last, place, fitting(cell), body)
    records.autofilter(0, 0, last, len(COLUMNS) - 1)
    _facts(book.add_worksheet("About"), response, head, body)
    book.close()
    yield from read_back(path)()
    path.unlink()


def _facts(sheet: Any, response: Response, head: Any, body: Any) -> None:
    rows: list[tuple[str, str | int]] = [("City", response.city), ("Request", response.request)]
    rows += [("Received", response.received), ("Requested", response.words), ("Prepared", response.made)]
    if response.parts > 1:
        rows.append(("Part", f"{response.part} of {response.parts}"))
    rows += [("Released in full", response.released), ("Released in part", response.redacted)]
    rows += [("Withheld", response.withheld), ("Records", response.count)]
    rows += [(f"Withheld: {each.code}", f"{each.citation}: {each.words}") for each in response.reasons]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    for place, (name, value) in enumerate(rows):
        sheet.write_string(place, 0, name, head)
        write = sheet.write_number if isinstance(value, int) else sheet.write_string
        write(place, 1, value if isinstance(value, int) else fitting(value), body)


def fitting(cell: str) -> str:
    """Text as a cell takes it: nothing a workbook cannot hold, no longer than it may be."""
    clean = _UNFIT.sub("\ufffd", cell)
    if clean.startswith("<r>") and clean.endswith("</r>"):
        clean += " "  # xlsxwriter takes such a text for markup of its own, and writes it as it is
    return clean if len(clean) <= LONGEST else clean[: LONGEST - len(_CUT)] + _CUT
