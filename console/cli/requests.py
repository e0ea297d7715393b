"""`ofrecord requests`: run cases, situations with an expected outcome, against the rules that answer requests."""

from pathlib import Path

import click

from console.cli.case_table import show_cases
from console.cli.output import with_json
from workflows.checking_requests import run_cases


@click.group()
def requests() -> None:
    """Check the rules of answering with cases that counsel can read and write.

    To answer a request use `ofrecord request`.

    \b
    Example:
      ofrecord requests check
      ofrecord requests check our-request-cases/
    """


@requests.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@with_json
def check(folder: Path | None, as_json: bool) -> int:
    """Run the cases in a folder (or file), or the project's own, and print a table. Exit 2 when one differs, 3
    when one is not understood (the others are judged all the same).

    Nothing in an archive is read or changed.

    \b
    Example:
      ofrecord requests check our-request-cases/
    """
    return show_cases(run_cases(folder), as_json)
