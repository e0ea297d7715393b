"""Anchors: what others remember of the ledger, so that nobody here can rewrite its past unseen.

This computer remembers the newest checkpoint it saw (a pin). A witness on another machine signs what it saw and when;
question and answer travel as text files in a folder (a stick will do) or to a witness's address. `docs/threat-model.md`
says what is detected by which, and what by none.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver import durable, timestamps
from archiver.catalog import ledger_rows, queries
from archiver.catalog.finding import Finding
from archiver.catalog.ledger_check import public_key
from archiver.evidence import Evidence
from archiver.fetch import post_text
from archiver.ledger import origin_of
from archiver.signing import verify
from archiver.witness import question
from custody.checkpoint import VerifierKey, checkpoint_of, key_of, note_of, proof_text, witnessed_at
from custody.errors import CustodyError, DamageError, UnavailableError, UsageError
from custody.ids import RecordNumber, label_of
from custody.ledger import consistency_proof
from workflows.house import House
from workflows.pins import compare, pin_path

LATEST_MS = 120_000
"""How far an entry's time may lie after the time at which a witness saw it."""

_WAIT = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Trusted:
    """A witness whose signatures count, with the size of the ledger it signed last and when (seconds, 0 for never)."""

    number: int
    key: VerifierKey
    size: int
    at: int


def witnesses(house: House) -> list[Trusted]:
    """The witnesses this archive asks."""
    connection = house.catalog.connection
    found = []
    for number in range(1, queries.next_subject(connection, "witness.trusted")):
        (act, *_) = queries.acts_of(connection, "witness.trusted", number)
        answers = queries.acts_of(connection, "anchor.witnessed", number)
        newest = answers[-1] if answers else {"size": 0, "seen": 0}
        found.append(Trusted(number=number, key=key_of(act["key"]), size=newest["size"], at=newest["seen"]))
    return found


def write_key(house: House, path: Path) -> str:
    """Write the archive's public key into a file, as text. Returns it."""
    public = str(public_key(house.catalog))
    durable.write_new(path, [f"{public}\n".encode()])
    return public


def trust(house: House, key: str) -> VerifierKey:
    """Count on a witness by its public key. Raises UsageError when one of that name is there already."""
    public = key_of(key)
    if any(each.key.name == public.name for each in witnesses(house)):
        raise UsageError(f"There is a witness named {public.name} already.", "See: ofrecord anchor status")
    number = house.next_number("witness.trusted")
    house.journal.write(("witness.trusted", number, {"key": str(public)}))
    return public


def ask(house: House, place: str, name: str, since: int | None = None) -> str:
    """Ask a witness to sign the newest checkpoint: at an address at once, in a folder by leaving the question there.

    `since` is how many entries the witness has seen, where it knows better than this archive (an answer was lost).
    Returns what to do next, in plain words.
    """
    witness = _named(house, name)
    note = house.ledger.sign() or ""
    size, old = ledger_rows.size(house.catalog.connection), witness.size if since is None else since
    if not 0 <= old <= size:
        raise UsageError(f"The ledger has {size} entries, not {old}.", "Give the number the witness said.")
    proof: list[bytes] = []
    if 0 < old < size:
        proof = consistency_proof(old, size, ledger_rows.reader(house.catalog.connection))
    asked = question(old, proof, note)
    if place.startswith(("http://", "https://")):
        _take(house, witness, note, _posted(place, asked))
        return f"{name} has signed {size} entries."
    path = Path(place) / f"{_file(house)}.{name}.question.txt"
    durable.write_new(path, [asked.encode()])
    return f"Carry {path} to the witness: ofrecord witness sign {place} --witness FOLDER; then: ofrecord anchor take."


def take(house: House, place: str, name: str) -> int:
    """Take a witness's answer from a folder. Returns the size of the ledger it signed."""
    witness = _named(house, name)
    start = Path(place) / f"{_file(house)}.{name}"
    try:
        answer = Path(f"{start}.answer.txt").read_text(encoding="utf-8")
        asked = Path(f"{start}.question.txt").read_text(encoding="utf-8")
    except OSError as error:
        raise UnavailableError(
            f"{error.filename} cannot be read: {error.strerror}.",
            "Ask first, and let the witness sign: ofrecord anchor",
        ) from error
    return _take(house, witness, asked.partition("\n\n")[2], answer)


def stamp(house: House, path: Path) -> Path:
    """Write the question to a time-stamping authority into a file, and the checkpoint it is about beside it."""
    note = house.ledger.sign() or ""
    durable.write_new(path, [timestamps.request(note.encode())])
    beside = path.with_suffix(".checkpoint.txt")
    durable.write_new(beside, [note.encode()])
    return beside


def take_stamp(house: House, reply: Path, certificate: Path) -> datetime:
    """Take an authority's reply; the checkpoint lies beside it. Returns the moment it names."""
    try:
        note = reply.with_suffix(".checkpoint.txt").read_text(encoding="utf-8")
        token, root = reply.read_bytes(), certificate.read_bytes()
    except OSError as error:
        raise UnavailableError(
            f"{error.filename} cannot be read: {error.strerror}.", "Keep the reply beside the question's files."
        ) from error
    moment = timestamps.stamped_at(token, note.encode(), root)
    for finding in compare(house.catalog, house.settings.archive, note, str(reply)):
        raise DamageError(f"The stamp is about another ledger: {finding.message}.", "Ask again: ofrecord anchor stamp")
    size = checkpoint_of(note_of(note).text).size
    data = {"size": size, "note": note, "at": int(moment.timestamp()), "token": base64.b64encode(token).decode()}
    house.journal.write(("anchor.stamped", 0, {**data, "certificate": root.decode("ascii", "replace")}))
    return moment


def write_proof(house: House, number: RecordNumber, n: int, folder: Path) -> list[Path]:
    """Write the proof that one version of a record is in the ledger, for any tool that reads C2SP's form.

    Two files: the entry, and the tlog-proof with the signed checkpoint. Neither says anything of the record's content.
    Raises UnavailableError when there is no such version.
    """
    leaf = next((row["leaf"] for row in queries.versions_of(house.catalog.connection, number) if row["n"] == n), None)
    if leaf is None:
        raise UnavailableError(f"There is no version {n} of {label_of(number)}.", "See: ofrecord show")
    proof = Evidence(house.catalog, house.vault, house.ledger, [leaf]).of(number, n)
    name = f"{label_of(number)}-v{n}"
    _, note = house.ledger.signed_beyond(leaf)
    durable.write_new(folder / f"{name}.entry.json", [proof.entry])
    durable.write_new(folder / f"{name}.tlog-proof", [proof_text(proof.index, proof.path, note).encode()])
    return [folder / f"{name}.entry.json", folder / f"{name}.tlog-proof"]


def status(house: House, now: datetime) -> dict[str, Any]:
    """How old each outside memory of the ledger is, in hours; `hours` is the newest's, None when there is none."""
    connection = house.catalog.connection
    size = ledger_rows.size(connection)
    rows: list[dict[str, Any]] = [
        {"witness": each.key.name, "entries": each.size, "hours": _hours(now, each.at * 1000) if each.at else None}
        for each in witnesses(house)
    ]
    answered = queries.newest_act(connection, "request.responded")
    released = _hours(now, answered) if answered else None
    stamps = queries.acts_of(connection, "anchor.stamped", 0)
    stamped = _hours(now, stamps[-1]["at"] * 1000) if stamps else None
    known = [hours for hours in (*(row["hours"] for row in rows), released, stamped) if hours is not None]
    path = pin_path(house.settings)
    return {
        "entries": size,
        "key": str(public_key(house.catalog)),
        "witnesses": rows,
        "response_hours": released,
        "stamp_hours": stamped,
        "hours": min(known, default=None),
        "pin": str(path) if path is not None and path.exists() else None,
    }


def check_anchors(house: House) -> Iterator[Finding]:
    """Compare the ledger with everything witnesses have signed, and its times with theirs."""
    connection = house.catalog.connection
    for each in witnesses(house):
        for act in queries.acts_of(connection, "anchor.witnessed", each.number):
            where = f"{each.key.name}'s checkpoint of {act['size']} entries"
            yield from compare(house.catalog, house.settings.archive, act["note"], where)
            seen = witnessed_at(note_of(act["note"]), each.key, verify)
            if seen is None:
                yield Finding(code="anchor-unsigned", object=where, message="the witness did not sign this")
            else:
                yield from _too_late(house, act["size"], seen, where)
    yield from check_stamps(house)


def check_stamps(house: House) -> Iterator[Finding]:
    """Compare the ledger with every checkpoint an authority has stamped, and its times with the stamps."""
    for act in queries.acts_of(house.catalog.connection, "anchor.stamped", 0):
        where = f"the time stamp of {act['size']} entries"
        yield from compare(house.catalog, house.settings.archive, act["note"], where)
        try:
            token, root = base64.b64decode(act["token"]), act["certificate"].encode()
            seen = timestamps.stamped_at(token, act["note"].encode(), root).timestamp()
        except CustodyError as error:
            yield Finding(code="anchor-unsigned", object=where, message=error.message)
            continue
        yield from _too_late(house, act["size"], seen, where)


def _too_late(house: House, size: int, seen: float, where: str) -> Iterator[Finding]:
    row = ledger_rows.checkpoint_beyond(house.catalog.connection, size - 1)
    if row is not None and row["size"] == size and row["at"] > seen * 1000 + LATEST_MS:
        message = "an entry is dated after the moment at which it was seen"
        yield Finding(code="time-impossible", object=where, message=message)


def _take(house: House, witness: Trusted, note: str, answer: str) -> int:
    signed = note_of(note + answer)
    seen = witnessed_at(signed, witness.key, verify)
    checkpoint = checkpoint_of(signed.text)
    if seen is None:
        raise DamageError(f"This answer is not signed by {witness.key.name}.", "Ask again: ofrecord anchor ask")
    for finding in compare(house.catalog, house.settings.archive, note, witness.key.name):
        raise DamageError(f"The answer is about another ledger: {finding.message}.", "Ask again: ofrecord anchor ask")
    data = {"witness": witness.key.name, "size": checkpoint.size, "seen": seen, "note": str(signed)}
    house.journal.write(("anchor.witnessed", witness.number, data))
    return checkpoint.size


def _named(house: House, name: str) -> Trusted:
    there = witnesses(house)
    for each in there:
        if each.key.name == name:
            return each
    known = ", ".join(each.key.name for each in there) or "none yet"
    raise UsageError(f"There is no witness {name!r} (known: {known}).", "Name its key: ofrecord anchor trust KEY")


def _posted(address: str, asked: str) -> str:
    status, said = post_text(address.rstrip("/") + "/add-checkpoint", asked, _WAIT)
    if status != 200:
        raise UnavailableError(
            f"The witness refuses to sign: {said.strip()[:4096]}", "Keep the archive as it is, and find out why."
        )
    return said


def _file(house: House) -> str:
    return origin_of(house.settings.archive).replace("/", "-")


def _hours(now: datetime, at: int) -> float:
    return round((now.timestamp() * 1000 - at) / 3_600_000, 1)
