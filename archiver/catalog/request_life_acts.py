"""What acts around a records request change in the catalog: its state and its target. All else is in the acts alone.

Who is told, what was charged, which letters went out and what a court did are read from the acts themselves
(`queries.history`); nothing of it is kept twice.
"""

import json
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select, update

from archiver.catalog.act import Act, as_text
from archiver.catalog.tables import request

_Change = Callable[[Connection, Act], None]


def _state(state: str) -> _Change:
    def change(connection: Connection, done: Act) -> None:
        connection.execute(update(request).where(request.c.number == done.subject).values(state=state))

    return change


def _targeted(connection: Connection, done: Act) -> None:
    here = request.c.number == done.subject
    data = json.loads(connection.execute(select(request.c.data).where(here)).scalar_one())
    connection.execute(update(request).where(here).values(data=as_text({**data, "target": done.data["new"]})))


def _kept_only(connection: Connection, done: Act) -> None:
    """An act that changes no row: that it happened is all."""


CHANGES: Mapping[str, _Change] = {
    "request.searched": _kept_only,
    "request.personal": _kept_only,
    "request.insufficient": _state("not sufficient"),
    "request.clarified": _state("open"),
    "request.paused": _state("paused"),
    "request.resumed": _state("open"),
    "request.extended": _targeted,
    "request.retargeted": _targeted,
    "request.withdrawn": _state("withdrawn"),
    "request.referred": _state("referred"),
    "request.unpaid": _state("closed unpaid"),
    "request.decided": _state("decided"),
    "request.closed": _state("closed"),
    "request.reopened": _state("open"),
    "letter.sent": _kept_only,
    "fee.time": _kept_only,
    "fee.cost": _kept_only,
    "fee.struck": _kept_only,
    "fee.waived": _kept_only,
    "fee.paid": _kept_only,
    "subject.named": _kept_only,
    "subject.noticed": _kept_only,
    "subject.received": _kept_only,
    "subject.returned": _kept_only,
    "subject.intends": _kept_only,
    "subject.waived": _kept_only,
    "subject.augmented": _kept_only,
    "subject.sued": _kept_only,
    "subject.settled": _kept_only,
    "court.noticed": _kept_only,
    "court.ordered": _kept_only,
    "court.appealed": _kept_only,
    "court.appeal_ordered": _kept_only,
    "court.produced": _kept_only,
}
"""Each kind of act and the change it stands for."""
