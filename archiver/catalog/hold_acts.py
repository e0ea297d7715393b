"""What acts upon holds change in the catalog."""

import json
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, select, update

from archiver.catalog.act import Act, as_text
from archiver.catalog.tables import hold


def _hold_placed(connection: Connection, done: Act) -> None:
    row = {"number": done.subject, "request": done.data.get("request"), "released_at": None}
    connection.execute(
        insert(hold), {**row, "data": as_text({**done.data, "placed_by": done.by, "placed_at": done.at})}
    )


def _hold_released(connection: Connection, done: Act) -> None:
    here = hold.c.number == done.subject
    before = json.loads(connection.execute(select(hold.c.data).where(here)).scalar_one())
    data = as_text({**before, "released_by": done.by, "release_reason": done.data.get("reason", "")})
    connection.execute(update(hold).where(here).values(released_at=done.at, data=data))


CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    "hold.placed": _hold_placed,
    "hold.released": _hold_released,
}
"""Each kind of act and the change it stands for."""
