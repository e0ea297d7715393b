"""The last step of a purge with the destruction itself wired in, up to the certificate; and going on after a crash."""

from collections.abc import Mapping, Sequence
from typing import Any

from archiver.catalog import authority_rows
from custody.authority import PurgeState
from custody.errors import DamageError, UnavailableError
from custody.purged import Purged
from workflows import purging
from workflows.auditing import check_what_people_did
from workflows.certificates import issue
from workflows.house import House
from workflows.people import Signer
from workflows.purge_steps import destroyed_by, execute
from workflows.purging import METHOD, Told, purge_records

Backups = Sequence[Mapping[str, str]]


def is_carried_out(house: House, number: int) -> bool:
    """Whether the records of a purge are destroyed already: then only its certificate may be missing."""
    return destroyed_by(house, number) is not None


def carry_out(house: House, person: Signer, number: int, typed: int, backups: Backups, told: Told) -> dict[str, Any]:
    """Carry a purge out, search for remains, and issue the certificate. Returns its document.

    Raises DamageError, and nothing was destroyed, when the catalog does not say what the signed acts say: a hold, a
    notice or a filing might have been taken out of it.
    """
    told("what people did, once more", 0, 0)
    changed = check_what_people_did(house)
    if changed:
        raise DamageError(
            f"The archive does not say what its signed acts say ({changed[0].object}: {changed[0].message}). "
            "Nothing was destroyed.",
            "Run `ofrecord verify` and find out who changed it; `ofrecord rebuild` makes the catalog again.",
        )
    try:
        purged = execute(house, person, number, typed, purge_records, told)
    except UnavailableError as error:
        if is_carried_out(house, number):
            raise UnavailableError(
                f"The records of purge {number} are destroyed; what comes after that was not finished. {error.message}",
                f"{error.hint} Then go on: ofrecord purge finish",
            ) from error
        raise
    return _issued(house, number, [purged], backups)


def finish(house: House, number: int, backups: Backups, told: Told) -> dict[str, Any]:
    """Go on with a purge whose records are destroyed and whose certificate is missing. Returns its document."""
    return _issued(house, number, purging.finish(house, told), backups)


def finish_all(house: House, told: Told) -> list[dict[str, Any]]:
    """Go on with every purge that was interrupted after the destruction. Returns the documents issued."""
    purged = purging.finish(house, told)
    left = [
        batch.number
        for batch in authority_rows.purges(house.catalog.connection)
        if batch.state is PurgeState.BEGUN and is_carried_out(house, batch.number)
    ]
    return [_issued(house, number, purged, ()) for number in left]


def _issued(house: House, number: int, purged: Sequence[Purged], backups: Backups) -> dict[str, Any]:
    executed = destroyed_by(house, number) or {"subject": 0}
    mine = next((each for each in purged if each.number == executed["subject"]), None)
    if mine is not None and mine.verified is None:
        places = ", ".join(mine.remains.hits[:5]) if mine.remains else "the search has not ended"
        raise UnavailableError(
            f"The records of purge {number} are destroyed, but not everything of them is gone yet: {places}.",
            "Look at the places named, remove what lies there, then go on: ofrecord purge finish",
        )
    return issue(house, number, METHOD, mine.survivors if mine else None, backups)
