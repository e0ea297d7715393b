"""What was done in reviewing a request, one sentence for each kind of act. Withheld words never stand in them."""

from collections.abc import Callable, Mapping

from workflows.wording import Deed, Names, line, records, who


def _context_added(deed: Deed, _: Names) -> str:
    return f"{who(deed)} added {records(deed.data['numbers'])} to request {deed.subject} as context"


def _assigned(deed: Deed, _: Names) -> str:
    data, what = deed.data, f"{records(deed.data['numbers'])} of request {deed.subject}"
    if not data["department"]:
        return f"{who(deed)} took back to whom {what} had been given"
    until = f", due {data['due']}" if data["due"] else ""
    return f"{who(deed)} gave {what} to {line(data['department'], 60)}{until}"


def _places(count: int, one: str = "place") -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {one}s"


def _made_together(deed: Deed, _: Names) -> str:
    data = deed.data
    what = f"{_places(len(data['redactions']))} in {records(data['numbers'])}"
    return f"{who(deed)} withheld {what}, in request {deed.subject}, as {line(data['origin'], 40)} ({data['code']})"


def _lifted_together(deed: Deed, _: Names) -> str:
    what = f"{records(deed.data['numbers'])} in request {deed.subject}"
    return f"{who(deed)} took back what was withheld as {line(deed.data['origin'], 40)}: {what}"


def _drafted(deed: Deed, _: Names) -> str:
    kinds = sorted({each["kind"] for each in deed.data["drafts"]})
    what = f"{_places(len(deed.data['drafts']), 'redaction')} in {records(deed.data['numbers'])}"
    return f"{who(deed)} had {what} of request {deed.subject} proposed ({line(', '.join(kinds), 80)})"


def _drafts_decided(deed: Deed, _: Names) -> str:
    count, state = len(deed.data["drafts"]), deed.data["state"]
    return f"{who(deed)} {state} {_places(count, 'proposed redaction')} of request {deed.subject}"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "request.context-added": _context_added,
    "request.assigned": _assigned,
    "redaction.made-together": _made_together,
    "redaction.lifted-together": _lifted_together,
    "redaction.drafted": _drafted,
    "redaction.drafts-decided": _drafts_decided,
}
"""Each kind of act and its sentence."""
