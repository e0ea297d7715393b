"""`ofrecord schedules`: the rows the city goes by, and cases, situations with an expected judgement, against them."""

from pathlib import Path

import click

from console.cli.case_table import show_cases
from console.cli.output import counted, say, settings_of, with_json
from workflows.disposing import run_cases
from workflows.house import open_house
from workflows.terms import rows_of


@click.group()
def schedules() -> None:
    """The schedules the city goes by: see them, enter what it adopted, file records, check the rules with cases.

    \b
    Example:
      ofrecord schedules list
      ofrecord schedules ordinance "Municipal Code 2.40"
      ofrecord schedules adopt WI-SM-CONV --on 2026-01-12 --ref "PRB-002" --period "3 years" --dry-run
      ofrecord schedules check
    """


@schedules.command("list")
@with_json
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the series with their periods, and what of them nobody has looked up or verified yet.

    \b
    Example:
      ofrecord schedules list
    """
    with open_house(settings_of(context)) as house:
        there = rows_of(house)
    lines = []
    for row in there:
        period = "permanent" if row["fate"] == "permanent" else row["period"] or "LOOK UP"
        marks = [period, *(["adopted"] if row["adopted"] else [])]
        marks += [] if row["verified_by"] else ["not verified"]
        lines.append(f"{row['id']:14} {', '.join(marks):34} {row['title']}")
    say(as_json, {"series": there}, [*lines, counted(len(there), "series", "series")])


@schedules.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@with_json
def check(folder: Path | None, as_json: bool) -> int:
    """Run the cases in a folder (or file), or the project's own, and print a table. Exit 2 when one differs, 3
    when one is not understood (the others are judged all the same).

    \b
    Example:
      ofrecord schedules check our-cases/
    """
    return show_cases(run_cases(folder), as_json)
