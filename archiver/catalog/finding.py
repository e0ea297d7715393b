"""What a verification says: something that is not as it was kept."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that is not as it was kept: a named code, the object, what it means."""

    code: str
    object: str
    message: str
