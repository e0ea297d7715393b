"""`ofrecord request redact`, `person`, `person-back`: withholding parts of records."""

import click

from console.cli.output import counted, note, say, settings_of, with_json
from console.cli.request_words import named, reason_said, record_named, redaction_data
from custody.errors import UsageError
from custody.ids import label_of
from custody.request import Mark
from workflows import drafting, redacting, requesting, reviewing
from workflows.house import House, open_for_writing


@click.command("redact")
@click.argument("number", type=int)
@click.argument("record")
@click.option("--words", default="", help="The words to withhold, wherever they stand in the field.")
@click.option(
    "--field", default="text", show_default=True, help="text, title, author, permalink, media:0, alt:0, link:0."
)
@click.option("--whole", is_flag=True, help="Withhold the whole field.")
@click.option("--region", default="", metavar="X,Y,W,H", help="Blacken a part of picture --field media:0, in pixels.")
@click.option("--plain", is_flag=True, help="Show picture --field media:0 whole, without what its file says besides.")
@click.option("--reason", default="", help="The reason code.")
@click.option(
    "--note",
    "text",
    default="",
    help="The specific reason, in your words; it is printed in the log, so do not repeat what you withhold.",
)
@click.option("--lift", is_flag=True, help="Take back every redaction of this record.")
@with_json
@click.pass_context
def redact(
    context: click.Context,
    number: int,
    record: str,
    words: str,
    field: str,
    whole: bool,
    region: str,
    plain: bool,
    reason: str,
    text: str,
    lift: bool,
    as_json: bool,
) -> None:
    """Withhold a part of a record, in every version of it.

    Where the same words stand in other records of the request they are proposed there, as drafts.

    \b
    Example:
      ofrecord request redact 1 R13 --words "715-555-0142" --reason WI-BAL --note "private telephone number"
      ofrecord request redact 1 R13 --field author --whole --reason WI-BAL --note "a witness who fears reprisal"
      ofrecord request redact 1 R13 --lift
    """
    which = record_named(record)
    if not lift and bool(words) + whole + bool(region) + plain != 1:
        raise UsageError("Say what to withhold: --words, --whole, --region or --plain.", _REDACT_SO)
    with open_for_writing(settings_of(context)) as house:
        if lift:
            gone = requesting.lift(house, number, which)
            say(as_json, {"lifted": gone}, [f"Took back {counted(gone, 'redaction')} of {label_of(which)}."])
            return
        before = len(drafting.open_drafts(house, number))
        mark = reviewing.decisions_of(house, number).get(which)
        if region or plain:
            made = redacting.blacken(house, number, which, field, region or "-", reason, text)
        else:
            made = requesting.redact(house, number, which, field, words, reason, text)
        reason_said(house, reason)
        waiting = len(drafting.open_drafts(house, number))
        elsewhere = _elsewhere(house, number) if waiting > before else ""
    lines = [f"Withheld {counted(len(made), 'place')} in the {field} of {label_of(which)}. Take back with --lift."]
    if mark is not None and mark.mark in (Mark.WITHHOLD, Mark.EXCLUDE):
        was = "withheld whole" if mark.mark is Mark.WITHHOLD else "left out"
        note(f"{label_of(which)} was {was}. Now all of it that is not redacted goes out. If that is not meant:")
        note(f"  ofrecord request redact {number} {label_of(which)} --lift, and mark it again.")
    if elsewhere:
        lines.append(f"The same words also stand in {elsewhere}: proposed there, not withheld yet.")
        lines.append(f"Next: ofrecord request drafts list {number}")
    say(as_json, {"redactions": [redaction_data(part) for part in made], "open_drafts": waiting}, lines)


@click.command("person")
@click.argument("number", type=int)
@click.argument("name", default="")
@click.option("--handle", "handles", multiple=True, help="A name the person uses on a platform; may be repeated.")
@click.option("--reason", default="", help="The reason code.")
@click.option("--note", "text", default="", help="The specific reason, in your words; never repeat the name in it.")
@click.option("--dry-run", is_flag=True, help="Only say where the person stands.")
@with_json
@click.pass_context
def person(
    context: click.Context,
    number: int,
    name: str,
    handles: tuple[str, ...],
    reason: str,
    text: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Withhold one person everywhere in a request: name and handles in texts, mentions, titles, descriptions, authors
    and addresses. Parts of the name that stand alone are proposed as drafts.

    Names of files never go out: each file gets a name of its own. What a picture shows is not looked at.

    \b
    Example:
      ofrecord request person 1 "Pat Doe" --handle pat.doe --reason WI-BAL --note "a minor" --dry-run
      ofrecord request person 1 "Pat Doe" --handle pat.doe --reason WI-BAL --note "a minor"
    """
    with open_for_writing(settings_of(context)) as house:
        found = redacting.withhold_person(house, number, name, handles, reason, text, dry_run)
        reason_said(house, reason)
    where = ", ".join(f"{count:,} in {_FIELDS.get(field, field)}" for field, count in sorted(found.places.items()))
    told = "Would withhold" if dry_run else "Withheld"
    lines = [f"{told} {counted(found.count, 'place')} in {counted(len(found.records), 'record')}: {where}."]
    lines.append(f"Records: {named(found.records)}.")
    if found.pictures:
        note(f"{counted(found.pictures, 'record')} of these show pictures or files: look at them yourself.")
    if found.drafts:
        verb = "would be" if dry_run else "is" if found.drafts == 1 else "are"
        lines.append(f"{counted(found.drafts, 'more place')} {verb} proposed: ofrecord request drafts list {number}")
    if not dry_run:
        lines.append(f"Take back: ofrecord request person-back {number} {found.origin.split()[1]}")
    data = {"origin": found.origin, "places": found.places, "records": [label_of(each) for each in found.records]}
    say(as_json, {**data, "drafts": found.drafts, "pictures": found.pictures, "dry_run": dry_run}, lines)


@click.command("person-back")
@click.argument("number", type=int)
@click.argument("person", type=int)
@with_json
@click.pass_context
def person_back(context: click.Context, number: int, person: int, as_json: bool) -> None:
    """Take back what was withheld for one person. What was withheld otherwise stays.

    \b
    Example:
      ofrecord request person 1 "Pat Doe" --handle pat.doe --reason WI-BAL --note "a minor"
      ofrecord request person-back 1 1
    """
    with open_for_writing(settings_of(context)) as house:
        gone = redacting.lift_together(house, number, f"person {person}")
    say(as_json, {"lifted": gone}, [f"Took back {counted(gone, 'place')}. Decide on those records again."])


_REDACT_SO = 'For example: --words "715-555-0142" --reason WI-19.36-10a, or --field author --whole --reason WI-19.36-8.'
_FIELDS = {
    "text": "texts", "title": "titles", "author": "authors", "alt": "descriptions of pictures", "link": "links",
    "permalink": "the addresses of records",
}  # fmt: skip


def _elsewhere(house: House, number: int) -> str:
    return named(sorted({each.record for each in drafting.open_drafts(house, number)}))
