"""What is asked of the catalog about the review of a request: drafts of redactions, work given out. Reads only."""

import json

from sqlalchemy import Connection, select

from archiver.catalog.tables import assignment, draft
from custody.ids import RecordNumber, RequestNumber
from custody.review import Assignment, Draft, DraftState


def drafts(connection: Connection, number: int) -> list[Draft]:
    """Every draft of a request's redactions, whatever became of it, in order."""
    query = select(draft).where(draft.c.request == number).order_by(draft.c.n)
    return [
        Draft(
            request=RequestNumber(number),
            n=row["n"],
            record=RecordNumber(row["record"]),
            kind=row["kind"],
            field=row["field"],
            places=tuple((place[0], place[1], place[2]) for place in json.loads(row["places"])),
            state=DraftState(row["state"]),
            by=row["by"],
        )
        for row in connection.execute(query).mappings()
    ]


def assignments(connection: Connection, number: int) -> list[Assignment]:
    """Which records of a request were given to which department, in order of record."""
    query = select(assignment).where(assignment.c.request == number).order_by(assignment.c.record)
    return [
        Assignment(record=RecordNumber(row["record"]), department=row["department"], due=row["due"])
        for row in connection.execute(query).mappings()
    ]
