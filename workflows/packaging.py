"""Building what goes out: one package, or several parts of it, in a temporary folder. Nothing is kept here."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from archiver import durable
from custody.errors import DamageError, UnavailableError, UsageError
from exports.bag import write_bag
from exports.format import BoundPdf, Format, Made
from exports.parts import Learned, PartFile, judged, learned, shares, some_of, trial, whole
from exports.pdf_binder import VOLUME, Style, bind, kept_copies, shown_bytes
from exports.response import Entry, Response
from exports.table import BAG, formats_with
from exports.zip_bundle import check_package, write_zip

SMALLEST_PART = 5_000_000
_TRIES, _AIM = 5, 0.95
"""How often parts are made smaller when one came out too large; how much of the size asked is aimed at."""
_PICTURES = 40
_UNITS = {"": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a person asked for: formats by name, and how large a part may be in bytes (0: everything in one)."""

    formats: tuple[str, ...] = ()
    part_size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """One finished package: its response, its ZIP, its PDFs and the city's own copies of them."""

    response: Response
    zip: Path
    pdfs: tuple[BoundPdf, ...]
    kept: tuple[BoundPdf, ...]


Told = Callable[[int], None]
Signed = Callable[[str], str]


def size_of(text: str) -> int:
    """`500MB` or `2 GB` as bytes. Raises UsageError on anything else, or on less than a part needs."""
    clean = text.strip().lower().replace(" ", "").replace(",", "")
    digits = "".join(each for each in clean if each.isdigit() or each == ".")
    unit = clean.removeprefix(digits)
    if not digits or unit not in _UNITS or digits.count(".") > 1 or not digits.strip("."):
        raise UsageError(f"{text!r} is no size.", "Write it as 500MB or 2GB.")
    size = int(float(digits) * _UNITS[unit])
    if size < SMALLEST_PART:
        raise UsageError(f"{text} is too small for a part.", "The smallest is 5MB; most e-mail systems take 20MB.")
    return size


def build(response: Response, work: Path, wanted: Wanted, signed: Signed, key: str, told: Told) -> list[Built]:
    """The package, or its parts. Each is opened again and checked; raises DamageError when one is not right."""
    formats = formats_with([name for name in wanted.formats if name != BAG])
    if not wanted.part_size:
        return [_checked(_one(response, work, formats, signed, told), key)]
    known = _tried(response, work / "trial", formats, signed)
    budget = wanted.part_size * _AIM
    for attempt in range(_TRIES):
        cut = shares(response, budget, known)
        if cut == [whole(response)]:
            built = [_one(response, work / f"try-{attempt}", formats, signed, told)]
        else:
            parts = [response.shared(share, n, len(cut)) for n, share in enumerate(cut, 1)]
            built = list(_each(parts, work / f"try-{attempt}", formats, signed, told))
        largest = max((each.zip.stat().st_size for each in built if each.response.count > 1), default=0)
        if largest <= wanted.part_size:
            return [_checked(each, key) for each in built]
        budget *= _AIM * wanted.part_size / largest
    raise UnavailableError("The response could not be cut into parts of this size.", "Choose a larger --part-size.")


def _tried(response: Response, work: Path, formats: Sequence[Format], signed: Signed) -> Learned:
    """What a package of some of the records comes to, and some of the pictures as they are shown."""
    some, weight = trial(response)
    built = _one(some, work, formats, signed, lambda done: None)
    pdf = sum(each.path.stat().st_size for each in built.pdfs)
    return learned(response, weight, built.zip.stat().st_size, pdf, _picture_share(response), VOLUME)


def _picture_share(response: Response) -> float:
    """How many bytes pictures have on the page for each that is judged; of some of them."""
    every = (media for entry in some_of(response) if isinstance(entry, Entry) for media in entry.media if judged(media))
    some = list(islice(every, _PICTURES))
    return sum(map(shown_bytes, some)) / sum(map(judged, some)) if some else 0.0


def bag_of(response: Response, built: Sequence[Built], work: Path) -> Path:
    """The bag around the finished packages."""
    path = work / "response-bag.zip"
    with durable.scratch(path) as target:
        write_bag(response, [each.zip for each in built], target)
    return path


def part_files(built: Sequence[Built]) -> list[PartFile]:
    """What the list of parts says."""
    return [
        PartFile(
            part=each.response.part,
            name=zip_name(each),
            size=each.zip.stat().st_size,
            sha256=durable.hash_file(each.zip),
            first=each.response.first,
            count=each.response.count,
        )
        for each in built
    ]


def zip_name(built: Built) -> str:
    """The name under which a package is kept."""
    return f"{stem_of(built)}.zip"


def stem_of(built: Built) -> str:
    """What the names of a package's files begin with."""
    response = built.response
    return "response" if response.parts == 1 else f"response-part-{response.part:02d}"


def _each(
    parts: Sequence[Response], work: Path, formats: Sequence[Format], signed: Signed, told: Told
) -> Iterator[Built]:
    for part in parts:
        yield _one(part, work / f"part-{part.part:02d}", formats, signed, _after(part.first - 1, told))


def _after(before: int, told: Told) -> Told:
    return lambda done: told(before + done)


def _one(response: Response, work: Path, formats: Sequence[Format], signed: Signed, told: Told) -> Built:
    work.mkdir(parents=True, exist_ok=True)
    pdfs = tuple(bind(response, work, told, style=Style.WITH_KEPT_COPY))
    path = work / "response.zip"
    with durable.scratch(path) as target:
        write_zip(response, Made(pdfs=pdfs, work=work), target, signed, formats)
    return Built(response=response, zip=path, pdfs=pdfs, kept=tuple(kept_copies(work)))


def _checked(built: Built, key: str) -> Built:
    wrong = check_package(built.zip, key)
    if wrong:
        raise DamageError(f"The package did not come out right: {wrong[0]}.", "Nothing was kept; try again.")
    return built
