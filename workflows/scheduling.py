"""Changing the city's schedules: rows it adopted, its ordinance, waivers. Each change says what it does beforehand.

A change that lets any record go earlier than before is only proposed; it is in force when a second person has confirmed
it. Where users are enrolled (`ofrecord user`), the second person is a custodian and signs with a key; else it is told
by name, and no purge counts on it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from archiver.catalog import keeping_queries
from archiver.catalog.threads import threads_of
from custody.authority import to_act
from custody.days import add_period
from custody.disposition import Disposition
from custody.errors import UnavailableError, UsageError
from custody.schedule import Period, Unit
from policies.roles import roles
from retention_schedules.eligibility import judge
from retention_schedules.reasoning import start_of, words_of
from retention_schedules.schedules import Schedules
from retention_schedules.situation import CityTerms, RecordFacts, Situation
from workflows.bearing import gather
from workflows.disposing import today
from workflows.house import House
from workflows.people import Signer, may_somebody, refuse, signed
from workflows.terms import IN_FORCE, schedules_of, terms_of, with_changes, with_rows

PROPOSED = "proposed"
Data = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Adoption:
    """A row as the city adopts it. `row` are the parts of it that are new or changed, as a schedule file has them.

    `only_new`: records created before the day of adoption keep the period they had.
    """

    adopted: date
    reference: str
    expires: date | None = None
    only_new: bool = False
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What a change does to what is kept: how many records are filed under the series, for how many the period ends
    earlier or later than before, and how many are past it today and within a year, before and after."""

    records: int
    earlier: int
    later: int
    past_before: int
    past_after: int
    past_in_a_year: int
    shortens: bool

    def as_data(self) -> Data:
        """The effect as it is kept with the change."""
        names = ("records", "earlier", "later", "past_before", "past_after", "past_in_a_year", "shortens")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change of the schedules as it stands."""

    number: int
    state: str
    said_as: str
    data: Data

    @property
    def needs_second_person(self) -> bool:
        """Whether it counts only once a second person has confirmed it."""
        return bool(self.data.get("needs_second_person"))


def adopt(house: House, series: str, wanted: Adoption, dry_run: bool = False) -> Change:
    """Enter that the city adopted a row, with what of it was looked up. A row nobody knows yet is entered whole."""
    if not wanted.reference.strip():
        raise UsageError("Say where the adoption stands.", 'For example: --ref "Common Council, 2026-01-12, item 7"')
    if wanted.adopted > today(house):
        raise UsageError(f"{wanted.adopted} is still to come.", "Enter an adoption when it has been adopted.")
    if series == schedules_of(house).default.id:
        raise UsageError(f"{series} is the statute's own row.", "Adopt a row beside it; the default stays as it is.")
    data = {
        "what": "adopt",
        "series": series,
        "adopted": str(wanted.adopted),
        "expires": str(wanted.expires or ""),
        "created_since": str(wanted.adopted) if wanted.only_new else "",
        "reference": wanted.reference.strip(),
        "row": dict(wanted.row),
    }
    row = with_rows(schedules_of(house), [data]).row(series)
    if row.period is None:
        raise UsageError(f"Nobody has looked up the period of {series} yet.", 'Give it: --period "3 years"')
    until = f", until {wanted.expires}" if wanted.expires else ""
    how = "from records of that day on" if wanted.only_new else "also for records kept already"
    said = f"adopt {series}, {words_of(row.period)} after {start_of(row.trigger)}, {how}"
    return _change(house, {**data, "said_as": f"{said} ({wanted.reference.strip()}, {wanted.adopted}{until})"}, dry_run)


def extend(house: House, series: str, on: date, reference: str, dry_run: bool = False) -> Change:
    """Enter that the approval of an adopted row was extended once."""
    law = schedules_of(house).law.approval
    adoption = terms_of(house).adopted.get(series)
    if adoption is None:
        raise UsageError(
            f"{series} has not been adopted.", f"First: ofrecord schedules adopt {series} --on DAY --ref ..."
        )
    if not law.extension_months:
        raise UsageError("Extensions of an approval are not known in this jurisdiction.", "Adopt the new row instead.")
    if adoption.extended is not None:
        raise UsageError(f"The approval of {series} was extended already, on {adoption.extended}.", "Adopt a new row.")
    data = {"what": "extend", "series": series, "extended": str(on), "reference": _cited(reference, law.extension_form)}
    said = f"extend the approval of {series} by {law.extension_months} months ({data['reference']}, {on})"
    return _change(house, {**data, "said_as": said}, dry_run)


def repeal(house: House, series: str, reference: str, dry_run: bool = False) -> Change:
    """Enter that the city goes by an adopted row no more."""
    if series not in terms_of(house).adopted:
        raise UsageError(f"{series} has not been adopted.", "Nothing was changed.")
    data = {"what": "repeal", "series": series, "reference": _cited(reference, "")}
    return _change(house, {**data, "said_as": f"go by {series} no more ({data['reference']})"}, dry_run)


def enter_ordinance(house: House, text: str) -> Change:
    """Enter the ordinance that provides for destruction."""
    data = {"what": "ordinance", "text": _cited(text, "the section of the municipal code"), "series": ""}
    return _change(house, {**data, "said_as": f"the ordinance for destruction is {data['text']}"}, False)


def enter_waiver(house: House, series: str, reference: str) -> Change:
    """Enter that notice before destruction was waived for a series, and where the waiver stands."""
    schedules_of(house).row(series)
    data = {"what": "waiver", "series": series, "reference": _cited(reference, "the letter or the schedule's row")}
    return _change(house, {**data, "said_as": f"notice is waived for {series} ({data['reference']})"}, False)


def confirm(house: House, number: int, signer: Signer | None = None) -> Change:
    """Confirm a proposed change as the second person. Raises UsageError for whoever proposed it.

    `signer` is the custodian, once there is one among the users.
    """
    change = change_of(house, number)
    _still_proposed(change)
    if signer is None and is_signed_for(house):
        raise UsageError("A custodian is enrolled, who signs for this.", "Nothing was changed.")
    proposer, by = change.data["proposed_by"], house.settings.by if signer is None else signer.user.name
    if not second_person(proposer, by):
        raise UnavailableError(
            f"{by} proposed this change and cannot confirm it.", "Another person has to. Nothing was changed."
        )
    if signer is not None:
        refuse(to_act(signer.user, "approve", roles()), "Nothing was changed")
        house.journal.write(signed(house, signer, "schedule.changed", number, {}))
    else:
        house.journal.write(("schedule.changed", number, {}))
    return change_of(house, number)


def is_signed_for(house: House) -> bool:
    """Whether a confirmation takes a signature: as soon as somebody is enrolled who can give it."""
    return may_somebody(house, "approve")


def drop(house: House, number: int, reason: str) -> Change:
    """Drop a proposed change; it never was in force."""
    _still_proposed(change_of(house, number))
    if not reason.strip():
        raise UsageError("Dropping a change needs a reason.", 'Say why: --reason "Council did not adopt it"')
    house.journal.write(("schedule.dropped", number, {"reason": reason.strip()}))
    return change_of(house, number)


def second_person(proposer: str, by: str) -> bool:
    """Whether somebody is another person than the one who proposed: by name."""
    return " ".join(proposer.split()).casefold() != " ".join(by.split()).casefold()


def changes(house: House) -> list[Change]:
    """Every change, oldest first."""
    return [_of(row) for row in keeping_queries.changes(house.catalog.connection)]


def change_of(house: House, number: int) -> Change:
    """A change by its number. Raises UsageError when there is none."""
    for change in changes(house):
        if change.number == number:
            return change
    raise UsageError(f"There is no change {number}.", "`ofrecord schedules changes` shows those there are.")


def effect_of(house: House, change: Mapping[str, Any]) -> Effect:
    """What a change would do to the records filed under its series."""
    schedules, terms, day = schedules_of(house), terms_of(house), today(house)
    later = with_rows(schedules, [dict(change)])
    ends: Counter[tuple[date | None, date | None]] = Counter()
    before, after = (schedules, terms), (later, with_changes(terms, [dict(change)]))
    for pair, count in _ends(house, str(change.get("series", "")), before, after, day).items():
        ends[pair] += count
    year = add_period(day, Period(n=1, unit=Unit.YEARS))
    return Effect(
        records=sum(ends.values()),
        earlier=sum(n for (old, new), n in ends.items() if _before(new, old)),
        later=sum(n for (old, new), n in ends.items() if _before(old, new)),
        past_before=sum(n for (old, _), n in ends.items() if old is not None and old < day),
        past_after=sum(n for (_, new), n in ends.items() if new is not None and new < day),
        past_in_a_year=sum(n for (_, new), n in ends.items() if new is not None and new < year),
        shortens=_shortens(change, before, after, day) or any(_before(new, old) for old, new in ends),
    )


def _before(one: date | None, other: date | None) -> bool:
    return one is not None and (other is None or one < other)


Rules = tuple[Schedules, CityTerms]


def _ends(house: House, series: str, before: Rules, after: Rules, on: date) -> Counter[tuple[date | None, date | None]]:
    """For how many records of a series the period ends on which day, before and after a change."""
    found: Counter[tuple[date | None, date | None]] = Counter()
    if not series:
        return found
    known: dict[tuple[object, ...], tuple[date | None, date | None]] = {}
    with house.catalog.reading():
        bearings = gather(house, before[1], ())
        connection = house.catalog.connection
        rows = keeping_queries.kept_rows(connection, None, threads_of(connection))
        for row, key in bearings.keyed(row for row in rows if row.series == series):
            if key not in known:
                record = bearings.situation(row).record
                known[key] = (_end(record, before, on), _end(record, after, on))
            found[known[key]] += 1
    return found


def _end(record: RecordFacts, rules: Rules, on: date) -> date | None:
    return _judged(record, rules, on).retention_ends


def _judged(record: RecordFacts, rules: Rules, on: date) -> Disposition:
    schedules, terms = rules
    return judge(Situation(record=record, city=terms), schedules, on)


def _shortens(change: Mapping[str, Any], before: Rules, after: Rules, on: date) -> bool:
    """Whether a record of that series made on the day of the change could go earlier than before."""
    series = str(change.get("series", ""))
    if change["what"] not in ("adopt", "extend", "repeal") or series not in after[0].rows:
        return False
    dated = dict.fromkeys(("created", "event", "term_end", "superseded", "minutes_approved", "minutes_published"), on)
    record = RecordFacts(series=series, purpose="minutes", **dated)  # type: ignore[arg-type]
    old = record if series in before[0].rows else RecordFacts(series=before[0].default.id, created=on)
    return _before(_end(record, after, on), _end(old, before, on))


def _change(house: House, data: Data, dry_run: bool) -> Change:
    effect = effect_of(house, data)
    backwards = data["what"] != "adopt" or not data["created_since"]
    data = {**data, **effect.as_data(), "acts_backwards": backwards, "needs_second_person": effect.shortens}
    if dry_run:
        return Change(number=0, state="not entered", said_as=data["said_as"], data=data)
    number = max((change.number for change in changes(house)), default=0) + 1
    house.journal.write(("schedule.proposed" if effect.shortens else "schedule.changed", number, data))
    return change_of(house, number)


def _of(row: Mapping[str, Any]) -> Change:
    data = {name: value for name, value in row.items() if name not in ("number", "state")}
    return Change(number=row["number"], state=row["state"], said_as=row["said_as"], data=data)


def _still_proposed(change: Change) -> None:
    if change.state != PROPOSED:
        said = "is in force already" if change.state == IN_FORCE else "was dropped"
        raise UsageError(f"Change {change.number} {said}.", "`ofrecord schedules changes` shows how each stands.")


def _cited(text: str, what: str) -> str:
    if not text.strip():
        raise UsageError("A reference is needed.", f"Give {what or 'the paper it stands in'}.")
    return text.strip()
