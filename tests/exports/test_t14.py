"""T14: 529 secrets planted wherever a record can hold them, withheld in every way there is; none is recovered.

Five ways to read all that goes out, each proved first by beacons: harmless texts, planted likewise, that are released
and that it must find.
"""

import csv
import io
import json
import random
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pypdf
import pytest
from PIL import Image, PngImagePlugin

from custody.clock import fixed_clock
from custody.ids import RecordNumber, RequestNumber
from custody.record import Content
from custody.request import Mark, Redaction
from custody.words import words
from exports.redaction import fields_of
from tests.conftest import NOW, Archive, record
from workflows import answering, drafting, redacting, requesting, reviewing
from workflows.house import House

SEED, SETS = 20261121, 17
"""Each set is 31 secrets in four records: 529 in all, with those of the person."""

LATIN, CJK, RTL = "bcdfghjklmnpqrstvwxz", "".join(map(chr, range(0x6C00, 0x6D00))), "אבגדהזחטיכלמנסעפצקרשת"
EMOJI = [chr(each) for each in range(0x1F400, 0x1F43E)]
WHY = "privacy outweighs"
MARK = re.compile(r"\[withheld: [^\]]*\]")


class Plants:
    """Makes secrets and beacons of every kind, none like another."""

    def __init__(self) -> None:
        self.chance, self.made = random.Random(SEED), list[str]()

    def keep(self, text: str) -> str:
        self.made.append(text)
        return text

    def latin(self, size: int = 10) -> str:
        return self.keep("".join(self.chance.choices(LATIN, k=size)))

    def name(self) -> str:
        return self.keep(" ".join("".join(self.chance.choices(LATIN, k=6)).capitalize() for _ in range(2)))

    def phone(self) -> str:
        return self.keep(f"({self.chance.randrange(200, 999)}) {self.chance.randrange(200, 999)}-"
                         f"{self.chance.randrange(10**4):04}")  # fmt: skip

    def ligature(self) -> str:
        return self.keep("".join(self.chance.choice(["ﬁ", "ﬂ", "ﬀ", "ﬃ", "k", "z", "w"]) for _ in range(9)) + "ﬃx")

    def accents(self) -> str:
        return self.keep("".join(self.chance.choices("áčďéěíňóřšťúůýžöüßøł", k=10)))

    def cjk(self) -> str:
        return self.keep("".join(self.chance.choices(CJK, k=8)))

    def rtl(self) -> str:
        return self.keep("".join(self.chance.choices(RTL, k=10)))

    def emoji(self) -> str:
        return self.keep("".join(self.chance.choices(EMOJI, k=7)))


def picture(text: str, shade: int) -> bytes:
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("Artist", text)
    Image.new("RGB", (40, 30), (shade % 256, shade // 256, 99)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def one_set(n: int, p: Plants, media: dict[str, bytes]) -> tuple[list[dict[str, Any]], dict[str, Any], list[str]]:
    """Four records with 31 secrets, the older version of one, and the secrets of the first, which go by words."""
    spoken = [make() for _ in range(3) for make in (
        p.latin, p.phone, p.name, p.cjk, p.rtl, p.emoji, p.ligature, p.accents)]  # fmt: skip
    tag, handle = p.latin(), p.latin()
    media |= {f"m/{n}-{spoken[0]}.png": picture("free", n), f"m/{n}-hidden.png": picture(spoken[0], 300 + n)}
    text = f"Before {spoken[0]} and {spoken[1]}, {' / '.join(spoken[2:12])}\n{' - '.join(spoken[12:])}"
    first = record(
        f"{n}-1",
        f"{text} #{tag} @{handle} after",
        title=f"About {spoken[0].upper()}: {spoken[7]}",
        links=[f"https://x.example/{handle}", "https://x.example/open"],
        permalink=f"https://x.example/{spoken[0]}/1",
        media=[{"uri": f"m/{n}-{spoken[0]}.png", "name": f"{tag}.png", "alt": f"sign saying {spoken[1]}"}],
    )
    author, own = p.name(), p.latin()
    second = record(f"{n}-2", "a comment", author={"name": author, "handle": own, "url": f"https://x.example/{own}"},
                    permalink=f"https://x.example/{own}/status/2")  # fmt: skip
    third = record(f"{n}-3", f"{p.latin()} was said, all of it", title=p.name(), links=[f"https://x.example/{p.latin()}"],
                   author={"name": "Anonymous Person"})  # fmt: skip
    fourth = record(f"{n}-4", "now edited", media=[{"uri": f"m/{n}-hidden.png", "alt": "a face"}])
    older = {**fourth, "text": f"it said {spoken[0]} before"}
    return [first, second, third, fourth], older, [*spoken, tag, handle]


def hidden_places(number: RecordNumber, content: Content, version: int, texts: list[str]) -> Iterator[Redaction]:
    for field, value in fields_of(content):
        for text in texts:
            if field == "text" and text in value:
                start = value.index(text)
                yield Redaction(request=RequestNumber(1), record=number, version=version, field=field, start=start,
                                end=start + len(text), code="WI-BAL", note=WHY)  # fmt: skip


def withhold(house: House, sets: list[list[str]]) -> None:
    """Everything in one go where it can be: words by redactions together, authors, whole records, a picture's data."""
    rows: list[dict[str, Any]] = []
    for n, spoken in enumerate(sets):
        numbers = [RecordNumber(4 * n + place) for place in (1, 2, 3, 4)]
        made: list[Redaction] = []
        for kept in house.shelf.records([numbers[0], numbers[3]]):
            for version in kept.versions:
                made += hidden_places(kept.number, version.content, version.n, spoken)
        whole = {"request": RequestNumber(1), "start": 0, "end": -1, "code": "WI-BAL", "note": WHY}
        made.append(Redaction(record=numbers[1], version=1, field="author", **whole))
        latest = house.shelf.record(numbers[3]).versions[-1].n
        part = "5,5,10,10" if n % 2 else ""
        made.append(Redaction(record=numbers[3], version=latest, field="media:0", region=part, **whole))
        taken: dict[int, int] = {}
        for each in made:
            taken[each.record] = taken.get(each.record, 0) + 1
            rows.append(requesting.row_of(each, taken[each.record]))
    house.journal.write(*drafting.acts_of_redactions(house, 1, rows, "WI-BAL", "test"))
    third = [RecordNumber(4 * n + 3) for n in range(len(sets))]
    requesting.mark(house, 1, third[::2], Mark.WITHHOLD, "WI-BAL", WHY)
    reviewing.exclude(house, 1, third[1::2], "not asked for")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[str]]:
    """The folder of an answer, the secrets in it, and the beacons."""
    print(f"seed {SEED}")
    folder, plants, beacons, media = tmp_path_factory.mktemp("t14"), Plants(), Plants(), dict[str, bytes]()
    beacons.chance = random.Random(SEED + 1)
    posts, older, sets = [], [], []
    for n in range(SETS):
        four, old, spoken = one_set(n, plants, media)
        posts, older, sets = [*posts, *four], [*older, old], [*sets, spoken]
    open_words = [
        beacons.latin(),
        beacons.phone(),
        beacons.name(),
        beacons.cjk(),
        beacons.ligature(),
        beacons.accents(),
    ]
    posts.append(record("open", " / ".join(open_words), title=beacons.latin(), author={"name": beacons.name()}))
    posts.append(record("person", f"thanks {plants.keep('Wqzx Vkjpt')}, said @{plants.keep('wqzxvkjpt')}"))
    for name, lines in (("a", older), ("b", posts)):
        (folder / name / "m").mkdir(parents=True)
        for file, data in media.items():
            (folder / name / file).write_bytes(data)
        (folder / name / "records.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    archive = Archive(folder / "home", fixed_clock(NOW))
    archive.take_in(folder / "b")
    archive.take_in(folder / "a")
    archive.take_in(folder / "b")
    with archive.writing() as house:
        requesting.open_request(house, "Everything, please", archive.clock(), "email")
        requesting.collect(house, 1, "*")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        withhold(house, sets)
        redacting.withhold_person(house, 1, "Wqzx Vkjpt", [], "WI-BAL", WHY, False)
        drafting.find(house, 1, [], [], False)
        if waiting := drafting.open_drafts(house, 1):
            words_of = [each.words for each in drafting.proposals(house, 1)]
            assert not set(words_of) & set(plants.made), "an open draft of a secret: it was not withheld"
            drafting.dismiss(house, 1, waiting)
        answering.respond(house, 1, None, lambda done: None)
    assert len(plants.made) >= 500 and len(set(plants.made)) == len(plants.made)
    return folder / "home" / "responses" / "request-1", plants.made, beacons.made


def by_pypdf(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.pdf")):
        reader = pypdf.PdfReader(path)
        yield f"{path.name} pages", "\n".join(page.extract_text() for page in reader.pages)
        yield f"{path.name} metadata", f"{reader.metadata} {reader.xmp_metadata and reader.xmp_metadata.dc_title}"
        yield f"{path.name} outline", str(reader.outline)
        yield f"{path.name} attachments", str(dict(reader.attachments))


def by_pdftotext(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.pdf")):
        for how in (
            ["pdftotext", "-raw", str(path), "-"],
            ["pdftotext", "-layout", str(path), "-"],
            ["pdfinfo", str(path)],
        ):
            yield f"{path.name} {how[:2]}", subprocess.run(how, check=True, capture_output=True).stdout.decode()


def by_bytes(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.pdf")):
        with pikepdf.open(path) as document:
            streams = [each for each in document.objects if isinstance(each, pikepdf.Stream)]
            others = [repr(each) for each in document.objects if not isinstance(each, pikepdf.Stream)]
            yield f"{path.name} streams", "\n".join(_stream(each).decode("latin-1") for each in streams)
            yield f"{path.name} objects", "\n".join([*others, *(repr(dict(each)) for each in streams)])


def _stream(each: pikepdf.Stream) -> bytes:
    try:
        return each.read_bytes()
    except pikepdf.PdfError:  # a picture's own compression
        return each.read_raw_bytes()


def by_members(folder: Path) -> Iterator[tuple[str, str]]:
    def walk(where: str, data: bytes) -> Iterator[tuple[str, str]]:
        yield where, data.decode("utf-8", "replace")
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                for name in package.namelist():
                    yield f"{where} name", name
                    yield from walk(f"{where}/{name}", package.read(name))

    for path in sorted(folder.glob("*.zip")):
        yield from walk(path.name, path.read_bytes())


def by_tables(folder: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(folder / "response.zip") as package:
        for name in package.namelist():
            data = package.read(name)
            if name.endswith(".json"):
                yield name, "\n".join(map(str, _leaves(json.loads(data))))
            elif name.endswith(".csv"):
                rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
                yield name, "\n".join(cell for row in rows for cell in row)
            elif name.endswith(".xlsx"):
                for sheet in openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets:
                    yield name, "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def _leaves(data: Any) -> Iterator[Any]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from _leaves(value)
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value)
    else:
        yield data


EXTRACTORS = {
    "pypdf": by_pypdf,
    "pdftotext": by_pdftotext,
    "bytes": by_bytes,
    "members": by_members,
    "tables": by_tables,
}
SAID = "Response to public records request 1"
"""Raw bytes of a PDF hold glyphs' numbers, not letters; its title is what that extractor must find."""


def squeezed(text: str) -> str:
    """Only what counts: no spaces, signs, accents, capitals; what runs to the left may be told from either end."""
    return "".join(words(unicodedata.normalize("NFKC", text)))


@pytest.mark.parametrize("how", EXTRACTORS)
def test_none_of_the_secrets_is_recovered(how: str, released: tuple[Path, list[str], list[str]]) -> None:
    folder, secrets, beacons = released
    wanted = {squeezed(each) for each in secrets}
    wanted |= {each[::-1] for each in wanted if not each.isascii()}
    found, places = set[str](), 0
    for place, text in EXTRACTORS[how](folder):
        places += 1
        plain, literal = squeezed(text), text.casefold()
        for each in wanted:
            assert each not in plain, f"{place} holds {each!r}"
        for each in secrets:
            assert each.casefold() not in literal, f"{place} holds {each!r}"
        found |= {each for each in [*beacons, SAID] if squeezed(each) in plain or squeezed(each)[::-1] in plain}
    expected = {SAID} if how == "bytes" else set(beacons)
    assert places and expected <= found, f"{how} misses {expected - found}"


def test_every_mark_is_the_same_whatever_it_hides(released: tuple[Path, list[str], list[str]]) -> None:
    folder, secrets, _ = released
    marks = set[str]()
    for how in ("members", "tables", "pdftotext"):
        for place, text in EXTRACTORS[how](folder):
            if "verify" not in place:
                marks |= set(MARK.findall(text.replace("\n", " ")))
    assert {each for each in marks if "WI-" in each} == {"[withheld: WI-BAL]"}
    assert len({len(each) for each in secrets}) > 3


def test_the_same_secrets_are_there_to_be_found_before_they_are_withheld(
    released: tuple[Path, list[str], list[str]],
) -> None:
    folder, secrets, _ = released
    kept = "".join(
        path.read_text(encoding="utf-8", errors="replace") for path in (folder.parents[2]).rglob("records.jsonl")
    )
    texts = json.dumps(secrets)
    assert len(texts) > 5000 and sum(json.dumps(each)[1:-1].casefold() in kept.casefold() for each in secrets) >= 500


def test_what_is_left_of_a_record_still_reads(released: tuple[Path, list[str], list[str]]) -> None:
    with zipfile.ZipFile(released[0] / "response.zip") as package:
        rows = {row["record"]: row for row in json.loads(package.read("records.json"))["records"]}
    first = rows["R1"]
    assert first["text"].startswith("Before [withheld: WI-BAL] and [withheld: WI-BAL], ") and first["links"][1:] == [
        "https://x.example/open"
    ]
    assert rows["R2"]["author"] == "[withheld: WI-BAL]" and rows["R3"]["released"] == "withheld"
    assert "R7" not in rows and first["sha256"] == ""
