"""`ofrecord request`: what happens with a request before it is answered: its clock, pauses, questions, searches."""

from datetime import date
from typing import Any

import click

from console.cli.output import DAY, say, settings_of, with_json, without_date
from console.cli.request_words import law_unverified
from workflows import deciding, intake, targets
from workflows.disposing import today
from workflows.house import open_for_writing, open_house
from workflows.request_life import Life, request_of

on_day = click.option("--on", type=DAY, help="The day it happened, in the city. Default: today.")


def state_data(life: Life) -> dict[str, Any]:
    """A request's number and state as JSON data."""
    return {"number": life.request.number, "state": life.request.state.value}


@click.command()
@click.argument("number", type=int)
@with_json
@click.pass_context
def clock(context: click.Context, number: int, as_json: bool) -> None:
    """Show by when a request is aimed to be answered, with every day that was counted.

    \b
    Example:
      ofrecord request clock 1
    """
    with open_house(settings_of(context)) as house:
        target = request_of(house, number).target
        reads = targets.standing(house.city, target, today(house)) if target else ""
        law_unverified(house, "the counting of days")
    if target is None:
        say(as_json, {"number": number, "target": None}, [f"Request {number} was opened before targets were counted."])
        return
    lines = [f"Request {number}: {target.sentence}", *(f"  {_step(step)}" for step in target.steps), f"Today: {reads}."]
    say(as_json, {"number": number, "target": targets.as_data(target), "today": reads}, lines)


@click.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="What is missing: a limit of subject, or of time.")
@on_day
@with_json
@click.pass_context
def insufficient(context: click.Context, number: int, reason: str, on: date | None, as_json: bool) -> None:
    """Say that a request does not describe enough to search for. It stays open and held, and a letter explains why.

    \b
    Example:
      ofrecord request insufficient 1 --reason "it names neither a subject nor a time"
      ofrecord request letter 1 clarification
      ofrecord request clarified 1 "Only the posts about Oak Street, March 2025"
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.insufficient(house, number, reason, on)
    lines = [
        f"Request {number} is not sufficient yet. It is not closed: nothing that it names may be destroyed meanwhile.",
        f"Tell the requester in writing: ofrecord request letter {number} clarification",
    ]
    say(as_json, state_data(life), lines)


@click.command()
@click.argument("number", type=int)
@click.argument("words")
@on_day
@with_json
@click.pass_context
def clarified(context: click.Context, number: int, words: str, on: date | None, as_json: bool) -> None:
    """Write down what the requester answered, in the requester's own words. The request goes on.

    \b
    Example:
      ofrecord request clarified 1 "Only the posts of March 2025, please"
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.clarify(house, number, words, on)
    lines = [f"Request {number} goes on. Its first words stay as they were; the answer stands beside them."]
    say(as_json, state_data(life), [*lines, f"Next: ofrecord request collect {number} 'QUERY'"])


@click.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="What is waited for.")
@on_day
@with_json
@click.pass_context
def pause(context: click.Context, number: int, reason: str, on: date | None, as_json: bool) -> None:
    """Pause a request while its requester is asked something. Its hold stands and its target does not move.

    \b
    Example:
      ofrecord request pause 1 --reason "asked by phone which street is meant"
      ofrecord request resume 1
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.pause(house, number, reason, on)
    lines = [f"Request {number} is paused. Nothing that it asks for may be destroyed meanwhile."]
    say(as_json, state_data(life), [*lines, f"When it goes on: ofrecord request resume {number}"])


@click.command()
@click.argument("number", type=int)
@click.option("--note", "text", default="", help="What came of it.")
@on_day
@with_json
@click.pass_context
def resume(context: click.Context, number: int, text: str, on: date | None, as_json: bool) -> None:
    """Go on with a paused request.

    \b
    Example:
      ofrecord request pause 1 --reason "asked by phone which street is meant"
      ofrecord request resume 1 --note "Oak Street in the north"
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.resume(house, number, text, on)
    say(as_json, state_data(life), [f"Request {number} goes on."])


@click.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="The ground that the law names.")
@click.option("--noticed", type=DAY, help="The day on which the requester was told. Default: today.")
@with_json
@click.pass_context
def extend(context: click.Context, number: int, reason: str, noticed: date | None, as_json: bool) -> None:
    """Extend the limit of a request where the law allows it. Wisconsin sets no limit, so there is nothing to extend.

    \b
    Example:
      ofrecord request extend 1 --reason "many records"   # refused: no extension
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.extend(house, number, reason, noticed)
    target = life.request.target
    day = target.day if target else None
    say(
        as_json, {**state_data(life), "day": str(day)}, [f"Request {number} is now aimed at {day}.", "Send the letter:"]
    )


@click.command()
@click.argument("number", type=int)
@click.argument("query")
@with_json
@click.pass_context
def searched(context: click.Context, number: int, query: str, as_json: bool) -> None:
    """Write down a search for a request that found nothing: the answer "no record" says what was searched.

    \b
    Example:
      ofrecord request searched 1 '"zebra crossing" since:2020-01-01'
    """
    with open_for_writing(settings_of(context)) as house:
        made = deciding.search_in_vain(house, number, query)
    without_date(made["undated"])
    lines = [f"Nothing was found: {made['said_as']}. The search is written down in request {number}."]
    say(as_json, made, [*lines, f"When nothing more is to be searched: ofrecord request decide {number} --by-way WAY"])


def _step(step: tuple[str, int, str]) -> str:
    day, _, why = step
    return f"{date.fromisoformat(day):%a} {day}  {why}"
