"""The command `ofrecord`: which groups it has, and how errors become words and exit codes."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from console.cli.output import FINE, INCOMPLETE, WRONG_USE, exit_code_of, explain, note
from custody.errors import CustodyError

_COMMANDS = {
    "init": "archive:init",
    "account": "account:account",
    "import": "taking_in:import_",
    "search": "finding:search",
    "show": "finding:show",
    "request": "records_request:request",
    "publish": "publishing:publish",
    "register": "register:register",
    "retention": "keeping:retention",
    "requests": "requests:requests",
    "schedules": "keeping:schedules",
    "hold": "hold:hold",
    "notice": "notice:notice",
    "transfer": "transfer:transfer",
    "user": "user:user",
    "purge": "purge:purge",
    "log": "log:log",
    "verify": "archive:verify",
    "rebuild": "archive:rebuild",
    "anchor": "anchor:anchor",
    "witness": "witness:witness",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "warc": "warc:warc",
}
"""Each command and where it is written; loaded only when it is used, so that none waits for another's libraries."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"console.cli.{module}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--home",
    envvar="OFRECORD_HOME",
    default="ofrecord-archive",
    show_default=True,
    help="The archive's folder (or set OFRECORD_HOME).",
)
@click.version_option(package_name="ofrecord", prog_name="ofrecord")
@click.pass_context
def cli(context: click.Context, home: str) -> None:
    """Keep a city's social media as public records: take in, find, answer, judge what may go.

    Only `purge execute` destroys records, and only after two people have signed. Exit codes: 0 fine, 1 the archive is
    damaged, 2 not possible or incomplete, 3 wrong use.

    \b
    Example:
      ofrecord --home maple-falls init --city wausau
      ofrecord --home maple-falls account add MapleFallsParks --platform facebook
      ofrecord --home maple-falls import facebook-download.zip --account MapleFallsParks
      ofrecord --home maple-falls search '"oak street" since:2025-01-01'
    """
    context.obj = {"home": home}


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code; no traceback reaches a person."""
    given = list(sys.argv[1:] if words is None else words)
    as_json = "--json" in given
    try:
        result = cli.main(given, prog_name="ofrecord", standalone_mode=False)
        code = result if isinstance(result, int) else FINE
    except CustodyError as error:
        code = _stopped() if _is_stop(error) else _explained(error, as_json)
    except click.exceptions.NoArgsIsHelpError as error:
        note(error.format_message())
        code = WRONG_USE
    except click.ClickException as error:
        explain(CustodyError(error.format_message(), _help_for(error)), as_json)
        code = WRONG_USE
    except (KeyboardInterrupt, click.Abort):
        code = _stopped()
    except BrokenPipeError:
        sys.stderr.close()
        code = FINE
    except OSError as error:
        if os.environ.get("OFRECORD_DEBUG"):
            raise
        code = _stopped() if _is_stop(error) else _explained(_about_a_file(error), as_json)
    except Exception as error:
        if os.environ.get("OFRECORD_DEBUG"):
            raise
        code = _stopped() if _is_stop(error) else _unexpected(error, as_json)
    sys.exit(code)


def _stopped() -> int:
    note("Stopped. What was acknowledged is safe; the same command goes on from there.")
    return INCOMPLETE


def _is_stop(error: BaseException | None) -> bool:
    """Whether an error only came of somebody pressing Ctrl-C: what was under way then fails in its own words."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _explained(error: CustodyError, as_json: bool) -> int:
    explain(error, as_json)
    return exit_code_of(error)


def _about_a_file(error: OSError) -> CustodyError:
    """What the computer said of a file or folder, in words: whatever no room has said better already."""
    said = error.strerror or type(error).__name__
    return CustodyError(
        f"{error.filename} cannot be used: {said}." if error.filename else f"The computer says: {said}.",
        "Check the name, who owns the file or folder, and whether the disk is full. What was acknowledged is safe.",
    )


def _unexpected(error: Exception, as_json: bool) -> int:
    kind = type(error).__name__
    explain(CustodyError(f"Ofrecord met something it did not expect ({kind}).", _REPORT), as_json)
    return INCOMPLETE


_REPORT = "The archive keeps only whole steps. Run `ofrecord verify`; OFRECORD_DEBUG=1 shows details."


def _help_for(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "ofrecord"
    return f"`{path} --help` shows how it is used, with examples."
