"""Archives in which a purge is under way, for examples of commands that would have to wait for weeks.

They are made on clocks that stand some weeks back, so that today the next step is possible.
"""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from custody.clock import Clock, fixed_clock, system_clock
from tests.workflows.purge_scene import PASSWORDS, RULE, quick_keys
from workflows import capturing, certificates, enrolling, people, purge_carrying_out, purge_steps
from workflows.house import House, open_for_writing, open_house
from workflows.people import Signer
from workflows.settings import Settings

COUNT = 12
STEPS = ("due", "proposed", "approved", "purged")


def write_passwords(folder: Path) -> None:
    """The folder that OFRECORD_PASSWORDS names."""
    folder.mkdir()
    for name, password in PASSWORDS.items():
        (folder / f"{name.lower().replace(' ', '-')}.txt").write_text(password + "\n")


def build(folder: Path, home: str, upto: str) -> None:
    """An archive in `folder/home` in which purge 1 is as far as one of STEPS."""
    with pytest.MonkeyPatch.context() as patch:
        quick_keys(patch)
        _build(folder, folder / home, STEPS.index(upto))


def _build(folder: Path, home: Path, steps: int) -> None:
    settings = enrolling.make_archive(home, "maple-falls", "Carla Clerk", clock=_days_ago(60))
    path = settings.city
    path.write_text(path.read_text().replace("waived_series = []", 'waived_series = ["WI-SM-POST"]'))
    _take_in_old_posts(settings, folder / "old-posts")
    with open_for_writing(settings, _days_ago(58)) as house:
        people.enrol_first_director(house, "Max Director", PASSWORDS["Max Director"])
    for name, role in (("Carla Clerk", "clerk"), ("Dana Ruiz", "custodian")):
        with open_for_writing(settings, _days_ago(57)) as house:
            people.enrol(house, _as(house, "Max Director"), name, role, PASSWORDS[name])
    if steps >= 1:
        with open_for_writing(settings, _days_ago(30)) as house:
            purge_steps.propose(house, _as(house, "Carla Clerk"), [RULE])
    if steps >= 2:
        with open_for_writing(settings, _days_ago(20)) as house:
            purge_steps.approve(house, _as(house, "Dana Ruiz"), 1)
    if steps >= 3:
        with open_for_writing(settings, _days_ago(2)) as house:
            clerk = _as(house, "Carla Clerk")
            purge_carrying_out.carry_out(house, clerk, 1, COUNT, [], lambda what, done, total: None)
        with open_house(settings, _days_ago(1)) as house:
            written = certificates.write_certificate(house, 1, folder / "made")
        shutil.copy(written.json, folder / "certificate.json")


def _take_in_old_posts(settings: Settings, folder: Path) -> None:
    folder.mkdir()
    lines = [
        {"object_id": f"old-{n}", "kind": "post", "text": f"Street sweeping in ward {n} begins on Monday at seven.",
         "created_at": f"2014-{n:02d}-03T15:00:00Z"}
        for n in range(1, COUNT + 1)
    ]  # fmt: skip
    (folder / "records.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    from archiver.fetch import FakeFetcher

    with open_for_writing(settings, _days_ago(59)) as house:
        account = enrolling.add_account(house, "MapleFallsStreets", "facebook", department="Streets")
        capturing.take_in(house, [str(folder)], account, None, False, FakeFetcher({}), lambda done: None)


def _as(house: House, name: str) -> Signer:
    return people.sign_in(house, name, PASSWORDS[name])


def _days_ago(days: int) -> Clock:
    return fixed_clock(system_clock() - timedelta(days=days))
