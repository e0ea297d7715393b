"""The rules of the house, kept by a machine: who may import whom, one door per foreign package, names, sizes."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("custody", "archiver", "search", "exports", "retention_schedules", "policies", "workflows", "console")
MIDDLE = {"archiver", "search", "exports", "retention_schedules", "policies"}
MAY_IMPORT = {
    "custody": set(),
    **{room: {"custody"} for room in MIDDLE},
    "workflows": MIDDLE | {"custody"},
    "console": {"workflows", "custody"},
}
DOORS = {
    "warcio": ("archiver/warc_import.py",),
    "sqlalchemy": ("archiver/catalog/",),
    "alembic": ("archiver/catalog/",),
    "pysqlite3": ("archiver/catalog/",),
    # signatures; what a backup is encrypted with; people's keys under their passwords; a time-stamping authority
    "cryptography": ("archiver/signing.py", "archiver/sealing.py", "archiver/person_key.py", "archiver/timestamps.py"),
    "rfc3161_client": ("archiver/timestamps.py",),
    "isal": ("archiver/warc.py", "exports/igzip.py"),
    "brotli": ("archiver/http_body.py",),
    "msgspec": ("archiver/normalized.py", "archiver/at_once.py", "archiver/press.py"),  # JSON; what two processes say
    "feedparser": ("archiver/platforms/feed.py",),
    "httpx": ("archiver/fetch.py",),
    "httpcore": ("archiver/fetch.py",),
    "whoosh": ("search/whoosh_engine.py", "search/query.py"),
    "weasyprint": ("exports/pdf_",),
    "pikepdf": ("exports/pdf_",),
    "PIL": ("exports/",),
    "xlsxwriter": ("exports/spreadsheet.py",),
    "re2": ("exports/patterns.py",),
    "jinja2": ("exports/",),
    "markupsafe": ("exports/",),
    "click": ("console/cli/",),
}
BANNED_NAMES = {"utils", "helpers", "common", "manager", "base", "misc"}
MODULE_WALL, FUNCTION_WALL = 400, 60


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which room is meant"
            yield node.module or ""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_are_modules_to_judge() -> None:
    assert len(modules()) > 20


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_run_downwards_only(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    for name in imports(path):
        top = name.split(".")[0]
        if top in ROOMS and top != room:
            assert top in MAY_IMPORT[room], f"{name_of(path)} imports {name}: {room} may not look there"
        assert top not in {"tests", "benchmarks", "demo"}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_each_foreign_package_has_one_door(path: Path) -> None:
    for name in imports(path):
        top = name.split(".")[0]
        if top in ROOMS or top in sys.stdlib_module_names:
            continue
        assert top in DOORS, f"{name_of(path)} imports {top}, which has no door in tests/test_house.py"
        assert name_of(path).startswith(DOORS[top]), f"{name_of(path)} imports {top}: its door is {DOORS[top]}"


def test_the_ground_floor_needs_nothing_foreign_and_the_clock_has_one_maker() -> None:
    for path in modules():
        source = path.read_text(encoding="utf-8")
        if name_of(path) != "custody/clock.py":
            assert "datetime.now(" not in source and "utcnow(" not in source, f"{name_of(path)} reads the clock"
        if name_of(path) != "custody/ids.py":
            assert "uuid4(" not in source and "os.urandom" not in source, f"{name_of(path)} makes identities"


def test_the_network_has_one_door() -> None:
    for path in modules():
        asked = {"socket", "urllib.request", "http.client", "ftplib", "smtplib"} & set(imports(path))
        assert not asked or name_of(path) == "archiver/fetch.py", f"{name_of(path)} imports {asked}"


def test_files_are_written_through_one_module() -> None:
    for path in modules():
        if name_of(path) in {"archiver/durable.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"write_text", "write_bytes"}, f"{name_of(path)}: use archiver/durable.py"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
                modes = [a.value for a in node.args[1:2] if isinstance(a, ast.Constant)]
                modes += [k.value.value for k in node.keywords if k.arg == "mode" and isinstance(k.value, ast.Constant)]
                assert not any(set(str(mode)) & set("wax+") for mode in modes), f"{name_of(path)} opens to write"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_names_sizes_and_docstrings(path: Path) -> None:
    assert path.stem not in BANNED_NAMES
    assert path.stem == "__init__" or path.stem not in sys.stdlib_module_names
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MODULE_WALL, f"{name_of(path)} is over {MODULE_WALL} lines"
    tree = ast.parse(source)
    assert ast.get_docstring(tree), f"{name_of(path)} does not say what it decides"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= FUNCTION_WALL, f"{name_of(path)}: {node.name} has {length} lines"
            if not node.name.startswith("_") and node in tree.body:
                assert ast.get_docstring(node), f"{name_of(path)}: {node.name} has no docstring"


def test_no_bare_except_and_no_assert_on_input() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Assert), f"{name_of(path)} checks with assert"
            assert not (isinstance(node, ast.ExceptHandler) and node.type is None), f"{name_of(path)}: bare except"


def test_init_files_hold_a_docstring_and_nothing_else() -> None:
    for path in [*modules(), *(ROOT / "tests").rglob("__init__.py")]:
        if path.name == "__init__.py":
            assert len(ast.parse(path.read_text(encoding="utf-8")).body) == 1, name_of(path)


def test_every_room_is_this_checkout_and_is_packaged() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {name_of(path.parent).replace("/", ".") for path in modules()}
    assert found == set(listed)
    for room in ROOMS:
        module = __import__(room)
        assert Path(str(module.__file__)).parent == ROOT / room


def test_the_ten_longest_functions_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    lengths = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                lengths.append(((node.end_lineno or 0) - node.lineno + 1, f"{name_of(path)}:{node.name}"))
    longest = sorted(lengths, reverse=True)[:10]
    with capsys.disabled():
        print("\nlongest functions:", ", ".join(f"{name} {size}" for size, name in longest))
    assert longest[0][0] <= FUNCTION_WALL
