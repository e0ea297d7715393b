"""Running cases about answering: each expectation compared with what the rules say, differences in plain words."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custody.errors import UsageError
from exports.request_cases import CASES, Case, read_case
from workflows.case_expectations import PER_SUBJECT, WORDS, refuse_strange, word
from workflows.case_files import CaseResult, Found, run_folder
from workflows.judged import Judged, names_of
from workflows.judging_requests import judge_case

_LISTS: dict[str, Callable[[Judged], list[str]]] = {
    "refusals": lambda judged: names_of(judged.refused),
    "warnings": lambda judged: judged.warned,
    "needs": lambda judged: judged.needs,
    "steps": lambda judged: judged.values.get("steps", []),
    "steps_wide": lambda judged: judged.values.get("steps_wide", []),
    "says": lambda judged: judged.said,
}


def run_cases(folder: Path | None) -> list[CaseResult]:
    """Run the cases of a folder or file, or the project's own; what is not understood stands among the results."""
    return run_folder(
        folder or CASES, lambda row, name, where: checked(read_case(row, name, where)), "docs/request-cases.md"
    )


def checked(case: Case) -> Found:
    """One case judged and compared. Raises UsageError on an expectation that is not understood."""
    refuse_strange(case.expect, case.where, len(case.subjects))
    judged = judge_case(case)
    found = [each for name, wanted in case.expect.items() for each in _compared(case, name, wanted, judged)]
    return Found(judged=" ".join([*judged.said, *names_of(judged.refused)]), differences=tuple(found))


def _compared(case: Case, name: str, wanted: Any, judged: Judged) -> list[str]:
    if name in _LISTS:
        return _listed(name, wanted, _LISTS[name](judged))
    if name not in judged.values:
        refused = f" It was refused: {'; '.join(names_of(judged.refused))}" if judged.refused else ""
        return [f"{name}: expected {_plain(wanted)}, but nothing in the case leads to it.{refused}"]
    got: Any = judged.each_subject[name] if name in PER_SUBJECT and isinstance(wanted, list) else judged.values[name]
    if name == "fees":
        return _sums(case, wanted, got)
    if _same(name, wanted, got, case.zone):
        return []
    return [f"{name}: expected {_plain(wanted)}, judged {_plain(got)}"]


def _listed(name: str, wanted: Any, there: list[str]) -> list[str]:
    asked = [wanted] if isinstance(wanted, str) else wanted
    if not asked and there:
        return [f"{name}: expected none, judged {_plain(there)}"]
    folded = [each.casefold() for each in there]
    lacks = [each for each in asked if not any(each.casefold() in sentence for sentence in folded)]
    return [f"{name}: expected {each!r}, judged {_plain(there)}" for each in lacks]


def _sums(case: Case, wanted: Any, got: dict[Any, int]) -> list[str]:
    sums = {kind.value: cents for kind, cents in got.items()}
    strange = sorted(set(wanted) - set(sums))
    if strange:
        raise UsageError(f"{case.where}, expect, fees: the case has no {strange[0]!r}.", f"It has: {', '.join(sums)}.")
    return [
        f"fees.{kind}: expected {cents} cents, judged {sums[kind]} cents"
        for kind, cents in wanted.items()
        if cents != sums[kind]
    ]


def _same(name: str, wanted: Any, got: Any, zone: str) -> bool:
    if isinstance(got, datetime) and isinstance(wanted, datetime):
        local = wanted.replace(tzinfo=ZoneInfo(zone)) if wanted.tzinfo is None else wanted
        return local == got
    if isinstance(got, str) and isinstance(wanted, str):
        if name in WORDS:
            return wanted.casefold() in got.casefold()
        return word(wanted) == word(got)
    return type(wanted) is type(got) and bool(wanted == got)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(_plain(each) for each in value) or "nothing"
    return value.isoformat() if isinstance(value, date) else str(value)
