"""The files beside the vault: people's keys, answers, letters that were sent, notices, certificates.

What the ledger's acts name of them is compared with the acts. A file that is not there is not missed: what was sent has
a retention of its own, and each can be written again from the vault. Acts of earlier versions of the program name no
digest of the PDFs of letters, notices and certificates, nor of what lies beside an answer; those are not compared.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.catalog import authority_rows, queries
from archiver.catalog.finding import Finding
from archiver.catalog.ledger_check import public_key
from archiver.person_key import public_half
from custody.digest import sha256
from custody.errors import CustodyError
from workflows.certificates import ISSUED, check_file, papers_of
from workflows.house import House
from workflows.letters import pdf_again
from workflows.people import key_path
from workflows.shelving import digests_of


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    """A file that acts name, and the digests it may have; how it would be written `again` by the program as it is now,
    which may set its pages another way than the one that wrote it first."""

    path: Path
    digests: set[str]
    code: str
    message: str
    again: Callable[[], bytes] | None = None

    def is_sound(self) -> bool:
        found = durable.hash_file(self.path)
        return found in self.digests or (self.again is not None and found == sha256(self.again()))


def check_own_files(house: House) -> Iterator[Finding]:
    """Compare every file beside the vault that the acts name with what they say of it."""
    for each in (*_answers(house), *_letters(house), *_notices(house), *_certificates(house)):
        if not each.is_sound():
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
        digests = digests_of(house, number)
        for place in (folder, *sorted(folder.glob("earlier/*"))):
            for name, known in sorted(digests.items()):
                if (place / name).is_file():
                    message = "it is not the file that was written as the answer"
                    yield _Named(path=place / name, digests=known, code="answer-changed", message=message)


def _letters(house: House) -> Iterator[_Named]:
    for number, folder in _of_requests(house.settings.home / "letters"):
        for act in queries.acts_of(house.catalog.connection, "letter.sent", number):
            path, message = folder / f"{act['n']:02d}-{act['letter']}.txt", "it is not the letter that was sent"
            if path.is_file():
                yield _Named(path=path, digests={act["sha256"]}, code="letter-changed", message=message)
            path = path.with_suffix(".pdf")
            if path.is_file() and "pdf_sha256" in act:
                again, known = partial(pdf_again, act), {act["pdf_sha256"]}
                yield _Named(path=path, digests=known, code="letter-changed", message=message, again=again)


def _notices(house: House) -> Iterator[_Named]:
    said = {".txt": "letter_sha256", ".pdf": "pdf_sha256"}
    for path in sorted((house.settings.home / "notices").glob("notice-*.*")):
        number = path.stem.removeprefix("notice-")
        if number.isdecimal() and path.suffix in said:
            drafted = queries.acts_of(house.catalog.connection, "notice.drafted", int(number))
            if digests := {act[said[path.suffix]] for act in drafted if said[path.suffix] in act}:
                message = "it is not the notice that was drafted"
                yield _Named(path=path, digests=digests, code="letter-changed", message=message)


def _certificates(house: House) -> Iterator[_Named]:
    """What lies beside the data of a certificate; the data is checked by its own signatures."""
    for batch in authority_rows.purges(house.catalog.connection):
        for act in queries.acts_of(house.catalog.connection, ISSUED, batch.number):
            for name, digest in act.get("files", {}).items():
                path, message = house.settings.home / "certificates" / act["certificate"] / name, "it was changed"
                again = partial(_paper_again, house, act["document"], name)
                if path.is_file():
                    code = "certificate-changed"
                    yield _Named(path=path, digests={digest}, code=code, message=message, again=again)


def _paper_again(house: House, document: Mapping[str, Any], name: str) -> bytes:
    return papers_of(house, document)[name]


def _of_requests(place: Path) -> Iterator[tuple[int, Path]]:
    for folder in sorted(place.glob("request-*")):
        number = folder.name.removeprefix("request-")
        if folder.is_dir() and number.isdecimal():
            yield int(number), folder


def _changed(house: House, path: Path, code: str, message: str) -> Finding:
    return Finding(code=code, object=path.relative_to(house.settings.home).as_posix(), message=message)
