"""How purges are told on the terminal: lists with their reasons, steps with who and when."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from console.cli.output import counted
from custody.authority import PurgeBatch, PurgeState, numbers_in
from custody.ids import label_of
from workflows.purge_dry_run import WouldDestroy, WouldPropose
from workflows.purge_list import LISTED, NOT_VERIFIED
from workflows.purge_steps import Story
from workflows.set_aside import Item

_DONE = {
    "purge.proposed": "proposed by {}",
    "purge.approved": "approved by {}",
    "purge.begun": "ordered to be carried out by {}",
    "purge.cancelled": "cancelled by {}",
    "purge.returned": "thrown back by the program, it destroyed nothing",
    "purge.replayed": "carried out once more by the program, after a restore",
    "certificate.issued": "certificate issued",
}
_NEXT = {
    PurgeState.PROPOSED: "ofrecord purge approve {}",
    PurgeState.APPROVED: "ofrecord purge execute {}",
    PurgeState.BEGUN: "ofrecord purge execute {}",
    PurgeState.CERTIFIED: "ofrecord purge certificate {}",
    PurgeState.EXECUTED: "nothing; keep its certificate {}",
    PurgeState.RETURNED: "ofrecord purge propose",
    PurgeState.CANCELLED: "ofrecord purge propose",
}


_ENDED = {
    PurgeState.CERTIFIED: "they are destroyed",
    PurgeState.RETURNED: "it was thrown back, it destroyed nothing",
    PurgeState.CANCELLED: "it was cancelled, it destroyed nothing",
}
_HALF = "DESTROYED already; the search for remains has not ended"


def batch_data(batch: PurgeBatch, destroyed: bool) -> dict[str, Any]:
    """A purge as JSON data. `destroyed`: its records are not there any more."""
    again = {name: getattr(batch, name) for name in ("certificate", "executed_at", "replayed_at")}
    return {
        **(again if batch.state is PurgeState.EXECUTED else {}),
        "number": batch.number, "state": batch.state.value, "count": batch.count, "destroyed": destroyed,
        "list_sha256": batch.list_sha256,
        "waits": batch.waits.as_data(),
    }  # fmt: skip


def _is_half(batch: PurgeBatch, destroyed: bool) -> bool:
    return destroyed and batch.state is PurgeState.BEGUN


def batch_line(batch: PurgeBatch, ready: str, destroyed: bool, became: str = "") -> str:
    """A purge in one line. `became`: what became of one that was done again after a restore."""
    when = f"  next step from {ready}" if ready else ""
    if _is_half(batch, destroyed):
        when = f"  {_HALF}: ofrecord purge finish"
    if became:
        when = f"  {became}"
    return f"{batch.number:>4}  {batch.state.value:10} {counted(batch.count, 'record')}{when}"


_CURES = {
    "no ordinance": "ofrecord schedules ordinance",
    "notice not sent": "ofrecord notice draft",
    "notice too early": "ofrecord notice draft, now that the period has ended",
    "no usable date": "ofrecord retention event R... --what created --on DAY",
    "event not recorded": "ofrecord retention event --help",
    "review": "ofrecord retention event R... --what reviewed --on DAY",
    "set aside": "ofrecord transfer --help",
    "transfer": "ofrecord transfer --help",
    "open request": "ofrecord request list",
    "court action": "ofrecord request court --help",
    "hold": "ofrecord hold list",
    "schedule expired": "ofrecord schedules list",
    "no effective series": "ofrecord schedules list",
    "fixity": "ofrecord verify",
    NOT_VERIFIED: "the city attorney; then --although-unverified RULE",
    LISTED: "ofrecord purge list",
}
"""What to run or whom to ask for each reason why a record is not on a list."""


def _reason(reason: str) -> str:
    return f"{reason} ({_CURES[reason]})" if reason in _CURES else reason


def _by_one(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = []
    for row in rows:
        first = ", ".join(label_of(number) for number in numbers_in(row["records"][:5])[:5])
        more = ", ..." if row["count"] > 5 else ""
        moved = f" from {row['from']} to {row['to']}" if row["from"] else ""
        lines.append(
            f"  BY ONE PERSON: {counted(row['count'], 'record')} {row['what']}{moved} by {row['by']} on {row['on']}"
        )
        if row["shorter"]:
            lines.append(f"    {row['shorter']:,} of them may go earlier because of it; look at them: {first}{more}")
    return lines


def what_goes(count: int, aside: Sequence[Any]) -> str:
    """What a purge destroys: so many records, and items set aside where some are listed."""
    return counted(count, "record") + (f" and {counted(len(aside), 'item')} set aside" if aside else "")


def would_propose_lines(would: WouldPropose, data: Mapping[str, Any]) -> list[str]:
    """What proposing would do: the list as it would be frozen, and whether it would be refused."""
    lines = ["A dry run: nothing was changed, and nothing is proposed.", *due_lines(data)]
    if would.stopped is None:
        return [*lines, f"It would be proposed: {what_goes(len(would.found.numbers), would.items)}."]
    if would.in_the_way:
        lines.append(f"It would be REFUSED as it is, because of {counted(len(would.in_the_way), 'item')} set aside.")
    return [*lines, *would.stopped]


def _aside(items: Iterable[Item]) -> str:
    listed = [*items]
    named = ", ".join(f"item {n} of run {run}" for run, n in listed[:40])
    return named + (f" and {len(listed) - 40:,} more" if len(listed) > 40 else "")


def would_destroy_lines(would: WouldDestroy, ready: str) -> list[str]:
    """What carrying a purge out would do. `ready`: from when on the next step is possible."""
    batch, goes = would.batch, what_goes(would.batch.count, would.items)
    lines = [f"A dry run: nothing was changed. Purge {batch.number} is {batch.state.value}, {goes}."]
    if would.items:
        lines.append(f"  With its records go, whole, as set aside by imports: {_aside(would.items)}.")
    lines += [f"  {label_of(each)} may not go: {why}" for each, why in sorted(would.refused.items())[:20]]
    if would.refused:
        return [*lines, f"{counted(len(would.refused), 'record')} would throw the whole list back. Freeze a new one."]
    if would.stopped is not None:
        return [*lines, *would.stopped]
    lines.append(f"Every record on it may still go. The next step is possible from {ready or 'no day'} on.")
    return [*lines, f"Carried out, it would destroy {goes}, for good."]


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
    lines += _by_one(found.get("by_one", ()))
    if found.get("items"):
        lines.append(f"With them {counted(len(found['items']), 'item')} set aside by imports, whole, because they hold")
        lines.append(f"  the text of these records: {_aside(found['items'])}. What else they hold goes as well.")
    stays = [f"  {count:>9,}  {_reason(reason)}" for reason, count in found["excluded"].items()]
    if found["kept"]:
        lines.append(
            f"{counted(found['kept'], 'record')} must be kept longer: the period, or the days after it, still run."
        )
    if stays:
        lines.append("Left out for these reasons (a record can have several):")
        lines += stays
    if found["unverified"] and not found["count"]:
        rules = " ".join(f"--although-unverified {rule}" for rule in found["unverified"])
        lines.append(f"If the city attorney has said that the rule is right: ofrecord purge propose {rules}")
    if found["shared_media"]:
        lines.append(
            f"{counted(found['shared_media'], 'picture or file', 'pictures or files')} stay: others show them."
        )
    return lines


def story_lines(told: Story, ready: str, destroyed: bool, became: str = "") -> list[str]:
    """A purge: where it stands, its list, and what comes next."""
    batch, half = told.batch, _is_half(told.batch, destroyed)
    ended = _HALF if half else _ENDED.get(batch.state, "nothing is destroyed yet")
    lines = [became or f"Purge {batch.number} is {batch.state.value}: {ended}."]
    lines.append(f"Its list, frozen on {told.proposal['on']}: {counted(batch.count, 'record')}.")
    lines += due_lines({**told.proposal, "count": batch.count})[1:]
    lines.append(f"  list SHA-256 {batch.list_sha256}")
    lines += [f"  waits are shorter than usual, {each}" for each in batch.waits.shortened()]
    when = f", from {ready} on" if ready and not half else ""
    following = "ofrecord purge finish" if half else _NEXT[batch.state].format(batch.certificate or batch.number)
    lines.append(f"Next{when}: {following}")
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


def destroyed_lines(document: Mapping[str, Any], pdf: Path, proofs: Path) -> list[str]:
    """What is said when records are destroyed: what went, what is kept all the same, and where the certificate lies."""
    lines = [f"{counted(document['count'], 'record')} destroyed; a search of every byte found no remains."]
    if document["residue"].get("kept_in"):
        places = ", ".join(document["residue"]["kept_in"])
        lines.append(f"Kept, with a retention of its own, although some of it stands there: {places}.")
    lines += [f"Certificate {document['certificate']}, kept for ever:", f"  {pdf}", f"  {proofs}"]
    lines.append(f"Next: read it, and let others remember it: ofrecord purge check {proofs}")
    return lines
