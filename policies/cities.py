"""What a city has promised and decided, read from its profile: names, clocks, grounds for removal, terms of retention.

A profile is copied into each archive as `city.toml`, where the city completes it. What is not known is empty, and
whoever relies on it is told so; nothing is guessed here.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from custody.errors import UsageError

_FOLDER = Path(__file__).parent / "cities"
_TEXTS: tuple[str, ...] = (
    "name",
    "title",
    "jurisdiction",
    "time_zone",
    "policy_adopted",
    "legal_custodian",
    "oversight",
    "verified_by",
)
_TEXTS += ("verified_by", "destruction_ordinance", "count_rule", "fee_terms")
_OTHERS = ("letterhead", "whs_early_notice", "waived_series", "clocks", "adopted", "grounds")
_NEEDED = ("name", "title", "jurisdiction", "time_zone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """A ground on which the policy lets content be removed. `warning` is told to whoever chooses it."""

    code: str
    words: str
    warning: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdoptedSeries:
    """A shorter schedule the city adopted with form PRB-002, and until when that holds."""

    adopted: date
    expires: date | None
    reference: str


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """One city's profile. `verified_by` is "" until a named person has compared it with the city's own papers."""

    name: str
    title: str
    jurisdiction: str
    time_zone: str
    letterhead: tuple[str, ...]
    policy_adopted: str
    legal_custodian: str
    oversight: str
    destruction_ordinance: str
    count_rule: str
    whs_early_notice: bool
    waived_series: tuple[str, ...]
    fee_terms: str
    clocks: Mapping[str, int]
    adopted: Mapping[str, AdoptedSeries]
    grounds: tuple[Ground, ...]
    verified_by: str


def city_named(name: str) -> City:
    """A shipped profile by name, or the profile in a `.toml` file."""
    return load_city(Path(name)) if name.endswith(".toml") else _read(profile_text(name), f"{name}.toml")


def profile_text(name: str) -> str:
    """The text of a shipped profile. Raises UsageError that lists the names there are."""
    path = _FOLDER / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in _FOLDER.glob("*.toml")))
        raise UsageError(
            f"There is no city profile {name!r}.", f"Shipped: {known}. Or give the path of a profile ending in .toml."
        )
    return path.read_text(encoding="utf-8")


_RESTORE = "Check the name of the file; if it is the archive's own, restore it from a backup."


def load_city(path: Path) -> City:
    """Read a profile. Raises UsageError that names the file, the field and the cure."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The city's profile {path} cannot be read: {error}", _RESTORE) from error
    return _read(text, str(path))


def _read(text: str, where: str) -> City:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where} is not valid TOML: {error}", "Mend the line it names.") from error
    strange = sorted(set(data) - set(_TEXTS) - set(_OTHERS))
    if strange:
        raise UsageError(f"{where}: {strange[0]!r} is not a field of a profile.", "Compare it with a shipped profile.")
    for name in _NEEDED:
        if not isinstance(data.get(name), str) or not data[name]:
            raise UsageError(f"{where}: {name} is missing.", "Every profile needs it.")
    _check_zone(data["time_zone"], where)
    if data.get("count_rule", "later") not in ("later", "calendar"):
        raise UsageError(f"{where}: count_rule {data['count_rule']!r} is not known.", 'Write "later" or "calendar".')
    texts = {name: str(data.get(name, "")) for name in _TEXTS}
    texts["count_rule"] = texts["count_rule"] or "later"
    return City(
        **texts,
        letterhead=tuple(data.get("letterhead", [data["title"]])),
        whs_early_notice=bool(data.get("whs_early_notice", False)),
        waived_series=tuple(data.get("waived_series", ())),
        clocks=dict(data.get("clocks", {})),
        adopted={name: _adopted(row, f"{where}, adopted.{name}") for name, row in data.get("adopted", {}).items()},
        grounds=tuple(_ground(row, where) for row in data.get("grounds", ())),
    )


def _check_zone(zone: str, where: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"{where}: there is no time zone {zone!r}.", "Write America/Chicago.") from error


def _adopted(row: Any, where: str) -> AdoptedSeries:
    if not isinstance(row, dict) or not isinstance(row.get("adopted"), date):
        raise UsageError(f"{where}: the day of adoption is missing.", "Write adopted = 2025-03-01.")
    expires = row.get("expires")
    if expires is not None and not isinstance(expires, date):
        raise UsageError(f"{where}: expires is no day.", "Write expires = 2032-03-21.")
    return AdoptedSeries(adopted=row["adopted"], expires=expires, reference=str(row.get("reference", "")))


def _ground(row: Any, where: str) -> Ground:
    if not isinstance(row, dict) or not row.get("code") or not row.get("words"):
        raise UsageError(f"{where}: a ground for removal needs a code and words.", "Compare it with a shipped profile.")
    return Ground(code=str(row["code"]), words=str(row["words"]), warning=str(row.get("warning", "")))
