"""The envelope of a WACZ (Web Archive Collection Zipped): what it promises about its members, and whether it holds.

Versions 1.0.0, 1.1.1 and 1.2.0 are understood (webrecorder/specs, wacz): the first writes digests under `stats`, the
others beside the path.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archiver.normalized import decode_json
from archiver.platforms.reader import Package, Unread
from custody.errors import InputError

DATAPACKAGE = "datapackage.json"
VERSIONS = ("1.0.0", "1.1.1", "1.2.0")
LARGEST_ENVELOPE = 16 * 1024 * 1024
MOST_TITLES = 200_000
_STEP = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What a WACZ says around its WARCs. `doubtful` are members whose bytes are not those it lists.

    `titles` gives a page's title by its address as written. `notes` says what is wrong with the envelope itself.
    """

    doubtful: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Unread, ...] = ()


def is_wacz(package: Package) -> bool:
    """Whether the package is a WACZ: a datapackage.json at its root and something under archive/."""
    members = package.members()
    return DATAPACKAGE in members and any(member.startswith("archive/") for member in members)


def read_envelope(package: Package) -> Envelope:
    """Check every member against the digests the WACZ lists, and collect the titles of its pages."""
    notes: list[Unread] = []
    try:
        listing = _json(package, DATAPACKAGE)
    except InputError as error:
        return Envelope(titles=_titles(package), notes=(_note(DATAPACKAGE, f"envelope: unreadable ({error.message})"),))
    version = str(listing.get("wacz_version", "none")) if isinstance(listing, dict) else "none"
    if version not in VERSIONS:
        notes.append(_note(DATAPACKAGE, f"envelope: WACZ version {version[:20]} is not known; read as 1.2.0"))
    notes += _seal(package)
    doubtful = _check(package, _resources(listing), notes)
    return Envelope(doubtful=frozenset(doubtful), titles=_titles(package), notes=tuple(notes))


def _resources(listing: Any) -> list[tuple[str, str, int]]:
    """(path, sha256 in hexadecimal, bytes) of everything listed."""
    resources = listing.get("resources") if isinstance(listing, dict) else None
    found = []
    for entry in resources if isinstance(resources, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("path"), str):
            facts = {**entry, **(entry["stats"] if isinstance(entry.get("stats"), dict) else {})}
            digest = str(facts.get("hash", "")).removeprefix("sha256:").lower()
            size = facts.get("bytes")
            found.append((entry["path"], digest, size if isinstance(size, int) else -1))
    return found


def _check(package: Package, listed: list[tuple[str, str, int]], notes: list[Unread]) -> set[str]:
    members = set(package.members())
    doubtful = set()
    for path, digest, size in listed:
        if path not in members:
            notes.append(_note(path, "envelope: listed in datapackage.json, but not in the file"))
        elif (size >= 0 and package.size(path) != size) or _sha256(package, path) != digest:
            doubtful.add(path)
            notes.append(_note(path, "envelope: its bytes are not those datapackage.json lists"))
    for path in sorted(members - {path for path, _, _ in listed}):
        if path.startswith("archive/"):
            doubtful.add(path)
            notes.append(_note(path, "envelope: not listed in datapackage.json"))
    return doubtful


def _seal(package: Package) -> list[Unread]:
    """Whether datapackage-digest.json, when there is one, fits datapackage.json."""
    name = "datapackage-digest.json"
    if name not in package.members():
        return []
    try:
        seal = _json(package, name)
    except InputError as error:
        return [_note(name, f"envelope: unreadable ({error.message})")]
    digest = str(seal.get("hash", "")) if isinstance(seal, dict) else ""
    if digest.removeprefix("sha256:").lower() != _sha256(package, DATAPACKAGE):
        return [_note(DATAPACKAGE, "envelope: its bytes are not those datapackage-digest.json lists")]
    return []


def _titles(package: Package) -> dict[str, str]:
    titles: dict[str, str] = {}
    for member in package.members():
        if member.startswith("pages/") and member.endswith(".jsonl"):
            with package.open(member) as stream:
                while len(titles) < MOST_TITLES and (line := stream.readline(LARGEST_ENVELOPE)):
                    _add_title(titles, line)
    return titles


def _add_title(titles: dict[str, str], line: bytes) -> None:
    try:
        page = decode_json(line)
    except InputError:
        return
    if isinstance(page, dict) and isinstance(page.get("url"), str) and isinstance(page.get("title"), str):
        titles.setdefault(page["url"], page["title"])


def _note(member: str, reason: str) -> Unread:
    return Unread(member=member, reason=reason)


def _json(package: Package, member: str) -> Any:
    if package.size(member) > LARGEST_ENVELOPE:
        raise InputError(f"{member} is larger than {LARGEST_ENVELOPE} bytes")
    with package.open(member) as stream:
        return decode_json(stream.read(LARGEST_ENVELOPE))


def _sha256(package: Package, member: str) -> str:
    running = hashlib.sha256()
    with package.open(member) as stream:
        while piece := stream.read(_STEP):
            running.update(piece)
    return running.hexdigest()
