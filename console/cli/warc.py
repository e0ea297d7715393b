"""`ofrecord warc`: check WARC files, our own or anybody's, whether an archive is at hand or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from console.cli.output import DAMAGED, FINE, INCOMPLETE, counted, say, with_json
from workflows.checking import PROFILES, CheckedFile, check_warc

_SHOWN = 5
"""Places shown of each broken rule; --json gives the first thousand."""


@click.group()
def warc() -> None:
    """Check WARC files, from any maker.

    \b
    Example:
      ofrecord warc check crawl.warc.gz
    """


@warc.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--profile", type=click.Choice(PROFILES), default="standard", show_default=True,
              help="standard: WARC 1.0 and 1.1. ofrecord: also what Ofrecord's own files keep.")  # fmt: skip
@with_json
def check(files: tuple[Path, ...], profile: str, as_json: bool) -> int:
    """Name every rule that WARC files break, where, and what to do.

    Each file is read to its end. No archive is needed and nothing is changed. Exit code 0: every file is whole
    (there may be notes). 1: a file breaks a rule. 2: none does, but one cannot be read. 3: wrong use.

    \b
    Example:
      ofrecord warc check crawl.warc.gz older.warc
      ofrecord warc check --profile ofrecord maple-falls/vault/acts/*.warc.gz
    """
    checked = []
    for path in files:
        checked.append(check_warc(path, profile))
        say(False, {}, [] if as_json else _lines(checked[-1]))
    if as_json:
        say(True, {"profile": profile, "files": [_data(each) for each in checked]}, ())
    if any(each.damages for each in checked):
        return DAMAGED
    return INCOMPLETE if any(each.error for each in checked) else FINE


def _data(checked: CheckedFile) -> dict[str, Any]:
    findings = [
        {
            "code": found.code,
            "offset": found.offset,
            "detail": found.detail,
            "means": found.rule.means,
            "hint": found.rule.cure,
            "note": found.rule.note,
        }
        for found in checked.findings
    ]
    totals = {"records": checked.records, "bytes": checked.bytes, "counts": checked.counts, "damages": checked.damages}
    return {"file": str(checked.path), "whole": checked.whole, "error": checked.error, "findings": findings, **totals}


def _lines(checked: CheckedFile) -> Iterator[str]:
    read = f"{checked.bytes:,} bytes, {counted(checked.records, 'WARC record')}"
    notes = sum(checked.counts.values()) - checked.damages
    said = f" and {counted(notes, 'note')}" if notes else ""
    if checked.error:
        yield f"{checked.path}: cannot be read: {checked.error}"
    elif checked.damages:
        yield f"{checked.path}: {counted(checked.damages, 'broken rule')}{said} ({read} read):"
    else:
        yield f"{checked.path}: whole{said} ({read} read)."
    for code, number in checked.counts.items():
        found = [finding for finding in checked.findings if finding.code == code]
        if not found:
            yield f"  {code}: {counted(number, 'time')}"
            continue
        yield f"  {code}{' (a note)' if found[0].rule.note else ''}: {found[0].rule.means}"
        for finding in found[:_SHOWN]:
            yield f"    at byte {finding.offset:,}{': ' if finding.detail else ''}{finding.detail}"
        if number > _SHOWN:
            yield f"    and {number - _SHOWN:,} more"
        yield f"    What to do: {found[0].rule.cure}."
