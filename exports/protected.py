"""Whose private facts the law protects, and whose it does not (Wis. Stat. 19.36(8), (10), (11), 757.07).

    protects(fact, person, rules)  -> Ruling: allowed means "may be redacted", label the reason code, why in a sentence

Pure: warnings for the reviewer, never a redaction of its own.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from custody.days import said
from custody.ruling import Ruling


class Fact(StrEnum):
    """A private fact that stands in a record."""

    HOME_ADDRESS = "home_address"
    HOME_PHONE = "home_phone"
    HOME_EMAIL = "home_email"
    SSN = "ssn"
    BANK_ACCOUNT = "bank_account"
    INFORMANT = "informant_identity"
    NAME = "name"


class Role(StrEnum):
    """Who the person is whose fact it is."""

    CITIZEN = "citizen"
    EMPLOYEE = "employee"
    ELECTIVE_OFFICIAL = "elective_official"
    OFFICE_HOLDER = "office_holder"
    JUDICIAL_OFFICER = "judicial_officer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """The person, with what changes the answer. `written_request`: a judicial officer's under 757.07."""

    role: Role
    residency_required: bool = False
    authorized: bool = False
    written_request: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectionRules:
    """Citations and reason codes of the protections. `verified_by` "" until a named person has compared them."""

    informant: tuple[str, str]
    employee: tuple[str, str]
    official: tuple[str, str]
    bank: tuple[str, str]
    judicial: tuple[str, str]
    judicial_from: date | None
    balancing: tuple[str, str]
    verified_by: str


_HOME = (Fact.HOME_ADDRESS, Fact.HOME_PHONE, Fact.HOME_EMAIL, Fact.SSN)


def protects(fact: Fact, person: Person, rules: ProtectionRules, on: date | None = None) -> Ruling:
    """Whether a fact about a person may be withheld on a day (None: now), and by what."""
    if person.authorized:
        return _no("the person authorized its release", rules.employee)
    if fact is Fact.INFORMANT:
        return _yes("an informant's identity is protected, whichever authority keeps the record", rules.informant)
    if fact is Fact.BANK_ACCOUNT:
        return _yes("an account or customer number with a financial institution is protected", rules.bank)
    if person.role is Role.JUDICIAL_OFFICER and fact in _HOME:
        if rules.judicial_from is not None and on is not None and on < rules.judicial_from:
            return _no(f"the protection of judicial officers begins on {said(rules.judicial_from)}", rules.judicial)
        if person.written_request:
            return _yes("a judicial officer asked for it in writing", rules.judicial)
        return _no("a judicial officer is protected only on written request", rules.judicial)
    if person.role is Role.EMPLOYEE and fact in _HOME:
        return _yes("an employee's home information is protected", rules.employee)
    if person.role in (Role.ELECTIVE_OFFICIAL, Role.OFFICE_HOLDER) and fact in _HOME:
        return _official(fact, person, rules)
    why = "no statute protects it by itself; only the balancing test with written reasons could"
    return Ruling(
        label="balancing only",
        allowed=False,
        why=why,
        citation=rules.balancing[1],
        warnings=("There is no general privacy exemption for citizens' names in comments.",),
    )


def _official(fact: Fact, person: Person, rules: ProtectionRules) -> Ruling:
    if fact is Fact.HOME_ADDRESS and person.role is Role.ELECTIVE_OFFICIAL:
        return _no("the home address of an elective official is open", rules.official)
    if fact is Fact.HOME_ADDRESS and person.residency_required:
        return _no("the home address is open where residency is a condition of the office", rules.official)
    return _yes("home information of the holder of a public office is protected", rules.official)


def _yes(why: str, basis: tuple[str, str]) -> Ruling:
    return Ruling(label=basis[0], allowed=True, why=why, citation=basis[1])


def _no(why: str, basis: tuple[str, str]) -> Ruling:
    return Ruling(label="not protected", allowed=False, why=why, citation=basis[1])
