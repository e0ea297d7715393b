"""`ofrecord warc check`: plain words for people, one object for programs, an exit code for scripts."""

import json
import subprocess
import sys
from pathlib import Path

from tests.archiver.warc_bad import own, packed, record
from tests.conftest import ROOT

_MAIN = "from console.cli.main import main; main()"


def warc_check(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _MAIN, "warc", "check", *(str(word) for word in words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_whole_files_are_said_to_be_whole(tmp_path: Path) -> None:
    one, two = tmp_path / "one.warc.gz", tmp_path / "two.warc"
    one.write_bytes(own(record(1)))
    two.write_bytes(record(1, fields={"WARC-Truncated": "time"}))
    done = warc_check(one, two)
    assert done.returncode == 0 and done.stderr == ""
    assert "one.warc.gz: whole (" in done.stdout and "2 WARC records" in done.stdout
    assert "two.warc: whole and 1 note (" in done.stdout and "W-57-truncated (a note)" in done.stdout
    assert warc_check(one, "--profile", "ofrecord").returncode == 0


def test_every_file_is_read_and_each_broken_rule_has_its_place_and_cure(tmp_path: Path) -> None:
    bad, good, gone = tmp_path / "bad.warc.gz", tmp_path / "good.warc.gz", tmp_path / "gone.warc.gz"
    broken = record(1, fields={"WARC-Date": "yesterday"})
    bad.write_bytes(packed(*[broken.replace(b"000001>", b"00000%d>" % n) for n in range(1, 9)]) + b"rest")
    good.write_bytes(packed(record(1)))
    done = warc_check(bad, gone, good)
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    for words in (
        "bad.warc.gz: 9 broken rules (",
        "W-45-date: a date is not written",
        "at byte 0: WARC-Date: yesterday",
        "and 3 more",
        "W-04-trailing-bytes",
        "What to do: restore the file",
        "gone.warc.gz: cannot be read: No such file",
        "good.warc.gz: whole (",
    ):
        assert words in done.stdout


def test_programs_get_one_object(tmp_path: Path) -> None:
    bad = tmp_path / "bad.warc.gz"
    bad.write_bytes(own(record(1))[:-4])
    said = json.loads(warc_check(bad, "--json", "--profile", "ofrecord").stdout)
    (file,) = said["files"]
    assert said["profile"] == "ofrecord" and file["whole"] is False and file["counts"] == {"W-03-cut-off": 1}
    (finding,) = file["findings"]
    assert finding["code"] == "W-03-cut-off" and finding["offset"] > 0 and finding["means"] and finding["hint"]


def test_unreadable_is_two_and_wrong_use_is_three(tmp_path: Path) -> None:
    assert warc_check(tmp_path / "gone.warc").returncode == 2
    assert warc_check(tmp_path).returncode == 2
    assert json.loads(warc_check(tmp_path / "gone.warc", "--json").stdout)["files"][0]["error"]
    for words in ((), ("a.warc", "--profile", "mine")):
        done = warc_check(*words)
        assert done.returncode == 3 and "Error:" in done.stderr
