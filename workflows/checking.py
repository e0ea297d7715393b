"""Checking what is handed in or out: WARC files, anybody's, and response packages."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.warc_check import Tally, check
from archiver.warc_rules import Finding, Profile
from exports.verifier import verify

PROFILES = tuple(profile.value for profile in Profile)
MOST_KEPT = 1000
"""Findings of one file that are kept one by one; all are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedFile:
    """What was found in one file: the first findings, how many there are of each code, and how much was read.

    `error` says why the file could not be read (to its end), "" when it could.
    """

    path: Path
    findings: tuple[Finding, ...]
    counts: dict[str, int]
    damages: int
    records: int
    bytes: int
    error: str

    @property
    def whole(self) -> bool:
        """Whether it was read and breaks no rule."""
        return not self.damages and not self.error


def check_warc(path: Path, profile: str) -> CheckedFile:
    """Check one file to its end. A file that cannot be read is said so, not raised: the next may be readable."""
    tally, kept, counts, damages, error = Tally(), list[Finding](), Counter[str](), 0, ""
    try:
        for finding in check(path, Profile(profile), tally):
            counts[finding.code] += 1
            damages += finding.is_damage
            if len(kept) < MOST_KEPT:
                kept.append(finding)
    except OSError as failure:
        error = failure.strerror or type(failure).__name__
    return CheckedFile(
        path=path, findings=tuple(kept), counts=dict(sorted(counts.items())), damages=damages,
        records=tally.records, bytes=tally.bytes, error=error,
    )  # fmt: skip


def check_response(path: Path, key: str = "") -> tuple[dict[str, Any], list[str]]:
    """Check a response package (a ZIP, or the folder it was unpacked into) as everybody can who gets it.

    `key` is the archive's public key as it is published. Returns the report as JSON data and in plain words.
    """
    report = verify.check(path, key)
    return report.data(), list(verify.told(report, bool(key)))
