"""What a city has promised and decided, read from its profile: names, clocks, grounds for removal, terms of retention.

A profile is copied into each archive as `city.toml`, where the city completes it. What is not known is empty, and
whoever relies on it is told so; nothing is guessed here.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from custody.counting import Calendar, Closure
from custody.errors import UsageError
from custody.fee import CityFees, FeeKind
from custody.strict import Fields
from policies.calendars import calendar, closures_from

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
_OTHERS = (
    "letterhead",
    "whs_early_notice",
    "waived_series",
    "clocks",
    "adopted",
    "grounds",
    "fees",
    "closures",
    "bans",
)
_BANS = ("", "any_violation", "subsequent_violation")
_NEEDED = ("name", "title", "jurisdiction", "time_zone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """A ground on which the policy lets content be removed. `warning` is told to whoever chooses it.

    `also` lists other names staff use for it.
    """

    code: str
    words: str
    warning: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AdoptedSeries:
    """A shorter schedule the city adopted with form PRB-002, and until when that holds."""

    adopted: date
    expires: date | None
    reference: str


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """One city's profile. `verified_by` is "" until a named person has compared it with the city's own papers.

    `fees` are the city's own terms where kinder than the law; `closures` days its offices are closed besides the legal
    holidays; `bans` when its policy allows a ban ("" not entered, any_violation, subsequent_violation).
    """

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
    fees: CityFees = field(default_factory=CityFees)
    closures: tuple[Closure, ...] = ()
    bans: str = ""


def city_named(name: str) -> City:
    """A shipped profile by name, or the profile in a `.toml` file."""
    return load_city(Path(name)) if name.endswith(".toml") else _read(profile_text(name), f"{name}.toml")


def calendars_of(city: City) -> tuple[Calendar, Calendar]:
    """The strict and the wide calendar of a city: legal holidays only, and with the days its offices are closed."""
    name = city.jurisdiction
    return calendar(name), calendar(name, wide=True, closures=city.closures)


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
        fees=fees_from(data["fees"], f"{where}, fees") if "fees" in data else CityFees(),
        closures=closures_from(data.get("closures"), f"{where}, closures"),
        bans=_one_of(data.get("bans", ""), _BANS, f"{where}, bans"),
    )


def fees_from(data: Any, where: str) -> CityFees:
    """A city's own terms of fees from their table. Raises UsageError that names the field and the cure."""
    row = Fields(data, where, "Compare it with the profile of Stoughton.")
    free = row.table("free_up_to_cents")
    page = row.integer("page_cents", -1, high=10_000)
    made = CityFees(
        page_cents=None if page < 0 else page,
        free_pages=row.integer("free_pages", 0),
        free_up_to={FeeKind(name): free.integer(name) for name in _kinds(free)} if free else {},
        police_recordings=row.flag("police_recordings", False),
        citation=row.text("citation", ""),
        verified_by=row.text("verified_by", ""),
    )
    row.done()
    return made


def _kinds(free: Fields) -> tuple[str, ...]:
    known = [kind.value for kind in FeeKind]
    for name in free.names():
        if name not in known:
            raise UsageError(f"{free.where}: {name!r} is no kind of fee.", f"Use one of: {', '.join(known)}.")
    return free.names()


def _one_of(value: Any, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        words = ", ".join(each or "(empty)" for each in known)
        raise UsageError(f"{where}: {value!r} is not known.", f"Use one of: {words}.")
    return str(value)


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
    strange = sorted(set(row) - {"code", "words", "warning", "also"})
    if strange:
        raise UsageError(f"{where}, ground {row['code']}: {strange[0]!r} is not a field here.", "Take it out.")
    also = tuple(str(each) for each in row.get("also", ()))
    return Ground(code=str(row["code"]), words=str(row["words"]), warning=str(row.get("warning", "")), also=also)
