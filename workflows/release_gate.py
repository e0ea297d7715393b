"""What keeps a request from being answered: every release path asks here first."""

from custody.ids import label_of
from custody.request import RequestState
from workflows.drafting import draft_blocks, proposed
from workflows.house import House
from workflows.request_life import day_of, life_of
from workflows.subjects import subject_blocks

NUMBERS_OF_PERSONS = ("ssn", "card", "iban", "account")
"""Kinds of patterns that nobody sends out without having looked at them."""


def release_blocks(house: House, number: int) -> list[str]:
    """Why nothing of a request may go out now, one sentence each with its cure; empty when it may."""
    return [
        *waiting_blocks(house, number),
        *draft_blocks(house, number),
        *_unseen_blocks(house, number),
        *subject_blocks(house, number),
    ]


def waiting_blocks(house: House, number: int) -> list[str]:
    """Why a request that waits for its requester is not answered; empty when it does not wait.

    An answer must not end a pause or "not sufficient" without anybody saying so.
    """
    life = life_of(house, number)
    since = {RequestState.PAUSED: "request.paused", RequestState.NOT_SUFFICIENT: "request.insufficient"}
    kind = since.get(life.request.state)
    deed = life.last(kind) if kind else None
    if deed is None:
        return []
    day = day_of(deed, house.city.time_zone)
    if life.request.state is RequestState.PAUSED:
        return [f"it is paused since {day} ({deed['reason']}): ofrecord request resume {number}"]
    cure = f"ofrecord request clarified {number} 'WHAT THE REQUESTER SAID'"
    return [f"it is called not sufficient since {day} ({deed['reason']}): {cure}"]


def unseen(house: House, number: int) -> dict[str, int]:
    """What has the form of a telephone number, an address or the like in what would go out, and was never proposed to
    anybody: how many places of each kind."""
    found: dict[str, int] = {}
    for each in proposed(house, number, [], []):
        found[each["kind"]] = found.get(each["kind"], 0) + 1
    return found


def _unseen_blocks(house: House, number: int) -> list[str]:
    rows = proposed(house, number, NUMBERS_OF_PERSONS, [])
    if not rows:
        return []
    labels = ", ".join(dict.fromkeys(label_of(each["record"]) for each in rows[:5]))
    return [
        f"what looks like a social security, card or account number stands in {labels}, and nobody has looked at it: "
        f"ofrecord request drafts find {number}"
    ]
