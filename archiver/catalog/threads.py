"""Which records are one thread, and when the last item of each was made: for the whole archive, in small numbers.

A record that names its thread's top is believed; else the answers are followed upwards as far as they are here. Of
records that answer each other in a ring, each belongs to one thread. A top that is not here is known by its name.
"""

from array import array
from dataclasses import dataclass

from sqlalchemy import Connection

from archiver.catalog.rows import IMPLAUSIBLE

USABLE = f"CASE WHEN flags <> '' AND instr(',' || flags || ',', ',{IMPLAUSIBLE},') > 0 THEN NULL ELSE created_at END"
"""When a record was made, as far as that can be used; the flags are asked only where there are some."""

_PAGE = 20_000
_NEVER = -(2**63)
_ABOVE = "CASE WHEN record.root_id <> '' THEN record.root_id ELSE record.parent_id END"
_LINKS = (
    "SELECT number, CASE WHEN root_id <> '' OR parent_id <> '' THEN coalesce((SELECT top.number FROM record top"
    f" WHERE top.account = record.account AND top.object_id = {_ABOVE}),"
    f" account || ' ' || {_ABOVE}) END, root_id <> '', {USABLE} FROM record WHERE number > ? ORDER BY number LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Threads:
    """`of` gives by record number the number of its thread, `last` by thread the milliseconds of its last item."""

    of: "array[int]"
    last: "array[int]"

    def end(self, number: int) -> int | None:
        """When the last item of a record's thread was made; None where no usable date of any is known."""
        found = self.last[self.of[number]]
        return None if found == _NEVER else found


def threads_of(connection: Connection) -> Threads:
    """Find the thread of every record and the last item of every thread. 21 bytes a record while it works."""
    up, named, made = _links(connection)
    _follow(up, named)
    last = array("q", [_NEVER]) * len(up)
    for number, moment in enumerate(made):
        thread = up[number]
        if moment > last[thread]:
            last[thread] = moment
    return Threads(up, last)


def _links(connection: Connection) -> tuple["array[int]", bytearray, "array[int]"]:
    """By number: what stands right above (itself at a top), whether that is its thread's named top, when it was made.

    Behind the records come the tops that are not here, one number for each name on an account.
    """
    size = (connection.exec_driver_sql("SELECT max(number) FROM record").scalar() or 0) + 1
    up, named, made = array("q", range(size)), bytearray(size), array("q", [_NEVER]) * size
    absent: dict[str, int] = {}
    number = 0
    while page := connection.exec_driver_sql(_LINKS, (number, _PAGE)).cursor.fetchall():
        for number, above, by_name, moment in page:
            if above is not None:
                up[number] = above if type(above) is int else absent.setdefault(above, size + len(absent))
            if by_name:
                named[number] = 1
            if moment is not None:
                made[number] = moment
    up.extend(range(size, size + len(absent)))
    named.extend(bytes(len(absent)))
    return up, named, made


def _follow(up: "array[int]", named: bytearray) -> None:
    """Point every record that does not name its thread's top at the topmost one above it."""
    for number in range(len(up)):
        top = up[number]
        if named[number] or up[top] == top:
            continue
        path = {number: None}
        while top not in path and up[top] != top:
            path[top] = None
            top = up[top]
        if top in path:
            around = list(path)
            top = _stands_for(around[around.index(top) :], up, named)
        for each in path:
            if not named[each]:
                up[each] = top


def _stands_for(ring: list[int], up: "array[int]", named: bytearray) -> int:
    """Which record stands for a ring: one that another names as its top if there is, else the lowest number."""
    by_name = [up[number] for number in ring if named[number] and not named[up[number]]]
    return min(by_name or [number for number in ring if not named[number]] or ring)
