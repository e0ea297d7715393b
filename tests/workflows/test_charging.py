"""Fees, in whole cents: what is charged and what never is, waivers and payments, entries struck."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custody.errors import UsageError
from tests.conftest import Archive
from workflows import charging, intake, letters
from workflows.intake import Asked
from workflows.letters import Wish

SEED = 20261121
RECEIVED = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
Jsonl = Callable[..., Path]


@pytest.fixture
def asked(archive: Archive) -> Archive:
    with archive.writing() as house:
        intake.receive(house, Asked(words="All about snow in May 2025", received_at=RECEIVED, channel="email"))
    return archive


def test_six_hours_of_redaction_and_one_of_locating_cost_nothing(asked: Archive) -> None:
    with asked.writing() as house:
        charging.log_time(house, 1, "redaction", 360, 2200, "", None)
        account = charging.log_time(house, 1, "locating", 60, 2200, "", None)
    assert (account.bill.total_cents, account.due_cents) == (0, 0)
    assert [line.actual_cents for line in account.bill.lines] == [13200, 2200]


@pytest.mark.parametrize(("minutes", "rate", "total"), [(60, 5000, 5000), (60, 4999, 0), (136, 2206, 5000)])
def test_locating_is_charged_from_fifty_dollars_on_and_then_wholly(
    asked: Archive, minutes: int, rate: int, total: int
) -> None:
    with asked.writing() as house:
        assert charging.log_time(house, 1, "locating", minutes, rate, "", None).bill.total_cents == total


def test_a_waiver_needs_its_reason_and_payments_are_counted(asked: Archive) -> None:
    with asked.writing() as house:
        charging.log_cost(house, 1, "shipping", 0, 0, 1000, "postage", None)
        for cents, why, wrong in ((None, "", "needs its reason"), (1001, "press", "only \\$10.00 is charged")):
            with pytest.raises(UsageError, match=wrong):
                charging.waive(house, 1, cents, why)
        assert charging.waive(house, 1, 400, "press").due_cents == 600
        assert charging.pay(house, 1, 250, "check 7", None).due_cents == 350
        assert charging.pay(house, 1, 900, "", None).due_cents == 0
        account = charging.waive(house, 1, None, "of use to all")
        assert (account.bill.total_cents, account.paid_cents) == (0, 1150)


def test_an_entry_is_struck_and_stays_in_the_log(asked: Archive) -> None:
    with asked.writing() as house:
        charging.log_cost(house, 1, "shipping", 0, 0, 700, "wrong request", None)
        charging.log_cost(house, 1, "shipping", 0, 0, 300, "", None)
        account = charging.strike(house, 1, 1, "typed for another request")
        assert account.bill.total_cents == 300 and [n for n, _ in account.entries] == [2]
        assert charging.log_cost(house, 1, "shipping", 0, 0, 100, "", None).entries[-1][0] == 3
        with pytest.raises(UsageError, match="no entry 1 that counts"):
            charging.strike(house, 1, 1, "again")


def test_the_letter_says_the_same_sums_as_the_account(asked: Archive) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    with asked.writing() as house:
        for _ in range(12):
            kind = chance.choice(charging.COST_KINDS)
            charging.log_cost(house, 1, kind, 0, 0, chance.randrange(1, 9999), "", None)
        account = charging.account_of(house, 1)
        text = letters.draft(house, 1, Wish(kind="estimate")).text
    assert charging.money(account.bill.total_cents) in text
    charged = [line for line in text.splitlines() if line.startswith("Charged: ")]
    assert len(charged) == 12
    sums = sum(charging.cents_of(line.removeprefix("Charged: ").replace(",", "")) for line in charged)
    assert sums == account.bill.total_cents


@pytest.mark.parametrize(
    ("text", "minutes"), [("45m", 45), ("2h", 120), ("1h 30m", 90), ("1h30min", 90), ("0h 5m", 5), (" 10M ", 10)]
)
def test_lengths_of_time_as_people_write_them(text: str, minutes: int) -> None:
    assert charging.minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["", "h", "-5m", "1.5h", "45", "5m 1h", "m"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no length of time"):
        charging.minutes_of(text)


@pytest.mark.parametrize(("text", "cents"), [("22", 2200), ("$22.05", 2205), ("0.12", 12)])
def test_sums_as_people_write_them(text: str, cents: int) -> None:
    assert charging.cents_of(text) == cents


@pytest.mark.parametrize("text", ["", "1,50", "1.5", "-1", "free", "1.234"])
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no sum of money"):
        charging.cents_of(text)
