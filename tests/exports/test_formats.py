"""The files of a package for programs: each opens in a reader that is not ours, and says what records.json says."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from warcio.archiveiterator import ArchiveIterator

from archiver.package import ZipPackage
from archiver.wacz_import import is_wacz, read_envelope
from archiver.warc_check import check as check_warc
from benchmarks.response_bench import response as made_up
from custody.errors import UsageError
from exports.data_files import schema
from exports.format import Made
from exports.load_file import FIELDS, LoadFile
from exports.response import Entry, MediaFile, Piece
from exports.spreadsheet import LONGEST, Workbook, fitting
from exports.table import CHOICES, formats_with
from tests.exports.packages import SECRETS, Package


def test_records_json_follows_the_schema_that_lies_beside_it(package: Package) -> None:
    assert package.files["records.schema.json"] == schema()
    rules = json.loads(schema())
    jsonschema.Draft202012Validator.check_schema(rules)
    validator = jsonschema.Draft202012Validator(rules)
    data = json.loads(package.files["records.json"])
    assert list(validator.iter_errors(data)) == []
    for wrong in ({"part": 0}, {"city": 1}, {"more": ""}, {"records": [{**data["records"][0], "more": 1}]}):
        assert list(validator.iter_errors({**data, **wrong})), wrong
    assert list(validator.iter_errors({**data, "records": [{**data["records"][0], "released": "maybe"}]}))


def test_the_workbook_holds_the_rows_of_the_table_and_no_formula(package: Package) -> None:
    book = openpyxl.load_workbook(io.BytesIO(package.files["records.xlsx"]))
    rows = [list(row) for row in book["Records"].iter_rows()]
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "inlineStr"}
    assert not any(cell.hyperlink for row in rows for cell in row)
    table = list(csv.reader(io.StringIO(package.files["records.csv"].decode("utf-8-sig"))))
    plain = [["" if cell.value is None else str(cell.value) for cell in row] for row in rows]
    unguarded = [[re.sub(r"^'(?=\s*[=+\-@\t\r])", "", cell) for cell in row] for row in table]
    assert plain == unguarded and len(plain) == 9
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert (about["Records"], about["Withheld"], about["Request"]) == (8, 2, 1)


def test_no_text_breaks_a_workbook(tmp_path: Path) -> None:
    texts = ["=1+1", "@x", "_x0041_", "tab\tline\nend", "\x01\x1f\ud800", "🎉", "x" * 40_000, "https://x.example"]
    texts += ["007", "<r><t>not ours & not whole</r>", "<r>" + "y" * 32_760 + "</r>"]

    def entries(start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        (entry,) = made_up(1).entries()
        assert isinstance(entry, Entry)
        for text in texts:
            yield replace(entry, text=(Piece(text=text),))

    changed = replace(made_up(len(texts)), entries=entries)
    made = Made(pdfs=(), work=tmp_path)
    first, second = (b"".join(next(Workbook().files(changed, made)).chunks()) for _ in range(2))
    assert first == second and not list(tmp_path.iterdir())
    sheet = openpyxl.load_workbook(io.BytesIO(first))["Records"]
    read = [unescape(str(row[12].value)) for row in sheet.iter_rows(min_row=2)]
    assert read == [fitting(text) for text in texts]
    assert len(read[6]) == LONGEST and read[6].endswith("the whole text is in records.json]")
    assert read[8] == "007" and all(row[12].data_type != "f" for row in sheet.iter_rows())


def test_the_web_archive_is_sound_for_readers_that_are_not_ours(package: Package, tmp_path: Path) -> None:
    path = tmp_path / "released.wacz"
    path.write_bytes(package.files["released.wacz"])
    with closing(ZipPackage(path)) as opened:
        assert is_wacz(opened)
        envelope = read_envelope(opened)
    assert envelope.notes == () and not envelope.doubtful
    with zipfile.ZipFile(path) as wacz:
        names = wacz.namelist()
        data = wacz.read("archive/data.warc.gz")
        index = wacz.read("indexes/index.cdx").decode().splitlines()
        pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").splitlines()]
        assert wacz.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED
    assert set(names) == {"archive/data.warc.gz", "indexes/index.cdx", "pages/pages.jsonl", "datapackage.json",
                          "datapackage-digest.json"}  # fmt: skip
    assert index == sorted(index) and len(index) == 1 + 1 + 8 + 3
    seen = {}
    for each in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        seen[each.rec_headers.get_header("WARC-Target-URI")] = each.content_stream().read()
    assert seen.pop(None).startswith(b"software: ")
    for line in index:
        row = json.loads(line.split(" ", 2)[2])
        cut = data[int(row["offset"]) : int(row["offset"]) + int(row["length"])]
        (one,) = list(ArchiveIterator(io.BytesIO(cut)))
        assert one.rec_headers.get_header("WARC-Target-URI") == row["url"] in seen
    assert {page["url"] for page in pages[1:]} == {url for url in seen if "/media/" not in url and "style" not in url}
    assert (
        len(pages) == 1 + 1 + 8
        and seen["https://ofrecord.invalid/request-1/media/R1-1.png"] == package.files["media/R1-1.png"]
    )
    (tmp_path / "data.warc.gz").write_bytes(data)
    assert list(check_warc(tmp_path / "data.warc.gz")) == []
    everything = b"".join(seen.values()).decode("utf-8", "replace").lower()
    assert not any(secret in everything for secret in SECRETS)


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.articles: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "article":
            self.articles.append(str(dict(attrs)["data-released"]))


def test_the_page_to_read_asks_for_nothing_and_carries_no_code_of_the_public(package: Package) -> None:
    page = _Page(package.files["index.html"].decode())
    assert sorted(page.articles) == ["in full"] * 3 + ["in part"] * 3 + ["withheld"] * 2
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy and "default-src 'none'" in policy and "unsafe" not in policy and "http:" not in policy
    for tag, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"], tag
        for name in ("src", "href"):
            target = attrs.get(name)
            assert not target or target.startswith("#") or target in package.files, target
    assert [tag for tag, _ in page.tags].count("script") == 1 and ("html", {"lang": "en"}) in page.tags


def test_a_load_file_has_its_columns_its_attachments_and_its_digests(package: Package, tmp_path: Path) -> None:
    (entry,) = made_up(1).entries()
    assert isinstance(entry, Entry)
    media = tuple(
        MediaFile(name=f"media/R1-{n + 1}.png", place=n, media_type=kind, alt=(Piece(text="a\nmap"),), size=3,
                  sha256=hashlib.sha256(b"abc").hexdigest(), chunks=lambda: iter([b"abc"]))
        for n, kind in enumerate(("image/png", "video/mp4"))
    )  # fmt: skip
    with_media = replace(entry, media=media, title=(Piece(text="þ tricky\x14"),))
    changed = replace(made_up(1), entries=lambda start=0, stop=None: iter([with_media]))
    files = {file.name: b"".join(file.chunks()) for file in LoadFile().files(changed, Made(pdfs=(), work=tmp_path))}
    assert set(files) == {"loadfile/records.dat", "loadfile/records.opt", "loadfile/text/R1.txt"}
    assert files["loadfile/records.dat"].startswith(b"\xef\xbb\xbf\xc3\xbeBEGBATES\xc3\xbe\x14")
    lines = files["loadfile/records.dat"].decode("utf-8-sig").split("\r\n")
    rows = [dict(zip(FIELDS, (cell.strip("þ") for cell in line.split("\x14")), strict=True)) for line in lines[1:-1]]
    assert [row["BEGBATES"] for row in rows] == ["R1", "R1-1", "R1-2"]
    assert all((row["BEGATTACH"], row["ENDATTACH"]) == ("R1", "R1-2") for row in rows)
    assert (
        rows[0]["SHA256"] == hashlib.sha256(files["loadfile/text/R1.txt"]).hexdigest() and rows[0]["PARENTBATES"] == ""
    )
    assert rows[1]["SHA256"] == hashlib.sha256(b"abc").hexdigest() and rows[1]["NATIVELINK"] == ".\\media\\R1-1.png"
    assert rows[1]["TITLE"] == "a®map" and rows[0]["TITLE"] == "  tricky "
    assert files["loadfile/records.opt"] == b"R1-1,RELEASED,.\\media\\R1-1.png,Y,,,1\r\n"


def test_formats_are_chosen_by_name() -> None:
    assert set(CHOICES) == {"load-file", "bag"} and formats_with(["load-file"])[-1].name == "load-file"
    with pytest.raises(UsageError, match="no format 'pst'"):
        formats_with(["pst"])


def test_times_in_the_web_archive_are_those_of_capture(package: Package) -> None:
    with zipfile.ZipFile(io.BytesIO(package.files["released.wacz"])) as wacz:
        pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").splitlines()][1:]
    assert {page["ts"] for page in pages} == {"2000-01-01T00:00:00Z", "2026-11-20T18:00:00Z"}
    assert all(datetime.fromisoformat(page["ts"]).tzinfo == UTC for page in pages)
