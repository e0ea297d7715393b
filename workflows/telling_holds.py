"""What was done to holds, one sentence for each kind of act."""

from collections.abc import Callable, Mapping

from workflows.wording import Deed, Names, line, quoted, records, who


def _hold_placed(deed: Deed, _: Names) -> str:
    request, numbers = deed.data.get("request"), deed.data.get("numbers", ())
    reach = records(numbers) if numbers else line(deed.data.get("said_as") or "all that it may reach")
    if not request:
        kind = f"{deed.data['kind']}, {quoted(deed.data['matter'])}"
        return f"{who(deed)} placed hold {deed.subject} ({kind}) on {reach}"
    return f"hold {deed.subject} placed by request {request} on {reach} ({who(deed)})"


def _hold_released(deed: Deed, _: Names) -> str:
    reason = deed.data.get("reason")
    return f"hold {deed.subject} released ({f'{quoted(reason)}, ' if reason else ''}{who(deed)})"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "hold.placed": _hold_placed,
    "hold.released": _hold_released,
}
"""Each kind of act and its sentence."""
