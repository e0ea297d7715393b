"""What would go out is looked through once by `request respond`, however many questions hang on it."""

import cProfile
import json
import pstats
from pathlib import Path

import pytest

from tests.conftest import record
from tests.shell_examples import run


def test_each_record_is_looked_through_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OFRECORD_HOME", "home")
    lines = [record(str(n), f"snow on route {n}, call 715-555-01{n:02d}") for n in range(7)]
    (tmp_path / "records.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    for command in (
        "init --city maple-falls",
        "account add parks --platform facebook",
        "import records.jsonl --account parks",
        "request open snow --channel phone",
        "request collect 1 snow",
        "request mark 1 release --all",
    ):
        code, printed = run(f"ofrecord {command}")
        assert code == 0, printed
    with cProfile.Profile() as profile:
        code, printed = run("ofrecord request respond 1 --json")
    assert code == 0 and '"unseen": {"phone": 7}' in printed.replace("\n", "").replace("  ", "").replace(": {  ", ": {")
    calls = {name: counts[0] for (_, _, name), counts in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]
    assert calls["_look_through"] == len(lines)
