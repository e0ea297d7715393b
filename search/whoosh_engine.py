"""The engine in pure Python: whoosh looks words, phrases and beginnings up; what they mean together is decided here.

Whoosh's files hold pickles, which run code when they are read. So an index that this archive did not write is never
opened: the catalog keeps the digest of each file, written in the same transaction as the records, and every file is
compared before whoosh sees it. Who can change both the catalog and the folder is not kept out by this.

Whoosh writes its own files and does not flush them to the disk (measured): after a power cut, or when the catalog's
transaction was rolled back, the digests differ, and `ofrecord rebuild` makes the index again. Whoosh's `filter=` is not
used: with a filter that matches nothing it reports the count of the unfiltered query (2.7.4, 2.7.5 and 3.54 alike).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh import fields, index, query
from whoosh.analysis import RegexTokenizer

from custody.errors import BusyError, DamageError
from custody.ids import RecordNumber
from custody.record import Record
from custody.selector import Both, Clause, Either, Everything, Is, Neither, Phrase, Posted, Prefix, Selector, line_of
from search.engine import NO_LINES, Facets, Order
from search.facts import bounds_ms, month_reader, posted_ms
from search.fts_engine import Connection
from search.tokens import is_foreign, keys_of, tokens_asked

BATCH = 5_000
_OURS = ("MAIN_", "_MAIN_")  # how whoosh names the files of an index named MAIN
_LOCK = "MAIN_WRITELOCK"  # empty, and never read
_SCRATCH = "MAIN.tmp"  # a folder where whoosh leaves what it was writing when it was interrupted
_UNDATED = -(2**62)


class WhooshEngine:
    """An index of whoosh's in `folder`, with its files' digests in the catalog that `connection` gives.

    `zone` is the city's, for months; `handles` gives each account's handle by its id.
    """

    name = "whoosh"

    def __init__(
        self,
        connection: Callable[[], Connection],
        folder: Path,
        zone: str,
        handles: Callable[[], Mapping[int, str]],
    ) -> None:
        self._connection, self._folder = connection, folder
        self._month_of, self._handles = month_reader(zone), handles
        self._index: Any = None
        self._searcher: Any = None
        self._columns: dict[str, list[Any]] = {}
        self._digests: dict[str, str] = {}

    def clear(self) -> None:
        """Forget everything and begin with an empty index, without opening the one there is."""
        self._close_searcher()
        self._digests = {}
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in (*self._files(), *(self._folder / _SCRATCH).glob("*")):
            path.unlink()
        self._connection().execute(
            "CREATE TABLE IF NOT EXISTS search_files (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID"
        )
        self._index = index.create_in(self._folder, _schema())
        self._write_digests()

    def add(self, records: Iterable[Record], lines: Mapping[RecordNumber, str] = NO_LINES) -> None:
        """Index records; a number already known is replaced. `lines` are made anew here, whoosh being slow anyhow."""
        remaining = iter(records)
        while batch := list(islice(remaining, BATCH)):
            latest = {record.number: record for record in batch}
            known = latest.keys() & set(self._column("number"))
            with self._writing() as writer:
                for number in known:
                    writer.delete_by_term("number", number)
                for number in sorted(latest):
                    writer.add_document(**self._document(latest[number]))

    def _document(self, record: Record) -> dict[str, Any]:
        content = record.current
        posted, month = posted_ms(content), self._month_of(content)
        return {
            "number": record.number,
            "line": line_of(record),
            "keys": keys_of(record, month),
            "posted": _UNDATED if posted is None else posted,
            "account": record.account,
            "platform": record.platform,
            "month": month,
            "state": content.state.value,
        }

    def remove(self, numbers: Iterable[RecordNumber]) -> None:
        """Forget records; `settle` then writes the files anew without them. Unknown numbers are no error."""
        known = set(numbers) & set(self._column("number"))
        if known:
            with self._writing() as writer:
                for number in known:
                    writer.delete_by_term("number", number)

    def settle(self) -> None:
        """Write the index anew without the removed records, if there are any."""
        if self._reader().has_deletions():
            with self._writing(optimize=True):
                pass
        for path in (self._folder / _SCRATCH).glob("*"):
            path.unlink()

    def count(self, selector: Selector) -> int:
        """Exactly how many records match."""
        return len(self._matching(selector.clause))

    def numbers(self, selector: Selector, order: Order = Order.NUMBER) -> Iterator[RecordNumber]:
        """Every match, in order."""
        numbers, posted = self._column("number"), self._column("posted")
        found = self._matching(selector.clause)
        weights = self._weights(selector.clause) if order is Order.RANK else {}

        def place(document: int) -> tuple[bool, float, int]:
            if order is Order.NUMBER:
                return False, 0, numbers[document]
            if order is Order.RANK:
                return False, -weights.get(document, 0.0), -numbers[document]
            sign = 1 if order is Order.OLDEST else -1
            return posted[document] == _UNDATED, sign * posted[document], sign * numbers[document]

        for document in sorted(found, key=place):
            yield RecordNumber(numbers[document])

    def page(self, selector: Selector, order: Order, limit: int, skip: int = 0) -> list[RecordNumber]:
        """One page of matches."""
        return list(islice(self.numbers(selector, order), max(skip, 0), max(skip, 0) + max(limit, 0)))

    def facets(self, selector: Selector) -> Facets:
        """The matches counted by account, platform, month ("" where the date is not known) and state."""
        found, handles = self._matching(selector.clause), self._handles()

        def counted(field: str) -> Counter[Any]:
            column = self._column(field)
            return Counter(column[document] for document in found)

        account: Counter[str] = Counter()
        for number, count in counted("account").items():
            account[handles.get(number, "")] += count
        return Facets(account=account, platform=counted("platform"), month=counted("month"), state=counted("state"))

    def words_of(self, numbers: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
        """The words some records are indexed under; what is not indexed is left out."""
        wanted = set(numbers)
        return dict(self._lines(wanted.__contains__))

    def known(self) -> Iterator[tuple[RecordNumber, str]]:
        """Every indexed number and its words, in order of number."""
        yield from self._lines(lambda number: True)

    def _lines(self, wanted: Callable[[RecordNumber], bool]) -> Iterator[tuple[RecordNumber, str]]:
        numbers, reader = self._column("number"), self._reader()
        for document in sorted(reader.all_doc_ids(), key=lambda document: numbers[document]):
            if wanted(numbers[document]):
                yield RecordNumber(numbers[document]), reader.stored_fields(document)["line"]

    def _matching(self, clause: Clause) -> set[int]:
        """Whoosh's own numbers for the records that match: its part is the leaves, the sets are ours."""
        match clause:
            case Everything():
                return set(self._reader().all_doc_ids())
            case Phrase(found):
                return set() if not found or any(map(is_foreign, found)) else self._found(_leaf(clause))
            case Prefix(start):
                return set() if is_foreign(start) else self._found(_leaf(clause))
            case Is(name, value):
                tokens = tokens_asked(name, value, self._handles())
                return set().union(*(self._found(query.Term("keys", token)) for token in tokens))
            case Posted():
                return self._posted(clause)
            case Both(parts):
                return reduce(set[int].__and__, map(self._matching, parts)) if parts else self._matching(Everything())
            case Either(parts):
                return set().union(*map(self._matching, parts))
            case Neither(part):
                return self._matching(Everything()) - self._matching(part)

    def _found(self, asked: query.Query) -> set[int]:
        return set(self._searcher_now().docs_for_query(asked))

    def _posted(self, clause: Posted) -> set[int]:
        since, until = bounds_ms(clause)
        posted = self._column("posted")
        return {
            document
            for document in self._reader().all_doc_ids()
            if posted[document] != _UNDATED
            and (since is None or since <= posted[document])
            and (until is None or posted[document] < until)
        }

    def _weights(self, clause: Clause) -> dict[int, float]:
        """How well each record fits, by whoosh's BM25F over the words that are looked for."""
        asked = query.Or([_leaf(leaf) for leaf in _leaves(clause)])
        return {hit.docnum: hit.score for hit in self._searcher_now().search(asked, limit=None)}

    def _column(self, field: str) -> list[Any]:
        """One value of every record, by whoosh's own numbers; read once for as long as the index stays the same."""
        if field not in self._columns:
            self._columns[field] = list(self._reader().column_reader(field)) if self._reader().doc_count_all() else []
        return self._columns[field]

    def _reader(self) -> Any:
        return self._searcher_now().reader()

    def _searcher_now(self) -> Any:
        if self._searcher is None:
            if self._index is None:
                self._compare_digests()
                self._index = index.open_dir(self._folder)
            self._searcher = self._index.searcher()
        return self._searcher

    @contextmanager
    def _writing(self, optimize: bool = False) -> Iterator[Any]:
        """A writer whose changes are kept when this ends without an error, with the digests of the new files."""
        self._searcher_now()
        try:
            writer = self._index.writer(limitmb=256)
        except index.LockError as error:
            message = f"another program is writing the search index {self._folder}"
            raise BusyError(message, "Wait until it has finished, then try again.") from error
        try:
            yield writer
        except BaseException:
            writer.cancel()
            raise
        self._close_searcher()
        writer.commit(optimize=optimize)
        self._write_digests()

    def _close_searcher(self) -> None:
        if self._searcher is not None:
            self._searcher.close()
        self._searcher, self._columns = None, {}

    def _files(self) -> list[Path]:
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted(path for path in found if path.name.startswith(_OURS) and path.name != _LOCK)

    def _write_digests(self) -> None:
        """Keep the digest of each of whoosh's files; a file once written never changes, so known ones are not read."""
        before = self._digests
        self._digests = {path.name: before.get(path.name) or _digest(path) for path in self._files()}
        self._connection().execute("DELETE FROM search_files")
        self._connection().executemany("INSERT INTO search_files VALUES (?, ?)", list(self._digests.items()))

    def _compare_digests(self) -> None:
        """Raise DamageError unless the folder holds exactly the files this archive wrote, byte for byte."""
        there = self._connection().execute("SELECT 1 FROM sqlite_master WHERE name = 'search_files'").fetchone()
        rows = self._connection().execute("SELECT name, sha256 FROM search_files") if there else ()
        self._digests = dict(rows)
        if not self._digests or self._digests != {path.name: _digest(path) for path in self._files()}:
            self._digests = {}
            message = f"the search index in {self._folder} is not as this archive wrote it, so it was not opened"
            cure = (
                "If another Ofrecord is writing, wait for it; otherwise run `ofrecord rebuild`, which makes it again."
            )
            raise DamageError(message, cure)


def _schema() -> fields.Schema:
    """Words as `custody.words` made them, cut at spaces and not looked at further; the rest are plain values."""
    by_spaces = RegexTokenizer("[^ ]+")
    return fields.Schema(
        number=fields.NUMERIC(bits=64, unique=True, sortable=True),
        line=fields.TEXT(analyzer=by_spaces, stored=True),
        keys=fields.KEYWORD(),
        posted=fields.NUMERIC(bits=64, sortable=True),
        account=fields.NUMERIC(bits=64, sortable=True),
        platform=fields.ID(sortable=True),
        month=fields.ID(sortable=True),
        state=fields.ID(sortable=True),
    )


def _leaf(clause: Phrase | Prefix) -> query.Query:
    if isinstance(clause, Prefix):
        return query.Prefix("line", clause.start)
    return query.Phrase("line", list(clause.words)) if len(clause.words) > 1 else query.Term("line", clause.words[0])


def _leaves(clause: Clause) -> Iterator[Phrase | Prefix]:
    """What is looked for, without what is to be absent."""
    if isinstance(clause, Phrase):
        if clause.words and not any(map(is_foreign, clause.words)):
            yield clause
    elif isinstance(clause, Prefix):
        if not is_foreign(clause.start):
            yield clause
    elif isinstance(clause, Both | Either):
        for part in clause.parts:
            yield from _leaves(part)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
