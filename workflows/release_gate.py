"""Why a request's records may not go out yet: what is open is counted here, and every way out asks before it writes."""

from workflows.house import House
from workflows.subjects import subject_blocks


def release_blocks(house: House, number: int) -> list[str]:
    """Each reason why nothing of this request may be released today, in plain words; empty when there is none."""
    return [*subject_blocks(house, number)]
