"""What reviewing a request changes in the catalog: context, work given out, redactions in one go, drafts."""

import json
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, insert, select, update

from archiver.catalog.act import Act
from archiver.catalog.tables import assignment, decision, draft, redaction


def _context_added(connection: Connection, done: Act) -> None:
    here = decision.c.request == done.subject
    there = set(connection.execute(select(decision.c.record).where(here)).scalars())
    blank = {"request": done.subject, "mark": "context", "code": "", "note": ""}
    fresh = [{**blank, "record": number} for number in done.data["numbers"] if number not in there]
    if fresh:
        connection.execute(insert(decision), fresh)


def _assigned(connection: Connection, done: Act) -> None:
    numbers, department = done.data["numbers"], done.data["department"]
    for number in numbers:
        here = (assignment.c.request == done.subject) & (assignment.c.record == number)
        connection.execute(delete(assignment).where(here))
    if department and numbers:
        row = {"request": done.subject, "department": department, "due": done.data["due"]}
        connection.execute(insert(assignment), [{**row, "record": number} for number in numbers])


def _made_together(connection: Connection, done: Act) -> None:
    rows = [{"request": done.subject, **part} for part in done.data["redactions"]]
    if rows:
        connection.execute(insert(redaction), rows)


def _lifted_together(connection: Connection, done: Act) -> None:
    here = (redaction.c.request == done.subject) & (redaction.c.origin == done.data["origin"])
    connection.execute(delete(redaction).where(here))


def _drafted(connection: Connection, done: Act) -> None:
    blank = {"request": done.subject, "state": "open", "by": "", "at": None}
    rows = [{**blank, **part, "places": json.dumps(part["places"])} for part in done.data["drafts"]]
    if rows:
        connection.execute(insert(draft), rows)


def _drafts_decided(connection: Connection, done: Act) -> None:
    for n in done.data["drafts"]:
        here = (draft.c.request == done.subject) & (draft.c.n == n)
        connection.execute(update(draft).where(here).values(state=done.data["state"], by=done.by, at=done.at))


CHANGES: Mapping[str, Callable[[Connection, Act], None]] = {
    "request.context-added": _context_added,
    "request.assigned": _assigned,
    "redaction.made-together": _made_together,
    "redaction.lifted-together": _lifted_together,
    "redaction.drafted": _drafted,
    "redaction.drafts-decided": _drafts_decided,
}
"""Each kind of act and the change it stands for."""
