"""The search for remains finds what was planted, in every form and at every alignment, and nothing where nothing is."""

import base64
import gzip
import html
import io
import json
import random
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.needles import GAP, SIZE, Found, Kept, Needles, Traces, normal, window_starts
from archiver.residue import BLOCK, Search
from archiver.sealing import new_seal
from custody.errors import DamageError
from custody.words import joined

SEED = 20261121
WORDS = (
    "council meeting snow plow street park library budget notice water main repair road work closed agenda hearing "
    "comment vote permit river trail bridge school route parking emergency tonight clerk mayor police festival market"
).split()


def sentence(chance: random.Random, letters: int) -> str:
    said = ""
    while len(normal(said.encode())) < letters:
        said += chance.choice(WORDS) + chance.choice((" ", ", ", ". ", " & ", " \u2014 ", "\n"))
    return said


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a/b.txt", data)
    return out.getvalue()


def in_json(text: str) -> bytes:
    return "".join(f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else letter for letter in text).encode()


FORMS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-16LE": lambda text: text.encode("utf-16-le"),
    "UTF-16BE": lambda text: text.encode("utf-16-be"),
    "JSON": lambda text: json.dumps(text).encode(),
    "JSON, all escaped": in_json,
    "HTML": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace"),
    "HTML, all entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text).encode(),
    "percent": lambda text: urllib.parse.quote(text).encode(),
    "percent, all of it": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one further": lambda text: base64.b64encode(b"x" + text.encode()),
    "base64, two further": lambda text: base64.b64encode(b"xy" + text.encode()),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip in gzip": lambda text: gzip.compress(b"..." + gzip.compress(text.encode())),
    "zlib": lambda text: zlib.compress(text.encode(), 9),
    "ZIP": lambda text: zipped(text.encode()),
    "UTF-16 in a ZIP": lambda text: zipped(text.encode("utf-16-le")),
    "the words of an index": lambda text: joined((text,)).encode(),
    "capitals": lambda text: text.upper().encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_needle_planted_is_found_in_every_form(form: str) -> None:
    chance = random.Random(f"{SEED} {form}")
    for n in range(200):
        text = sentence(chance, 31 + n)
        needles = Needles()
        needles.add(Traces(number=n, n=1, texts=(text,), digests=()))
        assert len(needles) and not needles.blank, f"seed {SEED}: {text!r}"
        around = chance.randbytes(chance.randrange(40)), chance.randbytes(40)
        planted = b"".join((around[0], FORMS[form](text), around[1]))
        assert Search(needles).data(planted), f"seed {SEED} {form} {n}: {text!r}"
        other = " ".join("".join(chance.choices("abcdefgilmnorst", k=7)) for _ in range(60))
        assert not Search(needles).data(FORMS[form](other)), f"seed {SEED} {form} {n}: {text!r} in {other!r}"


@pytest.mark.parametrize("form", [form for form in FORMS if "index" not in form and form != "capitals"])
def test_texts_in_other_scripts_are_found_too(form: str) -> None:
    text = "市议会将于周四晚上讨论除雪和停车规定欢迎居民参加并发表意见谢谢大家" * 2
    needles = Needles()
    needles.add(Traces(number=1, n=1, texts=(text,), digests=()))
    assert needles.runs and not needles.blank
    for before in range(4):
        assert Search(needles).data(b"." * before + FORMS[form](text)), before


DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "raw": lambda digest: digest,
    "hex": lambda digest: digest.hex().encode(),
    "HEX": lambda digest: digest.hex().upper().encode(),
    "base32": base64.b32encode,
    "base64": base64.b64encode,
    "base64 for addresses": base64.urlsafe_b64encode,
    "in JSON": lambda digest: json.dumps({"opening": digest.hex()}).encode(),
    "in gzip": lambda digest: gzip.compress(b"sha256:" + digest.hex().encode()),
}


@pytest.mark.parametrize("form", DIGESTS)
def test_every_digest_planted_is_found_in_every_form(form: str) -> None:
    chance = random.Random(f"{SEED} {form}")
    for n in range(200):
        digest, needles = chance.randbytes(32), Needles()
        needles.add(Traces(number=n + 1, n=1, texts=(), digests=(digest,)))
        assert needles.blank == 1, "no text of it can be found"
        planted = chance.randbytes(n % 8) + b'"' + DIGESTS[form](digest) + b'"' + chance.randbytes(9)
        assert Search(needles).data(planted), f"seed {SEED} {form} {n}"
        assert not Search(needles).data(DIGESTS[form](chance.randbytes(32)))


def test_every_run_of_a_long_text_is_found() -> None:
    """The promise: any GAP + 31 letters in a row, also of a text that has no window at all."""
    chance = random.Random(SEED)
    texts = [sentence(chance, 3_000), "".join(chance.choices("abcefghi 0123456789", k=3_000))]
    for text in texts:
        needles = Needles()
        needles.add(Traces(number=1, n=1, texts=(text,), digests=()))
        letters = normal(text.encode()).decode()
        for start in range(0, len(letters) - GAP - 2 * SIZE):
            assert Search(needles).plain(letters[start : start + GAP + 2 * SIZE - 1].encode()), (SEED, start)
    assert not window_starts(normal(texts[1].encode())), "the second has no window"


def test_a_shorter_part_is_found_however_it_lies_when_that_is_asked_for() -> None:
    """Two records that begin alike: what the one has of the other is found at one place by chance, at another not."""
    text, start = "I've been seeing a lot of this guy lately #19009", "ivebeenseeingalotof"
    needles = Needles()
    needles.add(Traces(number=1, n=1, texts=(text,), digests=()))
    assert needles.pieces and not needles.windows
    found = [bool(Search(needles).plain(b"x" * before + start.encode() + b"positives")) for before in range(SIZE)]
    assert any(found) and not all(found), "a piece of it is where data is cut, or it is not"
    assert all(
        Search(needles, everywhere=True).plain(b"x" * before + start.encode() + b"positives") for before in range(SIZE)
    )


def test_a_window_is_found_whatever_stands_before_it_when_that_is_asked_for() -> None:
    """What one record has of another begins a window there, and none here."""
    needles = Needles()
    needles.add(Traces(number=1, n=1, texts=("a tour of the field (x-post from r/pics) #33",), digests=()))
    assert b"xpostfromrpics33" in needles.windows
    assert not Search(needles).plain(b"driving (x-post from r/pics) #3397")
    assert Search(needles, everywhere=True).plain(b"driving (x-post from r/pics) #3397")


def test_one_text_in_another_script_does_not_make_everything_searched_hundreds_of_times() -> None:
    chance, needles = random.Random(SEED), Needles()
    needles.add(Traces(number=1, n=1, texts=("市议会将于周四晚上讨论除雪和停车规定",), digests=()))
    assert needles.runs
    looked = Counted(needles)
    looked.data(chance.randbytes(200_000))
    assert looked.times < 20, looked.times


class Counted(Search):
    """Counts how often it looks at something."""

    times = 0

    def plain(self, data: bytes) -> Found:
        self.times += 1
        return super().plain(data)


def test_files_are_searched_across_the_borders_of_blocks(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    text = sentence(chance, 120)
    needles = Needles()
    needles.add(Traces(number=1, n=1, texts=(text,), digests=()))
    for at in (0, BLOCK - 70, BLOCK - 1, BLOCK, 2 * BLOCK - 5):
        path = tmp_path / f"{at}"
        path.write_bytes(b"\0" * at + text.encode() + b"\0" * (3 * BLOCK - at))
        search = Search(needles)
        assert search.file(path) and search.bytes == path.stat().st_size
    packed = tmp_path / "packed"
    packed.write_bytes(b"\0" * (BLOCK - 9) + gzip.compress(b"\0" * (3 * BLOCK - 20) + text.encode() + b"\0" * BLOCK))
    assert Search(needles).file(packed)
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert not Search(needles).file(empty) and not Search(needles).file(tmp_path / "gone")


def test_needles_lie_sealed_and_come_back_whole(tmp_path: Path) -> None:
    chance, seal = random.Random(SEED), new_seal()
    traces = [
        Traces(number=n, n=1, texts=(sentence(chance, 50),), digests=(chance.randbytes(32),)) for n in range(4_500)
    ]
    kept = Kept(tmp_path / "needles", seal)
    with kept.writing() as put:
        for each in traces:
            put(each)
    assert list(kept.read()) == traces
    data = kept.path.read_bytes()
    assert kept.path.stat().st_mode & 0o077 == 0
    needles = Needles()
    for each in traces[:300]:
        needles.add(each)
    assert not Search(needles).data(data), "nothing of them can be found without the key"
    with pytest.raises(DamageError, match="cannot be opened"):
        list(Kept(kept.path, new_seal()).read())
