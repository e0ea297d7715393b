"""Was everything that takes a person's signature done by whoever may, in order, and in time? (level V1)

All acts are replayed; before each that takes a signature, the same rules are asked that the program asked when it was
done (`custody/authority.py`). Moments are the ledger's own, which never fall. So it makes no difference whether
somebody goes round the program, writes acts with it, or changes the catalog.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from archiver.catalog import acts, authority_rows, ledger_rows
from archiver.catalog.act import Act
from archiver.catalog.catalog import Catalog, scratch
from archiver.catalog.execution_check import EXECUTED, Past, check_execution
from archiver.catalog.finding import Finding
from archiver.catalog.ledger_check import public_key
from archiver.catalog.tables import act, purge, user
from custody.authority import (
    LEAST,
    Objection,
    PurgeBatch,
    Roles,
    User,
    Waits,
    list_digest,
    statement,
    to_act,
    to_approve,
    to_cancel,
    to_execute,
)
from custody.canonical import canonical
from custody.checkpoint import Verify
from custody.commitment import record_commitment
from custody.errors import CustodyError

TOLERATED_MS = 2_000
"""How far a signed act's own moment may stand from the ledger's."""

SIGNED: Mapping[str, str] = {
    "user.enrolled": "enrol",
    "user.retired": "retire",
    "user.password_changed": "",
    "purge.waits_set": "wait",
    "purge.proposed": "propose",
    "purge.approved": "approve",
    "purge.begun": "execute",
    "purge.cancelled": "cancel",
    "schedule.changed": "approve",
}
"""Each kind of act that takes a signature, and what its signer's role must be able to do."""

MAYBE = {"schedule.changed"}
"""Kinds that take a signature only for a purge to count on them."""

WATCHED = {*SIGNED, "certificate.issued", "purge.replayed", EXECUTED}
_TS = re.compile(rb'"ts":"([^"]+)"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """An act with the ledger's own moment of it (milliseconds) and its entry."""

    act: Act
    at: int
    leaf: int

    @property
    def name(self) -> str:
        """How a finding names it."""
        return f"act {self.act.number} ({self.act.kind})"


def check_authority(catalog: Catalog, roles: Roles, verify: Verify, zone: str) -> Iterator[Finding]:
    """Ask of every act that takes a signature whether it was allowed; compare users and purges with what follows."""
    connection = catalog.connection
    archive = public_key(catalog).name.partition("/")[2]
    with scratch() as again:
        if connection.execute(select(act.c.number).where(act.c.kind.in_(WATCHED)).limit(1)).first():
            yield from _replay(catalog, again, _Judge(again, archive, roles, verify), zone)
        for table in (user, purge):
            yield from _compare(connection, again, table)


def _replay(catalog: Catalog, again: Connection, judge: "_Judge", zone: str) -> Iterator[Finding]:
    past = Past(catalog.connection)
    for row in catalog.connection.execute(select(act).order_by(act.c.number)).mappings():
        try:
            done = authority_rows.act_in(row)
            if done.kind in WATCHED:
                entry = ledger_rows.entry(catalog.connection, row["leaf"]) or b""
                yield from _committed(done, entry)
                known = Done(act=done, at=_moment(entry), leaf=row["leaf"])
                yield from judge.findings(known)
                if done.kind == EXECUTED:
                    yield from check_execution(past, again, done, known.at, row["leaf"], zone)
            acts.record_act(
                again, done, {name: row[name] for name in ("segment", "offset", "length", "sha256", "leaf")}
            )
        except (CustodyError, KeyError, TypeError, ValueError, AttributeError):
            message = "it does not say what such an act says"
            yield Finding(code="act-unreadable", object=f"act {row['number']} ({row['kind']})", message=message)


def _committed(done: Act, entry: bytes) -> Iterator[Finding]:
    """The catalog's copy of an act, as the ledger commits to it: no byte of the vault is needed for that."""
    block = canonical(done.as_data())
    made = record_commitment(bytes.fromhex(done.opening), hashlib.sha256(block).digest(), b"").hex()
    if not entry.startswith(canonical({"C": made, "act": done.number})[:-1] + b","):
        message = "it is not what the ledger says was done"
        yield Finding(code="ledger-differs", object=f"act {done.number} ({done.kind})", message=message)


def _moment(entry: bytes) -> int:
    match = _TS.search(entry)
    return round(datetime.fromisoformat(match[1].decode()).timestamp() * 1000) if match else 0


class _Judge:
    """Asks the rules about one act after another, against the users and purges there were before it."""

    def __init__(self, again: Connection, archive: str, roles: Roles, verify: Verify) -> None:
        self._again, self._archive, self._roles, self._verify = again, archive, roles, verify

    def findings(self, done: Done) -> Iterator[Finding]:
        """What is wrong with an act."""
        if done.act.kind in SIGNED and (done.act.kind not in MAYBE or "signed" in done.act.data):
            yield from self._signature(done)
            signer = self._signer(done)
            if signer is not None:
                yield from (_found(done, each) for each in self._objections(done, signer))
        elif done.act.kind == "certificate.issued" and not self._was_executed(done.act):
            message = "a certificate of a destruction that did not happen"
            yield Finding(code="certificate-without-purge", object=done.name, message=message)
        elif done.act.kind == "purge.replayed" and not self._was_replayed(done.act):
            message = "it says that a purge was done again after a restore, and its list was not destroyed then"
            yield Finding(code="purge-unsigned", object=done.name, message=message)

    def _signer(self, done: Done) -> User | None:
        number = done.act.data["signed"]["user"]
        known = authority_rows.user_numbered(self._again, number)
        return self._first(done) if known is None else known

    def _first(self, done: Done) -> User | None:
        """The first director, who signs for himself; nobody else may."""
        data, nobody = done.act.data, not authority_rows.users(self._again)
        if done.act.kind != "user.enrolled" or data["signed"]["user"] != done.act.subject or not nobody:
            return None
        key = base64.b64decode(data["key"])
        return User(
            number=done.act.subject, name=data["name"], role=data["role"], key=key, enrolled_at=done.at,
            enrolled_by=done.act.subject,
        )  # fmt: skip

    def _signature(self, done: Done) -> Iterator[Finding]:
        data = done.act.data
        mark = data.get("signed") or {"user": 0, "at": 0, "signature": ""}
        signer = self._signer(done) if "signed" in data else None
        if signer is None:
            message = "nobody who was enrolled then has signed it"
            yield Finding(code="act-unsigned", object=done.name, message=message)
            return
        said = statement(self._archive, done.act.kind, done.act.subject, data, mark["user"], mark["at"])
        try:
            signature = base64.b64decode(mark["signature"], validate=True)
        except binascii.Error:
            signature = b""
        if not self._verify(signer.key, signature, said):
            words = f"the signature under it is not that of {signer.name}"
            yield Finding(code="act-unsigned", object=done.name, message=words)
        if abs(done.at - done.act.at) > TOLERATED_MS or not 0 <= done.act.at - mark["at"] <= TOLERATED_MS:
            words = "it was signed at another time than it was written into the ledger"
            yield Finding(code="act-misdated", object=done.name, message=words)

    def _objections(self, done: Done, signer: User) -> Iterator[Objection]:
        kind, data = done.act.kind, done.act.data
        may = SIGNED[kind]
        if kind in ("user.enrolled", "user.retired", "purge.waits_set", "purge.proposed", "schedule.changed"):
            yield from to_act(signer, may, self._roles)
        if kind == "user.password_changed" and signer.number != done.act.subject:
            yield Objection(code="purge-wrong-role", words="somebody else changed the password", cure="")
        if kind == "purge.waits_set":
            wanted, least = Waits(**data["waits"]).as_data(), LEAST.as_data()
            if any(wanted[name] < least[name] for name in least):
                yield Objection(code="purge-wait-cut", words="it waits less than any city can", cure="")
        if kind == "purge.proposed":
            yield from self._proposal(data)
        batch = self._batch(done) if kind in ("purge.approved", "purge.begun", "purge.cancelled") else None
        if kind in ("purge.approved", "purge.begun") and batch and data["list_sha256"] != batch.list_sha256:
            yield Objection(code="purge-other-list", words="it is about another list than was proposed", cure="")
        if kind == "purge.approved" and batch:
            yield from to_approve(batch, signer, done.at, self._roles)
        if kind == "purge.begun" and batch:
            yield from to_execute(batch, signer, done.at, self._roles)
        if kind == "purge.cancelled" and batch:
            yield from to_cancel(batch, signer, self._roles)
        if kind in ("purge.approved", "purge.begun", "purge.cancelled") and batch is None:
            yield Objection(code="purge-out-of-order", words="nobody proposed this purge", cure="")

    def _proposal(self, data: Mapping[str, Any]) -> Iterator[Objection]:
        if list_digest(data["numbers"], data["entries"], data.get("items", ())) != data["list_sha256"]:
            yield Objection(code="purge-other-list", words="its digest is not that of its list", cure="")
        if Waits(**data["waits"]) != authority_rows.waits_in_force(self._again):
            yield Objection(code="purge-wait-cut", words="it waits otherwise than was decided", cure="")

    def _batch(self, done: Done) -> PurgeBatch | None:
        return authority_rows.purge_numbered(self._again, done.act.subject)

    def _was_executed(self, done: Act) -> bool:
        return any(each["authority"]["certificate"] == done.data["certificate"] for each in self._executed())

    def _was_replayed(self, done: Act) -> bool:
        """Whether the whole list of the purge was destroyed again. That there was a restore is asked of that act."""
        said = (done.data["certificate"], done.data["destruction"])
        listed = authority_rows.acts_about(self._again, ["purge.proposed"], done.subject)
        return any(
            (each["authority"]["certificate"], each["authority"].get("replayed")) == said
            and listed and each["records"] == listed[-1][0].data["numbers"]
            for each in self._executed()
        )  # fmt: skip

    def _executed(self) -> Iterator[Mapping[str, Any]]:
        query = select(act.c.data).where(act.c.kind == EXECUTED)
        return (json.loads(data) for data in self._again.execute(query).scalars())


def _found(done: Done, objection: Objection) -> Finding:
    return Finding(code=objection.code, object=done.name, message=objection.words)


def _compare(catalog: Connection, again: Connection, table: Table) -> Iterator[Finding]:
    here = {row["number"]: dict(row) for row in catalog.execute(select(table)).mappings()}
    there = {row["number"]: dict(row) for row in again.execute(select(table)).mappings()}
    for number in sorted(here.keys() | there.keys()):
        if here.get(number) != there.get(number):
            message = "the catalog says something else than follows from what was signed"
            yield Finding(code=f"{table.name}-changed", object=f"{table.name} {number}", message=message)
