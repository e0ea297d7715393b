"""Attacks on who may destroy (A12, A13, A20, A22, A23): each carried out, each found at the ledger's level, V1.

Those that need a destruction are in test_purge_attacks.py.
"""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as driver
import pytest

from archiver.person_key import new_person_key
from custody.authority import User
from custody.errors import CustodyError
from tests.conftest import Archive
from tests.workflows.company import SEEDS, company
from tests.workflows.purge_scene import OLD, RULE, Scene, quick_keys
from workflows import auditing, people, purge_dry_run, purge_steps
from workflows.auditing import Level
from workflows.house import House
from workflows.people import Signer, signed

Jsonl = Callable[..., Path]


@pytest.fixture(params=SEEDS)
def scene(archive: Archive, jsonl: Jsonl, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Scene:
    quick_keys(monkeypatch)
    archive.take_in(jsonl("a", *({"object_id": str(n), "text": f"plow {n}", **OLD} for n in range(1, 6))))
    company(archive, jsonl, request.param)
    return Scene(archive)


def codes(scene: Scene, level: Level = Level.V1) -> set[str]:
    with scene.archive.reading() as house:
        return {each.code for each in auditing.verify(house, lambda done: None, level).findings}


def sql(scene: Scene, statement: str, *values: Any) -> None:
    connection = driver.connect(scene.archive.settings.catalog)
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def approval(house: House, signer: Signer, number: int) -> None:
    """What the program would write, without asking whether it may."""
    batch = purge_steps.purge_of(house, number)
    data = {"count": batch.count, "list_sha256": batch.list_sha256}
    house.journal.write(signed(house, signer, "purge.approved", number, data))


def order(house: House, signer: Signer, number: int) -> None:
    batch = purge_steps.purge_of(house, number)
    data = {"count": batch.count, "list_sha256": batch.list_sha256, "holds": [], "requests": [], "certificate": "DC-1"}
    house.journal.write(signed(house, signer, "purge.begun", number, data))


def fresh(house: House, scene: Scene, role: str) -> Signer:
    """An account made a moment ago."""
    return Signer(
        user=people.enrol(house, scene.as_(house, "Max Director"), "Quick Second", role, "marble cactus train oven"),
        key=people.sign_in(house, "Quick Second", "marble cactus train oven").key,
    )


def test_a13_ones_own_approval(scene: Scene) -> None:
    number = scene.proposed()
    scene.later(2)
    with scene.by("Carla Clerk") as (house, clerk):
        approval(house, clerk, number)
    assert codes(scene) == {"purge-own-approval", "purge-wrong-role"}


def test_a13_a_second_account_made_for_it(scene: Scene) -> None:
    number = scene.proposed()
    scene.later(2)
    with scene.archive.writing() as house:
        approval(house, fresh(house, scene, "custodian"), number)
    assert codes(scene) == {"purge-approver-new"}


def test_a13_an_approval_at_once_and_an_order_in_the_days_of_grace(scene: Scene) -> None:
    number = scene.proposed()
    with scene.by("Dana Ruiz") as (house, custodian):
        approval(house, custodian, number)
    assert codes(scene) == {"purge-too-soon"}
    with scene.by("Carla Clerk") as (house, clerk):
        order(house, clerk, number)
    assert codes(scene) == {"purge-too-soon", "purge-in-grace"}


def test_a13_steps_out_of_order_and_about_another_list(scene: Scene) -> None:
    number = scene.proposed()
    with scene.by("Carla Clerk") as (house, clerk):
        order(house, clerk, number)
    assert codes(scene) == {"purge-out-of-order", "purge-in-grace"}
    scene.later(2)
    with scene.by("Dana Ruiz") as (house, custodian):
        data = {"count": 5, "list_sha256": "0" * 64}
        house.journal.write(signed(house, custodian, "purge.approved", number, data))
    assert "purge-other-list" in codes(scene)


def test_a13_a_role_that_may_not(scene: Scene) -> None:
    number = scene.approved()
    scene.later(15)
    with scene.by("Max Director") as (house, director):
        order(house, director, number)
    assert codes(scene) == {"purge-wrong-role"}


def test_a13_who_was_retired_signs_all_the_same(scene: Scene) -> None:
    number = scene.proposed()
    scene.later(2)
    with scene.archive.writing() as house:
        dana = scene.as_(house, "Dana Ruiz")
        people.retire(house, scene.as_(house, "Max Director"), "Dana Ruiz", "left")
        approval(house, dana, number)
    assert codes(scene) == {"purge-retired"}


def test_a13_enrolled_by_somebody_who_may_not(scene: Scene) -> None:
    key = new_person_key()
    with scene.by("Carla Clerk") as (house, clerk):
        data = {"name": "Second Me", "role": "custodian", "key": base64.b64encode(key.public).decode()}
        house.journal.write(signed(house, clerk, "user.enrolled", 4, data))
    assert codes(scene) == {"purge-wrong-role"}


def test_a13_a_second_first_director(scene: Scene) -> None:
    with scene.archive.writing() as house:
        key = new_person_key()
        me = User(number=4, name="Nobody", role="director", key=key.public, enrolled_at=0, enrolled_by=4)
        data = {"name": "Nobody", "role": "director", "key": base64.b64encode(key.public).decode()}
        house.journal.write(signed(house, Signer(user=me, key=key), "user.enrolled", 4, data))
    assert codes(scene) == {"act-unsigned"}


def test_a12_a_signature_by_another_key_or_none_at_all(scene: Scene) -> None:
    number = scene.proposed()
    scene.later(2)
    with scene.by("Dana Ruiz") as (house, custodian):
        approval(house, Signer(user=custodian.user, key=new_person_key()), number)
    assert codes(scene) == {"act-unsigned"}
    scene.later(15)
    with scene.archive.writing() as house:
        batch = purge_steps.purge_of(house, number)
        mark = {"user": 2, "name": "Carla Clerk", "role": "clerk", "at": 0, "signature": "!"}
        data = {"count": 5, "list_sha256": batch.list_sha256, "signed": mark, "holds": [], "certificate": "DC-1"}
        house.journal.write(("purge.begun", number, data))
    assert codes(scene) == {"act-unsigned", "act-misdated"}


def test_a12_an_old_signature_used_again(scene: Scene) -> None:
    number = scene.proposed()
    scene.later(1.5)
    with scene.by("Dana Ruiz") as (house, custodian):
        batch = purge_steps.purge_of(house, number)
        deed = signed(house, custodian, "purge.approved", number, {"count": 5, "list_sha256": batch.list_sha256})
    scene.later(3)
    with scene.archive.writing() as house:
        house.journal.write(deed)
    assert codes(scene) == {"act-misdated"}


def test_a12_an_act_that_says_nothing(scene: Scene) -> None:
    number = scene.proposed()
    sql(scene, "UPDATE act SET data = '{\"by\":\"x\"}' WHERE kind = 'purge.proposed' AND subject = ?", number)
    assert codes(scene) >= {"ledger-differs", "act-unreadable"}
    assert codes(scene, Level.V4) >= {"ledger-differs", "act-unreadable"}


@pytest.mark.parametrize(
    ("attack", "statement", "code"),
    [
        ("A20", "UPDATE user SET role = 'custodian' WHERE name = 'Carla Clerk'", "user-changed"),
        ("A20", "UPDATE user SET retired_at = NULL, enrolled_at = 0", "user-changed"),
        ("A20", "INSERT INTO user VALUES (9, 'Ghost', 'director', x'00', 0, 1, NULL)", "user-changed"),
        ("A23", "UPDATE user SET key = x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'",
         "user-changed"),
        ("A12", "UPDATE purge SET state = 'approved'", "purge-changed"),
        ("A12", "UPDATE act SET data = replace(data, '\"count\": 5', '\"count\": 6') WHERE kind = 'purge.proposed'",
         "ledger-differs"),
        ("A15", "UPDATE act SET data = replace(data, '\"grace_days\": 14', '\"grace_days\": 1')", "ledger-differs"),
        ("A23", "UPDATE act SET data = replace(data, '\"role\": \"clerk\"', '\"role\": \"custodian\"')",
         "ledger-differs"),
    ],
)  # fmt: skip
def test_a_change_by_sql_is_found_at_v1(scene: Scene, attack: str, statement: str, code: str) -> None:
    scene.proposed()
    assert codes(scene, Level.V4) == set()
    sql(scene, statement)
    assert code in codes(scene) and code in codes(scene, Level.V2), attack


def test_a15_waits_cut_below_what_any_city_can_wait(scene: Scene) -> None:
    with scene.by("Max Director") as (house, director):
        waits = {"approval_hours": 24, "enrolled_days": 7, "grace_days": 0}
        data = {"waits": waits, "reason": "hurry"}
        house.journal.write(signed(house, director, "purge.waits_set", 0, data))
    assert codes(scene) == {"purge-wait-cut"}


def test_a15_a_proposal_that_waits_less_than_was_decided(scene: Scene) -> None:
    number = scene.proposed()
    with scene.by("Carla Clerk") as (house, clerk):
        data = {k: v for k, v in purge_steps.story(house, number).proposal.items() if k not in ("signed", "kind", "at")}
        data = {name: value for name, value in data.items() if name != "leaf"}
        waits = {"approval_hours": 1, "enrolled_days": 1, "grace_days": 1}
        house.journal.write(signed(house, clerk, "purge.proposed", number + 1, {**data, "waits": waits}))
    assert codes(scene) == {"purge-wait-cut"}


def test_a12_a_certificate_of_nothing(scene: Scene) -> None:
    number = scene.proposed()
    with scene.archive.writing() as house:
        house.journal.write(("certificate.issued", number, {"certificate": "DC-1", "document": {"count": 5}}))
    assert codes(scene) == {"certificate-without-purge"}


def test_a22_looking_at_a_list_leaves_a_trace_or_is_refused(scene: Scene) -> None:
    number = scene.proposed()
    with scene.archive.reading() as house:
        purge_steps.story(house, number)
    with scene.archive.writing():
        pass
    assert codes(scene) == set()
    sql(scene, "CREATE TRIGGER quiet BEFORE INSERT ON access BEGIN SELECT RAISE(ABORT, 'no audit'); END")
    for look in (purge_steps.story, purge_dry_run.of_purge):
        with pytest.raises(CustodyError, match="Nothing is shown"), scene.archive.reading() as house:
            look(house, number)
    sql(scene, "DROP TRIGGER quiet")
    sql(scene, "CREATE TRIGGER quiet BEFORE INSERT ON access BEGIN SELECT RAISE(IGNORE); END")
    with pytest.raises(CustodyError, match="Nothing is shown"), scene.archive.reading() as house:
        purge_steps.story(house, number)
    assert codes(scene) == {"catalog-damaged"}
    sql(scene, "DROP TRIGGER quiet")
    assert codes(scene) == set()
    sql(scene, "DELETE FROM access WHERE kind = 'purge.show'")
    assert "access-gap" in codes(scene)


def test_no_false_alarm_in_all_the_ways_a_purge_can_go(scene: Scene) -> None:
    number = scene.approved()
    with scene.by("Dana Ruiz") as (house, person):
        purge_steps.cancel(house, person, number, "wait")
    number = _again(scene)
    with scene.by("Max Director") as (house, director):
        purge_steps.set_waits(house, director, {"grace_days": 2}, "the vault is small")
        people.retire(house, director, "Carla Clerk", "left")
        people.enrol(house, director, "Carl Clerk", "clerk", "ladder pepper orbit quiet")
    scene.later(2)
    with scene.by("Dana Ruiz") as (house, custodian):
        purge_steps.approve(house, custodian, number)
    assert [codes(scene, level) for level in Level] == [set()] * 5


def _again(scene: Scene) -> int:
    with scene.by("Carla Clerk") as (house, clerk):
        return purge_steps.propose(house, clerk, [RULE]).number
