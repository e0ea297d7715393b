"""What goes out as a whole: the same counts everywhere, parts, bag, the city's copy, coverage, certification."""

import csv
import io
import json
import pickle
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bagit
import openpyxl
import pikepdf
import pypdf
import pytest

from custody.errors import UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from exports import pdf_binder
from exports.certification import words_of
from exports.parts import Learned, shares, weigh, whole
from exports.platform_limits import limits_of
from exports.verifier.verify import check, told
from exports.zip_bundle import check_package
from tests.conftest import Archive
from tests.workflows.test_answering import collected, picture
from workflows import answering, deciding, drafting, packaging, papering, requesting, sending
from workflows.packaging import Wanted

Jsonl = Callable[..., Path]


def released(archive: Archive, jsonl: Jsonl, count: int = 12, media: int = 0) -> None:
    """A request with records released, redacted and withheld, in threads, some with a picture."""
    posts: list[dict[str, Any]] = []
    for n in range(count):
        post: dict[str, Any] = {
            "object_id": str(n),
            "text": {1: "a zwetschge cake", 2: "about mirabelles"}.get(n, f"snow {n}"),
            "created_at": f"2025-03-01T{12 + n // 60}:{n % 60:02d}:00Z",
        }
        if n % 3:
            post |= {"kind": "comment", "parent_id": str(n - n % 3)}
        if media and n % 3 == 0:
            post["media"] = [{"uri": f"{n}.png"}]
        posts.append(post)
    files = {f"{n}.png": picture() + bytes([n]) * media for n in range(0, count, 3)} if media else {}
    archive.take_in(jsonl("a", *posts, media=files))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.redact(house, 1, RecordNumber(2), "text", "zwetschge", "WI-BAL", "a private matter")
        requesting.mark(house, 1, [RecordNumber(3)], Mark.WITHHOLD, "WI-BAL", "medical detail")


def answer(archive: Archive, **wanted: Any) -> dict[str, Any]:
    with archive.writing() as house:
        return answering.respond(house, 1, None, lambda done: None, Wanted(**wanted))


def flat(text: str) -> str:
    return " ".join(text.split())


def pdf_text(path: str | Path) -> str:
    return flat(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages))


def test_every_file_says_the_same_counts_and_the_same_records(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, media=10)
    made = answer(archive, formats=("load-file",))
    counts = (made["released"], made["redacted"], made["withheld"])
    assert counts == (10, 1, 1)
    with zipfile.ZipFile(made["zip"]) as package:
        files = {name: package.read(name) for name in package.namelist()}
    data = json.loads(files["records.json"])
    labels = [row["record"] for row in data["records"]]
    assert (data["released"], data["released_in_part"], data["withheld"]) == counts and len(set(labels)) == 12
    how = [row["released"] for row in data["records"]]
    assert (how.count("in full"), how.count("in part"), how.count("withheld")) == counts

    table = list(csv.DictReader(io.StringIO(files["records.csv"].decode("utf-8-sig"))))
    assert [(row["record"], row["released"]) for row in table] == list(zip(labels, how, strict=True))

    book = openpyxl.load_workbook(io.BytesIO(files["records.xlsx"]))
    assert [(row[1].value, row[2].value) for row in book["Records"].iter_rows(min_row=2)] == list(
        zip(labels, how, strict=True)
    )
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert (about["Released in full"], about["Released in part"], about["Withheld"], about["Records"]) == (*counts, 12)

    page = files["index.html"].decode()
    assert re.findall(r'<article id="(R\d+)"[^>]*data-released="([a-z ]+)"', page) == list(
        zip(labels, how, strict=True)
    )
    shown = [re.search(rf'id="count-{name}">([\d,]+)<', page) for name in ("all", "full", "part", "withheld")]
    assert [each and each[1] for each in shown] == ["12", "10", "1", "1"]

    said = pdf_text(made["pdf"])
    assert "12 found: 10 released in full, 1 released in part, 1 withheld" in said
    assert [each for each in labels if f". {each}, " not in said] == []
    assert "12: 10 in full, 1 in part, 1 withheld" in said
    assert "12 records: 10 released in full, 1 released in part, 1 withheld" in files["README.txt"].decode()

    media = [each["file"] for row in data["records"] for each in row.get("media", [])]
    assert sorted(name for name in files if name.startswith("media/")) == sorted(media) and len(media) == 4
    assert page.count("<img ") == 4
    log = json.loads(files["redactions.json"])["withheld"]
    assert {row["record"] for row in log} == {"R2", "R3"}
    with zipfile.ZipFile(io.BytesIO(files["released.wacz"])) as wacz:
        pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").splitlines()]
    assert [each["id"] for each in pages[2:]] == labels
    dat = files["loadfile/records.dat"].decode("utf-8-sig").splitlines()[1:]
    assert [line.split("\x14")[0].strip("þ") for line in dat if "þmedia" not in line.split("\x14")[18]][:1] == ["R1"]
    assert len(dat) == 12 + 4 and sum(name.startswith("loadfile/text/") for name in files) == 12

    listed = json.loads(files["manifest.json"])["files"]
    assert {row["name"]: row["size"] for row in listed} == {
        name: len(each) for name, each in files.items() if not name.startswith("manifest.")
    }
    with archive.writing() as house:
        response = answering.response_for(house, 1)
        assert (response.released, response.redacted, response.withheld) == counts
        assert requesting.story(house, 1).marks == {"release": 10, "redact": 1, "withhold": 1}
    paper = pdf_text(made["certification"])
    assert "12: 10 in full, 1 in part, 1 withheld" in paper and made["zip_sha256"] in paper.replace(" ", "")


def test_it_is_said_where_words_go_out_that_are_redacted_elsewhere(archive: Archive, jsonl: Jsonl) -> None:
    posts = [
        {"object_id": str(n), "text": text, "created_at": f"2025-03-0{n + 1}T12:00:00Z"}
        for n, text in enumerate(("Zebulon Quackenbush lives there", "ZEBULON\nQuackenbush again", "snow"))
    ]
    archive.take_in(jsonl("a", *posts))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.redact(house, 1, RecordNumber(1), "text", "Zebulon Quackenbush", "WI-BAL", "a witness in fear")
        drafting.dismiss(house, 1, drafting.open_drafts(house, 1))
    assert answer(archive)["shown_in"] == ["R2"]
    with archive.writing() as house:
        requesting.redact(house, 1, RecordNumber(2), "text", "ZEBULON\nQuackenbush", "WI-BAL", "a witness in fear")
    assert answer(archive)["shown_in"] == []


def test_a_large_answer_comes_in_parts_that_are_each_complete(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, count=12, media=1_200_000)
    made = answer(archive, part_size=6_000_000)
    assert 2 <= len(made["parts"]) <= 12
    folder = Path(made["zip"]).parent
    listing = json.loads((folder / "parts.json").read_bytes())
    seen: list[str] = []
    for n, (part, row) in enumerate(zip(made["parts"], listing["parts"], strict=True), 1):
        path = Path(part["zip"])
        assert path.stat().st_size == row["size"] <= 6_000_000 and row["sha256"] == part["sha256"]
        report = check(path)
        assert report.data()["verdict"] == "yes" and report.response == {
            "request": 1,
            "part": n,
            "parts": len(made["parts"]),
        }
        assert f"This is part {n} of {len(made['parts'])}" in "\n".join(told(report, False))
        with zipfile.ZipFile(path) as package:
            data = json.loads(package.read("records.json"))
            assert "part {} of {}".format(n, len(made["parts"])) in package.read("index.html").decode()
            assert f"part {n} of {len(made['parts'])}" in package.read("README.txt").decode()
            assert (
                f"/request-1/part-{n}/"
                in zipfile.ZipFile(io.BytesIO(package.read("released.wacz"))).read("pages/pages.jsonl").decode()
            )
        assert [each["no"] for each in data["records"]] == list(range(row["first"], row["first"] + row["count"]))
        seen += [each["record"] for each in data["records"]]
    assert sorted(seen, key=lambda label: int(label[1:])) == [f"R{n}" for n in range(1, 13)]
    assert made["parts"][0]["zip"].endswith("response-part-01.zip") and "SHA-256" in (folder / "parts.txt").read_text()
    again = answer(archive, part_size=6_000_000)
    assert again["parts"] == made["parts"] and not again["earlier"]
    single = answer(archive)
    assert single["earlier"].endswith("earlier/01") and single["parts"] == [] and not (folder / "parts.json").exists()
    assert (folder / "earlier" / "01" / "response-part-01.zip").exists()


@pytest.mark.parametrize(("count", "media", "limit"), [(80, 0, 200_000), (30, 300_000, 1_600_000)])
def test_parts_come_out_nearly_as_large_as_was_asked_and_never_larger(
    archive: Archive, jsonl: Jsonl, count: int, media: int, limit: int
) -> None:
    released(archive, jsonl, count=count, media=media)
    made = answer(archive, part_size=limit)
    sizes = [Path(part["zip"]).stat().st_size for part in made["parts"]]
    assert len(sizes) > 2 and max(sizes) <= limit
    assert [size for size in sizes[:-1] if size < 0.7 * limit] == []


def test_an_answer_that_fits_is_not_cut(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, count=40)
    whole_size = Path(answer(archive)["zip"]).stat().st_size
    made = answer(archive, part_size=whole_size * 5 // 4)
    assert made["parts"] == [] and Path(made["zip"]).stat().st_size == whole_size


def test_a_changed_part_number_is_seen(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, media=1_200_000)
    made = answer(archive, part_size=6_000_000)
    path = Path(made["parts"][1]["zip"])
    swapped = path.with_name("swapped.zip")
    first, second = (zipfile.ZipFile(each["zip"]) for each in made["parts"][:2])
    with zipfile.ZipFile(swapped, "w") as target:
        for name in second.namelist():
            source = first if name == "proofs.json" else second
            target.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), source.read(name))
    assert check(swapped).findings


def test_cutting_loses_no_record_and_keeps_threads_together(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, count=30)
    with archive.writing() as house:
        response = answering.response_for(house, 1)
        known = Learned(base=1_500_000, data=0.5, pdf=0.5, picture=1.0, volume=250)
        sizes = [known.size(weigh(entry)) for entry in response.entries()]
        labels = [entry.label for entry in response.entries()]
        assert shares(response, 10**9, known) == [whole(response)] and min(sizes) > 1_500_000
        assert len(shares(response, 1, known)) == 30
        for limit in (1, 1_540_000, 1_600_000, 10**9):
            cut = shares(response, limit, known)
            assert [share.start for share in cut] == [0, *(share.stop for share in cut[:-1])] and cut[-1].stop == 30
            parts = [response.shared(share, n, len(cut)) for n, share in enumerate(cut, 1)]
            assert [entry.label for part in parts for entry in part.entries()] == labels
            assert sum(part.count for part in parts) == 30 and sum(part.withheld for part in parts) == 1
            some = [entry.position for entry in parts[-1].entries(1, 3)]
            assert some == list(range(parts[-1].first + 1, parts[-1].first + min(3, parts[-1].count)))


def test_a_bag_around_the_answer_is_one_for_the_library_too(archive: Archive, jsonl: Jsonl, tmp_path: Path) -> None:
    released(archive, jsonl, media=10)
    made = answer(archive, formats=("bag",))
    with zipfile.ZipFile(made["bag"]) as opened:
        opened.extractall(tmp_path / "bag")
    bag = bagit.Bag(str(tmp_path / "bag" / "request-1"))
    bag.validate()
    assert bag.info["Source-Organization"].startswith("City of Maple Falls") and set(bag.algorithms) == {
        "sha256",
        "sha512",
    }
    assert check(tmp_path / "bag" / "request-1" / "data").data()["verdict"] == "yes"
    (tmp_path / "bag" / "request-1" / "data" / "README.txt").write_text("other")
    with pytest.raises(bagit.BagValidationError):
        bag.validate()
    with pytest.raises(UsageError, match="no format 'pst'"):
        answer(archive, formats=("pst",))


def test_sizes_are_understood_or_refused() -> None:
    assert [packaging.size_of(each) for each in ("20MB", "2 GB", "0.5gb", "7000000")] == [
        20_000_000, 2_000_000_000, 500_000_000, 7_000_000,
    ]  # fmt: skip
    for wrong in ("", "MB", "20 elephants", "1MB", "-20MB", "1.2.3GB"):
        with pytest.raises(UsageError):
            packaging.size_of(wrong)


def test_the_citys_own_copy_is_pdf_a_with_the_data_in_it(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, media=10)
    made = answer(archive)
    (kept,) = made["city_copy"]
    with pikepdf.open(kept) as document:
        about = document.Root.Metadata.read_bytes().decode()
        assert re.search(r"pdfaid:part[^0-9]+3", about) and re.search(r"pdfaid:conformance[^AB]+A", about)
        assert "/StructTreeRoot" in document.Root and bool(document.Root.MarkInfo.Marked)
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
        pictures = [each for each in document.objects if isinstance(each, pikepdf.Stream) and "/Width" in each]
        assert pictures and not any(bool(each.get("/Interpolate", False)) for each in pictures)  # ISO 19005-3, 6.2.8
        data = json.loads(document.attachments["records.json"].get_file().read_bytes())
        assert str(document.Root.AF[0].AFRelationship) == "/Data"
    with zipfile.ZipFile(made["zip"]) as package:
        assert data == json.loads(package.read("records.json"))
    assert "/EmbeddedFiles" not in pikepdf.open(made["pdf"]).Root.get("/Names", {})


def test_pages_have_labels_bookmarks_a_thread_and_record_numbers(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, count=9)
    made = answer(archive)
    with pikepdf.open(made["pdf"]) as document:
        assert document.Root.PageLabels.Nums[1].S == "/D"
        with document.open_outline() as outline:
            titles = list(_titles(outline.root))
    assert [each for each in titles if ". R" in each] == [
        "1. R1, post, March 1, 2025, 6:00 a.m. CST", "4. R4, post, March 1, 2025, 6:03 a.m. CST",
        "7. R7, post, March 1, 2025, 6:06 a.m. CST",
    ]  # fmt: skip
    text = pdf_text(made["pdf"])
    assert "Records on this page: R1 to" in text and "2025-03-01 12:00:00 UTC" in text


def _titles(items: Any) -> Iterator[str]:
    for item in items:
        yield str(item.title)
        yield from _titles(item.children)


def test_coverage_says_when_what_is_missing_and_what_a_platform_never_gives(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "snow", "media": [{"uri": "gone.png"}]}, "{not json"))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        response = answering.response_for(house, 1)
    (row,) = response.coverage
    assert row.captures == ("Captured on November 20, 2026 (1 import).",)
    assert row.gaps == (
        "1 item could not be understood and is kept aside.",
        "1 picture or file was named by the source and not contained in it.",
    )
    assert row.limits == limits_of("facebook") and "comments that the public wrote" in row.limits[0]
    made = answer(archive)
    with zipfile.ZipFile(made["zip"]) as package:
        page = package.read("index.html").decode()
    for line in (*row.captures, *row.gaps, *row.limits):
        assert line in page and line in pdf_text(made["pdf"]) and line in pdf_text(made["certification"])


def test_an_account_without_any_capture_says_so(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, count=3)
    archive.add_account("police", "x")
    with archive.writing() as house:
        one, other = answering.response_for(house, 1).coverage
    assert one.gaps == ("No gap is known in what was captured.",)
    assert other.captures == ("Nothing was captured of this account.",) and other.gaps == ()
    assert limits_of("myspace") == ("What this platform’s own copies leave out is not known to this program.",)


def test_the_certification_has_its_facts_and_is_not_signed(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl)
    made = answer(archive)
    text = pdf_text(made["certification"])
    for words in (
        "I have compared the attached copy with the original in my custody",
        "Dana Ruiz, City Clerk",
        "Wis. Stat. 889.08(1)",
        "under penalty of perjury",
        "Signature of the legal custodian ____",
        "How to verify",
        "Captured on November 20, 2026",
        "It signs nothing.",
    ):
        assert words in text, words
    assert made["pdf_sha256"] in text.replace(" ", "")
    items = list(
        csv.DictReader(io.StringIO((Path(made["zip"]).parent / "certification-items.csv").read_text("utf-8-sig")))
    )
    assert [row["record"] for row in items] == ["R1", "R2", *(f"R{n}" for n in range(4, 13))]
    assert all(
        (archive.home / "vault" / row["vault_file"]).is_file() and row["ledger_entry"].isdigit() for row in items
    )
    assert words_of("wisconsin").verified_by == ""
    with pytest.raises(UsageError, match="No words of a certification are entered for utopia"):
        words_of("utopia")


def test_the_answer_on_paper_withholds_the_same(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, media=10)
    with archive.writing() as house:
        made = papering.paper(house, 1, None, lambda done: None)
    text = pdf_text(made["paper"])
    assert made["pages"] == len(pypdf.PdfReader(made["paper"]).pages) and made["sheets"] * 2 >= made["pages"]
    assert "[withheld: WI-BAL]" in text and "snow 0" in text and "zwetschge" not in text and "mirabelle" not in text
    with archive.writing() as house:
        assert papering.paper(house, 1, None, lambda done: None)["sha256"] == made["sha256"]


def test_that_it_was_sent_is_written_down(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl)
    with archive.writing() as house, pytest.raises(UsageError, match="no answer to request 1 yet"):
        sending.sent(house, 1, "requester", "email")
    made = answer(archive)
    with archive.writing() as house:
        with pytest.raises(UsageError, match="no way 'pigeon'"):
            sending.sent(house, 1, "requester", "pigeon")
        with pytest.raises(UsageError, match="to whom"):
            sending.sent(house, 1, " ", "email")
        sending.sent(house, 1, "requester", "email", "as a link")
        (act,) = sending.sendings(house, 1)
    assert act["zip_sha256"] == [made["zip_sha256"]] and (act["to"], act["by_way"], act["series"]) == (
        "requester", "email", "WI-PRR",
    )  # fmt: skip


def test_what_a_worker_is_handed_can_be_sent_to_it(archive: Archive, jsonl: Jsonl) -> None:
    """Volumes are made by other processes: nothing that opens a file or a database may go along."""
    released(archive, jsonl, media=10)
    with archive.writing() as house:
        response = answering.response_for(house, 1)
        for job in pdf_binder._jobs(response, 1, pdf_binder.Style.WITH_KEPT_COPY):
            assert len(pickle.loads(pickle.dumps(job)).entries) == 12


@pytest.mark.slow
def test_many_records_come_in_volumes_with_joined_bookmarks(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl, count=300)
    made = answer(archive)
    assert len(made["volumes"]) == 2 and len(made["city_copy"]) == 2 and check_package(Path(made["zip"])) == []
    with pikepdf.open(made["pdf"]) as document, document.open_outline() as outline:
        assert [str(item.title) for item in outline.root] == ["Volume 1", "Volume 2"]
        assert sum(". R" in title for title in _titles(outline.root)) == 100
        nums = document.Root.PageLabels.Nums
        assert [str(nums[n].P) for n in (1, 3)] == ["1-", "2-"]


def test_what_a_killed_try_left_goes_with_the_next(archive: Archive, jsonl: Jsonl) -> None:
    released(archive, jsonl)
    folder = archive.settings.responses / "request-1"
    left = [folder / ".response.zip.77.part", folder / "city-copy" / ".response.pdf.77.part"]
    left.append(archive.home / "letters" / "request-1" / ".draft-part.pdf.77.part")
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    answer(archive)
    with archive.writing() as house:
        deciding.drafted(house, 1)
    assert not any(path.exists() for path in left) and list((folder / "city-copy").glob("*.pdf"))
