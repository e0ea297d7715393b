"""What one person alone decided about records on a purge's list: another series, or a date. Signers see it first.

Filing a record elsewhere takes one person and a reason. It lets nothing go earlier than the quarter the ledger sealed
when the record was taken in, but a permanent series or a clock that starts late is sealed in no quarter. So each such
decision is counted in the list that two people sign (docs/adr/filing-beside-the-record.md).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from archiver.catalog import keeping_queries, purge_rows, queries
from archiver.catalog.rows import moment
from custody.authority import ranges_of
from custody.clock import local_day
from custody.ids import RecordNumber
from workflows.disposing import judged_as
from workflows.house import House
from workflows.terms import schedules_of

_MOST_NAMED = 50
"""Ranges of numbers that a decision names; the rest is counted."""

Row = dict[str, Any]


def decided_by_one(house: House, numbers: Sequence[RecordNumber], today: date) -> list[Row]:
    """One row a decision: what was done ("filed", "filed by rule 3" or "dated ..."), by whom, on which day, in which
    act, from which series to which, for how many records of the list and which, and for how many it is `shorter`."""
    found: dict[tuple[int, str], Row] = {}
    members: dict[tuple[int, str], list[int]] = {}
    for part in purge_rows.parts(numbers):
        anew = keeping_queries.filing_rows(house.catalog.connection, part)
        sealed = queries.record_rows(house.catalog.connection, [RecordNumber(number) for number in anew])
        for number, filed in anew.items():
            before = sealed[RecordNumber(number)]["series"]
            if filed["series"] != before:
                what = f"filed by rule {filed['rule']}" if filed["rule"] else "filed"
                row = {"what": what, "act": filed["act"], "from": before, "to": filed["series"]}
                found.setdefault((filed["act"], before), row)
                members.setdefault((filed["act"], before), []).append(number)
    rows = [_counted(house, row, members[key], today) for key, row in sorted(found.items())]
    return [*rows, *_dated(house, set(numbers))]


def _counted(house: House, row: Row, numbers: list[int], today: date) -> Row:
    shorter = _shorter(house, row, numbers, today)
    return {**row, **_who(house, row["act"]), **_named(numbers), "shorter": shorter}


def _shorter(house: House, row: Row, numbers: list[int], today: date) -> int:
    """For how many records the series they were taken in under would keep longer, or for ever, or has no end known."""
    schedules = schedules_of(house)
    before, after = (judged_as(house, numbers, row[side], schedules, today) for side in ("from", "to"))
    return sum(
        1 for old, new in zip(list(before), list(after), strict=True) if new is not None and (not old or old > new)
    )


def _dated(house: House, chosen: set[RecordNumber]) -> Iterator[Row]:
    """Records without a usable date to which a person gave one."""
    for event in keeping_queries.events(house.catalog.connection):
        if event["what"] == "created" and event["record"] in chosen:
            row = {"what": f"dated {event['day']}", "act": event["act"], "from": "", "to": ""}
            yield {**row, **_who(house, event["act"]), **_named([event["record"]]), "shorter": 1}


def _named(numbers: Sequence[int]) -> Row:
    return {"count": len(numbers), "records": ranges_of(numbers)[:_MOST_NAMED]}


def _who(house: House, act: int) -> Row:
    by, at = queries.who_did(house.catalog.connection, act)
    return {"by": by, "on": str(local_day(moment(at), house.city.time_zone))}
