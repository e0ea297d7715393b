"""How purges are told on the terminal: lists with their reasons, steps with who and when."""

from collections.abc import Iterable, Mapping
from typing import Any

from console.cli.output import counted
from custody.authority import PurgeBatch, PurgeState
from workflows.purge_steps import Story

_DONE = {
    "purge.proposed": "proposed by {}",
    "purge.approved": "approved by {}",
    "purge.begun": "ordered to be carried out by {}",
    "purge.cancelled": "cancelled by {}",
    "purge.returned": "thrown back by the program: nothing was destroyed",
    "certificate.issued": "certificate issued",
}
_NEXT = {
    PurgeState.PROPOSED: "ofrecord purge approve {}",
    PurgeState.APPROVED: "ofrecord purge execute {}",
    PurgeState.BEGUN: "ofrecord purge execute {}",
    PurgeState.CERTIFIED: "ofrecord purge certificate {}",
    PurgeState.RETURNED: "ofrecord purge propose",
    PurgeState.CANCELLED: "ofrecord purge propose",
}


def batch_data(batch: PurgeBatch) -> dict[str, Any]:
    """A purge as JSON data."""
    return {
        "number": batch.number, "state": batch.state.value, "count": batch.count, "list_sha256": batch.list_sha256,
        "waits": batch.waits.as_data(),
    }  # fmt: skip


def batch_line(batch: PurgeBatch, ready: str) -> str:
    """A purge in one line."""
    when = f"  next step from {ready}" if ready else ""
    return f"{batch.number:>4}  {batch.state.value:10} {counted(batch.count, 'record')}{when}"


def due_lines(found: Mapping[str, Any]) -> list[str]:
    """A list, or what would be on one: what goes by which rule, and what stays for which reason."""
    may = f"{counted(found['count'], 'record')} may be destroyed:" if found["count"] else "nothing may be destroyed."
    lines = [f"On {found['on']} {may}"]
    for row in found["series"]:
        lines.append(f"  {row['series']:14} {row['count']:>9,}  {row['oldest'] or '?'} to {row['newest'] or '?'}")
        rule = f"{row['governed_by']}, {row['period']}, {row['authority']}"
        lines.append(f"    because of {rule}; all of them since {row['eligible_on']}")
        if row.get("transferred"):
            handed_over = counted(row["transferred"], "of them was", "of them were")
            lines.append(f"    {handed_over} transferred and received; what goes is the city's own copy")
        if not row["verified_by"]:
            lines.append("    NOT VERIFIED: nobody has compared this rule with its source. Ask the city attorney.")
    if found.get("items"):
        listed = ", ".join(f"item {n} of run {run}" for run, n in found["items"][:40])
        more = f" and {len(found['items']) - 40:,} more" if len(found["items"]) > 40 else ""
        lines.append(f"With them {counted(len(found['items']), 'item')} set aside by imports, whole, because they hold")
        lines.append(f"  the text of these records: {listed}{more}. What else they hold goes as well.")
    stays = [f"  {count:>9,}  {reason}" for reason, count in found["excluded"].items()]
    lines += [f"{counted(found['kept'], 'record')} must be kept longer."] if found["kept"] else []
    lines += ["Left out, although their period is over:", *stays] if stays else []
    if found["unverified"] and not found["count"]:
        rules = " ".join(f"--although-unverified {rule}" for rule in found["unverified"])
        lines.append(f"If the city attorney has said that the rule is right: ofrecord purge propose {rules}")
    if found["shared_media"]:
        lines.append(
            f"{counted(found['shared_media'], 'picture or file', 'pictures or files')} stay: others show them."
        )
    return lines


def story_lines(told: Story, ready: str) -> list[str]:
    """A purge: where it stands, its list, and what comes next."""
    batch = told.batch
    lines = [f"Purge {batch.number} is {batch.state.value}."]
    lines += due_lines({**told.proposal, "count": batch.count})
    lines.append(f"  list SHA-256 {batch.list_sha256}")
    lines += [f"  waits are shorter than usual, {each}" for each in batch.waits.shortened()]
    when = f", from {ready} on" if ready else ""
    lines.append(f"Next{when}: {_NEXT[batch.state].format(batch.number)}")
    return lines


def step_lines(steps: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """What was done to a purge, in order."""
    lines = []
    for at, step in steps:
        who = step.get("signed", {}).get("name", "")
        why = f": {step['reason']}" if step.get("reason") else ""
        if step.get("reasons"):
            why = ": " + "; ".join(f"{name} ({count:,})" for name, count in step["reasons"].items())
        lines.append(f"  {at}  {_DONE[step['kind']].format(who)}{why} (ledger entry {step['leaf']:,})")
    return lines
