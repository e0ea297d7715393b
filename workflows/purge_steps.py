"""The steps of a purge: one person proposes a frozen list, another approves it, days pass, then it is carried out.

Each step is an act signed with the person's own key. Until the destruction itself anybody with a role can cancel; at
the last moment each record is asked about once more, and one objection throws the whole list back untouched.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from archiver.catalog import authority_rows, purge_rows
from archiver.catalog.rows import millis, moment
from custody.authority import (
    DAY,
    HOUR,
    LEAST,
    PurgeBatch,
    PurgeState,
    Waits,
    list_digest,
    numbers_in,
    ranges_of,
    to_act,
    to_approve,
    to_cancel,
    to_execute,
)
from custody.clock import local_day, text_of
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber, label_of
from custody.purged import Purged
from policies.roles import roles
from workflows.access import reading
from workflows.house import House
from workflows.people import Signer, refuse, signed
from workflows.purge_list import DueList, against, due_list, proposal_of
from workflows.purging import Purge, Told
from workflows.set_aside import AlsoSetAside, Item, holding_text_of, not_on_the_list

STEPS = (
    "purge.proposed", "purge.approved", "purge.begun", "purge.returned", "purge.replayed", "purge.cancelled",
    "certificate.issued",
)  # fmt: skip
MOST_NAMED = 1_000
"""Numbers that an act of throwing back names; the rest is counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A purge with everything that was done to it: each step as the act's data, with its moment and ledger entry."""

    batch: PurgeBatch
    proposal: Mapping[str, Any]
    steps: tuple[dict[str, Any], ...]


class ThrownBack(UnavailableError):
    """A list was thrown back at the last moment; nothing was destroyed."""


def waits(house: House) -> Waits:
    """How long a purge that is proposed now will wait."""
    return authority_rows.waits_in_force(house.catalog.connection)


def set_waits(house: House, director: Signer, wanted: Mapping[str, int | None], reason: str) -> Waits:
    """Decide how long purges wait from now on; those under way keep what was in force when they were proposed."""
    refuse(to_act(director.user, "wait", roles()), "Nothing was changed")
    made = replace(waits(house), **{name: value for name, value in wanted.items() if value is not None})
    least = LEAST.as_data()
    for name, value in made.as_data().items():
        if value < least[name]:
            said = name.replace("_", " ")
            raise UsageError(f"{said}: {value} is too short.", f"The least any city can wait is {least[name]}.")
    if not reason.strip():
        raise UsageError("The reason is missing.", "Say why, for the log and the certificates: --reason '...'")
    data = {"waits": made.as_data(), "reason": reason.strip()}
    house.journal.write(signed(house, director, "purge.waits_set", 0, data))
    return made


def propose(
    house: House,
    clerk: Signer,
    accepted: Sequence[str] = (),
    series: Sequence[str] = (),
    told: Callable[[int], None] = lambda done: None,
    with_quarantined: bool = False,
) -> PurgeBatch:
    """Freeze the list of what may go today and sign it. Raises UnavailableError when nothing may go, or when its text
    also lies in items set aside and these are not to go with it (`with_quarantined`)."""
    refuse(to_act(clerk.user, "propose", roles()), "Nothing was proposed")
    found = due_list(house, accepted, series, told)
    if not found.numbers:
        raise UnavailableError(
            "Nothing may be destroyed today, so there is nothing to propose.",
            "`ofrecord purge due` shows what stays and for which reason.",
        )
    aside = holding_text_of(house, found.numbers, lambda what, done, total: None)
    if aside and not with_quarantined:
        raise not_on_the_list(aside, "was proposed")
    items = [list(item) for item in sorted(aside)]
    number, ranges, entries = house.next_number("purge.proposed"), ranges_of(found.numbers), house.ledger.size()
    data = {
        "numbers": ranges, "entries": entries, "list_sha256": list_digest(ranges, entries, items),
        **({"items": items} if items else {}),
        "count": len(found.numbers), "waits": waits(house).as_data(), **as_data(found),
        "accepted": sorted(set(accepted) & {row["governed_by"] for row in found.series}),
    }  # fmt: skip
    house.journal.write(signed(house, clerk, "purge.proposed", number, data))
    return purge_of(house, number)


def approve(house: House, custodian: Signer, number: int) -> PurgeBatch:
    """Sign a frozen list as the second person. It is judged again first: what no longer holds is thrown back."""
    batch = purge_of(house, number)
    refuse_done_again(house, batch)
    refuse(to_approve(batch, custodian.user, millis(house.clock()), roles()), f"Purge {number} was not approved", house)
    _throw_back_unless_due(house, batch)
    data = {"count": batch.count, "list_sha256": batch.list_sha256}
    house.journal.write(signed(house, custodian, "purge.approved", number, data))
    return purge_of(house, number)


def cancel(house: House, person: Signer, number: int, reason: str) -> PurgeBatch:
    """Stop a purge for good, with the reason. Nothing of its list is destroyed; it can be proposed anew."""
    batch = purge_of(house, number)
    refuse_done_again(house, batch)
    if destroyed_by(house, number) is not None:
        raise UnavailableError(
            f"Purge {number} has been carried out: what it destroyed cannot come back.",
            f"Its certificate: ofrecord purge certificate {number}",
        )
    refuse(to_cancel(batch, person.user, roles()), f"Purge {number} was not cancelled")
    if not reason.strip():
        raise UsageError("The reason is missing.", "Say why, in a few words: --reason '...'")
    house.journal.write(signed(house, person, "purge.cancelled", number, {"reason": reason.strip()}))
    return purge_of(house, number)


def execute(house: House, person: Signer, number: int, typed: int, purge: Purge, told: Told) -> Purged:
    """Carry a purge out: for good. `typed` is the count of records as the person has typed it.

    Raises ThrownBack when a record may not go any more; then nothing was destroyed, and the list must be made anew.
    """
    batch = may_execute(house, person, number)
    if typed != batch.count:
        raise UsageError(
            f"The number typed is {typed:,}; purge {number} holds {batch.count:,} records. Nothing was destroyed.",
            "Look at the list once more, then type its number of records: ofrecord purge show " + str(number),
        )
    numbers = numbers_of(house, number)
    _throw_back_unless_due(house, batch)
    holds, requests = purge_rows.standing(house.catalog.connection)
    data = {
        "count": batch.count, "list_sha256": batch.list_sha256, "holds": holds, "requests": requests,
        "certificate": certificate_name(house, number),
    }  # fmt: skip
    house.journal.write(signed(house, person, "purge.begun", number, data))
    refused: dict[RecordNumber, str] = {}

    def still_due(asked: Sequence[RecordNumber]) -> Mapping[RecordNumber, str]:
        refused.update(against(house, batch, asked))
        return refused

    try:
        return purge(house, numbers, authority_of(house, number), told, still_due, items=items_of(house, number))
    except AlsoSetAside as error:
        raise UnavailableError(error.message, f"{cancel_first(number)} {error.hint}") from error
    except UnavailableError as error:
        if refused and destroyed_by(house, number) is None:
            raise _thrown_back(house, batch, refused) from error
        raise


def may_execute(house: House, person: Signer, number: int) -> PurgeBatch:
    """The purge, if this person may carry it out now. Raises UnavailableError with every objection."""
    batch = purge_of(house, number)
    refuse_done_again(house, batch)
    refuse(to_execute(batch, person.user, millis(house.clock()), roles()), f"Purge {number} was not carried out", house)
    return batch


def done_again(house: House, batch: PurgeBatch) -> tuple[str, str] | None:
    """What became of a purge that was carried out after the backup was made from which this archive was restored: the
    words, and what to do. None when it is no such purge."""
    if batch.state is not PurgeState.EXECUTED:
        return None
    executed, again = days_of_both(house, batch)
    return (
        f"Purge {batch.number} was carried out on {executed}, after the backup was made from which this archive was "
        f"restored. Its records were destroyed again after the restore, on {again}: nothing of it is left.",
        f"Keep its certificate {batch.certificate} as it was written then: this archive cannot write it again, since "
        "the backup does not hold what was signed after it was made.",
    )


def days_of_both(house: House, batch: PurgeBatch) -> tuple[date, date]:
    """The days, in the city, on which such a purge was carried out and done again."""
    zone = house.city.time_zone
    return local_day(moment(batch.executed_at), zone), local_day(moment(batch.replayed_at), zone)


def refuse_done_again(house: House, batch: PurgeBatch) -> None:
    """Raise UnavailableError for a purge that was done again after a restore: no step of it can be taken any more."""
    said = done_again(house, batch)
    if said is not None:
        raise UnavailableError(*said)


def cancel_first(number: int) -> str:
    """What comes before a new list of the same records can be made."""
    return f"Cancel this purge first, so that a new list can be made: ofrecord purge cancel {number} --reason '...'."


def purge_of(house: House, number: int) -> PurgeBatch:
    """A purge by its number. Raises UsageError when there is none."""
    found = authority_rows.purge_numbered(house.catalog.connection, number)
    if found is None:
        raise UsageError(f"There is no purge {number}.", "`ofrecord purge list` shows those there are.")
    return found


def purges(house: House) -> list[PurgeBatch]:
    """Every purge, oldest first."""
    with reading(house, "purge.list") as read:
        found = authority_rows.purges(house.catalog.connection)
        read.found(len(found))
    return found


def story(house: House, number: int) -> Story:
    """A purge with everything that was done to it."""
    with reading(house, "purge.show", f"purge {number}") as read:
        batch = purge_of(house, number)
        steps = [
            {"kind": done.kind, "at": done.at, "leaf": leaf, **done.data}
            for done, leaf in authority_rows.acts_about(house.catalog.connection, STEPS, number)
        ]
        read.found(batch.count)
    return Story(batch=batch, proposal=steps[0], steps=tuple(steps))


def numbers_of(house: House, number: int) -> list[RecordNumber]:
    """The records on a frozen list."""
    return [RecordNumber(each) for each in numbers_in(proposal_of(house, number).data["numbers"])]


def items_of(house: House, number: int) -> list[Item]:
    """The items set aside on a frozen list."""
    return [(run, n) for run, n in proposal_of(house, number).data.get("items", ())]


def ready_at(batch: PurgeBatch) -> int | None:
    """From which moment the next step is possible (milliseconds), as far as waiting goes; None when there is none."""
    if batch.state is PurgeState.PROPOSED:
        return batch.proposed_at + batch.waits.approval_hours * HOUR
    if batch.state in (PurgeState.APPROVED, PurgeState.BEGUN):
        return batch.approved_at + batch.waits.grace_days * DAY
    return None


def certificate_name(house: House, number: int) -> str:
    """The name of a purge's certificate, given when it is begun and kept from then on. A restored archive can number a
    purge as one was numbered that it does not hold: the certificate of that one keeps its name for itself."""
    begun = authority_rows.acts_about(house.catalog.connection, ["purge.begun"], number)
    known = begun[0][0].data["certificate"] if begun else ""
    if known:
        return known
    taken = {row["data"]["authority"]["certificate"] for row in purge_rows.executions(house.catalog.connection)}
    name = f"DC-{house.clock():%Y}-{number:04d}"
    others = (f"{name}-{again}" for again in range(2, len(taken) + 3))
    return next(each for each in (name, *others) if each not in taken)


def authority_of(house: House, number: int) -> dict[str, Any]:
    """By what right a list is destroyed, as the act of destruction says it. No content, no name of a person."""
    batch = purge_of(house, number)
    return {
        "certificate": certificate_name(house, number),
        "purge": number,
        "list_sha256": batch.list_sha256,
        "proposed": text_of(moment(batch.proposed_at)),
        "approved": text_of(moment(batch.approved_at)),
    }


def destroyed_by(house: House, number: int) -> dict[str, Any] | None:
    """The act by which a purge's records were destroyed, as data with its ledger entry; None while they are there."""
    for row in purge_rows.executions(house.catalog.connection):
        if row["data"]["authority"].get("purge") == number:
            return row
    return None


def as_data(found: DueList) -> dict[str, Any]:
    """What a list says of itself, for the act and for the screen."""
    days = sorted(day for row in found.series for day in (row["oldest"], row["newest"]) if day)
    return {
        "on": str(found.on), "versions": found.versions, "series": [dict(row) for row in found.series],
        "oldest": days[0] if days else "", "newest": days[-1] if days else "",
        "excluded": dict(sorted(found.excluded.items())), "kept": found.kept,
        "unverified": list(found.unverified), "shared_media": found.shared_media,
        "by_one": [dict(row) for row in found.by_one],
    }  # fmt: skip


def _throw_back_unless_due(house: House, batch: PurgeBatch) -> None:
    refused = against(house, batch, numbers_of(house, batch.number))
    if refused:
        raise _thrown_back(house, batch, refused)


def _thrown_back(house: House, batch: PurgeBatch, refused: Mapping[RecordNumber, str]) -> ThrownBack:
    reasons = Counter(refused.values())
    named = sorted(int(number) for number in refused)
    data = {"reasons": dict(sorted(reasons.items())), "count": len(named), "numbers": named[:MOST_NAMED]}
    house.journal.write(("purge.returned", batch.number, data))
    said = "; ".join(f"{reason}: {count:,}" for reason, count in reasons.most_common())
    first = ", ".join(label_of(number) for number in named[:5])
    return ThrownBack(
        f"Purge {batch.number} was thrown back, and nothing was destroyed. Of {batch.count:,} records {len(named):,} "
        f"may not go any more ({said}); the first: {first}.",
        "Freeze a new list, which leaves them out: ofrecord purge propose",
    )
