"""A request comes in, waits for its requester, or ends without an answer: withdrawn, referred, unpaid, closed.

Receipt places the hold in the same write. The hold reaches what is there already and what is captured later of the
period asked for: by default all that was posted through the day of receipt. Nothing is ever closed silently: what is
not sufficient is a state with a written explanation, and stays held (Wis. Stat. 19.35(1)(h), 19.35(5)).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from archiver.catalog.rows import millis
from custody.clock import local_day
from custody.errors import UsageError
from custody.hold import ONGOING
from custody.request import Form, RecordsRequest, RequestState
from custody.selector import Both, Clause, Everything, Posted, to_data
from exports.custodians import it_authority
from exports.intake_rules import limits_of_prisoners, not_a_legal_notice, sufficiency
from exports.jurisdictions import jurisdiction, jurisdictions
from workflows import targets
from workflows.citing import bar
from workflows.finding import ask
from workflows.house import House
from workflows.request_life import Life, day_for, life_of, live, request_of

CHANNELS = ("walk-in", "phone", "mail", "email", "fax", "form", "platform-message")
"""Every way a request may come in; none may be refused."""
_ORAL = ("walk-in", "phone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request as it came in. Nobody has to give a name or a purpose (Wis. Stat. 19.35(1)(i)).

    `about` is a query for what it may reach (""): everything. `until` is the last day posted that is asked for, when it
    lies after receipt; `ongoing` that no end was named. `written` None: as the channel says.
    """

    words: str
    received_at: datetime
    channel: str
    requester: str = ""
    about: str = ""
    received_by: str = ""
    written: bool | None = None
    form: Form = Form.ANY
    purpose: str = ""
    contact: str = ""
    incarcerated: bool = False
    until: date | None = None
    ongoing: bool = False


def receive(house: House, asked: Asked) -> RecordsRequest:
    """Open a request in its own words, count its target and place its hold, all in one write.

    Raises UsageError on words that are missing, a channel nobody knows, or a receipt in the future.
    """
    _refuse_unusable(house, asked)
    clause = ask(house, asked.about).selector.clause if asked.about else Everything()
    number = house.next_number("request.opened")
    written = asked.channel not in _ORAL if asked.written is None else asked.written
    opened: dict[str, Any] = {
        "words": asked.words,
        "received_at": millis(asked.received_at),
        "channel": asked.channel,
        "requester": asked.requester,
        "received_by": asked.received_by or house.settings.by,
        "written": written,
        "form": asked.form.value,
        "purpose": asked.purpose,
        "contact": asked.contact,
        "incarcerated": asked.incarcerated,
        "target": targets.as_data(targets.counted(house.city, asked.received_at, asked.channel)),
    }
    hold = {
        "kind": "request",
        "matter": f"Records request {number}",
        "reason": f"no destruction while a request is open{bar(house)}",
        "request": number,
        "clause": to_data(clause),
        "numbers": [],
        "reaches": _reach(house, asked, clause),
        "future": asked.ongoing,
    }
    house.journal.write(("request.opened", number, opened), ("hold.placed", house.next_number("hold.placed"), hold))
    return request_of(house, number)


def warnings(house: House, request: RecordsRequest) -> list[str]:
    """What the custodian should know about a request as it came in: proposals only, nothing is changed by them."""
    rules = jurisdiction(house.city.jurisdiction).intake if house.city.jurisdiction in jurisdictions() else None
    if rules is None:
        return []
    ruling = sufficiency(request.words, rules)
    said = [*not_a_legal_notice(request.channel), *limits_of_prisoners(request.incarcerated, rules)]
    if not ruling.allowed:
        said.append(
            f"It may not be sufficient: {ruling.why} ({ruling.citation}). You decide; it is never closed silently:"
            f" ofrecord request insufficient {request.number} --reason 'WHAT IS MISSING'"
        )
    return [*said, *ruling.warnings]


def insufficient(house: House, number: int, why: str, on: date | None) -> Life:
    """Write down that a request does not describe enough, and why. It stays open and held; a letter explains it."""
    _reason(why, "Say what is missing: a limit of subject, or of time.")
    return _enter(house, number, "request.insufficient", why, on, "calling it not sufficient")


def clarify(house: House, number: int, words: str, on: date | None) -> Life:
    """Write down what the requester answered; the request goes on. Its own words stay as they were."""
    _reason(words, "Write down what the requester said, as it was said.")
    life = live(house, number, "a clarification")
    house.journal.write(("request.clarified", number, {"words": words, "day": _day(house, life, on)}))
    return life_of(house, number)


def pause(house: House, number: int, why: str, on: date | None) -> Life:
    """Pause a request while its requester is asked something. The hold stands, and the law gives no pause by itself."""
    _reason(why, "Say what is waited for.")
    if request_of(house, number).state is RequestState.PAUSED:
        raise UsageError(f"Request {number} is paused already.", f"To go on: ofrecord request resume {number}")
    return _enter(house, number, "request.paused", why, on, "pausing it")


def resume(house: House, number: int, note: str, on: date | None) -> Life:
    """Go on with a paused request."""
    life = live(house, number, "going on")
    if life.request.state is not RequestState.PAUSED:
        raise UsageError(f"Request {number} is not paused; it is {life.request.state.value}.", "Nothing was changed.")
    house.journal.write(("request.resumed", number, {"reason": note, "day": _day(house, life, on)}))
    return life_of(house, number)


def extend(house: House, number: int, grounds: str, noticed: date | None) -> Life:
    """Extend the limit where the law allows it, on a ground it names, after the requester was told."""
    _reason(grounds, "Name the ground that the law knows.")
    life = live(house, number, "an extension")
    day = day_for(house, life.request, noticed)
    new = targets.extended(house.city, life.request, grounds, day)
    data = {
        "old": targets.as_data(life.request.target),
        "new": targets.as_data(new),
        "reason": grounds,
        "day": day.isoformat(),
    }
    house.journal.write(("request.extended", number, data))
    return life_of(house, number)


def withdraw(house: House, number: int, how: str, on: date | None) -> Life:
    """The requester takes the request back. Its records stay protected as after a denial (the statute is silent)."""
    _reason(how, "Say how the requester withdrew it: by phone, by e-mail of which day.")
    return _enter(house, number, "request.withdrawn", how, on, "withdrawing it")


def refer(house: House, number: int, to: str, why: str, on: date | None, police: bool = False) -> Life:
    """Refer a request to the authority whose records it concerns; what is stored for others is not ours to give.

    `police`: they are law enforcement records that are only stored here, which must be denied so far (19.35(7)).
    """
    _reason(why, "Say why these are another authority's records.")
    _reason(to, "Name the authority that decides about them.")
    life = live(house, number, "referring it")
    citation = it_authority(True, to, jurisdiction(house.city.jurisdiction).custody_rules()).citation if police else ""
    data = {"to": to, "reason": why, "citation": citation, "day": _day(house, life, on)}
    house.journal.write(("request.referred", number, data))
    return life_of(house, number)


def close_unpaid(house: House, number: int, why: str, on: date | None) -> Life:
    """Close a request whose fees were asked for in advance and not paid; it protects as after a denial."""
    _reason(why, "Say when payment was asked for, and what came of it.")
    life = live(house, number, "closing it unpaid")
    if not life.letters("prepayment"):
        raise UsageError(
            f"No letter asked for payment of request {number} in advance, so it cannot be closed as unpaid.",
            f"Ask first: ofrecord request letter {number} prepayment. If it is granted, give the records.",
        )
    house.journal.write(("request.unpaid", number, {"reason": why, "day": _day(house, life, on)}))
    return life_of(house, number)


def close(house: House, number: int, note: str, on: date | None) -> Life:
    """Close the file of a request that was answered, withdrawn, referred or left unpaid."""
    life = life_of(house, number)
    if life.request.state is RequestState.CLOSED:
        raise UsageError(f"The file of request {number} is closed already.", "Nothing was changed.")
    if life.ending is None:
        raise UsageError(
            f"Request {number} has no determination yet (it is {life.request.state.value}): a request is never closed"
            " silently.",
            f"Record what was decided: ofrecord request decide {number} --by-way WAY",
        )
    house.journal.write(("request.closed", number, {"reason": note, "day": _day(house, life, on)}))
    return life_of(house, number)


def reopen(house: House, number: int, why: str, on: date | None) -> Life:
    """Go on with a request that was decided or ended: it protects again as an open one. What was sent stays sent."""
    _reason(why, "Say why it goes on: a court ordered production, a mistake was found.")
    life = life_of(house, number)
    if life.request.state.is_live:
        raise UsageError(f"Request {number} is open already ({life.request.state.value}).", "Nothing was changed.")
    house.journal.write(("request.reopened", number, {"reason": why, "day": _day(house, life, on)}))
    return life_of(house, number)


def _enter(house: House, number: int, kind: str, why: str, on: date | None, what: str) -> Life:
    life = live(house, number, what)
    house.journal.write((kind, number, {"reason": why, "day": _day(house, life, on)}))
    return life_of(house, number)


def _day(house: House, life: Life, on: date | None) -> str:
    return day_for(house, life.request, on).isoformat()


def _reason(text: str, hint: str) -> None:
    if not text.strip():
        raise UsageError("A reason is needed, in a few words.", hint)


def _refuse_unusable(house: House, asked: Asked) -> None:
    if not asked.words.strip():
        raise UsageError("The request has no words.", "Write down what was asked for, as it was asked.")
    if asked.channel not in CHANNELS:
        raise UsageError(f"There is no channel {asked.channel!r}.", f"Choose one of: {', '.join(CHANNELS)}.")
    if asked.received_at > house.clock():
        raise UsageError("The request would have been received in the future.", "Check --received.")
    if asked.until is not None and asked.ongoing:
        raise UsageError("The request has a last day, or none: not both.", "Leave out --until or --ongoing.")


def _reach(house: House, asked: Asked, clause: Clause) -> str:
    """Through which day posted the hold reaches what is captured later: receipt, or the last day that is asked for."""
    if asked.ongoing:
        return ONGOING
    received = local_day(asked.received_at, house.city.time_zone)
    return max(day for day in (received, asked.until, *_lasts(clause)) if day is not None).isoformat()


def _lasts(clause: Clause) -> list[date]:
    """The last days that a query names."""
    if isinstance(clause, Posted):
        return [clause.until] if clause.until is not None else []
    return [day for part in clause.parts for day in _lasts(part)] if isinstance(clause, Both) else []
