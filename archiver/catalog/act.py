"""One act as plain data, and how a row keeps it. What an act changes is said in the `*_acts.py` modules."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custody.errors import DamageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One thing somebody did. `subject` is the number of what it was done to; `at` is milliseconds, UTC; `opening`
    (64 hex digits) is what the ledger's commitment to it is made with."""

    number: int
    at: int
    by: str
    kind: str
    subject: int
    opening: str
    data: Mapping[str, Any]

    def as_data(self) -> dict[str, Any]:
        """The act as JSON data, the form in which the vault keeps it."""
        return {
            "number": self.number, "at": self.at, "by": self.by, "kind": self.kind, "subject": self.subject,
            "data": dict(self.data), "opening": self.opening,
        }  # fmt: skip


def act_of(data: Mapping[str, Any]) -> Act:
    """The reverse of `as_data`. Raises DamageError when a part is missing."""
    try:
        return Act(**data)
    except TypeError as error:
        raise DamageError(f"this is no act: {sorted(data)}") from error


def as_text(data: Mapping[str, Any]) -> str:
    """Data as a row keeps it: JSON with its names in order."""
    return json.dumps(dict(data), ensure_ascii=False, sort_keys=True)
