"""What to do about each finding on signatures, roles and purges."""

from collections.abc import Mapping

_ASK = "keep the folder as it is, and ask both people and the director: a court would ask too"
_KEEP = "keep the folder as it is, and find out who wrote it: it did not come from this program's own steps"

HINTS: Mapping[str, str] = {
    "act-unsigned": _KEEP,
    "act-misdated": _KEEP,
    "act-unreadable": _KEEP,
    "user-changed": "run `ofrecord rebuild`, and find out who changed the users in the database",
    "purge-changed": "run `ofrecord rebuild`, and find out who changed the purge in the database",
    "purge-unsigned": "take it to the city attorney: what is destroyed cannot come back; restore an older backup aside",
    "purge-own-approval": _ASK,
    "purge-approver-new": _ASK,
    "purge-retired": _ASK,
    "purge-wrong-role": _ASK,
    "purge-out-of-order": _ASK,
    "purge-other-list": _ASK,
    "purge-too-soon": _ASK,
    "purge-in-grace": _ASK,
    "purge-wait-cut": _ASK,
    "purge-while-held": "take it to the city attorney at once (Wisconsin: Wis. Stat. 19.35(5))",
    "purge-too-early": "take it to the city attorney at once (Wisconsin: Wis. Stat. 19.21(4))",
    "purge-terms-changed": _ASK,
    "purge-clock": _ASK,
    "certificate-without-purge": _KEEP,
}
"""Each code and what to do."""
