"""Asking a person for a password on the terminal, unseen; or, where nobody sits there, reading it from a file.

OFRECORD_PASSWORDS names a folder with a file for each person (`dana-ruiz.txt`). It is meant for trying things out and
for tests: where such a folder lies about, a signature proves that the folder was there, and not who signed.
"""

import os
import sys
from pathlib import Path

import click

from console.cli.output import note
from custody.errors import UsageError
from workflows import people
from workflows.house import House
from workflows.people import Signer

FOLDER = "OFRECORD_PASSWORDS"


def password_of(name: str) -> str:
    """A person's password, typed unseen."""
    kept = _kept(name)
    if kept is not None:
        return kept
    _require_terminal(name)
    return str(click.prompt(f"Password of {name}", hide_input=True, err=True))


def signer_for(house: House, name: str, what: str, usual: int = 0) -> Signer:
    """The person who signs: the one named, or the only one whose role may do it. Their password is asked for."""
    person = people.user_named(house, name) if name else people.only_one_who_may(house, what, usual)
    return people.sign_in(house, person.name, password_of(person.name))


def new_password_of(name: str) -> str:
    """A new password, typed twice by the person it is for."""
    kept = _kept(name)
    if kept is not None:
        return kept
    _require_terminal(name)
    note(f"Now {name} types a password of their own, unseen: 12 characters or more; four unrelated words are good.")
    return str(click.prompt(f"New password of {name}", hide_input=True, confirmation_prompt="The same again", err=True))


def typed_count(count: int) -> int:
    """The number of records as a person types it; what is piped in counts too."""
    said = f"Type the number of records ({count:,}) to destroy them for good, or press Ctrl-C"
    return int(click.prompt(said, type=int, err=True))


def _kept(name: str) -> str | None:
    folder = os.environ.get(FOLDER)
    if not folder:
        return None
    path = Path(folder) / f"{'-'.join(name.casefold().split())}.txt"
    try:
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise UsageError(
            f"{path} cannot be read, and {FOLDER} says that passwords stand there.",
            f"Write the file, or take {FOLDER} out of the environment to be asked instead.",
        ) from error


def _require_terminal(name: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            f"The password of {name} has to be typed, and nobody sits at this terminal.",
            "Run the command in a terminal.",
        )
