"""Shared ways of making an archive, in the test's own temporary folder, on a clock that stands still."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.fetch import FakeFetcher, Fetcher
from custody.clock import Clock, fixed_clock
from custody.ids import ArchiveId
from workflows import capturing, enrolling
from workflows.capturing import RunReport
from workflows.house import House, open_for_writing, open_house
from workflows.settings import Settings

os.environ["OFRECORD_PINS"] = ""  # no test remembers anything outside its own folder

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


class Archive:
    """An archive of Maple Falls with one account, and short ways to use it."""

    def __init__(self, home: Path, clock: Clock, engine: str = "fts") -> None:
        self.clock = clock
        self.settings: Settings = enrolling.make_archive(
            home, "maple-falls", "tester", engine, clock, ArchiveId("0123456789ab")
        )
        self.add_account("parks", "facebook")

    @property
    def home(self) -> Path:
        return self.settings.home

    def add_account(self, handle: str, platform: str) -> None:
        with open_for_writing(self.settings, self.clock) as house:
            enrolling.add_account(house, handle, platform, custodian="Dana Ruiz")

    def take_in(
        self,
        *sources: Path | str,
        account: str = "parks",
        personal: bool = False,
        platform: str | None = None,
        fetcher: Fetcher | None = None,
        told: Callable[[Any], None] = lambda done: None,
    ) -> RunReport:
        with open_for_writing(self.settings, self.clock) as house:
            owner = house.account_named(account)
            names = [str(source) for source in sources]
            return capturing.take_in(house, names, owner, platform, personal, fetcher or FakeFetcher({}), told)

    def writing(self) -> AbstractContextManager[House]:
        return open_for_writing(self.settings, self.clock)

    def reading(self) -> AbstractContextManager[House]:
        return open_house(self.settings, self.clock)


@pytest.fixture
def clock() -> Clock:
    return fixed_clock(NOW)


@pytest.fixture
def archive(tmp_path: Path, clock: Clock) -> Archive:
    return Archive(tmp_path / "home", clock)


@pytest.fixture
def jsonl(tmp_path: Path) -> Callable[..., Path]:
    """Writes records, given as dicts (or raw lines), as a JSONL download; media as a dict of name to bytes."""

    def write(name: str, *records: dict[str, Any] | str, media: dict[str, bytes] | None = None) -> Path:
        folder = tmp_path / "downloads" / name
        folder.mkdir(parents=True)
        lines = [line if isinstance(line, str) else json.dumps(record(**line), ensure_ascii=False) for line in records]
        (folder / "records.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogatepass")
        for file, data in (media or {}).items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(data)
        return folder

    return write


def record(object_id: str = "1", text: str = "Hello", **more: Any) -> dict[str, Any]:
    """One record in the published schema."""
    return {"object_id": object_id, "kind": "post", "text": text, "created_at": "2025-03-01T12:00:00Z", **more}


@pytest.fixture
def shared() -> Iterator[Path]:
    """The folder of real data beside the checkout; tests that need it are skipped, and counted, without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data in ../shared is not here")
    yield folder


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A response package, made once for all tests that check or tamper with one."""
    from tests.exports.packages import make_package  # it needs the archive above

    return make_package(tmp_path_factory.mktemp("package"))
