"""A requester who asks for information about themself: that they said so, and the test of their own right.

Before anything of such a request is denied, the second right is tested too; until that is written down no determination
is given. The custodian finds; the program keeps the order.
"""

from datetime import date
from typing import Any

from custody.errors import UsageError
from custody.ruling import Ruling
from exports.jurisdictions import jurisdiction
from exports.personal_information import Bar, PersonalAsked, access
from workflows.house import House
from workflows.request_life import Life, day_for, life_of, live

KIND = "request.personal"
BARS = tuple(each.value for each in Bar if each.value)
"""What may bar a person's own right."""


def said_so(house: House, number: int, how: str, on: date | None) -> Ruling:
    """Write down that an identified requester wants a record with information about themself, and how we know who."""
    if not how.strip():
        raise UsageError("Say how the requester was identified.", 'For example: --identified "driver license shown"')
    life = live(house, number, "a request about oneself")
    _write(house, life, {"step": "asked", "note": how.strip(), "bar": ""}, on)
    return stands(house, life_of(house, number))


def tested(house: House, number: int, bar: str, why: str, on: date | None) -> Ruling:
    """Write down what the test of the person's own right found: open (no bar), or barred, with the reason."""
    life = live(house, number, "testing the right to one's own information")
    if life.last(KIND) is None:
        raise UsageError(
            f"Nobody wrote down that the requester of request {number} asks for information about themself.",
            f"First: ofrecord request about-self {number} --identified 'HOW'",
        )
    if not why.strip():
        raise UsageError("Say what was found, and why.", "Give --note 'THE REASON'; it bears on every denial.")
    _write(house, life, {"step": "tested", "note": why.strip(), "bar": Bar(bar).value}, on)
    return stands(house, life_of(house, number))


def stands(house: House, life: Life) -> Ruling:
    """Where such a request stands: everybody's right comes first, the person's own where something is denied."""
    last = life.last(KIND)
    found = last if last is not None and last["step"] == "tested" else None
    asked = PersonalAsked(
        identified=True,
        says_so=True,
        open_to_anyone=None if found is None else False,
        bar=None if found is None else Bar(found["bar"]),
    )
    return access(asked, jurisdiction(house.city.jurisdiction).personal_rules())


def untested(house: House, life: Life) -> list[str]:
    """What still has to be tested before anything of the request is denied; nothing for other requests."""
    last = life.last(KIND)
    if last is None or last["step"] == "tested":
        return []
    rules = jurisdiction(house.city.jurisdiction).personal_rules()
    return [
        f"the requester asked for information about themself: before a denial {rules.personal_citation} is tested too"
        f" (ofrecord request about-self {life.request.number} --found open --note 'WHY')"
    ]


def _write(house: House, life: Life, data: dict[str, Any], on: date | None) -> None:
    jurisdiction(house.city.jurisdiction).personal_rules()  # without them nothing could be said about the right
    house.journal.write((KIND, life.request.number, {**data, "day": day_for(house, life.request, on).isoformat()}))
