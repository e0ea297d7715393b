"""The command line as programs and people meet it: one JSON object, exit codes, no traceback, help everywhere."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from console.cli.main import cli, main
from tests.conftest import record
from tests.shell_examples import run

OFRECORD = str(Path(sys.executable).parent / "ofrecord")


def ofrecord(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OFRECORD_HOME": str(home), "OFRECORD_USER": "tester"}
    command = [OFRECORD, *(str(word) for word in words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


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
        (["init", "--city", "nowhere.toml"], 3),
        (["retention", "due", "--on", "2032-13-01"], 3),
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


def test_a_group_without_its_command_shows_what_there_is(tmp_path: Path) -> None:
    done = ofrecord(tmp_path, "account")
    assert done.returncode == 3 and "Error:" not in done.stderr
    assert "List the registered accounts." in done.stderr
    assert "write it as 2025-03-31" in ofrecord(tmp_path, "retention", "due", "--on", "soon").stderr


def test_a_search_by_days_says_what_has_no_date(tmp_path: Path) -> None:
    home, source = tmp_path / "home", tmp_path / "records.jsonl"
    lines = [record("1", "snow"), record("2", "snow", created_at=None)]
    source.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    for words in ("init --city wausau", "account add parks --platform facebook", f"import '{source}' --account parks"):
        assert run(f"ofrecord --home '{home}' {words}")[0] == 0
    code, printed = run(f"ofrecord --home '{home}' search 'snow date:2025-03'")
    assert code == 0 and "1 more record would match, but it has no date of its own" in printed
    _, printed = run(f"ofrecord --home '{home}' search 'snow date:2025-03' --count --json")
    assert json.loads(printed.splitlines()[-1])["undated"] == 1
    assert "no date of its own" not in run(f"ofrecord --home '{home}' search snow")[1]
    assert "posted   no date given\n" in run(f"ofrecord --home '{home}' show R2")[1]


def test_a_date_says_whose_word_it_is(tmp_path: Path) -> None:
    """What a source asserts is never shown as if the archive had proved it (ADR "The ledger")."""
    home, source = tmp_path / "home", tmp_path / "records.jsonl"
    lines = [record("1", "snow"), record("2", "snow", as_of="2025-03-02T08:00:00Z")]
    source.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    for words in ("init --city wausau", "account add parks --platform facebook", f"import '{source}' --account parks"):
        assert run(f"ofrecord --home '{home}' {words}")[0] == 0
    shown = [run(f"ofrecord --home '{home}' show {each}")[1] for each in ("R1", "R2")]
    assert all("America/Chicago (asserted by the source)\n" in each for each in shown)
    assert all(" UTC in the ledger: it existed no later" in each for each in shown)
    assert (
        "its source dates it" not in shown[0] and "; its source dates it 2025-03-02 08:00 UTC (asserted)\n" in shown[1]
    )
    _, printed = run(f"ofrecord --home '{home}' show R2 --json")
    assert {"as_of", "created_at"} <= set(json.loads(printed.splitlines()[-1])["asserted_by_source"])


@pytest.mark.parametrize(
    "words",
    [
        ("--home", "/proc/nowhere/archive", "init", "--city", "wausau"),
        ("--home", "/proc/version/archive", "init", "--city", "wausau"),
        ("--home", "/proc/version", "init", "--city", "wausau", "--json"),
    ],
)
def test_what_the_computer_refuses_is_said_with_the_name(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    assert ended.value.code in (2, 3) and "/proc/" in err and "did not expect" not in err and "What to do: " in err
    assert ("--json" in words) == ("error" in json.loads(out or "{}"))


def test_every_command_takes_json() -> None:
    """README says so; groups aside, which only show what is in them."""

    def lacking(command: click.Command, path: str) -> list[str]:
        if isinstance(command, click.Group):
            inner = {name: command.get_command(click.Context(command), name) for name in command.list_commands(
                click.Context(command))}  # fmt: skip
            return [line for name, each in inner.items() if each for line in lacking(each, f"{path} {name}")]
        return [] if any("--json" in each.opts for each in command.params) else [path]

    assert lacking(cli, "ofrecord") == []


def test_a_witness_that_serves_says_where(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from console.cli.main import main; main()", "witness"]
    subprocess.run([*command, "init", str(tmp_path / "pc"), "--name", "clerk"], check=True, capture_output=True)
    served = [*command, "serve", "--witness", str(tmp_path / "pc"), "--port", "0", "--json"]
    with subprocess.Popen(served, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        try:
            assert json.loads(serving.stdout.readline())["address"].startswith("http://127.0.0.1:")
        finally:
            serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == 2 and serving.stdout.read() == ""
