"""Taking in a request lawfully: is it sufficient, what may be asked of a requester, which form answers it.

    sufficiency(words, rules, subject, period)  -> Ruling: "sufficient" or "not sufficient" with the letter's words
    may_ask(what, rules, reason)                -> Ruling: name, purpose, identification, writing ...
    is_written(channel, rules)                  -> whether a channel leaves the words in writing
    form_answers(asked, given, rules)           -> Ruling: does what is given answer the form asked for
    not_a_legal_notice(channel)                 -> warnings for requests that came by a platform's message

Pure. Reading the words is a proposal only; what the custodian says about subject and period goes before it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from custody.errors import UsageError
from custody.ruling import Ruling

_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SPANS = "day night week weekend month quarter year spring summer fall autumn winter days weeks months years".split()
_MONTH, _SPAN = "|".join(_MONTHS), "|".join([*_SPANS, *_DAYS, *_MONTHS])
_TIMES = re.compile(
    rf"\b((19|20)\d\d|\d{{1,2}}/\d{{1,2}}(/\d{{2,4}})?|({_MONTH})\s+\d{{1,4}}"
    rf"|(last|past|this|previous|prior)\s+(\w+\s+)?({_SPAN})|yesterday|today"
    rf"|(in|during|from|until|through|before|after|since|between)\s+({_MONTH}))\b",
    re.IGNORECASE,
)
_EVERYTHING = frozenset(
    """
    a about account accounts all always and any anything archive available been by can channels city citys
    comment comments complete concerning conversation conversations copies copy could data dear department
    departments direct dm dms do document documents entire ever every everything existing facebook files for
    forever from full get give had has have hello hi history i in info information instagram is it its kept kind
    law laws linkedin made may me media message messages my need nextdoor no of on online open or our page pages
    papers pertaining platform platforms please possess post posted posts provide public record records
    regarding related relating replies reply request requesting see send sent since site sites social social-
    media some stuff tell thank thanks that the their there these this threads tiktok time to tweet tweets
    twitter under us want was we website were what whatever which whole will wisconsin with would written x you
    your youtube opened created started began begun exists existed between
    """.split()
)
"""Words that say neither what a request is about nor from when."""


class FormAsked(StrEnum):
    """The form in which the requester wants the answer."""

    ELECTRONIC_WITH_METADATA = "electronic_with_metadata"
    ELECTRONIC = "electronic"
    PAPER = "paper"
    INSPECTION = "inspection"
    ANY = "any"


class FormGiven(StrEnum):
    """A form in which an answer can be given."""

    ZIP = "zip"
    PDF = "pdf"
    PAPER_PRINT = "paper_print"
    WARC = "warc"
    JSON = "json"
    INSPECTION = "inspection"


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeRules:
    """What intake may and may not ask, with citations and the words of the letter on insufficiency."""

    sufficiency_citation: str
    not_sufficient_words: str
    ask_citation: str
    never_needed: tuple[str, ...]
    only_if: tuple[tuple[str, str], ...]
    form_citation: str
    readable_citation: str
    written_channels: tuple[str, ...]
    incarcerated_words: str
    verified_by: str


def sufficiency(words: str, rules: IntakeRules, subject: bool | None = None, period: bool | None = None) -> Ruling:
    """Whether a request is limited in subject or in time. The custodian's word goes first; None reads the text.

    Neither: "not sufficient", with the explanation owed in writing; it is never closed silently. One of both: accepted,
    with a warning where the other is missing.
    """
    if not words.strip() and subject is None and period is None:
        raise UsageError("The request has no words.", "Write down what was asked for, as it was asked.")
    has_subject = names_subject(words) if subject is None else subject
    has_period = names_time(words) if period is None else period
    if not has_subject and not has_period:
        return Ruling(
            label="not sufficient",
            allowed=False,
            why="it has no reasonable limitation as to subject matter or length of time",
            citation=rules.sufficiency_citation,
            needs=(
                rules.not_sufficient_words,
                "Keep what the named accounts hold until the request is limited or withdrawn.",
            ),
        )
    warnings = []
    if not has_subject:
        warnings.append("No subject is named: ask whether the requester can limit it, and go on meanwhile.")
    if not has_period:
        warnings.append("No time is named: ask whether the requester can limit it, and go on meanwhile.")
    if subject is None or period is None:
        warnings.append("Subject and time were read from the words; the custodian decides.")
    limits = " and ".join(["subject"] * has_subject + ["time"] * has_period)
    return Ruling(
        label="sufficient",
        allowed=True,
        why=f"it is limited in {limits}",
        citation=rules.sufficiency_citation,
        warnings=tuple(warnings),
    )


def names_time(words: str) -> bool:
    """Whether the words name a time: a year, a date, a month with its year or day, "last week", "since ..."."""
    return bool(_TIMES.search(words))


def names_subject(words: str) -> bool:
    """Whether anything is left of the words that says what it is about, once generic words and times are gone."""
    rest = _TIMES.sub(" ", words)
    found = (re.sub(r"['’]s?$", "", word) for word in re.findall(r"[^\W\d_][\w'’-]*", rest.casefold()))
    return any(word not in _EVERYTHING and word not in _MONTHS for word in found)


def may_ask(what: str, rules: IntakeRules, reason: str = "") -> Ruling:
    """Whether an answer may be made to depend on `what` (name, purpose, identification, a form, writing ...)."""
    asked = what.strip().casefold()
    if asked in rules.never_needed:
        why = f"an answer may not depend on the requester's {asked}"
        return Ruling(label="may not be required", allowed=False, why=why, citation=rules.ask_citation)
    for name, condition in rules.only_if:
        if asked == name:
            why = f"{name} may be required only if {condition}"
            needs = () if reason else (f"Write down why: {condition}.",)
            label = "may be required" if reason else "may not be required"
            return Ruling(label=label, allowed=bool(reason), why=why, citation=rules.ask_citation, needs=needs)
    known = ", ".join([*rules.never_needed, *(name for name, _ in rules.only_if)])
    raise UsageError(f"No rule is entered for asking for {what!r}.", f"Known: {known}.")


def is_written(channel: str, rules: IntakeRules) -> bool:
    """Whether a request by this channel is in writing (mandamus and written denial depend on it)."""
    return channel in rules.written_channels


def form_answers(asked: FormAsked, given: Sequence[FormGiven], rules: IntakeRules) -> Ruling:
    """Whether the forms given answer the form asked for. A flat PDF alone is no electronic record with its metadata."""
    there = set(given)
    electronic = there & {FormGiven.ZIP, FormGiven.WARC, FormGiven.JSON}
    if not there:
        return _form(False, "nothing is given", rules.form_citation, "Give the records.")
    match asked:
        case FormAsked.ELECTRONIC_WITH_METADATA:
            why = "metadata make the electronic record a different one from its print"
            return _form(
                bool(electronic), why, rules.form_citation, "Give the ZIP with WARC or JSON, manifest and digests."
            )
        case FormAsked.ELECTRONIC:
            fine = bool(electronic or FormGiven.PDF in there)
            return _form(fine, "an electronic copy was asked for", rules.form_citation, "Give the ZIP.")
        case FormAsked.PAPER:
            why = "a record that is not readily comprehensible is given in readable form on paper"
            fine = bool(there & {FormGiven.PAPER_PRINT, FormGiven.PDF})
            return _form(
                fine, why, rules.readable_citation, "Print the PDF: WARC and JSON are not readable as they are."
            )
        case FormAsked.INSPECTION:
            fine = bool(there & {FormGiven.INSPECTION, FormGiven.ZIP, FormGiven.PDF, FormGiven.PAPER_PRINT})
            return _form(
                fine, "inspection was asked for", rules.readable_citation, "Let the records be seen in readable form."
            )
    fine = bool(there & {FormGiven.ZIP, FormGiven.PDF, FormGiven.PAPER_PRINT, FormGiven.INSPECTION})
    return _form(
        fine, "no form was asked for; it must be readable", rules.readable_citation, "Give a readable form as well."
    )


def limits_of_prisoners(incarcerated: bool, rules: IntakeRules) -> tuple[str, ...]:
    """What to tell about a request of a committed or incarcerated person: which records they may ask for."""
    return (rules.incarcerated_words,) if incarcerated and rules.incarcerated_words else ()


def not_a_legal_notice(channel: str) -> tuple[str, ...]:
    """What to tell about a request that came as a message on a platform: it is received all the same."""
    if channel != "platform-message":
        return ()
    return (
        "City policies say that messages on its sites are no legal notice; a records request sent that way is received"
        " all the same. Ask the city's attorney before treating it otherwise.",
    )


def _form(fine: bool, why: str, citation: str, cure: str) -> Ruling:
    label = "form answered" if fine else "form not answered"
    return Ruling(label=label, allowed=fine, why=why, citation=citation, needs=() if fine else (cure,))
