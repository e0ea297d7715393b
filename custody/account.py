"""A city's presence on a platform: who answers for it, and under what record series its content is kept."""

from dataclasses import dataclass
from datetime import date

from custody.ids import AccountId


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A registered account. `handle` is unique in an archive; `series` is "" when the kind of record decides.

    `since` and `until` bound the days the city ran it; both may be None.
    """

    id: AccountId
    platform: str
    handle: str
    name: str = ""
    department: str = ""
    custodian: str = ""
    authorized_users: tuple[str, ...] = ()
    series: str = ""
    since: date | None = None
    until: date | None = None
