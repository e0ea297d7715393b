"""Taking in: every item has exactly one outcome, nothing is added twice, nothing is overwritten."""

import itertools
import json
import os
import random
import signal
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.catalog import queries
from archiver.fetch import FakeFetcher, Fetched
from archiver.platforms.table import PLATFORMS
from archiver.reconciliation import OUTCOMES
from custody.errors import InputError, UnavailableError, UsageError
from tests.conftest import Archive, record
from workflows import auditing, capturing
from workflows.capturing import RunReport

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
SEED = 20261121
Jsonl = Callable[..., Path]


def counts(report: RunReport) -> dict[str, int]:
    data = report.as_data()
    assert data["listed"] == sum(data[outcome] for outcome in OUTCOMES)
    assert report.reconciliation.closes
    return {name: data[name] for name in OUTCOMES if data[name]}


def texts(archive: Archive, number: int) -> list[str]:
    with archive.reading() as house:
        return [version.content.text for version in house.shelf.record(number).versions]


def test_new_records_are_listed_and_the_sums_close(archive: Archive, jsonl: Jsonl) -> None:
    report = archive.take_in(jsonl("a", {"object_id": "1"}, {"object_id": "2"}, "{broken", ""))
    assert counts(report)["new"] == 2
    assert counts(report)["quarantined"] == 1


def test_taking_in_the_same_download_twice_adds_nothing(archive: Archive, jsonl: Jsonl) -> None:
    source = jsonl("a", *({"object_id": str(n)} for n in range(50)))
    archive.take_in(source)
    before = sorted((archive.home / "vault" / "segments").rglob("*.gz"))
    sizes = [path.stat().st_size for path in before]
    assert counts(archive.take_in(source)) == {"unchanged": 50}
    assert [path.stat().st_size for path in before] == sizes


def test_listed_twice_in_one_download_is_a_duplicate(archive: Archive, jsonl: Jsonl) -> None:
    assert counts(archive.take_in(jsonl("a", {}, {}, {}))) == {"new": 1, "duplicate": 2}


def test_two_overlapping_downloads_merge_in_either_order(tmp_path: Path, archive: Archive, jsonl: Jsonl) -> None:
    one = jsonl("one", *({"object_id": str(n)} for n in range(0, 30)))
    two = jsonl("two", *({"object_id": str(n)} for n in range(20, 50)))
    other = Archive(tmp_path / "other", archive.clock)
    for place, order in ((archive, (one, two)), (other, (two, one))):
        for source in order:
            place.take_in(source)
    seen = []
    for place in (archive, other):
        with place.reading() as house:
            found = [house.shelf.record(number).current.object_id for number in range(1, 51)]
            seen.append(sorted(found))
    assert seen[0] == seen[1] == sorted(str(n) for n in range(50))


def test_a_changed_text_is_a_new_version_never_an_overwrite(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "closed", "as_of": "2025-03-02T00:00:00Z"}))
    report = archive.take_in(jsonl("b", {"text": "open", "as_of": "2025-03-03T00:00:00Z"}))
    assert counts(report) == {"changed": 1}
    assert texts(archive, 1) == ["closed", "open"]
    with archive.reading() as house:
        assert house.shelf.record(1).current.text == "open"


def test_an_older_download_taken_in_later_does_not_replace_what_is_newer(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("b", {"text": "open", "as_of": "2025-03-03T00:00:00Z"}))
    archive.take_in(jsonl("a", {"text": "closed", "as_of": "2025-03-02T00:00:00Z"}))
    with archive.reading() as house:
        assert house.shelf.record(1).current.text == "open"
    again = archive.take_in(jsonl("c", {"text": "closed", "as_of": "2025-03-02T00:00:00Z"}))
    assert counts(again) == {"unchanged": 1}


def test_counters_alone_make_no_new_version(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"metrics": {"likes": "1"}}))
    assert counts(archive.take_in(jsonl("b", {"metrics": {"likes": "900"}}))) == {"unchanged": 1}


def test_missing_media_are_a_recorded_gap_and_close_when_found(archive: Archive, jsonl: Jsonl) -> None:
    post = {"media": [{"uri": "media/a.png"}]}
    first = archive.take_in(jsonl("without", post)).as_data()
    assert (first["media"], first["media_missing"]) == (0, 1)
    second = archive.take_in(jsonl("with", post, media={"media/a.png": PNG})).as_data()
    assert (second["changed"], second["media"]) == (1, 1)
    third = archive.take_in(jsonl("without again", post)).as_data()
    assert third["unchanged"] == 1
    with archive.reading() as house:
        kept = house.shelf.record(1).current.media[0]
        assert b"".join(house.vault.media(kept.sha256)) == PNG
        assert kept.media_type == "image/png"


@pytest.mark.parametrize("date", ["1970-01-01T00:00:00Z", "9999-01-01T00:00:00Z", None])
def test_dates_nobody_can_use_are_flagged_and_kept(archive: Archive, jsonl: Jsonl, date: str | None) -> None:
    report = archive.take_in(jsonl("a", {"created_at": date}))
    assert sum(counts(report).values()) == 1
    if date is not None:
        assert counts(report) == {"flagged": 1}


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "=1+1", "{{ 7*7 }}", "", "a\x00b", "x" * 5_000_000, "\u202eevil", "日本語 🎉"],
    ids=["markup", "formula", "template", "empty", "nul", "5 MB", "bidi", "unicode"],
)
def test_awkward_texts_come_back_as_they_were(archive: Archive, jsonl: Jsonl, text: str) -> None:
    report = archive.take_in(jsonl("a", {"text": text}))
    assert counts(report).get("quarantined", 0) == 0
    assert texts(archive, 1) == [text.replace("\0", "\ufffd")]


def test_a_stop_in_the_middle_leaves_a_clean_archive_and_the_next_run_goes_on(
    archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = jsonl("a", *({"object_id": str(n)} for n in range(100)))
    monkeypatch.setattr("archiver.harvest.BATCH_ITEMS", 30)
    batches = itertools.count(1)

    def stop(done: Any) -> None:
        if next(batches) == 2:
            raise KeyboardInterrupt

    report = archive.take_in(source, told=stop)
    assert report.state == "interrupted"
    assert counts(report) == {"new": 90}  # the second batch was durable, the third on its way
    with archive.reading() as house:
        assert auditing.verify(house, lambda done: None).findings == ()
    assert counts(archive.take_in(source)) == {"unchanged": 90, "new": 10}


def test_an_unknown_account_is_named_with_those_there_are(archive: Archive, jsonl: Jsonl) -> None:
    with pytest.raises(UsageError, match=r"no account 'nobody'.*parks"):
        archive.take_in(jsonl("a", {}), account="nobody")


def test_what_is_no_download_changes_nothing(archive: Archive, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body>Log in</body></html>")
    before = {path: path.read_bytes() for path in archive.home.rglob("*.gz")}
    with pytest.raises(InputError, match=r"page\.html is a web page"):
        archive.take_in(page)
    assert {path: path.read_bytes() for path in archive.home.rglob("*.gz")} == before


def test_quarantined_bytes_are_kept_and_can_be_verified(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {}, "{broken line"))
    kept = b"".join(path.read_bytes() for path in (archive.home / "vault" / "quarantine").rglob("*.gz"))
    import gzip

    assert b"{broken line" in gzip.decompress(kept)


ITEM = {"id": "1", "content_text": "one", "date_published": "2025-03-01T12:00:00Z"}
FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [ITEM]}).encode()


def test_a_live_feed_is_read_asks_whether_it_changed_and_never_deletes(archive: Archive) -> None:
    url = "https://maple-falls.example/feed"
    archive.add_account("notices", "feed")
    first = FakeFetcher({url: Fetched(status=200, headers={"ETag": '"a"'}, body=FEED)})
    assert counts(archive.take_in(url, account="notices", fetcher=first)) == {"new": 1}
    unchanged = FakeFetcher({url: Fetched(status=304, headers={}, body=b"")})
    report = archive.take_in(url, account="notices", fetcher=unchanged)
    assert unchanged.asked == [(url, '"a"', "")]
    assert counts(report) == {} and "has not changed" in report.notes[0]
    empty = FEED.replace(b'"id": "1"', b'"id": "2"')
    archive.take_in(url, account="notices", fetcher=FakeFetcher({url: Fetched(status=200, headers={}, body=empty)}))
    with archive.reading() as house:
        assert house.shelf.record(1).current.state.value == "live"
    gone = FakeFetcher({url: Fetched(status=410, headers={}, body=b"")})
    assert "gone for good" in archive.take_in(url, account="notices", fetcher=gone).notes[0]
    with pytest.raises(UnavailableError, match="gone for good"):
        archive.take_in(url, account="notices", fetcher=gone)


def test_real_x_archive_counts_equal_its_manifest(archive: Archive, shared: Path) -> None:
    archive.add_account("milahu104", "x")
    data = archive.take_in(shared / "x_archive", account="milahu104").as_data()
    assert data["listed"] == 2045 + 47 + 3 == data["new"]
    assert (data["media"], data["media_missing"]) == (22, 3)
    with archive.reading() as house:
        assert auditing.verify(house, lambda done: None).clean


def test_a_damaged_picture_in_a_zip_costs_that_picture_only(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "posts.zip"
    posts = [record(str(n), media=[{"uri": f"media/{n}.png"}]) for n in range(3)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("records.jsonl", "\n".join(json.dumps(post) for post in posts))
        for n in range(3):
            package.writestr(f"media/{n}.png", PNG + random.Random(n).randbytes(3000))
    data = bytearray(path.read_bytes())
    place = data.index(b"media/1.png") + 600
    data[place : place + 40] = bytes(40)
    path.write_bytes(data)
    report = archive.take_in(path)
    done = report.as_data()
    assert (report.state, done["new"], done["media"], done["media_missing"]) == ("complete", 3, 2, 1)
    with archive.reading() as house:
        assert "damaged" in house.shelf.record(2).current.media[0].gap
        assert auditing.verify(house, lambda done: None).clean


def test_several_sources_in_one_run_share_their_media(archive: Archive, jsonl: Jsonl) -> None:
    posts = jsonl("posts", {"media": [{"uri": "media/a.png"}]})
    pictures = jsonl("pictures", {"object_id": "2"}, media={"media/a.png": PNG})
    data = archive.take_in(posts, pictures).as_data()
    assert (data["new"], data["media"], data["media_missing"]) == (2, 1, 0)


def test_the_series_and_bucket_follow_the_kind(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", record(), {"object_id": "2", "kind": "comment"}))
    rooms = {path.parent.relative_to(archive.home / "vault").as_posix() for path in archive.home.rglob("*.warc.gz")}
    assert {"segments/WI-SM-POST/2032Q1", "segments/WI-SM-PUB/2032Q1"} <= rooms


def test_filing_is_decided_by_the_account_first(archive: Archive) -> None:
    with archive.writing() as house:
        from workflows.enrolling import add_account

        owner = add_account(house, "minutes", "facebook", series="WI-POL")
        filing = capturing.filing_for(house, owner)
        from custody.record import Content, Kind

        assert filing(Content(platform="facebook", object_id="1", kind=Kind.POST), "").series == "WI-POL"


def run_acts(archive: Archive) -> int:
    with archive.reading() as house:
        return len(queries.runs(house.catalog.connection))


def test_of_several_sources_the_good_ones_are_taken_in_and_the_broken_ones_named(
    archive: Archive, jsonl: Jsonl, tmp_path: Path
) -> None:
    good, late = jsonl("good", {"object_id": "1"}), jsonl("late", {"object_id": "2"})
    cut = tmp_path / "cut.zip"
    with zipfile.ZipFile(cut, "w") as package:
        package.writestr("records.jsonl", json.dumps(record("3")))
    cut.write_bytes(cut.read_bytes()[:-30])
    page = tmp_path / "page.html"
    page.write_text("<html>Log in</html>")
    report = archive.take_in(good, cut, page, tmp_path / "missing.zip", late)
    assert (report.state, counts(report)) == ("incomplete", {"new": 2})
    named = [(Path(each.source).name, each.listed) for each in report.broken]
    assert named == [("cut.zip", 0), ("page.html", 0), ("missing.zip", 0)]
    assert all(each.message and each.hint for each in report.broken)
    assert [each["source"] for each in report.as_data()["not_taken_in"]] == [
        str(cut),
        str(page),
        report.broken[2].source,
    ]
    with archive.reading() as house:
        assert house.shelf.record(2).current.object_id == "2"
        assert len(queries.runs(house.catalog.connection)[0]["not_taken_in"]) == 3
        assert auditing.verify(house, lambda done: None).clean


def test_a_source_that_breaks_off_keeps_what_came_before_and_the_next_is_taken_in(
    archive: Archive, jsonl: Jsonl, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w", zipfile.ZIP_STORED) as package:
        package.writestr("a.jsonl", "".join(json.dumps(record(f"a{n}")) + "\n" for n in range(5)))
        package.writestr("b.jsonl", "".join(json.dumps(record(f"b{n}", "y" * 600_000)) + "\n" for n in range(3)))
    data = bytearray(broken.read_bytes())
    data[data.rindex(b"yyyy") - 10] ^= 1
    broken.write_bytes(data)
    report = archive.take_in(broken, jsonl("good", {"object_id": "1"}))
    (off,) = report.broken
    assert report.state == "incomplete" and off.listed >= 5 and "b.jsonl" in off.message
    assert report.reconciliation.listed == off.listed + 1
    with archive.reading() as house:
        assert auditing.verify(house, lambda done: None).clean


def test_when_no_source_can_be_read_each_is_named_and_nothing_is_left(archive: Archive, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html>Log in</html>")
    with pytest.raises(InputError, match=r"(?s)None of the 2.*missing\.zip.*page\.html"):
        archive.take_in(tmp_path / "missing.zip", page)
    assert run_acts(archive) == 0


@pytest.mark.parametrize("platform", [platform.name for platform in PLATFORMS])
def test_the_wrong_platform_leaves_no_trace(archive: Archive, tmp_path: Path, platform: str) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html>Log in</html>")
    before = {path: path.read_bytes() for path in archive.home.rglob("*.gz")}
    with pytest.raises(InputError, match=r"page\.html"):
        archive.take_in(page, platform=platform)
    assert {path: path.read_bytes() for path in archive.home.rglob("*.gz")} == before
    assert run_acts(archive) == 0


@pytest.mark.parametrize("platform", [None, "ofrecord_jsonl"])
def test_a_part_with_pictures_only_lends_them_to_the_part_that_names_them(
    archive: Archive, jsonl: Jsonl, tmp_path: Path, platform: str | None
) -> None:
    pictures = tmp_path / "part-2.zip"
    with zipfile.ZipFile(pictures, "w") as package:
        package.writestr("media/a.png", PNG)
        package.writestr("messages/no-data.txt", "")
    posts = jsonl("posts", {"media": [{"uri": "media/a.png"}]})
    data = archive.take_in(posts, pictures, platform=platform).as_data()
    assert (data["state"], data["new"], data["media"], data["media_missing"]) == ("complete", 1, 1, 0)
    with pytest.raises(InputError, match="pictures only"):
        archive.take_in(pictures)


def test_a_feed_that_could_not_be_read_is_asked_for_in_full_the_next_time(archive: Archive, jsonl: Jsonl) -> None:
    url = "https://maple-falls.example/feed"
    page = Fetched(status=200, headers={"ETag": '"a"'}, body=b"<html>Down for maintenance</html>")
    down = FakeFetcher({url: page})
    report = archive.take_in(url, jsonl("good", {"object_id": "9"}), fetcher=down)
    assert [each.source for each in report.broken] == [url] and counts(report) == {"new": 1}
    again = FakeFetcher({url: Fetched(status=200, headers={}, body=FEED)})
    archive.take_in(url, fetcher=again)
    assert again.asked == [(url, "", "")]
    gone = FakeFetcher({})
    assert archive.take_in(url, jsonl("late", {"object_id": "10"}), fetcher=gone).broken[0].source == url


def test_a_secret_in_an_address_is_not_printed_with_the_error(archive: Archive, jsonl: Jsonl) -> None:
    url = "https://maple-falls.example/feed?token=s3cret"
    page = FakeFetcher({url: Fetched(status=200, headers={}, body=b"<html>Log in</html>")})
    report = archive.take_in(url, jsonl("good", {"object_id": "1"}), fetcher=page)
    assert len(report.broken) == 1 and "s3cret" not in str(report.as_data())
    with pytest.raises(InputError) as refused:
        archive.take_in(url, fetcher=page)
    assert "s3cret" not in refused.value.message + refused.value.hint


def test_ctrl_c_at_any_moment_leaves_an_account_that_agrees_with_the_archive(
    archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, stopped = random.Random(SEED), 0
    print(f"seed {SEED}")
    monkeypatch.setattr("archiver.harvest.BATCH_ITEMS", 20)
    began = time.monotonic()
    archive.take_in(jsonl("first", *({"object_id": f"first-{k}", "text": f"post {k}"} for k in range(400))))
    whole = time.monotonic() - began
    for n in range(15):
        source = jsonl(f"s{n}", *({"object_id": f"{n}-{k}", "text": f"post {n} {k}"} for k in range(400)))
        with archive.reading() as house:
            before = queries.totals(house.catalog.connection)["records"]
        timer = threading.Timer(chance.uniform(0.05, 1) * whole, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        try:
            report = archive.take_in(source)
        except KeyboardInterrupt:
            report = None  # after the run had ended, or before it began
        timer.cancel()
        timer.join()
        auditing.set_right(archive.settings, archive.clock)
        with archive.reading() as house:
            there = queries.totals(house.catalog.connection)["records"]
            assert auditing.verify(house, lambda done: None).findings == ()
        if report is not None:
            assert there - before == report.reconciliation.outcomes["new"] and report.reconciliation.closes
            stopped += report.state == "interrupted"
        again = archive.take_in(source).reconciliation
        assert again.listed == 400 and again.outcomes["new"] + again.outcomes["unchanged"] == 400
    assert stopped >= 2
