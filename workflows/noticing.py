"""Notice before destruction to the body that keeps history: drafted, mailed on paper by a person, answered.

The program writes the letter and counts the days; it mails nothing and signs nothing. Which records a notice covers is
frozen when it is drafted: their series, the years they were made in, and the last record there was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from archiver import durable
from archiver.catalog import keeping_queries, rows
from custody.digest import sha256
from custody.errors import UsageError
from exports.paper import Grid, Heading, Paper, Paragraph, as_text
from retention_schedules.reasoning import said, words_of
from workflows.disposing import each_alone, today
from workflows.house import House
from workflows.scans import kept_scan, written_scan
from workflows.terms import schedules_of, terms_of

REPLIES = ("declined", "accepted", "reviewing", "waived")
Data = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a notice is to cover. Without `series` and `years` everything whose period has ended and that needs one."""

    contact: str = ""
    phone: str = ""
    attention: str = ""
    series: tuple[str, ...] = ()
    years: tuple[int, int] | None = None


@dataclass(slots=True)
class _Group:
    first: int
    last: int
    numbers: list[int]
    rules: set[str]


def draft(house: House, wanted: Wanted) -> tuple[Data, Path]:
    """Draft a notice and write its letter. Raises UsageError when nothing needs one or retention has not ended."""
    law = schedules_of(house).law.notice
    if not law.body:
        raise UsageError("No notice before destruction is known in this jurisdiction.", "Ask counsel.")
    contact, phone = _contact(house, wanted)
    groups = _covered(house, wanted)
    if not groups:
        raise UsageError("No record needs a notice now.", "`ofrecord retention due` shows what blocks destruction.")
    number = house.next_number("notice.drafted")
    connection = house.catalog.connection
    data: Data = {
        "body": law.body,
        "rows": [_row(house, series, group) for series, group in sorted(groups.items())],
        "upto": keeping_queries.last_record(connection),
        "contact": contact,
        "phone": phone,
        "attention": wanted.attention,
        "ordinance": terms_of(house).ordinance,
        "authority": law.authority,
        "days": law.days,
        "drafted_on": str(today(house)),
    }
    paper = letter(house, number, data)
    text = as_text(paper)
    data |= {"letter": text, "letter_sha256": sha256(text.encode())}
    folder = house.settings.home / "notices"
    path, data["pdf_sha256"] = _write(paper, text, folder, number)
    house.journal.write(("notice.drafted", number, data))
    return notice_of(house, number), path


def sent(house: House, number: int, mailed: date) -> Data:
    """Note that the letter was mailed on a day. Raises UsageError when retention had not ended then."""
    notice = notice_of(house, number)
    if notice["state"] != "drafted":
        raise UsageError(f"Notice {number} is not a draft: it is {notice['state']}.", "Nothing was changed.")
    if mailed > today(house):
        raise UsageError(f"{mailed} is still to come.", "Note the mailing when the letter has gone out.")
    years = {row["series"]: (row["first_year"], row["last_year"]) for row in notice["rows"]}
    if early := _not_ended(house, years, mailed, date.fromisoformat(notice["drafted_on"])):
        raise UsageError(
            f"The period of {early[0]:,} of its records had not ended by {mailed}; the last ended on {early[1]}.",
            "Note the day on which it was mailed. If that is the day, it was mailed too early: "
            f"drop it (ofrecord notice drop {number}), draft another and mail that.",
        )
    house.journal.write(("notice.sent", number, {"mailed": str(mailed)}))
    return notice_of(house, number)


def reply(house: House, number: int, answer: str, on: date, scan: Path | None = None, note: str = "") -> Data:
    """Note the reply, with its scan kept in the vault. A later reply to the same notice replaces the earlier one."""
    notice = notice_of(house, number)
    if notice["state"] not in ("sent", "answered"):
        raise UsageError(f"Notice {number} was not mailed yet.", f"First: ofrecord notice sent {number} --on DAY")
    if answer not in REPLIES:
        raise UsageError(f"There is no reply {answer!r}.", f"Use one of: {', '.join(REPLIES)}.")
    if on > today(house):
        raise UsageError(f"{on} is still to come.", "Note the reply when it is there.")
    if on < date.fromisoformat(notice["mailed"]):
        raise UsageError(f"A reply of {on} cannot be: it was mailed on {notice['mailed']}.", "Check --on.")
    data: Data = {"reply": answer, "replied": str(on), "note": note}
    stored = None
    if scan is not None:
        stored = kept_scan(house, scan)
        data["scan"] = {"sha256": stored.sha256, "size": stored.size, "name": scan.name, "type": stored.media_type}

    def put() -> None:
        if stored is not None:
            rows.add_media(house.catalog.connection, [rows.media_row(stored)], [])

    house.journal.write(("notice.replied", number, data), also=put)
    return notice_of(house, number)


def drop(house: House, number: int, reason: str) -> Data:
    """Drop a draft that was never mailed."""
    notice = notice_of(house, number)
    if notice["state"] != "drafted":
        raise UsageError(f"Notice {number} is not a draft: it is {notice['state']}.", "What was mailed stays.")
    if not reason.strip():
        raise UsageError("Dropping a notice needs a reason.", 'Say why: --reason "wrong years"')
    house.journal.write(("notice.dropped", number, {"reason": reason.strip()}))
    return notice_of(house, number)


def notices(house: House) -> list[Data]:
    """Every notice, oldest first, with the last day it has to wait (`waits_through`)."""
    return [_with_end(house, notice) for notice in keeping_queries.notices(house.catalog.connection)]


def notice_of(house: House, number: int) -> Data:
    """A notice by its number. Raises UsageError when there is none."""
    for notice in notices(house):
        if notice["number"] == number:
            return notice
    raise UsageError(f"There is no notice {number}.", "`ofrecord notice list` shows those there are.")


def take_scan(house: House, number: int, target: Path) -> int:
    """Write the scan of a reply to a new file. Returns its size."""
    return written_scan(house, notice_of(house, number).get("scan"), f"notice {number}", target)


def letter(house: House, number: int, data: Data) -> Paper:
    """The letter of a notice."""
    law, city = schedules_of(house).law.notice, house.city
    lines = tuple(_line(row) for row in data["rows"])
    attention = (f"Attn. {data['attention']}",) if data["attention"] else ()
    ordinance = data["ordinance"] or "(no ordinance is entered yet)"
    return Paper(
        title="Notice of records whose retention period has ended",
        letterhead=city.letterhead,
        date=said(date.fromisoformat(data["drafted_on"])),
        to=(law.addressed_to, *attention, *law.to),
        about=f"Notice {number} under {data['authority']}",
        parts=(
            Paragraph(
                f"{city.title} gives notice that the retention periods of the records listed below have ended and that"
                f" the city intends to destroy them under {ordinance}. No record is destroyed before"
                f" {data['days']} days have passed since this notice was mailed, or before you have answered."
            ),
            Heading("Records"),
            Grid(("Series", "Number", "Years", "Volume", "Retention period"), lines),
            Paragraph(
                "They are records of the city's social media accounts in electronic form (WARC files with their text"
                " and images). Please say whether you decline them, accept them, or wish to review them first."
            ),
            Grid((), (("Contact", f"{data['contact']}, who knows the records"), ("Telephone", data["phone"]))),
        ),
        signature=("Signature", city.legal_custodian or "Legal custodian"),
    )


def _line(row: Data) -> tuple[str, ...]:
    count = "1 record" if row["records"] == 1 else f"{row['records']:,} records"
    return row["title"], row["series"], _years(row), f"{count}, {_size(row['bytes'])}", row["period"]


def waits_through(house: House, notice: Data) -> date | None:
    """The last day a mailed notice has to wait without a reply; None for a draft."""
    if not notice.get("mailed"):
        return None
    days = notice["days"] + terms_of(house).mailing_days
    return date.fromisoformat(notice["mailed"]) + timedelta(days=days)


def _with_end(house: House, notice: Data) -> Data:
    return {**notice, "waits_through": str(waits_through(house, notice) or "")}


def _contact(house: House, wanted: Wanted) -> tuple[str, str]:
    earlier = keeping_queries.notices(house.catalog.connection)
    newest = earlier[-1] if earlier else {"contact": "", "phone": ""}
    contact, phone = wanted.contact or newest["contact"], wanted.phone or newest["phone"]
    if not contact or not phone:
        raise UsageError(
            "The letter must name a person who knows the records, with a telephone number.",
            'Give them once: --contact "Dana Ruiz" --phone 715-555-0100',
        )
    return contact, phone


def _covered(house: House, wanted: Wanted) -> dict[str, _Group]:
    """The records to be covered, by series. What nobody asked for by name is taken only if it is past its period."""
    day = today(house)
    for series in wanted.series:
        schedules_of(house).row(series)
    if wanted.series:
        years = dict.fromkeys(wanted.series, wanted.years or (1, 9999))
        if early_ones := _not_ended(house, years, day, None):
            raise UsageError(
                f"The period of {early_ones[0]:,} of these records has not ended by {day}; "
                f"the last ends on {early_ones[1]}.",
                "Expiry is verified first. Leave --series out to cover what is past its period only, or give --years.",
            )
    groups: dict[str, _Group] = {}
    early = terms_of(house).whs_early_notice and bool(wanted.series)
    for row, judged, created in each_alone(house, day):
        ended = judged.retention_ends is not None and judged.retention_ends < day
        wants = "notice not sent" in judged.blocks or "notice too early" in judged.blocks
        chosen = not wanted.series or row.series in wanted.series
        if created is None or not wants or not chosen or not (ended or early):
            continue
        if wanted.years and not wanted.years[0] <= created.year <= wanted.years[1]:
            continue
        group = groups.setdefault(row.series, _Group(created.year, created.year, [], set()))
        group.first, group.last = min(group.first, created.year), max(group.last, created.year)
        group.numbers.append(row.number)
        group.rules.add(judged.series)
    return groups


def _not_ended(
    house: House, wanted: Mapping[str, tuple[int, int]], day: date, counted: date | None
) -> tuple[int, date] | None:
    """Of how many records the period had not ended by a day, and when the last of them ends; None when of none, or when
    the city set it so. `counted`: only those are asked about whose period had ended before that day, when the letter
    was drafted; it says nothing of the others of those years, and does not help them."""
    if terms_of(house).whs_early_notice:
        return None
    ends = []
    for row, judged, created in each_alone(house, day):
        years, end = wanted.get(row.series), judged.retention_ends
        inside = years and created and years[0] <= created.year <= years[1]
        if inside and end is not None and day <= end and (counted is None or end < counted):
            ends.append(end)
    return (len(ends), max(ends)) if ends else None


def _row(house: House, series: str, group: _Group) -> Data:
    row, governing = schedules_of(house).row(series), [schedules_of(house).row(each) for each in sorted(group.rules)]
    size = keeping_queries.stored_bytes(house.catalog.connection, group.numbers)
    period = "; ".join(f"{words_of(each.period) if each.period else ''} ({each.authority})" for each in governing)
    facts = {"series": series, "title": row.title, "first_year": group.first, "last_year": group.last}
    return {**facts, "records": len(group.numbers), "bytes": size, "period": period}


def _years(row: Data) -> str:
    first, last = row["first_year"], row["last_year"]
    return str(first) if first == last else f"{first} to {last}"


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def _write(paper: Paper, text: str, folder: Path, number: int) -> tuple[Path, str]:
    """The PDF and the text of a notice. Returns where the PDF is, and its digest."""
    from exports.pdf_paper import paper_bytes  # the typesetter is slow to load, and only letters need it

    target = folder / f"notice-{number}.pdf"
    for left in (target, target.with_suffix(".txt")):  # a try whose act was never written
        if left.exists():
            durable.remove(left)
    made = paper_bytes(paper)
    durable.write_new(target, [made])
    durable.write_new(target.with_suffix(".txt"), [text.encode("utf-8")])
    return target, sha256(made)
