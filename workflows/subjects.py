"""Telling the people a record is about before it goes out (Wis. Stat. 19.356), and whether it may go out yet.

What happened with each person is written down; the limits and the gate are `exports/notices.py`'s. Where the section
asks for no notice, none is given and nothing waits: it says so (19.356(1)).
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from custody.clock import local_day
from custody.digest import sha256
from custody.errors import UsageError
from exports.jurisdictions import jurisdiction
from exports.notices import (
    Duty,
    Gate,
    Notice,
    Served,
    SubjectClock,
    SubjectFacts,
    clock,
    duty_to,
    gate,
)
from exports.notices import RecordAbout as RecordAbout
from exports.notices import Subject as Subject
from policies.calendars import calendar
from workflows.house import House
from workflows.request_life import Deed, Life, day_for, life_of, live

STEPS = {
    "sent": "subject.noticed",
    "received": "subject.received",
    "returned": "subject.returned",
    "intends": "subject.intends",
    "waived": "subject.waived",
    "augmented": "subject.augmented",
    "sued": "subject.sued",
    "settled": "subject.settled",
}
"""What can be written down about a record subject."""

MOST = 5_000_000
"""Bytes of a document that a record subject may add."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One record subject of a request: who, what is owed, what happened, the limits, and whether the gate is open."""

    n: int
    subject: Subject
    about: str
    facts: SubjectFacts
    duty: Duty
    limits: SubjectClock
    gate: Gate


def name_subject(house: House, number: int, subject: Subject, about: str, decided: date | None, note: str = "") -> Told:
    """Name a record subject: who, what sort of record, and on which day it was decided to give access."""
    if not subject.name.strip() or not about.strip():
        raise UsageError("A record subject needs a name, and the record a few words.", "Give --about 'WHICH RECORD'.")
    jurisdiction(house.city.jurisdiction).notice_rules()  # without them nothing could be said about the person
    life = live(house, number, "naming a record subject")
    n = len(life.of("subject.named")) + 1
    data = {
        "n": n,
        "name": subject.name,
        "record": subject.about.value,
        "office": subject.office,
        "authorized": subject.authorized,
        "about": about,
        "note": note,
        "day": day_for(house, life.request, decided).isoformat(),
    }
    house.journal.write(("subject.named", number, data))
    return subject_named(house, number, n)


def record_step(house: House, number: int, n: int, step: str, on: date | None, **more: Any) -> Told:
    """Write down what happened with a record subject. Raises UsageError when it cannot have happened yet."""
    told = subject_named(house, number, n)
    if told.facts.sent is None and step != "sent":
        raise UsageError(
            f"No notice to {told.subject.name} is recorded as sent.",
            f"First: ofrecord request subject sent {number} {n} --by-way certified_mail",
        )
    if step == "settled" and told.facts.action is None:
        raise UsageError(f"No action by {told.subject.name} is recorded.", "Nothing was changed.")
    life = life_of(house, number)
    day = day_for(house, life.request, on)
    if told.facts.sent is not None and day < told.facts.sent:
        raise UsageError(f"{day} is before the notice was sent ({told.facts.sent}).", "Check the day.")
    house.journal.write((STEPS[step], number, {"n": n, "day": day.isoformat(), **more}))
    return subject_named(house, number, n)


def augment(house: House, number: int, n: int, name: str, content: bytes, on: date | None) -> Told:
    """Keep what a holder of public office adds to the record: it goes out with it (Wis. Stat. 19.356(9))."""
    if not content.strip():
        raise UsageError("What was added is empty.", "Give the file with the comments.")
    if len(content) > MOST:
        raise UsageError(f"{name} has more than {MOST:,} bytes.", "Scan it smaller, or in parts.")
    kept = {"file": name, "content": base64.b64encode(content).decode(), "sha256": sha256(content)}
    return record_step(house, number, n, "augmented", on, **kept)


def subjects_of(house: House, number: int) -> list[Told]:
    """The record subjects of a request, in the order they were named."""
    life = life_of(house, number)
    return [_told(house, life, deed) for deed in life.of("subject.named")]


def subject_named(house: House, number: int, n: int) -> Told:
    """One record subject by its number within the request."""
    found = next((told for told in subjects_of(house, number) if told.n == n), None)
    if found is None:
        raise UsageError(
            f"Request {number} has no record subject {n}.", f"`ofrecord request subject list {number}` shows them."
        )
    return found


def subject_blocks(house: House, number: int) -> list[str]:
    """Why the request's records may not go out today because of somebody they are about; empty when they may."""
    return [
        f"{told.subject.name}: {told.gate.why} ({told.gate.citation})"
        for told in subjects_of(house, number)
        if not told.gate.is_open
    ]


def augmentations(house: House, number: int) -> list[tuple[str, bytes]]:
    """What record subjects added, as (name in the package, bytes), in order."""
    found = life_of(house, number).of("subject.augmented")
    return [
        (f"comments/record-subject-{deed['n']}-{place}{_ending(deed['file'])}", base64.b64decode(deed["content"]))
        for place, deed in enumerate(found, 1)
    ]


def _ending(name: str) -> str:
    _, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and ending.isalnum() and len(ending) <= 5 else ".txt"


def _told(house: House, life: Life, named: Deed) -> Told:
    law = jurisdiction(house.city.jurisdiction)
    rules, strict = law.notice_rules(), calendar(law.response.calendar)
    subject = Subject(
        name=named["name"],
        about=RecordAbout(named["record"]),
        office=named["office"],
        authorized=named["authorized"],
    )
    facts = _facts(life, named)
    duty = duty_to(subject, rules)
    today = local_day(house.clock(), house.city.time_zone)
    return Told(
        n=named["n"],
        subject=subject,
        about=named["about"],
        facts=facts,
        duty=duty,
        limits=clock(facts, rules, strict),
        gate=gate(duty, facts, rules, strict, today),
    )


def _facts(life: Life, named: Deed) -> SubjectFacts:
    facts = SubjectFacts(decided=date.fromisoformat(named["day"]))
    for deed in life.of(*STEPS.values()):
        if deed["n"] == named["n"]:
            facts = replace(facts, **_changed(deed, date.fromisoformat(deed["day"])))
    return facts


def _changed(deed: Mapping[str, Any], day: date) -> dict[str, Any]:
    match deed["kind"]:
        case "subject.noticed":
            return {"sent": day, "served_by": Served(deed["by_way"])}
        case "subject.received":
            return {"received": day}
        case "subject.returned":
            return {"undelivered": True}
        case "subject.intends":
            return {"intent": day}
        case "subject.waived":
            return {"waived": day, "waived_in_writing": deed["in_writing"]}
        case "subject.augmented":
            return {"augmented": day}
        case "subject.sued":
            return {"action": day, "action_ended": None}
        case _:
            return {"action_ended": day, "action_forbids": deed["forbids"]}


def only_augments(told: Told) -> bool:
    """Whether this person may only add comments: no waiting time and no action belongs to such a notice."""
    return told.duty.notice is Notice.MAY_AUGMENT


def needs_notice(told: Told) -> bool:
    """Whether this person is owed a notice at all."""
    return told.duty.notice is not Notice.NONE
