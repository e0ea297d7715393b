"""The collected records of a request, to be read before anything is decided on them: whole texts, marks, proposals.

Nothing is changed here. That they were read is written down.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archiver import durable
from archiver.catalog import queries
from custody.errors import UsageError
from custody.ids import RecordNumber, label_of
from custody.record import Media, Record
from custody.request import Decision, Mark, Redaction
from exports.pictures import PLAIN, redrawn, size_of
from exports.redaction import field_text
from workflows.access import reading
from workflows.drafting import Proposal, proposals
from workflows.house import House
from workflows.reviewing import decisions_of, refuse_strange


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One record as it is read: what was decided about it, what of it is withheld, and what is proposed."""

    record: Record
    account: str
    decision: Decision
    withheld: tuple[str, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture of a record, written out to be looked at: its field, its file, width and height in pixels (0: it is a
    file that is no picture)."""

    record: RecordNumber
    field: str
    path: Path
    width: int
    height: int


def pages(
    house: House, number: int, only: Sequence[RecordNumber] = (), mark: Mark | None = None
) -> tuple[int, Iterator[Page]]:
    """How many records, and each of them in the order of their numbers; `only` and `mark` narrow it.

    Raises UsageError for records that were not collected, and when the request has collected none.
    """
    there = _chosen(house, number, only, mark)
    with reading(house, "request.show", f"request {number}") as read:
        read.found(len(there))
    waiting: dict[int, list[Proposal]] = {}
    for each in proposals(house, number):
        waiting.setdefault(each.draft.record, []).append(each)
    redactions: dict[int, list[Redaction]] = {}
    for _, part in queries.redactions(house.catalog.connection, number):
        redactions.setdefault(part.record, []).append(part)
    handles = {account.id: account.handle for account in house.accounts()}
    return len(there), (
        Page(
            record=record,
            account=handles.get(record.account, ""),
            decision=there[record.number],
            withheld=tuple(dict.fromkeys(_said(record, part) for part in redactions.get(record.number, ()))),
            proposals=tuple(waiting.get(record.number, ())),
        )
        for record in house.shelf.records(sorted(there))
    )


def write_pictures(
    house: House, number: int, into: Path, only: Sequence[RecordNumber], mark: Mark | None, told: Callable[[int], None]
) -> list[Picture]:
    """Write the pictures and files of the newest versions into a folder, to be looked at; nothing is withheld in them.

    A picture is turned as it is seen, so that places in it are those that a black region is given in.
    """
    there = _chosen(house, number, only, mark)
    with reading(house, "request.show", f"request {number}", "pictures") as read:
        read.found(len(there), "written")
    made: list[Picture] = []
    for record in house.shelf.records(sorted(there)):
        for n, media in enumerate(record.current.media):
            if media.sha256:
                made.append(_written(house, record.number, n, media, into))
                told(len(made))
    return made


def _chosen(house: House, number: int, only: Sequence[RecordNumber], mark: Mark | None) -> dict[RecordNumber, Decision]:
    there = decisions_of(house, number)
    if not there:
        raise UsageError(
            f"Request {number} has collected nothing yet.", f"Collect first: ofrecord request collect {number} 'QUERY'"
        )
    refuse_strange(number, only, there)
    wanted = set(only) or set(there)
    return {each: decision for each, decision in there.items() if each in wanted and mark in (None, decision.mark)}


def _said(record: Record, part: Redaction) -> str:
    """One redaction in words: the field, what of it, and the reason code."""
    content = next(each.content for each in record.versions if each.n == part.version)
    if part.region == PLAIN:
        return f"{part.field}: what its file says besides the picture ({part.code})"
    if part.region:
        return f"{part.field}: black at {part.region} ({part.code})"
    value = field_text(content, part.field) or ""
    if part.end < 0 or part.field.startswith("media:"):
        return f"{part.field}: all of it ({part.code})"
    return f"{part.field}: “{value[part.start : part.end]}” ({part.code})"


def _written(house: House, record: RecordNumber, n: int, media: Media, into: Path) -> Picture:
    field, stem = f"media:{n}", f"{label_of(record)}-{n}"
    try:
        seen = redrawn(house.vault.media(media.sha256), [PLAIN])
    except UsageError:  # a video, a document, a picture nobody can open: as it is kept
        path = into / f"{stem}{_ending(media)}"
        durable.write_new(path, house.vault.media(media.sha256))
        return Picture(record=record, field=field, path=path, width=0, height=0)
    path = into / f"{stem}.{'jpg' if seen.media_type == 'image/jpeg' else 'png'}"
    durable.write_new(path, [seen.data])
    width, height = size_of([seen.data])
    return Picture(record=record, field=field, path=path, width=width, height=height)


def _ending(media: Media) -> str:
    ending = Path(media.name or media.uri).suffix.lower()
    return ending if ending[1:].isalnum() and len(ending) <= 6 else ".bin"
