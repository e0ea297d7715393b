"""The due list: every record judged for one day, in one pass, as fast as the rows can be read.

Records that are alike by themselves (`alike.turning_days`) are judged once, what bears on records is reckoned once, and
where each stands follows from the two (`protection.standing_under`). It is the same as judging one by one; a test holds
them together. Of a million judgements only the few that differ are kept, and of a record that may go its number.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from archiver.catalog.keeping_queries import Kept
from custody.disposition import Disposition, Standing
from retention_schedules.alike import turning_days
from retention_schedules.eligibility import judge
from retention_schedules.protection import Burden, burden, standing_under
from retention_schedules.schedules import Schedules
from retention_schedules.situation import RecordFacts, Situation
from workflows.bearing import Bearings, Key


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What a run of the rules over the whole archive found on a day, by series and standing. Nothing was changed.

    `eligible` are the numbers of the records that may go, in order.
    """

    on: date
    totals: dict[str, Counter[str]]
    blocks: Counter[str]
    eligible: Sequence[int]
    unverified: tuple[str, ...]


class _Stretches(dict[int | None, int | None]):
    """By ordinal of a day, between which turning days it lies: records whose days lie there alike stand alike."""

    def __init__(self, bearings: Bearings, schedules: Schedules, on: date) -> None:
        super().__init__({None: None})
        notices = bearings.notices
        years = [year for each in notices for year in (each.first, each.last + 1)]
        days = turning_days(schedules, bearings.terms, [each.facts.mailed for each in notices], years, on)
        self._turns = [day.toordinal() for day in days]

    def __missing__(self, ordinal: int | None) -> int | None:
        found = self[ordinal] = None if ordinal is None else bisect_right(self._turns, ordinal)
        return found


class _Judges:
    """What was judged so far: records by themselves, what bears on them, and both together, each by a small number."""

    def __init__(self, bearings: Bearings, schedules: Schedules, on: date) -> None:
        self.bearings, self.schedules, self.on = bearings, schedules, on
        self.alone: list[tuple[str, Disposition]] = []
        self.burdens: list[Burden] = []
        self._different: dict[tuple[object, ...], int] = {}
        self._known: dict[Key, int] = {}
        self._reckoned: dict[int, int] = {}
        self._may_go: dict[tuple[int, int], bool] = {}
        self._stretch_of = _Stretches(bearings, schedules, on)
        self._nobody = RecordFacts(series=schedules.default.id)

    def pass_limit(self) -> None:
        """A limit of some hold or notice was passed: others reach from here on."""
        self._known.clear()
        self._reckoned.clear()

    def _stretches(self, moments: Iterable[int | None]) -> list[int | None]:
        """For each moment, between which turning days its day lies."""
        return list(map(self._stretch_of.__getitem__, self.bearings.ordinals(moments)))

    def by_themselves(self, rows: Sequence[Kept]) -> Iterator[int]:
        """Judge records by themselves; those that stand alike have the same number."""
        keys = self.bearings.own_keys(rows, self._stretches)
        one_of_each = dict(zip(keys, rows, strict=True))
        for key, row in one_of_each.items():
            if key not in self._known:
                self._known[key] = self._judge_alone(row)
        return map(self._known.__getitem__, keys)

    def _judge_alone(self, row: Kept) -> int:
        found = judge(self.bearings.alone(row), self.schedules, self.on)
        within = found.retention_ends is not None and self.on <= found.retention_ends
        stands = (row[2], found.series, found.standing, found.blocks, within)  # all that is asked of it from here on
        if stands not in self._different:
            self._different[stands] = len(self.alone)
            self.alone.append((row[2], found))
        return self._different[stands]

    def under_burden(self, numbers: Sequence[int]) -> Iterator[int]:
        """Reckon what bears on records between two limits; the same has the same number."""
        codes = [self.bearings.codes[number] for number in numbers]
        for code in set(codes):
            if code not in self._reckoned:
                self._reckoned[code] = self._reckon(numbers[0], code)
        return map(self._reckoned.__getitem__, codes)

    def _reckon(self, number: int, code: int) -> int:
        facts = (*self.bearings.on_all(number), *self.bearings.groups[code])
        start = Situation(record=self._nobody, city=self.bearings.terms)
        self.burdens.append(burden(self.bearings.under(start, facts), self.schedules))
        return len(self.burdens) - 1

    def may_go(self, both: tuple[int, int]) -> bool:
        """Whether records that stand so by themselves may go under what bears on them."""
        if both not in self._may_go:
            self._may_go[both] = self.both(*both)[0] is Standing.ELIGIBLE
        return self._may_go[both]

    def both(self, alone: int, on_it: int) -> tuple[Standing, tuple[str, ...]]:
        """Where a record stands under what bears on it."""
        return standing_under(self.alone[alone][1], self.burdens[on_it], self.on)


def due_list(
    pages: Iterable[list[Kept]], bearings: Bearings, schedules: Schedules, on: date, told: Callable[[int], None]
) -> Due:
    """Judge pages of rows in order of number. `told` hears how many are done."""
    judges = _Judges(bearings, schedules, on)
    tally: Counter[tuple[int, int]] = Counter()
    eligible = array("Q")
    done, stretch = 0, -1
    for page in pages:
        for reached, rows in _between(bearings.limits, page):
            if reached != stretch:
                judges.pass_limit()
                stretch = reached
            numbers = [row[0] for row in rows]
            found = list(zip(judges.by_themselves(rows), judges.under_burden(numbers), strict=True))
            counted = Counter(found)
            tally.update(counted)
            going = {both for both in counted if judges.may_go(both)}
            if going:
                eligible.extend(number for number, both in zip(numbers, found, strict=True) if both in going)
        done += len(page)
        told(done)
    return _due(judges, tally, eligible)


def _between(limits: Sequence[int], page: list[Kept]) -> Iterator[tuple[int, list[Kept]]]:
    """A page in pieces in which no limit is passed, each with how many limits lie before it."""
    start = 0
    while start < len(page):
        passed = bisect_left(limits, page[start][0])
        last = limits[passed] if passed < len(limits) else page[-1][0]
        end = bisect_right(page, last, lo=start, key=itemgetter(0))
        yield passed, page[start:end] if end - start < len(page) else page
        start = end


def _due(judges: _Judges, tally: Counter[tuple[int, int]], eligible: Sequence[int]) -> Due:
    totals: dict[str, Counter[str]] = {}
    blocks: Counter[str] = Counter()
    governing: set[str] = set()
    for (alone, on_it), count in tally.items():
        series, judged = judges.alone[alone]
        standing, stopped_by = judges.both(alone, on_it)
        totals.setdefault(series, Counter())[standing.value] += count
        for name in stopped_by:
            blocks[name] += count
        governing |= {series, judged.series}
    unverified = sorted(series for series in governing if not judges.schedules.row(series).verified_by)
    return Due(on=judges.on, totals=totals, blocks=blocks, eligible=eligible, unverified=tuple(unverified))
