"""That an answer went out: to whom, by which way, which files. A person sends it and says so; no program does.

`request decide` writes the sending down together with the determination; what is sent again, or to somebody else, or
before the determination is recorded, is written down here.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.catalog import queries
from custody.errors import DamageError, UnavailableError, UsageError
from workflows.house import House
from workflows.requesting import request_of

WAYS = (
    "email", "mail", "certified_mail", "personal_service", "in-person", "fax", "platform-message", "portal", "disk",
    "paper", "other",
)  # fmt: skip
"""The ways an answer goes out."""

SERIES = "WI-PRR"
"""Released packages are records themselves, in the series of the public records request file."""


def sent(house: House, number: int, to: str, way: str, note: str = "") -> dict[str, Any]:
    """Write down that the newest answer was sent. Raises UsageError when there is none, the way is unknown, or it is
    written down already word for word."""
    request_of(house, number)
    if not to.strip():
        raise UsageError("Say to whom it was sent.", 'Nobody has to give a name: --to "requester" is enough.')
    if way not in WAYS:
        raise UsageError(f"There is no way {way!r}.", f"Choose one of: {', '.join(WAYS)}.")
    answer = newest_answer(house, number)
    data = _sending(answer, to.strip(), way, note)
    for each in sendings(house, number):
        if all(each[name] == data[name] for name in ("to", "by_way", "note", "zip_sha256")):
            raise UsageError(
                f"It is written down already that this answer to request {number} went to {data['to']} by {way}.",
                "Nothing was added. If you sent it once more, say so: --note 'sent again, WHY'.",
            )
    house.journal.write(("request.sent", number, data))
    return {"request": number, **{name: data[name] for name in data if name != "series"}}


def sent_with(house: House, number: int, to: str, way: str, day: date) -> list[tuple[str, int, Mapping[str, Any]]]:
    """The act that the newest answer went out with its determination; none when it is written down already, or by this
    way nothing can be handed over."""
    answer = newest_answer(house, number)
    if way not in WAYS or was_sent(house, number):
        return []
    data = _sending(answer, to.strip() or "requester", way, "")
    return [("request.sent", number, {**data, "day": day.isoformat()})]


def sendings(house: House, number: int) -> list[dict[str, Any]]:
    """Each time an answer to this request was sent, oldest first."""
    return queries.acts_of(house.catalog.connection, "request.sent", number)


def was_sent(house: House, number: int) -> bool:
    """Whether it is written down that the newest answer went out."""
    answer = newest_answer(house, number)
    return any(each["answer"] == answer["number"] for each in sendings(house, number))


def newest_answer(house: House, number: int) -> dict[str, Any]:
    """The newest answer to a request. Raises UsageError when there is none yet."""
    answers = queries.acts_of(house.catalog.connection, "request.responded", number)
    if not answers:
        raise UsageError(
            f"There is no answer to request {number} yet.", f"Write it first: ofrecord request respond {number}"
        )
    return answers[-1]


def _sending(answer: dict[str, Any], to: str, way: str, note: str) -> dict[str, Any]:
    digests = [digest for _, digest in packages_of(answer)]
    data = {"to": to, "by_way": way, "note": note, "zip_sha256": digests, "answer": answer["number"]}
    return {**data, "series": SERIES}


def packages_of(answer: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """The ZIPs of an answer with their digests."""
    for each in answer.get("parts") or [{"zip": answer["zip"], "sha256": answer["zip_sha256"]}]:
        yield Path(each["zip"]), each["sha256"]


def checked_packages(answer: dict[str, Any]) -> list[Path]:
    """The ZIPs of an answer, read again: they are still what was written."""
    found = []
    for path, digest in packages_of(answer):
        if not path.is_file():
            raise UnavailableError(f"{path} is not there any more.", "Write the answer again: ofrecord request respond")
        if durable.hash_file(path) != digest:
            raise DamageError(f"{path} is not the file that was written.", "Write the answer again, then compare.")
        found.append(path)
    return found
