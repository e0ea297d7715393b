"""The register: one line a request, sums that fit, files without formulas, ages against the guideline."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdf
import pytest

from custody.clock import fixed_clock
from custody.errors import UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import Archive
from workflows import answering, charging, deciding, intake, letters, register, requesting
from workflows.intake import Asked
from workflows.letters import Wish

Jsonl = Callable[..., Path]
START = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)


@pytest.fixture
def busy(archive: Archive, jsonl: Jsonl) -> Archive:
    """Three requests: one granted in part after 4 days, one withdrawn after 10, one open past its target."""
    archive.take_in(
        jsonl("a", {"text": "snow"}, {"object_id": "2", "text": "snow in front of the clinic, said the nurse"})
    )
    for number, (words, at) in enumerate(
        [("=cmd|'/c calc'!A1 about snow", 0), ("All about rain", 1), ("All about hail", 2)], 1
    ):
        archive.clock = fixed_clock(START + timedelta(days=at))
        with archive.writing() as house:
            made = intake.receive(house, Asked(words=words, received_at=archive.clock(), channel="email"))
            assert made.number == number
            letters.send(house, number, Wish(kind="acknowledgement"), "email", "", None)
    archive.clock = fixed_clock(START + timedelta(days=4))
    with archive.writing() as house:
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, [RecordNumber(1)], Mark.RELEASE, "", "")
        requesting.mark(house, 1, [RecordNumber(2)], Mark.WITHHOLD, "WI-BAL", "a medical detail")
        charging.log_time(house, 1, "locating", 150, 2400, "", None)
        charging.pay(house, 1, 1000, "", None)
        answering.respond(house, 1, None, lambda done: None)
        deciding.decide(house, 1, "email", "", None)
        intake.close(house, 1, "", None)
    archive.clock = fixed_clock(START + timedelta(days=11))
    with archive.writing() as house:
        intake.withdraw(house, 2, "by phone", None)
    archive.clock = fixed_clock(START + timedelta(days=40))
    return archive


def test_lines_and_sums_fit(busy: Archive) -> None:
    with busy.reading() as house:
        made = register.register(house)
    first, second, third = made.lines
    assert (first.days, first.determination, first.state) == (4, "granted in part", "closed")
    assert (first.acknowledged, first.determined, first.released, first.closed) == (
        date(2026, 9, 1), date(2026, 9, 5), date(2026, 9, 5), date(2026, 9, 5),
    )  # fmt: skip
    assert (second.days, second.determination, second.released) == (10, "withdrawn", None)
    assert (third.days, third.age, third.past_target) == (None, 38, True)
    assert (made.median_days, made.mean_days) == (7.0, 7.0)
    assert (made.open_within, made.open_past, made.minutes) == (0, 1, 150)
    assert (made.cost_cents, made.charged_cents, made.paid_cents) == (6000, 6000, 1000)
    assert made.reasons == (("WI-BAL", 1),) and dict(made.outcomes) == {"granted in part": 1, "withdrawn": 1}
    said = dict(register.summary(made))
    assert said["Open"] == "1 (1 past the DOJ guideline target)" and "overdue" not in str(said)
    assert dict(register.ages(made)) == {
        "0 to 9 days": 0, "10 to 29 days": 0, "30 to 89 days": 1, "90 days and more": 0,
    }  # fmt: skip


def test_a_period_is_kept_to(busy: Archive) -> None:
    with busy.reading() as house:
        assert [line.number for line in register.register(house, date(2026, 9, 2), date(2026, 9, 2)).lines] == [2]
        assert register.register(house, date(2030, 1, 1)).lines == ()
        with pytest.raises(UsageError, match="begin"):
            register.register(house, date(2026, 9, 2), date(2026, 9, 1))


def test_files_say_the_same_and_hold_no_formula(busy: Archive, tmp_path: Path) -> None:
    with busy.reading() as house:
        made = register.register(house)
        register.save_csv(made, tmp_path / "register.csv")
        register.save_pdf(house, made, tmp_path / "register.pdf")
        with pytest.raises(UsageError, match="is there already"):
            register.save_csv(made, tmp_path / "register.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "register.csv").read_bytes().decode("utf-8-sig"))))
    assert [row["days"] for row in rows] == ["4", "10", ""] and rows[0]["words"].startswith("'=")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "register.pdf").pages)
    assert "Register of public records requests" in text and "granted in part" in text and "WI-BAL" in text


def test_an_empty_register_says_so(archive: Archive, tmp_path: Path) -> None:
    with archive.reading() as house:
        made = register.register(house)
        register.save_pdf(house, made, tmp_path / "register.pdf")
    assert made.lines == () and made.median_days is None and dict(register.summary(made))["Requests"] == "0"
