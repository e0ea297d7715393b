"""The documents keep their word: the example case runs, links lead somewhere, the decisions are written down."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from workflows.disposing import run_cases

PAGES = [path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if ".venv" not in path.parts]


def test_the_example_case_in_the_documentation_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "example.toml").write_text(example, encoding="utf-8")
    (result,) = run_cases(tmp_path)
    assert result.passed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_decisions_the_house_asks_for_are_written_down() -> None:
    names = {path.stem for path in (ROOT / "docs" / "adr").glob("*.md")}
    wanted = {"floors", "words", "what-a-warc-holds", "request-opens-hold", "core-not-orm", "no-bus", "search-engine"}
    assert wanted | {"which-clock", "money-as-cents", "which-whoosh", "volumes"} <= names
