"""A browser without any network, on a page opened from a file. Without Chromium its tests are skipped, and say why."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from exports.verifier.assembly import page as verify_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; every request it makes over a network would fail."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with driver.sync_playwright() as running:
        flags = ["--no-sandbox", "--proxy-server=127.0.0.1:9", "--disable-background-networking"]
        with running.chromium.launch(executable_path=CHROMIUM, args=flags) as started:
            yield started


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """verify.html from a file, offline. It fails the test when the page asks for anything or complains."""
    place = tmp_path / "verify.html"
    place.write_bytes(verify_page())
    context = browser.new_context(offline=True)
    opened = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(place.as_uri())
    yield opened
    assert asked == [place.as_uri()] and said == []
    context.close()


@pytest.fixture
def judged(page: Any) -> Callable[..., dict[str, Any]]:
    """Gives the page a package (the path of a ZIP or a folder) as a person does, and reads its report."""

    def judge(place: Path, key: str = "") -> dict[str, Any]:
        page.fill("#key", key)
        page.evaluate("delete document.body.dataset.verdict")
        page.set_input_files("#folder" if place.is_dir() else "#zip", place)
        page.wait_for_selector("body[data-verdict]", state="attached", timeout=20_000)
        report: dict[str, Any] = page.evaluate("globalThis.report")
        assert page.get_attribute("body", "data-verdict") == report["verdict"]
        return report

    return judge
