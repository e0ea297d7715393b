"""The determination of a request: derived from its marks, told in a letter whose text is locked, recorded with its day.

Nobody types an outcome. What follows from the marks is shown first (`follows`); `decide` then records that it was
given: on which day, how and to whom, and that the answer went out with it. From that day the periods of Wis. Stat.
19.35(5) run.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from archiver.catalog import queries
from custody.clock import text_of
from custody.counting import Basis, count
from custody.days import said
from custody.errors import UsageError
from custody.request import Form, Mark
from exports.determination import Determination, Ending, Outcome, determine
from exports.jurisdictions import jurisdiction
from exports.letters import has_words
from policies.calendars import calendar
from search.engine import Order
from workflows.about_self import untested
from workflows.access import reading
from workflows.citing import in_brackets, keeping_law
from workflows.finding import ask, undated
from workflows.house import House
from workflows.letter_facts import outcome_letter
from workflows.letters import Wish, Written, differs_from_draft, draft, keep, sending
from workflows.release_gate import release_blocks, waiting_blocks
from workflows.request_life import Life, day_for, life_of, live
from workflows.sending import sent_with, was_sent

_CHANGES = (
    "request.collected", "request.context-added", "request.marked", "request.redacted",
    "redaction.lifted", "redaction.made-together", "redaction.lifted-together", "subject.augmented",
)  # fmt: skip
"""What changes the answer; after one of these it has to be written again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What follows from a request's marks today, and what stands in the way of giving it."""

    determination: Determination
    letter: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A determination that was recorded: its day, its letter (None when it was given orally), what is owed next."""

    determination: Determination
    day: date
    letter: Written | None
    next_steps: tuple[str, ...]
    sent: bool = False


def follows(house: House, number: int, may_go: bool = False) -> Outlook:
    """The determination that follows from the marks now, its letter, and everything that is still in the way."""
    life = life_of(house, number)
    made = _determined(house, life)
    blocks = [] if made.outcome is not Outcome.UNDECIDED else [made.why]
    if made.released + made.redacted and made.outcome is not Outcome.UNDECIDED:
        blocks += [] if may_go else release_blocks(house, number)
        blocks += _answer_blocks(life, made)
    else:
        blocks += waiting_blocks(house, number)
    blocks += untested(house, life) if made.denies else []
    return Outlook(determination=made, letter=outcome_letter(made.outcome), blocks=tuple(blocks))


def decide(
    house: House,
    number: int,
    by_way: str,
    to: str,
    on: date | None,
    note: str = "",
    body: str = "",
    oral: bool = False,
    closing: bool = False,
) -> Given:
    """Record that the determination was given, and the answer with it; the letter's text is locked in the same write.

    `oral`: it was told without a letter, which an oral request allows. `closing`: the file is closed in the same write
    too. Raises UsageError while anything is open.
    """
    life = live(house, number, "a determination")
    outlook = follows(house, number)
    made = outlook.determination
    if outlook.blocks:
        raise UsageError(
            f"Request {number} cannot be decided yet: {'; '.join(outlook.blocks)}.",
            f"`ofrecord request show {number}` tells what is open; nothing was recorded.",
        )
    if oral and made.must_be_written:
        raise UsageError(
            f"Request {number} was made in writing: a denial, in whole or in part, must be given in writing with its"
            f" reasons{_cited(house)}.",
            f"Leave --oral out: the {outlook.letter} letter goes with it.",
        )
    day = day_for(house, life.request, on)
    data = _recorded(house, life, made, day) | {"by_way": by_way, "to": to, "oral": oral}
    closed = [("request.closed", number, {"reason": "", "day": day.isoformat()})] if closing else []
    if oral:
        house.journal.write(("request.decided", number, data), *closed)
        steps = _next(house, life, made, day, True, closing)
        return Given(determination=made, day=day, letter=None, next_steps=steps)
    wish = Wish(kind=outlook.letter, note=note, body=body)
    written, act = sending(house, life, wish, by_way, to, on)
    handed_out = data["zip_sha256"] and life.request.form is not Form.INSPECTION
    gone = sent_with(house, number, to, by_way, day) if handed_out else []
    house.journal.write(act, ("request.decided", number, {**data, "letter": act[2]["n"]}), *gone, *closed)
    other = differs_from_draft(house, number, written)
    letter = replace(written, files=keep(house, number, act[2], written.pdf), other_than_draft=other)
    steps = _next(house, life, made, day, False, closing)
    return Given(determination=made, day=day, letter=letter, next_steps=steps, sent=bool(gone))


def drafted(house: House, number: int, known: Outlook | None = None) -> tuple[Written | None, Outlook]:
    """The letter for what follows from the marks, written as a draft (None without words for it); and what follows,
    unless it is `known`."""
    outlook = known or follows(house, number)
    if not outlook.letter or not has_words(outlook.letter, house.city.jurisdiction):
        return None, outlook
    return draft(house, number, Wish(kind=outlook.letter), not outlook.blocks), outlook


def search_in_vain(house: House, number: int, line: str) -> dict[str, Any]:
    """Write down a search for a request that finds nothing: what was sought, when. Refused when it finds something."""
    with reading(house, "request.collect", f"request {number}", line) as read:
        live(house, number, "searching for it")
        question = ask(house, line)
        found = [int(each) for each in house.engine.numbers(question.selector, Order.NUMBER)]
        if found:
            counted = "1 record" if len(found) == 1 else f"{len(found):,} records"
            raise UsageError(
                f"That search finds {counted}, so it was not in vain.",
                f"Collect them: ofrecord request collect {number} 'QUERY', and decide on each.",
            )
        read.found(0)
    data = {"query": line, "said_as": question.said_as, "collected_at": text_of(house.clock())}
    house.journal.write(("request.searched", number, data))
    return {**data, "undated": undated(house, question)}


def _determined(house: House, life: Life) -> Determination:
    marks = queries.marks(house.catalog.connection, life.request.number)
    searched = bool(life.of("request.collected", "request.searched"))
    return determine({Mark(name): n for name, n in marks.items()}, Ending(searched=searched), life.request.written)


def _answer_blocks(life: Life, made: Determination) -> list[str]:
    """The package must be there and say what the marks say now; records shown whole for inspection need none."""
    if life.request.form is Form.INSPECTION and not made.denies:
        return []
    number, answer, change = life.request.number, life.last("request.responded"), life.last(*_CHANGES)
    if answer is None:
        return [f"the answer is not written yet (ofrecord request respond {number})"]
    if change is not None and change["number"] > answer["number"]:
        return [f"marks have changed since the answer was written (ofrecord request respond {number} writes it again)"]
    return []


def _recorded(house: House, life: Life, made: Determination, day: date) -> dict[str, Any]:
    answer = life.last("request.responded")
    return {
        "determination": made.outcome.value,
        "why": made.why,
        "day": day.isoformat(),
        "released": made.released,
        "redacted": made.redacted,
        "withheld": made.withheld,
        "zip_sha256": answer["zip_sha256"] if answer and made.released + made.redacted else "",
    }


def _cited(house: House) -> str:
    law = jurisdiction(house.city.jurisdiction).denial
    return in_brackets(law.citation if law else "")


def _next(house: House, life: Life, made: Determination, day: date, oral: bool, closed: bool) -> tuple[str, ...]:
    steps = []
    number = life.request.number
    if life.last("request.responded") and made.released + made.redacted and not was_sent(house, number):
        steps.append(f"When the records went out: ofrecord request sent {number} --to requester --by WAY")
    law = jurisdiction(house.city.jurisdiction)
    rules = law.denial
    if oral and made.denies and rules is not None:
        limit = count(day, rules.oral_demand_days, Basis.BUSINESS, calendar(law.response.calendar))
        steps.append(
            f"The requester may demand the reasons in writing through {said(limit.end)} ({rules.citation});"
            f" then: ofrecord request letter {life.request.number} supplement --note 'THE REASONS'."
        )
    if made.denies:
        cited = in_brackets(keeping_law(house).requests.authority)
        steps.append(f"What was withheld stays protected from destruction{cited}.")
    if closed:
        steps.append(f"The file is closed. It goes on: ofrecord request reopen {number} --reason 'WHY'")
    else:
        steps.append(f"Close the file when nothing is left to do: ofrecord request close {number}")
    return tuple(steps)
