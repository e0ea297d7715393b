"""`ofrecord account`: the city's presences, who answers for each, under which series its content is kept."""

from datetime import date

import click

from console.cli.output import DAY, counted, note, say, settings_of, with_json
from custody.account import Account
from workflows.enrolling import add_account
from workflows.house import open_for_writing, open_house


@click.group()
def account() -> None:
    """Register and show the city's accounts. Every import belongs to one.

    \b
    Example:
      ofrecord account add MapleFallsParks --platform facebook --department Parks --custodian "Dana Ruiz"
      ofrecord account list
    """


@account.command("add")
@click.argument("handle")
@click.option("--platform", required=True, help="Which platform: x, facebook, wordpress, feed, web_archive, ...")
@click.option("--name", default="", help="The name the public sees.")
@click.option("--department", default="", help="The department that owns it.")
@click.option("--custodian", default="", help="Its legal custodian.")
@click.option("--authorized-user", "users", multiple=True, help="Who may post; repeat for several.")
@click.option("--series", default="", help="Record series for all its content; left out, the kind of record decides.")
@click.option("--since", type=DAY, help="First day the city ran it (2019-05-01).")
@click.option("--until", type=DAY, help="Last day the city ran it.")
@with_json
@click.pass_context
def add(
    context: click.Context,
    handle: str,
    platform: str,
    name: str,
    department: str,
    custodian: str,
    users: tuple[str, ...],
    series: str,
    since: date | None,
    until: date | None,
    as_json: bool,
) -> None:
    """Register an account.

    \b
    Example:
      ofrecord account add MapleFallsParks --platform facebook --department Parks --custodian "Dana Ruiz"
    """
    days = {"since": since, "until": until}
    with open_for_writing(settings_of(context)) as house:
        made = add_account(
            house, handle, platform, name, department, custodian, authorized_users=users, series=series, **days
        )
    if not custodian:
        note("No legal custodian is named yet. Wisconsin (Wis. Stat. 19.33) wants one for each authority's records.")
    say(
        as_json,
        _data(made),
        [f"Registered {made.handle} ({made.platform}). Next: ofrecord import FILE --account {made.handle}"],
    )


@account.command("list")
@with_json
@click.pass_context
def list_accounts(context: click.Context, as_json: bool) -> None:
    """List the registered accounts.

    \b
    Example:
      ofrecord account list
    """
    with open_house(settings_of(context)) as house:
        there = house.accounts()
    lines = [
        f"{a.handle:24} {a.platform:12} {a.department or '-':20} custodian: {a.custodian or 'none named'}"
        for a in there
    ]
    say(as_json, {"accounts": [_data(a) for a in there]}, [*lines, counted(len(there), "account")])


@account.command("show")
@click.argument("handle")
@with_json
@click.pass_context
def show(context: click.Context, handle: str, as_json: bool) -> None:
    """Show what is known of one account.

    \b
    Example:
      ofrecord account show MapleFallsParks
    """
    with open_house(settings_of(context)) as house:
        data = _data(house.account_named(handle))
    say(as_json, data, [f"{name.replace('_', ' '):18} {value}" for name, value in data.items() if value])


def _data(account: Account) -> dict[str, object]:
    return {
        "handle": account.handle,
        "platform": account.platform,
        "name": account.name,
        "department": account.department,
        "custodian": account.custodian,
        "authorized_users": list(account.authorized_users),
        "series": account.series,
        "since": str(account.since or ""),
        "until": str(account.until or ""),
    }
