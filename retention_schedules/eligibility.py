"""May this record be destroyed on this day? The one place that decides, and it explains itself.

Pure: it is told facts and a day, and answers. It never destroys, and it knows no database and no state's law: the law
is data in `jurisdictions/`. Where the law is silent or not known the answer keeps longer.
"""

from dataclasses import replace
from datetime import date, timedelta

from custody.days import add_period, is_shorter
from custody.disposition import Disposition, Standing
from custody.schedule import Fate, Period, Series, Trigger, Unit
from retention_schedules.law import ApprovalLaw, NoticeLaw
from retention_schedules.protection import bear
from retention_schedules.reasoning import Reasoning, said, words_of
from retention_schedules.schedules import Schedules
from retention_schedules.situation import CityTerms, NoticeFacts, RecordFacts, Situation


def judge(situation: Situation, schedules: Schedules, today: date) -> Disposition:
    """Where a record stands on `today`, from which day it might go, and why."""
    reasoning = Reasoning()
    handed_over = situation.record.transferred
    if handed_over is not None and handed_over > today:  # on the day asked about nobody had received it yet
        situation = replace(situation, record=replace(situation.record, transferred=None))
    row = governing(situation, schedules, today, reasoning)
    trigger_on = _trigger(situation.record, row, reasoning)
    retention_ends = None
    if row.fate is Fate.PERMANENT:
        reasoning.block("permanent", f"the series {row.id} is kept for ever")
    elif row.period is None:
        reasoning.block("no effective series", f"no period is known for {row.id} ({row.authority}): look it up")
    elif trigger_on is not None:
        retention_ends = add_period(trigger_on, row.period)
        reasoning.until(
            retention_ends, f"{words_of(row.period)} from {said(trigger_on)} (series {row.id}, {row.authority})"
        )
    bear(situation, schedules, reasoning)
    if not situation.record.fixity_ok:
        reasoning.block("fixity", "its stored bytes are damaged: an incident, not a destruction")
    _authority(situation, row, schedules, today, reasoning)
    _society(situation, row, retention_ends, schedules, reasoning)
    return _disposition(row, trigger_on, retention_ends, reasoning, today, situation.record.transferred)


def governing(situation: Situation, schedules: Schedules, today: date, reasoning: Reasoning | None = None) -> Series:
    """The row whose period counts: the record's own if it is in force on `today`, else the jurisdiction's default."""
    steps = reasoning or Reasoning()
    row = schedules.row(situation.record.series)
    default = schedules.default
    if row.fate is Fate.PERMANENT or row is default:
        return row
    if row.period is None:
        steps.steps.append(
            f"The period of {row.id} has not been looked up and adopted ({row.authority}), so {default.id} governs."
        )
        return default
    if row.trigger is Trigger.MINUTES_PUBLISHED and situation.record.purpose != "minutes":
        steps.steps.append(f"{row.id} is only for recordings made to make minutes, so {default.id} governs.")
        return default
    if row.statutory or schedules.shortest is None or not is_shorter(row.period, schedules.shortest):
        return row
    adopted, expires = _in_force(situation.city, row, schedules.law.approval)
    if adopted is not None and adopted <= today and (expires is None or today <= expires):
        since, created = _since(situation.city, row), situation.record.created
        if since is None or (created is not None and created >= since):
            return row
        steps.steps.append(f"{row.id} was adopted for records from {said(since)} on, so {default.id} governs.")
        return default
    steps.steps.append(
        f"{row.id} is shorter than {words_of(schedules.shortest)} and {_why_not(adopted, expires, today, schedules)},"
        f" so {default.id} governs ({schedules.shortest_authority})."
    )
    return default


def _in_force(city: CityTerms, row: Series, approval: ApprovalLaw) -> tuple[date | None, date | None]:
    """From which day to which a row is in force in this city; an extension carries an approval on once."""
    adoption = city.adopted.get(row.id)
    expires = adoption.expires if adoption and adoption.expires else row.expires_on
    if expires is None and row.approved_on is not None and approval.lasts_years:
        expires = add_period(row.approved_on, Period(n=approval.lasts_years, unit=Unit.YEARS))
    extended = adoption.extended if adoption and adoption.extended else row.extended_on
    if expires is not None and extended is not None and approval.extension_months:
        expires = add_period(expires, Period(n=approval.extension_months, unit=Unit.MONTHS))
    return adoption.adopted if adoption else row.adopted_on, expires


def _since(city: CityTerms, row: Series) -> date | None:
    adoption = city.adopted.get(row.id)
    return adoption.created_since if adoption else None


def _why_not(adopted: date | None, expires: date | None, today: date, schedules: Schedules) -> str:
    form = schedules.law.approval.adoption_form
    if adopted is None:
        return f"has not been adopted by the city{f' (form {form})' if form else ''}"
    if adopted > today:
        return f"is adopted only from {said(adopted)} on"
    return f"expired on {said(expires)}" if expires is not None and expires < today else "is not in force on this day"


def _authority(situation: Situation, row: Series, schedules: Schedules, today: date, reasoning: Reasoning) -> None:
    """What destruction needs beside time: an ordinance, an approval in force, a review, no destination elsewhere."""
    law = schedules.law.destruction
    if not situation.city.ordinance and law.authority:
        reasoning.block("no ordinance", f"no {law.needs} for destruction is entered: no authority, {law.authority}")
    elif not situation.city.ordinance:
        reasoning.block("no ordinance", "what allows destruction here is not known: nobody has entered an authority")
    if row.fate is Fate.PERMANENT or row.period is None:
        return
    _, expires = _in_force(situation.city, row, schedules.law.approval)
    if not row.statutory and expires is not None and expires < today:
        reasoning.block("schedule expired", f"the approval of {row.id} expired on {said(expires)}: renew it first")
    if row.fate is Fate.REVIEW and situation.record.reviewed is None:
        reasoning.block("review", f"the series {row.id} asks that a person reviews before anything is destroyed")
    if situation.record.transferred is not None:
        day = said(situation.record.transferred)
        reasoning.until(situation.record.transferred, f"transferred to the archives, which received it on {day}")
    elif row.fate is Fate.TRANSFER:
        reasoning.block("transfer", f"the series {row.id} goes to the archives; it is transferred, not destroyed")


def may_drop_copy(copy: dict[str, str], master: dict[str, str], authority: str) -> tuple[bool, str]:
    """Whether a duplicate capture may go while the master stays: only if bytes and every captured fact are the same.

    Each side is facts by name, the bytes' digest among them. `authority` is what allows an identical copy to go.
    """
    different = sorted(name for name in copy.keys() | master.keys() if copy.get(name) != master.get(name))
    if different:
        return False, f"refused: the copies differ in {', '.join(different)}, so neither is an identical copy"
    return True, f"allowed: an identical copy of an otherwise available record, {authority}"


def _trigger(record: RecordFacts, row: Series, reasoning: Reasoning) -> date | None:
    days: list[date | None]
    match row.trigger:
        case Trigger.MINUTES_PUBLISHED:
            days = [record.minutes_approved, record.minutes_published]
            missing = "the minutes are not approved and published yet"
        case Trigger.EVENT | Trigger.SUPERSEDED | Trigger.END_OF_TERM:
            by = {Trigger.SUPERSEDED: record.superseded, Trigger.END_OF_TERM: record.term_end}
            days = [by.get(row.trigger, record.event)]
            missing = f"the event that starts the clock is not recorded ({row.event or row.trigger.value})"
        case Trigger.CREATION:
            days, missing = [record.created], ""
        case Trigger.THREAD_END:
            days, missing = [record.created, *_given(record.last_event, record.thread_end)], ""
        case Trigger.LAST_EVENT:
            days, missing = [record.created, *_given(record.last_event)], ""
    known = _given(*days)
    if len(known) == len(days):
        if len(known) > 1:
            reasoning.steps.append(
                f"The clock starts on the latest of {', '.join(said(day) for day in sorted(known))}."
            )
        return max(known)
    if row.fate is not Fate.PERMANENT:
        if missing:
            reasoning.block("event not recorded", missing)
        else:
            reasoning.block("no usable date", "it has no usable date: a person must set one before any period can run")
    return None


def _given(*days: date | None) -> list[date]:
    return [day for day in days if day is not None]


def _society(
    situation: Situation, row: Series, retention_ends: date | None, schedules: Schedules, reasoning: Reasoning
) -> None:
    """The notice before destruction: the days it must have waited, or the reply to it."""
    law, series = schedules.law.notice, situation.record.series
    if row.fate is Fate.PERMANENT or row.whs_notice == "not_applicable":
        return
    if not law.body:
        reasoning.block("notice rule not known", "whether notice must be given before destruction is not known here")
        return
    wants = [each for each in situation.notices if each.reply in ("accepted", "reviewing")]
    if not wants and (row.whs_notice == "waived" or series in situation.city.waived_series):
        cited = situation.city.waivers.get(series, "")
        body = law.body[:1].upper() + law.body[1:]
        reasoning.steps.append(f"{body} has waived notice for this series{f' ({cited})' if cited else ''}.")
        return
    if not situation.notices:
        reasoning.block("notice not sent", f"{law.body} has not been given {law.days} days' notice, {law.authority}")
        return
    accepted = any(each.reply == "accepted" for each in situation.notices)
    if accepted and situation.record.transferred is not None:
        reasoning.steps.append(f"{law.body[:1].upper()}{law.body[1:]} accepted it and has received it: transferred.")
        if not any(each.reply == "reviewing" for each in situation.notices):
            return
    if wants:
        _reply(max(wants, key=lambda each: each.mailed), situation.city, law, reasoning)
        return
    early = retention_ends if not situation.city.whs_early_notice else None
    given = [each for each in situation.notices if early is None or each.mailed > early]
    if given:  # one notice in time is enough; another of the same year, for other records, begins nothing anew
        city = situation.city
        _reply(min(given, key=lambda each: notice_end(each, city, law) or date.max), city, law, reasoning)
        return
    newest = max(each.mailed for each in situation.notices)
    reasoning.block(
        "notice too early", f"the notice of {said(newest)} was mailed before retention had ended: verify expiry first"
    )


def notice_end(notice: NoticeFacts, city: CityTerms, law: NoticeLaw) -> date | None:
    """The last day a notice protects: its days without a reply, or the day of a reply that lets the records go.

    None while the records are set aside.
    """
    if notice.reply in ("accepted", "reviewing"):
        return None
    if notice.reply in ("declined", "waived"):
        return notice.replied or notice.mailed
    return notice.mailed + timedelta(days=city.mailing_days + law.days)


def _reply(notice: NoticeFacts, city: CityTerms, law: NoticeLaw, reasoning: Reasoning) -> None:
    mailed, end = f"notice to {law.body} mailed {said(notice.mailed)}", notice_end(notice, city, law)
    if end is None:
        word = "accepted the records" if notice.reply == "accepted" else "is reviewing the records"
        reasoning.block("set aside", f"{law.body} {word}: set aside for it, no destruction")
    elif notice.reply:
        reasoning.until(end, f"{mailed}, {notice.reply}")
    else:
        reasoning.until(end, f"{mailed}, no reply: {law.days} calendar days ({law.authority})")


def _disposition(
    row: Series,
    trigger_on: date | None,
    retention_ends: date | None,
    reasoning: Reasoning,
    today: date,
    transferred: date | None,
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
        sentence=_transferred(transferred) + _sentence(standing, retention_ends, earliest, what, reasoning),
        unverified=not row.verified_by,
        transferred=transferred,
    )


def _transferred(day: date | None) -> str:
    """What the sentence begins with when the record was handed over: what is judged then is the city's own copy."""
    return "" if day is None else f"Transferred to the archives, received {said(day)}. Of the city's copy: "


def _sentence(
    standing: Standing, retention_ends: date | None, earliest: date | None, what: str, reasoning: Reasoning
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
