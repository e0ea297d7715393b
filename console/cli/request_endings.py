"""`ofrecord request`: how a request ends, goes on again, and what a court does with it."""

from datetime import date

import click

from console.cli.output import say, settings_of, with_json
from console.cli.request_intake import on_day, state_data
from workflows import intake, litigating
from workflows.house import open_for_writing

_PROTECTED = "What it asked for stays protected for 60 days, 90 for a committed or incarcerated requester."


@click.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="How the requester withdrew it: by phone, by e-mail of which day.")
@on_day
@with_json
@click.pass_context
def withdraw(context: click.Context, number: int, reason: str, on: date | None, as_json: bool) -> None:
    """Write down that the requester took the request back.

    \b
    Example:
      ofrecord request withdraw 1 --reason "said so by telephone"
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.withdraw(house, number, reason, on)
    lines = [
        f"Request {number} is withdrawn. {_PROTECTED}",
        f"A mistake? ofrecord request reopen {number} --reason 'WHY'",
    ]
    say(as_json, state_data(life), lines)


@click.command()
@click.argument("number", type=int)
@click.option("--to", required=True, help="The authority that decides about these records.")
@click.option("--reason", required=True, help="Why these are its records.")
@click.option("--police", is_flag=True, help="Law enforcement records that are only stored here: denied so far.")
@on_day
@with_json
@click.pass_context
def refer(
    context: click.Context, number: int, to: str, reason: str, police: bool, on: date | None, as_json: bool
) -> None:
    """Refer a request to the authority whose records it concerns, as an authority that only stores them must.

    \b
    Example:
      ofrecord request refer 1 --to "Maple Falls Police Department" --reason "records that we only store" --police
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.refer(house, number, to, reason, on, police)
    lines = [f"Request {number} is referred to {to}.", f"Tell the requester: ofrecord request letter {number} referral"]
    say(as_json, state_data(life), lines)


@click.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="When payment was asked for, and what came of it.")
@on_day
@with_json
@click.pass_context
def unpaid(context: click.Context, number: int, reason: str, on: date | None, as_json: bool) -> None:
    """Close a request whose lawful prepayment did not come. Only after a letter asked for it.

    \b
    Example:
      ofrecord request unpaid 1 --reason "no payment in 30 days"   # refused: No letter asked for payment
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.close_unpaid(house, number, reason, on)
    say(as_json, state_data(life), [f"Request {number} is closed unpaid. {_PROTECTED}"])


@click.command()
@click.argument("number", type=int)
@click.option("--note", "text", default="", help="Anything to remember.")
@on_day
@with_json
@click.pass_context
def close(context: click.Context, number: int, text: str, on: date | None, as_json: bool) -> None:
    """Close the file of a request that was answered, withdrawn, referred or left unpaid.

    \b
    Example:
      ofrecord request respond 1
      ofrecord request decide 1 --by-way email
      ofrecord request close 1
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.close(house, number, text, on)
    lines = [f"The file of request {number} is closed.", f"It goes on: ofrecord request reopen {number} --reason 'WHY'"]
    say(as_json, state_data(life), lines)


@click.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it goes on.")
@on_day
@with_json
@click.pass_context
def reopen(context: click.Context, number: int, reason: str, on: date | None, as_json: bool) -> None:
    """Go on with a request that had ended: it protects again as an open one. Letters that were sent stay as they are.

    \b
    Example:
      ofrecord request withdraw 1 --reason "said so by telephone"
      ofrecord request reopen 1 --reason "called again the same day"
    """
    with open_for_writing(settings_of(context)) as house:
        life = intake.reopen(house, number, reason, on)
    say(as_json, state_data(life), [f"Request {number} is open again; nothing that it asks for may be destroyed."])


@click.command()
@click.argument("number", type=int)
@click.argument("step", type=click.Choice(list(litigating.STEPS)))
@click.option("--for", "order_for", type=click.Choice(litigating.SIDES), help="For whom the order is.")
@click.option(
    "--notice-of-entry", is_flag=True, help="Notice of entry of the order was given (shorter time to appeal)."
)
@click.option("--note", "text", default="", help="The court, the case number.")
@on_day
@with_json
@click.pass_context
def court(
    context: click.Context,
    number: int,
    step: str,
    order_for: str | None,
    notice_of_entry: bool,
    text: str,
    on: date | None,
    as_json: bool,
) -> None:
    """Write down a court action about a request, step by step. From its written notice on nothing may be destroyed.

    \b
    Example:
      ofrecord request court 1 notice --note "Marathon County, 26-CV-100"
      ofrecord request court 1 order --for requester
      ofrecord request court 1 produced
    """
    with open_for_writing(settings_of(context)) as house:
        life = litigating.record_step(house, number, step, on, order_for or "", notice_of_entry, text)
    said = {
        "notice": "From now on nothing it asks for may be destroyed, and there is no last day yet.",
        "order": "The days to appeal run; an appeal, or the access that was ordered, is written down the same way.",
        "appeal": "Nothing may be destroyed until the appellate order is written down.",
        "appeal-order": "It ends the bar when it is for the city; when for the requester, write down access: produced.",
        "produced": "Access was given as the court ordered.",
    }
    lines = [f"Written down for request {number}: {step}. {said[step]}"]
    say(as_json, {**state_data(life), "step": step}, [*lines, "Tell the city's attorney."])
