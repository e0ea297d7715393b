"""Was a destruction allowed at the very moment it happened? What the signed list, the holds, the requests and the
ledger's own entries say of it (level V1). The content is gone; all this is still there.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from archiver.catalog import authority_rows, ledger_rows
from archiver.catalog.act import Act
from archiver.catalog.finding import Finding
from archiver.catalog.keeping_tables import schedule_change
from archiver.catalog.tables import act, decision, hold, request
from custody.authority import PurgeBatch, PurgeState, numbers_in
from custody.ids import label_of
from custody.request import RequestState

EXECUTED = "disposition.executed"
"""The act by which content is destroyed."""

LIVE = tuple(state.value for state in RequestState if state.is_live)
"""States in which the requester still waits."""

_RECORD = re.compile(rb'"bucket":"([^"]*)","n":(\d+),"record":(\d+),')
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_TERMS = ("settings.changed", "schedule.")


def executed_numbers(data: Mapping[str, Any]) -> list[int]:
    """The records that an act of destruction names."""
    return numbers_in(data["records"])


def purge_of(data: Mapping[str, Any]) -> int:
    """The number of the purge that an act of destruction belongs to; 0 when it says none."""
    return int(data["authority"].get("purge") or 0)


class Past:
    """What the ledger, which forgets nothing, says of everything that was ever destroyed; read once, when asked."""

    def __init__(self, catalog: Connection) -> None:
        self._catalog = catalog
        self.leaves: dict[int, list[int]] = {}
        self.buckets: dict[int, str] = {}
        self.anomalies: list[int] = []
        self._is_read = False

    def read(self) -> None:
        """Go through the entries."""
        if self._is_read:
            return
        self._is_read = True
        for data in self._catalog.execute(select(act.c.data).where(act.c.kind == EXECUTED)).scalars():
            self.leaves |= {number: [] for number in executed_numbers(json.loads(data))}
        for seq, entry in ledger_rows.entries(self._catalog):
            match = _RECORD.search(entry)
            if match is None:
                if b'"t":"clock.anomaly"' in entry:
                    self.anomalies.append(seq)
                continue
            found = self.leaves.get(int(match[3]))
            if found is not None:
                found.append(seq)
                self.buckets.setdefault(int(match[3]), match[1].decode())

    def is_in_restore(self, number: int) -> bool:
        """Whether an act of destruction belongs to a restore, which says so right after all it destroyed again."""
        query = select(act.c.kind, act.c.data).where(act.c.number > number).order_by(act.c.number)
        for kind, data in self._catalog.execute(query):
            if not kind.startswith("disposition."):
                return bool(kind == "archive.restored" and json.loads(data).get("replayed"))
        return False


def check_execution(past: Past, then: Connection, done: Act, at: int, leaf: int, zone: str) -> Iterator[Finding]:
    """What is wrong with a destruction. `then` is the state before it, `at` the ledger's moment in milliseconds."""
    past.read()
    name = f"act {done.number} ({done.kind})"
    if done.data["authority"].get("replayed"):
        if not past.is_in_restore(done.number):
            message = "it says that it was done again after a restore, and nothing was restored"
            yield Finding(code="purge-unsigned", object=name, message=message)
        return
    batch = authority_rows.purge_numbered(then, purge_of(done.data))
    steps = _steps(then, purge_of(done.data))
    if batch is None or batch.state is not PurgeState.BEGUN or len(steps) < 3:
        message = "content was destroyed without the signatures of a proposal, an approval and an order to begin"
        yield Finding(code="purge-unsigned", object=name, message=message)
        return
    numbers = set(executed_numbers(done.data))
    proposed, from_leaf = steps["purge.proposed"]
    day = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    found = [*_listed(past, numbers, batch, proposed, leaf)]
    if done.data.get("items", []) != proposed.data.get("items", []):
        found.append(("purge-other-list", "other items set aside were destroyed than those on the signed list"))
    found += _held(past, then, numbers, steps["purge.begun"][0].data, day)
    found += _early(past, then, numbers, proposed, day)
    if any(from_leaf < seq < leaf for seq in past.anomalies):
        found.append(("purge-clock", "the computer's clock was set back between the proposal and the destruction"))
    if changed_since(then, proposed.number):
        words = "the city's profile or schedules were changed between the proposal and the destruction"
        found.append(("purge-terms-changed", words))
    for code, message in found:
        yield Finding(code=code, object=name, message=message)


def _steps(then: Connection, number: int) -> dict[str, tuple[Act, int]]:
    kinds = ("purge.proposed", "purge.approved", "purge.begun")
    return {done.kind: (done, leaf) for done, leaf in authority_rows.acts_about(then, kinds, number)}


Found = Iterator[tuple[str, str]]


def _listed(past: Past, numbers: set[int], batch: PurgeBatch, proposed: Act, leaf: int) -> Found:
    """Exactly what was signed: those records, and no version that came in later."""
    if numbers != set(numbers_in(proposed.data["numbers"])):
        yield "purge-other-list", "other records were destroyed than those on the list that was signed"
    later = {n for n in numbers if any(batch.entries <= seq < leaf for seq in past.leaves[n])}
    if later:
        yield "purge-other-list", f"a version of {_some(later)} was destroyed that is not on the signed list"


def _held(past: Past, then: Connection, numbers: set[int], begun: Mapping[str, Any], day: date) -> Found:
    """Holds and open requests that stood then: none may name a record of the list, each must have been looked at."""
    looked_at = set(begun["holds"])
    for row in then.execute(select(hold).where(hold.c.released_at.is_(None))).mappings().all():
        data = json.loads(row["data"])
        through = data.get("protects_through")
        if through and date.fromisoformat(through) < day:
            continue
        if row["request"] and not _is_open(then, row["request"]):
            continue
        named = numbers.intersection(data.get("numbers") or ())
        if data.get("clause") == {"is": "everything"}:
            placed, always = _leaf_of_hold(then, row["number"]), data.get("future") and not data.get("closes_on")
            named |= {n for n in numbers if always or (past.leaves[n] and past.leaves[n][0] < placed)}
        if named:
            yield "purge-while-held", f"hold {row['number']} stood then on {_some(named)}"
        elif row["number"] not in looked_at:
            words = f"hold {row['number']} stood then, and nobody had looked whether it reaches the list"
            yield "purge-while-held", words
    query = select(decision.c.record, decision.c.request).join(request, request.c.number == decision.c.request)
    asked: dict[int, set[int]] = {}
    for number, by in then.execute(query.where(request.c.state.in_(LIVE))):
        if number in numbers:
            asked.setdefault(by, set()).add(number)
    for by, named in sorted(asked.items()):
        yield "purge-while-held", f"request {by}, which was open then, had collected {_some(named)}"


def _is_open(then: Connection, number: int) -> bool:
    return then.execute(select(request.c.state).where(request.c.number == number)).scalar() in LIVE


def _leaf_of_hold(then: Connection, number: int) -> int:
    query = select(act.c.leaf).where(act.c.kind == "hold.placed", act.c.subject == number)
    return then.execute(query.order_by(act.c.number).limit(1)).scalar() or 0


def _early(past: Past, then: Connection, numbers: set[int], proposed: Act, day: date) -> Found:
    """Before its day, as the signed list says it, and as the ledger has said it since each record was taken in."""
    late = [row["series"] for row in proposed.data["series"] if date.fromisoformat(row["eligible_on"]) > day]
    if late:
        yield "purge-too-early", f"the list itself says that records of {', '.join(late)} had to be kept longer"
    shortened = two_person_changes(then)
    early = {number for number in numbers if not is_time(past.buckets.get(number, ""), day, shortened)}
    if early:
        words = f"when they were taken in, {_some(early)} had to be kept longer, and no two people changed that"
        yield "purge-too-early", words


def is_time(bucket: str, day: date, shortened: set[str]) -> bool:
    """Whether a record's bucket in the ledger lets it go on a day: not before the quarter in which its retention was to
    end when it was taken in, unless two people shortened its series since."""
    series, _, quarter = bucket.rpartition("/")
    return _first_day(quarter) <= day or series in shortened


def _is_about_terms(kind: str, data: Mapping[str, Any]) -> bool:
    return kind != "settings.changed" or "city.toml" in data.get("changed", ())


def changed_since(connection: Connection, number: int) -> bool:
    """Whether the city's profile or schedules changed after the act of this number."""
    query = select(act.c.kind, act.c.data).where(act.c.number > number)
    return any(
        kind.startswith(_TERMS) and _is_about_terms(kind, json.loads(data)) for kind, data in connection.execute(query)
    )


def two_person_changes(then: Connection) -> set[str]:
    """Series whose terms one person changed and another, a user with a key, has signed for."""
    found = set()
    for text in then.execute(select(schedule_change.c.data).where(schedule_change.c.state == "in force")).scalars():
        data = json.loads(text)
        proposed, confirmed = data.get("proposed_by", ""), (data.get("signed") or {}).get("name", "")
        if proposed and confirmed and proposed.casefold() != confirmed.casefold():
            found.add(str(data.get("series", "")))
    return found


def _first_day(quarter: str) -> date:
    match = _QUARTER.fullmatch(quarter)
    return date(int(match[1]), 3 * int(match[2]) - 2, 1) if match else date.min


def _some(numbers: set[int]) -> str:
    named = ", ".join(label_of(number) for number in sorted(numbers)[:3])
    return named if len(numbers) <= 3 else f"{named} and {len(numbers) - 3:,} more"
