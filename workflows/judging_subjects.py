"""Judging the individuals a record is about: each one's notice and gate, and what follows for the release as a whole.

A release waits for the last of them: one whose gate has no day leaves the whole without a day.
"""

from datetime import date
from typing import Any

from custody.counting import Calendar, Counted
from exports import notices
from exports.case_parts import SubjectCase
from exports.request_cases import Case
from workflows.judged import Judged

_LIMITS = ("intent_by", "action_by", "no_access_through")


def judge_subjects(case: Case, rules: notices.NoticeRules, calendar: Calendar, judged: Judged) -> None:
    """Note what each individual is owed and from which day the record may go out to the requester."""
    each = [_one(part, rules, calendar, case.today, judged) for part in case.subjects]
    names = {name for found in each for name in found}
    judged.each_subject |= {name: [found.get(name, "none") for found in each] for name in names}
    judged.values |= {name: _together(name, [found[name] for found in each if name in found]) for name in names}


def _one(
    part: SubjectCase, rules: notices.NoticeRules, calendar: Calendar, today: date | None, judged: Judged
) -> dict[str, Any]:
    duty = notices.duty_to(part.subject, rules)
    limits = notices.clock(part.facts, rules, calendar)
    gate = notices.gate(duty, part.facts, rules, calendar, today or part.facts.decided)
    lacks = notices.package_blocks(duty, part.facts, part.augmentation_included)
    found: dict[str, Any] = {
        "notice": duty.notice.value,
        "release_from": gate.not_before or "none",
        "release_open": gate.is_open,
        "package_complete": not lacks,
    }
    counted: dict[str, Counted | None] = {"serve_by": limits.serve_by} if duty.notice is not notices.Notice.NONE else {}
    counted |= {"augment_by": limits.augment_by} if duty.may_augment else {}
    if duty.notice is notices.Notice.BEFORE_RELEASE:
        counted |= {name: getattr(limits, name) for name in _LIMITS}
    found |= {name: limit.end if limit else "none" for name, limit in counted.items()}
    judged.said += [duty.why, gate.why]
    judged.warned += gate.warnings
    if not gate.is_open and today:
        judged.refuse("release gate", f"{gate.why} ({gate.citation})")
    for lack in lacks:
        judged.refuse("augmentation missing", lack)
    return found


def _together(name: str, each: list[Any]) -> Any:
    """One value for all: the strongest notice, the city's first limit, everybody else's last one, none unless all."""
    if name == "notice":
        order = [notices.Notice.BEFORE_RELEASE, notices.Notice.MAY_AUGMENT, notices.Notice.NONE]
        return min(each, key=order.index)
    if name in ("release_open", "package_complete"):
        return all(each)
    if "none" in each:
        return "none"
    return min(each) if name == "serve_by" else max(each)
