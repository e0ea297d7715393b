"""Judging one case about answering with the rules that answer requests: what follows, what is refused, what is warned.

Nothing is decided here: each part asks the module that owns the rule, and notes its answer under the name that cases
and docs/request-cases.md use.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from custody.counting import Calendar
from custody.errors import UsageError
from custody.fee import CityFees
from custody.strict import Fields
from exports import custodians, deadlines, determination, fees, intake_rules, personal_information, protected
from exports.jurisdictions import Jurisdiction, jurisdiction
from exports.request_cases import Answered, Case
from policies import credentials, moderation
from policies.calendars import calendar, closures_from, holidays_from
from policies.cities import City, city_named, fees_from
from retention_schedules.protection import hold_end
from retention_schedules.schedules import is_known, schedules_for
from retention_schedules.situation import CityTerms
from workflows.judged import Judged
from workflows.judging_subjects import judge_subjects

_STATES = {determination.Outcome.UNDECIDED: "open"}


class CountRule(StrEnum):
    """How the 60 or 90 days after a denial are counted: the later of both ways, or calendar days only."""

    LATER = "later"
    CALENDAR = "calendar"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ground:
    """What a case is judged on: the law, both calendars, the city's terms."""

    law: Jurisdiction
    rule: deadlines.ResponseRule
    strict: Calendar
    wide: Calendar
    city: City | None
    city_fees: CityFees
    count_rule: str
    later: Calendar | None


def judge_case(case: Case) -> Judged:
    """Everything the rules say about a case. Raises UsageError only on a case that is not understood."""
    ground, judged = _ground(case), Judged()
    parts: list[Callable[[Case, _Ground, Judged], None]] = [_intake, _clock, _decision, _letter, _fees, _subjects]
    for part in [*parts, _custody, _personal, _private, _moderation, _password]:
        try:
            part(case, ground, judged)
        except UsageError as error:
            judged.refuse("refused", f"{error.message} {error.hint}".strip())
    return judged


def _ground(case: Case) -> _Ground:
    row = Fields(case.city, f"{case.where}, city", "docs/request-cases.md says how a city is written.")
    row.has("zone")
    name, law = row.text("name", ""), jurisdiction(case.jurisdiction)
    city = city_named(name) if name else None
    own = row.any("fees")
    cutoff = row.clock_time("receipt_cutoff")
    closures = closures_from(row.any("closures"), f"{row.where}, closures")
    holidays = holidays_from(row.any("holidays"), f"{row.where}, holidays")
    count_rule = row.one_of(CountRule, "count_rule", CountRule(city.count_rule if city else "later"))
    named = row.text("calendar", law.response.calendar)
    row.done()
    closures += city.closures if city else ()
    strict, wide = calendar(named), calendar(named, wide=True, closures=closures)
    return _Ground(
        law=law,
        rule=replace(law.response, cutoff=cutoff or law.response.cutoff),
        strict=replace(strict, rules=strict.rules + holidays),
        wide=replace(wide, rules=wide.rules + holidays),
        city=city,
        city_fees=fees_from(own, f"{row.where}, fees") if own is not None else city.fees if city else CityFees(),
        count_rule=count_rule,
        later=_later(case, replace(strict, rules=strict.rules + holidays)),
    )


def _later(case: Case, strict: Calendar) -> Calendar | None:
    """The table of holidays as the case says it was changed afterwards."""
    if case.changed is None:
        return None
    row = Fields(case.changed, f"{case.where}, changed")
    more, gone = holidays_from(row.any("holidays"), f"{row.where}, holidays"), row.texts("removed_holidays")
    row.done()
    there = sorted({rule.name for rule in strict.rules})
    strange = sorted(set(gone) - set(there))
    if strange:
        raise UsageError(f"{row.where}: the table has no holiday {strange[0]!r}.", f"It has: {', '.join(there)}.")
    return replace(strict, rules=tuple(rule for rule in strict.rules if rule.name not in gone) + more)


def _intake(case: Case, ground: _Ground, judged: Judged) -> None:
    asked = case.request
    if asked is None or (ground.law.intake is None and not asked.words):
        return
    rules = ground.law.intake_rules()
    written = intake_rules.is_written(asked.channel, rules) if asked.written is None else asked.written
    judged.values["written"] = written
    judged.values["accepted"] = True  # name, purpose and form are never conditions of taking a request in
    judged.warned += intake_rules.not_a_legal_notice(asked.channel)
    judged.warned += intake_rules.limits_of_prisoners(asked.incarcerated, rules)
    if asked.words or asked.subject is not None or asked.period is not None:
        ruling = intake_rules.sufficiency(asked.words, rules, asked.subject, asked.period)
        judged.values |= {"sufficient": ruling.allowed, "state": "open" if ruling.allowed else ruling.label}
        judged.values["explanation"] = " ".join(ruling.needs)
        judged.values["closed"] = False
        judged.ruling("not sufficient", ruling)
    for what in asked.required:
        judged.ruling(f"asking for {what}", intake_rules.may_ask(what, rules, asked.required_because))
    if case.answer and case.answer.given:
        form = intake_rules.form_answers(asked.form or intake_rules.FormAsked.ANY, case.answer.given, rules)
        judged.values["form_answered"] = form.allowed
        judged.ruling("form not answered", form)


def _clock(case: Case, ground: _Ground, judged: Judged) -> None:
    asked = case.request
    if asked is None or asked.received is None:
        return
    variant = asked.variant or ground.rule.variant_for(asked.channel)
    made = deadlines.target(ground.rule, asked.received, ground.strict, case.zone, variant)
    wide = deadlines.target(ground.rule, asked.received, ground.wide, case.zone, variant)
    judged.warned += made.warnings
    judged.said.append(made.sentence)
    judged.values |= {
        "target": made.day or "none",
        "target_wide": wide.day or "none",
        "label": made.label,
        "statutory": made.is_law,
        "counts_as_received": made.received,
        "steps": list(made.lines()),
        "steps_wide": list(wide.lines()),
        "due_at": made.due_at or "none",
    }
    if case.today:
        judged.values["reads"] = deadlines.standing(made, case.today)
        judged.values["past_limit"] = bool(made.is_law and made.day and case.today > made.day)
    if ground.later is not None:
        change = deadlines.recomputed(made, ground.rule, asked.received, ground.later, case.zone, variant)
        judged.values["recomputed_target"] = (change.after if change else made.day) or "none"
        judged.values["recomputed_because"] = change.sentence if change else ""
    answer = case.answer
    if answer and answer.extended:
        longer = deadlines.extended(made, ground.rule, ground.strict, answer.grounds, answer.noticed)
        judged.values["extended_to"] = longer.day or "none"
    if answer and answer.acknowledged:
        second = deadlines.after_acknowledgement(ground.rule, answer.acknowledged, ground.strict)
        judged.values["second_limit"] = second.day or "none"


def _decision(case: Case, ground: _Ground, judged: Judged) -> None:
    answer = case.answer
    if answer is None:
        if case.request is not None:
            judged.values["determination"] = determination.Outcome.UNDECIDED.value
            judged.values["hold_ends"] = "none"
            judged.values.setdefault("state", "open")
        return
    written = bool(judged.values.get("written", True))
    if answer.marks is not None:
        made = determination.determine(answer.marks, answer.ending, written)
        judged.values |= {
            "determination": made.outcome.value,
            "denial": made.denies,
            "must_be_written": made.must_be_written,
        }
        judged.said.append(f"{made.outcome.value}: {made.why}")
        if made.outcome not in (determination.Outcome.UNDECIDED, determination.Outcome.NOT_SUFFICIENT):
            judged.values["state"] = made.outcome.value
        judged.values.setdefault("state", _STATES.get(made.outcome, made.outcome.value))
        judged.values["hold_ends"] = _hold_end(made.outcome, case, answer, ground) or "none"
        if isinstance(judged.values["hold_ends"], date):
            judged.values["destruction_from"] = judged.values["hold_ends"] + timedelta(days=1)
    if answer.denied_orally is not None:
        _oral(answer, written, ground, judged)


def _oral(answer: Answered, written: bool, ground: _Ground, judged: Judged) -> None:
    rules, denied = ground.law.denial_rules(), answer.denied_orally or date.min
    ruling = determination.written_reasons_owed(denied, answer.demanded, written, rules, ground.strict)
    judged.values |= {"written_reasons_owed": ruling.allowed, "demand_by": ruling.day or "none"}
    judged.said.append(ruling.why)


def _hold_end(outcome: determination.Outcome, case: Case, answer: Answered, ground: _Ground) -> date | None:
    """The last protected day after a denial, by the rule of `retention_schedules/protection.py`; None: no day yet."""
    kinds = determination.Outcome
    ending = answer.ending
    own = {kinds.WITHDRAWN: ending.withdrawn, kinds.UNPAID: ending.unpaid, kinds.REFERRED: ending.referred}
    on = own.get(outcome, answer.decided)
    protects = outcome in (kinds.DENIED, kinds.IN_PART, *own)
    if on is None or on == date.min or not protects:
        return None
    terms = CityTerms(holidays=ground.wide.rules, closures=ground.wide.closed_days, count_rule=ground.count_rule)
    if not is_known(case.jurisdiction):
        return None
    incarcerated = bool(case.request and case.request.incarcerated)
    return hold_end(on, incarcerated, terms, schedules_for(case.jurisdiction))


def _letter(case: Case, ground: _Ground, judged: Judged) -> None:
    answer = case.answer
    if answer is None:
        return
    if answer.letter is not None:
        outcome = determination.Outcome(judged.values.get("determination", "undecided"))
        lacks = determination.missing_in(answer.letter, outcome, answer.reasons, ground.law.denial_rules())
        judged.values["letter_may_go"] = not lacks
        for lack in lacks:
            judged.refuse("letter lacks", lack)
    if answer.edited:
        ruling = determination.may_change(answer.sent, answer.challenged)
        judged.values["may_edit"] = ruling.allowed
        judged.values["original_locked"] = not ruling.allowed
        judged.ruling("edit after sending", ruling)


def _fees(case: Case, ground: _Ground, judged: Judged) -> None:
    if not case.fees:
        return
    context = replace(case.fee_context, incarcerated=case.fee_context.incarcerated or _incarcerated(case))
    bill = fees.charge(case.fees, ground.law.fee_rules(), ground.city_fees, context)
    judged.values |= {
        "total_cents": bill.total_cents,
        "charged_cents": bill.charged_cents,
        "fees": {kind: bill.of(kind) for kind in {item.kind for item in case.fees}},
        "lines_cents": [line.charged_cents for line in bill.lines],
        "prepayment_allowed": bill.prepayment.allowed,
        "prepayment_cents": bill.prepayment.cents,
    }
    judged.warned += bill.warnings
    judged.said += [f"{line.item.kind.value} {fees.money(line.charged_cents)}: {line.why}" for line in bill.lines]
    for line in bill.lines:
        if line.item.asked_cents is not None and line.item.asked_cents > line.charged_cents:
            judged.refuse("fee not allowed", f"{line.item.kind.value}: {line.why} ({line.citation})")
    if case.answer and case.answer.prepayment_asked and not bill.prepayment.allowed:
        judged.refuse("prepayment", f"{bill.prepayment.why} ({bill.prepayment.citation})")


def _incarcerated(case: Case) -> bool:
    return bool(case.request and case.request.incarcerated)


def _subjects(case: Case, ground: _Ground, judged: Judged) -> None:
    if case.subjects:
        judge_subjects(case, ground.law.notice_rules(), ground.strict, judged)


def _custody(case: Case, ground: _Ground, judged: Judged) -> None:
    part = case.custody
    if part is None:
        return
    rules = ground.law.custody_rules()
    match part.kind:
        case "it_authority":
            ruling = custodians.it_authority(part.law_enforcement, part.owner, rules)
        case "contractor":
            ruling = custodians.contractor(part.under_contract, rules)
        case "forwarded":
            ruling = custodians.forwarded(part.forwarder, part.sent, part.forwarded, rules)
        case _:
            item = part.item or custodians.PersonalItem(about_official_business=False)
            ruling = custodians.personal_page(item, rules)
    judged.values |= {"custody": ruling.label, "captured": ruling.allowed, "complete": ruling.allowed}
    judged.ruling(ruling.label, ruling)


def _private(case: Case, ground: _Ground, judged: Judged) -> None:
    if case.private is not None:
        received = case.request.received if case.request else None
        on = case.today or (received.date() if isinstance(received, datetime) else received)
        ruling = protected.protects(*case.private, ground.law.protection_rules(), on)
        judged.values |= {"redacted": ruling.allowed, "reason_code": ruling.label if ruling.allowed else "none"}
        judged.ruling("not protected", ruling)


def _personal(case: Case, ground: _Ground, judged: Judged) -> None:
    if case.personal is not None:
        ruling = personal_information.access(case.personal, ground.law.personal_rules())
        judged.values |= {"personal": ruling.label, "personal_access": ruling.allowed}
        judged.ruling("not open to the person", ruling)


def _moderation(case: Case, ground: _Ground, judged: Judged) -> None:
    if case.removal is None and case.ban is None:
        return
    city = _city(case, ground)
    if case.removal is not None:
        ruling = moderation.removal(city, *case.removal)
        judged.values["removal_allowed"] = ruling.allowed
        judged.ruling("reason not accepted", ruling)
    if case.ban is not None:
        ruling = moderation.ban(city, case.ban)
        judged.values["ban_allowed"] = ruling.allowed
        judged.ruling("ban", ruling)


def _password(case: Case, ground: _Ground, judged: Judged) -> None:
    if case.password is None:
        return
    city, (terminated, changed, recorded) = _city(case, ground), case.password
    due = credentials.password(city, terminated)
    judged.values["password_due"] = _local(due.at, case.zone)
    judged.values["password_citation"] = due.citation
    if changed is not None:
        ruling = credentials.password(city, terminated, changed, recorded)
        judged.values["record_due"] = _local(ruling.at, case.zone)
        judged.warned += ruling.warnings
    judged.said.append(due.why)


def _city(case: Case, ground: _Ground) -> City:
    if ground.city is None:
        raise UsageError("The case names no city.", 'Write city = "wausau", or [case.city] with a name.')
    return ground.city


def _local(moment: datetime | None, zone: str) -> Any:
    return moment.astimezone(ZoneInfo(zone)) if moment else "none"
