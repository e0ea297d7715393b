"""`ofrecord request about-self`: somebody asks for information about themself, and their own right is tested."""

from datetime import date

import click

from console.cli.output import say, settings_of, with_json
from console.cli.request_intake import on_day
from console.cli.request_words import law_unverified
from custody.errors import UsageError
from workflows import about_self as workflow
from workflows.house import open_for_writing


@click.command("about-self")
@click.argument("number", type=int)
@click.option("--identified", default="", help="How you know who asks: the first step.")
@click.option("--found", type=click.Choice(["open", *workflow.BARS]), help="What the test of their own right found.")
@click.option("--note", default="", help="With --found: why.")
@on_day
@with_json
@click.pass_context
def about_self(
    context: click.Context, number: int, identified: str, found: str | None, note: str, on: date | None, as_json: bool
) -> None:
    """Write down that somebody asks for information about themself; then what the test of their own right found.

    Only where they said so and you know who they are: otherwise nobody has to give a name. Where everybody's right
    denies it, their own is tested before anything is denied.

    \b
    Example:
      ofrecord request about-self 1 --identified "driver license shown at the counter"
      ofrecord request about-self 1 --found open --note "no investigation, nobody is endangered"
    """
    if bool(identified) == bool(found):
        raise UsageError("Give either --identified or --found.", "First who asks, later what the test found.")
    with open_for_writing(settings_of(context)) as house:
        if found:
            ruling = workflow.tested(house, number, "" if found == "open" else found, note, on)
        else:
            ruling = workflow.said_so(house, number, identified, on)
        law_unverified(house, "the right to one's own information")
    lines = [f"Request {number}, about the requester themself: {ruling.label} ({ruling.citation}).", f"  {ruling.why}"]
    lines += [f"  {each}" for each in ruling.needs]
    if not found:
        lines.append("Next: decide on every record as for anyone. If something is withheld, test their own right:")
        lines.append(f"  ofrecord request about-self {number} --found open --note 'WHY' (or what bars it)")
    data = {"number": number, "label": ruling.label, "open": ruling.allowed, "why": ruling.why, "needs": ruling.needs}
    say(as_json, {**data, "citation": ruling.citation}, lines)
