"""Telling the people a record is about before it goes out (Wis. Stat. 19.356): who, by when, and the release gate.

    duty_to(subject, rules)              -> Duty: which notice, or none, and why
    clock(duty, facts, rules, calendar)  -> SubjectClock: serve_by, intent_by, action_by, augment_by, each with its days
    gate(duty, facts, rules, calendar)   -> Gate: open or not today, the first day of release, why
    package_blocks(duty, facts, included)-> what the package lacks: an augmentation goes out with the record (19.356(9))

All periods are business days (19.345). Pure; numbers and citations are data in `exports/jurisdictions/`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from custody.counting import Basis, Calendar, Counted, count
from custody.days import said
from custody.errors import UsageError


class RecordAbout(StrEnum):
    """What sort of record about an individual it is. Only some must be announced."""

    ORDINARY = "ordinary"
    EMPLOYEE_INVESTIGATION = "employee_investigation"
    SUBPOENA_OR_WARRANT = "subpoena_or_warrant"
    OTHER_EMPLOYER = "other_employer"
    OFFICE_HOLDER = "office_holder"


class Notice(StrEnum):
    """Which notice is owed."""

    NONE = "none"
    BEFORE_RELEASE = "before_release"
    MAY_AUGMENT = "may_augment"


class Served(StrEnum):
    """How a notice was served. "" not served yet; the law knows two ways."""

    NOT_YET = ""
    CERTIFIED_MAIL = "certified_mail"
    PERSONAL_SERVICE = "personal_service"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRules:
    """The numbers of 19.356, in business days, with their citations."""

    serve_days: int
    intent_days: int
    action_days: int
    wait_days_after_sending: int
    augment_days: int
    citation: str
    augment_citation: str
    words: str
    verified_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """An individual in a record, and what bears on the duty to tell. `authorized`: they agreed to the release.

    `office` is "local", "state" or "" for the holder of a public office; `employer_record` concerns 19.356(2)(a)3.
    """

    name: str
    about: RecordAbout
    office: str = ""
    authorized: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectFacts:
    """What has happened with one notice. Days are local to the city; None: not (yet)."""

    decided: date
    sent: date | None = None
    served_by: Served = Served.NOT_YET
    received: date | None = None
    undelivered: bool = False
    waived: date | None = None
    waived_in_writing: bool = True
    intent: date | None = None
    action: date | None = None
    action_ended: date | None = None
    action_forbids: bool = False
    augmented: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """Which notice an individual is owed, why, and by what paragraph.

    `may_augment`: a holder of public office, whose comments go out with the record whatever else the record is.
    """

    notice: Notice
    why: str
    citation: str
    may_augment: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectClock:
    """The limits of one notice. None where it cannot be counted yet or does not apply."""

    serve_by: Counted
    intent_by: Counted | None
    action_by: Counted | None
    no_access_through: Counted | None
    augment_by: Counted | None
    late: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """Whether a record may go out on a day. `not_before` None: no day can be named yet, `why` says what is missing."""

    is_open: bool
    not_before: date | None
    why: str
    citation: str
    warnings: tuple[str, ...] = ()


def duty_to(subject: Subject, rules: NoticeRules) -> Duty:
    """Which notice an individual is owed. No notice is given where the section asks for none, 19.356(1)."""
    by_section = {
        RecordAbout.EMPLOYEE_INVESTIGATION: "a record of an investigation of an employee (2)(a)1.",
        RecordAbout.SUBPOENA_OR_WARRANT: "a record obtained by subpoena or search warrant (2)(a)2.",
        RecordAbout.OTHER_EMPLOYER: "a record that another employer made about its employee (2)(a)3.",
    }
    if subject.about is RecordAbout.OTHER_EMPLOYER and subject.authorized:
        why = f"{subject.name} authorized access to what the employer made about them"
        return Duty(notice=Notice.NONE, why=why, citation=rules.citation)
    office = subject.office or ("local" if subject.about is RecordAbout.OFFICE_HOLDER else "")
    if office not in ("", "local", "state"):
        raise UsageError(f"{office!r} is no public office that 19.356(9) names.", 'Write "local" or "state".')
    if subject.about in by_section:
        also = f"; holds a {office} public office and may add comments as well" if office else ""
        why = f"{subject.name}: {by_section[subject.about]}; written notice before access{also}"
        cited = f"{rules.citation}; {rules.augment_citation}" if office else rules.citation
        return Duty(notice=Notice.BEFORE_RELEASE, why=why, citation=cited, may_augment=bool(office))
    if office:
        why = f"{subject.name} holds a {office} public office and may add comments to the record"
        return Duty(notice=Notice.MAY_AUGMENT, why=why, citation=rules.augment_citation, may_augment=True)
    why = f"{subject.name}: the section asks for no notice about such a record, and none may delay it"
    return Duty(notice=Notice.NONE, why=why, citation=rules.citation)


def clock(facts: SubjectFacts, rules: NoticeRules, calendar: Calendar) -> SubjectClock:
    """The limits of one notice, each with every day of its count, and what was done too late."""

    def business(start: date | None, n: int, what: str) -> Counted | None:
        return None if start is None else count(start, n, Basis.BUSINESS, calendar, started=what)

    serve_by = count(facts.decided, rules.serve_days, Basis.BUSINESS, calendar, started="decided to release")
    made = SubjectClock(
        serve_by=serve_by,
        intent_by=business(facts.received, rules.intent_days, "notice received"),
        action_by=business(facts.received, rules.action_days, "notice received"),
        no_access_through=business(facts.sent, rules.wait_days_after_sending, "notice sent"),
        augment_by=business(facts.received, rules.augment_days, "notice received"),
        late=(),
    )
    late = [
        f"{what} on {said(on)}, after {said(limit.end)}"
        for what, on, limit in (
            ("the notice was sent", facts.sent, made.serve_by),
            ("the intent to go to court was announced", facts.intent, made.intent_by),
            ("the action was begun", facts.action, made.action_by),
            ("the augmentation came", facts.augmented, made.augment_by),
        )
        if on is not None and limit is not None and on > limit.end
    ]
    return SubjectClock(
        serve_by=serve_by,
        intent_by=made.intent_by,
        action_by=made.action_by,
        no_access_through=made.no_access_through,
        augment_by=made.augment_by,
        late=tuple(late),
    )


def gate(duty: Duty, facts: SubjectFacts, rules: NoticeRules, calendar: Calendar, today: date) -> Gate:
    """Whether the record may go out on `today`, and from which day."""
    if duty.notice is Notice.NONE:
        return Gate(is_open=True, not_before=facts.decided, why=duty.why, citation=duty.citation)
    limits = clock(facts, rules, calendar)
    warnings = tuple(limits.late) + _wrong_service(facts)
    if facts.sent is None:
        why = f"the notice has not been served; the limit is {said(limits.serve_by.end)}"
        return _closed(None, why, duty, warnings)
    if facts.served_by is Served.NOT_YET:
        warnings += ("How the notice was served is not recorded: certified mail or personal service counts.",)
    if facts.waived is not None and facts.waived_in_writing:
        return _from(facts.waived, f"waived in writing on {said(facts.waived)}", duty, warnings, today)
    if facts.waived is not None:
        warnings += ("A waiver that is not in writing does not open the gate.",)
    if facts.served_by is Served.OTHER:
        return _closed(None, "served neither by certified mail nor personally", duty, warnings)
    if duty.notice is Notice.MAY_AUGMENT:
        return _augment_gate(facts, limits, duty, warnings, today)
    return _release_gate(facts, limits, duty, warnings, today)


def package_blocks(duty: Duty, facts: SubjectFacts, augmentation_included: bool) -> tuple[str, ...]:
    """What keeps a package from going out: an augmentation that came must be in it."""
    if duty.may_augment and facts.augmented is not None and not augmentation_included:
        return (f"the augmentation of {said(facts.augmented)} is not in the package ({duty.citation})",)
    return ()


def _release_gate(
    facts: SubjectFacts, limits: SubjectClock, duty: Duty, warnings: tuple[str, ...], today: date
) -> Gate:
    if facts.action is not None:
        if facts.action_ended is None:
            return _closed(None, f"an action was begun on {said(facts.action)}: no access during it", duty, warnings)
        if facts.action_forbids:
            return _closed(None, f"the court's order of {said(facts.action_ended)} forbids access", duty, warnings)
        return _from(facts.action_ended, f"the action ended on {said(facts.action_ended)}", duty, warnings, today)
    waited, acted = limits.no_access_through, limits.action_by
    if waited is None or (acted is None and not facts.undelivered):
        why = "the day on which the notice was received is not recorded"
        return _closed(None, f"{why} (or that it came back)", duty, warnings)
    last = max([waited.end] + ([acted.end] if acted else []))
    if acted is None:
        warnings += ("The notice came back undelivered: ask the city's attorney before the record goes out.",)
    through = f"no access through {said(last)}: {waited.n} business days after sending ({said(waited.end)})"
    if acted is not None:
        through += f", {acted.n} after receipt ({said(acted.end)}), the later"
    return _from(_after(last), through, duty, warnings, today)


def _augment_gate(
    facts: SubjectFacts, limits: SubjectClock, duty: Duty, warnings: tuple[str, ...], today: date
) -> Gate:
    if facts.augmented is not None:
        why = f"the augmentation came on {said(facts.augmented)} and goes out with the record"
        return _from(facts.augmented, why, duty, warnings, today)
    if limits.augment_by is None:
        return _closed(None, "the day on which the notice was received is not recorded", duty, warnings)
    last = limits.augment_by.end
    return _from(_after(last), f"comments may be added through {said(last)}", duty, warnings, today)


def _from(day: date, why: str, duty: Duty, warnings: tuple[str, ...], today: date) -> Gate:
    return Gate(is_open=today >= day, not_before=day, why=why, citation=duty.citation, warnings=warnings)


def _closed(day: date | None, why: str, duty: Duty, warnings: tuple[str, ...]) -> Gate:
    return Gate(is_open=False, not_before=day, why=why, citation=duty.citation, warnings=warnings)


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _wrong_service(facts: SubjectFacts) -> tuple[str, ...]:
    if facts.sent is not None and facts.served_by is Served.OTHER:
        return ("The law asks for certified mail or personal service; another way does not count.",)
    return ()
