"""The people whose signature counts: enrolling them, their passwords, and signing an act with a person's own key.

A key lies in `keys/` under its owner's password and is opened for one act at a time. No password is ever written down,
and none stands in an act, a message or an error. Without its password a key is lost: then the person is retired and
enrolled anew.
"""

import base64
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from archiver import durable
from archiver.catalog import authority_rows
from archiver.catalog.rows import millis, moment
from archiver.person_key import PersonKey, new_person_key, open_person_key, save_person_key
from custody.authority import Objection, User, statement, to_act
from custody.errors import UnavailableError, UsageError
from policies.roles import role_named, role_words, roles
from workflows.access import reading
from workflows.house import House

SHORTEST, LONGEST = 12, 1024
"""Characters of a password."""

TRIES, WITHIN = 5, timedelta(minutes=15)
"""So many wrong passwords within this time, and the next has to wait."""

Deed = tuple[str, int, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A person who has just given their password, for the one command that is running."""

    user: User
    key: PersonKey = field(repr=False)


def users(house: House) -> list[User]:
    """Everybody who was ever enrolled."""
    with reading(house, "user.list") as read:
        found = authority_rows.users(house.catalog.connection)
        read.found(len(found))
    return found


def role_table() -> dict[str, str]:
    """Each role in plain words."""
    return role_words()


def key_as_text(user: User) -> str:
    """A person's public key as text, to be compared."""
    return _b64(user.key)


def user_named(house: House, name: str) -> User:
    """The user of this name who is not retired. Raises UsageError that lists those there are."""
    there = [user for user in authority_rows.users(house.catalog.connection) if user.retired_at is None]
    for user in there:
        if _plain(user.name) == _plain(name):
            return user
    gone = [user for user in authority_rows.users(house.catalog.connection) if _plain(user.name) == _plain(name)]
    if gone:
        raise UsageError(
            f"{gone[-1].name} was retired as a user on {local(house, gone[-1].retired_at or 0)}.",
            "Somebody else does it, or the director enrols the person anew: ofrecord user add --help",
        )
    known = ", ".join(f"{user.name} ({user.role})" for user in there) or "nobody yet"
    cure = "Write the name as it was enrolled." if there else "Enrol the director first: ofrecord user add --help"
    raise UsageError(f"There is no user {name!r} (enrolled: {known}).", cure)


def may_somebody(house: House, what: str) -> bool:
    """Whether anybody is enrolled whose role may do something."""
    there = authority_rows.users(house.catalog.connection)
    return any(user.retired_at is None and what in roles().get(user.role, frozenset()) for user in there)


def only_one_who_may(house: House, what: str, usual: int = 0) -> User:
    """The only user whose role may do something: who is working, when that is one of them; else the `usual` one.

    Raises UsageError when it is nobody, or several.
    """
    able = [
        user for user in authority_rows.users(house.catalog.connection)
        if user.retired_at is None and what in roles().get(user.role, frozenset())
    ]  # fmt: skip
    working = [user for user in able if _plain(user.name) == _plain(house.settings.by)]
    chosen = working or [user for user in able if user.number == usual] or able
    if len(chosen) == 1:
        return chosen[0]
    needed = " or ".join(sorted(role for role, may in roles().items() if what in may))
    if not able:
        raise UsageError(
            f"Nobody is enrolled who may {what}: it takes the role {needed}.",
            f'Enrol a person: ofrecord user add "NAME" --role {needed.split(" or ")[0]}',
        )
    names = ", ".join(user.name for user in chosen)
    raise UsageError(f"Several people may {what}: {names}.", f'Say who you are: --as "{chosen[0].name}"')


def the_director(house: House) -> User | None:
    """The only director there is; None before the first. Raises UsageError when there are several: name one."""
    there = [u for u in authority_rows.users(house.catalog.connection) if u.role == "director" and u.retired_at is None]
    if len(there) > 1:
        raise UsageError(
            f"There are several directors: {', '.join(each.name for each in there)}.", "Say which one signs: --director"
        )
    return there[0] if there else None


def sign_in(house: House, name: str, password: str) -> Signer:
    """Open a person's key with their password. A wrong one is written down; after several the next has to wait."""
    user = user_named(house, name)
    since = house.clock() - WITHIN
    wrong = authority_rows.count_since(house.catalog.connection, "user.refused", user.number, millis(since))
    if wrong >= TRIES:
        raise UnavailableError(
            f"The password of {user.name} was given wrongly {wrong} times within {WITHIN.seconds // 60} minutes.",
            f"Wait {WITHIN.seconds // 60} minutes, then try again. Nothing was changed.",
        )
    key = open_person_key(key_path(house, user.number, user.name), normal(password), _about(house, user.number))
    if key is None or key.public != user.key:
        house.journal.write(("user.refused", user.number, {"name": user.name}))
        raise UsageError(
            f"That is not the password of {user.name}.",
            "Nothing was changed, and the attempt is in the log. Somebody who has lost the password is retired and "
            "enrolled anew by the director.",
        )
    return Signer(user=user, key=key)


def signed(house: House, signer: Signer, kind: str, subject: int, data: Mapping[str, Any]) -> Deed:
    """An act with a person's signature over everything it says."""
    at, user = _sound_moment(house), signer.user
    message = statement(house.settings.archive, kind, subject, data, user.number, at)
    mark = {"user": user.number, "name": user.name, "role": user.role, "at": at}
    return kind, subject, {**data, "signed": {**mark, "signature": _b64(signer.key.sign(message))}}


def _sound_moment(house: House) -> int:
    """Now. Nothing is signed while the computer's clock stands behind what the ledger knows."""
    now = millis(house.clock())
    if house.ledger.moment(house.clock())[1]:
        raise UnavailableError(
            "This computer's clock stands behind the newest entry of the ledger: nothing can be signed by it.",
            "Set the clock right, then try again. Nothing was changed.",
        )
    return now


def enrol_first_director(house: House, name: str, password: str) -> User:
    """Enrol the archive's first director, who signs for himself: visible for ever as the ledger's one such act."""
    if authority_rows.users(house.catalog.connection):
        raise UsageError("There are users already.", "The director enrols the next: ofrecord user add --help")
    return _enrol(house, None, name, "director", password)


def enrol(house: House, director: Signer, name: str, role: str, password: str) -> User:
    """Enrol a person with a role and a key of their own, signed by the director."""
    refuse(to_act(director.user, "enrol", roles()), "Nobody was enrolled")
    return _enrol(house, director, name, role, password)


def _enrol(house: House, director: Signer | None, name: str, role: str, password: str) -> User:
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    role_named(role)
    if not 2 <= len(shown) <= 80 or not shown.isprintable():
        raise UsageError(f"{name!r} is no name.", "Write the person's own name, first and last.")
    there = authority_rows.users(house.catalog.connection)
    if any(_plain(user.name) == _plain(shown) and user.retired_at is None for user in there):
        raise UsageError(f"{shown} is enrolled already.", "`ofrecord user list` shows everybody.")
    check_password(password, (shown, house.city.title))
    number, key = house.next_number("user.enrolled"), new_person_key()
    me = User(
        number=number, name=shown, role=role, key=key.public, enrolled_at=millis(house.clock()),
        enrolled_by=director.user.number if director else number,
    )  # fmt: skip
    path = key_path(house, number, shown)
    save_person_key(path, key, normal(password), _about(house, number))
    data = {"name": shown, "role": role, "key": _b64(key.public)}
    try:
        house.journal.write(signed(house, director or Signer(user=me, key=key), "user.enrolled", number, data))
    except BaseException:
        durable.remove(path)
        raise
    return me


def retire(house: House, director: Signer, name: str, reason: str) -> User:
    """Retire a person: from now on their signature counts no more. What they signed before stays valid."""
    refuse(to_act(director.user, "retire", roles()), "Nobody was retired")
    user = user_named(house, name)
    if not reason.strip():
        raise UsageError("The reason is missing.", "Say why: --reason 'left the office on March 3'")
    others = [
        each for each in authority_rows.users(house.catalog.connection)
        if each.role == "director" and each.retired_at is None and each.number != user.number
    ]  # fmt: skip
    if user.role == "director" and not others:
        raise UsageError(
            f"{user.name} is the only director: nobody could enrol anybody any more.", "Enrol the next director first."
        )
    data = {"name": user.name, "reason": reason.strip()}
    house.journal.write(signed(house, director, "user.retired", user.number, data))
    durable.remove(key_path(house, user.number, user.name))
    return user


def change_password(house: House, person: Signer, password: str) -> None:
    """Keep a person's key under a new password. Copies of the old file in backups still open with the old one."""
    user = person.user
    check_password(password, (user.name, house.city.title))
    path = key_path(house, user.number, user.name)
    save_person_key(path, person.key, normal(password), _about(house, user.number))
    house.journal.write(signed(house, person, "user.password_changed", user.number, {"name": user.name}))


def check_password(password: str, known: tuple[str, ...]) -> None:
    """Raise UsageError when a password would be guessed soon. Any characters are welcome, spaces too."""
    cure = "Take four or more words that do not belong together, for example; write them down and lock them away."
    if len(password) < SHORTEST:
        raise UsageError(f"The password has fewer than {SHORTEST} characters.", cure)
    if len(password) > LONGEST:
        raise UsageError(f"The password has more than {LONGEST} characters.", cure)
    plain = _plain(password)
    words = {word for name in known for word in _plain(name).replace(",", " ").split() if len(word) > 3}
    left = plain
    for word in (*words, "password", "passwort", "qwerty", "welcome", "ofrecord", "letmein", "12345", "abcde"):
        left = left.replace(word, "")
    if len(set(plain)) < 5 or len(left.replace(" ", "")) < SHORTEST // 2 or _is_row(plain):
        raise UsageError("This password would be guessed soon.", cure)


def refuse(objections: Iterator[Objection], so: str, house: House | None = None) -> None:
    """Raise UnavailableError with all objections, or do nothing when there is none. `house`: days are said in words."""
    found = list(objections)
    if found:
        said = "; ".join(each.words for each in found)
        raise UnavailableError(f"{so}: {said}.", "; ".join(dict.fromkeys(_cure(each, house) for each in found)) + ".")


def _cure(objection: Objection, house: House | None) -> str:
    if house is None or not objection.until:
        return objection.cure
    return objection.cure.replace("until then", f"until {local(house, objection.until)}", 1)


def key_path(house: House, number: int, name: str) -> Path:
    """Where a person's key lies."""
    short = "".join(c if c.isascii() and c.isalnum() else "-" for c in _plain(name)).strip("-") or "user"
    return house.settings.home / "keys" / f"{number}-{short}.json"


def local(house: House, at: int) -> str:
    """A moment in milliseconds as people in the city read it."""
    return f"{moment(at).astimezone(ZoneInfo(house.city.time_zone)):%Y-%m-%d %H:%M}"


def normal(password: str) -> str:
    """A password as it counts: the same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFC", password)


def _is_row(text: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in zip(text, text[1:], strict=False)}
    return len(steps) == 1


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _about(house: House, number: int) -> str:
    return f"{house.settings.archive} user {number}"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
