"""What was done to holds, one sentence for each kind of act."""

from collections.abc import Callable, Mapping

from workflows.wording import Deed, Names, line, quoted, records, who


def _hold_placed(deed: Deed, _: Names) -> str:
    request, numbers = deed.data.get("request"), deed.data.get("numbers", ())
    cause = f"request {request}" if request else f"{deed.data['kind']}, {quoted(deed.data['matter'])}"
    reach = records(numbers) if numbers else line(deed.data.get("said_as") or "all that it may reach")
    return f"hold {deed.subject} placed by {cause} on {reach} ({who(deed)})"


def _hold_released(deed: Deed, _: Names) -> str:
    reason = deed.data.get("reason")
    return f"hold {deed.subject} released ({f'{quoted(reason)}, ' if reason else ''}{who(deed)})"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "hold.placed": _hold_placed,
    "hold.released": _hold_released,
}
"""Each kind of act and its sentence."""
