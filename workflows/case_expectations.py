"""What a case about answering may expect, and of what kind each is: a wrong kind is refused, never compared.

An expectation that is not understood could agree or differ by accident; so it is an error that names case and cure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from custody.errors import UsageError
from custody.strict import which_field
from exports.determination import Outcome
from exports.notices import Notice


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of expectation: what is understood, and what to write instead of what is not."""

    fits: Callable[[Any], bool]
    cure: str


def word(text: str) -> str:
    """A state or determination as it is compared: other words for the same count as the same."""
    plain = text.casefold().replace("-", " ").replace("_", " ").strip()
    return _ALSO.get(plain, plain)


_ALSO = {
    "needs limitation": "not sufficient",
    "part": "granted in part",
    "denied in part": "granted in part",
    "unpaid": "not paid",
    "fee related": "not paid",
}


def _one_of(*known: str) -> Kind:
    words = {word(each) for each in known}
    return Kind(
        fits=lambda value: isinstance(value, str) and word(value) in words, cure=f"Use one of: {', '.join(known)}."
    )


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _day(value: Any) -> bool:
    return value == "none" or (isinstance(value, date) and not isinstance(value, datetime))


_OUTCOMES = [each.value for each in Outcome]
_DAY = Kind(fits=_day, cure='Write a day without quotation marks, 2026-01-06, or "none".')
_MOMENT = Kind(
    fits=lambda value: value == "none" or isinstance(value, datetime),
    cure='Write the moment without quotation marks, 2025-12-21T16:00:00, or "none".',
)
_FLAG = Kind(fits=lambda value: isinstance(value, bool), cure="Write true or false, without quotation marks.")
_CENTS = Kind(fits=_whole, cure="Money is whole cents, without quotation marks: $50.00 is 5000.")
_TEXT = Kind(
    fits=lambda value: isinstance(value, str) and bool(value.strip()), cure='Write words: "DOJ guideline target".'
)
_LIST = Kind(
    fits=lambda value: _words(value) or (isinstance(value, str) and bool(value.strip())),
    cure='Write a list of words: ["mandamus"], or [].',
)
_LINES = Kind(
    fits=lambda value: isinstance(value, list) and all(_whole(each) for each in value),
    cure="Write whole cents, one a line: [3000, 2000].",
)
_SUMS = Kind(
    fits=lambda value: isinstance(value, dict) and bool(value) and all(_whole(each) for each in value.values()),
    cure="Write fees = { locating = 5000 }, in whole cents.",
)
_WHOSE = (
    "deny and refer", "route to owner", "the authority's record", "not the authority's record",
    "forwarded personal account", "capture", "register or forward", "personal",
)  # fmt: skip

PER_SUBJECT = {
    "notice": _one_of(*(each.value for each in Notice)),
    "serve_by": _DAY, "intent_by": _DAY, "action_by": _DAY, "no_access_through": _DAY, "augment_by": _DAY,
    "release_from": _DAY, "release_open": _FLAG, "package_complete": _FLAG,
}  # fmt: skip
"""Expectations about individuals a record is about: one for all of them, or a list with one for each, in order."""

LISTS = {"refusals", "warnings", "needs", "steps", "steps_wide", "says"}
"""Expectations that are lists of words: each must stand in one of the sentences; [] means that there is none."""

WORDS = {"explanation", "reads", "recomputed_because", "label", "password_citation"}
"""Expectations that are words which must stand in the sentence."""

_DAYS = (
    "target target_wide counts_as_received extended_to second_limit recomputed_target hold_ends destruction_from"
    " demand_by"
)
_FLAGS = (
    "statutory past_limit written accepted sufficient closed form_answered denial must_be_written"
    " written_reasons_owed letter_may_go may_edit original_locked prepayment_allowed captured complete redacted"
    " removal_allowed ban_allowed personal_access"
)
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(_DAYS.split(), _DAY),
    **dict.fromkeys(_FLAGS.split(), _FLAG),
    **dict.fromkeys(("due_at", "password_due", "record_due"), _MOMENT),
    **dict.fromkeys(("total_cents", "charged_cents", "prepayment_cents"), _CENTS),
    **dict.fromkeys([*WORDS, "reason_code"], _TEXT),
    **dict.fromkeys(LISTS, _LIST),
    **PER_SUBJECT,
    "lines_cents": _LINES,
    "fees": _SUMS,
    "state": _one_of("open", "needs-limitation", *_OUTCOMES),
    "determination": _one_of(*_OUTCOMES),
    "custody": _one_of(*_WHOSE),
    "personal": _one_of("open to anyone", "only everybody's right", "not tested yet", "open to the person", "barred"),
}
"""What may be expected."""


def refuse_strange(expect: Mapping[str, Any], where: str, subjects: int) -> None:
    """Refuse an expectation that nobody knows or that is of another kind. Raises UsageError that names it."""
    strange = sorted(set(expect) - set(KINDS))
    if strange:
        raise UsageError(f"{where}, expect: {strange[0]!r} is not a field here.", which_field(strange[0], KINDS))
    for name, wanted in expect.items():
        kind = KINDS[name]
        if name in PER_SUBJECT and isinstance(wanted, list):
            if len(wanted) != subjects:
                told = f"{where}, expect: {name} has {len(wanted)} values, the case has {subjects} [[case.subject]]."
                raise UsageError(told, "Give one value for each of them in order, or one for all together.")
            fine = all(kind.fits(each) for each in wanted)
        else:
            fine = kind.fits(wanted)
        if not fine:
            raise UsageError(f"{where}, expect: {name} is {_shown(wanted)}.", kind.cure)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else repr(value)
