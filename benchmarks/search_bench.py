"""Search speed: indexing beyond the making of words, and each class of question, on records of real or made-up text.

`rows(size)` builds a catalog of `size` records in a temporary folder and asks it. Every row is (name, value, unit,
rival, ratio): the rival is a plain scan of the same words in memory for questions, the making of words for indexing.
Run by itself: `python -m benchmarks.search_bench 200000`.
"""

import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pysqlite3.dbapi2 as sqlite

from custody.ids import AccountId, RecordNumber, RunNumber
from custody.record import Author, Content, Kind, Media, Record, State, Version
from custody.selector import Both, Clause, Is, Neither, Phrase, Posted, Prefix, Selector, line_of
from search.engine import Order
from search.fts_engine import BATCH, FtsEngine

ZONE = "America/Chicago"
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "reddit_posts"
HANDLES = {number: f"account{number}" for number in range(1, 21)}
Row = tuple[str, float, str, str, float | None]


def rows(size: int = 20_000, repeat: int = 5) -> list[Row]:
    """Measure on `size` records; medians of `repeat` runs a question."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite.connect(Path(folder) / "catalog.sqlite", isolation_level=None)
        for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "cache_size=-65536"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("PRAGMA wal_autocheckpoint=20000")
        connection.execute("PRAGMA temp_store=MEMORY")
        engine = FtsEngine(lambda: connection, ZONE, lambda: HANDLES)
        engine.clear()
        measured = [*_indexing(engine, connection, size), *_asking(engine, size, repeat)]
        measured.append(_removing(engine, connection, size))
        connection.close()
        return measured


def _indexing(engine: FtsEngine, connection: Any, size: int) -> Iterator[Row]:
    adding = words = 0.0
    stream = made_up_records(size)
    while batch := list(islice(stream, BATCH)):
        start = time.perf_counter()
        for record in batch:
            line_of(record)
        middle = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        engine.add(batch)
        connection.execute("COMMIT")
        words += middle - start
        adding += time.perf_counter() - middle
    yield "index: a record, with its words", adding / size * 1e6, "us", "words alone", adding / words
    yield (
        "index: a record, beyond its words",
        (adding - words) / size * 1e6,
        "us",
        "words alone",
        (adding - words) / words,
    )
    pages = connection.execute("PRAGMA page_count").fetchone()[0] * connection.execute("PRAGMA page_size").fetchone()[0]
    yield "index: bytes a record", pages / size, "bytes", "", None


def questions() -> dict[str, Clause]:
    """One question of each class, from common to rare."""
    year = Posted(date(2024, 1, 1), date(2024, 12, 31), ZONE)
    milwaukee, madison, beer = Phrase(("milwaukee",)), Phrase(("madison",)), Phrase(("beer",))
    return {
        "term, common": milwaukee,
        "term, rarer": beer,
        "a AND b": Both((milwaukee, beer)),
        "phrase": Phrase(("in", "madison")),
        "prefix": Prefix("poli"),
        "term NOT term": Both((madison, Neither(beer))),
        "NOT term": Neither(madison),
        "term + author + year": Both((milwaukee, Is("author", "jane doe 7"), year)),
        "term + account + year": Both((milwaukee, Is("account", "account3"), year)),
        "term + year": Both((milwaukee, year)),
        "account + month": Both((Is("account", "account3"), Posted(date(2024, 3, 1), date(2024, 3, 31), ZONE))),
        "month": Posted(date(2024, 3, 1), date(2024, 3, 31), ZONE),
        "hidden": Is("state", "hidden"),
        "every record": Both(()),
    }


def _asking(engine: FtsEngine, size: int, repeat: int) -> Iterator[Row]:
    scan = _scan_seconds(min(size, 20_000)) / min(size, 20_000) * size * 1e3
    for name, clause in questions().items():
        asked = Selector(clause=clause)
        hits = engine.count(asked)
        label = f"{name} ({hits:,} hits)"
        for what, ask in _asks(engine, asked).items():
            value = _median(ask, repeat) * 1e3
            yield f"{label}: {what}", value, "ms", "scan in memory", scan / value


def _asks(engine: FtsEngine, asked: Selector) -> dict[str, Callable[[], object]]:
    return {
        "count": lambda: engine.count(asked),
        "newest 20": lambda: engine.page(asked, Order.NEWEST, 20),
        "oldest 20": lambda: engine.page(asked, Order.OLDEST, 20),
        "best 20": lambda: engine.page(asked, Order.RANK, 20),
        "first 20": lambda: engine.page(asked, Order.NUMBER, 20),
        "all ids": lambda: sum(1 for _ in engine.numbers(asked)),
        "facets": lambda: engine.facets(asked),
    }


def _removing(engine: FtsEngine, connection: Any, size: int) -> Row:
    numbers = [RecordNumber(number) for number in range(1, size, max(1, size // 100))]
    start = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    engine.remove(numbers)
    connection.execute("COMMIT")
    engine.settle()
    return "remove and settle: a record", (time.perf_counter() - start) / len(numbers) * 1e3, "ms", "", None


def _scan_seconds(size: int) -> float:
    lines = [line_of(record) for record in made_up_records(size)]
    start = time.perf_counter()
    sum("milwaukee" in line.split() for line in lines)
    return time.perf_counter() - start


def _median(ask: Callable[[], object], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def made_up_records(size: int, seed: int = 1) -> Iterator[Record]:
    """Records whose texts are cut from real posts where those are at hand, else from made-up words."""
    random = Random(seed)
    texts = list(_real_texts()) or [_made_up_text(random) for _ in range(3_000)]
    start = datetime(2015, 1, 1, tzinfo=UTC)
    for number in range(1, size + 1):
        posted = start + timedelta(seconds=random.randrange(10 * 365 * 86_400))
        content = Content(
            platform="mastodon",
            object_id=str(number),
            kind=random.choice((Kind.POST, Kind.COMMENT, Kind.COMMENT)),
            author=Author(name=f"Jane Doe {random.randrange(1000)}", handle=f"@jane{random.randrange(1000)}"),
            created_at=posted,
            text=_text(random, texts),
            state=State.HIDDEN if random.random() < 0.01 else State.LIVE,
            media=(Media(uri="a.jpg"),) if random.random() < 0.1 else (),
        )
        version = Version(n=1, captured_at=posted, as_of=posted, run=RunNumber(1), digest="", content=content)
        yield Record(
            number=RecordNumber(number),
            account=AccountId(random.randrange(1, 21)),
            platform="mastodon",
            series="",
            versions=(version,),
        )


def _text(random: Random, texts: list[str]) -> str:
    """About 300 characters on average, many short and a few long, as in real posts."""
    title, body = random.choice(texts), random.choice(texts)
    begin = random.randrange(len(body) // 2 + 1)
    return f"{title[:140]} {body[begin : begin + random.choice((0, 60, 120, 300, 700))]}"


def _real_texts() -> Iterator[str]:
    for path in sorted(SHARED.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield f"{row['title']} {row['selftext']}".strip()


def _made_up_text(random: Random) -> str:
    syllables = ("ba", "de", "fi", "go", "lu", "ma", "ne", "po", "ri", "su", "ta", "ve", "wi", "zo", "sno", "plo")
    known = ["milwaukee", "madison", "in madison", "beer", "police", "policy"]
    parts = ["".join(random.choices(syllables, k=random.choice((1, 2, 2, 3)))) for _ in range(60)]
    return " ".join(random.choice(known) if random.random() < 0.04 else part for part in parts)


if __name__ == "__main__":
    for name, value, unit, rival, ratio in rows(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000):
        print(f"{name:60} {value:10.2f} {unit:6} {f'{ratio:8.1f}x {rival}' if ratio else ''}")
