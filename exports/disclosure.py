"""Which parts of a record a response shows, so that its proof opens these and no other.

A part is open when the response shows it whole: a passage with a mark in it, and everything the response does not
print (the platform's own ids, counters, unknown fields), stays closed.
"""

from collections.abc import Callable, Iterator

from custody.evidence import Proof
from custody.ids import RecordNumber
from custody.record import Record
from exports.response import Entry, Passage

_ALWAYS = ("platform", "kind", "state", "created_at")


def shown_of(entry: Entry, record: Record, proof_of: Callable[[RecordNumber, int], Proof]) -> tuple[Proof, ...]:
    """The proofs of an entry: of its current version, and of each earlier one whose text is shown."""
    current = record.versions[record.current_index].n
    proofs = [proof_of(record.number, current).showing(set(_names(entry, record)))]
    for each in entry.earlier:
        shown = {"text"} if _is_whole(each.text) else set()
        proofs.append(proof_of(record.number, each.version).showing(shown))
    return tuple(proofs)


def _names(entry: Entry, record: Record) -> Iterator[str]:
    content = record.current
    yield from _ALWAYS
    if _is_whole(entry.title):
        yield "title"
    if _is_whole(entry.text):
        yield "text"
    if _is_whole(entry.author):
        yield "author.name" if content.author.name else "author.handle"
    if all(_is_whole(link) for link in entry.links):
        yield "links"
    if _is_whole(entry.permalink):
        yield "permalink"
    for media in entry.media:
        if not media.changed:
            yield f"media.{media.place}.sha256"
            yield f"media.{media.place}.media_type"
        if _is_whole(media.alt):
            yield f"media.{media.place}.alt"


def _is_whole(passage: Passage) -> bool:
    return not any(piece.code for piece in passage)
