"""What a case about answering came to, as it grows: values to compare, refusals, warnings, sentences."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from custody.ruling import Ruling


@dataclass(kw_only=True, slots=True)
class Judged:
    """What a case came to. `refused` holds names with sentences; `values` what can be compared with an expectation,
    `each_subject` what is judged of each individual a record is about, in their order.
    """

    values: dict[str, Any] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    each_subject: dict[str, list[Any]] = field(default_factory=dict)

    def refuse(self, name: str, why: str) -> None:
        """Note that something was refused."""
        self.refused.append((name, why))

    def ruling(self, name: str, ruling: Ruling) -> None:
        """Note a rule's answer; one that does not allow is a refusal under `name`."""
        self.warned += ruling.warnings
        self.needs += ruling.needs
        self.said.append(f"{ruling.why} ({ruling.citation})" if ruling.citation else ruling.why)
        if not ruling.allowed:
            self.refuse(name, f"{ruling.label}: {ruling.why}. {' '.join(ruling.needs)}".strip())


def names_of(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Refusals as a person reads them: name and sentence."""
    return [f"{name}: {why}" for name, why in pairs]
