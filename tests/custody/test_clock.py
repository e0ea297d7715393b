"""Times at the edge of the calendar: downloads hold the first and the last moment that programs know."""

from datetime import UTC, date, datetime

import pytest

from custody.clock import in_zone, local_day, moment_of, text_of

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def test_the_ends_of_the_calendar_are_shown_by_utc_where_the_zone_has_no_date() -> None:
    assert in_zone(FIRST, "America/Chicago") == FIRST
    assert local_day(FIRST, "America/Chicago") == date.min
    assert local_day(LAST, "Asia/Tokyo") == date.max
    assert local_day(datetime(2025, 3, 1, 5, tzinfo=UTC), "America/Chicago") == date(2025, 2, 28)


def test_a_time_that_utc_has_no_date_for_is_no_time() -> None:
    for text in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        with pytest.raises(ValueError, match="outside the calendar"):
            moment_of(text)


def test_early_years_are_written_with_four_digits_and_read_back() -> None:
    assert text_of(FIRST) == "0001-01-01T00:00:00.000Z"
    assert moment_of(text_of(FIRST)) == FIRST
    assert text_of(LAST) == "9999-12-31T23:59:59.999Z"
