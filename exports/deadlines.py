"""When a request must be answered, by a jurisdiction's rule as data: one engine for all, and it shows its arithmetic.

    target(rule, received, calendar)              -> Target: label, day or None, every day counted, the sentence
    extended(target, rule, grounds, noticed_on)   -> the target after a lawful extension; UsageError when there is none
    after_acknowledgement(rule, on, calendar)     -> the second limit where an acknowledgement opens one
    standing(target, today)                       -> how a person reads it today; never "overdue by law" for a guideline
    recomputed(before, rule, received, calendar)  -> Change with the old day, the new day and why; None when equal

`received` is a day in the city, or an aware moment with `zone`. Pure: calendars are handed in (policies/calendars.py).
Wisconsin has no fixed limit (Wis. Stat. 19.35(4)(a)): its day is a guideline of the Department of Justice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from custody.counting import Basis, Calendar, Counted, Roll, count, next_open
from custody.days import said
from custody.errors import UsageError


class ResponseKind(StrEnum):
    """What sort of limit a law sets."""

    NONE = "none"
    ASAP = "asap"
    FIXED = "fixed"
    ACKNOWLEDGE_THEN = "acknowledge_then"


class Unit(StrEnum):
    """In what a limit is counted."""

    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """A lawful prolongation: `n` more days, only on these grounds ((): any), after notice when it is required."""

    n: int
    basis: Basis
    grounds: tuple[str, ...]
    notice_required: bool
    citation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A number of days or hours with its basis and citation. A variant may have a label of its own and be set by law
    where the usual limit is not; it holds by itself for requests that came by one of its `channels`.
    """

    n: int
    unit: Unit
    basis: Basis
    citation: str
    label: str = ""
    is_law: bool | None = None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseRule:
    """A jurisdiction's limit. `label` is what screens call the day; `n` 0 means that no day is computed.

    `cutoff` is a time of day: what comes later, or on a closed day, counts as received on the next open day.
    `variants` are other limits for named sorts of request (Illinois: commercial). `verified_by` "" means nobody has.
    """

    kind: ResponseKind
    limit: Limit
    label: str
    words: str
    calendar: str
    roll: Roll
    cutoff: time | None
    extension: Extension | None
    then: Limit | None
    variants: Mapping[str, Limit]
    deemed_denied: bool
    effective_from: date | None
    verified_by: str
    source: str
    verified_on: date | None = None

    @property
    def is_law(self) -> bool:
        """Whether the day is a limit set by law; a guideline never is."""
        return self.kind in (ResponseKind.FIXED, ResponseKind.ACKNOWLEDGE_THEN)

    def variant_for(self, channel: str) -> str:
        """The variant that holds for a request that came this way, "" for the usual limit."""
        return next((name for name, each in self.variants.items() if channel in each.channels), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A computed day. `day` None: the law sets none. `due_at` is set when the limit is counted in hours.

    `counted` holds every day of the arithmetic; `calendar_digest` tells when the table has changed since.
    """

    label: str
    day: date | None
    is_law: bool
    received: date
    sentence: str
    citation: str
    counted: Counted | None = None
    due_at: datetime | None = None
    calendar_digest: str = ""
    warnings: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The arithmetic, a line a day."""
        return self.counted.lines() if self.counted else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A target that moved: both days and the reasons, ready for the log."""

    before: date | None
    after: date | None
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The change in one sentence."""
        return f"The target moves from {_said(self.before)} to {_said(self.after)}: {'; '.join(self.reasons)}."


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """When a request counts as received, and why that is another day than the one it came on ("" when it is not)."""

    day: date
    why: str = field(default="")


def received_on(rule: ResponseRule, received: date | datetime, calendar: Calendar, zone: str = "") -> Received:
    """The day a request counts as received: the city's day, or the next open day behind a cut-off."""
    day, at = _local(received, zone)
    if rule.cutoff is None:
        return Received(day=day)
    late = at is not None and at > rule.cutoff and calendar.is_open(day)
    counts = next_open(day + timedelta(days=1) if late else day, calendar)
    if counts == day:
        return Received(day=day)
    why = f"after {rule.cutoff:%H:%M}" if late else calendar.why_closed(day)
    return Received(day=counts, why=f"it came on {said(day)} ({why}), so it counts as received on {said(counts)}")


def target(
    rule: ResponseRule, received: date | datetime, calendar: Calendar, zone: str = "", variant: str = ""
) -> Target:
    """The day by which a request is to be answered. Raises UsageError on a variant the rule does not have."""
    if variant and variant not in rule.variants:
        known = ", ".join(sorted(rule.variants)) or "none"
        raise UsageError(f"There is no limit for a {variant!r} request.", f"Known: {known}.")
    limit = rule.variants[variant] if variant else rule.limit
    warnings: tuple[str, ...] = (
        () if rule.verified_by else (f"Nobody has verified this rule yet ({rule.source or 'see its file'}).",)
    )
    if limit.basis is Basis.BUSINESS and limit.n:
        warnings += _about(calendar)
    day, _ = _local(received, zone)
    if rule.effective_from is not None and day < rule.effective_from:
        warnings += (f"This rule is in force only from {said(rule.effective_from)} on; another held before.",)
    label, is_law = limit.label or rule.label, rule.is_law if limit.is_law is None else limit.is_law
    if rule.kind is ResponseKind.NONE or not limit.n:
        plain = f"{rule.words} No day is computed."
        return Target(
            label=rule.label,
            day=None,
            is_law=False,
            received=day,
            sentence=plain,
            citation=limit.citation,
            warnings=warnings,
        )
    if limit.unit is Unit.HOURS:
        return _in_hours(rule, limit, received, zone, warnings)
    counts = received_on(rule, received, calendar, zone)
    counted = count(counts.day, limit.n, limit.basis, calendar, rule.roll, "received")
    moved = f" {counts.why[0].upper()}{counts.why[1:]}." if counts.why else ""
    return Target(
        label=label,
        day=counted.end,
        is_law=is_law,
        received=counts.day,
        sentence=f"{label}: {said(counted.end)} ({_length(limit)} after {said(counts.day)}).{moved} {rule.words}",
        citation=limit.citation,
        counted=counted,
        calendar_digest=calendar.digest,
        warnings=warnings,
    )


def extended(
    before: Target, rule: ResponseRule, calendar: Calendar, grounds: str, noticed_on: date | None = None
) -> Target:
    """The target after an extension. Raises UsageError on none, a wrong ground, no notice."""
    extension = rule.extension
    if extension is None or before.day is None:
        raise UsageError("This law knows no extension of the limit.", f"{rule.words} ({before.citation})")
    if extension.grounds and grounds not in extension.grounds:
        raise UsageError(f"{grounds!r} is no ground for an extension.", f"Grounds: {', '.join(extension.grounds)}.")
    if extension.notice_required and noticed_on is None:
        raise UsageError(
            "The requester has not been told of the extension.", f"Notice comes first ({extension.citation})."
        )
    if noticed_on is not None and noticed_on > before.day:
        raise UsageError(
            f"Notice of the extension came on {said(noticed_on)}, after the limit of {said(before.day)}.",
            "An extension must be announced before the limit has passed. Ask the city's attorney.",
        )
    counted = count(before.day, extension.n, extension.basis, calendar, rule.roll, "first limit")
    words = f"{before.label}, extended: {said(counted.end)} ({extension.n} {extension.basis.value} days after"
    return replace(
        before,
        label=f"{before.label}, extended",
        day=counted.end,
        counted=counted,
        citation=extension.citation,
        sentence=f"{words} {said(before.day)}; {grounds or 'no ground named'}).",
    )


def after_acknowledgement(rule: ResponseRule, on: date, calendar: Calendar) -> Target:
    """The second limit, from the day of acknowledgement. Raises UsageError where the law sets none."""
    if rule.kind is not ResponseKind.ACKNOWLEDGE_THEN or rule.then is None:
        raise UsageError("This law sets no second limit after an acknowledgement.", rule.words)
    then = rule.then
    if not then.n:
        plain = "After the acknowledgement the limit is the reasonable estimate that the agency itself gave."
        return Target(
            label="agency's estimate", day=None, is_law=False, received=on, sentence=plain, citation=then.citation
        )
    counted = count(on, then.n, then.basis, calendar, rule.roll, "acknowledged")
    return Target(
        label="limit after acknowledgement",
        day=counted.end,
        is_law=True,
        received=on,
        sentence=f"Limit after acknowledgement: {said(counted.end)} ({_length(then)} after {said(on)}).",
        citation=then.citation,
        counted=counted,
        calendar_digest=calendar.digest,
    )


def standing(goal: Target, today: date) -> str:
    """How the target reads today. A guideline is never called overdue by law."""
    if goal.day is None:
        return f"open since {said(goal.received)}; {goal.sentence}"
    left = (goal.day - today).days
    if left >= 0:
        when = "today" if left == 0 else f"in {left} calendar day{'s' if left > 1 else ''}"
        return f"{goal.label} {said(goal.day)}, {when}"
    if goal.is_law:
        return f"past the limit of {said(goal.day)} ({goal.citation}) by {-left} calendar day{'s' if left < -1 else ''}"
    return f"past the {goal.label} of {said(goal.day)}; the law sets no fixed day, but answer without delay"


def recomputed(
    before: Target, rule: ResponseRule, received: date | datetime, calendar: Calendar, zone: str = "", variant: str = ""
) -> Change | None:
    """What a changed table of holidays does to a stored target: old and new day with reasons, or None when equal."""
    now = target(rule, received, calendar, zone, variant)
    if now.day == before.day:
        return None
    old = {step.day: step for step in before.counted.steps} if before.counted else {}
    new = {step.day: step for step in now.counted.steps} if now.counted else {}
    reasons = [
        f"{said(day)} " + (f"does not count now: {new[day].why}" if old[day].n else f"counts now (was {old[day].why})")
        for day in sorted(old.keys() & new.keys())
        if day != now.received and bool(old[day].n) != bool(new[day].n)
    ]
    return Change(before=before.day, after=now.day, reasons=tuple(reasons) or ("the rule or the receipt changed",))


def _in_hours(
    rule: ResponseRule, limit: Limit, received: date | datetime, zone: str, warnings: tuple[str, ...]
) -> Target:
    if not isinstance(received, datetime):
        raise UsageError("A limit in hours needs the moment of receipt.", "Write the time as well: 2025-12-01T14:30:00")
    exact = received.astimezone(UTC) if received.tzinfo else received  # clock hours also across a change of the clock
    due = exact + timedelta(hours=limit.n)
    day, _ = _local(due, zone)
    return Target(
        label=limit.label or rule.label,
        day=day,
        is_law=rule.is_law if limit.is_law is None else limit.is_law,
        received=_local(received, zone)[0],
        sentence=f"{rule.label}: {limit.n} clock hours after receipt, on {said(day)}. {rule.words}",
        citation=limit.citation,
        due_at=due,
        warnings=warnings,
    )


def _about(calendar: Calendar) -> tuple[str, ...]:
    if not calendar.rules:
        return ("No table of holidays is entered: only weekends are left out, so the true day may be later.",)
    if not calendar.verified_by:
        return (f"Nobody has verified the table of holidays used ({calendar.title}).",)
    return ()


def _local(moment: date | datetime, zone: str) -> tuple[date, time | None]:
    if not isinstance(moment, datetime):
        return moment, None
    if moment.tzinfo is not None and zone:
        moment = moment.astimezone(ZoneInfo(zone))
    return moment.date(), moment.time()


def _length(limit: Limit) -> str:
    return f"{limit.n} {limit.basis.value} day{'s' if limit.n > 1 else ''}"


def _said(day: date | None) -> str:
    return said(day) if day else "no day"
