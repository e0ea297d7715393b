"""`ofrecord user`: the people whose signature a purge takes, each with a role, a key and a password of their own."""

from typing import Any

import click

from console.cli.asking import new_password_of, password_of
from console.cli.output import counted, note, say, settings_of, with_json
from custody.authority import User
from custody.errors import UsageError
from workflows import people
from workflows.house import House, open_for_writing, open_house


@click.group()
def user() -> None:
    """Enrol the people who may sign: a destruction takes two of them, a clerk and a custodian.

    Each has a key of their own that only their password opens. Nobody else can sign in their name, not the program
    either. The first user is the director, who enrols the others. Everyday work needs no user.

    \b
    Example:
      ofrecord user add "Max Director" --role director
      ofrecord user add "Carla Clerk" --role clerk
      ofrecord user add "Dana Ruiz" --role custodian
      ofrecord user list
    """


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, help="director, custodian, clerk, coordinator or auditor.")
@click.option("--director", default="", help="Which director signs, where there are several.")
@with_json
@click.pass_context
def add(context: click.Context, name: str, role: str, director: str, as_json: bool) -> None:
    """Enrol a person with a role. The director signs; the person types a password of their own, twice.

    The very first user must be the director, who signs for themselves. That stands in the ledger for everybody to see.
    An approver must have been enrolled for 7 days, so enrol people early.

    \b
    Example:
      ofrecord user add "Max Director" --role director
      ofrecord user add "Dana Ruiz" --role custodian
    """
    if role not in people.role_table():
        known = ", ".join(people.role_table())
        raise UsageError(f"There is no role {role!r}.", f"Nothing was changed. Use one of: {known}.")
    with open_for_writing(settings_of(context)) as house:
        signs = people.user_named(house, director) if director else people.the_director(house)
        if signs is None:
            if role != "director":
                raise UsageError(
                    "Nobody is enrolled yet, and the first must be the director.",
                    'Begin with: ofrecord user add "NAME" --role director',
                )
            made = people.enrol_first_director(house, name, new_password_of(name))
        else:
            signer = people.sign_in(house, signs.name, password_of(signs.name))
            made = people.enrol(house, signer, name, role, new_password_of(name))
        data = _data(house, made)
    lines = [f"{made.name} is enrolled as {made.role}: {people.role_table()[made.role]}."]
    if signs is None:
        lines.append("This is the archive's first director, who signed for themselves; the ledger says so for ever.")
    lines.append("The password cannot be found out by anybody. Whoever loses it is retired and enrolled anew.")
    lines.append("Next: ofrecord user list")
    say(as_json, data, lines)


@user.command("list")
@with_json
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List everybody who was ever enrolled, and what each role may do.

    \b
    Example:
      ofrecord user list
    """
    with open_house(settings_of(context)) as house:
        there = people.users(house)
        data = [_data(house, each) for each in there]
    names = {row["number"]: row["name"] for row in data}
    lines = [f"{row['number']:>3}  {row['name']:28} {row['role']:12} {_since(row, names)}" for row in data]
    lines.append(counted(len(there), "user"))
    if not there:
        note('Nobody is enrolled. Begin with the director: ofrecord user add "NAME" --role director')
    say(as_json, {"users": data, "roles": people.role_table()}, lines)


@user.command("retire")
@click.argument("name")
@click.option("--reason", required=True, help="Why, for the log.")
@click.option("--director", default="", help="Which director signs, where there are several.")
@with_json
@click.pass_context
def retire(context: click.Context, name: str, reason: str, director: str, as_json: bool) -> None:
    """Retire a person: from now on they cannot sign. What they signed before stays valid.

    There is no way back but enrolling the person anew, with a new key and a new week to wait.

    \b
    Example:
      ofrecord user retire "Carla Clerk" --reason "left the office"
    """
    with open_for_writing(settings_of(context)) as house:
        signs = people.user_named(house, director) if director else people.the_director(house)
        people.user_named(house, name)
        if signs is None:
            raise UsageError("Nobody is enrolled yet.", "`ofrecord user list` shows everybody.")
        signer = people.sign_in(house, signs.name, password_of(signs.name))
        gone = people.retire(house, signer, name, reason)
    say(as_json, {"retired": gone.name}, [f"{gone.name} is retired and cannot sign any more."])


@user.command("password")
@click.argument("name")
@with_json
@click.pass_context
def password(context: click.Context, name: str, as_json: bool) -> None:
    """Change a person's password. The old one is needed; the key stays the same.

    \b
    Example:
      ofrecord user password "Dana Ruiz"
    """
    with open_for_writing(settings_of(context)) as house:
        person = people.user_named(house, name)
        signer = people.sign_in(house, person.name, password_of(person.name))
        people.change_password(house, signer, new_password_of(person.name))
    line = f"The password of {person.name} is changed. Older backups still hold the key under the old one."
    say(as_json, {"changed": person.name}, [line])


def _data(house: House, who: User) -> dict[str, Any]:
    return {
        "number": who.number, "name": who.name, "role": who.role, "key": people.key_as_text(who),
        "enrolled": people.local(house, who.enrolled_at), "enrolled_by": who.enrolled_by,
        "retired": people.local(house, who.retired_at) if who.retired_at is not None else "",
    }  # fmt: skip


def _since(row: dict[str, Any], names: dict[int, str]) -> str:
    by = "by themselves, the first" if row["enrolled_by"] == row["number"] else f"by {names[row['enrolled_by']]}"
    gone = f"; RETIRED {row['retired']}" if row["retired"] else ""
    return f"enrolled {row['enrolled']} {by}{gone}"
