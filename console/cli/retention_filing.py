"""`ofrecord retention file` and `event`: a person files records, and records what starts or moves a clock."""

from datetime import date

import click

from console.cli.hold import numbers_of
from console.cli.output import DAY, counted, say, settings_of, with_json
from console.cli.retention import retention
from workflows import filing, occurrences
from workflows.house import open_for_writing, open_house


@retention.command("file")
@click.argument("records", nargs=-1)
@click.option("--query", default="", help="Which records, as in search, instead of numbers.")
@click.option("--series", required=True, help="The series to file them under.")
@click.option("--reason", required=True, help="Why; it is kept and shown with each record.")
@click.option("--dry-run", is_flag=True, help="Only say how many. Nothing is changed.")
@with_json
@click.pass_context
def file(
    context: click.Context,
    records: tuple[str, ...],
    query: str,
    series: str,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """File records under a series by your own decision. No rule moves them after that.

    \b
    Example:
      ofrecord retention file R13 --series WI-SM-POST --reason "Official announcement" --dry-run
      ofrecord retention file --query 'flood' --series WI-DEF-7Y --reason "Asked by the city attorney"
    """
    with (open_house if dry_run else open_for_writing)(settings_of(context)) as house:
        said, numbers = filing.reach(house, query, numbers_of(records))
        moved = filing.would_move(house, numbers, series) if dry_run else filing.file(house, numbers, series, reason)
    lines = [f"{said}: {counted(len(numbers), 'record')}, {moved:,} of them filed under another series until now."]
    lines.append("This is a dry run: nothing was changed." if dry_run else f"All are filed under {series} now.")
    say(as_json, {"records": len(numbers), "moved": moved, "series": series, "filed": not dry_run}, lines)


@retention.command("event")
@click.argument("of")
@click.option("--what", required=True, type=click.Choice(list(occurrences.WHAT)), help="What happened.")
@click.option("--on", type=DAY, required=True, help="The day on which it happened.")
@click.option("--ground", default="", help="The ground of the policy, for a removal.")
@click.option("--note", default="", help="Where it stands: the minutes, the court's file.")
@with_json
@click.pass_context
def event(context: click.Context, of: str, what: str, on: date, ground: str, note: str, as_json: bool) -> None:
    """Record what starts or moves a clock, of a record (R13), an account or a series.

    \b
    Example:
      ofrecord retention event R13 --what hidden --on 2025-03-14 --ground M01
      ofrecord retention event WI-MTG-90D --what minutes-approved --on 2025-09-09
    """
    with open_for_writing(settings_of(context)) as house:
        made = occurrences.record_event(house, of, what, on, ground, note)
    lines = [f"Recorded for {made.of}: {occurrences.WHAT[what]}, on {on}."]
    lines.append(f"If it is wrong: ofrecord retention withdraw {made.act} --reason ...")
    say(as_json, {"act": made.act, "of": made.of, "what": what, "on": str(on), "ground": ground}, lines)


@retention.command("events")
@with_json
@click.pass_context
def events(context: click.Context, as_json: bool) -> None:
    """List the recorded events.

    \b
    Example:
      ofrecord retention events
    """
    with open_house(settings_of(context)) as house:
        there = occurrences.recorded(house)
    lines = [f"{each.act:>6}  {each.on}  {each.of:20} {occurrences.WHAT[each.what]}" for each in there]
    rows = [{"act": e.act, "of": e.of, "what": e.what, "on": str(e.on), "ground": e.ground} for e in there]
    say(as_json, {"events": rows}, [*lines, counted(len(there), "event")])


@retention.command("withdraw")
@click.argument("act", type=int)
@click.option("--reason", required=True, help="Why; it is kept.")
@with_json
@click.pass_context
def withdraw(context: click.Context, act: int, reason: str, as_json: bool) -> None:
    """Withdraw a recorded event that was wrong; that it was recorded and withdrawn stays in the log.

    \b
    Example:
      ofrecord retention withdraw 99 --reason "wrong day"  # refused: No event was recorded
    """
    with open_for_writing(settings_of(context)) as house:
        gone = occurrences.withdraw(house, act, reason)
    say(as_json, {"withdrawn": act}, [f"Withdrawn: {gone.what} of {gone.of} on {gone.on}."])
