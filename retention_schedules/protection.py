"""What requests, court actions and holds protect, and until when: the part of a judgement that no record decides.

The numbers of days are the jurisdiction's, as data. Where they are not known a protection has no end.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from custody.days import add_business, is_business_day
from custody.disposition import Disposition, Standing
from retention_schedules.reasoning import Reasoning, said
from retention_schedules.schedules import Schedules
from retention_schedules.situation import CityTerms, CourtFacts, RequestFacts, Situation


@dataclass(frozen=True, slots=True)
class Burden:
    """What requests and holds come to: what stops without a day, and the last day they protect."""

    blocks: tuple[str, ...]
    last: date | None


def burden(situation: Situation, schedules: Schedules) -> Burden:
    """What the requests and holds of a situation come to, whatever record they bear on."""
    reasoning = Reasoning()
    bear(situation, schedules, reasoning)
    blocks = tuple(dict.fromkeys(name for name, _ in reasoning.blocks))
    return Burden(blocks, max((day for day, _ in reasoning.ends), default=None))


def standing_under(alone: Disposition, on_it: Burden, today: date) -> tuple[Standing, tuple[str, ...]]:
    """Where a record stands, and what blocks it, when `on_it` bears on what was judged without requests and holds.

    It is what `judge` says of both together, without the arithmetic: a million records have few of each.
    """
    if alone.retention_ends is not None and today <= alone.retention_ends:
        return Standing.KEEP, ()
    if alone.blocks or on_it.blocks:
        return Standing.BLOCKED, tuple(dict.fromkeys((*alone.blocks, *on_it.blocks)))
    if on_it.last is not None and today <= on_it.last:
        return Standing.KEEP, ()
    return alone.standing, ()


def protects(request: RequestFacts, city: CityTerms, schedules: Schedules, on: date) -> str:
    """Why a request protects what it reached on a day, in words; "" when it does not any more."""
    reasoning = Reasoning()
    _request(request, city, schedules, reasoning)
    if reasoning.blocks:
        return reasoning.blocks[0][1]
    last, what = max(reasoning.ends, key=lambda pair: pair[0], default=(date.min, ""))
    return f"{what}: protected through {said(last)}" if last >= on else ""


def hold_end(decided: date, incarcerated: bool, city: CityTerms, schedules: Schedules) -> date | None:
    """The last day protected after a denial, counted both ways, the later one unless the city decided.

    None where the jurisdiction's file does not say how long a denial protects.
    """
    law = schedules.law.requests
    count = law.days_incarcerated if incarcerated else law.days
    if not count:
        return None
    calendar = decided + timedelta(days=count)
    if city.count_rule == "calendar":
        return calendar
    return max(calendar, _business(decided, count, city.holidays, city.closures))


_business = lru_cache(maxsize=4096)(add_business)


def bear(situation: Situation, schedules: Schedules, reasoning: Reasoning) -> None:
    """Reckon what the requests and holds of a situation protect; that there are none is said too."""
    if not situation.requests and not situation.holds:
        reasoning.steps.append("No hold and no records request reaches it.")
    for request in situation.requests:
        _request(request, situation.city, schedules, reasoning)
    for hold in situation.holds:
        if hold.ends is None:
            reasoning.block("hold", f"a {hold.kind} hold stands ({hold.matter}) and has no end")
        else:
            reasoning.until(hold.ends, f"{hold.kind} hold, {hold.matter}")


def _request(request: RequestFacts, city: CityTerms, schedules: Schedules, reasoning: Reasoning) -> None:
    name = request.name or f"the request of {said(request.received)}"
    law = schedules.law.requests
    by = f", {law.authority}" if law.authority else ""
    match request.decision:
        case "":
            reasoning.block("open request", f"{name} is open{by}")
        case "granted":
            if request.delivered is None:
                reasoning.block("open request", f"{name} is granted but access has not been given{by}")
            else:
                reasoning.until(request.delivered, f"{name}, granted and delivered ({law.authority})")
        case _:
            _denied(request, name, city, schedules, reasoning)
    if request.subject_action:
        reasoning.block("subject action", f"{name}: a record subject's action against the release is pending")
    if request.court is not None:
        _court(request.court, city, schedules, reasoning)


def _denied(request: RequestFacts, name: str, city: CityTerms, schedules: Schedules, reasoning: Reasoning) -> None:
    law = schedules.law.requests
    decided = request.decided or request.received
    what = {"part": "denied in part", "denied": "denied"}.get(request.decision, request.decision)
    end = hold_end(decided, request.incarcerated, city, schedules)
    if end is None:
        reasoning.block(
            "request denied", f"{name}, {what} on {said(decided)}: how long that protects is not known here"
        )
        return
    days = law.days_incarcerated if request.incarcerated else law.days
    how = "calendar days" if city.count_rule == "calendar" else "days counted both ways, the later"
    cited = ", ".join(part for part in (law.authority, law.counting_authority) if part)
    reasoning.until(end, f"{name}, {what} on {said(decided)}: {days} {how} ({cited})")


def _court(court: CourtFacts, city: CityTerms, schedules: Schedules, reasoning: Reasoning) -> None:
    action = f"the court action of which written notice came on {said(court.notice)}"
    law, appeal = schedules.law.requests, schedules.law.appeal
    by = f", {law.authority}" if law.authority else ""
    days = appeal.days_after_notice if court.notice_of_entry else appeal.days
    if court.order is None:
        reasoning.block("court action", f"{action} has no order yet{by}")
    elif court.appealed:
        if court.appeal_order is None:
            reasoning.block("court action", f"{action} is under appeal{by}")
        elif court.appeal_for == "requester" and court.produced is None:
            reasoning.block("court action", f"{action}: production is ordered on appeal and access not yet given")
        elif court.appeal_for == "requester" and court.produced:
            reasoning.until(max(court.appeal_order, court.produced), f"{action}: production ordered, access given")
        else:
            reasoning.until(court.appeal_order, f"{action}: order on appeal")
    elif court.order_for == "requester":
        if court.produced is None:
            reasoning.block("court action", f"{action}: production is ordered and access not yet given")
        else:
            reasoning.until(court.produced, f"{action}: production ordered, access given")
    elif not days:
        reasoning.block("court action", f"{action}: how long its order may be appealed is not known here")
    else:
        end = court.order + timedelta(days=days)
        while appeal.rolls and not is_business_day(end, city.holidays):
            end += timedelta(days=1)
        reasoning.until(end, f"{action}: order of {said(court.order)}, {days} days to appeal ({appeal.authority})")
