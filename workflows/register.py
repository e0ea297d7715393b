"""The register of requests: what came in, how far each is, how long it took, what it cost, why things were withheld.

One line a request, and the sums under them; days are the city's. Ages of open requests are read against the target,
which in Wisconsin is a guideline and never called overdue by law.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from statistics import mean, median

from archiver import durable
from archiver.catalog import queries
from archiver.working import working_folder
from custody.clock import local_day
from custody.errors import UsageError
from custody.request import RequestState
from exports.fees import money
from exports.paper import Grid, Heading, Paper, Paragraph
from exports.tabular import guarded
from workflows.access import reading
from workflows.charging import reckoned
from workflows.house import House
from workflows.letter_facts import long_day
from workflows.reasons import records_by_code
from workflows.request_life import Life, day_of, life_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One request in the register. Days that have not come are None; `days` from receipt to the determination."""

    number: int
    received: date
    channel: str
    requester: str
    words: str
    state: str
    target: date | None
    acknowledged: date | None
    determined: date | None
    determination: str
    released: date | None
    closed: date | None
    days: int | None
    age: int | None
    past_target: bool
    minutes: int
    cost_cents: int
    charged_cents: int
    paid_cents: int
    reasons: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """The lines of a period and their sums. `label` is what the target is called."""

    since: date | None
    until: date | None
    lines: tuple[Line, ...]
    label: str
    median_days: float | None
    mean_days: float | None
    open_within: int
    open_past: int
    minutes: int
    cost_cents: int
    charged_cents: int
    paid_cents: int
    reasons: tuple[tuple[str, int], ...]
    outcomes: tuple[tuple[str, int], ...]


def register(house: House, since: date | None = None, until: date | None = None) -> Register:
    """The register of requests received in a period, both days included; None leaves that side open."""
    if since and until and since > until:
        raise UsageError(f"The period would begin ({since}) after it ends ({until}).", "Check --since and --until.")
    with reading(house, "request.list", "", _period(since, until)) as read:
        today = local_day(house.clock(), house.city.time_zone)
        lives = [life_of(house, each.number) for each in queries.requests(house.catalog.connection)]
        lines = [_line(house, life, today) for life in lives]
        kept = [
            line for line in lines if (not since or line.received >= since) and (not until or line.received <= until)
        ]
        read.found(len(kept))
    return _summed(house, kept, since, until)


def save_csv(made: Register, path: Path) -> None:
    """Write the lines as CSV (UTF-8 with its mark) in which no cell is a formula. Refused where a file stands."""
    _refuse_there(path)
    durable.write_new(path, _csv(made.lines))


def save_pdf(house: House, made: Register, path: Path) -> None:
    """Write the register as a PDF on the city's letterhead. Refused where a file stands."""
    _refuse_there(path)
    from exports.pdf_paper import write_paper  # the typesetter is slow to load

    with working_folder(house.settings.home) as work:
        page = work / "register.pdf"
        write_paper(paper_of(house, made), page)
        with page.open("rb") as file:
            durable.write_new(path, iter(lambda: file.read(1 << 20), b""))


def paper_of(house: House, made: Register) -> Paper:
    """The register as a page: sums first, then a line a request."""
    rows = [
        (
            f"{line.number}",
            f"{line.received}",
            _shortened(line.words),
            _or_dash(line.acknowledged),
            _or_dash(line.determined),
            line.determination or line.state,
            _or_dash(line.released),
            _or_dash(line.closed),
            f"{line.days if line.days is not None else line.age or 0}",
        )
        for line in made.lines
    ]
    head = ("No.", "Received", "Asked for", "Acknowledged", "Determined", "Outcome", "Released", "Closed", "Days")
    return Paper(
        title="Register of public records requests",
        letterhead=house.city.letterhead,
        date=long_day(local_day(house.clock(), house.city.time_zone)),
        about=_period(made.since, made.until),
        parts=(
            Grid(head=(), rows=tuple(summary(made))),
            Heading("Requests"),
            Grid(head=head, rows=tuple(rows)),
            Paragraph("Days are calendar days from receipt to the determination; of an open request, its age."),
        ),
    )


def summary(made: Register) -> Iterator[tuple[str, str]]:
    """The sums, as name and value."""
    yield "Requests", f"{len(made.lines):,}"
    yield "Open", f"{made.open_within + made.open_past:,} ({made.open_past:,} past the {made.label})"
    for name, count in made.outcomes:
        yield f"Determined: {name}", f"{count:,}"
    if made.median_days is not None and made.mean_days is not None:
        yield "Days to the determination", f"median {made.median_days:g}, mean {made.mean_days:.1f}"
    yield "Time logged", f"{made.minutes // 60:,} h {made.minutes % 60:02d} min"
    yield "Actual cost", money(made.cost_cents)
    yield "Charged and paid", f"{money(made.charged_cents)} charged, {money(made.paid_cents)} paid"
    for code, count in made.reasons:
        yield f"Withheld: {code}", f"{count:,} {'record' if count == 1 else 'records'}"


def _line(house: House, life: Life, today: date) -> Line:
    request, zone = life.request, house.city.time_zone
    received, account = local_day(request.received_at, zone), reckoned(house, life)
    acknowledged = life.letters("acknowledgement")
    end = life.ending
    determined = _day(end)
    target = request.target.day if request.target else None
    is_open = request.state.is_live
    sent = life.last("request.sent")
    gave = end is not None and end.get("released", 0) + end.get("redacted", 0) > 0
    entries = life.of("fee.time")
    struck = {deed["n"] for deed in life.of("fee.struck")}
    return Line(
        number=request.number,
        received=received,
        channel=request.channel,
        requester=request.requester,
        words=" ".join(request.words.split()),
        state=request.state.value,
        target=target,
        acknowledged=_day(acknowledged[0]) if acknowledged else None,
        determined=determined,
        determination=_outcome(end),
        released=(day_of(sent, zone) if sent else determined) if gave else None,
        closed=_day(life.last("request.closed")) if request.state is RequestState.CLOSED else None,
        days=(determined - received).days if determined else None,
        age=(today - received).days if is_open else None,
        past_target=bool(is_open and target and today > target),
        minutes=sum(deed["minutes"] for deed in entries if deed["n"] not in struck),
        cost_cents=sum(line.actual_cents for line in account.bill.lines),
        charged_cents=account.bill.total_cents,
        paid_cents=account.paid_cents,
        reasons="; ".join(f"{code} {count}" for code, count in records_by_code(house, request.number).items()),
    )


def _outcome(end: object) -> str:
    if not isinstance(end, dict):
        return ""
    return str(end.get("determination", str(end["kind"]).removeprefix("request.")))


def _day(deed: object) -> date | None:
    return date.fromisoformat(deed["day"]) if isinstance(deed, dict) and deed.get("day") else None


def _summed(house: House, lines: Sequence[Line], since: date | None, until: date | None) -> Register:
    taken = [line.days for line in lines if line.days is not None]
    reasons: Counter[str] = Counter()
    for line in lines:
        for part in filter(None, line.reasons.split("; ")):
            code, _, count = part.rpartition(" ")
            reasons[code] += int(count)
    labels = [each.target.label for each in queries.requests(house.catalog.connection) if each.target]
    is_open = [line for line in lines if line.age is not None]
    return Register(
        since=since,
        until=until,
        lines=tuple(lines),
        label=labels[-1] if labels else "target",
        median_days=float(median(taken)) if taken else None,
        mean_days=float(mean(taken)) if taken else None,
        open_within=sum(not line.past_target for line in is_open),
        open_past=sum(line.past_target for line in is_open),
        minutes=sum(line.minutes for line in lines),
        cost_cents=sum(line.cost_cents for line in lines),
        charged_cents=sum(line.charged_cents for line in lines),
        paid_cents=sum(line.paid_cents for line in lines),
        reasons=tuple(reasons.most_common()),
        outcomes=tuple(Counter(line.determination for line in lines if line.determination).most_common()),
    )


_COLUMNS = tuple(field.name for field in fields(Line))


def _csv(lines: Sequence[Line]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _row(_COLUMNS)
    for line in lines:
        cells = (getattr(line, name) for name in _COLUMNS)
        yield _row([guarded("" if cell is None else str(cell)) for cell in cells])


def _row(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def _refuse_there(path: Path) -> None:
    if path.exists():
        raise UsageError(f"{path} is there already.", "Name a new file; nothing was written.")


def _or_dash(day: date | None) -> str:
    return day.isoformat() if day else "-"


def _period(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return "all requests"
    return f"received {'from ' + since.isoformat() if since else ''}{' through ' + until.isoformat() if until else ''}"


def ages(made: Register, steps: Sequence[int] = (10, 30, 90)) -> list[tuple[str, int]]:
    """How many open requests are how old, in calendar days."""
    found, low = [], 0
    for high in (*steps, None):
        count = sum(
            line.age is not None and low <= line.age and (high is None or line.age < high) for line in made.lines
        )
        found.append((f"{low} days and more" if high is None else f"{low} to {high - 1} days", count))
        low = high or low
    return found


def _shortened(words: str, most: int = 60) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"
