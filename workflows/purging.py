"""Carrying out a destruction: the bytes, the rows and the words of records go, and that they went is proved.

Who may do it, and when, is not decided here (`docs/howto/purging.md`); at the last moment every record is asked about
once more, and one reason against one record throws the whole batch back before anything is touched.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from custody.ids import RecordNumber
from custody.purged import Purged
from workflows.house import House

StillDue = Callable[[Sequence[RecordNumber]], Mapping[RecordNumber, str]]
"""Asked at the last moment: the records that must not go after all, each with the reason."""

Told = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and of how much (0 when unknown)."""


class Purge(Protocol):
    """The shape of `purge_records`, so that others can be written against it."""

    def __call__(
        self,
        house: House,
        numbers: Sequence[RecordNumber],
        authority: Mapping[str, Any],
        told: Told,
        still_due: StillDue,
    ) -> Purged:
        """Destroy records for good."""
