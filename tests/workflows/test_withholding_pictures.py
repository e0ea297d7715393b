"""Pictures in part: black in the pixels, nothing else of the file survives, and everybody can check the package."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from exports.pictures import box_of, redrawn
from exports.zip_bundle import check_package
from tests.conftest import Archive
from workflows import answering, redacting, requesting

Jsonl = Callable[..., Path]
WHY = "privacy outweighs"
R1 = RecordNumber(1)


def photograph(artist: str = "Zdenka Quibble", turned: int = 1) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x013B], exif[0x0112] = artist, turned
    image = Image.new("RGB", (80, 40), "white")
    image.paste("red", (60, 0, 80, 20))
    image.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def drawing() -> bytes:
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("Comment", "Zdenka Quibble was here")
    Image.new("RGBA", (20, 10), (0, 200, 0, 128)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def asked(archive: Archive, *more: str) -> None:
    with archive.writing() as house:
        requesting.open_request(house, "All", archive.clock(), "email")
        requesting.collect(house, 1, *(more or ("*",)))
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")


def respond(archive: Archive) -> Path:
    with archive.writing() as house:
        made = answering.respond(house, 1, None, lambda done: None)
        assert check_package(Path(made["zip"]), house.ledger.public_key()) == []
    return Path(made["zip"])


def member(package: Path, name: str) -> bytes:
    with zipfile.ZipFile(package) as opened:
        return opened.read(name)


def test_a_region_is_black_and_nothing_else_of_the_file_is_left(archive: Archive, jsonl: Jsonl) -> None:
    sent = photograph()
    media = [{"uri": "a.jpg", "alt": "a street"}, {"uri": "b.png"}]
    archive.take_in(jsonl("a", {"media": media}, media={"a.jpg": sent, "b.png": drawing()}))
    asked(archive)
    with archive.writing() as house:
        made = redacting.blacken(house, 1, R1, "media:0", "60,0,20,20", "WI-BAL", WHY)
        assert [(each.field, each.region) for each in made] == [("media:0", "60,0,20,20")]
        redacting.blacken(house, 1, R1, "media:1", "-", "WI-BAL", WHY)
    package = respond(archive)
    shown = member(package, "media/R1-1.jpg")
    image = Image.open(io.BytesIO(shown)).convert("RGB")
    assert image.size == (80, 40) and not image.getexif()
    assert max(image.getpixel((70, 10))) < 20 and min(image.getpixel((20, 20))) > 235  # type: ignore[arg-type, type-var]
    plain = Image.open(io.BytesIO(member(package, "media/R1-2.png")))
    assert plain.size == (20, 10) and not plain.info and b"Zdenka" not in shown
    (row,) = json.loads(member(package, "records.json"))["records"]
    assert row["released"] == "in part" and row["sha256"] == "" and row["withheld_codes"] == ["WI-BAL"]
    assert row["media"][0]["description"] == "a street [withheld: WI-BAL] (a part of the picture)"
    assert row["media"][1]["description"].endswith("[withheld: WI-BAL] (data inside the file)")
    parts = {part["name"]: part for part in json.loads(member(package, "proofs.json"))["records"][0]["parts"]}
    assert "key" not in parts["media.0.sha256"] and "key" not in parts["media.1.sha256"]
    assert redrawn([sent], ["60,0,20,20"]).sha256 == row["media"][0]["sha256"]


def test_coordinates_are_those_of_the_picture_as_it_is_seen() -> None:
    seen = Image.open(io.BytesIO(redrawn([photograph(turned=6)], ["0,0,10,10"]).data)).convert("RGB")
    assert seen.size == (40, 80) and max(seen.getpixel((4, 4))) < 20  # type: ignore[arg-type, type-var]


@pytest.mark.parametrize("region", ["", "1,2,3", "1,2,0,4", "-1,2,3,4", "a,b,c,d", "1,2,3,4,5", "1.5,2,3,4"])
def test_what_is_no_region_is_refused(region: str) -> None:
    with pytest.raises(UsageError, match="is no part of a picture"):
        box_of(region)


def test_what_cannot_be_blackened_is_refused_before_anything_is_kept(archive: Archive, jsonl: Jsonl) -> None:
    media = [{"uri": "a.jpg"}, {"uri": "b.png"}, {"uri": "gone.png"}]
    archive.take_in(jsonl("a", {"media": media}, media={"a.jpg": photograph(), "b.png": b"no picture"}))
    asked(archive)
    with archive.writing() as house:
        for field, region, error in (
            ("media:0", "70,0,11,5", "reaches beyond the picture, which is 80 pixels wide and 40 high"),
            ("media:1", "0,0,1,1", "cannot be opened as a picture"),
            ("media:2", "0,0,1,1", "was not contained"),
            ("media:9", "0,0,1,1", "has no picture"),
            ("text", "0,0,1,1", "has no picture"),
        ):
            with pytest.raises((UsageError, UnavailableError), match=error):
                redacting.blacken(house, 1, R1, field, region, "WI-BAL", WHY)
        assert requesting.story(house, 1).redactions == ()


def test_a_name_inside_a_photograph_refuses_the_answer_until_it_is_dropped(archive: Archive, jsonl: Jsonl) -> None:
    post = {"text": "Zdenka Quibble was seen", "media": [{"uri": "a.jpg"}]}
    archive.take_in(jsonl("a", post, media={"a.jpg": photograph()}))
    asked(archive)
    with archive.writing() as house:
        requesting.redact(house, 1, R1, "text", "Zdenka Quibble", "WI-BAL", WHY)
        with pytest.raises(
            UnavailableError, match=r"response.zip > media/R1-1.jpg: something withheld of R1"
        ) as caught:
            answering.respond(house, 1, None, lambda done: None)
        assert "zdenka" not in f"{caught.value.message}{caught.value.hint}".lower()
        assert not [*house.settings.responses.rglob("*.*")] and requesting.story(house, 1).responses == ()
        redacting.blacken(house, 1, R1, "media:0", "-", "WI-BAL", WHY)
    assert b"Zdenka" not in member(respond(archive), "media/R1-1.jpg")


def test_a_note_that_repeats_what_is_withheld_refuses_the_answer(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(
        jsonl("a", {"text": "Call 715-555-0142 now"}, {"object_id": "2", "text": "a secret of Zdenka Quibble"})
    )
    asked(archive)
    with archive.writing() as house:
        requesting.redact(house, 1, R1, "text", "715-555-0142", "WI-BAL", "the number 715 555 0142 is private")
        with pytest.raises(UnavailableError, match="response.pdf, page .*something withheld of R1"):
            answering.respond(house, 1, None, lambda done: None)
        requesting.lift(house, 1, R1)
        requesting.redact(house, 1, R1, "text", "715-555-0142", "WI-BAL", "a private number")
        requesting.mark(house, 1, [RecordNumber(2)], Mark.WITHHOLD, "WI-BAL", "Quibble asked for it")
        with pytest.raises(UnavailableError, match="something withheld of R2"):
            answering.respond(house, 1, None, lambda done: None)


def test_a_query_that_names_what_is_withheld_is_not_told(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "Call 715-555-0142 now"}))
    asked(archive, '"715 555 0142"')
    with archive.writing() as house:
        requesting.redact(house, 1, R1, "text", "715-555-0142", "WI-BAL", WHY)
    data = json.loads(member(respond(archive), "records.json"))
    assert data["collections"][0]["said_as"] == "[not shown: the words searched for are withheld]"


def test_ordinary_words_that_stand_elsewhere_refuse_nothing(archive: Archive, jsonl: Jsonl) -> None:
    posts = [{"object_id": str(n), "text": text} for n, text in enumerate((
        "My sister lives on Oak Street, and the City of Maple Falls withheld her records in March 2025.",
        "Oak Street was closed on March 1, 2025. Response of the City: sandbags.",
        "I live at 12 Oak Street. Oak Street floods each year; see page 3 of 14, record R2, image/png.",
    ))]  # fmt: skip
    archive.take_in(jsonl("a", *posts))
    asked(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, [R1], Mark.WITHHOLD, "WI-BAL", "medical detail of a sister; Oak Street is public")
        requesting.redact(house, 1, RecordNumber(3), "text", "12 Oak Street", "WI-BAL", "where a resident lives")
    respond(archive)
