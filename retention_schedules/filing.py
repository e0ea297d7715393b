"""Where a record is filed: its series with the reason, and the storage bucket in which records leave together.

A city's own rules come first, in their order; then the account's series; then the one for the kind of record. A bucket
is a series and the quarter of the year in which retention would end if nothing else happened. It is only where bytes
lie; what may be destroyed is judged for each record by `eligibility.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from custody.days import add_period, is_shorter
from custody.errors import UsageError
from custody.schedule import Period
from retention_schedules.schedules import Schedules

UNDATED = "undated"
ROLES = ("official", "public")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule: records that meet every condition given are filed under `series`. "" asks nothing.

    `account` is a handle, `kind` a kind of record, `author` official or public, `replied` yes or no (does staff
    answer in the thread?), `tag` a tag, `ground` the ground on which it was removed. `number` 0: not saved yet.
    """

    series: str
    number: int = 0
    account: str = ""
    kind: str = ""
    author: str = ""
    replied: str = ""
    tag: str = ""
    ground: str = ""

    @property
    def said_as(self) -> str:
        """The conditions in plain words."""
        parts = [
            self.kind or "records of every kind",
            f"on the account {self.account}" if self.account else "",
            {"official": "written by the city", "public": "written by the public"}.get(self.author, ""),
            {"yes": "in a thread that staff answered", "no": "in a thread without an answer by staff"}.get(
                self.replied, ""
            ),
            f"tagged {self.tag}" if self.tag else "",
            f"removed on ground {self.ground}" if self.ground else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What of a record rules ask for. `tags` are folded as searches fold them."""

    account: str
    kind: str
    official: bool
    replied: bool = False
    tags: frozenset[str] = frozenset()
    grounds: frozenset[str] = frozenset()


CONDITIONS = tuple(each.name for each in fields(Rule) if each.name not in ("series", "number"))
"""The conditions there are."""


def rule_from(data: Mapping[str, Any], number: int = 0) -> Rule:
    """A rule as it is kept, or as somebody wants it. Raises UsageError on one that asks nothing."""
    rule = Rule(series=data["series"], number=number, **{name: str(data.get(name, "")) for name in CONDITIONS})
    if not any(getattr(rule, name) for name in CONDITIONS):
        raise UsageError("The rule has no condition: it would file everything.", "Give at least one condition.")
    if rule.author not in ("", *ROLES):
        raise UsageError(f"{rule.author!r} is no role of an author.", f"Use one of: {', '.join(ROLES)}.")
    if rule.replied not in ("", "yes", "no"):
        raise UsageError(f"{rule.replied!r} is neither yes nor no.", "Write yes or no.")
    return rule


def meets(rule: Rule, traits: Traits) -> bool:
    """Whether a record meets every condition of a rule."""
    return (
        (not rule.account or rule.account.casefold() == traits.account.casefold())
        and (not rule.kind or rule.kind == traits.kind)
        and (not rule.author or (rule.author == "official") == traits.official)
        and (not rule.replied or (rule.replied == "yes") == traits.replied)
        and (not rule.tag or rule.tag in traits.tags)
        and (not rule.ground or rule.ground in traits.grounds)
    )


def classify(rules: Sequence[Rule], traits: Traits, account_series: str, schedules: Schedules) -> tuple[str, str, int]:
    """The series of a record, why, and the number of the rule that says so (0 for none)."""
    for rule in rules:
        if meets(rule, traits):
            return schedules.row(rule.series).id, f"rule {rule.number}: {rule.said_as}", rule.number
    if account_series:
        return schedules.row(account_series).id, "the account's series", 0
    series = schedules.filing.get(traits.kind, schedules.default.id)
    return series, f"records of kind {traits.kind}", 0


def bucket(series: str, day: str | None, schedules: Schedules) -> str:
    """`WI-DEF-7Y/2032Q1` for a record whose clock starts on `day` (ISO text); `.../undated` when that is unknown."""
    if day is None:
        return f"{series}/{UNDATED}"
    period = _period(series, schedules)
    if period is None:
        return f"{series}/{UNDATED}"
    end = add_period(date.fromisoformat(day), period)
    return f"{series}/{end.year}Q{(end.month + 2) // 3}"


def _period(series: str, schedules: Schedules) -> Period | None:
    """The row's own period, never shorter than what holds without adoption; None when neither is known."""
    row, shortest = schedules.row(series), schedules.shortest
    period = row.period or shortest
    if period is None or shortest is None or row.statutory:
        return period
    return shortest if is_shorter(period, shortest) else period
