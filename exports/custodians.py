"""Whose record it is, when another stores it, keeps it under contract, or got it on a personal page.

    it_authority(record, owner)     -> Ruling: 19.35(7), police records are denied and referred to the police custodian
    contractor(...)                 -> Ruling: 19.36(3), a contractor's records are the authority's
    personal_page(...)              -> Ruling: what must be kept from an official's mixed page, with the review flag
    forwarded(...)                  -> Ruling: a message forwarded from a personal page, and the facts that must be kept

Pure. What is from memory in the sources says so in the citation.
"""

from dataclasses import dataclass
from datetime import date, datetime

from custody.ruling import Ruling


@dataclass(frozen=True, kw_only=True, slots=True)
class CustodyRules:
    """Citations for whose record it is. `verified_by` "" until a named person has compared them."""

    it_authority: str
    contractor: str
    contractor_fee: str
    lindke: str
    forwarded: str
    verified_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalItem:
    """One item on an official's personal page, as a person judged it. None: nobody has judged it yet."""

    about_official_business: bool
    has_title_or_contact: bool = False
    authority: bool | None = None
    purported: bool | None = None
    removed: bool = False
    account_registered: bool = False


def it_authority(law_enforcement: bool, owner: str, rules: CustodyRules) -> Ruling:
    """What an authority that only stores records for others does with a request for them."""
    if law_enforcement:
        return Ruling(
            label="deny and refer",
            allowed=False,
            why=f"it only stores this law enforcement record; its custodian is {owner or 'another authority'}",
            citation=rules.it_authority,
            needs=(f"Deny this part in writing and refer the requester to {owner or 'the police custodian'}.",),
        )
    return Ruling(
        label="route to owner",
        allowed=True,
        why=f"the record belongs to {owner or 'the department it is stored for'}",
        citation=rules.it_authority,
        needs=(f"Hand the request to the custodian of {owner or 'that department'} and log the receipt.",),
    )


def contractor(under_contract: bool, rules: CustodyRules) -> Ruling:
    """Whether records that a vendor made are answered like the city's own."""
    if not under_contract:
        why = "it was not made or kept under a contract with the authority"
        return Ruling(label="not the authority's record", allowed=False, why=why, citation=rules.contractor)
    return Ruling(
        label="the authority's record",
        allowed=True,
        why="records made or kept under a contract are open as if the authority kept them",
        citation=rules.contractor,
        needs=(f"The fee is at most the contractor's actual cost of the copy ({rules.contractor_fee}).",),
    )


def personal_page(item: PersonalItem, rules: CustodyRules) -> Ruling:
    """What is kept from an official's mixed personal page. Content decides, never the label of the page."""
    if not item.about_official_business:
        return Ruling(
            label="personal", allowed=False, why="purely personal content is no record", citation=rules.lindke
        )
    open_questions = [
        name for name, answer in (("authority", item.authority), ("purported", item.purported)) if answer is None
    ]
    flags = []
    if open_questions:
        flags.append(f"Lindke review: {' '.join(f'{name}?' for name in open_questions)}")
    if item.removed:
        flags.append("Content was removed from a page used for official business: look at the post it stood under.")
    if item.has_title_or_contact and item.purported is None:
        flags.append("It shows the title or a city contact, which speaks for an official post.")
    unknown = "the account is not registered: register it or have the item forwarded"
    return Ruling(
        label="capture" if item.account_registered else "register or forward",
        allowed=item.account_registered,
        why=f"its content is official business; {'capture it' if item.account_registered else unknown}",
        citation=rules.lindke,
        warnings=tuple(flags),
    )


def forwarded(
    forwarder: str, sent_at: date | datetime | None, forwarded_at: date | datetime | None, rules: CustodyRules
) -> Ruling:
    """Whether a message forwarded from a personal page is complete as a record: who, when sent, when forwarded."""
    lacks = [
        name
        for name, value in (("forwarder", forwarder), ("original time", sent_at), ("time of forwarding", forwarded_at))
        if not value
    ]
    return Ruling(
        label="forwarded personal account",
        allowed=not lacks,
        why="it is kept as a record and classified by its content",
        citation=rules.forwarded,
        needs=tuple(f"Write down the {name}." for name in lacks),
    )
