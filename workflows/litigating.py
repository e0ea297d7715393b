"""A court action about a request (Wis. Stat. 19.37), as the city is told of it: what protects records until it ends.

From the written notice on nothing asked for may be destroyed, and there is no last day, until the order, the appeal and
what was ordered are written down here (Wis. Stat. 19.35(5)). The arithmetic is `retention_schedules/eligibility.py`.
"""

from datetime import date
from typing import Any

from custody.errors import UsageError
from retention_schedules.situation import CourtFacts
from workflows.house import House
from workflows.request_bearing import court_facts
from workflows.request_life import Life, day_for, life_of

STEPS = {
    "notice": "court.noticed",
    "order": "court.ordered",
    "appeal": "court.appealed",
    "appeal-order": "court.appeal_ordered",
    "produced": "court.produced",
}
"""What can be written down about an action, in the order in which it happens."""

SIDES = ("city", "requester")
"""For whom an order can be."""


def record_step(
    house: House, number: int, step: str, on: date | None, order_for: str, notice_of_entry: bool, note: str
) -> Life:
    """Write down one step of an action. Raises UsageError when it cannot have happened yet, or there is none."""
    life = life_of(house, number)
    before = court_facts(life.of(*STEPS.values()))
    _refuse_out_of_order(number, step, before)
    day = day_for(house, life.request, on)
    same = {"day": day.isoformat(), "note": note}
    if step == "notice" and any(each["day"] == same["day"] and each["note"] == note for each in life.of(STEPS[step])):
        raise UsageError(
            f"That notice about request {number} is written down already.",
            "Nothing was changed. For another action, name it: --note 'COURT, CASE NUMBER'.",
        )
    earlier = life.last(*STEPS.values())
    if earlier is not None and step != "notice" and day < date.fromisoformat(earlier["day"]):
        raise UsageError(f"{day} is before what happened last ({earlier['day']}).", "Check the day.")
    data: dict[str, Any] = dict(same)
    if step in ("order", "appeal-order"):
        if order_for not in SIDES:
            raise UsageError("Say for whom the order is.", "Write --for city, or --for requester.")
        data |= {"order_for": order_for}
    if step == "order":
        data |= {"notice_of_entry": notice_of_entry}
    house.journal.write((STEPS[step], number, data))
    return life_of(house, number)


def _refuse_out_of_order(number: int, step: str, before: CourtFacts | None) -> None:
    if step == "notice":
        return
    if before is None:
        raise UsageError(
            f"No written notice of a court action about request {number} is recorded.",
            f"Record it first: ofrecord request court {number} notice --on DAY",
        )
    if step in ("appeal", "produced") and before.order is None:
        raise UsageError("The court has made no order yet.", f"First: ofrecord request court {number} order --for city")
    if step == "appeal-order" and not before.appealed:
        raise UsageError("No appeal is recorded.", f"First: ofrecord request court {number} appeal --on DAY")
