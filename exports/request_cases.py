"""Cases about answering: a situation and the outcome expected of it, in TOML that counsel can read, write and bring.

This module reads a case strictly (a field that is not known is an error naming file, case and field);
`workflows/judging_requests.py` judges it with the rules that answer requests. docs/request-cases.md has every field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custody.errors import UsageError
from custody.request import Mark
from custody.strict import Fields
from exports.case_parts import (
    CustodyCase,
    SubjectCase,
    moment_in,
    read_ban,
    read_context,
    read_custody,
    read_fee,
    read_password,
    read_personal,
    read_private,
    read_removal,
    read_subject,
    zone_named,
)
from exports.determination import Ending, Reason
from exports.fees import FeeContext, FeeItem
from exports.intake_rules import FormAsked, FormGiven
from exports.jurisdictions import jurisdictions
from exports.personal_information import PersonalAsked
from exports.protected import Fact, Person
from exports.reason_codes import reason_codes

CASES = Path(__file__).parent / "cases_wisconsin"
CHANNELS = ("walk-in", "phone", "mail", "email", "fax", "letter", "form", "platform-message")
"""The ways by which a request may have come."""
_ALSO_CALLED = {
    "in person": "walk-in", "counter": "walk-in", "telephone": "phone", "post": "mail", "e mail": "email",
    "web": "form", "web form": "form", "online": "form", "message": "platform-message",
    "direct message": "platform-message", "dm": "platform-message", "comment": "platform-message",
}  # fmt: skip
CURE = "docs/request-cases.md says how a case is written."
_CASE = (
    "id title law note today jurisdiction city changed request answer fee fees subject custody personal private removal"
    " ban password expect"
).split()
_DECISIONS: Mapping[str, Mapping[Mark, int]] = {
    "granted": {Mark.RELEASE: 1},
    "part": {Mark.RELEASE: 1, Mark.REDACT: 1},
    "granted in part": {Mark.RELEASE: 1, Mark.REDACT: 1},
    "denied": {Mark.WITHHOLD: 1},
    "no record": {},
    "undecided": {Mark.UNDECIDED: 1},
}
_ENDINGS = {"withdrawn": "withdrawn", "referred": "referred", "unpaid": "unpaid", "not sufficient": "not_sufficient"}


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedFor:
    """The request of a case. `received` is a day or a moment in `zone`; `written` None: the channel says."""

    received: date | datetime | None
    channel: str
    words: str
    written: bool | None
    subject: bool | None
    period: bool | None
    form: FormAsked | None
    variant: str
    incarcerated: bool
    required: tuple[str, ...]
    required_because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What was decided and sent. `marks` None: nothing is said about a decision."""

    marks: Mapping[Mark, int] | None
    ending: Ending
    decided: date | None
    denied_orally: date | None
    demanded: date | None
    given: tuple[FormGiven, ...]
    letter: str | None
    reasons: tuple[Reason, ...]
    sent: date | None
    challenged: date | None
    edited: bool
    acknowledged: date | None
    extended: bool
    grounds: str
    noticed: date | None
    prepayment_asked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One case as it was read. A part that is not there is None; `city` and `changed` are read by whoever judges."""

    id: str
    where: str
    title: str
    law: str
    today: date | None
    jurisdiction: str
    zone: str
    city: Mapping[str, Any]
    changed: Mapping[str, Any] | None
    request: AskedFor | None
    answer: Answered | None
    fees: tuple[FeeItem, ...]
    fee_context: FeeContext
    subjects: tuple[SubjectCase, ...]
    custody: CustodyCase | None
    personal: PersonalAsked | None
    private: tuple[Fact, Person] | None
    removal: tuple[str, str] | None
    ban: tuple[str, ...] | None
    password: tuple[datetime, datetime | None, datetime | None] | None
    expect: Mapping[str, Any]


def read_case(data: Any, name: str, where: str) -> Case:
    """One case from its table; `where` is how messages name it. Raises UsageError on what is not understood."""
    row = Fields(data, where, CURE)
    row.only(_CASE)
    row.has("id"), row.text("note", "")
    expect = row.any("expect")
    if not isinstance(expect, dict) or not expect:
        raise UsageError(f"{row.where} expects nothing.", "Add [case.expect] with at least one expectation.")
    city = row.any("city")
    city = {"name": city} if isinstance(city, str) else {} if city is None else city
    zone = zone_named(city.get("zone"), row.where) if isinstance(city, dict) else "America/Chicago"
    made = Case(
        id=name,
        where=row.where,
        title=row.text("title", ""),
        law=row.text("law", ""),
        today=row.day("today"),
        jurisdiction=row.text("jurisdiction", "wisconsin"),
        zone=zone,
        city=city,
        changed=row.any("changed"),
        request=_request(row.table("request"), zone),
        answer=_answer(row.table("answer"), row.text("jurisdiction", "wisconsin")),
        fees=tuple(read_fee(each) for each in row.tables("fee")),
        fee_context=read_context(row.table("fees")),
        subjects=tuple(read_subject(each) for each in row.tables("subject")),
        custody=read_custody(row.table("custody"), zone),
        personal=read_personal(row.table("personal")),
        private=read_private(row.table("private")),
        removal=read_removal(row.table("removal")),
        ban=read_ban(row.table("ban")),
        password=read_password(row.table("password"), zone),
        expect=expect,
    )
    row.done()
    _refuse_impossible(made)
    return made


def _refuse_impossible(case: Case) -> None:
    """Refuse a decision that lies before the receipt: every limit counted from it would be wrong."""
    if case.request is None or case.answer is None or case.request.received is None or case.answer.decided is None:
        return
    received = case.request.received
    if isinstance(received, datetime):
        received = received.astimezone(ZoneInfo(case.zone)).date()
    if case.answer.decided < received:
        told = f"{case.where}, answer: decided is {case.answer.decided}, before it was received on {received}."
        raise UsageError(told, "Check the two days.")


def _request(row: Fields | None, zone: str) -> AskedFor | None:
    if row is None:
        return None
    named = row.text("zone", "")
    zone = zone_named(named, row.where) if named else zone
    row.text("requester", ""), row.text("purpose", ""), row.text("received_by", "")
    made = AskedFor(
        received=moment_in(row, "received", zone),
        channel=_channel(row),
        words=row.text("words", ""),
        written=row.flag("written", None),
        subject=row.flag("subject", None),
        period=row.flag("period", None),
        form=row.one_of(FormAsked, "form") if row.has("form") else None,
        variant=row.text("variant", ""),
        incarcerated=row.flag("incarcerated", False),
        required=row.texts("required"),
        required_because=row.text("required_because", ""),
    )
    row.done()
    return made


def _channel(row: Fields) -> str:
    """The channel by its name or by another word people use for it; one nobody knows would be judged as oral."""
    given = row.text("channel", "")
    plain = given.casefold().replace("-", " ").replace("_", " ").strip()
    known = {each.replace("-", " "): each for each in CHANNELS} | _ALSO_CALLED | {"": ""}
    if plain not in known:
        raise UsageError(f"{row.where}: channel {given!r} is not known.", f"Use one of: {', '.join(CHANNELS)}.")
    return known[plain]


def _answer(row: Fields | None, law: str) -> Answered | None:
    if row is None:
        return None
    decision = row.text("decision", "").replace("_", " ").replace("-", " ").casefold()
    decided = row.day("decided")
    marks = _marks(row, decision)
    extension = row.table("extension")
    endings = {name: row.day(name) for name in ("withdrawn", "referred", "unpaid", "not_sufficient")}
    if decision in _ENDINGS:
        endings[_ENDINGS[decision]] = endings[_ENDINGS[decision]] or decided or date.min
    made = Answered(
        marks=marks if marks is not None or not any(endings.values()) else {},
        ending=Ending(searched=row.flag("searched", True), **endings),
        decided=decided,
        denied_orally=row.day("denied_orally"),
        demanded=row.day("demanded"),
        given=tuple(_given(each, row.where) for each in row.texts("given")),
        letter=row.text("letter") if row.has("letter") else None,
        reasons=tuple(_reason(each, law) for each in row.tables("reason")),
        sent=row.day("sent"),
        challenged=row.day("challenged"),
        edited=row.flag("edited", False),
        acknowledged=row.day("acknowledged"),
        extended=extension is not None,
        grounds=extension.text("grounds", "") if extension else "",
        noticed=extension.day("noticed") if extension else None,
        prepayment_asked=row.flag("prepayment_asked", False),
    )
    if extension:
        extension.done()
    row.done()
    return made


def _marks(row: Fields, decision: str) -> Mapping[Mark, int] | None:
    marks = row.table("marks")
    if marks is not None:
        if decision in _DECISIONS:
            raise UsageError(
                f"{row.where}: it has both marks and decision.",
                "Keep one of them; the decision follows from the marks.",
            )
        found = {Mark(name): marks.integer(name) for name in marks.names() if name in set(Mark)}
        marks.done()
        return found
    if not decision or decision in _ENDINGS:
        return None
    if decision not in _DECISIONS:
        known = ", ".join([*_DECISIONS, *_ENDINGS])
        raise UsageError(f"{row.where}: decision {decision!r} is not known.", f"Use one of: {known}.")
    return _DECISIONS[decision]


def _given(name: str, where: str) -> FormGiven:
    try:
        return FormGiven(name.casefold())
    except ValueError as error:
        known = ", ".join(each.value for each in FormGiven)
        raise UsageError(f"{where}: given {name!r} is not known.", f"Use one of: {known}.") from error


def _reason(row: Fields, law: str) -> Reason:
    """A reason used; what the case leaves out is taken from the jurisdiction's list of codes."""
    code = row.text("code")
    listed = next((each for each in reason_codes(law) if each.code == code), None) if law in jurisdictions() else None
    if listed is None and not row.has("citation"):
        raise UsageError(f"{row.where}: code {code!r} is not in the list of {law}.", "Give its citation as well.")
    made = Reason(
        code=code,
        citation=row.text("citation", listed.citation if listed else ""),
        words=row.text("words", listed.words if listed else ""),
        note=row.text("note", ""),
        needs_note=row.flag("needs_note", listed.needs_text if listed else False),
    )
    row.done()
    return made
