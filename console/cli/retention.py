"""`ofrecord retention`: until when each record must be kept and why, and what would be due. Nothing is destroyed."""

from datetime import date
from typing import Any

import click

from console.cli.output import DAY, Progress, counted, note, say, settings_of, with_json
from custody.errors import UsageError
from custody.ids import label_of, number_of
from workflows import disposing
from workflows.house import open_house


@click.group()
def retention() -> None:
    """Judge what must be kept and what might go. These commands only judge; nothing is destroyed.

    \b
    Example:
      ofrecord retention explain R13
      ofrecord retention due --on 2032-01-01
    """


@retention.command("explain")
@click.argument("record")
@click.option("--on", type=DAY, help="Judge for this day instead of today (2032-01-01).")
@with_json
@click.pass_context
def explain(context: click.Context, record: str, on: date | None, as_json: bool) -> None:
    """Say until when a record must be kept, in one sentence and with the whole arithmetic.

    \b
    Example:
      ofrecord retention explain R13
    """
    number = number_of(record)
    if number is None:
        raise UsageError(f"{record!r} is no record number.", "They look like R13.")
    with open_house(settings_of(context)) as house:
        judged, filed = disposing.explain(house, number, on)
    data: dict[str, Any] = {
        "id": label_of(number),
        "standing": judged.standing.value,
        "series": filed.split(" ")[0],
        "governed_by": judged.series,
        "trigger": str(judged.trigger_on or ""),
        "retention_ends": str(judged.retention_ends or ""),
        "earliest": str(judged.earliest or ""),
        "transferred": str(judged.transferred or ""),
        "blocks": list(judged.blocks),
        "steps": list(judged.steps),
        "sentence": judged.sentence,
        "verified": not judged.unverified,
    }
    lines = [f"{label_of(number)}: {judged.sentence}", f"  filed under {filed}"]
    lines += [f"  {step}" for step in judged.steps]
    if judged.unverified:
        lines.append(f"  NOT VERIFIED: nobody has yet compared the row {judged.series} with its source. Ask counsel.")
    say(as_json, data, lines)


@retention.command("due")
@click.option("--on", type=DAY, help="The day to judge for (2032-01-01). Default: today.")
@click.option("--ids", "with_ids", is_flag=True, help="Also list the records that would be eligible.")
@with_json
@click.pass_context
def due(context: click.Context, on: date | None, with_ids: bool, as_json: bool) -> None:
    """List what would be eligible on a day, what blocks it, with totals by series. A dry run: nothing changes.

    \b
    Example:
      ofrecord retention due --on 2032-01-01
    """
    progress = Progress("records judged")
    with open_house(settings_of(context)) as house:
        found = disposing.due(house, on or disposing.today(house), progress.at)
    progress.end()
    data = {
        "on": str(found.on),
        "series": {name: dict(counts) for name, counts in sorted(found.totals.items())},
        "blocked_by": dict(found.blocks),
        "eligible": len(found.eligible),
        "ids": [label_of(number) for number in found.eligible] if with_ids else [],
        "unverified": list(found.unverified),
    }
    lines = [f"On {found.on}:", f"  {'series':16} {'eligible':>10} {'blocked':>10} {'keep':>10}"]
    for name, counts in sorted(found.totals.items()):
        lines.append(f"  {name:16} {counts['eligible']:>10,} {counts['blocked']:>10,} {counts['keep']:>10,}")
    lines += [f"  blocked by {name}: {counted(count, 'record')}" for name, count in found.blocks.most_common()]
    lines += [f"  {label_of(number)}" for number in found.eligible] if with_ids else []
    lines.append("This is a dry run: nothing was changed. Destroying takes two people: ofrecord purge --help")
    if found.unverified:
        note(f"Not verified against their sources yet: {', '.join(found.unverified)}.")
    say(as_json, data, lines)
