"""May this record be destroyed on this day? The one place that decides, and it explains itself.

Pure: it is told facts and a day, and answers. It never destroys, and it knows no database. The rules are those of
Wis. Stat. 19.21 and 19.35(5) as data in `jurisdictions/`; where the law is silent the answer keeps longer.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from custody.days import add_business, add_period, is_shorter
from custody.disposition import Disposition, Standing
from custody.schedule import Fate, Period, Series, Trigger
from retention_schedules.schedules import Schedules
from retention_schedules.situation import CityTerms, CourtFacts, NoticeFacts, RecordFacts, RequestFacts, Situation

NOTICE_DAYS = 60  # calendar days, Wis. Stat. 19.21(4)(a)
DENIAL_DAYS, DENIAL_DAYS_INCARCERATED = 60, 90  # Wis. Stat. 19.35(5)
APPEAL_DAYS_AFTER_NOTICE, APPEAL_DAYS = 45, 90  # Wis. Stat. 808.04(1), not verified


@dataclass(slots=True)
class _Reasoning:
    """The arithmetic as it grows. `ends` are protected-through days with what protects; `blocks` have no day."""

    ends: list[tuple[date, str]] = field(default_factory=list)
    blocks: list[tuple[str, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def until(self, day: date, what: str) -> None:
        self.ends.append((day, what))
        self.steps.append(f"{what}: protected through {said(day)}.")

    def block(self, name: str, what: str) -> None:
        self.blocks.append((name, what))
        self.steps.append(f"BLOCKED, {what}.")


def judge(situation: Situation, schedules: Schedules, today: date) -> Disposition:
    """Where a record stands on `today`, from which day it might go, and why."""
    reasoning = _Reasoning()
    row = governing(situation, schedules, today, reasoning)
    trigger_on = _trigger(situation.record, row, reasoning)
    retention_ends = None
    if row.fate is Fate.PERMANENT:
        reasoning.block("permanent", f"the series {row.id} is kept for ever")
    elif trigger_on is not None and row.period is not None:
        retention_ends = add_period(trigger_on, row.period)
        reasoning.until(
            retention_ends, f"{words_of(row.period)} from {said(trigger_on)} (series {row.id}, {row.authority})"
        )
    for request in situation.requests:
        _request(request, situation.city, reasoning)
    for hold in situation.holds:
        if hold.ends is None:
            reasoning.block("hold", f"a {hold.kind} hold stands ({hold.matter}) and has no end")
        else:
            reasoning.until(hold.ends, f"{hold.kind} hold, {hold.matter}")
    if not situation.record.fixity_ok:
        reasoning.block("fixity", "its stored bytes are damaged: an incident, not a destruction")
    if not situation.city.ordinance:
        reasoning.block("no ordinance", "no ordinance for destruction is entered: no authority, Wis. Stat. 19.21(4)(a)")
    _society(situation, row, retention_ends, reasoning)
    return _disposition(row, trigger_on, retention_ends, reasoning, today)


def governing(situation: Situation, schedules: Schedules, today: date, reasoning: _Reasoning | None = None) -> Series:
    """The row whose period counts: the record's own if it is in force on `today`, else the jurisdiction's default."""
    steps = reasoning or _Reasoning()
    row = schedules.row(situation.record.series)
    default = schedules.default
    if row.fate is Fate.PERMANENT:
        return row
    if row.period is None:
        steps.steps.append(
            f"The period of {row.id} has not been looked up and adopted ({row.authority}), so {default.id} governs."
        )
        return default
    if row.trigger is Trigger.MINUTES_PUBLISHED and situation.record.purpose != "minutes":
        steps.steps.append(f"{row.id} is only for recordings made to make minutes, so {default.id} governs.")
        return default
    if row.statutory or not is_shorter(row.period, schedules.shortest):
        return row
    adoption = situation.city.adopted.get(row.id)
    adopted = adoption.adopted if adoption else row.adopted_on
    expires = adoption.expires if adoption and adoption.expires else row.expires_on
    if adopted is not None and adopted <= today and (expires is None or today <= expires):
        return row
    why = "has not been adopted by the city (form PRB-002)" if adopted is None else "is not in force on this day"
    steps.steps.append(
        f"{row.id} is shorter than {words_of(schedules.shortest)} and {why}, so {default.id} governs"
        f" ({schedules.shortest_authority})."
    )
    return default


def hold_end(decided: date, incarcerated: bool, city: CityTerms) -> date:
    """The last day protected after a denial: 60 (90) days, counted both ways, the later one unless the city decided."""
    count = DENIAL_DAYS_INCARCERATED if incarcerated else DENIAL_DAYS
    calendar = decided + timedelta(days=count)
    if city.count_rule == "calendar":
        return calendar
    return max(calendar, add_business(decided, count, city.holidays, city.closures))


def may_drop_copy(copy: dict[str, str], master: dict[str, str]) -> tuple[bool, str]:
    """Whether a duplicate capture may go while the master stays: only if bytes and every captured fact are the same.

    Each side is facts by name, the bytes' digest among them. Wis. Stat. 19.35(5): an identical copy.
    """
    different = sorted(name for name in copy.keys() | master.keys() if copy.get(name) != master.get(name))
    if different:
        return False, f"refused: the copies differ in {', '.join(different)}, so neither is an identical copy"
    return True, "allowed: an identical copy of an otherwise available record, Wis. Stat. 19.35(5)"


def said(day: date) -> str:
    """A day as a person writes it: April 3, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def words_of(period: Period) -> str:
    """A period in words: 7 years, 1 month, 90 days."""
    unit = period.unit.value.removesuffix("s") if period.n == 1 else period.unit.value
    return f"{period.n} {unit}"


def _trigger(record: RecordFacts, row: Series, reasoning: _Reasoning) -> date | None:
    match row.trigger:
        case Trigger.MINUTES_PUBLISHED:
            days = [record.minutes_approved, record.minutes_published]
            missing = "the minutes are not approved and published yet"
        case Trigger.EVENT | Trigger.SUPERSEDED:
            days = [record.event]
            missing = f"the event that starts the clock is not recorded ({row.event or row.trigger.value})"
        case Trigger.CREATION:
            days = [record.created]
            missing = ""
        case _:
            days = [record.created, *(day for day in (record.last_event, record.thread_end) if day)]
            missing = ""
    known = [day for day in days if day is not None]
    if len(known) == len(days):
        return max(known)
    if row.fate is not Fate.PERMANENT:
        if missing:
            reasoning.block("event not recorded", missing)
        else:
            reasoning.block("no usable date", "it has no usable date: a person must set one before any period can run")
    return None


def _request(request: RequestFacts, city: CityTerms, reasoning: _Reasoning) -> None:
    name = request.name or f"the request of {said(request.received)}"
    match request.decision:
        case "":
            reasoning.block("open request", f"{name} is open, Wis. Stat. 19.35(5)")
        case "granted":
            if request.delivered is None:
                reasoning.block("open request", f"{name} is granted but access has not been given, Wis. Stat. 19.35(5)")
            else:
                reasoning.until(request.delivered, f"{name}, granted and delivered (Wis. Stat. 19.35(5))")
        case _:
            decided = request.decided or request.received
            days = DENIAL_DAYS_INCARCERATED if request.incarcerated else DENIAL_DAYS
            how = "calendar days" if city.count_rule == "calendar" else "days counted both ways, the later"
            end = hold_end(decided, request.incarcerated, city)
            what = {"part": "denied in part", "denied": "denied"}.get(request.decision, request.decision)
            reasoning.until(end, f"{name}, {what} on {said(decided)}: {days} {how} (Wis. Stat. 19.35(5), 19.345)")
    if request.court is not None:
        _court(request.court, reasoning)


def _court(court: CourtFacts, reasoning: _Reasoning) -> None:
    action = f"the court action of which written notice came on {said(court.notice)}"
    if court.order is None:
        reasoning.block("court action", f"{action} has no order yet, Wis. Stat. 19.35(5)")
    elif court.appealed:
        if court.appeal_order is None:
            reasoning.block("court action", f"{action} is under appeal, Wis. Stat. 19.35(5)")
        else:
            reasoning.until(court.appeal_order, f"{action}: order on appeal")
    elif court.order_for == "requester":
        if court.produced is None:
            reasoning.block("court action", f"{action}: production is ordered and access not yet given")
        else:
            reasoning.until(court.produced, f"{action}: production ordered, access given")
    else:
        days = APPEAL_DAYS_AFTER_NOTICE if court.notice_of_entry else APPEAL_DAYS
        end = court.order + timedelta(days=days)
        reasoning.until(end, f"{action}: order of {said(court.order)}, {days} days to appeal (Wis. Stat. 808.04(1))")


def _society(situation: Situation, row: Series, retention_ends: date | None, reasoning: _Reasoning) -> None:
    """The notice to the Historical Society, Wis. Stat. 19.21(4)(a): 60 calendar days, or its reply."""
    if row.fate is Fate.PERMANENT or row.whs_notice == "not_applicable":
        return
    if row.whs_notice == "waived" or situation.record.series in situation.city.waived_series:
        reasoning.steps.append("The Historical Society has waived notice for this series.")
        return
    if not situation.notices:
        reasoning.block("notice not sent", "the Historical Society has not been given 60 days' notice, 19.21(4)(a)")
        return
    notice = max(situation.notices, key=lambda each: each.mailed)
    too_early = retention_ends is not None and notice.mailed <= retention_ends
    if too_early and not situation.city.whs_early_notice:
        reasoning.block(
            "notice too early",
            f"the notice of {said(notice.mailed)} was mailed before retention had ended: verify expiry first",
        )
        return
    _reply(notice, situation.city, reasoning)


def _reply(notice: NoticeFacts, city: CityTerms, reasoning: _Reasoning) -> None:
    mailed = f"notice to the Historical Society mailed {said(notice.mailed)}"
    if notice.reply in ("accepted", "reviewing"):
        word = "accepted the records" if notice.reply == "accepted" else "is reviewing the records"
        reasoning.block("set aside", f"the Historical Society {word}: set aside for it, no destruction")
    elif notice.reply in ("declined", "waived"):
        reasoning.until(notice.replied or notice.mailed, f"{mailed}, {notice.reply}")
    else:
        end = notice.mailed + timedelta(days=city.mailing_days + NOTICE_DAYS)
        reasoning.until(end, f"{mailed}, no reply: {NOTICE_DAYS} calendar days (Wis. Stat. 19.21(4)(a))")


def _disposition(
    row: Series,
    trigger_on: date | None,
    retention_ends: date | None,
    reasoning: _Reasoning,
    today: date,
) -> Disposition:
    last, what = max(reasoning.ends, key=lambda pair: pair[0], default=(None, ""))
    earliest = last + timedelta(days=1) if last is not None and not reasoning.blocks else None
    if retention_ends is not None and today <= retention_ends:
        standing = Standing.KEEP
    elif reasoning.blocks:
        standing = Standing.BLOCKED
    else:
        standing = Standing.ELIGIBLE if earliest is not None and today >= earliest else Standing.KEEP
    return Disposition(
        standing=standing,
        series=row.id,
        trigger_on=trigger_on,
        retention_ends=retention_ends,
        earliest=earliest,
        blocks=tuple(dict.fromkeys(name for name, _ in reasoning.blocks)),
        steps=tuple(reasoning.steps),
        sentence=_sentence(standing, retention_ends, earliest, what, reasoning),
        unverified=not row.verified_by,
    )


def _sentence(
    standing: Standing, retention_ends: date | None, earliest: date | None, what: str, reasoning: _Reasoning
) -> str:
    reasons = "; ".join(text for _, text in reasoning.blocks)
    if standing is Standing.ELIGIBLE and earliest is not None:
        return f"It may be destroyed since {said(earliest)}; what protected it longest was: {what}."
    if standing is Standing.BLOCKED:
        return f"It may not be destroyed, and there is no date yet: {reasons}."
    if earliest is not None:
        return f"It must be kept; the earliest day of destruction is {said(earliest)}, because of: {what}."
    if retention_ends is not None:
        return f"It must be kept through {said(retention_ends)} at least ({what}); besides, {reasons}."
    return f"It must be kept: {reasons}."
