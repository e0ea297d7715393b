"""The life of a request on the command line: one JSON object each, exit codes, a cure for every refusal."""

import json
import shlex
from pathlib import Path

import pytest

from tests.conftest import record
from tests.shell_examples import run


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with two records and a request that collected them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OFRECORD_HOME", "home")
    monkeypatch.setenv("OFRECORD_USER", "dana")
    lines = [record("1", "snow on Oak Street, call the plough"), record("2", "snow in the park of the clinic")]
    (tmp_path / "records.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    (tmp_path / "comments.txt").write_text("I never said so.")
    (tmp_path / "body.txt").write_text("Our estimate\n\nAbout five dollars.\n\n[[fees]]\n")
    for command in (
        "init --city maple-falls",
        "account add parks --platform facebook --custodian Dana",
        "import records.jsonl --account parks",
        "request open 'All about snow' --channel email --received 2026-01-05",
        "request collect 1 snow",
    ):
        code, printed = run(f"ofrecord {command}")
        assert code == 0, printed
    return tmp_path


COMMANDS = (
    "request clock 1",
    "request insufficient 1 --reason 'no limit'",
    "request clarified 1 'only 2025'",
    "request pause 1 --reason asked",
    "request resume 1",
    "request letter 1 acknowledgement",
    "request letter 1 acknowledgement --send --by-way email",
    "request letter 1 estimate --own-words",
    "request letter 1 estimate --body body.txt",
    "request letters 1 --again",
    "request time 1 locating 1h --rate 60.00",
    "request cost 1 reproduction --pages 3 --page-price 0.12",
    "request fees 1",
    "request strike 1 2 --reason twice",
    "request waive 1 --amount 10 --reason press",
    "request paid 1 50.00",
    "request letter 1 invoice",
    "request searched 1 hail",
    "request subject add 1 'Alex Poe' --record office_holder --office local --about posts",
    "request subject sent 1 1 --by-way personal_service",
    "request subject received 1 1",
    "request subject augment 1 1 comments.txt",
    "request subject list 1",
    "request mark 1 release --all",
    "request mark 1 withhold R2 --reason WI-BAL --note 'a medical detail'",
    "request respond 1",
    "request decide 1 --dry-run",
    "request decide 1 --by-way mail --to 'Jane Doe'",
    "request letter 1 supplement --note more --send --by-way email",
    "request court 1 notice",
    "request court 1 order --for city --notice-of-entry",
    "request close 1",
    "request show 1",
    "request list",
    "register",
    "request reopen 1 --reason 'ordered by the court'",
    "request withdraw 1 --reason 'by phone'",
)


def test_every_command_speaks_json_and_only_json(asked: Path) -> None:
    told = {}
    for command in COMMANDS:
        code, printed = run(f"ofrecord {command} --json")
        assert code == 0, f"{command}\n{printed}"
        (line,) = [line for line in printed.splitlines() if line.startswith("{")]
        told[command] = json.loads(line)
    assert told["request clock 1"]["target"]["day"] == "2026-01-20"
    assert told["request decide 1 --by-way mail --to 'Jane Doe'"]["determination"] == "granted in part"
    assert told["request fees 1"]["total_cents"] == 6036 and told["request letter 1 invoice"]["sent"] is False
    shown = told["request show 1"]
    assert shown["determination"] == "granted in part" and shown["due_cents"] == 0
    assert [each["kind"] for each in shown["story"]][:2] == ["request.opened", "hold.placed"]
    assert told["register"]["requests"][0]["determination"] == "granted in part"


@pytest.mark.parametrize(
    "command",
    [
        "request clock 9",
        "request decide 1",
        "request decide 1 --by-way email",
        "request letter 1 grant --send",
        "request letter 1 prepayment",
        "request letter 1 referral",
        "request letter 1 estimate --body nothing.txt",
        "request letter 1 notice-to-subject --subject 1",
        "request close 1",
        "request reopen 1 --reason x",
        "request resume 1",
        "request extend 1 --reason x",
        "request unpaid 1 --reason x",
        "request court 1 order --for city",
        "request court 1 appeal",
        "request searched 1 snow",
        "request time 1 locating soon",
        "request time 1 dreaming 1h",
        "request cost 1 shipping",
        "request cost 1 shipping --amount 1 --pages 2",
        "request waive 1 --reason ''",
        "request waive 1 --reason press --amount 1",
        "request paid 1 0",
        "request strike 1 1 --reason x",
        "request subject received 1 1",
        "request pause 1 --reason ' '",
        "request withdraw 1 --reason x --on 2020-01-01",
        "request open ' ' --channel email",
        "request open x --channel pigeon",
        "request open x --channel email --until 2030-01-01 --ongoing",
        "register --since 2026-02-01 --until 2026-01-01",
    ],
)
def test_every_refusal_says_what_to_do_and_changes_nothing(asked: Path, command: str) -> None:
    before = run("ofrecord log --json")[1].count('"kind"')
    code, printed = run(f"ofrecord {command}")
    assert code == 3 and "Error:" in printed and "What to do:" in printed and "Traceback" not in printed, printed
    assert run("ofrecord log --json")[1].count('"kind"') == before


def test_another_state_has_its_own_limit_and_says_what_is_not_entered(asked: Path) -> None:
    city = asked / "home" / "city.toml"
    city.write_text(city.read_text().replace('jurisdiction = "wisconsin"', 'jurisdiction = "illinois"'))
    code, printed = run("ofrecord request open 'All about snow' --channel email --received 2026-01-05")
    assert code == 0 and "2026" in printed
    assert "limit" in run("ofrecord request clock 2")[1].lower()
    for command, words in (
        ("request time 2 locating 1h", "no rules are entered under [fees]"),
        ("request letter 2 acknowledgement", "has no words for illinois yet"),
        ("request subject add 2 X --record ordinary --about y", "no rules are entered under [subject_notice]"),
    ):
        code, printed = run(f"ofrecord {command}")
        assert code == 3 and words in printed, printed
    (asked / "own.txt").write_text("We have your request\n\nThank you.\n")
    assert run("ofrecord request letter 2 acknowledgement --body own.txt --send --by-way email")[0] == 0
    for command in ("register", "request show 2", "request list"):
        code, printed = run(f"ofrecord {command}")
        assert code == 0, printed


def test_words_of_a_stranger_make_no_heading_and_no_table(asked: Path) -> None:
    words = "## Paid\n\n[[fees]]\n\n- all {{ city }} <b>\x1b[31m"
    code, printed = run(f"ofrecord request open {shlex.quote(words)} --channel email --requester {shlex.quote(words)}")
    assert code == 0, printed
    code, printed = run("ofrecord request letter 2 acknowledgement")
    text = (asked / "home" / "letters" / "request-2" / "draft-acknowledgement.txt").read_text()
    assert code == 0 and "“## Paid [[fees]] - all {{ city }} <b> [31m”" in " ".join(text.split())
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("request mark 1 withhold R2 --reason WI-BAL --note 'a medical detail'", "compared this reason"),
        ("request redact 1 R1 --words plough --reason WI-19.36-11 --note 'where he lives'", "elective official stays"),
        ("request person 1 plough --reason WI-BAL --note 'a private person'", "compared this reason"),
        ("request letter 1 acknowledgement", "compared the words of this letter"),
        ("request clock 1", "compared the counting of days"),
    ],
)
def test_law_that_nobody_compared_is_said_where_it_is_used(asked: Path, command: str, words: str) -> None:
    code, printed = run(f"ofrecord {command}")
    assert code == 0 and words in printed, printed


def test_what_was_to_be_withheld_whole_does_not_go_out_unnoticed(asked: Path) -> None:
    run("ofrecord request mark 1 withhold R1 --reason WI-BAL --note 'a medical detail'")
    code, printed = run("ofrecord request redact 1 R1 --words plough --reason WI-BAL --note 'a contractor'")
    assert code == 0 and "R1 was withheld whole" in printed


def test_paper_alone_for_what_was_asked_for_with_metadata_is_told(asked: Path) -> None:
    for command in (
        "request open 'All about snow' --channel email --received 2026-01-05 --form electronic_with_metadata",
        "request collect 2 snow",
        "request mark 2 release --all",
        "request respond 2",
    ):
        assert run(f"ofrecord {command}")[0] == 0
    code, printed = run("ofrecord request sent 2 --to requester --by paper")
    assert code == 0 and "paper alone" in printed and "Next: ofrecord request decide 2" in printed


def test_a_day_without_an_hour_is_shown_as_a_day(asked: Path) -> None:
    assert "received 2026-01-05\n" in run("ofrecord request show 1")[1]
    assert "00:00" not in run("ofrecord request list")[1]
