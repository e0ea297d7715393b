"""Passwords when somebody leaves: clock hours that a city's policy sets. It is policy, not statute; weekends count.

password(city, terminated_at, changed_at=None)  -> Ruling: `at` is the limit that comes next, `why` the sentence
"""

from datetime import UTC, datetime, timedelta

from custody.ruling import Ruling
from policies.cities import City

CHANGE, RECORD = "password_changed_after_termination_hours", "password_change_recorded_hours"


def password(
    city: City, terminated_at: datetime, changed_at: datetime | None = None, recorded_at: datetime | None = None
) -> Ruling:
    """The next limit after an employee with access left: change, then record with the Coordinator."""
    citation = f"social media policy of {city.title} (policy, not statute)"
    if CHANGE not in city.clocks:
        why = f"the policy of {city.title} sets no number of hours"
        return Ruling(
            label="no limit", allowed=True, why=why, citation=citation, needs=("Change the password at once.",)
        )
    due = after_hours(terminated_at, city.clocks[CHANGE])
    hours = f"{city.clocks[CHANGE]} clock hours after termination, weekends and holidays included"
    if changed_at is None:
        return Ruling(
            label="change the password",
            allowed=False,
            why=f"{hours}: by {due:%Y-%m-%d %H:%M}",
            citation=citation,
            at=due,
            needs=("Change the password.",),
        )
    warnings: tuple[str, ...] = (
        (f"The password was changed late: the limit was {due:%Y-%m-%d %H:%M}.",) if changed_at > due else ()
    )
    record = city.clocks.get(RECORD)
    if record is None:
        return Ruling(label="changed", allowed=True, why="changed", citation=citation, warnings=warnings, at=due)
    by = after_hours(changed_at, record)
    if recorded_at is None:
        needs = ("Record the change with the Social Media Coordinator.",)
        why = f"the change must be recorded within {record} hours: by {by:%Y-%m-%d %H:%M}"
        return Ruling(
            label="record the change", allowed=False, why=why, citation=citation, warnings=warnings, needs=needs, at=by
        )
    if recorded_at > by:
        warnings += (f"The change was recorded late: the limit was {by:%Y-%m-%d %H:%M}.",)
    return Ruling(label="done", allowed=True, why="changed and recorded", citation=citation, warnings=warnings, at=by)


def after_hours(start: datetime, hours: int) -> datetime:
    """A moment some clock hours later, in the zone of the start; a change of the clock makes no difference."""
    if start.tzinfo is None:
        return start + timedelta(hours=hours)
    return (start.astimezone(UTC) + timedelta(hours=hours)).astimezone(start.tzinfo)
