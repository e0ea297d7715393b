"""What a city's own policy says of removing, banning and passwords."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from policies.cities import city_named
from policies.credentials import password
from policies.moderation import ban, ground, removal

CHICAGO = ZoneInfo("America/Chicago")
WAUSAU, STOUGHTON = city_named("wausau"), city_named("stoughton")


@pytest.mark.parametrize("reason", ["off topic", "political campaign", "W12", "", "ST1", "because"])
def test_a_reason_that_is_not_on_stoughtons_list_is_rejected(reason: str) -> None:
    ruling = removal(STOUGHTON, reason, "whatever is explained")
    assert not ruling.allowed and "ST01" in ruling.needs[0]


def test_wausaus_off_topic_ground_needs_an_explanation_and_warns() -> None:
    for reason in ("W12", "w12", "off topic", "unrelated to the original topic"):
        bare, explained = removal(WAUSAU, reason, " "), removal(WAUSAU, reason, "an advertisement")
        assert not bare.allowed and explained.allowed and explained.label == "W12"
        assert "Krasno" in bare.warnings[0] and "Krasno" in explained.warnings[0]


def test_every_listed_ground_is_accepted_by_its_code() -> None:
    for city in (WAUSAU, STOUGHTON):
        for each in city.grounds:
            assert ground(city, each.code) is each
            assert removal(city, each.code, "explained").allowed


def test_when_a_ban_is_allowed() -> None:
    assert not ban(STOUGHTON).allowed and ban(STOUGHTON, ["R120"]).allowed
    assert ban(WAUSAU).allowed and "page-wide" in ban(WAUSAU).warnings[0]


def test_the_password_clock_counts_hours_over_weekends_and_says_what_was_late() -> None:
    left = datetime(2025, 12, 19, 16, tzinfo=CHICAGO)
    due = password(WAUSAU, left)
    assert due.at == datetime(2025, 12, 21, 16, tzinfo=CHICAGO) and "policy, not statute" in due.citation
    changed = left + timedelta(hours=49)
    record = password(WAUSAU, left, changed)
    assert record.at == changed + timedelta(hours=24) and "late" in record.warnings[0] and not record.allowed
    done = password(WAUSAU, left, left + timedelta(hours=48), left + timedelta(hours=72))
    assert done.allowed and not done.warnings
    assert password(WAUSAU, left, left, left + timedelta(hours=25)).warnings
    assert password(STOUGHTON, left).at is None
