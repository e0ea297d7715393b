"""Transfers: what is in the bag and that strangers' programs read it, what stays and why, and what a receipt means."""

import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as Xml

import bagit
import pytest
from warcio.archiveiterator import ArchiveIterator

from archiver.warc_check import check
from custody.disposition import Standing
from custody.errors import InputError, UnavailableError, UsageError
from exports.certificate import paper_of
from exports.paper import as_text
from tests.conftest import Archive
from tests.exports.premis_rules import faults
from tests.workflows.keeping import OLD, at, due, judged
from tests.workflows.purge_scene import Scene, quick_keys
from tests.workflows.transfer_scene import NOTICE, PNG, RECEIPT, accepted, made, received, take_in
from workflows import (
    auditing,
    holding,
    noticing,
    purge_carrying_out,
    purge_steps,
    requesting,
    scheduling,
    transfer_check,
    transferring,
)
from workflows.transfer_list import NOT_BY_SCHEDULE, PROTECTED, WITHIN, Source
from workflows.transferring import Receipt

Jsonl = Callable[..., Path]
SERIES = Source(series="WI-SM-POST")
P = {"p": "http://www.loc.gov/premis/v3"}


@pytest.fixture
def city(archive: Archive, jsonl: Jsonl) -> Archive:
    take_in(archive, jsonl)
    accepted(archive)
    return archive


def held(query: str, **more: object) -> holding.Wanted:
    return holding.Wanted(kind="litigation", matter="Smith v. City", reason="claim", query=query, **more)  # type: ignore[arg-type]


def unpacked(path: Path, to: Path) -> Path:
    with zipfile.ZipFile(path) as bag:
        bag.extractall(to)
    return to / path.stem


def test_the_bag_is_one_for_the_library_and_says_whose_it_is(city: Archive, tmp_path: Path) -> None:
    path = made(city, tmp_path / "disk")
    assert path.name == "20261202_maple-falls_1.zip"
    bag = bagit.Bag(str(unpacked(path, tmp_path / "out")))
    bag.validate()
    assert set(bag.algorithms) == {"sha256", "sha512"} and bag.version_info == (1, 0)
    assert not (Path(bag.path) / "fetch.txt").exists()
    assert bag.info["Transfer-ID"] == "20261202_maple-falls_1" and bag.info["Bagging-Date"] == "2026-12-02"
    assert bag.info["Record-Series"] == [
        "WI-SM-POST Official post, announcement, news",
        "WI-SM-PUB Public comment without reply",
    ]
    assert bag.info["RDA"] == "Wis. Stat. 19.21(4)(b)" and bag.info["Contact-Phone"] == "715-555-0100"
    payload = [each for each in Path(bag.path, "data").rglob("*") if each.is_file()]
    assert bag.info["Payload-Oxum"] == f"{sum(each.stat().st_size for each in payload)}.{len(payload)}"
    assert "Source-Organization" in bag.info
    (Path(bag.path) / "data" / "README.txt").write_text("other")
    with pytest.raises(bagit.BagValidationError):
        bag.validate()


def test_captured_bytes_go_out_byte_for_byte_and_others_read_them(city: Archive, tmp_path: Path) -> None:
    data = unpacked(made(city, tmp_path / "disk"), tmp_path / "out") / "data"
    warc = (data / "records.warc.gz").read_bytes()
    with city.reading() as house:
        rows = house.catalog.connection.exec_driver_sql(
            "SELECT s.name, v.offset, v.length FROM version v JOIN segment s ON s.id = v.segment"
            " WHERE v.number <= 5 ORDER BY v.number, v.n"
        ).all()
        members = b"".join(house.vault.read(name, offset, length) for name, offset, length in rows)
    assert warc.endswith(members) and gzip.decompress(warc)
    with (data / "records.warc.gz").open("rb") as file:
        kinds = [each.rec_type for each in ArchiveIterator(file)]
    assert not list(check(data / "records.warc.gz"))
    assert kinds == ["warcinfo", *["resource", "conversion"] * 5]
    lines = [json.loads(line) for line in (data / "records.jsonl").read_text().splitlines()]
    assert [line["record"] for line in lines] == ["R1", "R2", "R3", "R4", "R5"]
    assert lines[0]["content"]["text"] == "Flood on Oak Street" and lines[0]["account"] == "parks"
    [medium] = (data / "media").iterdir()
    assert medium.read_bytes() == PNG and medium.suffix == ".png"
    rows = list(csv.DictReader(io.StringIO((data / "inventory.csv").read_bytes().decode("utf-8-sig"))))
    assert [row["record"] for row in rows] == ["R1", "R2", "R3", "R4", "R5"]
    assert rows[0]["author"] == "'=cmd()" and rows[0]["media_files"] == f"media/{medium.name}"
    assert rows[2]["access"] == "not public on the platform: hidden; may hold personal data: phone"
    for row in rows:
        start, length = int(row["warc_offset"]), int(row["warc_length"])
        assert b"WARC/1.1" in gzip.decompress(warc[start : start + length])


def test_premis_names_every_object_with_its_fixity_events_agents_and_rights(city: Archive, tmp_path: Path) -> None:
    data = unpacked(made(city, tmp_path / "disk"), tmp_path / "out") / "data"
    assert faults((data / "premis.xml").read_bytes()) == []
    root = Xml.fromstring((data / "premis.xml").read_bytes())
    kind = "{http://www.w3.org/2001/XMLSchema-instance}type"
    kinds = [each.get(kind) for each in root.findall("p:object", P)]
    assert (kinds.count("intellectualEntity"), kinds.count("bitstream"), kinds.count("file")) == (5, 5, 1)
    assert [each.tag.rpartition("}")[2] for each in root] == sorted(
        (each.tag.rpartition("}")[2] for each in root), key=["object", "event", "agent", "rights"].index
    )
    warc = (data / "records.warc.gz").read_bytes()
    for each in root.findall("p:object", P):
        if each.get(kind) == "bitstream":
            digest = each.findtext(".//p:messageDigest", "", P)
            place = each.findtext(".//p:contentLocationValue", "", P)
            size, start = (int(n) for n in re.findall(r" (\d+)", place))
            assert hashlib.sha256(warc[start : start + size]).hexdigest() == digest
    assert [e.findtext("p:eventType", "", P) for e in root.findall("p:event", P)] == [
        "capture",
        "fixity check",
        "transfer",
    ]
    assert {e.findtext("p:agentName", "", P) for e in root.findall("p:agent", P)} >= {
        "tester",
        "Wisconsin Historical Society",
    }
    known = {e.text for e in root.findall(".//p:rightsStatementIdentifierValue", P)}
    links = {e.text for e in root.findall(".//p:linkingRightsStatementIdentifierValue", P)}
    assert links == known and "access: may hold personal data: phone" in known
    events = {e.text for e in root.findall(".//p:eventIdentifierValue", P)}
    assert {e.text for e in root.findall(".//p:linkingEventIdentifierValue", P)} == events
    assert "19.21(4)(b)" in (data / "premis.xml").read_text()


def test_the_check_goes_from_the_bytes_to_the_signed_ledger(city: Archive, tmp_path: Path) -> None:
    path = made(city, tmp_path / "disk")
    found = transfer_check.check(path)
    assert not found.problems, found.problems
    assert (found.records, found.versions) == (5, 5) and found.transfer_id == "20261202_maple-falls_1"
    with city.reading() as house:
        transfer_check.compare(house, found, path)
    assert found.compared and not found.problems
    assert not transfer_check.check(unpacked(path, tmp_path / "out")).problems


def resealed(folder: Path) -> None:
    """The bag's sums made anew by a program that knows nothing of the city."""
    bagit.Bag(str(folder)).save(manifests=True)


def drop_last_inventory_row(data: Path) -> None:
    rows = (data / "inventory.csv").read_bytes().splitlines(keepends=True)
    (data / "inventory.csv").write_bytes(b"".join(rows[:-1]))


def change_a_text(data: Path) -> None:
    path = data / "records.jsonl"
    path.write_text(path.read_text().replace("Oak Street", "Elm Street"))


def change_a_proof(data: Path) -> None:
    path = data / "ledger" / "proofs.json"
    path.write_text(path.read_text().replace('"index": ', '"index": 1', 1))


def cut_the_warc(data: Path) -> None:
    path = data / "records.warc.gz"
    path.write_bytes(path.read_bytes()[:-100])


def other_checkpoint(data: Path) -> None:
    path = data / "ledger" / "checkpoint.txt"
    path.write_text(path.read_text().replace("\n", "\n1", 1))


TAMPERINGS = [drop_last_inventory_row, change_a_text, change_a_proof, cut_the_warc, other_checkpoint]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda each: each.__name__)
def test_what_was_changed_is_found_even_when_the_sums_were_made_anew(
    city: Archive, tmp_path: Path, tamper: Callable[[Path], None]
) -> None:
    path = made(city, tmp_path / "disk")
    folder = unpacked(path, tmp_path / "out")
    tamper(folder / "data")
    found = transfer_check.check(folder)
    assert found.problems
    resealed(folder)
    bagit.Bag(str(folder)).validate()
    found = transfer_check.check(folder)
    assert found.problems, "the sums alone would have let it pass"
    with city.reading() as house:
        transfer_check.compare(house, found, folder)
    assert any("written down" in each for each in found.problems)


@pytest.mark.parametrize("extra", ["fetch.txt", "data/more.txt"])
def test_a_file_that_does_not_belong_there_is_found(city: Archive, tmp_path: Path, extra: str) -> None:
    folder = unpacked(made(city, tmp_path / "disk"), tmp_path / "out")
    (folder / extra).write_text("http://example.org 3 data/a\n")
    assert transfer_check.check(folder).problems


def test_what_is_held_asked_for_or_not_over_stays_with_its_reason(city: Archive, tmp_path: Path) -> None:
    with city.writing() as house:
        holding.place(house, held("second"))
        listed = transferring.preview(house, NOTICE)
        assert listed.numbers == (1, 3, 4, 5) and listed.excluded == {"hold": (2,)}
        transferring.make(house, NOTICE, tmp_path / "disk")
        kept = transferring.transfer_of(house, 1)
    assert kept["excluded"] == {"hold": [[2, 2]]} and kept["count"] == 4


def test_only_an_accepted_notice_is_handed_over(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    take_in(archive, jsonl)
    accepted(archive)
    for answer in ("declined", "reviewing", "waived"):
        with archive.writing() as house:
            noticing.reply(house, 1, answer, date(2026, 12, 2))
            with pytest.raises(UsageError, match="was not accepted"):
                transferring.make(house, NOTICE, tmp_path / "disk")
    assert not (tmp_path / "disk").exists()


def test_what_came_in_after_the_notice_is_not_in_the_bag(city: Archive, jsonl: Jsonl) -> None:
    city.take_in(jsonl("late", {"object_id": "late", **OLD}))
    with city.reading() as house:
        assert 7 not in transferring.preview(house, NOTICE).numbers


def test_damaged_bytes_stay_and_are_named(city: Archive, tmp_path: Path) -> None:
    with city.reading() as house:
        [name, offset] = house.catalog.connection.exec_driver_sql(
            "SELECT s.name, v.offset FROM version v JOIN segment s ON s.id = v.segment WHERE v.number = 2"
        ).one()
        path = house.vault.path_of(name)
    with path.open("r+b") as file:
        file.seek(offset + 40)
        file.write(b"\0\0\0")
    with city.writing() as house:
        _, listed, bag = transferring.make(house, NOTICE, tmp_path / "disk")
    assert listed.excluded == {"fixity": (2,)} and not transfer_check.check(bag).problems


def test_the_bag_never_lies_in_the_archive_and_nothing_is_written_over(city: Archive, tmp_path: Path) -> None:
    with city.writing() as house:
        with pytest.raises(UsageError, match="inside the archive"):
            transferring.make(house, NOTICE, city.home / "transfers")
        (tmp_path / "disk").mkdir()
        there = tmp_path / "disk" / "20261202_maple-falls_1.zip"
        there.write_bytes(b"mine")
        with pytest.raises(UnavailableError, match="is there already"):
            transferring.make(house, NOTICE, tmp_path / "disk")
        assert there.read_bytes() == b"mine" and not transferring.transfers(house)


def test_a_record_is_in_one_transfer_only_until_that_is_dropped(city: Archive, tmp_path: Path) -> None:
    made(city, tmp_path / "disk")
    with city.writing() as house:
        with pytest.raises(UnavailableError, match="it is in another transfer"):
            transferring.make(house, NOTICE, tmp_path / "disk")
        transferring.drop(house, 1, "the disk was lost")
        again, _, path = transferring.make(house, NOTICE, tmp_path / "disk")
    assert again["number"] == 2 and path.name == "20261202_maple-falls_2.zip"


def test_before_the_receipt_all_is_set_aside_and_after_it_transferred(city: Archive, tmp_path: Path) -> None:
    made(city, tmp_path / "disk")
    at(city, 2026, 12, 12)
    with city.writing() as house:
        before = judged(house, 1, date(2026, 12, 12))
        assert (before.blocks, before.transferred) == (("set aside",), None)
        transferring.receipt(house, 1, RECEIPT)
        after = judged(house, 1, date(2026, 12, 12))
        assert (after.standing, after.blocks) == (Standing.ELIGIBLE, ())
        assert after.transferred == date(2026, 12, 10) and after.earliest == date(2026, 12, 11)
        assert after.sentence.startswith("Transferred to the archives, received December 10, 2026.")
        assert tuple(due(house, date(2026, 12, 12)).eligible) == (1, 2, 3, 4, 5)
        assert judged(house, 1, date(2026, 12, 9)).blocks == ("set aside",), "nobody had received it on that day"
        assert judged(house, 6, date(2026, 12, 12)).transferred is None
        transferring.drop(house, 1, "noted for the wrong one")
        assert judged(house, 1, date(2026, 12, 12)).blocks == ("set aside",)


def test_a_newer_version_was_not_handed_over_and_is_set_aside(city: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    received(city, tmp_path / "disk")
    city.take_in(jsonl("again", {"object_id": "2", "text": "Second, corrected", **OLD}))
    with city.reading() as house:
        assert judged(house, 2, date(2026, 12, 12)).blocks == ("set aside",)
        assert judged(house, 1, date(2026, 12, 12)).standing is Standing.ELIGIBLE
        assert transferring.show(house, 1)["changed_since"] == 1


def test_a_hold_protects_what_was_transferred_too(city: Archive, tmp_path: Path) -> None:
    received(city, tmp_path / "disk")
    with city.writing() as house:
        holding.place(house, held("second"))
        assert judged(house, 2, date(2026, 12, 12)).blocks == ("hold",)


def test_the_receipt_is_kept_with_its_scan_and_rebuilt(city: Archive, tmp_path: Path) -> None:
    made(city, tmp_path / "disk")
    scan = tmp_path / "receipt.pdf"
    scan.write_bytes(b"%PDF-1.7 made up\n" * 10)
    at(city, 2026, 12, 12)
    with city.writing() as house:
        for wrong in (date(2026, 12, 1), date(2026, 12, 13)):
            with pytest.raises(UsageError, match="cannot be"):
                transferring.receipt(house, 1, Receipt(on=wrong, received_by="x"))
        with pytest.raises(UsageError, match="who received"):
            transferring.receipt(house, 1, Receipt(on=date(2026, 12, 3), received_by=" "))
        transferring.receipt(house, 1, Receipt(on=date(2026, 12, 10), received_by="State Archivist", scan=scan))
    with city.reading() as house:
        kept = transferring.transfer_of(house, 1)
        assert transferring.take_scan(house, 1, tmp_path / "out.pdf") == scan.stat().st_size
        assert not auditing.verify(house, lambda done: None).findings
    auditing.rebuild_catalog(city.settings, lambda done: None, city.clock)
    with city.reading() as house:
        assert transferring.transfer_of(house, 1) == kept
        assert judged(house, 1, date(2026, 12, 12)).transferred == date(2026, 12, 10)
        assert not auditing.verify(house, lambda done: None).findings


def test_a_catalog_that_says_received_without_a_receipt_is_found(city: Archive, tmp_path: Path) -> None:
    made(city, tmp_path / "disk")
    with city.writing() as house, house.catalog.transaction() as connection:
        connection.exec_driver_sql("UPDATE transfer SET state = 'received'")
    with city.reading() as house:
        assert "state-changed" in {each.code for each in auditing.verify(house, lambda done: None).findings}


def test_a_hold_that_comes_while_the_bag_is_written_throws_it_back(city: Archive, tmp_path: Path) -> None:
    with city.writing() as house:

        def place_once(what: str, done: int) -> None:
            if what == "proofs" and not holding.holds(house, True):
                holding.place(house, held("fourth"))

        with pytest.raises(UnavailableError, match="changed while the bag was written"):
            transferring.make(house, NOTICE, tmp_path / "disk", place_once)
    assert not list((tmp_path / "disk").iterdir())
    with city.reading() as house:
        assert not transferring.transfers(house)
        assert 4 not in transferring.preview(house, NOTICE).numbers


def test_a_request_stops_what_it_asks_for_until_its_days_are_over(city: Archive) -> None:
    with city.writing() as house:
        requesting.open_request(house, "All posts about the flood", house.clock(), "email")
        listed = transferring.preview(house, NOTICE)
    assert not listed.numbers and set(listed.excluded) == {"open request"}


def test_a_hold_with_a_last_day_keeps_until_then(city: Archive) -> None:
    with city.writing() as house:
        holding.place(house, held("second", through=date(2026, 12, 31)))
        assert transferring.preview(house, NOTICE).excluded == {PROTECTED: (2,)}


def test_what_was_not_over_when_the_letter_went_stays(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"object_id": "1", **OLD}, {"object_id": "2", "created_at": "2019-11-28T12:00:00Z"}))
    accepted(archive)
    with archive.writing() as house:
        noticing.draft(house, noticing.Wanted(contact="D", phone="1", years=(2015, 2019)))
    with archive.reading() as house:
        assert transferring.preview(house, NOTICE).numbers == (1,)


def test_a_series_whose_schedule_ends_in_a_transfer(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    archive.take_in(jsonl("a", OLD, {"object_id": "2", "created_at": "2024-06-01T12:00:00Z"}))
    with archive.writing() as house:
        assert transferring.preview(house, SERIES).excluded == {
            NOT_BY_SCHEDULE: (1,),
            f"{WITHIN}; {NOT_BY_SCHEDULE}": (2,),
        }
        row = {"period": {"n": 7, "unit": "years"}, "fate": "transfer_archives", "trigger": "creation"}
        wanted = scheduling.Adoption(adopted=date(2026, 1, 12), reference="Council", row=row)
        assert scheduling.adopt(house, "WI-SM-POST", wanted).state == "in force"
        assert judged(house, 1).blocks == ("transfer", "notice not sent")
        listed = transferring.preview(house, SERIES)
        assert listed.numbers == (1,) and listed.excluded == {WITHIN: (2,)}
        _, _, path = transferring.make(house, SERIES, tmp_path / "disk")
    assert not transfer_check.check(path).problems
    at(archive, 2026, 12, 12)
    with archive.writing() as house:
        transferring.receipt(house, 1, RECEIPT)
        assert judged(house, 1, date(2026, 12, 12)).blocks == ("notice not sent",)
        scheduling.enter_waiver(house, "WI-SM-POST", "row W of the schedule")
        assert judged(house, 1, date(2026, 12, 12)).standing is Standing.ELIGIBLE


def test_what_was_transferred_goes_by_two_signatures_and_leaves_nothing(
    archive: Archive, jsonl: Jsonl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_keys(monkeypatch)
    scene = Scene(archive)
    path = archive.settings.city
    path.write_text(path.read_text().replace('waived_series = ["WI-SM-POST", "WI-SM-PUB"]', "waived_series = []"))
    take_in(archive, jsonl)
    accepted(archive)
    bag = received(archive, tmp_path / "disk")
    number = scene.ready()
    with archive.reading() as house:
        [posts] = purge_steps.story(house, number).proposal["series"]
        assert (posts["count"], posts["transferred"]) == (4, 4), "the rule of the comment was not named"
    with scene.by("Carla Clerk") as (house, clerk):
        document = purge_carrying_out.carry_out(house, clerk, number, 4, [], lambda what, done, total: None)
    assert document["transfers"][0]["records"] == 4 and not document["residue"]["hits"]
    text = as_text(paper_of(document, ("City",), "America/Chicago"))
    assert "20261202_maple-falls_1" in text and "the city's copy" in " ".join(text.split())
    with archive.writing() as house:
        assert not auditing.verify(house, lambda done: None).findings
        assert transferring.show(house, 1)["still_here"] == 1
        with pytest.raises(UnavailableError, match="destroyed after its receipt"):
            transferring.drop(house, 1, "too late")
    assert not transfer_check.check(bag).problems, "what the Society has can still be proved"


def test_every_version_goes_along(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    take_in(archive, jsonl)
    archive.take_in(jsonl("more", {"object_id": "2", "text": "Second, corrected", **OLD}))
    accepted(archive)
    path = made(archive, tmp_path / "disk")
    found = transfer_check.check(path)
    assert (found.records, found.versions, found.problems) == (5, 6, [])


def test_a_disk_that_is_no_folder_and_a_bag_that_is_none_are_refused(city: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with city.writing() as house, pytest.raises(UsageError, match="no folder"):
        transferring.make(house, NOTICE, tmp_path / "file")
    with pytest.raises(InputError, match="no bag"):
        transfer_check.check(tmp_path / "file")
