"""What was done about keeping one record: filings, recorded events, holds that name it. For the record's story."""

from collections.abc import Iterator
from dataclasses import replace

from archiver.catalog import queries
from workflows.house import House
from workflows.wording import Deed

_KINDS = ("record.filed", "retention", "hold")


def keeping_deeds(house: House, number: int) -> Iterator[Deed]:
    """The acts of keeping that name a record, each about this record alone, oldest first of each kind."""
    events: set[int] = set()
    holds: set[int] = set()
    for kind in _KINDS:
        for row in queries.acts(house.catalog.connection, False, None, None, kind):
            deed = Deed(**row)
            data = deed.data
            if deed.kind in ("record.filed", "hold.placed"):
                if number not in data.get("numbers", ()) or data.get("request"):
                    continue
                if deed.kind == "hold.placed":
                    holds.add(deed.subject)
                yield replace(deed, data={**data, "numbers": [number]})
            elif deed.kind == "retention.event" and data.get("record") == number:
                events.add(deed.number)
                yield deed
            elif _undoes(deed, events, holds):
                yield deed


def _undoes(deed: Deed, events: set[int], holds: set[int]) -> bool:
    """Whether an act takes back one of these events or holds."""
    if deed.kind == "retention.event_withdrawn":
        return deed.data["act"] in events
    return deed.kind == "hold.released" and deed.subject in holds
