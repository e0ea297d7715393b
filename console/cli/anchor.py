"""`ofrecord anchor`: let others remember the ledger, and see how long ago the last one did."""

from pathlib import Path

import click

from console.cli.output import INCOMPLETE, say, settings_of, with_json
from custody.clock import system_clock
from custody.errors import UsageError
from custody.ids import number_of
from workflows import anchoring
from workflows.house import open_for_writing, open_house
from workflows.pins import check_pin, forget_pin

_OLD_HOURS = 24


@click.group()
def anchor() -> None:
    """Let others remember the ledger, so that its past cannot be changed unseen.

    \b
    Example:
      ofrecord anchor status
    """


@anchor.command()
@with_json
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Say how old the newest outside memory of the ledger is.

    \b
    Example:
      ofrecord anchor status
    """
    with open_house(settings_of(context)) as house:
        found = anchoring.status(house, system_clock())
    lines = [f"The ledger has {found['entries']:,} entries. Its public key:", f"  {found['key']}"]
    for each in found["witnesses"]:
        never = each["hours"] is None
        when = "has signed nothing yet" if never else f"signed {each['entries']:,}, {_ago(each['hours'])}"
        lines.append(f"Witness {each['witness']}: {when}.")
    if found["stamp_hours"] is not None:
        lines.append(f"The last time stamp of an authority is from {_ago(found['stamp_hours'])}.")
    if found["response_hours"] is not None:
        lines.append(f"The last response that carries its checkpoint went out {_ago(found['response_hours'])}.")
    lines.append(f"This computer remembers it: {found['pin']}" if found["pin"] else "This computer remembers nothing.")
    fresh = found["hours"] is not None and found["hours"] <= _OLD_HOURS
    if not fresh:
        since = "no outside memory" if found["hours"] is None else "no outside memory of the last 24 hours"
        lines.append(f"There is {since}: what was done since then could be changed unseen. See: ofrecord anchor ask")
    say(as_json, {**found, "fresh": fresh}, lines)


@anchor.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_json
@click.pass_context
def key(context: click.Context, file: Path, as_json: bool) -> None:
    """Write the archive's public key into a file, for a witness, for the city's website, for anybody.

    \b
    Example:
      ofrecord anchor key archive.pub
    """
    with open_house(settings_of(context)) as house:
        public = anchoring.write_key(house, file)
    say(as_json, {"key": public, "file": str(file)}, [f"Written to {file}: {public}"])


@anchor.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_json
@click.pass_context
def trust(context: click.Context, file: Path, as_json: bool) -> None:
    """Count on a witness, by the file witness.pub that `ofrecord witness init` made.

    \b
    Example:
      ofrecord anchor trust county-pc/witness.pub
    """
    with open_for_writing(settings_of(context)) as house:
        public = anchoring.trust(house, file.read_text(encoding="utf-8", errors="replace"))
    said = f"Witness {public.name} is known. Ask it: ofrecord anchor ask FOLDER --witness {public.name}"
    say(as_json, {"witness": public.name}, [said])


@anchor.command()
@click.argument("place")
@click.option("--witness", required=True, help="The witness's name.")
@click.option("--since", type=int, help="The entries the witness says it has seen, when an answer of it was lost.")
@with_json
@click.pass_context
def ask(context: click.Context, place: str, witness: str, since: int | None, as_json: bool) -> None:
    """Ask a witness to sign the newest checkpoint: PLACE is a folder (a stick will do) or the witness's address.

    \b
    Example:
      ofrecord anchor ask stick --witness clerk-pc
    """
    with open_for_writing(settings_of(context)) as house:
        next_step = anchoring.ask(house, place, witness, since)
    say(as_json, {"next": next_step}, [next_step])


@anchor.command()
@click.argument("place", type=click.Path(exists=True, file_okay=False))
@click.option("--witness", required=True, help="The witness's name.")
@with_json
@click.pass_context
def take(context: click.Context, place: str, witness: str, as_json: bool) -> None:
    """Take the witness's answer from the folder.

    \b
    Example:
      ofrecord anchor take stick --witness clerk-pc
    """
    with open_for_writing(settings_of(context)) as house:
        size = anchoring.take(house, place, witness)
    say(as_json, {"entries": size}, [f"{witness} has signed {size:,} entries. They cannot be changed unseen any more."])


@anchor.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_json
@click.pass_context
def stamp(context: click.Context, file: Path, as_json: bool) -> None:
    """Write the question to a time-stamping authority (RFC 3161) for the newest checkpoint into FILE.

    Send FILE to the authority as its page says; it learns nothing but a digest. Keep the .checkpoint.txt beside it.

    \b
    Example:
      ofrecord anchor stamp checkpoint.tsq
    """
    with open_for_writing(settings_of(context)) as house:
        beside = anchoring.stamp(house, file)
    reply = file.with_suffix(".tsr")
    said = [f"Send {file} to the authority, save its reply as {reply} and keep {beside} beside it.",
            f"Then: ofrecord anchor stamped {reply} --certificate AUTHORITY.pem"]  # fmt: skip
    say(as_json, {"question": str(file), "checkpoint": str(beside)}, said)


@anchor.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--certificate", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The authority's root certificate, as PEM text.")  # fmt: skip
@with_json
@click.pass_context
def stamped(context: click.Context, file: Path, certificate: Path, as_json: bool) -> None:
    """Take the authority's reply: it is checked, and kept in the ledger.

    \b
    Example:
      ofrecord anchor stamped checkpoint.tsr --certificate authority.pem
    """
    with open_for_writing(settings_of(context)) as house:
        moment = anchoring.take_stamp(house, file, certificate)
    said = f"The ledger was there by {moment:%Y-%m-%d %H:%M} UTC, says the authority."
    say(as_json, {"at": moment.isoformat()}, [said])


@anchor.command()
@click.argument("record")
@click.option("--version", "n", default=1, show_default=True, help="Which version of it.")
@click.option("--into", default=Path("proofs"), show_default=True, type=click.Path(file_okay=False, path_type=Path))
@with_json
@click.pass_context
def proof(context: click.Context, record: str, n: int, into: Path, as_json: bool) -> None:
    """Write the proof that a record is in the ledger, in the form other tools read (C2SP tlog-proof).

    It says nothing of the record's content; a response's ZIP has the proofs that do.

    \b
    Example:
      ofrecord anchor proof R12 --into proofs
    """
    number = number_of(record)
    if number is None:
        raise UsageError(f"{record!r} is no record's number.", "It looks like R12.")
    with open_for_writing(settings_of(context)) as house:
        files = anchoring.write_proof(house, number, n, into)
    say(as_json, {"files": [str(path) for path in files]}, [f"Written: {path}" for path in files])


@anchor.command()
@click.option("--yes", is_flag=True, help="Do it; without it only the difference is said.")
@with_json
@click.pass_context
def accept(context: click.Context, yes: bool, as_json: bool) -> int:
    """Let the archive as it is now be what this computer remembers, after an old backup was restored on purpose.

    What was remembered before is forgotten; this cannot be undone.

    \b
    Example:
      ofrecord anchor accept
    """
    settings = settings_of(context)
    with open_house(settings) as house:
        different = [found.message for found in check_pin(settings, house.catalog)]
        if different and yes:
            forget_pin(settings, house.catalog)
    said = [f"This computer remembers another ledger: {message}." for message in different]
    if not different:
        said = ["Nothing to do: the ledger is the one this computer remembers."]
    elif yes:
        said.append("It now remembers this one.")
    else:
        said.append("If that is meant: ofrecord anchor accept --yes")
    say(as_json, {"different": different, "accepted": bool(different) and yes}, said)
    return INCOMPLETE if different and not yes else 0


def _ago(hours: float) -> str:
    if hours < 1:
        return "less than an hour ago"
    return f"{hours:,.0f} hours ago" if hours < 72 else f"{hours / 24:,.0f} days ago"
