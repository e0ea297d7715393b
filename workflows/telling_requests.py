"""What was done to a records request, one sentence for each kind of act."""

from collections.abc import Callable, Mapping

from custody.ids import label_of
from workflows.wording import Deed, Names, quoted, records, who


def _request_opened(deed: Deed, names: Names) -> str:
    channel = {"email": "e-mail"}.get(deed.data["channel"], deed.data["channel"].replace("-", " "))
    received = f"received {names.day(deed.data['received_at'])} by {channel}"
    return f"{who(deed)} opened request {deed.subject}: {quoted(deed.data['words'])} ({received})"


def _request_collected(deed: Deed, _: Names) -> str:
    found = records(deed.data["numbers"])
    return f"{who(deed)} collected {found} for request {deed.subject}: {quoted(deed.data['query'])}"


def _request_marked(deed: Deed, _: Names) -> str:
    why = [deed.data["code"], quoted(deed.data["note"]) if deed.data["note"] else ""]
    about = ", ".join(each for each in why if each)
    said = f"{who(deed)} marked {records(deed.data['numbers'])} in request {deed.subject}: {deed.data['mark']}"
    return f"{said} ({about})" if about else said


def _request_redacted(deed: Deed, _: Names) -> str:
    part = deed.data["redaction"]
    size = part["end"] - part["start"]
    what = f"{size:,} {'character' if size == 1 else 'characters'} of the {part['field']}"
    what = f"the whole {part['field']}" if part["end"] < 0 else what
    where = f"{label_of(part['record'])}, version {part['version']}, in request {deed.subject}"
    return f"{who(deed)} withheld {what} of {where} ({part['code']})"


def _redaction_lifted(deed: Deed, _: Names) -> str:
    where = f"{label_of(deed.data['record'])} in request {deed.subject}"
    return f"{who(deed)} took back redaction {deed.data['n']} of {where}"


def _request_responded(deed: Deed, _: Names) -> str:
    data = deed.data
    sums = f"{data['released']:,} in full, {data['redacted']:,} in part, {data['withheld']:,} withheld"
    digests = ", ".join(each["sha256"] for each in data.get("parts") or ()) or data["zip_sha256"]
    return f"response to request {deed.subject} released: {sums}; ZIP sha256 {digests} ({who(deed)})"


def _answer_added(deed: Deed, _: Names) -> str:
    return f"{who(deed)} wrote {' and '.join(deed.data['files'])} beside the answer to request {deed.subject}"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "request.opened": _request_opened,
    "request.collected": _request_collected,
    "request.marked": _request_marked,
    "request.redacted": _request_redacted,
    "redaction.lifted": _redaction_lifted,
    "request.responded": _request_responded,
    "answer.added": _answer_added,
}
"""Each kind of act and its sentence."""
