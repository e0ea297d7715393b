"""Certificates of destruction: issued once as an act that is kept for ever, written out as often as anybody asks.

A certificate is made from acts alone, so it can be issued after a crash too, and comes out the same every time.
"""

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver import backup_set, durable, signing
from archiver.catalog import authority_rows, keeping_queries, ledger_rows, purge_rows
from archiver.catalog.act import Act
from archiver.catalog.ledger_check import public_key
from archiver.catalog.rows import moment
from archiver.ledger import origin_of
from custody.authority import User, Waits, numbers_in
from custody.clock import text_of
from custody.digest import sha256
from custody.errors import DamageError, InputError, UnavailableError, UsageError
from custody.ledger import joint_proof
from exports.certificate import paper_of
from exports.certificate_check import LIMITS, Report, check_certificate
from exports.certificate_file import Evidence, certificate_chunks
from exports.premis_deletion import premis_of
from policies.roles import roles
from workflows.access import reading
from workflows.house import House
from workflows.purge_steps import destroyed_by, purge_of, refuse_done_again
from workflows.terms import schedules_of, terms_of

__all__ = ["LIMITS"]
ISSUED = "certificate.issued"
MOST = 2_000_000_000
"""Bytes of a certificate's file that are read."""

_STEPS = ("proposed", "approved", "begun")


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """The files of a certificate."""

    certificate: str
    count: int
    json: Path
    pdf: Path
    premis: Path


def issue(
    house: House, number: int, method: Sequence[str], survivors: int | None, backups: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """Issue the certificate of a purge that was carried out, once; afterwards it is what it is. Returns the document.

    `survivors` is how many versions were compared in the rewritten files; None when a crash came between. Raises
    UnavailableError while the search for remains has not ended with nothing found.
    """
    known = document_of(house, number)
    if known is not None:
        return known
    document = {**_document(house, number, backups), "method": list(method), "survivors": survivors}
    files = {name: sha256(data) for name, data in papers_of(house, document).items()}
    house.journal.write(
        (ISSUED, number, {"certificate": document["certificate"], "document": document, "files": files})
    )
    return document


def document_of(house: House, number: int) -> dict[str, Any] | None:
    """The certificate as it was issued; None before that."""
    issued = authority_rows.acts_about(house.catalog.connection, [ISSUED], number)
    return dict(issued[-1][0].data["document"]) if issued else None


def write_certificate(house: House, number: int, into: Path) -> Written:
    """Write a certificate as JSON with every proof, as a PDF, and as PREMIS events, into a folder."""
    refuse_done_again(house, purge_of(house, number))
    with reading(house, "purge.certificate", f"purge {number}") as read:
        document = document_of(house, number)
        if document is None:
            raise UnavailableError(
                f"Purge {number} has no certificate: it was not carried out, or the search for remains has not ended.",
                f"`ofrecord purge show {number}` shows how far it is.",
            )
        read.found(document["count"])
    name = into / document["certificate"]
    written = Written(
        certificate=document["certificate"],
        count=document["count"],
        json=name / "certificate.json",
        pdf=name / "certificate.pdf",
        premis=name / "premis.xml",
    )
    durable.write_new(written.json, certificate_chunks(_evidence(house, number, document)))
    for path, data in papers_of(house, document).items():
        durable.write_new(name / path, [data])
    return written


def papers_of(house: House, document: Mapping[str, Any]) -> dict[str, bytes]:
    """What is written beside a certificate's data, by name: the same for people, and as PREMIS events."""
    from exports.pdf_paper import paper_bytes  # the typesetter is slow to load

    page = paper_bytes(paper_of(document, house.city.letterhead, house.city.time_zone))
    return {"certificate.pdf": page, "premis.xml": premis_of(document)}


def backup_sets(folder: Path, expires: str) -> list[dict[str, str]]:
    """The finished sets on a backup medium, for a certificate to name. Only their names are read, and no key is needed.

    Raises UsageError when it is no backup medium.
    """
    if not backup_set.is_backup(folder):
        raise UsageError(f"{folder} is no backup medium.", "Name the folder that `ofrecord backup` writes to.")
    names = sorted(path.stem for path in (folder / "sets").glob("*.set") if path.stem != backup_set.UNFINISHED)
    return [{"medium": folder.name, "set": name, "at": name[:10], "expires": expires} for name in names]


def check_file(path: Path, key: str) -> Report:
    """Check a certificate's file without the archive. Raises InputError when it is none."""
    try:
        if path.stat().st_size > MOST:
            raise InputError(f"{path} is too large for a certificate.", "Give the right file.")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Give the path of certificate.json.") from error
    return check_certificate(data, key, signing.verify, roles())


def _document(house: House, number: int, backups: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    executed = _found(destroyed_by(house, number), number)
    verified = _found(purge_rows.verification_of(house.catalog.connection, executed["subject"]), number)
    steps = {kind: _step(house, kind, number) for kind in _STEPS}
    proposed, begun, terms = steps["proposed"][0].data, steps["begun"][0], terms_of(house)
    used = {row["series"] for row in proposed["series"]} | {row["governed_by"] for row in proposed["series"]}
    residue = {name: value for name, value in verified["data"].items() if name != "by"}
    done = executed["data"]
    if residue["hits"]:
        raise UnavailableError("Remains were found, so there is no certificate.", "`ofrecord purge show` names them.")
    return {
        "version": 1,
        "certificate": done["authority"]["certificate"],
        "purge": number,
        "city": house.city.title,
        "jurisdiction": schedules_of(house).title,
        "log": origin_of(house.settings.archive),
        "series_kept_under": "WI-DISP",
        "count": proposed["count"],
        "versions": proposed["versions"],
        "records": proposed["numbers"],
        **({"items": proposed["items"]} if proposed.get("items") else {}),
        "oldest": proposed["oldest"],
        "newest": proposed["newest"],
        "list": {"sha256": proposed["list_sha256"], "entries": proposed["entries"]},
        "series": proposed["series"],
        "excluded": proposed["excluded"],
        "unverified": proposed["accepted"],
        "by_one": proposed.get("by_one", []),
        "ordinance": terms.ordinance,
        "notices": _notices(house, used),
        "transfers": _transfers(house, proposed["numbers"]),
        "checked": {"at": _at(begun), "holds": begun.data["holds"], "requests": begun.data["requests"]},
        "waits": proposed["waits"],
        "shortened": Waits(**proposed["waits"]).shortened(),
        "people": [_person(house, step, *steps[step]) for step in _STEPS],
        "executed": {"at": text_of(moment(executed["at"])), "leaf": executed["leaf"]},
        "verified": {"at": text_of(moment(verified["at"])), "leaf": verified["leaf"]},
        "stores": {
            "records": done["count"],
            "versions": done["versions"],
            "media": done["media"],
            **({"items set aside": len(done["items"])} if done.get("items") else {}),
            "segments rewritten": len(done["rewritten"]),
            "segments removed whole": len(done["whole"]),
        },
        "residue": residue,
        "shared_media": proposed["shared_media"],
        "backups": [dict(each) for each in backups],
        "tool": f"ofrecord {importlib.metadata.version('ofrecord')}",
    }


def _found(act: dict[str, Any] | None, number: int) -> dict[str, Any]:
    if act is None:
        raise UnavailableError(
            f"Purge {number} is not over: its records are there, or the search for remains has not ended.",
            f"Carry it out, or go on with it: ofrecord purge execute {number}",
        )
    return act


def _step(house: House, step: str, number: int) -> tuple[Act, int]:
    found = authority_rows.acts_about(house.catalog.connection, [f"purge.{step}"], number)
    if not found:
        raise DamageError(f"Purge {number} was never {step}.", "Run `ofrecord verify`.")
    return found[-1]


def _at(act: Act) -> str:
    return text_of(moment(act.at))


def _person(house: House, step: str, act: Act, leaf: int) -> dict[str, Any]:
    connection, mark = house.catalog.connection, act.data["signed"]
    user = authority_rows.user_numbered(connection, mark["user"])
    if user is None:
        raise DamageError(f"Nobody was enrolled as user {mark['user']}.", "Run `ofrecord verify`.")
    director = authority_rows.user_numbered(connection, user.enrolled_by)
    return {
        "step": step, "user": user.number, "name": user.name, "role": user.role, "at": _at(act), "leaf": leaf,
        "signature": mark["signature"], "enrolled": text_of(moment(user.enrolled_at)),
        "enrolled_by": director.name if director else "",
    }  # fmt: skip


def _notices(house: House, used: set[str]) -> list[dict[str, Any]]:
    """The notices that were mailed for the series on the list."""
    found = []
    for notice in keeping_queries.notices(house.catalog.connection):
        series = sorted({row["series"] for row in notice["rows"]} & used)
        if series and notice["state"] in ("sent", "answered"):
            facts = {name: str(notice.get(name) or "") for name in ("mailed", "reply", "replied")}
            found.append({"number": notice["number"], "series": series, **facts})
    return found


def _transfers(house: House, ranges: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """The transfers by which records of the list had been handed over and were received."""
    listed, found = set(numbers_in(ranges)), []
    for made in keeping_queries.transfers(house.catalog.connection):
        count = len(listed.intersection(numbers_in(made["numbers"])))
        if made["state"] == "received" and count:
            names = ("transfer_id", "received", "received_by", "reference", "manifest_sha256")
            found.append({"number": made["number"], "records": count, **{name: made[name] for name in names}})
    return found


def _evidence(house: House, number: int, document: Mapping[str, Any]) -> Evidence:
    connection = house.catalog.connection
    acts = list(_acts(house, number))
    items = list(_items(house, document))
    row = ledger_rows.checkpoint_beyond(connection, max(leaf for _, leaf, _ in acts))
    if row is None or not row["note"]:
        raise UnavailableError(
            "The ledger's newest state is not signed yet.", "Run any command that writes, then try again."
        )
    leaves = [*(leaf for _, leaf, _ in acts), *(leaf for leaf, _ in items)]
    return Evidence(
        document=document, acts=acts, items=items, key=str(public_key(house.catalog)), checkpoint=row["note"],
        hashes=joint_proof(leaves, row["size"], ledger_rows.reader(connection)),
    )  # fmt: skip


def _acts(house: House, number: int) -> Iterator[tuple[Mapping[str, Any], int, bytes]]:
    """Every act behind a certificate, in order: how the people came to their keys, their steps, what was done."""
    connection = house.catalog.connection
    steps = [found for step in _STEPS for found in [_step(house, step, number)]]
    people = _chain(house, {act.data["signed"]["user"] for act, _ in steps})
    enrolled = [authority_rows.acts_about(connection, ["user.enrolled"], user)[0] for user in sorted(people)]
    executed = destroyed_by(house, number) or {"subject": 0}
    done = authority_rows.acts_about(connection, ["disposition.executed", "disposition.verified"], executed["subject"])
    issued = authority_rows.acts_about(connection, [ISSUED], number)
    for act, leaf in [*enrolled, *steps, *done, *issued]:
        yield act.as_data(), leaf, ledger_rows.entry(connection, leaf) or b""


def _chain(house: House, numbers: set[int]) -> set[int]:
    """The users, those who enrolled them, and so on up to the first director."""
    there: dict[int, User] = {user.number: user for user in authority_rows.users(house.catalog.connection)}
    found: set[int] = set()
    waiting = set(numbers)
    while waiting:
        user = there[waiting.pop()]
        found.add(user.number)
        waiting |= {user.enrolled_by} - found
    return found


def _items(house: House, document: Mapping[str, Any]) -> Iterator[tuple[int, bytes]]:
    """The ledger's entries of every version that was destroyed, in order."""
    wanted = document["records"]
    yield from purge_rows.entries_of(house.catalog.connection, wanted, document["list"]["entries"])
