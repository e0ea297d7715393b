"""Folders of cases that people bring: each case is read and judged by itself, so none hides another.

A case or a file that is not understood stands in the results with what is wrong and the cure; the others are judged
all the same, and nothing is left out silently. What a case means is decided by whoever judges it.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custody.errors import UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseResult:
    """One case: what was judged, where that differs from what was expected, or why it was not understood.

    `trouble` is "" for a case that was judged; a file that cannot be read is one result without an id.
    """

    file: str
    id: str
    title: str = ""
    law: str = ""
    judged: str = ""
    differences: tuple[str, ...] = ()
    trouble: str = ""
    cure: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was understood and the judgement is the expected one."""
        return not self.differences and not self.trouble


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a case came to: the judgement in words, and each difference from what was expected."""

    judged: str
    differences: tuple[str, ...]


Judge = Callable[[Any, str, str], Found]
"""Judges one case: its table, its name, and the place that messages name. Raises UsageError when not understood."""


def run_folder(place: Path, judge: Judge, page: str) -> list[CaseResult]:
    """Run every case in every `.toml` below a folder, or in one file. `page` says how a case is written.

    Raises UsageError only where there is nothing to run.
    """
    files = [place] if place.is_file() else sorted(each for each in place.glob("**/*") if _is_case_file(each))
    results = [result for path in files for result in _file(path, place, judge, page)]
    if not results:
        raise UsageError(f"There are no cases (*.toml) in {place}.", f"{page} says how to write one.")
    return results


def _is_case_file(path: Path) -> bool:
    """Whether a file is meant as one of cases: also one whose name was spoiled, as cases.toml.txt."""
    return not path.is_dir() and not path.name.startswith(".") and ".toml" in path.name.casefold()


def _file(path: Path, place: Path, judge: Judge, page: str) -> Iterator[CaseResult]:
    name = path.name if path == place else path.relative_to(place).as_posix()
    try:
        rows = _rows(path, name, page)
    except UsageError as error:
        yield CaseResult(file=name, id="", trouble=error.message, cure=error.hint)
        return
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        yield _case(row, name, number, seen, judge)


def _rows(path: Path, name: str, page: str) -> list[Any]:
    if path.suffix.casefold() != ".toml" and ".toml" in path.name.casefold():
        raise UsageError(f"{name} was not read: its name does not end in .toml.", "Rename it, or take it away.")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not written in UTF-8.", "Save it as UTF-8 and run the cases again.") from error
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.", "Put the file there, or take it away.") from error
    except RecursionError as error:
        raise UsageError(f"{name} holds brackets in brackets too deeply.", "Write lists and tables plainly.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} cannot be read as TOML: {error}", "Mend the line it names.") from error
    strange = sorted(set(data) - {"case"})
    if strange:
        cure = "A file of cases holds [[case]] and what belongs to it, for example [case.expect]."
        raise UsageError(f"{name}: {strange[0]!r} is not a field here.", cure)
    rows = data.get("case")
    if isinstance(rows, dict):
        raise UsageError(f"{name} holds no [[case]], only [case].", "Write it with two brackets: [[case]].")
    if not isinstance(rows, list) or not rows:
        raise UsageError(f"{name} holds no [[case]].", f"{page} says how to write one.")
    return rows


def _case(row: Any, file: str, number: int, seen: set[str], judge: Judge) -> CaseResult:
    named: Mapping[str, Any] = row if isinstance(row, dict) else {}
    given = named.get("id", number)
    own = str(given) if given != "" else str(number)
    title, law = (str(named.get(name, "")) for name in ("title", "law"))
    where = f"{file}, case {own}"
    try:
        if own in seen:
            raise UsageError(f"{where} stands there twice.", "Give each case of a file its own id.")
        seen.add(own)
        _words_only(named, where)
        found = judge(row, own, where)
    except UsageError as error:
        told = error.message if where in error.message else f"{where}: {error.message}"
        return CaseResult(file=file, id=own, title=title, law=law, trouble=told, cure=error.hint)
    return CaseResult(file=file, id=own, title=title, law=law, judged=found.judged, differences=found.differences)


def _words_only(row: Mapping[str, Any], where: str) -> None:
    """The fields for the reader are words; the id may be a number."""
    for name in ("id", "title", "law", "note"):
        value = row.get(name, "")
        if not isinstance(value, str) and not (name == "id" and isinstance(value, int)):
            raise UsageError(f"{where}: {name} is {value!r}.", 'It must be a text: write it in "quotation marks".')
