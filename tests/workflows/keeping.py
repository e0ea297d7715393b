"""Short ways into a keeping archive, shared by the tests of holds, filing, schedules and notices."""

from dataclasses import replace
from datetime import UTC, date, datetime

from custody.clock import fixed_clock
from custody.disposition import Disposition
from custody.ids import RecordNumber
from tests.conftest import Archive
from workflows import disposing
from workflows.house import House

OLD = {"created_at": "2015-03-01T12:00:00Z"}
DAY = date(2026, 11, 20)


def at(archive: Archive, year: int, month: int, day: int) -> None:
    """From now on it is that day's noon in the archive."""
    archive.clock = fixed_clock(datetime(year, month, day, 18, 0, tzinfo=UTC))


def by(archive: Archive, name: str) -> None:
    """From now on somebody else works."""
    archive.settings = replace(archive.settings, by=name)


def judged(house: House, number: int, on: date = DAY) -> Disposition:
    return disposing.judged(house, [RecordNumber(number)], on)[RecordNumber(number)]


def due(house: House, on: date = DAY) -> disposing.Due:
    return disposing.due(house, on, lambda done: None)


def waive(archive: Archive, *series: str) -> None:
    """The Historical Society has waived some series: what is left to judge is the record itself."""
    path = archive.settings.city
    names = ", ".join(f'"{each}"' for each in series or ("WI-SM-POST", "WI-SM-PUB", "WI-SM-CONV", "WI-DEF-7Y"))
    path.write_text(path.read_text().replace("waived_series = []", f"waived_series = [{names}]"))
