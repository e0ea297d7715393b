"""Answering: nothing withheld can be recovered from anything that goes out; the same request gives the same bytes."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdf
import pytest
from PIL import Image

from custody.errors import DamageError, UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from exports.zip_bundle import check_package
from tests.conftest import Archive
from workflows import answering, requesting

SEED, SECRETS = 20261121, 40
Jsonl = Callable[..., Path]


def picture(colour: str = "navy") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


def collected(archive: Archive, query: str = "*") -> None:
    with archive.writing() as house:
        requesting.open_request(house, "Everything, please", archive.clock(), "email")
        requesting.collect(house, 1, query)


def respond(archive: Archive) -> dict[str, str]:
    with archive.writing() as house:
        return {key: str(value) for key, value in answering.respond(house, 1, None, lambda done: None).items()}


def everything_in(made: dict[str, str]) -> dict[str, str]:
    """All that can be read out of the answer, by place: text layer, raw streams, names, data."""
    reader = pypdf.PdfReader(made["pdf"])
    places = {"pdf text": "\n".join(page.extract_text() for page in reader.pages), "pdf meta": str(reader.metadata)}
    with pikepdf.open(made["pdf"]) as document:
        streams = [_bytes(each) for each in document.objects if isinstance(each, pikepdf.Stream)]
        strings = [repr(each) for each in document.objects]
    places["pdf streams"] = b"\n".join(streams).decode("latin-1") + "\n".join(strings)
    with zipfile.ZipFile(made["zip"]) as package:
        places["zip names"] = "\n".join(package.namelist())
        for name in package.namelist():
            if not name.endswith(".pdf"):
                places[name] = package.read(name).decode("utf-8", "replace")
    return places


def _bytes(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:  # a picture's own compression
        return stream.read_raw_bytes()


def test_no_planted_secret_is_recovered_from_any_output(archive: Archive, jsonl: Jsonl) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    secrets = ["".join(chance.choices("bcdfghjklmnpqrstvwxz", k=11)) for _ in range(SECRETS)]
    posts = []
    for n, secret in enumerate(secrets):
        text = f"Before {secret} after."
        place = {
            0: {"text": text, "title": f"About {secret.upper()}"},
            1: {"text": text, "links": [f"https://x.example/{secret}"], "permalink": f"https://x.example/u/{secret}/1"},
            2: {"text": text, "media": [{"uri": f"media/{n}.png", "name": f"{secret}.png", "alt": f"sign {secret}"}]},
            3: {"text": "hello", "author": {"name": f"{secret} Doe", "handle": secret}},
        }[n % 4]
        posts.append({"object_id": str(n), **place})
    media = {f"media/{n}.png": picture() for n in range(2, SECRETS, 4)}
    archive.take_in(jsonl("a", *posts, media=media))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        for n, secret in enumerate(secrets):
            if n % 8 == 0:
                requesting.mark(house, 1, [RecordNumber(n + 1)], Mark.WITHHOLD, "WI-BAL", "privacy outweighs")
                continue
            field, what = ("author", "") if n % 4 == 3 else ("text", secret)
            requesting.redact(house, 1, RecordNumber(n + 1), field, what, "WI-BAL", "privacy outweighs")
    places = everything_in(respond(archive))
    tried = 0
    for secret in secrets:
        for place, content in places.items():
            assert secret not in content.lower(), f"{secret} is in {place}"
            tried += 1
    assert tried >= SECRETS * 8
    marks = {part for part in places["records.csv"].split("[")[1:] if part.startswith("withheld: ")}
    assert {part.split("]")[0] for part in marks} == {"withheld: WI-BAL"}


def test_the_same_request_gives_the_same_bytes(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "snow 🎉", "media": [{"uri": "a.png"}]}, media={"a.png": picture()}))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    first, second = respond(archive), respond(archive)
    assert (first["pdf_sha256"], first["zip_sha256"]) == (second["pdf_sha256"], second["zip_sha256"])


def test_an_answer_is_refused_while_anything_is_undecided(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {}, {"object_id": "2"}))
    collected(archive)
    with pytest.raises(UsageError, match="2 of 2 records are undecided"):
        respond(archive)
    with archive.writing() as house, pytest.raises(UsageError, match="reason code"):
        requesting.mark(house, 1, None, Mark.WITHHOLD, "", "")
    with archive.writing() as house, pytest.raises(UsageError, match="does not stand"):
        requesting.redact(house, 1, RecordNumber(1), "text", "not there", "WI-BAL", "privacy outweighs")


def test_an_answer_says_whose_word_its_dates_are(archive: Archive, jsonl: Callable[..., Path]) -> None:
    archive.take_in(jsonl("a", {"text": "snow"}))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    made = respond(archive)
    with zipfile.ZipFile(made["zip"]) as package:
        places = [package.read(name).decode() for name in ("README.txt", "index.html")]
    places.append("\n".join(page.extract_text() for page in pypdf.PdfReader(made["pdf"]).pages))
    for text in places:
        said = " ".join(text.replace("&#34;", '"').split())
        assert said.count('"Posted" is what the platform or its download asserts.') == 1
        assert "it existed no later than that" in said


def test_the_package_holds_what_the_manifest_names_and_a_changed_byte_is_found(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "=1+1", "media": [{"uri": "a.png"}]}, media={"a.png": picture()}))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    made = respond(archive)
    path = Path(made["zip"])
    assert check_package(path) == []
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        rows = list(csv.DictReader(io.StringIO(package.read("records.csv").decode("utf-8-sig"))))
        data = json.loads(package.read("records.json"))
        assert package.read("media/R1-1.png") == picture()
    expected = {"README.txt", "response.pdf", "records.json", "records.csv", "redactions.json", "manifest.json"}
    assert expected <= set(names)
    assert rows[0]["text"] == "'=1+1"
    assert data["records"][0]["text"] == "=1+1"
    assert {"verify.html", "verify.py", "proofs.json", "manifest.signed.txt"} <= set(names)
    sound = path.read_bytes()
    path.write_bytes(sound.replace(b"%PDF", b"%PDG", 1))
    assert check_package(path) == ["P-07-damaged: response.pdf: this file is damaged and cannot be unpacked"]


def test_a_package_that_does_not_verify_is_not_kept(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "hello"}))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        house.ledger.signed_text = lambda text: house.ledger.__class__.signed_text(house.ledger, text + " ")  # type: ignore[method-assign]
        with pytest.raises(DamageError, match="P-11-note-form"):
            answering.respond(house, 1, None, lambda done: None)
        assert not list(house.settings.responses.rglob("*.zip"))


def test_threads_are_in_reading_order_and_a_redacted_picture_is_gone(archive: Archive, jsonl: Jsonl) -> None:
    posts = [
        {"object_id": "c", "kind": "comment", "parent_id": "p", "text": "second", "created_at": "2025-03-01T13:00:00Z"},
        {"object_id": "p", "text": "first", "media": [{"uri": "a.png"}, {"uri": "b.png"}]},
        {"object_id": "r", "kind": "reply", "parent_id": "c", "text": "third", "created_at": "2025-03-01T14:00:00Z"},
    ]
    archive.take_in(jsonl("a", *posts, media={"a.png": picture("red"), "b.png": picture("green")}))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.redact(house, 1, RecordNumber(2), "media:0", "", "WI-BAL", "privacy outweighs")
        shown = [(entry.label, entry.depth) for entry in answering.response_for(house, 1).entries()]
    assert shown == [("R2", 0), ("R1", 1), ("R3", 2)]
    with zipfile.ZipFile(respond(archive)["zip"]) as package:
        media = {name: package.read(name) for name in package.namelist() if name.startswith("media/")}
    assert media == {"media/R2-2.png": picture("green")}


def test_the_pdf_is_tagged_titled_and_in_its_language(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "متى يفتح الحديقة؟ 日本 👩‍👩‍👧"}))
    collected(archive)
    with archive.writing() as house:
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
    with pikepdf.open(respond(archive)["pdf"]) as document:
        root = document.Root
        assert bool(root.MarkInfo.Marked) and str(root.Lang) == "en" and "/StructTreeRoot" in root
        assert "Response to public records request 1" in str(document.docinfo["/Title"])
        assert "pdfuaid" in root.Metadata.read_bytes().decode()
        assert "/EmbeddedFiles" not in root.get("/Names", {})


def test_taking_a_redaction_back_makes_the_record_undecided(archive: Archive, jsonl: Jsonl) -> None:
    archive.take_in(jsonl("a", {"text": "call 715-555-0142 or 715-555-0142"}))
    collected(archive)
    with archive.writing() as house:
        made = requesting.redact(house, 1, RecordNumber(1), "text", "715-555-0142", "WI-BAL", "privacy outweighs")
        assert [(part.start, part.end) for part in made] == [(5, 17), (21, 33)]
        assert requesting.lift(house, 1, RecordNumber(1)) == 2
        assert requesting.story(house, 1).marks == {"undecided": 1}
