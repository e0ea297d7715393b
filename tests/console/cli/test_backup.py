"""`ofrecord backup` and `restore` as people and programs meet them: what is asked, what is said, which exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archiver import backup_set
from console.cli.main import cli
from tests.conftest import Archive
from tests.shell_examples import run

WORDS = "four words kept apart"


@pytest.fixture(autouse=True)
def quick(archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(backup_set, "COST", 1 << 10)
    monkeypatch.setenv("OFRECORD_HOME", str(archive.home))
    monkeypatch.chdir(tmp_path)


def test_programs_get_one_json_object(tmp_path: Path) -> None:
    assert json.loads(run("ofrecord backup --new-key k --json")[1]) == {"key_file": "k"}
    code, printed = run("ofrecord backup there --key-file k --json")
    made = json.loads(printed)
    assert code == 0 and made["files"] > 4 and made["copied"] > made["bytes"] / 2 and made["ledger_size"] == 2
    listed = json.loads(run("ofrecord backup there --key-file k --list --json")[1])
    assert [each["set"] for each in listed["sets"]] == [made["set"]] and listed["damaged"] == []
    assert json.loads(run("ofrecord backup there --key-file k --check --json")[1])["clean"] is True
    code, printed = run("ofrecord restore there --to back --key-file k --json")
    assert code == 0 and json.loads(printed)["missing"] == 0 and (tmp_path / "back" / "catalog.sqlite").exists()


def test_a_passphrase_comes_from_a_prompt_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = CliRunner().invoke(cli, ["backup", "there"], input=f"{WORDS}\n{WORDS}\n", catch_exceptions=False)
    assert asked.exit_code == 0 and "by anybody" in asked.output and WORDS not in asked.output
    (tmp_path / "p").write_text(WORDS + "\n")
    assert run("ofrecord backup there --passphrase-file p")[0] == 0
    monkeypatch.setenv("OFRECORD_BACKUP_PASSPHRASE", WORDS)
    code, printed = run("ofrecord backup there --list")
    assert code == 0 and len(printed.splitlines()) == 2
    assert CliRunner().invoke(cli, ["backup", "there", "--check"], catch_exceptions=False).exit_code == 0
    monkeypatch.setenv("OFRECORD_BACKUP_PASSPHRASE", "four words kept apard")
    code, printed = run("ofrecord restore there --to back")
    assert code == 3 and "This passphrase does not open the backup in" in printed and "Traceback" not in printed
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("backup", "Which folder?"),
        ("backup there --list --check --key-file k", "are two things"),
        ("backup there --key-file k --passphrase-file k", "not both"),
        ("backup there --key-file missing", "cannot be read"),
        ("backup there --key-file there/k", "lies beside the backup"),
        ("backup nothing --list --key-file k", "no Ofrecord backup in nothing"),
        ("backup --new-key k", "is there already"),
        ("backup home/vault/inside --key-file k", "lies inside the archive"),
        ("restore there --to home --key-file k", "is not empty"),
        ("restore there --to back --key-file k --set 1999", "no set '1999'"),
        ("restore there --to back --key-file k --ledger nowhere", "cannot be read"),
    ],
)
def test_wrong_use_is_said(words: str, message: str) -> None:
    run("ofrecord backup --new-key k")
    run("ofrecord backup there --key-file k")
    code, printed = run(f"ofrecord {words}")
    assert code == 3 and message in printed and "What to do: " in printed


def test_damage_is_exit_code_1_and_names_the_file_and_the_cure(tmp_path: Path) -> None:
    run("ofrecord backup --new-key k")
    run("ofrecord backup there --key-file k")
    pack = max(tmp_path.glob("there/packs/*/*.pack"), key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    for words in ("backup there --check --key-file k", "restore there --to back --key-file k"):
        code, printed = run(f"ofrecord {words}")
        assert code == 1 and pack.name in printed and "--list" in printed, words
    assert not (tmp_path / "back").exists()
    code, printed = run("ofrecord restore there --to saved --files-only --key-file k")
    assert code == 1 and pack.name in printed and "no archive" in printed
    assert (
        any((tmp_path / "saved" / "vault").rglob("*.warc.gz")) and not (tmp_path / "saved" / "ofrecord.toml").exists()
    )
    next(tmp_path.glob("there/sets/*.set")).write_bytes(b"x" * 80)
    assert run("ofrecord backup there --list --key-file k")[0] == 1


def test_an_older_backup_is_said(archive: Archive, tmp_path: Path) -> None:
    run("ofrecord backup --new-key k")
    first = json.loads(run("ofrecord backup there --key-file k --json")[1])
    archive.add_account("police", "x")
    run("ofrecord backup there --key-file k")
    code, printed = run(f"ofrecord restore there --to back --key-file k --set {first['set']}")
    assert code == 2 and "missing in this backup: 1." in printed and "--older-is-known" in printed
    code, printed = run(f"ofrecord restore there --to back --key-file k --set {first['set']} --older-is-known")
    assert code == 0 and "the ledger had 2 entries. Anything newer is not in it." in printed
    assert "Known to be missing: 1 newer ledger entry." in printed
