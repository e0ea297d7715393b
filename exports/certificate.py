"""The certificate of a destruction as a paper: what was destroyed, by what right, by whom, and how it is known to be
gone. It holds numbers, days and rules; nothing of what the records said, no name of an author, no address.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from custody.ids import label_of
from exports.paper import Grid, Heading, Paper, Paragraph, Part

Document = Mapping[str, Any]

_STEPS = {"proposed": "Proposed", "approved": "Approved", "begun": "Ordered to be carried out"}
_RANGES_SHOWN = 200


def paper_of(document: Document, letterhead: Sequence[str], zone: str) -> Paper:
    """The certificate as a paper. Who signed, signed with a key; the line for a pen is for the city's own custom."""
    count = document["count"]
    return Paper(
        title=f"Certificate of disposition {document['certificate']}",
        letterhead=tuple(letterhead),
        date=_said(document["executed"]["at"], zone),
        about=f"{_counted(count, 'public record')} destroyed for good under purge {document['purge']}",
        parts=tuple(_parts(document, zone)),
        signature=("Signature of the legal custodian, where the city's custom asks for one on paper", ""),
        foot=_FOOT,
    )


_FOOT = (
    "This certificate is kept for ever. The same facts with every signature and proof are in certificate.json beside "
    "it; `ofrecord purge check certificate.json` checks them on any computer. The program signs nothing on paper."
)


def _parts(document: Document, zone: str) -> Iterator[Part]:
    yield Heading("What was destroyed")
    yield Grid((), tuple(_facts(document, zone)))
    yield Heading("By which rule")
    for row in document["series"]:
        yield Grid((), tuple(_series(row)))
    if document["unverified"]:
        yield Paragraph(
            f"NOT VERIFIED: no named person had compared these rules with their source: "
            f"{', '.join(document['unverified'])}. Both people knew it: it stands in the list they signed."
        )
    yield from _by_one(document)
    yield Heading("Notice before destruction")
    yield from _notices(document)
    yield from _transfers(document)
    yield Heading("Holds and requests")
    yield Paragraph(_held(document, zone))
    yield Heading("Who")
    head = ("Step", "Name and role", "When", "Enrolled", "Ledger entry and signature")
    yield Grid(head, tuple(_person(each, zone) for each in document["people"]))
    yield Paragraph(_waited(document))
    yield Heading("How, and how it is known to be gone")
    yield Grid((), tuple(_method(document, zone)))
    yield from _elsewhere(document)
    yield Heading("What this does not say")
    yield Paragraph(_LIMITS)


_LIMITS = (
    "Copies that left the city before (answers to requests, backups outside this archive, what others saved) are not "
    "reached. Spare blocks and snapshots of a disk are beyond any program: an encrypted volume guards against them. "
    "That two people acted together in bad faith cannot be seen from here."
)


def _facts(document: Document, zone: str) -> Iterator[tuple[str, str]]:
    yield "City", document["city"]
    yield "Records", f"{document['count']:,}, in {_counted(document['versions'], 'version')}"
    yield "Numbers", _numbers(document["records"])
    if document.get("items"):
        said = ", ".join(f"item {n} of run {run}" for run, n in document["items"][:_RANGES_SHOWN])
        more = len(document["items"]) - _RANGES_SHOWN
        yield "Set aside", f"{said}{f' and {more:,} more' if more > 0 else ''}: no records, but they held their text"
    if document["oldest"]:
        yield "From", f"{document['oldest']} to {document['newest']}"
    yield "Destroyed", _moment(document["executed"]["at"], zone)
    yield "Found gone", _moment(document["verified"]["at"], zone)
    yield "Ordinance", document["ordinance"] or "none entered"
    yield "List", f"SHA-256 {document['list']['sha256']}, ledger of {document['list']['entries']:,} entries"
    yield "Archive", f"{document['log']}, by {document['tool']}"


def _series(row: Document) -> Iterator[tuple[str, str]]:
    governed = "" if row["series"] == row["governed_by"] else f", governed by {row['governed_by']}"
    yield "Series", f"{row['series']}{governed}: {row['title']}"
    yield "Records", f"{row['count']:,}, from {row['oldest'] or 'no day'} to {row['newest'] or 'no day'}"
    yield "Period", f"{row['period'] or 'not known'} ({row['authority']})"
    if row["adopted"]:
        yield "Adopted", f"{row['adopted']} {row['adoption_ref']}".strip()
    yield "Due since", f"{row['eligible_on']} at the latest"
    yield "Rule verified by", row["verified_by"] or "NOBODY YET"
    said = {"waived": "waived by who would receive it", "required": "given, see below"}
    yield "Notice before", said.get(row["notice"], "none is needed")


def _by_one(document: Document) -> Iterator[Part]:
    """What one person alone decided about records on the list, before two signed it."""
    head = ("Decided by one person", "By", "On", "Records", "Kept shorter")
    moved = [f" from {each['from']} to {each['to']}" if each["from"] else "" for each in document.get("by_one", ())]
    rows = [
        (
            f"{each['what']}{where} (act {each['act']:,})",
            each["by"], each["on"], f"{each['count']:,}: {_numbers(each['records'])}", f"{each['shorter']:,}",
        )
        for each, where in zip(document.get("by_one", ()), moved, strict=True)
    ]  # fmt: skip
    if rows:
        yield Grid(head, tuple(rows))
        yield Paragraph(
            "The reasons are in the archive's log. Both people saw this: it stands in the list they signed."
        )


def _notices(document: Document) -> Iterator[Part]:
    if not document["notices"]:
        yield Paragraph("No notice was mailed for these series; see each rule above.")
        return
    head = ("Notice", "Series", "Mailed", "Reply")
    rows = [
        (str(each["number"]), ", ".join(each["series"]), each["mailed"], f"{each['reply'] or 'none'} {each['replied']}")
        for each in document["notices"]
    ]
    yield Grid(head, tuple(rows))


def _transfers(document: Document) -> Iterator[Part]:
    """What had been handed over before: of these records the city destroyed its own copy."""
    rows = [
        (each["transfer_id"], f"{each['records']:,}", each["received"], each["received_by"], each["reference"])
        for each in document.get("transfers", ())
    ]
    if rows:
        yield Paragraph("These had been transferred and received before; what was destroyed is the city's copy.")
        yield Grid(("Transfer", "Records", "Received", "By", "Reference"), tuple(rows))


def _held(document: Document, zone: str) -> str:
    checked = document["checked"]
    holds = ", ".join(map(str, checked["holds"])) or "none"
    asked = ", ".join(map(str, checked["requests"])) or "none"
    last = " None of them protected a record on the list any more." if checked["holds"] or checked["requests"] else ""
    return (
        f"Each record was asked about once more at {_moment(checked['at'], zone)}, the moment of destruction. Holds "
        f"that stood then: {holds}. Requests that were open then: {asked}.{last}"
    )


def _person(each: Document, zone: str) -> tuple[str, ...]:
    enrolled = f"{_moment(each['enrolled'], zone)} by {each['enrolled_by']}"
    return (
        _STEPS[each["step"]], f"{each['name']}, {each['role']}", _moment(each["at"], zone), enrolled,
        f"{each['leaf']:,}: {each['signature'][:16]}…",
    )  # fmt: skip


def _waited(document: Document) -> str:
    waits = document["waits"]
    said = (
        f"Between proposal and approval at least {_counted(waits['approval_hours'], 'hour')}; the approver enrolled at "
        f"least {_counted(waits['enrolled_days'], 'day')} before; between approval and destruction at least "
        f"{_counted(waits['grace_days'], 'day')}."
    )
    if document["shortened"]:
        return f"{said} SHORTER THAN USUAL by a decision of the director: {'; '.join(document['shortened'])}."
    return said


def _method(document: Document, zone: str) -> Iterator[tuple[str, str]]:
    residue = document["residue"]
    yield "Method", "; ".join(document["method"])
    removed = ", ".join(f"{name}: {count:,}" for name, count in sorted(document["stores"].items()))
    yield "Removed", removed or "as above"
    if document["survivors"] is not None:
        yield "What stays", f"{_counted(document['survivors'], 'version')} in the rewritten files, proved unchanged"
    searched = f"{_counted(residue['files'], 'file')} and {residue['bytes']:,} bytes"
    sought = f"{residue['needles']:,} pieces of what was destroyed, in every encoding"
    yield "Searched after", f"{searched}, for {sought}: found {residue['hits']:,}"
    if residue.get("structural"):
        said = f"{_counted(residue['structural'], 'version')}; that no row or file of them is left was checked"
        yield "Too short to search", said
    yield "Ledger", f"destroyed: entry {document['executed']['leaf']:,}; found gone: {document['verified']['leaf']:,}"


def _named(residue: Document) -> str:
    places = ", ".join(residue.get("kept_in", ()))
    return f": {places}" if places else ""


def _elsewhere(document: Document) -> Iterator[Part]:
    kept = document["residue"].get("kept", 0)
    if kept:
        yield Paragraph(
            f"{_counted(kept, 'place')} with a retention of their own (answers to requests, searches, notes) hold some "
            f"of it and were not touched{_named(document['residue'])}."
        )
    backups = document["backups"]
    if backups:
        rows = [(each["medium"], each["set"], each["at"], each["expires"] or "not known") for each in backups]
        yield Paragraph(
            "Backups that still hold these records; a restore destroys them again before it shows anything:"
        )
        yield Grid(("Medium", "Set", "Made", "Expires"), tuple(rows))
    else:
        yield Paragraph(
            "No backup medium was named. Backups made before still hold these records until they are destroyed as the "
            "city's own plan says; a restore destroys the records again before it shows anything."
        )


def _numbers(ranges: Sequence[Sequence[int]]) -> str:
    said = [label_of(a) if a == b else f"{label_of(a)} to {label_of(b)}" for a, b in ranges[:_RANGES_SHOWN]]
    more = len(ranges) - _RANGES_SHOWN
    return ", ".join(said) + (f" and {more:,} more ranges, in certificate.json" if more > 0 else "")


def _moment(at: str, zone: str) -> str:
    local = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M} ({at[:19]}Z)"


def _said(at: str, zone: str) -> str:
    day = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    return f"{day:%B} {day.day}, {day.year}"


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
