"""`ofrecord log`: what was done and who read what, in plain words, and forgetting what was searched for."""

from datetime import date
from pathlib import Path

import click

from console.cli.output import DAY, counted, note, say, settings_of, with_json
from custody.errors import UsageError
from custody.ids import RecordNumber, number_of
from workflows import access, log_book
from workflows.house import House, open_for_writing, open_house
from workflows.log_book import Line, Wanted


class _Log(click.Group):
    """`ofrecord log` with anything but a command of its own means `ofrecord log show`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group("log", cls=_Log)
def log() -> None:
    """Show what was done in the archive, and who read what. `ofrecord log ...` is short for `ofrecord log show ...`.

    \b
    Example:
      ofrecord log
      ofrecord log R13
      ofrecord log --reads --since 2025-12-01
    """


@log.command("show")
@click.argument("record_named", metavar="[RECORD]", required=False)
@click.option("--reads", is_flag=True, help="Who searched for what and looked at what, instead of what was done.")
@click.option("--since", type=DAY, help="From this day on, city time (2025-12-01).")
@click.option("--until", type=DAY, help="Up to this day and with it.")
@click.option("--by", default="", help="Only what this person did.")
@click.option("--kind", default="", help="Only this kind (request.opened) or family of kinds (request).")
@click.option("--request", "number", type=int, help="Only what belongs to this request.")
@click.option("--record", "record_option", help="The whole story of one record, like naming it.")
@click.option("--account", default="", help="Only what belongs to this account.")
@click.option("--sort", type=click.Choice(["newest", "oldest"]), default="newest", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="How many lines. Default: 50, in files all.")
@click.option("--all", "everything", is_flag=True, help="Every line.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a new CSV file.")
@click.option("--export", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="The same as JSON lines.")
@with_json
@click.pass_context
def show(
    context: click.Context,
    record_named: str | None,
    reads: bool,
    since: date | None,
    until: date | None,
    by: str,
    kind: str,
    number: int | None,
    record_option: str | None,
    account: str,
    sort: str,
    limit: int | None,
    everything: bool,
    csv_file: Path | None,
    json_file: Path | None,
    as_json: bool,
) -> None:
    """Show the log, one line each: entry in the ledger, when (city time), who did what. RECORD: that record's story.

    A reading has no entry yet ("-") until the ledger commits to it with others. Reading the log is itself a reading.

    \b
    Example:
      ofrecord log show --request 1 --sort oldest
      ofrecord log show --reads --by demo --kind search
      ofrecord log show R13
      ofrecord log show --csv log.csv
    """
    most = None if everything else limit or (None if csv_file or json_file else 50)
    wanted = Wanted(
        since=since, until=until, by=by, kind=kind, request=number, record=_record(record_named, record_option),
        account=account, newest_first=sort == "newest", limit=most,
    )  # fmt: skip
    with open_house(settings_of(context)) as house:
        listing = log_book.reads(house, wanted) if reads else log_book.deeds(house, wanted)
    files = [str(path) for path in (csv_file, json_file) if path is not None]
    if csv_file is not None:
        log_book.save_csv(listing.lines, csv_file)
    if json_file is not None:
        log_book.save_json_lines(listing.lines, json_file)
    if files:
        written = f"Wrote {counted(len(listing.lines), 'line')} to {' and '.join(files)}."
        say(as_json, {"written": len(listing.lines), "files": files}, [written])
        return
    say(as_json, {"lines": [each.as_data() for each in listing.lines], "more": listing.more}, map(_text, listing.lines))
    if listing.more:
        note(f"The {sort} {most:,}. Use --all to see every line.")


def _text(each: Line) -> str:
    return f"{'-' if each.entry is None else each.entry:>6}  {each.local}  {each.said}"


def _record(named: str | None, option: str | None) -> RecordNumber | None:
    if named and option:
        raise UsageError("The record is named twice.", "Leave out --record.")
    label = named or option
    number = number_of(label) if label else None
    if label and number is None:
        raise UsageError(f"{label!r} is no record number.", "They look like R13; `ofrecord search` shows them.")
    return number


@log.command("forget-searches")
@click.option("--before", type=DAY, required=True, help="Forget the words of all readings from before this day.")
@click.option("--confirm", is_flag=True, help="Do it. Left out, it is only said what would be forgotten.")
@with_json
@click.pass_context
def forget_searches(context: click.Context, before: date, confirm: bool, as_json: bool) -> None:
    """Destroy what was searched for before a day. Who searched, when and how much was found stays, with its proof.

    Without --confirm nothing changes. What is forgotten cannot be brought back; that it was done is itself in the log.

    \b
    Example:
      ofrecord log forget-searches --before 2025-12-01
      ofrecord log forget-searches --before 2025-12-01 --confirm
    """
    if confirm:
        with open_for_writing(settings_of(context)) as house:
            count = _forget(house, before, True)
    else:
        with open_house(settings_of(context)) as house:
            count = _forget(house, before, False)
    words = counted(count, "reading")
    lines = [f"Forgot the words of {words} from before {before}."]
    if not confirm:
        lines = [f"The words of {words} from before {before} would be forgotten. Nothing was changed."]
        lines += ["To do it, give the same command with --confirm."] if count else []
    say(as_json, {"before": str(before), "forgotten": count if confirm else 0, "found": count}, lines)


def _forget(house: House, before: date, really: bool) -> int:
    moment = log_book.start_of(house, before)
    return access.forget_searches(house, moment) if really else access.forgettable(house, moment)
