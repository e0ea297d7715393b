"""How the command line speaks: plain lines for people, or one JSON object for programs, never both on stdout.

Messages and progress go to stderr. Errors become words and exit codes here: 0 fine, 1 the archive is damaged, 2 not
possible or incomplete, 3 wrong use.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from custody.errors import CustodyError, DamageError, UsageError
from workflows.settings import Settings, read_settings

FINE, DAMAGED, INCOMPLETE, WRONG_USE = 0, 1, 2, 3
F = TypeVar("F", bound=Callable[..., Any])


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2025-03-31.", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "YYYY-MM-DD"


DAY = _Day()
"""A day, as options take it."""


def with_json(command: F) -> F:
    """Adds `--json` to a command."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")(command)


def settings_of(context: click.Context) -> Settings:
    """The settings of the archive that --home names. What each start finds wrong with its ledger is said first."""
    from workflows.starting import objections  # the catalog is slow to load, and help needs none

    settings = read_settings(home_of(context), who())
    for said in objections(settings) if context.info_name != "verify" else ():
        note(f"Careful: {said}. Run `ofrecord verify` before you rely on what follows.")
    return settings


def home_of(context: click.Context) -> Path:
    """The folder that --home (or OFRECORD_HOME) names."""
    return Path(context.obj["home"])


def who() -> str:
    """Who is working: OFRECORD_USER, else the name the computer knows."""
    return os.environ.get("OFRECORD_USER") or os.environ.get("USER") or os.environ.get("LOGNAME") or "unknown"


def say(as_json: bool, data: dict[str, Any], lines: Iterable[str]) -> None:
    """Print a result: the data as JSON, or the lines."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, sort_keys=True))
        return
    for line in lines:
        click.echo(line)


def note(line: str) -> None:
    """A message that is not the result: to stderr."""
    click.echo(line, err=True)


def without_date(number: int) -> None:
    """Say how many records the days in a query leave out because they have no date at all; nothing when none."""
    if number == 1:
        note("1 more record would match, but it has no date of its own: asking for days leaves it out.")
    elif number:
        note(
            f"{number:,} more records would match, but they have no date of their own: asking for days leaves them out."
        )


def exit_code_of(error: CustodyError) -> int:
    """Which exit code an error stands for."""
    if isinstance(error, DamageError):
        return DAMAGED
    return WRONG_USE if isinstance(error, UsageError) else INCOMPLETE


def explain(error: CustodyError, as_json: bool) -> None:
    """Say what went wrong and what to do."""
    if as_json:
        click.echo(json.dumps({"error": error.message, "hint": error.hint}, ensure_ascii=False))
    note(f"Error: {error.message}")
    if error.hint:
        note(f"What to do: {error.hint}")


class Progress:
    """Progress with rate and time left, on stderr, when a person is watching."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self.what = what
        self.total = total
        self.started = time.monotonic()
        self.shown = 0.0
        self.watched = sys.stderr.isatty()

    def at(self, done: int, more: str = "") -> None:
        """Say how far it is; at most five times a second."""
        now = time.monotonic()
        if not self.watched or now - self.shown < 0.2:
            return
        self.shown = now
        rate = done / max(now - self.started, 0.001)
        left = f", about {duration((self.total - done) / rate)} left" if self.total and rate else ""
        click.echo(f"\r\033[K{self.what}: {done:,} ({rate:,.0f} a second{left}) {more}", err=True, nl=False)

    def end(self) -> None:
        """Clear the line."""
        if self.watched and self.shown:
            click.echo("\r\033[K", err=True, nl=False)


def duration(seconds: float) -> str:
    """Seconds in words: 40 s, 3 min, 2 h 05 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 record, 12 records."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
