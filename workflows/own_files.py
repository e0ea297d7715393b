"""The files beside the vault: people's keys, answers, letters that were sent, notices, certificates.

What the ledger's acts name of them is compared with the acts. A file that is not there is not missed: what was sent has
a retention of its own, and each can be written again from the vault, byte for byte. The PDFs of letters, notices and
certificates are not compared: what counts of them stands in the text or the JSON beside them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archiver import durable
from archiver.catalog import authority_rows, queries
from archiver.catalog.finding import Finding
from archiver.catalog.ledger_check import public_key
from archiver.person_key import public_half
from custody.errors import CustodyError
from workflows.certificates import check_file
from workflows.house import House
from workflows.people import key_path


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    """A file that acts name, and the digests it may have."""

    path: Path
    digests: set[str]
    code: str
    message: str


def check_own_files(house: House) -> Iterator[Finding]:
    """Compare every file beside the vault that the acts name with what they say of it."""
    for each in (*_answers(house), *_letters(house), *_notices(house)):
        if durable.hash_file(each.path) not in each.digests:
            yield _changed(house, each.path, each.code, each.message)
    for path in sorted((house.settings.home / "certificates").glob("*/certificate.json")):
        try:
            problems = check_file(path, str(public_key(house.catalog))).problems
        except CustodyError as error:
            problems = (error.message,)
        if problems:
            yield _changed(house, path, "certificate-changed", problems[0])
    for user in authority_rows.users(house.catalog.connection):
        path = key_path(house, user.number, user.name)
        if path.exists() and public_half(path) != user.key:
            yield _changed(house, path, "person-key-changed", f"it is not the key with which {user.name} was enrolled")


def _answers(house: House) -> Iterator[_Named]:
    """Answers as they were written, those put aside too."""
    for number, folder in _of_requests(house.settings.responses):
        digests: dict[str, set[str]] = {}
        for act in queries.acts_of(house.catalog.connection, "request.responded", number):
            for name, digest in act["files"].items():
                digests.setdefault(name, set()).add(digest)
        for place in (folder, *sorted(folder.glob("earlier/*"))):
            for name, known in sorted(digests.items()):
                if (place / name).is_file():
                    message = "it is not the file that was written as the answer"
                    yield _Named(path=place / name, digests=known, code="answer-changed", message=message)


def _letters(house: House) -> Iterator[_Named]:
    for number, folder in _of_requests(house.settings.home / "letters"):
        for act in queries.acts_of(house.catalog.connection, "letter.sent", number):
            path = folder / f"{act['n']:02d}-{act['letter']}.txt"
            if path.is_file():
                message = "it is not the letter that was sent"
                yield _Named(path=path, digests={act["sha256"]}, code="letter-changed", message=message)


def _notices(house: House) -> Iterator[_Named]:
    for path in sorted((house.settings.home / "notices").glob("notice-*.txt")):
        number = path.stem.removeprefix("notice-")
        if number.isdecimal():
            drafted = queries.acts_of(house.catalog.connection, "notice.drafted", int(number))
            if digests := {act["letter_sha256"] for act in drafted}:
                message = "it is not the notice that was drafted"
                yield _Named(path=path, digests=digests, code="letter-changed", message=message)


def _of_requests(place: Path) -> Iterator[tuple[int, Path]]:
    for folder in sorted(place.glob("request-*")):
        number = folder.name.removeprefix("request-")
        if folder.is_dir() and number.isdecimal():
            yield int(number), folder


def _changed(house: House, path: Path, code: str, message: str) -> Finding:
    return Finding(code=code, object=path.relative_to(house.settings.home).as_posix(), message=message)
