"""A jurisdiction's law of answering, read strictly from `jurisdictions/*.toml`: a field nobody understands is an error.

    law = jurisdiction("wisconsin")
    law.response                       the limit or guideline (exports/deadlines.py)
    law.fees, .notice, .denial, .intake, .custody, .protection     None where nobody has entered them
    law.fee_rules(), .notice_rules() ...  the same, or a UsageError that says what is not entered

What a rule means is decided in the module that owns its type; nothing is invented here.
"""

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from custody.counting import Basis, Roll
from custody.errors import UsageError
from custody.fee import FeeKind
from custody.strict import Fields
from exports.custodians import CustodyRules
from exports.deadlines import Extension, Limit, ResponseKind, ResponseRule, Unit
from exports.determination import DenialRules
from exports.fees import FeeRule, FeeRules, PoliceRecordings
from exports.intake_rules import IntakeRules
from exports.notices import NoticeRules
from exports.personal_information import Bar, PersonalRules
from exports.protected import ProtectionRules

Part = TypeVar("Part")
_FOLDER = Path(__file__).parent / "jurisdictions"


@dataclass(frozen=True, kw_only=True, slots=True)
class Jurisdiction:
    """One law of answering. `verified_by` "" until a named person has compared the whole file with the law."""

    id: str
    title: str
    law: str
    response: ResponseRule
    fees: FeeRules | None
    notice: NoticeRules | None
    denial: DenialRules | None
    intake: IntakeRules | None
    custody: CustodyRules | None
    protection: ProtectionRules | None
    personal: PersonalRules | None
    verified_by: str

    @property
    def unverified(self) -> tuple[str, ...]:
        """The parts that nobody has compared with the law yet, to be told wherever they decide something."""
        parts = {
            "limits": self.response,
            "fees": self.fees,
            "notices to record subjects": self.notice,
            "denials": self.denial,
            "intake": self.intake,
            "custody": self.custody,
            "protection": self.protection,
            "requests about oneself": self.personal,
        }
        return tuple(name for name, part in parts.items() if part is not None and not part.verified_by)

    def fee_rules(self) -> FeeRules:
        """The rules of fees. Raises UsageError where they are not entered."""
        return _there(self.fees, self, "fees")

    def notice_rules(self) -> NoticeRules:
        """The rules of notices to people a record is about. Raises UsageError where they are not entered."""
        return _there(self.notice, self, "subject_notice")

    def denial_rules(self) -> DenialRules:
        """What a denial must say. Raises UsageError where it is not entered."""
        return _there(self.denial, self, "denial")

    def intake_rules(self) -> IntakeRules:
        """The rules of intake. Raises UsageError where they are not entered."""
        return _there(self.intake, self, "intake")

    def custody_rules(self) -> CustodyRules:
        """Whose record it is. Raises UsageError where it is not entered."""
        return _there(self.custody, self, "custody")

    def protection_rules(self) -> ProtectionRules:
        """Whose facts are protected. Raises UsageError where it is not entered."""
        return _there(self.protection, self, "protection")

    def personal_rules(self) -> PersonalRules:
        """The rights of who asks for information about themself. Raises UsageError where they are not entered."""
        return _there(self.personal, self, "personal")


def _there(part: Part | None, law: Jurisdiction, name: str) -> Part:
    if part is None:
        raise UsageError(
            f"For {law.title} no rules are entered under [{name}].",
            "Only limits are entered there. Another state's law is never used instead: ask the city's attorney.",
        )
    return part


def jurisdictions() -> tuple[str, ...]:
    """The names of the shipped jurisdictions."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@lru_cache(maxsize=32)
def jurisdiction(name: str) -> Jurisdiction:
    """The shipped law of a jurisdiction. Raises UsageError that lists those there are."""
    path = _FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UsageError(f"There is no jurisdiction {name!r}.", f"Known: {', '.join(jurisdictions())}.")
    return load_jurisdiction(path)


def load_jurisdiction(path: Path) -> Jurisdiction:
    """Read a file. Raises UsageError that names the file, the row, the field and the cure."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}", "Mend the line it names.") from error
    top = Fields(data, path.name)
    top.has("code")  # the reasons for withholding are read by exports/reason_codes.py
    title = top.text("title", path.stem)
    response = top.table("response")
    if response is None:
        raise UsageError(f"{path.name} has no [response].", 'Every jurisdiction needs its limit, or kind = "none".')
    made = Jurisdiction(
        id=top.text("id", path.stem),
        title=title,
        law=top.text("law", ""),
        verified_by=top.text("verified_by", ""),
        response=response_rule(response),
        fees=_fees(top.table("fees"), title),
        notice=_notice(top.table("subject_notice")),
        denial=_denial(top.table("denial")),
        intake=_intake(top.table("intake")),
        custody=_custody(top.table("custody")),
        protection=_protection(top.table("protection")),
        personal=_personal(top.table("personal")),
    )
    top.done()
    return made


def response_rule(row: Fields) -> ResponseRule:
    """A limit from its table; also for a city or a case that brings its own."""
    extension, then, variants = row.table("extension"), row.table("then"), row.table("variant")
    citation = row.text("citation")
    made = ResponseRule(
        kind=row.one_of(ResponseKind, "kind"),
        limit=_limit(row, citation),
        label=row.text("label"),
        words=row.text("words", ""),
        calendar=row.text("calendar", ""),
        roll=row.one_of(Roll, "roll", Roll.NONE),
        cutoff=row.clock_time("late_receipt_cutoff"),
        extension=_extension(extension, citation) if extension else None,
        then=_done(then, _limit(then, citation)) if then else None,
        variants={name: _variant(variants, name, citation) for name in variants.names()} if variants else {},
        deemed_denied=row.flag("deemed_denied", False),
        effective_from=row.day("effective_from"),
        verified_on=row.day("verified_on"),
        verified_by=row.text("verified_by", ""),
        source=row.text("source", ""),
    )
    row.done()
    return made


def _limit(row: Fields, citation: str) -> Limit:
    return Limit(
        n=row.integer("n", 0, high=10_000),
        unit=row.one_of(Unit, "unit", Unit.DAYS),
        basis=row.one_of(Basis, "basis", Basis.BUSINESS),
        citation=row.text("citation", citation),
    )


def _labelled(row: Fields, limit: Limit) -> Limit:
    label, is_law = row.text("label", ""), row.flag("is_law", None)
    return replace(limit, label=label, is_law=is_law, channels=row.texts("channels"))


def _variant(variants: Fields, name: str, citation: str) -> Limit:
    row = variants.table(name)
    if row is None:
        raise UsageError(f"{variants.where}: {name} is not understood.", "Write n, basis and citation.")
    return _done(row, _labelled(row, _limit(row, citation)))


def _extension(row: Fields, citation: str) -> Extension:
    made = Extension(
        n=row.integer("n", low=1, high=10_000),
        basis=row.one_of(Basis, "basis", Basis.BUSINESS),
        grounds=row.texts("grounds"),
        notice_required=row.flag("notice_required", True),
        citation=row.text("citation", citation),
    )
    row.done()
    return made


def _fees(row: Fields | None, title: str) -> FeeRules | None:
    if row is None:
        return None
    police = row.table("police_recordings")
    rules = [_fee_rule(each) for each in row.tables("rule")]
    made = FeeRules(
        jurisdiction=title,
        rules={rule.kind: rule for rule in rules},
        prepayment_above_cents=row.integer("prepayment_above_cents"),
        prepayment_citation=row.text("prepayment_citation"),
        waiver_citation=row.text("waiver_citation", ""),
        suspect_page_cents=row.integer("suspect_page_cents", 0),
        suspect_words=row.text("suspect_words", ""),
        police_recordings=_police(police) if police else None,
        verified_by=row.text("verified_by", ""),
    )
    row.done()
    return made


def _fee_rule(row: Fields) -> FeeRule:
    made = FeeRule(
        kind=row.one_of(FeeKind, "kind"),
        charged=row.flag("charged"),
        words=row.text("words"),
        citation=row.text("citation"),
        from_cents=row.integer("from_cents", 0),
    )
    row.done()
    return made


def _police(row: Fields) -> PoliceRecordings:
    made = PoliceRecordings(
        enabled=row.flag("enabled", False),
        free_requests_a_year=row.integer("free_requests_a_year", 0),
        citation=row.text("citation"),
        words=row.text("words"),
    )
    row.done()
    return made


def _notice(row: Fields | None) -> NoticeRules | None:
    if row is None:
        return None
    made = NoticeRules(
        serve_days=row.integer("serve_days", low=1, high=1000),
        intent_days=row.integer("intent_days", low=1, high=1000),
        action_days=row.integer("action_days", low=1, high=1000),
        wait_days_after_sending=row.integer("wait_days_after_sending", low=1, high=1000),
        augment_days=row.integer("augment_days", low=1, high=1000),
        citation=row.text("citation"),
        augment_citation=row.text("augment_citation"),
        words=row.text("words"),
        verified_by=row.text("verified_by", ""),
    )
    return _done(row, made)


def _denial(row: Fields | None) -> DenialRules | None:
    if row is None:
        return None
    groups = row.any("review_phrases") or []
    if not all(isinstance(group, list) and group and all(isinstance(each, str) for each in group) for group in groups):
        raise UsageError(f"{row.where}: review_phrases is not understood.", 'Write [["mandamus"], ["19.37(1)"]].')
    made = DenialRules(
        review_sentence=row.text("review_sentence"),
        review_phrases=tuple(tuple(group) for group in groups),
        oral_demand_days=row.integer("oral_demand_days", low=1, high=1000),
        citation=row.text("citation"),
        conclusory=row.texts("conclusory"),
        review_denials=row.texts("review_denials"),
        least_words=row.integer("least_words", 1),
        verified_by=row.text("verified_by", ""),
    )
    row.done()
    return made


def _intake(row: Fields | None) -> IntakeRules | None:
    if row is None:
        return None
    names = ("sufficiency_citation", "not_sufficient_words", "ask_citation", "form_citation", "readable_citation")
    only_if = [_done(each, (each.text("what"), each.text("condition"))) for each in row.tables("only_if")]
    made = IntakeRules(
        **{name: row.text(name) for name in names},
        never_needed=row.texts("never_needed"),
        only_if=tuple(only_if),
        written_channels=row.texts("written_channels"),
        incarcerated_words=row.text("incarcerated_words", ""),
        verified_by=row.text("verified_by", ""),
    )
    row.done()
    return made


def _custody(row: Fields | None) -> CustodyRules | None:
    if row is None:
        return None
    names = ("it_authority", "contractor", "contractor_fee", "lindke", "forwarded")
    texts = {name: row.text(name) for name in names}
    return _done(row, CustodyRules(**texts, verified_by=row.text("verified_by", "")))


def _protection(row: Fields | None) -> ProtectionRules | None:
    if row is None:
        return None
    names = ("informant", "employee", "official", "bank", "judicial", "balancing")
    pairs = {name: _pair(row, name) for name in names}
    since = row.day("judicial_from")
    return _done(row, ProtectionRules(**pairs, judicial_from=since, verified_by=row.text("verified_by", "")))


def _personal(row: Fields | None) -> PersonalRules | None:
    if row is None:
        return None
    texts = {name: row.text(f"{name}_citation") for name in ("order", "general", "personal")}
    bars = [_done(each, (each.one_of(Bar, "bar").value, each.text("words"))) for each in row.tables("exception")]
    made = PersonalRules(
        order_citation=texts["order"],
        general_citation=texts["general"],
        personal_citation=texts["personal"],
        bars=tuple(bars),
        verified_by=row.text("verified_by", ""),
    )
    return _done(row, made)


def _pair(row: Fields, name: str) -> tuple[str, str]:
    pair = row.texts(name)
    if len(pair) != 2:
        raise UsageError(f"{row.where}: {name} is not understood.", 'Write ["reason code", "citation"].')
    return pair[0], pair[1]


def _done(row: Fields, made: Part) -> Part:
    row.done()
    return made
