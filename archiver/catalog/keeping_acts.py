"""What acts upon filing, schedules, events and notices change in the catalog."""

import json
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, Table, delete, insert, select, update

from archiver.catalog.act import Act, as_text
from archiver.catalog.keeping_tables import filing, filing_rule, keeping_event, notice, schedule_change, transfer
from custody.errors import DamageError

_BATCH = 500


def _rule_saved(connection: Connection, done: Act) -> None:
    row = {"number": done.subject, "position": done.data["position"], "data": as_text({**done.data, "by": done.by})}
    connection.execute(delete(filing_rule).where(filing_rule.c.number == done.subject))
    connection.execute(insert(filing_rule), row)


def _rule_removed(connection: Connection, done: Act) -> None:
    connection.execute(delete(filing_rule).where(filing_rule.c.number == done.subject))


def _record_filed(connection: Connection, done: Act) -> None:
    numbers = done.data["numbers"]
    for start in range(0, len(numbers), _BATCH):
        connection.execute(delete(filing).where(filing.c.number.in_(numbers[start : start + _BATCH])))
    same = {name: done.data[name] for name in ("series", "reason")}
    rows = [{"number": n, "rule": done.data.get("rule", 0), "act": done.number, **same} for n in numbers]
    if rows:
        connection.execute(insert(filing), rows)


def _event_recorded(connection: Connection, done: Act) -> None:
    place = {"record": 0, "account": 0, "series": "", "ground": ""}
    facts = {name: done.data.get(name, blank) for name, blank in place.items()}
    row = {**facts, "act": done.number, "what": done.data["what"], "day": done.data["on"]}
    connection.execute(insert(keeping_event), row)


def _event_withdrawn(connection: Connection, done: Act) -> None:
    connection.execute(delete(keeping_event).where(keeping_event.c.act == done.data["act"]))


def _change_proposed(connection: Connection, done: Act) -> None:
    _put(connection, schedule_change, done, "proposed", {"proposed_by": done.by, "proposed_at": done.at})


def _change_in_force(connection: Connection, done: Act) -> None:
    _put(connection, schedule_change, done, "in force", {"confirmed_by": done.by, "confirmed_at": done.at})


def _change_dropped(connection: Connection, done: Act) -> None:
    _put(connection, schedule_change, done, "dropped", {"dropped_by": done.by, "dropped_at": done.at})


def _notice_drafted(connection: Connection, done: Act) -> None:
    _put(connection, notice, done, "drafted", {"drafted_by": done.by, "drafted_at": done.at})


def _notice_sent(connection: Connection, done: Act) -> None:
    _put(connection, notice, done, "sent", {"sent_by": done.by})


def _notice_replied(connection: Connection, done: Act) -> None:
    _put(connection, notice, done, "answered", {"reply_noted_by": done.by})


def _notice_dropped(connection: Connection, done: Act) -> None:
    _put(connection, notice, done, "dropped", {"dropped_by": done.by})


def _transfer_made(connection: Connection, done: Act) -> None:
    _put(connection, transfer, done, "made", {"made_by": done.by, "made_at": done.at})


def _transfer_received(connection: Connection, done: Act) -> None:
    _put(connection, transfer, done, "received", {"receipt_noted_by": done.by})


def _transfer_dropped(connection: Connection, done: Act) -> None:
    _put(connection, transfer, done, "dropped", {"dropped_by": done.by})


def _put(connection: Connection, table: Table, done: Act, state: str, who: Mapping[str, object]) -> None:
    """Insert a numbered thing, or add to what is known of it."""
    here = table.c.number == done.subject
    before = connection.execute(select(table.c.data).where(here)).scalar()
    data = as_text({**(json.loads(before) if before else {}), **done.data, **who})
    if before is None:
        connection.execute(insert(table), {"number": done.subject, "state": state, "data": data})
    elif connection.execute(update(table).where(here).values(state=state, data=data)).rowcount != 1:
        raise DamageError(f"act {done.number} changes {table.name} {done.subject}, which is not there once")


CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    "schedule.rule_saved": _rule_saved,
    "schedule.rule_removed": _rule_removed,
    "record.filed": _record_filed,
    "retention.event": _event_recorded,
    "retention.event_withdrawn": _event_withdrawn,
    "schedule.proposed": _change_proposed,
    "schedule.changed": _change_in_force,
    "schedule.dropped": _change_dropped,
    "notice.drafted": _notice_drafted,
    "notice.sent": _notice_sent,
    "notice.replied": _notice_replied,
    "notice.dropped": _notice_dropped,
    "transfer.made": _transfer_made,
    "transfer.received": _transfer_received,
    "transfer.dropped": _transfer_dropped,
}
"""Each kind of act and the change it stands for."""
