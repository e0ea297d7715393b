"""The end of the demo: seven years later, what may go is destroyed by two people, and nothing of it is found again.

It runs on a copy of the demo's archive with a clock that is handed in, since nobody can wait for years. Each step is
the one that a command makes; the command is shown beside it.
"""

import gzip
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from custody.clock import fixed_clock, local_day
from workflows import certificates, noticing, people, purge_carrying_out, purge_list, purge_steps
from workflows.house import House, open_for_writing, open_house
from workflows.noticing import Wanted
from workflows.people import Signer
from workflows.settings import Settings, read_settings

LATER = Path("demo-archive-in-2033")
BEGIN = datetime(2033, 3, 1, 15, 0, tzinfo=UTC)
RULES = ("WI-DEF-7Y", "WI-SM-PUB")
PASSWORDS = {
    "Max Director": "harbor lamp violet seven",
    "Carla Clerk": "ladder pepper orbit quiet",
    "Dana Ruiz": "copper window travel mint",
}
"""Fictional people, whose passwords everybody may know."""


class Days:
    """A clock that is moved by hand."""

    def __init__(self, settings: Settings) -> None:
        self.now, self.settings = BEGIN, settings

    def later(self, days: float) -> None:
        """Let time pass, and say so."""
        self.now += timedelta(days=days)
        print(f"    ... {days:.0f} days later, {self.now:%B} {self.now.day}, {self.now.year}\n", flush=True)

    def writing(self) -> AbstractContextManager[House]:
        """The archive, open for writing on this day."""
        return open_for_writing(self.settings, fixed_clock(self.now))

    def reading(self) -> AbstractContextManager[House]:
        """The archive, open for reading on this day."""
        return open_house(self.settings, fixed_clock(self.now))


def run(home: Path) -> tuple[Path, list[str], Settings]:
    """Destroy what may go, in a copy. Returns the certificate's PDF, what the destroyed records said, the archive."""
    if LATER.exists():
        shutil.rmtree(LATER)
    shutil.copytree(home, LATER, ignore=shutil.ignore_patterns("responses", "*.zip"))
    settings = read_settings(LATER, "demo")
    settings = replace(settings, pins=None)
    days = Days(settings)
    _enrol(days)
    _notify(days)
    number, texts = _propose(days)
    days.later(2)
    with _step(days, f"purge approve {number}") as house:
        purge_steps.approve(house, _as(house, "Dana Ruiz"), number)
    days.later(15)
    with _step(days, f"purge execute {number}") as house:
        count = purge_steps.purge_of(house, number).count
        purge_carrying_out.carry_out(house, _as(house, "Carla Clerk"), number, count, (), lambda *told: None)
    with days.reading() as house:
        written = certificates.write_certificate(house, number, LATER / "certificates")
    found = certificates.check_file(written.json, "")
    print(f"    {written.count} records destroyed, certificate {written.certificate}: ", end="")
    print("every signature and proof fits\n" if not found.problems else f"PROBLEMS {found.problems}\n", flush=True)
    if found.problems:
        sys.exit("The demo stopped: the certificate does not check.")
    return written.pdf, texts, settings


def _enrol(days: Days) -> None:
    with _step(days, 'user add "Max Director" --role director') as house:
        people.enrol_first_director(house, "Max Director", PASSWORDS["Max Director"])
    for name, role in (("Carla Clerk", "clerk"), ("Dana Ruiz", "custodian")):
        with _step(days, f'user add "{name}" --role {role}') as house:
            people.enrol(house, _as(house, "Max Director"), name, role, PASSWORDS[name])


def _notify(days: Days) -> None:
    """Every series that needs it: the letter, the mailing, and the sixty days."""
    with _step(days, 'notice draft --contact "Dana Ruiz" --phone 715-555-0100') as house:
        notice, letter = noticing.draft(house, Wanted(contact="Dana Ruiz", phone="715-555-0100"))
        print(f"    a letter to the Historical Society: {letter}\n")
    with _step(days, f"notice sent {notice['number']} --on {days.now:%Y-%m-%d}") as house:
        noticing.sent(house, notice["number"], local_day(days.now, house.city.time_zone))
    days.later(61)


def _propose(days: Days) -> tuple[int, list[str]]:
    with days.reading() as house:
        found = purge_list.due_list(house, RULES)
        texts = [version.content.text for number in found.numbers for version in house.shelf.versions(number)]
    rules = " ".join(f"--although-unverified {rule}" for rule in RULES)
    with _step(days, f"purge propose {rules}") as house:
        batch = purge_steps.propose(house, _as(house, "Carla Clerk"), RULES)
    print(f"    {batch.count} records may go; {found.kept} must be kept longer. Why others stay:", end=" ")
    print(", ".join(f"{why} ({count})" for why, count in found.excluded.items()) or "none", "\n", flush=True)
    return batch.number, texts


@contextmanager
def _step(days: Days, command: str) -> Iterator[House]:
    print(f"$ ofrecord --home {LATER} {command}", flush=True)
    with days.writing() as house:
        yield house
    print(flush=True)


def _as(house: House, name: str) -> Signer:
    return people.sign_in(house, name, PASSWORDS[name])


def look_for(texts: Sequence[str], folder: Path, told: Callable[[str], None]) -> int:
    """Look for each text in every byte of a folder, packed or not, by means that are not the product's own."""
    wanted = sorted({text.encode() for text in texts if len(text) >= 16})
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    hits = [(text, path) for path in files for data in _readings_of(path) for text in wanted if text in data]
    told(f"    {len(wanted)} texts looked for in {len(files)} files, as they lie and unpacked: {len(hits)} found")
    for text, path in hits[:5]:
        told(f"    FOUND in {path}: {text[:60].decode(errors='replace')!r}")
    return len(hits)


def _readings_of(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if data[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(data)
        except (OSError, zlib.error, EOFError):
            yield b""
