"""The commands of a purge as a frightened clerk meets them: what is asked, what is said, what the exit code is."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import purge_stages
from tests.conftest import ROOT
from tests.workflows.purge_scene import PASSWORDS

PROGRAM = [sys.executable, "-c", "from console.cli.main import main; main()"]


def ofrecord(folder: Path, *words: str, typed: str = "", passwords: bool = True) -> tuple[int, str, str]:
    done = subprocess.run(
        [*PROGRAM, *words],
        cwd=folder,
        input=typed,
        env=environment(passwords),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def environment(passwords: bool = True) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OFRECORD_")}
    more = {"OFRECORD_HOME": "home", "OFRECORD_USER": "cclerk", "OFRECORD_PINS": "", "PYTHONPATH": str(ROOT)}
    return {**kept, **more, **({"OFRECORD_PASSWORDS": "passwords"} if passwords else {})}


@pytest.fixture
def approved(tmp_path: Path) -> Path:
    purge_stages.build(tmp_path, "home", "approved")
    purge_stages.write_passwords(tmp_path / "passwords")
    return tmp_path


def test_the_number_is_typed_and_only_the_right_one_destroys(approved: Path) -> None:
    code, out, err = ofrecord(approved, "purge", "execute", "1", typed="11\n")
    assert code == 3 and "THIS CANNOT BE UNDONE" in err and "The number typed is 11; purge 1 holds 12 records" in err
    assert ofrecord(approved, "search", "sweeping", "--count")[1] == "12\n"
    code, out, err = ofrecord(approved, "purge", "execute", "1", typed="twelve\n12\n")
    assert code == 0 and "12 records destroyed; a search of every byte found no remains." in out
    assert "Type the number of records (12) to destroy them for good" in err
    (folder,) = (approved / "home" / "certificates").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["certificate.json", "certificate.pdf", "premis.xml"]
    assert ofrecord(approved, "search", "sweeping", "--count")[1] == "0\n"
    assert ofrecord(approved, "verify")[0] == 0
    code, out, _ = ofrecord(approved, "purge", "check", str(folder / "certificate.json"))
    assert code == 0 and out.startswith("YES: everything fits.") and "Dana Ruiz (custodian) approved" in out
    assert "What this does not prove" in out
    data = json.loads((folder / "certificate.json").read_text())
    data["document"]["count"] = 11
    (approved / "changed.json").write_text(json.dumps(data))
    code, out, _ = ofrecord(approved, "purge", "check", "changed.json", "--json")
    assert code == 1 and json.loads(out)["fits"] is False
    code, _, err = ofrecord(approved, "purge", "cancel", "1", "--reason", "too late", "--as", "Dana Ruiz")
    assert code == 2 and "is certified and cannot be cancelled" in err
    assert ofrecord(approved, "purge", "show", "1")[1].splitlines()[0] == "Purge 1 is certified."


def test_nobody_at_the_terminal_gives_no_password(approved: Path) -> None:
    for words in (("execute", "1"), ("propose",), ("cancel", "1", "--reason", "x", "--as", "Dana Ruiz")):
        code, out, err = ofrecord(approved, "purge", *words, passwords=False)
        assert code == 3 and "has to be typed, and nobody sits at this terminal" in err and not out
        assert "Traceback" not in err
    code, out, _ = ofrecord(approved, "purge", "list", "--json")
    assert json.loads(out)["purges"][0]["state"] == "approved"


def test_a_wrong_password_changes_nothing_and_is_in_the_log(approved: Path) -> None:
    (approved / "passwords" / "carla-clerk.txt").write_text("not it, not it at all\n")
    code, _, err = ofrecord(approved, "purge", "execute", "1", "--count", "12")
    assert code == 3 and "That is not the password of Carla Clerk." in err and "not it, not it" not in err
    assert "a wrong password was given for Carla Clerk" in ofrecord(approved, "log", "--limit", "3")[1]


def test_dry_runs_say_and_change_nothing(approved: Path) -> None:
    before = {path: path.read_bytes() for path in (approved / "home" / "vault").rglob("*.gz")}
    for words in (("execute", "1"), ("approve", "1"), ("propose",)):
        code, out, _ = ofrecord(approved, "purge", *words, "--dry-run", passwords=False)
        assert code == 0 and out
    assert "Every record on it may still go" in ofrecord(approved, "purge", "execute", "1", "--dry-run")[1]
    assert before == {path: path.read_bytes() for path in (approved / "home" / "vault").rglob("*.gz")}


def test_a_request_throws_the_list_back_and_says_what_to_do(approved: Path) -> None:
    ofrecord(approved, "request", "open", "everything about street sweeping", "--channel", "phone")
    code, out, _ = ofrecord(approved, "purge", "execute", "1", "--dry-run")
    assert code == 0 and "R1 may not go: open request" in out and "would throw the whole list back" in out
    code, _, err = ofrecord(approved, "purge", "execute", "1", "--count", "12")
    assert code == 2 and "was thrown back, and nothing was destroyed" in err and "ofrecord purge propose" in err
    assert "returned" in ofrecord(approved, "purge", "list")[1]
    assert ofrecord(approved, "verify")[0] == 0


def test_a_password_typed_at_a_terminal_is_not_shown(tmp_path: Path) -> None:
    assert ofrecord(tmp_path, "init", "--city", "maple-falls")[0] == 0
    password = PASSWORDS["Max Director"]
    code, shown = at_terminal(tmp_path, ["user", "add", "Max Director", "--role", "director"], [password, password])
    assert code == 0 and "New password of Max Director" in shown and "is enrolled as director" in shown
    assert password not in shown
    assert b"harbor lamp" not in b"".join(p.read_bytes() for p in (tmp_path / "home").rglob("*") if p.is_file())


def at_terminal(folder: Path, words: list[str], answers: list[str]) -> tuple[int, str]:
    """Run a command in a terminal and type the answers as they are asked for. What the terminal shows."""
    main, side = pty.openpty()
    running = subprocess.Popen(
        [*PROGRAM, *words],
        cwd=folder,
        env=environment(False),
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,
    )
    os.close(side)
    shown, asked, until = "", 0, time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([main], [], [], 0.2)[0]:
            try:
                shown += os.read(main, 4096).decode()
            except OSError:
                break
        if asked < len(answers) and shown.count(": ") > asked + shown.count("own, unseen: "):
            time.sleep(0.3)  # the terminal stops showing just after it has asked
            os.write(main, answers[asked].encode() + b"\n")
            asked += 1
        if running.poll() is not None and not select.select([main], [], [], 0.2)[0]:
            break
    os.close(main)
    return running.wait(10), shown
