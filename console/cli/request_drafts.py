"""`ofrecord request drafts`: proposals to withhold something; a person accepts or dismisses each."""

import click

from console.cli.output import counted, note, say, settings_of, with_json
from console.cli.request_words import reason_said
from custody.ids import label_of
from custody.review import DraftState
from workflows import drafting
from workflows.drafting import Proposal
from workflows.house import open_for_writing, open_house


@click.group("drafts")
def drafts() -> None:
    """Proposals to withhold something: telephone numbers, addresses, words that are withheld elsewhere.

    A draft withholds nothing until you accept it. While one is open, no answer can go out.

    \b
    Example:
      ofrecord request drafts find 1
      ofrecord request drafts list 1
      ofrecord request drafts accept 1 --kind phone --reason WI-BAL --note "private telephone numbers"
      ofrecord request drafts find 1 --pattern "house=\\bdry again\\b"
      ofrecord request drafts dismiss 1 --all
    """


@drafts.command("find")
@click.argument("number", type=int)
@click.option("--kind", "wanted", multiple=True, help="Only this kind; may be repeated. Default: all kinds.")
@click.option("--pattern", "own", multiple=True, metavar="NAME=EXPRESSION", help="A pattern of your own (RE2).")
@click.option("--dry-run", is_flag=True, help="Only count what would be proposed.")
@with_json
@click.pass_context
def find(
    context: click.Context, number: int, wanted: tuple[str, ...], own: tuple[str, ...], dry_run: bool, as_json: bool
) -> None:
    """Look through every version of all that would go out, and propose. What was proposed before is not again.

    \b
    Example:
      ofrecord request drafts find 1 --dry-run
      ofrecord request drafts find 1
    """
    with open_for_writing(settings_of(context)) as house:
        found = drafting.find(house, number, wanted, own, dry_run)
        waiting = len(drafting.open_drafts(house, number))
    lines = [f"{count:>6,} {kind}" for kind, count in sorted(found.items())]
    verb = "would be proposed" if dry_run else "proposed"
    lines.append(f"{counted(sum(found.values()), 'new draft')} {verb}; {waiting:,} open in request {number}.")
    lines += [f"Next: ofrecord request drafts list {number}"] if waiting else []
    note("Only what has a form is found: names, faces and what can be read between the lines are yours to see.")
    say(as_json, {"found": found, "open": waiting, "dry_run": dry_run}, lines)


@drafts.command("list")
@click.argument("number", type=int)
@click.option("--kind", default="", help="Only this kind.")
@click.option(
    "--state", type=click.Choice([each.value for each in DraftState]), default="open", show_default=True,
    help="What became of them.",
)  # fmt: skip
@with_json
@click.pass_context
def list_(context: click.Context, number: int, kind: str, state: str, as_json: bool) -> None:
    """Show drafts with the words they would withhold.

    \b
    Example:
      ofrecord request drafts list 1
    """
    with open_house(settings_of(context)) as house:
        found = drafting.proposals(house, number, kind, DraftState(state))
    lines = [_line(each) for each in found]
    lines.append(f"{counted(len(found), f'{state} draft')} in request {number}.")
    if found and state == "open":
        lines.append(f"Next: ofrecord request drafts accept {number} D1 --reason CODE, or drafts dismiss {number} D1")
    say(as_json, {"drafts": [_data(each) for each in found]}, lines)


@drafts.command("accept")
@click.argument("number", type=int)
@click.argument("names", nargs=-1, metavar="[DRAFT]...")
@click.option("--all", "everything", is_flag=True, help="All open drafts.")
@click.option("--kind", default="", help="All open drafts of a kind.")
@click.option("--reason", default="", help="The reason code.")
@click.option("--note", "text", default="", help="The specific reason, in your words; it is printed in the log.")
@click.option("--dry-run", is_flag=True, help="Only say what would be withheld.")
@with_json
@click.pass_context
def accept(
    context: click.Context,
    number: int,
    names: tuple[str, ...],
    everything: bool,
    kind: str,
    reason: str,
    text: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Withhold what drafts propose, under one reason.

    \b
    Example:
      ofrecord request drafts find 1
      ofrecord request drafts accept 1 --kind phone --reason WI-BAL --note "private telephone numbers"
    """
    with open_for_writing(settings_of(context)) as house:
        chosen = drafting.chosen(house, number, names, kind, everything)
        places = sum(len(each.places) for each in chosen)
        if not dry_run:
            places = drafting.accept(house, number, chosen, reason, text)
            reason_said(house, reason)
        left = len(drafting.open_drafts(house, number))
    told = "Would withhold" if dry_run else "Withheld"
    lines = [f"{told} {counted(places, 'place')} ({counted(len(chosen), 'draft')}); {left:,} open."]
    lines += [] if dry_run else ["Take back, record by record: ofrecord request redact ... --lift"]
    say(as_json, {"accepted": len(chosen), "places": places, "open": left, "dry_run": dry_run}, lines)


@drafts.command("dismiss")
@click.argument("number", type=int)
@click.argument("names", nargs=-1, metavar="[DRAFT]...")
@click.option("--all", "everything", is_flag=True, help="All open drafts.")
@click.option("--kind", default="", help="All open drafts of a kind.")
@with_json
@click.pass_context
def dismiss(
    context: click.Context, number: int, names: tuple[str, ...], everything: bool, kind: str, as_json: bool
) -> None:
    """Say that what drafts propose is to be shown. Who said so, and when, is kept in the log.

    \b
    Example:
      ofrecord request drafts find 1
      ofrecord request drafts dismiss 1 --all
    """
    with open_for_writing(settings_of(context)) as house:
        chosen = drafting.chosen(house, number, names, kind, everything)
        count = drafting.dismiss(house, number, chosen)
        left = len(drafting.open_drafts(house, number))
    say(as_json, {"dismissed": count, "open": left}, [f"Dismissed {counted(count, 'draft')}; {left:,} open."])


def _line(each: Proposal) -> str:
    draft = each.draft
    around = f"{_flat(each.before)}>>{_flat(each.words)}<<{_flat(each.after)}"
    count = f" ({len(draft.places)} versions)" if len(draft.places) > 1 else ""
    return f"D{draft.n:<4} {label_of(draft.record):<7} {draft.kind:<14} {draft.field}{count}: {around}"


def _flat(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _data(each: Proposal) -> dict[str, object]:
    draft = each.draft
    data = {"draft": f"D{draft.n}", "record": label_of(draft.record), "kind": draft.kind, "field": draft.field}
    return {**data, "words": each.words, "places": [list(place) for place in draft.places], "state": draft.state.value,
            "by": draft.by}  # fmt: skip
