"""The shell examples of the documentation: where they stand, how they are run, and whether what is shown is printed.

An example is a line of an indented block, of a `sh` block, or after `$` in a `console` block, where the lines up to the
next `$` are what it prints. In these `...` stands for what changes: alone on a line for any lines, inside one for any
text. `# refused: words` after a command says to the reader, and to the test, that it is refused with these words.
"""

import io
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import click
from click.testing import CliRunner

from console.cli.main import cli, main

SHELL = {"sh", "bash", "console"}
NOT_SHELL = {"toml", "json", "text", ""}
REMARK = re.compile(r"\s+# (?:refused: (?P<refused>.+)|.*)$")
FEED = "https://maple-falls.example"
WIDTH = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One command as it is shown. `shown` is the output beside it, None where there is none."""

    place: str
    line: str
    shown: list[str] | None = field(default=None)

    @property
    def command(self) -> str:
        """The command without the remark behind it."""
        return REMARK.sub("", self.line)

    @property
    def refused(self) -> str:
        """The words it is refused with, "" when it is to succeed."""
        found = REMARK.search(self.line)
        return (found["refused"] or "") if found else ""


def examples_on(page: str, text: str) -> list[Example]:
    """The examples on a page, in order. Raises AssertionError on a block that does not say what it is."""
    found: list[Example] = []
    fence: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{page}:{number}"
        if line.lstrip().startswith("```"):
            fence = line.strip("` ") if fence is None else None
            assert fence is None or fence in SHELL | NOT_SHELL, f"{place}: is {fence!r} a shell?"
        elif fence == "console":
            _console(found, place, line)
        elif fence in SHELL and line.strip():
            found.append(Example(place=place, line=line.strip()))
        elif fence is not None:
            assert not re.match(r"\s*(\$ |ofrecord )", line), f"{place}: an example in a block that is no shell"
        elif re.match(r" {4}", line) and line.strip():
            found.append(Example(place=place, line=line.strip()))
    return found


def _console(found: list[Example], place: str, line: str) -> None:
    if line.lstrip().startswith("$ "):
        found.append(Example(place=place, line=line.strip()[2:], shown=[]))
        return
    shown = found[-1].shown if found else None
    assert shown is not None, f"{place}: output before its command"
    shown.append(line)


def examples_in_help(path: tuple[str, ...]) -> list[Example]:
    """The examples that a command's `--help` shows."""
    inside, found = False, []
    for line in help_of(path).splitlines():
        if inside and not line.strip():
            break
        if inside:
            found.append(Example(place=f"ofrecord {' '.join(path)} --help", line=line.strip()))
        inside = inside or line.strip() == "Example:"
    return found


def help_of(path: tuple[str, ...]) -> str:
    """What `--help` prints."""
    shown = CliRunner().invoke(cli, [*path, "--help"], prog_name="ofrecord", terminal_width=WIDTH)
    assert shown.exit_code == 0
    return shown.output


def commands_page() -> str:
    """The whole of docs/commands.md."""
    start = (
        "# All commands\n\nThe same text as `ofrecord COMMAND --help`. Every command takes `--json`; `--home DIR` (or "
        "`OFRECORD_HOME`)\nnames the archive. The record numbers are those of the archive that `make demo` makes.\n\n"
        "Every command ends with one of four codes: 0 done, 1 the archive (or what was checked) is damaged, "
        "2 not possible or not\ncomplete, 3 asked for in a wrong way. "
        "The message on stderr says which thing and what to do.\n"
    )
    parts = [f"\n## ofrecord {' '.join(path)}\n\n```text\n{help_of(path)}```\n" for path in every_command()]
    return start + "".join(parts)


def every_command() -> list[tuple[str, ...]]:
    """Each command and group, as the words that name it, in the order of `--help`."""
    found: list[tuple[str, ...]] = []

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        found.extend([path] if path else [])
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                walk(inner, (*path, name))

    walk(cli, ())
    return found


def run(command: str, feed: str = FEED) -> tuple[int, str]:
    """Run a command line in this process, as a terminal would show it: exit code and what it prints.

    The addresses of the fictional city lead to `feed`, a server inside this computer.
    """
    program, *words = shlex.split(command)
    assert program == "ofrecord", f"only ofrecord is run here: {command}"
    if feed != FEED and any(word.startswith(FEED) for word in words):
        words = [*(word.replace(FEED, feed) for word in words), "--allow-private-network"]
    words = [name for word in words for name in _as_a_shell_would(word)]
    screen = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    code = 0
    with redirect_stdout(screen), redirect_stderr(screen):
        try:
            main(words)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
    screen.seek(0)
    return code, screen.read().replace(feed, FEED)


def _as_a_shell_would(word: str) -> list[str]:
    """The files a word with a star stands for."""
    return sorted(str(path) for path in Path().glob(word)) if "*.warc" in word else [word]


def wrong_with(example: Example, code: int, printed: str) -> str:
    """What an example does otherwise than its page says, "" for nothing."""
    if example.refused:
        if code not in (2, 3):
            return f"is said to be refused, and ends with {code}"
        if example.refused not in printed:
            return f"is refused, but not with the words {example.refused!r}"
    elif code != 0:
        return f"ends with {code}"
    if ": 0 records" in printed:
        return "finds nothing, so it shows nobody anything"
    if example.shown is not None and not _same(example.shown, printed):
        return "does not print what is shown:\n" + "\n".join(example.shown)
    return ""


def _same(shown: list[str], printed: str) -> bool:
    pattern = ""
    for line in "\n".join(shown).strip().splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(piece) for piece in line.strip().split("...")) + r"\n"
    said = "".join(f"{line.strip()}\n" for line in printed.strip().splitlines())
    return re.fullmatch(pattern, said) is not None


if __name__ == "__main__":
    Path("docs/commands.md").write_text(commands_page(), encoding="utf-8")
