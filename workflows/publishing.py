"""The reading room: a folder with the published answers as a static site, for the city's own web server.

Only released bytes go there: each package as it was written and checked, unpacked. What stands in the room follows
from the acts; whoever has named himself as a requester is named nowhere.
"""

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from archiver import durable
from archiver.catalog import queries
from custody.errors import DamageError, UsageError
from custody.request import RecordsRequest
from custody.words import words
from exports.reading_room import Published, front_page
from exports.zip_bundle import check_package
from workflows.access import reading
from workflows.coverage import day_of
from workflows.deciding import follows
from workflows.house import House
from workflows.requesting import request_of
from workflows.sending import SERIES, checked_packages, newest_answer

INDEX, LIST, DOWNLOADS = "index.html", "published.json", "downloads"
_FORMAT = "ofrecord-reading-room/1"


def publish(house: House, number: int, to: Path, title: str = "", dry_run: bool = False) -> dict[str, Any]:
    """Put the newest answer into the reading room, or bring it up to date there. A dry run changes nothing.

    Raises UsageError when there is no answer, when the folder is something else, or when the requester would be named.
    """
    to = to.absolute()
    with reading(house, "request.publish", f"request {number}") as read:
        request = request_of(house, number)
        answer = newest_answer(house, number)
        _refuse_changed(house, request)
        _refuse_foreign(to)
        before = [row["title"] for row in _standing(house, to) if row["request"] == number]
        title = title.strip() or (before[0] if before else request.words)
        packages = checked_packages(answer)
        for package in packages:
            wrong = check_package(package, house.ledger.public_key())
            if wrong:
                raise DamageError(f"{package}: {wrong[0]}.", "Write the answer again: ofrecord request respond")
        _refuse_named(request.requester, [title, *_heads(packages)])
        files = [name for package in packages for name in _names(package)]
        read.found(answer["released"] + answer["redacted"] + answer["withheld"], "planned" if dry_run else "written")
        told = {"request": number, "to": str(to), "title": title, "updated": bool(before)}
        told["files"] = len(files) + len(packages)
        told["bytes"] = sum(package.stat().st_size for package in packages)
        if dry_run:
            return {**told, "dry_run": True}
        _unpack(packages, to, number)
        data = {name: told[name] for name in ("to", "title", "files")} | {"answer": answer["number"], "series": SERIES}
        house.journal.write(("request.published", number, data))
        _write_index(house, to)
        return {**told, "dry_run": False}


def take_back(house: House, number: int, to: Path, dry_run: bool = False) -> dict[str, Any]:
    """Take an answer out of the reading room. What was copied from there meanwhile stays where it is."""
    to = to.absolute()
    with reading(house, "request.publish", f"request {number}") as read:
        request_of(house, number)
        _refuse_foreign(to)
        place = to / _folder(number)
        there = [each for each in place.rglob("*") if each.is_file()] if place.is_dir() else []
        there += (to / DOWNLOADS).glob(f"{_folder(number)}[.-]*")
        if not there and number not in [row["request"] for row in _standing(house, to)]:
            raise UsageError(f"Request {number} is not published in {to}.", "Nothing was changed.")
        read.found(len(there), "planned" if dry_run else "taken back")
        told = {"request": number, "to": str(to), "files": len(there), "remains": list(_remains(house, number, to))}
        if not dry_run:
            house.journal.write(("request.unpublished", number, {"to": str(to)}))
            _forget(to, number)
            _write_index(house, to)
        return {**told, "dry_run": dry_run}


def _refuse_changed(house: House, request: RecordsRequest) -> None:
    blocks = follows(house, request.number).blocks if request.state.is_live else ()
    if blocks:
        raise UsageError(f"The answer cannot be published: {'; '.join(blocks)}.", "Nothing was published.")


def _remains(house: House, number: int, to: Path) -> Iterator[str]:
    yield "the answer in the archive's own folder, which is a record itself"
    yield "what people, search engines and web archives have copied from the website"
    yield "backups of the web server"
    for act in queries.acts_of(house.catalog.connection, "request.published", number):
        if act["to"] != str(to):
            yield f"the same answer in {act['to']}, if it was not taken back there"
    if queries.acts_of(house.catalog.connection, "request.sent", number):
        yield "what was sent to the requester"


def _names(package: Path) -> list[str]:
    with zipfile.ZipFile(package) as opened:
        return opened.namelist()


def _folder(number: int) -> str:
    return f"request-{number}"


def _refuse_foreign(to: Path) -> None:
    if to.exists() and not to.is_dir():
        raise UsageError(f"{to} is a file, not a folder.", "Choose a folder.")
    if to.is_dir() and any(to.iterdir()) and not _is_room(to):
        raise UsageError(
            f"{to} holds something else than a reading room.",
            "Choose an empty folder, or the one used before. Nothing was changed.",
        )


def _is_room(to: Path) -> bool:
    try:
        return bool(json.loads((to / LIST).read_bytes())["format"] == _FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _refuse_named(requester: str, texts: Sequence[str]) -> None:
    """Names of three letters and more; whoever made the request is not to be found by it."""
    names = {name for name in words(requester) if len(name) > 2}
    said = {word for text in texts for word in words(text)}
    if names & said:
        raise UsageError(
            "The requester's name stands in what would be published: in the request's words, a query or the title.",
            "Nobody who asks for records is named in public here. Give another --title; if the words of the request "
            "themselves name the person, publish a copy made by hand instead. Nothing was changed.",
        )


def _heads(packages: Sequence[Path]) -> Iterator[str]:
    """What the packages say about the request itself, without their records."""
    for package in packages:
        with zipfile.ZipFile(package) as opened, opened.open("records.json") as file:
            head = file.readline()
        data = json.loads(head.decode().removesuffix('"records": [\n') + '"records": []}')
        yield data["words"]
        yield from (f"{each['query']} {each['said_as']}" for each in data["collections"])


def _unpack(packages: Sequence[Path], to: Path, number: int) -> None:
    """The new files first, beside the old ones; then the one folder in place of the other."""
    place, beside = to / _folder(number), to / f".{_folder(number)}.new"
    durable.remove_folder(beside)
    for n, package in enumerate(packages, 1):
        into = beside if len(packages) == 1 else beside / f"part-{n:02d}"
        with zipfile.ZipFile(package) as opened:
            for info in opened.infolist():
                with opened.open(info) as file:
                    durable.write_new(into / info.filename, _chunks(file))
    _forget(to, number)
    durable.move_folder(beside, place)
    for n, package in enumerate(packages, 1):  # beside the folder: what is in it can be checked as it is
        with package.open("rb") as whole:
            durable.write_new(to / _download(number, n if len(packages) > 1 else 0), _chunks(whole))


def _forget(to: Path, number: int) -> None:
    """Remove what stands of an answer in the room."""
    durable.remove_folder(to / _folder(number))
    for old in (to / DOWNLOADS).glob(f"{_folder(number)}[.-]*"):
        durable.remove(old)


def _download(number: int, part: int) -> str:
    return f"{DOWNLOADS}/{_folder(number)}-part-{part:02d}.zip" if part else f"{DOWNLOADS}/{_folder(number)}.zip"


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    yield from iter(lambda: file.read(1 << 20), b"")


def _standing(house: House, to: Path) -> list[dict[str, Any]]:
    """What stands in this reading room, as the acts say, by request."""
    connection = house.catalog.connection
    found = []
    for request in queries.requests(connection):
        acts = [
            act
            for kind in ("request.published", "request.unpublished")
            for act in queries.acts_of(connection, kind, request.number)
            if act["to"] == str(to)
        ]
        newest = max(acts, key=lambda act: int(act["number"]), default={})
        if "title" in newest:
            found.append({**newest, "request": int(request.number), "received": request.received_at})
    return found


def _write_index(house: House, to: Path) -> None:
    rows = []
    for row in _standing(house, to):
        answers = queries.acts_of(house.catalog.connection, "request.responded", row["request"])
        answer = next(each for each in answers if each["number"] == row["answer"])
        parts = range(1, len(answer.get("parts") or ()) + 1) or (0,)
        places = tuple(link for part in parts for link in _links(row["request"], part))
        rows.append(
            Published(
                request=row["request"],
                title=row["title"],
                received=day_of(round(row["received"].timestamp() * 1000), house),
                released=answer["released"],
                redacted=answer["redacted"],
                withheld=answer["withheld"],
                places=places,
            )
        )
    rows.reverse()
    listing = {"format": _FORMAT, "published": [{"request": row.request, "title": row.title} for row in rows]}
    durable.write_new(to / LIST, [json.dumps(listing, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"])
    durable.write_new(to / INDEX, [front_page(house.city.title, house.city.letterhead, rows)])


def _links(number: int, part: int) -> Iterator[tuple[str, str]]:
    """What the list leads to: the page to read and the package as one file."""
    place = f"{_folder(number)}/part-{part:02d}/{INDEX}" if part else f"{_folder(number)}/{INDEX}"
    yield (f"Read part {part}" if part else "Read", place)
    yield (f"Download part {part}" if part else "Download", _download(number, part))
