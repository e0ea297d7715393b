"""How `ofrecord request show` and `list` tell a request: how it came in, where it stands, its whole story."""

from datetime import date
from typing import Any

from custody.request import Form
from workflows import charging, deciding, targets
from workflows.deciding import Outlook
from workflows.disposing import today
from workflows.house import House
from workflows.letters import Written
from workflows.log_book import of_request
from workflows.request_life import Life, life_of


def facts_data(house: House, number: int) -> dict[str, Any]:
    """Where a request stands, as JSON data: target, determination, fees in cents, and every act in order."""
    life = life_of(house, number)
    account = charging.reckoned(house, life) if life.of("fee.time", "fee.cost") else None
    end = life.ending
    return {
        "standing": _standing(house, life),
        "determination": end.get("determination", end["kind"].removeprefix("request.")) if end else None,
        "determined": end["day"] if end else None,
        "due_cents": account.due_cents if account else 0,
        "still_open": list(_open(house, life)),
        "story": [each.as_data() for each in of_request(house, number)],
    }


def came_in(life: Life) -> list[str]:
    """How a request came in: by whom it was taken, in which form it wants its answer; what nobody has to give."""
    request = life.request
    how = f"  {'in writing' if request.written else 'orally'}, taken in by {request.received_by or request.opened_by}"
    lines = [how + (f"; wants it: {request.form.value.replace('_', ' ')}" if request.form is not Form.ANY else "")]
    lines += [f"  answer goes to {request.contact}"] if request.contact else []
    lines += [f"  purpose, told unasked: {request.purpose}"] if request.purpose else []
    return [*lines, *(["  committed or incarcerated: 90 days, not 60"] if request.incarcerated else [])]


def stands(house: House, life: Life) -> list[str]:
    """Where a request stands: its target, what is still open, what is to be paid, what comes next."""
    standing = _standing(house, life)
    lines = [f"  {standing}"] if standing else []
    if life.of("fee.time", "fee.cost"):
        account = charging.reckoned(house, life)
        lines.append(f"  fees: {charging.money(account.bill.total_cents)}, to pay {charging.money(account.due_cents)}")
    still = _open(house, life)
    return [*lines, *(f"  still open: {each}" for each in still), *_next(life, still)]


def told(house: House, number: int) -> list[str]:
    """The whole story of a request in order, each line with when and what, who among it."""
    return ["", "Its story, city time:", *(f"  {each.local}  {each.said}" for each in of_request(house, number))]


def letter_lines(number: int, letter: Written | None, outlook: Outlook) -> list[str]:
    """What is said after an answer was written: what follows from the marks, its letter, and what comes next."""
    lines = ["", f"From the marks follows: {outlook.determination.outcome.value} ({outlook.determination.why})."]
    if letter is None and outlook.letter:
        lines.append(
            f"No words of the {outlook.letter} letter are entered for your state: write your own, title first."
        )
        return [*lines, f"Then: ofrecord request decide {number} --by-way email --body LETTER.txt"]
    if letter is None:
        return lines
    lines += [f"The letter, as a draft: {path}" for path in letter.files]
    lines += [f"It may not be sent yet: {each}." for each in letter.lacks]
    if letter.lacks:
        return [*lines, f"Next: mark those records again with a fuller --note, then ofrecord request respond {number}"]
    return [*lines, f"When you have signed and sent both: ofrecord request decide {number} --by-way WAY"]


def _standing(house: House, life: Life) -> str:
    target, end = life.request.target, life.ending
    if end is not None:
        return f"{end.get('determination', life.request.state.value)} on {_said(end['day'])}"
    return targets.standing(house.city, target, today(house)) if target else ""


def _open(house: House, life: Life) -> tuple[str, ...]:
    return deciding.follows(house, life.request.number).blocks if life.request.state.is_live else ()


def _next(life: Life, still: tuple[str, ...]) -> list[str]:
    number, state = life.request.number, life.request.state.value
    if any("about-self" in each for each in still):
        return [f"  next: ofrecord request about-self {number} --found open --note 'WHY' (or what bars it)"]
    commands = {
        "open": _next_of_open(life),
        "responded": "request decide {n} --dry-run",
        "paused": "request resume {n}",
        "not sufficient": "request letter {n} clarification",
        "decided": "request close {n}",
        "withdrawn": "request close {n}",
        "referred": "request letter {n} referral",
        "closed unpaid": "request letter {n} closing",
    }
    return [f"  next: ofrecord {commands[state].format(n=number)}"] if state in commands else []


def _next_of_open(life: Life) -> str:
    if life.of("request.collected"):
        return "request respond {n}"
    return "request decide {n} --dry-run" if life.of("request.searched") else "request collect {n} 'QUERY'"


def _said(day: str) -> str:
    return f"{date.fromisoformat(day):%B} {date.fromisoformat(day).day}, {day[:4]}"
