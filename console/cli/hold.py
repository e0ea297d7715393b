"""`ofrecord hold`: place a hold on records, see what it reaches, release it with a reason."""

from datetime import date
from typing import Any

import click

from console.cli.output import DAY, counted, say, settings_of, with_json
from custody.errors import UsageError
from custody.ids import RecordNumber, number_of
from workflows import holding
from workflows.house import open_for_writing, open_house
from workflows.purge_list import under_way


@click.group()
def hold() -> None:
    """Place and release holds: nothing a hold reaches may be destroyed while it stands.

    Records requests place their own holds; this is for litigation, audits and anything else.

    \b
    Example:
      ofrecord hold place litigation --query 'flood' --matter "Smith v. City" --reason "Claim filed" --dry-run
      ofrecord hold place litigation --query 'flood' --matter "Smith v. City" --reason "Claim filed"
      ofrecord hold list
      ofrecord hold release 1 --reason "Case dismissed, appeal time has run"
    """


@hold.command("place")
@click.argument("kind", type=click.Choice(holding.KINDS))
@click.argument("records", nargs=-1)
@click.option("--query", default="", help="Which records, as in search. Without it and without numbers: every record.")
@click.option("--matter", required=True, help="What it is about: a case, a claim, an audit.")
@click.option("--reason", required=True, help="Why nothing may be destroyed.")
@click.option("--authority", default="", help="By whose order or under which law.")
@click.option("--only-now", is_flag=True, help="Reach only what is kept now, not what is taken in later.")
@click.option("--until", "closes_on", type=DAY, help="Reach what is taken in through this day.")
@click.option("--through", type=DAY, help="The last protected day. Without it the hold has no end.")
@click.option("--dry-run", is_flag=True, help="Only say what it would reach. Nothing is changed.")
@with_json
@click.pass_context
def place(
    context: click.Context,
    kind: str,
    records: tuple[str, ...],
    query: str,
    matter: str,
    reason: str,
    authority: str,
    only_now: bool,
    closes_on: date | None,
    through: date | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Place a hold. It is said what it reaches; `--dry-run` says so without placing it.

    \b
    Example:
      ofrecord hold place litigation --query 'flood' --matter "Smith v. City" --reason "Claim filed" --dry-run
      ofrecord hold place audit R13 R14 --matter "State audit 2026" --reason "Auditor asked" --through 2027-06-30
    """
    wanted = holding.Wanted(
        kind=kind,
        matter=matter,
        reason=reason,
        authority=authority,
        query=query,
        numbers=numbers_of(records),
        future=not only_now,
        closes_on=closes_on,
        through=through,
    )
    if dry_run:
        with open_house(settings_of(context)) as house:
            reach = holding.preview(house, wanted)
        line = f"It would reach {counted(reach.count, 'record')}: {reach.said_as}. Nothing was changed."
        say(as_json, {"placed": False, "reaches_now": reach.count, "scope": reach.said_as}, [line])
        return
    with open_for_writing(settings_of(context)) as house:
        made = holding.place(house, wanted)
        data, purges = holding.as_data(house, made), under_way(house)
    lines = [f"Hold {made.number} stands on {counted(data['reaches_now'], 'record')}: {data['scope']}."]
    lines += _reach(data)
    lines.append(f"Release it when the matter is over: ofrecord hold release {made.number} --reason ...")
    for purge in purges:
        lines.append(
            f"Purge {purge.number} is {purge.state.value}. If this reaches one of its records, it is thrown back."
        )
    say(as_json, {**data, "placed": True}, lines)


@hold.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that were released.")
@with_json
@click.pass_context
def list_(context: click.Context, everything: bool, as_json: bool) -> None:
    """List the holds that stand.

    \b
    Example:
      ofrecord hold list --all
    """
    with open_house(settings_of(context)) as house:
        there = [holding.as_data(house, each) for each in holding.holds(house, everything)]
    lines = []
    for each in there:
        end = f"released {each['released_on']}" if each["released_on"] else each["protects_through"] or "no end"
        reach = counted(each["reaches_now"], "record")
        lines.append(f"{each['number']:>4}  {each['kind']:10} {end:20} {reach:>14}  {each['matter']}")
    say(as_json, {"holds": there}, [*lines, counted(len(there), "hold")])


@hold.command("show")
@click.argument("number", type=int)
@with_json
@click.pass_context
def show(context: click.Context, number: int, as_json: bool) -> None:
    """Show one hold: what it reaches, why, who placed it, who lifted it.

    \b
    Example:
      ofrecord hold place other R13 --matter "Donor dispute" --reason "Asked by the city attorney"
      ofrecord hold show 1
    """
    with open_house(settings_of(context)) as house:
        data = holding.as_data(house, holding.hold_of(house, number))
    lines = [f"Hold {number}, {data['kind']}: {data['matter']}", f"  reason: {data['reason']}"]
    lines += [f"  authority: {data['authority']}"] if data["authority"] else []
    lines.append(f"  reaches {counted(data['reaches_now'], 'record')}: {data['scope']}")
    lines += [f"  {line}" for line in _reach(data)]
    lines.append(f"  placed {data['placed_on']} by {data['placed_by']}")
    if data["released_on"]:
        lines.append(f"  released {data['released_on']} by {data['released_by']}: {data['release_reason']}")
    say(as_json, data, lines)


@hold.command("release")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it may be lifted; it is kept.")
@with_json
@click.pass_context
def release(context: click.Context, number: int, reason: str, as_json: bool) -> None:
    """Release a hold. What it reached is judged without it from now on; nothing is destroyed by this.

    \b
    Example:
      ofrecord hold place other R13 --matter "Donor dispute" --reason "Asked by the city attorney"
      ofrecord hold release 1 --reason "Dispute settled"
    """
    with open_for_writing(settings_of(context)) as house:
        lifted = holding.release(house, number, reason)
        data = holding.as_data(house, lifted)
    lines = [f"Hold {number} is released; it reached {counted(data['reaches_now'], 'record')}."]
    lines.append("Nothing was destroyed. To hold them again, place a new hold.")
    lines.append("Next: ofrecord retention due shows what the records wait for now.")
    say(as_json, data, lines)


def numbers_of(records: tuple[str, ...]) -> tuple[RecordNumber, ...]:
    """Record numbers as a person writes them. Raises UsageError on what is none."""
    found = []
    for label in records:
        number = number_of(label)
        if number is None:
            raise UsageError(f"{label!r} is no record number.", "They look like R13.")
        found.append(number)
    return tuple(dict.fromkeys(found))


def _reach(data: dict[str, Any]) -> list[str]:
    if data["only_numbers"]:
        scope = "It reaches these records and no others."
    elif not data["future"]:
        scope = "It reaches what was kept when it was placed, not what is taken in later."
    elif data["closes_on"]:
        scope = f"It also reaches what is taken in through {data['closes_on']}."
    else:
        scope = "It also reaches what is taken in later."
    end = data["protects_through"]
    return [scope, f"It protects through {end}." if end else "It has no end until somebody releases it."]
