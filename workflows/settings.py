"""Where the archive is and how it is set up, read once: a frozen value, handed down.

An archive is a folder. `ofrecord.toml` in it names the archive, its city and its search engine; a person may read and
edit it. The city's profile is copied in as `city.toml` when the archive is made, so that it can be completed there.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from custody.errors import UsageError
from custody.ids import ArchiveId

FORMAT = 1
"""The version of the archive's layout, docs/format.md."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How one archive is set up. `by` is who is working: a name that is written beside every act. `pins` is the
    folder in which this computer remembers how long each ledger was; None when it remembers nothing."""

    home: Path
    archive: ArchiveId
    engine: str
    by: str
    pins: Path | None = None
    format: int = FORMAT

    @property
    def vault(self) -> Path:
        """The folder with the bytes that matter."""
        return self.home / "vault"

    @property
    def catalog(self) -> Path:
        """The database, which can be made again from the vault."""
        return self.home / "catalog.sqlite"

    @property
    def city(self) -> Path:
        """The city's profile."""
        return self.home / "city.toml"

    @property
    def key(self) -> Path:
        """The key that signs the ledger's checkpoints. Whoever has it can speak in the archive's name."""
        return self.home / "ledger.key"

    @property
    def lock(self) -> Path:
        """Held by the one process that writes."""
        return self.home / "writer.lock"

    @property
    def responses(self) -> Path:
        """Where answers to requests are written."""
        return self.home / "responses"


def read_settings(home: Path, by: str) -> Settings:
    """The settings of the archive in `home`. Raises UsageError when there is none."""
    path = home / "ofrecord.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no Ofrecord archive in {home}.",
            "Name the archive's folder with --home, or make one with `ofrecord init --city NAME`.",
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "Restore the file from a backup.") from error
    wrong = {"archive", "engine", "format"} - data.keys()
    if wrong or data["format"] != FORMAT:
        raise UsageError(
            f"{path} is not one this Ofrecord understands (format {data.get('format')}, wanted {FORMAT}).",
            "Use the version of Ofrecord that made the archive, or a newer one.",
        )
    return Settings(
        home=home,
        archive=ArchiveId(data["archive"]),
        engine=data["engine"],
        by=by,
        pins=_pins(),
        format=data["format"],
    )


def _pins() -> Path | None:
    """The folder named by OFRECORD_PINS ("" for none), else one in the person's own folder."""
    named = os.environ.get("OFRECORD_PINS")
    if named is not None:
        return Path(named) if named else None
    return Path(os.environ.get("XDG_STATE_HOME", "") or Path.home() / ".local" / "state") / "ofrecord" / "pins"


def settings_text(archive: ArchiveId, engine: str) -> str:
    """What stands in a new `ofrecord.toml`."""
    return (
        "# An Ofrecord archive. Keep this file with the folder; do not change `archive`.\n"
        f'archive = "{archive}"\n'
        f"format = {FORMAT}\n"
        "# The search engine: fts (in the catalog, the default) or whoosh (pure Python, slower).\n"
        f'engine = "{engine}"\n'
    )
