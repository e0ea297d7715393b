"""`ofrecord notice`: the letter to the Historical Society before destruction, its mailing and its reply."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from console.cli.output import DAY, counted, note, say, settings_of, with_json
from custody.errors import UsageError
from workflows import noticing
from workflows.house import open_for_writing, open_house


@click.group()
def notice() -> None:
    """Give notice to the Historical Society before records may be destroyed: draft, mail on paper, note the reply.

    \b
    Example:
      ofrecord notice draft --contact "Dana Ruiz" --phone 715-555-0100  # refused: No record needs a notice now
      ofrecord notice list
    """


@notice.command("draft")
@click.option("--series", multiple=True, help="Only this series (may be given several times).")
@click.option("--years", help="Only records made in these years: 2017-2019.")
@click.option("--contact", default="", help="Who knows the records. Remembered for the next notice.")
@click.option("--phone", default="", help="That person's telephone number.")
@click.option("--attention", default="", help="The archivist's name, if you know it.")
@with_json
@click.pass_context
def draft(
    context: click.Context,
    series: tuple[str, ...],
    years: str | None,
    contact: str,
    phone: str,
    attention: str,
    as_json: bool,
) -> None:
    """Draft the letter for records whose period has ended. Nothing is mailed: you print, sign and mail it.

    \b
    Example:
      ofrecord notice draft --series WI-SM-POST --contact "Dana Ruiz" --phone 715-555-0100  # refused: has not ended
    """
    wanted = noticing.Wanted(
        contact=contact, phone=phone, attention=attention, series=series, years=_years(years) if years else None
    )
    with open_for_writing(settings_of(context)) as house:
        made, path = noticing.draft(house, wanted)
    lines = [f"Notice {made['number']} is drafted: {path}", *_rows(made)]
    lines.append("Print it, sign it, and mail it on paper. Nothing has been sent by the program.")
    lines.append(f"Next: ofrecord notice sent {made['number']} --on DAY (the day you mailed it)")
    note("The address was taken from the Society's own page and has not been verified: please check it.")
    say(as_json, {**_data(made), "pdf": str(path), "text": str(path.with_suffix(".txt"))}, lines)


@notice.command("sent")
@click.argument("number", type=int)
@click.option("--on", type=DAY, required=True, help="The day the letter was mailed.")
@with_json
@click.pass_context
def sent(context: click.Context, number: int, on: date, as_json: bool) -> None:
    """Note that the letter was mailed. The days of waiting run from then.

    \b
    Example:
      ofrecord notice sent 1 --on 2026-02-02  # refused: There is no notice 1
    """
    with open_for_writing(settings_of(context)) as house:
        made = noticing.sent(house, number, on)
    lines = [f"Notice {number} was mailed on {on}. Without a reply it waits through {made['waits_through']}."]
    lines.append(f"When a reply comes: ofrecord notice reply {number} declined --on DAY --scan FILE")
    say(as_json, _data(made), lines)


@notice.command("reply")
@click.argument("number", type=int)
@click.argument("answer", type=click.Choice(noticing.REPLIES))
@click.option("--on", type=DAY, required=True, help="The day of the reply.")
@click.option("--scan", type=click.Path(path_type=Path), help="The scanned letter; it is kept in the archive.")
@click.option("--note", "text", default="", help="Anything worth knowing.")
@with_json
@click.pass_context
def reply(
    context: click.Context, number: int, answer: str, on: date, scan: Path | None, text: str, as_json: bool
) -> None:
    """Note the reply. Accepted or under review: the records are set aside and nothing of them is destroyed.

    \b
    Example:
      ofrecord notice reply 1 declined --on 2026-02-20  # refused: There is no notice 1
    """
    with open_for_writing(settings_of(context)) as house:
        made = noticing.reply(house, number, answer, on, scan, text)
    lines = [f"The reply to notice {number} is noted: {answer}, {on}."]
    if answer in ("accepted", "reviewing"):
        lines.append("The records are set aside: nothing of them may be destroyed.")
    if answer == "accepted":
        lines.append(f"Next: ofrecord transfer make --notice {number} --dry-run (what would be handed over)")
    if answer not in ("accepted", "reviewing"):
        lines.append("Keep the letter. Each record is still judged by itself: ofrecord retention due")
    if scan is None:
        note("No scan was given. The reply is proof: give it later with the same command and --scan FILE.")
    say(as_json, _data(made), lines)


@notice.command("drop")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it is kept.")
@with_json
@click.pass_context
def drop(context: click.Context, number: int, reason: str, as_json: bool) -> None:
    """Drop a draft that was never mailed.

    \b
    Example:
      ofrecord notice drop 1 --reason "Wrong years"  # refused: There is no notice 1
    """
    with open_for_writing(settings_of(context)) as house:
        made = noticing.drop(house, number, reason)
    say(as_json, _data(made), [f"Notice {number} is dropped. It never counted."])


@notice.command("list")
@with_json
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the notices and how each stands.

    \b
    Example:
      ofrecord notice list
    """
    with open_house(settings_of(context)) as house:
        there = noticing.notices(house)
    lines = []
    for each in there:
        stand = each.get("reply") or (
            f"waits through {each['waits_through']}" if each["waits_through"] else "not mailed"
        )
        count = sum(row["records"] for row in each["rows"])
        lines.append(f"{each['number']:>4}  {each['state']:9} {counted(count, 'record'):>16}  {stand}")
    say(as_json, {"notices": [_data(each) for each in there]}, [*lines, counted(len(there), "notice")])


@notice.command("show")
@click.argument("number", type=int)
@click.option("--scan-into", type=click.Path(path_type=Path), help="Write the kept scan of the reply to this new file.")
@with_json
@click.pass_context
def show(context: click.Context, number: int, scan_into: Path | None, as_json: bool) -> None:
    """Show a notice with its letter, its mailing and its reply.

    \b
    Example:
      ofrecord notice show 1  # refused: There is no notice 1
    """
    with open_house(settings_of(context)) as house:
        made = noticing.notice_of(house, number)
        written = noticing.take_scan(house, number, scan_into) if scan_into else 0
    lines = [f"Notice {number}, {made['state']}", *_rows(made)]
    lines += [f"  mailed {made['mailed']}, waits through {made['waits_through']}"] if made.get("mailed") else []
    lines += (
        [f"  reply {made['replied']}: {made['reply']} {made.get('note', '')}".rstrip()] if made.get("reply") else []
    )
    if made.get("scan"):
        lines.append(f"  scan {made['scan']['name']}, {made['scan']['size']:,} bytes, sha256 {made['scan']['sha256']}")
    lines += [f"  wrote {written:,} bytes to {scan_into}"] if written else []
    say(as_json, _data(made), [*lines, "", made["letter"].rstrip()])


def _rows(made: dict[str, Any]) -> list[str]:
    found = []
    for row in made["rows"]:
        years = f"{row['first_year']}-{row['last_year']}"
        found.append(f"  {row['series']:14} {years}  {counted(row['records'], 'record')}, {row['bytes']:,} bytes")
    return found


def _data(made: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in made.items() if name != "letter"}


def _years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit() or int(last or first) < int(first):
        raise UsageError(f"{text!r} are no years.", "Write 2017 or 2017-2019.")
    return int(first), int(last or first)
