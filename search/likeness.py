"""Records that say nearly the same: groups that a person can check by eye, and no model behind them.

Two texts are alike when at least nine in ten of their runs of three words are the same (Jaccard), words being those of
`custody/words.py`; texts of fewer words must have the same words. A group is what is alike to its first, oldest
record. Exact: nothing is estimated, no pair is missed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from custody.ids import RecordNumber
from custody.words import words

RUN = 3
"""Words in a run."""

LEAST = 9, 10
"""At least so many of so many runs are shared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Records that say nearly the same; the first stands for them. `same` when all have the very same words."""

    first: RecordNumber
    others: tuple[RecordNumber, ...]
    same: bool

    @property
    def numbers(self) -> tuple[RecordNumber, ...]:
        """All records of the group."""
        return (self.first, *self.others)


def groups_of(texts: Iterable[tuple[RecordNumber, str]]) -> list[Group]:
    """The groups among some texts, by the number of their first record. Texts without words are alike to nothing."""
    runs = {number: _runs(words(text)) for number, text in sorted(texts)}
    ranked = {number: _rarest_first(found, weight) for weight in [_counted(runs)] for number, found in runs.items()}
    leaders: dict[tuple[str, ...], list[RecordNumber]] = {}
    members: dict[RecordNumber, list[RecordNumber]] = {}
    for number, found in runs.items():
        if not found:
            continue
        prefix = ranked[number][: len(found) - _needed(len(found)) + 1]
        leader = next((each for each in _candidates(prefix, leaders) if is_alike(runs[each], found)), None)
        if leader is None:
            members[number] = []
            for run in prefix:
                leaders.setdefault(run, []).append(number)
        else:
            members[leader].append(number)
    return [
        Group(first=first, others=tuple(others), same=all(runs[each] == runs[first] for each in others))
        for first, others in members.items()
        if others
    ]


def is_alike(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    """Whether two sets of runs share at least nine in ten of all."""
    shared = len(one & other)
    return shared * LEAST[1] >= (len(one) + len(other) - shared) * LEAST[0]


def _runs(line: list[str]) -> frozenset[tuple[str, ...]]:
    if len(line) < RUN:
        return frozenset([tuple(line)] if line else [])
    return frozenset(tuple(line[at : at + RUN]) for at in range(len(line) - RUN + 1))


def _needed(size: int) -> int:
    """How many runs of a text of `size` runs another must share at the least."""
    return -(-size * LEAST[0] // LEAST[1])


def _counted(runs: dict[RecordNumber, frozenset[tuple[str, ...]]]) -> Counter[tuple[str, ...]]:
    return Counter(run for found in runs.values() for run in found)


def _rarest_first(found: frozenset[tuple[str, ...]], weight: Counter[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """In an order common to all texts: two that are alike then share a run within their first few."""
    return sorted(found, key=lambda run: (weight[run], run))


def _candidates(
    prefix: list[tuple[str, ...]], leaders: dict[tuple[str, ...], list[RecordNumber]]
) -> Iterator[RecordNumber]:
    yield from sorted({number for run in prefix for number in leaders.get(run, ())})
