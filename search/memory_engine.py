"""The reference engine: a dict of records, asked one by one with `Selector.matches`. For tests, and to judge others by.

It scans, so it suits some thousands of records, and it ranks nothing: the newest come first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from custody.ids import RecordNumber
from custody.record import Record
from custody.selector import Selector, line_of
from search.engine import NO_LINES, Facets, Order
from search.facts import month_reader, posted_ms


class MemoryEngine:
    """Records in memory. `zone` is the city's, for months; `handles` gives each account's handle by its id."""

    name = "memory"

    def __init__(self, zone: str, handles: Callable[[], Mapping[int, str]]) -> None:
        self._month_of, self._handles = month_reader(zone), handles
        self._records: dict[RecordNumber, Record] = {}

    def add(self, records: Iterable[Record], lines: Mapping[RecordNumber, str] = NO_LINES) -> None:
        """Keep records; a number already known is replaced."""
        self._records.update((record.number, record) for record in records)

    def remove(self, numbers: Iterable[RecordNumber]) -> None:
        """Forget records. Unknown numbers are no error."""
        for number in numbers:
            self._records.pop(number, None)

    def settle(self) -> None:
        """Nothing to do: memory holds no more than it shows."""

    def clear(self) -> None:
        """Forget everything."""
        self._records.clear()

    def count(self, selector: Selector) -> int:
        """How many records match."""
        return sum(1 for _ in self._matching(selector))

    def numbers(self, selector: Selector, order: Order = Order.NUMBER) -> Iterator[RecordNumber]:
        """Every match, in order."""
        yield from (record.number for record in sorted(self._matching(selector), key=sort_key(order)))

    def page(self, selector: Selector, order: Order, limit: int, skip: int = 0) -> list[RecordNumber]:
        """One page of matches."""
        return list(self.numbers(selector, order))[skip : skip + limit]

    def facets(self, selector: Selector) -> Facets:
        """The matches counted by account, platform, month ("" where the date is not known) and state."""
        found, handles = list(self._matching(selector)), self._handles()
        return Facets(
            account=Counter(handles.get(record.account, "") for record in found),
            platform=Counter(record.platform for record in found),
            month=Counter(self._month_of(record.current) for record in found),
            state=Counter(record.current.state.value for record in found),
        )

    def words_of(self, numbers: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
        """The words some records are found under; what is not known is left out."""
        return {number: line_of(self._records[number]) for number in numbers if number in self._records}

    def known(self) -> Iterator[tuple[RecordNumber, str]]:
        """Every number and its words."""
        for number in sorted(self._records):
            yield number, line_of(self._records[number])

    def _matching(self, selector: Selector) -> Iterator[Record]:
        handles = self._handles()
        return (record for record in self._records.values() if selector.matches(record, handles))


def sort_key(order: Order) -> Callable[[Record], tuple[bool, int, int]]:
    """By number; or by date, undated last, records of one moment by their number in the same direction."""

    def key(record: Record) -> tuple[bool, int, int]:
        posted = posted_ms(record.current)
        if order is Order.NUMBER:
            return False, 0, record.number
        sign = 1 if order is Order.OLDEST else -1
        return posted is None, sign * (posted or 0), sign * record.number

    return key
