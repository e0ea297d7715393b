"""What letters say about a request: its days and words, what is withheld and why, what it costs, where was searched."""

from datetime import date
from typing import Any

from archiver.catalog import queries
from custody.clock import local_day
from custody.request import Mark
from exports.determination import Outcome
from exports.fees import money
from exports.jurisdictions import jurisdiction
from exports.paper import Grid
from workflows.charging import Account, reckoned
from workflows.house import House
from workflows.reasons import withheld
from workflows.request_life import Life

CHANNEL_WORDS = {
    "walk-in": "in person",
    "phone": "telephone",
    "mail": "mail",
    "email": "e-mail",
    "form": "a form",
    "fax": "fax",
    "platform-message": "a message on a platform",
}
"""Channels as a letter names them, behind "by"."""


def long_day(day: date) -> str:
    """A day as a letter writes it: April 3, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def facts_of(house: House, life: Life) -> dict[str, Any]:
    """Every fact a template may name. What does not apply is empty."""
    request, zone = life.request, house.city.time_zone
    account = reckoned(house, life)
    denial = jurisdiction(house.city.jurisdiction).denial
    target = request.target
    return {
        "city": house.city.title,
        "number": request.number,
        "words": request.words,
        "received": long_day(local_day(request.received_at, zone)),
        "channel": CHANNEL_WORDS.get(request.channel, request.channel),
        "form": request.form.value,
        "written": request.written,
        "target": bool(target and target.day),
        "target_day": long_day(target.day) if target and target.day else "",
        "target_label": target.label if target else "",
        "target_citation": target.citation if target else "",
        "review": denial.review_sentence if denial else "",
        "review_needed": request.written,
        "insufficient": request.state.value == "not sufficient",
        **_counts(house, request.number),
        **_money(account),
        **_answer(life),
        **_ending(life),
    }


def tables_of(house: House, life: Life) -> dict[str, Grid]:
    """The tables a letter may show; one without rows is left out of it."""
    return {
        "fees": _fees(reckoned(house, life)),
        "reasons": _reasons(house, life.request.number),
        "searches": _searches(house, life),
        "coverage": _coverage(house),
    }


def _counts(house: House, number: int) -> dict[str, Any]:
    marks = queries.marks(house.catalog.connection, number)
    released, redacted, held = (marks.get(mark, 0) for mark in (Mark.RELEASE, Mark.REDACT, Mark.WITHHOLD))
    total = released + redacted + held
    all_words = "1 record was" if total == 1 else f"{total:,} records were"
    beside = marks.get(Mark.CONTEXT, 0)
    counts = {"all": all_words, "all_n": total, "released": f"{released:,}", "redacted": f"{redacted:,}"}
    counts |= {"context": "1 record is" if beside == 1 else f"{beside:,} records are", "context_n": beside}
    counts |= {"context_partly": _context_in_part(house, number) if beside else 0}
    return {"counts": {**counts, "withheld": f"{held:,}"}}


def _context_in_part(house: House, number: int) -> int:
    decisions = queries.decisions(house.catalog.connection, number)
    beside = {each.record for each in decisions if each.mark is Mark.CONTEXT}
    return len(beside & {each.record for _, each in queries.redactions(house.catalog.connection, number)})


def _money(account: Account) -> dict[str, Any]:
    bill = account.bill
    return {
        "fees": bool(bill.lines) and bool(bill.charged_cents),
        "total_cents": bill.total_cents,
        "total": money(bill.total_cents),
        "waived_cents": bill.waived_cents,
        "waived": money(bill.waived_cents),
        "waived_why": account.waived_why,
        "paid_cents": account.paid_cents,
        "paid": money(account.paid_cents),
        "over_cents": account.over_cents,
        "over": money(account.over_cents),
        "due_cents": account.due_cents,
        "due": money(account.due_cents),
    }


def _answer(life: Life) -> dict[str, Any]:
    answer = life.last("request.responded")
    return {
        "package": answer is not None,
        "zip_sha256": answer["zip_sha256"] if answer else "",
        "augmented": bool(life.of("subject.augmented")),
    }


_CLOSING = {
    "request.withdrawn": "You withdrew your request on {day}. It is closed for this reason.",
    "request.unpaid": "Payment in advance was asked for and did not come. Your request was closed on {day}.",
    "request.referred": "Your request was referred to another authority on {day}, and is closed here.",
}


def _ending(life: Life) -> dict[str, Any]:
    end, why = life.ending, life.last("request.insufficient", "request.paused", "request.referred", "request.extended")
    referred = life.last("request.referred")
    sent = life.letters("grant", "part", "denial", "no-record", "referral")
    closing = ""
    if end is not None:
        answered = f"Your request was answered on {{day}}: {end.get('determination', '')}. It is closed."
        closing = _CLOSING.get(end["kind"], answered).format(day=long_day(date.fromisoformat(end["day"])))
    return {
        "closing": closing,
        "why": why["reason"] if why else "",
        "referral_citation": referred.get("citation", "") if referred else "",
        "earlier_day": long_day(date.fromisoformat(sent[-1]["day"])) if sent else "",
        "earlier_title": sent[-1]["title"] if sent else "",
    }


def _fees(account: Account) -> Grid:
    rows = []
    for line in account.bill.lines:
        note = f" ({line.item.what})" if line.item.what else ""
        name = f"{line.item.kind.value.replace('_', ' ')}{note}"
        rows.append((name, money(line.actual_cents), money(line.charged_cents), f"{line.why} ({line.citation})"))
    return Grid(head=("For what", "Actual cost", "Charged", "Why"), rows=tuple(rows))


def _reasons(house: House, number: int) -> Grid:
    rows = []
    for each in withheld(house, number):
        what = [f"{each.in_full:,} in full"] * bool(each.in_full) + [f"{each.in_part:,} in part"] * bool(each.in_part)
        own = f": {each.reason.note}" if each.reason.note else ""
        rows.append((each.reason.code, each.reason.citation, f"{each.reason.words}{own}", ", ".join(what)))
    return Grid(head=("Code", "Legal basis", "Reason", "Records"), rows=tuple(rows))


def _searches(house: House, life: Life) -> Grid:
    rows = []
    for deed in life.of("request.collected", "request.searched"):
        day = local_day(queries.moment(deed["at"]), house.city.time_zone)
        rows.append((deed["said_as"], long_day(day), f"{len(deed.get('numbers', ())):,}"))
    return Grid(head=("Search", "On", "Records found"), rows=tuple(rows))


def _coverage(house: House) -> Grid:
    rows = []
    for row in queries.coverage(house.catalog.connection):
        days = [
            long_day(local_day(queries.moment(row[name]), house.city.time_zone)) if row[name] is not None else "-"
            for name in ("first", "last")
        ]
        rows.append((row["handle"], row["platform"], f"{row['records']:,}", *days))
    return Grid(head=("Account", "Platform", "Records", "First posted", "Last posted"), rows=tuple(rows))


def outcome_letter(outcome: Outcome) -> str:
    """Which letter tells a determination; "" where there is none."""
    kinds = {
        Outcome.GRANTED: "grant",
        Outcome.IN_PART: "part",
        Outcome.DENIED: "denial",
        Outcome.NO_RECORD: "no-record",
    }
    return kinds.get(outcome, "")
