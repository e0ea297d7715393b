"""The commands of a purge as a frightened clerk meets them: what is asked, what is said, what the exit code is."""

import json
import os
import pty
import select
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from console.cli import main
from custody.clock import system_clock
from custody.errors import DamageError
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
    assert code == 2 and "has been carried out: what it destroyed cannot come back" in err
    assert ofrecord(approved, "purge", "show", "1")[1].splitlines()[0] == "Purge 1 is certified: they are destroyed."


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
    said = ofrecord(approved, "purge", "execute", "1", "--dry-run")[1]
    assert "Every record on it may still go" in said and "it would destroy 12 records, for good." in said
    said = ofrecord(approved, "purge", "propose", "--dry-run")[1]
    assert said.startswith("A dry run: nothing was changed, and nothing is proposed.")
    assert "Nothing may be destroyed today, so nothing would be proposed." in said
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


def test_a_purge_that_stops_behind_the_destruction_says_everywhere_that_it_has_happened(approved: Path) -> None:
    reader = sqlite3.connect(approved / "home" / "catalog.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM record").fetchone()
    code, _, err = ofrecord(approved, "purge", "execute", "1", "--count", "12")
    assert code == 2 and "`ofrecord purge show 1` says whether it has happened" in err
    assert "The records are destroyed, but while somebody is reading" in err
    reader.close()
    code, out, _ = ofrecord(approved, "purge", "list")
    assert code == 0 and "DESTROYED already; the search for remains has not ended: ofrecord purge finish" in out
    code, out, _ = ofrecord(approved, "purge", "show", "1")
    assert "Purge 1 is begun: DESTROYED already" in out and "Next: ofrecord purge finish" in out
    assert json.loads(ofrecord(approved, "purge", "list", "--json")[1])["purges"][0]["destroyed"] is True
    assert ofrecord(approved, "purge", "finish")[0] == 0
    assert "certified" in ofrecord(approved, "purge", "list")[1]


def test_a_hold_says_which_purge_it_stops_and_who_was_retired_is_told(approved: Path) -> None:
    code, out, _ = ofrecord(approved, "hold", "place", "audit", "--matter", "State audit", "--reason", "asked")
    assert code == 0 and "Purge 1 is approved. If this reaches one of its records, it is thrown back." in out
    code, _, err = ofrecord(approved, "user", "add", "Bo", "--role", "king", passwords=False)
    assert code == 3 and "There is no role 'king'" in err and "clerk" in err
    assert ofrecord(approved, "user", "retire", "Dana Ruiz", "--reason", "left")[0] == 0
    code, _, err = ofrecord(approved, "purge", "cancel", "1", "--reason", "x", "--as", "Dana Ruiz")
    assert code == 3 and "Dana Ruiz was retired as a user on" in err


def test_a_rule_that_is_none_is_refused_and_waiting_is_told_with_its_day(tmp_path: Path) -> None:
    purge_stages.build(tmp_path, "home", "approved")
    purge_stages.write_passwords(tmp_path / "passwords")
    code, _, err = ofrecord(tmp_path, "purge", "due", "--although-unverified", "WI-DEF-7")
    assert code == 3 and "There is no series 'WI-DEF-7'" in err
    code, _, err = ofrecord(tmp_path, "purge", "due", "--series", "posts")
    assert code == 3 and "There is no series 'posts'" in err
    (tmp_path / "b").mkdir()
    purge_stages.build(tmp_path / "b", "home", "due")
    purge_stages.write_passwords(tmp_path / "b" / "passwords")
    assert ofrecord(tmp_path / "b", "purge", "propose", "--although-unverified", purge_stages.RULE)[0] == 0
    code, _, err = ofrecord(tmp_path / "b", "purge", "approve", "1")
    day = system_clock() + timedelta(days=1)
    assert code == 2 and "less than 24 hours" in err and f"wait until {day:%Y-%m}" in err


def test_what_fails_because_somebody_stopped_the_program_is_told_as_a_stop(capsys: pytest.CaptureFixture[str]) -> None:
    stopped = RuntimeError("connection is closed")
    stopped.__context__ = KeyboardInterrupt()
    wrapped = DamageError("The catalog is damaged.", "Run `ofrecord rebuild`.")
    wrapped.__cause__ = stopped
    for error, code in ((wrapped, 2), (stopped, 2), (DamageError("The catalog is damaged."), 1)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(main.cli, "main", partial(_raise, error))
            with pytest.raises(SystemExit) as ended:
                main.main(["log"])
        assert ended.value.code == code
        assert ("Stopped. What was acknowledged is safe" in capsys.readouterr().err) is (code == 2)


def _raise(error: Exception, *words: object, **more: object) -> None:
    raise error


def test_dry_runs_name_items_set_aside(tmp_path: Path) -> None:
    purge_stages.build(tmp_path, "home", "due")
    purge_stages.write_passwords(tmp_path / "passwords")
    post = json.loads((tmp_path / "old-posts" / "records.jsonl").read_text().splitlines()[0])
    cut = tmp_path / "cut" / "records.jsonl"
    cut.parent.mkdir()
    new = {
        **post,
        "object_id": "new",
        "text": "Leaf collection begins.",
        "created_at": f"{system_clock():%Y-%m-%d}T00:00:00Z",
    }
    cut.write_text(json.dumps(new) + "\n" + json.dumps(post)[:-3] + "\n")
    assert ofrecord(tmp_path, "import", "cut", "--account", "MapleFallsStreets")[0] in (0, 2)
    words = ("purge", "propose", "--although-unverified", purge_stages.RULE)
    code, out, _ = ofrecord(tmp_path, *words, "--dry-run")
    assert code == 0 and "It would be REFUSED as it is, because of 1 item set aside." in out
    assert "Nothing would be proposed: R1, " in out and "also stands in item 1 set aside by run 2" in out
    data = json.loads(ofrecord(tmp_path, *words, "--dry-run", "--json")[1])
    (way,) = data["in_the_way"]
    assert (way["run"], way["item"], way["records"][0]) == (2, 1, "R1") and data["items"] == []
    assert data["stopped"].startswith("Nothing would be proposed: R1, ")
    code, out, _ = ofrecord(tmp_path, *words, "--dry-run", "--with-quarantined")
    assert "With them 1 item set aside" in out and "It would be proposed: 12 records and 1 item set aside." in out
    code, out, _ = ofrecord(tmp_path, *words, "--with-quarantined")
    assert code == 0 and "Purge 1 is proposed: 12 records and 1 item set aside." in out
    code, out, _ = ofrecord(tmp_path, "purge", "approve", "1", "--dry-run")
    assert "With its records go, whole, as set aside by imports: item 1 of run 2." in out
    assert "Carried out, it would destroy 12 records and 1 item set aside, for good." in out
    assert json.loads(ofrecord(tmp_path, "purge", "execute", "1", "--dry-run", "--json")[1])["items"] == [[2, 1]]
