"""Running cases about answering: each expectation compared with what the rules say, differences in plain words."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custody.errors import UsageError
from exports.request_cases import CASES, Case, read_cases
from retention_schedules.cases import CaseResult
from workflows.judging_requests import Judged, judge_case, names_of

_LISTS: dict[str, Callable[[Judged], list[str]]] = {
    "refusals": lambda judged: names_of(judged.refused),
    "warnings": lambda judged: judged.warned,
    "needs": lambda judged: judged.needs,
    "steps": lambda judged: judged.values.get("steps", []),
    "steps_wide": lambda judged: judged.values.get("steps_wide", []),
    "says": lambda judged: judged.said,
}
"""Expectations that are lists of words: each must stand in one of the sentences; [] means that there is none."""
_WORDS = {"explanation", "reads", "recomputed_because", "label", "password_citation"}
"""Expectations that are words which must stand in the sentence."""
KNOWN = {
    "target", "target_wide", "label", "statutory", "counts_as_received", "due_at", "reads", "past_limit",
    "extended_to", "second_limit", "recomputed_target", "recomputed_because", "written", "accepted", "sufficient",
    "state", "explanation", "closed", "form_answered", "determination", "denial", "must_be_written", "hold_ends",
    "destruction_from", "written_reasons_owed", "demand_by", "letter_may_go", "may_edit", "original_locked",
    "total_cents", "charged_cents", "fees", "lines_cents", "prepayment_allowed", "prepayment_cents", "notice",
    "serve_by", "intent_by", "action_by", "no_access_through", "augment_by", "release_from", "release_open",
    "package_complete", "custody", "captured", "complete", "redacted", "reason_code", "removal_allowed",
    "ban_allowed", "password_due", "password_citation", "record_due", *_LISTS,
}  # fmt: skip
"""What may be expected."""
_ALSO = {"needs limitation": "not sufficient", "part": "granted in part", "unpaid": "not paid"}
_ALSO |= {"fee related": "not paid"}
"""Other words for the same state or determination."""


def run_cases(folder: Path | None) -> list[CaseResult]:
    """Run the cases of a folder or file, or the project's own. Raises UsageError on a case that is not understood."""
    return [checked(case) for case in read_cases(folder or CASES)]


def checked(case: Case) -> CaseResult:
    """One case judged and compared. Raises UsageError on an expectation that is not understood."""
    strange = sorted(set(case.expect) - KNOWN)
    if strange:
        known = f"Known fields: {', '.join(sorted(KNOWN))}."
        raise UsageError(f"{case.where}, expect: {strange[0]!r} is not a field here.", known)
    judged = judge_case(case)
    found = [each for name, wanted in case.expect.items() for each in _compared(case, name, wanted, judged)]
    return CaseResult(
        file=case.file,
        id=case.id,
        title=case.title,
        law=case.law,
        judged=" ".join([*judged.said, *names_of(judged.refused)]),
        differences=tuple(found),
    )


def _compared(case: Case, name: str, wanted: Any, judged: Judged) -> list[str]:
    if name in _LISTS:
        return _listed(case, name, wanted, _LISTS[name](judged))
    if name not in judged.values:
        refused = f" It was refused: {'; '.join(names_of(judged.refused))}" if judged.refused else ""
        return [f"{name}: expected {_plain(wanted)}, but nothing in the case leads to it.{refused}"]
    got = judged.values[name]
    if name == "fees":
        return _sums(case, wanted, got)
    if _same(name, wanted, got, case.zone):
        return []
    return [f"{name}: expected {_plain(wanted)}, judged {_plain(got)}"]


def _listed(case: Case, name: str, wanted: Any, there: list[str]) -> list[str]:
    asked = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
        raise UsageError(f"{case.where}, expect: {name} is {wanted!r}.", 'Write a list of words: ["mandamus"], or [].')
    if not asked and there:
        return [f"{name}: expected none, judged {_plain(there)}"]
    folded = [each.casefold() for each in there]
    lacks = [each for each in asked if not any(each.casefold() in sentence for sentence in folded)]
    return [f"{name}: expected {each!r}, judged {_plain(there)}" for each in lacks]


def _sums(case: Case, wanted: Any, got: dict[Any, int]) -> list[str]:
    if not isinstance(wanted, dict):
        raise UsageError(f"{case.where}, expect: fees is {wanted!r}.", "Write fees = { locating = 5000 }.")
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
        if name in _WORDS:
            return wanted.casefold() in got.casefold()
        return _word(wanted) == _word(got)
    return type(wanted) is type(got) and bool(wanted == got)


def _word(text: str) -> str:
    plain = text.casefold().replace("-", " ").replace("_", " ").strip()
    return _ALSO.get(plain, plain)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(str(each) for each in value) or "nothing"
    return value.isoformat() if isinstance(value, date) else str(value)
