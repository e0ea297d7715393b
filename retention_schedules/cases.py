"""Cases: a situation and the judgement expected of it, in TOML that counsel can read, write and bring (docs/cases.md).

The runner only reads and compares; the judgement is `eligibility.judge`'s own, the filing `filing.classify`'s. How each
field becomes a fact is `case_reading.py`.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from custody.days import HolidayRule
from custody.disposition import Disposition
from custody.errors import UsageError
from retention_schedules.case_reading import CASE, day_of, filed_series, only, schedules_in, situation_in, zone_of
from retention_schedules.eligibility import judge, may_drop_copy, notice_end
from retention_schedules.protection import hold_end
from retention_schedules.schedules import Schedules
from retention_schedules.situation import Situation

Holidays = Callable[[str], tuple[HolidayRule, ...]]
"""Gives a jurisdiction's table of holidays by its name."""

CASES = Path(__file__).parent / "cases_wisconsin"
"""The project's own cases for the default jurisdiction."""

ELSEWHERE = Path(__file__).parent / "cases_elsewhere"
"""Those for jurisdictions of which little is known yet."""

_EXPECT = {"standing", "earliest", "retention_ends", "trigger", "series", "hold_ends", "blocked_by", "copy_may_go"}
_EXPECT |= {"filed", "notice_ends", "says", "verified", "not_blocked_by"}


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseResult:
    """One case: what was expected, what was judged, and where they differ (empty when they agree)."""

    file: str
    id: str
    title: str
    law: str
    judged: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the judgement is the expected one."""
        return not self.differences


def check(folder: Path, holidays: Holidays) -> list[CaseResult]:
    """Run every case in every `.toml` of a folder (or in one file). Raises UsageError on what is not understood.

    `holidays` gives a jurisdiction's table of holidays by its name.
    """
    files = [folder] if folder.is_file() else sorted(folder.glob("**/*.toml"))
    if not files:
        raise UsageError(f"There are no cases (*.toml) in {folder}.", "docs/cases.md says how to write one.")
    return [result for path in files for result in _check_file(path, holidays)]


def _check_file(path: Path, holidays: Holidays) -> list[CaseResult]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}", "Mend the line it names.") from error
    only(data, {"case"}, str(path))
    cases = data.get("case")
    if not isinstance(cases, list) or not cases:
        raise UsageError(f"{path} holds no [[case]].", "docs/cases.md says how to write one.")
    return [_run(case, path, number, holidays) for number, case in enumerate(cases, 1)]


def _run(case: dict[str, Any], path: Path, number: int, holidays: Holidays) -> CaseResult:
    where = f"{path.name}, case {case.get('id', number)}"
    only(case, CASE, where)
    expect = case.get("expect") or {}
    only(expect, _EXPECT, f"{where}, expect")
    if not expect:
        raise UsageError(f"{where} expects nothing.", "Add [case.expect] with at least one expectation.")
    if "copies" in case:
        judged, differences = _copies(case["copies"], expect, schedules_in(case, where), where)
    else:
        judged, differences = _judged(case, expect, where, holidays)
    known = {name: str(case.get(name, "")) for name in ("title", "law")}
    return CaseResult(
        file=path.name, id=str(case.get("id", number)), judged=judged, differences=tuple(differences), **known
    )


def _judged(case: dict[str, Any], expect: Mapping[str, Any], where: str, holidays: Holidays) -> tuple[str, list[str]]:
    schedules = schedules_in(case, where)
    today = day_of(case.get("today"), zone_of(case, where), f"{where}, today", True) or date.min
    situation = situation_in(case, schedules, today, holidays(schedules.jurisdiction), where)
    judged = judge(situation, schedules, today)
    filed = filed_series(case, schedules, where)
    return judged.sentence, _differences(expect, judged, situation, schedules, filed, where)


def _differences(
    expect: Mapping[str, Any],
    judged: Disposition,
    situation: Situation,
    schedules: Schedules,
    filed: str,
    where: str,
) -> list[str]:
    actual: dict[str, Callable[[], object]] = {
        "standing": lambda: judged.standing.value,
        "earliest": lambda: judged.earliest or "none",
        "retention_ends": lambda: judged.retention_ends or "none",
        "trigger": lambda: judged.trigger_on or "none",
        "series": lambda: judged.series,
        "filed": lambda: filed,
        "hold_ends": lambda: _hold_ends(situation, schedules),
        "notice_ends": lambda: _notice_ends(situation, schedules),
        "verified": lambda: not judged.unverified,
        "blocked_by": lambda: sorted(judged.blocks),
    }
    found = []
    for name, wanted in expect.items():
        if name == "copy_may_go":
            raise UsageError(f"{where}: copy_may_go needs [case.copies].", "docs/cases.md shows how.")
        if name == "says":
            if not isinstance(wanted, str):
                raise UsageError(f"{where}: says must be words, not {wanted!r}.", 'For example: says = "7 years from"')
            told = " ".join((judged.sentence, *judged.steps))
            found += [f"says: expected the words {wanted!r}, judged: {judged.sentence}"] if wanted not in told else []
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
        if request.decision in ("denied", "part", "withdrawn", "unpaid")
    ]
    return max((end for end in ends if end is not None), default="none")  # type: ignore[type-var]


def _notice_ends(situation: Situation, schedules: Schedules) -> object:
    """The last day the latest notice has to wait, or the day of the reply that ended it."""
    if not situation.notices:
        return "none"
    notice = max(situation.notices, key=lambda each: each.mailed)
    return notice_end(notice, situation.city, schedules.law.notice) or "none"


def _plain(value: object) -> str:
    return ", ".join(str(part) for part in value) or "nothing" if isinstance(value, list) else str(value)


def _copies(data: Any, expect: Mapping[str, Any], schedules: Schedules, where: str) -> tuple[str, list[str]]:
    only(data, {"copy", "master"}, f"{where}, copies")
    copy, master = ({name: str(part) for name, part in data.get(side, {}).items()} for side in ("copy", "master"))
    allowed, judged = may_drop_copy(copy, master, schedules.law.requests.copies_authority)
    wanted = expect.get("copy_may_go")
    return judged, [] if wanted == allowed else [f"copy_may_go: expected {wanted}, judged {allowed}"]
