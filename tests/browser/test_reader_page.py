"""index.html in headless Chromium, from a folder as a requester has it: readable without script, nothing is loaded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.exports.packages import Package
from tests.exports.test_verifier import unpacked

CHECKS = (Path(__file__).parent / "reader_checks.js").read_text(encoding="utf-8")


def until(page: Any, what: str) -> None:
    """Waits for something; the page's policy forbids the driver's own way of waiting."""
    for _ in range(100):
        if page.evaluate(what):
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)


@pytest.fixture
def folder(package: Package, tmp_path: Path) -> Path:
    return unpacked(package.zip(), tmp_path / "folder")


@pytest.fixture
def reader(browser: Any, folder: Path) -> Iterator[Any]:
    context = browser.new_context(offline=True)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "index.html").as_uri())
    yield page
    assert said == [] and all(url.startswith(folder.as_uri()) for url in asked)
    context.close()


def test_every_record_is_there_and_the_pictures_show(reader: Any, package: Package) -> None:
    labels = reader.eval_on_selector_all("article", "all => all.map(each => each.id)")
    assert labels == [row["record"] for row in package.rows("records.json")[1]]
    for picture in reader.query_selector_all("img"):
        picture.scroll_into_view_if_needed()
    until(reader, "[...document.images].every(each => each.complete && each.naturalWidth === 8)")
    assert reader.evaluate("document.images.length") == 3
    assert "[withheld: WI-BAL]" in reader.inner_text("#R1") and "balancing test" in reader.inner_text("#R2")


def test_search_hides_what_does_not_fit_and_says_how_many(reader: Any) -> None:
    reader.fill("#words", "EDITED")
    until(reader, "document.getElementById('hits').textContent !== ''")
    assert reader.inner_text("#hits") == "1 of 8 records hold this word."
    assert reader.eval_on_selector_all("article", "all => all.filter(e => e.checkVisibility()).map(e => e.id)") == [
        "R3"
    ]
    reader.fill("#words", "")
    until(reader, "document.getElementById('hits').textContent === ''")
    assert len(reader.evaluate(f"{CHECKS}; seen()")) == 8


def test_replies_fold_by_keyboard_alone(reader: Any) -> None:
    assert reader.is_visible("#R5")
    reader.focus("#fold")
    reader.keyboard.press("Enter")
    assert not reader.is_visible("#R5") and reader.is_visible("#R1")
    reader.focus("summary")
    reader.keyboard.press("Space")
    assert reader.is_visible("#R5")


def test_all_can_be_read_without_script_and_on_a_narrow_screen(browser: Any, folder: Path, package: Package) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    text = page.text_content("main")
    for row in package.rows("records.json")[1]:
        assert row["record"] in text and all(line in text for line in row.get("text", "").split("\n"))
    assert not page.is_visible(".tools") and page.is_visible("#R5")
    context.close()


def test_it_has_what_a_screen_reader_goes_by(reader: Any) -> None:
    found = reader.evaluate(f"{CHECKS}; structure()")
    levels = found["levels"]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    assert found["landmarks"] and found["labelled"] and found["wide"] and not found["unnamed"]
    assert len(set(found["ids"])) == len(found["ids"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(browser: Any, folder: Path, scheme: str) -> None:
    context = browser.new_context(offline=True, color_scheme=scheme)
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    poor = page.evaluate(f"{CHECKS}; poor()")
    assert poor == []
    context.close()
