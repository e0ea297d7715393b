"""What the commands about requests share: how records are named, and how redactions and counts are shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from console.cli.output import note
from custody.errors import UsageError
from custody.ids import RecordNumber, label_of, number_of
from custody.request import Redaction
from workflows import letters, requesting
from workflows.house import House


def record_named(label: str) -> RecordNumber:
    """The record a person names. Raises UsageError when it is no record number."""
    number = number_of(label)
    if number is None:
        raise UsageError(f"{label!r} is no record number.", "They look like R13.")
    return number


def redaction_data(part: Redaction) -> dict[str, Any]:
    """A redaction as JSON data."""
    names = ("version", "field", "start", "end", "code", "note", "region", "origin")
    return {"record": label_of(part.record), **{name: getattr(part, name) for name in names}}


def named(numbers: Sequence[int], most: int = 8) -> str:
    """Records by name, the first few of many."""
    labels = [label_of(number) for number in numbers]
    more = f" and {len(labels) - most:,} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more


def marks_line(marks: Mapping[str, int]) -> str:
    """The marks of a request with their counts, as one line."""
    return ", ".join(f"{count:,} {mark}" for mark, count in sorted(marks.items())) or "nothing collected"


def reason_said(house: House, code: str) -> None:
    """Say what a reason code stands for where it is chosen, and whether a person has compared it with the statute."""
    for each in requesting.codes(house):
        if each["code"] == code:
            note(f"{code} stands for {each['citation']}: {each['words']}.")
            if not each["verified_by"]:
                note("Nobody has compared this reason with the statute yet: ask the city attorney.")


def law_unverified(house: House, what: str) -> None:
    """Say that nobody has compared what the program says with the law, as long as that is so."""
    if letters.is_unverified(house):
        note(f"Nobody has compared {what} with the statutes yet: ask the city attorney.")
