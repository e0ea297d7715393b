"""Which role may do what, read from `roles.toml`: the same table drives the program, the verification and the tests."""

import tomllib
from functools import cache
from pathlib import Path

from custody.errors import UsageError

_FILE = Path(__file__).parent / "roles.toml"


@cache
def _table() -> dict[str, dict[str, object]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def roles() -> dict[str, frozenset[str]]:
    """What each role may do."""
    return {name: frozenset(map(str, _list(row["may"]))) for name, row in _table().items()}


@cache
def role_words() -> dict[str, str]:
    """Each role in plain words."""
    return {name: str(row["words"]) for name, row in _table().items()}


def role_named(name: str) -> str:
    """A role by its name. Raises UsageError that lists the roles there are."""
    if name not in roles():
        known = "; ".join(f"{role} ({words})" for role, words in role_words().items())
        raise UsageError(f"There is no role {name!r}.", f"Choose one of: {known}.")
    return name


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
