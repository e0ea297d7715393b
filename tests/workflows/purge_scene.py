"""A city with three people and old records, on a clock that can be moved: what tests of purges begin with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from archiver import person_key
from custody.clock import fixed_clock
from tests.conftest import Archive
from workflows import people, purge_steps
from workflows.house import House
from workflows.people import Signer

Jsonl = Callable[..., Path]
OLD = {"created_at": "2015-03-01T12:00:00Z"}
RULE = "WI-DEF-7Y"
PASSWORDS = {
    "Max Director": "harbor lamp violet seven",
    "Carla Clerk": "ladder pepper orbit quiet",
    "Dana Ruiz": "copper window travel mint",
}


def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost little to try, for tests alone."""
    monkeypatch.setattr(person_key, "ITERATIONS", 1)
    monkeypatch.setattr(person_key, "LANES", 1)
    monkeypatch.setattr(person_key, "MEMORY_KIB", 64)


class Scene:
    """An archive whose people are enrolled, a clock to move, and each step in one line."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        path = archive.settings.city
        path.write_text(path.read_text().replace("waived_series = []", 'waived_series = ["WI-SM-POST", "WI-SM-PUB"]'))
        with archive.writing() as house:
            people.enrol_first_director(house, "Max Director", PASSWORDS["Max Director"])
        for name, role in (("Carla Clerk", "clerk"), ("Dana Ruiz", "custodian")):
            with archive.writing() as house:
                people.enrol(house, self.as_(house, "Max Director"), name, role, PASSWORDS[name])

    def later(self, days: float) -> None:
        """Let time pass."""
        self.archive.clock = fixed_clock(self.archive.clock() + timedelta(days=days))

    @contextmanager
    def by(self, name: str) -> Iterator[tuple[House, Signer]]:
        """The archive open for writing, and a person who has given their password."""
        with self.archive.writing() as house:
            yield house, self.as_(house, name)

    def as_(self, house: House, name: str) -> Signer:
        """A person who has given their password."""
        return people.sign_in(house, name, PASSWORDS[name])

    def proposed(self) -> int:
        """A purge of all that may go, proposed a week after everybody was enrolled. Its number."""
        self.later(8)
        with self.by("Carla Clerk") as (house, clerk):
            return purge_steps.propose(house, clerk, [RULE]).number

    def approved(self) -> int:
        """The same, approved a day and an hour later."""
        number = self.proposed()
        self.later(1.1)
        with self.by("Dana Ruiz") as (house, custodian):
            purge_steps.approve(house, custodian, number)
        return number

    def ready(self) -> int:
        """The same, with the days of grace over."""
        number = self.approved()
        self.later(14.1)
        return number
