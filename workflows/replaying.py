"""What a restore destroys again, since the newer ledger says that it was destroyed after the backup was made.

The purges under way in the backup are told what became of them: one that was carried out since says so and can never be
carried out again; one of which something is gone for another reason is thrown back.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archiver.catalog import destroyed_rows
from archiver.catalog.rows import millis
from custody.authority import PurgeBatch, numbers_in
from custody.errors import DamageError
from custody.ids import RecordNumber
from workflows.house import House
from workflows.people import Deed
from workflows.purge_list import under_way
from workflows.purge_steps import MOST_NAMED, items_of, numbers_of
from workflows.purging import finish, purge_records
from workflows.set_aside import Item

_CERTIFICATE = re.compile(r"DC-\d{4}-(\d{4,})(?:-\d+)?")
"""The number of a purge in the name of its certificate."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Destroyed:
    """A destruction as a ledger tells it: its number there, its certificate, its moment (milliseconds), what went."""

    destruction: int
    certificate: str
    at: int
    numbers: list[RecordNumber] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


def destroyed_in(newer: Iterable[bytes]) -> list[Destroyed]:
    """The destructions that entries of a ledger tell of, in order."""
    found: dict[tuple[int, str], Destroyed] = {}
    for data in (json.loads(entry) for entry in newer if b'.destroyed"' in entry):
        if data.get("t") in ("records.destroyed", "items.destroyed"):
            number, certificate = data["destruction"], data["certificate"]
            made = Destroyed(destruction=number, certificate=certificate, at=_moment(data))
            one = found.setdefault((number, certificate), made)
            one.numbers.extend(RecordNumber(each) for each in numbers_in(data.get("records", ())))
            one.items.extend((run, n) for run, n in data.get("items", ()))
    return list(found.values())


def replay_dispositions(house: House, newer: Iterable[bytes]) -> int:
    """Destroy again what the newer ledger says was destroyed after the backup was made; returns how many records.

    `newer` are the ledger's entries behind those in the backup. This is called before the archive gets its name, so
    nothing destroyed can be served again. What came in after the backup is not in it, and is passed over.
    """
    finish(house, lambda what, now, of: None)  # one whose search had not ended when the backup was made
    count = 0
    for each in destroyed_in(newer):
        there = destroyed_rows.those_there(house.catalog.connection, each.numbers)
        again = [number for number in each.numbers if number in there]
        rows = destroyed_rows.aside(house.catalog.connection)
        aside = [(row["run"], row["n"]) for row in rows if (row["run"], row["n"]) in each.items]
        if again or aside:
            authority = {"certificate": each.certificate, "replayed": each.destruction}
            done = purge_records(
                house, again, authority, lambda what, now, of: None, lambda each: {}, items=aside
            )  # fmt: skip
            if done.remains is not None and done.remains.hits:
                raise DamageError(
                    f"What was destroyed under {each.certificate} is still found in the backup: "
                    f"{done.remains.hits[0]}.",
                    "Nothing was restored. Take a newer set.",
                )
            count += done.records
    return count


def purges_done_again(house: House, newer: Iterable[bytes]) -> Iterator[Deed]:
    """What the purges under way have to be told, as acts to be written with the restore itself.

    A purge is the one that was carried out when its whole list went, and its certificate has its number.
    """
    destroyed = destroyed_in(newer)
    for batch in under_way(house) if destroyed else ():
        listed, items = numbers_of(house, batch.number), items_of(house, batch.number)
        own = next((each for each in destroyed if _is_own(batch, each) and each.numbers == listed), None)
        if own is not None and sorted(own.items) == sorted(items):
            data = {"destruction": own.destruction, "executed_at": own.at}
            yield "purge.replayed", batch.number, {**data, "certificate": own.certificate, "count": len(listed)}
        elif gone := _gone_otherwise(listed, destroyed):
            yield "purge.returned", batch.number, gone


def _is_own(batch: PurgeBatch, destroyed: Destroyed) -> bool:
    said = _CERTIFICATE.fullmatch(destroyed.certificate)
    return said is not None and int(said[1]) == batch.number


def _gone_otherwise(listed: Sequence[RecordNumber], destroyed: Sequence[Destroyed]) -> dict[str, Any] | None:
    """Why a list cannot be carried out: records on it were destroyed since by something else than this purge."""
    reasons = {
        f"destroyed after the backup was made, under {each.certificate}": set(listed) & set(each.numbers)
        for each in destroyed
    }
    there = {name: numbers for name, numbers in reasons.items() if numbers}
    named = sorted(set[RecordNumber]().union(*there.values()))
    if not named:
        return None
    counts = {name: len(numbers) for name, numbers in sorted(there.items())}
    return {"reasons": counts, "count": len(named), "numbers": named[:MOST_NAMED]}


def _moment(entry: dict[str, Any]) -> int:
    return millis(datetime.fromisoformat(entry["ts"]))
