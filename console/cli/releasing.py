"""`ofrecord request sent` and `request paper`: what happens to an answer once it is written."""

from pathlib import Path

import click

from console.cli.output import Progress, counted, note, say, settings_of, with_json
from custody.request import Form
from workflows.house import open_for_writing
from workflows.request_life import request_of


@click.command("sent")
@click.argument("number", type=int)
@click.option("--to", required=True, help='To whom. Nobody has to give a name: "requester" is enough.')
@click.option(
    "--by", "way", required=True, help="How: email, mail, in-person, portal, disk, paper, platform-message ..."
)
@click.option("--note", "text", default="", help="What else should be remembered about it.")
@with_json
@click.pass_context
def sent(context: click.Context, number: int, to: str, way: str, text: str, as_json: bool) -> None:
    """Write down that you sent the answer: to whom and how. The program sends nothing itself.

    `request decide` writes this down by itself. Use it for what is sent again, to somebody else, or by another way.

    \b
    Example:
      ofrecord request respond 1
      ofrecord request sent 1 --to "the newspaper" --by disk --note "a second copy"
    """
    from workflows import sending

    with open_for_writing(settings_of(context)) as house:
        made = sending.sent(house, number, to, way, text)
        request = request_of(house, number)
        waits = request.state.is_live
    if way == "paper" and request.form is Form.ELECTRONIC_WITH_METADATA:
        note("It was asked for electronically with metadata: paper alone does not answer that (Lueders v. Krug).")
    lines = [f"Written down: the answer to request {number} went to {made['to']} by {made['by_way']}."]
    lines += [f"  ZIP SHA-256 {digest}" for digest in made["zip_sha256"]]
    if waits:
        lines.append(f"The determination is not recorded yet. Next: ofrecord request decide {number} --by-way WAY")
    say(as_json, made, lines)


@click.command("paper")
@click.argument("number", type=int)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder for paper.pdf.")
@with_json
@click.pass_context
def paper(context: click.Context, number: int, into: Path | None, as_json: bool) -> None:
    """Make the answer ready to be printed, for whoever asks for paper (Wis. Stat. 19.35(1)(e)).

    Everything that can be read stands on the pages, pictures large. A video or another file that cannot be printed is
    named with its description.

    \b
    Example:
      ofrecord request paper 1
    """
    from workflows import papering  # the typesetter is slow to load

    progress = Progress("records")
    with open_for_writing(settings_of(context)) as house:
        made = papering.paper(house, number, into, progress.at)
    progress.end()
    lines = [f"Wrote {made['paper']}", ""]
    lines.append(f"{counted(made['pages'], 'page')}; on both sides {counted(made['sheets'], 'sheet')} of paper.")
    lines.append("Please read it before you hand it out. What is withheld in the answer is withheld here too.")
    say(as_json, made, lines)
