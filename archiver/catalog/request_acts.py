"""What acts upon a records request change in the catalog."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, insert, select, update

from archiver.catalog.act import Act, as_text
from archiver.catalog.tables import decision, redaction, request


def _request_opened(connection: Connection, done: Act) -> None:
    data = as_text({**done.data, "opened_by": done.by, "opened_at": done.at})
    connection.execute(insert(request), {"number": done.subject, "state": "open", "data": data})


def _request_collected(connection: Connection, done: Act) -> None:
    here = decision.c.request == done.subject
    there = set(connection.execute(select(decision.c.record).where(here)).scalars())
    fresh = [number for number in done.data["numbers"] if number not in there]
    blank = {"request": done.subject, "mark": "undecided", "code": "", "note": ""}
    if fresh:
        connection.execute(insert(decision), [{**blank, "record": number} for number in fresh])
    context = select(decision.c.record).where(here, decision.c.mark == "context")
    for number in set(connection.execute(context).scalars()).intersection(done.data["numbers"]):  # asked for now
        connection.execute(update(decision).where(here, decision.c.record == number).values(mark="undecided"))


def _request_marked(connection: Connection, done: Act) -> None:
    values = {name: done.data[name] for name in ("mark", "code", "note")}
    for number in done.data["numbers"]:
        here = (decision.c.request == done.subject) & (decision.c.record == number)
        connection.execute(update(decision).where(here).values(**values))


def _request_redacted(connection: Connection, done: Act) -> None:
    connection.execute(insert(redaction), {"request": done.subject, **done.data["redaction"]})


def _redaction_lifted(connection: Connection, done: Act) -> None:
    here = (redaction.c.request == done.subject) & (redaction.c.record == done.data["record"])
    connection.execute(delete(redaction).where(here & (redaction.c.n == done.data["n"])))


def _request_responded(connection: Connection, done: Act) -> None:
    connection.execute(update(request).where(request.c.number == done.subject).values(state="responded"))


CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    "request.opened": _request_opened,
    "request.collected": _request_collected,
    "request.marked": _request_marked,
    "request.redacted": _request_redacted,
    "redaction.lifted": _redaction_lifted,
    "request.responded": _request_responded,
}
"""Each kind of act and the change it stands for."""
