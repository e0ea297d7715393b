"""The default engine: SQLite's FTS5 inside the catalog's own database, so that records and index are one transaction.

Almost every clause is words: a record's own, and in a second column one made-up word for each field value and month, so
that fields cost what words cost. Single days and sorting ask a table of facts beside it.
`docs/adr/search-engine.md` has the numbers.

The engine runs its statements on the connection it is handed and never commits. That nothing stays behind when a record
is removed rests on FTS5's own `secure-delete` (SQLite 3.42), on `PRAGMA secure_delete=ON`, which the catalog sets, and
on `settle`, which empties the write-ahead log.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from custody.errors import BusyError, UnavailableError
from custody.ids import RecordNumber
from custody.record import Record
from custody.selector import Selector, line_of
from search.engine import NO_LINES, Facets, Order
from search.facts import month_reader, posted_ms
from search.fts_query import query_for
from search.tokens import keys_of, token_of

BATCH = 5_000
"""Records per statement; measured best for ingest (docs/adr/search-engine.md)."""

_TABLES = (
    "CREATE VIRTUAL TABLE search_text USING fts5(line, keys, tokenize='ascii')",
    "INSERT INTO search_text(search_text, rank) VALUES('secure-delete', 1)",
    "INSERT INTO search_text(search_text, rank) VALUES('automerge', 8)",  # a third faster to fill than the default of 4
    "INSERT INTO search_text(search_text, rank) VALUES('hashsize', 16777216)",  # a batch is one piece of index, not ten
    "CREATE TABLE search_facts (number INTEGER PRIMARY KEY, posted INTEGER, month TEXT NOT NULL,"
    " account INTEGER NOT NULL, platform TEXT NOT NULL, state TEXT NOT NULL)",
    "CREATE INDEX search_posted ON search_facts (posted)",
)
NEAR = 200
"""Pages that end within so many matches need not look at all of them."""

RANKED = 15_000
"""Of more matches than this, the ones captured last are ranked."""

MANY, WORTH_MAKING_ANEW = 100, 200
"""From how many records on, and from which part of all (one in so many), the index is made anew without them: taking
one out without a trace costs what putting hundreds in does."""

_BY_DATE = (Order.NEWEST, Order.OLDEST)
_SORTED = {
    Order.NEWEST: " ORDER BY f.posted DESC NULLS LAST, f.number DESC",
    Order.OLDEST: " ORDER BY f.posted ASC NULLS LAST, f.number ASC",
    Order.RANK: " ORDER BY bm25(search_text, 1.0, 0.0), search_text.rowid DESC",
}


class Connection(Protocol):
    """As much of a DB-API connection to SQLite as the engine needs."""

    @property
    def in_transaction(self) -> bool: ...

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any: ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Any: ...


class FtsEngine:
    """Full-text search in the catalog. `connection` gives the catalog's current connection.

    `zone` is the city's, for months; `handles` gives each account's handle by its id.
    """

    name = "fts"

    def __init__(
        self, connection: Callable[[], Connection], zone: str, handles: Callable[[], Mapping[int, str]]
    ) -> None:
        self._connection, self._zone, self._handles = connection, zone, handles
        self._month_of = month_reader(zone)

    def create(self) -> None:
        """Make the engine's tables in a catalog that has none, inside the caller's transaction."""
        connection = self._connection()
        version = connection.execute("SELECT sqlite_version()").fetchone()[0]
        if tuple(map(int, version.split("."))) < (3, 42, 0):
            message = f"SQLite {version} cannot forget a removed record without a trace"
            raise UnavailableError(message, "Install the package pysqlite3, which brings SQLite 3.42 or newer.")
        for statement in _TABLES:
            connection.execute(statement)

    def clear(self) -> None:
        """Forget everything and begin with empty tables, whether there were any or not."""
        for table in ("search_text", "search_facts"):
            self._connection().execute(f"DROP TABLE IF EXISTS {table}")
        self.create()

    def add(self, records: Iterable[Record], lines: Mapping[RecordNumber, str] = NO_LINES) -> None:
        """Index records inside the caller's transaction; a number already known is replaced."""
        remaining = iter(records)
        while batch := list(islice(remaining, BATCH)):
            self._add({record.number: record for record in batch}, lines)

    def _add(self, batch: dict[RecordNumber, Record], lines: Mapping[RecordNumber, str]) -> None:
        connection = self._connection()
        highest = connection.execute("SELECT max(number) FROM search_facts").fetchone()[0] or 0
        numbers = sorted(batch)  # FTS5 takes rising numbers at twice the speed
        self.remove(number for number in numbers if number <= highest)
        texts, facts = [], []
        for number in numbers:
            record = batch[number]
            content = record.current
            month = self._month_of(content)
            line = lines.get(number)
            texts.append((number, line_of(record) if line is None else line, keys_of(record, month)))
            facts.append((number, posted_ms(content), month, record.account, record.platform, str(content.state)))
        connection.executemany("INSERT INTO search_text(rowid, line, keys) VALUES (?, ?, ?)", texts)
        connection.executemany("INSERT INTO search_facts VALUES (?, ?, ?, ?, ?, ?)", facts)

    def remove(self, numbers: Iterable[RecordNumber]) -> None:
        """Forget records inside the caller's transaction. Unknown numbers are no error."""
        rows, connection = [(number,) for number in numbers], self._connection()
        if not rows:
            return
        known = connection.execute("SELECT count(*) FROM search_facts").fetchone()[0] if len(rows) >= MANY else 0
        if known and len(rows) * WORTH_MAKING_ANEW > known:
            connection.executemany("DELETE FROM search_text_content WHERE id = ?", rows)
            connection.execute("INSERT INTO search_text(search_text) VALUES('rebuild')")
        else:
            connection.executemany("DELETE FROM search_text WHERE rowid = ?", rows)
        connection.executemany("DELETE FROM search_facts WHERE number = ?", rows)

    def settle(self) -> None:
        """Empty the write-ahead log, which still holds removed words. Raises BusyError while somebody reads it."""
        connection = self._connection()
        if connection.in_transaction:
            message = "the search index cannot settle inside a transaction"
            raise UnavailableError(message, "End the transaction first.")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            message = "removed words cannot leave the catalog's log: another program is reading it"
            raise BusyError(message, "Close other Ofrecord windows and run it again.")

    def count(self, selector: Selector) -> int:
        """Exactly how many records match."""
        return int(self._ask("count(*)", selector).fetchone()[0])

    def numbers(self, selector: Selector, order: Order = Order.NUMBER) -> Iterator[RecordNumber]:
        """Every match, streamed, never cut off."""
        for (number,) in self._ask("NUMBER", selector, order):
            yield RecordNumber(number)

    def page(self, selector: Selector, order: Order, limit: int, skip: int = 0) -> list[RecordNumber]:
        """One page of matches."""
        match = query_for(selector.clause, self._handles(), self._zone).match
        if limit > 0 and skip + limit <= NEAR and match:
            found = None
            order = Order.NEWEST if order is Order.RANK and "line:" not in match else order
            if order is Order.RANK:
                found = self._best_of_the_last(selector, skip + limit)
            elif order in _BY_DATE:
                found = self._of_the_last_months(selector, order, skip + limit)
            if found is not None:
                return found[skip:]
        rows = self._ask("NUMBER", selector, order, " LIMIT ? OFFSET ?", (max(limit, 0), max(skip, 0)))
        return [RecordNumber(number) for (number,) in rows]

    def _of_the_last_months(self, selector: Selector, order: Order, wanted: int) -> list[RecordNumber] | None:
        """The newest (or oldest) matches without sorting them all: those of the last month that has records; when they
        are too few those of its year, then with the year beside it. None when these are too few as well."""
        sign = "DESC" if order is Order.NEWEST else "ASC"
        last = self._connection().execute(
            f"SELECT month FROM search_facts WHERE posted IS NOT NULL ORDER BY posted {sign} LIMIT 1"
        )
        row = last.fetchone()
        if row is None:
            return None
        year = int(row[0][:4])
        next_year = year - 1 if order is Order.NEWEST else year + 1
        for months, years in (([row[0]], []), ([], [year]), ([], [year, next_year])):
            tokens = [*(token_of("month", month) for month in months), *(token_of("year", f"{y:04d}") for y in years)]
            also = " OR ".join(f'keys:"{token}"' for token in tokens)
            rows = self._ask("NUMBER", selector, order, " LIMIT ?", (wanted,), f"({also})")
            found = [RecordNumber(number) for (number,) in rows]
            if len(found) == wanted:
                return found
        return None

    def _best_of_the_last(self, selector: Selector, wanted: int) -> list[RecordNumber] | None:
        """The best matches when there are very many: ranked are the `RANKED` captured last. None when there are fewer,
        so that all can be ranked."""
        edge = self._ask("NUMBER", selector, None, " ORDER BY search_text.rowid DESC LIMIT 1 OFFSET ?", (RANKED,))
        row = edge.fetchone()
        if row is None:
            return None
        rows = self._ask("NUMBER", selector, Order.RANK, " LIMIT ?", (wanted,), since=row[0])
        return [RecordNumber(number) for (number,) in rows]

    def facets(self, selector: Selector) -> Facets:
        """The matches counted by account, platform, month ("" where the date is not known) and state."""
        columns = "f.account, f.platform, f.month, f.state"
        counts: tuple[Counter[str], ...] = (Counter(), Counter(), Counter(), Counter())
        handles = self._handles()
        for account, *others, count in self._ask(f"{columns}, count(*)", selector, tail=f" GROUP BY {columns}"):
            for counter, value in zip(counts, (handles.get(account, ""), *others), strict=True):
                counter[value] += count
        return Facets(account=counts[0], platform=counts[1], month=counts[2], state=counts[3])

    def words_of(self, numbers: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
        """The words some records are indexed under; what is not indexed is left out."""
        found: dict[RecordNumber, str] = {}
        if numbers and max(numbers) - min(numbers) < 2 * len(numbers):
            between = (
                "SELECT id, c0 FROM search_text_content WHERE id BETWEEN ? AND ?"  # a third faster than through FTS5
            )
            found.update(self._connection().execute(between, (min(numbers), max(numbers))).fetchall())
            asked = set(numbers)
            return found if found.keys() <= asked else {number: found[number] for number in asked & found.keys()}
        for start in range(0, len(numbers), 1000):
            some = numbers[start : start + 1000]
            places = ",".join("?" * len(some))
            rows = self._connection().execute(f"SELECT rowid, line FROM search_text WHERE rowid IN ({places})", some)
            found.update(rows)
        return found

    def known(self) -> Iterator[tuple[RecordNumber, str]]:
        """Every indexed number and its words, in order of number."""
        yield from self._connection().execute("SELECT rowid, line FROM search_text ORDER BY rowid")

    def _ask(
        self,
        columns: str,
        selector: Selector,
        order: Order | None = None,
        tail: str = "",
        more: tuple[int, ...] = (),
        also: str = "",
        since: int = 0,
    ) -> Any:
        """Run a selector as one statement. NUMBER in `columns` stands for the record's number. `also` is one more thing
        to match; `since` the lowest number wanted."""
        query = query_for(selector.clause, self._handles(), self._zone)
        if order is Order.RANK and "line:" not in query.match:
            order = Order.NEWEST
        number = "search_text.rowid" if query.match else "f.number"
        ordered = _SORTED.get(order, f" ORDER BY {number}") if order else ""
        facts = "f." in columns + ordered + query.condition
        if query.match:
            source = "search_text" + (" CROSS JOIN search_facts f ON f.number = search_text.rowid" if facts else "")
            conditions = ["search_text MATCH ?", *([query.condition] if query.condition else [])]
            conditions += [f"search_text.rowid >= {int(since)}"] if since else []
        else:
            source, conditions = "search_facts f", [query.condition or "1"]
        sql = (
            f"SELECT {columns.replace('NUMBER', number)} FROM {source} WHERE {' AND '.join(conditions)}{ordered}{tail}"
        )
        match = f"({query.match}) AND {also}" if also else query.match
        parameters = (*([match] if query.match else []), *query.parameters, *more)
        return self._connection().execute(sql, parameters)
