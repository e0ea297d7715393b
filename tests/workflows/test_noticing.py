"""Notices to the Historical Society: the letter, its days, its reply with the scan, and what it covers."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from custody.disposition import Standing
from custody.errors import InputError, UnavailableError, UsageError
from tests.conftest import Archive
from tests.workflows.keeping import OLD, at, due, judged
from workflows import auditing, filing, noticing, scheduling
from workflows.noticing import Wanted

Jsonl = Callable[..., Path]
ASK = Wanted(contact="Dana Ruiz", phone="715-555-0100")


@pytest.fixture
def old(archive: Archive, jsonl: Jsonl) -> Archive:
    newer = {"object_id": "2", "created_at": "2018-06-01T12:00:00Z"}
    newest = {"object_id": "3", "created_at": "2024-06-01T12:00:00Z"}
    archive.take_in(jsonl("a", OLD, newer, newest, {"object_id": "4", "kind": "comment", **OLD}))
    return archive


def mailed(archive: Archive) -> None:
    with archive.writing() as house:
        noticing.draft(house, ASK)
        noticing.sent(house, 1, date(2026, 11, 20))


def test_the_letter_says_what_the_law_asks_and_mails_nothing(old: Archive) -> None:
    with old.writing() as house:
        made, path = noticing.draft(house, ASK)
    assert made["state"] == "drafted" and made["waits_through"] == ""
    assert [(r["series"], r["first_year"], r["last_year"], r["records"]) for r in made["rows"]] == [
        ("WI-SM-POST", 2015, 2018, 2), ("WI-SM-PUB", 2015, 2015, 1),
    ]  # fmt: skip
    page = " ".join(" ".join(each.extract_text() for each in PdfReader(path).pages).split())
    text = " ".join(path.with_suffix(".txt").read_text(encoding="utf-8").split())
    for said in (
        "State Archivist", "816 State Street", "Official post, announcement, news", "2015 to 2018",
        "2 records", "7 years", "Dana Ruiz", "715-555-0100", "60 days", "Municipal Code 2.40", "19.21(4)(a)",
    ):  # fmt: skip
        assert said in page and said in text, said
    assert "November 20, 2026" in text and text == " ".join(made["letter"].split())


def test_without_a_reply_it_waits_sixty_calendar_days(old: Archive) -> None:
    mailed(old)
    with old.reading() as house:
        assert noticing.notice_of(house, 1)["waits_through"] == "2027-01-19"
        assert judged(house, 1, date(2027, 1, 19)).standing is Standing.KEEP
        assert judged(house, 1, date(2027, 1, 20)).standing is Standing.ELIGIBLE
        assert judged(house, 3, date(2032, 1, 1)).blocks == ("notice not sent",)
        assert tuple(due(house, date(2027, 1, 20)).eligible) == (1, 2, 4)


@pytest.mark.parametrize(
    ("answer", "standing", "blocks"),
    [
        ("declined", Standing.ELIGIBLE, ()),
        ("waived", Standing.ELIGIBLE, ()),
        ("accepted", Standing.BLOCKED, ("set aside",)),
        ("reviewing", Standing.BLOCKED, ("set aside",)),
    ],
)
def test_a_reply_ends_the_waiting_or_sets_aside(
    old: Archive, answer: str, standing: Standing, blocks: tuple[str, ...]
) -> None:
    mailed(old)
    at(old, 2026, 12, 2)
    with old.writing() as house:
        noticing.reply(house, 1, answer, date(2026, 12, 1))
        found = judged(house, 1, date(2026, 12, 2))
    assert (found.standing, found.blocks) == (standing, blocks)


def test_a_review_that_ends_with_no_lets_the_records_go(old: Archive) -> None:
    mailed(old)
    at(old, 2026, 12, 20)
    with old.writing() as house:
        noticing.reply(house, 1, "reviewing", date(2026, 12, 1))
        noticing.reply(house, 1, "declined", date(2026, 12, 19))
        assert judged(house, 1, date(2026, 12, 20)).standing is Standing.ELIGIBLE


def test_the_scan_of_the_reply_is_kept_and_comes_out_as_it_went_in(old: Archive, tmp_path: Path) -> None:
    mailed(old)
    scan = tmp_path / "reply.pdf"
    scan.write_bytes(b"%PDF-1.7 made up\n" * 100)
    with old.writing() as house:
        noticing.reply(house, 1, "declined", date(2026, 11, 20), scan)
    with old.reading() as house:
        assert noticing.take_scan(house, 1, tmp_path / "out.pdf") == scan.stat().st_size
        assert not auditing.verify(house, lambda done: None).findings
    assert (tmp_path / "out.pdf").read_bytes() == scan.read_bytes()
    auditing.rebuild_catalog(old.settings, lambda done: None, old.clock)
    with old.reading() as house:
        assert noticing.notice_of(house, 1)["scan"]["name"] == "reply.pdf"
        assert not auditing.verify(house, lambda done: None).findings


def test_a_scan_that_is_none_is_refused_and_nothing_changes(old: Archive, tmp_path: Path) -> None:
    mailed(old)
    for scan in (tmp_path / "missing.pdf", tmp_path):
        with old.writing() as house, pytest.raises(InputError):
            noticing.reply(house, 1, "declined", date(2026, 11, 20), scan)
    with old.reading() as house:
        assert noticing.notice_of(house, 1)["state"] == "sent"


def test_it_is_refused_before_retention_has_ended_unless_the_city_set_it_so(old: Archive) -> None:
    early = Wanted(contact="Dana Ruiz", phone="1", series=("WI-SM-POST",))
    with old.writing() as house, pytest.raises(UsageError, match="The period of 1 of these records has not ended"):
        noticing.draft(house, early)
    path = old.settings.city
    path.write_text(path.read_text().replace("whs_early_notice = false", "whs_early_notice = true"))
    with old.writing() as house:
        made, _ = noticing.draft(house, early)
        assert made["rows"][0]["records"] == 3


def test_what_comes_in_after_the_draft_is_not_covered(old: Archive, jsonl: Jsonl) -> None:
    mailed(old)
    old.take_in(jsonl("b", {"object_id": "late", **OLD}))
    with old.reading() as house:
        assert judged(house, 5, date(2027, 2, 1)).blocks == ("notice not sent",)
        assert tuple(due(house, date(2027, 2, 1)).eligible) == (1, 2, 4)


def test_a_waived_series_needs_no_notice(old: Archive) -> None:
    with old.writing() as house:
        scheduling.enter_waiver(house, "WI-SM-POST", "row W of the schedule")
        made, _ = noticing.draft(house, ASK)
        assert [row["series"] for row in made["rows"]] == ["WI-SM-PUB"]


def test_years_choose_and_the_contact_is_remembered(old: Archive) -> None:
    with old.writing() as house:
        with pytest.raises(UsageError, match="must name a person"):
            noticing.draft(house, Wanted())
        made, _ = noticing.draft(house, Wanted(contact="Dana Ruiz", phone="1", years=(2018, 2019)))
        assert [(row["series"], row["records"]) for row in made["rows"]] == [("WI-SM-POST", 1)]
        again, _ = noticing.draft(house, Wanted(years=(2015, 2015)))
        assert again["contact"] == "Dana Ruiz"


def test_steps_out_of_order_are_refused(old: Archive) -> None:
    with old.writing() as house:
        with pytest.raises(UsageError, match="no notice 1"):
            noticing.sent(house, 1, date(2026, 11, 20))
        noticing.draft(house, ASK)
        with pytest.raises(UsageError, match="not mailed yet"):
            noticing.reply(house, 1, "declined", date(2026, 11, 20))
        with pytest.raises(UsageError, match="still to come"):
            noticing.sent(house, 1, date(2026, 11, 21))
        with pytest.raises(UsageError, match="had not ended by 2022-03-01"):
            noticing.sent(house, 1, date(2022, 3, 1))
        noticing.drop(house, 1, "wrong")
        with pytest.raises(UsageError, match="not a draft"):
            noticing.sent(house, 1, date(2026, 11, 20))
        assert judged(house, 1).blocks == ("notice not sent",)


def test_what_is_filed_into_a_series_after_its_letter_was_drafted_is_not_covered(old: Archive) -> None:
    mailed(old)
    with old.writing() as house:
        filing.file(house, [2], "WI-SM-PUB", "it is a comment after all")
        filing.file(house, [1], "WI-SM-PUB", "slip")
        filing.file(house, [1], "WI-SM-POST", "taken back")
    with old.reading() as house:
        assert tuple(due(house, date(2027, 2, 1)).eligible) == (4,)
        for number in (1, 2):
            assert judged(house, number, date(2027, 2, 1)).blocks == ("notice not sent",)
    at(old, 2027, 2, 1)
    with old.writing() as house:
        made, _ = noticing.draft(house, ASK)
        assert [(row["series"], row["records"]) for row in made["rows"]] == [("WI-SM-POST", 1), ("WI-SM-PUB", 1)]
        noticing.sent(house, 2, date(2027, 2, 1))
        assert tuple(due(house, date(2027, 4, 3)).eligible) == (1, 2, 4)


@pytest.mark.parametrize("reply", ["accepted", "reviewing"])
def test_what_the_society_wants_goes_by_no_waiver_and_by_no_other_filing(old: Archive, reply: str) -> None:
    mailed(old)
    with old.writing() as house:
        noticing.reply(house, 1, reply, date(2026, 11, 20))
        scheduling.enter_waiver(house, "WI-SM-POST", "row W of the schedule")
        scheduling.enter_waiver(house, "WI-SM-PUB", "row W of the schedule")
        assert judged(house, 1, date(2027, 2, 1)).blocks == ("set aside",)
        assert not due(house, date(2027, 2, 1)).eligible
        with pytest.raises(UnavailableError, match="Set aside .*: R1, R2"):
            filing.file(house, [1, 2, 3], "WI-DEF-7Y", "slip")
        rule = filing.wanted("WI-DEF-7Y", {"kind": "post"})
        assert filing.try_rule(house, rule).set_aside == 2
        assert filing.save_rule(house, rule, "all posts").moved == 1
        assert not filing.misfiled(house) and not filing.apply_rules(house)
        noticing.reply(house, 1, "declined", date(2026, 11, 20))
        assert filing.apply_rules(house) == {"WI-DEF-7Y": 2}


def test_a_letter_in_the_middle_of_a_year_is_mailed_and_helps_what_it_counted(archive: Archive, jsonl: Jsonl) -> None:
    days = ("2019-01-10", "2019-06-01", "2019-12-10")
    archive.take_in(jsonl("a", *({"object_id": day, "created_at": f"{day}T15:00:00Z"} for day in days)))
    at(archive, 2026, 6, 15)
    with archive.writing() as house:
        made, _ = noticing.draft(house, ASK)
        assert [(row["first_year"], row["last_year"], row["records"]) for row in made["rows"]] == [(2019, 2019, 2)]
        assert [row["period"] for row in made["rows"]] == ["7 years (Wis. Stat. 19.21(4)(b))"]
        with pytest.raises(UsageError, match="of 1 of its records had not ended by 2026-06-01"):
            noticing.sent(house, 1, date(2026, 6, 1))
        noticing.sent(house, 1, date(2026, 6, 15))
        assert tuple(due(house, date(2026, 8, 15)).eligible) == (1, 2)
        assert judged(house, 3, date(2027, 1, 1)).blocks == ("notice too early",)
    at(archive, 2026, 12, 20)
    with archive.writing() as house:
        made, _ = noticing.draft(house, ASK)
        assert [row["records"] for row in made["rows"]] == [1]
        noticing.sent(house, 2, date(2026, 12, 20))
        assert tuple(due(house, date(2026, 12, 21)).eligible) == (
            1,
            2,
        )  # the second letter begins nothing anew for them
        assert tuple(due(house, date(2027, 2, 19)).eligible) == (1, 2, 3)
        noticing.reply(house, 2, "reviewing", date(2026, 12, 20))
        assert not due(house, date(2027, 2, 19)).eligible


def test_a_reply_that_is_still_to_come_is_told_as_that(old: Archive) -> None:
    mailed(old)
    with old.writing() as house:
        with pytest.raises(UsageError, match="2026-12-01 is still to come"):
            noticing.reply(house, 1, "declined", date(2026, 12, 1))
        with pytest.raises(UsageError, match="it was mailed on 2026-11-20"):
            noticing.reply(house, 1, "declined", date(2026, 11, 19))
