"""released.wacz in ReplayWeb.page, where it is at hand: REPLAYWEBPAGE names the unpacked npm package replaywebpage."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.exports.packages import SECRETS, Package

PLAYER = os.environ.get("REPLAYWEBPAGE", "")
PAGE = """<!doctype html><title>replay</title><script src="/ui.js"></script>
<replay-web-page source="/released.wacz" url="https://ofrecord.invalid/request-1/R1.html" replayBase="/replay/"
 embed="replayonly"></replay-web-page>"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Nothing."""


@pytest.fixture
def address(package: Package, tmp_path: Path) -> Iterator[str]:
    if not PLAYER:
        pytest.skip("REPLAYWEBPAGE is not set: npm pack replaywebpage, unpack it, and name the folder")
    (tmp_path / "replay").mkdir()
    for source, target in (("ui.js", "ui.js"), ("sw.js", "replay/sw.js")):
        (tmp_path / target).write_bytes((Path(PLAYER) / source).read_bytes())
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "released.wacz").write_bytes(package.files["released.wacz"])
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_it_opens_and_shows_a_page_with_its_picture(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    inner = None
    for _ in range(120):
        page.wait_for_timeout(250)
        inner = next((frame for frame in page.frames if frame.url.endswith("R1.html") and "/w/" in frame.url), None)
        if inner and "released in part" in inner.content():
            break
    assert inner is not None, [frame.url for frame in page.frames]
    text = inner.text_content("body")
    assert "[withheld: WI-BAL]" in text and not any(secret in text for secret in SECRETS)
    inner.wait_for_function("document.images.length && [...document.images].every(each => each.naturalWidth === 8)")
    page.close()
