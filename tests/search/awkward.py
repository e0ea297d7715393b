"""Records of awkward text and random selectors over them, from a seed: what the contract suite judges engines with."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from custody.ids import AccountId, RecordNumber, RunNumber
from custody.record import Author, Content, Kind, Media, Record, State, Version
from custody.selector import Both, Clause, Either, Everything, Is, Neither, Phrase, Posted, Prefix
from custody.words import GAP, words

ZONE = "America/Chicago"
HANDLES = {1: "mfparks", 2: "MFPolice", 3: "größe"}
LINE = (
    "snow plow Snow PLOW Main Street don't e-mail café CAFÉ cafe\u0301 straße STRASSE ŁÓDŹ Tønnesen "
    "it the not or and near column rank line keys x "
    "السَّلَامُ السلام שָׁלוֹם 北京市 北京 が か ｶﾞ สวัสดี 눈이 नमस्ते 👍🏽 👍 ❄️ 👨‍👩‍👧 "
    '#SnowDay @mfparks https://maplefalls.example/a?b=1 clerk@maplefalls.example snow_plow "quoted" *star* (paren) '
    "715-555-0142 ½ m² ™ 2025-03-01 a\u200bb a\u200db a\u00adb nul\x00nul bad\ud800 H\u0317\u0302elp "
    "\u241f -- ; DROP ' \" * ^ + : "
    "٣٤ ﬁre ŉ İI ı"
)
TEXTS = LINE.split(" ")
NAMES = ("Jane Doe", "jane", "José Núñez", "李 明", "", "O'Neil", "x" * 300)
TAGS = ("#SnowDay", "snow day", "北京", "", "!!")
START = datetime(2025, 2, 25, 3, 0, tzinfo=UTC)


def records(random: Random, size: int, first: int = 1) -> list[Record]:
    """`size` records numbered from `first`."""
    return [record(random, number) for number in range(first, first + size)]


def record(random: Random, number: int) -> Record:
    """One record of one to three versions."""
    account = random.choice((1, 1, 2, 3, 9))
    versions = tuple(_version(random, n) for n in range(1, random.choice((2, 2, 2, 3, 4))))
    return Record(
        number=RecordNumber(number),
        account=AccountId(account),
        platform=random.choice(("mastodon", "x", "Facebook")),
        series=random.choice(("", "MUN-7", "mun 7/a")),
        versions=versions,
        current_index=random.randrange(len(versions)),
    )


def _version(random: Random, n: int) -> Version:
    created = START + timedelta(minutes=random.randrange(60 * 24 * 14), microseconds=random.randrange(10**6))
    content = Content(
        platform="x",
        object_id=str(n),
        kind=random.choice((Kind.POST, Kind.COMMENT)),
        author=Author(name=random.choice(NAMES), handle=random.choice(("@JaneDoe", "", "mf_parks"))),
        created_at=random.choice((created, created, created, START, None)),
        title=text(random, 2),
        text=text(random, 12),
        media=(Media(uri="a.jpg", alt=text(random, 2), name="IMG_1.jpg"),) if random.random() < 0.2 else (),
        tags=tuple(random.sample(TAGS, random.randrange(3))),
        state=random.choice((State.LIVE, State.LIVE, State.HIDDEN)),
    )
    return Version(n=n, captured_at=START, as_of=START, run=RunNumber(1), digest="", content=content)


def text(random: Random, most: int) -> str:
    """A few awkward pieces, with or without spaces between."""
    return random.choice((" ", " ", "")).join(random.choice(TEXTS) for _ in range(random.randrange(most + 1)))


def clause(random: Random, depth: int = 4) -> Clause:
    """A random clause of any kind, nested at most `depth` deep."""
    if depth and random.random() < 0.55:
        parts = tuple(clause(random, depth - 1) for _ in range(random.choice((0, 1, 2, 2, 2, 3))))
        return random.choice((Both(parts), Either(parts), Neither(clause(random, depth - 1))))
    kind = random.randrange(10)
    if kind < 5:
        return _phrase(random)
    if kind < 7:
        return Prefix(
            random.choice(("s", "sn", "snow", "caf", "7", "北", "👍", GAP, "", "Snow", "x" * 40, "sno*", '"'))
        )
    if kind == 7:
        return random.choice((_days(random), _days(random), Everything()))
    return _field(random)


def _phrase(random: Random) -> Phrase:
    found = words(" ".join(random.choice(TEXTS) for _ in range(random.choice((1, 1, 1, 2, 2, 3)))))
    odd = (GAP,), ("snow", GAP), ("Snow",), ("snow plow",), (), ('"',), ("bad\ud800",), ("nul\x00nul",), ("",)
    return Phrase(random.choice(odd) if random.random() < 0.1 else tuple(found))


def _field(random: Random) -> Is:
    values = {
        "account": ("mfparks", "mfpolice", "@MFParks", "GRÖSSE", "", "nobody", '"'),
        "platform": ("mastodon", "facebook", "", "my space\ud800"),
        "author": ("jane doe", "jane", "janedoe", "jose nunez", "李 明", "x" * 250 + " " + "x" * 50, "", "Jane Doe"),
        "kind": ("post", "comment", "*"),
        "state": ("live", "hidden"),
        "tag": ("snowday", "snow day", "北 京", ""),
        "series": ("", "mun-7", "MUN 7/A"),
        "has": ("media", "text"),
    }
    name = random.choice(tuple(values))
    return Is(name, random.choice(values[name]))


def _days(random: Random) -> Posted:
    def day() -> date | None:
        return random.choice((None, START.date() + timedelta(days=random.randrange(-2, 16)), date.min, date.max))

    if random.random() < 0.4:
        since = random.choice(
            (date(2025, 2, 1), date(2025, 3, 1), date(2024, 11, 1), date(2024, 1, 1), date(2025, 1, 1))
        )
        until = random.choice((date(2025, 2, 28), date(2025, 3, 31), date(2024, 12, 31), date(2025, 12, 31)))
        return Posted(since, until, random.choice((ZONE, ZONE, "UTC")))
    return Posted(day(), day(), random.choice((ZONE, ZONE, "UTC", "Asia/Kathmandu")))
