"""Tables of holidays and a city's own terms are read strictly, and what is not verified says so."""

from datetime import date
from pathlib import Path

import pytest

from custody.errors import UsageError
from custody.fee import FeeKind
from policies.calendars import calendar, calendars, closures_from, load_calendar
from policies.cities import calendars_of, city_named, load_city


def test_every_table_is_unverified_and_names_its_authority() -> None:
    assert set(calendars()) >= {"wisconsin", "federal", "washington", "california", "texas", "illinois", "new_york"}
    for name in calendars():
        assert calendar(name).verified_by == "" and calendar(name).authority


def test_an_unknown_table_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="'mars'") as refused:
        calendar("mars")
    assert "wisconsin" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1", "'colour' is not a field"),
        ("[[holiday]]\nname = 'X'\non = '02-30'", "X: the holiday .* is not understood"),
        ("[[holiday]]\nname = 'X'\nnth = 1\nmonth = 5", "is not understood"),
        ("[[holiday]]\nname = 'X'\nnth = 0\nmonth = 5\nweekday = 'monday'", "is not understood"),
        ("[[holiday]]\nname = 'X'\nnth = 1\nmonth = 5\nweekday = 'someday'", "is not understood"),
        ("[[holiday]]\nname = 'X'\non = '05-01'\ncolour = 'red'", "'colour' is not a field"),
        ("moves = 'perhaps'", "'perhaps' is not known"),
        ("holiday = 3", "is not understood"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_wrong_table_is_refused_with_file_and_cure(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=words) as refused:
        load_calendar(path)
    assert "mine.toml" in refused.value.message and refused.value.hint


def test_closures_are_days_with_names() -> None:
    made = closures_from([date(2025, 12, 24), {"on": date(2025, 12, 26), "name": "Closed"}], "here")
    assert [each.name for each in made] == ["city offices closed", "Closed"]
    with pytest.raises(UsageError, match="needs its day"):
        closures_from([{"name": "Closed"}], "here")
    with pytest.raises(UsageError, match="'why' is not a field"):
        closures_from([{"on": date(2025, 12, 26), "why": "x"}], "here")


def test_stoughtons_terms_are_data_and_wausaus_are_not_invented() -> None:
    stoughton, wausau = city_named("stoughton"), city_named("wausau")
    assert (stoughton.fees.page_cents, stoughton.fees.free_pages) == (12, 20)
    assert stoughton.fees.free_up_to == {FeeKind.LOCATING: 5000} and stoughton.fees.verified_by == ""
    assert wausau.fees.page_cents is None and not wausau.fees.free_up_to and not wausau.fees.police_recordings
    assert (stoughton.bans, wausau.bans) == ("subsequent_violation", "any_violation")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("page_cents = 12", "page_cents = 0.12"), "page_cents is 0.12"),
        (("page_cents = 12", "page_dollars = 12"), "'page_dollars' is not a field"),
        (("locating = 5000", "looking = 5000"), "'looking' is no kind of fee"),
        (('bans = "subsequent_violation"', 'bans = "always"'), "'always' is not known"),
        (("closures = []", 'closures = ["2025-12-24"]'), "needs its day"),
        (('code = "ST01"', 'code = "ST01"\ncolour = 1'), "ground ST01: 'colour'"),
    ],
)
def test_wrong_terms_of_a_city_are_refused(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    source = Path(__file__).resolve().parents[2] / "policies" / "cities" / "stoughton.toml"
    text = source.read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "city.toml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=words) as refused:
        load_city(path)
    assert "city.toml" in refused.value.message and refused.value.hint


def test_a_city_has_a_strict_and_a_wide_calendar() -> None:
    strict, wide = calendars_of(city_named("wausau"))
    assert strict.rules == wide.rules and strict.closures == () and wide.id == "wisconsin-wide"
