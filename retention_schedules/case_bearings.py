"""What a case says of requests, court actions, notices and holds, as far as it has happened on the day asked about."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from custody.errors import UsageError
from custody.strict import Fields
from retention_schedules.situation import CourtFacts, HoldFacts, NoticeFacts, RequestFacts

_DECISIONS = ("", "granted", "part", "denied", "withdrawn", "unpaid", "referred")
_SAME = {"granted in part": "part", "denied in part": "part", "not paid": "unpaid", "open": "", "undecided": ""}
_REPLIES = ("", "declined", "waived", "accepted", "reviewing")


def day_in(row: Fields, name: str, zone: str) -> date | None:
    """A day, or a moment with its zone, which counts as the day it was in the city. None when it is not there."""
    value = row.moment(name)
    if isinstance(value, datetime):
        return value.date() if value.tzinfo is None else value.astimezone(ZoneInfo(zone)).date()
    return value


def read_requests(row: Fields, zone: str, captured: date | None, today: date) -> Iterator[RequestFacts]:
    """The requests that had come by `today` and reach a record taken in on `captured`."""
    for each in row.tables("request"):
        request = _request(each, zone, today)
        if request.received <= today and (captured is None or captured <= request.received):
            yield request


def _request(row: Fields, zone: str, today: date) -> RequestFacts:
    decision = row.choice("decision", (*_DECISIONS, *_SAME), "")
    decision = _SAME.get(decision, decision)
    decided, delivered = day_in(row, "decided", zone), day_in(row, "delivered", zone)
    row.text("channel", ""), row.flag("written", None)
    court = row.table("court")
    made = RequestFacts(
        received=_needed(row, "received", zone),
        decision=decision if decided is None or decided <= today else "",
        decided=decided,
        delivered=delivered if delivered is None or delivered <= today else None,
        incarcerated=row.flag("incarcerated", False),
        court=_court(court, zone, today) if court else None,
        subject_action=row.flag("subject_action", False),
        name=row.text("name", ""),
    )
    row.done()
    if decided is not None and decided < made.received:
        raise UsageError(f"{row.where}: decided is {decided}, before it was received.", "Check the two days.")
    if decision not in ("", "granted") and decided is None:
        raise UsageError(f"{row.where}: decided is missing.", f"Give the day on which it was {decision}: decided = ...")
    return made


def _court(row: Fields, zone: str, today: date) -> CourtFacts | None:
    """An action, or None while its notice has not come. One that was withdrawn counts as an order for the city."""
    days = {name: _past(row, name, zone, today) for name in ("order", "appeal_order", "produced", "withdrawn")}
    appealed: Any = row.any("appealed")
    if not isinstance(appealed, bool) and appealed is not None:
        appealed = _past(row, "appealed", zone, today) is not None
    withdrawn = days.pop("withdrawn")
    order_for = row.choice("order_for", ("city", "requester"), "city")
    appeal_for = row.choice("appeal_for", ("", "city", "requester"), "")
    notice = _needed(row, "notice", zone)
    made = CourtFacts(
        notice=notice,
        order=days["order"] or withdrawn,
        order_for=order_for if days["order"] else "city",
        notice_of_entry=row.flag("notice_of_entry", False),
        appealed=bool(appealed),
        appeal_order=days["appeal_order"],
        appeal_for=appeal_for if days["appeal_order"] else "",
        produced=days["produced"],
    )
    row.done()
    return made if notice <= today else None


def read_notices(
    row: Fields, series: str, made: int, zone: str, today: date, rows: Collection[str]
) -> Iterator[NoticeFacts]:
    """The notices mailed by `today` that cover a record of this series and year."""
    for each in row.tables("whs"):
        years = each.any("years")
        whole = isinstance(years, list) and [type(year) for year in years] == [int, int]
        if years is not None and not whole:
            raise UsageError(f"{each.where}: years is {years!r}.", "Write years = [2015, 2019]")
        covered = each.texts("series")
        strange = sorted(set(covered) - set(rows))
        if strange:
            raise UsageError(f"{each.where}: {strange[0]!r} is no series.", f"Known: {', '.join(sorted(rows))}.")
        replied = day_in(each, "replied", zone)
        reply = each.choice("reply", _REPLIES, "")
        mailed = _needed(each, "mailed", zone)
        each.done()
        if reply in ("declined", "waived") and replied is None:
            raise UsageError(f"{each.where}: replied is missing.", "Give the day of the reply: replied = 2026-02-20")
        if mailed > today or (covered and series not in covered) or (years and not years[0] <= made <= years[1]):
            continue
        told = replied is None or replied <= today
        yield NoticeFacts(mailed=mailed, reply=reply if told else "", replied=replied if told else None)


def read_holds(row: Fields, zone: str, captured: date | None, today: date) -> Iterator[HoldFacts]:
    """The holds that stand on `today`: placed, not released, and reaching a record taken in on `captured`."""
    for each in row.tables("hold"):
        placed, released = day_in(each, "placed", zone), day_in(each, "released", zone)
        ends, closes = day_in(each, "ends", zone), day_in(each, "closes_on", zone)
        limit = closes if each.flag("future", True) else placed
        kind, matter = each.text("kind", "other"), each.text("matter", "not named")
        each.text("reason", ""), each.text("authority", "")
        each.done()
        over = (released is not None and released <= today) or (placed is not None and placed > today)
        beyond = captured is not None and limit is not None and captured > limit
        if not over and not beyond:
            yield HoldFacts(kind=kind, matter=matter, placed=placed, ends=ends)


def _past(row: Fields, name: str, zone: str, today: date) -> date | None:
    day = day_in(row, name, zone)
    return day if day is not None and day <= today else None


def _needed(row: Fields, name: str, zone: str) -> date:
    day = day_in(row, name, zone)
    if day is None:
        raise UsageError(f"{row.where}: {name} is missing.", f"Write it without quotation marks: {name} = 2025-12-01")
    return day
