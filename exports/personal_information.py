"""A request for information about the requester: two rights, tested one after the other (Wis. Stat. 19.35(4)(c)).

    access(asked, rules)  -> Ruling: by which right it is open, what bars it, or which test comes next

Who identifies themself and says that they want a record with information about them has, beside everybody's right,
a right of their own; it knows other exceptions. Whether an exception is there is the custodian's finding: this module
only keeps the order of the tests. Pure; citations are data in `exports/jurisdictions/`.
"""

from dataclasses import dataclass
from enum import StrEnum

from custody.errors import UsageError
from custody.ruling import Ruling


class Bar(StrEnum):
    """What the right to one's own information does not reach. "" none was found."""

    NONE = ""
    INVESTIGATION = "investigation"
    SAFETY = "safety"
    INFORMANT = "informant"
    SECURITY = "security"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalRules:
    """Citations of the two rights and of the order of their tests. `bars` says in words what each exception is."""

    order_citation: str
    general_citation: str
    personal_citation: str
    bars: tuple[tuple[str, str], ...]
    verified_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalAsked:
    """What the requester said and what the custodian found. None: not tested yet.

    `open_to_anyone` is the test of everybody's right, `bar` that of the right to one's own information.
    """

    identified: bool
    says_so: bool
    open_to_anyone: bool | None = None
    bar: Bar | None = None


def access(asked: PersonalAsked, rules: PersonalRules) -> Ruling:
    """Whether access is owed, by which right, or which test comes next."""
    if asked.open_to_anyone:
        why = "it is open to anyone, so it is given"
        return Ruling(label="open to anyone", allowed=True, why=why, citation=rules.general_citation)
    if not (asked.identified and asked.says_so):
        why = "the right to one's own information is for who identifies themself and says that they want it"
        needs = () if asked.open_to_anyone is False else (f"Test {rules.general_citation}.",)
        return Ruling(
            label="only everybody's right", allowed=False, why=why, citation=rules.order_citation, needs=needs
        )
    if asked.open_to_anyone is None:
        needs = (f"Test {rules.general_citation} first; only where it denies, {rules.personal_citation}.",)
        return _untested(f"{rules.general_citation} is tested first", needs, rules)
    if asked.bar is None:
        needs = (f"Test {rules.personal_citation} as well before anything is denied.",)
        return _untested(
            f"{rules.general_citation} denies it; {rules.personal_citation} is not tested yet", needs, rules
        )
    if asked.bar is Bar.NONE:
        why = "not open to anyone, but it is the requester's own information and no exception bars it"
        return Ruling(label="open to the person", allowed=True, why=why, citation=rules.personal_citation)
    words = dict(rules.bars).get(asked.bar.value)
    if words is None:
        known = ", ".join(name for name, _ in rules.bars)
        raise UsageError(f"{asked.bar.value!r} is no exception that is entered.", f"Known: {known}.")
    why = f"neither right gives access: {words}"
    needs = ("State the reasons of both tests in the denial.",)
    return Ruling(label="barred", allowed=False, why=why, citation=rules.order_citation, needs=needs)


def _untested(why: str, needs: tuple[str, ...], rules: PersonalRules) -> Ruling:
    return Ruling(label="not tested yet", allowed=False, why=why, citation=rules.order_citation, needs=needs)
