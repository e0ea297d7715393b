"""What a jurisdiction's law says beside its series: authority to destroy, notice, protection after requests, appeals.

All of it is data from `jurisdictions/*.toml`. What a file does not say is not known, and what is not known is judged
so that the record is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from custody.errors import UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Destruction:
    """What allows a city to destroy: the authority, and the words for what it must have entered."""

    needs: str = "authority for destruction"
    authority: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeLaw:
    """To whom notice is given before destruction and for how many calendar days it must have waited.

    `body` "" means that no notice is known in this jurisdiction. `to` is the address of a letter, `salutation_to` the
    officer it is addressed to. A reply of "declined" or "waived" ends the waiting.
    """

    body: str = ""
    full_name: str = ""
    days: int = 60
    authority: str = ""
    addressed_to: str = ""
    to: tuple[str, ...] = ()
    how: str = ""
    verified_by: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestLaw:
    """How long a denial protects. Days 0: not known here, so a denial protects without an end."""

    days: int = 0
    days_incarcerated: int = 0
    authority: str = ""
    counting_authority: str = ""
    copies_authority: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppealLaw:
    """How long an order may be appealed. Days 0: not known here, so an order alone ends nothing.

    `rolls`: a last day on which the courts are closed moves to the next open one.
    """

    days: int = 0
    days_after_notice: int = 0
    rolls: bool = False
    authority: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalLaw:
    """How long an approved row lasts where the row does not say, and how long one extension carries it."""

    lasts_years: int = 0
    extension_months: int = 0
    adoption_form: str = ""
    extension_form: str = ""
    authority: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Law:
    """All of it together."""

    destruction: Destruction = Destruction()
    notice: NoticeLaw = NoticeLaw()
    requests: RequestLaw = RequestLaw()
    appeal: AppealLaw = AppealLaw()
    approval: ApprovalLaw = ApprovalLaw()


SECTIONS: Mapping[str, Any] = {
    "destruction": Destruction,
    "notice": NoticeLaw,
    "requests": RequestLaw,
    "appeal": AppealLaw,
    "approval": ApprovalLaw,
}
"""The tables of a jurisdiction's file that are read here."""


def law_from(data: Mapping[str, Any], where: str) -> Law:
    """Read those tables. Raises UsageError that names the file, the table and the field."""
    return Law(**{name: _section(kind, data.get(name, {}), f"{where}, {name}") for name, kind in SECTIONS.items()})


def _section(kind: Any, data: Any, where: str) -> Any:
    known = {field.name: field for field in fields(kind)}
    if not isinstance(data, dict) or set(data) - set(known):
        strange = sorted(set(data) - set(known))[0] if isinstance(data, dict) else data
        raise UsageError(f"{where}: {strange!r} is not a field here.", f"Known fields: {', '.join(known)}.")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    for name, value in values.items():
        if type(value) is not type(known[name].default):
            raise UsageError(f"{where}: {name} is not understood: {value!r}.", "Compare it with another jurisdiction.")
    return kind(**values)
