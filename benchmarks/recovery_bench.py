"""Starting again after an import was killed: the time until the archive can be written to again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from archiver.fetch import FakeFetcher
from benchmarks import corpus
from workflows.capturing import take_in
from workflows.enrolling import add_account, make_archive
from workflows.house import open_for_writing
from workflows.settings import read_settings

WORK = Path("benchmarks/.work/recovery")
Row = tuple[str, str, str, str, str]


def rows(size: int) -> list[Row]:
    """An archive of about `size` records whose import is killed towards its end."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    with (WORK / "all.jsonl").open("wb") as file:
        file.writelines(corpus.lines(size + size // 10))
    words = [sys.executable, "-m", "benchmarks.recovery_bench", "import"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as importing:
        for line in importing.stdout or ():
            if int(line) >= size:
                break
        os.kill(importing.pid, signal.SIGKILL)
    done = subprocess.run([*words[:-1], "start"], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    shutil.rmtree(WORK)
    what = f"starting after a kill, {found['records']:,} records"
    return [(what, f"{found['seconds']:.2f}", "s", "", "at most 5")]


def _import() -> None:
    settings = make_archive(WORK / "home", "maple-falls", "benchmark")
    with open_for_writing(settings) as house:
        owner = add_account(house, "maplefalls", "facebook")
        source = str(WORK / "all.jsonl")
        take_in(house, [source], owner, None, False, FakeFetcher({}), lambda done: print(done.listed, flush=True))


def _start() -> None:
    started = time.monotonic()
    with open_for_writing(read_settings(WORK / "home", "benchmark")) as house:
        seconds = time.monotonic() - started
        count = house.catalog.connection.exec_driver_sql("SELECT count(*) FROM record").scalar()
    print(json.dumps({"seconds": seconds, "records": count}))


if __name__ == "__main__":
    {"import": _import, "start": _start}[sys.argv[1]]()
