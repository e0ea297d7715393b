"""`ofrecord requests`: run cases, situations with an expected outcome, against the rules that answer requests."""

from pathlib import Path

import click

from console.cli.output import INCOMPLETE, counted, say, with_json
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
    """Run the cases in a folder (or file), or the project's own, and print a table. Exit 2 when one differs.

    Nothing in an archive is read or changed.

    \b
    Example:
      ofrecord requests check our-request-cases/
    """
    results = run_cases(folder)
    failed = [result for result in results if not result.passed]
    rows = [
        {
            "id": result.id,
            "file": result.file,
            "title": result.title,
            "law": result.law,
            "passed": result.passed,
            "judged": result.judged,
            "differences": list(result.differences),
        }
        for result in results
    ]
    lines, width = [], max(14, *(len(result.id) for result in results))
    for result in results:
        lines.append(f"{'ok' if result.passed else 'DIFFERS':7} {result.id:{width}} {result.title}")
        lines += [f"        {difference}" for difference in result.differences]
    lines.append(f"{counted(len(results), 'case')}, {len(failed):,} differ.")
    say(as_json, {"cases": len(results), "failed": len(failed), "results": rows}, lines)
    return INCOMPLETE if failed else 0
