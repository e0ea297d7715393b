"""The table of cases that `requests check` and `schedules check` print, and the exit code that goes with it."""

from collections.abc import Sequence
from typing import Any

from console.cli.output import FINE, INCOMPLETE, WRONG_USE, counted, note, say
from workflows.case_files import CaseResult


def show_cases(results: Sequence[CaseResult], as_json: bool) -> int:
    """Print the results. 0 all as expected, 2 one differs, 3 one is not understood; none is left out."""
    troubled = [each for each in results if each.trouble]
    differing = [each for each in results if each.differences]
    data = {
        "cases": len(results),
        "failed": len(troubled) + len(differing),
        "not_understood": len(troubled),
        "results": [_row(each) for each in results],
    }
    end = f"{counted(len(results), 'case')}, {len(differing):,} differ"
    end += f", {len(troubled):,} not understood." if troubled else "."
    width = max(14, *(len(each.id or each.file) for each in results))
    say(as_json, data, [*(line for each in results for line in _lines(each, width)), end])
    if troubled:
        more = f" ({len(troubled) - 1:,} more below it)" if len(troubled) > 1 and not as_json else ""
        note(f"Error: {troubled[0].trouble}{more}")
        note(f"What to do: {troubled[0].cure}")
        return WRONG_USE
    return INCOMPLETE if differing else FINE


def _row(result: CaseResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "file": result.file,
        "title": result.title,
        "law": result.law,
        "passed": result.passed,
        "judged": result.judged,
        "differences": list(result.differences),
        "error": {"error": result.trouble, "hint": result.cure} if result.trouble else None,
    }


def _lines(result: CaseResult, width: int) -> list[str]:
    mark = "ERROR" if result.trouble else "ok" if result.passed else "DIFFERS"
    lines = [f"{mark:7} {result.id or result.file:{width}} {result.title}".rstrip()]
    lines += [f"        {difference}" for difference in result.differences]
    return lines + ([f"        {result.trouble}", f"        What to do: {result.cure}"] if result.trouble else [])
