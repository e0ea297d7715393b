"""`ofrecord publish`: a released answer into the reading room on the city's website, and out of it."""

from pathlib import Path

import click

from console.cli.output import counted, say, settings_of, with_json
from workflows import publishing
from workflows.house import open_for_writing


@click.command()
@click.argument("number", type=int)
@click.option(
    "--to",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The reading room: its own folder.",
)
@click.option("--title", default="", help="What it is about, for the list. Default: the request's own words.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@click.option("--take-back", is_flag=True, help="Take the answer out of the reading room again.")
@with_json
@click.pass_context
def publish(
    context: click.Context, number: int, to: Path, title: str, dry_run: bool, take_back: bool, as_json: bool
) -> None:
    """Publish an answer: its package, unpacked, with a list of all that are published. The folder is a whole website.

    The same command again brings it up to date. Nobody who asked for records is named. What people have copied from
    the website cannot be taken back.

    \b
    Example:
      ofrecord request respond 1
      ofrecord publish 1 --to reading-room --title "Oak Street flood" --dry-run
      ofrecord publish 1 --to reading-room --title "Oak Street flood"
      ofrecord publish 1 --to reading-room --take-back
    """
    with open_for_writing(settings_of(context)) as house:
        if take_back:
            made = publishing.take_back(house, number, to, dry_run)
        else:
            made = publishing.publish(house, number, to, title, dry_run)
    files = counted(made["files"], "file")
    if take_back:
        done = "Would take" if dry_run else "Took"
        lines = [f"{done} the answer to request {number} out of {made['to']} ({files}).", "What remains elsewhere:"]
        lines += [f"  - {each}" for each in made["remains"]]
    else:
        done = ("Would bring" if dry_run else "Brought") if made["updated"] else ("Would put" if dry_run else "Put")
        what = "up to date in" if made["updated"] else "into"
        lines = [f"{done} the answer to request {number} {what} {made['to']}: {files}.", f"  Title: {made['title']}"]
        if not dry_run:
            lines.append(f"Open {Path(made['to']) / 'index.html'} and look at it, then copy the folder to the server.")
    if dry_run:
        lines.append("Nothing was changed. The same command without --dry-run does it.")
    say(as_json, made, lines)
