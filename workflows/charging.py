"""What a request costs: time, pages and postage written down by kind, and the lawful bill with the reason of each line.

Nothing is taken here: payments are only recorded. Which cost may be charged is `exports/fees.py`'s to say; redaction
never is (Wis. Stat. 19.35(3)). An entry is never changed: it is struck with a reason and written again.
"""

import re
from dataclasses import dataclass
from datetime import date

from custody.errors import UsageError
from custody.fee import FeeKind
from exports.fees import Bill, FeeContext, FeeItem, Prepayment, charge
from exports.fees import money as money
from exports.jurisdictions import jurisdiction
from workflows.citing import answering_law, in_brackets
from workflows.house import House
from workflows.request_life import Deed, Life, day_for, life_of

TIME_KINDS = ("locating", "redaction", "transcription", "photographing", "reproduction", "contractor_copy")
"""What time can be spent on."""

COST_KINDS = ("reproduction", "transcription", "photographing", "shipping", "contractor_copy")
"""What pages and sums can be for."""

_TIME = re.compile(r"(?:(\d{1,3})\s*h)?\s*(?:(\d{1,4})\s*m(?:in)?)?", re.IGNORECASE)
_MONEY = re.compile(r"\$?(\d{1,7})(?:\.(\d{2}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """Money that came in: its entry's number (0 where none was given), cents, how, and the day."""

    n: int
    cents: int
    how: str
    day: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The fees of a request: the bill, what was waived and paid, what is still due; entries with their numbers."""

    bill: Bill
    entries: tuple[tuple[int, FeeItem], ...]
    struck: tuple[tuple[int, str], ...]
    waived_why: str
    payments: tuple[Payment, ...] = ()

    @property
    def paid_cents(self) -> int:
        """What came in, without payments that were struck."""
        return sum(each.cents for each in self.payments)

    @property
    def over_cents(self) -> int:
        """What came in beyond what is charged: it has to be returned."""
        return max(self.paid_cents - self.bill.total_cents, 0)

    @property
    def due_cents(self) -> int:
        """What is still to be paid; never less than nothing."""
        return max(self.bill.total_cents - self.paid_cents, 0)


def log_time(
    house: House, number: int, kind: str, minutes: int, rate_cents: int, note: str, on: date | None
) -> Account:
    """Write down time spent on a request, by kind; `rate_cents` is an hour of the lowest-paid person able to do it."""
    _known(kind, TIME_KINDS)
    jurisdiction(house.city.jurisdiction).fee_rules()
    if minutes <= 0:
        raise UsageError("No time was given.", "Write 45m, 2h or 1h 30m.")
    life = life_of(house, number)
    data = {"n": _next(life), "what": kind, "minutes": minutes, "rate_cents": rate_cents, "note": note}
    house.journal.write(("fee.time", number, {**data, "day": day_for(house, life.request, on).isoformat()}))
    return account_of(house, number)


def log_cost(
    house: House, number: int, kind: str, pages: int, page_cents: int, cents: int, note: str, on: date | None
) -> Account:
    """Write down pages, or a sum of money that was really spent (postage, a disk)."""
    _known(kind, COST_KINDS)
    jurisdiction(house.city.jurisdiction).fee_rules()
    if bool(pages) == bool(cents) or min(pages, cents) < 0:
        raise UsageError("A cost is pages, or a sum: one of them.", "For example: --pages 12, or --amount 4.20.")
    life = life_of(house, number)
    data = {"n": _next(life), "what": kind, "pages": pages, "page_cents": page_cents, "cents": cents, "note": note}
    house.journal.write(("fee.cost", number, {**data, "day": day_for(house, life.request, on).isoformat()}))
    return account_of(house, number)


def strike(house: House, number: int, n: int, why: str) -> Account:
    """Take an entry of time, cost or payment out of the reckoning, with the reason; it stays in the log."""
    if not why.strip():
        raise UsageError("A reason is needed, in a few words.", "For example: --reason 'typed twice'.")
    life = life_of(house, number)
    if n not in {*dict(_entries(life)), *(each.n for each in _payments(life) if each.n)}:
        raise UsageError(
            f"There is no entry {n} that counts in request {number}.", f"`ofrecord request fees {number}` lists them."
        )
    house.journal.write(("fee.struck", number, {"n": n, "reason": why}))
    return account_of(house, number)


def waive(house: House, number: int, cents: int | None, why: str) -> Account:
    """Waive or reduce the fees because it is in the public interest; None waives all. A later waiver replaces it."""
    if not why.strip():
        law = answering_law(house)
        cited = in_brackets(law.fees.waiver_citation) if law and law.fees else ""
        raise UsageError("A waiver needs its reason.", f"Say why it is in the public interest{cited}.")
    charged = account_of(house, number).bill.charged_cents
    if cents is not None and cents > charged:
        raise UsageError(f"{money(cents)} cannot be waived: only {money(charged)} is charged.", "Nothing was changed.")
    house.journal.write(("fee.waived", number, {"cents": cents, "reason": why}))
    return account_of(house, number)


def pay(house: House, number: int, cents: int, how: str, on: date | None) -> Account:
    """Write down that money came in; the program takes none."""
    if cents <= 0:
        raise UsageError("No sum was given.", "Write it as 12.50.")
    life = life_of(house, number)
    data = {"n": _next(life), "cents": cents, "how": how, "day": day_for(house, life.request, on).isoformat()}
    house.journal.write(("fee.paid", number, data))
    return account_of(house, number)


def account_of(house: House, number: int) -> Account:
    """The fees of a request as they stand."""
    return reckoned(house, life_of(house, number))


def reckoned(house: House, life: Life) -> Account:
    """The fees of a request whose life is at hand."""
    entries = _entries(life)
    if not entries:
        return _nothing(life)
    rules = jurisdiction(house.city.jurisdiction).fee_rules()
    items = [item for _, item in entries]
    charged = charge(items, rules, house.city.fees, FeeContext(incarcerated=life.request.incarcerated)).charged_cents
    waiver = life.last("fee.waived")
    waived = 0 if waiver is None else charged if waiver["cents"] is None else min(waiver["cents"], charged)
    why = "" if waiver is None else waiver["reason"]
    context = FeeContext(waived_cents=waived, waiver_reason=why, incarcerated=life.request.incarcerated)
    return Account(
        bill=charge(items, rules, house.city.fees, context),
        entries=tuple(entries),
        struck=tuple((deed["n"], deed["reason"]) for deed in life.of("fee.struck")),
        waived_why=why,
        payments=_payments(life),
    )


def _nothing(life: Life) -> Account:
    """No entry, so no charge, whatever the law of fees says."""
    none = Prepayment(allowed=False, cents=0, why="nothing is charged", citation="")
    bill = Bill(lines=(), charged_cents=0, waived_cents=0, total_cents=0, prepayment=none, warnings=())
    struck = tuple((deed["n"], deed["reason"]) for deed in life.of("fee.struck"))
    return Account(bill=bill, entries=(), struck=struck, waived_why="", payments=_payments(life))


def minutes_of(text: str) -> int:
    """Minutes written as 45m, 2h or 1h 30m. Raises UsageError."""
    found = _TIME.fullmatch(text.strip())
    if not text.strip() or found is None or not any(found.groups()):
        raise UsageError(f"{text!r} is no length of time.", "Write 45m, 2h or 1h 30m.")
    return int(found[1] or 0) * 60 + int(found[2] or 0)


def cents_of(text: str) -> int:
    """Cents of a sum written as 22, 22.00 or $22.00. Raises UsageError."""
    found = _MONEY.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no sum of money.", "Write it as 22.00.")
    return int(found[1]) * 100 + int(found[2] or 0)


def _known(kind: str, kinds: tuple[str, ...]) -> None:
    if kind not in kinds:
        raise UsageError(f"There is no cost {kind!r}.", f"Choose one of: {', '.join(kinds)}.")


def _next(life: Life) -> int:
    return len(life.of("fee.time", "fee.cost", "fee.paid")) + 1


def _payments(life: Life) -> tuple[Payment, ...]:
    struck = {deed["n"] for deed in life.of("fee.struck")}
    there = (
        Payment(n=deed.get("n", 0), cents=deed["cents"], how=deed["how"], day=deed["day"])
        for deed in life.of("fee.paid")
    )
    return tuple(each for each in there if each.n not in struck)


def _entries(life: Life) -> list[tuple[int, FeeItem]]:
    struck = {deed["n"] for deed in life.of("fee.struck")}
    return [(deed["n"], _item(deed)) for deed in life.of("fee.time", "fee.cost") if deed["n"] not in struck]


def _item(deed: Deed) -> FeeItem:
    names = ("minutes", "rate_cents", "pages", "page_cents", "cents")
    return FeeItem(
        kind=FeeKind(deed["what"]), what=deed.get("note", ""), **{name: deed[name] for name in names if name in deed}
    )
