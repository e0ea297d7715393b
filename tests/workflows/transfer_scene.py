"""A city whose notice the Historical Society accepted: what tests of transfers begin with."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.conftest import Archive
from tests.workflows.keeping import OLD, at
from workflows import noticing, transferring
from workflows.noticing import Wanted
from workflows.transfer_list import Source
from workflows.transferring import Receipt

Jsonl = Callable[..., Path]
NOTICE = Source(notice=1)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
RECEIPT = Receipt(on=date(2026, 12, 10), received_by="State Archivist", reference="2026/311")


def take_in(archive: Archive, jsonl: Jsonl) -> None:
    """Five old records, R1 with a picture and R3 hidden with a telephone number, and a young one."""
    image = {"uri": "a.png", "name": "a.png"}
    archive.take_in(
        jsonl(
            "old",
            {"object_id": "1", "text": "Flood on Oak Street", "media": [image], "author": {"name": "=cmd()"}, **OLD},
            {"object_id": "2", "text": "Second", **OLD},
            {"object_id": "3", "text": "Call me at 715-555-0142", "visibility": "hidden", **OLD},
            {"object_id": "4", "text": "Fourth", "created_at": "2018-06-01T12:00:00Z"},
            {"object_id": "5", "kind": "comment", "text": "Fifth", **OLD},
            {"object_id": "6", "text": "Young", "created_at": "2024-06-01T12:00:00Z"},
            media={"a.png": PNG},
        )
    )


def accepted(archive: Archive) -> None:
    """The notice drafted, mailed, and accepted; it is December 2, 2026 then."""
    with archive.writing() as house:
        noticing.draft(house, Wanted(contact="Dana Ruiz", phone="715-555-0100"))
        noticing.sent(house, 1, date(2026, 11, 20))
    at(archive, 2026, 12, 2)
    with archive.writing() as house:
        noticing.reply(house, 1, "accepted", date(2026, 12, 1))


def made(archive: Archive, folder: Path) -> Path:
    """The bag of the transfer of that notice."""
    with archive.writing() as house:
        _, _, path = transferring.make(house, NOTICE, folder)
    return path


def received(archive: Archive, folder: Path) -> Path:
    """The same, and its receipt; it is December 12, 2026 then."""
    path = made(archive, folder)
    at(archive, 2026, 12, 12)
    with archive.writing() as house:
        transferring.receipt(house, 1, RECEIPT)
    return path
