"""Filing records under series: the city's rules, tried before they are saved, and a person's own decision.

A rule files what it meets now and whatever is taken in later. What a person filed by hand no rule moves. Who filed what
when and why is an act; the series a record was taken in under stays sealed in the ledger.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from archiver.catalog import keeping_queries
from archiver.catalog.keeping_queries import TraitRow
from custody.account import Account
from custody.days import add_period
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber, label_of
from custody.record import Content, Kind
from custody.schedule import Period, Unit
from custody.selector import Is, Selector, tag_key
from retention_schedules.filing import CONDITIONS, Rule, Traits, classify, rule_from
from retention_schedules.schedules import Schedules
from workflows.access import reading
from workflows.disposing import judged, judged_as, today
from workflows.finding import ask
from workflows.house import House
from workflows.terms import schedules_of

_CITYS_OWN = {Kind.POST.value, Kind.REPOST.value, Kind.PAGE.value, Kind.MEDIA.value, Kind.REVISION.value}
_LAST = -1  # the number of a rule that is being tried: asked last, and no other has it
_ACT = 50_000
"""So many records one act names; a larger filing is several acts, all or nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What a rule would do: how many records meet it, how many it would move from which series, and due when.

    What a person filed by hand stays, and what is `set_aside` for the body that keeps history.
    """

    rule: Rule
    meets: int
    moves: Mapping[str, int]
    by_hand: int
    set_aside: int
    due_now: int
    due_within_a_year: int

    @property
    def moved(self) -> int:
        """How many records would be filed elsewhere than now."""
        return sum(self.moves.values())


def wanted(series: str, conditions: Mapping[str, str]) -> Rule:
    """A rule as somebody wants it. Raises UsageError when it has no condition."""
    return rule_from({"series": series, **conditions})


def rules(house: House) -> list[Rule]:
    """The city's filing rules in the order in which they are asked; the first that is met decides."""
    return [rule_from(row, row["number"]) for row in keeping_queries.rules(house.catalog.connection)]


def official_reader(accounts: Sequence[Account]) -> Callable[[int, str, str, str], bool]:
    """A function that says whether an author (account, name, handle, kind of record) writes for the city.

    The account's handle, its name and its authorized users do; a post without an author stands on the city's own page.
    """
    ours: dict[int, set[str]] = {}
    for each in accounts:
        names = (each.handle, each.name, *each.authorized_users)
        ours[each.id] = {name.removeprefix("@").casefold() for name in names if name}

    def is_official(account: int, name: str, handle: str, kind: str) -> bool:
        if not name and not handle:
            return kind in _CITYS_OWN
        known = ours.get(account, set())
        return name.casefold() in known or handle.removeprefix("@").casefold() in known

    return is_official


def filer(house: House, account: Account) -> Callable[[Content], tuple[str, str]]:
    """How what is taken in for an account is filed: the series and why. Whether staff answers is not known yet then."""
    saved, schedules, is_official = rules(house), schedules_of(house), official_reader([account])

    by_tag = any(rule.tag for rule in saved)

    @lru_cache(maxsize=4096)  # few people write most of what there is
    def filed(name: str, handle: str, kind: str, tags: tuple[str, ...]) -> tuple[str, str]:
        traits = Traits(
            account=account.handle,
            kind=kind,
            official=is_official(account.id, name, handle, kind),
            tags=frozenset(map(tag_key, tags)),
        )
        return classify(saved, traits, account.series, schedules)[:2]

    def file(content: Content) -> tuple[str, str]:
        author = content.author
        return filed(author.name, author.handle, content.kind.value, content.tags if by_tag else ())

    return file


def try_rule(house: House, rule: Rule) -> Trial:
    """What a rule would do if it were saved now, asked last. Nothing is changed."""
    with reading(house, "rule.try", text=rule.said_as) as read:
        trial, _ = _tried(house, _checked(house, rule))
        read.found(trial.meets)
    return trial


def save_rule(house: House, rule: Rule, reason: str, only_new: bool = False) -> Trial:
    """Save a rule and file what it moves; `only_new` leaves what is kept already where it is."""
    if not reason.strip():
        raise UsageError("A rule needs a reason.", 'Say why: --reason "GRS row adopted on 2026-01-12"')
    number = house.next_number("schedule.rule_saved")
    rule = replace(_checked(house, rule), number=number)
    trial, moves = _tried(house, rule)
    conditions = {name: getattr(rule, name) for name in CONDITIONS}
    data = {**conditions, "series": rule.series, "position": number, "said_as": rule.said_as, "reason": reason.strip()}
    data |= {"only_new": only_new, "moved": 0 if only_new else trial.moved}
    acts = [("schedule.rule_saved", number, data)]
    if not only_new:
        acts += list(_filed_acts(moves, rule.series, f"rule {number}: {rule.said_as}", number))
    _write(house, acts, [] if only_new else moves)
    return replace(trial, rule=rule)


def remove_rule(house: House, number: int, reason: str) -> Rule:
    """Remove a rule. What it filed stays filed until another rule or a person files it elsewhere."""
    found = next((rule for rule in rules(house) if rule.number == number), None)
    if found is None:
        raise UsageError(f"There is no filing rule {number}.", "`ofrecord schedules rules list` shows those there are.")
    if not reason.strip():
        raise UsageError("Removing a rule needs a reason.", 'Say why: --reason "row not adopted"')
    house.journal.write(("schedule.rule_removed", number, {"reason": reason.strip()}))
    return found


def misfiled(house: House) -> dict[str, list[int]]:
    """Records that the rules would file elsewhere than they are, by the series they would go to.

    It happens when staff answers in a thread later, or a removal is recorded after a record was taken in.
    """
    saved = rules(house)
    found: dict[str, list[int]] = {}
    if saved:
        for row, traits in _traits(house, saved):
            if row.rule != 0:
                series, _, number = classify(saved, traits, "", schedules_of(house))
                if number and series != row.series:
                    found.setdefault(series, []).append(row.number)
    kept = set_aside(house, [number for some in found.values() for number in some])
    left = {series: [number for number in some if number not in kept] for series, some in found.items()}
    return {series: some for series, some in left.items() if some}


def apply_rules(house: House) -> dict[str, int]:
    """File everything as the rules say now. Returns how many records went to which series."""
    saved, schedules = rules(house), schedules_of(house)
    moves: dict[tuple[int, str, str], list[int]] = {}
    for row, traits in _traits(house, saved) if saved else ():
        series, why, number = classify(saved, traits, "", schedules)
        if number and row.rule != 0 and series != row.series:
            moves.setdefault((number, series, why), []).append(row.number)
    kept = set_aside(house, [number for some in moves.values() for number in some])
    moves = {what: [number for number in some if number not in kept] for what, some in moves.items()}
    acts = [act for (number, series, why), some in moves.items() for act in _filed_acts(some, series, why, number)]
    if acts:
        _write(house, acts, [number for some in moves.values() for number in some])
    counts: Counter[str] = Counter()
    for (_, series, _), some in moves.items():
        counts[series] += len(some)
    return {series: count for series, count in counts.items() if count}


def reach(house: House, query: str, numbers: Sequence[RecordNumber]) -> tuple[str, list[int]]:
    """The records a person means, by query or by number, and the query in plain words."""
    if bool(query) == bool(numbers):
        raise UsageError("Name the records, or give a query, not both.", "For example: R13, or --query 'tag:parade'")
    if query:
        with reading(house, "search", text=query) as read:
            question = ask(house, query)
            found = [int(number) for number in house.engine.numbers(question.selector)]
            read.found(len(found))
        return question.said_as, found
    there = {row.number for row in keeping_queries.kept_rows(house.catalog.connection, numbers, False)}
    for number in numbers:
        if number not in there:
            raise UsageError(f"There is no record {label_of(number)}.", "Nothing was changed. Check the number.")
    return ", ".join(label_of(number) for number in numbers), sorted(int(number) for number in there)


def file(house: House, numbers: Sequence[int], series: str, reason: str) -> int:
    """File records under a series by a person's decision. Returns how many were filed elsewhere before."""
    moved = would_move(house, numbers, series)
    if not reason.strip():
        raise UsageError("Filing by hand needs a reason.", 'Say why: --reason "Official announcement, not a comment"')
    if not numbers:
        raise UsageError("There is nothing to file.", "Nothing was changed.")
    kept = sorted(set_aside(house, numbers))
    if kept:
        named = ", ".join(map(label_of, kept[:5])) + (", ..." if len(kept) > 5 else "")
        raise UnavailableError(
            f"Set aside for the body that accepted or reviews them, and filed as its notice said: {named}.",
            "Nothing was changed. Hand them over (`ofrecord transfer`), or note a new reply (`ofrecord notice reply`).",
        )
    _write(house, list(_filed_acts(list(numbers), series, reason.strip(), 0)), list(numbers))
    return moved


def set_aside(house: House, numbers: Sequence[int]) -> set[int]:
    """Those of some records that the body that keeps history accepted or reviews: another series would hide them."""
    replies = {notice.get("reply", "") for notice in keeping_queries.notices(house.catalog.connection)}
    if not numbers or not replies & {"accepted", "reviewing"}:
        return set()
    found = judged(house, [RecordNumber(number) for number in numbers], today(house))
    return {int(number) for number, each in found.items() if "set aside" in each.blocks}


def would_move(house: House, numbers: Sequence[int], series: str) -> int:
    """How many of some records are filed elsewhere than under a series."""
    schedules_of(house).row(series)
    rows = keeping_queries.kept_rows(house.catalog.connection, numbers, False)
    return sum(1 for row in rows if row.series != series)


def _checked(house: House, rule: Rule) -> Rule:
    schedules_of(house).row(rule.series)
    if rule.kind and rule.kind not in {kind.value for kind in Kind}:
        raise UsageError(f"There is no kind {rule.kind!r}.", f"Use one of: {', '.join(kind.value for kind in Kind)}.")
    if rule.account:
        rule = replace(rule, account=house.account_named(rule.account).handle)
    known = {ground.code for ground in house.city.grounds}
    if rule.ground and rule.ground not in known:
        raise UsageError(f"{rule.ground!r} is no ground of this city.", f"Its grounds: {', '.join(sorted(known))}.")
    return replace(rule, tag=tag_key(rule.tag)) if rule.tag else rule


def _tried(house: House, rule: Rule) -> tuple[Trial, list[int]]:
    saved, schedules = [*rules(house), replace(rule, number=_LAST)], schedules_of(house)
    meets = by_hand = 0
    wanted: dict[int, str] = {}
    for row, traits in _traits(house, saved):
        _, _, number = classify(saved, traits, "", schedules)
        if number != _LAST:
            continue
        meets += 1
        if row.rule == 0:
            by_hand += 1
        elif row.series != rule.series:
            wanted[row.number] = row.series
    kept = set_aside(house, list(wanted))
    moved = [number for number in wanted if number not in kept]
    now, later = _due(house, schedules, moved, rule.series)
    trial = Trial(
        rule=rule, meets=meets, moves=Counter(wanted[number] for number in moved), by_hand=by_hand,
        set_aside=len(kept), due_now=now, due_within_a_year=later,
    )  # fmt: skip
    return trial, moved


def _due(house: House, schedules: Schedules, numbers: Sequence[int], series: str) -> tuple[int, int]:
    """How many records would be past their period today and in a year, if they were filed under a series."""
    day = today(house)
    year = add_period(day, Period(n=1, unit=Unit.YEARS))
    ends = [end for end in judged_as(house, numbers, series, schedules, day) if end is not None]
    return sum(1 for end in ends if end < day), sum(1 for end in ends if end < year)


def _traits(house: House, saved: Sequence[Rule]) -> Iterator[tuple[TraitRow, Traits]]:
    connection = house.catalog.connection
    accounts = house.accounts()
    handles = {int(account.id): account.handle for account in accounts}
    with house.catalog.reading():
        tagged = {tag: _tagged(house, tag) for tag in {rule.tag for rule in saved if rule.tag}}
        removed = _grounds(house)
        keeping_queries.settle_traits(connection, official_reader(accounts))
        for row in keeping_queries.trait_rows(connection):
            yield (
                row,
                Traits(
                    account=handles.get(row.account, ""),
                    kind=row.kind,
                    official=bool(row.official),
                    replied=bool(row.replied),
                    tags=frozenset(tag for tag, numbers in tagged.items() if row.number in numbers),
                    grounds=removed.get(row.number, frozenset()),
                ),
            )


def _tagged(house: House, tag: str) -> set[int]:
    return {int(number) for number in house.engine.numbers(Selector(clause=Is("tag", tag)))}


def _grounds(house: House) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for event in keeping_queries.events(house.catalog.connection):
        if event["record"] and event["ground"]:
            found[event["record"]] = found.get(event["record"], frozenset()) | {event["ground"]}
    return found


def _filed_acts(
    numbers: Sequence[int], series: str, reason: str, rule: int
) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for start in range(0, len(numbers), _ACT):
        some = list(numbers[start : start + _ACT])
        yield "record.filed", some[0], {"numbers": some, "series": series, "reason": reason, "rule": rule}


def _write(house: House, acts: Sequence[tuple[str, int, Mapping[str, Any]]], numbers: Sequence[int]) -> None:
    """Write acts that file records; the index learns of the new series in the same transaction."""

    def index() -> None:
        for start in range(0, len(numbers), 500):
            house.engine.add(house.shelf.records(list(numbers[start : start + 500])))

    house.journal.write(*acts, also=index)
    house.engine.settle()
