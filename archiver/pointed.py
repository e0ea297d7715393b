"""Media objects that are no picture of a record but its raw bytes: an item too large for a segment points to one."""

from archiver.catalog.choice import Place
from archiver.normalized import decode_json
from archiver.vault import POINTER
from archiver.warc import read_member
from custody.ids import label_of


def objects_pointed_to(place: Place, chunk: bytes) -> list[tuple[str, int]]:
    """The object that a version's raw bytes point to, if they do: its SHA-256, and the length of what points to it."""
    raw = read_member(chunk[: place.raw_length], label_of(place.number))
    if raw.fields.get("Content-Type") != POINTER:
        return []
    return [(str(decode_json(raw.block)["sha256"]), place.raw_length)]
