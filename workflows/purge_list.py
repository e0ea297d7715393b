"""What a purge would take: the records that may go, why the others may not, and whether a frozen list still holds.

Nothing here changes anything. Whether a record may go is `workflows/disposing.py`'s judgement; what is added is what a
court would ask of the list: nobody's word for an unverified rule goes unsaid, no period counts that one person alone
has shortened, and the same questions are asked once more of each record when the moment comes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from archiver.catalog import authority_rows, keeping_queries, purge_rows, queries
from archiver.catalog.act import Act
from archiver.catalog.execution_check import changed_since, is_time, two_person_changes
from custody.authority import PurgeBatch, PurgeState, numbers_in
from custody.clock import local_day
from custody.disposition import Disposition, Standing
from custody.ids import RecordNumber
from custody.schedule import Fate, Series
from retention_schedules.reasoning import words_of
from workflows import disposing
from workflows.decided_by_one import decided_by_one
from workflows.house import House
from workflows.terms import schedules_of, terms_of

NOT_VERIFIED = "rule not verified"
ONE_PERSON = "kept shorter than when it was taken in, by one person's word"
LISTED = "on the list of another purge"
NOT_DESTROYED = "its series does not end in destruction"
CHANGED = "the city's profile or schedules were changed since the list was signed"
NEWER = "a newer version was taken in since the list was signed"
REFILED = "it was filed anew since the list was signed"
GONE = "it is not in the archive any more"

_OPEN = (PurgeState.PROPOSED, PurgeState.APPROVED, PurgeState.BEGUN)
_DESTROYED = (Fate.DESTROY, Fate.DESTROY_CONFIDENTIALLY)


@dataclass(frozen=True, kw_only=True, slots=True)
class DueList:
    """What may go on a day: the records, by series with the rule, and how many stay for which reason.

    `kept` are still within their period. `unverified` are rules that nobody has compared with their source. `by_one` is
    what one person alone decided about records on it.
    """

    on: date
    numbers: tuple[RecordNumber, ...]
    versions: int
    series: tuple[dict[str, Any], ...]
    excluded: Mapping[str, int]
    kept: int
    unverified: tuple[str, ...]
    shared_media: int
    by_one: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class _Group:
    """Records of one series that one row judges."""

    row: Series
    count: int = 0
    days: list[date] = field(default_factory=list)
    latest: date = date.min
    transferred: int = 0

    def add(self, day: date | None, earliest: date, transferred: bool) -> None:
        self.count += 1
        self.transferred += transferred
        self.latest = max(self.latest, earliest)
        if day is not None:
            self.days = [min(day, *self.days), max(day, *self.days)] if self.days else [day, day]


def due_list(
    house: House, accepted: Sequence[str], series: Sequence[str] = (), told: Callable[[int], None] = lambda done: None
) -> DueList:
    """What may go today. `accepted` names rules that nobody has verified and that count all the same; `series` limits
    the list to some series. Raises UsageError for one that there is not."""
    for named in (*accepted, *series):
        schedules_of(house).row(named)
    today = disposing.today(house)
    due = disposing.due(house, today, told)
    excluded: Counter[str] = Counter(due.blocks)
    groups: dict[tuple[str, str], _Group] = {}
    numbers: list[RecordNumber] = []
    unverified: set[str] = set()
    judge = _Judge(house, today, accepted)
    for number, row, judged in judge.each(due.eligible):
        if series and row["series"] not in series:
            continue
        unverified |= {judged.series} if judged.unverified else set()
        reason = judge.stays(row, judged)
        if reason or judged.earliest is None:
            excluded[reason or NOT_DESTROYED] += 1
            continue
        numbers.append(number)
        group = groups.setdefault((row["series"], judged.series), _Group(judge.row(judged.series)))
        group.add(judge.created(row), judged.earliest, judged.transferred is not None)
    connection = house.catalog.connection
    return DueList(
        on=today,
        numbers=tuple(numbers),
        versions=purge_rows.versions(connection, numbers),
        series=tuple(_series_data(house, filed, group) for (filed, _), group in sorted(groups.items())),
        excluded=dict(excluded),
        kept=sum(counts["keep"] for counts in due.totals.values()),
        unverified=tuple(sorted(unverified)),
        shared_media=purge_rows.shared_media(connection, numbers),
        by_one=tuple(decided_by_one(house, numbers, today)),
    )


class _Judge:
    """Judges records in parts, with what the list asks beyond the rules of retention."""

    def __init__(self, house: House, today: date, accepted: Sequence[str]) -> None:
        self._house, self._today, self._accepted = house, today, set(accepted)
        self._schedules = schedules_of(house)
        self._listed = listed_elsewhere(house)
        self._shortened = two_person_changes(house.catalog.connection)
        self._buckets: dict[int, str] = {}

    def row(self, series: str) -> Series:
        """The row of a schedule."""
        return self._schedules.row(series)

    def each(self, numbers: Sequence[int]) -> Iterator[tuple[RecordNumber, dict[str, Any], Disposition]]:
        """Each record with its facts and its judgement."""
        connection = self._house.catalog.connection
        with self._house.catalog.reading():
            judging = disposing.Judging(self._house, self._today, numbers)
        for part in purge_rows.parts(numbers):
            chosen = [RecordNumber(number) for number in part]
            facts = purge_rows.filed_and_made(connection, chosen)
            judged = dict(judging.each(chosen))
            self._buckets = purge_rows.buckets(connection, chosen)
            for number in chosen:
                yield number, facts[number], judged[number]

    def stays(self, row: Mapping[str, Any], judged: Disposition) -> str:
        """Why a record that may go is not put on a list; "" when it is."""
        if row["number"] in self._listed:
            return LISTED
        if self.row(judged.series).fate not in _DESTROYED and judged.transferred is None:
            return NOT_DESTROYED
        if not is_time(self._buckets.get(row["number"], ""), self._today, self._shortened):
            return ONE_PERSON
        return NOT_VERIFIED if judged.unverified and judged.series not in self._accepted else ""

    def created(self, row: Mapping[str, Any]) -> date | None:
        """The day a record is from, in the city."""
        at = row["created_at"]
        return None if at is None else local_day(queries.moment(at), self._house.city.time_zone)


def under_way(house: House) -> list[PurgeBatch]:
    """The purges that are not over: a hold or a request on one of their records throws them back."""
    return [batch for batch in authority_rows.purges(house.catalog.connection) if batch.state in _OPEN]


def listed_elsewhere(house: House) -> set[int]:
    """The records on the lists of purges that are not over."""
    found: set[int] = set()
    for batch in under_way(house):
        found |= set(numbers_in(proposal_of(house, batch.number).data["numbers"]))
    return found


def proposal_of(house: House, number: int) -> Act:
    """The act in which a purge's list was frozen."""
    return authority_rows.acts_about(house.catalog.connection, ["purge.proposed"], number)[-1][0]


def against(house: House, batch: PurgeBatch, numbers: Sequence[RecordNumber]) -> dict[RecordNumber, str]:
    """The records of a frozen list that may not go at this instant, each with the reason. Asked last thing before."""
    connection, today = house.catalog.connection, disposing.today(house)
    proposal = proposal_of(house, batch.number)
    if changed_since(connection, proposal.number):
        return dict.fromkeys(numbers, CHANGED)
    refiled = {number for number, _ in keeping_queries.filed_behind(connection, proposal.number)}
    there, newer = purge_rows.there(connection, numbers), purge_rows.newer(connection, numbers, batch.entries)
    found: dict[RecordNumber, str] = {}
    judge = _Judge(house, today, proposal.data["accepted"])
    for number in numbers:
        if number not in there or number in newer:
            found[number] = GONE if number not in there else NEWER
        elif number in refiled:
            found[number] = REFILED
    for number, row, judged in judge.each([number for number in numbers if number in there]):
        if judged.standing is not Standing.ELIGIBLE:
            found[number] = ", ".join(judged.blocks) or "to be kept longer"
        elif (reason := judge.stays(row, judged)) not in ("", LISTED):
            found[number] = reason
    return found


def _series_data(house: House, filed: str, group: _Group) -> dict[str, Any]:
    """What is said of the records of a series: as many, from when, by which rule, and who stands for the rule."""
    row, terms = group.row, terms_of(house)
    adopted = terms.adopted.get(row.id)
    days = [str(day) for day in group.days] or ["", ""]
    handed_over = {"transferred": group.transferred} if group.transferred else {}
    return {
        **handed_over,
        "series": filed,
        "governed_by": row.id,
        "title": row.title,
        "count": group.count,
        "oldest": days[0],
        "newest": days[1],
        "period": words_of(row.period) if row.period else "",
        "authority": row.authority,
        "eligible_on": str(group.latest),
        "adopted": str(adopted.adopted) if adopted else "",
        "adoption_ref": adopted.reference if adopted else row.adoption_ref,
        "verified_by": row.verified_by,
        "notice": "waived" if filed in terms.waived_series or row.whs_notice == "waived" else row.whs_notice,
    }
