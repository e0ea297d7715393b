"""`ofrecord request open`: a request as it came in, by any way, with or without a name."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from console.cli.output import DAY, note, say, settings_of, with_json
from custody.errors import UsageError
from custody.request import Form, RecordsRequest
from workflows import citing, intake, targets
from workflows.house import House, open_for_writing


@click.command("open")
@click.argument("words")
@click.option("--channel", required=True, help=f"How it came in: {', '.join(intake.CHANNELS)}.")
@click.option("--received", help="When it was received, city time (2025-12-01 or 2025-12-01T14:30). Default: now.")
@click.option("--received-by", default="", help="Who took it in. Default: you.")
@click.option("--requester", default="", help="Optional: nobody has to give a name (Wis. Stat. 19.35(1)(i)).")
@click.option("--purpose", default="", help="Optional: nobody has to say why. Leave it out unless it was told unasked.")
@click.option("--contact", default="", help="Optional: where the answer goes (address, e-mail, telephone).")
@click.option("--form", type=click.Choice([each.value for each in Form]), default="any", help="The form asked for.")
@click.option("--oral/--written", default=None, help="Default: walk-in and phone are oral, all else is written.")
@click.option("--incarcerated", is_flag=True, help="The requester is committed or incarcerated (90 days, not 60).")
@click.option("--about", default="", help="A query for what it may reach; the hold covers it. Default: everything.")
@click.option("--until", type=DAY, help="The last day posted that is asked for, when it is still to come.")
@click.option("--ongoing", is_flag=True, help="No last day was named: the hold reaches all that is still captured.")
@with_json
@click.pass_context
def open_(context: click.Context, /, words: str, as_json: bool, **given: Any) -> None:
    """Open a request in its own words. A hold is placed at once on what it may reach.

    Name, purpose and contact are optional. The hold also reaches what is captured later, as far as it was posted
    through the day of receipt (or --until).

    \b
    Example:
      ofrecord request open "All posts about the Oak Street flood" --channel email --received 2025-12-01
      ofrecord request open "Anything on the Main Street bridge, by phone" --channel phone --form paper
      ofrecord request open "All comments of May 2025" --channel form --about "since:2025-05-01 until:2025-05-31"
    """
    with open_for_writing(settings_of(context)) as house:
        asked = _asked(house, words, **given)
        made = intake.receive(house, asked)
        zone, warnings = house.city.time_zone, intake.warnings(house, made)
        reach, cited = _reach(asked, made, zone), citing.bar(house)
        standing = targets.standing(house.city, made.target, made.received_at.date()) if made.target else ""
    for warning in warnings:
        note(warning)
    lines = [f"Request {made.number} is open, received {_local(made.received_at, zone)} by {made.channel}."]
    if made.target and made.target.day:
        lines.append(
            f"{made.target.label[0].upper()}{made.target.label[1:]}: {made.target.day:%A, %B} {made.target.day.day}, "
            f"{made.target.day.year} (ofrecord request clock {made.number} shows the counting)."
        )
    lines.append(f"A hold stands on what it may reach: nothing of it may be destroyed{cited}.")
    lines.append(reach)
    lines.append(f"Next: ofrecord request collect {made.number} 'QUERY'")
    say(as_json, {**data_of(made), "warnings": warnings, "standing": standing}, lines)


def _asked(house: House, words: str, **given: Any) -> intake.Asked:
    received, oral = given["received"], given["oral"]
    return intake.Asked(
        words=words,
        received_at=moment_in(received, house) if received else house.clock(),
        channel=given["channel"],
        requester=given["requester"],
        about=given["about"],
        received_by=given["received_by"],
        written=None if oral is None else not oral,
        form=Form(given["form"]),
        purpose=given["purpose"],
        contact=given["contact"],
        incarcerated=given["incarcerated"],
        until=given["until"],
        ongoing=given["ongoing"],
    )


def _reach(asked: intake.Asked, made: RecordsRequest, zone: str) -> str:
    if asked.ongoing:
        return "It reaches everything that is captured from now on as well."
    day = max(made.received_at.astimezone(ZoneInfo(zone)).date(), asked.until or date.min)
    return f"It also reaches what is captured later, as far as it was posted through {day}."


def moment_in(text: str, house: House) -> datetime:
    """A moment written in the city's time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no date.", "Write it as 2025-12-01 or 2025-12-01T14:30.") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(house.city.time_zone))
    return moment.astimezone(UTC)


def _local(moment: datetime, zone: str) -> str:
    said = f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    return said.removesuffix(" 00:00")  # midnight stands for a day without an hour


def data_of(made: RecordsRequest) -> dict[str, Any]:
    """A request as JSON data. What nobody has to give is empty."""
    names = ("number", "words", "channel", "requester", "received_by", "written", "purpose", "contact", "incarcerated")
    target = targets.as_data(made.target) if made.target else None
    return {
        **{name: getattr(made, name) for name in names},
        "received_at": made.received_at.isoformat(),
        "state": made.state.value,
        "form": made.form.value,
        "target": target and {name: target[name] for name in ("day", "label", "citation", "is_law")},
    }
