"""The leak check finds a withheld text in whatever file and form it goes out, and nothing where there is nothing."""

import base64
import gzip
import hashlib
import io
import json
import random
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import xlsxwriter
from PIL import Image, PngImagePlugin
from weasyprint import HTML

from custody.errors import UnavailableError
from exports.leak_check import MASKED, Leak, check_files, refuse_leaks, without_secrets
from exports.response import CollectedBy
from exports.secrets_of import Secrets

SEED = 20261121
NAME, PHONE, SENTENCE = "Zdenka Quibble", "715-555-0199", "my cousin hid the stolen canoe behind the boathouse in May"
Make = Callable[[str], bytes]


def secrets(*texts: str) -> Secrets:
    made = Secrets()
    for text in texts or (NAME, PHONE, SENTENCE):
        made.add(text, "R7")
    return made


def leaks_in(paths: list[Path], made: Secrets) -> list[Leak]:
    return check_files({path.name: path for path in paths}, made)


def zipped(name: str, data: bytes, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, data)
        target.comment = comment
    return out.getvalue()


def pdf(body: str, **more: str) -> bytes:
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in more.items() if name != "title")
    page = f"<html lang=en><head><title>{more.get('title', 'A page')}</title>{head}</head><body>{body}</body></html>"
    return HTML(string=page).write_pdf(pdf_variant="pdf/ua-1") or b""


def attached(text: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("nothing"))) as document:
        document.attachments["notes.txt"] = text.encode()
        document.save(out)
    return out.getvalue()


def bookmarked(text: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("nothing"))) as document:
        with document.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(text, 0))
        document.save(out)
    return out.getvalue()


def described(text: str) -> bytes:
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("Author", text)
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def photographed(text: str) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x013B] = text
    Image.new("RGB", (4, 4)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def table(text: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("records").write_string(3, 2, f"before {text} after")
    return out.getvalue()


def units(text: str) -> list[bytes]:
    wide = text.encode("utf-16-be")
    return [wide[at : at + 2] for at in range(0, len(wide), 2)]


def coded(shift: int) -> Make:
    return lambda text: b"x" * 5 + b": " + base64.b64encode(b"abc"[:shift] + b" " + text.encode() + b" and on") + b"\n"


FORMS: dict[str, Make] = {
    "plain": lambda text: f"before {text} after".encode(),
    "capitals": lambda text: text.upper().encode(),
    "taken apart": lambda text: unicodedata.normalize("NFD", text.replace("e", "é")).encode(),
    "ligatures": lambda text: text.replace("fi", "ﬁ").encode(),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text).encode(),
    "soft hyphens": lambda text: "\u00ad".join(text).encode(),
    "a line break inside a word": lambda text: (text[:3] + "-\n" + text[3:]).encode(),
    "spaces doubled": lambda text: text.replace(" ", " \n  ").replace("-", " ").encode(),
    "json": lambda text: json.dumps({"a": ["x\n" + text + "\ty"]}).encode(),
    "json escapes": lambda text: ('"' + "".join(f"\\u{c.hex()}" for c in units(text)) + '"').encode(),
    "entities": lambda text: "".join(f"&#{ord(c)};" for c in text).encode(),
    "hex entities": lambda text: "".join(f"&#x{ord(c):x};" for c in text).encode(),
    "mark-up inside": lambda text: f"<p>{text[:4]}<b>{text[4:]}</b></p>".encode(),
    "mark-up around": lambda text: f"<td>x</td><td>{text}</td><td>y</td>".encode(),
    "percent": lambda text: ("https://x.example/?q=" + "".join(f"%{b:02X}" for b in text.encode())).encode(),
    "base64": coded(0),
    "base64, one on": coded(1),
    "base64, two on": coded(2),
    "utf-16": lambda text: f"x {text} y".encode("utf-16"),
    "utf-16, no mark": lambda text: f"x {text} y".encode("utf-16-le"),
    "utf-16, big end": lambda text: f"x {text} y".encode("utf-16-be"),
    "in a zip": lambda text: zipped("a.txt", text.encode()),
    "as a name in a zip": lambda text: zipped(f"{text}.png", b"x"),
    "as the comment of a zip": lambda text: zipped("a.txt", b"x", text.encode()),
    "in a zip in a zip": lambda text: zipped("b.zip", zipped("a.json", json.dumps(text).encode())),
    "in a packed warc": lambda text: gzip.compress(b"WARC/1.1\r\n\r\n") + gzip.compress(f"<p>{text}</p>".encode()),
    "in a spreadsheet": table,
    "in a picture's text": described,
    "in a photograph's data": photographed,
    "on a page": lambda text: pdf(f"<p>before {text} after</p>"),
    "in a narrow column": lambda text: pdf(f'<p style="width: 3em">before {text} after</p>'),
    "as a pdf's title": lambda text: pdf("x", title=text),
    "as a pdf's author": lambda text: pdf("x", author=text),
    "as a pdf's subject": lambda text: pdf("x", description=text),
    "as a heading": lambda text: pdf(f"<h1>{text}</h1>"),
    "as a picture's description": lambda text: pdf(f'<img alt="{text}" src="data:image/png;base64,{_PIXEL}">'),
    "as an address": lambda text: pdf(f'<a href="https://x.example/{text.replace(" ", "-")}">x</a>'),
    "attached to a pdf": attached,
    "as a bookmark": bookmarked,
    "a pdf in a zip": lambda text: zipped("a.bin", pdf(f"<p>{text}</p>")),
}
_PIXEL = base64.b64encode(described("")).decode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [NAME, PHONE, SENTENCE])
def test_a_withheld_text_is_found_in_every_form(form: str, secret: str, tmp_path: Path) -> None:
    made, path = FORMS[form](secret), tmp_path / "file.bin"
    path.write_bytes(made)
    leaks = leaks_in([path], secrets())
    assert leaks, form
    assert all(secret.split()[0].lower() not in str(leak).lower() or "name" in form for leak in leaks)
    path.write_bytes(FORMS[form]("what everybody may read"))
    assert leaks_in([path], secrets()) == []


@pytest.mark.parametrize("secret", ["سر الجار القديم", "秘密住所三番地", "Ärger Müßig", "🐸🎩🧨", "ﬁne oﬃce"])
@pytest.mark.parametrize("form", ["plain", "json", "json escapes", "in a zip", "on a page", "utf-16", "percent"])
def test_every_script_is_read(form: str, secret: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(FORMS[form](secret))
    assert leaks_in([tmp_path / "f"], secrets(secret))


def test_file_and_place_are_named_and_never_the_words(tmp_path: Path) -> None:
    path = tmp_path / "records.json"
    path.write_text("{\n}\n" * 40 + f'"{NAME}"\n')
    (tmp_path / "b.zip").write_bytes(zipped("inner/a.txt", f"one\ntwo {PHONE}".encode()))
    first, second = (leaks_in([each], secrets())[0] for each in (path, tmp_path / "b.zip"))
    assert str(first) == "records.json, line 81: something withheld of R7"
    assert (second.file, second.place) == ("b.zip > inner/a.txt", "line 2")
    with pytest.raises(UnavailableError, match="was not written: records.json, line 81") as caught:
        refuse_leaks({path.name: path}, secrets())
    assert "Zdenka" not in f"{caught.value.message}{caught.value.hint}"
    page = tmp_path / "a.pdf"
    page.write_bytes(pdf(f'<p>one</p><p style="break-before: page">{NAME}</p>'))
    assert leaks_in([page], secrets())[0].place == "page 2"


def test_a_part_of_a_long_text_and_a_single_name_or_number_of_it_are_found(tmp_path: Path) -> None:
    path = tmp_path / "f"
    made = secrets("Yesterday Zdenka from next door told me that account 123456789 is empty. Sorry to hear it, truly.")
    for text, count in (
        ("see Zdenka", 1), ("nr 123 456 789", 1), ("told me that account 123456789 is empty", 2), ("yesterday", 0),
        ("sorry to hear it", 0), ("account", 0), ("hear it, truly. Sorry to", 0), ("Zdenkas", 0), ("9123456789", 0),
    ):  # fmt: skip
        path.write_text(text)
        assert len(leaks_in([path], made)) >= count and bool(leaks_in([path], made)) == bool(count), text


def test_what_is_released_anyway_is_no_secret(tmp_path: Path) -> None:
    made = secrets("Oak Street", NAME)
    (tmp_path / "f").write_text("all about Oak Street")
    made.forget("The flood on Oak Street", "R7")  # of this very record it is withheld
    assert leaks_in([tmp_path / "f"], made)
    made.forget("The flood on Oak Street", "R8")
    assert leaks_in([tmp_path / "f"], made) == []
    (tmp_path / "f").write_text(NAME)
    assert leaks_in([tmp_path / "f"], made)


def test_a_text_over_the_edge_of_two_pieces_is_found(tmp_path: Path) -> None:
    path = tmp_path / "f"
    for before in range((1 << 20) - 20, (1 << 20) + 2, 9):
        path.write_bytes(b"x" * before + f" {NAME} ".encode() + b"y" * 1000)
        assert len([leak for leak in leaks_in([path], secrets(NAME)) if leak.record == "R7"]) == 3


def test_chance_letters_are_no_hit(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    made = Secrets()
    for _ in range(1000):
        made.add("".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randrange(3, 9))), "R1")
        made.add("".join(chance.choices("0123456789", k=chance.randrange(3, 11))), "R1")
    noise = chance.randbytes(3_000_000)
    (tmp_path / "a.jpg").write_bytes(noise)
    digests = [base64.b64encode(noise[at : at + 32]).decode() for at in range(0, 600_000, 32)]
    (tmp_path / "b.json").write_text(
        json.dumps({"path": digests, "hex": [noise[:100_000].hex()], "n": [*range(20_000)]})
    )
    assert leaks_in([tmp_path / "a.jpg", tmp_path / "b.json"], made) == []


def test_a_withheld_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    made = Secrets()
    made.add_digest(hashlib.sha256(b"a picture").hexdigest(), "R3")
    (tmp_path / "f.zip").write_bytes(zipped("media/R9-1.png", b"a picture"))
    assert [str(leak) for leak in leaks_in([tmp_path / "f.zip"], made)] == [
        "f.zip > media/R9-1.png, the whole file: something withheld of R3"
    ]
    made.forget_digest(hashlib.sha256(b"a picture").hexdigest(), "R9")
    assert leaks_in([tmp_path / "f.zip"], made) == []


def test_a_query_that_names_a_secret_is_not_shown() -> None:
    asked = [
        CollectedBy(query=f'"{PHONE}"', said_as="...", at="", count=1),
        CollectedBy(query="a", said_as="a", at="", count=1),
    ]
    first, second = without_secrets(asked, secrets())
    assert (first.query, first.said_as, second.query) == (MASKED, MASKED, "a")


def test_a_broken_package_is_refused_not_passed(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped("a.txt", b"x" * 1000)[:-30])
    with pytest.raises(UnavailableError, match="cannot be opened again"):
        leaks_in([tmp_path / "a.zip"], secrets())
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and nothing")
    with pytest.raises(UnavailableError, match="cannot be opened again"):
        leaks_in([tmp_path / "a.pdf"], secrets())
