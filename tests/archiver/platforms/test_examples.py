"""Each platform has examples: a download and the records expected of it. A platform without them fails.

`examples/<platform>/<case>/expected.json` names its download (a folder `download` beside it, or one of the demo's) and
what the reader makes of it. `python -m tests.archiver.platforms.test_examples` writes these anew (all but those whose
own tests write them in another form); read the difference before you keep it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from archiver.normalized import content_data
from archiver.package import open_package
from archiver.platforms.reader import Item
from archiver.platforms.table import PLATFORMS, platform_named, recognise
from custody.account import Account
from custody.ids import AccountId

HERE = Path(__file__).resolve().parent / "examples"
DOWNLOADS = Path(__file__).resolve().parents[3] / "demo" / "downloads"
DEMO = {
    "x": "x",
    "facebook": "facebook",
    "wordpress": "wordpress/maple-falls-news.xml",
    "feed": "feed/council.atom",
}


def made_of(platform: str, download: Path) -> dict[str, Any]:
    """What a reader makes of a download, as plain data."""
    package = open_package(download)
    account = Account(id=AccountId(1), platform=platform, handle="maplefalls", name="Maple Falls")
    items, unread = [], []
    for found in platform_named(platform).read(package, account, personal=False):
        if isinstance(found, Item):
            told = {"quarantined": found.quarantined, "excluded": found.excluded, "as_of": found.as_of}
            content = content_data(found.content) if found.content else None
            items.append({"place": found.place, "content": content, "members": list(found.members), **told})
        else:
            unread.append([found.member, found.reason])
    package.close()
    made: dict[str, Any] = json.loads(json.dumps({"items": items, "unread": unread}))
    return made


@pytest.mark.parametrize("platform", [platform.name for platform in PLATFORMS])
def test_every_platform_has_an_example(platform: str) -> None:
    cases = list((HERE / platform).glob("*/expected.json"))
    assert cases, f"write an example for {platform} under {HERE.name}/{platform}/"


def cases() -> list[tuple[str, Path, Path]]:
    """Platform, download and expected.json of every example in this form."""
    found = [(name, DOWNLOADS / download, HERE / name / "maple_falls") for name, download in DEMO.items()]
    for name in ("x", "facebook"):
        found += [(name, folder, folder.parent) for folder in sorted((HERE / name).glob("*/download"))]
    return [(name, download, folder / "expected.json") for name, download, folder in found]


@pytest.mark.parametrize(("platform", "download", "expected"), cases(), ids=lambda part: getattr(part, "parent", part))
def test_the_downloads_give_the_expected_records(platform: str, download: Path, expected: Path) -> None:
    assert made_of(platform, download) == json.loads(expected.read_text(encoding="utf-8"))
    with_content = recognise(open_package(download))
    assert with_content is not None and with_content.name == platform


@pytest.mark.parametrize("platform", list(DEMO))
def test_each_download_is_recognised_by_its_content(platform: str) -> None:
    found = recognise(open_package(DOWNLOADS / DEMO[platform]))
    assert found is not None and found.name == platform


if __name__ == "__main__":
    for name, source, target in cases():
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(made_of(name, source), indent=1, ensure_ascii=False, sort_keys=True)
        target.write_text(text + "\n", encoding="utf-8")
