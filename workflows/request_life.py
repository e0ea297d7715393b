"""The life of one request, read from what was done about it: the acts in their order, and what follows from them.

Other workflows ask here whether something may still be done with a request, and on which day it happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from archiver.catalog import acts, queries, request_history
from custody.clock import local_day
from custody.errors import UsageError
from custody.request import RecordsRequest
from workflows.house import House

FAMILIES = ("request.", "redaction.", "letter.", "fee.", "subject.", "court.")
"""The beginnings of the kinds of acts that are about a request; the subject of each is the request's number."""

Deed = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """A request and everything done about it, oldest first; each has its `kind`, `at` (milliseconds) and `by`."""

    request: RecordsRequest
    deeds: tuple[Deed, ...]

    def of(self, *kinds: str) -> list[Deed]:
        """What was done of these kinds, oldest first."""
        return [deed for deed in self.deeds if deed["kind"] in kinds]

    def last(self, *kinds: str) -> Deed | None:
        """The newest of these kinds; None when there is none."""
        return next((deed for deed in reversed(self.deeds) if deed["kind"] in kinds), None)

    def letters(self, *kinds: str) -> list[Deed]:
        """The letters that were sent, of these kinds or of all."""
        return [deed for deed in self.of("letter.sent") if not kinds or deed["letter"] in kinds]

    @property
    def ending(self) -> Deed | None:
        """What ended the waiting: the determination, withdrawal, referral or closing unpaid; None while it is open."""
        if self.request.state.is_live:
            return None
        return self.last("request.decided", "request.withdrawn", "request.referred", "request.unpaid")


def request_of(house: House, number: int) -> RecordsRequest:
    """A request by its number. Raises UsageError when there is none."""
    found = queries.request_named(house.catalog.connection, number)
    if found is None:
        raise UsageError(f"There is no request {number}.", "`ofrecord request list` shows those there are.")
    return found


def life_of(house: House, number: int) -> Life:
    """A request with all that was done about it."""
    kinds = tuple(kind for kind in acts.kinds() if kind.startswith(FAMILIES))
    deeds = request_history.history(house.catalog.connection, kinds, number)
    return Life(request=request_of(house, number), deeds=tuple(deeds))


def live(house: House, number: int, what: str) -> Life:
    """A request that waits for its determination. Raises UsageError when it does no more: `what` was to be done."""
    life = life_of(house, number)
    state = life.request.state
    if not state.is_live:
        raise UsageError(
            f"Request {number} is {state.value}: {what} is not possible any more.",
            f"If it has to go on: ofrecord request reopen {number} --reason 'WHY'. `ofrecord request show {number}`"
            " tells what happened.",
        )
    return life


def refuse_settled(house: House, number: int) -> RecordsRequest:
    """A request whose marks may still change. Raises UsageError once its determination was given."""
    return live(house, number, "changing what is released or withheld").request


def day_for(house: House, request: RecordsRequest, on: date | None) -> date:
    """The day something happened: `on`, or today in the city. Raises UsageError before receipt and in the future."""
    today = local_day(house.clock(), house.city.time_zone)
    if on is None:
        return today
    received = local_day(request.received_at, house.city.time_zone)
    if on > today:
        raise UsageError(f"{on} has not come yet; today is {today} in the city.", "Check the day.")
    if on < received:
        raise UsageError(f"{on} is before the request was received ({received}).", "Check the day.")
    return on


def day_of(deed: Deed, zone: str) -> date:
    """The day something was done: the one that was written down with it, else the one it was written down on."""
    return date.fromisoformat(deed["day"]) if deed.get("day") else local_day(queries.moment(deed["at"]), zone)
