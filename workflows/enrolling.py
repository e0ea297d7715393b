"""Making an archive and registering the accounts a city runs."""

from datetime import date
from pathlib import Path

from archiver import durable
from archiver.catalog.catalog import Catalog
from archiver.ledger import origin_of
from archiver.platforms.table import PLATFORMS
from archiver.signing import new_key
from custody.account import Account
from custody.clock import Clock, system_clock
from custody.errors import UsageError
from custody.ids import AccountId, ArchiveId, new_archive_id
from policies.cities import city_named, profile_text
from workflows.house import House, open_for_writing, settings_digests
from workflows.settings import Settings, read_settings, settings_text

ENGINES = ("fts", "whoosh")


def make_archive(
    home: Path,
    city: str,
    by: str,
    engine: str = "fts",
    clock: Clock = system_clock,
    archive: ArchiveId | None = None,
) -> Settings:
    """Make an empty archive for a city in a new or empty folder. `city` names a shipped profile or a profile file."""
    if engine not in ENGINES:
        raise UsageError(f"There is no search engine {engine!r}.", f"Choose one of: {', '.join(ENGINES)}.")
    city_named(city)
    text = Path(city).read_text(encoding="utf-8") if city.endswith(".toml") else profile_text(city)
    if home.exists() and any(home.iterdir()):
        raise UsageError(f"{home} is not empty.", "Choose a new folder: an archive is never made over something else.")
    durable.make_folder(home)
    durable.require_room(home)
    durable.write_new(home / "city.toml", [text.encode("utf-8")])
    durable.write_new(home / "ofrecord.toml", [settings_text(archive or new_archive_id(), engine).encode("utf-8")])
    settings = read_settings(home, by)
    Catalog(settings.catalog, new=True).close()
    new_key(settings.key, origin_of(settings.archive))
    with open_for_writing(settings, clock) as house:
        with house.catalog.transaction():
            house.engine.clear()
        made = {"city": house.city.name, "engine": engine, "settings": settings_digests(settings)}
        house.journal.write(("archive.made", 0, made))
    return settings


def add_account(
    house: House,
    handle: str,
    platform: str,
    name: str = "",
    department: str = "",
    custodian: str = "",
    authorized_users: tuple[str, ...] = (),
    series: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Account:
    """Register an account. Raises UsageError when the handle is taken or the platform unknown."""
    handle = handle.removeprefix("@").strip()
    if not handle or any(character.isspace() or character == '"' for character in handle):
        raise UsageError(f"{handle!r} is no handle.", "Use the account's short name, without spaces: CityOfMapleFalls")
    names = sorted({each.name for each in PLATFORMS})
    if platform not in names:
        raise UsageError(f"There is no platform {platform!r}.", f"Choose one of: {', '.join(names)}.")
    if any(account.handle.lower() == handle.lower() for account in house.accounts()):
        raise UsageError(f"The account {handle} is registered already.", "`ofrecord account show` tells what is known.")
    if since and until and until < since:
        raise UsageError("--until is before --since.", "Give the days in order.")
    number = house.next_number("account.added")
    data = {
        "handle": handle,
        "platform": platform,
        "name": name,
        "department": department,
        "custodian": custodian,
        "authorized_users": list(authorized_users),
        "series": series,
        "since": str(since or ""),
        "until": str(until or ""),
    }
    house.journal.write(("account.added", number, data))
    return next(account for account in house.accounts() if account.id == AccountId(number))
