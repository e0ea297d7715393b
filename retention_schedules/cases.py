"""Cases: a situation and the judgement expected of it, in TOML that counsel can read, write and bring (docs/cases.md).

This module only compares; the judgement is `eligibility.judge`'s own, the filing `filing.classify`'s. How each field
becomes a fact is `case_reading.py`; folders are read by whoever asks.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from custody.disposition import Disposition, Standing
from custody.errors import UsageError
from custody.strict import Fields
from retention_schedules.case_reading import CURE, CaseFacts, Holidays, facts_in, schedules_in
from retention_schedules.eligibility import judge, may_drop_copy, notice_end
from retention_schedules.protection import hold_end
from retention_schedules.schedules import Schedules
from retention_schedules.situation import Situation

CASES = Path(__file__).parent / "cases_wisconsin"
"""The project's own cases for the default jurisdiction."""

ELSEWHERE = Path(__file__).parent / "cases_elsewhere"
"""Those for jurisdictions of which little is known yet."""

BLOCKS = (
    "open request", "request denied", "court action", "subject action", "hold", "no ordinance", "no effective series",
    "schedule expired", "no usable date", "event not recorded", "permanent", "review", "transfer", "fixity",
    "notice not sent", "notice too early", "notice rule not known", "set aside",
)  # fmt: skip
"""The names of what may stop a destruction without a day."""

_CASE = "id title law note today jurisdiction city record request whs hold moderation series rule copies expect".split()
_DAYS = ("earliest", "trigger", "retention_ends", "hold_ends", "notice_ends")
_LISTS = ("blocked_by", "not_blocked_by", "says")
_TEXTS = ("standing", "series", "filed")
_FLAGS = ("verified", "copy_may_go")


def judge_case(data: Any, where: str, holidays: Holidays) -> tuple[str, tuple[str, ...]]:
    """What is judged of a case in words, and each difference from what it expects.

    `holidays` gives a jurisdiction's table of holidays by its name. Raises UsageError on what is not understood.
    """
    row = Fields(data, where, CURE)
    row.only(_CASE)
    for name in ("title", "law", "note"):
        row.text(name, "")
    row.has("id")
    schedules, expect = schedules_in(row), _expectations(row.table("expect"), row.where)
    judged, differences = [], []
    copies = row.table("copies")
    if copies is not None:
        words, allowed = _copies(copies, schedules)
        judged.append(words)
        if "copy_may_go" in expect and expect["copy_may_go"] is not allowed:
            differences.append(f"copy_may_go: expected {_plain(expect['copy_may_go'])}, judged {_plain(allowed)}")
    elif "copy_may_go" in expect:
        raise UsageError(f"{row.where}: copy_may_go needs [case.copies].", "docs/cases.md shows how.")
    rest = {name: wanted for name, wanted in expect.items() if name != "copy_may_go"}
    if rest or copies is None or row.has("record"):
        facts = facts_in(row, schedules, holidays)
        made = judge(facts.situation, schedules, facts.today)
        judged.append(made.sentence)
        differences += _differences(rest, made, facts)
    else:
        row.day("today"), row.any("city")
    row.done()
    return " ".join(judged), tuple(differences)


def _expectations(row: Fields | None, where: str) -> dict[str, Any]:
    """What a case expects, each of its kind: a wrong kind could agree or differ by accident, so it is refused."""
    if row is None or not row.names():
        raise UsageError(f"{where} expects nothing.", "Add [case.expect] with at least one expectation.")
    for name in _FLAGS:
        row.flag(name, None)
    for name in _TEXTS:
        row.text(name, "")
    for name in _LISTS:
        row.texts(name)
    for name in _DAYS:
        value = row.any(name)
        if value is not None and value != "none" and (not isinstance(value, date) or isinstance(value, datetime)):
            cure = 'Write a day without quotation marks, 2026-04-04, or "none".'
            raise UsageError(f"{row.where}: {name} is {value!r}.", cure)
    row.done()
    expect = row.everything()
    if "standing" in expect:
        row.one_of(Standing, "standing")
    for name in ("blocked_by", "not_blocked_by"):
        expect |= {name: list(row.texts(name))} if name in expect else {}
        strange = sorted(set(expect.get(name, ())) - set(BLOCKS))
        if strange:
            raise UsageError(f"{row.where}: {name} {strange[0]!r} is not known.", f"Use: {', '.join(BLOCKS)}.")
    if "says" in expect:
        expect["says"] = list(row.texts("says"))
    empty = [name for name in (*_TEXTS, "says", "not_blocked_by") if name in expect and not all(expect[name] or [""])]
    if empty:
        raise UsageError(f"{row.where}: {empty[0]} is empty.", "Write what is expected, or take the line away.")
    return expect


def _differences(expect: Mapping[str, Any], judged: Disposition, facts: CaseFacts) -> list[str]:
    situation, schedules = facts.situation, facts.schedules
    actual: dict[str, Callable[[], object]] = {
        "standing": lambda: judged.standing.value,
        "earliest": lambda: judged.earliest or "none",
        "retention_ends": lambda: judged.retention_ends or "none",
        "trigger": lambda: judged.trigger_on or "none",
        "series": lambda: judged.series,
        "filed": lambda: facts.filed,
        "hold_ends": lambda: _hold_ends(situation, schedules),
        "notice_ends": lambda: _notice_ends(situation, schedules),
        "verified": lambda: not judged.unverified,
        "blocked_by": lambda: sorted(judged.blocks),
    }
    found = []
    for name, wanted in expect.items():
        if name == "says":
            told = " ".join((judged.sentence, *judged.steps)).casefold()
            lacks = [each for each in wanted if each.casefold() not in told]
            found += [f"says: expected the words {each!r}, judged: {judged.sentence}" for each in lacks]
        elif name == "not_blocked_by":
            stops = sorted(set(wanted) & set(judged.blocks))
            found += [f"not_blocked_by: blocked by {_plain(stops)}"] if stops else []
        else:
            got, want = actual[name](), sorted(wanted) if isinstance(wanted, list) else wanted
            found += [f"{name}: expected {_plain(want)}, judged {_plain(got)}"] if got != want else []
    return found


def _hold_ends(situation: Situation, schedules: Schedules) -> object:
    """The last protected day after the latest denial."""
    ends = [
        hold_end(request.decided or request.received, request.incarcerated, situation.city, schedules)
        for request in situation.requests
        if request.decision not in ("", "granted")
    ]
    return max((end for end in ends if end is not None), default="none")  # type: ignore[type-var]


def _notice_ends(situation: Situation, schedules: Schedules) -> object:
    """The last day the latest notice has to wait, or the day of the reply that ended it."""
    if not situation.notices:
        return "none"
    notice = max(situation.notices, key=lambda each: each.mailed)
    return notice_end(notice, situation.city, schedules.law.notice) or "none"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(str(part) for part in value) or "nothing" if isinstance(value, list) else str(value)


def _copies(row: Fields, schedules: Schedules) -> tuple[str, bool]:
    sides = []
    for name in ("copy", "master"):
        side = row.table(name)
        if side is None or not side.names():
            raise UsageError(f"{row.where}: {name} is missing.", 'Write its facts: { sha256 = "...", author = "..." }.')
        sides.append({fact: str(part) for fact, part in side.everything().items()})
    row.done()
    allowed, judged = may_drop_copy(sides[0], sides[1], schedules.law.requests.copies_authority)
    return judged, allowed
