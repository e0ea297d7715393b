"""Reading every byte at least once in thirty days, a part each day: what to read today, and when the last pass ended.

What was read when is remembered in `checked.json` beside the catalog. Losing that file costs nothing but reading again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from archiver import durable
from archiver.catalog import queries
from archiver.catalog.finding import Finding
from archiver.catalog.verification import Piece, check_media, check_piece, pieces
from custody.clock import local_day
from workflows.auditing import Verdict
from workflows.house import House

DAYS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """Some bytes that are read together: a piece of a segment, or the media whose digest begins with two digits."""

    name: str
    size: int
    piece: Piece | None = None
    media: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """How far the reading has come. `oldest` is the day before which nothing was left unread; None: not all yet."""

    verdict: Verdict
    total: int
    oldest: date | None


def roll(house: House, told: Callable[[int], None]) -> Pass:
    """Read today's part. Every byte's turn comes within thirty days, however seldom this runs."""
    today = local_day(house.clock(), house.city.time_zone)
    units, read_on = _units(house), _remembered(house)
    total = sum(unit.size for unit in units)
    last = max(read_on.values(), default=None)
    share = total if last is None else -(-total * min(DAYS, max(1, (today - last).days)) // DAYS)
    due = sorted(units, key=lambda unit: read_on.get(unit.name, date.min))
    findings: list[Finding] = []
    read = exchanges = 0
    for unit in due:
        late = read_on.get(unit.name, date.min) <= today - timedelta(days=DAYS - 1)
        if read >= share and not late:
            break
        found, size, count = _read(house, unit)
        findings += found
        read, exchanges = read + size, exchanges + count
        read_on[unit.name] = today
        told(read)
    known = {unit.name: read_on[unit.name] for unit in units if unit.name in read_on}
    durable.write_new(house.settings.home / "checked.json", [_text(known)])
    oldest = min(known.values()) if len(known) == len(units) and units else None
    verdict = Verdict(findings=tuple(findings), bytes=read, exchanges=exchanges, records=0, seconds=0)
    data = {"bytes": read, "of": total, "findings": len(findings), "oldest": oldest.isoformat() if oldest else None}
    house.journal.write(("bytes.checked", 0, data))
    return Pass(verdict=replace(verdict, findings=tuple(dict.fromkeys(findings))), total=total, oldest=oldest)


def _units(house: House) -> list[Unit]:
    found = [
        Unit(name=f"{piece.segment}:{piece.start}:{piece.end}", size=piece.end - piece.start, piece=piece)
        for piece in pieces(house.catalog)
    ]
    sizes = queries.media_sizes(house.catalog.connection)
    return [*found, *(Unit(name=f"media:{digits}", size=size, media=digits) for digits, size in sizes.items())]


def _read(house: House, unit: Unit) -> tuple[list[Finding], int, int]:
    if unit.piece is not None:
        checked = check_piece(house.catalog, house.vault, unit.piece, house.engine.words_of)
        return checked.findings, checked.bytes, checked.exchanges
    findings: list[Finding] = []
    size = 0
    for length, found in check_media(house.catalog, house.vault, unit.media):
        size += length
        findings += found
    return findings, size, 0


def _remembered(house: House) -> dict[str, date]:
    path = house.settings.home / "checked.json"
    try:
        data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): date.fromisoformat(day) for name, day in data["read_on"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _text(read_on: Mapping[str, date]) -> bytes:
    days = {name: day.isoformat() for name, day in read_on.items()}
    return json.dumps({"format": "ofrecord-checked/1", "read_on": days}, sort_keys=True, indent=0).encode()
