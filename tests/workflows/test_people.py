"""People with keys: enrolled by the director, opened by their password alone, retired, never in anybody's hand."""

import json
from pathlib import Path

import pytest

from custody.errors import DamageError, UnavailableError, UsageError
from tests.conftest import Archive
from tests.workflows.purge_scene import PASSWORDS, Scene, quick_keys
from workflows import auditing, people
from workflows.auditing import Level


@pytest.fixture
def scene(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Scene:
    quick_keys(monkeypatch)
    return Scene(archive)


def codes(archive: Archive, level: Level = Level.V4) -> set[str]:
    with archive.reading() as house:
        return {each.code for each in auditing.verify(house, lambda done: None, level).findings}


def test_enrolled_people_can_sign_and_the_archive_stays_sound(scene: Scene) -> None:
    with scene.archive.reading() as house:
        there = {user.name: (user.role, user.enrolled_by) for user in people.users(house)}
    assert there == {"Max Director": ("director", 1), "Carla Clerk": ("clerk", 1), "Dana Ruiz": ("custodian", 1)}
    assert codes(scene.archive) == set()


def test_keys_are_for_their_owner_alone_and_no_password_is_written_anywhere(scene: Scene) -> None:
    keys = sorted((scene.archive.home / "keys").iterdir())
    assert [path.name for path in keys] == ["1-max-director.json", "2-carla-clerk.json", "3-dana-ruiz.json"]
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    data = json.loads(keys[1].read_text())
    assert data["kdf"]["name"] == "argon2id" and set(data["kdf"]) >= {"iterations", "lanes", "memory_kib", "salt"}
    with pytest.raises(UsageError) as refused, scene.archive.writing() as house:
        people.sign_in(house, "Carla Clerk", "a wrong secret of somebody")
    assert "wrong secret" not in str(refused.value) + refused.value.hint
    everything = b"".join(path.read_bytes() for path in scene.archive.home.rglob("*") if path.is_file())
    for password in (*PASSWORDS.values(), "a wrong secret of somebody"):
        assert password.encode() not in everything and password.encode("utf-16-le") not in everything


def test_a_wrong_password_is_in_the_log_and_after_five_the_next_waits(scene: Scene) -> None:
    for _ in range(people.TRIES):
        with pytest.raises(UsageError, match="not the password of Dana Ruiz"), scene.archive.writing() as house:
            people.sign_in(house, "dana  ruiz", "not it at all, really")
    with pytest.raises(UnavailableError, match="given wrongly 5 times"), scene.archive.writing() as house:
        scene.as_(house, "Dana Ruiz")
    with scene.archive.writing() as house:
        scene.as_(house, "Carla Clerk")
    scene.later(0.011)
    with scene.archive.writing() as house:
        assert scene.as_(house, "Dana Ruiz").user.role == "custodian"
    assert codes(scene.archive) == set()


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "fewer than 12"),
        ("x" * 2000, "more than 1024"),
        ("aaaaaaaaaaaaaaaa", "guessed soon"),
        ("abcdefghijklmnop", "guessed soon"),
        ("City of Maple Falls 1", "guessed soon"),
        ("New Person 12345", "guessed soon"),
        ("password12345678", "guessed soon"),
    ],
)
def test_a_password_that_is_guessed_soon_is_refused(scene: Scene, password: str, said: str) -> None:
    with pytest.raises(UsageError, match=said), scene.by("Max Director") as (house, director):
        people.enrol(house, director, "New Person", "clerk", password)
    assert len(list((scene.archive.home / "keys").iterdir())) == 3


def test_only_the_director_enrols_and_only_once(scene: Scene) -> None:
    password = "river stone basket nine"
    with pytest.raises(UnavailableError, match="may not enrol"), scene.by("Carla Clerk") as (house, clerk):
        people.enrol(house, clerk, "New Person", "custodian", password)
    with pytest.raises(UsageError, match="There are users already"), scene.archive.writing() as house:
        people.enrol_first_director(house, "Somebody Else", password)
    with pytest.raises(UsageError, match="enrolled already"), scene.by("Max Director") as (house, director):
        people.enrol(house, director, "DANA RUIZ", "clerk", password)
    with pytest.raises(UsageError, match="There is no role"), scene.by("Max Director") as (house, director):
        people.enrol(house, director, "New Person", "boss", password)
    with pytest.raises(UsageError, match="is no name"), scene.by("Max Director") as (house, director):
        people.enrol(house, director, "\x1b[31m", "clerk", password)
    assert codes(scene.archive) == set()


def test_a_new_password_opens_the_same_key(scene: Scene) -> None:
    with scene.by("Dana Ruiz") as (house, dana):
        before = dana.user.key
        people.change_password(house, dana, "another long phrase here")
    with scene.archive.writing() as house:
        assert people.sign_in(house, "Dana Ruiz", "another long phrase here").key.public == before
        with pytest.raises(UsageError):
            people.sign_in(house, "Dana Ruiz", PASSWORDS["Dana Ruiz"])
    assert codes(scene.archive) == set()


def test_who_is_retired_signs_no_more_and_the_last_director_stays(scene: Scene) -> None:
    with scene.by("Max Director") as (house, director):
        people.retire(house, director, "Carla Clerk", "left the office")
        with pytest.raises(UsageError, match="only director"):
            people.retire(house, director, "Max Director", "left the office")
        with pytest.raises(UsageError, match="Carla Clerk was retired"):
            people.sign_in(house, "Carla Clerk", PASSWORDS["Carla Clerk"])
        people.enrol(house, director, "Carla Clerk", "clerk", "a wholly different phrase")
    assert len(list((scene.archive.home / "keys").iterdir())) == 3
    assert codes(scene.archive) == set()


def test_a_damaged_or_exchanged_key_file_is_named(scene: Scene) -> None:
    mine, other = (scene.archive.home / "keys" / name for name in ("2-carla-clerk.json", "3-dana-ruiz.json"))
    whole = mine.read_bytes()
    greedy = whole.replace(b'"memory_kib": 64', b'"memory_kib": 9999999')
    for damaged in (b"", b"{}", whole[:-30], other.read_bytes(), greedy):
        mine.write_bytes(damaged)
        with pytest.raises(DamageError, match="2-carla-clerk.json"), scene.archive.writing() as house:
            scene.as_(house, "Carla Clerk")
    mine.unlink()
    with pytest.raises(UnavailableError, match="cannot be read"), scene.archive.writing() as house:
        scene.as_(house, "Carla Clerk")


def test_nothing_is_signed_while_the_clock_stands_behind(scene: Scene) -> None:
    scene.later(-2)
    with pytest.raises(UnavailableError, match="clock stands behind"), scene.by("Max Director") as (house, director):
        people.enrol(house, director, "New Person", "clerk", "river stone basket nine")


def test_no_role_both_proposes_and_approves() -> None:
    from policies.roles import role_words, roles

    assert {name for name, may in roles().items() if {"propose", "approve"} <= may} == set()
    assert {name for name, may in roles().items() if "enrol" in may and {"propose", "approve"} & may} == set()
    assert all("cancel" in may for may in roles().values()) and role_words().keys() == roles().keys()


def test_a_restored_archive_keeps_the_keys_for_their_owners(scene: Scene, tmp_path: Path) -> None:
    from archiver.backup_set import Unlock
    from workflows import backing_up, restoring

    settings, unlock = scene.archive.settings, Unlock(passphrase="a long passphrase")
    backing_up.back_up(settings, tmp_path / "medium", unlock, scene.archive.clock)
    home = tmp_path / "again"
    restoring.restore(tmp_path / "medium", home, unlock, "tester", clock=scene.archive.clock)
    assert {path.stat().st_mode & 0o777 for path in (home / "keys").iterdir()} == {0o600}
