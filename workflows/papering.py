"""The answer on paper: who has a right to a record that he cannot read with his eyes gets it reduced to writing.

Wis. Stat. 19.35(1)(e). Nothing is decided here: what is withheld in the answer is withheld on paper.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.working import working_folder
from exports.leak_check import refuse_leaks
from exports.pdf_binder import Style, bind, pages_in
from workflows.access import reading
from workflows.answering import ready_response
from workflows.house import House
from workflows.shelving import note_files


def paper(house: House, number: int, into: Path | None, told: Callable[[int], None]) -> dict[str, Any]:
    """Write paper.pdf, ready to be printed. Returns where it is, how many pages and sheets it has, and its digest.

    Raises UsageError while anything is undecided.
    """
    with reading(house, "request.paper", f"request {number}") as read:
        response, secrets = ready_response(house, number)
        folder = into or house.settings.responses / f"request-{number}"
        durable.require_room(house.settings.home)
        with working_folder(house.settings.home) as work:
            whole = bind(response, work, told, style=Style.PAPER)[0]
            pages = pages_in(whole)
            refuse_leaks({"paper.pdf": whole.path}, secrets)
            read.found(response.count, "written")
            target = folder / "paper.pdf"
            with whole.path.open("rb") as file:
                durable.write_new(target, iter(lambda: file.read(1 << 20), b""))
            note_files(house, number, folder, {"paper.pdf": durable.hash_file(target)})
    facts = {"paper": str(target), "sha256": durable.hash_file(target), "pages": pages, "sheets": -(-pages // 2)}
    return {"request": number, **facts, "records": response.count}
