"""The main job, run end to end on a fictional city with the commands a custodian would type.

Makes a new archive in `demo-archive/`, takes in five kinds of downloads, searches, answers a request with two
redactions, verifies, shows until when three records must be kept, and destroys on a copy what may go seven years later.
Every command is printed before it is run.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from demo import purge

HERE = Path(__file__).resolve().parent
HOME = Path("demo-archive")
DOWNLOADS = HERE / "downloads"
ACCOUNTS = (
    ("CityOfMapleFalls", "x", "Mayor"),
    ("MapleFallsParks", "facebook", "Parks"),
    ("news", "wordpress", "Clerk"),
    ("notices", "feed", "Clerk"),
)
"""Handle, platform and department of each account."""
IMPORTS = (
    ("x", "CityOfMapleFalls"),
    ("facebook", "MapleFallsParks"),
    ("residents", "MapleFallsParks"),
    ("wordpress/maple-falls-news.xml", "news"),
    ("feed/council.atom", "notices"),
)
"""Each download and its account, in the order that gives the records the numbers the documentation names."""


def main() -> None:
    started = time.monotonic()
    if HOME.exists():
        shutil.rmtree(HOME)
    say("An archive for the fictional City of Maple Falls")
    run("init", "--city", "maple-falls")
    for handle, platform, department in ACCOUNTS:
        run("account", "add", handle, "--platform", platform, "--department", department, "--custodian", "Dana Ruiz")
    say("Taking in what the city already has")
    zipped = zip_of(DOWNLOADS / "facebook", HOME / "facebook-download.zip", "facebook-maplefallsparks/")
    for source, handle in IMPORTS:
        run("import", zipped if source == "facebook" else DOWNLOADS / source, "--account", handle)
    say("Taking the same download in again adds nothing")
    run("import", DOWNLOADS / "x", "--account", "CityOfMapleFalls")
    say("Finding every post and comment on a subject")
    run("search", '"oak street"', "--limit", "6", "--facets")
    say("Answering a records request")
    words = "Please send all posts and comments about Oak Street and the flood in March 2025."
    run("request", "open", words, "--channel", "email", "--received", "2025-11-18T09:20")
    run("request", "collect", "1", '"oak street" OR flood')
    run("request", "mark", "1", "release", "--all")
    fence, sister, formula = (only(query) for query in ('"715 555 0142"', "sister", "hyperlink"))
    run("request", "redact", "1", fence, "--words", "715-555-0142", "--reason", "WI-BAL", "--note", "private telephone")
    why = "where a resident lives"
    run("request", "redact", "1", fence, "--words", "I live across from it", "--reason", "WI-BAL", "--note", why)
    run("request", "drafts", "find", "1")
    run("request", "drafts", "list", "1")
    run("request", "drafts", "dismiss", "1", "--all")
    run("request", "mark", "1", "withhold", sister, "--reason", "WI-BAL", "--note", "medical detail of a third person")
    run("request", "respond", "1")
    run("request", "decide", "1", "--by-way", "email")
    run("request", "close", "1")
    say("Checking every byte of the archive, and until when three records must be kept")
    run("verify")
    for record in (only('"open again"'), fence, formula):
        run("retention", "explain", record)
    run("retention", "due", "--on", "2033-01-01")
    certificate = seven_years_later()
    answer = HOME / "responses" / "request-1"
    print(f"\nDone in {time.monotonic() - started:.0f} s. Please look at:")
    print(f"  {answer / 'response.pdf'}   the answer, as the requester reads it")
    print(f"  {answer / 'response.zip'}   the same with data and pictures; try unpacking it")
    print(f"  {HOME / 'city.toml'}   what the city still has to complete")
    print(f"  {certificate}   what two people destroyed in 2033, and how anybody can check it")
    print("Try next:")
    print(f"  .venv/bin/ofrecord --home {HOME} search 'state:hidden OR state:deleted'")
    print(f"  .venv/bin/ofrecord --home {HOME} show {fence}")
    print("  .venv/bin/ofrecord --help")


def seven_years_later() -> Path:
    """A purge on a copy, with a clock in 2033; then nothing of it is found. Returns the certificate."""
    say("Seven years later, on a copy: two people destroy what may go")
    certificate, texts, settings = purge.run(HOME)
    say("Nothing of it is found again, and the rest is as it was kept")
    run("verify", home=purge.LATER)
    run("search", "flood", home=purge.LATER)
    _as_picture(certificate)
    if purge.look_for(texts, settings.home, lambda line: print(line, flush=True)):
        sys.exit("The demo stopped: something of what was destroyed is still there.")
    return certificate


def _as_picture(paper: Path) -> None:
    """The certificate as a picture, for a look without a reader of PDF; where pdftoppm is installed."""
    if shutil.which("pdftoppm"):
        target = paper.with_suffix("")
        subprocess.run(["pdftoppm", "-r", "70", "-png", "-singlefile", str(paper), str(target)], check=True)
        print(f"    the certificate's first page as a picture: {target}.png\n", flush=True)


def say(line: str) -> None:
    print(f"\n=== {line}\n", flush=True)


def run(*words: object, expect: int = 0, home: Path = HOME) -> None:
    """Show a command and run it as a person would."""
    command = [str(word) for word in words]
    shown = " ".join(f"'{word}'" if " " in word or '"' in word else word for word in command)
    print(f"$ ofrecord --home {home} {shown}", flush=True)
    done = subprocess.run([*ofrecord(home), *command], env=environment(home), check=False)
    if done.returncode != expect:
        sys.exit(f"The demo stopped: that command ended with {done.returncode}.")
    print(flush=True)


def only(query: str) -> str:
    """The one record a query finds."""
    done = subprocess.run(
        [*ofrecord(), "search", query, "--ids", "--json"], env=environment(), check=True, capture_output=True
    )
    return str(json.loads(done.stdout)["ids"][0])


def ofrecord(home: Path = HOME) -> list[str]:
    return [str(Path(sys.executable).parent / "ofrecord"), "--home", str(home)]


def environment(home: Path = HOME) -> dict[str, str]:
    """What the program is told; the copy is not what this computer remembers of the archive."""
    return {**os.environ, "OFRECORD_USER": "demo", **({} if home == HOME else {"OFRECORD_PINS": ""})}


def zip_of(folder: Path, target: Path, inside: str, wanted: Callable[[Path], bool] = Path.is_file) -> Path:
    """A download as the zip in which it comes, or the wanted part of it, with all names in the folder `inside`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and wanted(path):
                package.write(path, inside + path.relative_to(folder).as_posix())
    return target


if __name__ == "__main__":
    main()
