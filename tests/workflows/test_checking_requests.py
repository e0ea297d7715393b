"""The project's own cases hold, a case that differs says so, and a case that is not understood is refused."""

import copy
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from console.cli.main import cli
from custody.errors import UsageError
from exports.request_cases import CASES, read_case
from workflows.case_expectations import KINDS
from workflows.checking_requests import checked, run_cases

NEEDED = "C19 C20 C22 C23 C24 C26 C28 C31 C32 C34 C35 C36 C37 C40 C41 C42 C45".split()
FIELDS = (CASES.parents[1] / "docs" / "request-cases.md").read_text(encoding="utf-8")


def test_the_projects_own_cases_hold() -> None:
    results = run_cases(None)
    assert [(each.id, each.differences) for each in results if not each.passed] == []
    assert len({each.id for each in results}) == len(results) > 100
    there = {each.id.split("-")[0] for each in results}
    assert set(NEEDED) <= there


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_that_differs_says_what_was_expected_and_what_was_judged(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "[[case]]\nid = 'A'\nrequest = {received = 2025-12-19}\n[[case.fee]]\nkind = 'locating'\ncents = 5000\n"
        "[case.expect]\ntarget = 2026-01-05\nlabel = 'statutory deadline'\nstatutory = true\ntotal_cents = 0\n"
        "fees = {locating = 4999}\nsteps = ['Thu 2025-12-25  day 4']\nwarnings = []\nrefusals = ['never']\n"
        "serve_by = 2026-01-05\n",
    )
    (result,) = run_cases(path)
    told = {each.split(":")[0]: each for each in result.differences}
    assert set(told) == {
        "target", "label", "statutory", "total_cents", "fees.locating", "steps", "warnings", "refusals", "serve_by",
    }  # fmt: skip
    assert told["target"] == "target: expected 2026-01-05, judged 2026-01-06"
    assert told["fees.locating"] == "fees.locating: expected 4999 cents, judged 5000 cents"
    assert "nothing in the case leads to it" in told["serve_by"]


def test_true_is_not_one_and_a_day_is_not_a_text(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "[[case]]\nid = 'A'\nrequest = {received = 2025-12-19}\nexpect = {statutory = 0, target = '2026-01-06'}\n",
    )
    (result,) = run_cases(path)
    assert "statutory is 0" in result.trouble and "true or false" in result.cure
    path.write_text(path.read_text().replace("statutory = 0, ", ""), encoding="utf-8")
    (result,) = run_cases(path)
    assert "target is '2026-01-06'" in result.trouble and "without quotation marks" in result.cure


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no"),
        ("case = 3", "holds no"),
        ("case = [3]", "case 1 is not understood"),
        ("[other]\n[[case]]\n", "'other' is not a field"),
        ("[[case]]\nid = 'A'\n", "case A expects nothing"),
        ("[[case]]\nid = 'A'\ncolour = 1\nexpect = {target = 'none'}", "case A: 'colour' is not a field"),
        ("[[case]]\nid = 'A'\nexpect = {colour = 1}", "case A, expect: 'colour' is not a field"),
        ("[[case]]\nid = 'A'\nrequest = {colour = 1}\nexpect = {target = 'none'}", "request: 'colour'"),
        ("[[case]]\nid = 'A'\nrequest = {received = 'soon'}\nexpect = {target = 'none'}", "received is 'soon'"),
        ("[[case]]\nid = 'A'\nrequest = {zone = 'Mars'}\nexpect = {target = 'none'}", "time zone 'Mars'"),
        ("[[case]]\nid = 'A'\nrequest = {form = 'clay'}\nexpect = {target = 'none'}", "form 'clay' is not known"),
        ("[[case]]\nid = 'A'\nanswer = {decision = 'maybe'}\nexpect = {state = 'open'}", "decision 'maybe'"),
        ("[[case]]\nid = 'A'\nanswer = {marks = {lost = 1}}\nexpect = {state = 'open'}", "marks: 'lost'"),
        ("[[case]]\nid = 'A'\nanswer = {given = ['clay']}\nexpect = {state = 'open'}", "given 'clay'"),
        ("[[case]]\nid = 'A'\nfee = [{kind = 'bribe'}]\nexpect = {total_cents = 0}", "fee 1: kind 'bribe'"),
        ("[[case]]\nid = 'A'\nfee = [{kind = 'locating', cents = 5.0}]\nexpect = {total_cents = 0}", "cents is 5.0"),
        ("[[case]]\nid = 'A'\nfee = [{kind = 'locating', cents = true}]\nexpect = {total_cents = 0}", "cents is True"),
        ("[[case]]\nid = 'A'\nfee = [{kind = 'locating', cents = -1}]\nexpect = {total_cents = 0}", "cents is -1"),
        ("[[case]]\nid = 'A'\nfee = [{kind = 'locating', hours = nan}]\nexpect = {total_cents = 0}", "hours is nan"),
        ("[[case]]\nid = 'A'\nfee = [{kind = 'locating', hours = 0.333}]\nexpect = {total_cents = 0}", "whole minutes"),
        ("[[case]]\nid = 'A'\nsubject = {}\nexpect = {notice = 'none'}", "decided is missing"),
        ("[[case]]\nid = 'A'\ncustody = {kind = 'x'}\nexpect = {custody = 'personal'}", "kind 'x' is not known"),
        ("[[case]]\nid = 'A'\nprivate = {fact = 'dog'}\nexpect = {redacted = true}", "role is missing"),
        (
            "[[case]]\nid = 'A'\npassword = {terminated = 2025-12-19}\nexpect = {password_due = 'none'}",
            "needs its time",
        ),
        ("[[case]]\nid = 'A'\njurisdiction = 'mars'\nexpect = {target = 'none'}", "jurisdiction 'mars'"),
        ("[[case]]\nid = 'A'\ncity = 'atlantis'\nexpect = {target = 'none'}", "profile 'atlantis'"),
        ("[[case]]\nid = 'A'\ncity = {colour = 1}\nexpect = {target = 'none'}", "city: 'colour'"),
        (
            "[[case]]\nid = 'A'\ncity = {closures = ['x']}\nexpect = {target = 'none'}",
            "closures: a closure needs its day",
        ),
        ("[[case]]\nid = 'A'\nchanged = {colour = 1}\nexpect = {target = 'none'}", "changed: 'colour'"),
        ("[[case]]\nid = 'A'\ncity = {count_rule = 'x'}\nexpect = {target = 'none'}", "count_rule 'x' is not known"),
        ("[[case]]\nid = 'A'\ncity = {closures = 3}\nexpect = {target = 'none'}", "3 is no list of days"),
        ("[[case]]\nid = 'A'\ntoday = 9999-12-31\nexpect = {target = 'none'}", "today is"),
        ("[[case]]\nid = 'A'\ncity = 3\nexpect = {target = 'none'}", "city is not understood"),
        ("[[case]]\nid = 'A'\nchanged = 3\nexpect = {target = 'none'}", "changed is not understood"),
        ("[[case]]\nid = 'A'\nrequest = {channel = 'pigeon'}\nexpect = {target = 'none'}", "channel 'pigeon' is not"),
        (
            "[[case]]\nid = 'A'\nchanged = {removed_holidays = ['Yule']}\nexpect={target='none'}",
            "no holiday 'Yule'",
        ),
        ("[[case]]\nid = 'A'\nexpect = {state = 'x'}", "state is 'x'"),
        ("[[case]]\nid = 'A'\nexpect = {says = ''}", "says is ''"),
        ("[[case]]\nid = 'A'\nexpect = {total_cents = 50.0}", "total_cents is 50.0"),
        ("[[case]]\nid = 'A'\nexpect = {release_from = [2026-01-01]}", "the case has 0 [[case.subject]]"),
        ("[case]\nid = 'A'\nexpect = {target = 'none'}", "two brackets"),
        ("[[case]]\nid = 'A'\nexpect = {refusals = 3}", "refusals is 3"),
        ("[[case]]\nid = 'A'\nexpect = {fees = 3}\nfee = [{kind = 'locating'}]", "fees is 3"),
        ("[[case]]\nid = 'A'\nexpect = {fees = {shipping = 3}}\nfee = [{kind = 'locating'}]", "has no 'shipping'"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_wrong_case_is_refused_with_file_case_and_field(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)
    (result,) = run_cases(path)
    assert words in f"{result.trouble} {result.cure}" and "mine.toml" in result.trouble
    assert result.cure and not result.passed and not result.differences


@pytest.mark.parametrize(
    ("channel", "written"),
    [("e-mail", True), ("Web form", True), ("in_person", False), ("telephone", False), ("DM", True), ("comment", True)],
)
def test_a_channel_may_be_called_as_people_call_it(tmp_path: Path, channel: str, written: bool) -> None:
    path = write(
        tmp_path,
        f"[[case]]\nid = 'A'\nrequest = {{received = 2025-12-19, channel = '{channel}'}}\n"
        f"expect = {{written = {str(written).lower()}, accepted = true}}\n",
    )
    (result,) = run_cases(path)
    assert result.passed, (result.trouble, result.differences)


WRONG: list[Any] = [
    3, -1, 1.5, True, "x", "", [], {}, [1], ["x"], [{}], {"x": 1}, date(2026, 1, 1), datetime(2026, 1, 1, 3), time(1),
    datetime(9999, 12, 31, 23, tzinfo=UTC), date(1, 1, 1), date(9999, 12, 31), float("nan"), 10**30,
]  # fmt: skip


def spoiled(paths: Iterable[Path]) -> Iterator[tuple[str, Any]]:
    """Each field of each case in some files once with something that does not belong there, never the same twice in a
    row: the file's name and the case."""
    tried = 0
    for path in paths:
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            for place in places(case):
                data = copy.deepcopy(case)
                inner = data
                for step in place[:-1]:
                    inner = inner[step]
                inner[place[-1]] = WRONG[tried % len(WRONG)]
                tried += 1
                yield path.name, data


def places(data: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, part in rows:
        yield (*before, name)
        yield from places(part, (*before, name))


def test_whatever_stands_in_a_field_is_judged_or_refused_in_words() -> None:
    tried = 0
    for name, data in spoiled(sorted(CASES.glob("*.toml"))):
        tried += 1
        with suppress(UsageError):
            checked(read_case(data, "1", f"{name}, case 1"))
    assert tried > 1000


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There are no cases"):
        run_cases(tmp_path)


def test_every_field_that_is_read_is_documented() -> None:
    for source in ("request_cases.py", "case_parts.py"):
        text = (CASES.parent / source).read_text(encoding="utf-8")
        for name in set(re.findall(r'row\.\w+\((?:\w+, )?"(\w+)"', text)):
            assert name in FIELDS, f"{name} of {source} is not in docs/request-cases.md"
    assert [name for name in sorted(KINDS) if name not in FIELDS] == []


def test_the_command_ends_with_2_when_a_case_differs(tmp_path: Path) -> None:
    path = write(tmp_path, "[[case]]\nid = 'A'\nrequest = {received = 2025-12-19}\nexpect = {target = 2026-01-05}\n")
    result = CliRunner().invoke(cli, ["requests", "check", str(path)], standalone_mode=False)
    assert result.return_value == 2 and "DIFFERS A" in result.output and "1 case, 1 differ." in result.output
    fine = CliRunner().invoke(cli, ["requests", "check"], standalone_mode=False)
    assert fine.return_value == 0 and "0 differ." in fine.output
