"""Writing down who reads what, before anything is shown. What cannot be written down is not shown.

Each reading workflow opens `reading(...)` around its work and says `found(count)` once it knows what it will show; one
that ends in an error is written down as refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from archiver.access import is_due, settle, write_down
from archiver.catalog import access_rows
from archiver.catalog.rows import millis
from custody.errors import CustodyError, UnavailableError
from workflows.house import House

KINDS = (
    "search", "show", "show.raw", "request.list", "request.show", "request.collect", "request.respond", "request.paper",
    "request.publish", "log.read", "hold.preview", "rule.try", "user.list", "purge.list", "purge.show",
    "purge.certificate", "transfer.preview", "transfer.show",
)  # fmt: skip
"""The kinds of reading there are."""

_MOST = 10_000
"""Characters of a query that are kept."""


class Reading:
    """One reading that is going on."""

    def __init__(self, house: House, kind: str, subject: str, text: str) -> None:
        self._house, self._kind, self._subject = house, kind, subject
        self._text = _plain(text)
        self.is_tried = False

    def found(self, count: int, outcome: str = "shown") -> None:
        """Write it down: so much is going to be shown. Raises UnavailableError when that cannot be done."""
        house, self.is_tried = self._house, True
        now, by = house.clock(), _plain(house.settings.by)
        write_down(house.catalog, now, by, self._kind, self._subject, outcome, count, self._text)
        if house.ledger.key is not None and is_due(house.catalog, now):  # this process is the archive's only writer
            settle(house.catalog, house.ledger, now)


@contextmanager
def reading(house: House, kind: str, subject: str = "", text: str = "") -> Iterator[Reading]:
    """A reading of one of the KINDS: of a subject (`R12`, `request 1`), or by a text, which can be forgotten later."""
    started = Reading(house, kind, subject, text)
    try:
        yield started
    except CustodyError:
        if not started.is_tried:
            with suppress(CustodyError):  # nothing was shown; what went wrong first is what has to be said
                started.found(0, "refused")
        raise


def forget_searches(house: House, before: datetime) -> int:
    """Destroy the words of all readings from before a moment; that it was done, by whom and for how many, is an act.

    Who read, when and how much was found stays, and so does the proof. Returns how many were forgotten.
    """
    count = forgettable(house, before)
    if count:
        moment = min(before, house.clock())  # what is still to be searched for is not forgotten beforehand
        house.journal.write(("searches.forgotten", 0, {"before": millis(moment), "count": count}))
        if not house.catalog.truncate_log():
            raise UnavailableError(
                "The words are forgotten, but while somebody is reading they can still be found in catalog.sqlite-wal.",
                "Run any command that writes when nobody is reading; the file is emptied then.",
            )
    return count


def forgettable(house: House, before: datetime) -> int:
    """How many readings from before a moment still have their words."""
    return access_rows.remembered(house.catalog.connection, millis(min(before, house.clock())))


def _plain(text: str) -> str:
    """Text as the database takes it: what the terminal could not decode is a question mark."""
    return text[:_MOST].encode("utf-8", "replace").decode().replace("\0", "?")


def rows_of(house: House, **wanted: Any) -> Iterator[dict[str, Any]]:
    """Readings as `archiver.catalog.access_rows.reads` gives them."""
    return access_rows.reads(house.catalog.connection, **wanted)
