"""`ofrecord schedules rules`: under which series records are filed, tried before it counts."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from console.cli.output import counted, say, settings_of, with_json
from console.cli.schedules import schedules
from workflows import filing
from workflows.house import open_for_writing, open_house

F = TypeVar("F", bound=Callable[..., Any])


@schedules.group("rules")
def rules() -> None:
    """The city's own rules for filing: the first that a record meets decides its series.

    \b
    Example:
      ofrecord schedules rules try WI-SM-CONV --kind comment --replied yes
      ofrecord schedules rules add WI-SM-CONV --kind comment --replied yes --reason "Correspondence"
      ofrecord schedules rules list
    """


def _conditions(command: F) -> F:
    options = (
        click.option("--account", default="", help="On this account."),
        click.option("--kind", default="", help="Of this kind: post, comment, message, ..."),
        click.option("--author", default="", type=click.Choice(["", "official", "public"]), help="Written by whom."),
        click.option("--replied", default="", type=click.Choice(["", "yes", "no"]), help="Does staff answer there?"),
        click.option("--tag", default="", help="With this tag."),
        click.option("--ground", default="", help="Removed on this ground of the city's policy."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@rules.command("try")
@click.argument("series")
@_conditions
@with_json
@click.pass_context
def try_(context: click.Context, /, series: str, as_json: bool, **conditions: str) -> None:
    """Show what a rule would do, before it is saved: how many records it touches and what would be due.

    \b
    Example:
      ofrecord schedules rules try WI-SM-CONV --kind comment --replied yes
    """
    with open_house(settings_of(context)) as house:
        trial = filing.try_rule(house, filing.wanted(series, conditions))
    say(as_json, _data(trial, False), [*_lines(trial), "This is a trial: nothing was changed."])


@rules.command("add")
@click.argument("series")
@_conditions
@click.option("--reason", required=True, help="Why; it is kept.")
@click.option("--only-new", is_flag=True, help="Leave what is kept already where it is filed.")
@with_json
@click.pass_context
def add(context: click.Context, /, series: str, reason: str, only_new: bool, as_json: bool, **conditions: str) -> None:
    """Save a rule, asked after those that are there, and file what it moves.

    \b
    Example:
      ofrecord schedules rules try WI-SM-CONV --kind comment --replied yes
      ofrecord schedules rules add WI-SM-CONV --kind comment --replied yes --reason "Correspondence"
    """
    with open_for_writing(settings_of(context)) as house:
        trial = filing.save_rule(house, filing.wanted(series, conditions), reason, only_new)
    what = "nothing that is kept already" if only_new else counted(trial.moved, "record")
    lines = [f"Rule {trial.rule.number} is saved; filed anew: {what}.", *_lines(trial)]
    lines.append(f"To take it back: ofrecord schedules rules remove {trial.rule.number} --reason ...")
    say(as_json, _data(trial, True), lines)


@rules.command("list")
@with_json
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the rules in the order in which they are asked, and what they would file elsewhere by now.

    \b
    Example:
      ofrecord schedules rules list
    """
    with open_house(settings_of(context)) as house:
        there, elsewhere = filing.rules(house), filing.misfiled(house)
    lines = [f"{rule.number:>4}  {rule.series:16} {rule.said_as}" for rule in there]
    counts = {series: len(numbers) for series, numbers in sorted(elsewhere.items())}
    for series, count in counts.items():
        lines.append(f"{counted(count, 'record')} would go to {series} by now: ofrecord schedules rules apply")
    data = {"rules": [{"number": r.number, "series": r.series, "said_as": r.said_as} for r in there]}
    say(as_json, {**data, "would_move": counts}, [*lines, counted(len(there), "rule")])


@rules.command("apply")
@with_json
@click.pass_context
def apply(context: click.Context, as_json: bool) -> None:
    """File everything as the rules say now. What a person filed by hand stays.

    A record is filed when it is taken in; staff may answer in its thread, or a removal be recorded, only later.

    \b
    Example:
      ofrecord schedules rules apply
    """
    with open_for_writing(settings_of(context)) as house:
        moved = filing.apply_rules(house)
    lines = [f"{counted(count, 'record')} filed under {series}." for series, count in sorted(moved.items())]
    say(as_json, {"moved": moved}, lines or ["Everything is filed as the rules say."])


@rules.command("remove")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it is kept.")
@with_json
@click.pass_context
def remove(context: click.Context, number: int, reason: str, as_json: bool) -> None:
    """Remove a rule. What it filed stays filed until another rule or a person files it elsewhere.

    \b
    Example:
      ofrecord schedules rules add WI-SM-CONV --kind comment --replied yes --reason "Correspondence"
      ofrecord schedules rules remove 1 --reason "Not adopted after all"
    """
    with open_for_writing(settings_of(context)) as house:
        gone = filing.remove_rule(house, number, reason)
    lines = [f"Rule {number} is removed ({gone.said_as} to {gone.series}). What it filed stays filed."]
    lines.append("To file it elsewhere: ofrecord retention file --query ... --series ... --reason ...")
    say(as_json, {"removed": number}, lines)


def _lines(trial: filing.Trial) -> list[str]:
    lines = [f"  {trial.rule.said_as}, to {trial.rule.series}: {counted(trial.meets, 'record')} now"]
    lines += [f"    {count:,} filed under {series} until now" for series, count in sorted(trial.moves.items())]
    if trial.by_hand:
        lines.append(f"    {trial.by_hand:,} filed by a person stay where they are")
    if trial.set_aside:
        lines.append(f"    {trial.set_aside:,} set aside for the Historical Society stay where they are")
    lines.append(f"    past their period then: {trial.due_now:,} today, {trial.due_within_a_year:,} within a year")
    return lines


def _data(trial: filing.Trial, saved: bool) -> dict[str, Any]:
    names = ("meets", "by_hand", "set_aside", "due_now", "due_within_a_year")
    rule = {"number": trial.rule.number, "series": trial.rule.series, "said_as": trial.rule.said_as}
    return {**rule, **{name: getattr(trial, name) for name in names}, "moves": dict(trial.moves), "saved": saved}
