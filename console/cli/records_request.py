"""`ofrecord request`: from the first call to the package that goes out."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from console.cli import request_drafts, request_redaction, request_review, request_story
from console.cli.output import (
    DAMAGED,
    FINE,
    INCOMPLETE,
    Progress,
    counted,
    note,
    say,
    settings_of,
    with_json,
    without_date,
)
from console.cli.request_parts import RequestGroup
from console.cli.request_words import redaction_data
from custody.request import RecordsRequest
from workflows import drafting, requesting, reviewing
from workflows.checking import check_response
from workflows.drafting import open_drafts
from workflows.house import open_for_writing, open_house
from workflows.request_life import life_of


@click.group(cls=RequestGroup)
def request() -> None:
    """Answer a public records request: open, collect, mark, redact, respond.

    \b
    Example:
      ofrecord request open "All posts about the Oak Street flood" --channel email
      ofrecord request collect 1 '"oak street" OR flood'
      ofrecord request mark 1 release --all
      ofrecord request redact 1 R13 --words "715-555-0142" --reason WI-BAL --note "private telephone number"
      ofrecord request respond 1
      ofrecord request check maple-falls/responses/request-1/response.zip
    """


@request.command("list")
@with_json
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the requests.

    \b
    Example:
      ofrecord request list
    """
    with open_house(settings_of(context)) as house:
        there, zone = requesting.requests(house), house.city.time_zone
    lines = [
        f"{r.number:>4}  {_local(r.received_at, zone):16}  {_aimed(r)}  {r.state.value:14} {r.words[:60]}"
        for r in there
    ]
    say(as_json, {"requests": [_data(r) for r in there]}, [*lines, counted(len(there), "request")])


@request.command("show")
@click.argument("number", type=int)
@with_json
@click.pass_context
def show(context: click.Context, number: int, as_json: bool) -> None:
    """Show how far a request is and its whole story: what was done, by whom and when.

    \b
    Example:
      ofrecord request show 1
    """
    with open_house(settings_of(context)) as house:
        told, zone = requesting.story(house, number), house.city.time_zone
        facts, life = request_story.facts_data(house, number), life_of(house, number)
        came_in, stands = request_story.came_in(life), request_story.stands(house, life)
        whole = request_story.told(house, number)
        work, waiting = reviewing.work_of(house, number), len(open_drafts(house, number))
    data = {
        **_data(told.request),
        "marks": told.marks,
        "redactions": [redaction_data(part) for _, part in told.redactions],
    }
    data["collections"] = [{k: c[k] for k in ("query", "said_as", "collected_at", "sha256")} for c in told.collections]
    data["responses"] = list(told.responses)
    data["work"] = [
        {"department": w.department, "due": w.due, "records": w.records, "decided": w.decided} for w in work
    ]
    data["open_drafts"] = waiting
    data |= facts
    lines = [f"Request {number}, {told.request.state.value}, received {_local(told.request.received_at, zone)}"]
    lines += [
        f"  “{told.request.words}”",
        f"  by {told.request.channel}, {told.request.requester or 'requester not named'}",
        *came_in,
        *stands,
    ]
    for made in told.collections:
        lines.append(
            f"  collected {made['collected_at']}: {made['said_as']} ({counted(len(made['numbers']), 'record')})"
        )
    lines += [f"  {count:>6,} {word}" for word, count in sorted(told.marks.items())]
    lines.append(f"  {counted(len(told.redactions), 'redaction')}")
    lines += [
        f"  {w.department}{f', due {w.due}' if w.due else ''}: {w.decided:,} of {counted(w.records, 'record')} decided"
        for w in work
    ]
    lines += [f"  {counted(waiting, 'draft')} open: ofrecord request drafts list {number}"] if waiting else []
    say(as_json, data, [*lines, *whole])


@request.command("collect")
@click.argument("number", type=int)
@click.argument("query")
@click.option(
    "--read",
    "to_read",
    is_flag=True,
    help="Propose what has the form of a telephone number, address or the "
    "like (as `drafts find` does), and print all that is collected, to be read.",
)
@with_json
@click.pass_context
def collect(context: click.Context, number: int, query: str, to_read: bool, as_json: bool) -> None:
    """Freeze what a query finds now into the request; several collections add up.

    \b
    Example:
      ofrecord request collect 1 '"oak street" OR flood'
      ofrecord request collect 1 '"oak street" OR flood' --read
    """
    from console.cli.request_records import shown

    with open_for_writing(settings_of(context)) as house:
        made = requesting.collect(house, number, query)
        found = sum(drafting.find(house, number, [], [], False).values()) if to_read else 0
        read = shown(house, number, [], None, as_json) if to_read else []
    note(made["said_as"])
    without_date(made["undated"])
    lines = [f"Collected {counted(made['count'], 'record')}, {made['added']:,} of them new to request {number}."]
    if made["again"]:
        lines = [f"Nothing new: request {number} has collected the same {counted(made['count'], 'record')} before."]
    if found:
        lines.append(f"{counted(found, 'proposal')} to decide on: ofrecord request drafts accept {number}, or dismiss")
    lines.append(f"Next: ofrecord request mark {number} release --all (then redact or withhold what must not go out)")
    names = ("query", "said_as", "count", "added", "again", "undated", "sha256", "collected_at")
    data = {key: made[key] for key in names}
    say(as_json, data | ({"records": read, "proposed": found} if to_read else {}), lines)


@request.command("codes")
@with_json
@click.pass_context
def codes(context: click.Context, as_json: bool) -> None:
    """List the reason codes for withholding, with their legal basis.

    \b
    Example:
      ofrecord request codes
    """
    with open_house(settings_of(context)) as house:
        there = requesting.codes(house)
    lines = [
        f"{each['code']:16} {each['citation']}: {each['words']}{' (needs --note)' if each['needs_text'] else ''}"
        for each in there
    ]
    if not there:
        note("No reasons for withholding are entered for your state: nothing can be withheld. Ask the city attorney.")
    if any(not each["verified_by"] for each in there):
        note("Not every code has been compared with the statute by a named person yet: ask the city attorney.")
    say(as_json, {"codes": there}, lines)


@request.command("respond")
@click.argument("number", type=int)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder for the files.")
@click.option("--with", "formats", multiple=True, metavar="FORMAT", help="Also make: load-file, bag. May be repeated.")
@click.option("--part-size", default="", help="Cut a larger package into ZIPs of at most this size: 20MB, 2GB.")
@with_json
@click.pass_context
def respond(
    context: click.Context, number: int, into: Path | None, formats: tuple[str, ...], part_size: str, as_json: bool
) -> None:
    """Write the answer: response.pdf and response.zip. Nothing is sent; you look at it and send it.

    Beside them: certification.pdf for your signature, and city-copy/, which stays with the city. An earlier answer
    that was another one is moved to earlier/, never lost.

    \b
    Example:
      ofrecord request respond 1
      ofrecord request respond 1 --with load-file --with bag
      ofrecord request respond 1 --part-size 20MB
    """
    from workflows import answering, certifying, deciding, packaging  # the typesetter is slow to load

    progress = Progress("records")
    wanted = packaging.Wanted(formats=formats, part_size=packaging.size_of(part_size) if part_size else 0)
    with open_for_writing(settings_of(context)) as house:
        made = answering.respond(house, number, into, progress.at, wanted)
        progress.end()
        unverified = certifying.is_unverified(house)
        outlook = deciding.follows(house, number, may_go=not made["decided"])
        letter = None if made["decided"] else deciding.drafted(house, number, outlook)[0]
    if unverified:
        note("Nobody has compared the words of the certification with the statutes yet: ask the city attorney.")
    if made["unseen"]:
        what = ", ".join(f"{count:,} {kind}" for kind, count in sorted(made["unseen"].items()))
        note(f"Nobody has looked yet at what has the form of something private in this answer: {what}.")
        note(f"Before you send it: ofrecord request drafts find {number}, decide on each, and respond again.")
    if made["shown_in"]:
        first, others = made["shown_in"][:5], len(made["shown_in"]) - 5
        there = ", ".join(first) + (f" and {others:,} more" if others > 0 else "")
        note(f"Words that are redacted elsewhere go out in {there}: they were not searched for.")
        note(f"Is that meant? ofrecord request records {number} {made['shown_in'][0]}")
    lines = [*_written(made), ""]
    lines.append(f"{made['released']:,} released, {made['redacted']:,} in part, {made['withheld']:,} withheld.")
    if made["context"]:
        lines.append(f"{counted(made['context'], 'record')} of those released: context, not responsive.")
    if made["parts"]:
        lines.append(f"The package has {len(made['parts'])} parts, each complete; parts.txt lists them. Send them all.")
    lines.append("The package was opened again and every check of its proofs passed.")
    lines.append("Every file was searched for what is withheld: nothing was found. Letters in pictures are not read.")
    if made["earlier"]:
        lines.append(f"The earlier answer was another one; it is kept in {made['earlier']}.")
    lines.append("Please open both and read them before you send them. The program signs and sends nothing.")
    if made["decided"]:
        lines.append(f"The determination of request {number} stands; this is the package it names, written again.")
    else:
        lines += request_story.letter_lines(number, letter, outlook)
    more = {
        "determination": outlook.determination.outcome.value,
        "letter": [str(p) for p in letter.files] if letter else [],
    }
    say(as_json, {**made, **more}, lines)


def _written(made: dict[str, Any]) -> list[str]:
    zips = [each["zip"] for each in made["parts"]] or [made["zip"]]
    lines = [f"Wrote {made['pdf']}", *(f"      {each}" for each in zips)]
    lines += [f"      {made['bag']}"] if made["bag"] else []
    if not made["certification"]:
        return [
            *lines,
            "      no certification: no words of one are entered for your state, ask the city attorney",
        ]
    return [*lines, f"      {made['certification']} (for your signature)"]


@request.command("check")
@click.argument("package", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--key", default="", help="The archive's public key, as the city publishes it.")
@with_json
def check(package: Path, key: str, as_json: bool) -> int:
    """Check an answer: response.zip, or the folder it was unpacked into.

    Anybody can do the same with the verify.html or verify.py inside of it. No archive is needed and nothing is
    changed. Exit code 0: everything fits. 1: something does not. 2: this cannot be read as a package.

    \b
    Example:
      ofrecord request respond 1
      ofrecord request check maple-falls/responses/request-1/response.zip
    """
    data, lines = check_response(package, key)
    say(as_json, data, lines)
    if "P-01-unreadable" in data["codes"]:
        return INCOMPLETE
    return DAMAGED if data["codes"] else FINE


def _local(moment: datetime, zone: str) -> str:
    said = f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    return said.removesuffix(" 00:00")  # midnight stands for a day without an hour


def _data(made: RecordsRequest) -> dict[str, Any]:
    data = {"number": made.number, "words": made.words, "channel": made.channel, "requester": made.requester}
    target = made.target.day.isoformat() if made.target and made.target.day else None
    return {**data, "received_at": made.received_at.isoformat(), "state": made.state.value, "target": target}


def _aimed(made: RecordsRequest) -> str:
    return made.target.day.isoformat() if made.target and made.target.day else "-         "


for _command in (
    request_review.mark, request_review.exclude, request_review.put_back, request_review.context_,
    request_review.groups, request_review.assign, request_redaction.redact, request_redaction.person,
    request_redaction.person_back, request_drafts.drafts,
):  # fmt: skip
    request.add_command(_command)
