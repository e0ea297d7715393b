"""The due list: every record judged for one day, in one pass, as fast as the rows can be read.

Records that are alike by themselves are judged once, what bears on records is reckoned once, and where each stands
follows from the two (`protection.standing_under`). It is the same as judging one by one; a test holds them together.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from archiver.catalog.keeping_queries import KeptRow
from custody.disposition import Disposition, Standing
from custody.ids import RecordNumber
from retention_schedules.eligibility import judge
from retention_schedules.protection import Burden, burden, standing_under
from retention_schedules.schedules import Schedules
from retention_schedules.situation import RecordFacts, Situation
from workflows.bearing import Bearings

_TOLD_EVERY = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What a run of the rules over the whole archive found on a day, by series and standing. Nothing was changed."""

    on: date
    totals: dict[str, Counter[str]]
    blocks: Counter[str]
    eligible: tuple[RecordNumber, ...]
    unverified: tuple[str, ...]


class _Judges:
    """What was judged so far: records by themselves, what bears on them, and both together, each by a small number."""

    def __init__(self, bearings: Bearings, schedules: Schedules, on: date) -> None:
        self.bearings, self.schedules, self.on = bearings, schedules, on
        self.alone: list[Disposition] = []
        self.burdens: list[Burden] = []
        self._nobody = RecordFacts(series=schedules.default.id)

    def judge_alone(self, row: KeptRow) -> int:
        """Judge a record by itself."""
        self.alone.append(judge(self.bearings.alone(row), self.schedules, self.on))
        return len(self.alone) - 1

    def reckon(self, number: int, code: int) -> int:
        """Reckon what bears on a record with this code."""
        facts = (*self.bearings.on_all(number), *self.bearings.groups[code])
        start = Situation(record=self._nobody, city=self.bearings.terms)
        self.burdens.append(burden(self.bearings.under(start, facts), self.schedules))
        return len(self.burdens) - 1

    def both(self, alone: int, on_it: int) -> tuple[Standing, tuple[str, ...]]:
        """Where a record stands under what bears on it."""
        return standing_under(self.alone[alone], self.burdens[on_it], self.on)


_SHIFT = 32


def due_list(
    rows: Iterable[KeptRow], bearings: Bearings, schedules: Schedules, on: date, told: Callable[[int], None]
) -> Due:
    """Judge rows in order of number. `told` hears how many are done."""
    judges = _Judges(bearings, schedules, on)
    own_key, codes, limits = bearings.own_key, bearings.codes, bearings.limits
    known: dict[tuple[object, ...], int] = {}
    reckoned: dict[int, int] = {}
    tally: Counter[tuple[str, int]] = Counter()
    may_go: dict[int, bool] = {}
    eligible: list[RecordNumber] = []
    stretch, end = -1, 0
    for done, row in enumerate(rows, 1):
        number = row[0]
        if number > end or stretch < 0:  # a limit of some hold or notice was passed: others reach from here on
            stretch = bisect_left(limits, number)
            end = limits[stretch] if stretch < len(limits) else 2**62
            known.clear()
            reckoned.clear()
        key = own_key(row)
        alone = known.get(key)
        if alone is None:
            alone = known[key] = judges.judge_alone(row)
        code = codes[number]
        on_it = reckoned.get(code)
        if on_it is None:
            on_it = reckoned[code] = judges.reckon(number, code)
        both = alone << _SHIFT | on_it
        tally[row[2], both] += 1
        goes = may_go.get(both)
        if goes is None:
            goes = may_go[both] = judges.both(alone, on_it)[0] is Standing.ELIGIBLE
        if goes:
            eligible.append(RecordNumber(number))
        if done % _TOLD_EVERY == 0:
            told(done)
    return _due(judges, tally, tuple(eligible))


def _due(judges: _Judges, tally: Counter[tuple[str, int]], eligible: tuple[RecordNumber, ...]) -> Due:
    totals: dict[str, Counter[str]] = {}
    blocks: Counter[str] = Counter()
    governing: set[str] = set()
    for (series, both), count in tally.items():
        alone, on_it = both >> _SHIFT, both & (1 << _SHIFT) - 1
        standing, stopped_by = judges.both(alone, on_it)
        totals.setdefault(series, Counter())[standing.value] += count
        for name in stopped_by:
            blocks[name] += count
        governing |= {series, judges.alone[alone].series}
    unverified = sorted(series for series in governing if not judges.schedules.row(series).verified_by)
    return Due(on=judges.on, totals=totals, blocks=blocks, eligible=eligible, unverified=tuple(unverified))
