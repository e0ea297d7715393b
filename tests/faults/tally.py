"""How many points each fault test visits, with which seed, and the table of what was really visited."""

import os
import time
from dataclasses import dataclass, field

FULL = os.environ.get("FAULTS") == "full"
SEED = int(os.environ.get("FAULTS_SEED", "20261121"))
LINES: list["Count"] = []


def points(full: int, slice_: int) -> int:
    """How many points to visit: all by name (`make test-faults`), a slice in `make test`."""
    return full if FULL else slice_


@dataclass
class Count:
    """One line of the table. A test makes it first, counts in it, and closes it with `reached`."""

    what: str
    wanted: int
    done: int = 0
    notes: dict[str, float] = field(default_factory=dict)
    skipped: str = ""
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        print(f"{self.what}: seed {SEED}")
        LINES.append(self)

    def note(self, name: str, more: float = 1) -> None:
        self.notes[name] = self.notes.get(name, 0) + more

    def most(self, name: str, value: float) -> None:
        self.notes[name] = round(max(self.notes.get(name, 0), value), 3)

    def reached(self) -> None:
        """The loop ran as often as it was meant to: one that ran never proves nothing."""
        self.seconds = time.monotonic() - self.began
        assert self.done >= self.wanted > 0, f"{self.what}: {self.done} of {self.wanted} points"


def table() -> list[str]:
    lines = [f"{'fault':<38} {'wanted':>7} {'done':>7} {'seconds':>8}  notes"]
    for line in LINES:
        notes = line.skipped or ", ".join(f"{name} {value:g}" for name, value in sorted(line.notes.items()))
        lines.append(f"{line.what:<38} {line.wanted:>7} {line.done:>7} {line.seconds:>8.1f}  {notes}")
    skipped = sum(bool(line.skipped) for line in LINES)
    return [*lines, f"fault tests skipped: {skipped}; seed {SEED}; {'all points' if FULL else 'a slice of the points'}"]
