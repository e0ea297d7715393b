"""What keeps a request from being answered: every release path asks here first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custody.ids import label_of
from custody.request import RequestState
from exports.patterns import PATTERNS
from workflows.drafting import by_form, draft_blocks
from workflows.house import House
from workflows.request_life import day_of, life_of
from workflows.subjects import subject_blocks

NUMBERS_OF_PERSONS = ("ssn", "card", "iban", "account")
"""Kinds of patterns that nobody sends out without having looked at them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """What one look through all that would go out says: why nothing may go out, one sentence each with its cure; and
    what has the form of a telephone number, an address or the like and was never proposed to anybody, by its kind."""

    blocks: tuple[str, ...]
    unseen: Mapping[str, int]


def gate(house: House, number: int) -> Gate:
    """Look through all that would go out, once: what keeps it, and what nobody has looked at."""
    persons, every = by_form(house, number, PATTERNS, [NUMBERS_OF_PERSONS, None])
    blocks = [
        *waiting_blocks(house, number),
        *draft_blocks(house, number),
        *_unseen_blocks(number, persons),
        *subject_blocks(house, number),
    ]
    return Gate(blocks=tuple(blocks), unseen=Counter(each["kind"] for each in every))


def release_blocks(house: House, number: int) -> list[str]:
    """Why nothing of a request may go out now, one sentence each with its cure; empty when it may."""
    return list(gate(house, number).blocks)


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


def _unseen_blocks(number: int, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return []
    labels = ", ".join(dict.fromkeys(label_of(each["record"]) for each in rows[:5]))
    return [
        f"what looks like a social security, card or account number stands in {labels}, and nobody has looked at it: "
        f"ofrecord request drafts find {number}"
    ]
