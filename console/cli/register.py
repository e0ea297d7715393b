"""`ofrecord register`: the log of requests with its sums, on the screen, as CSV or as a PDF."""

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import click

from console.cli.output import DAY, say, settings_of, with_json
from workflows import register as registering
from workflows.house import open_house
from workflows.register import Line, Register


@click.command()
@click.option("--since", type=DAY, help="Requests received on or after this day.")
@click.option("--until", type=DAY, help="Requests received on or before this day.")
@click.option("--csv", "table", type=click.Path(dir_okay=False, path_type=Path), help="Write the lines as CSV.")
@click.option(
    "--pdf", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write the register as PDF as well."
)
@with_json
@click.pass_context
def register(
    context: click.Context,
    since: date | None,
    until: date | None,
    table: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Show the register of requests: received, acknowledged, determined, released, closed; how long, at what cost.

    Open requests are read against the target of the jurisdiction; in Wisconsin it is a guideline, not a limit by law.

    \b
    Example:
      ofrecord register
      ofrecord register --since 2025-01-01 --until 2025-12-31 --csv register.csv --pdf register.pdf
    """
    with open_house(settings_of(context)) as house:
        made = registering.register(house, since, until)
        if table:
            registering.save_csv(made, table)
        if page:
            registering.save_pdf(house, made, page)
    lines = [_HEAD, *(_row(line) for line in made.lines), ""]
    lines += [f"{name}: {value}" for name, value in registering.summary(made)]
    lines += [f"Open for {name}: {count:,}" for name, count in registering.ages(made) if count]
    say(as_json, _data(made), [*lines, *(f"Wrote {path}" for path in (table, page) if path)])


_HEAD = f"{'no.':>4}  {'received':10}  {'target':10}  {'acknowl.':10}  {'determined':10}  {'closed':10}  days  state"


def _row(line: Line) -> str:
    days = line.days if line.days is not None else line.age
    cells = (line.received, line.target, line.acknowledged, line.determined, line.closed)
    said = "  ".join(f"{cell.isoformat() if cell else '-':10}" for cell in cells)
    past = " (past the target)" if line.past_target else ""
    return f"{line.number:>4}  {said}  {days if days is not None else '-':>4}  {line.determination or line.state}{past}"


def _data(made: Register) -> dict[str, Any]:
    sums = {field.name: _plain(getattr(made, field.name)) for field in fields(made) if field.name != "lines"}
    rows = [{field.name: _plain(getattr(line, field.name)) for field in fields(line)} for line in made.lines]
    return {**sums, "requests": rows}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
