"""What was done to users and purges, one sentence for each kind of act."""

from collections.abc import Callable, Mapping

from custody.authority import Waits
from workflows.wording import Deed, Names, line, quoted


def _signer(deed: Deed) -> str:
    return line(str(deed.data["signed"]["name"]), 60)


def _count(deed: Deed) -> str:
    count = deed.data["count"]
    return "1 record" if count == 1 else f"{count:,} records"


def _user_enrolled(deed: Deed, _: Names) -> str:
    if deed.data["signed"]["user"] == deed.subject:
        return f"{_signer(deed)} enrolled as this archive's first director, signing for themselves"
    return f"{_signer(deed)} enrolled {line(deed.data['name'], 60)} as {deed.data['role']}"


def _user_retired(deed: Deed, _: Names) -> str:
    return f"{_signer(deed)} retired the user {line(deed.data['name'], 60)}: {quoted(deed.data['reason'])}"


def _password_changed(deed: Deed, _: Names) -> str:
    return f"{_signer(deed)} changed their password"


def _user_refused(deed: Deed, _: Names) -> str:
    return f"a wrong password was given for {line(deed.data['name'], 60)}"


def _waits_set(deed: Deed, _: Names) -> str:
    said = "; ".join(Waits(**deed.data["waits"]).shortened()) or "as long as they do by default"
    return f"{_signer(deed)} decided how long purges wait ({said}): {quoted(deed.data['reason'])}"


def _proposed(deed: Deed, _: Names) -> str:
    return f"{_signer(deed)} proposed purge {deed.subject}: {_count(deed)}"


def _approved(deed: Deed, _: Names) -> str:
    return f"{_signer(deed)} approved purge {deed.subject}: {_count(deed)}"


def _begun(deed: Deed, _: Names) -> str:
    return f"{_signer(deed)} ordered purge {deed.subject} to be carried out: {_count(deed)}"


def _returned(deed: Deed, _: Names) -> str:
    reasons = ", ".join(f"{line(name, 60)} ({count:,})" for name, count in sorted(deed.data["reasons"].items()))
    return f"purge {deed.subject} was thrown back before it destroyed anything: {reasons}"


def _replayed(deed: Deed, names: Names) -> str:
    day = names.day(deed.data["executed_at"])
    certificate = line(deed.data["certificate"], 40)
    before = f"purge {deed.subject}, carried out on {day} ({certificate})"
    return f"{before}, was done again after the restore: {_count(deed)}"


def _cancelled(deed: Deed, _: Names) -> str:
    return f"{_signer(deed)} cancelled purge {deed.subject}: {quoted(deed.data['reason'])}"


def _certificate_issued(deed: Deed, _: Names) -> str:
    certificate = deed.data["document"]
    count = certificate["count"]
    what = "1 record" if count == 1 else f"{count:,} records"
    return f"certificate {line(deed.data['certificate'], 40)} was issued: {what} destroyed by purge {deed.subject}"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "user.enrolled": _user_enrolled,
    "user.retired": _user_retired,
    "user.password_changed": _password_changed,
    "user.refused": _user_refused,
    "purge.waits_set": _waits_set,
    "purge.proposed": _proposed,
    "purge.approved": _approved,
    "purge.begun": _begun,
    "purge.returned": _returned,
    "purge.replayed": _replayed,
    "purge.cancelled": _cancelled,
    "certificate.issued": _certificate_issued,
}
"""Each kind of act and its sentence."""
