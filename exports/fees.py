"""What a request may cost, line by line in whole cents, and why each line is or is not charged (law as data).

    bill = charge(items, rules, city_terms, context)
    bill.total_cents, bill.lines[i].why, bill.prepayment.allowed, bill.warnings

Rounding: every line is rounded DOWN to the whole cent (never above actual cost); thresholds look at the rounded
lines, so that what is printed adds up. Only actual, necessary and direct cost; where the city's own terms are kinder,
they win.
Pure: rules come from `exports/jurisdictions/`, a city's terms from its profile (`policies/cities.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custody.errors import UsageError
from custody.fee import CityFees, FeeKind

MINUTES_IN_HOUR = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class FeeRule:
    """Whether a kind of cost may be charged, from what sum of its kind on, with the citation."""

    kind: FeeKind
    charged: bool
    words: str
    citation: str
    from_cents: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PoliceRecordings:
    """The exception for audio and video of law enforcement (2023 Wisconsin Act 253). Off unless turned on."""

    enabled: bool
    free_requests_a_year: int
    citation: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FeeRules:
    """A jurisdiction's law of fees. Prepayment may be asked only for a total ABOVE `prepayment_above_cents`."""

    jurisdiction: str
    rules: Mapping[FeeKind, FeeRule]
    prepayment_above_cents: int
    prepayment_citation: str
    waiver_citation: str
    suspect_page_cents: int
    suspect_words: str
    police_recordings: PoliceRecordings | None
    verified_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FeeItem:
    """One cost: minutes at an hourly rate, pages at a rate, or a sum of cents. `asked_cents`: what staff would ask.

    `rate_cents` is an hour's pay of the lowest-paid employee able to do it; `page_cents` what a page really costs;
    `necessary` False: a cost the answer did not need (overhead, a second look), which is never charged.
    """

    kind: FeeKind
    what: str = ""
    minutes: int = 0
    rate_cents: int = 0
    pages: int = 0
    page_cents: int = 0
    cents: int = 0
    asked_cents: int | None = None
    necessary: bool = True

    @property
    def actual_cents(self) -> int:
        """The actual cost, rounded down to the whole cent."""
        return self.cents + self.minutes * self.rate_cents // MINUTES_IN_HOUR + self.pages * self.page_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class FeeContext:
    """Facts about the request that bear on its fees. The last five matter for police recordings and prisoners only."""

    waived_cents: int = 0
    waiver_reason: str = ""
    incarcerated: bool = False
    unpaid_earlier_cents: int = 0
    certified_no_gain: bool = False
    requests_this_year: int = 0
    directly_involved: bool = False
    officer_involved: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FeeLine:
    """One line of the bill: what it cost, what is charged, and why."""

    item: FeeItem
    actual_cents: int
    charged_cents: int
    why: str
    citation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepayment:
    """Whether payment may be asked before the answer, how much, and why."""

    allowed: bool
    cents: int
    why: str
    citation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """What may be charged. `total_cents` is after the waiver."""

    lines: tuple[FeeLine, ...]
    charged_cents: int
    waived_cents: int
    total_cents: int
    prepayment: Prepayment
    warnings: tuple[str, ...]

    def of(self, kind: FeeKind) -> int:
        """What is charged for one kind, in cents."""
        return sum(line.charged_cents for line in self.lines if line.item.kind is kind)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    cents: int
    why: str
    citation: str


def charge(
    items: Sequence[FeeItem], rules: FeeRules, city: CityFees | None = None, context: FeeContext | None = None
) -> Bill:
    """The lawful bill for these costs. Raises UsageError on a waiver without its reason or above the charges."""
    city, context = city or CityFees(), context or FeeContext()
    lines = tuple(_line(item, judged) for item, judged in zip(items, _judge(items, rules, city, context), strict=True))
    charged = sum(line.charged_cents for line in lines)
    if context.waived_cents and not context.waiver_reason:
        raise UsageError(
            "A waiver needs its reason.", f"Say why it is in the public interest ({rules.waiver_citation})."
        )
    if context.waived_cents > charged:
        raise UsageError(
            f"{money(context.waived_cents)} cannot be waived: only {money(charged)} is charged.", "Lower the waiver."
        )
    total = charged - context.waived_cents
    return Bill(
        lines=lines,
        charged_cents=charged,
        waived_cents=context.waived_cents,
        total_cents=total,
        prepayment=prepayment(total, rules, context),
        warnings=tuple(_warnings(items, lines, rules, city)),
    )


def prepayment(total_cents: int, rules: FeeRules, context: FeeContext | None = None) -> Prepayment:
    """Whether payment of a total may be asked in advance: only above the threshold, never at it.

    A prisoner who has not paid an earlier fee may be asked for both, however small the new one is.
    """
    context, limit = context or FeeContext(), rules.prepayment_above_cents
    earlier = context.unpaid_earlier_cents if context.incarcerated else 0
    if earlier:
        why = f"{money(earlier)} of an earlier request is unpaid: it may be asked with this {money(total_cents)}"
        return Prepayment(allowed=True, cents=total_cents + earlier, why=why, citation=rules.prepayment_citation)
    if total_cents > limit:
        why = f"the total of {money(total_cents)} is more than {money(limit)}"
        return Prepayment(allowed=True, cents=total_cents, why=why, citation=rules.prepayment_citation)
    why = f"the total of {money(total_cents)} is not more than {money(limit)}: it may not be asked in advance"
    return Prepayment(allowed=False, cents=0, why=why, citation=rules.prepayment_citation)


def money(cents: int) -> str:
    """Cents as a person writes them: $1,234.50."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def _line(item: FeeItem, judged: _Judged) -> FeeLine:
    cents, why = judged.cents, judged.why
    if item.asked_cents is not None and item.asked_cents < cents:
        cents, why = item.asked_cents, f"{money(item.asked_cents)} asked, less than the {money(judged.cents)} allowed"
    elif item.asked_cents is not None and item.asked_cents > cents:
        why = f"{why}; {money(item.asked_cents)} was asked, which is more than allowed"
    return FeeLine(item=item, actual_cents=item.actual_cents, charged_cents=cents, why=why, citation=judged.citation)


def _judge(items: Sequence[FeeItem], rules: FeeRules, city: CityFees, context: FeeContext) -> list[_Judged]:
    sums = {kind: sum(item.actual_cents for item in items if item.kind is kind and item.necessary) for kind in FeeKind}
    shares, by_law = _page_shares(items, city)
    found = []
    for n, item in enumerate(items):
        if item.kind is FeeKind.POLICE_RECORDING_REDACTION:
            found.append(_police(item, rules, city, context))
            continue
        rule = rules.rules.get(item.kind)
        if not item.necessary:
            found.append(_nothing("it is no necessary and direct cost of this answer", rule.citation if rule else ""))
        elif rule is None or not rule.charged:
            found.append(_nothing(rule.words if rule else "no rule allows it", rule.citation if rule else ""))
        elif n in shares:
            found.append(_by_pages(item, shares[n], by_law, city, rule))
        else:
            found.append(_by_sum(item, sums[item.kind], rule, city))
    return found


def _by_sum(item: FeeItem, kind_sum: int, rule: FeeRule, city: CityFees) -> _Judged:
    """Charged whole, unless the sum of its kind stays under the law's threshold or within the city's free sum."""
    if kind_sum < rule.from_cents:
        why = f"{item.kind.value} came to {money(kind_sum)} in all; it is charged only from {money(rule.from_cents)} on"
        return _nothing(why, rule.citation)
    free = city.free_up_to.get(item.kind)
    if free is not None and kind_sum <= free:
        why = (
            f"{item.kind.value} came to {money(kind_sum)} in all; the city charges it only if it exceeds {money(free)}"
        )
        return _nothing(why, city.citation)
    how = f"{rule.words}: {_reckoning(item)}"
    if rule.from_cents:
        how += f" ({money(kind_sum)} in all, which is {money(rule.from_cents)} or more: the whole amount)"
    return _Judged(cents=item.actual_cents, why=how, citation=rule.citation)


def _by_pages(item: FeeItem, cents: int, by_law: bool, city: CityFees, rule: FeeRule) -> _Judged:
    """A line of pages: its share of the city's terms; where the actual costs of all pages are lower, those."""
    if by_law:
        why = f"{rule.words}: {_reckoning(item)}, which is less than the city's rate"
        return _Judged(cents=cents, why=why, citation=rule.citation)
    if not cents:
        return _nothing(f"{item.pages} pages, all within the city's free pages", city.citation)
    free = f", the first {city.free_pages} of the request free" if city.free_pages else ""
    why = f"{item.pages} pages{free}: {money(cents)} at {money(city.page_cents or 0)} a page by the city's terms"
    return _Judged(cents=cents, why=why, citation=city.citation or rule.citation)


def _page_shares(items: Sequence[FeeItem], city: CityFees) -> tuple[Mapping[int, int], bool]:
    """What each line of pages costs by a city's own terms, by the line's place, and whether actual costs were lower.

    The free pages belong to the request, not to a line, so the order of the lines changes no total: the lower of the
    city's terms for all pages and of their actual costs, laid on the lines from the last one, never above its own cost.
    """
    there = {n: item for n, item in enumerate(items) if _of_pages(item)}
    if city.page_cents is None or not there:
        return {}, False
    rate = city.page_cents
    own = {n: item.actual_cents + (0 if item.page_cents else item.pages * rate) for n, item in there.items()}
    own = {n: cents if (asked := items[n].asked_cents) is None else min(cents, asked) for n, cents in own.items()}
    pages = max(0, sum(item.pages for item in there.values()) - city.free_pages)
    by_city = pages * rate + sum(item.cents for item in there.values())
    if sum(own.values()) < by_city:
        return own, True
    shares, left = dict[int, int](), by_city
    for n in sorted(there, reverse=True):
        shares[n] = min(left, own[n])
        left -= shares[n]
    return shares, False


def _of_pages(item: FeeItem) -> bool:
    return item.kind is FeeKind.REPRODUCTION and bool(item.pages) and item.necessary


def _police(item: FeeItem, rules: FeeRules, city: CityFees, context: FeeContext) -> _Judged:
    rule, never = rules.police_recordings, rules.rules.get(FeeKind.REDACTION)
    plain = _nothing(never.words if never else "redaction is not charged", never.citation if never else "")
    if rule is None:
        return plain
    if not (rule.enabled or city.police_recordings):
        return _nothing(f"{plain.why}; the exception for police recordings is not turned on", rule.citation)
    if context.directly_involved or context.officer_involved:
        who = "a person directly involved" if context.directly_involved else "an officer-involved incident"
        return _nothing(f"exempt: the recording concerns {who}", rule.citation)
    if context.certified_no_gain and context.requests_this_year < rule.free_requests_a_year:
        why = f"exempt: no financial gain certified in writing, under {rule.free_requests_a_year} requests in a year"
        return _nothing(why, rule.citation)
    return _Judged(cents=item.actual_cents, why=f"{rule.words}: {_reckoning(item)}", citation=rule.citation)


def _nothing(why: str, citation: str) -> _Judged:
    return _Judged(cents=0, why=f"not charged: {why}", citation=citation)


def _reckoning(item: FeeItem) -> str:
    parts = []
    if item.minutes:
        parts.append(f"{item.minutes} min at {money(item.rate_cents)} an hour")
    if item.pages:
        parts.append(f"{item.pages} pages at {money(item.page_cents)}")
    if item.cents:
        parts.append(f"{money(item.cents)} paid")
    return f"{' + '.join(parts) or 'no cost'} = {money(item.actual_cents)}"


def _warnings(items: Sequence[FeeItem], lines: Sequence[FeeLine], rules: FeeRules, city: CityFees) -> list[str]:
    found = []
    if not rules.verified_by:
        found.append(f"Nobody has verified the fee rules of {rules.jurisdiction} yet.")
    if city.citation and not city.verified_by:
        found.append("Nobody has verified the city's own fee terms yet.")
    rates = [item.page_cents for item in items] + [city.page_cents or 0]
    if rules.suspect_page_cents and max(rates, default=0) > rules.suspect_page_cents:
        found.append(f"{money(max(rates))} a page: {rules.suspect_words}")
    if any(line.item.asked_cents is not None and line.item.asked_cents > line.charged_cents for line in lines):
        found.append("An answer offered only against a cost that the law does not allow counts as a denial.")
    unpriced = any(item.kind is FeeKind.REPRODUCTION and item.pages and not item.page_cents for item in items)
    if unpriced and city.page_cents is None:
        found.append("Pages without their actual cost are not charged: enter what a page costs.")
    if any(item.minutes and not item.rate_cents for item in items):
        found.append(
            "Time without an hourly rate is not charged: enter the pay of the lowest-paid employee able to do it."
        )
    return found
