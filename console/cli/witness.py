"""`ofrecord witness`: on another machine, sign what was seen of an archive's ledger, and refuse when it goes back."""

import sys
from pathlib import Path

import click

from console.cli.output import note, say, with_json
from workflows import witnessing

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def witness() -> None:
    """Be a witness: remember another machine's ledger, and refuse to sign when its past has changed.

    A witness belongs on a machine that somebody else looks after (the clerk's own, the county's). It learns nothing
    of any record.

    \b
    Example:
      ofrecord witness init clerk-pc --name clerk-pc
    """


@witness.command()
@click.argument("folder", type=_FOLDER)
@click.option("--name", required=True, help="Its name, without spaces.")
@with_json
def init(folder: Path, name: str, as_json: bool) -> None:
    """Make a witness: its key, and the folder in which it remembers.

    \b
    Example:
      ofrecord witness init county-pc --name county-pc
    """
    key = witnessing.new_witness(folder, name)
    say(as_json, {"key": key}, ["Its public key (tell the archive: ofrecord anchor trust KEY):", f"  {key}"])


@witness.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--witness", "folder", required=True, type=_FOLDER, help="The witness's folder.")
@with_json
def trust(file: Path, folder: Path, as_json: bool) -> None:
    """Watch an archive, by the file with its public key that `ofrecord anchor key` wrote.

    \b
    Example:
      ofrecord witness trust archive.pub --witness clerk-pc
    """
    key = file.read_text(encoding="utf-8", errors="replace")
    witnessing.watch(folder, key)
    say(as_json, {"watched": key.split("+")[0]}, [f"{key.split('+')[0]} is watched."])


@witness.command()
@click.argument("place", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--witness", "folder", required=True, type=_FOLDER, help="The witness's folder.")
@with_json
def sign(place: Path, folder: Path, as_json: bool) -> None:
    """Answer the questions that lie in a folder.

    Refused (exit code 2) when the ledger has gone back or its past is another: keep everything then, and ask why.

    \b
    Example:
      ofrecord witness sign stick --witness clerk-pc
    """
    signed = witnessing.sign_in(place, folder)
    lines = [f"Signed for {name}. Carry the folder back: ofrecord anchor take." for name in signed]
    say(as_json, {"signed": signed}, lines)


@witness.command()
@click.option("--witness", "folder", required=True, type=_FOLDER, help="The witness's folder.")
@click.option("--port", type=click.IntRange(0, 65535), default=8619, show_default=True,
              help="The port on this computer; 0: any that is free.")  # fmt: skip
@with_json
def serve(folder: Path, port: int, as_json: bool) -> None:
    """Answer questions on this computer's own address until Ctrl-C.

    \b
    Example:
      ofrecord witness serve --witness clerk-pc --port 8619
    """
    with witnessing.server(folder, port, note) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        note(f"Answering on {address}. Stop with Ctrl-C.")
        say(as_json, {"address": address}, [])
        sys.stdout.flush()
        server.serve_forever()
