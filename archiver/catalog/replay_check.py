"""Do the catalog's accounts, runs, requests, decisions and holds follow from what people did? All acts once more."""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, select

from archiver.catalog import acts
from archiver.catalog.act import Act
from archiver.catalog.catalog import Catalog, scratch
from archiver.catalog.finding import Finding
from archiver.catalog.keeping_tables import FOLLOWING as KEEPING
from archiver.catalog.tables import (
    account,
    act,
    assignment,
    decision,
    destruction,
    draft,
    gone_segment,
    hold,
    purge,
    redaction,
    request,
    run,
    user,
)
from archiver.normalized import decode_json

_PEOPLE = (account, user, request, decision, redaction, draft, assignment)
_FOLLOWING = (*_PEOPLE, run, hold, destruction, gone_segment, purge, *KEEPING)


def check_replay(catalog: Catalog) -> Iterator[Finding]:
    """Replay every act in an empty catalog and compare."""
    with scratch() as again:
        for row in catalog.connection.execute(select(act).order_by(act.c.number)).mappings():
            data = decode_json(row["data"].encode())
            by = data.pop("by", "")
            done = Act(
                number=row["number"], at=row["at"], by=by, kind=row["kind"], subject=row["subject"],
                opening=row["opening"].hex(), data=data,
            )  # fmt: skip
            place = {name: row[name] for name in ("segment", "offset", "length", "sha256", "leaf")}
            acts.record_act(again, done, place)
        for table in _FOLLOWING:
            yield from _compare(catalog.connection, again, table)


def _compare(catalog: Connection, again: Connection, table: Table) -> Iterator[Finding]:
    keys = [column.name for column in table.primary_key]
    here, there = _rows(catalog, table), _rows(again, table)
    for key in sorted(here.keys() | there.keys()):
        if here.get(key) != there.get(key):
            name = " ".join(f"{part} {value}" for part, value in zip(keys, key, strict=True))
            message = "the catalog says something else than follows from what people did"
            yield Finding(code="state-changed", object=f"{table.name} {name}", message=message)


def _rows(connection: Connection, table: Table) -> dict[tuple[int, ...], tuple[object, ...]]:
    keys = [column.name for column in table.primary_key]
    found = connection.execute(select(table)).mappings()
    return {tuple(row[key] for key in keys): tuple(row.values()) for row in found}
