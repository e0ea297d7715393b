"""Folders of cases that somebody brings: none is skipped, none hides another, each trouble has file, case and cure."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from console.cli.main import cli
from custody.errors import UsageError
from policies.calendars import holiday_rules
from retention_schedules.cases import CASES, ELSEWHERE, judge_case
from tests.workflows.test_checking_requests import spoiled
from workflows import checking_requests, disposing
from workflows.case_files import CaseResult

REQUEST = "[[case]]\nid = '{id}'\nrequest = {{received = 2025-12-19}}\nexpect = {{{expect}}}\n"
KEEPING = (
    "[[case]]\nid = '{id}'\ntoday = 2026-01-01\nrecord = {{kind = 'post', created = 2018-01-16{record}}}\n{more}\n"
    "[case.expect]\n{expect}\n"
)


def requests_in(folder: Path) -> dict[str, CaseResult]:
    return {each.id or each.file: each for each in checking_requests.run_cases(folder)}


def keeping(folder: Path, expect: str, record: str = "", more: str = "") -> CaseResult:
    path = folder / "mine.toml"
    path.write_text(KEEPING.format(id="A", expect=expect, record=record, more=more), encoding="utf-8")
    (result,) = disposing.run_cases(folder)
    return result


def test_one_bad_case_hides_no_other(tmp_path: Path) -> None:
    good, wrong = (REQUEST.format(id=name, expect="target = 2026-01-06") for name in ("good", "twice"))
    bad = REQUEST.format(id="bad", expect="targt = 2026-01-06")
    differs = REQUEST.format(id="differs", expect="target = 2026-01-05")
    (tmp_path / "a.toml").write_text(good + bad + wrong + wrong + differs, encoding="utf-8")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "b.toml").write_text("\ufeff" + good, encoding="utf-8")
    (tmp_path / "deeper" / "c.toml").write_text("[[case]\n", encoding="utf-8")
    (tmp_path / "notes.toml.txt").write_text(good, encoding="utf-8")
    (tmp_path / ".hidden.toml").write_bytes(b"\x00")
    results = checking_requests.run_cases(tmp_path)
    assert [(each.file, each.id, each.passed) for each in results] == [
        ("a.toml", "good", True),
        ("a.toml", "bad", False),
        ("a.toml", "twice", True),
        ("a.toml", "twice", False),
        ("a.toml", "differs", False),
        ("deeper/b.toml", "good", True),
        ("deeper/c.toml", "", False),
        ("notes.toml.txt", "", False),
    ]
    assert "Did you mean 'target'?" in results[1].cure and "stands there twice" in results[3].trouble
    assert all(each.trouble.startswith(each.file) and each.cure for each in results if each.trouble)


def test_a_link_to_nothing_and_brackets_without_end_are_told(tmp_path: Path) -> None:
    (tmp_path / "gone.toml").symlink_to("nowhere.toml")
    (tmp_path / "deep.toml").write_text("note = " + "[" * 3000 + "]" * 3000, encoding="utf-8")
    found = requests_in(tmp_path)
    assert found["gone.toml"].trouble == "gone.toml cannot be read: No such file or directory."
    assert "too deeply" in found["deep.toml"].trouble


def test_days_no_one_can_mean_and_a_decision_beside_its_marks_are_told(tmp_path: Path) -> None:
    both = "answer = {marks = {withhold = 2}, decision = 'granted'}\nexpect = {denial = false}\n"
    (tmp_path / "a.toml").write_text(
        "[[case]]\nid = 'year'\nrequest = {received = 0001-01-01}\nexpect = {target = 2026-01-06}\n"
        f"[[case]]\nid = 'both'\nrequest = {{received = 2025-12-19}}\n{both}",
        encoding="utf-8",
    )
    found = requests_in(tmp_path)
    assert "received is 0001-01-01." in found["year"].trouble and "years 1900 to 2999" in found["year"].cure
    assert "both marks and decision" in found["both"].trouble and "follows from the marks" in found["both"].cure


def test_the_command_ends_with_3_and_still_shows_every_case(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        REQUEST.format(id="good", expect="target = 2026-01-06") + REQUEST.format(id="bad", expect="targt = 2026-01-06"),
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli, ["requests", "check", str(tmp_path)], standalone_mode=False)
    assert done.return_value == 3 and "ok      good" in done.output and "ERROR   bad" in done.output
    assert "2 cases, 0 differ, 1 not understood." in done.output and "What to do: Did you mean" in done.output
    told = json.loads(CliRunner().invoke(cli, ["requests", "check", str(path), "--json"]).stdout)
    assert (told["cases"], told["failed"], told["not_understood"]) == (2, 1, 1)
    assert [each["error"] is None for each in told["results"]] == [True, False]
    shipped = json.loads(CliRunner().invoke(cli, ["schedules", "check", "--json"]).stdout)
    assert shipped["failed"] == shipped["not_understood"] == 0 and shipped["cases"] > 50


def test_two_folders_that_hold_nothing_are_refused(tmp_path: Path) -> None:
    for run in (checking_requests.run_cases, disposing.run_cases):
        with pytest.raises(UsageError, match="There are no cases"):
            run(tmp_path)


@pytest.mark.parametrize(
    ("expect", "record", "more", "words"),
    [
        ("not_blocked_by = ['holds']", "", "", "not_blocked_by 'holds' is not known"),
        ("standing = 'eligable'", "", "", "standing 'eligable' is not known"),
        ("earliest = '2026-01-01'", "", "", "earliest is '2026-01-01'"),
        ("says = ''", "", "", "says is empty"),
        ("verified = 'no'", "", "", "verified is 'no'"),
        ("copy_may_go = true", "", "", "needs [case.copies]"),
        ("standing = 'keep'", ", fixity_ok = 'false'", "", "fixity_ok is 'false'"),
        ("standing = 'keep'", ", series = 'WI-NOT'", "", "'WI-NOT' is no row of wisconsin"),
        ("standing = 'keep'", ", hiden = 2020-01-01", "", "'hiden' is not a field"),
        ("standing = 'keep'", "", "city = {closures = ['2026-01-20']}", "closures: on is '2026-01-20'"),
        ("standing = 'keep'", "", "city = {mailing_days = 'three'}", "mailing_days is 'three'"),
        ("standing = 'keep'", "", "city = {waived_series = ['WI-NOT']}", "'WI-NOT' is no row"),
        ("standing = 'keep'", "", "city = {adopted = {WI-NOT = {adopted = 2020-01-01}}}", "'WI-NOT' is no row"),
        ("standing = 'keep'", "", "whs = [{mailed = 2026-01-01, series = 'WI-NOT'}]", "'WI-NOT' is no series"),
        ("standing = 'keep'", "", "whs = [{mailed = 2026-01-01, reply = 'declined'}]", "replied is missing"),
        ("standing = 'keep'", "", "request = [{received = 2025-12-01, decision = 'denied'}]", "decided is missing"),
        (
            "standing = 'keep'",
            "",
            "request = [{received = 2025-12-01, court = {order = 2025-12-02}}]",
            "notice is missing",
        ),
        (
            "standing = 'keep'",
            "",
            "request = [{received = 2025-12-01, decision = 'denied', decided = 2025-11-30}]",
            "before it was received",
        ),
        ("standing = 'keep'", "", "rule = [{kind = 'post'}]", "series is missing"),
        ("standing = 'keep'", "", "rule = [{series = 'WI-DEF-7Y'}]", "no condition"),
        ("standing = 'keep'", "", "hold = [{kind = ['litigation']}]", "kind is ['litigation']"),
        ("standing = 'keep'", "", "jurisdiction = 'mars'", "'mars'"),
    ],
)
def test_a_case_about_keeping_is_understood_or_refused(
    tmp_path: Path, expect: str, record: str, more: str, words: str
) -> None:
    result = keeping(tmp_path, expect, record, more)
    assert words in result.trouble and result.trouble.startswith("mine.toml, case A") and result.cure
    assert not result.passed


@pytest.mark.parametrize(
    ("more", "expect"),
    [
        ("request = [{received = 2026-01-02}]", "not_blocked_by = 'open request'"),
        ("request = [{received = 2025-12-01, decision = 'granted', delivered = 2026-01-02}]", "hold_ends = 'none'"),
        (
            "request = [{received = 2025-12-01, decision = 'denied', decided = 2026-01-02}]",
            "blocked_by = ['no ordinance', 'notice not sent', 'open request']",
        ),
        (
            "request = [{received = 2025-12-01, decided = 2025-12-02, court = {notice = 2026-01-02}}]",
            "not_blocked_by = ['court action']",
        ),
        (
            "city = {ordinance = 'entered'}\nwhs = [{mailed = 2025-12-20, reply = 'accepted', replied = 2026-01-02}]",
            "notice_ends = 2026-02-18\nnot_blocked_by = ['set aside']",
        ),
        ("hold = [{placed = 2026-01-02}]", "not_blocked_by = ['hold']"),
    ],
)
def test_what_happens_after_the_day_asked_about_has_not_happened(tmp_path: Path, more: str, expect: str) -> None:
    result = keeping(tmp_path, expect, more=more)
    assert result.passed, (result.trouble, result.differences)


def test_whatever_stands_in_a_field_about_keeping_is_judged_or_refused_in_words() -> None:
    tried = 0
    for _, data in spoiled(sorted([*CASES.glob("*.toml"), *ELSEWHERE.glob("*.toml")])):
        tried += 1
        with suppress(UsageError):
            judge_case(data, "here", holiday_rules)
    assert tried > 1000


def test_a_copy_and_the_record_itself_are_judged_in_one_case(tmp_path: Path) -> None:
    same: Any = "copies = {copy = {sha256 = 'ab'}, master = {sha256 = 'ab'}}"
    assert keeping(tmp_path, "copy_may_go = true\nstanding = 'blocked'", more=same).passed
    wrong = keeping(tmp_path, "copy_may_go = true\nstanding = 'eligible'", more=same)
    assert wrong.differences == ("standing: expected eligible, judged blocked",)
