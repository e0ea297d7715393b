"""What was done with finished answers, one sentence for each kind of act."""

from collections.abc import Callable, Mapping

from workflows.wording import Deed, Names, line, quoted, who


def _request_sent(deed: Deed, _: Names) -> str:
    to, note = line(deed.data["to"], 60), deed.data["note"]
    way = deed.data["by_way"].replace("-", " ").replace("_", " ")
    said = f"{who(deed)} sent the response to request {deed.subject} to {to} by {way}"
    said += f" on {deed.data['day']}" if deed.data.get("day") else ""
    about = f" ({quoted(note)})" if note else ""
    return f"{said}{about}; ZIP sha256 {', '.join(deed.data['zip_sha256'])}"


def _request_published(deed: Deed, _: Names) -> str:
    where, files = line(deed.data["to"], 80), f"{deed.data['files']:,} files"
    title = quoted(deed.data["title"])
    return f"{who(deed)} published the response to request {deed.subject} in {where} as {title}, {files}"


def _request_unpublished(deed: Deed, _: Names) -> str:
    return f"{who(deed)} took the response to request {deed.subject} back from {line(deed.data['to'], 80)}"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "request.sent": _request_sent,
    "request.published": _request_published,
    "request.unpublished": _request_unpublished,
}
"""Each kind of act and its sentence."""
