"""What is asked of the catalog: accounts, runs, records, threads, requests, holds. Reads only."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from archiver.catalog.access_rows import of_kind
from archiver.catalog.tables import (
    account,
    act,
    decision,
    hold,
    media,
    quarantine,
    record,
    redaction,
    request,
    run,
    segment,
    version,
)
from custody.account import Account
from custody.hold import CLOSED, Hold, HoldKind
from custody.ids import AccountId, HoldNumber, RecordNumber, RequestNumber
from custody.request import Decision, Form, Mark, RecordsRequest, Redaction, RequestState, Target

Row = dict[str, Any]


def accounts(connection: Connection) -> list[Account]:
    """Every registered account, in the order they were registered."""
    found = connection.execute(select(account.c.id, account.c.data).order_by(account.c.id))
    return [_account(row[0], json.loads(row[1])) for row in found]


def _account(number: int, data: Row) -> Account:
    plain = {name: data.get(name, "") for name in ("platform", "handle", "name", "department", "custodian", "series")}
    return Account(
        id=AccountId(number),
        authorized_users=tuple(data.get("authorized_users", ())),
        since=_day(data, "since"),
        until=_day(data, "until"),
        **plain,
    )


def _day(data: Row, name: str) -> date | None:
    return date.fromisoformat(data[name]) if data.get(name) else None


def runs(connection: Connection) -> list[Row]:
    """Every import run with its reconciliation, newest first."""
    found = connection.execute(select(run).order_by(run.c.number.desc())).mappings()
    return [{**json.loads(row["data"]), **{k: row[k] for k in ("number", "state", "started_at")}} for row in found]


def unended_runs(connection: Connection) -> list[int]:
    """Runs that began and never said how they ended: their process died."""
    return list(connection.execute(select(run.c.number).where(run.c.state == "running")).scalars())


def record_row(connection: Connection, number: int) -> Row | None:
    """A record's facts, or None when there is no such record."""
    row = connection.execute(select(record).where(record.c.number == number)).mappings().first()
    return dict(row) if row else None


def record_rows(connection: Connection, numbers: Sequence[int]) -> dict[int, Row]:
    """The facts of several records by number."""
    found: dict[int, Row] = {}
    for start in range(0, len(numbers), 5000):
        query = select(record).where(record.c.number.in_(numbers[start : start + 5000]))
        found |= {row["number"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def all_records(connection: Connection) -> Iterator[Row]:
    """Every record's facts in order of number, streamed."""
    last = 0
    while True:
        query = select(record).where(record.c.number > last).order_by(record.c.number).limit(10_000)
        page = connection.execute(query).mappings().all()
        yield from (dict(row) for row in page)
        if not page:
            return
        last = page[-1]["number"]


def versions_of(connection: Connection, number: int) -> list[Row]:
    """Where each version of a record lies, first version first."""
    query = _places().where(version.c.number == number).order_by(version.c.n)
    return [dict(row) for row in connection.execute(query).mappings()]


def versions_of_many(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Row]]:
    """Where the versions of several records lie, by record."""
    found: dict[int, list[Row]] = {}
    query = _places().where(version.c.number.in_(numbers)).order_by(version.c.number, version.c.n)
    for row in connection.execute(query).mappings():
        found.setdefault(row["number"], []).append(dict(row))
    return found


def _places() -> Select[Any]:
    return select(version, segment.c.name).join(segment, segment.c.id == version.c.segment)


def parents(connection: Connection, number: int) -> list[int]:
    """The records above one in its thread, nearest first."""
    statement = text(
        "WITH RECURSIVE up(number, account, parent_id, depth) AS ("
        " SELECT number, account, parent_id, 0 FROM record WHERE number = :number UNION"
        " SELECT r.number, r.account, r.parent_id, up.depth + 1 FROM record r JOIN up"
        " ON r.account = up.account AND r.object_id = up.parent_id WHERE up.depth < 1000)"
        " SELECT number, min(depth) FROM up WHERE depth > 0 AND number <> :number GROUP BY number ORDER BY 2"
    )
    return list(connection.execute(statement, {"number": number}).scalars())


def replies(connection: Connection, number: int) -> list[tuple[int, int, int]]:
    """The records below one in its thread as (number, number of its parent, depth), oldest first within a parent."""
    statement = text(
        "WITH RECURSIVE down(number, account, object_id, parent, depth) AS ("
        " SELECT number, account, object_id, 0, 0 FROM record WHERE number = :number UNION"
        " SELECT r.number, r.account, r.object_id, down.number, down.depth + 1 FROM record r JOIN down"
        " ON r.account = down.account AND r.parent_id = down.object_id WHERE down.depth < 1000 AND r.parent_id <> '')"
        " SELECT d.number, d.parent, min(d.depth) FROM down d JOIN record r ON r.number = d.number WHERE d.depth > 0"
        " AND d.number <> :number GROUP BY d.number ORDER BY min(d.depth), coalesce(r.created_at, 0), d.number"
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(statement, {"number": number})]


def requests(connection: Connection) -> list[RecordsRequest]:
    """Every request, oldest first."""
    return [_request(row) for row in connection.execute(select(request).order_by(request.c.number)).mappings()]


def request_named(connection: Connection, number: int) -> RecordsRequest | None:
    """One request, or None."""
    row = connection.execute(select(request).where(request.c.number == number)).mappings().first()
    return _request(row) if row else None


def _request(row: Any) -> RecordsRequest:
    data = json.loads(row["data"])
    return RecordsRequest(
        number=RequestNumber(row["number"]),
        words=data["words"],
        received_at=moment(data["received_at"]),
        channel=data["channel"],
        opened_at=moment(data["opened_at"]),
        opened_by=data["opened_by"],
        requester=data.get("requester", ""),
        state=RequestState(row["state"]),
        received_by=data.get("received_by", ""),
        written=data.get("written", True),
        form=Form(data.get("form", "any")),
        purpose=data.get("purpose", ""),
        contact=data.get("contact", ""),
        incarcerated=data.get("incarcerated", False),
        target=_target(data["target"]) if data.get("target") else None,
    )


def _target(data: Row) -> Target:
    steps = tuple((step[0], step[1], step[2]) for step in data.get("steps", ()))
    return Target(**{**data, "day": _day(data, "day"), "steps": steps})


def decisions(connection: Connection, number: int) -> Iterator[Decision]:
    """The decisions of a request in order of record."""
    query = select(decision).where(decision.c.request == number).order_by(decision.c.record)
    for row in connection.execute(query).mappings():
        yield Decision(
            request=RequestNumber(number),
            record=RecordNumber(row["record"]),
            mark=Mark(row["mark"]),
            code=row["code"],
            note=row["note"],
        )


def marks(connection: Connection, number: int) -> dict[str, int]:
    """How many records of a request bear each mark."""
    query = select(decision.c.mark, func.count()).where(decision.c.request == number).group_by(decision.c.mark)
    return {row[0]: row[1] for row in connection.execute(query)}


def redactions(connection: Connection, number: int) -> list[tuple[int, Redaction]]:
    """The redactions of a request, each with its own number within the record."""
    query = select(redaction).where(redaction.c.request == number).order_by(redaction.c.record, redaction.c.n)
    found = []
    for row in connection.execute(query).mappings():
        data = {name: row[name] for name in ("version", "field", "start", "end", "code", "note", "region", "origin")}
        kept = Redaction(request=RequestNumber(number), record=RecordNumber(row["record"]), **data)
        found.append((row["n"], kept))
    return found


def holds(connection: Connection) -> list[Hold]:
    """Every hold ever placed, oldest first."""
    return [_hold(row) for row in connection.execute(select(hold).order_by(hold.c.number)).mappings()]


def _hold(row: Any) -> Hold:
    data = json.loads(row["data"])
    through, closes, released = data.get("protects_through"), data.get("closes_on"), row["released_at"]
    return Hold(
        number=HoldNumber(row["number"]),
        kind=HoldKind(data["kind"]),
        matter=data["matter"],
        reason=data["reason"],
        clause=data["clause"],
        placed_at=moment(data["placed_at"]),
        placed_by=data["placed_by"],
        request=RequestNumber(row["request"]) if row["request"] else None,
        numbers=tuple(data.get("numbers", ())),
        reaches=data.get("reaches", CLOSED),
        protects_through=date.fromisoformat(through) if through else None,
        released_at=moment(released) if released else None,
        future=bool(data.get("future", data["kind"] != HoldKind.REQUEST.value)),
        closes_on=date.fromisoformat(closes) if closes else None,
        authority=data.get("authority", ""),
        released_by=data.get("released_by", ""),
        release_reason=data.get("release_reason", ""),
    )


def last_taken_in_by(connection: Connection, millis: int) -> int:
    """The highest record number whose first import had begun by a moment; 0 when there is none.

    Numbers are given in order of arrival, so every record up to it was there then, or is taken to have been.
    """
    last_run = select(func.max(run.c.number)).where(run.c.started_at <= millis).scalar_subquery()
    found = connection.execute(select(func.max(record.c.number)).where(record.c.first_run <= last_run)).scalar()
    return found or 0


def numbers_taken_in_after(connection: Connection, millis: int, posted_from: int | None = None) -> set[int]:
    """The records whose first import began after a moment; with `posted_from` only those posted at or after it."""
    query = select(record.c.number).join(run, run.c.number == record.c.first_run).where(run.c.started_at > millis)
    query = query if posted_from is None else query.where(record.c.created_at >= posted_from)
    return set(connection.execute(query).scalars())


def acts_of(connection: Connection, kind: str, subject: int) -> list[Row]:
    """The acts of one kind done to one subject, in order."""
    query = select(act.c.number, act.c.at, act.c.data).where(act.c.kind == kind, act.c.subject == subject)
    found = connection.execute(query.order_by(act.c.number))
    return [{"number": row[0], "at": row[1], **json.loads(row[2])} for row in found]


def media_sizes(connection: Connection) -> dict[str, int]:
    """How many bytes of media files there are, by the first two digits of their digest."""
    found: dict[str, int] = {}
    for digest, length in connection.execute(select(media.c.sha256, media.c.length).order_by(media.c.sha256)):
        found[digest[:1].hex()] = found.get(digest[:1].hex(), 0) + length
    return found


def unsealed_segments(connection: Connection) -> list[Row]:
    """Segments that are written to no more, and of which the ledger does not say so yet."""
    newest = select(func.max(segment.c.id)).group_by(segment.c.room)
    sealed = select(act.c.subject).where(act.c.kind == "segment.sealed")
    query = select(segment).where(segment.c.id.not_in(newest), segment.c.id.not_in(sealed)).order_by(segment.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def newest_data(connection: Connection, kinds: Sequence[str]) -> Row | None:
    """What the newest act of these kinds says; None when there is none."""
    query = select(act.c.data).where(act.c.kind.in_(kinds)).order_by(act.c.number.desc()).limit(1)
    found = connection.execute(query).scalar()
    return None if found is None else dict(json.loads(found))


def newest_act(connection: Connection, kind: str) -> int | None:
    """When an act of this kind was last done, in milliseconds; None when never."""
    found: int | None = connection.execute(select(func.max(act.c.at)).where(act.c.kind == kind)).scalar()
    return found


def acts(connection: Connection, newest_first: bool, since: int | None, until: int | None, kind: str) -> Iterator[Row]:
    """Acts in order with their ledger entry, streamed. since and until (the first moment after) are milliseconds;
    `kind` names a kind or a family of them; None and "" ask for everything."""
    query = select(act.c.number, act.c.at, act.c.kind, act.c.subject, act.c.leaf, act.c.data)
    query = query if since is None else query.where(act.c.at >= since)
    query = query if until is None else query.where(act.c.at < until)
    query = query.where(of_kind(act.c.kind, kind)) if kind else query
    last: int | None = None
    while True:
        here = query
        if last is not None:
            here = query.where(act.c.number < last if newest_first else act.c.number > last)
        page = connection.execute(here.order_by(act.c.number.desc() if newest_first else act.c.number).limit(500)).all()
        for row in page:
            data = json.loads(row[5])
            facts = {"number": row[0], "at": row[1], "kind": row[2], "subject": row[3], "leaf": row[4]}
            yield {**facts, "by": data.pop("by", ""), "data": data}
        if len(page) < 500:
            return
        last = page[-1][0]


def requests_with(connection: Connection, number: int) -> list[int]:
    """The requests that have collected a record."""
    query = select(decision.c.request).where(decision.c.record == number).order_by(decision.c.request)
    return list(connection.execute(query).scalars())


def newest_leaf_of_acts(connection: Connection, kinds: Sequence[str], subject: int) -> int:
    """The newest ledger entry of acts of these kinds done to one subject; 0 when there are none."""
    query = select(func.max(act.c.leaf)).where(act.c.kind.in_(kinds), act.c.subject == subject)
    return connection.execute(query).scalar() or 0


def who_did(connection: Connection, number: int) -> tuple[str, int]:
    """Who did an act, and when (milliseconds)."""
    row = connection.execute(select(act.c.data, act.c.at).where(act.c.number == number)).one()
    return str(json.loads(row[0]).get("by", "")), int(row[1])


def numbers_of_acts(connection: Connection, kind: str) -> list[int]:
    """The numbers of all acts of a kind, in order."""
    return list(connection.execute(select(act.c.number).where(act.c.kind == kind).order_by(act.c.number)).scalars())


def kinds_of_acts_from(connection: Connection, leaf: int) -> list[str]:
    """The kinds of the acts whose ledger entry is this one or behind it, in order."""
    return list(connection.execute(select(act.c.kind).where(act.c.leaf >= leaf).order_by(act.c.leaf)).scalars())


def newest_leaf_of_records(connection: Connection, numbers: Sequence[int]) -> int:
    """The newest ledger entry of any version of these records; 0 when there are none."""
    newest = 0
    for start in range(0, len(numbers), 5000):
        query = select(func.max(version.c.leaf)).where(version.c.number.in_(numbers[start : start + 5000]))
        newest = max(newest, connection.execute(query).scalar() or 0)
    return newest


def next_subject(connection: Connection, kind: str) -> int:
    """The next free number for what acts of this kind make (requests, holds, runs, accounts)."""
    return (connection.execute(select(func.max(act.c.subject)).where(act.c.kind == kind)).scalar() or 0) + 1


def quarantined(connection: Connection, number: int) -> list[Row]:
    """The quarantined items of a run."""
    query = select(quarantine).where(quarantine.c.run == number).order_by(quarantine.c.n)
    return [dict(row) for row in connection.execute(query).mappings()]


def coverage(connection: Connection) -> list[Row]:
    """What is kept of each account: how many records, the first and last date that can be one, media not contained."""
    dates = func.max(record.c.created_at), func.min(record.c.created_at)
    last, first = (date.filter(record.c.flags.not_like("%date-implausible%")) for date in dates)
    columns = [func.count(record.c.number).label("records"), first.label("first"), last.label("last")]
    columns += [func.sum(record.c.media_missing).label("media_missing")]
    query = select(account.c.handle, account.c.platform, *columns).outerjoin(record, record.c.account == account.c.id)
    return [dict(row) for row in connection.execute(query.group_by(account.c.id).order_by(account.c.id)).mappings()]


def totals(connection: Connection) -> dict[str, int]:
    """How much the archive holds."""
    count = {"records": record, "versions": version, "media": media, "quarantined": quarantine, "requests": request}
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in count.items()
    }


def moment(millis: int) -> datetime:
    """Milliseconds since 1970 as an aware moment."""
    return datetime.fromtimestamp(millis / 1000, UTC)
