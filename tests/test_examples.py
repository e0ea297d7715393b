"""Every command is documented, and every documented example runs, in order, in an archive like that of `make demo`."""

import re
import shlex
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from demo.run import ACCOUNTS, DOWNLOADS, IMPORTS, zip_of
from tests import purge_stages
from tests.archiver import warc_bad
from tests.conftest import ROOT
from tests.shell_examples import (
    Example,
    commands_page,
    every_command,
    examples_in_help,
    examples_on,
    run,
    wrong_with,
)

SERVE = "ofrecord witness serve --witness clerk-pc --port 8619"
STAMPED = "ofrecord anchor stamped checkpoint.tsr --certificate authority.pem"
EXECUTE = "ofrecord purge execute 1"
NOT_RUN = {
    "make demo": "sets up the computer and makes its own archive; .ci and people run it",
    "make test": "is what runs this test",
    STAMPED: "needs an authority; tests/workflows/test_timestamps.py runs it with one of its own",
    EXECUTE: "asks for the number of records to be typed; tests/console/cli/test_purge.py types it",
    SERVE: "answers until it is stopped; tests/workflows/test_anchoring.py runs it",
}
"""Examples that are not run here, and why. Anything else that is no `ofrecord` command fails."""

COMMANDS = ROOT / "docs" / "commands.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(page for page in (ROOT / "docs").rglob("*.md") if page != COMMANDS)]
"""Every page but the one that repeats `--help`, whose examples run by themselves."""
HELP = [(), *every_command()]
HOME = "maple-falls"
Go = Callable[[str], None]
ASK = 'ofrecord request open "All posts about the Oak Street flood" --channel email --received 2025-12-01'
STAGES: dict[str, tuple[str, ...]] = {
    "downloads": (),
    "made": ("ofrecord init --city maple-falls",),
    "registered": tuple(
        f'ofrecord account add {handle} --platform {platform} --department {department} --custodian "Dana Ruiz"'
        for handle, platform, department in ACCOUNTS
    ),
    "kept": tuple(f"ofrecord import '{DOWNLOADS / source}' --account {handle}" for source, handle in IMPORTS),
    "asked": (ASK, "ofrecord request collect 1 '\"oak street\" OR flood'"),
    "decided": ("ofrecord request mark 1 release --all",),
    "witnessed": (
        "ofrecord witness init clerk-pc --name clerk-pc",
        "ofrecord witness init county-pc --name county-pc",
        "ofrecord anchor key archive.pub",
        "ofrecord anchor trust clerk-pc/witness.pub",
        "ofrecord witness trust archive.pub --witness clerk-pc",
    ),
    "questioned": ("ofrecord anchor ask stick --witness clerk-pc",),
    "answered": ("ofrecord witness sign stick --witness clerk-pc",),
    "backed up": ("ofrecord backup --new-key backup.key", "ofrecord backup city-backup --key-file backup.key"),
}
"""How far the archive is when a page begins; each stage goes on from the one before."""

BEGINS = {
    "README.md": "downloads",
    "docs/howto/setting-up.md": "downloads",
    "docs/howto/taking-in.md": "registered",
    "docs/howto/checking.md": "decided",
    "docs/howto/requests.md": "kept",
    "ofrecord": "downloads",
    "ofrecord init": "downloads",
    "ofrecord account": "made",
    "ofrecord account add": "made",
    "ofrecord import": "registered",
    "ofrecord request records": "asked",
    "ofrecord request collect": "asked",
    "ofrecord request list": "asked",
    "ofrecord request mark": "asked",
    "ofrecord request redact": "asked",
    "ofrecord request show": "asked",
    "ofrecord request exclude": "asked",
    "ofrecord request put-back": "asked",
    "ofrecord request context": "asked",
    "ofrecord request groups": "asked",
    "ofrecord request assign": "asked",
    "ofrecord request person": "asked",
    "ofrecord request person-back": "asked",
    "ofrecord request drafts": "asked",
    "ofrecord request drafts find": "asked",
    "ofrecord request drafts list": "asked",
    "ofrecord request drafts accept": "asked",
    "ofrecord request drafts dismiss": "asked",
    "ofrecord request check": "decided",
    "ofrecord request sent": "decided",
    "ofrecord request paper": "decided",
    "ofrecord publish": "decided",
    "docs/howto/publishing.md": "decided",
    "ofrecord request respond": "decided",
    "ofrecord request clock": "asked",
    "ofrecord request about-self": "asked",
    "ofrecord request insufficient": "asked",
    "ofrecord request clarified": "asked",
    "ofrecord request pause": "asked",
    "ofrecord request resume": "asked",
    "ofrecord request extend": "asked",
    "ofrecord request searched": "asked",
    "ofrecord request withdraw": "asked",
    "ofrecord request refer": "asked",
    "ofrecord request unpaid": "asked",
    "ofrecord request reopen": "asked",
    "ofrecord request court": "asked",
    "ofrecord request letter": "asked",
    "ofrecord request letters": "asked",
    "ofrecord request time": "asked",
    "ofrecord request cost": "asked",
    "ofrecord request fees": "asked",
    "ofrecord request strike": "asked",
    "ofrecord request waive": "asked",
    "ofrecord request paid": "asked",
    "ofrecord request close": "decided",
    "ofrecord request decide": "decided",
    "ofrecord request subject": "asked",
    "ofrecord request subject add": "asked",
    "ofrecord request subject list": "asked",
    "ofrecord request subject sent": "asked",
    "ofrecord request subject received": "asked",
    "ofrecord request subject returned": "asked",
    "ofrecord request subject waived": "asked",
    "ofrecord request subject augment": "asked",
    "ofrecord request subject intends": "asked",
    "ofrecord request subject sued": "asked",
    "ofrecord request subject settled": "asked",
    "ofrecord register": "asked",
    "ofrecord anchor trust": "witnessed",
    "ofrecord anchor ask": "witnessed",
    "ofrecord anchor take": "answered",
    "ofrecord witness trust": "witnessed",
    "ofrecord witness sign": "questioned",
    "ofrecord restore": "backed up",
    "ofrecord user password": "due",
    "ofrecord user retire": "due",
    "ofrecord purge propose": "due",
    "ofrecord purge waits": "due",
    "ofrecord purge show": "proposed",
    "ofrecord purge approve": "proposed",
    "ofrecord purge cancel": "approved",
    "ofrecord purge execute": "approved",
    "ofrecord purge certificate": "purged",
    "ofrecord purge check": "purged",
}
"""Pages that begin elsewhere than at "kept"."""


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each stage: the files that examples name, and the archive as far as it is."""
    root = tmp_path_factory.mktemp("stages")
    before: Path | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OFRECORD_HOME", HOME)
        patch.setenv("OFRECORD_USER", "demo")
        patch.setenv("OFRECORD_PASSWORDS", "passwords")
        for name, commands in STAGES.items():
            folder = root / name
            if before is None:
                folder.mkdir()
                _downloads_into(folder)
            else:
                shutil.copytree(before, folder)
            patch.chdir(folder)
            for command in commands:
                code, printed = run(command)
                assert code == 0, f"{command}\n{printed}"
            before = folder
        for step in purge_stages.STEPS:
            shutil.copytree(root / "downloads", root / step)
            purge_stages.build(root / step, HOME, step)
    return root


def _downloads_into(folder: Path) -> None:
    facebook, inside = DOWNLOADS / "facebook", "facebook-maplefallsparks/"
    zip_of(facebook, folder / "facebook-download.zip", inside)
    zip_of(facebook, folder / "facebook-1.zip", inside, lambda path: path.suffix == ".json")
    zip_of(facebook, folder / "facebook-2.zip", inside, lambda path: path.suffix == ".png")
    zip_of(DOWNLOADS / "x", folder / "x-archive.zip", "")
    (folder / "crawl.warc.gz").write_bytes(warc_bad.packed(warc_bad.record(1), warc_bad.http(2)))
    (folder / "older.warc").write_bytes(warc_bad.record(1) + warc_bad.record(2))
    (folder / "saved-page.html").write_text("<html><body>Log in to see this page</body></html>")
    (folder / "comments.txt").write_text("I never said so.")
    purge_stages.write_passwords(folder / "passwords")
    (folder / "our-cases").mkdir()
    (example,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "cases.md").read_text(encoding="utf-8"), re.DOTALL)
    (folder / "our-cases" / "example.toml").write_text(example, encoding="utf-8")
    (folder / "our-request-cases").mkdir()
    page = (ROOT / "docs" / "request-cases.md").read_text(encoding="utf-8")
    (about_requests,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (folder / "our-request-cases" / "example.toml").write_text(about_requests, encoding="utf-8")


class _Feed(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        body = (DOWNLOADS / "feed" / "council.atom").read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing: the server's lines would stand among the test's."""


@pytest.fixture(scope="session")
def feed() -> Iterator[str]:
    """A server on this computer in place of the fictional city's site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Feed, directory="/nowhere")) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def at(stages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Go:
    """Goes into a fresh copy of a stage."""

    def go(page: str) -> None:
        shutil.copytree(stages / BEGINS.get(page, "kept"), tmp_path / "folder")
        monkeypatch.chdir(tmp_path / "folder")

    monkeypatch.setenv("OFRECORD_HOME", HOME)
    monkeypatch.setenv("OFRECORD_USER", "demo")
    monkeypatch.setenv("OFRECORD_PASSWORDS", "passwords")
    return go


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def runs(examples: list[Example], feed: str) -> int:
    """Run the examples of a page in order; each must do what the page says."""
    count = 0
    for example in examples:
        if example.command in NOT_RUN:
            continue
        code, printed = run(example.command, feed)
        wrong = wrong_with(example, code, printed)
        assert not wrong, f"{example.place}\n$ {example.line}\n{wrong}\nIt printed:\n{printed}"
        count += 1
    return count


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_example_on_a_page_does_what_the_page_says(page: Path, at: Go, feed: str) -> None:
    examples = examples_on(page_name(page), page.read_text(encoding="utf-8"))
    if examples:
        at(page_name(page))
        runs(examples, feed)


@pytest.mark.parametrize("path", HELP, ids=lambda path: " ".join(path) or "ofrecord")
def test_every_example_in_a_commands_help_runs(path: tuple[str, ...], at: Go, feed: str) -> None:
    at(" ".join(("ofrecord", *path)))
    examples = examples_in_help(path)
    assert examples and (runs(examples, feed) >= 1 or all(example.command in NOT_RUN for example in examples))
    assert not path or any(named(example.command)[: len(path)] == path for example in examples_in_help(path))


def test_the_pages_people_follow_hold_examples() -> None:
    for page in [
        "README.md",
        "docs/cases.md",
        "docs/request-cases.md",
        *(page_name(page) for page in (ROOT / "docs" / "howto").glob("*.md")),
    ]:
        assert examples_on(page, (ROOT / page).read_text(encoding="utf-8")), page


def test_the_commands_page_is_what_help_says() -> None:
    assert COMMANDS.read_text(encoding="utf-8") == commands_page(), "write it again: python -m tests.shell_examples"


def named(line: str) -> tuple[str, ...]:
    """The command a line names: its words up to the first that is no command."""
    words = re.sub(r"--home \S+ ", "", line).split()[1:]
    known = set(every_command())
    path: tuple[str, ...] = ()
    while words and (*path, words[0]) in known:
        path = (*path, words.pop(0))
    return path


@pytest.mark.parametrize("page", [*PAGES, *sorted(ROOT.glob("[a-z]*/**/*.py"))], ids=page_name)
def test_a_command_named_in_a_sentence_is_one(page: Path) -> None:
    for line in re.findall(r"`(ofrecord [^`\n]+)`", page.read_text(encoding="utf-8")):
        first = re.sub(r"--home \S+ ", "", line).split()[1]
        assert named(line) or first.startswith("-") or first.isupper(), f"{page_name(page)}: {line}"


def test_every_form_of_a_query_that_finding_explains_is_understood(at: Go) -> None:
    text = (ROOT / "docs" / "howto" / "finding.md").read_text(encoding="utf-8")
    forms = [form for row in re.findall(r"^\| (`.+?`) \|", text, re.M) for form in re.findall(r"`([^`]+)`", row)]
    assert len(forms) > 10
    at("docs/howto/finding.md")
    for form in forms:
        whole = {"account:": "account:news", "kind:": "kind:post", "state:": "state:hidden"}.get(form, form)
        whole = f"{whole}x" if whole.endswith(":") else whole
        code, printed = run(f"ofrecord search {shlex.quote(whole)} --count")
        assert code == 0, f"{whole}: {printed}"


def test_what_is_not_run_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    there = {example.command for page in PAGES for example in examples_on(page.name, page.read_text(encoding="utf-8"))}
    there |= {example.command for path in HELP for example in examples_in_help(path)}
    with capsys.disabled():
        print("\nexamples not run:", "; ".join(f"{command} ({why})" for command, why in NOT_RUN.items()))
    assert set(NOT_RUN) <= there, "take from the list what no page shows any more"


def test_an_example_that_does_otherwise_is_noticed() -> None:
    shown = Example(place="p", line="ofrecord verify", shown=["All is as it was kept: ... read.", "..."])
    assert wrong_with(shown, 0, "All is as it was kept: 3 bytes read.\nand\nmore\n") == ""
    assert "does not print" in wrong_with(shown, 0, "1 finding\n")
    assert wrong_with(shown, 1, "") == "ends with 1"
    refused = Example(place="p", line="ofrecord search '\"a'  # refused: not closed")
    assert refused.command == "ofrecord search '\"a'"
    assert wrong_with(refused, 3, "Error: it is not closed") == ""
    assert "ends with 0" in wrong_with(refused, 0, "")
    assert "not with the words" in wrong_with(refused, 3, "Error: other")
    with pytest.raises(AssertionError, match="no shell"):
        examples_on("p", "```text\nofrecord verify\n```")
    with pytest.raises(AssertionError, match="only ofrecord"):
        run("apt-get install something")
