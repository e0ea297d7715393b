"""The day by which an answer is aimed at, as each request keeps it, with the whole arithmetic of its counting.

A guideline is counted with the city's own closures (wide table), a limit by law without them, so that the city acts
sooner. When a table of holidays or closures has changed, open requests are counted anew at the next writing, and the
old and the new day are written down with the reason.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from archiver.catalog import queries
from archiver.journal import Journal
from custody.counting import Basis, Calendar, Counted, Step
from custody.errors import UsageError
from custody.request import RecordsRequest, Target
from exports import deadlines
from exports.jurisdictions import jurisdiction, jurisdictions
from policies.calendars import calendar
from policies.cities import City


def counted(city: City, received_at: datetime, channel: str) -> Target | None:
    """The target of a request received at a moment, by the city's jurisdiction; None where no law is entered for it."""
    if city.jurisdiction not in jurisdictions():
        return None
    rule = jurisdiction(city.jurisdiction).response
    variant = rule.variant_for(channel)
    return _kept(deadlines.target(rule, received_at, table_of(city, rule), city.time_zone, variant))


def extended(city: City, request: RecordsRequest, grounds: str, noticed: date) -> Target:
    """The target after an extension. Raises UsageError where the law gives none, as in Wisconsin."""
    rule = jurisdiction(city.jurisdiction).response
    if request.target is None:
        raise UsageError(f"Request {request.number} has no target that could be extended.", "Nothing was changed.")
    before = _live(request.target, rule)
    return _kept(deadlines.extended(before, rule, table_of(city, rule), grounds, noticed))


def retarget(journal: Journal, city: City) -> list[int]:
    """Count open requests anew whose table of holidays has changed since; old and new day become an act.

    Returns the requests whose day moved. One that was extended keeps its day.
    """
    waiting = [each for each in queries.requests(journal.catalog.connection) if each.state.is_live and each.target]
    if not waiting or city.jurisdiction not in jurisdictions():
        return []
    rule = jurisdiction(city.jurisdiction).response
    now = table_of(city, rule)
    acts: list[tuple[str, int, Mapping[str, Any]]] = []
    for request in waiting:
        old = request.target
        if old is None or old.calendar in ("", now.digest) or "extended" in old.label:
            continue
        before = _live(old, rule)
        moved = deadlines.recomputed(
            before, rule, request.received_at, now, city.time_zone, rule.variant_for(request.channel)
        )
        new = counted(city, request.received_at, request.channel)
        if moved is not None and new is not None:
            reason = "; ".join(moved.reasons)
            acts.append(
                ("request.retargeted", request.number, {"old": as_data(old), "new": as_data(new), "reason": reason})
            )
    if acts:
        journal.write(*acts)
    return [number for _, number, _ in acts]


def standing(city: City, target: Target, today: date) -> str:
    """How a target reads today: a guideline is never called overdue by law."""
    return deadlines.standing(_live(target, jurisdiction(city.jurisdiction).response), today)


def table_of(city: City, rule: deadlines.ResponseRule) -> Calendar:
    """The table a jurisdiction's target is counted with: the wide one for a guideline, the strict one for a limit."""
    if rule.is_law:
        return calendar(rule.calendar)
    return calendar(rule.calendar, wide=True, closures=city.closures)


def as_data(target: Target | None) -> dict[str, Any]:
    """A target as an act keeps it; nothing where there is none."""
    if target is None:
        return {}
    names = ("label", "citation", "is_law", "sentence", "calendar")
    data = {name: getattr(target, name) for name in names}
    return {**data, "day": target.day.isoformat() if target.day else "", "steps": [list(step) for step in target.steps]}


def _kept(target: deadlines.Target) -> Target:
    steps = target.counted.steps if target.counted else ()
    return Target(
        day=target.day,
        label=target.label,
        citation=target.citation,
        is_law=target.is_law,
        sentence=target.sentence,
        calendar=target.calendar_digest,
        steps=tuple((step.day.isoformat(), step.n, step.why) for step in steps),
    )


def _live(target: Target, rule: deadlines.ResponseRule) -> deadlines.Target:
    """A kept target as the engine knows it."""
    steps = tuple(Step(day=date.fromisoformat(day), n=n, why=why) for day, n, why in target.steps)
    made = None
    if steps and target.day is not None:
        n = max(step.n for step in steps)
        basis = rule.limit.basis if rule.limit else Basis.BUSINESS
        made = Counted(start=steps[0].day, end=target.day, n=n, basis=basis, calendar=rule.calendar, steps=steps)
    return deadlines.Target(
        label=target.label,
        day=target.day,
        is_law=target.is_law,
        received=steps[0].day if steps else date.min,
        sentence=target.sentence,
        citation=target.citation,
        counted=made,
        calendar_digest=target.calendar,
    )
