"""What was destroyed, one sentence for each kind of act."""

from collections.abc import Callable, Mapping

from workflows.wording import Deed, Names, line, who


def _executed(deed: Deed, _: Names) -> str:
    count, versions = deed.data["count"], deed.data["versions"]
    what = "1 record" if count == 1 else f"{count:,} records"
    more = "" if versions == count else f" in {versions:,} versions"
    items = len(deed.data.get("items", ()))
    more += f" and {items:,} set aside" if items else ""
    return f"{who(deed)} destroyed {what}{more} for good, certificate {line(deed.data['authority']['certificate'], 60)}"


def _verified(deed: Deed, _: Names) -> str:
    files, size = deed.data["files"], deed.data["bytes"] + deed.data["accounted"]
    return f"nothing of destruction {deed.subject} was found in {files:,} files, {size:,} bytes ({who(deed)})"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "disposition.executed": _executed,
    "disposition.verified": _verified,
}
"""Each kind of act and its sentence."""
