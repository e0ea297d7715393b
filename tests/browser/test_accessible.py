"""Every page the product makes, for people who cannot see it well: names, order, contrast, keyboard, zoom, no motion.

The pages: index.html of a package, a record's page in its web archive, verify.html before and after a verdict, and the
reading room.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from exports.verifier.assembly import page as verify_page
from tests.browser.test_reader_page import CHECKS
from tests.conftest import Archive
from tests.exports.packages import Package, flipped
from tests.exports.test_verifier import unpacked
from tests.workflows.test_publishing import answered
from workflows import publishing

WRONG = (Path(__file__).parent / "accessible_checks.js").read_text(encoding="utf-8")
PAGES = ("package", "web archive", "verify", "verify: yes", "verify: no", "room")
ZOOMED = {"width": 320, "height": 640}
"""1280 pixels at 400 %: WCAG 2.1, 1.4.10."""


@pytest.fixture
def made(package: Package, archive: Archive, jsonl: Callable[..., Path], tmp_path: Path) -> dict[str, Path]:
    """The file of each page."""
    folder = unpacked(package.zip(), tmp_path / "folder")
    verify = tmp_path / "verify.html"
    verify.write_bytes(verify_page())
    answered(archive, jsonl)
    with archive.writing() as house:
        publishing.publish(house, 1, tmp_path / "room", "Snow")
    pages = {"package": folder / "index.html", "room": tmp_path / "room" / "index.html"}
    pages["web archive"] = tmp_path / "record.html"
    pages["web archive"].write_bytes(replayed(package))
    return pages | dict.fromkeys(("verify", "verify: yes", "verify: no"), verify)


def replayed(package: Package) -> bytes:
    """The first page of the package's web archive."""
    with zipfile.ZipFile(io.BytesIO(package.files["released.wacz"])) as wacz:
        warc = wacz.read(next(name for name in wacz.namelist() if name.endswith(".warc.gz")))
    for exchange in ArchiveIterator(io.BytesIO(warc)):
        body = bytes(exchange.content_stream().read())
        if b"<html" in body[:500].lower():
            return body
    raise AssertionError("no page in the web archive")


@pytest.fixture
def shown(browser: Any, made: dict[str, Path], package: Package, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a page, offline and with reduced motion; verify.html is given a package, for its verdict."""
    contexts = []

    def show(name: str, scheme: str = "light", size: dict[str, int] | None = None) -> Any:
        size = size or {"width": 1280, "height": 900}
        contexts.append(browser.new_context(offline=True, color_scheme=scheme, viewport=size, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.goto(made[name].as_uri())
        if ": " in name:
            given = package.copy()
            if name.endswith("no"):
                given.files["records.json"] = flipped(given.files["records.json"], 100, 1)
            (tmp_path / "given.zip").write_bytes(given.zip())
            page.set_input_files("#zip", tmp_path / "given.zip")
            page.wait_for_selector(f"body[data-verdict={name[-3:].strip()}]", state="attached", timeout=20_000)
        return page

    yield show
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_unnamed_out_of_order_or_hard_to_see(shown: Callable[..., Any], name: str, scheme: str) -> None:
    page = shown(name, scheme)
    assert page.evaluate(f"{WRONG}; wrong()") == [] and page.evaluate(f"{CHECKS}; poor()") == []


@pytest.mark.parametrize("name", PAGES)
def test_it_can_be_read_at_four_hundred_percent(shown: Callable[..., Any], name: str) -> None:
    assert shown(name, "light", ZOOMED).evaluate(f"{WRONG}; wrong()") == []


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_reaches_what_can_be_used_and_shows_where_it_is(shown: Callable[..., Any], name: str) -> None:
    page = shown(name)
    usable = "[...document.querySelectorAll('a[href],button,input,summary')].filter(each => each.checkVisibility())"
    count = page.evaluate(f"{WRONG}; {usable}.length")
    reached = set()
    for _ in range(count + 2):
        page.keyboard.press("Tab")
        at = page.evaluate("[document.activeElement.outerHTML.slice(0, 200), document.activeElement === document.body]")
        if not at[1]:
            reached.add(at[0])
            assert page.evaluate("unfocused(document.activeElement)") == ""
    assert len(reached) >= min(count, 3)


def test_the_checks_notice(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(
        "<main><h1>a</h1><h3>b</h3><img src=x><input><a href=x></a><button></button><table><tr><td>x</table>"
        "<p id=z style='color:#999;transition:color 1s'>pale</p><p id=z style='width:3000px'>wide</p></main>"
    )
    found = " ".join(page.evaluate(f"{WRONG}; wrong()"))
    for what in ("no language", "no title", "jumps from 1 to 3", "no alt", "no name: <input", "no name: <a",
                 "no name: <button", "no table headers", "stands twice", "sideways", "it moves"):  # fmt: skip
        assert what in found
    assert page.evaluate(f"{CHECKS}; poor()")
    page.close()
