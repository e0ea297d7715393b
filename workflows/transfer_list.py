"""What may be handed over to the body that keeps history: the records it accepted, and why others stay. Reads only.

Handing over is not destruction: it needs no ordinance and no waiting. It needs that the other side accepted just these
records (or that their schedule ends there), that their period has ended, and that nobody has asked for them or placed
a hold: what is asked for or held does not leave, not even as a copy that will stand for the original.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from archiver.catalog import keeping_queries, transfer_rows
from archiver.catalog.keeping_queries import KeptRow
from custody.authority import numbers_in
from custody.disposition import Disposition
from custody.errors import UsageError
from custody.ids import RecordNumber
from custody.schedule import Fate
from retention_schedules.eligibility import judge
from retention_schedules.protection import burden
from retention_schedules.reasoning import said, words_of
from retention_schedules.schedules import Schedules
from workflows import disposing
from workflows.bearing import Bearings, damaged_among, gather
from workflows.house import House
from workflows.noticing import notice_of
from workflows.terms import schedules_of, terms_of

WITHIN = "its period has not ended"
PROTECTED = "a request or hold protects it still"
LISTED = "it is in another transfer"
NOT_BY_SCHEDULE = "the row that governs it does not end in a transfer"
TOO_EARLY = "its period had not ended when the notice was mailed"
_NOT_IN_THE_WAY = frozenset(
    {"set aside", "transfer", "no ordinance", "notice not sent", "notice too early", "notice rule not known"}
)
"""What stops destruction, and has nothing to do with handing over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What a transfer is made from: an accepted notice, or a series whose schedule ends in a transfer."""

    notice: int = 0
    series: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferList:
    """The records that would be handed over on a day, and those that would not, by reason. `spoken_of` is how many
    records the notice named when it was drafted."""

    on: date
    source: Source
    said_as: str
    numbers: tuple[RecordNumber, ...]
    excluded: Mapping[str, tuple[RecordNumber, ...]]
    governed: Mapping[RecordNumber, tuple[str, str]]
    series: tuple[Mapping[str, Any], ...]
    versions: int
    octets: int
    media: int
    spoken_of: int
    contact: str
    phone: str


def transfer_list(house: House, source: Source) -> TransferList:
    """What would be handed over now. Raises UsageError when the source allows no transfer."""
    with house.catalog.reading():
        return _listed(house, source)


def _listed(house: House, source: Source) -> TransferList:
    notice = _accepted(house, source) if source.notice else None
    if notice is None:
        schedules_of(house).row(source.series)
    today = disposing.today(house)
    numbers, excluded = list[RecordNumber](), dict[str, list[RecordNumber]]()
    governed: dict[RecordNumber, tuple[str, str]] = {}
    days: dict[tuple[str, str], list[date | None]] = {}
    elsewhere = in_transfers(house)
    chosen = _candidates(house, source, notice)
    for row, judged, created, protected in _judged(house, chosen, today):
        number = RecordNumber(row.number)
        reasons = _against(house, judged, notice, protected, today) + ([LISTED] if number in elsewhere else [])
        if reasons:
            excluded.setdefault("; ".join(reasons), []).append(number)
            continue
        numbers.append(number)
        governed[number] = (row.series, judged.series)
        days.setdefault((row.series, judged.series), []).append(created)
    versions, octets, media = transfer_rows.sizes(house.catalog.connection, numbers)
    return TransferList(
        on=today,
        source=source,
        said_as=_said(house, source, notice),
        numbers=tuple(numbers),
        excluded={reason: tuple(found) for reason, found in sorted(excluded.items())},
        governed=governed,
        series=tuple(_series(house, *which, found) for which, found in sorted(days.items())),
        versions=versions,
        octets=octets,
        media=media,
        spoken_of=sum(row["records"] for row in notice["rows"]) if notice else 0,
        contact=notice["contact"] if notice else house.city.legal_custodian,
        phone=notice["phone"] if notice else "",
    )


def in_transfers(house: House) -> set[int]:
    """The records that are in a transfer already, received or on the way."""
    found: set[int] = set()
    for made in keeping_queries.transfers(house.catalog.connection):
        if made["state"] in ("made", "received"):
            found |= set(numbers_in(made["numbers"]))
    return found


def _accepted(house: House, source: Source) -> dict[str, Any]:
    """The notice, if it was answered by accepting."""
    if source.series:
        raise UsageError("A transfer comes from a notice or from a series, not from both.", "Leave one of them out.")
    notice = notice_of(house, source.notice)
    if notice.get("reply") != "accepted" or notice["state"] != "answered":
        stands = notice.get("reply") or notice["state"]
        raise UsageError(
            f"Notice {source.notice} was not accepted (it is {stands}), so nothing of it is handed over.",
            f"When the reply comes: ofrecord notice reply {source.notice} accepted --on DAY --scan FILE",
        )
    return notice


def _candidates(house: House, source: Source, notice: Mapping[str, Any] | None) -> list[int]:
    """The records that the source speaks of, whatever stands in the way of some."""
    rows = keeping_queries.kept_rows(house.catalog.connection, None, None)
    if notice is None:
        return [row.number for row in rows if row.series == source.series]
    years = {row["series"]: (row["first_year"], row["last_year"]) for row in notice["rows"]}
    bearings = gather(house, terms_of(house), ())
    found = []
    for row in rows:
        if row.series in years and row.number <= notice["upto"]:
            created = bearings.alone(row).record.created
            first, last = years[row.series]
            if created is not None and first <= created.year <= last:
                found.append(row.number)
    return found


def _judged(
    house: House, numbers: Sequence[int], today: date
) -> Iterator[tuple[KeptRow, Disposition, date | None, bool]]:
    """Each record with its judgement, the day it was made, and whether a request or hold protects it for some days."""
    schedules, terms = schedules_of(house), terms_of(house)
    bearings = gather(house, terms, numbers)
    bearings.damaged |= damaged_among(house, [RecordNumber(number) for number in numbers])
    rows = keeping_queries.kept_rows(house.catalog.connection, numbers, disposing.threads_for(house, schedules))
    known: dict[tuple[object, ...], tuple[Disposition, date | None, bool]] = {}
    for row, key in bearings.keyed(rows):
        if key not in known:
            known[key] = _judge(bearings, row, schedules, today)
        yield (row, *known[key])


def _judge(
    bearings: Bearings, row: KeptRow, schedules: Schedules, today: date
) -> tuple[Disposition, date | None, bool]:
    situation = bearings.situation(row)
    last = burden(situation, schedules).last
    return judge(situation, schedules, today), situation.record.created, last is not None and last >= today


def _against(
    house: House, judged: Disposition, notice: Mapping[str, Any] | None, protected: bool, today: date
) -> list[str]:
    """Why a record is not handed over; nothing when it is."""
    found = [block for block in judged.blocks if block not in _NOT_IN_THE_WAY]
    if protected:
        found.append(PROTECTED)
    if judged.retention_ends is not None and judged.retention_ends >= today:
        found.append(WITHIN)
    elif notice is not None and judged.retention_ends is not None and not terms_of(house).whs_early_notice:
        found += [TOO_EARLY] if judged.retention_ends >= date.fromisoformat(notice["mailed"]) else []
    if notice is None and schedules_of(house).row(judged.series).fate is not Fate.TRANSFER:
        found.append(NOT_BY_SCHEDULE)
    return found


def _series(house: House, filed: str, governed_by: str, days: Sequence[date | None]) -> dict[str, Any]:
    """What is said of the records of a series: how many, from which years, by which row."""
    schedules, terms = schedules_of(house), terms_of(house)
    row, adoption = schedules.row(governed_by), terms.adopted.get(governed_by)
    years = [day.year for day in days if day is not None]
    return {
        "series": filed,
        "title": schedules.row(filed).title,
        "governed_by": governed_by,
        "records": len(days),
        "first_year": min(years, default=0),
        "last_year": max(years, default=0),
        "period": words_of(row.period) if row.period else "",
        "authority": row.authority,
        "reference": adoption.reference if adoption else row.adoption_ref,
        "verified_by": row.verified_by,
    }


def _said(house: House, source: Source, notice: Mapping[str, Any] | None) -> str:
    if notice is None:
        return f"Series {source.series} ends in a transfer by its schedule."
    mailed, replied = (said(date.fromisoformat(notice[name])) for name in ("mailed", "replied"))
    return f"Notice {source.notice} of {mailed}, accepted {replied}."
