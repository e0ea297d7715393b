"""Changes of the schedules: what they do is said, what shortens needs two people, recorded events move clocks."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from custody.disposition import Standing
from custody.errors import UnavailableError, UsageError
from custody.schedule import Series
from retention_schedules.schedules import schedules_for
from tests.conftest import Archive
from tests.workflows.keeping import OLD, at, by, due, judged, waive
from workflows import auditing, filing, occurrences, scheduling
from workflows.scheduling import Adoption
from workflows.terms import schedules_of, terms_of

Jsonl = Callable[..., Path]
RECENT = {"object_id": "2", "created_at": "2022-03-01T12:00:00Z"}


def three_years(**more: Any) -> Adoption:
    row = {"period": {"n": 3, "unit": "years"}, "fate": "destroy"}
    return Adoption(adopted=date(2026, 1, 12), reference="PRB-002", row=row, **more)


@pytest.fixture
def kept(archive: Archive, jsonl: Jsonl) -> Archive:
    archive.take_in(jsonl("a", OLD, RECENT))
    waive(archive)
    return archive


def test_a_shorter_row_is_only_proposed_and_another_person_confirms_it(kept: Archive) -> None:
    with kept.writing() as house:
        change = scheduling.adopt(house, "WI-SM-POST", three_years())
        assert (change.state, change.needs_second_person) == ("proposed", True)
        assert (change.data["records"], change.data["earlier"], change.data["later"]) == (2, 2, 0)
        assert (change.data["past_before"], change.data["past_after"]) == (1, 2)
        assert change.data["acts_backwards"]
        assert judged(house, 2).standing is Standing.KEEP
        with pytest.raises(UnavailableError, match="tester proposed this change"):
            scheduling.confirm(house, 1)
    by(kept, " TESTER ")
    with kept.writing() as house, pytest.raises(UnavailableError, match="cannot confirm"):
        scheduling.confirm(house, 1)
    by(kept, "Dana Ruiz")
    with kept.writing() as house:
        assert scheduling.confirm(house, 1).state == "in force"
        assert judged(house, 2).standing is Standing.ELIGIBLE and judged(house, 2).series == "WI-SM-POST"
        assert tuple(due(house).eligible) == (1, 2)
        with pytest.raises(UsageError, match="in force already"):
            scheduling.confirm(house, 1)
    with kept.reading() as house:
        assert not auditing.verify(house, lambda done: None).findings


def test_a_dry_run_and_a_dropped_change_change_nothing(kept: Archive) -> None:
    with kept.writing() as house:
        assert scheduling.adopt(house, "WI-SM-POST", three_years(), dry_run=True).number == 0
        assert scheduling.changes(house) == []
        scheduling.adopt(house, "WI-SM-POST", three_years())
        with pytest.raises(UsageError, match="needs a reason"):
            scheduling.drop(house, 1, "")
        assert scheduling.drop(house, 1, "not decided").state == "dropped"
        assert judged(house, 2).standing is Standing.KEEP


def test_a_longer_row_is_in_force_at_once(kept: Archive) -> None:
    with kept.writing() as house:
        row = {"period": {"n": 12, "unit": "years"}, "fate": "destroy"}
        wanted = Adoption(adopted=date(2026, 1, 12), reference="GRS", row=row)
        assert scheduling.adopt(house, "WI-SM-POST", wanted).state == "in force"
        assert judged(house, 1).retention_ends == date(2027, 3, 1)
        assert scheduling.repeal(house, "WI-SM-POST", "council").state == "proposed"  # it shortens


def test_a_change_that_does_not_act_backwards_leaves_what_is_kept(kept: Archive) -> None:
    with kept.writing() as house:
        change = scheduling.adopt(house, "WI-SM-POST", three_years(only_new=True))
        assert (change.data["earlier"], change.data["acts_backwards"], change.state) == (0, False, "proposed")
    by(kept, "Dana Ruiz")
    with kept.writing() as house:
        scheduling.confirm(house, 1)
        assert judged(house, 2).retention_ends == date(2029, 3, 1)
        assert any("was adopted for records from January 12, 2026 on" in step for step in judged(house, 2).steps)


def test_an_adoption_ends_when_its_approval_expires_unless_it_was_extended(kept: Archive) -> None:
    with kept.writing() as house:
        scheduling.adopt(house, "WI-SM-POST", three_years(expires=date(2026, 12, 31)))
    by(kept, "Dana Ruiz")
    with kept.writing() as house:
        scheduling.confirm(house, 1)
        assert judged(house, 2, date(2026, 12, 31)).series == "WI-SM-POST"
        late = judged(house, 2, date(2027, 1, 1))
        assert late.series == "WI-DEF-7Y" and any("expired on December 31, 2026" in step for step in late.steps)
        scheduling.extend(house, "WI-SM-POST", date(2026, 11, 1), "PRB-005")
        assert judged(house, 2, date(2028, 7, 1)).series == "WI-SM-POST"
        assert judged(house, 2, date(2028, 7, 2)).series == "WI-DEF-7Y"
        with pytest.raises(UsageError, match="extended already"):
            scheduling.extend(house, "WI-SM-POST", date(2026, 11, 1), "PRB-005")


@pytest.mark.parametrize("series", ["WI-SM-PUB", "WI-UTIL-2Y"])
def test_a_shorter_period_for_the_statutes_own_row_stands_by_its_adoption_and_ends_with_it(
    kept: Archive, series: str
) -> None:
    assert schedules_of_shipped(series).statutory
    row = {"period": {"n": 1, "unit": "years"}}
    wanted = Adoption(adopted=date(2026, 1, 12), reference="PRB-002", expires=date(2028, 8, 27), row=row)
    with kept.writing() as house:
        filing.file(house, [1, 2], series, "for the test")
        scheduling.adopt(house, series, wanted)
    by(kept, "Dana Ruiz")
    with kept.writing() as house:
        scheduling.confirm(house, 1)
        made = schedules_of(house).row(series)
        assert not made.statutory and made.authority == "as adopted: PRB-002" and not made.verified_by
        assert judged(house, 2, date(2028, 8, 27)).series == series
        assert "expired on August 27, 2028" in " ".join(judged(house, 2, date(2028, 8, 28)).steps)
        assert judged(house, 2, date(2028, 8, 28)).series == "WI-DEF-7Y"
        assert judged(house, 2, date(2028, 8, 28)).standing is Standing.KEEP


def schedules_of_shipped(series: str) -> Series:
    return schedules_for("wisconsin").row(series)


def test_a_row_nobody_knew_is_entered_whole(kept: Archive) -> None:
    with kept.writing() as house:
        with pytest.raises(UsageError, match="title is missing"):
            scheduling.adopt(house, "ADM-NEW", three_years())
        row = {
            "period": {"n": 10, "unit": "years"}, "trigger": "creation", "title": "Made up for the test",
            "authority": "made up",
        }  # fmt: skip
        scheduling.adopt(house, "ADM-NEW", Adoption(adopted=date(2026, 1, 12), reference="PRB-002", row=row))
        assert schedules_of(house).row("ADM-NEW").title == "Made up for the test"
        assert not schedules_of(house).row("ADM-NEW").verified_by


def test_the_ordinance_and_a_waiver_are_entered_with_their_reference(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", OLD))
    path = archive.settings.city
    path.write_text(path.read_text().replace("Maple Falls Municipal Code 2.40 (fictional)", ""))
    with archive.writing() as house:
        assert judged(house, 1).blocks == ("no ordinance", "notice not sent")
        scheduling.enter_ordinance(house, "Municipal Code 2.40")
        assert terms_of(house).ordinance == "Municipal Code 2.40"
        scheduling.enter_waiver(house, "WI-SM-POST", "letter of 2026-01-05")
        ready = judged(house, 1)
        assert ready.standing is Standing.ELIGIBLE
        assert any("waived notice for this series (letter of 2026-01-05)" in step for step in ready.steps)
        for enter in (lambda: scheduling.enter_ordinance(house, " "), lambda: scheduling.enter_waiver(house, "X", "y")):
            with pytest.raises(UsageError):
                enter()


@pytest.mark.parametrize(
    ("series", "wanted", "words"),
    [
        ("WI-SM-POST", Adoption(adopted=date(2026, 1, 12), reference=" "), "where the adoption stands"),
        ("WI-SM-POST", Adoption(adopted=date(2030, 1, 12), reference="x"), "still to come"),
        ("WI-SM-POST", Adoption(adopted=date(2026, 1, 12), reference="x"), "Nobody has looked up"),
        ("WI-DEF-7Y", three_years(), "statute's own row"),
    ],
)
def test_what_cannot_be_adopted_is_refused(kept: Archive, series: str, wanted: Adoption, words: str) -> None:
    with kept.writing() as house:
        with pytest.raises(UsageError, match=words) as refused:
            scheduling.adopt(house, series, wanted)
        assert refused.value.hint and scheduling.changes(house) == []


def test_recorded_events_start_and_move_clocks(kept: Archive) -> None:
    with kept.writing() as house:
        occurrences.record_event(house, "R1", "hidden", date(2020, 5, 5), "M01")
        assert judged(house, 1).trigger_on == date(2020, 5, 5)
        occurrences.record_event(house, "R1", "unhidden", date(2021, 6, 6))
        assert judged(house, 1).trigger_on == date(2021, 6, 6)
        wrong = occurrences.record_event(house, "R1", "hidden", date(2022, 7, 7))
        occurrences.withdraw(house, wrong.act, "wrong day")
        assert judged(house, 1).trigger_on == date(2021, 6, 6)
        with pytest.raises(UsageError, match="No event was recorded"):
            occurrences.withdraw(house, wrong.act, "again")


def test_the_end_of_a_term_is_recorded_for_an_account(kept: Archive) -> None:
    row = {"period": {"n": 8, "unit": "years"}, "fate": "destroy"}
    with kept.writing() as house:
        scheduling.adopt(house, "WI-SM-ELECT", Adoption(adopted=date(2026, 1, 12), reference="GRS", row=row))
        from workflows import filing

        filing.file(house, [1], "WI-SM-ELECT", "the mayor's own account")
        occurrences.record_event(house, "parks", "account-closed", date(2016, 1, 1))
        assert "event not recorded" in judged(house, 1).blocks
        occurrences.record_event(house, "parks", "end-of-term", date(2017, 4, 18))
        assert judged(house, 1).retention_ends == date(2025, 4, 18)


def test_a_person_dates_what_has_no_date(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"created_at": "1970-01-01T00:00:00Z"}, {**OLD, "object_id": "2"}))
    waive(archive)
    with archive.writing() as house:
        assert judged(house, 1).blocks == ("no usable date",)
        occurrences.record_event(house, "R1", "created", date(2014, 2, 3))
        assert judged(house, 1).retention_ends == date(2021, 2, 3)
        with pytest.raises(UsageError, match="has a date of its own"):
            occurrences.record_event(house, "R2", "created", date(2014, 2, 3))


@pytest.mark.parametrize(
    ("of", "what", "ground", "words"),
    [
        ("R99", "hidden", "", "no record, no account"),
        ("parks", "hidden", "", "one record"),
        ("R1", "hidden", "M99", "no ground"),
        ("R1", "lost", "", "no event"),
    ],
)
def test_an_event_that_cannot_be_is_refused(kept: Archive, of: str, what: str, ground: str, words: str) -> None:
    with kept.writing() as house, pytest.raises(UsageError, match=words):
        occurrences.record_event(house, of, what, date(2020, 1, 1), ground)


def test_a_thread_ends_with_its_last_item(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(
        jsonl(
            "a",
            {"object_id": "a", "kind": "comment", **OLD},
            {"object_id": "b", "kind": "comment", "parent_id": "a", "created_at": "2016-05-01T12:00:00Z"},
            {"object_id": "c", "kind": "comment", "parent_id": "b", "created_at": "2018-07-01T12:00:00Z"},
            {"object_id": "d", "kind": "comment", "root_id": "a", "created_at": "2017-07-01T12:00:00Z"},
            {"object_id": "x", "kind": "comment", "parent_id": "never captured", **OLD},
        )
    )
    row = {"period": {"n": 8, "unit": "years"}, "fate": "destroy"}
    with archive.writing() as house:
        scheduling.adopt(house, "WI-SM-CONV", Adoption(adopted=date(2026, 1, 12), reference="GRS", row=row))
        from workflows import filing

        filing.file(house, [1, 2, 3, 4, 5], "WI-SM-CONV", "correspondence")
        assert [judged(house, n).trigger_on for n in range(1, 6)] == [date(2018, 7, 1)] * 4 + [date(2015, 3, 1)]
    at(archive, 2026, 11, 21)
