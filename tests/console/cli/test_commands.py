"""The command line as programs and people meet it: one JSON object, exit codes, no traceback, help everywhere."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from console.cli.main import cli
from tests.conftest import ROOT, record

OFRECORD = str(Path(sys.executable).parent / "ofrecord")


def ofrecord(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OFRECORD_HOME": str(home), "OFRECORD_USER": "tester"}
    command = [OFRECORD, *(str(word) for word in words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def every_command() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        context = click.Context(command)
        if isinstance(command, click.Group):
            found.extend([path] if path else [])
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                walk(inner, (*path, name))
        else:
            found.append(path)

    walk(cli, ())
    return found


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_command_has_help_with_an_example_and_is_documented(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Example:" in shown.output
    assert re.search(rf"ofrecord (--home \S+ )?{' '.join(path)}\b", shown.output)
    assert f"ofrecord {' '.join(path)}" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def test_the_main_job_speaks_json_and_only_json(tmp_path: Path) -> None:
    home, source = tmp_path / "home", tmp_path / "records.jsonl"
    lines = [record("1", "snow plow"), record("2", "snow"), record("3", "rain")]
    source.write_text("\n".join(json.dumps(line) for line in lines) + "\n{broken\n")
    assert json.loads(ofrecord(home, "init", "--city", "wausau", "--json").stdout)["home"] == str(home)
    assert ofrecord(home, "account", "add", "parks", "--platform", "facebook", "--json").returncode == 0
    done = json.loads(ofrecord(home, "import", source, "--account", "parks", "--json").stdout)
    names = ("listed", "new", "changed", "unchanged", "duplicate", "flagged", "quarantined", "excluded")
    assert [done[name] for name in names] == [4, 3, 0, 0, 0, 0, 1, 0]
    assert {"records", "media", "media_missing", "seconds"} <= done.keys()
    counted = json.loads(ofrecord(home, "search", "snow", "--count", "--json").stdout)
    assert (counted["count"], counted["query"]) == (2, "snow") and "snow" in counted["said_as"]
    assert sorted(ofrecord(home, "search", "snow", "--ids", "--all").stdout.split()) == ["R1", "R2"]
    assert json.loads(ofrecord(home, "show", "R1", "--json").stdout)["versions"][0]["content"]["text"] == "snow plow"
    assert ofrecord(home, "show", "R1", "--raw").stdout == json.dumps(lines[0])
    assert json.loads(ofrecord(home, "verify", "--json").stdout)["clean"] is True
    assert json.loads(ofrecord(home, "rebuild", "--json").stdout) == {"records": 3}
    opened = json.loads(ofrecord(home, "request", "open", "All on snow", "--channel", "phone", "--json").stdout)
    assert opened["number"] == 1
    assert json.loads(ofrecord(home, "request", "collect", "1", "snow", "--json").stdout)["count"] == 2
    assert json.loads(ofrecord(home, "request", "mark", "1", "release", "--all", "--json").stdout)["marked"] == 2
    answer = json.loads(ofrecord(home, "request", "respond", "1", "--json").stdout)
    assert Path(answer["pdf"]).read_bytes()[:5] == b"%PDF-" and Path(answer["zip"]).exists()
    explained = json.loads(ofrecord(home, "retention", "explain", "R1", "--json").stdout)
    assert explained["retention_ends"] == "2032-03-01" and explained["verified"] is False
    due = json.loads(ofrecord(home, "retention", "due", "--on", "2033-01-01", "--json").stdout)
    assert due["series"]["WI-SM-POST"] == {"blocked": 3} and due["eligible"] == 0
    checked = json.loads(ofrecord(home, "schedules", "check", "--json").stdout)
    assert checked["failed"] == 0 and checked["cases"] >= 11


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["search", "snow"], 3),
        (["init", "--city", "atlantis"], 3),
        (["nonsense"], 3),
        (["search"], 3),
        (["show", "R1"], 3),
        (["schedules", "check", "/nowhere"], 3),
    ],
)
def test_wrong_use_is_said_in_words_with_exit_code_three(tmp_path: Path, words: list[str], code: int) -> None:
    done = ofrecord(tmp_path / "none", *words)
    assert done.returncode == code
    assert "Error:" in done.stderr and "Traceback" not in done.stderr + done.stdout


def test_damage_is_exit_code_one_and_names_the_file(tmp_path: Path) -> None:
    home, source = tmp_path / "home", tmp_path / "records.jsonl"
    source.write_text(json.dumps(record("1", "snow")) + "\n")
    ofrecord(home, "init", "--city", "stoughton")
    ofrecord(home, "account", "add", "parks", "--platform", "facebook")
    assert ofrecord(home, "import", source, "--account", "parks").returncode == 0
    assert "the sums close" in ofrecord(home, "import", source, "--account", "parks").stdout
    (path,) = (home / "vault" / "segments").rglob("*.gz")
    path.write_bytes(path.read_bytes()[:-5])
    done = ofrecord(home, "verify")
    assert done.returncode == 1 and path.name in done.stdout
    assert ofrecord(home, "import", tmp_path / "missing.zip", "--account", "parks").returncode == 2
    assert ofrecord(home, "search", '"unclosed').returncode == 3


def test_documented_examples_name_commands_that_exist() -> None:
    known = {" ".join(path) for path in every_command()}
    examples = 0
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for line in re.findall(r"^\s*(?:\.venv/bin/)?ofrecord (.+)$", page.read_text(encoding="utf-8"), re.M):
            words = [word for word in re.sub(r"--home \S+ ", "", line).split() if not word.startswith("-")]
            grouped = any(each.startswith(f"{words[0]} ") for each in known)
            assert (" ".join(words[:2]) if grouped else words[0]) in known, f"{page.name}: {line}"
            examples += 1
    assert examples > 15
