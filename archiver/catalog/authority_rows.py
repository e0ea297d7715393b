"""What is asked of the catalog about users and purges. Reads only."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from archiver.catalog.act import Act
from archiver.catalog.tables import act, purge, user
from custody.authority import PurgeBatch, PurgeState, User, Waits


def users(connection: Connection) -> list[User]:
    """Every user ever enrolled, in order."""
    return [_user(row) for row in connection.execute(select(user).order_by(user.c.number)).mappings()]


def user_numbered(connection: Connection, number: int) -> User | None:
    """One user, or None."""
    row = connection.execute(select(user).where(user.c.number == number)).mappings().first()
    return _user(row) if row else None


def _user(row: Any) -> User:
    return User(**{name: row[name] for name in User.__dataclass_fields__})


def purges(connection: Connection) -> list[PurgeBatch]:
    """Every purge, oldest first."""
    return [_purge(row) for row in connection.execute(select(purge).order_by(purge.c.number)).mappings()]


def purge_numbered(connection: Connection, number: int) -> PurgeBatch | None:
    """One purge, or None."""
    row = connection.execute(select(purge).where(purge.c.number == number)).mappings().first()
    return _purge(row) if row else None


def _purge(row: Any) -> PurgeBatch:
    data = json.loads(row["data"])
    data["waits"] = Waits(**data["waits"])
    return PurgeBatch(number=row["number"], state=PurgeState(row["state"]), **data)


def waits_in_force(connection: Connection) -> Waits:
    """How long a purge that is proposed now will wait."""
    query = select(act.c.data).where(act.c.kind == "purge.waits_set").order_by(act.c.number.desc()).limit(1)
    found = connection.execute(query).scalar()
    return Waits() if found is None else Waits(**json.loads(found)["waits"])


def acts_about(connection: Connection, kinds: Sequence[str], subject: int) -> list[tuple[Act, int]]:
    """The acts of these kinds done to one subject, in order, each with its entry in the ledger."""
    query = select(act).where(act.c.kind.in_(kinds), act.c.subject == subject).order_by(act.c.number)
    return [(act_in(row), row["leaf"]) for row in connection.execute(query).mappings()]


def count_since(connection: Connection, kind: str, subject: int, since: int) -> int:
    """How often an act of a kind was done to one subject since a moment (milliseconds)."""
    query = select(func.count()).where(act.c.kind == kind, act.c.subject == subject, act.c.at >= since)
    return connection.execute(query.select_from(act)).scalar() or 0


def act_in(row: Any) -> Act:
    """An act from its row."""
    data = json.loads(row["data"])
    by = data.pop("by", "")
    return Act(
        number=row["number"], at=row["at"], by=by, kind=row["kind"], subject=row["subject"],
        opening=row["opening"].hex(), data=data,
    )  # fmt: skip
