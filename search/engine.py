"""What a search engine is to us. It may rank; it must not decide: it finds exactly what `Selector.matches` says.

An engine indexes the words that `custody.words` makes, with no analyser of its own, and it forgets without a trace.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from custody.ids import RecordNumber
from custody.record import Record
from custody.selector import Selector

NO_LINES: Mapping[RecordNumber, str] = MappingProxyType({})
"""Nothing known beforehand."""


class Order(StrEnum):
    """How results are sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RANK = "rank"
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Facets:
    """How many of the found records fall to each account (handle), platform, month (`2025-03`) and state."""

    account: Mapping[str, int]
    platform: Mapping[str, int]
    month: Mapping[str, int]
    state: Mapping[str, int]


class SearchEngine(Protocol):
    """An index of records. One contract suite runs over every implementation."""

    name: str

    def add(self, records: Iterable[Record], lines: Mapping[RecordNumber, str] = NO_LINES) -> None:
        """Index records; a number already known is replaced. Durable when the surrounding transaction is.

        `lines` gives by number the records' words (`custody.selector.line_of`), where the caller has them already.
        """

    def remove(self, numbers: Iterable[RecordNumber]) -> None:
        """Forget records: no byte of their text remains in any file of the engine after `settle`."""

    def settle(self) -> None:
        """Finish what removal needs outside a transaction (truncate logs, merge); cheap when nothing is to do."""

    def count(self, selector: Selector) -> int:
        """Exactly how many records match."""

    def numbers(self, selector: Selector, order: Order = Order.NUMBER) -> Iterator[RecordNumber]:
        """Every match, streamed, never cut off."""

    def page(self, selector: Selector, order: Order, limit: int, skip: int = 0) -> list[RecordNumber]:
        """One page of matches."""

    def facets(self, selector: Selector) -> Facets:
        """The matches counted by account, platform, month and state."""

    def words_of(self, numbers: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
        """The words some records are indexed under, as `custody.words.joined` made them: for verification."""

    def known(self) -> Iterator[tuple[RecordNumber, str]]:
        """Every indexed record's number and the words it is indexed under, in order of number: for verification."""

    def clear(self) -> None:
        """Forget everything, before a rebuild."""
