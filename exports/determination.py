"""What was decided about a request, derived from the marks and never typed; what a written denial must say.

    determine(marks, facts)                     -> Determination: outcome, why, denial in part?, open work
    says_nothing(reason, rules)                 -> what is wrong with the custodian's words to one reason
    missing_in(text, outcome, reasons, rules)   -> what a letter lacks; the send step refuses while anything is missing
    written_reasons_owed(denied, demanded, ...) -> Ruling: must an oral denial be followed by writing
    may_change(sent_on, challenged_on)          -> Ruling: a sent letter is never edited, only supplemented

Pure. Texts and numbers are data in `exports/jurisdictions/`. When the bar on destruction ends after a denial is
`retention_schedules/eligibility.hold_end`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from custody.counting import Basis, Calendar, count
from custody.days import said
from custody.request import Mark
from custody.ruling import Ruling


class Outcome(StrEnum):
    """The determination of a request. Only `determine` makes one."""

    UNDECIDED = "undecided"
    GRANTED = "granted"
    IN_PART = "granted in part"
    DENIED = "denied"
    NO_RECORD = "no record"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    UNPAID = "not paid"
    NOT_SUFFICIENT = "not sufficient"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How a request may end otherwise than by its marks. Days are local; None: it did not happen.

    `searched`: somebody looked for records. `redacted_parts`: withheld pieces inside released records.
    """

    withdrawn: date | None = None
    referred: date | None = None
    unpaid: date | None = None
    not_sufficient: date | None = None
    searched: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Determination:
    """The outcome and what follows from it. `denies` is true for a denial in whole or in part.

    `undecided` counts records without a mark; while there are any nothing is determined.
    """

    outcome: Outcome
    why: str
    denies: bool
    must_be_written: bool
    released: int
    redacted: int
    withheld: int
    undecided: int
    citation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One reason for withholding as a letter gives it: the code, its legal basis, and the custodian's own words."""

    code: str
    citation: str
    words: str
    note: str = ""
    needs_note: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DenialRules:
    """What a written denial must contain. `review_phrases`: each group needs one of its phrases in the letter.

    None of `review_denials` may stand there: they say that there is no review.
    `conclusory` words name no reason; where the custodian's own words are needed they are `least_words` at least.
    """

    review_sentence: str
    review_phrases: tuple[tuple[str, ...], ...]
    oral_demand_days: int
    citation: str
    conclusory: tuple[str, ...]
    review_denials: tuple[str, ...] = ()
    least_words: int
    verified_by: str


DETERMINATION = "Wis. Stat. 19.35(4)"


def determine(marks: Mapping[Mark, int], ending: Ending | None = None, written: bool = True) -> Determination:
    """The outcome that follows from the marks on the records, or from another ending of the request."""
    ending = ending or Ending()
    counts = {mark: marks.get(mark, 0) for mark in Mark}
    outcome, why = _other_ending(ending, counts) or _by_marks(counts, ending)
    denies = outcome in (Outcome.IN_PART, Outcome.DENIED)
    return Determination(
        outcome=outcome,
        why=why,
        denies=denies,
        must_be_written=(denies and written) or outcome is Outcome.NOT_SUFFICIENT,
        released=counts[Mark.RELEASE],
        redacted=counts[Mark.REDACT],
        withheld=counts[Mark.WITHHOLD],
        undecided=counts[Mark.UNDECIDED],
        citation=DETERMINATION,
    )


def missing_in(text: str, outcome: Outcome, reasons: Sequence[Reason], rules: DenialRules) -> tuple[str, ...]:
    """What a written denial (in whole or in part) lacks; () for a letter that may go out.

    A denial needs each reason used, its legal basis and specific words, and the sentence on review.
    """
    if outcome not in (Outcome.IN_PART, Outcome.DENIED):
        return ()
    plain = _plain(text)
    lacks = []
    if not reasons:
        lacks.append(f"no reason is given: a written denial states specific reasons ({rules.citation})")
    for reason in reasons:
        if not _cited(reason.citation, plain):
            lacks.append(f"the legal basis of {reason.code} is not in the letter: {reason.citation}")
        own = _plain(reason.note)
        if nothing := says_nothing(reason, rules):
            lacks.append(nothing)
        elif (own or _plain(reason.words)) not in plain:
            lacks.append(f"the reason for {reason.code} is not in the letter: {reason.note or reason.words}")
    if denied := next((each for each in rules.review_denials if _plain(each) in plain), ""):
        lacks.append(f"the sentence on review is taken back: the letter says {denied!r}")
    for group in rules.review_phrases:
        if not any(_plain(each) in plain for each in group):
            lacks.append(f"the sentence on review is missing or incomplete: it does not say {group[0]!r}")
    return tuple(lacks)


def says_nothing(reason: Reason, rules: DenialRules) -> str:
    """What is wrong with the custodian's own words to a reason, "" for nothing: they are missing or too few where they
    are needed, or they name no reason."""
    own = _plain(reason.note)
    bare = own.strip(" .,;:!") in {_plain(each) for each in rules.conclusory}
    if bare or (reason.needs_note and len(own.split()) < rules.least_words):
        return f"{reason.code} needs a specific reason in the custodian's words, not only its name"
    return ""


def written_reasons_owed(
    denied_orally: date, demanded: date | None, written_request: bool, rules: DenialRules, calendar: Calendar
) -> Ruling:
    """Whether a denial must be put in writing: always for a written request, else on demand within the limit."""
    counted = count(denied_orally, rules.oral_demand_days, Basis.BUSINESS, calendar, started="denied orally")
    steps = counted.lines()
    if written_request:
        why = "the request was in writing, so its denial must be in writing with reasons"
        return Ruling(label="written reasons owed", allowed=True, why=why, citation=rules.citation)
    if demanded is None:
        why = f"an oral request may be denied orally; written reasons may be demanded through {said(counted.end)}"
        return Ruling(
            label="oral denial stands", allowed=False, why=why, citation=rules.citation, day=counted.end, steps=steps
        )
    if demanded <= counted.end:
        why = f"written reasons were demanded on {said(demanded)}, within the limit of {said(counted.end)}"
        return Ruling(
            label="written reasons owed", allowed=True, why=why, citation=rules.citation, day=counted.end, steps=steps
        )
    why = f"the demand of {said(demanded)} came after {said(counted.end)}; giving reasons is still good practice"
    return Ruling(
        label="demand too late", allowed=False, why=why, citation=rules.citation, day=counted.end, steps=steps
    )


def may_change(sent_on: date | None, challenged_on: date | None = None) -> Ruling:
    """Whether the text of a letter may be changed: freely as a draft, never once it was sent."""
    if sent_on is None:
        return Ruling(label="draft", allowed=True, why="it has not been sent", citation=DETERMINATION)
    why = f"it was sent on {said(sent_on)} and stays as it is; write a supplement that names it"
    warnings: tuple[str, ...] = ()
    if challenged_on is not None:
        warnings = (
            f"The denial was challenged on {said(challenged_on)}: new reasons given afterwards may not count. "
            "Ask the city's attorney.",
        )
    return Ruling(label="supplement", allowed=False, why=why, citation=DETERMINATION, warnings=warnings)


def _other_ending(ending: Ending, counts: Mapping[Mark, int]) -> tuple[Outcome, str] | None:
    if ending.withdrawn is not None:
        return Outcome.WITHDRAWN, f"the requester withdrew it on {said(ending.withdrawn)}"
    if ending.not_sufficient is not None:
        why = "it has no limit of subject and time; the requester was told in writing and may limit it"
        return Outcome.NOT_SUFFICIENT, why
    if ending.referred is not None and not counts[Mark.UNDECIDED] and counts[Mark.RELEASE] + counts[Mark.REDACT]:
        return Outcome.IN_PART, f"a part was denied here and referred to its custodian on {said(ending.referred)}"
    if ending.referred is not None:
        return Outcome.REFERRED, f"it was referred to the custodian of the records on {said(ending.referred)}"
    if ending.unpaid is not None:
        return Outcome.UNPAID, f"the lawful prepayment was not made and it was closed on {said(ending.unpaid)}"
    return None


def _by_marks(counts: Mapping[Mark, int], ending: Ending) -> tuple[Outcome, str]:
    released, redacted, withheld = counts[Mark.RELEASE], counts[Mark.REDACT], counts[Mark.WITHHOLD]
    if counts[Mark.UNDECIDED]:
        return Outcome.UNDECIDED, f"{counts[Mark.UNDECIDED]:,} records have no decision yet"
    if not released + redacted + withheld:
        if ending.searched:
            return Outcome.NO_RECORD, "the search found no record that answers it"
        return Outcome.UNDECIDED, "nobody has searched yet"
    if withheld and not released + redacted:
        return Outcome.DENIED, f"{_all(withheld)} withheld"
    if redacted or withheld:
        parts = [f"{redacted:,} redacted"] * bool(redacted) + [f"{withheld:,} withheld"] * bool(withheld)
        return Outcome.IN_PART, f"{' and '.join(parts)}, {released:,} released whole: a redaction is a denial in part"
    return Outcome.GRANTED, f"{_all(released)} released whole"


def _cited(citation: str, plain: str) -> bool:
    """Whether a letter gives a legal basis: each section number of the citation, or its words when it has none."""
    sections = re.findall(r"\d+\.\d+\w*(?:\(\w+\))*", _plain(citation))
    return all(each in plain for each in sections) if sections else _plain(citation) in plain


def _plain(text: str) -> str:
    """Text as it is compared: one space for any white space and none at brackets, straight quotes, lower case."""
    straight = text.replace("\u00ad", "").translate(str.maketrans("‘’“”\u2010\u2011–—", "''\"\"----"))
    return re.sub(r"\s*\(\s*", "(", re.sub(r"\s+", " ", straight)).strip().casefold()


def _all(count: int) -> str:
    return "the one record is" if count == 1 else f"all {count:,} records are"
