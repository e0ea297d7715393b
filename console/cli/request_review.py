"""`ofrecord request mark`, `exclude`, `put-back`, `context`, `groups`, `assign`: going through what was collected."""

from datetime import date

import click

from console.cli.output import DAY, counted, say, settings_of, with_json
from console.cli.request_words import marks_line, named, reason_said, record_named
from custody.errors import UsageError
from custody.ids import RecordNumber, label_of
from custody.request import Mark
from workflows import requesting, reviewing
from workflows.house import open_for_writing, open_house
from workflows.reviewing import Bulk, Which


@click.command("mark")
@click.argument("number", type=int)
@click.argument("decision", type=click.Choice(["release", "withhold", "undecided", "context"]))
@click.argument("records", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All records of the request that are still undecided.")
@click.option("--query", default="", help="Those of the request that a query finds.")
@click.option("--author", default="", help="Those by one author (name or handle).")
@click.option("--thread", default="", metavar="RECORD", help="Those in the thread of a record.")
@click.option("--like", default="", metavar="RECORD", help="Those that say nearly the same as a record, and itself.")
@click.option("--department", default="", help="Those given to a department.")
@click.option(
    "--decided-too", is_flag=True, help="Also those that are decided already; otherwise they stay as they are."
)
@click.option("--reason", default="", help="The reason code, when withholding.")
@click.option("--note", "text", default="", help="The specific reason, in your words; it is printed in the answer.")
@click.option("--dry-run", is_flag=True, help="Only say what would be marked.")
@with_json
@click.pass_context
def mark(
    context: click.Context,
    number: int,
    decision: str,
    records: tuple[str, ...],
    everything: bool,
    query: str,
    author: str,
    thread: str,
    like: str,
    department: str,
    decided_too: bool,
    reason: str,
    text: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Mark records: release, or withhold with a reason code. Marking again replaces the earlier mark.

    Records named one by one are marked whatever they were. A whole group (--query, --author, --thread, --like,
    --department; several narrow each other) is marked as far as it is undecided.

    \b
    Example:
      ofrecord request mark 1 release --query "flood" --dry-run
      ofrecord request mark 1 release --all
      ofrecord request mark 1 withhold R15 R18 --reason WI-BAL --note "medical detail of a resident"
    """
    which = Which(query=query, author=author, thread=_one(thread), like=_one(like), department=department)
    groups = which != Which()
    if everything + bool(records) + groups != 1:
        raise UsageError("Say which records: name them, or use --all, or --query and its like.", _SO)
    to = Mark(decision)
    with open_for_writing(settings_of(context)) as house:
        if groups:
            done = reviewing.mark_many(house, number, which, to, reason, text, decided_too, dry_run)
            reason_said(house, reason)
            say(as_json, _bulk_data(done, decision, dry_run), _bulk_lines(done, decision, dry_run))
            return
        chosen = None if everything else [record_named(each) for each in records]
        if dry_run:
            there = reviewing.decisions_of(house, number)
            undecided = sum(each.mark is Mark.UNDECIDED for each in there.values())
            count = undecided if chosen is None else len(chosen)
            reviewing.refuse_strange(number, chosen or [], there)
        else:
            count = requesting.mark(house, number, chosen, to, reason, text)
            reason_said(house, reason)
    told = f"Would mark {counted(count, 'record')}" if dry_run else f"Marked {counted(count, 'record')}"
    lines = [f"{told}: {decision}."] if count else [NOTHING_NEW if chosen else "No record is undecided."]
    say(as_json, {"marked": count, "mark": decision, "dry_run": dry_run}, lines)


@click.command("exclude")
@click.argument("number", type=int)
@click.argument("records", nargs=-1, required=True)
@click.option("--why", required=True, help="Why they do not answer the request; it is kept in the log.")
@with_json
@click.pass_context
def exclude(context: click.Context, number: int, records: tuple[str, ...], why: str, as_json: bool) -> None:
    """Leave records out of the answer: found, but not what was asked for. `put-back` takes them in again.

    This is not withholding: what answers the request and must not go out is marked withhold, with its reason. The
    hold on the records stays.

    \b
    Example:
      ofrecord request exclude 1 R17 --why "about a street of the same name in another city"
    """
    with open_for_writing(settings_of(context)) as house:
        count = reviewing.exclude(house, number, [record_named(each) for each in records], why)
    lines = [
        f"Left out {counted(count, 'record')} of request {number}." if count else NOTHING_NEW,
        f"Undo: ofrecord request put-back {number} ...",
    ]
    say(as_json, {"excluded": count}, lines)


@click.command("put-back")
@click.argument("number", type=int)
@click.argument("records", nargs=-1, required=True)
@with_json
@click.pass_context
def put_back(context: click.Context, number: int, records: tuple[str, ...], as_json: bool) -> None:
    """Take records that were left out back in; they are undecided again.

    \b
    Example:
      ofrecord request exclude 1 R17 --why "a mistake"
      ofrecord request put-back 1 R17
    """
    with open_for_writing(settings_of(context)) as house:
        count = reviewing.put_back(house, number, [record_named(each) for each in records])
    say(as_json, {"put_back": count}, [f"Put back {counted(count, 'record')}; undecided again."])


@click.command("context")
@click.argument("number", type=int)
@click.argument("records", nargs=-1)
@with_json
@click.pass_context
def context_(context: click.Context, number: int, records: tuple[str, ...], as_json: bool) -> None:
    """Add what the collected records answer, and what answers them, as context.

    Context goes out with the rest, says that it was not asked for, and is counted apart. Leave single records out
    again with `request exclude`, or mark them release when they answer the request after all.

    \b
    Example:
      ofrecord request context 1
    """
    with open_for_writing(settings_of(context)) as house:
        added = reviewing.add_context(house, number, [record_named(each) for each in records] or None)
    lines = [f"Added {counted(len(added), 'record')} as context, not responsive{': ' if added else ''}{named(added)}."]
    lines += [f"Look through them as well: ofrecord request drafts find {number}"] if added else []
    say(as_json, {"added": [label_of(each) for each in added]}, lines)


@click.command("groups")
@click.argument("number", type=int)
@with_json
@click.pass_context
def groups(context: click.Context, number: int, as_json: bool) -> None:
    """Show which collected records say nearly the same: at least nine tenths of their runs of three words.

    One decision for a whole group: `ofrecord request mark 1 release --like R13`.

    \b
    Example:
      ofrecord request groups 1
    """
    with open_house(settings_of(context)) as house:
        found = reviewing.groups(house, number)
    data = [{"records": [label_of(each) for each in group.numbers], "same_words": group.same} for group in found]
    lines = [f"{'the same words' if each.same else 'nearly the same'}: {named(each.numbers)}" for each in found]
    say(as_json, {"groups": data}, [*lines, f"{counted(len(found), 'group')} in request {number}."])


@click.command("assign")
@click.argument("number", type=int)
@click.argument("records", nargs=-1)
@click.option("--query", default="", help="Those of the request that a query finds.")
@click.option("--author", default="", help="Those by one author (name or handle).")
@click.option("--thread", default="", metavar="RECORD", help="Those in the thread of a record.")
@click.option("--to", "department", default="", help="The department that looks at them.")
@click.option("--due", type=DAY, help="Until when.")
@click.option("--nobody", is_flag=True, help="Take the assignment back.")
@with_json
@click.pass_context
def assign(
    context: click.Context,
    number: int,
    records: tuple[str, ...],
    query: str,
    author: str,
    thread: str,
    department: str,
    due: date | None,
    nobody: bool,
    as_json: bool,
) -> None:
    """Give records to a department to look at, with a due day of its own. `request show` tells how far each is.

    \b
    Example:
      ofrecord request assign 1 R13 R15 --to Parks --due 2025-12-12
      ofrecord request assign 1 R15 --nobody
    """
    if nobody == bool(department.strip()):
        raise UsageError("Say to whom: --to, or --nobody to take it back.", "For example: --to Parks --due 2025-12-12.")
    with open_for_writing(settings_of(context)) as house:
        which = Which(query=query, author=author, thread=_one(thread))
        chosen = [record_named(each) for each in records] or reviewing.chosen(house, number, which)
        count = reviewing.assign(house, number, chosen, department.strip(), due)
    until = f", due {due}" if due else ""
    line = f"{counted(count, 'record')} of request {number}: {'given to nobody' if nobody else department + until}."
    say(as_json, {"assigned": count, "department": department, "due": str(due or "")}, [line])


NOTHING_NEW = "Nothing new: they are marked so already, for the same reason. Nothing was written."
_SO = 'For example: R13 R18, or --all, or --query "oak street", or --like R13.'


def _one(label: str) -> RecordNumber | None:
    return record_named(label) if label else None


def _bulk_data(done: Bulk, decision: str, dry_run: bool) -> dict[str, object]:
    data = {"marked": len(done.touched), "mark": decision, "dry_run": dry_run, "decided_already": done.decided}
    return {**data, "before": done.before, "after": done.after, "records": [label_of(each) for each in done.touched]}


def _bulk_lines(done: Bulk, decision: str, dry_run: bool) -> list[str]:
    told = "Would mark" if dry_run else "Marked"
    which = f" ({named(done.touched)})" if done.touched else ""
    lines = [f"{told} {counted(len(done.touched), 'record')}: {decision}{which}."]
    if done.decided:
        lines.append(f"{counted(done.decided, 'record')} more fit, but are decided already and stay (--decided-too).")
    return [*lines, f"Before: {marks_line(done.before)}.", f"After:  {marks_line(done.after)}."]
