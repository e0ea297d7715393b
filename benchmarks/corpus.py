"""Realistic records for benchmarks: real posts where ../shared/data is present, else sentences from a seeded generator.

Each record is a line of Ofrecord's JSONL of about 2.3 kB, the size of a post in a platform's download.
"""

import csv
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "reddit_posts"
SEED = 20251121
_WORDS = (
    "council meeting snow plow street park library budget notice water main repair road work closed open thursday "
    "agenda public hearing comment vote permit river trail bridge school bus route parking ban emergency tonight "
    "thank you please call city hall clerk mayor police fire department festival market summer winter salt crew "
    "neighborhood oak maple third avenue north south flood warning heat advisory election polling place ballot"
).split()


def texts() -> list[str]:
    """A pool of real or made-up post texts."""
    pool: list[str] = []
    for path in sorted(SHARED.rglob("*.csv")) if SHARED.is_dir() else ():
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            for row in csv.DictReader(file):
                text = f"{row.get('title', '')} {row.get('selftext', '')}".strip()
                if text:
                    pool.append(text[:2000])
    if pool:
        return pool
    chance = random.Random(SEED)
    return [" ".join(chance.choices(_WORDS, k=chance.randint(5, 90))).capitalize() + "." for _ in range(3000)]


def lines(count: int) -> Iterator[bytes]:
    """`count` records as JSONL lines, oldest first, over seven years, by 400 authors."""
    chance, pool = random.Random(SEED), texts()
    start = datetime(2018, 1, 1, tzinfo=UTC)
    step = timedelta(days=7 * 365) / max(count, 1)
    for number in range(count):
        yield json.dumps(_record(number, start + step * number, chance, pool), ensure_ascii=False).encode() + b"\n"


def _record(number: int, moment: datetime, chance: random.Random, pool: list[str]) -> dict[str, object]:
    author = chance.randrange(400)
    text = pool[chance.randrange(len(pool))] + f" #{number}"
    identity = f"{1_000_000_000 + number}"
    return {
        "platform": "facebook",
        "object_id": identity,
        "kind": "post" if number % 4 == 0 else "comment",
        "parent_id": "" if number % 4 == 0 else f"{1_000_000_000 + number - number % 4}",
        "author": {
            "name": f"Resident {author}",
            "handle": f"resident{author}",
            "url": f"https://social.example/{author}",
        },
        "created_at": moment.isoformat().replace("+00:00", "Z"),
        "created_at_raw": str(int(moment.timestamp())),
        "text": text,
        "lang": "en",
        "permalink": f"https://social.example/maplefalls/posts/{identity}",
        "links": ["https://maple-falls.example/news/" + identity],
        "tags": ["news", "maplefalls"],
        "metrics": {"likes": str(chance.randrange(500)), "shares": str(chance.randrange(50))},
        "extra": {
            "application": {"name": "Business Suite", "website": "https://social.example/business"},
            "privacy": {"value": "EVERYONE", "description": "Public", "allow": "", "deny": "", "friends": ""},
            "status_type": "mobile_status_update",
            "feed_targeting": {"age_max": 65, "age_min": 13, "genders": [], "countries": ["US"], "regions": ["WI"]},
            "padding": "".join(chance.choices("abcdefghij0123456789", k=max(0, 900 - len(text)))),
        },
    }
