"""Checks a certificate's file without the archive: are the signatures good, is it all in the ledger, may it have been?

What it does not prove is said with the result: that the key is the city's, and what the city did elsewhere.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from custody.authority import (
    PurgeBatch,
    PurgeState,
    Roles,
    User,
    Waits,
    list_digest,
    numbers_in,
    statement,
    to_act,
    to_approve,
    to_execute,
)
from custody.canonical import canonical
from custody.checkpoint import Verify, checkpoint_of, is_signed, key_of, note_of
from custody.commitment import record_commitment
from custody.errors import DamageError, InputError
from custody.ids import label_of
from custody.ledger import joint_root, leaf_hash
from exports.certificate_file import FORMAT

LIMITS = (
    "What this does not prove: that the key is the city's (compare it with the one the city publishes); that nobody "
    "kept a copy elsewhere; that a signer had not been retired in the meantime (`ofrecord verify` on the archive does)."
)
_STEPS = {"purge.proposed": "proposed", "purge.approved": "approved", "purge.begun": "begun"}
_UNREADABLE = "Give the file certificate.json as `ofrecord purge certificate` wrote it."


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a check found: the document, how many versions are proved, and each thing that does not fit."""

    document: Mapping[str, Any]
    key: str
    size: int
    proved: int
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Act:
    """One act of the file, with the ledger's own moment of it in milliseconds."""

    kind: str
    number: int
    subject: int
    data: Mapping[str, Any]
    at: int
    leaf: int


@dataclass(slots=True)
class _Case:
    """What is gathered while a file is checked."""

    verify: Verify
    roles: Roles
    archive: str = ""
    users: dict[int, User] = field(default_factory=dict)
    steps: dict[str, _Act] = field(default_factory=dict)


def check_certificate(data: bytes, key: str, verify: Verify, roles: Roles) -> Report:
    """Check a certificate's file. `key` is the archive's public key as the city publishes it, "" when not known.

    Raises InputError when it is no such file at all.
    """
    try:
        found = json.loads(data)
        if found["format"] != FORMAT:
            raise ValueError(f"its format is {found['format']!r}")
        problems = list(_problems(found, key, verify, roles))
        size = checkpoint_of(note_of(found["checkpoint"]).text).size
        document = dict(found["document"])
        return Report(
            document=document, key=str(found["key"]), size=size, proved=0 if problems else len(found["items"]),
            problems=tuple(problems),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, DamageError) as error:
        raise InputError(f"This is no certificate of Ofrecord ({error}).", _UNREADABLE) from error


def _problems(found: Mapping[str, Any], key: str, verify: Verify, roles: Roles) -> Iterator[str]:
    case = _Case(verify=verify, roles=roles)
    yield from _ledger(found, key, case)
    acts = [_act(each) for each in found["acts"]]
    for each, raw in zip(acts, found["acts"], strict=True):
        yield from _committed(raw)
        yield from _signed(each, case)
        if each.kind == "user.enrolled":
            case.users[each.subject] = _user(each)
        case.steps[each.kind] = each
    missing = {*_STEPS, "disposition.executed", "disposition.verified", "certificate.issued"} - case.steps.keys()
    if missing:
        yield f"these steps are missing: {', '.join(sorted(missing))}"
        return
    yield from _rules(case)
    yield from _said(found["document"], case)
    yield from _items(found, case)


def _ledger(found: Mapping[str, Any], key: str, case: _Case) -> Iterator[str]:
    """The log's signature under its root, and the one proof that leads there from every entry in the file."""
    named = key_of(found["key"])
    case.archive = named.name.partition("/")[2]
    if key and key.strip() != str(named):
        yield "it is signed by another key than the one you gave"
    note = note_of(found["checkpoint"])
    said = checkpoint_of(note.text)
    if not is_signed(note, named, case.verify) or said.origin != named.name:
        yield "the checkpoint is not signed by the archive's key"
    leaves = {each["leaf"]: leaf_hash(each["entry"].encode()) for each in (*found["acts"], *found["items"])}
    try:
        root = joint_root(leaves, said.size, [_unb64(each) for each in found["proof"]])
    except ValueError:
        root = b""
    if root != said.root:
        yield "the entries are not in the ledger that was signed"


def _act(raw: Mapping[str, Any]) -> _Act:
    act, entry = raw["act"], json.loads(raw["entry"])
    at = round(datetime.fromisoformat(entry["ts"]).timestamp() * 1000)
    return _Act(
        kind=act["kind"], number=act["number"], subject=act["subject"], data=act["data"], at=at, leaf=raw["leaf"]
    )


def _committed(raw: Mapping[str, Any]) -> Iterator[str]:
    """The entry must be of this act, and commit to every word of it."""
    act, entry = raw["act"], json.loads(raw["entry"])
    made = record_commitment(bytes.fromhex(act["opening"]), hashlib.sha256(canonical(act)).digest(), b"").hex()
    known = {"C": made, "act": act["number"], "subject": act["subject"], "t": act["kind"]}
    if any(entry.get(name) != value for name, value in known.items()):
        yield f"act {act['number']} ({act['kind']}) is not what the ledger says was done"


def _signed(act: _Act, case: _Case) -> Iterator[str]:
    if act.kind not in _STEPS and act.kind != "user.enrolled":
        return
    mark = act.data["signed"]
    first = act.kind == "user.enrolled" and not case.users and mark["user"] == act.subject
    user = _user(act) if first else case.users.get(mark["user"])
    said = statement(case.archive, act.kind, act.subject, act.data, mark["user"], mark["at"])
    if user is None or not case.verify(user.key, _unb64(mark["signature"]), said):
        yield f"act {act.number} ({act.kind}) is not signed by {mark['name']} as enrolled"
    elif act.kind == "user.enrolled":
        yield from (each.words for each in to_act(user, "enrol", case.roles))
    elif (mark["name"], mark["role"]) != (user.name, user.role):
        yield f"act {act.number} ({act.kind}) names its signer otherwise than was enrolled"


def _user(act: _Act) -> User:
    data = act.data
    return User(
        number=act.subject, name=data["name"], role=data["role"], key=_unb64(data["key"]), enrolled_at=act.at,
        enrolled_by=data["signed"]["user"],
    )  # fmt: skip


def _rules(case: _Case) -> Iterator[str]:
    """The rules that were asked when it was done, once more, by the ledger's own moments."""
    proposed, approved, begun = (case.steps[kind] for kind in _STEPS)
    people = [case.users.get(each.data["signed"]["user"]) for each in (proposed, approved, begun)]
    if any(person is None for person in people):
        return  # said already
    clerk, custodian, operator = (person for person in people if person is not None)
    batch = PurgeBatch(
        number=proposed.subject, state=PurgeState.PROPOSED, count=proposed.data["count"],
        list_sha256=proposed.data["list_sha256"], entries=proposed.data["entries"],
        waits=Waits(**proposed.data["waits"]), proposed_at=proposed.at, proposed_by=clerk.number,
    )  # fmt: skip
    later = PurgeBatch(
        **{name: getattr(batch, name) for name in PurgeBatch.__dataclass_fields__}
        | {"state": PurgeState.APPROVED, "approved_at": approved.at, "approved_by": custodian.number}
    )
    yield from (each.words for each in to_act(clerk, "propose", case.roles))
    yield from (each.words for each in to_approve(batch, custodian, approved.at, case.roles))
    yield from (each.words for each in to_execute(later, operator, begun.at, case.roles))
    executed, verified = case.steps["disposition.executed"], case.steps["disposition.verified"]
    order = [proposed, approved, begun, executed, verified, case.steps["certificate.issued"]]
    if [each.leaf for each in order] != sorted(each.leaf for each in order):
        yield "the steps are not in order"
    if {each.subject for each in (proposed, approved, begun, case.steps["certificate.issued"])} != {proposed.subject}:
        yield "the steps are not of one purge"
    if executed.subject != verified.subject:
        yield "another destruction was found to be complete than the one of this certificate"


def _said(document: Mapping[str, Any], case: _Case) -> Iterator[str]:
    """The certificate must say what the acts say, and not more."""
    proposed, approved, begun = (case.steps[kind].data for kind in _STEPS)
    executed, issued = case.steps["disposition.executed"].data, case.steps["certificate.issued"].data
    if canonical(issued["document"]) != canonical(dict(document)):
        yield "the certificate is not the one that was issued"
    digests = {proposed["list_sha256"], approved["list_sha256"], begun["list_sha256"], document["list"]["sha256"]}
    items = proposed.get("items", [])
    if digests != {list_digest(proposed["numbers"], proposed["entries"], items)}:
        yield "the people did not sign the same list"
    if not numbers_in(proposed["numbers"]) == numbers_in(executed["records"]) == numbers_in(document["records"]):
        yield "other records were destroyed than those that were signed for"
    if not items == executed.get("items", []) == document.get("items", []):
        yield "other items set aside were destroyed than those that were signed for"
    names = {issued["certificate"], begun["certificate"], executed["authority"]["certificate"], document["certificate"]}
    if len(names) != 1:
        yield "the acts are about different certificates"
    if document["residue"]["hits"] != 0:
        yield "remains were found"
    if document["series"] != proposed["series"] or document["waits"] != proposed["waits"]:
        yield "the certificate says other rules or waits than were signed"
    if document.get("by_one", []) != proposed.get("by_one", []):
        yield "the certificate says otherwise who filed or dated records than was signed"


def _items(found: Mapping[str, Any], case: _Case) -> Iterator[str]:
    """An entry for each record that was destroyed, each taken in before the list was frozen, and none of another."""
    wanted, proposed = set(numbers_in(found["document"]["records"])), case.steps["purge.proposed"]
    named: dict[int, set[int]] = {}
    for each in found["items"]:
        entry = json.loads(each["entry"])
        named.setdefault(entry["record"], set()).add(entry["n"])
        if each["leaf"] >= proposed.leaf:
            yield f"{label_of(entry['record'])} came in after the list was signed"
    if named.keys() != wanted:
        some = sorted(named.keys() ^ wanted)[:3]
        yield f"its entries are not those of its records ({', '.join(map(label_of, some))})"
    broken = [number for number, versions in named.items() if versions != set(range(1, len(versions) + 1))]
    if broken or sum(map(len, named.values())) != found["document"]["versions"]:
        yield "it does not name each version once"


def _unb64(text: str) -> bytes:
    """Bytes from base64 that is written in the one way there is; else none, which fit nowhere."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""
