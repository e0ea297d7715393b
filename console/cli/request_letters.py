"""`ofrecord request letter` and `decide`: letters drafted and sent, the determination shown and recorded."""

import shlex
from datetime import date
from pathlib import Path
from typing import Any

import click

from console.cli.output import INCOMPLETE, note, say, settings_of, with_json
from console.cli.request_intake import on_day
from console.cli.request_words import law_unverified
from custody.errors import UsageError
from workflows import deciding, letters
from workflows.house import House, open_for_writing, open_house
from workflows.letters import Wish, Written


@click.command()
@click.argument("number", type=int)
@click.argument("kind", type=click.Choice(letters.KINDS))
@click.option("--note", "text", default="", help="Your own words, added to the letter.")
@click.option("--why", default="", help="The reason (clarification, extension, referral).")
@click.option("--to", default="", help="Whom it goes to; for a referral without --send, the authority.")
@click.option("--subject", "person", type=int, default=0, help="The record subject's number (notice-to-subject).")
@click.option("--own-words", is_flag=True, help="Print the words, to be changed by you and given back with --body.")
@click.option("--body", type=click.Path(dir_okay=False, path_type=Path), help="A file with the words of the letter.")
@click.option("--send", is_flag=True, help="Record that you sent it. Its text is locked then, and cannot be changed.")
@click.option("--by-way", default="", help=f"With --send: how you sent it ({', '.join(letters.SENT_BY)}).")
@on_day
@with_json
@click.pass_context
def letter(
    context: click.Context,
    number: int,
    kind: str,
    text: str,
    why: str,
    to: str,
    person: int,
    own_words: bool,
    body: Path | None,
    send: bool,
    by_way: str,
    on: date | None,
    as_json: bool,
) -> None:
    """Draft a letter as PDF and text as often as you like; with --send record that you sent it.

    The program sends nothing and signs nothing. A letter that was sent is kept word for word and cannot be changed;
    what has to be added goes into a supplement.

    \b
    Example:
      ofrecord request letter 1 acknowledgement
      ofrecord request letter 1 acknowledgement --send --by-way email
      ofrecord request letter 1 clarification --why "Which of the two bridges is meant?"
      ofrecord request letter 1 estimate --own-words
    """
    wish = Wish(kind=kind, note=text, body=_read(body), why=why, to=to, subject=person, by_way=by_way)
    if own_words:
        with open_house(settings_of(context)) as house:
            words = letters.words_of(house, number, wish)
        say(as_json, {"number": number, "letter": kind, "words": words}, [words.rstrip()])
        return
    with open_for_writing(settings_of(context)) as house:
        made = letters.send(house, number, wish, by_way, to, on) if send else letters.draft(house, number, wish)
        law_unverified(house, "the words of this letter")
    say(as_json, _data(number, made, send), _told(number, made, send, _again(kind, person, why)))


@click.command("letters")
@click.argument("number", type=int)
@click.option("--again", is_flag=True, help="Write the files of the letters once more, from the vault.")
@with_json
@click.pass_context
def letters_(context: click.Context, number: int, again: bool, as_json: bool) -> None:
    """List the letters of a request that were sent; their exact text is in the vault.

    \b
    Example:
      ofrecord request letter 1 acknowledgement --send --by-way email
      ofrecord request letters 1
      ofrecord request letters 1 --again
    """
    with open_house(settings_of(context)) as house:
        there = letters.sent(house, number)
        files = [str(path) for path in letters.again(house, number)] if again else []
    lines = [
        f"{each['n']:>3}  {each['day']}  {each['letter']:18} by {each['by_way']}  {each['title']}" for each in there
    ]
    lines += [f"     sha256 of the text {each['sha256']}" for each in there[:1]] if len(there) == 1 else []
    say(
        as_json, {"number": number, "letters": there, "files": files}, [*(lines or ["No letter was sent yet."]), *files]
    )


@click.command()
@click.argument("number", type=int)
@click.option("--by-way", default="", help=f"How you gave the answer: {', '.join(letters.SENT_BY)}.")
@click.option("--to", default="", help="Whom you gave it to: a name or an address.")
@click.option("--note", "text", default="", help="Your own words, added to the letter.")
@click.option("--body", type=click.Path(dir_okay=False, path_type=Path), help="A file with the words of the letter.")
@click.option("--oral", is_flag=True, help="You told it without a letter (only an oral request may be denied so).")
@click.option("--close", "closing", is_flag=True, help="Close the file as well: nothing is left to do.")
@click.option("--dry-run", is_flag=True, help="Only show what follows from the marks, and draft the letter.")
@on_day
@with_json
@click.pass_context
def decide(
    context: click.Context,
    number: int,
    by_way: str,
    to: str,
    text: str,
    body: Path | None,
    oral: bool,
    closing: bool,
    dry_run: bool,
    on: date | None,
    as_json: bool,
) -> int:
    """Record that the determination was given. It follows from the marks; its letter is locked at the same time.

    First look at it with --dry-run, sign the letter, send it with the answer; then record both with this command.
    From that day the periods of Wis. Stat. 19.35(5) run. What was sent cannot be changed any more.

    \b
    Example:
      ofrecord request respond 1
      ofrecord request decide 1 --dry-run
      ofrecord request decide 1 --by-way email --to jane@example.org
    """
    settings = settings_of(context)
    if dry_run:
        with open_for_writing(settings) as house:
            return _shown(house, number, text, body, as_json)
    if not by_way:
        raise UsageError("Say how you gave the answer.", f"Write --by-way and one of: {', '.join(letters.SENT_BY)}.")
    with open_for_writing(settings) as house:
        given = deciding.decide(house, number, by_way, to, on, text, _read(body), oral, closing)
    made = given.determination
    lines = [
        f"Request {number}: {made.outcome.value} ({made.why}), given on {given.day} by {by_way.replace('_', ' ')}."
    ]
    lines += [f"Locked: {path}" for path in (given.letter.files if given.letter else ())]
    lines += ["Written down with it: the answer was sent."] if given.sent else []
    lines += _other(given.letter) if given.letter else []
    data: dict[str, Any] = {
        "number": number,
        "determination": made.outcome.value,
        "why": made.why,
        "day": given.day.isoformat(),
    }
    files = [str(path) for path in given.letter.files] if given.letter else []
    say(
        as_json,
        {**data, "files": files, "sent": given.sent, "closed": closing, "next": list(given.next_steps)},
        [*lines, *given.next_steps],
    )
    return 0


def _shown(house: House, number: int, text: str, body: Path | None, as_json: bool) -> int:
    law_unverified(house, "the words of this letter")
    outlook = deciding.follows(house, number)
    made = outlook.determination
    lines = [f"From the marks follows: {made.outcome.value} ({made.why})."]
    data = {"number": number, "determination": made.outcome.value, "why": made.why, "blocks": list(outlook.blocks)}
    files: tuple[Path, ...] = ()
    lacks: tuple[str, ...] = ()
    if outlook.letter:
        wish = Wish(kind=outlook.letter, note=text, body=_read(body))
        written = letters.draft(house, number, wish, not outlook.blocks)
        files, lacks = written.files, written.lacks
    lines += [f"Draft of the letter: {path}" for path in files]
    lines += [f"Still to do: {each}" for each in (*outlook.blocks, *lacks)]
    lines.append("Nothing was recorded.")
    say(as_json, {**data, "lacks": list(lacks), "files": [str(path) for path in files]}, lines)
    return INCOMPLETE if outlook.blocks or lacks else 0


def _told(number: int, made: Written, sent: bool, more: str) -> list[str]:
    lines = [f"{'Locked' if sent else 'Draft'}: {path}" for path in made.files]
    if sent:
        return [
            *lines,
            f"Written down: the {made.kind} letter of request {number} was sent. It cannot be changed any more.",
            *_other(made),
        ]
    for each in made.lacks:
        note(f"It may not be sent yet: {each}.")
    if made.kind in letters.OUTCOME_OF:
        return [*lines, f"It goes out with the determination: ofrecord request decide {number} --by-way WAY"]
    return [
        *lines,
        f"Read it, sign it, send it; then: ofrecord request letter {number} {made.kind}{more} --send --by-way WAY",
    ]


def _again(kind: str, person: int, why: str) -> str:
    """What the command to send this letter needs besides, so that it can be copied."""
    return (f" --subject {person}" if person else "") + (f" --why {shlex.quote(why)}" if why else "")


def _other(made: Written) -> list[str]:
    if not made.other_than_draft:
        return []
    return [
        "What is locked is not what the last draft said (another day, perhaps, or other words). Look at the locked",
        "letter: if you signed the draft, sign and send the locked letter, and add to it with a supplement if needed.",
    ]


def _data(number: int, made: Written, sent: bool) -> dict[str, object]:
    files = [str(path) for path in made.files]
    return {"number": number, "letter": made.kind, "sent": sent, "files": files, "lacks": list(made.lacks)}


def _read(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as text: {error}", "Save it as plain text (UTF-8).") from error
