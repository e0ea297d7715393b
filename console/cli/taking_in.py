"""`ofrecord import`: take in downloads, feeds and web archives, and print an account of every item."""

from typing import Any

import click

from console.cli.output import INCOMPLETE, Progress, counted, note, say, settings_of, with_json
from workflows.capturing import RunReport, network, take_in
from workflows.house import open_for_writing
from workflows.sources import Broken

_SAID = {
    "new": "new",
    "changed": "changed (a new version was kept)",
    "unchanged": "unchanged since an earlier import",
    "duplicate": "listed twice in this import",
    "flagged": "kept, but please look at them",
    "quarantined": "not understood (their bytes are kept aside)",
    "excluded": "no records",
}


@click.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="PATH...")
@click.option("--account", required=True, help="The account these records belong to.")
@click.option("--platform", help="What kind of download it is; left out, its content tells.")
@click.option("--personal", is_flag=True, help="Also take in private messages and other personal sections.")
@click.option("--allow-private-network", is_flag=True, help="Let a feed's address be inside your own network.")
@with_json
@click.pass_context
def import_(
    context: click.Context,
    sources: tuple[str, ...],
    account: str,
    platform: str | None,
    personal: bool,
    allow_private_network: bool,
    as_json: bool,
) -> int:
    """Take in platform downloads (zip or folder), WordPress exports, feeds (file or address), WARC, WACZ, JSONL.

    What is already kept is recognised; importing the same thing twice adds nothing. Several parts of one download go
    into one command, so that pictures in one part are found for posts in another. Ctrl-C leaves the archive clean.

    \b
    Example:
      ofrecord import x-archive.zip --account CityOfMapleFalls
      ofrecord import facebook-1.zip facebook-2.zip --account MapleFallsParks
      ofrecord import https://maple-falls.example/council/feed --account notices
    """
    progress = Progress("items")
    with open_for_writing(settings_of(context)) as house:
        for line in house.swept:
            note(f"Swept after an interruption: {line}")
        owner = house.account_named(account)
        report = take_in(
            house,
            sources,
            owner,
            platform,
            personal,
            network(allow_private_network),
            lambda done: progress.at(done.listed),
        )
    progress.end()
    say(as_json, report.as_data(), _lines(report))
    return 0 if report.state == "complete" else INCOMPLETE


def _lines(report: RunReport) -> list[str]:
    done = report.reconciliation
    lines = [f"Run {report.run}, account {report.account}: {report.state}, {report.seconds:.1f} s", ""]
    lines.append(f"{done.listed:>10,}  listed")
    for outcome, said in _SAID.items():
        number = done.outcomes[outcome]
        if number:
            lines.append(f"{number:>10,}  {said}")
            lines += _reasons(done.reasons.get(outcome, {}), done.places, outcome)
    sums = " + ".join(f"{done.outcomes[outcome]:,}" for outcome in _SAID)
    closes = "the sums close" if done.closes else "THE SUMS DO NOT CLOSE"
    lines += ["", f"{done.listed:,} = {sums}: {closes}."]
    lines.append(f"{counted(done.media, 'media file')} kept, {done.media_missing:,} named but missing.")
    lines += _unread([(item.member, item.reason) for item in done.unread])
    lines += [f"Note: {line}" for line in report.notes]
    return [*lines, *_broken(report.broken)]


def _broken(broken: tuple[Broken, ...]) -> list[str]:
    """The sources that were not taken in, or not to their end: cause and cure of each."""
    lines = ["", f"{counted(len(broken), 'source')} not taken in, or not to the end:"] if broken else []
    for each in broken:
        lines.append(f"  {each.message}" if each.source in each.message else f"  {each.source}: {each.message}")
        lines += [f"    Its first {counted(each.listed, 'item')} came before that and are in the sums above."] * bool(
            each.listed
        )
        lines += [f"    What to do: {each.hint}"] if each.hint else []
    return lines


def _reasons(reasons: Any, places: dict[str, list[str]], outcome: str) -> list[str]:
    lines = []
    for reason, number in sorted(reasons.items(), key=lambda pair: -pair[1]):
        example = places.get(f"{outcome}: {reason}", [""])[0]
        lines.append(f"            {number:,} {reason}" + (f" (first: {example})" if example else ""))
    return lines


def _unread(unread: list[tuple[str, str]]) -> list[str]:
    if not unread:
        return []
    by_reason: dict[str, list[str]] = {}
    for member, reason in unread:
        by_reason.setdefault(reason, []).append(member)
    lines = ["Present, not imported:"]
    for reason, members in sorted(by_reason.items()):
        more = f" and {len(members) - 3:,} more" if len(members) > 3 else ""
        lines.append(f"  {reason}: {', '.join(members[:3])}{more}")
    return lines
