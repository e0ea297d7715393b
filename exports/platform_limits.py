"""What a capture of a platform never contains, as data: said in every response, so that nobody takes it for all."""

import tomllib
from functools import lru_cache
from pathlib import Path

_ELSE = ("What this platform’s own copies leave out is not known to this program.",)


def limits_of(platform: str) -> tuple[str, ...]:
    """The limits of one platform, in whole sentences; one that says so where they are not known."""
    return _table().get(platform, _ELSE)


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    text = (Path(__file__).parent / "platform_limits.toml").read_text(encoding="utf-8")
    return {row["name"]: tuple(row["limits"]) for row in tomllib.loads(text)["platform"]}
