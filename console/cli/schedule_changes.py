"""`ofrecord schedules adopt`, `ordinance`, ...: what the city decided about its schedules, with what that does."""

from datetime import date
from typing import Any

import click

from console.cli.asking import signer_for
from console.cli.output import DAY, counted, note, say, settings_of, with_json
from console.cli.schedules import schedules
from custody.errors import UsageError
from workflows import scheduling
from workflows.house import open_for_writing, open_house
from workflows.scheduling import Change

_TRIGGERS = ("creation", "last_event", "thread_end", "event", "end_of_term", "superseded", "minutes_published")
_FATES = ("destroy", "destroy_confidential", "transfer_archives", "permanent", "review")


@schedules.command("adopt")
@click.argument("series")
@click.option("--on", type=DAY, required=True, help="The day on which the city adopted it.")
@click.option("--ref", "reference", required=True, help="Where that stands: the form, the minutes.")
@click.option("--expires", type=DAY, help="The last day on which the approval holds.")
@click.option("--period", help='What was looked up: "3 years", "6 months", "90 days".')
@click.option("--trigger", type=click.Choice(_TRIGGERS), help="From when the period runs.")
@click.option("--fate", type=click.Choice(_FATES), help="What happens when it has ended.")
@click.option("--title", help="The title of the row, for a row nobody has entered yet.")
@click.option("--authority", help="The schedule it stands in, with its number.")
@click.option(
    "--notice", type=click.Choice(["required", "waived", "not_applicable"]), help="Notice before destruction."
)
@click.option("--verified-by", help="Who compared the row with its source, as typed: nobody checks who that is.")
@click.option("--only-new", is_flag=True, help="Records created before that day keep the period they had.")
@click.option("--dry-run", is_flag=True, help="Only say what it would do. Nothing is changed.")
@with_json
@click.pass_context
def adopt(
    context: click.Context,
    /,
    series: str,
    on: date,
    reference: str,
    expires: date | None,
    only_new: bool,
    dry_run: bool,
    as_json: bool,
    **entered: str | None,
) -> None:
    """Enter that the city adopted a row, with what of it was looked up.

    It is said how many records that touches. What lets records go earlier is only proposed: a second
    person confirms it.

    \b
    Example:
      ofrecord schedules adopt WI-SM-CONV --on 2026-01-12 --ref "PRB-002" --period "3 years" --dry-run
      ofrecord schedules adopt WI-SM-CONV --on 2026-01-12 --ref "PRB-002" --period "3 years" --expires 2028-08-27
    """
    row = {
        "period": _period(entered["period"]) if entered["period"] else None,
        "trigger": entered["trigger"],
        "fate": entered["fate"],
        "title": entered["title"],
        "authority": entered["authority"],
        "whs_notice": entered["notice"],
        "verified_by": entered["verified_by"],
        "verified_on": str(on) if entered["verified_by"] else None,
    }
    wanted = scheduling.Adoption(
        adopted=on,
        reference=reference,
        expires=expires,
        only_new=only_new,
        row={name: value for name, value in row.items() if value is not None},
    )
    with (open_house if dry_run else open_for_writing)(settings_of(context)) as house:
        _say(as_json, scheduling.adopt(house, series, wanted, dry_run))


@schedules.command("extend")
@click.argument("series")
@click.option("--on", type=DAY, required=True, help="The day on which the extension was granted.")
@click.option("--ref", "reference", required=True, help="Where that stands: the form.")
@click.option("--dry-run", is_flag=True, help="Only say what it would do. Nothing is changed.")
@with_json
@click.pass_context
def extend(context: click.Context, series: str, on: date, reference: str, dry_run: bool, as_json: bool) -> None:
    """Enter that the approval of an adopted row was extended once (in Wisconsin 18 months, form PRB-005).

    \b
    Example:
      ofrecord schedules adopt WI-SM-CONV --on 2026-01-12 --ref "PRB-002" --period "8 years" --expires 2028-08-27
      ofrecord schedules extend WI-SM-CONV --on 2026-03-02 --ref "PRB-005" --dry-run
    """
    with (open_house if dry_run else open_for_writing)(settings_of(context)) as house:
        _say(as_json, scheduling.extend(house, series, on, reference, dry_run))


@schedules.command("repeal")
@click.argument("series")
@click.option("--ref", "reference", required=True, help="Where the decision stands.")
@click.option("--dry-run", is_flag=True, help="Only say what it would do. Nothing is changed.")
@with_json
@click.pass_context
def repeal(context: click.Context, series: str, reference: str, dry_run: bool, as_json: bool) -> None:
    """Enter that the city goes by an adopted row no more.

    \b
    Example:
      ofrecord schedules adopt WI-SM-CONV --on 2026-01-12 --ref "PRB-002" --period "8 years"
      ofrecord schedules repeal WI-SM-CONV --ref "Common Council, 2026-03-02" --dry-run
    """
    with (open_house if dry_run else open_for_writing)(settings_of(context)) as house:
        _say(as_json, scheduling.repeal(house, series, reference, dry_run))


@schedules.command("ordinance")
@click.argument("citation")
@with_json
@click.pass_context
def ordinance(context: click.Context, citation: str, as_json: bool) -> None:
    """Enter the ordinance that provides for destruction; without one nothing may be destroyed.

    \b
    Example:
      ofrecord schedules ordinance "Municipal Code 2.40"
    """
    with open_for_writing(settings_of(context)) as house:
        _say(as_json, scheduling.enter_ordinance(house, citation))


@schedules.command("waiver")
@click.argument("series")
@click.option("--ref", "reference", required=True, help="Where the waiver stands: the letter, the schedule's row.")
@with_json
@click.pass_context
def waiver(context: click.Context, series: str, reference: str, as_json: bool) -> None:
    """Enter that the Historical Society waived its notice for a series.

    \b
    Example:
      ofrecord schedules waiver WI-SM-PUB --ref "Letter of the Society, 2026-01-05"
    """
    with open_for_writing(settings_of(context)) as house:
        _say(as_json, scheduling.enter_waiver(house, series, reference))


@schedules.command("changes")
@with_json
@click.pass_context
def changes(context: click.Context, as_json: bool) -> None:
    """List every change of the schedules and how it stands.

    \b
    Example:
      ofrecord schedules changes
    """
    with open_house(settings_of(context)) as house:
        there = scheduling.changes(house)
    lines = [f"{each.number:>4}  {each.state:9}  {each.said_as}" for each in there]
    say(as_json, {"changes": [_data(each) for each in there]}, [*lines, counted(len(there), "change")])


@schedules.command("confirm")
@click.argument("number", type=int)
@click.option("--as", "name", default="", help="Which custodian signs, where there are several.")
@with_json
@click.pass_context
def confirm(context: click.Context, number: int, name: str, as_json: bool) -> None:
    """Confirm a proposed change as the second person. Whoever proposed it cannot.

    Where a custodian is enrolled (ofrecord user), the custodian signs with a password. A purge counts only on changes
    that were signed.

    \b
    Example:
      ofrecord schedules adopt WI-SM-CONV --on 2026-01-12 --ref "PRB-002" --period "3 years"
      ofrecord schedules confirm 1  # refused: Another person has to
    """
    with open_for_writing(settings_of(context)) as house:
        signer = signer_for(house, name, "approve") if scheduling.is_signed_for(house) else None
        made = scheduling.confirm(house, number, signer)
        if signer is None:
            note("No custodian is enrolled who could sign, so no purge will count on this change: ofrecord user --help")
            note("To have it count later: repeal it, then adopt and confirm it anew.")
        _say(as_json, made)


@schedules.command("drop")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it is dropped; it is kept.")
@with_json
@click.pass_context
def drop(context: click.Context, number: int, reason: str, as_json: bool) -> None:
    """Drop a proposed change; it never was in force.

    \b
    Example:
      ofrecord schedules adopt WI-SM-CONV --on 2026-01-12 --ref "PRB-002" --period "3 years"
      ofrecord schedules drop 1 --reason "The council has not decided yet"
    """
    with open_for_writing(settings_of(context)) as house:
        _say(as_json, scheduling.drop(house, number, reason))


def _say(as_json: bool, change: Change) -> None:
    data = change.data
    lines = [f"{f'Change {change.number}' if change.number else 'This change'}: {change.said_as}."]
    if data["series"]:
        lines.append(f"  {counted(data['records'], 'record')} filed under {data['series']}:")
        lines.append(f"    {data['earlier']:,} could go earlier than before, {data['later']:,} later")
        past = f"{data['past_before']:,} before the change, {data['past_after']:,} after it"
        lines.append(f"    past their period today: {past}; within a year: {data['past_in_a_year']:,}")
        lines.append(
            f"  It {'acts backwards: it also counts' if data['acts_backwards'] else 'does not count'}"
            " for records kept already."
        )
    match change.state:
        case "proposed":
            lines.append("It lets records go earlier, so it is only proposed. Nothing has changed yet.")
            lines.append(f"Next: another person runs: ofrecord schedules confirm {change.number}")
        case "dropped":
            lines.append("It was dropped and never was in force.")
        case "not entered":
            second = " A second person would have to confirm it." if change.needs_second_person else ""
            lines.append(f"This is a dry run: nothing was changed.{second}")
        case _:
            lines.append("It is in force. Nothing was destroyed: ofrecord retention due shows what would be due.")
    if data["series"] and not data.get("row", {}).get("verified_by") and data["what"] == "adopt":
        note("Nobody is named yet as having compared the row with its source: --verified-by NAME.")
    if named := data.get("row", {}).get("verified_by"):
        note(f"That {named} compared the row with its source is written as typed: nobody checked who this is.")
    say(as_json, _data(change), lines)


def _data(change: Change) -> dict[str, Any]:
    return {**change.data, "number": change.number, "state": change.state, "said_as": change.said_as}


def _period(text: str) -> dict[str, Any]:
    number, _, unit = text.strip().partition(" ")
    unit = unit.strip() if unit.strip().endswith("s") else f"{unit.strip()}s"
    if not number.isdigit() or unit not in ("days", "months", "years"):
        raise UsageError(f"{text!r} is no period.", 'Write it as "3 years", "6 months" or "90 days".')
    return {"n": int(number), "unit": unit}
