"""Handing records over to the body that keeps history: a bag is made, a person brings it there, a receipt comes back.

The program sends nothing. After the receipt the records say that they were transferred, and the city's own copy may go
the usual way, by a purge that two people sign; nothing here destroys.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.catalog import keeping_queries, purge_rows, rows
from custody.authority import numbers_in, ranges_of
from custody.clock import local_day
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber
from exports.bagging import Bagged
from workflows.access import reading
from workflows.disposing import today
from workflows.house import House
from workflows.scans import kept_scan, written_scan
from workflows.transfer_bag import Told, write_bag
from workflows.transfer_list import Source, TransferList, transfer_list

Data = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What came back: the day, who received it, their reference, the scanned letter, anything worth knowing."""

    on: date
    received_by: str
    reference: str = ""
    scan: Path | None = None
    note: str = ""


def preview(house: House, source: Source) -> TransferList:
    """What would be handed over, as a dry run; that somebody looked is written down."""
    with reading(house, "transfer.preview") as started:
        listed = transfer_list(house, source)
        started.found(len(listed.numbers))
    return listed


def make(
    house: House, source: Source, folder: Path, told: Told = lambda what, done: None
) -> tuple[Data, TransferList, Path]:
    """Make the bag of a transfer in a folder outside of the archive, and write down what is in it.

    Raises UnavailableError when nothing may be handed over, and when the list changed while the bag was written; then
    no bag is left and nothing is written down.
    """
    _refuse_inside(house, folder)
    listed = transfer_list(house, source)
    if not listed.numbers:
        raise UnavailableError(
            f"No record of this can be handed over now ({_why(listed)}).",
            "Look at the reasons with --dry-run; what is asked for or held stays until that has ended.",
        )
    number = house.next_number("transfer.made")
    transfer_id = f"{listed.on:%Y%m%d}_{house.city.name}_{number}"
    path = folder / f"{transfer_id}.zip"
    if path.exists():
        raise UnavailableError(f"{path} is there already.", "Move it away or choose another folder. Nothing was done.")
    durable.require_room(_nearest(folder), 2 * listed.octets)
    with _gone_on_error(path):
        with durable.new_file(path, secret=True) as target:
            bagged = write_bag(house, listed, (number, transfer_id), target, told)
        again = transfer_list(house, source)
        if (again.numbers, again.on) != (listed.numbers, listed.on):
            raise UnavailableError(
                "What may be handed over changed while the bag was written; no bag was kept.", "Make it again."
            )
        house.journal.write(("transfer.made", number, _data(house, listed, transfer_id, path, bagged)))
    return transfer_of(house, number), listed, path


def receipt(house: House, number: int, came: Receipt) -> Data:
    """Note the receipt, with its scan kept in the vault. A later one to the same transfer replaces the earlier one."""
    made = transfer_of(house, number)
    if made["state"] == "dropped":
        raise UsageError(f"Transfer {number} was dropped.", "`ofrecord transfer list` shows those there are.")
    first, last = date.fromisoformat(made["made_on"]), today(house)
    if not first <= came.on <= last:
        raise UsageError(f"A receipt of {came.on} cannot be: the bag was made on {first}.", "Check --on.")
    if not came.received_by.strip():
        raise UsageError("Say who received it.", 'For example: --received-by "Wisconsin Historical Society"')
    data: Data = {
        "received": str(came.on), "received_by": came.received_by.strip(), "reference": came.reference.strip(),
        "receipt_note": came.note.strip(),
    }  # fmt: skip
    stored = None
    if came.scan is not None:
        stored = kept_scan(house, came.scan)
        data["scan"] = {"sha256": stored.sha256, "size": stored.size, "name": came.scan.name, "type": stored.media_type}

    def put() -> None:
        if stored is not None:
            rows.add_media(house.catalog.connection, [rows.media_row(stored)], [])

    house.journal.write(("transfer.received", number, data), also=put)
    return transfer_of(house, number)


def drop(house: House, number: int, reason: str) -> Data:
    """Drop a transfer that failed or was noted wrongly: its records are set aside again, and may be bagged anew."""
    made = transfer_of(house, number)
    if made["state"] == "dropped":
        raise UsageError(f"Transfer {number} was dropped before.", "Nothing was changed.")
    if not reason.strip():
        raise UsageError("Dropping a transfer needs a reason.", 'Say why: --reason "the disk was lost"')
    numbers = [RecordNumber(each) for each in numbers_in(made["numbers"])]
    gone = len(numbers) - len(purge_rows.there(house.catalog.connection, numbers))
    if made["state"] == "received" and gone:
        raise UnavailableError(
            f"Transfer {number} cannot be dropped: {gone:,} of its records were destroyed after its receipt.",
            "The receipt is what they were destroyed by. Add what is to be said with a new receipt: --note",
        )
    house.journal.write(("transfer.dropped", number, {"reason": reason.strip()}))
    return transfer_of(house, number)


def transfers(house: House) -> list[Data]:
    """Every transfer, oldest first."""
    return keeping_queries.transfers(house.catalog.connection)


def transfer_of(house: House, number: int) -> Data:
    """A transfer by its number. Raises UsageError when there is none."""
    for made in transfers(house):
        if made["number"] == number:
            return made
    raise UsageError(f"There is no transfer {number}.", "`ofrecord transfer list` shows those there are.")


def show(house: House, number: int) -> Data:
    """A transfer with how many of its records are still here; that somebody looked is written down."""
    with reading(house, "transfer.show", f"transfer {number}") as started:
        made = transfer_of(house, number)
        numbers = [RecordNumber(each) for each in numbers_in(made["numbers"])]
        still = len(purge_rows.there(house.catalog.connection, numbers))
        newer = len(purge_rows.newer(house.catalog.connection, numbers, made["entries"]))
        started.found(made["count"])
    return {**made, "still_here": still, "changed_since": newer}


def take_scan(house: House, number: int, target: Path) -> int:
    """Write the scan of a receipt to a new file. Returns its size."""
    return written_scan(house, transfer_of(house, number).get("scan"), f"transfer {number}", target)


def _data(house: House, listed: TransferList, transfer_id: str, path: Path, bagged: Bagged) -> Data:
    return {
        "transfer_id": transfer_id,
        "notice": listed.source.notice,
        "said_as": listed.said_as,
        "numbers": ranges_of(listed.numbers),
        "entries": house.ledger.size(),
        "count": len(listed.numbers),
        "versions": listed.versions,
        "media": listed.media,
        "series": [dict(row) for row in listed.series],
        "excluded": {reason: ranges_of(found) for reason, found in listed.excluded.items()},
        "made_on": str(local_day(house.clock(), house.city.time_zone)),
        "bag": path.name,
        "bag_sha256": durable.hash_file(path),
        "bag_size": path.stat().st_size,
        "payload": f"{bagged.octets}.{bagged.streams}",
        "manifest_sha256": bagged.manifest_sha256,
        "tagmanifest_sha256": bagged.tagmanifest_sha256,
    }


def _why(listed: TransferList) -> str:
    if not listed.excluded:
        return "there is none that it speaks of"
    return "; ".join(f"{len(found):,}: {reason}" for reason, found in listed.excluded.items())


def _refuse_inside(house: House, folder: Path) -> None:
    """The bag lies outside: what is in the archive's folder would have to be destroyed with the records."""
    home, wanted = house.settings.home.resolve(), folder.resolve()
    if wanted == home or home in wanted.parents:
        raise UsageError(
            f"{folder} lies inside the archive.", "Choose a folder outside of it, such as a USB disk. Nothing was done."
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", "Name the folder into which the bag is to be put.")


def _nearest(folder: Path) -> Path:
    """The folder itself, or the first above it that is there."""
    return next(each for each in (folder.resolve(), *folder.resolve().parents) if each.is_dir())


@contextmanager
def _gone_on_error(path: Path) -> Iterator[None]:
    """A bag of which nothing is written down is removed again."""
    try:
        yield
    except BaseException:
        durable.remove(path) if path.parent.is_dir() else None
        raise
