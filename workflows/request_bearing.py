"""How a records request bears on what may be destroyed: the facts for the retention rules, out of its own history.

A request protects from receipt until its determination was given; after a denial for 60 or 90 days; while a court has
it, without an end (Wis. Stat. 19.35(5)). The rules are `retention_schedules/eligibility.py`; here only facts are put
together. They are the same for all records with the same mark, so they are made once for each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from archiver.catalog import queries, request_history
from custody.clock import local_day
from custody.ids import RecordNumber
from custody.request import Mark, RecordsRequest
from retention_schedules.situation import CourtFacts, HoldFacts, RequestFacts
from workflows.house import House
from workflows.request_life import day_of

ENDINGS = {
    "request.decided": "decided",
    "request.withdrawn": "withdrawn",
    "request.referred": "referred",
    "request.unpaid": "unpaid",
}
"""The acts that end the waiting for a determination."""
_COURT = ("court.noticed", "court.ordered", "court.appealed", "court.appeal_ordered", "court.produced")
_KINDS = (*ENDINGS, "request.sent", *_COURT, "subject.named", "subject.sued", "subject.settled")
_BY_MARK = {Mark.RELEASE: "granted", Mark.REDACT: "part", Mark.WITHHOLD: "denied"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bearing:
    """One request's facts: for records by their mark (None: not collected), and holds of its own beside them."""

    request: RecordsRequest
    marks: Mapping[RecordNumber, Mark]
    by_mark: Mapping[Mark | None, tuple[RequestFacts, ...]]
    holds: tuple[HoldFacts, ...]

    def facts(self, number: RecordNumber) -> tuple[RequestFacts, ...]:
        """The facts for a record that the request reaches; none when it protects it no more."""
        return self.by_mark[self.marks.get(number)]


def bearing_of(house: House, request: RecordsRequest) -> Bearing:
    """What a request's history means for the records it reaches."""
    connection = house.catalog.connection
    history = request_history.history(connection, _KINDS, request.number)
    marks = {each.record: each.mark for each in queries.decisions(connection, request.number)}
    zone = house.city.time_zone
    received = local_day(request.received_at, zone)
    plain = RequestFacts(
        received=received,
        name=f"records request {request.number}",
        incarcerated=request.incarcerated,
        court=court_facts(history),
    )
    by_mark = {mark: _facts(plain, request, history, mark, zone) for mark in (*Mark, None)}
    return Bearing(request=request, marks=marks, by_mark=by_mark, holds=_actions(request, history))


def court_facts(history: Sequence[Mapping[str, Any]]) -> CourtFacts | None:
    """What is known of an action under 19.37; None when no notice of one came."""
    facts: CourtFacts | None = None
    for act in history:
        day = date.fromisoformat(act["day"]) if act["kind"] in _COURT else date.min
        match act["kind"]:
            case "court.noticed":
                facts = CourtFacts(notice=day)
            case "court.ordered" if facts:
                facts = replace(facts, order=day, order_for=act["order_for"], notice_of_entry=act["notice_of_entry"])
            case "court.appealed" if facts:
                facts = replace(facts, appealed=True)
            case "court.appeal_ordered" if facts:
                facts = replace(facts, appealed=True, appeal_order=day, appeal_for=act.get("order_for", ""))
            case "court.produced" if facts:
                facts = replace(facts, produced=day)
    return facts


def _facts(
    plain: RequestFacts, request: RecordsRequest, history: Sequence[Mapping[str, Any]], mark: Mark | None, zone: str
) -> tuple[RequestFacts, ...]:
    end = next((act for act in reversed(history) if act["kind"] in ENDINGS), None)
    if request.state.is_live or end is None:
        return (plain,)
    decision = _decision(end, mark)
    if not decision and plain.court is None:
        return ()
    decision = decision or "granted"  # nothing of it was refused, but a court has the request
    day = max(day_of(act, zone) for act in (end, *_sent_since(history, end)))
    return (replace(plain, decision=decision, decided=day, delivered=day if decision == "granted" else None),)


def _decision(end: Mapping[str, Any], mark: Mark | None) -> str:
    """What the ending means for records with a mark, "" for those it protects no more."""
    ended = ENDINGS[end["kind"]]
    if ended != "decided":  # withdrawn, referred, unpaid: for all that was asked for, as a denial
        return ended
    return _BY_MARK.get(mark, "") if mark else ""


def _sent_since(history: Sequence[Mapping[str, Any]], end: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [act for act in history if act["kind"] == "request.sent" and act["number"] > end["number"]]


def _actions(request: RecordsRequest, history: Sequence[Mapping[str, Any]]) -> tuple[HoldFacts, ...]:
    """Actions that record subjects brought and that are not settled yet, Wis. Stat. 19.356(4)."""
    open_ones: dict[int, date] = {}
    for act in history:
        if act["kind"] == "subject.sued":
            open_ones[act["n"]] = date.fromisoformat(act["day"])
        elif act["kind"] == "subject.settled":
            open_ones.pop(act["n"], None)
    matter = f"records request {request.number}: a record subject's action is not decided"
    return tuple(HoldFacts(kind="court", matter=matter, placed=day) for day in open_ones.values())
