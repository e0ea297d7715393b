"""What keeps a request from being answered: every release path asks here first."""

from workflows.drafting import draft_blocks
from workflows.house import House
from workflows.subjects import subject_blocks


def release_blocks(house: House, number: int) -> list[str]:
    """Why nothing of a request may go out now, one sentence each with its cure; empty when it may."""
    return [*draft_blocks(house, number), *subject_blocks(house, number)]
