"""Law is data: no code of the retention rules names a state, a statute or its number of days."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from custody.disposition import Standing
from retention_schedules.cases import ELSEWHERE
from retention_schedules.eligibility import judge
from retention_schedules.schedules import default_jurisdiction, load_schedules, schedules_for
from retention_schedules.situation import CityTerms, NoticeFacts, RecordFacts, RequestFacts, Situation
from workflows.disposing import run_cases

ROOT = Path(__file__).resolve().parents[2]
_KEEPING = "bearing disposing due_list filing holding noticing scheduling terms occurrences".split()
CODE = [
    *sorted((ROOT / "retention_schedules").glob("*.py")),
    *(ROOT / "custody" / f"{name}.py" for name in ("schedule", "days", "hold", "disposition")),
    *(ROOT / "workflows" / f"{name}.py" for name in _KEEPING),
]
NAMES = re.compile(r"wisconsin|texas|washington|\bwis\. stat|\b19\.\d\d|\b16\.61|PRB-0|\bWI-[A-Z]|\bTX-|\bGR1000", re.I)


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for each in body:
                if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant):
                    docs.add(id(each.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_code_names_a_jurisdiction(path: Path) -> None:
    found = [(line, text) for line, text in strings(path) if NAMES.search(text)]
    assert [each for each in found if each[1] != "cases_wisconsin"] == []  # the name of a folder of cases


def test_the_test_would_notice() -> None:
    source = ast.parse('"""Wisconsin."""\nX = "Wis. Stat. 19.21"')
    assert NAMES.search(ast.unparse(source.body[1]))


def test_every_shipped_jurisdiction_is_read_and_none_is_verified() -> None:
    folder = ROOT / "retention_schedules" / "jurisdictions"
    there = {path.stem: load_schedules(path) for path in folder.glob("*.toml")}
    assert {"wisconsin", "washington", "texas"} <= set(there) and default_jurisdiction() == "wisconsin"
    for schedules in there.values():
        assert all(not row.verified_by and row.authority for row in schedules.rows.values())
        assert not schedules.law.notice.verified_by


def test_the_cases_of_other_states_are_judged_as_expected() -> None:
    results = run_cases(ELSEWHERE)
    assert len(results) >= 4 and [result.differences for result in results if not result.passed] == []


def test_another_states_numbers_of_days_change_the_judgement_and_nothing_else(tmp_path: Path) -> None:
    source = (ROOT / "retention_schedules" / "jurisdictions" / "wisconsin.toml").read_text(encoding="utf-8")
    for old, new in (
        ('jurisdiction = "wisconsin"', 'jurisdiction = "elsewhere"'),
        ("[notice]", "[notice] # changed"),
        ("days = 60\nauthority", "days = 30\nauthority"),
        ("days = 60\ndays_incarcerated", "days = 20\ndays_incarcerated"),
    ):
        assert old in source
        source = source.replace(old, new, 1)
    path = tmp_path / "elsewhere.toml"
    path.write_text(source, encoding="utf-8")
    situation = Situation(
        record=RecordFacts(series="WI-DEF-7Y", created=date(2018, 1, 1)),
        city=CityTerms(holidays=(), ordinance="entered", count_rule="calendar"),
        requests=(RequestFacts(received=date(2026, 1, 1), decision="denied", decided=date(2026, 1, 10)),),
        notices=(NoticeFacts(mailed=date(2026, 1, 5)),),
    )
    ours = judge(situation, schedules_for("wisconsin"), date(2026, 2, 5))
    theirs = judge(situation, load_schedules(path), date(2026, 2, 5))
    assert (ours.standing, ours.earliest) == (Standing.KEEP, date(2026, 3, 12))
    assert (theirs.standing, theirs.earliest) == (Standing.ELIGIBLE, date(2026, 2, 5))
