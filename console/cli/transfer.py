"""`ofrecord transfer`: what the Historical Society accepted is handed over as a bag, and its receipt is noted."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from console.cli.output import DAMAGED, DAY, FINE, Progress, counted, home_of, note, say, settings_of, with_json
from custody.authority import numbers_in
from custody.errors import UsageError
from custody.ids import label_of
from workflows import transfer_check, transferring
from workflows.house import open_for_writing, open_house
from workflows.transfer_list import Source, TransferList

_SHOWN = 10


@click.group()
def transfer() -> None:
    """Hand over to the Historical Society what it accepted: make the bag, bring it there, note the receipt.

    Nothing is sent and nothing is destroyed by these commands.

    \b
    Example:
      ofrecord transfer list
      ofrecord transfer make --notice 1 --dry-run  # refused: There is no notice 1
    """


@transfer.command("make")
@click.option("--notice", "number", type=int, default=0, help="The accepted notice whose records are handed over.")
@click.option("--series", default="", help="Instead: a series whose schedule ends in a transfer.")
@click.option("--to", type=click.Path(path_type=Path), help="The folder for the bag, outside of the archive.")
@click.option("--dry-run", is_flag=True, help="Say what would be handed over and what not; change nothing.")
@click.option("--ids", "with_ids", is_flag=True, help="With --dry-run: list every record's number.")
@with_json
@click.pass_context
def make(
    context: click.Context, number: int, series: str, to: Path | None, dry_run: bool, with_ids: bool, as_json: bool
) -> None:
    """Make the bag (BagIt, one ZIP): the captured bytes, JSON, media, PREMIS, an inventory and the ledger's proofs.

    Only records that were accepted, whose period has ended, and that no request and no hold protects. The others stay,
    each with its reason. The records stay in the archive.

    \b
    Example:
      ofrecord transfer make --notice 1 --dry-run  # refused: There is no notice 1
      ofrecord transfer make --notice 1 --to usb-disk  # refused: There is no notice 1
    """
    if bool(number) == bool(series):
        raise UsageError("Say what is handed over: a notice or a series.", "For example: --notice 1")
    source = Source(notice=number, series=series)
    if dry_run:
        with open_house(settings_of(context)) as house:
            listed = transferring.preview(house, source)
        lines = _lines(listed, with_ids)
        lines.append("This is a dry run: nothing was written. Make the bag: the same with --to FOLDER, no --dry-run.")
        say(as_json, _listed_data(listed), lines)
        return
    if to is None:
        raise UsageError("Say where the bag is to be put.", "Name a folder outside of the archive: --to usb-disk")
    progress = Progress("records written")
    with open_for_writing(settings_of(context)) as house:
        made, listed, path = transferring.make(house, source, to, lambda what, done: progress.at(done, what))
    progress.end()
    lines = [f"Transfer {made['number']} is made: {path} ({made['bag_size']:,} bytes).", *_lines(listed, False)]
    lines.append("Nothing was redacted in it: it may hold personal data. Keep the disk where nobody else can take it.")
    lines.append(f"Check it:  ofrecord transfer check {path}")
    lines.append("Bring it to the Society yourself; the program sends nothing. When the receipt comes:")
    lines.append(f"  ofrecord transfer receipt {made['number']} --on DAY --received-by NAME --scan FILE")
    say(as_json, {**_data(made), "path": str(path)}, lines)


@transfer.command("receipt")
@click.argument("number", type=int)
@click.option("--on", type=DAY, required=True, help="The day on which it was received.")
@click.option("--received-by", required=True, help="Who received it, as the receipt says.")
@click.option("--reference", default="", help="The Society's own number for it.")
@click.option("--scan", type=click.Path(path_type=Path), help="The scanned receipt; it is kept in the archive.")
@click.option("--note", "text", default="", help="Anything worth knowing.")
@with_json
@click.pass_context
def receipt(
    context: click.Context,
    number: int,
    on: date,
    received_by: str,
    reference: str,
    scan: Path | None,
    text: str,
    as_json: bool,
) -> None:
    """Note the receipt. From then on the records count as transferred; the city's copy may go by a purge, not before.

    \b
    Example:
      ofrecord transfer receipt 1 --on 2026-03-02 --received-by "State Archivist"  # refused: There is no transfer 1
    """
    came = transferring.Receipt(on=on, received_by=received_by, reference=reference, scan=scan, note=text)
    with open_for_writing(settings_of(context)) as house:
        made = transferring.receipt(house, number, came)
    lines = [f"The receipt of transfer {number} is noted: {on}, {made['received_by']}."]
    lines.append(f"{counted(made['count'], 'record')} now count as transferred. They are still in the archive.")
    lines.append("The city's copy may go the usual way, signed by two people: ofrecord purge due")
    lines.append(f"Was this wrong? ofrecord transfer drop {number} --reason '...' sets the records aside again.")
    if not made.get("scan"):
        note("No scan was given. The receipt is proof: give it later with the same command and --scan FILE.")
    say(as_json, _data(made), lines)


@transfer.command("drop")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it is kept.")
@with_json
@click.pass_context
def drop(context: click.Context, number: int, reason: str, as_json: bool) -> None:
    """Drop a transfer that failed, or whose receipt was noted wrongly: its records are set aside again.

    \b
    Example:
      ofrecord transfer drop 1 --reason "The disk was lost on the way"  # refused: There is no transfer 1
    """
    with open_for_writing(settings_of(context)) as house:
        made = transferring.drop(house, number, reason)
    lines = [f"Transfer {number} is dropped; {counted(made['count'], 'record')} may be handed over by another one."]
    lines.append(f"The bag {made['bag']} counts no more, wherever it is: get it back or have it destroyed.")
    say(as_json, _data(made), lines)


@transfer.command("list")
@with_json
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the transfers and how each stands.

    \b
    Example:
      ofrecord transfer list
    """
    with open_house(settings_of(context)) as house:
        there = transferring.transfers(house)
    lines = []
    for each in there:
        stand = {"made": "no receipt yet", "dropped": "counts no more"}.get(each["state"])
        stand = stand or f"received {each['received']} by {each['received_by']}"
        count = counted(each["count"], "record")
        lines.append(f"{each['number']:>4}  {each['transfer_id']:32} {each['state']:9} {count:>16}  {stand}")
    say(as_json, {"transfers": [_data(each) for each in there]}, [*lines, counted(len(there), "transfer")])


@transfer.command("show")
@click.argument("number", type=int)
@click.option("--ids", "with_ids", is_flag=True, help="List every record's number.")
@click.option("--scan-into", type=click.Path(path_type=Path), help="Write the kept scan of the receipt to a new file.")
@with_json
@click.pass_context
def show(context: click.Context, number: int, with_ids: bool, scan_into: Path | None, as_json: bool) -> None:
    """Show a transfer: what is in it, what was left out and why, its sums, and its receipt.

    \b
    Example:
      ofrecord transfer show 1  # refused: There is no transfer 1
    """
    with open_house(settings_of(context)) as house:
        made = transferring.show(house, number)
        written = transferring.take_scan(house, number, scan_into) if scan_into else 0
    lines = [f"Transfer {number}, {made['transfer_id']}, {made['state']}", f"  {made['said_as']}"]
    lines += _rows(made["series"])
    lines += _excluded({reason: numbers_in(ranges) for reason, ranges in made["excluded"].items()}, with_ids)
    lines.append(f"  {made['bag']}, {made['bag_size']:,} bytes, sha256 {made['bag_sha256']}")
    lines.append(f"  manifest-sha256.txt {made['manifest_sha256']}")
    if made.get("received"):
        lines.append(f"  received {made['received']} by {made['received_by']} {made['reference']}".rstrip())
    if made.get("scan"):
        lines.append(f"  scan {made['scan']['name']}, {made['scan']['size']:,} bytes, sha256 {made['scan']['sha256']}")
    lines += [f"  dropped: {made['reason']}"] if made["state"] == "dropped" else []
    lines.append(f"  {made['still_here']:,} of {counted(made['count'], 'record')} are still in this archive")
    if made["changed_since"]:
        newer = counted(made["changed_since"], "record has", "records have")
        lines.append(f"  {newer} a newer version that was not handed over: set aside until it is")
    lines += [f"  {label_of(each)}" for each in numbers_in(made["numbers"])] if with_ids else []
    lines += [f"  wrote {written:,} bytes to {scan_into}"] if written else []
    say(as_json, _data(made), lines)


@transfer.command("check")
@click.argument("bag", type=click.Path(path_type=Path))
@with_json
@click.pass_context
def check(context: click.Context, bag: Path, as_json: bool) -> None:
    """Check a bag (the ZIP or the folder it was unpacked to): every sum, every version, and that the ledger holds it.

    Where the archive is at hand, the bag is also compared with what was written down when it was made.

    \b
    Example:
      ofrecord transfer check 20260302_maple-falls_1.zip  # refused: does not exist
    """
    found = transfer_check.check(bag)
    if (home_of(context) / "ofrecord.toml").is_file():
        with open_house(settings_of(context)) as house:
            transfer_check.compare(house, found, bag)
    data = {
        "transfer_id": found.transfer_id, "whole": not found.problems, "records": found.records,
        "versions": found.versions, "files": found.files, "compared": found.compared, "key": found.key,
        "problems": found.problems,
    }  # fmt: skip
    lines = [f"  {each}" for each in found.problems]
    if found.problems:
        lines.insert(0, f"Something is wrong with this bag ({counted(len(found.problems), 'finding')}):")
        lines.append("Do not hand it over. Nothing in the archive was changed; make it again into another folder.")
    else:
        what = f"{counted(found.records, 'record')}, {counted(found.versions, 'version')}"
        lines.append(f"The bag of {found.transfer_id} is whole: {what}, {counted(found.files, 'file')}.")
        lines.append("  Every version is in the ledger of the key in it, which signed the checkpoint.")
        told = "It is the one this archive made." if found.compared else "No archive was at hand to compare it with."
        lines.append(f"  {told}")
    say(as_json, data, lines)
    context.exit(DAMAGED if found.problems else FINE)


def _lines(listed: TransferList, with_ids: bool) -> list[str]:
    lines = [f"{listed.said_as}", *_rows(listed.series)]
    count = counted(len(listed.numbers), "record")
    versions, media = counted(listed.versions, "version"), counted(listed.media, "media file")
    lines.append(f"  to hand over: {count} in {versions}, {media}, {listed.octets:,} bytes in the vault")
    lines += [f"    {label_of(number)}" for number in listed.numbers] if with_ids else []
    speaks = len(listed.numbers) + sum(len(found) for found in listed.excluded.values())
    if listed.spoken_of and speaks != listed.spoken_of:
        lines.append(f"  The notice spoke of {counted(listed.spoken_of, 'record')}; {speaks:,} of its years are here.")
    return [*lines, *_excluded(listed.excluded, with_ids)]


def _rows(series: Sequence[Mapping[str, Any]]) -> list[str]:
    found = []
    for row in series:
        years = f"{row['first_year']}-{row['last_year']}"
        found.append(f"  {row['series']:14} {years}  {counted(row['records'], 'record')}, kept by {row['governed_by']}")
    return found


def _excluded(excluded: Mapping[str, Sequence[int]], with_ids: bool) -> list[str]:
    lines = []
    for reason, numbers in excluded.items():
        named = [label_of(number) for number in numbers]
        shown = named if with_ids else named[:_SHOWN]
        more = f", and {len(named) - len(shown):,} more" if len(named) > len(shown) else ""
        lines.append(f"  stays: {counted(len(named), 'record')} ({reason}): {', '.join(shown)}{more}")
    return lines


def _listed_data(listed: TransferList) -> dict[str, Any]:
    return {
        "source": {"notice": listed.source.notice, "series": listed.source.series},
        "said_as": listed.said_as,
        "count": len(listed.numbers),
        "versions": listed.versions,
        "media": listed.media,
        "bytes": listed.octets,
        "series": [dict(row) for row in listed.series],
        "ids": [label_of(number) for number in listed.numbers],
        "excluded": {reason: [label_of(number) for number in found] for reason, found in listed.excluded.items()},
    }


def _data(made: Mapping[str, Any]) -> dict[str, Any]:
    return dict(made)
