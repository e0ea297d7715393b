"""Keeping from the command line: what is said, what JSON holds, and that a dry run leaves the archive as it was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Archive
from tests.shell_examples import run
from tests.workflows.keeping import OLD

Jsonl = Callable[..., Path]


@pytest.fixture
def kept(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch) -> Archive:
    archive.take_in(jsonl("a", OLD, {"object_id": "2", "kind": "comment", "text": "the flood", **OLD}))
    monkeypatch.setenv("OFRECORD_HOME", str(archive.home))
    monkeypatch.setenv("OFRECORD_USER", "Dana Ruiz")
    return archive


def asked(line: str, code: int = 0) -> dict[str, Any]:
    ended, printed = run(f"ofrecord {line} --json")
    assert ended == code, printed
    data: dict[str, Any] = json.loads(next(each for each in printed.splitlines() if each.startswith("{")))
    return data


def acts(archive: Archive) -> int:
    with archive.reading() as house:
        return int(house.catalog.connection.exec_driver_sql("SELECT count(*) FROM act").scalar_one())


@pytest.mark.parametrize(
    "line",
    [
        "hold place audit --query flood --matter A --reason B --dry-run",
        "schedules adopt WI-SM-CONV --on 2026-01-12 --ref PRB-002 --period '3 years' --dry-run",
        "schedules rules try WI-SM-CONV --kind comment",
        "retention file R1 --series WI-POL --reason C --dry-run",
        "retention due",
        "retention events",
        "schedules list",
        "schedules changes",
        "schedules rules list",
        "hold list --all",
        "notice list",
    ],
)
def test_looking_changes_nothing(kept: Archive, line: str) -> None:
    before = acts(kept)
    assert asked(line)
    assert acts(kept) == before


def test_a_hold_from_placing_to_release(kept: Archive) -> None:
    made = asked("hold place audit R2 --matter 'State audit' --reason 'Auditor asked' --authority 'Audit office'")
    assert (made["number"], made["reaches_now"], made["only_numbers"], made["protects_through"]) == (1, 1, True, "")
    assert asked("retention explain R2")["blocks"] == ["hold", "notice not sent"]
    assert asked("hold show 1")["placed_by"] == "Dana Ruiz"
    assert asked("hold release 1 --reason done")["release_reason"] == "done"
    assert asked("retention explain R2")["blocks"] == ["notice not sent"]
    assert "error" in asked("hold release 1 --reason again", 3)


def test_a_change_that_shortens_and_its_second_person(kept: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    asked("retention file R2 --series WI-SM-CONV --reason correspondence")
    made = asked(
        "schedules adopt WI-SM-CONV --on 2026-01-12 --ref PRB-002 --period '3 years' --verified-by 'Dana Ruiz'"
    )
    assert (made["state"], made["shortens"], made["records"]) == ("proposed", True, 1)
    assert "cannot confirm" in asked("schedules confirm 1", 2)["error"]
    monkeypatch.setenv("OFRECORD_USER", "Sam Cole")
    assert asked("schedules confirm 1")["state"] == "in force"
    told = asked("retention explain R2")
    assert (told["governed_by"], told["retention_ends"], told["verified"]) == ("WI-SM-CONV", "2018-03-01", True)


def test_a_name_of_who_verified_is_said_to_be_written_as_typed(kept: Archive) -> None:
    line = "ofrecord schedules adopt WI-SM-CONV --on 2026-01-12 --ref PRB-002 --period '3 years' --dry-run"
    ended, printed = run(f"{line} --verified-by 'Dana Ruiz'")
    assert ended == 0 and "That Dana Ruiz compared the row" in printed and "nobody checked who this is" in printed
    assert "nobody checked who this is" not in run(line)[1]


def test_a_notice_from_draft_to_reply(kept: Archive, tmp_path: Path) -> None:
    made = asked("notice draft --contact 'Dana Ruiz' --phone 715-555-0100")
    assert Path(made["pdf"]).read_bytes().startswith(b"%PDF") and sum(row["records"] for row in made["rows"]) == 2
    day = asked("retention due")["on"]
    assert asked(f"notice sent 1 --on {day}")["state"] == "sent"
    (tmp_path / "scan.pdf").write_bytes(b"%PDF made up")
    answered = asked(f"notice reply 1 declined --on {day} --scan {tmp_path / 'scan.pdf'}")
    assert (answered["reply"], answered["scan"]["size"]) == ("declined", 12)
    assert asked(f"notice show 1 --scan-into {tmp_path / 'out.pdf'}")["state"] == "answered"
    assert (tmp_path / "out.pdf").read_bytes() == b"%PDF made up"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("hold place audit X13 --matter A --reason B", "no record number"),
        ("schedules adopt WI-SM-CONV --on 2026-01-12 --ref A --period soon", "is no period"),
        ("schedules adopt NEW-ROW --on 2026-01-12 --ref A --period '3 years'", "title is missing"),
        ("schedules rules add WI-SM-CONV --reason A", "no condition"),
        ("schedules rules try NO-SUCH --kind post", "no series"),
        ("retention file --series WI-POL --reason A", "Name the records"),
        ("retention file R1 --series NO-SUCH --reason A", "no series"),
        ("notice draft --contact A --phone 1 --years soon", "are no years"),
        ("notice show 7", "no notice 7"),
        ("hold show 7", "no hold 7"),
    ],
)
def test_wrong_use_is_said_with_its_cure_and_changes_nothing(kept: Archive, line: str, words: str) -> None:
    before = acts(kept)
    refused = asked(line, 3)
    assert words in refused["error"] and refused["hint"] and acts(kept) == before
